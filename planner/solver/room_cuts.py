"""Capacity cuts: what a node set draws comes in over arcs that can carry it.

For a node set S without the root and some of its prized nodes T, which together draw D, every plan satisfies
Σ room(a) · arcs into S ≥ Σ demand · nodes of T reached, where room(a) is the largest sum of demands of nodes of T that
the arc can carry. With what is missing of T on the left, Σ room(a) · arcs + Σ demand · (1 − node) ≥ D, all variables
are whole, and the row may be rounded in parcels p: D / p is rounded up, the coefficients as mixed-integer rounding says
(G. L. Nemhauser, L. A. Wolsey, "A recursive procedure to generate all cuts for 0-1 mixed integer programs",
Mathematical Programming 46 (1990)). Parcels are the rooms of the arcs themselves, as in T. L. Magnanti, P. Mirchandani,
R. Vachani, "Modeling and solving the two-facility capacitated network loading problem", Operations Research 43 (1995);
p = D leaves the row as it is. Of an arc into a node that leads nowhere, room is what that node draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from planner.solver.room_sets import find_sets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.graph import Graph

IN_SUPPORT = 1e-6
"""Arcs and nodes below this value are taken as unused."""
FEW_DEMANDS = 3
"""Different demands among the nodes of a set up to which their sums are looked through."""
MUCH_MISSING = 2.0
"""Nodes missing of a set, as the sum of one less their value, from which no more are taken into it."""
MOST_ALIKE = 6
"""Cuts of one round that may speak of the same node: sets that overlap say nearly the same."""
WHOLE = 1e-9
"""Numbers this near to a whole one are taken as whole, in the direction that keeps the cut valid."""
LEAST_PART = 1e-6
"""What D / p must have beyond a whole number for the row to be rounded."""


class RoomCut(NamedTuple):
    """Σ room · arcs − Σ drawn · nodes ≥ least, in parcels by their number rounded up.

    Attributes
    ----------
    arcs, room
        ``(k,)``: the arcs into the set, and what each lets in at most.
    nodes, drawn
        ``(l,)``: the nodes that draw, and how much.
    least
        0 where nothing is rounded.
    """

    arcs: NDArray[np.int32]
    room: NDArray[np.float64]
    nodes: NDArray[np.int32]
    drawn: NDArray[np.float64]
    least: float


def find_room_cuts(
    graph: Graph, arc_value: NDArray[np.float64], node_value: NDArray[np.float64], tolerance: float, limit: int
) -> list[RoomCut]:
    """Return violated capacity cuts, at most ``limit``, the most violated first.

    Parameters
    ----------
    arc_value, node_value
        ``(m,)`` and ``(n,)``: a solution of the relaxation.
    tolerance
        Least violation, as a share of the parcels that the set needs.
    """
    if not graph.capacitated:
        return []
    used = np.flatnonzero(arc_value > IN_SUPPORT).astype(np.int32)
    drawn = np.where(node_value > IN_SUPPORT, graph.demand, 0.0)
    sets = find_sets(graph, arc_value, used, drawn)
    violation, size, least, parcel = rate_sets(graph, arc_value, node_value, drawn, sets.start, sets.nodes)
    best = np.argsort(-violation, kind="stable")
    best = best[violation[best] > tolerance]
    cuts: dict[tuple[bytes, float], RoomCut] = {}
    n_cuts = np.zeros(graph.n_nodes, np.int64)
    inside, served = np.full(graph.n_nodes, -1, np.int64), np.zeros(graph.n_nodes)
    for i in best.tolist():
        if len(cuts) == limit:
            break
        members = sets.nodes[sets.start[i] : sets.start[i + 1]]
        inside[members] = i
        served_through(graph, arc_value, node_value, members, inside, i, served)
        nodes = by_value(members, served, drawn, least[i])[: size[i]]
        name = np.sort(nodes).tobytes(), float(violation[i])
        if name not in cuts and n_cuts[nodes].max() < MOST_ALIKE:
            n_cuts[nodes] += 1
            cuts[name] = room_cut(graph, members, nodes, float(parcel[i]))
    return list(cuts.values())


@njit(cache=True)
def rate_sets(
    graph: Graph,
    arc_value: NDArray[np.float64],
    node_value: NDArray[np.float64],
    drawn: NDArray[np.float64],
    start: NDArray[np.int64],
    members: NDArray[np.int32],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return, for the best cut of each set, its violation, number of nodes that draw, their least demand, parcel."""
    n_sets = start.size - 1
    violation, size = np.zeros(n_sets), np.zeros(n_sets, np.int64)
    least, parcel = np.zeros(n_sets), np.zeros(n_sets)
    inside, served = np.full(graph.demand.size, -1, np.int64), np.zeros(graph.demand.size)
    for i in range(n_sets):
        within = members[start[i] : start[i + 1]]
        inside[within] = i
        served_through(graph, arc_value, node_value, within, inside, i, served)
        nodes = by_value(within, served, drawn, 0.0)
        if nodes.size == 0:
            continue
        rooms, values = entering_rooms(graph, arc_value, within, inside, i)
        if rooms.size == 0 or rooms[0] >= drawn[nodes].sum():
            continue
        demands = np.unique(drawn[nodes])
        for at_least in demands if demands.size <= FEW_DEMANDS else demands[:1]:
            those = nodes[drawn[nodes] >= at_least]
            most, at, best = most_violated(served, drawn, those, rooms, values)
            if most > violation[i]:
                violation[i], size[i], least[i], parcel[i] = most, at, at_least, best
    return violation, size, least, parcel


@njit(cache=True)
def served_through(
    graph: Graph,
    arc_value: NDArray[np.float64],
    node_value: NDArray[np.float64],
    within: NDArray[np.int32],
    inside: NDArray[np.int64],
    mark: int,
    served: NDArray[np.float64],
) -> None:
    """Write by how much each node of a set is reached, those that lead nowhere without arcs from outside.

    Such an arc, a direct service, carries what its node draws alone: in a cut it counts like that node's absence.
    """
    for v in within:
        served[v] = node_value[v]
        if leads_nowhere(graph, v):
            for a in range(graph.in_start[v], graph.in_start[v + 1]):
                if inside[graph.tail[a]] != mark:
                    served[v] -= arc_value[a]


@njit(cache=True)
def leads_nowhere(graph: Graph, v: int) -> bool:
    """Whether no arc leaves a node."""
    return bool(graph.out_start[v] == graph.out_start[v + 1])


@njit(cache=True)
def entering_rooms(
    graph: Graph, arc_value: NDArray[np.float64], within: NDArray[np.int32], inside: NDArray[np.int64], mark: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the different capacities of the used arcs into a set, rising, and the sum of the values of each.

    Without those into nodes that lead nowhere.
    """
    room, value = [np.float64(0.0) for _ in range(0)], [np.float64(0.0) for _ in range(0)]
    for v in within:
        if leads_nowhere(graph, v):
            continue
        for a in range(graph.in_start[v], graph.in_start[v + 1]):
            if arc_value[a] > IN_SUPPORT and inside[graph.tail[a]] != mark:
                room.append(graph.capacity[a])
                value.append(arc_value[a])
    rooms, values = np.array(room), np.array(value)
    different = np.unique(rooms)
    return different, np.array([values[rooms == each].sum() for each in different])


@njit(cache=True)
def most_violated(
    node_value: NDArray[np.float64],
    drawn: NDArray[np.float64],
    nodes: NDArray[np.int32],
    rooms: NDArray[np.float64],
    values: NDArray[np.float64],
) -> tuple[float, int, float]:
    """Return the violation, as a share of the parcels needed, of the best cut for the first nodes, their number, p."""
    most, at, best = 0.0, 0, 0.0
    demands = np.unique(drawn[nodes])
    counts, missing = np.zeros(demands.size, np.int64), np.zeros(demands.size)
    total = 0.0
    for k in range(nodes.size):
        kind = np.searchsorted(demands, drawn[nodes[k]])
        counts[kind] += 1
        missing[kind] += max(1.0 - node_value[nodes[k]], 0.0)
        total += demands[kind]
        if missing.sum() >= MUCH_MISSING:
            break
        if rooms[0] >= total:
            continue
        carried = np.array([largest_sum(room, total, demands, counts) for room in rooms])
        for p in np.unique(np.append(carried, total)):
            if p <= 0.0:
                continue
            part, needed = parcels(total / p)
            let_in = 0.0
            for j in range(carried.size):
                let_in += rounded(carried[j] / p, part) * values[j]
            for j in range(demands.size):
                let_in += rounded(demands[j] / p, part) * missing[j]
            if (needed - let_in) / needed > most:
                most, at, best = (needed - let_in) / needed, k + 1, p
    return most, at, best


@njit(cache=True)
def largest_sum(room: float, total: float, demands: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    """Return the largest sum of demands, each taken as often as counted at most, that an arc can carry.

    Of many different demands the room itself, which is not less.
    """
    if room >= total:
        return total
    if demands.size > FEW_DEMANDS:
        return room
    room *= 1.0 + WHOLE
    best = 0.0
    taken = np.zeros(demands.size, np.int64)
    while True:
        others = 0.0
        for j in range(1, demands.size):
            others += taken[j] * demands[j]
        if others <= room:
            best = max(best, others + min(counts[0], np.int64((room - others) / demands[0])) * demands[0])
        j = 1
        while j < demands.size:
            taken[j] += 1
            if taken[j] <= counts[j] and taken[j] * demands[j] <= room:
                break
            taken[j] = 0
            j += 1
        if j >= demands.size:
            break
    return float(best)


@njit(cache=True)
def parcels(ratio: float) -> tuple[float, float]:
    """Return what a number of parcels has beyond a whole number, 1 where nothing, and the number rounded up."""
    whole = np.floor(ratio + WHOLE)
    return (ratio - whole, whole + 1.0) if ratio - whole > LEAST_PART else (1.0, whole)


@njit(cache=True)
def rounded(ratio: float, part: float) -> float:
    """Return a coefficient in parcels by mixed-integer rounding of a row whose right side has ``part`` to spare."""
    whole = np.floor(ratio + WHOLE)
    return float(whole + min(1.0, max(ratio - whole, 0.0) / part))


@njit(cache=True)
def by_value(
    members: NDArray[np.int32], node_value: NDArray[np.float64], drawn: NDArray[np.float64], least: float
) -> NDArray[np.int32]:
    """Return the nodes of a set that draw at least so much, those of the largest value first."""
    nodes = members[(drawn[members] > 0.0) & (drawn[members] >= least)]
    return nodes[np.argsort(-node_value[nodes], kind="mergesort")]


def room_cut(graph: Graph, members: NDArray[np.int32], nodes: NDArray[np.int32], parcel: float) -> RoomCut:
    """Return the cut of a set for some of its nodes that draw, rounded in parcels."""
    inside = np.zeros(graph.n_nodes, np.bool_)
    inside[members] = True
    ends = graph.out_start[:-1] == graph.out_start[1:]
    inside[ends] = False
    inside[nodes] = True
    arcs = np.flatnonzero(inside[graph.head] & ~inside[graph.tail]).astype(np.int32)
    demands, counts = np.unique(graph.demand[nodes], return_counts=True)
    total = float(graph.demand[nodes].sum())
    part, needed = parcels(total / parcel)
    enters = np.where(ends[graph.head[arcs]], graph.demand[graph.head[arcs]], np.inf)
    capacity, which = np.unique(np.minimum(graph.capacity[arcs], enters), return_inverse=True)
    carried = [largest_sum(room, total, demands, counts) for room in capacity.tolist()]
    room = np.array([rounded(each / parcel, part) for each in carried])[which]
    drawn = np.array([rounded(each / parcel, part) for each in graph.demand[nodes].tolist()])
    return RoomCut(arcs, room / needed, nodes, drawn / needed, (needed - float(drawn.sum())) / needed)
