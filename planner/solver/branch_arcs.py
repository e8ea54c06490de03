"""The arcs of the best branches that the dynamic programme has found."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray  # noqa: TC002  (numba looks at the fields)

from planner.solver.branch_pricing import (
    NOTHING,
    best_of_group,
    best_split,
    several_from,
    single_from,
)
from planner.solver.kernel import lean

if TYPE_CHECKING:
    from planner.solver.branch_pricing import Tables
    from planner.solver.branches import BranchGraph
    from planner.solver.graph import Graph

MOST_ARCS = 2_000
"""Arcs of a branch that is looked for; one with more goes round in circles and is left out."""


class Trail(NamedTuple):
    """What is found so far, and what is to be followed yet.

    Attributes
    ----------
    arcs
        Arcs found.
    waiting, load
        Arcs to be followed, and the loads of what hangs from them.
    length
        ``(2,)``: number of arcs found, and of those waiting.
    """

    arcs: NDArray[np.int32]
    waiting: NDArray[np.int32]
    load: NDArray[np.int32]
    length: NDArray[np.int64]


@njit(cache=True, nogil=True)
def unfold(
    graph: Graph, branches: BranchGraph, gain: NDArray[np.float64], tables: Tables, first: int, load: int
) -> NDArray[np.int32]:
    """Return the arcs of the best branch of a load that hangs by an arc, that arc first; empty if it has too many.

    An arc that the branch holds several times is listed as often.
    """
    trail = Trail(
        np.empty(MOST_ARCS, np.int32),
        np.empty(MOST_ARCS, np.int32),
        np.empty(MOST_ARCS, np.int32),
        np.zeros(2, np.int64),
    )
    wait_for(trail, first, load)
    while trail.length[1] > 0:
        trail.length[1] -= 1
        a, q = trail.waiting[trail.length[1]], trail.load[trail.length[1]]
        note_arc(trail, a)
        if branches.end[graph.head[a]]:
            continue
        several, single = several_from(graph, branches, tables, a, q), single_from(graph, tables, a, q)
        if max(several, single) == NOTHING:
            return trail.arcs[:0].copy()
        if several >= single:
            part_ways(graph, branches, gain, tables, a, q, trail)
        else:
            go_one_way(graph, branches, gain, tables, a, q, trail)
        if trail.length.max() >= MOST_ARCS:
            return trail.arcs[:0].copy()
    return trail.arcs[: trail.length[0]].copy()


@lean
def wait_for(trail: Trail, a: int, q: int) -> None:
    """Put an arc on the list of those to be followed, if there is room; a full list ends the search."""
    i = trail.length[1]
    if i < MOST_ARCS:
        trail.waiting[i], trail.load[i] = a, q
        trail.length[1] = i + 1


@lean
def note_arc(trail: Trail, a: int) -> None:
    """Note an arc of the branch, if there is room."""
    i = trail.length[0]
    if i < MOST_ARCS:
        trail.arcs[i] = a
        trail.length[0] = i + 1


@lean
def climb(graph: Graph, branches: BranchGraph, tables: Tables, p: int, low: int, top: int, trail: Trail) -> None:
    """Note the arcs from one level of a place to another."""
    r = branches.level_start[p + 1] - branches.level_start[p]
    at = low
    for _step in range(r):
        if at == top:
            return
        a = tables.onward[branches.square_start[p] + at * r + top]
        note_arc(trail, a)
        at = branches.level[graph.head[a]]


@lean
def go_one_way(
    graph: Graph, branches: BranchGraph, gain: NDArray[np.float64], tables: Tables, by: int, q: int, trail: Trail
) -> None:
    """Follow the best single arc out of the place that an arc leads to, but not straight back."""
    v, back = graph.head[by], graph.place[graph.tail[by]]
    p = graph.place[v]
    r = branches.level_start[p + 1] - branches.level_start[p]
    low = branches.level[v]
    leads = tables.single_to[q, v, 1 if tables.single_to[q, v, 0] == back else 0]
    best, chosen = NOTHING, -1
    for g in range(branches.place_groups[p], branches.place_groups[p + 1]):
        if branches.leads_to[g] != leads:
            continue
        for i in range(branches.group_start[g], branches.group_start[g + 1]):
            a = branches.group_arcs[i]
            if branches.fits[a] < q:
                continue
            worth = gain[a] - tables.way[branches.square_start[p] + low * r + branches.level[graph.tail[a]]]
            worth += max(several_from(graph, branches, tables, a, q), single_from(graph, tables, a, q))
            if worth > best:
                best, chosen = worth, a
    climb(graph, branches, tables, p, low, branches.level[graph.tail[chosen]], trail)
    wait_for(trail, chosen, q)


@lean
def left_of(branches: BranchGraph, q: int, part: int) -> int:
    """Return what is left of a load without a part of it."""
    left = -1
    for i in range(branches.split_start[q], branches.split_start[q + 1]):
        if branches.split[i] == part:
            left = branches.left[i]
    return left


@lean
def part_ways(
    graph: Graph, branches: BranchGraph, gain: NDArray[np.float64], tables: Tables, by: int, q: int, trail: Trail
) -> None:
    """Follow the best several arcs out of the place that an arc leads to, none of them straight back."""
    v = graph.head[by]
    p = graph.place[v]
    first, groups = branches.place_groups[p], branches.place_groups[p + 1] - branches.place_groups[p]
    r, n_loads = branches.level_start[p + 1] - branches.level_start[p], branches.load.size
    low, group = branches.level[v], branches.way_back[by]
    best, top, split = NOTHING, -1, -1
    for t in range(r):
        sums = branches.sum_start[p] + t * (groups + 1) * n_loads
        if group < 0:
            worth, behind = tables.before[sums + groups * n_loads + q], -1
        else:
            worth, behind = best_split(branches, tables, sums, group - first, q)
        worth -= tables.way[branches.square_start[p] + low * r + t]
        if worth > best:
            best, top, split = worth, t, behind
    climb(graph, branches, tables, p, low, top, trail)
    ahead = q if split < 0 else (-1 if split == n_loads else left_of(branches, q, split))
    behind = -1 if split < 0 else (q if split == n_loads else split)
    last = groups if group < 0 else group - first
    if ahead >= 0:
        unpack(graph, branches, gain, tables, p, top, last, ahead, -1, trail)
    if behind >= 0:
        unpack(graph, branches, gain, tables, p, top, last + 1, behind, 1, trail)


@lean
def unpack(
    graph: Graph,
    branches: BranchGraph,
    gain: NDArray[np.float64],
    tables: Tables,
    p: int,
    top: int,
    at: int,
    q: int,
    step: int,
    trail: Trail,
) -> None:
    """Follow the groups before one (``step`` −1) or from one on (``step`` 1) that make up the best of a load."""
    first, groups = branches.place_groups[p], branches.place_groups[p + 1] - branches.place_groups[p]
    n_loads = branches.load.size
    parts = branches.part_start[p] + top * groups * n_loads
    sums = branches.sum_start[p] + top * (groups + 1) * n_loads
    table = tables.before if step < 0 else tables.after
    while (at > 0) if step < 0 else (at < groups):
        g = at - 1 if step < 0 else at
        worth, following = table[sums + at * n_loads + q], sums + (at + step) * n_loads
        at += step
        if table[following + q] == worth:
            continue
        taken, left = q, -1
        if tables.part[parts + g * n_loads + q] != worth:
            for i in range(branches.split_start[q], branches.split_start[q + 1]):
                taken, left = branches.split[i], branches.left[i]
                if table[following + left] + tables.part[parts + g * n_loads + taken] == worth:
                    break
        wait_for(trail, best_of_group(graph, branches, gain, tables, first + g, top, taken)[1], taken)
        if left < 0:
            return
        q = left


def as_tree(graph: Graph, branches: BranchGraph, tables: Tables, arcs: NDArray[np.int32]) -> NDArray[np.int32] | None:
    """Return the arcs of a branch as a tree, those above first, None if it is none or carries more than it can.

    Inside its places, whose ways are those of the tables, it goes where its arcs out of them begin.
    """
    inside = graph.place[graph.tail[arcs]] == graph.place[graph.head[arcs]]
    kept = ~inside | branches.end[graph.head[arcs]]  # those between levels are found anew
    kept[0] = True
    arcs = arcs[kept]
    places = graph.place[graph.head[arcs[graph.place[graph.tail[arcs]] != graph.place[graph.head[arcs]]]]]
    if np.unique(places).size < places.size or np.unique(graph.head[arcs]).size < arcs.size:
        return None
    if graph.place[graph.tail[arcs[0]]] in places:
        return None
    entered = {int(graph.place[v]): int(v) for v in graph.head[arcs].tolist() if not branches.end[v]}
    into: dict[int, int] = {int(graph.head[arcs[0]]): int(arcs[0])}
    for a in arcs[1:].tolist():
        way = way_to(graph, branches, tables, entered, int(graph.tail[a]))
        if way is None or any(into.setdefault(int(graph.head[b]), b) != b for b in [*way, a]):
            return None
    if int(graph.tail[arcs[0]]) in into:
        return None
    below: dict[int, list[int]] = {}
    for a in into.values():
        below.setdefault(int(graph.tail[a]), []).append(a)
    order = [int(arcs[0])]
    for a in order:
        order += below.get(int(graph.head[a]), [])
    tree = np.array(order, np.int32)
    return tree if tree.size == len(into) and fits(graph, tree) else None


def way_to(graph: Graph, branches: BranchGraph, tables: Tables, entered: dict[int, int], u: int) -> list[int] | None:
    """Return the arcs inside a place from where it is entered to a level; None if it is not entered, or has no way."""
    p = int(graph.place[u])
    v = entered.get(p)
    if v is None:
        return None
    r = int(branches.level_start[p + 1] - branches.level_start[p])
    way: list[int] = []
    while v != u and len(way) < r:
        a = int(tables.onward[branches.square_start[p] + branches.level[v] * r + branches.level[u]])
        if a < 0:
            return None
        way.append(a)
        v = int(graph.head[a])
    return way


def fits(graph: Graph, tree: NDArray[np.int32]) -> bool:
    """Return whether the arcs of a tree, those above first, carry no more than they can."""
    load: dict[int, float] = {}
    for a in tree[::-1].tolist():
        u, v = int(graph.tail[a]), int(graph.head[a])
        carried = load.get(v, 0.0) + float(graph.demand[v])
        if carried > graph.capacity[a]:
            return False
        load[u] = load.get(u, 0.0) + carried
    return True
