"""From inputs and candidate links to a plan: the one place where the rooms meet."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.catalogue import load_catalogue, price_list
from planner.errors import InputError, Problem
from planner.finance import MEASURES
from planner.graph import PlanningGraph, build_graph, chosen
from planner.i18n import _, use_language
from planner.inputs import check_scenario, read_inputs
from planner.links import build_links, relay_sites
from planner.plan.evaluate import evaluate
from planner.plan.explain import explain
from planner.plan.fallback import better_rule
from planner.plan.frontier import BenefitFrontier, FrontierPoint, drawn_links, drawn_places
from planner.plan.outcome import Budget, Outcome, surpass
from planner.plan.plan import build_plan, forbidden_links
from planner.plan.record import changes_since, read_record
from planner.plan.store import read_plan
from planner.question import answer, ask, cost_of_all, resolved_budgets, rule_notes
from planner.scenario import Amount, Limits, load_scenario
from planner.solver import compile_kernels, find_frontier

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from planner.catalogue import Assumption, PriceList
    from planner.inputs import CheckReport, Inputs
    from planner.links import LinkOptions
    from planner.links.choice import Choice
    from planner.plan.explain import Explanation
    from planner.plan.plan import Plan
    from planner.scenario import Budget as AskedBudget
    from planner.scenario import Scenario
    from planner.solver import Headway, Progress

MAX_MONEY = 2**62
"""Cents that no plan costs: for pricing a plan before its budget is known."""


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
    report = check_scenario(path, data_root=data_root)
    try:
        scenario = load_scenario(path, data_root=data_root)
    except InputError:
        return report, (), ()  # the report has its faults
    try:
        prices = price_list(load_catalogue(scenario), scenario)
    except InputError as error:
        return replace(report, problems=(*report.problems, *error.problems)), (), ()
    if not report.errors:
        report = _with_hilltops(report, scenario, prices)
    return report, prices.notes, prices.assumptions


def _with_hilltops(report: CheckReport, scenario: Scenario, prices: PriceList) -> CheckReport:
    """Return the report with how many sites for relays the terrain has, where the scenario asks for them."""
    if not scenario.links.microwave.hilltops.enabled:
        return report
    try:
        hilltops = relay_sites(scenario, read_inputs(scenario), prices)
    except InputError as error:
        return replace(report, problems=(*report.problems, *error.problems))
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
    found = answer(question, cancelled=cancelled, on_progress=on_progress)
    if found.choice is not None and question.plain:
        best = found.choice, found.outcome.value or 0.0
        return _no_worse_than_rules(scenario, inputs, options, best, found.outcome, question.budgets[0])[0]
    return build_plan(scenario, inputs, options, found.choice, found.outcome, question.budgets, question.all_floors)


@dataclass(frozen=True)
class Evaluation:
    """Somebody else's plan beside the best one of the same money.

    Attributes
    ----------
    theirs : Plan
        Its budget is what it costs; its bound is the proven ceiling for that money.
    ours : Plan
    same_money : Scenario
        The scenario with the budget set to what their plan costs: the one that both plans belong to.
    own_budget : Budget
        The scenario's own.
    refused : tuple of Problem
        Rows that cannot be priced and are left out of ``theirs``.
    """

    theirs: Plan
    ours: Plan
    same_money: Scenario
    own_budget: Budget
    refused: tuple[Problem, ...]


def evaluate_plan(
    scenario: Scenario,
    inputs: Inputs,
    options: LinkOptions,
    csv_path: Path,
    *,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Evaluation:
    """Price somebody else's plan, and find what the same money could do.

    Parameters
    ----------
    scenario, inputs, options, cancelled, on_progress
        As in `solve`.
    csv_path : Path
        Columns office, technology and, if it likes, parent; the rules are those of `planner.plan.evaluate`.

    Raises
    ------
    InputError
        If the table cannot be read, if none of its rows can be priced, or if the scenario asks for more than the most
        benefit within one budget.
    """
    asked = only_budget(scenario, "evaluate")
    choice, refused = evaluate(scenario, inputs, options, csv_path)
    candidates = (inputs.offices["status_before"] != "adequate").to_numpy()
    if not (choice.connected & candidates).any():
        raise InputError(refused or Problem("empty-file", _("The plan has no rows."), file=str(csv_path)))
    value = math.fsum(inputs.offices["benefit"].to_numpy(np.float64)[choice.connected])
    unproven = Outcome("feasible", "evaluated", "max", "benefit", value, None, scenario.solver.gap, ())
    without_limit = Budget(asked.name, asked.measure, MAX_MONEY)
    cost = build_plan(scenario, inputs, options, choice, unproven, [without_limit]).totals[asked.measure]
    limit = Amount(amount=cost)
    same_money = scenario.model_copy(update={"budgets": (asked.model_copy(update={"limit": limit}),)})
    ours = solve(same_money, inputs, options, cancelled=cancelled, on_progress=on_progress)
    budget = Budget(asked.name, asked.measure, round(100 * cost))
    outcome = replace(unproven, bound=ours.outcome.bound, trace=((0.0, value, ours.outcome.bound),))
    theirs = build_plan(same_money, inputs, options, choice, outcome, [budget])
    if ours.outcome.value is not None and value > ours.outcome.value:
        # Cut short, the search may know nothing better; the best plan of this money is at least theirs.
        ours = build_plan(same_money, inputs, options, choice, surpass(ours.outcome, value), [budget])
    return Evaluation(theirs, ours, same_money, resolved_budgets(scenario, inputs, options)[0], tuple(refused))


def frontier(
    scenario: Scenario,
    inputs: Inputs,
    options: LinkOptions,
    *,
    points: int = 25,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Callable[[Headway], None] | None = None,
) -> BenefitFrontier:
    """Find the benefit that each of a number of budgets can buy, and the proven ceiling there.

    The budgets are equal steps up to the best known cost of connecting all offices. Each point is a plan that is
    accounted for like that of `solve`, against the same measure, and does no worse than the simple rules.

    Parameters
    ----------
    scenario, inputs, options, cancelled
        As in `solve`; the limit of the scenario's budget is not looked at, its measure is.
    points : int
    on_progress : callable or None
        Told how many budgets are done.

    Raises
    ------
    InputError
        If no office can be connected, or if the scenario asks for more than the most benefit within one budget.
    """
    compile_kernels()
    asked, wanted = only_budget(scenario, "frontier"), scenario.solver
    everything = cost_of_all(scenario, inputs, options, asked)
    limits = sorted({max(round(everything * k / points), 1) for k in range(1, points + 1)})
    graph = _graph(scenario, inputs, options, Budget(asked.name, asked.measure, limits[-1]))
    found = find_frontier(
        graph.problem,
        limits,
        gap=wanted.gap,
        time_limit_s=wanted.time_limit_s,
        seed=wanted.seed,
        cancelled=cancelled,
        on_progress=on_progress,
    )
    drawn: dict[str, dict[str, Any]] = {}
    told, best = [], (chosen(graph, options, found.points[0].arcs, len(inputs.offices)), found.points[0].value)
    for point in found.points:
        if point.value > best[1]:
            best = chosen(graph, options, point.arcs, len(inputs.offices)), point.value
        reached = point.bound - best[1] <= wanted.gap * best[1]
        outcome = Outcome(
            status="feasible",
            termination="gap" if reached else str(found.termination),
            sense="max",
            objective="benefit",
            value=best[1],
            bound=point.bound,
            requested_gap=wanted.gap,
            trace=((found.seconds, best[1], point.bound),),
        )
        budget = Budget(asked.name, asked.measure, point.budget)
        plan, best = _no_worse_than_rules(scenario, inputs, options, best, outcome, budget)
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
        synthetic=plan.data["synthetic"],
        places=drawn_places(plan),
        links=drawn,
    )


def _no_worse_than_rules(
    scenario: Scenario,
    inputs: Inputs,
    options: LinkOptions,
    found: tuple[Choice, float],
    outcome: Outcome,
    budget: Budget,
) -> tuple[Plan, tuple[Choice, float]]:
    """Return the plan of what a search has found, or of a simple rule that is worth more, and what it was made of."""
    plan = build_plan(scenario, inputs, options, found[0], outcome, [budget])
    # A search that is cut short may end below what the simple rules beside it do with the same money.
    forbidden = forbidden_links(options, scenario.limits.forbid_links)
    better = None if plan.outcome.value is None else better_rule(plan, options, inputs.offices, budget, forbidden)
    if better is None:
        return plan, found
    return build_plan(scenario, inputs, options, better[0], surpass(plan.outcome, better[1]), [budget]), better


def only_budget(scenario: Scenario, command: str) -> AskedBudget:
    """Return the only budget of a scenario that asks for the most benefit within it and excludes offices at most.

    Raises
    ------
    InputError
        The scenario asks for more: a command that would not heed it must not answer.
    """
    limits, budgets = scenario.limits, scenario.budgets
    more = {
        "objective": [objective.sense for objective in scenario.objective] != ["max"],
        "budgets": len(budgets) != 1 or not budgets[0].scope.everything,
        **{
            f"limits.{name}": getattr(limits, name) not in (None, ())
            for name in Limits.model_fields
            if name != "exclude"
        },
    }
    problems = [
        Problem(
            "not-heeded",
            _("“{command}” knows only the most benefit within one budget over everything, and limits.exclude.").format(
                command=f"planner {command}"
            ),
            _("Leave this field out for it, or use “planner solve”, which heeds it."),
            column=name,
        )
        for name, asked in more.items()
        if asked
    ]
    if problems:
        raise InputError(problems)
    return budgets[0]


def explain_run(run_dir: Path, identifier: str, *, data_root: Path | None = None) -> Explanation:
    """Explain an office or a link of a stored run, from its scenario and inputs.

    Parameters
    ----------
    run_dir : Path
    identifier : str
        Of an office or a link.
    data_root : Path or None
        Folder that the scenario's input files are relative to; default: where the run found them.

    Raises
    ------
    InputError
        If nothing has this id, or if scenario, inputs or prices are no longer those of the run: what could be said
        from them would not be true of its plan.
    """
    plan = read_plan(run_dir)
    record = read_record(run_dir)
    scenario = load_scenario(run_dir, data_root=data_root or record.data_folder)
    if changes := changes_since(record, scenario, plan):
        raise InputError(changes)
    # Links of the plan are found again by the names of their options, which are those of the run's language.
    with use_language(record.language):
        inputs = read_inputs(scenario)
        options = build_links(scenario, inputs)
    return explain(scenario, inputs, options, plan, identifier)


def _graph(scenario: Scenario, inputs: Inputs, options: LinkOptions, budget: Budget) -> PlanningGraph:
    return build_graph(
        options,
        inputs.offices,
        measure=MEASURES.index(budget.measure),
        budget_cents=budget.limit_cents,
        exclude=scenario.limits.exclude,
    )
