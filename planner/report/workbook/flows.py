"""The sheet of cash flows: what is paid year by year, and that it is worth what the bill says."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.i18n import _
from planner.report.cashflow import Year, rounding_of_present_values, yearly_flows
from planner.report.phases import since_purchase
from planner.report.workbook.assumptions import AT_END, FUNDED, HORIZON, RATE, years_shown
from planner.report.workbook.quantities import LASTING_LIFE, LASTING_PRICE

if TYPE_CHECKING:
    from planner.report.bill import Bill
    from planner.report.workbook.book import Sheet
    from planner.report.workbook.quantities import Quantities

_FIRST_ROW = 4
_COLUMNS = "ABCDEFGHIJK"


def write_flows(
    sheet: Sheet, bill: Bill, quantities: Quantities, present_value: float, currency: str, *, phased: bool
) -> None:
    """Write the years; those behind the horizon are empty until the horizon is moved."""
    sheet.widths(12, *[17] * (len(_COLUMNS) - 1))
    sheet.text(0, 0, _("Cash flow, in {currency}").format(currency=currency), "title")
    sheet.note(
        1,
        _(
            "Constant prices. Year 0 is when the plan is built; replacements are discounted from their own date. The "
            "programme pays the first purchases and the funded years of operation, the post everything else."
        ),
        len(_COLUMNS),
    )
    if phased:
        sheet.note(2, since_purchase(), len(_COLUMNS), lines=1)
    headings = (
        _("Year"), _("First purchases"), _("Replacements"), _("Operation"), _("Residual value"), _("Total"),
        _("Discount factor"), _("Present value"), _("Total so far"), _("Programme pays"), _("Post pays"),
    )  # fmt: skip
    sheet.head(_FIRST_ROW - 1, headings)
    sheet.keep_in_view(_FIRST_ROW, 1)
    flows = {flow.year: flow for flow in yearly_flows(bill)}
    shown = years_shown(bill.terms.horizon_years)
    so_far = 0.0
    for year in range(shown + 1):
        flow = flows.get(year, Year(year, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
        so_far = so_far + flow.total if year in flows else 0.0
        _write_year(sheet, _FIRST_ROW + year, flow, so_far, bill, quantities)
    _write_sums(sheet, _FIRST_ROW + shown, list(flows.values()), bill, quantities, present_value)


def _write_year(sheet: Sheet, row: int, flow: Year, so_far: float, bill: Bill, quantities: Quantities) -> None:
    line, year = row + 1, f"$A{row + 1}"
    price, life = quantities.column(LASTING_PRICE), quantities.column(LASTING_LIFE)
    first = _end_of_lives(f"({year}-1)", life) if flow.year else "1"
    end = _end_of_lives(year, life)
    discounted = f"(1+{RATE})^(-{life}*{first})-(1+{RATE})^(-{life}*{end})"
    # Numbers of lives from the first in this year to the end: a geometric series.
    series = f"SUMPRODUCT({price}*({discounted})/(1-(1+{RATE})^-{life}))"
    operates = f"AND({year}>={AT_END},{year}<{AT_END}+{{}})"
    operation = quantities.exact("opex_per_year")
    unused = f"SUMPRODUCT({price}*(ROUNDUP({HORIZON}/{life}-1E-9,0)-{HORIZON}/{life}))"
    ahead = f"{year}>{HORIZON}"
    factor = 0.0 if flow.year > bill.terms.horizon_years else (1 + bill.terms.discount_rate) ** -flow.year
    sheet.number(row, 0, flow.year, "whole")
    sheet.formula(row, 1, f"={quantities.exact('capex')}" if flow.year == 0 else "=0", flow.purchases, "money")
    sheet.formula(row, 2, f"=SUMPRODUCT({price}*({end}-{first}))", flow.replacements, "money")
    sheet.formula(row, 3, f"=IF({operates.format(HORIZON)},{operation},0)", flow.operation, "money")
    sheet.formula(row, 4, f"=IF({year}={HORIZON},-{unused},0)", flow.residual, "money")
    sheet.formula(row, 5, f"=SUM(B{line}:E{line})", flow.total, "money")
    sheet.formula(row, 6, f"=IF({ahead},0,(1+{RATE})^-{year})", factor, "factor")
    paid = f"(B{line}+D{line}+E{line})*G{line}"
    sheet.formula(row, 7, f"=IF({RATE}=0,F{line},{paid}+IF(C{line}=0,0,{series}))", flow.present_value, "money")
    so_far_formula = f"=F{line}" if flow.year == 0 else f"=IF({ahead},0,I{line - 1}+F{line})"
    sheet.formula(row, 8, so_far_formula, so_far, "money")
    funded = f"=B{line}+IF({operates.format(FUNDED)},{operation},0)"
    sheet.formula(row, 9, funded, flow.programme, "money")
    sheet.formula(row, 10, f"=F{line}-J{line}", flow.total - flow.programme, "money")


def _end_of_lives(year: str, life: str) -> str:
    """Return the formula of `planner.report.cashflow.replaced_in`: one more than the lives that have ended by a year.

    Comparisons are factors: within a sum of products a program need not let IF work row by row.
    """
    before = f"({year}<{HORIZON})*ROUNDDOWN({year}/{life}+1E-9,0)"
    return f"({before}+({year}>={HORIZON})*(ROUNDUP({HORIZON}/{life}-1E-9,0)-1)+1)"


def _write_sums(
    sheet: Sheet, last_row: int, flows: list[Year], bill: Bill, quantities: Quantities, present_value: float
) -> None:
    rounding, total = last_row + 1, last_row + 2
    sheet.text(rounding, 0, _("rounding"))
    sheet.number(rounding, 7, rounding_of_present_values(bill), "money")
    sheet.text(total, 0, _("Total"), "text total")
    sums = {
        1: [flow.purchases for flow in flows],
        2: [flow.replacements for flow in flows],
        3: [flow.operation for flow in flows],
        4: [flow.residual for flow in flows],
        5: [flow.total for flow in flows],
        9: [flow.programme for flow in flows],
        10: [flow.total - flow.programme for flow in flows],
    }
    for column in range(1, len(_COLUMNS)):
        if column in sums:
            letter = _COLUMNS[column]
            formula = f"=ROUND(SUM({letter}{_FIRST_ROW + 1}:{letter}{rounding + 1}),2)"
            sheet.formula(total, column, formula, round(math.fsum(sums[column]), 2), "money total")
        else:
            sheet.text(total, column, "", "text total")
    sheet.formula(total, 7, f"=ROUND(SUM(H{_FIRST_ROW + 1}:H{rounding + 1}),2)", present_value, "money total")
    sheet.text(total + 1, 0, _("Bill of quantities"))
    sheet.formula(total + 1, 7, f"={quantities.total('present_value')}", present_value, "money")
    sheet.text(total + 2, 0, _("Difference"))
    sheet.formula(total + 2, 7, f"=ROUND(H{total + 1}-H{total + 2},2)", 0.0, "money")
