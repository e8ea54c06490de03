"""A plan inside the kernels: an arborescence as one array, the arc that enters each node.

``parent[v]`` is the number of the arc into v, `OUTSIDE` where v is not in the tree; the root has `ROOT`. Trees are
small beside their graphs, so the kernels carry the list of a tree's nodes along and never run over all nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.solver.kernel import lean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.solver.graph import Graph
    from planner.solver.problem import Problem

OUTSIDE = -1
ROOT = -2
ROUNDING = 1e-9
"""Relative margin for sums of the same numbers, which may be taken in any order."""


def bare_tree(n: int) -> NDArray[np.int32]:
    """Return the tree of the root alone."""
    parent = np.full(n, OUTSIDE, np.int32)
    parent[0] = ROOT
    return parent


@lean
def list_children(
    parent: NDArray[np.int32],
    tail: NDArray[np.int32],
    nodes: NDArray[np.int32],
    first: NDArray[np.int32],
    following: NDArray[np.int32],
) -> None:
    """Fill ``first`` (first child, −1 if none) and ``following`` (next child of the same node) of the nodes.

    ``nodes`` lists each node once; arcs among them make the tree, or several.
    """
    for v in nodes:
        first[v] = -1
    for v in nodes:
        if parent[v] >= 0:
            u = tail[parent[v]]
            following[v] = first[u]
            first[u] = v


@lean
def walk(
    v: int,
    first: NDArray[np.int32],
    following: NDArray[np.int32],
    order: NDArray[np.int32],
    stack: NDArray[np.int32],
) -> int:
    """Write the subtree of v into ``order``, parents before children, subtrees in one piece; return its size."""
    n_stack = 1
    count = 0
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


def preorder(parent: NDArray[np.int32], tail: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the nodes that hang from the root, parents before children, subtrees in one piece, root first."""
    first, following, order, stack = (np.full(parent.size, -1, np.int32) for _ in range(4))
    list_children(parent, tail, np.flatnonzero(parent != OUTSIDE).astype(np.int32), first, following)
    return order[: walk(0, first, following, order, stack)]


@lean
def fitting(larger: NDArray[np.int32], capacity: NDArray[np.float64], a: int, load: float) -> int:
    """Return the cheapest arc parallel to a that carries the load, −1 if none does."""
    while a > 0 and larger[a - 1] == a:
        a -= 1
    while a >= 0 and capacity[a] < load:
        a = larger[a]
    return a


@lean
def prune(
    graph: Graph,
    parent: NDArray[np.int32],
    order: NDArray[np.int32],
    count: int,
    price: float,
    net: NDArray[np.float64],
    load: NDArray[np.float64],
) -> tuple[float, int, int]:
    """Cut in place every subtree that does not pay for itself at ``price`` per cent.

    What is left is the best subtree of the tree at this price. Each arc becomes the cheapest parallel that carries
    what still passes.

    Parameters
    ----------
    order, count
        The tree's nodes, parents before children; on return those that are left, in the same order.
    net, load
        Work space per node.

    Returns
    -------
    float, int, int
        Prizes and cost of the tree that is left, and the number of its nodes.
    """
    for i in range(count):
        v = order[i]
        net[v] = graph.prize[v]
        load[v] = graph.demand[v]
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
    value, cost = graph.prize[0], 0
    left = 1
    for i in range(1, count):
        v = order[i]
        a = parent[v]
        if a >= 0 and parent[graph.tail[a]] != OUTSIDE:
            value += graph.prize[v]
            cost += graph.cost[a]
            order[left] = v
            left += 1
        else:
            parent[v] = OUTSIDE
    return value, cost, left


def topological_arcs(graph: Graph, parent: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the graph's arcs of the tree, parents before children."""
    return parent[preorder(parent, graph.tail)[1:]]


def find_arcs(graph: Graph, numbers: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the positions in the graph of arcs that it has, by their numbers in the graph that was built first."""
    found = where_arcs(graph, numbers)
    return found[found >= 0]


def find_whole(graph: Graph, branches: Sequence[NDArray[np.int32]]) -> list[NDArray[np.int32]]:
    """Return the positions of the arcs of those branches, given by the same numbers, that a graph has whole."""
    if not branches:
        return []
    start = np.cumsum([arcs.size for arcs in branches])
    found = np.split(where_arcs(graph, np.concatenate(branches)), start[:-1])
    return [arcs for arcs in found if (arcs >= 0).all()]


def where_arcs(graph: Graph, numbers: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the positions of arcs by their numbers, −1 for those that the graph does not have."""
    position = np.full(int(max(numbers.max(initial=-1), graph.number.max(initial=-1))) + 1, -1, np.int32)
    position[graph.number] = np.arange(graph.n_arcs, dtype=np.int32)
    found: NDArray[np.int32] = position[numbers]
    return found


def tree_of_arcs(graph: Graph, arcs: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the tree of those of the graph's arcs, one into each node at most, that hang together from the root."""
    parent = bare_tree(graph.n_nodes)
    parent[graph.head[arcs]] = arcs
    hanging = preorder(parent, graph.tail)
    tree = bare_tree(graph.n_nodes)
    tree[hanging] = parent[hanging]
    return tree


def check_plan(problem: Problem, arcs: NDArray[np.int32]) -> None:
    """Check that arcs of the problem make an arborescence that keeps its rules, whatever it costs.

    Raises
    ------
    ValueError
        If an arc does not exist, does not hang from the root, enters what is already entered, carries too much, or
        leads beyond the hop limit.
    """
    if arcs.size and not (arcs.min() >= 0 and arcs.max() < problem.n_arcs):
        raise ValueError(f"plan: arcs must lie in 0…{problem.n_arcs - 1}")
    tail, head = problem.tail[arcs], problem.head[arcs]
    entered = problem.place[head][problem.place[tail] != problem.place[head]]
    if np.unique(head).size < arcs.size or np.unique(entered).size < entered.size or (head == 0).any():
        raise ValueError("plan: a node or a place is entered twice")
    parent = bare_tree(problem.n_nodes)
    parent[head] = arcs
    order = preorder(parent, problem.tail)
    if order.size < arcs.size + 1:
        raise ValueError("plan: some arcs do not hang from the root")
    load = problem.demand.copy()
    for v in order[:0:-1]:
        load[problem.tail[parent[v]]] += load[v]
    full = load[head] > problem.capacity[arcs] * (1.0 + ROUNDING)
    if full.any():
        raise ValueError(f"plan: arc {arcs[full][0]} carries more than its capacity")
    if problem.hop_limit is not None and count_hops(problem, parent).max() > problem.hop_limit:
        raise ValueError(f"plan: a node lies more than {problem.hop_limit} hops from the root")


def count_hops(problem: Problem, parent: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return ``(n,)``: the hops from the root to each node of a tree of the problem's arcs, 0 elsewhere."""
    count = np.zeros(problem.n_nodes, np.int64)
    if problem.hops is not None:
        for v in preorder(parent, problem.tail)[1:]:
            count[v] = count[problem.tail[parent[v]]] + problem.hops[parent[v]]
    return count
