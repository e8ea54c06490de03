"""The summary of a portfolio: the donor's answer for each budget, and what must be known to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.i18n import _
from planner.portfolio_words import whose_data
from planner.report.documents.blocks import Bullets, Heading, KeyFigures, Note, Paragraph, Table
from planner.report.documents.typography import about, about_money
from planner.report.portfolio import conflict_text
from planner.wording import STAND_IN, UNKNOWN, figure, nearness, number, what_data

if TYPE_CHECKING:
    from planner.portfolio import Portfolio
    from planner.portfolio.result import Shared
    from planner.report.documents.blocks import Block

TOLD = 8
"""So many budgets are told in words; the tables have all."""


def summary(portfolio: Portfolio) -> list[Block]:
    """Return the summary."""
    shared = feasible(portfolio)
    text = _(
        "One budget is shared out over {n} countries. Of each country plans are known that connect post offices for "
        "more and more money; those are chosen that bring most benefit together within the budget. No allowed "
        "way of dividing the money among any plans of these countries, known or not, brings more than the proven "
        "ceiling."
    )
    return [
        Heading(_("Summary"), new_page=True),
        *cautions(portfolio),
        Paragraph(text.format(n=number(len(portfolio.countries)))),
        Bullets(tuple(answer(portfolio, one) for one in some(shared))),
        *(Note(text, serious=True) for text in _conflicts(portfolio)),
        *(_key_figures(portfolio, shared[-1]) if shared else ()),
        _overview(portfolio),
    ]


def feasible(portfolio: Portfolio) -> list[Shared]:
    """Return the budgets that can be shared out, the smallest first."""
    return [shared for shared in portfolio.budgets if shared.conflict is None]


def some(budgets: list[Shared], most: int = TOLD) -> list[Shared]:
    """Return at most so many budgets, evenly chosen, with the smallest and the largest."""
    if len(budgets) <= most:
        return budgets
    return [budgets[round(k * (len(budgets) - 1) / (most - 1))] for k in range(most)]


def stand_in(portfolio: Portfolio) -> list[dict[str, Any]]:
    """Return the countries for whose offices populated places stand in."""
    return [dict(country) for country in portfolio.countries if STAND_IN in country["scenario"]]


def cautions(portfolio: Portfolio) -> list[Block]:
    """Return what must be known where results stand: invented and borrowed data, notes of the allocation."""
    said: list[Block] = []
    if invented := whose_data(portfolio.countries):
        said.append(Note(f"{invented} {_('What follows of them is invented.')}", serious=True))
    if borrowed := stand_in(portfolio):
        text = _("{warning} Countries: {names}.")
        warning = what_data(synthetic=False, name=borrowed[0]["scenario"])
        names = ", ".join(country["name"] for country in borrowed)
        said.append(Note(text.format(warning=warning, names=names), serious=True))
    return [*said, *map(Note, portfolio.notes)]


def answer(portfolio: Portfolio, shared: Shared) -> str:
    """Return in a sentence or two what a budget does, and where the next money would bring most."""
    if shared.value <= 0:
        text = _("{budget}: no known plan of a country fits into it, and nothing is built.")
    else:
        text = _("{budget}: {offices} post offices and {people} people within reach; {near} of the best possible.")
    told = text.format(
        budget=about_money(shared.budget, portfolio.currency),
        offices=number(shared.offices),
        people=about(shared.people),
        near=nearness(shared.gap),
    )
    first = next((part for part in shared.countries if part.name == shared.next), None)
    if first is None or first.next is None:
        return " ".join((told, _("No dearer plan is known that a country may get.")))
    more = _(
        "The next money brings most benefit in {country}: {each} people for each {currency} 1,000 of a step that costs "
        "{price}."
    )
    step = first.next
    price = about_money(step.money, portfolio.currency)
    words = [
        more.format(country=first.name, each=figure(step.people_per_1000), currency=portfolio.currency, price=price)
    ]
    if step.beyond_unspent < step.money:
        lacking = _("Of that, {beyond} is still lacking.")
        words.append(lacking.format(beyond=about_money(step.beyond_unspent, portfolio.currency)))
    return " ".join((told, *words))


def _conflicts(portfolio: Portfolio) -> list[str]:
    """Return of each budget that cannot be shared out why, and what would be enough."""
    told = []
    for shared in portfolio.budgets:
        if shared.conflict is not None:
            lines = [
                line.removeprefix("  – ") for line in conflict_text(shared.conflict, portfolio.currency).split("\n")
            ]
            budget = about_money(shared.budget, portfolio.currency)
            told.append(_("{budget}: {reason}").format(budget=budget, reason=" ".join(_ended(lines))))
    return told


def _ended(lines: list[str]) -> list[str]:
    """Return lines of a list as they run on in a paragraph."""
    return [line if line.endswith((".", ":")) else f"{line};" for line in lines[:-1]] + [lines[-1].rstrip(".") + "."]


def _key_figures(portfolio: Portfolio, shared: Shared) -> list[Block]:
    currency = portfolio.currency
    helped = sum(part.point is not None for part in shared.countries)
    figures = (
        (number(shared.offices), _("offices newly connected or upgraded")),
        (about(shared.people), _("underserved people within reach")),
        (number(helped), _("countries that get a plan")),
        (about_money(shared.spent, currency), _("spent by the plans")),
        (about_money(shared.spent / shared.offices, currency) if shared.offices else "–", _("per office")),
        (about_money(shared.spent / shared.people, currency) if shared.people else "–", _("per person")),
    )
    text = _("The largest budget, {budget}, at a glance:").format(budget=about_money(shared.budget, currency))
    return [Paragraph(text), KeyFigures(figures)]


def _overview(portfolio: Portfolio) -> Table:
    """Return a row for each budget."""
    rows = []
    for shared in portfolio.budgets:
        figures: tuple[str, ...] = ("–",) * 6
        if shared.conflict is None:
            first = next((part.next for part in shared.countries if part.name == shared.next), None)
            figures = (
                number(shared.spent),
                number(shared.offices),
                number(shared.people),
                nearness(shared.gap) if shared.gap <= UNKNOWN else "–",
                shared.next or "–",
                "–" if first is None else figure(first.people_per_1000),
            )
        rows.append((number(shared.budget), *figures))
    return Table(
        _("What each budget does, in {currency}").format(currency=portfolio.currency),
        (),
        (
            _("Budget"),
            _("Spent"),
            _("Offices"),
            _("People"),
            _("Of the best possible"),
            _("Next money to"),
            _("People per 1,000 more"),
        ),
        tuple(rows),
    )
