"""Edges that a network without a binding budget never needs: a way round costs no more than they do.

Where every arc has its opposite and nothing but money counts, a tree that holds edge (u, v) falls apart without it, and
any walk from u to v joins the parts again: the piece of it between the last node of one part and the first of the other
is added, and what it newly reaches brings its prizes in. If no piece of the walk costs more than the edge, less the
prizes inside it, the edge can go: the special distance of C. W. Duin and A. Volgenant, "Reduction tests for the Steiner
problem in graphs", Networks 19 (1989), with prizes after E. Uchoa, "Reduction tests for the prize-collecting Steiner
problem", Operations Research Letters 34 (2006).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from planner.solver.heap import drop_first, place_in_heap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.graph import Graph

MOST_SCANS = 4_000
"""Arcs looked at for one edge."""
ENDLESS = 2**53
"""A prize that pays for everything, in cents: the root is in every plan."""


def find_needed(graph: Graph, budget: int) -> NDArray[np.bool_]:
    """Return ``(m,)``: arcs without which the best plan would be worth less, as far as this is seen.

    Without the others some best plan is left. All arcs are needed where capacities, places or the budget can bind, or
    some arc lacks its opposite.
    """
    needed = np.ones(graph.n_arcs, np.bool_)
    free = not graph.capacitated and graph.place_start.size - 1 == graph.n_nodes and graph.cost.sum() <= budget
    opposite = find_opposites(graph) if free and graph.cost_weight > 0.0 else None
    if opposite is None:
        return needed
    worth = np.minimum(np.floor(graph.prize / graph.cost_weight), ENDLESS)
    worth -= worth * graph.cost_weight > graph.prize  # rounded down in any case
    prize = worth.astype(np.int64)
    prize[0] = ENDLESS
    edges = np.flatnonzero(graph.tail < graph.head).astype(np.int32)
    edges = edges[np.argsort(-graph.cost[edges], kind="stable")]
    drop_replaceable(graph, prize, opposite, edges, needed)
    return needed


def find_opposites(graph: Graph) -> NDArray[np.int32] | None:
    """Return the opposite of each arc, −1 for those out of the root; None if one lacks it or they cost differently."""
    key = graph.head.astype(np.int64) * graph.n_nodes + graph.tail  # rising, without parallels
    reverse = graph.tail.astype(np.int64) * graph.n_nodes + graph.head
    at = np.minimum(np.searchsorted(key, reverse), max(key.size - 1, 0))
    from_root = graph.tail == 0
    alike = (key[at] == reverse) & (graph.cost[at] == graph.cost)
    if graph.n_arcs == 0 or not (alike | from_root).all() or (np.diff(key) <= 0).any():
        return None
    return np.where(from_root, -1, at).astype(np.int32)


@njit(cache=True)
def drop_replaceable(
    graph: Graph,
    prize: NDArray[np.int64],
    opposite: NDArray[np.int32],
    edges: NDArray[np.int32],
    needed: NDArray[np.bool_],
) -> None:
    """Mark, in place, both arcs of the edges that can go one after the other, in the given order."""
    n = graph.prize.size
    distance = np.full(n, np.inf)
    heap, position = np.empty(n, np.int32), np.full(n, -1, np.int32)
    touched = np.empty(n, np.int32)
    for a in edges:
        needed[a] = False
        if opposite[a] >= 0:
            needed[opposite[a]] = False
        count, found = walk_round(graph, prize, needed, a, distance, heap, position, touched)
        for v in touched[:count]:
            distance[v] = np.inf
            position[v] = -1
        if not found:
            needed[a] = True
            if opposite[a] >= 0:
                needed[opposite[a]] = True


@njit(cache=True)
def walk_round(
    graph: Graph,
    prize: NDArray[np.int64],
    needed: NDArray[np.bool_],
    edge: int,
    distance: NDArray[np.float64],
    heap: NDArray[np.int32],
    position: NDArray[np.int32],
    touched: NDArray[np.int32],
) -> tuple[int, bool]:
    """Look for a walk between the ends of an edge of which no piece costs more; return the nodes seen and whether.

    ``distance`` is the dearest piece that ends at a node, with the prizes inside it taken off. A walk comes by a node
    with a prize once at most, so that no prize counts twice.
    """
    start, goal = graph.tail[edge], graph.head[edge]
    limit = graph.cost[edge]
    distance[start] = 0.0
    touched[0] = start
    count = 1
    size = place_in_heap(heap, position, distance, 0, start)
    scans = 0
    while size > 0 and scans < MOST_SCANS:
        v = heap[0]
        size = drop_first(heap, position, distance, size)
        before = max(distance[v] - prize[v], 0.0)
        if prize[v] > 0:
            distance[v] = -1.0  # never again
        low, high = (graph.out_start[0], graph.out_start[1]) if v == 0 else (graph.in_start[v], graph.in_start[v + 1])
        scans += high - low
        for i in range(low, high):
            a = graph.out_arcs[i] if v == 0 else i
            u = graph.head[a] if v == 0 else graph.tail[a]
            through = before + graph.cost[a]
            if not needed[a] or through > limit or through >= distance[u]:
                continue
            if u == goal:
                return count, True
            if distance[u] == np.inf:
                touched[count] = u
                count += 1
            distance[u] = through
            size = place_in_heap(heap, position, distance, size, u)
    return count, False
