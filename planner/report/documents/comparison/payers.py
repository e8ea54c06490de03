"""Who pays in compared plans, and when: phases year by year, funders one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.i18n import _
from planner.report.documents.blocks import Bullets, Heading, Paragraph, Table
from planner.report.documents.comparison.overview import headings, signed
from planner.report.documents.comparison.runs import plan_name
from planner.report.funding import funder_terms
from planner.report.phases import after_words
from planner.wording import labelled, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.report.documents.blocks import Block
    from planner.report.documents.comparison.runs import ComparedRuns

Row = tuple[str, ...]
Part = dict[str, Any]


def years(compared: ComparedRuns) -> list[Block]:
    """Return what each year connects and takes; nothing where no plan has phases."""
    plans = compared.plans
    if not any(plan.phases for plan in plans):
        return []
    rows = [{str(row["year"]): row for row in plan.phases} for plan in plans]
    without = [plan_name(letter) for letter, plan in zip(compared.letters, plans, strict=True) if not plan.phases]
    blocks: list[Block] = [Heading(_("By year"), 2)]
    if without:
        text = _("Without phases, and so without years of their own: {plans}. All that they build is paid at once.")
        blocks.append(Paragraph(text.format(plans=", ".join(without))))
    for caption, column in (
        (_("Offices connected in each year"), "offices"),
        (_("Underserved people within reach of them"), "people"),
        (_("Spent in each year, purchases and operation, in {currency}"), "spent"),
    ):
        title = caption.format(currency=plans[0].scenario["currency"])
        table = tuple(_table(sorted({year for known in rows for year in known}), rows, column))
        blocks.append(Table(title, (_("Year"),), headings(compared), table, total=True))
    after = [
        labelled(plan_name(letter), text)
        for letter, plan in zip(compared.letters, plans, strict=True)
        for text in after_words(plan)
    ]
    return [*blocks, *([Bullets(tuple(after))] if after else [])]


def funders(compared: ComparedRuns) -> list[Block]:
    """Return what each funder pays; nothing where no plan has any."""
    plans = compared.plans
    if not any(plan.funders for plan in plans):
        return []
    rows = [{funder["name"]: funder for funder in plan.funders} for plan in plans]
    names = list(dict.fromkeys(name for known in rows for name in known))
    terms = tuple(
        labelled(plan_name(letter), f"{funder['name']}, {funder_terms(funder)}")
        for letter, plan in zip(compared.letters, plans, strict=True)
        for funder in plan.funders
    )
    blocks: list[Block] = [Heading(_("By funder"), 2), Paragraph(_("What funders may pay for:")), Bullets(terms)]
    for caption, column in (
        (_("What funders offer, in {currency}"), "amount"),
        (_("What funders pay, in {currency}"), "paid"),
        (_("People in proportion to who pays for their offices"), "people"),
    ):
        title = caption.format(currency=plans[0].scenario["currency"])
        blocks.append(Table(title, (_("Funder"),), headings(compared), tuple(_table(names, rows, column)), total=True))
    return blocks


def _table(names: Sequence[str], parts: Sequence[dict[str, Part]], column: str) -> list[Row]:
    """Return a row for each name, and the sums; a plan that knows none of the names has no figures."""
    rows = [
        (name, *_cells([part.get(name, {column: 0})[column] if part else None for part in parts])) for name in names
    ]
    sums = [sum(each[column] for each in part.values()) if part else None for part in parts]
    return [*rows, (_("Total"), *_cells(sums))]


def _cells(values: Sequence[float | None]) -> Row:
    """Return figures of plans, and of two the difference."""
    told = tuple("–" if value is None else number(value) for value in values)
    if len(values) != 2:
        return told
    first, second = values
    return (*told, "–" if first is None or second is None else signed(second - first))
