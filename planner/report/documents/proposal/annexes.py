"""The annexes: offices, bill of quantities, sheets of hops, assumptions, how to make it all again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.errors import InputError
from planner.i18n import _
from planner.price_words import price_name
from planner.report.bill import BACKUP_LINKS, LINKS, MASTS, OFFICES
from planner.report.documents.blocks import Heading, Note, Paragraph, Table
from planner.report.documents.proposal.assessment import region_name
from planner.report.documents.proposal.hops import hop_sheets
from planner.report.documents.proposal.results import money_headings
from planner.report.documents.proposal.summary import cautions
from planner.wording import ended_words, item_name, number, sentence, share, status_name, technology_heading

if TYPE_CHECKING:
    from planner.plan.model import Plan
    from planner.report.bill import Bill, Entry
    from planner.report.documents.blocks import Block
    from planner.report.exported import ExportedRun


PARTS = (LINKS, BACKUP_LINKS, MASTS, OFFICES)
"""In the order in which the bill tells them."""


def annexes(run: ExportedRun, bill: Bill | Note) -> list[Block]:
    """Return all annexes, with the bill of quantities or the note why there is none."""
    return [
        Heading(_("Post offices"), annex=True),
        *cautions(run.plan),
        Paragraph(
            _(
                "Money of an office is its own equipment and transit; links and masts are in the tables by technology "
                "and region. Why an office is in the plan or not is told by “planner explain” and in plan.json."
            )
        ),
        _offices(run.plan),
        Heading(_("Bill of quantities"), annex=True),
        *([bill] if isinstance(bill, Note) else [*_tax(bill), _bill(run.plan, bill)]),
        Heading(_("Microwave hops"), annex=True),
        *hop_sheets(run),
        Heading(_("Assumptions and their sources"), annex=True),
        *_assumptions(run),
        Heading(_("Reproducibility"), annex=True),
        *_reproducibility(run),
    ]


def _offices(plan: Plan) -> Table:
    offices = plan.offices.assign(order=[region_name(region) for region in plan.offices["region"]])
    offices = offices.sort_values(["order", "id"], kind="stable")
    columns = (
        "id",
        "name",
        "region",
        "before",
        "connected",
        "technology",
        "people",
        "capex_cents",
        "opex_per_year_cents",
    )
    rows = [
        (
            str(name),
            str(title or ""),
            region_name(region),
            status_name(before),
            technology_heading(technology) if connected else _("Left out"),
            "–" if people != people else number(people),  # noqa: PLR0124 - what is not a number
            number(capex / 100),
            number(opex / 100),
        )
        for name, title, region, before, connected, technology, people, capex, opex in zip(
            *(offices[column].tolist() for column in columns), strict=True
        )
    ]
    purchases, per_year, _programme = money_headings(plan)
    return Table(
        _("Post offices, in {currency}").format(currency=plan.scenario["currency"]),
        (_("Office"), _("Name"), _("Region"), _("Before"), _("Technology")),
        (_("Underserved people"), purchases, per_year),
        tuple(rows),
        small=True,
    )


def _tax(bill: Bill) -> list[Block]:
    """Return that the amounts have tax in them, if they have."""
    if not bill.terms.tax:
        return []
    text = _("All amounts have value added tax of {rate} in them, which is not recovered.")
    return [Paragraph(text.format(rate=share(bill.terms.tax, 2)))]


def _bill(plan: Plan, bill: Bill) -> Table:
    """Return the bill, part by part; items that differ in size and price alone, such as solar sets, are one row."""
    units = {"each": "", "km": " km", "mbps": " Mbit/s"}
    groups: dict[tuple[str, str, str, str, str], list[Entry]] = {}
    for entry in sorted(
        bill.entries, key=lambda entry: (PARTS.index(entry.part), entry.part == OFFICES and entry.option)
    ):
        technology = entry.technology if entry.part == LINKS else ""
        key = (entry.part, technology, entry.option, entry.item.name, entry.item.per)
        groups.setdefault(key, []).append(entry)
    rows = []
    for (part, technology, option, item, per), entries in groups.items():
        rows.append(
            (
                technology_heading(technology) if part == LINKS else entries[0].part_name,
                option,
                item_name(item),
                f"{number(math.fsum(entry.quantity for entry in entries), 1)}{units[per]}",
                _from_to([entry.unit_capex for entry in entries]),
                number(math.fsum(entry.capex for entry in entries)),
                _from_to([entry.unit_opex_per_year for entry in entries]),
                number(math.fsum(entry.opex_per_year for entry in entries)),
            )
        )
    capex = sum(entry.capex for entry in bill.entries)
    opex = sum(entry.opex_per_year for entry in bill.entries)
    rest = plan.totals["capex"] - capex, plan.totals["opex_per_year"] - opex
    if any(round(abs(amount), 2) for amount in rest):
        rows.append(
            (
                _("Rounding"),
                "",
                "",
                "",
                "",
                number(round(rest[0], 2) or 0.0, 2),
                "",
                number(round(rest[1], 2) or 0.0, 2),
            )
        )
    totals = number(plan.totals["capex"]), number(plan.totals["opex_per_year"])
    rows.append((_("Total"), "", "", "", "", totals[0], "", totals[1]))
    return Table(
        _("Bill of quantities, in {currency}").format(currency=plan.scenario["currency"]),
        (_("Part"), _("Option"), _("Item")),
        (_("Quantity"), _("Unit price"), _("Purchases"), _("Unit, per year"), _("Per year")),
        tuple(rows),
        total=True,
        small=True,
    )


def _from_to(prices: list[float]) -> str:
    """Return one price, or the lowest and the highest."""
    low, high = min(prices), max(prices)
    return number(low, 2) if low == high else f"{number(low)}–{number(high)}"


def _assumptions(run: ExportedRun) -> list[Block]:
    try:
        prices = run.prices
    except InputError as error:
        return [Note(str(error), serious=True)]
    rows = tuple(
        (price_name(one.name), one.unit, one.origin, *(number(value, 4) for value in (one.low, one.value, one.high)))
        for one in prices.assumptions
    )
    return [
        Paragraph(
            _("Every price and rate in force. “user” is a figure of the scenario's author; others name their source.")
        ),
        Table(
            _("Prices and rates in force"),
            (_("Assumption"), _("Unit"), _("Source")),
            (_("Low"), _("Typical"), _("High")),
            rows,
            small=True,
        ),
    ]


def _reproducibility(run: ExportedRun) -> list[Block]:
    plan = run.plan
    rows = [
        (_("Fingerprint of the scenario (SHA-256)"), str(plan.scenario["hash"])),
        (_("Search"), sentence(ended_words(plan.outcome.termination))),
        *((name, version) for name, version in plan.versions.items()),
    ]
    blocks: list[Block] = [
        Paragraph(
            _(
                "The folder of the run holds the scenario as solved, the plan with every line, and the record of the "
                "inputs. “planner verify” recomputes the plan without the solver; “planner solve” with the same "
                "inputs, version and seed finds it again."
            )
        ),
        Table(_("Scenario and versions"), (_("What"), _("Value")), (), tuple(rows), small=True),
    ]
    try:
        files = run.record.files
    except InputError as error:
        return [*blocks, Note(str(error), serious=True)]
    rows = [(file.file, file.sha256) for file in files]
    return [
        *blocks,
        Table(_("Input files"), (_("File"), _("SHA-256")), (), tuple(rows), small=True),
    ]
