"""Parallel arcs that rules tell apart: each gets a node of its own, so that none stands for another.

Of parallel arcs a graph keeps those that a cheaper one does not dominate by its capacity. Where arcs also differ in
what they take of further limits, in ports, or in being asked for, cost and capacity do not say which one is better.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.rules import Rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.problem import Problem


def set_apart(problem: Problem) -> tuple[Problem, NDArray[np.bool_]]:
    """Return the problem without its rules, and without parallel arcs that differ in what rules count.

    Such an arc leads to a new node in the place of its head, from which a new free arc leads on. New nodes and arcs
    are numbered after the problem's own.

    Returns
    -------
    Problem
        Where nothing has to be set apart, its arrays are those of the problem.
    NDArray
        ``(m,)``: which of its arcs some plan may hold by themselves.
    """
    allowed = allowed_arcs(problem)
    apart = find_apart(problem, np.flatnonzero(allowed))
    n, m, k = problem.n_nodes, problem.n_arcs, apart.size
    own = np.arange(n, n + k, dtype=np.int32)
    head = problem.head.copy()
    head[apart] = own
    behind = problem.head[apart]
    hops = None if problem.hops is None else np.concatenate([problem.hops, np.zeros(k, np.int8)])
    whole = replace(
        problem,
        n_nodes=n + k,
        tail=np.concatenate([problem.tail, own]),
        head=np.concatenate([head, behind]),
        cost=np.concatenate([problem.cost, np.zeros(k, np.int64)]),
        capacity=np.concatenate([problem.capacity, np.full(k, np.inf)]),
        prize=np.concatenate([problem.prize, np.zeros(k)]),
        demand=np.concatenate([problem.demand, np.zeros(k)]),
        place=np.concatenate([problem.place, problem.place[behind]]),
        hops=hops,
        rules=Rules(),
    )
    return whole, np.concatenate([allowed, np.ones(k, np.bool_)])[: m + k]


def allowed_arcs(problem: Problem) -> NDArray[np.bool_]:
    """Return the arcs that some plan may hold by themselves: not forbidden, and within every limit."""
    rules = problem.rules
    allowed = np.ones(problem.n_arcs, np.bool_)
    allowed[rules.forbidden] = False
    allowed[problem.head == 0] = False  # nothing leads back to the root
    allowed[np.isin(problem.head, rules.excluded)] = False
    for limit in rules.limits:
        allowed &= limit.cost <= limit.most
    return allowed


def find_apart(problem: Problem, arcs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return those of the arcs that have a cheaper parallel which is not like them in what rules count."""
    rules = problem.rules
    counted = [limit.cost for limit in rules.limits]
    counted += [np.isin(np.arange(problem.n_arcs), group).astype(np.int64) for group in rules.held]
    if rules.ports is not None:
        counted.append(rules.ports.uses.astype(np.int64))
    if not counted or arcs.size == 0:
        return np.empty(0, np.int64)
    arcs = arcs[np.lexsort((problem.cost[arcs], problem.tail[arcs], problem.head[arcs]))]
    parallel = np.r_[False, (np.diff(problem.head[arcs]) == 0) & (np.diff(problem.tail[arcs]) == 0)]
    first = np.maximum.accumulate(np.where(parallel, 0, np.arange(arcs.size)))  # where the group of each begins
    differs = np.zeros(arcs.size, np.bool_)
    for row in counted:
        differs |= row[arcs] != row[arcs[first]]
    mixed = np.bincount(first, differs, arcs.size) > 0
    return np.asarray(arcs[parallel & mixed[first]])
