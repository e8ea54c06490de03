"""The plan beside those of other runs of the same country: figures side by side, and what each differs by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlsxwriter.utility import xl_rowcol_to_cell

from planner.finance import MEASURES
from planner.i18n import _
from planner.plan.compare import settings
from planner.wording import setting_words, short_of_best

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.plan.model import Plan
    from planner.report.exported import ExportedRun
    from planner.report.workbook.book import Sheet

_MONEY_AT: Final = 4
"""First money column of the summary."""


def write_scenarios(sheet: Sheet, run: ExportedRun, summary: Sheet, total: int, headings: Sequence[str]) -> None:
    """Write a column for each run.

    Parameters
    ----------
    sheet : Sheet
    run : ExportedRun
        With those beside it. Its money follows the assumptions of the workbook; that of the others is as they were
        solved.
    summary : Sheet
        With the money columns of the plan in its row ``total``.
    total : int
    headings : sequence of str
        Of the money columns.
    """
    runs = [run, *run.beside]
    plans = [each.plan for each in runs]
    columns = 1 + len(runs)
    sheet.widths(44, *[22] * len(runs))
    sheet.text(0, 0, _("The plan beside other scenarios"), "title")
    note = _("Money of the first follows the assumptions of this workbook; the others are as they were solved.")
    sheet.note(1, note, columns)
    names = [each.name for each in runs]
    sheet.head(3, (_("What each scenario brings"), *names))
    lines = {}
    rows: list[tuple[str, str, list[float | None]]] = [
        (_("Budget"), "money", [None if plan.budget is None else plan.budget["limit"] for plan in plans]),
        (_("Offices newly connected"), "whole", _totals(plans, "offices_newly_connected")),
        (_("Offices upgraded"), "whole", _totals(plans, "offices_upgraded")),
        (_("Underserved people within reach of them"), "whole", _totals(plans, "people")),
        (_("Benefit, years left aside"), "real", [plan.full_benefit for plan in plans]),
        *((heading, "money", _totals(plans, measure)) for heading, measure in zip(headings, MEASURES, strict=True)),
        (_("Benefit that may lack to the best plan, at most"), "share", [_lacking(plan) for plan in plans]),
    ]
    row = 3
    for label, style, values in rows:
        row += 1
        lines[label] = row
        sheet.text(row, 0, label)
        for column, value in enumerate(values, start=1):
            sheet.number(row, column, value, style)
    for column, measure in enumerate(MEASURES):
        at = lines[headings[column]]
        sheet.formula(at, 1, f"={summary.at(total, _MONEY_AT + column)}", run.plan.totals[measure], "money")
    cost = lines[headings[MEASURES.index("programme_cost")]]
    gained = (lines[_("Offices newly connected")], lines[_("Offices upgraded")])
    people = (lines[_("Underserved people within reach of them")],)
    for label, parts, counts in (
        (_("Programme cost per office"), gained, [sum(_gained(plan)) for plan in plans]),
        (_("Programme cost per person"), people, [plan.totals["people"] for plan in plans]),
    ):
        row += 1
        lines[label] = row
        sheet.text(row, 0, label)
        for column, (plan, count) in enumerate(zip(plans, counts, strict=True), start=1):
            of = "+".join(xl_rowcol_to_cell(part, column) for part in parts)
            each = round(plan.totals["programme_cost"] / count, 2) if count else ""
            formula = f'=IF({of}=0,"",ROUND({xl_rowcol_to_cell(cost, column)}/({of}),2))'
            sheet.formula(row, column, formula, each, "money")
    row = _differences(sheet, row + 2, rows, names)
    _settings(sheet, row + 2, runs)


def _differences(sheet: Sheet, row: int, rows: Sequence[tuple[str, str, list[float | None]]], names: list[str]) -> int:
    """Write what the others differ by from the first; return the row behind."""
    sheet.head(row, (_("More than the first"), *names))
    for place, (label, style, values) in enumerate(rows, start=4):
        if style == "share" or None in values:
            continue
        row += 1
        sheet.text(row, 0, label)
        first = values[0] or 0.0
        for column, value in enumerate(values[1:], start=2):
            formula = f"={xl_rowcol_to_cell(place, column)}-{xl_rowcol_to_cell(place, 1, col_abs=True)}"
            sheet.formula(row, column, formula, (value or 0.0) - first, style)
    return row + 1


def _settings(sheet: Sheet, row: int, runs: Sequence[ExportedRun]) -> None:
    """Write the settings of the scenarios that differ."""
    pairs = [{each.field: each for each in settings(runs[0].scenario, other.scenario)} for other in runs[1:]]
    sheet.head(row, (_("Settings that differ"), *(run.name for run in runs)))
    for field in sorted({name for pair in pairs for name in pair}):
        first = next(pair[field].first for pair in pairs if field in pair)
        values = [first, *(pair[field].second if field in pair else first for pair in pairs)]
        told = [setting_words(value, field) for value in values]
        if len(set(told)) > 1:
            row += 1
            sheet.text(row, 0, field)
            for column, text in enumerate(told, start=1):
                sheet.text(row, column, text)


def _totals(plans: Sequence[Plan], name: str) -> list[float | None]:
    return [plan.totals[name] for plan in plans]


def _gained(plan: Plan) -> tuple[int, int]:
    return plan.totals["offices_newly_connected"], plan.totals["offices_upgraded"]


def _lacking(plan: Plan) -> float | None:
    return None if plan.gap is None or plan.outcome.sense == "min" else short_of_best(plan.gap)
