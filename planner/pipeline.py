"""From inputs and candidate links to a plan: the one place where the rooms meet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from planner.catalogue import load_catalogue, price_list, zone_notes
from planner.catalogue.itu_maps import maps_version
from planner.errors import CancelledError, InputError, Problem
from planner.graph import chosen
from planner.i18n import _, use_language
from planner.inputs import CheckReport, read_all, read_inputs
from planner.links import build_links
from planner.plan.fallback import better_rule
from planner.plan.frontier import BenefitFrontier, FrontierPoint, drawn_links, drawn_places
from planner.plan.outcome import Budget, Outcome, surpass
from planner.plan.plan import build_plan, find_surroundings, is_synthetic, with_reasons
from planner.plan.recall import recall
from planner.plan.record import changes_since, read_record
from planner.plan.store import read_plan
from planner.question import (
    answer,
    answer_with_second_paths,
    ask,
    at_budgets,
    cost_of_all,
    fewest_years,
    other_budgets,
    rule_notes,
    unpaid_costs,
    with_office,
)
from planner.scenario import Amount, Limits, load_scenario, placed, placing
from planner.solver import Termination, compile_kernels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from planner.catalogue import Assumption, PriceList
    from planner.inputs import Inputs
    from planner.links import LinkOptions
    from planner.links.choice import Choice
    from planner.plan.explain import Explanation
    from planner.plan.fewest import FewestYears
    from planner.plan.plan import Plan, Surroundings
    from planner.plan.what_if import Budgets
    from planner.question import Spread
    from planner.scenario import Budget as AskedBudget
    from planner.scenario import Scenario, Share
    from planner.solver import Headway, Progress

_ALL_BUT_ORDER = ("exclude", "forbid_links", "max_hops", "must_connect", "fix_links", "floors")
HEEDED = {"frontier": _ALL_BUT_ORDER, "risk": _ALL_BUT_ORDER, "sweep": tuple(Limits.model_fields)}
"""Limits that commands heed which know one budget over everything."""


def check(path: Path, *, data_root: Path | None = None) -> tuple[CheckReport, tuple[str, ...], tuple[Assumption, ...]]:
    """Check a scenario, its inputs and its prices without stopping at the first fault.

    Returns
    -------
    report : CheckReport
        Every problem; what was read.
    notes : tuple of str
        What is not offered and why (disabled, not licensed, not priced).
    assumptions : tuple of Assumption
        Prices and rates in force, with their sources. Empty, like the notes, if scenario or catalogue cannot be read.
    """
    try:
        scenario = load_scenario(path, data_root=data_root)
        inputs, report = read_all(scenario)
    except InputError as error:
        return CheckReport(error.problems), (), ()
    try:
        prices = price_list(load_catalogue(scenario), scenario)
        if scenario.climate.source == "itu":
            maps_version()
    except InputError as error:
        return replace(report, problems=(*report.problems, *placed(error.problems, scenario))), (), ()
    if inputs is None:
        return report, prices.notes, prices.assumptions
    notes = (*prices.notes, *zone_notes(scenario, prices, inputs.offices))
    return _with_hilltops(report, scenario, inputs, prices), notes, prices.assumptions


def _with_hilltops(report: CheckReport, scenario: Scenario, inputs: Inputs, prices: PriceList) -> CheckReport:
    """Return the report with how many sites for relays the terrain has, where the scenario asks for them."""
    if not scenario.links.microwave.hilltops.enabled:
        return report
    from planner.links import relay_sites  # noqa: PLC0415 - what searches for links, which a solve mostly goes without

    try:
        hilltops = relay_sites(scenario, inputs, prices)
    except InputError as error:
        return replace(report, problems=(*report.problems, *placed(error.problems, scenario)))
    if hilltops is None:
        return report
    return replace(report, hilltops=hilltops.told(), assumptions=(*report.assumptions, hilltops.note()))


def solve(
    scenario: Scenario,
    inputs: Inputs,
    options: LinkOptions,
    *,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """Find and account for the plan that a scenario asks for.

    Where it asks for no more than the most benefit within one budget, no simple rule that can be built does better.

    Parameters
    ----------
    scenario : Scenario
    inputs : Inputs
    options : LinkOptions
        Those of the scenario and the inputs.
    cancelled : callable or None
        Asked several times a second; True ends the search with the best plan so far.
    on_progress : callable or None
        Told every better plan or bound.

    Returns
    -------
    Plan
        Without links where there is none: its ``outcome.status`` is ``infeasible``, and ``outcome.conflict`` says why;
        ``error`` where the time was too short to find one or to prove that there is none; or ``cancelled``.

    Raises
    ------
    InputError
        If a budget is a share of connecting all and no office can be connected, or if a limit names what there is not.
    """
    compile_kernels()
    question = ask(scenario, inputs, options)
    # What is doubtful about the limits stands with what is doubtful about the offer.
    options = replace(options, notes=(*options.notes, *rule_notes(question)))
    # Before the search: whoever cancels it waits only for what depends on the plan.
    around = find_surroundings(scenario, inputs, options)
    search = answer_with_second_paths if scenario.redundancy else answer
    found = search(question, cancelled=cancelled, on_progress=on_progress)
    if found.choice is not None and question.plain:
        best = found.choice, found.outcome.value or 0.0
        return _no_worse_than_rules(scenario, inputs, options, best, found.outcome, question.budgets[0], around)[0]
    return build_plan(
        scenario,
        inputs,
        options,
        found.choice,
        found.outcome,
        question.budgets,
        question.all_floors,
        question.phase_limits,
        around=around,
    )


def frontier(
    scenario: Scenario,
    inputs: Inputs,
    options: LinkOptions,
    *,
    points: int = 25,
    dense: bool = False,
    spread: Spread | None = None,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Callable[[Headway], None] | None = None,
) -> BenefitFrontier:
    """Find the benefit that each of a number of budgets can buy, and the proven ceiling there.

    The budgets are equal steps, or steps that are smaller for small budgets, up to the best known cost of connecting
    all offices. Each point is a plan that is accounted for like that of `solve`, against the same measure, and does no
    worse than the simple rules where these keep all limits.

    Parameters
    ----------
    scenario, inputs, options, cancelled
        As in `solve`; the limit of the scenario's budget is not looked at, its measure is.
    points : int
    dense : bool
        Budgets rise as the squares of 1, 2, 3 …, for curves that bend most where money is short.
    spread : Spread or None
        Shares the budgets out among processes, each of which searches its part for the whole time limit.
    on_progress : callable or None
        Told how many budgets are done.

    Raises
    ------
    InputError
        If no office can be connected, if the scenario asks for more than the most benefit within one budget and for
        limits of hops, offices, links and floors, if no budget up to that of connecting all has a plan, or if budgets
        that each need a search of their own are to be spread.
    CancelledError
        Cancelled before a plan of any budget was found that keeps all limits.
    """
    compile_kernels()
    asked, wanted = only_budget(scenario, "frontier"), scenario.solver
    everything = cost_of_all(scenario, inputs, options, asked.measure, "budgets[0].limit")
    question = ask(scenario, inputs, options)
    if spread is not None and not question.only_leaves_out:
        message = _("This scenario says what has to be in a plan: its budgets are searched one by one, not in parts.")
        raise InputError(Problem("bad-option", message, _("Leave the option out."), column="--workers, --scheduler"))
    graph = question.graph
    limits = budgets_up_to(everything, points, dense=dense)
    found = at_budgets(question, limits, spread=spread, cancelled=cancelled, on_progress=on_progress)
    if not found.points and found.termination == Termination.CANCELLED:
        raise CancelledError(_("Cancelled before the first plan."))
    if not found.points:
        message = _("No budget up to that of connecting all offices has a plan that keeps all limits.")
        remedy = _("“planner solve” tells which limits conflict; a larger budget or more time (--time-limit) may do.")
        raise InputError(Problem("no-plan", message, remedy, column="limits"))
    around = find_surroundings(scenario, inputs, options)
    # What a search has closed as far as its arithmetic tells values apart may miss the gap that was asked for.
    ended = "exhausted" if found.termination == Termination.GAP else str(found.termination)
    drawn: dict[str, dict[str, Any]] = {}
    told, best = [], (chosen(graph, options, found.points[0].arcs, len(inputs.offices)), found.points[0].value)
    for point in found.points:
        if point.value > best[1]:
            best = chosen(graph, options, point.arcs, len(inputs.offices)), point.value
        reached = point.bound - best[1] <= wanted.gap * best[1]
        outcome = Outcome(
            status="feasible",
            termination="gap" if reached else ended,
            sense="max",
            objective="benefit",
            value=best[1],
            bound=point.bound,
            requested_gap=wanted.gap,
            trace=((found.seconds, best[1], point.bound),),
        )
        budget = Budget(asked.name, asked.measure, point.budget)
        # A point tells totals, offices and links, no reasons.
        if question.plain:
            plan, best = _no_worse_than_rules(scenario, inputs, options, best, outcome, budget, around, reasoned=False)
        else:  # the simple rules do not heed a limit of hops, nor what has to be in a plan
            plan = build_plan(scenario, inputs, options, best[0], outcome, [budget], reasoned=False, around=around)
        told.append(FrontierPoint.of(plan))
        drawn |= drawn_links(plan)
    return BenefitFrontier(
        scenario=plan.scenario,
        name=asked.name,
        measure=asked.measure,
        connect_all=everything / 100,
        termination=str(found.termination),
        requested_gap=wanted.gap,
        seconds=round(found.seconds, 3),
        points=tuple(told),
        ceiling=tuple((cents / 100, value) for cents, value in found.ceiling.tolist()),
        without_plan=tuple((cents / 100, proven) for cents, proven in found.without),
        synthetic=plan.data["synthetic"],
        places=drawn_places(plan),
        links=drawn,
    )


def budgets_up_to(everything: int, points: int, *, dense: bool) -> list[int]:
    """Return the budgets of a frontier in cents: in equal steps up to everything, or, dense, rising as squares."""
    return sorted({max(round(everything * (k / points) ** (2 if dense else 1)), 1) for k in range(1, points + 1)})


def years(
    scenario: Scenario,
    inputs: Inputs,
    options: LinkOptions,
    limit: Amount | Share,
    *,
    carry_over: bool,
    cancelled: Callable[[], bool] = lambda: False,
) -> FewestYears:
    """Find in how few years all offices can be connected with so much a year, and how few it must be at least.

    Parameters
    ----------
    scenario, inputs, options, cancelled
        As in `solve`; budgets, phases and the objective of the scenario are not looked at.
    limit : Amount or Share
        Cash of each year; a share is one of the best known programme cost of connecting all offices.
    carry_over : bool
        What is left of a year is there for the next.

    Raises
    ------
    InputError
        If no office can be connected, or if the scenario has limits other than offices that are excluded.
    """
    compile_kernels()
    only_exclude(scenario, "years")
    cents = (
        round(100 * limit.amount)
        if isinstance(limit, Amount)
        else round(limit.share * cost_of_all(scenario, inputs, options, "programme_cost", "--limit"))
    )
    synthetic = is_synthetic(scenario)
    return fewest_years(
        scenario, inputs, options, cents, carry_over=carry_over, synthetic=synthetic, cancelled=cancelled
    )


def _no_worse_than_rules(
    scenario: Scenario,
    inputs: Inputs,
    options: LinkOptions,
    found: tuple[Choice, float],
    outcome: Outcome,
    budget: Budget,
    around: Surroundings,
    *,
    reasoned: bool = True,
) -> tuple[Plan, tuple[Choice, float]]:
    """Return the plan of what a search has found, or of a simple rule that is worth more, and what it was made of."""
    plan = build_plan(scenario, inputs, options, found[0], outcome, [budget], reasoned=False, around=around)
    # A search that is cut short may end below what the simple rules beside it do with the same money.
    better = (
        None
        if plan.outcome.value is None
        else better_rule(plan, options, inputs.offices, budget, around.network, around.forbidden)
    )
    if better is not None:
        found, outcome = better, surpass(plan.outcome, better[1])
        plan = build_plan(scenario, inputs, options, found[0], outcome, [budget], reasoned=False, around=around)
    # Only of the plan that stays: of thousands of offices, reasons take longer than all the rest.
    return with_reasons(plan, scenario, inputs, options, found[0], around) if reasoned else plan, found


def only_budget(scenario: Scenario, command: str) -> AskedBudget:
    """Return the only budget of a scenario that asks for the most benefit within it, and for a few limits at most.

    Parameters
    ----------
    scenario : Scenario
    command : str
        Of `HEEDED`.

    Raises
    ------
    InputError
        The scenario asks for more: a command that would not heed it must not answer.
    """
    budgets, heeded = scenario.budgets, HEEDED[command]
    more = {
        "phases": bool(scenario.phases),
        "funders": bool(scenario.funders),
        "objective": [objective.sense for objective in scenario.objective] != ["max"],
        "budgets": len(budgets) != 1 or not budgets[0].scope.everything,
        "redundancy": bool(scenario.redundancy),
        **_more_limits(scenario, heeded),
    }
    knows = _("“{command}” knows only the most benefit within one budget over everything, and of the limits {limits}.")
    refuse(scenario, more, knows.format(command=f"planner {command}", limits=", ".join(heeded)))
    return budgets[0]


def only_exclude(scenario: Scenario, command: str) -> None:
    """Refuse a scenario with limits other than offices that are excluded.

    Raises
    ------
    InputError
        It has some: a command that would not heed them must not answer.
    """
    knows = _("“{command}” knows of all limits only limits.exclude.").format(command=f"planner {command}")
    more = {
        "funders": bool(scenario.funders),
        "redundancy": bool(scenario.redundancy),
        **_more_limits(scenario, ("exclude",)),
    }
    refuse(scenario, more, knows)


def _more_limits(scenario: Scenario, heeded: Sequence[str]) -> dict[str, bool]:
    """Return which limits a scenario has beside some."""
    limits = scenario.limits
    return {
        f"limits.{name}": getattr(limits, name) not in (None, ()) for name in Limits.model_fields if name not in heeded
    }


def refuse(scenario: Scenario, more: dict[str, bool], knows: str) -> None:
    """Refuse what a command would not heed: fields of the scenario, with whether they are asked for.

    Raises
    ------
    InputError
    """
    remedy = _("Leave this field out for it, or use “planner solve”, which heeds it.")
    problems = [Problem("not-heeded", knows, remedy, column=name) for name, asked in more.items() if asked]
    if problems:
        raise InputError(placed(problems, scenario))


def explain_run(
    run_dir: Path, identifier: str, *, data_root: Path | None = None, time_limit_s: float = 0.0
) -> Explanation:
    """Explain an office or a link of a stored run, from its scenario and inputs.

    Parameters
    ----------
    run_dir : Path
    identifier : str
        Of an office or a link.
    data_root : Path or None
        Folder that the scenario's input files are relative to; default: where the run found them.
    time_limit_s : float
        For an office that is left out: so long plans with it, and plans of larger budgets, are each looked for; 0: not.

    Raises
    ------
    InputError
        If nothing has this id, or if scenario, inputs or prices are no longer those of the run: what could be said
        from them would not be true of its plan.
    """
    # Sheets bring their own libraries, which no plan needs that is being made.
    from planner.plan.explain import explain  # noqa: PLC0415

    plan, scenario, inputs, options = _recalled(run_dir, data_root)
    found = explain(scenario, inputs, options, plan, identifier)
    adequate = found.kind == "office" and found.benefit is None
    if found.kind != "office" or found.inside or adequate or time_limit_s <= 0:
        return found
    compile_kernels()
    choice = recall(plan, options, inputs.offices)
    with placing(scenario):
        what_if = with_office(scenario, inputs, options, plan, choice, identifier, time_limit_s=time_limit_s)
        budgets = other_budgets(scenario, inputs, options, plan, time_limit_s=time_limit_s)
    return replace(found, what_if=what_if, budgets=budgets)


def next_best_of_run(
    run_dir: Path, *, data_root: Path | None = None, time_limit_s: float = 10.0
) -> tuple[Plan, Budgets | None, tuple[str, ...]]:
    """Return a stored plan, plans of larger budgets, the first a tenth above its own, and costs that nobody may pay.

    Parameters
    ----------
    run_dir, data_root
        As in `explain_run`.
    time_limit_s : float
        For all budgets together; 0: none are looked for.

    Raises
    ------
    InputError
        As `explain_run`.
    """
    plan, scenario, inputs, options = _recalled(run_dir, data_root)
    with placing(scenario):
        unpaid = unpaid_costs(ask(scenario, inputs, options)) if scenario.funders else ()
        if time_limit_s <= 0:
            return plan, None, unpaid
        compile_kernels()
        return plan, other_budgets(scenario, inputs, options, plan, time_limit_s=time_limit_s), unpaid


def _recalled(run_dir: Path, data_root: Path | None) -> tuple[Plan, Scenario, Inputs, LinkOptions]:
    """Return a stored plan with what it was made from."""
    plan = read_plan(run_dir)
    record = read_record(run_dir)
    scenario = load_scenario(run_dir, data_root=data_root or record.data_folder)
    if changes := changes_since(record, scenario, plan):
        raise InputError(changes)
    # Links of the plan are found again by the names of their options, which are those of the run's language.
    with use_language(record.language), placing(scenario):
        inputs = read_inputs(scenario)
        options = build_links(scenario, inputs)
    return plan, scenario, inputs, options
