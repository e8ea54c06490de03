"""Node sets that grow from a place by what connects them: where a relaxation says one thing of several places.

An office that a linear program splits over hops of several places lies in no branch of a tree and in no area of the
strongest arcs. A set that begins with its place and takes in, one by one, the place to which most of the relaxation
leads is one of those that hold all its parts. Sets are whole places: what enters a mast between its levels is no hop.
After the greedy construction of P. Augerat et al., "Separating capacity constraints in the CVRP using tabu search",
European Journal of Operational Research 106 (1998).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.graph import Graph

MOST_PLACES = 30
"""Places of the largest set."""


def grow_sets(
    graph: Graph, arc_value: NDArray[np.float64], used: NDArray[np.int32], seeds: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the different sets that grow from some places, side by side: where each starts, and their nodes.

    Parameters
    ----------
    arc_value
        ``(m,)``: a solution of the relaxation.
    used
        Arcs that it uses.
    seeds
        Places to grow from.
    """
    n_places = graph.place_start.size - 1
    tail, head = graph.place[graph.tail], graph.place[graph.head]
    hops = used[(tail[used] != head[used]) & (graph.tail[used] != 0) & (graph.head[used] != 0)]
    start, places = grow_orders(n_places, tail, head, arc_value, hops, seeds)
    # Sets are told apart by the sum of random keys of their places.
    key = np.random.default_rng(0).integers(1, 2**62, n_places)
    return list_prefixes(start, places, key, graph.place_start, graph.place_nodes)


@njit(cache=True)
def grow_orders(
    n_places: int,
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    arc_value: NDArray[np.float64],
    hops: NDArray[np.int32],
    seeds: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return, side by side, the order in which places join the set of each seed."""
    first, neighbour, value = list_neighbours(n_places, tail, head, arc_value, hops)
    connection = np.zeros(n_places)
    inside, seen = np.full(n_places, -1, np.int64), np.full(n_places, -1, np.int64)
    waiting = np.empty(n_places, np.int32)
    start, order = np.zeros(seeds.size + 1, np.int64), np.empty(seeds.size * MOST_PLACES, np.int32)
    for i in range(seeds.size):
        p, size, n_waiting = int(seeds[i]), 0, 0
        while p >= 0:
            inside[p] = i
            order[start[i] + size] = p
            size += 1
            if size == MOST_PLACES:
                break
            for j in range(first[p], first[p + 1]):
                q = neighbour[j]
                if seen[q] != i:
                    seen[q], connection[q] = i, 0.0
                    waiting[n_waiting] = q
                    n_waiting += 1
                connection[q] += value[j]
            p = -1
            most = 0.0
            for j in range(n_waiting):
                q = waiting[j]
                if inside[q] != i and connection[q] > most:
                    p, most = int(q), connection[q]
        start[i + 1] = start[i] + size
    return start, order[: start[-1]]


@njit(cache=True)
def list_neighbours(
    n_places: int,
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    arc_value: NDArray[np.float64],
    hops: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """Return where the hops of each place begin in a list, and of each hop the place at its other end and its value."""
    first = np.zeros(n_places + 1, np.int64)
    for a in hops:
        first[tail[a] + 1] += 1
        first[head[a] + 1] += 1
    for p in range(n_places):
        first[p + 1] += first[p]
    fill = first.copy()
    neighbour, value = np.empty(2 * hops.size, np.int32), np.empty(2 * hops.size)
    for a in hops:
        for p, q in ((tail[a], head[a]), (head[a], tail[a])):
            neighbour[fill[p]], value[fill[p]] = q, arc_value[a]
            fill[p] += 1
    return first, neighbour, value


@njit(cache=True)
def list_prefixes(
    start: NDArray[np.int64],
    places: NDArray[np.int32],
    key: NDArray[np.int64],
    place_start: NDArray[np.int32],
    place_nodes: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the nodes of the sets that orders pass through, each once."""
    seen = set([np.int64(0)])  # noqa: C405  (Numba reads the type of a set from the list)
    last, size = np.empty((places.size, 2), np.int64), np.zeros(places.size + 1, np.int64)
    count = 0
    for i in range(start.size - 1):
        name, n_nodes = np.int64(0), np.int64(0)
        for j in range(start[i], start[i + 1]):
            name ^= key[places[j]]
            n_nodes += place_start[places[j] + 1] - place_start[places[j]]
            if name not in seen:
                seen.add(name)
                last[count, 0], last[count, 1] = start[i], j + 1
                size[count + 1] = size[count] + n_nodes
                count += 1
    nodes = np.empty(size[count], np.int32)
    for i in range(count):
        at = size[i]
        for j in range(last[i, 0], last[i, 1]):
            for k in range(place_start[places[j]], place_start[places[j] + 1]):
                nodes[at] = place_nodes[k]
                at += 1
    return size[: count + 1], nodes
