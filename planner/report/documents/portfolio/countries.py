"""Who gets what of each budget: money, offices, people, what is proven of each plan, what more would bring there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _
from planner.portfolio_words import unspent_words, without_next
from planner.report.documents.blocks import Figure, Heading, Paragraph, Table
from planner.report.documents.charts import shares_drawing
from planner.report.documents.portfolio.summary import answer, cautions, feasible, some
from planner.wording import figure, nearness, number, share

if TYPE_CHECKING:
    from planner.portfolio import Portfolio
    from planner.portfolio.result import CountryPart, Shared
    from planner.report.documents.blocks import Block

BARS, DRAWN, COLUMNS = 16, 9, 5
"""So many budgets are drawn, countries told apart in a bar, budgets side by side in one table."""


def who_gets_what(portfolio: Portfolio) -> list[Block]:
    """Return the chapter of the countries; nothing where no budget can be shared out."""
    budgets = feasible(portfolio)
    if not budgets:
        return []
    text = _(
        "Of each budget a country gets what its plan costs. A country that gets nothing is one where the same money "
        "brings less than elsewhere; its offices are no less in need."
    )
    return [
        Heading(_("Who gets what"), new_page=True),
        *cautions(portfolio),
        Paragraph(text),
        _figure(portfolio, budgets),
        _money(portfolio, some(budgets, COLUMNS)),
        *(block for shared in budgets for block in _budget(portfolio, shared)),
    ]


def _figure(portfolio: Portfolio, budgets: list[Shared]) -> Figure:
    """Return the shares of each budget; countries with little money are drawn together."""
    drawn = some(budgets, BARS)
    parts = [{part.name: part.spent + part.kept_back for part in shared.countries} for shared in drawn]
    most = {
        name: max(money[name] / shared.budget for money, shared in zip(parts, drawn, strict=True)) for name in parts[0]
    }
    large = {name for name in sorted(most, key=lambda name: -most[name])[:DRAWN] if most[name] > 0}
    # In the order of the file, so that a country has the same place in text, table and figure.
    series = [(name, [money[name] for money in parts]) for name in most if name in large]
    rest = [sum(money[name] for name in money if name not in large) for money in parts]
    if any(rest):
        others = _("{n} others").format(n=number(sum(most[name] > 0 for name in most if name not in large)))
        series.append((others, rest))
    rows = [(number(shared.budget), shared.budget) for shared in drawn]
    drawing = shares_drawing(rows, series, left=_("not spent"), currency=portfolio.currency)
    words = _(
        "A bar for each budget, divided into what each country gets, from left to right in the order of the legend; "
        "the table below has the amounts."
    )
    return Figure(_("How each budget is divided, in shares of it"), drawing, words)


def _money(portfolio: Portfolio, budgets: list[Shared]) -> Table:
    """Return what each country gets of some budgets, side by side."""
    rows = [
        (country["name"], *(number(part.spent) for part in parts))
        for country, *parts in zip(portfolio.countries, *(shared.countries for shared in budgets), strict=True)
    ]
    rows.append((_("Total"), *(number(shared.spent) for shared in budgets)))
    headings = tuple(_("Of {budget}").format(budget=number(shared.budget)) for shared in budgets)
    caption = _("What each country's plan costs, by budget, in {currency}").format(currency=portfolio.currency)
    return Table(caption, (_("Country"),), headings, tuple(rows), total=True)


def _budget(portfolio: Portfolio, shared: Shared) -> list[Block]:
    """Return one budget: a row for each country, and what the next money would do."""
    rows = [
        (
            part.name,
            number(part.spent),
            share(part.spent / shared.budget, 1),
            number(part.offices),
            number(part.people),
            _own_gap(part),
            "–" if part.next is None else number(part.next.money),
            "–" if part.next is None else number(part.next.beyond_unspent),
            "–" if part.next is None else figure(part.next.people_per_1000),
        )
        for part in shared.countries
    ]
    spent = share(shared.spent / shared.budget, 1)
    rows.append(
        (_("Total"), number(shared.spent), spent, number(shared.offices), number(shared.people), "", "", "", "")
    )
    headings = (
        _("Money"),
        _("Share"),
        _("Offices"),
        _("People"),
        _("Near its own best"),
        _("Next step costs"),
        _("Still lacking"),
        _("People per 1,000 more"),
    )
    amount = number(shared.budget)
    caption = _("A budget of {amount}, country by country, in {currency}").format(
        amount=amount, currency=portfolio.currency
    )
    return [
        Heading(_("A budget of {amount}").format(amount=amount), 2),
        # Behind the table: a heading stays with what follows it, and the table moves to the next page as a whole.
        Table(caption, (_("Country"),), headings, tuple(rows), total=True),
        Paragraph(answer(portfolio, shared)),
        *map(Paragraph, _explained(portfolio, shared)),
    ]


def _explained(portfolio: Portfolio, shared: Shared) -> list[str]:
    """Return why money stays unspent, and why some countries have no next step."""
    told = shared.as_dict()
    lines = [unspent_words(told, portfolio.currency), *without_next(told, _("Next step costs"))]
    return [line for line in lines if line]


def _own_gap(part: CountryPart) -> str:
    """Return how near a country's plan is to the best of its own budget."""
    return "–" if part.point is None or part.value <= 0 else nearness(part.gap)
