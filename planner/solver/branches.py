"""Branches: what hangs from the part of a plan that nothing can fill.

Where an arc carries the demand of a few nodes only, a plan is a *trunk*, whose arcs nothing fills, and many small
*branches*, each of which hangs from a node of the trunk by an arc that can be filled. Here a graph is laid out for
finding branches by the load that they carry (see `planner.solver.branch_pricing`): the loads that there are, the nodes
of each place that can be left, its *levels*, and the arcs out of a place in *groups*, one for each place or end that
they lead to, of which a branch has one at most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray  # noqa: TC002  (numba looks at the fields)

if TYPE_CHECKING:
    from planner.solver.graph import Graph

MOST_LOADS = 40
"""Loads that are told apart. Arcs that carry more than the largest of them count as if nothing filled them."""
MOST_WORK = 150_000_000
"""Steps of the dynamic programme for one set of prices, levels times groups times loads: some seconds on the largest
graphs, where a search can be stopped between loads."""
MOST_TIES = 20_000_000
"""Pairs of an arc of the trunk and of one that may hang behind it: the rows that tie these have no more terms."""
SAME = 1e-9
"""Relative difference up to which two loads are one."""
FEW = 3.0
"""Sums of demands are of use if they go up to so many times the least demand."""


class BranchGraph(NamedTuple):
    """A graph laid out by places and loads.

    Loads are told by their position in ``load``.

    Attributes
    ----------
    load
        ``(q,)`` > 0, in order: the sums of demands that an arc can be filled with.
    split_start, split, left
        Load q is split into ``split[i]`` and ``left[i]`` for i in ``split_start[q]:split_start[q + 1]``.
    fits
        ``(m,)``: the largest load that each arc carries; −1 where it carries none.
    draws
        ``(n,)``: the load of each end that has a prize; −1 for other nodes.
    end
        ``(n,)``: nodes that no arc leaves.
    leaves
        ``(n,)``: levels that arcs of a group leave.
    level
        ``(n,)``: position of a node among the levels of its place; −1 for ends.
    level_start, level_nodes
        The levels of place p are ``level_nodes[level_start[p]:level_start[p + 1]]``, those that lead to fewer others
        for nothing first.
    inner_start, inner_arcs
        Arcs between two levels of place p: ``inner_arcs[inner_start[p]:inner_start[p + 1]]``.
    square_start
        ``(p + 1,)``: where the square table of each place's levels begins.
    place_groups
        ``(p + 1,)``: the groups of each place.
    group_start, group_arcs
        The arcs of group g are ``group_arcs[group_start[g]:group_start[g + 1]]``, by the level that they leave.
    leads_to
        ``(g,)``: the place that a group leads to, or the number of places plus the end in its own place.
    group_of
        ``(m,)``: the group of each arc; −1 for arcs out of the root and between levels.
    way_back
        ``(m,)``: the group of the place that an arc leads to which leads back to the place that it leaves; −1 where
        there is none.
    sum_start, part_start, without_start
        ``(p + 1,)``: where each place's tables begin: levels × (groups + 1) × loads, levels × groups × loads, and
        groups × levels.
    trunk_arcs
        Arcs that nothing fills, as far as they hang together from the root.
    first_arcs
        Arcs by which branches hang from the trunk.
    """

    load: NDArray[np.float64]
    split_start: NDArray[np.int64]
    split: NDArray[np.int32]
    left: NDArray[np.int32]
    fits: NDArray[np.int32]
    draws: NDArray[np.int32]
    end: NDArray[np.bool_]
    leaves: NDArray[np.bool_]
    level: NDArray[np.int32]
    level_start: NDArray[np.int64]
    level_nodes: NDArray[np.int32]
    inner_start: NDArray[np.int64]
    inner_arcs: NDArray[np.int32]
    square_start: NDArray[np.int64]
    place_groups: NDArray[np.int64]
    group_start: NDArray[np.int64]
    group_arcs: NDArray[np.int32]
    leads_to: NDArray[np.int64]
    group_of: NDArray[np.int32]
    way_back: NDArray[np.int32]
    sum_start: NDArray[np.int64]
    part_start: NDArray[np.int64]
    without_start: NDArray[np.int64]
    trunk_arcs: NDArray[np.int32]
    first_arcs: NDArray[np.int32]

    @property
    def n_places(self) -> int:
        """Number of places."""
        return int(self.level_start.size - 1)


def lay_out(graph: Graph, *, cost_alone: bool = False, most_loads: int = MOST_LOADS) -> BranchGraph | None:
    """Lay a graph out by places and loads.

    None where loads say nothing, since nothing can be filled or demands are 0, and where tables would take too long.

    Parameters
    ----------
    cost_alone
        Whether parallel arcs differ in cost and capacity alone: of those that nothing fills the cheapest will do.
    """
    prized = graph.prize[1:] > 0
    demand = np.unique(graph.demand[1:][prized])
    if not graph.capacitated or not demand.size or demand[0] <= 0.0:
        return None
    load, most = find_loads(demand, np.unique(graph.capacity[np.isfinite(graph.capacity)]), most_loads)
    if not load.size:
        return None
    end = graph.out_start[:-1] == graph.out_start[1:]
    inner = graph.place[graph.tail] == graph.place[graph.head]
    level, level_start, level_nodes = find_levels(graph, end, inner)
    place_groups, group_start, group_arcs, leads_to = find_groups(graph, end, inner, level)
    group_of = np.full(graph.n_arcs, -1, np.int32)
    group_of[group_arcs] = np.repeat(np.arange(leads_to.size), np.diff(group_start))
    between = np.flatnonzero(inner & ~end[graph.head]).astype(np.int32)
    between = between[np.argsort(graph.place[graph.tail[between]], kind="stable")]
    levels, groups = np.diff(level_start), np.diff(place_groups)
    splits = find_splits(load)
    offers = levels[graph.place[graph.tail[group_arcs]]].sum() * load.size
    if offers + (levels * groups).sum() * splits[0].size > MOST_WORK:
        return None
    unfilled = graph.capacity > most
    dearer = np.zeros(graph.n_arcs, np.bool_)
    if cost_alone:
        dearer[graph.larger[unfilled & (graph.larger >= 0)]] = True
    trunk = reach_by(graph, unfilled)
    from_trunk = trunk[graph.tail]
    hanging = np.bincount(graph.tail[from_trunk & ~dearer], minlength=graph.n_nodes)
    if hanging[graph.head[unfilled & from_trunk & ~dearer]].sum() > MOST_TIES:
        return None
    draws = np.full(graph.n_nodes, -1, np.int32)
    drawing = np.flatnonzero(end & (graph.prize > 0))
    draws[drawing] = find_load(load, graph.demand[drawing])
    return BranchGraph(
        load=load,
        split_start=starts(np.bincount(splits[0], minlength=load.size)),
        split=splits[1],
        left=splits[2],
        fits=np.where(dearer, -1, find_load(load, graph.capacity, 2.0 * SAME)).astype(np.int32),
        draws=draws,
        end=end,
        leaves=np.isin(np.arange(graph.n_nodes), graph.tail[group_arcs]),
        level=level,
        level_start=level_start,
        level_nodes=level_nodes,
        inner_start=np.searchsorted(graph.place[graph.tail[between]], np.arange(levels.size + 1)),
        inner_arcs=between,
        square_start=starts(levels**2),
        place_groups=place_groups,
        group_start=group_start,
        group_arcs=group_arcs,
        leads_to=leads_to,
        group_of=group_of,
        way_back=find_ways_back(graph, inner, place_groups, leads_to),
        sum_start=starts(levels * (groups + 1) * load.size),
        part_start=starts(levels * groups * load.size),
        without_start=starts(levels * groups),
        trunk_arcs=np.flatnonzero(unfilled & from_trunk & ~dearer).astype(np.int32),
        first_arcs=np.flatnonzero(~unfilled & from_trunk).astype(np.int32),
    )


def starts(size: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where tables of these sizes begin, and where the last one ends."""
    return np.append(0, np.cumsum(size)).astype(np.int64)


def find_loads(
    demand: NDArray[np.float64], capacity: NDArray[np.float64], most_loads: int = MOST_LOADS
) -> tuple[NDArray[np.float64], float]:
    """Return the loads that are told apart, and the largest capacity that they go up to.

    They are sums of demands, or steps of one size where these are too many: demands between two steps are then rounded
    down (see `find_load`), so that no plan is lost.

    Parameters
    ----------
    demand
        Different ones > 0, in order.
    capacity
        Different ones, in order. Sums go up to the largest of them that has few enough; where even the smallest has too
        many, steps go up to the largest that the least demand fills in so many steps.
    """
    sums, reach = np.empty(0), 0.0
    for most in capacity[capacity >= demand[0] * (1.0 - SAME)].tolist():
        found = sums_up_to(demand, most, most_loads)
        if found is not None:
            sums, reach = found, most
            continue
        covered = capacity[capacity <= most_loads * demand[0]]
        if (sums.size and sums[-1] >= FEW * demand[0]) or not covered.size:
            break
        return np.arange(1, most_loads + 1) * (covered[-1] / most_loads), float(covered[-1])
    return sums, reach


def sums_up_to(demand: NDArray[np.float64], most: float, limit: int) -> NDArray[np.float64] | None:
    """Return the different sums of demands, each as often as one likes, up to ``most``; None if too many."""
    found = np.zeros(1)
    while True:
        larger = np.add.outer(found, np.append(0.0, demand)).ravel()
        larger = np.sort(larger[larger <= most * (1.0 + SAME)])
        larger = larger[np.append(True, np.diff(larger) > SAME * most)]
        if larger.size == found.size:
            return found[1:]
        if larger.size > limit + 1:
            return None
        found = larger


def find_load(load: NDArray[np.float64], amount: NDArray[np.float64], same: float = SAME) -> NDArray[np.int32]:
    """Return the largest loads that are no larger than some amounts; −1 where all are larger.

    Parameters
    ----------
    same
        Relative difference up to which a load is no larger.
    """
    return (np.searchsorted(load, amount * (1.0 + same), side="right") - 1).astype(np.int32)


def find_splits(load: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Return the loads that are sums of two others, in order, and for each the two.

    Sums that were taken for one with a smaller load are rounded down to it: every sum that fits is there.
    """
    both = np.add.outer(load, load)
    part, left = np.nonzero(both <= load[-1] * (1.0 + 1e3 * SAME))
    whole = find_load(load, both[part, left], 1e-3 * SAME)
    order = np.lexsort((part, whole))
    return whole[order], part[order].astype(np.int32), left[order].astype(np.int32)


def find_levels(
    graph: Graph, end: NDArray[np.bool_], inner: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]:
    """Return the levels: position of each node, where those of each place begin, and their nodes.

    Of two levels that which leads to fewer others for nothing is the lower one, as short masts are below tall ones.
    Other orders are as right, but let branches seem to be worth more.
    """
    below: dict[int, list[int]] = {}
    for a in np.flatnonzero(inner & (graph.cost == 0) & ~end[graph.head]).tolist():
        below.setdefault(int(graph.tail[a]), []).append(int(graph.head[a]))

    def reached(v: int) -> int:
        seen, waiting = {v}, [v]
        while waiting:
            for w in below.get(waiting.pop(), []):
                if w not in seen:
                    seen.add(w)
                    waiting.append(w)
        return len(seen)

    height = np.array([reached(v) for v in range(graph.n_nodes)])
    nodes: NDArray[np.int32] = np.flatnonzero(~end).astype(np.int32)
    nodes = nodes[np.lexsort((nodes, height[nodes], graph.place[nodes]))]
    start = np.searchsorted(graph.place[nodes], np.arange(graph.place_start.size)).astype(np.int64)
    level: NDArray[np.int32] = np.full(graph.n_nodes, -1, np.int32)
    level[nodes] = np.arange(nodes.size) - start[graph.place[nodes]]
    return level, start, nodes


def find_groups(
    graph: Graph, end: NDArray[np.bool_], inner: NDArray[np.bool_], level: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    """Return the groups of each place, where the arcs of each begin, these arcs, and where each group leads to."""
    n_places = graph.place_start.size - 1
    arcs = np.flatnonzero((graph.tail != 0) & (~inner | end[graph.head]))
    place = graph.place[graph.tail[arcs]].astype(np.int64)
    leads = np.where(inner[arcs], n_places + graph.head[arcs], graph.place[graph.head[arcs]]).astype(np.int64)
    order = np.lexsort((level[graph.tail[arcs]], leads, place))
    arcs, place, leads = arcs[order], place[order], leads[order]
    begins = np.ones(arcs.size, np.bool_)
    begins[1:] = (np.diff(place) != 0) | (np.diff(leads) != 0)
    first = np.flatnonzero(begins)
    groups = np.searchsorted(place[first], np.arange(n_places + 1))
    return groups.astype(np.int64), np.append(first, arcs.size).astype(np.int64), arcs.astype(np.int32), leads[first]


def find_ways_back(
    graph: Graph, inner: NDArray[np.bool_], place_groups: NDArray[np.int64], leads_to: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Return the group of each arc's new place that leads back to its old one; −1 where there is none."""
    n_places = place_groups.size - 1
    place = np.repeat(np.arange(n_places), np.diff(place_groups))
    known = place * (2 * n_places + graph.n_nodes) + leads_to
    asked = graph.place[graph.head].astype(np.int64) * (2 * n_places + graph.n_nodes) + graph.place[graph.tail]
    position = np.minimum(np.searchsorted(known, asked), max(known.size - 1, 0))
    there = (known[position] == asked) & ~inner if known.size else np.zeros(asked.size, np.bool_)
    return np.where(there, position, -1).astype(np.int32)


def reach_by(graph: Graph, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the nodes that lead from the root by arcs ``allowed`` ``(m,)``."""
    length = np.where(allowed, 0.0, np.inf)
    return np.isfinite(graph.from_root(length))
