"""The cheapest tree that reaches given nodes, with its proof: the classical Steiner arborescence.

Money has a price of 1 a cent, and every node asked for a prize that is more than reaching it can cost any plan: the
best plan then reaches all of them, and no other plan of the same prizes is cheaper.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.connect import connect_all
from planner.solver.graph import build_graph
from planner.solver.result import Status, Termination
from planner.solver.shrink import shrink
from planner.solver.solve import solve

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from planner.solver.problem import Problem
    from planner.solver.result import Progress


@dataclass(frozen=True)
class SteinerTree:
    """A cheap arborescence that reaches what was asked for, and the least that any such arborescence costs.

    Attributes
    ----------
    status, termination
        As in `planner.solver.Result`: optimal means proven to cost the least.
    arcs
        ``(k,)`` int32: chosen arcs of the problem, parents before children.
    cost
        Sum of their costs; None if no such arborescence was found.
    lower_bound
        No arborescence that reaches all that was asked for costs less.
    """

    status: Status
    termination: Termination
    arcs: NDArray[np.int32]
    cost: int | None
    lower_bound: int


def cheapest_tree(
    problem: Problem,
    wanted: NDArray[np.bool_],
    *,
    time_limit_s: float = 60.0,
    seed: int = 0,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> SteinerTree:
    """Find the cheapest arborescence that reaches the nodes ``wanted`` ``(n,)``, whatever the prizes and the budget.

    Raises
    ------
    ValueError
        If no path from the root leads to a node that is wanted.
    """
    started = time.monotonic()
    small = shrink(problem, wanted)
    if small is None:
        return _search(problem, wanted, time_limit_s, seed, cancelled, on_progress)
    if small.problem is None:
        return SteinerTree(
            Status.OPTIMAL, Termination.GAP, small.arcs_of(np.zeros(0, np.int32)), small.cost, small.cost
        )
    left_s = time_limit_s - (time.monotonic() - started)
    tree = _search(small.problem, small.wanted, max(left_s, 0.0), seed, cancelled, on_progress)
    known = tree.cost is not None
    arcs = small.arcs_of(tree.arcs) if known else np.zeros(0, np.int32)
    cost = int(problem.cost[arcs].sum()) if known else None
    return SteinerTree(tree.status, tree.termination, arcs, cost, tree.lower_bound + small.cost)


def _search(
    problem: Problem,
    wanted: NDArray[np.bool_],
    time_limit_s: float,
    seed: int,
    cancelled: Callable[[], bool] | None,
    on_progress: Callable[[Progress], None] | None,
) -> SteinerTree:
    """Find the cheapest arborescence of a graph as it is."""
    asked = replace(
        problem,
        prize=pressing_prizes(problem, wanted),
        demand=np.where(wanted, problem.demand, 0.0),
        budget=int(problem.cost.sum()),
        cost_weight=1.0,
    )
    result = solve(asked, gap=0.0, time_limit_s=time_limit_s, seed=seed, cancelled=cancelled, on_progress=on_progress)
    reached = np.zeros(problem.n_nodes, np.bool_)
    reached[0] = True
    reached[problem.head[result.arcs]] = True
    everything = float(asked.prize.sum())
    return SteinerTree(
        status=result.status,
        termination=result.termination,
        arcs=result.arcs,
        cost=result.cost if reached[wanted].all() else None,
        lower_bound=0 if result.bound is None else max(round_cost(everything - result.bound), 0),
    )


def round_cost(cost: float) -> int:
    """Return the least whole number that is not below a cost known to within the rounding of floats."""
    return int(np.ceil(cost - 1e-6))


def pressing_prizes(problem: Problem, wanted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return prizes ``(n,)`` for which the best plan at a price of 1 reaches all nodes wanted, if any plan does.

    Where a path can always be added to a plan, the cheapest one to the node bounds what reaching it costs. Capacities
    and places can be in its way: then a plan that lacks a node is beaten by any known one that reaches all.
    """
    asked = replace(problem, prize=np.where(wanted, 1.0, 0.0), demand=np.where(wanted, problem.demand, 0.0))
    graph = build_graph(asked, None)
    farthest = np.full(problem.n_nodes, np.inf)
    farthest[graph.node] = graph.from_root(graph.cost.astype(np.float64))
    farthest[0] = 0.0
    beyond = np.flatnonzero(wanted & ~np.isfinite(farthest))
    if beyond.size:
        raise ValueError(f"wanted: no path leads to node {beyond[0]}")
    free = not graph.capacitated and graph.place_start.size - 1 == graph.n_nodes
    if not free:
        known = connect_all(asked)
        enough = known.cost if known.unserved.size == 0 else int(problem.cost.sum())
        farthest[:] = enough
    prize = np.where(wanted, farthest + 1.0, 0.0)
    prize[0] = 0.0
    return np.asarray(prize)
