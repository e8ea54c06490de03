"""The least cost of reaching everything: the Steiner arborescence, which is the problem without its budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.solver.ascent import ascend
from planner.solver.desk import Guide, new_desk
from planner.solver.dice import new_dice
from planner.solver.graph import build_graph
from planner.solver.grow import grow_everywhere
from planner.solver.improve import improve
from planner.solver.layers import plan_of_tree
from planner.solver.result import ConnectAll
from planner.solver.tree import OUTSIDE, bare_tree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.graph import Graph
    from planner.solver.problem import Problem

WORK_PER_NODE = 2_000
"""Arcs looked at in the search per node of the graph, within the bounds that follow."""
LEAST_WORK, MOST_WORK = 400_000, 10_000_000
UNSPENDABLE = 2**60
"""A prize, in cents, that no ascent can spend."""


def connect_all(problem: Problem, *, seed: int = 0) -> ConnectAll:
    """Find a cheap arborescence that reaches every prize that can be reached, whatever the budget.

    The work is fixed by the size of the graph, never by the clock: the same problem and seed give the same answer.
    """
    graph = build_graph(problem, None)
    wanted = graph.prize > 0
    if graph.n_arcs == 0:
        nothing = np.empty(0, np.int32)
        out_of_reach = (problem.prize > 0) & (np.arange(problem.n_nodes) > 0)
        return ConnectAll(0, 0, nothing, np.flatnonzero(out_of_reach).astype(np.int32), nothing)
    reduced = graph.cost.copy()
    lower_bound = raise_cuts(graph, reduced)

    # A prize above the dearest way to any node makes every connection pay at price 1, upgrades on the way included.
    cost = graph.cost.astype(np.float64)
    farthest = graph.from_root(cost)
    dearest = 1.0 + 2.0 * (farthest[np.isfinite(farthest)].max() + cost.max(initial=0.0))
    forced = graph._replace(prize=np.where(wanted, dearest, 0.0), cost_weight=0.0)
    desk = new_desk(graph)
    guide = Guide(1.0, 0.3, reduced.astype(np.float64), 0.0, np.uint64(1), np.inf, 0.0, 1.0, 0.0)
    parent = grow_everywhere(forced, desk, guide)
    best = bare_tree(graph.n_nodes)
    work = min(max(WORK_PER_NODE * graph.n_nodes, LEAST_WORK), MOST_WORK)
    improve(forced, parent, best, desk, 1.0, 1.0, guide.reduced, 2**53, 0.0, 0.0, -1.0, work, new_dice(seed))
    reachable = np.zeros(problem.n_nodes, np.bool_)
    reachable[graph.node[wanted]] = True
    arcs = plan_of_tree(problem, graph, best)
    if arcs is None:
        arcs, best = np.empty(0, np.int32), bare_tree(graph.n_nodes)
    return ConnectAll(
        cost=int(problem.cost[arcs].sum()),
        lower_bound=lower_bound,
        arcs=arcs,
        unreachable=np.flatnonzero((problem.prize > 0) & ~reachable).astype(np.int32),
        unserved=graph.node[wanted & (best == OUTSIDE)],
    )


def least_cost(problem: Problem) -> int:
    """Return what any arborescence costs at least that reaches every prize that can be reached, in cents."""
    graph = build_graph(problem, None)
    return raise_cuts(graph, graph.cost.copy()) if graph.n_arcs else 0


def raise_cuts(graph: Graph, reduced: NDArray[np.int64]) -> int:
    """Raise the dual ascent for every prize, whatever it costs; ``reduced`` costs change in place."""
    spare = np.where(graph.prize > 0, UNSPENDABLE, 0)
    return int(ascend(graph.in_start, graph.tail, reduced, spare, np.ones(graph.n_nodes)))
