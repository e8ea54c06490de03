"""The first sheet, and the one that holds the plan against simple rules: both reckoned from the others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from planner.finance import MEASURES
from planner.i18n import _
from planner.report.summary import verdict
from planner.report.workbook.quantities import MONEY_COLUMNS, TECHNOLOGY
from planner.report.workbook.tables import money_headings
from planner.wording import (
    labelled,
    measure_name,
    rule_name,
    scope_words,
    sentence,
    status_name,
    technology_heading,
    what_data,
)

if TYPE_CHECKING:
    from planner.plan.model import Plan
    from planner.report.workbook.book import Sheet
    from planner.report.workbook.quantities import Quantities
    from planner.report.workbook.tables import Table

_COLUMNS: Final = 8
_MONEY_AT: Final = 4
"""First money column of both sheets."""


@dataclass(frozen=True)
class Sources:
    """The sheets that are summed up."""

    offices: Table
    links: Table
    quantities: Quantities


def write_summary(sheet: Sheet, plan: Plan, sources: Sources) -> int:
    """Write what the plan does and costs; return the row of the total."""
    sheet.widths(44, 14, 14, 14, 20, 20, 20, 20)
    sheet.text(0, 0, plan.scenario["name"], "title")
    row = 1
    if warning := what_data(synthetic=plan.data["synthetic"], name=plan.scenario["name"]):
        sheet.note(row, warning, _COLUMNS, lines=1, style="warning")
        row += 1
    sheet.note(row, verdict(plan), _COLUMNS)
    row = _write_counts(sheet, row + 2, plan, sources)
    row, total = _write_technologies(sheet, row + 1, plan, sources)
    _write_budgets(sheet, row + 1, plan, total)
    return total


def _write_counts(sheet: Sheet, row: int, plan: Plan, sources: Sources) -> int:
    """Write offices and people, counted in the sheet of offices; return the row behind."""
    offices, totals = sources.offices, plan.totals
    connected = f'{offices.column("connected")},"{_("yes")}"'
    before = offices.column("before")
    upgraded, new = (
        f'{before},"{sign}{status_name(name)}"' for sign, name in (("", "insufficient"), ("<>", "adequate"))
    )
    people, people_total = offices.column("people"), offices.column("people_total")
    rows = (
        (_("Offices"), f"COUNTA({offices.column('id')})", totals["offices"]),
        (_("Offices connected, with those connected before"), f"COUNTIFS({connected})", totals["offices_connected"]),
        (
            _("Offices newly connected"),
            f"COUNTIFS({connected},{new})-COUNTIFS({connected},{upgraded})",
            totals["offices_newly_connected"],
        ),
        (_("Offices upgraded"), f"COUNTIFS({connected},{upgraded})", totals["offices_upgraded"]),
        (_("Underserved people within reach of them"), f"SUMIFS({people},{connected},{new})", totals["people"]),
        (_("People within reach of them"), f"SUMIFS({people_total},{connected},{new})", totals["people_total"]),
    )
    sheet.head(row, (_("What the plan does"), _("Number")))
    for label, formula, value in rows:
        row += 1
        sheet.text(row, 0, label)
        sheet.formula(row, 1, f"={formula}", value, "whole")
    return row + 1


def _write_technologies(sheet: Sheet, row: int, plan: Plan, sources: Sources) -> tuple[int, int]:
    """Write the money by technology; return the row behind, and the row of the total."""
    headings = (_("Technology"), _("Offices"), _("Links"), _("Length (km)"))
    sheet.head(row, (*headings, *money_headings(plan.scenario["currency"])))
    first, name_column = row + 1, sources.quantities.column(TECHNOLOGY)
    connected = f'{sources.offices.column("connected")},"{_("yes")}"'
    for part in plan.technology_mix:
        row += 1
        line, masts = row + 1, part["technology"] == "masts"
        sheet.text(row, 0, technology_heading(part["technology"]))
        if not masts:
            technology = f"{sources.offices.column('technology')},$A{line}"
            sheet.formula(row, 1, f"=COUNTIFS({connected},{technology})", part["offices"], "whole")
            links = f"{sources.links.column('technology')},$A{line}"
            sheet.formula(row, 2, f"=COUNTIFS({links})", part["links"], "whole")
            length = sources.links.column("length_km")
            sheet.formula(row, 3, f"=SUMIFS({length},{links})", part["length_km"], "real")
        for column, measure in enumerate(MEASURES, start=_MONEY_AT):
            amounts = sources.quantities.column(MONEY_COLUMNS[measure])
            formula = f"=ROUND(SUMIFS({amounts},{name_column},$A{line}),2)"
            sheet.formula(row, column, formula, part[measure], "money")
    total = row + 1
    sheet.text(total, 0, _("Total"), "text total")
    for column, name in ((1, "offices"), (2, "links"), (3, "length_km")):
        letter, summed = "ABCD"[column], math.fsum(part[name] for part in plan.technology_mix)
        style = "real total" if name == "length_km" else "whole total"
        formula = f"=SUM({letter}{first + 1}:{letter}{total})" if total > first else "=0"
        sheet.formula(total, column, formula, summed, style)
    for column, measure in enumerate(MEASURES, start=_MONEY_AT):
        sheet.formula(total, column, f"={sources.quantities.total(measure)}", plan.totals[measure], "money total")
    sheet.text(total + 1, 0, _("As in the plan"))
    sheet.text(total + 2, 0, _("Difference: what the assumptions were changed by"))
    for column, measure in enumerate(MEASURES, start=_MONEY_AT):
        letter = "ABCDEFGH"[column]
        sheet.number(total + 1, column, plan.totals[measure], "money was")
        sheet.formula(total + 2, column, f"=ROUND({letter}{total + 1}-{letter}{total + 2},2)", 0.0, "money")
    return total + 3, total


def _write_budgets(sheet: Sheet, row: int, plan: Plan, total: int) -> None:
    currency = plan.scenario["currency"]
    headings = (_("Budget, in {currency}").format(currency=currency), _("Limit"), _("Spent"), _("Left"), _("Measure"))
    sheet.head(row, headings)
    for budget in plan.budgets:
        row += 1
        line, letter = row + 1, "ABCDEFGH"[_MONEY_AT + MEASURES.index(budget["measure"])]
        sheet.text(row, 0, budget["name"])
        sheet.number(row, 1, budget["limit"], "money")
        if budget["scope"]:
            sheet.number(row, 2, budget["spent"], "money")
        else:
            sheet.formula(row, 2, f"={letter}{total + 1}", budget["spent"], "money")
        sheet.formula(row, 3, f"=ROUND(B{line}-C{line},2)", round(budget["limit"] - budget["spent"], 2), "money")
        sheet.text(row, 4, "; ".join([measure_name(budget["measure"]), *scope_words(budget["scope"])]))


def write_comparison(sheet: Sheet, plan: Plan, summary: Sheet, total: int) -> None:
    """Write the plan beside simple rules: the same money, and every office whatever the money."""
    sheet.widths(44, 12, 16, 16, 20, 20, 20, 20)
    sheet.text(0, 0, _("Comparison with simple rules"), "title")
    rule = _(
        "Rule: no shared links; offices in the order of benefit per money, those that no longer fit are passed over."
    )
    sheet.note(1, rule, _COLUMNS)
    headings = (_("Offices"), _("Benefit"), _("People"), *money_headings(plan.scenario["currency"]))
    row = 3
    sheet.head(row, (_("The same money"), *headings))
    gained = plan.totals["offices_newly_connected"] + plan.totals["offices_upgraded"]
    row += 1
    ours = row
    sheet.text(row, 0, _("This plan"), "text total")
    sheet.number(row, 1, gained, "whole total")
    sheet.number(row, 2, plan.benefit, "real total")
    sheet.number(row, 3, plan.totals["people"], "whole total")
    for column, measure in enumerate(MEASURES, start=_MONEY_AT):
        sheet.formula(row, column, f"={summary.at(total, column)}", plan.totals[measure], "money total")
    available = [baseline for baseline in plan.baselines if baseline["available"]]
    for baseline in available:
        row = _write_part(sheet, row + 1, sentence(rule_name(baseline["name"])), baseline["within_budget"])
    row += 2
    sheet.head(row, (_("This plan less the rule"), *headings))
    for place, baseline in enumerate(available):
        row += 1
        sheet.text(row, 0, sentence(rule_name(baseline["name"])))
        part = baseline["within_budget"]
        plan_has = (gained, plan.benefit, plan.totals["people"], *(plan.totals[name] for name in MEASURES))
        rule_has = (part["offices"], part["benefit"], part["people"], *(part[name] for name in MEASURES))
        styles = ("whole", "real", "whole", *["money"] * len(MEASURES))
        for column, (one, other, style) in enumerate(zip(plan_has, rule_has, styles, strict=True), start=1):
            letter = "ABCDEFGH"[column]
            sheet.formula(row, column, f"={letter}{ours + 1}-{letter}{ours + 2 + place}", one - other, style)
    row += 2
    sheet.head(row, (_("Every office connected by the rule"), *headings))
    for baseline in available:
        row = _write_part(sheet, row + 1, sentence(rule_name(baseline["name"])), baseline["everyone"])
    for baseline in plan.baselines:
        if not baseline["available"]:
            row += 1
            sheet.note(row, labelled(sentence(rule_name(baseline["name"])), baseline["reason"]), _COLUMNS, lines=1)


def _write_part(sheet: Sheet, row: int, name: str, part: dict[str, Any]) -> int:
    sheet.text(row, 0, name)
    sheet.number(row, 1, part["offices"], "whole")
    sheet.number(row, 2, part["benefit"], "real")
    sheet.number(row, 3, part["people"], "whole")
    for column, measure in enumerate(MEASURES, start=_MONEY_AT):
        sheet.number(row, column, part[measure], "money")
    return row
