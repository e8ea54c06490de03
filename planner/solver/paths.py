"""Shortest paths along the arcs, out of one node or into many (Dijkstra 1959)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from planner.solver.heap import drop_first, place_in_heap

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def _search(
    start: NDArray[np.int32],
    arcs: NDArray[np.int32],
    far_end: NDArray[np.int32],
    length: NDArray[np.float64],
    sources: NDArray[np.int32],
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Return distances as `distances` does, and the arc over which each node was reached, -1 where there is none."""
    n = start.size - 1
    distance = np.full(n, np.inf)
    last = np.full(n, -1, np.int32)
    heap = np.empty(n, np.int32)
    position = np.full(n, -1, np.int32)
    size = 0
    for v in sources:
        distance[v] = 0.0
        size = place_in_heap(heap, position, distance, size, v)
    while size > 0:
        v = heap[0]
        size = drop_first(heap, position, distance, size)
        for i in range(start[v], start[v + 1]):
            a = arcs[i]
            u = far_end[a]
            through = distance[v] + length[a]
            if through < distance[u]:
                distance[u] = through
                last[u] = a
                size = place_in_heap(heap, position, distance, size, u)
    return distance, last


@njit(cache=True, nogil=True)
def distances(
    start: NDArray[np.int32],
    arcs: NDArray[np.int32],
    far_end: NDArray[np.int32],
    length: NDArray[np.float64],
    sources: NDArray[np.int32],
) -> NDArray[np.float64]:
    """Return the distance of every node from the nearest source, ``inf`` where no path leads.

    Parameters
    ----------
    start, arcs
        Arcs to follow from node v: ``arcs[start[v]:start[v + 1]]``. Outgoing lists give distances from the sources,
        incoming lists distances to them.
    far_end
        ``(m,)``: the node an arc leads to when it is followed (its head, or its tail when walking backwards).
    length
        ``(m,)``: ≥ 0.
    sources
        Nodes at distance 0.
    """
    return _search(start, arcs, far_end, length, sources)[0]


def shortest_ways(
    tail: NDArray[np.integer], head: NDArray[np.integer], length: NDArray[np.float64], n_nodes: int
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Return the distance of every node from node 0, and the last arc of its shortest path.

    Parameters
    ----------
    tail, head : (m,) int
        Arcs; several may lead from one node to another.
    length : (m,) float64
        ≥ 0.
    n_nodes : int

    Returns
    -------
    distance : (n,) float64
        ``inf`` where no path leads.
    last : (n,) int32
        Row of the arc; -1 at node 0 and where no path leads.
    """
    by_tail = np.argsort(tail, kind="stable").astype(np.int32)
    start = np.searchsorted(tail[by_tail], np.arange(n_nodes + 1)).astype(np.int32)
    return _search(start, by_tail, head.astype(np.int32), length, np.zeros(1, np.int32))
