"""Maximum flow and minimum cuts on the few arcs that a fractional solution uses.

Shortest augmenting paths: J. Edmonds, R. M. Karp, "Theoretical improvements in algorithmic efficiency for network flow
problems", Journal of the ACM 19 (1972). Flows are whole numbers, so that an arc is either full or not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray  # noqa: TC002  (numba looks at the fields)


class Network(NamedTuple):
    """Residual network: edge 2i is arc i, edge 2i + 1 the way back.

    Attributes
    ----------
    start, edges
        Edges out of node v are ``edges[start[v]:start[v + 1]]``.
    end
        ``(2k,)``: the node that an edge leads to.
    room
        ``(2k,)`` int64: what the edge still carries.
    """

    start: NDArray[np.int32]
    edges: NDArray[np.int32]
    end: NDArray[np.int32]
    room: NDArray[np.int64]


@njit(cache=True)
def build_network(n: int, tail: NDArray[np.int32], head: NDArray[np.int32], capacity: NDArray[np.int64]) -> Network:
    """Return the residual network of ``(k,)`` arcs between n nodes before any flow."""
    k = tail.size
    end = np.empty(2 * k, np.int32)
    room = np.zeros(2 * k, np.int64)
    start = np.zeros(n + 1, np.int32)
    for i in range(k):
        end[2 * i], end[2 * i + 1] = head[i], tail[i]
        room[2 * i] = capacity[i]
        start[tail[i] + 1] += 1
        start[head[i] + 1] += 1
    for v in range(n):
        start[v + 1] += start[v]
    fill = start.copy()
    edges = np.empty(2 * k, np.int32)
    for e in range(2 * k):
        v = end[e ^ 1]
        edges[fill[v]] = e
        fill[v] += 1
    return Network(start, edges, end, room)


@njit(cache=True)
def send(network: Network, source: int, sink: int, wanted: int) -> int:
    """Send up to ``wanted`` units, reducing ``network.room`` in place; return how many arrive."""
    last_edge = np.empty(network.start.size - 1, np.int32)
    sent = 0
    while sent < wanted and find_path(network, source, sink, last_edge):
        amount = wanted - sent
        v = sink
        while v != source:
            amount = min(amount, network.room[last_edge[v]])
            v = network.end[last_edge[v] ^ 1]
        v = sink
        while v != source:
            network.room[last_edge[v]] -= amount
            network.room[last_edge[v] ^ 1] += amount
            v = network.end[last_edge[v] ^ 1]
        sent += amount
    return sent


@njit(cache=True)
def find_path(network: Network, source: int, sink: int, last_edge: NDArray[np.int32]) -> bool:
    """Write the last edge of a path of fewest edges with room into each node; say if one leads to the sink."""
    start, edges, end, room = network
    last_edge[:] = -1
    queue = np.empty(start.size - 1, np.int32)
    queue[0] = source
    first, last = 0, 1
    while first < last and last_edge[sink] < 0:
        u = queue[first]
        first += 1
        for i in range(start[u], start[u + 1]):
            e = edges[i]
            v = end[e]
            if room[e] > 0 and last_edge[v] < 0 and v != source:
                last_edge[v] = e
                queue[last] = v
                last += 1
    return bool(last_edge[sink] >= 0)


@njit(cache=True)
def reach(network: Network, root: int, backward: bool) -> NDArray[np.bool_]:
    """Return which nodes edges with room lead to from ``root``, or, backward, from which they lead to it."""
    start, edges, end, room = network
    reached = np.zeros(start.size - 1, np.bool_)
    reached[root] = True
    stack = np.empty(start.size - 1, np.int32)
    stack[0] = root
    size = 1
    while size > 0:
        size -= 1
        u = stack[size]
        for i in range(start[u], start[u + 1]):
            e = edges[i]
            if room[e ^ 1 if backward else e] > 0 and not reached[end[e]]:
                reached[end[e]] = True
                stack[size] = end[e]
                size += 1
    return reached
