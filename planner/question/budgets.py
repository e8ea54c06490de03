"""Budgets in money: amounts as they are, percentages of what connecting all offices costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.errors import InputError, Problem
from planner.finance import MEASURES
from planner.graph import build_graph
from planner.i18n import _
from planner.plan.outcome import Budget
from planner.scenario import Amount, Share
from planner.solver import connect_all

if TYPE_CHECKING:
    from planner.inputs import Inputs
    from planner.links import LinkOptions
    from planner.scenario import Scenario
    from planner.scenario.rules import Measure


def resolved_budgets(scenario: Scenario, inputs: Inputs, options: LinkOptions) -> tuple[Budget, ...]:
    """Return the scenario's budgets in money.

    A percentage is one of the best known cost of connecting all offices that are not excluded, in the budget's own
    measure; no other limit is heeded for it.

    Raises
    ------
    InputError
        If a budget is a percentage and no office can be connected.
    """
    found = []
    for row, asked in enumerate(scenario.budgets):
        scope = {name: list(names) for name, names in asked.scope.model_dump().items() if names}
        cents = (
            round(100 * asked.limit.amount)
            if isinstance(asked.limit, Amount)
            else round(
                asked.limit.share * cost_of_all(scenario, inputs, options, asked.measure, f"budgets[{row}].limit")
            )
        )
        found.append(Budget(asked.name, asked.measure, cents, scope))
    return tuple(found)


def resolved_phases(scenario: Scenario, inputs: Inputs, options: LinkOptions) -> tuple[int, ...]:
    """Return what each phase of the scenario adds, in cents; a percentage is one of the programme cost of all offices.

    Raises
    ------
    InputError
        If a limit is a percentage and no office can be connected.
    """
    limits = [phase.limit for phase in scenario.phases]
    shares = [row for row, limit in enumerate(limits) if isinstance(limit, Share)]
    whole = cost_of_all(scenario, inputs, options, "programme_cost", f"phases[{shares[0]}].limit") if shares else 0
    return tuple(
        round(100 * limit.amount) if isinstance(limit, Amount) else round(limit.share * whole) for limit in limits
    )


def cost_of_all(scenario: Scenario, inputs: Inputs, options: LinkOptions, measure: Measure, field: str) -> int:
    """Return the best known cost of connecting all offices, in cents of a measure.

    Parameters
    ----------
    scenario, inputs, options
    measure : str
        Of `planner.finance.MEASURES`.
    field : str
        Of the scenario that asks for it, for messages.

    Raises
    ------
    InputError
        If no office can be connected.
    """
    cost = known_cost_of_all(scenario, inputs, options, measure)
    if cost is None:
        raise InputError(
            Problem(
                "no-candidates",
                _("The cost of connecting all offices is asked for, but no office can be connected."),
                _("Run “planner links” to see why no link is offered."),
                column=field,
            )
        )
    return cost


def known_cost_of_all(scenario: Scenario, inputs: Inputs, options: LinkOptions, measure: Measure) -> int | None:
    """Return the same cost, None if no office can be connected."""
    graph = build_graph(
        options, inputs.offices, measure=MEASURES.index(measure), budget_cents=0, exclude=scenario.limits.exclude
    )
    everything = connect_all(graph.problem, seed=scenario.solver.seed)
    return everything.cost if len(everything.arcs) else None
