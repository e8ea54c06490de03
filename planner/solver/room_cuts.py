"""Capacity cuts: what a node set draws comes in over arcs that can carry it.

For a node set S without the root and some of its prized nodes T, which together draw D, every plan satisfies
Σ min(capacity, D) · arcs into S ≥ Σ demand · nodes of T reached: either an arc that carries all of D enters S, or the
arcs that enter it carry what is drawn. Cutting the capacities off at D is what makes the cuts strong where D is small:
T. L. Magnanti, P. Mirchandani, R. Vachani, "Modeling and solving the two-facility capacitated network loading problem",
Operations Research 43 (1995). The sets are the branches of a tree along which the relaxation sends most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from planner.solver.tree import ROOT, bare_tree, list_children, walk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.graph import Graph

IN_SUPPORT = 1e-6
"""Arcs and nodes below this value are taken as unused."""


class RoomCut(NamedTuple):
    """Σ room · arcs − Σ drawn · nodes ≥ 0, in units of what the nodes draw at most together.

    Attributes
    ----------
    arcs, room
        ``(k,)``: the arcs into the set, and what each lets in at most.
    nodes, drawn
        ``(l,)``: the nodes that draw, and how much.
    """

    arcs: NDArray[np.int32]
    room: NDArray[np.float64]
    nodes: NDArray[np.int32]
    drawn: NDArray[np.float64]


def find_room_cuts(
    graph: Graph, arc_value: NDArray[np.float64], node_value: NDArray[np.float64], tolerance: float, limit: int
) -> list[RoomCut]:
    """Return violated capacity cuts, at most ``limit``, the most violated first.

    Parameters
    ----------
    arc_value, node_value
        ``(m,)`` and ``(n,)``: a solution of the relaxation.
    tolerance
        Least violation, as a share of what the set draws at most.
    """
    used = arc_value > IN_SUPPORT
    length = np.where(used, 1.001 - np.minimum(arc_value, 1.0), np.inf)
    distance = graph.from_root(length)
    parent = bare_tree(graph.n_nodes)
    arcs = np.flatnonzero(used)
    tight = arcs[distance[graph.tail[arcs]] + length[arcs] <= distance[graph.head[arcs]] * (1 + 1e-12)]
    parent[graph.head[tight]] = tight
    parent[0] = ROOT
    hanging = np.flatnonzero(np.isfinite(distance)).astype(np.int32)
    first, following, order, stack = (np.full(graph.n_nodes, -1, np.int32) for _ in range(4))
    list_children(parent, graph.tail, hanging, first, following)
    drawn = np.where(node_value > IN_SUPPORT, graph.demand, 0.0)
    tops, violation, size = (
        np.empty(graph.n_nodes, np.int32),
        np.empty(graph.n_nodes),
        np.empty(graph.n_nodes, np.int32),
    )
    count = rate_branches(
        graph, arc_value, node_value, drawn, parent, first, following, order, stack, tolerance, tops, violation, size
    )
    best = np.argsort(-violation[:count], kind="stable")[:limit]
    return [room_cut(graph, node_value, drawn, first, following, int(tops[i]), int(size[i])) for i in best]


@njit(cache=True)
def rate_branches(
    graph: Graph,
    arc_value: NDArray[np.float64],
    node_value: NDArray[np.float64],
    drawn: NDArray[np.float64],
    parent: NDArray[np.int32],
    first: NDArray[np.int32],
    following: NDArray[np.int32],
    order: NDArray[np.int32],
    stack: NDArray[np.int32],
    tolerance: float,
    tops: NDArray[np.int32],
    violation: NDArray[np.float64],
    size: NDArray[np.int32],
) -> int:
    """List the tops of the branches whose cut is violated, how much, and how many nodes draw; return their number."""
    inside = np.zeros(parent.size, np.int32)
    entering = np.empty(graph.tail.size, np.int32)
    count = 0
    total = walk(0, first, following, order, stack)
    for top in order[1:total].copy():
        room = graph.capacity[parent[top]]
        if room == np.inf:
            continue
        branch = order[: walk(top, first, following, order, stack)]
        nodes = by_value(branch, node_value, drawn)
        if drawn[nodes].sum() <= room:
            continue
        n_entering = list_used_entering(graph, arc_value, branch, top, inside, entering)
        most, at = most_violated(graph, arc_value, node_value, drawn, nodes, entering[:n_entering])
        if most > tolerance:
            tops[count], violation[count], size[count] = top, most, at
            count += 1
    return count


@njit(cache=True)
def list_used_entering(
    graph: Graph,
    arc_value: NDArray[np.float64],
    branch: NDArray[np.int32],
    top: int,
    inside: NDArray[np.int32],
    entering: NDArray[np.int32],
) -> int:
    """Write the used arcs into the branch below ``top`` to ``entering``; return their number."""
    for v in branch:
        inside[v] = top
    count = 0
    for v in branch:
        for a in range(graph.in_start[v], graph.in_start[v + 1]):
            if arc_value[a] > IN_SUPPORT and inside[graph.tail[a]] != top:
                entering[count] = a
                count += 1
    return count


@njit(cache=True)
def most_violated(
    graph: Graph,
    arc_value: NDArray[np.float64],
    node_value: NDArray[np.float64],
    drawn: NDArray[np.float64],
    nodes: NDArray[np.int32],
    entering: NDArray[np.int32],
) -> tuple[float, int]:
    """Return the violation, as a share of what is drawn, of the best cut for the first nodes, and their number."""
    most, at = 0.0, 0
    demand, wanted = 0.0, 0.0
    for k in range(nodes.size):
        demand += drawn[nodes[k]]
        wanted += drawn[nodes[k]] * node_value[nodes[k]]
        let_in = 0.0
        for a in entering:
            let_in += min(graph.capacity[a], demand) * arc_value[a]
        if (wanted - let_in) / demand > most:
            most, at = (wanted - let_in) / demand, k + 1
    return most, at


@njit(cache=True)
def by_value(
    branch: NDArray[np.int32], node_value: NDArray[np.float64], drawn: NDArray[np.float64]
) -> NDArray[np.int32]:
    """Return the nodes of the branch that draw, those of the largest value first."""
    nodes = branch[drawn[branch] > 0.0]
    return nodes[np.argsort(-node_value[nodes])]


def room_cut(
    graph: Graph,
    node_value: NDArray[np.float64],
    drawn: NDArray[np.float64],
    first: NDArray[np.int32],
    following: NDArray[np.int32],
    top: int,
    size: int,
) -> RoomCut:
    """Return the cut of the branch below ``top`` for the first ``size`` of its nodes that draw."""
    order, stack = np.empty(graph.n_nodes, np.int32), np.empty(graph.n_nodes, np.int32)
    branch = order[: walk(top, first, following, order, stack)]
    nodes = by_value(branch, node_value, drawn)[:size]
    inside = np.zeros(graph.n_nodes, np.bool_)
    inside[branch] = True
    arcs = np.flatnonzero(inside[graph.head] & ~inside[graph.tail]).astype(np.int32)
    demand = float(graph.demand[nodes].sum())
    return RoomCut(arcs, np.minimum(graph.capacity[arcs], demand) / demand, nodes, graph.demand[nodes] / demand)
