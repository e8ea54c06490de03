"""The sheets of who pays: each funder with what it may pay for and pays, and every payment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.i18n import _
from planner.report.funding import STEP, funder_terms, worth_of_more
from planner.report.workbook.tables import write_table

if TYPE_CHECKING:
    from planner.plan.model import Plan
    from planner.report.workbook.book import Sheet
    from planner.report.workbook.tables import Table


def write_payments(sheet: Sheet, plan: Plan) -> Table:
    """Write every payment: who pays, for what, how much."""
    rows = [(funder["name"], payment) for funder in plan.funders for payment in funder["payments"]]
    lines = {"link": _("Link"), "mast": _("Mast"), "office": _("Office")}
    currency = plan.scenario["currency"]
    columns: dict[str, tuple[str, str, float, list[Any]]] = {
        "funder": (_("Funder"), "text", 24, [name for name, _payment in rows]),
        "line": (_("Line"), "text", 12, [lines[payment["line"]] for _name, payment in rows]),
        "id": (_("Id"), "text", 40, [payment["id"] for _name, payment in rows]),
        "cost_kind": (_("Cost"), "text", 28, [_cost(payment) for _name, payment in rows]),
        "amount": (
            _("Amount ({currency})").format(currency=currency),
            "money",
            17,
            [payment["amount"] for _name, payment in rows],
        ),
    }
    return write_table(sheet, _("Payments"), _("Every cent of the programme cost is paid by one funder."), columns)


def write_funders(sheet: Sheet, plan: Plan, payments: Table) -> None:
    """Write the funders; what they pay is added up from the sheet of payments."""
    currency = plan.scenario["currency"]
    sheet.widths(24, 50, 17, 17, 17, 12, 14, 18)
    sheet.text(0, 0, _("Funders"), "title")
    worth = (
        _("People for {n} more, estimate").format(n=f"{currency} {STEP}")
        if plan.benefit_is_people
        else _("Benefit for {n} more, estimate").format(n=f"{currency} {STEP}")
    )
    headings = (_("Funder"), _("May pay for"), _("Amount"), _("Paid"), _("Left"), _("Offices"), _("People"), worth)
    row = 2
    sheet.head(row, headings)
    for funder in plan.funders:
        row += 1
        line = row + 1
        sheet.text(row, 0, funder["name"])
        sheet.text(row, 1, funder_terms(funder))
        sheet.number(row, 2, funder["amount"], "money")
        # SUMIFS would take “EU*” or “<5” for a pattern, and EU and eu for one name.
        summed = f"=ROUND(SUMPRODUCT(EXACT({payments.column('funder')},$A{line})*{payments.column('amount')}),2)"
        sheet.formula(row, 3, summed, funder["paid"], "money")
        sheet.formula(row, 4, f"=ROUND(C{line}-D{line},2)", funder["left"], "money")
        sheet.number(row, 5, funder["offices"], "whole")
        sheet.number(row, 6, funder["people"], "whole")
        sheet.number(row, 7, funder["benefit_per_1000"], "real")
    for column, name in ((2, "amount"), (3, "paid"), (4, "left")):
        letter = "ABCDE"[column]
        total = sum(round(100 * funder[name]) for funder in plan.funders) / 100
        sheet.formula(row + 1, column, f"=SUM({letter}4:{letter}{row + 1})", total, "money total")
    sheet.text(row + 1, 0, _("Total"), "text total")
    for number, text in enumerate(worth_of_more(plan), start=row + 3):
        sheet.note(number, text, len(headings), lines=1)


def _cost(payment: dict[str, Any]) -> str:
    if payment["cost_kind"] == "capex":
        return _("purchase")
    if payment["from_year"] == payment["to_year"]:
        return _("operation, year {n}").format(n=payment["from_year"])
    return _("operation, years {first} to {last}").format(first=payment["from_year"], last=payment["to_year"])
