"""The sheet of phases: what each year has and takes, summed up from offices, links and masts by their years."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _
from planner.report.phases import phases_words

if TYPE_CHECKING:
    from planner.plan.model import Plan
    from planner.report.workbook.book import Sheet
    from planner.report.workbook.tables import Table

_FIRST_ROW = 4


def write_phases(sheet: Sheet, plan: Plan, tables: tuple[Table, Table, Table]) -> None:
    """Write one row for each phase; ``tables`` are offices, links and masts."""
    currency, funded = plan.scenario["currency"], plan.scenario["funded_years"]
    sheet.widths(10, 12, *[18] * 9)
    sheet.text(0, 0, _("Phases, in {currency}").format(currency=currency), "title")
    sheet.note(1, " ".join(phases_words(plan)), 8)
    headings = (
        _("Year"), _("Offices"), _("Limit"), _("From before"), _("Purchases"), _("Operation a year, new"),
        _("Operation"), _("Spent"), _("Left"), _("Carried over"), _("Lapsed"),
    )  # fmt: skip
    sheet.head(_FIRST_ROW - 1, headings)

    def by_year(column: str, year: int) -> str:
        parts = (f'SUMIFS({table.column(column)},{table.column("year")},"{year}")' for table in tables)
        return "+".join(parts)

    offices = tables[0]
    added: list[float] = []
    for place, phase in enumerate(plan.phases):
        row, year = _FIRST_ROW + place, phase["year"]
        line = row + 1
        frames = (plan.offices, plan.links, plan.masts)
        new = sum(int(frame.loc[frame["year"].eq(year).fillna(False), "opex_per_year_cents"].sum()) for frame in frames)
        added.append(new / 100)
        left = round(phase["available"] - phase["spent"], 2)
        sheet.text(row, 0, str(year))
        sheet.formula(row, 1, f'=COUNTIFS({offices.column("year")},"{year}")', phase["offices"], "whole")
        sheet.number(row, 2, phase["limit"], "money")
        sheet.formula(row, 3, f"=J{line - 1}" if place else "=0", phase["carried_in"], "money")
        sheet.formula(row, 4, f"={by_year('capex', year)}", phase["purchases"], "money")
        sheet.formula(row, 5, f"={by_year('opex_per_year', year)}", added[-1], "money")
        first = max(_FIRST_ROW, row - funded + 1) + 1
        runs = f"=ROUND(SUM(F{first}:F{line}),2)" if funded else "=0"
        sheet.formula(row, 6, runs, phase["operation"], "money")
        sheet.formula(row, 7, f"=ROUND(E{line}+G{line},2)", phase["spent"], "money")
        sheet.formula(row, 8, f"=ROUND(C{line}+D{line}-H{line},2)", left, "money")
        sheet.formula(row, 9, f"=I{line}" if phase["carry_over"] else "=0", phase["carried_out"], "money")
        sheet.formula(row, 10, "=0" if phase["carry_over"] else f"=I{line}", phase["lapsed"], "money")
