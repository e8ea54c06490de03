"""Growing: attach offices and torn-off branches to a tree by shortest paths under a guiding cost.

The path heuristic of H. Takahashi and A. Matsuyama (1980) with one Dijkstra that is never restarted: what has been
attached goes on at distance 0. The guiding cost mixes the priced arc cost with the reduced cost of the dual ascent, so
that paths prefer arcs that the bound has saturated. Capacities and the rule of one entry per place hold throughout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.solver.desk import Extent
from planner.solver.heap import drop_first, place_in_heap
from planner.solver.kernel import lean
from planner.solver.labels import forget_labels, label_from_tree, length_of, relax_out, room_at, seed_labels
from planner.solver.standing import CLOSED, CONNECTED, FREE, ORPHAN, SERVED, new_round, note, touch
from planner.solver.tree import OUTSIDE, bare_tree, fitting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.desk import Desk, Guide
    from planner.solver.graph import Graph

ROUNDS = 3
"""Searches per growth: a label made stale by a filled arc or an entered place is found again in the next one."""


def grow_everywhere(graph: Graph, desk: Desk, guide: Guide) -> NDArray[np.int32]:
    """Return a tree grown from the bare root over the whole graph."""
    parent = bare_tree(graph.n_nodes)
    desk.state[:] = FREE
    desk.state[0] = CONNECTED
    desk.entered[:] = 0
    desk.load[:] = 0.0
    desk.field[: graph.n_nodes - 1] = np.arange(1, graph.n_nodes)
    desk.worth[:] = graph.prize
    new_round(desk)
    grow(graph, parent, desk, Extent(graph.n_nodes - 1, graph.n_nodes - 1), guide)
    desk.state[:] = CLOSED
    return parent


@lean
def grow(graph: Graph, parent: NDArray[np.int32], desk: Desk, extent: Extent, guide: Guide) -> int:
    """Attach, in place, the targets in the field to the tree; return the number of arcs looked at.

    Targets are the free nodes whose ``desk.worth`` is positive, and the orphans, which bring the branch below them
    along. ``desk.load`` is the load of every connected node and branch; ``desk.first`` and ``desk.following`` list the
    children in the branches.
    """
    least = np.inf
    for v in desk.field[: extent.field]:
        if desk.worth[v] > 0:
            least = min(least, demand_of(graph, desk, v))
    work = 0
    for spread_out in range(ROUNDS - 1, -1, -1):
        need = least * (1.0 + spread_out * guide.foresight) if graph.capacitated else 0.0
        settled, refused = attach_round(graph, parent, desk, extent, guide, need)
        work += settled
        if refused == 0 and (need == least or not graph.capacitated):
            break
    return work


@lean
def attach_round(
    graph: Graph,
    parent: NDArray[np.int32],
    desk: Desk,
    extent: Extent,
    guide: Guide,
    need: float,
) -> tuple[int, int]:
    """Run one search that only uses what still carries ``need``; return arcs looked at and targets refused."""
    desk.clock[1] += 1
    desk.room[0] = np.inf
    size = seed_labels(graph, parent, desk, extent.field, guide, need)
    work, refused = 4 * extent.field, 0
    while size > 0:
        v = desk.heap[0]
        size = drop_first(desk.heap, desk.position, desk.distance, size)
        work += graph.out_start[v + 1] - graph.out_start[v]
        if desk.distance[v] == np.inf:
            break
        u = graph.tail[desk.entry[v]]
        if desk.state[u] != CONNECTED and desk.distance[u] == np.inf:
            if desk.state[v] == SERVED:
                desk.distance[v] = length_of(graph, parent[v], guide)
            else:
                desk.distance[v] = np.inf
                size = label_from_tree(graph, parent, desk, v, guide, need, size)
            continue
        if desk.worth[v] > 0 and desk.spent[v] <= guide.appetite * desk.worth[v]:
            count = attach(graph, parent, desk, v, guide)
            if count > 0:
                size = spread(graph, parent, desk, count, guide, need, size)
                continue
            refused += 1
        if desk.state[v] == FREE:
            size = relax_out(graph, desk, v, guide, need, size)
        elif desk.state[v] == SERVED:
            desk.distance[v] = length_of(graph, parent[v], guide)
    return work, refused


@lean
def demand_of(graph: Graph, desk: Desk, v: int) -> float:
    """Return what attaching target v would draw at v."""
    return float(desk.load[v] if desk.state[v] == ORPHAN else graph.demand[v])


@lean
def attach(graph: Graph, parent: NDArray[np.int32], desk: Desk, target: int, guide: Guide) -> int:
    """Attach a target by its labelled path, in place, if places, capacities and worth allow it.

    Larger parallel arcs take over where the load asks for them.

    Returns
    -------
    int
        Number of nodes on the path that are new to the tree, listed in ``desk.path``, target first; 0 if refused.
    """
    count = trace_path(graph, desk, target)
    if count == 0:
        return 0
    base = graph.tail[desk.entry[desk.path[count - 1]]]
    if graph.capacitated:
        extra = fit_loads(graph, parent, desk, count, base, False)
        if extra < 0 or desk.spent[target] + guide.price * extra > guide.appetite * desk.worth[target]:
            return 0
    if desk.state[target] == SERVED:
        let_go(graph, parent, desk, target)
    for i in range(count):
        v = desk.path[i]
        parent[v] = desk.entry[v]
        if graph.place[graph.tail[parent[v]]] != graph.place[v]:
            make_way(graph, parent, desk, graph.place[v])
    if graph.capacitated:
        fit_loads(graph, parent, desk, count, base, True)
    for i in range(count):
        v = desk.path[i]
        p = graph.place[v]
        if not (graph.swappable[v] and graph.place[graph.tail[parent[v]]] != p):
            desk.entered[p] = 1
    return count


@lean
def make_way(graph: Graph, parent: NDArray[np.int32], desk: Desk, p: int) -> None:
    """Let go of the direct services in a place that a path is about to enter."""
    for i in range(graph.place_start[p], graph.place_start[p + 1]):
        if desk.state[graph.place_nodes[i]] == SERVED:
            let_go(graph, parent, desk, graph.place_nodes[i])


@lean
def let_go(graph: Graph, parent: NDArray[np.int32], desk: Desk, v: int) -> None:
    """Take a leaf with a direct service out of the tree."""
    u = graph.tail[parent[v]]
    while graph.capacitated and u != 0:
        note(parent, desk, u)
        touch(desk, u)
        desk.load[u] -= graph.demand[v]
        u = graph.tail[parent[u]]
    parent[v] = OUTSIDE
    desk.state[v] = FREE


@lean
def trace_path(graph: Graph, desk: Desk, target: int) -> int:
    """Write the new nodes of the labelled path into ``desk.path``, target first; return their number, 0 if stale."""
    count = 0
    v = target
    desk.clock[0] += 1
    stamp = desk.clock[0]
    while desk.state[v] != CONNECTED:
        if count == desk.path.size or desk.distance[v] == np.inf:
            return 0
        u = graph.tail[desk.entry[v]]
        p = graph.place[v]
        if graph.place[u] != p:
            if desk.entered[p] or desk.seen[p] == stamp:
                return 0
            desk.seen[p] = stamp
        desk.path[count] = v
        count += 1
        v = u
    return 0 if desk.seen[graph.place[v]] == stamp and v != 0 else count


@lean
def fit_loads(graph: Graph, parent: NDArray[np.int32], desk: Desk, count: int, base: int, commit: bool) -> int:
    """Return the cents that larger arcs add when the path is attached below ``base``, −1 if no arc is large enough.

    With ``commit``, write the arcs and the loads.
    """
    extra = 0
    flow = 0.0
    for i in range(count):
        v = desk.path[i]
        flow += demand_of(graph, desk, v)
        a = fitting(graph.larger, graph.capacity, desk.entry[v], flow)
        if a < 0:
            return -1
        extra += graph.cost[a] - graph.cost[desk.entry[v]]
        if commit:
            parent[v] = a
            desk.load[v] = flow
    v = base
    while v != 0:
        load = desk.load[v] + flow
        a = parent[v]
        while a >= 0 and graph.capacity[a] < load:
            a = graph.larger[a]
        if a < 0:
            return -1
        extra += graph.cost[a] - graph.cost[parent[v]]
        if commit:
            note(parent, desk, v)
            touch(desk, v)
            parent[v] = a
            desk.load[v] = load
        v = graph.tail[a]
    return extra


@lean
def spread(
    graph: Graph, parent: NDArray[np.int32], desk: Desk, count: int, guide: Guide, need: float, size: int
) -> int:
    """Mark the attached path as connected, forget labels that it made wrong, and go on from it at distance 0."""
    was_orphan = desk.state[desk.path[0]] == ORPHAN
    for i in range(count - 1, -1, -1):
        v = desk.path[i]
        desk.state[v] = CONNECTED
        if graph.capacitated:
            desk.room[v] = room_at(graph, parent, desk, v)
        if desk.position[v] >= 0:  # still waiting with its old label: take it to the top and off
            desk.distance[v] = -1.0
            size = place_in_heap(desk.heap, desk.position, desk.distance, size, v)
            size = drop_first(desk.heap, desk.position, desk.distance, size)
        p = graph.place[v]
        if not desk.entered[p]:
            desk.state[v] = SERVED
            desk.distance[v] = length_of(graph, parent[v], guide)
        elif graph.place[graph.tail[parent[v]]] != p:
            size = forget_labels(graph, desk, p, size)
    for i in range(count - 1, -1, -1):
        size = relax_out(graph, desk, desk.path[i], guide, need, size)
    if was_orphan:
        size = welcome_branch(graph, parent, desk, desk.path[0], guide, need, size)
    return size


@lean
def welcome_branch(
    graph: Graph, parent: NDArray[np.int32], desk: Desk, v: int, guide: Guide, need: float, size: int
) -> int:
    """Mark the branch below v, which has just been attached, as connected and go on from it."""
    stack = desk.stack
    stack[0] = v
    n_stack = 1
    while n_stack > 0:
        n_stack -= 1
        u = stack[n_stack]
        desk.state[u] = CONNECTED
        desk.entered[graph.place[u]] = 1
        if graph.capacitated:
            desk.room[u] = room_at(graph, parent, desk, u)
        if u != v:
            size = relax_out(graph, desk, u, guide, need, size)
        child = desk.first[u]
        while child >= 0:
            stack[n_stack] = child
            n_stack += 1
            child = desk.following[child]
    return size
