"""Other questions than the most benefit for the money: the least money for a benefit, and one wish after another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.solver.problem import MAX_MONEY
from planner.solver.rules import Floor, Limit
from planner.solver.solve import solve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.solver.problem import Problem
    from planner.solver.result import Result


def solve_cheapest(problem: Problem, target: float | None = None, **how: Any) -> Result:
    """Find the cheapest plan that earns a target, or everything that can be earned, within budget and rules.

    With every node with a prize in it, and without rules, this is the Steiner arborescence.

    Parameters
    ----------
    target
        Least sum of prizes; None for all prizes.
    how
        As for `planner.solver.solve.solve`.

    Returns
    -------
    Result
        ``value`` is the cost in cents, ``bound`` proven to lie below the cost of any such plan; values fall and bounds
        rise in the trace. ``ceiling`` is empty.
    """
    rules = problem.rules
    if target is None:
        wanted = np.union1d(rules.required, np.flatnonzero(problem.prize > 0)).astype(np.int32)
        rules = replace(rules, required=wanted)
    elif target > 0.0:
        rules = replace(rules, floors=(*rules.floors, Floor("target", problem.prize, target)))
    priced = replace(problem, prize=np.zeros(problem.n_nodes), cost_weight=1.0, rules=rules)
    result = solve(priced, **how)

    def negative(value: float | None) -> float | None:
        return None if value is None else 0.0 - value

    return replace(
        result,
        value=negative(result.value),
        bound=negative(result.bound),
        trace=tuple((seconds, negative(value), negative(bound)) for seconds, value, bound in result.trace),
        ceiling=np.empty((0, 2)),
    )


def solve_in_order(
    problem: Problem, wishes: Sequence[NDArray[np.float64]], *, time_limit_s: float = 60.0, **how: Any
) -> tuple[Result, ...]:
    """Maximise one benefit after another: a later one never at the expense of an earlier one; then save money.

    Parameters
    ----------
    wishes
        ``(n,)`` prizes ≥ 0, the most important first.
    time_limit_s
        Seconds for each wish.
    how
        Otherwise as for `planner.solver.solve.solve`.

    Returns
    -------
    tuple of Result
        One for each wish, and the cheapest plan that has what they reached; it ends with the first wish for which
        there is no plan. Each stage keeps the values found before it, which are proven to the bounds of their stages.
    """
    results: list[Result] = []
    start = how.pop("start", None)
    for number, wish in enumerate(wishes):
        staged = replace(problem, prize=wish)
        result = solve(staged, time_limit_s=time_limit_s, start=start, **how)
        results.append(result)
        if result.value is None:
            return tuple(results)
        start = result.arcs
        kept = Floor(f"wish {number + 1}", wish, result.value)
        problem = replace(problem, rules=replace(problem.rules, floors=(*problem.rules.floors, kept)))
    nothing_more = replace(problem, prize=np.zeros(problem.n_nodes))
    results.append(solve_cheapest(nothing_more, 0.0, time_limit_s=time_limit_s, start=start, **how))
    return tuple(results)


def limit_of_budget(problem: Problem) -> Limit:
    """Return the budget as a limit like the others."""
    return Limit("budget", problem.cost, problem.budget)


def with_measure(problem: Problem, measure: Limit) -> Problem:
    """Return the problem with a limit in place of its budget, which becomes a limit; the limit itself is lifted."""
    others = tuple(limit for limit in problem.rules.limits if limit.name != measure.name)
    if measure.name != "budget":
        others = (*others, limit_of_budget(problem))
    return replace(problem, cost=measure.cost, budget=MAX_MONEY, rules=replace(problem.rules, limits=others))
