"""Why there is no plan: rules that cannot be kept together, and by how much one of them would have to give way.

A set of rules that cannot be kept together, none of which can be left out, is found by leaving out one after the other:
J. W. Chinneck, E. W. Dravnieks, "Locating minimal infeasible constraint sets in linear programs", ORSA Journal on
Computing 3 (1991).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.solver.objectives import limit_of_budget, solve_cheapest, with_measure
from planner.solver.problem import MAX_MONEY
from planner.solver.result import Status
from planner.solver.solve import solve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from planner.solver.problem import Problem
    from planner.solver.rules import Rules

ANY_PLAN = 1e18
"""A gap that every plan has reached: the search ends with the first one."""
FOUND = (Status.OPTIMAL, Status.FEASIBLE)


@dataclass(frozen=True)
class Relaxation:
    """What one rule would have to become for a plan to exist, if all others stay.

    Attributes
    ----------
    rule
        Its name; ``budget``, ``hops`` for the hop limit, that of a limit or of a floor.
    now, needed
        Its bound as asked for, and the nearest one for which a plan is known.
    proven
        Whether no nearer one will do.
    """

    rule: str
    now: float
    needed: float
    proven: bool


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot be kept together.

    Attributes
    ----------
    rules
        Names of the rules of a conflict: ``budget``, those of limits and floors, ``required 7`` for node 7, ``held 0``
        for the first group of arcs, ``excluded``, ``forbidden``, ``ports``, ``hops`` for the hop limit.
    minimal
        Whether it is proven that they conflict and that none of them can be left out.
    relaxations
        For each limit and floor that can mend it alone: what it would have to be, the least relative change first.
    """

    rules: tuple[str, ...]
    minimal: bool
    relaxations: tuple[Relaxation, ...]


def explain_conflict(problem: Problem, *, time_limit_s: float = 10.0, **how: Any) -> Conflict:
    """Find which rules of a problem without a plan conflict, and the least relaxations.

    Parameters
    ----------
    time_limit_s
        Seconds for each of the searches, of which there are about two for each rule.
    how
        Otherwise as for `planner.solver.solve.solve`: ``seed`` and ``cancelled``.

    Raises
    ------
    ValueError
        If two rules have the same name, or one is called ``budget`` or ``hops``: names tell them apart.
    """
    rules = problem.rules
    names = ["budget", "hops", *(limit.name for limit in rules.limits), *(floor.name for floor in rules.floors)]
    if len(set(names)) < len(names):
        raise ValueError("rules: names must differ from each other, from 'budget' and from 'hops'")
    kept: list[str] = []
    minimal = True
    remaining = problem
    for name, without in list(each_rule_left_out(problem)):
        smaller = without(remaining)
        status = solve(smaller, gap=ANY_PLAN, time_limit_s=time_limit_s, **how).status
        if status == Status.INFEASIBLE:
            remaining = smaller
        else:
            kept.append(name)
            minimal &= status in FOUND
    relaxations = [
        relaxed for relaxed in relax_each(problem, kept, time_limit_s=time_limit_s, **how) if relaxed is not None
    ]
    relaxations.sort(key=lambda one: abs(one.needed - one.now) / max(abs(one.now), 1e-9))
    return Conflict(tuple(kept), minimal, tuple(relaxations))


def each_rule_left_out(problem: Problem) -> Iterator[tuple[str, Callable[[Problem], Problem]]]:
    """Yield the name of each rule and the function that leaves it out of a problem."""

    def change(**rules: Any) -> Callable[[Problem], Problem]:
        return lambda old: replace(old, rules=replace(old.rules, **{k: f(old.rules) for k, f in rules.items()}))

    def drop(field: str, name: str) -> Callable[[Problem], Problem]:
        return change(**{field: lambda old: tuple(row for row in getattr(old, field) if row.name != name)})

    rules, nothing = problem.rules, np.empty(0, np.int32)
    wholes = {
        "hops": (problem.hop_limit is not None, lambda old: replace(old, hop_limit=None)),
        "ports": (rules.ports is not None, change(ports=lambda _: None)),
        "forbidden": (rules.forbidden.size > 0, change(forbidden=lambda _: nothing)),
        "excluded": (rules.excluded.size > 0, change(excluded=lambda _: nothing)),
    }
    yield from ((name, without) for name, (asked, without) in wholes.items() if asked)
    for limit in rules.limits:
        yield limit.name, drop("limits", limit.name)
    yield "budget", lambda old: replace(old, budget=MAX_MONEY)
    for floor in rules.floors:
        yield floor.name, drop("floors", floor.name)
    for number, group in enumerate(rules.held):
        yield f"held {number}", change(held=lambda old, out=group: tuple(each for each in old.held if each is not out))
    for v in rules.required.tolist():
        yield f"required {v}", change(required=lambda old, out=v: old.required[old.required != out])


def relax_each(problem: Problem, names: list[str], **how: Any) -> Iterator[Relaxation | None]:
    """Yield for each limit and floor of a conflict what it would have to be, None where it cannot mend it alone."""
    if "hops" in names:
        yield relax_hops(problem, **how)
    for limit in (limit_of_budget(problem), *problem.rules.limits):
        if limit.name in names:
            result = solve_cheapest(with_measure(problem, limit), 0.0, gap=0.0, **how)
            if result.value is not None:
                proven = result.status == Status.OPTIMAL
                yield Relaxation(limit.name, float(limit.most), result.value, proven)
    for floor in problem.rules.floors:
        if floor.name in names:
            result = solve(without_floor(problem, floor.name), gap=0.0, **how)
            if result.value is not None:
                yield Relaxation(floor.name, floor.least, result.value, result.status == Status.OPTIMAL)


def relax_hops(problem: Problem, **how: Any) -> Relaxation | None:
    """Return the least hop limit for which a plan is known: it is doubled until there is one, then narrowed down."""
    assert problem.hop_limit is not None
    assert problem.hops is not None
    # A path enters each node once: so many hops are no limit any more.
    most = problem.n_nodes * int(problem.hops.max(initial=0))
    low, high, proven = problem.hop_limit, min(2 * problem.hop_limit + 1, most), True
    while True:
        status = solve(replace(problem, hop_limit=high), gap=ANY_PLAN, **how).status
        if status in FOUND:
            break
        proven &= status == Status.INFEASIBLE
        # Each doubling doubles the graph: who asked to stop is not made to wait for that.
        if high >= most or status == Status.CANCELLED:
            return None
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        status = solve(replace(problem, hop_limit=middle), gap=ANY_PLAN, **how).status
        proven &= status in FOUND or status == Status.INFEASIBLE
        low, high = (low, middle) if status in FOUND else (middle, high)
    return Relaxation("hops", float(problem.hop_limit), float(high), proven)


def without_floor(problem: Problem, name: str) -> Problem:
    """Return the problem that makes the most of a floor that it does not ask for any more."""
    rules: Rules = problem.rules
    (floor,) = (row for row in rules.floors if row.name == name)
    others = tuple(row for row in rules.floors if row.name != name)
    return replace(problem, prize=floor.weight, cost_weight=0.0, rules=replace(rules, floors=others))
