"""A plan inside the kernels: an arborescence as one array, the arc that enters each node.

``parent[v]`` is the number of the arc into v, `OUTSIDE` where v is not in the tree; the root has `ROOT`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.graph import Graph

OUTSIDE = -1
ROOT = -2


def bare_tree(n: int) -> NDArray[np.int32]:
    """Return the tree of the root alone."""
    parent = np.full(n, OUTSIDE, np.int32)
    parent[0] = ROOT
    return parent


@njit(cache=True)
def list_children(
    parent: NDArray[np.int32], tail: NDArray[np.int32], first: NDArray[np.int32], following: NDArray[np.int32]
) -> None:
    """Fill ``first`` (first child, −1 if none) and ``following`` (next child of the same node) of every node."""
    first[:] = -1
    for v in range(parent.size - 1, 0, -1):
        if parent[v] >= 0:
            u = tail[parent[v]]
            following[v] = first[u]
            first[u] = v


@njit(cache=True)
def walk(v: int, first: NDArray[np.int32], following: NDArray[np.int32], order: NDArray[np.int32]) -> int:
    """Write the subtree of v into ``order``, parents before children, subtrees in one piece; return its size."""
    n_stack = 1
    count = 0
    stack = np.empty(order.size, np.int32)
    stack[0] = v
    while n_stack > 0:
        n_stack -= 1
        u = stack[n_stack]
        order[count] = u
        count += 1
        child = first[u]
        while child >= 0:
            stack[n_stack] = child
            n_stack += 1
            child = following[child]
    return count


@njit(cache=True)
def fitting(larger: NDArray[np.int32], capacity: NDArray[np.float64], a: int, load: float) -> int:
    """Return the cheapest arc parallel to a that carries the load, −1 if none does."""
    while a > 0 and larger[a - 1] == a:
        a -= 1
    while a >= 0 and capacity[a] < load:
        a = larger[a]
    return a


@njit(cache=True)
def prune(
    graph: Graph,
    parent: NDArray[np.int32],
    price: float,
    first: NDArray[np.int32],
    following: NDArray[np.int32],
    order: NDArray[np.int32],
    net: NDArray[np.float64],
    load: NDArray[np.float64],
) -> tuple[float, int]:
    """Cut in place every subtree that does not pay for itself at ``price`` per cent; return prizes and cost left.

    What is left is the best subtree of the tree at this price. Each arc becomes the cheapest parallel that carries
    what still passes. ``net[v]`` becomes the worth of the subtree below v without the arc into it, ``load[v]`` what
    that arc carries.
    """
    list_children(parent, graph.tail, first, following)
    count = walk(0, first, following, order)
    for i in range(count):
        v = order[i]
        net[v] = graph.prize[v]
        load[v] = graph.demand[v]
    value, cost = graph.prize[0], 0
    for i in range(count - 1, 0, -1):
        v = order[i]
        a = parent[v]
        if graph.capacitated:
            a = fitting(graph.larger, graph.capacity, a, load[v])
            parent[v] = a
        worth = net[v] - price * graph.cost[a]
        if worth > 0:
            u = graph.tail[a]
            net[u] += worth
            load[u] += load[v]
        else:
            parent[v] = OUTSIDE
    for i in range(1, count):
        v = order[i]
        a = parent[v]
        if a >= 0 and parent[graph.tail[a]] != OUTSIDE:
            value += graph.prize[v]
            cost += graph.cost[a]
        else:
            parent[v] = OUTSIDE
    list_children(parent, graph.tail, first, following)
    return value, cost


def topological_arcs(graph: Graph, parent: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the graph's arcs of the tree, parents before children."""
    first = np.empty(parent.size, np.int32)
    following = np.empty(parent.size, np.int32)
    order = np.empty(parent.size, np.int32)
    list_children(parent, graph.tail, first, following)
    count = walk(0, first, following, order)
    return parent[order[1:count]]
