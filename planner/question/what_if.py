"""What would be otherwise: the plan with one more office in it, and plans of other budgets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.graph import arcs_of, chosen
from planner.plan.what_if import Budgets, WithOffice
from planner.question.answering import answer
from planner.question.asked import Kept, ask
from planner.question.budgets import known_cost_of_all
from planner.question.two_ways import answer_with_second_paths
from planner.solver import find_frontier

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from planner.inputs import Inputs
    from planner.links import LinkOptions
    from planner.links.choice import Choice
    from planner.plan.plan import Plan
    from planner.scenario import Scenario

STEPS = 12
"""Budgets between the plan's own and that of connecting all, in equal ratios, at which plans are looked for."""
MORE = 1.1
"""Of the budget: what the next best offices are told for."""


def with_office(
    scenario: Scenario,
    inputs: Inputs,
    options: LinkOptions,
    plan: Plan,
    choice: Choice,
    office: str,
    *,
    time_limit_s: float,
    cancelled: Callable[[], bool] | None = None,
) -> WithOffice | None:
    """Search for the best plan that has an office which a plan leaves out.

    Parameters
    ----------
    scenario, inputs, options
        That the plan was made from.
    plan : Plan
    choice : Choice
        Of the plan: where the search starts.
    office : str
        Id.
    time_limit_s : float
    cancelled : callable or None

    Returns
    -------
    WithOffice or None
        None for a scenario of several objectives, whose change is no figure.
    """
    if len(scenario.objective) > 1 or plan.outcome.value is None:
        return None
    limits = scenario.limits
    asked = limits.model_copy(
        update={
            "must_connect": (*limits.must_connect, office),
            "exclude": tuple(name for name in limits.exclude if name != office),
        }
    )
    solver = scenario.solver.model_copy(update={"time_limit_s": time_limit_s})
    question = ask(scenario.model_copy(update={"limits": asked, "solver": solver}), inputs, options)
    # A percentage is one of connecting all offices that are not excluded: it stays what it was for the plan.
    spent = {budget["name"]: round(100 * budget["limit"]) for budget in plan.budgets}
    budgets = tuple(replace(budget, limit_cents=spent[budget.name]) for budget in question.budgets)
    phase_limits = tuple(round(100 * row["limit"]) for row in plan.phases)
    question = replace(question, budgets=budgets, phase_limits=phase_limits)
    if scenario.redundancy:
        found = answer_with_second_paths(question, cancelled=cancelled)
    else:
        found = answer(question, cancelled=cancelled, start=arcs_of(question.graph, choice))
    outcome = found.outcome
    gained = _gained(inputs, choice.connected)
    now = gained if found.choice is None else _gained(inputs, found.choice.connected)
    return WithOffice(
        sense=outcome.sense,
        unit="benefit" if outcome.objective == "benefit" else scenario.money.currency,
        plan=plan.outcome.value,
        value=outcome.value,
        bound=outcome.bound,
        gap=scenario.solver.gap,
        added=tuple(sorted(now - gained, key=lambda name: (name != office, name))),
        dropped=tuple(sorted(gained - now)),
        refused="" if outcome.conflict is None else str(outcome.conflict),
    )


def _gained(inputs: Inputs, connected: NDArray[np.bool_]) -> set[str]:
    offices = inputs.offices
    return set(offices["id"][connected & (offices["status_before"] != "adequate").to_numpy()])


def other_budgets(
    scenario: Scenario,
    inputs: Inputs,
    options: LinkOptions,
    plan: Plan,
    *,
    time_limit_s: float,
    cancelled: Callable[[], bool] | None = None,
) -> Budgets | None:
    """Search for plans of larger budgets, up to that of connecting all; the first is a tenth above the plan's own.

    Parameters
    ----------
    scenario, inputs, options
        That the plan was made from.
    plan : Plan
    time_limit_s : float
    cancelled : callable or None

    Returns
    -------
    Budgets or None
        None where the scenario asks for more than the most benefit within one budget and for what only leaves out, or
        where no office can be connected.
    """
    budget, question = plan.budget, ask(scenario, inputs, options)
    if budget is None or plan.outcome.value is None or not question.only_leaves_out:
        return None
    now, asked = round(100 * budget["limit"]), scenario.budgets[0]
    cost = known_cost_of_all(scenario, inputs, options, asked.measure)
    if cost is None:
        return None
    everything = max(cost, round(MORE * now))
    ratios = np.geomspace(MORE, everything / now, STEPS) if now else np.array([])
    wanted = scenario.solver
    found = find_frontier(
        question.problem(scenario.objective[0], Kept()),
        sorted({round(now * ratio) for ratio in ratios} | {everything}),
        gap=wanted.gap,
        time_limit_s=time_limit_s,
        seed=wanted.seed,
        cancelled=cancelled,
    )
    choices = [chosen(question.graph, options, point.arcs, len(inputs.offices)) for point in found.points]
    return Budgets(
        name=budget["name"],
        currency=scenario.money.currency,
        now=budget["limit"],
        value=plan.outcome.value,
        limits=tuple(point.budget / 100 for point in found.points),
        values=tuple(point.value for point in found.points),
        bounds=tuple(point.bound for point in found.points),
        offices=tuple(tuple(sorted(_gained(inputs, choice.connected))) for choice in choices),
    )
