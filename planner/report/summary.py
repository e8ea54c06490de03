"""The terminal summary of a plan: one readable page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.i18n import _, ngettext
from planner.plan.floors import floor_words
from planner.report.enabled import enabled_headings, enabled_rows
from planner.report.fairness import fairness_lines, settled_headings, settled_note, settled_rows
from planner.report.funding import funder_headings, funder_rows, worth_of_more
from planner.report.layout import Grid, print_grid, say, say_title
from planner.report.phases import phases_grid, phases_words
from planner.report.progress import progress_lines, progress_notes, progress_table
from planner.report.resilience import failure_headings, failure_rows, resilience_lines
from planner.report.rules import what_rules_heed
from planner.wording import (
    benefit_column,
    figure,
    labelled,
    measure_name,
    money,
    nearness,
    number,
    objective_words,
    quality,
    rule_name,
    scope_words,
    share,
    technology_name,
    too_little,
    what_data,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rich.console import Console

    from planner.plan.model import Plan

SHOWN = 5
"""So many assumptions, notes and problems are listed; the rest is counted."""


def print_summary(plan: Plan, console: Console, run_dir: Path) -> None:
    """Print what a plan does, with which money, how good it is and what it rests on.

    Parameters
    ----------
    plan : Plan
    console : Console
    run_dir : Path
        Where the files of the run lie.
    """
    say_title(console, plan.scenario["name"])
    if warning := what_data(synthetic=plan.data["synthetic"], name=plan.scenario["name"]):
        say(console, warning, style="bold yellow")
    found = plan.outcome
    lacking = plan.shortfall
    short = [too_little(**lacking, currency=plan.scenario["currency"])] if lacking else []
    first = [verdict(plan)] if found.conflict is None else found.conflict.lines()
    for line in (*first, *_stages(plan), *short, *(_headline(plan) if found.value is not None else [])):
        say(console, line)
    if plan.outcome.value is not None:
        for line in (*resilience_lines(plan), *progress_lines(plan)):
            say(console, line)
        _print_tables(plan, console)
    for title, lines in _grounds(plan):
        _print_heading(console, title)
        for line in lines:
            say(console, f"  {line}", hang=2)
    _print_heading(console, _("The results lie in {folder}:").format(folder=run_dir))
    say(console, _("  plan.json (everything), plan.gpkg (for GIS), inputs.json, events.jsonl, log.txt"))


def verdict(plan: Plan) -> str:
    """Return how good the plan is, or that there is none, as a sentence that claims no more than is proven."""
    found = plan.outcome
    return quality(
        status=found.status,
        termination=found.termination,
        value=found.value,
        gap=found.gap,
        sense=found.sense,
        several=bool(found.stages),
    )


def _stages(plan: Plan) -> list[str]:
    """Return what each of several objectives has reached."""
    lines = []
    for place, stage in enumerate(plan.outcome.stages if plan.outcome.value is not None else (), start=1):
        reached = figure(stage.value) if stage.sense == "max" else money(100 * stage.value, plan.scenario["currency"])
        near = _("not searched") if stage.gap is None else nearness(stage.gap, least=stage.sense == "min")
        text = _("  {place}. {objective}: {value} ({near})")
        lines.append(
            text.format(place=place, objective=objective_words(stage.objective, stage.sense), value=reached, near=near)
        )
    return lines


def _print_heading(console: Console, title: str) -> None:
    console.print()
    say(console, title, style="bold")


def _print_tables(plan: Plan, console: Console) -> None:
    """Print budgets, floors, technologies and simple rules."""
    currency = plan.scenario["currency"]
    beside = _baseline_table(plan)
    cash_flow = (
        _("Payments by years after the purchase of each part, in {currency} and prices of {year}")
        if plan.phases
        else _("Cash flow, in {currency} and prices of {year}")
    )
    for title, grid, notes in (
        (_("Budgets in {currency}"), _budget_table(plan), ()),
        (_("Phases, in {currency}"), phases_grid(plan), phases_words(plan)),
        (_("Funders, in {currency}"), Grid(*funder_headings(), tuple(funder_rows(plan))), worth_of_more(plan)),
        (_("Floors"), _floor_table(plan), ()),
        (_("Worst first"), Grid(*settled_headings(), tuple(settled_rows(plan))), (settled_note(plan),)),
        (_("Technologies, in {currency}"), _mix_table(plan), ()),
        (_("Regions, in {currency}"), _region_table(plan), ()),
        (_("Benefit by column"), _index_table(plan), ()),
        (_("Services that offices can offer"), Grid(*enabled_headings(), tuple(enabled_rows(plan))), ()),
        (cash_flow, _cash_flow_table(plan), ()),
        (_("What a single failure cuts off"), _failure_table(plan), ()),
        (_("As built, purchases in {currency}"), Grid(*progress_table(plan)), progress_notes(plan)),
        (_("The same money by simple rules, every office by itself, in {currency}"), beside, ()),
        (_("Every office connected by these rules, whatever the money, in {currency}"), _everyone_table(plan), ()),
    ):
        if grid.rows:
            _print_heading(console, title.format(currency=currency, year=plan.scenario["price_year"]))
            print_grid(console, grid, bold=0 if grid is beside else None)
            for line in notes:
                say(console, line)
    for line in _baseline_notes(plan):
        say(console, line)


def _headline(plan: Plan) -> list[str]:
    """Return what is connected, for whom, and what it costs."""
    totals, currency = plan.totals, plan.scenario["currency"]
    before = totals["offices_connected"] - totals["offices_newly_connected"] - totals["offices_upgraded"]
    lines = [
        _("Offices newly connected: {new}, upgraded: {upgraded}, of {total}; adequate before: {before}.").format(
            new=number(totals["offices_newly_connected"]),
            upgraded=number(totals["offices_upgraded"]),
            total=number(totals["offices"]),
            before=number(before),
        ),
        _("People within reach of them: {people} who lack adequate service, {total} in all.").format(
            people=number(totals["people"]), total=number(totals["people_total"])
        ),
        *_counted(plan),
        _(
            "Purchases {capex}; programme cost {programme} ({years} years of operation); present value {present}."
        ).format(
            capex=money(100 * totals["capex"], currency),
            programme=money(100 * totals["programme_cost"], currency),
            years=plan.scenario["funded_years"],
            present=money(100 * totals["present_value"], currency),
        ),
        _("Left to the post afterwards: {opex} every year.").format(
            opex=money(100 * totals["opex_per_year"], currency)
        ),
    ]
    if totals["fees_saved_per_year"]:
        lines[-1] += " " + _("Upgrades save {fees} a year of present fees.").format(
            fees=money(100 * totals["fees_saved_per_year"], currency)
        )
    if totals["offices_below_availability"]:
        lines.append(
            ngettext(
                "{n} office has service for less than {share} of the year, power and its whole chain counted: the "
                "level asked binds each service and link by itself.",
                "{n} offices have service for less than {share} of the year, power and their whole chain counted: the "
                "level asked binds each service and link by itself.",
                totals["offices_below_availability"],
            ).format(n=totals["offices_below_availability"], share=share(plan.scenario["availability"], 2))
        )
    if second := plan.scenario["second_currency"]:
        text = _(
            "In {currency}, at {rate} for one {own} ({source}): purchases {capex}; programme cost {programme}; present "
            "value {present}; every year {opex}."
        )
        told = ("capex", "programme_cost", "present_value", "opex_per_year")
        amounts = (money(100 * second["rate"] * totals[name], second["currency"]) for name in told)
        told_as = dict(zip(("capex", "programme", "present", "opex"), amounts, strict=True))
        rate, source = number(second["rate"], 4), second["source"]
        lines.append(text.format(currency=second["currency"], rate=rate, own=currency, source=source, **told_as))
    if totals["offices_position_unknown"]:
        lines.append(
            ngettext(
                "{n} office is located to a district only; {connected} of them connected.",
                "{n} offices are located to a district only; {connected} of them connected.",
                totals["offices_position_unknown"],
            ).format(n=totals["offices_position_unknown"], connected=totals["offices_connected_position_unknown"])
        )
    return [*lines, *fairness_lines(plan)]


def _budget_table(plan: Plan) -> Grid:
    rows = []
    for budget in plan.budgets:
        limit, spent = budget["limit"], budget["spent"]
        used = share(spent / limit, 1) if limit else "–"
        rows.append(
            (
                budget["name"],
                "; ".join([measure_name(budget["measure"]), *scope_words(budget["scope"])]),
                *map(number, (limit, spent, limit - spent)),
                used,
            )
        )
    return Grid((_("Budget"), _("Measure")), (_("Limit"), _("Spent"), _("Left"), _("Used")), tuple(rows))


def _floor_table(plan: Plan) -> Grid:
    target = plan.outcome.target is not None
    rows = [
        (
            _("target: {text}").format(text=floor_words(floor))
            if target and floor is plan.floors[-1]
            else floor_words(floor),
            figure(floor["reached"]),
        )
        for floor in plan.floors
    ]
    return Grid((_("Floor"),), (_("Reached"),), tuple(rows))


def _counted(plan: Plan) -> list[str]:
    """Return why the benefit is not the number of people who lack adequate service, where it would be but for that."""
    people, upgraded = plan.totals["people"], plan.totals["offices_upgraded"]
    # With phases, benefit is less for the years too.
    if plan.phases or not upgraded or not plan.benefit_is_people or number(plan.benefit) == number(people):
        return []
    text = _(
        "As benefit they count {benefit}: at an office that is too slow today, people count by the share of its demand "
        "that it lacks."
    )
    return [text.format(benefit=number(plan.benefit))]


def _index_table(plan: Plan) -> Grid:
    """Return what the benefit is made of; nothing where it is people alone."""
    rows = [
        (
            benefit_column(each["column"]),
            number(each["weight"], 6),
            figure(each["gained"]),
            figure(each["all"]),
        )
        for each in plan.benefit_index.get("columns", ())
        if not plan.benefit_is_people
    ]
    return Grid((_("Column"),), (_("Weight"), _("In the plan"), _("Of all offices")), tuple(rows))


def _mix_table(plan: Plan) -> Grid:
    years = plan.scenario["funded_years"]
    headings = (_("Offices"), _("Links"), _("km"), _("Purchases"), _("Per year"), _("With {n} years").format(n=years))
    rows = []
    for row in plan.technology_mix:
        masts, second = row["technology"] == "masts", row["technology"] == "backups"
        rows.append(
            (
                _("masts and their sites") if masts else technology_name(row["technology"]),
                "" if masts or second else number(row["offices"]),
                "" if masts else number(row["links"]),
                number(row["length_km"]) if row["length_km"] else "",
                *(number(row[measure]) for measure in ("capex", "opex_per_year", "programme_cost")),
            )
        )
    return Grid((_("Technology"),), headings, tuple(rows))


def _region_table(plan: Plan) -> Grid:
    """Return what each region has; nothing where there is one region only."""
    years = plan.scenario["funded_years"]
    headings = (_("Offices"), _("People"), _("Purchases"), _("Per year"), _("With {n} years").format(n=years))
    columns = ("offices", "people", "capex", "opex_per_year", "programme_cost")
    rows = [
        (row["region"] or _("no region"), *(number(row[name]) for name in columns))
        for row in plan.region_mix
        if row["offices"] or row["capex"]
    ]
    return Grid((_("Region"),), headings, tuple(rows) if len(plan.region_mix) > 1 else ())


def _cash_flow_table(plan: Plan) -> Grid:
    """Return what is paid in each year, and what that is worth now."""
    columns = ("purchases", "replacements", "operation", "residual_value", "net", "present_value")
    rows = [
        (str(row["year"]), *(number(row[name]) if row[name] else "" for name in columns))
        for row in plan.cash_flow["years"]
    ]
    headings = (
        _("Purchases"), _("Replacements"), _("Operation"), _("Residual value"), _("Net"), _("Discounted"),
    )  # fmt: skip
    return Grid((_("Year"),), headings, tuple(rows))


def _failure_table(plan: Plan) -> Grid:
    """Return the worst failures of a plan with second paths; of others the worst is said in a sentence."""
    rows = failure_rows(plan, SHOWN) if plan.backups else []
    return Grid((_("Failure"),), failure_headings(plan), tuple(rows))


def _baseline_table(plan: Plan) -> Grid:
    """Return the plan beside the baselines under the same budget."""
    measure, totals, headings = plan.measure, plan.totals, (_("Rule"),)
    figures = (_("Offices"), _("Benefit"), _("People"), _("Spent"), _("Per year"))
    if plan.phases:  # simple rules know no years
        return Grid(headings, figures, ())

    def cells(part: dict[str, Any]) -> list[str]:
        others = (part[name] for name in ("people", measure, "opex_per_year"))
        return [number(part["offices"]), figure(part["benefit"]), *map(number, others)]

    gained = totals["offices_newly_connected"] + totals["offices_upgraded"]
    ours = {**totals, "offices": gained, "benefit": plan.benefit}
    rows = [(_("this plan"), *cells(ours))]
    rows += [
        (rule_name(baseline["name"]), *cells(baseline["within_budget"]))
        for baseline in plan.baselines
        if baseline["available"]
    ]
    return Grid(headings, figures, tuple(rows))


def _everyone_table(plan: Plan) -> Grid:
    """Return what each rule would cost for every office that it has something for."""
    measure, rows = plan.measure, []
    for baseline in plan.baselines:
        if baseline["available"]:
            everyone = baseline["everyone"]
            counts = (everyone["offices"], baseline["without_option"], everyone[measure], everyone["opex_per_year"])
            rows.append((rule_name(baseline["name"]), *map(number, counts)))
    return Grid((_("Rule"),), (_("Offices"), _("No option"), _("Cost"), _("Per year")), tuple(rows))


def _baseline_notes(plan: Plan) -> list[str]:
    """Return the rule of the baselines, and why some are not available."""
    if plan.phases:
        return []
    lines = [
        _("Rule: no shared links; offices in the order of benefit per money, those that no longer fit are passed over.")
    ]
    lines += what_rules_heed(plan)
    lines += [
        _("Not available – {rule}: {reason}").format(rule=rule_name(baseline["name"]), reason=baseline["reason"])
        for baseline in plan.baselines
        if not baseline["available"]
    ]
    return lines


def _grounds(plan: Plan) -> list[tuple[str, list[str]]]:
    """Return what the plan rests on: rows left out, warnings, assumptions, what was not offered."""
    data = plan.data
    excluded = [problem for problem in data["problems"] if problem["severity"] == "excluded"]
    warnings = [problem for problem in data["problems"] if problem["severity"] == "warning"]
    count = len(excluded)
    left_out = ngettext("{n} row of the inputs was left out", "{n} rows of the inputs were left out", count)
    warned = ngettext("{n} warning about the inputs", "{n} warnings about the inputs", len(warnings))
    sections = [
        (left_out.format(n=number(count)), _some(map(_problem_text, excluded))),
        (warned.format(n=number(len(warnings))), _some(map(_problem_text, warnings))),
        (_("Assumptions"), list(data["assumptions"])),
        (_("Notes on what is offered"), _some(data["notes"])),
    ]
    return [(title, lines) for title, lines in sections if lines]


def _problem_text(problem: dict[str, Any]) -> str:
    place = [str(problem["file"] or "")]
    if problem["row"] is not None:
        place.append(_("row {row}").format(row=problem["row"]))
    if problem["column"]:
        place.append(str(problem["column"]))
    return labelled(", ".join(filter(None, place)), problem["message"])


def _some(lines: Iterable[str]) -> list[str]:
    """Return the first lines and how many more there are."""
    every = list(lines)
    more = len(every) - SHOWN
    if more <= 0:
        return every
    return [
        *every[:SHOWN],
        ngettext("… and {n} more, in plan.json", "… and {n} more, in plan.json", more).format(n=more),
    ]
