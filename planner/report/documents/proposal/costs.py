"""What the plan costs: what the money is for, and when it is paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.errors import InputError
from planner.i18n import _
from planner.report.bill import bill_of_quantities
from planner.report.cashflow import Year
from planner.report.documents.blocks import Bullets, Figure, Heading, Note, Paragraph, Table
from planner.report.documents.charts import cash_flow_drawing, waterfall_drawing
from planner.report.funding import funder_headings, funder_rows, paid_for, worth_of_more
from planner.report.phases import since_purchase
from planner.wording import number, technology_heading

if TYPE_CHECKING:
    from planner.plan.model import Plan
    from planner.report.bill import Bill
    from planner.report.documents.blocks import Block
    from planner.report.exported import ExportedRun


def costs(plan: Plan) -> list[Block]:
    """Return the chapter of costs and cash flow."""
    currency, years = plan.scenario["currency"], _years(plan)
    text = _(
        "Operation is paid at the end of its year where the scenario says so. Replacements follow the lives of the "
        "equipment; what is left at the end of the horizon is deducted. The programme pays first purchases and {n} "
        "years of operation, the post everything else."
    )
    words = _("Bars by year from 0 to {n}: first purchases, then operation and replacements.")
    return [
        Heading(_("Costs")),
        Figure(
            _("From purchases to the programme cost, in {currency}").format(currency=currency),
            waterfall_drawing(*_steps(plan), currency=currency),
            _("The purchases of each technology and the funded years of operation add up to the programme cost."),
        ),
        *_funders(plan),
        Heading(_("Cash flow"), 2),
        Paragraph(text.format(n=plan.scenario["funded_years"])),
        *([Paragraph(since_purchase())] if plan.phases else []),
        Figure(
            _("Cash flow by year, in {currency}, not discounted").format(currency=currency),
            cash_flow_drawing(years, currency=currency),
            words.format(n=years[-1].year),
        ),
        _table(years, currency),
    ]


def _funders(plan: Plan) -> list[Block]:
    """Return who pays for what, and what more of each funder's money would bring; nothing without funders."""
    if not plan.funders:
        return []
    currency = plan.scenario["currency"]
    text = _(
        "Every cent of the programme cost is paid by one funder that may pay for it. Where several may, the money that "
        "may pay for the least is used first. People are shared out in proportion to who pays for their office and for "
        "its part of the links and masts that it hangs from."
    )
    rows = tuple(funder_rows(plan))
    worth = worth_of_more(plan)
    return [
        Heading(_("Funders"), 2),
        Paragraph(text),
        Table(
            _("Funders, in {currency}").format(currency=currency),
            *funder_headings(), rows, total=len(plan.funders) > 1, small=True,
        ),
        Bullets(tuple(paid_for(funder, currency) for funder in plan.funders)),
        *((Paragraph(_("What more money would bring:")), Bullets(tuple(worth))) if worth else ()),
    ]  # fmt: skip


def bill_or_note(run: ExportedRun) -> Bill | Note:
    """Return the bill of quantities, or why there is none: prices that are no longer those of the plan."""
    try:
        return bill_of_quantities(run)
    except InputError as error:
        text = _("This part is missing, because the plan can no longer be priced as it was: {reason}")
        return Note(text.format(reason=str(error)), serious=True)


def _years(plan: Plan) -> list[Year]:
    """Return the plan's cash flow with what the programme pays of it: first purchases and the funded operation."""
    rows = plan.cash_flow["years"]
    funded = [row["year"] for row in rows if row["operation"]][: plan.scenario["funded_years"]]
    return [
        Year(
            year=row["year"],
            purchases=row["purchases"],
            replacements=row["replacements"],
            operation=row["operation"],
            residual=-row["residual_value"],
            programme=row["purchases"] + (row["operation"] if row["year"] in funded else 0.0),
            present_value=row["present_value"],
        )
        for row in rows
    ]


def _steps(plan: Plan) -> tuple[list[tuple[str, float]], tuple[str, float]]:
    funded, totals = plan.scenario["funded_years"], plan.totals
    steps = [
        (_("{technology}: purchases").format(technology=technology_heading(row["technology"])), float(row["capex"]))
        for row in plan.technology_mix
        if row["capex"]
    ]
    operation = totals["programme_cost"] - totals["capex"]
    steps.append((_("Operation, {n} years").format(n=funded), operation))
    return steps, (_("Programme cost"), totals["programme_cost"])


def _table(years: list[Year], currency: str) -> Table:
    def cells(year: Year) -> tuple[str, ...]:
        amounts = (year.purchases, year.replacements, year.operation, year.residual, year.total, year.programme)
        return tuple(number(amount or 0.0) for amount in amounts)

    names = ("purchases", "replacements", "operation", "residual", "total", "programme")
    sums = tuple(number(sum(getattr(year, name) for year in years) or 0.0) for name in names)
    figures = (
        _("First purchases"), _("Replacements"), _("Operation"), _("Residual value"), _("Total"), _("Programme pays"),
    )  # fmt: skip
    return Table(
        _("Cash flow by year, in {currency}").format(currency=currency),
        (_("Year"),),
        figures,
        (*((str(year.year), *cells(year)) for year in years), (_("Total"), *sums)),
        total=True,
    )
