"""Labels of the one Dijkstra that growing runs: the shortest known way from the tree to every node of the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.solver.dice import noise
from planner.solver.heap import place_in_heap
from planner.solver.kernel import lean
from planner.solver.standing import CONNECTED, FREE, ORPHAN, SERVED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.desk import Desk, Guide
    from planner.solver.graph import Graph


@lean
def seed_labels(graph: Graph, parent: NDArray[np.int32], desk: Desk, n_field: int, guide: Guide, need: float) -> int:
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
            size = label_from_tree(graph, parent, desk, v, guide, need, size)
    return size


@lean
def label_from_tree(
    graph: Graph, parent: NDArray[np.int32], desk: Desk, v: int, guide: Guide, need: float, size: int
) -> int:
    """Label node v along the arcs that come straight from the tree; return the heap's size."""
    for a in range(graph.in_start[v], graph.in_start[v + 1]):
        if desk.state[graph.tail[a]] == CONNECTED:
            if graph.capacitated:
                measure_room(graph, parent, desk, graph.tail[a])
            size = relax(graph, desk, a, guide, need, size)
    return size


@lean
def measure_room(graph: Graph, parent: NDArray[np.int32], desk: Desk, v: int) -> None:
    """Write into ``desk.room`` what node v of the tree could still pass on, once in a search."""
    count = 0
    while v != 0 and desk.measured[v] != desk.clock[1]:
        desk.stack[count] = v
        count += 1
        v = graph.tail[parent[v]]
    for i in range(count - 1, -1, -1):
        v = desk.stack[i]
        desk.room[v] = room_at(graph, parent, desk, v)
        desk.measured[v] = desk.clock[1]


@lean
def room_at(graph: Graph, parent: NDArray[np.int32], desk: Desk, v: int) -> float:
    """Return what v could still pass on, given the room of the node above it."""
    a = parent[v]
    above = desk.room[graph.tail[a]]
    while graph.larger[a] >= 0:
        a = graph.larger[a]
    return float(min(above, graph.capacity[a] - desk.load[v]))


@lean
def relax_out(graph: Graph, desk: Desk, u: int, guide: Guide, need: float, size: int) -> int:
    """Relax all arcs out of u; return the heap's size."""
    for i in range(graph.out_start[u], graph.out_start[u + 1]):
        a = graph.out_arcs[i]
        if desk.state[graph.head[a]] >= FREE:
            size = relax(graph, desk, a, guide, need, size)
    return size


@lean
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


@lean
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


@lean
def forget_labels(graph: Graph, desk: Desk, p: int, size: int) -> int:
    """Remove the labels of the nodes of a place that has just been entered: they came in by other ways."""
    for i in range(graph.place_start[p], graph.place_start[p + 1]):
        v = graph.place_nodes[i]
        if desk.state[v] == FREE:
            desk.distance[v] = np.inf
            if desk.position[v] >= 0:
                size = place_in_heap(desk.heap, desk.position, desk.distance, size, v)
    return size
