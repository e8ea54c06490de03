"""Hop limits by layers: a copy of each node for every number of hops at which it can be entered.

An arc of hop weight w leads from layer h to layer h + w, so that no path of the layered graph has more hops than the
limit. After L. Gouveia, "Using variable redefinition for computing lower bounds for minimum spanning and Steiner trees
with hop constraints", INFORMS Journal on Computing 10 (1998), and L. Gouveia, L. Simonetti, E. Uchoa, "Modeling
hop-constrained and diameter-constrained minimum spanning tree problems as Steiner tree problems over layered graphs",
Mathematical Programming 128 (2011). All copies of a node belong to its place, which is entered once: that is what makes
a plan use one of them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.solver.paths import distances
from planner.solver.tree import bare_tree, check_plan, count_hops, preorder, topological_arcs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.graph import Graph
    from planner.solver.problem import Problem

COLLECTING = -1
"""Origin of the arcs from the copies of a node to the one that holds its prize."""


class Layered(NamedTuple):
    """What `planner.solver.graph.assemble` makes a graph of."""

    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    cost: NDArray[np.int64]
    capacity: NDArray[np.float64]
    origin: NDArray[np.int32]
    prize: NDArray[np.float64]
    demand: NDArray[np.float64]
    place: NDArray[np.int32]
    node: NDArray[np.int32]
    layer: NDArray[np.int32]


def binding_limit(problem: Problem, arcs: NDArray[np.int32], budget: int | None) -> int | None:
    """Return the hop limit if some path over the arcs within the budget might exceed it, else None.

    A path enters each place once from outside, and over each arc inside a place at most once: the hops that can be had
    for the budget, the cheapest first, are those of a fractional knapsack.
    """
    if problem.hop_limit is None or problem.hops is None:
        return None
    hops = problem.hops[arcs].astype(np.float64)
    cost = problem.cost[arcs].astype(np.float64)
    place = problem.place[problem.head[arcs]]
    inside = problem.place[problem.tail[arcs]] == place
    # Each node entered from inside counts for itself, each place for all entries from outside.
    item = np.where(inside, problem.head[arcs].astype(np.int64), problem.n_nodes + place.astype(np.int64))
    item = np.unique(item, return_inverse=True)[1]
    most = np.zeros(int(item.max(initial=-1)) + 1)
    np.maximum.at(most, item, hops)
    least = np.full(most.size, np.inf)
    counted = hops > 0
    np.minimum.at(least, item[counted], cost[counted])
    worth = most > 0
    most, least = most[worth], least[worth]
    order = np.argsort(least / most, kind="stable")
    if budget is None:
        reached = float(most.sum())
    else:
        spent = np.cumsum(least[order])
        fits = int(np.searchsorted(spent, budget, side="right"))
        left = (budget - spent[fits - 1]) if fits else float(budget)
        part = (most[order[fits : fits + 1]] * left / least[order[fits : fits + 1]]).sum()
        reached = math.floor(most[order[:fits]].sum() + part + 1e-9)
    return problem.hop_limit if reached > problem.hop_limit else None


def unfold(problem: Problem, arcs: NDArray[np.int32], limit: int) -> Layered:
    """Return the layered graph of the arcs, in which no path from the root has more hops than the limit.

    A node that leads nowhere has one copy for all layers: they would differ in nothing. Another one has copies from
    the least hops in which it is reached to the most from which a prize is. If it has a prize, a collecting node holds
    it, to which all copies lead for nothing.
    """
    assert problem.hops is not None
    hops = problem.hops[arcs].astype(np.int64)
    first, last = span(problem, arcs, hops, limit)
    useful = last >= first
    n_copies = np.where(useful, last - first + 1, 0)
    leads = np.zeros(problem.n_nodes, np.bool_)
    leads[problem.tail[arcs]] = True
    n_copies[useful & ~leads] = 1
    base = np.cumsum(n_copies) - n_copies
    node = np.repeat(np.arange(problem.n_nodes, dtype=np.int32), n_copies)
    layer = first[node] + np.arange(node.size) - base[node]

    tail, head = problem.tail[arcs], problem.head[arcs]
    low = first[tail]
    count = np.minimum(last[tail], last[head] - hops) - low + 1
    count = np.where(useful[tail] & useful[head], np.maximum(count, 0), 0)
    arc = np.repeat(np.arange(arcs.size), count)
    at = low[arc] + np.arange(arc.size) - (np.cumsum(count) - count)[arc]
    layered_tail = base[tail[arc]] + at - first[tail[arc]]
    step = np.where(leads[head[arc]], at + hops[arc] - first[head[arc]], 0)

    ample = problem.capacity[arcs] >= problem.demand[useful].sum()
    capacity = np.where(ample, np.inf, problem.capacity[arcs])

    prize = np.where(n_copies[node] == 1, problem.prize[node], 0.0)
    collecting = np.flatnonzero((problem.prize > 0) & (n_copies > 1))
    number = np.full(problem.n_nodes, -1)
    number[collecting] = node.size + np.arange(collecting.size)
    giving = np.flatnonzero(number[node] >= 0)
    return Layered(
        tail=np.r_[layered_tail, giving].astype(np.int32),
        head=np.r_[base[head[arc]] + step, number[node[giving]]].astype(np.int32),
        cost=np.r_[problem.cost[arcs[arc]], np.zeros(giving.size, np.int64)],
        capacity=np.r_[capacity[arc], np.full(giving.size, np.inf)],
        origin=np.r_[arcs[arc], np.full(giving.size, COLLECTING)].astype(np.int32),
        prize=np.r_[prize, problem.prize[collecting]],
        demand=np.r_[problem.demand[node], np.zeros(collecting.size)],
        place=problem.place[np.r_[node, collecting]],
        node=np.r_[node, collecting].astype(np.int32),
        layer=np.r_[layer, last[collecting]].astype(np.int32),
    )


def span(
    problem: Problem, arcs: NDArray[np.int32], hops: NDArray[np.int64], limit: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and the last layer in which each node is of use; the last lies below the first for none."""
    n = problem.n_nodes
    tail, head = problem.tail[arcs], problem.head[arcs]
    weight = hops.astype(np.float64)
    by_tail = np.argsort(tail, kind="stable").astype(np.int32)
    by_head = np.argsort(head, kind="stable").astype(np.int32)
    out_start = np.searchsorted(tail[by_tail], np.arange(n + 1)).astype(np.int32)
    in_start = np.searchsorted(head[by_head], np.arange(n + 1)).astype(np.int32)
    prized = np.flatnonzero(problem.prize > 0).astype(np.int32)
    from_root = distances(out_start, by_tail, head, weight, np.zeros(1, np.int32))
    to_prize = distances(in_start, by_head, tail, weight, prized)
    far = float(limit + 1)
    first = np.minimum(from_root, far).astype(np.int64)
    last = limit - np.minimum(to_prize, far).astype(np.int64)
    first[0], last[0] = 0, 0
    return first, last


def plan_of_tree(problem: Problem, graph: Graph, parent: NDArray[np.int32]) -> NDArray[np.int32] | None:
    """Return the problem's arcs of a tree, parents before children; None if they carry too much together.

    Inside a place whose arcs have hops a tree may hold two copies of a node. The one with fewer hops then serves what
    hangs from both, which costs no more, but what it carries may be too much.
    """
    arcs = topological_arcs(graph, parent)
    arcs = arcs[(graph.origin[arcs] >= 0) & (graph.origin[arcs] < problem.n_arcs)]
    plan = graph.origin[arcs]
    heads = problem.head[plan]
    if np.unique(heads).size == heads.size:
        return plan
    earliest = np.argsort(graph.layer[graph.head[arcs]], kind="stable")
    merged = bare_tree(problem.n_nodes)
    merged[heads[earliest[::-1]]] = plan[earliest[::-1]]
    order = preorder(merged, problem.tail)
    useful = problem.prize > 0
    for v in order[:0:-1]:
        useful[problem.tail[merged[v]]] |= useful[v]
    plan = merged[order[1:][useful[order[1:]]]]
    try:
        check_plan(problem, plan)
    except ValueError:
        return None
    return plan


def find_plan(problem: Problem, graph: Graph, plan: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the arcs in the graph of a plan given by arcs of the problem, those that it has, each in its layer."""
    held = np.zeros(problem.n_arcs + 1, np.bool_)  # the last one stands for the arcs that are none of the problem's
    held[plan] = True
    entered = np.zeros(problem.n_nodes, np.bool_)
    entered[problem.head[plan]] = True
    parent = bare_tree(problem.n_nodes)
    parent[problem.head[plan]] = plan
    at = count_hops(problem, parent) if graph.layered else np.zeros(problem.n_nodes, np.int64)
    own = (graph.origin >= 0) & (graph.origin < problem.n_arcs)
    node = np.minimum(graph.node, problem.n_nodes)  # nodes that are none of the problem's are gone through in any layer
    at, entered = np.append(at, -1), np.append(entered, False)
    layer = np.where(node < problem.n_nodes, graph.layer, -1)
    tail = node[graph.tail]
    found = np.where(own, held[np.where(own, graph.origin, -1)], entered[tail]) & (layer[graph.tail] == at[tail])
    reached = np.zeros(graph.n_nodes, np.bool_)
    reached[graph.head[found]] = True
    found |= (tail == problem.n_nodes) & reached[graph.tail]
    return np.flatnonzero(found).astype(np.int32)


def enters_once(graph: Graph, held: NDArray[np.int32]) -> bool:
    """Whether arcs of a tree of the graph enter no node of the problem twice, in two copies of it."""
    node = graph.node[graph.head[held[graph.origin[held] >= 0]]]
    return bool(np.unique(node).size == node.size)
