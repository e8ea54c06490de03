"""The plan: by technology, by region, beside simple rules, along the frontier."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from planner.finance import MEASURES
from planner.i18n import _
from planner.plan.frontier import FRONTIER_JSON
from planner.plan.model import BACKUPS
from planner.plan.tables import CENTS
from planner.report.documents.blocks import Figure, Heading, Note, Paragraph, Table
from planner.report.documents.charts import frontier_drawing
from planner.report.documents.proposal.asked import asked
from planner.report.documents.proposal.assessment import by_region, region_name
from planner.report.documents.proposal.equity import equity
from planner.report.documents.proposal.phases import phases
from planner.report.documents.proposal.summary import cautions
from planner.report.enabled import enabled_headings, enabled_rows
from planner.report.progress import progress_lines, progress_notes, progress_table
from planner.report.resilience import failure_headings, failure_rows, resilience_lines, second_path_rows
from planner.report.rules import what_rules_heed
from planner.wording import figure, labelled, measure_name, number, rule_name, share, technology_heading

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from planner.plan.model import Plan
    from planner.report.documents.blocks import Block
    from planner.report.exported import ExportedRun

Row = tuple[str, ...]

MOST_FAILURES = 10
"""So many single failures are listed."""


def results(run: ExportedRun) -> list[Block]:
    """Return the chapter of the plan's results."""
    plan = run.plan
    return [
        Heading(_("The plan")),
        *cautions(plan),
        *asked(plan),
        *_spent(plan),
        Heading(_("By technology"), 2),
        _by_technology(plan),
        Heading(_("By region"), 2),
        _by_region(plan),
        _crossed(plan),
        *equity(plan),
        *_enabled(plan),
        *phases(run),
        *_progress(plan),
        *_resilience(plan),
        *_beside(plan),
        *_frontier(run.folder, plan),
    ]


def _enabled(plan: Plan) -> list[Block]:
    """Return the services that offices can offer with the plan; nothing where the scenario asks for none."""
    rows = tuple(enabled_rows(plan))
    text = _(
        "An office can offer a service if it is connected, and if the speed that it is planned for and the "
        "availability of its whole chain are at least what the service needs. What each needs, and who says so, stands "
        "in the scenario and in plan.json; people are all within reach, those of offices connected before too."
    )
    table = Table(_("Services that offices can offer, with their needs"), *enabled_headings(), rows)
    return [Heading(_("Services enabled"), 2), Paragraph(text), table] if rows else []


def gained(plan: Plan) -> pd.DataFrame:
    """Return the offices that the plan connects or upgrades."""
    return plan.offices[plan.offices["connected"] & (plan.offices["before"] != "adequate")]


def money_headings(plan: Plan) -> Row:
    """Return the headings of purchases, operation and programme cost."""
    return _("Purchases"), _("Per year"), _("With {n} years").format(n=plan.scenario["funded_years"])


def _spent(plan: Plan) -> list[Block]:
    """Return what a plain plan spends of its budget; what others spend is told with what they are asked."""
    if not plan.plain:
        return []
    (budget,), currency = plan.budgets, plan.scenario["currency"]
    text = _(
        "Of the budget “{name}” of {currency} {limit} ({measure}) the plan spends {currency} {spent}, {share} of it."
    )
    used = share(budget["spent"] / budget["limit"], 1) if budget["limit"] else "–"
    told = text.format(
        name=budget["name"],
        currency=currency,
        limit=number(budget["limit"]),
        measure=measure_name(budget["measure"]),
        spent=number(budget["spent"]),
        share=used,
    )
    return [Paragraph(told)]


def _amounts(amounts: dict[str, Any]) -> Row:
    return tuple(number(amounts[name]) for name in ("capex", "opex_per_year", "programme_cost"))


def _sums(*frames: pd.DataFrame) -> dict[str, float]:
    return {
        measure: sum(int(frame[name].sum()) for frame in frames) / 100
        for measure, name in zip(MEASURES, CENTS, strict=True)
    }


def _by_technology(plan: Plan) -> Table:
    rows: list[Row] = []
    for row in plan.technology_mix:
        masts = row["technology"] == "masts"
        second = row["technology"] == BACKUPS
        counts = ("", "") if masts else ("" if second else number(row["offices"]), number(row["links"]))
        length = number(row["length_km"]) if row["length_km"] else ""
        rows.append((technology_heading(row["technology"]), *counts, length, *_amounts(row)))
    totals = plan.totals
    length = number(math.fsum(row["length_km"] for row in plan.technology_mix))
    counts = number(totals["offices_connected"]), number(len(plan.all_links))
    rows.append((_("Total"), *counts, length, *_amounts(totals)))
    return Table(
        _("The plan by technology, in {currency}").format(currency=plan.scenario["currency"]),
        (_("Technology"),),
        (_("Offices"), _("Links"), _("km"), *money_headings(plan)),
        tuple(rows),
        total=True,
    )


def _by_region(plan: Plan) -> Table:
    links, masts, new = by_region(plan.all_links), by_region(plan.masts), by_region(gained(plan))
    offices = by_region(plan.offices)
    regions = [*sorted(filter(None, {*offices, *links, *masts})), None]
    rows: list[Row] = []
    for region in regions:
        parts = [frames[region] for frames in (offices, links, masts) if region in frames]
        if not parts:
            continue
        there, won = offices.get(region, plan.offices[:0]), new.get(region, plan.offices[:0])
        people = number(math.fsum(won["people"].dropna()))
        rows.append((region_name(region), number(len(there)), number(len(won)), people, *_amounts(_sums(*parts))))
    every = gained(plan)
    people = number(math.fsum(every["people"].dropna()))
    rows.append((_("Total"), number(len(plan.offices)), number(len(every)), people, *_amounts(plan.totals)))
    return Table(
        _("The plan by region, in {currency}").format(currency=plan.scenario["currency"]),
        (_("Region"),),
        (_("Offices"), _("Connected or upgraded"), _("Underserved people"), *money_headings(plan)),
        tuple(rows),
        total=True,
    )


def _crossed(plan: Plan) -> Table:
    """Return offices that gain, by region and technology."""
    every = gained(plan)
    technologies = sorted(set(every["technology"]))

    def counts(offices: pd.DataFrame) -> Row:
        return tuple(number((offices["technology"] == name).sum()) for name in technologies)

    rows = [(region_name(region), *counts(offices)) for region, offices in by_region(every).items()]
    return Table(
        _("Offices connected or upgraded, by region and technology"),
        (_("Region"),),
        tuple(map(technology_heading, technologies)),
        (*rows, (_("Total"), *counts(every))),
        total=True,
    )


def _progress(plan: Plan) -> list[Block]:
    """Return how far the plan is built, by region and funder."""
    texts, figures, rows = progress_table(plan)
    if not rows:
        return []
    caption = _("The plan by status, purchases in {currency}").format(currency=plan.scenario["currency"])
    told, notes = map(Paragraph, progress_lines(plan)), map(Paragraph, progress_notes(plan))
    return [Heading(_("As built"), 2), *told, Table(caption, texts, figures, rows), *notes]


def _resilience(plan: Plan) -> list[Block]:
    """Return second paths, and what single failures cut off."""
    rows = failure_rows(plan, MOST_FAILURES)
    if not rows:
        return []
    caption = _("What a single failure cuts off, worst first")
    blocks: list[Block] = [Heading(_("If something fails"), 2), *map(Paragraph, resilience_lines(plan))]
    blocks.append(Table(caption, (_("Failure"),), failure_headings(plan), tuple(rows)))
    if plan.backups:
        headings = (_("Office"), _("First path"), _("Second path"))
        caption = _("Offices with two paths")
        blocks.append(Table(caption, headings, (_("Links bought for it"),), tuple(second_path_rows(plan))))
    return blocks


def _beside(plan: Plan) -> list[Block]:
    """Return the plan beside simple rules, which know no years."""
    if plan.phases:
        return []
    measure, totals = plan.measure, plan.totals
    ours = (
        _("This plan"),
        number(totals["offices_newly_connected"] + totals["offices_upgraded"]),
        figure(plan.benefit),
        number(totals["people"]),
        number(totals[measure]),
        number(totals["opex_per_year"]),
    )
    rows: list[Row] = [ours]
    for rule in plan.baselines:
        part = rule["within_budget"]
        if rule["available"] and part is not None:
            counts = number(part["offices"]), figure(part["benefit"]), number(part["people"])
            rows.append((rule_name(rule["name"]), *counts, number(part[measure]), number(part["opex_per_year"])))
        else:
            rows.append((labelled(rule_name(rule["name"]), str(rule["reason"])), "–", "–", "–", "–", "–"))
    words = _(
        "The same money spent office by office, without shared links, in the order of benefit per money; offices that "
        "no longer fit are passed over."
    )
    table = Table(
        _("The same money by simple rules, in {currency}").format(currency=plan.scenario["currency"]),
        (_("Rule"),),
        (_("Offices"), _("Benefit"), _("People"), _("Spent"), _("Per year")),
        tuple(rows),
    )
    return [Heading(_("Beside simple rules"), 2), Paragraph(" ".join([words, *what_rules_heed(plan)])), table]


def _frontier(run_dir: Path, plan: Plan) -> list[Block]:
    """Return what other budgets would buy, where the run's folder holds a frontier of the same scenario."""
    path = run_dir / FRONTIER_JSON
    if not path.exists():
        return []
    told = json.loads(path.read_text(encoding="utf-8"))
    heading = Heading(_("What other budgets would buy"), 2)
    budget, currency = plan.budget, plan.scenario["currency"]
    same = told["scenario"]["name"] == plan.scenario["name"] and told["budget"]["measure"] == plan.measure
    # A frontier heeds one budget alone: its plans and ceilings are not those of a scenario that asks for more.
    if budget is None or not (plan.plain and same):
        return [heading, Note(_("The frontier in this folder belongs to another scenario and is not shown."))]
    points = [(point["limit"], point["value"], point["bound"]) for point in told["points"]]
    rings = [("", budget["limit"], plan.benefit)]
    drawing = frontier_drawing(points, rings=rings, ringed=_("this plan (ring)"), currency=currency)
    words = _(
        "Benefit grows from {first} at a budget of {low} to {last} at {high}; the proven ceiling lies above it."
    ).format(
        first=figure(points[0][1]), low=number(points[0][0]), last=figure(points[-1][1]), high=number(points[-1][0])
    )
    rows = tuple(
        (number(limit), figure(value), figure(bound), number(point["totals"]["offices_connected"]))
        for (limit, value, bound), point in zip(points, told["points"], strict=True)
    )
    figures = (_("Budget"), _("Benefit"), _("At most"), _("Offices"))
    caption = _("Benefit against budget, in {currency}").format(currency=currency)
    return [
        heading,
        Figure(_("Benefit against budget, and the proven ceiling"), drawing, words),
        Table(caption, (), figures, rows),
    ]
