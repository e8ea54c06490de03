"""A run as a spreadsheet (XLSX) that reckons: assumptions drive quantities, cash flow, summary and comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.files import whole_file
from planner.i18n import _
from planner.report.bill import bill_of_quantities
from planner.report.workbook.assumptions import write_assumptions, write_sources
from planner.report.workbook.book import Book
from planner.report.workbook.flows import write_flows
from planner.report.workbook.funders import write_funders, write_payments
from planner.report.workbook.phases import write_phases
from planner.report.workbook.quantities import write_quantities
from planner.report.workbook.scenarios import write_scenarios
from planner.report.workbook.summary import Sources, write_comparison, write_summary
from planner.report.workbook.tables import money_headings, write_links, write_masts, write_monitoring, write_offices

if TYPE_CHECKING:
    from pathlib import Path

    from planner.report.exported import ExportedRun

__all__ = ["write"]


def write(run: ExportedRun, folder: Path) -> list[Path]:
    """Write the workbook of a run.

    As it comes, its totals are those of ``plan.json`` to the cent.

    Raises
    ------
    InputError
        If scenario, inputs or prices are no longer those of the run: what the lines are made of could not be told.
    """
    plan, bill, shown = run.plan, bill_of_quantities(run), run.option_names()
    currency = plan.scenario["currency"]
    options = [shown[kind] for kind in zip(plan.all_links["technology"], plan.all_links["option"], strict=True)]
    path = folder / f"{run.name}.xlsx"
    with whole_file(path) as temporary, Book(temporary) as book:
        summary, assumed, quantities, flows, offices, links, masts, monitoring, comparison, figures = (
            book.sheet(name)
            for name in (
                _("Summary"), _("Assumptions"), _("Quantities"), _("Cash flow"), _("Offices"), _("Links"), _("Masts"),
                _("Monitoring"), _("Comparison"), _("Sources"),
            )
        )  # fmt: skip
        prices = write_assumptions(book, assumed, bill, currency)
        billed = write_quantities(quantities, bill, prices, plan.totals, currency)
        write_flows(flows, bill, billed, plan.totals["present_value"], currency, phased=bool(plan.phases))
        tables = Sources(write_offices(offices, plan), write_links(links, plan, options), billed)
        of_masts = write_masts(masts, plan)
        if plan.phases:
            write_phases(book.sheet(_("Phases")), plan, (tables.offices, tables.links, of_masts))
        write_monitoring(monitoring, plan)
        total = write_summary(summary, plan, tables)
        write_comparison(comparison, plan, summary, total)
        if run.beside:
            scenarios = book.sheet(_("Scenarios"))
            write_scenarios(scenarios, run, summary, total, money_headings(currency))
        if plan.funders:
            funders, payments = book.sheet(_("Funders")), book.sheet(_("Payments"))
            write_funders(funders, plan, write_payments(payments, plan))
        write_sources(figures, run.prices.assumptions)
    return [path]
