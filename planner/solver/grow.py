"""Growing: attach offices and torn-off branches to a tree by shortest paths under a guiding cost.

The path heuristic of H. Takahashi and A. Matsuyama (1980) with one Dijkstra that is never restarted: what has been
attached goes on at distance 0. The guiding cost mixes the priced arc cost with the reduced cost of the dual ascent, so
that paths prefer arcs that the bound has saturated. Capacities and the rule of one entry per place hold throughout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray  # noqa: TC002  (numba looks at the fields)

from planner.solver.dice import noise
from planner.solver.heap import drop_first, place_in_heap
from planner.solver.tree import OUTSIDE, fitting, list_children, walk

if TYPE_CHECKING:
    from planner.solver.graph import Graph

CLOSED, CONNECTED, FREE, ORPHAN, SERVED = 0, 1, 2, 3, 4
"""States of a node while growing: out of reach; in the tree; may be entered; root of a torn-off branch; a leaf in the
tree with a direct service from outside its place, which may be swapped for a path through its place."""

ROUNDS = 3
"""Searches per growth: a label made stale by a filled arc or an entered place is found again in the next one."""


class Guide(NamedTuple):
    """What growing minimises and how far it goes.

    Attributes
    ----------
    price
        Benefit that a cent is worth (λ).
    greed
        Weight of the priced cost beside the reduced cost.
    reduced
        ``(m,)``: reduced costs in units of benefit.
    wobble
        Relative size of the random change of every arc's guiding cost.
    salt
        Seed of that change.
    appetite
        A target is attached if its path costs at most this many times its worth.
    ban
        Share of the arcs, chosen by the salt, that may not be used.
    dislike
        Factor on the guiding cost of the direct services that could be swapped.
    foresight
        The first search leaves out what cannot carry 1 + (`ROUNDS` − 1) · foresight times the least demand; the last
        one asks for the least demand alone.
    """

    price: float
    greed: float
    reduced: NDArray[np.float64]
    wobble: float
    salt: np.uint64
    appetite: float
    ban: float
    dislike: float
    foresight: float


class Desk(NamedTuple):
    """Working arrays of the kernels, made once per search.

    Per node: ``state``; labels ``distance`` (guiding cost), ``spent`` (priced cost), ``room`` (what the path could
    still carry), ``entry`` (last arc); ``worth`` of a target; tree lists ``first``, ``following``, ``order``; ``net``
    and ``load`` of the subtree below; heap; ``path``. Per place: ``entered`` (no more entries), ``seen`` (stamp of the
    last path or region that came by). ``clock`` gives the stamps.
    """

    state: NDArray[np.int8]
    distance: NDArray[np.float64]
    spent: NDArray[np.float64]
    room: NDArray[np.float64]
    entry: NDArray[np.int32]
    worth: NDArray[np.float64]
    first: NDArray[np.int32]
    following: NDArray[np.int32]
    order: NDArray[np.int32]
    stack: NDArray[np.int32]
    members: NDArray[np.int32]
    net: NDArray[np.float64]
    load: NDArray[np.float64]
    cents: NDArray[np.int64]
    heap: NDArray[np.int32]
    position: NDArray[np.int32]
    path: NDArray[np.int32]
    field: NDArray[np.int32]
    entered: NDArray[np.int8]
    seen: NDArray[np.int64]
    clock: NDArray[np.int64]


class Extent(NamedTuple):
    """How far the lists of a desk are filled for one growth.

    Attributes
    ----------
    members
        ``desk.members[:members]``: nodes of the tree and of the torn-off branches.
    free, field
        ``desk.field[:free]``: nodes that may be entered; ``desk.field[free:field]``: roots of torn-off branches.
    """

    members: int
    free: int
    field: int


def new_desk(graph: Graph) -> Desk:
    """Return working arrays for a graph."""
    n, n_places = graph.n_nodes, graph.place_start.size - 1

    def ints() -> NDArray[np.int32]:
        return np.full(n, -1, np.int32)

    return Desk(
        state=np.zeros(n, np.int8),
        distance=np.full(n, np.inf),
        spent=np.zeros(n),
        room=np.zeros(n),
        entry=ints(),
        worth=np.zeros(n),
        first=ints(),
        following=ints(),
        order=ints(),
        stack=ints(),
        members=ints(),
        net=np.zeros(n),
        load=np.zeros(n),
        cents=np.zeros(n, np.int64),
        heap=ints(),
        position=ints(),
        path=ints(),
        field=ints(),
        entered=np.zeros(n_places, np.int8),
        seen=np.zeros(n_places, np.int64),
        clock=np.zeros(1, np.int64),
    )


@njit(cache=True)
def grow(graph: Graph, parent: NDArray[np.int32], desk: Desk, extent: Extent, guide: Guide) -> int:
    """Attach, in place, the targets in the field to the tree; return the number of labels settled.

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


@njit(cache=True)
def attach_round(
    graph: Graph,
    parent: NDArray[np.int32],
    desk: Desk,
    extent: Extent,
    guide: Guide,
    need: float,
) -> tuple[int, int]:
    """Run one search that only uses what still carries ``need``; return labels settled and targets refused."""
    if graph.capacitated:
        measure_room(graph, parent, desk, extent)
    size = seed_labels(graph, desk, extent.field, guide, need)
    work, refused = 0, 0
    while size > 0:
        v = desk.heap[0]
        size = drop_first(desk.heap, desk.position, desk.distance, size)
        work += 1
        if desk.distance[v] == np.inf:
            break
        u = graph.tail[desk.entry[v]]
        if desk.state[u] != CONNECTED and desk.distance[u] == np.inf:
            if desk.state[v] == SERVED:
                desk.distance[v] = length_of(graph, parent[v], guide)
            else:
                desk.distance[v] = np.inf
                size = label_from_tree(graph, desk, v, guide, need, size)
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


@njit(cache=True)
def demand_of(graph: Graph, desk: Desk, v: int) -> float:
    """Return what attaching target v would draw at v."""
    return desk.load[v] if desk.state[v] == ORPHAN else graph.demand[v]


@njit(cache=True)
def measure_room(graph: Graph, parent: NDArray[np.int32], desk: Desk, extent: Extent) -> None:
    """Write into ``desk.room`` what each connected node could still pass on, with upgrades on the way."""
    count = list_tree(graph, parent, desk, extent)
    desk.room[0] = np.inf
    for i in range(1, count):
        v = desk.order[i]
        desk.room[v] = room_at(graph, parent, desk, v)


@njit(cache=True)
def list_tree(graph: Graph, parent: NDArray[np.int32], desk: Desk, extent: Extent) -> int:
    """List the tree in ``desk.order``, and the children of its nodes and of the branches; return its size."""
    nodes = desk.path
    nodes[: extent.members] = desk.members[: extent.members]
    count = extent.members
    for v in desk.field[: extent.free]:
        if parent[v] >= 0:
            nodes[count] = v
            count += 1
    list_children(parent, graph.tail, nodes[:count], desk.first, desk.following)
    return walk(0, desk.first, desk.following, desk.order, desk.stack)


@njit(cache=True)
def room_at(graph: Graph, parent: NDArray[np.int32], desk: Desk, v: int) -> float:
    """Return what v could still pass on, given the room of the node above it."""
    a = parent[v]
    above = desk.room[graph.tail[a]]
    while graph.larger[a] >= 0:
        a = graph.larger[a]
    return min(above, graph.capacity[a] - desk.load[v])


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
    return length


@njit(cache=True)
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
            for j in range(graph.place_start[graph.place[v]], graph.place_start[graph.place[v] + 1]):
                if desk.state[graph.place_nodes[j]] == SERVED:
                    let_go(graph, parent, desk, graph.place_nodes[j])
    if graph.capacitated:
        fit_loads(graph, parent, desk, count, base, True)
    for i in range(count):
        v = desk.path[i]
        p = graph.place[v]
        if not (graph.swappable[v] and graph.place[graph.tail[parent[v]]] != p):
            desk.entered[p] = 1
    return count


@njit(cache=True)
def let_go(graph: Graph, parent: NDArray[np.int32], desk: Desk, v: int) -> None:
    """Take a leaf with a direct service out of the tree."""
    u = graph.tail[parent[v]]
    while graph.capacitated and u != 0:
        desk.load[u] -= graph.demand[v]
        u = graph.tail[parent[u]]
    parent[v] = OUTSIDE
    desk.state[v] = FREE


@njit(cache=True)
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


@njit(cache=True)
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
            parent[v] = a
            desk.load[v] = load
        v = graph.tail[a]
    return extra


@njit(cache=True)
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


@njit(cache=True)
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
