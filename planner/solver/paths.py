"""Shortest distances along the arcs, out of one node or into many (Dijkstra 1959)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from planner.solver.heap import drop_first, place_in_heap

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    n = start.size - 1
    distance = np.full(n, np.inf)
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
                size = place_in_heap(heap, position, distance, size, u)
    return distance
