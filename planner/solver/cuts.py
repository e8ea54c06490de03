"""Directed cuts: a node set without the root that holds a node of the plan is entered by an arc of the plan.

Cuts that a fractional solution violates are found by maximum flows, with back cuts: T. Koch, A. Martin,
"Solving Steiner tree problems in graphs to optimality", Networks 32 (1998). The first cuts are those that the dual
ascent raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray  # noqa: TC002  (numba looks at the fields)

from planner.solver.flow import build_network, reach, send
from planner.solver.kernel import lean

if TYPE_CHECKING:
    from planner.solver.graph import Graph

UNITS = 1_000_000_000
"""Units of flow in which the value 1 of an arc is counted."""
IN_SUPPORT = 1e-7
"""Arcs below this value are taken as unused."""


class CutList(NamedTuple):
    """Cuts side by side.

    Attributes
    ----------
    start, arcs
        The arcs that enter the node set of cut i are ``arcs[start[i]:start[i + 1]]``.
    target
        ``(limit,)``: a node of each set; a plan that holds it holds one of the arcs.
    size
        ``(1,)``: number of cuts.
    """

    start: NDArray[np.int64]
    arcs: NDArray[np.int32]
    target: NDArray[np.int32]
    size: NDArray[np.int64]

    def of(self, i: int) -> NDArray[np.int32]:
        """Return the arcs of cut i."""
        return self.arcs[self.start[i] : self.start[i + 1]]


@njit(cache=True)
def new_cut_list(limit: int, room: int) -> CutList:
    """Return an empty list for ``limit`` cuts of ``room`` arcs together."""
    return CutList(
        np.zeros(limit + 1, np.int64), np.empty(room, np.int32), np.empty(limit, np.int32), np.zeros(1, np.int64)
    )


@lean
def note_cut(cuts: CutList, target: int, arcs: NDArray[np.int32], n_arcs: int) -> bool:
    """Add the cut of ``arcs[:n_arcs]``; return False if there is no room left."""
    i = cuts.size[0]
    first = cuts.start[i]
    if i == cuts.target.size or first + n_arcs > cuts.arcs.size:
        return False
    for j in range(n_arcs):
        cuts.arcs[first + j] = arcs[j]
    cuts.start[i + 1] = first + n_arcs
    cuts.target[i] = target
    cuts.size[0] += 1
    return True


@njit(cache=True)
def find_cuts(
    graph: Graph,
    arc_value: NDArray[np.float64],
    node_value: NDArray[np.float64],
    targets: NDArray[np.int32],
    tolerance: float,
    cuts: CutList,
) -> None:
    """Add violated directed cuts to the list until it is full.

    Parameters
    ----------
    arc_value
        ``(m,)``: value of every arc in a solution of the relaxation.
    node_value
        ``(n,)``: how far the solution reaches each node.
    targets
        Nodes to be looked at, in this order.
    tolerance
        Least violation.

    The arcs of a cut count as open for the targets that follow, so that these find others.
    """
    used = np.flatnonzero(arc_value > IN_SUPPORT)
    open_room = (arc_value[used] * UNITS).astype(np.int64) + 1
    network = build_network(graph.prize.size, graph.tail[used], graph.head[used], open_room)
    entering = np.empty(graph.tail.size, np.int32)
    for t in targets:
        wanted = np.int64(node_value[t] * UNITS)
        for i in range(used.size):
            network.room[2 * i] = open_room[i]
            network.room[2 * i + 1] = 0
        if send(network, 0, t, int(wanted)) >= wanted - np.int64(tolerance * UNITS):
            continue
        near_root = ~reach(network, 0, False)
        near_target = reach(network, t, True)
        if not note_cut(cuts, t, entering, list_entering(graph, near_root, entering)):
            return
        if (near_root != near_target).any():
            note_cut(cuts, t, entering, list_entering(graph, near_target, entering))
        for i in range(used.size):
            a = used[i]
            u, v = graph.tail[a], graph.head[a]
            if (near_root[v] and not near_root[u]) or (near_target[v] and not near_target[u]):
                open_room[i] = UNITS


@lean
def list_entering(graph: Graph, inside: NDArray[np.bool_], entering: NDArray[np.int32]) -> int:
    """Write the arcs that enter a node set into ``entering``; return their number."""
    count = 0
    for a in range(graph.tail.size):
        if inside[graph.head[a]] and not inside[graph.tail[a]]:
            entering[count] = a
            count += 1
    return count


def join(cuts: CutList, others: CutList) -> CutList:
    """Return the cuts of two lists in one."""
    n, k = int(cuts.size[0]), int(others.size[0])
    joined = new_cut_list(n + k, int(cuts.start[n] + others.start[k]))
    for some in (cuts, others):
        for i in range(int(some.size[0])):
            arcs = some.of(i)
            note_cut(joined, int(some.target[i]), arcs, arcs.size)
    return joined


@njit(cache=True)
def find_balances(graph: Graph, value: NDArray[np.float64], tolerance: float) -> NDArray[np.int32]:
    """Return arcs whose value exceeds that of all arcs into their tail from elsewhere than their head."""
    found = np.empty(graph.tail.size, np.int32)
    count = 0
    into = np.zeros(graph.prize.size)
    for a in range(graph.tail.size):
        into[graph.head[a]] += value[a]
    for a in range(graph.tail.size):
        u, v = graph.tail[a], graph.head[a]
        if u == 0 or value[a] <= tolerance:
            continue
        back = 0.0
        for b in range(graph.in_start[u], graph.in_start[u + 1]):
            if graph.tail[b] == v:
                back += value[b]
        if value[a] > into[u] - back + tolerance:
            found[count] = a
            count += 1
    return found[:count]
