"""Money of compared plans by technology and region, and where they lie on the frontier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.i18n import _
from planner.report.documents.blocks import Figure, Heading, Note, Paragraph, Table
from planner.report.documents.charts import frontier_drawing, grouped_drawing
from planner.report.documents.comparison.overview import headings, side_by_side
from planner.report.documents.comparison.runs import plan_name
from planner.wording import figure, number, technology_heading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from planner.report.documents.blocks import Block
    from planner.report.documents.comparison.runs import ComparedRuns

Row = tuple[str, ...]


def money(compared: ComparedRuns) -> list[Block]:
    """Return the chapter of money by technology and by region."""
    plans = compared.plans
    currency = plans[0].scenario["currency"]
    mixes = [{row["technology"]: row for row in plan.technology_mix} for plan in plans]
    regions = [{row["region"] or "": row for row in plan.region_mix} for plan in plans]
    names = [plan_name(letter) for letter in compared.letters]
    groups = [
        (technology_heading(name), [_of(mix, name, "programme_cost") for mix in mixes])
        for name in _names(mixes)
        if any(_of(mix, name, "programme_cost") for mix in mixes)
    ]
    blocks: list[Block] = [Heading(_("Money side by side")), Heading(_("By technology"), 2)]
    if groups:
        caption = _("Programme cost by technology, in {currency}").format(currency=currency)
        words = _("Bars of the programme cost of each technology, one for each plan; the table below has the amounts.")
        blocks.append(Figure(caption, grouped_drawing(groups, names, currency=currency), words))
    for caption, column in (
        (_("First purchases by technology, in {currency}"), "capex"),
        (_("Operation per year by technology, in {currency}"), "opex_per_year"),
        (_("Programme cost by technology, in {currency}"), "programme_cost"),
        (_("Offices connected, by technology"), "offices"),
    ):
        rows = tuple(_rows(mixes, column, technology_heading))
        columns = (_("Technology"),), headings(compared)
        blocks.append(Table(caption.format(currency=currency), *columns, rows, total=True))
    blocks.append(Heading(_("By region"), 2))
    for caption, column in (
        (_("Programme cost by region, in {currency}"), "programme_cost"),
        (_("Offices newly connected or upgraded, by region"), "offices"),
    ):
        rows = tuple(_rows(regions, column, _region))
        blocks.append(Table(caption.format(currency=currency), (_("Region"),), headings(compared), rows, total=True))
    return blocks


def _names(parts: list[dict[str, Any]]) -> list[str]:
    """Return the keys of all, in the order in which they come; what has no name comes last."""
    found = dict.fromkeys(name for part in parts for name in part)
    return [*filter(None, found), *([""] if "" in found else [])]


def _of(part: dict[str, Any], name: str, column: str) -> float:
    return float(part[name][column] or 0.0) if name in part else 0.0


def _rows(parts: list[dict[str, Any]], column: str, title: Callable[[str], str]) -> Iterator[Row]:
    names = _names(parts)
    for name in names:
        values = [_of(part, name, column) for part in parts]
        if any(values):
            yield title(name), *side_by_side(values)
    yield _("Total"), *side_by_side([sum(_of(part, name, column) for name in names) for part in parts])


def _region(name: str) -> str:
    return name or _("(no region)")


def frontier(compared: ComparedRuns) -> list[Block]:
    """Return the plans on the frontier of their scenario; nothing where none was found."""
    curve = compared.frontier
    if curve is None:
        return []
    heading = Heading(_("The plans on the frontier"))
    marked = [
        (letter, plan.budget["limit"], plan.benefit)
        for letter, plan, lies in zip(compared.letters, compared.plans, compared.on_frontier, strict=True)
        if lies and plan.budget is not None
    ]
    if not marked:
        text = _("The frontier is of another scenario, or of other inputs or prices than the plans, and is not shown.")
        return [heading, Note(text)]
    points = [(point["limit"], point["value"], point["bound"]) for point in curve["points"]]
    currency = compared.plans[0].scenario["currency"]
    drawing = frontier_drawing(points, rings=marked, ringed=_("plans of this comparison (rings)"), currency=currency)
    words = _("Benefit grows from {first} at a budget of {low} to {last} at {high}; the proven ceiling lies above it.")
    words = words.format(
        first=figure(points[0][1]), low=number(points[0][0]), last=figure(points[-1][1]), high=number(points[-1][0])
    )
    rows = tuple((plan_name(letter), number(limit), figure(value)) for letter, limit, value in marked)
    left_out = sorted(set(compared.letters) - {letter for letter, _limit, _value in marked})
    missing = _("Not marked, since the frontier does not answer their scenario: {plans}.")
    return [
        heading,
        Figure(_("Benefit against budget, and the proven ceiling"), drawing, words),
        Table(
            _("The plans that are marked, in {currency}").format(currency=currency),
            (_("Plan"),),
            (_("Budget"), _("Benefit")),
            rows,
        ),
        *([Paragraph(missing.format(plans=", ".join(left_out)))] if left_out else []),
    ]
