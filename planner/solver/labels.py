"""Labels of the one Dijkstra that growing runs: the shortest known way from the tree to every node of the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from planner.solver.desk import CONNECTED, FREE, ORPHAN, SERVED
from planner.solver.dice import noise
from planner.solver.heap import place_in_heap

if TYPE_CHECKING:
    from planner.solver.desk import Desk, Guide
    from planner.solver.graph import Graph


@njit(cache=True)
def seed_labels(graph: Graph, desk: Desk, n_field: int, guide: Guide, need: float) -> int:
    """Clear the labels of the field and label what lies one arc from the tree; return the heap's size."""
    for i in range(n_field):
        v = desk.field[i]
        desk.position[v] = -1
        if desk.state[v] == FREE or desk.state[v] == ORPHAN:
            desk.distance[v] = np.inf
    size = 0
    for i in range(n_field):
        v = desk.field[i]
        if desk.state[v] == FREE or desk.state[v] == ORPHAN:
            size = label_from_tree(graph, desk, v, guide, need, size)
    return size


@njit(cache=True)
def label_from_tree(graph: Graph, desk: Desk, v: int, guide: Guide, need: float, size: int) -> int:
    """Label node v along the arcs that come straight from the tree; return the heap's size."""
    for a in range(graph.in_start[v], graph.in_start[v + 1]):
        if desk.state[graph.tail[a]] == CONNECTED:
            size = relax(graph, desk, a, guide, need, size)
    return size


@njit(cache=True)
def relax_out(graph: Graph, desk: Desk, u: int, guide: Guide, need: float, size: int) -> int:
    """Relax all arcs out of u; return the heap's size."""
    for i in range(graph.out_start[u], graph.out_start[u + 1]):
        a = graph.out_arcs[i]
        if desk.state[graph.head[a]] >= FREE:
            size = relax(graph, desk, a, guide, need, size)
    return size


@njit(cache=True)
def relax(graph: Graph, desk: Desk, a: int, guide: Guide, need: float, size: int) -> int:
    """Improve the label of the arc's head, if the arc may be used and is shorter; return the heap's size."""
    u, v = graph.tail[a], graph.head[a]
    p = graph.place[v]
    if graph.place[u] != p and (desk.entered[p] or desk.state[v] == SERVED):
        return size
    if a > 0 and graph.larger[a - 1] == a and graph.capacity[a - 1] >= need:
        return size  # a cheaper parallel will do
    length = length_of(graph, a, guide)
    priced = guide.price * graph.cost[a]
    near = desk.state[u] == CONNECTED
    through = length if near else desk.distance[u] + length
    if through >= desk.distance[v]:
        return size
    room = np.inf
    if graph.capacitated:
        room = min(desk.room[u], graph.capacity[a])
        if room < need:
            return size
    desk.distance[v] = through
    desk.spent[v] = priced if near else desk.spent[u] + priced
    desk.room[v] = room
    desk.entry[v] = a
    return place_in_heap(desk.heap, desk.position, desk.distance, size, v)


@njit(cache=True)
def length_of(graph: Graph, a: int, guide: Guide) -> float:
    """Return the guiding cost of an arc, ``inf`` if it is banned."""
    chance = noise(guide.salt, a)
    if chance < guide.ban:
        return np.inf
    length = (guide.greed * guide.price * graph.cost[a] + guide.reduced[a]) * (1.0 + guide.wobble * (chance - 0.5))
    v = graph.head[a]
    if graph.swappable[v] and graph.place[graph.tail[a]] != graph.place[v]:
        length *= guide.dislike
    return float(length)


@njit(cache=True)
def forget_labels(graph: Graph, desk: Desk, p: int, size: int) -> int:
    """Remove the labels of the nodes of a place that has just been entered: they came in by other ways."""
    for i in range(graph.place_start[p], graph.place_start[p + 1]):
        v = graph.place_nodes[i]
        if desk.state[v] == FREE:
            desk.distance[v] = np.inf
            if desk.position[v] >= 0:
                size = place_in_heap(desk.heap, desk.position, desk.distance, size, v)
    return size
