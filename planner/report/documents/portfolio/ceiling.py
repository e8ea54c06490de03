"""What all the money brings against what is proven to be possible, and what least and most money cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.i18n import _
from planner.report.documents.blocks import Figure, Heading, Paragraph, Table
from planner.report.documents.charts import frontier_drawing
from planner.report.documents.portfolio.summary import cautions, feasible
from planner.wording import UNKNOWN, exact_share, figure, number, rounded_up, share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.portfolio import Portfolio
    from planner.portfolio.result import Shared
    from planner.report.documents.blocks import Block


def ceiling(portfolio: Portfolio) -> list[Block]:
    """Return benefit against budget with the proven ceiling; nothing where no budget can be shared out."""
    budgets = feasible(portfolio)
    if not budgets:
        return []
    text = _(
        "The ceiling holds at the budgets that were asked for, for all plans and all allowed ways of dividing the "
        "money; lines between them guide the eye. What is missing to it comes from the countries' own searches and "
        "from choosing among known plans only; the last column but one says how much is the countries' own. Both are "
        "shares of the ceiling, as everywhere in this report."
    )
    rows = tuple(
        (
            number(shared.budget),
            figure(shared.value),
            figure(shared.bound),
            _lacks(shared.gap, shared.gap),
            _lacks(shared.gap_of_countries, shared.gap),
            figure(shared.ceiling_per_1000),
        )
        for shared in budgets
    )
    caption = _("Benefit and proven ceiling by budget, in {currency}").format(currency=portfolio.currency)
    headings = (
        _("Budget"),
        _("Benefit"),
        _("Benefit, proven at most"),
        _("Lacks at most"),
        _("Of that, the countries' own"),
        _("Ceiling rises per 1,000 more"),
    )
    return [
        Heading(_("How near this is to the best possible"), new_page=True),
        *cautions(portfolio),
        Paragraph(text),
        *_drawn(portfolio, budgets),
        Table(caption, (), headings, rows),
    ]


def _lacks(part: float, gap: float) -> str:
    """Return a part of a gap, which is told of the plans' own value, as a share of the ceiling: v (1 + gap) = b."""
    return "–" if gap > UNKNOWN else rounded_up(part / (1 + gap))


def _drawn(portfolio: Portfolio, budgets: list[Shared]) -> Iterator[Figure]:
    points = [(shared.budget, shared.value, shared.bound) for shared in budgets]
    words = _("Benefit grows from {first} at a budget of {low} to {last} at {high}; the proven ceiling lies above it.")
    words = words.format(
        first=figure(points[0][1]), low=number(points[0][0]), last=figure(points[-1][1]), high=number(points[-1][0])
    )
    drawing = frontier_drawing(points, rings=(), ringed="", currency=portfolio.currency)
    yield Figure(_("Benefit of all countries against the budget, and the proven ceiling"), drawing, words)


def limits(portfolio: Portfolio) -> list[Block]:
    """Return what countries had to get and could, and what that costs the others."""
    heading = Heading(_("Least and most money, and what they cost"))
    asked = [country for country in portfolio.countries if country["least"] is not None or country["most"] is not None]
    if not asked:
        return [heading, Paragraph(_("No country has to get a least amount, and none is kept to a most."))]
    text = _(
        "What limits cost is what the same budget brings without any of them, less what it brings with all. Money that "
        "a country has to get and its plans cannot use is kept back. Nothing in it says that a limit is wrong."
    )
    blocks: list[Block] = [
        heading,
        Paragraph(text),
        Table(
            _("Least and most money of countries; amounts in {currency}").format(currency=portfolio.currency),
            (_("Country"),),
            (_("At least"), _("At most")),
            tuple((country["name"], _amount(country["least"]), _amount(country["most"])) for country in asked),
        ),
    ]
    rows = tuple(_cost(shared) for shared in feasible(portfolio))
    if rows:
        caption = _("What the limits cost, by budget, in {currency}").format(currency=portfolio.currency)
        headings = (
            _("Budget"),
            _("Benefit"),
            _("Without limits"),
            _("Lost"),
            _("People lost"),
            _("Offices lost"),
            _("Kept back"),
        )
        blocks.append(Table(caption, (), headings, rows))
    return blocks


def _cost(shared: Shared) -> tuple[str, ...]:
    free = shared.without_limits
    assert free is not None, "limits were asked for"
    return (
        number(shared.budget),
        figure(shared.value),
        figure(free.value),
        share((free.value - shared.value) / max(free.value, 1e-9), 2),
        number(free.people - shared.people),
        number(free.offices - shared.offices),
        number(sum(part.kept_back for part in shared.countries)),
    )


def _amount(limit: Any) -> str:
    """Return an amount, or a share of the budget, as the file has it."""
    if limit is None:
        return "–"
    if isinstance(limit, str):
        return exact_share(float(limit.removesuffix("%")) / 100)
    return number(limit)
