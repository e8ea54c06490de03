"""Somebody else's plan: priced, held against the rules of the scenario, beside the best one of the same money."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.pipeline import refuse, solve
from planner.plan.evaluate import evaluate
from planner.plan.fairness import Fairness
from planner.plan.floors import floor_rows
from planner.plan.outcome import Budget, Outcome, surpass
from planner.plan.plan import build_plan
from planner.question import ask, broken_rules
from planner.scenario import Amount, Limits, Objective
from planner.scenario import Budget as AskedBudget

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from planner.inputs import Inputs
    from planner.links import LinkOptions
    from planner.plan.plan import Plan
    from planner.scenario import Scenario
    from planner.solver import Progress

UNLIMITED_CENTS = 2**62
"""Cents that no plan costs: for pricing a plan before its budget is known."""


@dataclass(frozen=True)
class Evaluation:
    """Somebody else's plan beside the best one of the same money.

    Attributes
    ----------
    theirs : Plan
        Its budgets are what it costs; its bound is the proven ceiling for that money.
    ours : Plan
        The most benefit that the same money can bring by the rules of the scenario; without links where none was found.
    of_theirs, same_money : Scenario
        The scenarios that they belong to: each budget is what their plan takes of it, and the most benefit is asked
        for. Where their plan breaks rules, its own scenario has none but what is excluded.
    own_budgets : tuple of Budget
        The scenario's own.
    broken : tuple of str
        Rules of the scenario that their plan does not keep, in the user's language.
    refused : tuple of Problem
        Rows that cannot be priced and are left out of ``theirs``.
    """

    theirs: Plan
    ours: Plan
    of_theirs: Scenario
    same_money: Scenario
    own_budgets: tuple[Budget, ...]
    broken: tuple[str, ...]
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
    """Price somebody else's plan, hold it against the rules, and find what the same money could do.

    Parameters
    ----------
    scenario, inputs, options, cancelled, on_progress
        As in `planner.pipeline.solve`. A scenario of least money is taken for its rules and prices: what is asked of
        the same money is always the most benefit; a target is a rule that their plan may miss.
    csv_path : Path
        Columns office, technology and, if it likes, parent; the rules are those of `planner.plan.evaluate`.

    Raises
    ------
    InputError
        If the table cannot be read, if none of its rows can be priced, if a limit names what there is not, or if the
        scenario has phases, funders, groups in order, or links that are built.
    """
    more = {
        "phases": bool(scenario.phases),
        "funders": bool(scenario.funders),
        "limits.worst_first": scenario.limits.worst_first is not None,
        "inputs.as_built": bool(scenario.inputs.as_built),
    }
    refuse(
        scenario,
        more,
        _("“{command}” knows no years, no funders, no order of groups and nothing that is built.").format(
            command="planner evaluate"
        ),
    )
    choice, refused = evaluate(scenario, inputs, options, csv_path)
    candidates = (inputs.offices["status_before"] != "adequate").to_numpy()
    if not (choice.connected & candidates).any():
        raise InputError(refused or Problem("empty-file", _("The plan has no rows."), file=str(csv_path)))
    question = ask(scenario, inputs, options)
    broken = broken_rules(question, choice)
    value = math.fsum(inputs.offices["benefit"].to_numpy(np.float64)[choice.connected & candidates])
    unproven = Outcome("feasible", "evaluated", "max", "benefit", value, None, scenario.solver.gap, ())
    asked = scenario.budgets or (AskedBudget(measure=scenario.measure, limit=Amount(amount=0.0)),)
    own = question.budgets or (Budget(asked[0].name, asked[0].measure, 0),)
    without_limit = [replace(budget, limit_cents=UNLIMITED_CENTS) for budget in own]
    priced = build_plan(scenario, inputs, options, choice, unproven, without_limit)
    spent = [budget["spent"] for budget in priced.budgets]
    same_money = scenario.model_copy(
        update={
            "objective": (Objective(),),
            "budgets": tuple(
                each.model_copy(update={"limit": Amount(amount=cost)}) for each, cost in zip(asked, spent, strict=True)
            ),
        }
    )
    budgets = [replace(budget, limit_cents=round(100 * cost)) for budget, cost in zip(own, spent, strict=True)]
    ours = solve(same_money, inputs, options, cancelled=cancelled, on_progress=on_progress)
    of_theirs = same_money
    if broken:
        bare = {"limits": Limits(exclude=scenario.limits.exclude), "redundancy": ()}
        of_theirs = same_money.model_copy(update=bare)
    # No plan is worth more than all offices: a ceiling that holds whatever rules are broken, or was found.
    most = math.fsum(inputs.offices["benefit"].to_numpy(np.float64)[candidates])
    bound = ours.outcome.bound if not broken and ours.outcome.bound is not None else most
    # Floors are kept, but by no search for them: what they cost is told beside the best plan of the same money alone.
    fairness = Fairness(levels=(), without=None, settled=None) if of_theirs.limits.floors else None
    outcome = replace(unproven, bound=bound, trace=((0.0, value, bound),), fairness=fairness)

    def theirs_as(of: Scenario, outcome: Outcome) -> Plan:
        return build_plan(of, inputs, options, choice, outcome, budgets, floor_rows(of, inputs.offices))

    theirs = theirs_as(of_theirs, outcome)
    if not broken:
        ours = _no_worse(ours, partial(theirs_as, same_money), outcome)
    return Evaluation(theirs, ours, of_theirs, same_money, question.budgets, broken, tuple(refused))


def _no_worse(ours: Plan, theirs_as: Callable[[Outcome], Plan], theirs: Outcome) -> Plan:
    """Return the best plan of the same money: cut short, the search may know nothing better than theirs."""
    value, found = theirs.value or 0.0, ours.outcome
    if found.value is None:
        return ours if found.status == "cancelled" else theirs_as(replace(theirs, termination="time_limit"))
    return theirs_as(surpass(found, value)) if value > found.value else ours
