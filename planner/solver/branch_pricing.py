"""The best branches under prices, by dynamic programming over nodes and loads.

Of all branches that enter a node and carry a load, which is worth most? One whose node is left by a single arc is found
like a shortest path, one that parts is put together from branches of smaller loads: at each place a knapsack over its
groups of arcs. A branch may come back to a place, but not straight from the next one: the knapsack is also reckoned
without each group, and the best two ways on from a node are kept, by different groups. So what is found is worth no
less than any true branch. Routes without such cycles are due to N. Christofides, A. Mingozzi and P. Toth, "Exact
algorithms for the vehicle routing problem", Mathematical Programming 20 (1981); arborescences by load to E. Uchoa and
others, "Robust branch-cut-and-price for the capacitated minimum spanning tree problem over a large extended
formulation", Mathematical Programming 112 (2008).

Inside a place, who enters at one level and leaves at several pays the way to the highest of them, as for a mast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray  # noqa: TC002  (numba looks at the fields)

from planner.solver.heap import drop_label, push_label
from planner.solver.kernel import lean

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.solver.branches import BranchGraph
    from planner.solver.graph import Graph

NOTHING = -np.inf
"""Worth of what there is not."""
MUCH = 2_000_000
"""Size of the tables from which loads are gone through one by one, so that somebody can stop between them."""
OFFERS = 3
"""How often an arc is offered at most to each level of the place that it leaves: once for each rank."""


class Tables(NamedTuple):
    """What the dynamic programme keeps: worths of branches by load, −inf where there are none.

    Attributes
    ----------
    way, onward
        Square tables of the levels of each place: length of the way from one to another, and its first arc.
    single, single_to
        ``(q, n, 2)``: the best two branches that leave a node by one arc, and where they lead to.
    several
        ``(q, n)``: the best that leaves a node's place by several arcs.
    without
        ``(q, …)``: the same without one group, by group and level.
    part
        The best arc of each group with what hangs from it, by level that may be left, group and load.
    before, after
        The best of the groups before one, and of those from it on, by level, group and load.
    """

    way: NDArray[np.float64]
    onward: NDArray[np.int32]
    single: NDArray[np.float64]
    single_to: NDArray[np.int64]
    several: NDArray[np.float64]
    without: NDArray[np.float64]
    part: NDArray[np.float64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]


class Labels(NamedTuple):
    """A heap of labels: key, node and where its branch leads to; ``size`` ``(1,)``."""

    key: NDArray[np.float64]
    node: NDArray[np.int32]
    origin: NDArray[np.int64]
    size: NDArray[np.int64]


class Work(NamedTuple):
    """What the loads are gone through with: places from which anything hangs, ``(p,)``, and room for labels."""

    awake: NDArray[np.bool_]
    labels: Labels


def new_tables(graph: Graph, branches: BranchGraph) -> Tables:
    """Return room for the tables of a graph."""
    n, q = graph.n_nodes, branches.load.size
    return Tables(
        way=np.empty(branches.square_start[-1]),
        onward=np.empty(branches.square_start[-1], np.int32),
        single=np.empty((q, n, 2)),
        single_to=np.empty((q, n, 2), np.int64),
        several=np.empty((q, n)),
        without=np.empty((q, branches.without_start[-1])),
        part=np.empty(branches.part_start[-1]),
        before=np.empty(branches.sum_start[-1]),
        after=np.empty(branches.sum_start[-1]),
    )


def price_branches(
    graph: Graph,
    branches: BranchGraph,
    gain: NDArray[np.float64],
    tables: Tables,
    stopped: Callable[[], bool] = lambda: False,
) -> bool:
    """Fill the tables: what the best branches of each load are worth.

    Parameters
    ----------
    gain
        ``(m,)``: what an arc adds to the worth of a branch: for arcs to an end anything, for all others < 0 (≤ 0 inside
        a place).
    stopped
        Whether to leave, asked between the loads of a large graph.

    Returns
    -------
    bool
        Whether the tables are full.
    """
    work = begin_tables(graph, branches, gain, tables)
    n_loads = branches.load.size
    step = n_loads if tables.before.size < MUCH else 1
    for first in range(0, n_loads, step):
        if step < n_loads and stopped():
            return False
        price_loads(graph, branches, gain, tables, work, first, first + step)
    return True


@njit(cache=True, nogil=True)
def begin_tables(graph: Graph, branches: BranchGraph, gain: NDArray[np.float64], tables: Tables) -> Work:
    """Empty the tables, find the ways inside places, and return what the loads are gone through with."""
    find_ways(graph, branches, gain, tables)
    tables.single[:] = NOTHING
    tables.single_to[:] = -1
    tables.several[:] = NOTHING
    tables.without[:] = NOTHING
    tables.part[:] = NOTHING
    tables.before[:] = NOTHING
    tables.after[:] = NOTHING
    room = OFFERS * np.diff(branches.level_start)[graph.place[graph.tail]].sum() + 1
    labels = Labels(np.empty(room), np.empty(room, np.int32), np.empty(room, np.int64), np.zeros(1, np.int64))
    return Work(np.zeros(branches.level_start.size - 1, np.bool_), labels)


@njit(cache=True, nogil=True)
def price_loads(
    graph: Graph,
    branches: BranchGraph,
    gain: NDArray[np.float64],
    tables: Tables,
    work: Work,
    first: int,
    last: int,
) -> None:
    """Fill the tables of loads ``first`` to ``last`` − 1, those of smaller loads being full."""
    awake, labels = work.awake, work.labels
    for q in range(first, last):
        for p in range(awake.size):
            if awake[p]:
                put_together(branches, tables, p, q)
        label_ends(graph, branches, gain, tables, q, labels)
        while labels.size[0] > 0:
            take_label(graph, branches, gain, tables, q, labels)
        for p in range(awake.size):
            if note_parts(graph, branches, gain, tables, p, q):
                awake[p] = True


@lean
def find_ways(graph: Graph, branches: BranchGraph, gain: NDArray[np.float64], tables: Tables) -> None:
    """Fill the ways between the levels of each place (R. W. Floyd, 1962)."""
    for p in range(branches.level_start.size - 1):
        r = branches.level_start[p + 1] - branches.level_start[p]
        base = branches.square_start[p]
        for i in range(r * r):
            tables.way[base + i] = 0.0 if i % (r + 1) == 0 else np.inf
            tables.onward[base + i] = -1
        for i in range(branches.inner_start[p], branches.inner_start[p + 1]):
            a = branches.inner_arcs[i]
            cell = base + branches.level[graph.tail[a]] * r + branches.level[graph.head[a]]
            if -gain[a] < tables.way[cell]:
                tables.way[cell] = -gain[a]
                tables.onward[cell] = a
        for k in range(r):
            for i in range(r):
                for j in range(r):
                    through = tables.way[base + i * r + k] + tables.way[base + k * r + j]
                    if through < tables.way[base + i * r + j]:
                        tables.way[base + i * r + j] = through
                        tables.onward[base + i * r + j] = tables.onward[base + i * r + k]


@lean
def put_together(branches: BranchGraph, tables: Tables, p: int, q: int) -> None:
    """Reckon the branches of a load that leave a place by several arcs, from parts of smaller loads."""
    first = branches.level_start[p]
    groups = branches.place_groups[p + 1] - branches.place_groups[p]
    n_loads = branches.load.size
    for top in range(branches.level_start[p + 1] - first):
        if not branches.leaves[branches.level_nodes[first + top]]:
            continue
        parts = branches.part_start[p] + top * groups * n_loads
        sums = branches.sum_start[p] + top * (groups + 1) * n_loads
        for g in range(groups):
            row = sums + g * n_loads
            best = best_sum(branches, tables.before, row, tables.part, parts + g * n_loads, q)
            tables.before[row + n_loads + q] = max(tables.before[row + q], best)
        if tables.before[sums + groups * n_loads + q] == NOTHING:
            continue
        for g in range(groups - 1, -1, -1):
            row = sums + (g + 1) * n_loads
            best = best_sum(branches, tables.after, row, tables.part, parts + g * n_loads, q)
            tables.after[row - n_loads + q] = max(tables.after[row + q], best)
        note_several(branches, tables, p, q, top)


@lean
def best_sum(
    branches: BranchGraph, some: NDArray[np.float64], row: int, others: NDArray[np.float64], column: int, q: int
) -> float:
    """Return the most that a load is worth that is split between a row of one table and one of another."""
    best, split, left = NOTHING, branches.split, branches.left
    for i in range(branches.split_start[q], branches.split_start[q + 1]):
        worth = some[row + left[i]] + others[column + split[i]]
        best = max(best, worth)
    return best


@lean
def note_several(branches: BranchGraph, tables: Tables, p: int, q: int, top: int) -> None:
    """Note for each level by which a place is entered what leaving it by several arcs, up to one level, is worth."""
    first = branches.level_start[p]
    r = branches.level_start[p + 1] - first
    groups = branches.place_groups[p + 1] - branches.place_groups[p]
    n_loads = branches.load.size
    sums = branches.sum_start[p] + top * (groups + 1) * n_loads
    whole = tables.before[sums + groups * n_loads + q]
    for k in range(r):
        v = branches.level_nodes[first + k]
        worth = whole - tables.way[branches.square_start[p] + k * r + top]
        tables.several[q, v] = max(tables.several[q, v], worth)
    for g in range(groups):
        best = best_split(branches, tables, sums, g, q)[0]
        for k in range(r):
            row = branches.without_start[p] + g * r + k
            worth = best - tables.way[branches.square_start[p] + k * r + top]
            tables.without[q, row] = max(tables.without[q, row], worth)


@lean
def best_split(branches: BranchGraph, tables: Tables, sums: int, g: int, q: int) -> tuple[float, int]:
    """Return what the groups before one and those behind it are worth together, and the load of those behind it.

    The load is −1 if those before it carry all, the number of loads if those behind it do.
    """
    n_loads = branches.load.size
    ahead, behind = sums + g * n_loads, sums + (g + 1) * n_loads
    best, load = tables.before[ahead + q], -1
    if tables.after[behind + q] > best:
        best, load = tables.after[behind + q], n_loads
    split, left = branches.split, branches.left
    for i in range(branches.split_start[q], branches.split_start[q + 1]):
        worth = tables.before[ahead + left[i]] + tables.after[behind + split[i]]
        if worth > best:
            best, load = worth, split[i]
    return best, load


@lean
def label_ends(
    graph: Graph, branches: BranchGraph, gain: NDArray[np.float64], tables: Tables, q: int, labels: Labels
) -> None:
    """Offer the ends of a load, and the nodes that are left by several arcs, to the nodes before them."""
    for v in range(graph.prize.size):
        if branches.end[v]:
            if branches.draws[v] == q:
                offer(graph, branches, gain, tables, q, v, NOTHING, 0, labels)
        elif tables.several[q, v] > NOTHING:
            offer(graph, branches, gain, tables, q, v, NOTHING, 0, labels)


@lean
def take_label(
    graph: Graph, branches: BranchGraph, gain: NDArray[np.float64], tables: Tables, q: int, labels: Labels
) -> None:
    """Take the best label; if it is one of the best two of its node, offer it to the nodes before."""
    worth, v, leads = -labels.key[0], labels.node[0], labels.origin[0]
    labels.size[0] = drop_label(labels.key, labels.node, labels.origin, labels.size[0])
    for rank in range(2):  # others have been bettered since
        if tables.single_to[q, v, rank] == leads and tables.single[q, v, rank] == worth:
            offer(graph, branches, gain, tables, q, v, worth, rank + 1, labels)


@lean
def betters(tables: Tables, w: int, q: int, worth: float, leads: int) -> bool:
    """Note a branch that leaves a node by one arc, if it is one of its best two; return whether it is."""
    single, to = tables.single, tables.single_to
    if to[q, w, 0] == leads:
        if worth <= single[q, w, 0]:
            return False
        single[q, w, 0] = worth
    elif worth > single[q, w, 0]:
        single[q, w, 1], to[q, w, 1] = single[q, w, 0], to[q, w, 0]
        single[q, w, 0], to[q, w, 0] = worth, leads
    elif worth > single[q, w, 1]:
        single[q, w, 1], to[q, w, 1] = worth, leads
    else:
        return False
    return True


@lean
def offer(
    graph: Graph,
    branches: BranchGraph,
    gain: NDArray[np.float64],
    tables: Tables,
    q: int,
    v: int,
    worth: float,
    rank: int,
    labels: Labels,
) -> None:
    """Offer what hangs from node v to the nodes from which arcs lead to it, at every level of their places.

    Parameters
    ----------
    rank
        1 for the node's best single way, 2 for its second, which is of use only to the place that the first leads to,
        0 for an end or for several ways.
    """
    for a in range(graph.in_start[v], graph.in_start[v + 1]):
        if branches.group_of[a] < 0 or branches.fits[a] < q:
            continue
        u = graph.tail[a]
        p = graph.place[u]
        if (rank == 1 and tables.single_to[q, v, 0] == p) or (rank == 2 and tables.single_to[q, v, 0] != p):
            continue
        through = (worth if rank > 0 else several_from(graph, branches, tables, a, q)) + gain[a]
        if through <= 0.0:
            continue
        leads = branches.leads_to[branches.group_of[a]]
        first, r = branches.level_start[p], branches.level_start[p + 1] - branches.level_start[p]
        for k in range(r):
            w = branches.level_nodes[first + k]
            offered = through - tables.way[branches.square_start[p] + k * r + branches.level[u]]
            if offered > 0.0 and betters(tables, w, q, offered, leads):
                labels.size[0] = push_label(
                    labels.key, labels.node, labels.origin, labels.size[0], (-offered, w, leads)
                )


@lean
def several_from(graph: Graph, branches: BranchGraph, tables: Tables, a: int, q: int) -> float:
    """Return what an arc leads to: an end, or a node that is left by several arcs, none of them straight back."""
    v = graph.head[a]
    if branches.end[v]:
        return 0.0 if branches.draws[v] == q else NOTHING
    group = branches.way_back[a]
    if group < 0:
        return float(tables.several[q, v])
    p = graph.place[v]
    r = branches.level_start[p + 1] - branches.level_start[p]
    row = branches.without_start[p] + (group - branches.place_groups[p]) * r + branches.level[v]
    return float(tables.without[q, row])


@lean
def single_from(graph: Graph, tables: Tables, a: int, q: int) -> float:
    """Return what a node that an arc leads to is worth if it is left by one arc that does not lead straight back."""
    v = graph.head[a]
    rank = 1 if tables.single_to[q, v, 0] == graph.place[graph.tail[a]] else 0
    return float(tables.single[q, v, rank])


@lean
def worth_by(graph: Graph, branches: BranchGraph, gain: NDArray[np.float64], tables: Tables, a: int, q: int) -> float:
    """Return what the best branch of a load is worth that hangs by an arc."""
    return float(gain[a]) + max(several_from(graph, branches, tables, a, q), single_from(graph, tables, a, q))


@lean
def best_of_group(
    graph: Graph, branches: BranchGraph, gain: NDArray[np.float64], tables: Tables, g: int, top: int, q: int
) -> tuple[float, int]:
    """Return what the best branch of a load by an arc of a group is worth, and the arc, up to a level; −1 for none."""
    best, by = NOTHING, -1
    for i in range(branches.group_start[g], branches.group_start[g + 1]):
        a = branches.group_arcs[i]
        if branches.level[graph.tail[a]] > top:
            break
        if branches.fits[a] >= q:
            worth = worth_by(graph, branches, gain, tables, a, q)
            if worth > best:
                best, by = worth, a
    return best, by


@lean
def note_parts(graph: Graph, branches: BranchGraph, gain: NDArray[np.float64], tables: Tables, p: int, q: int) -> bool:
    """Note what the groups of a place are worth at a load, alone and as the best so far; return whether any is."""
    r = branches.level_start[p + 1] - branches.level_start[p]
    first = branches.place_groups[p]
    groups = branches.place_groups[p + 1] - first
    n_loads = branches.load.size
    some = False
    for top in range(r):
        if not branches.leaves[branches.level_nodes[branches.level_start[p] + top]]:
            continue
        parts = branches.part_start[p] + top * groups * n_loads + q
        sums = branches.sum_start[p] + top * (groups + 1) * n_loads + q
        best = NOTHING
        for g in range(groups):
            worth = best_of_group(graph, branches, gain, tables, first + g, top, q)[0]
            if worth > 0.0:
                tables.part[parts + g * n_loads] = worth
                best = max(best, worth)
                some = True
            i = sums + (g + 1) * n_loads
            tables.before[i] = max(tables.before[i], best)
        best = NOTHING
        for g in range(groups - 1, -1, -1):
            best = max(best, tables.part[parts + g * n_loads])
            i = sums + g * n_loads
            tables.after[i] = max(tables.after[i], best)
    return some


@njit(cache=True, nogil=True)
def price_firsts(
    graph: Graph, branches: BranchGraph, gain: NDArray[np.float64], tables: Tables
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Return what the best branches by each arc out of the trunk are worth, and their loads."""
    worth = np.full(branches.first_arcs.size, NOTHING)
    load = np.zeros(branches.first_arcs.size, np.int32)
    for i in range(worth.size):
        a = branches.first_arcs[i]
        for q in range(branches.fits[a] + 1):
            found = worth_by(graph, branches, gain, tables, a, q)
            if found > worth[i]:
                worth[i], load[i] = found, q
    return worth, load
