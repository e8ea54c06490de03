"""Dual ascent on a prize-collecting Steiner arborescence: a lower bound and reduced costs.

R. T. Wong, "A dual ascent approach for Steiner tree problems on a directed graph", Mathematical Programming 28 (1984);
order of the ascent after T. Pajor, E. Uchoa, R. Werneck, "A robust and scalable algorithm for the Steiner problem in
graphs", Mathematical Programming Computation 10 (2018). Whole numbers throughout: saturation is exact, and so is the
bound.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray  # noqa: TC002  (numba looks at the fields)

from planner.solver.cuts import CutList, new_cut_list, note_cut
from planner.solver.heap import drop_first, place_in_heap
from planner.solver.kernel import lean

PATIENCE = 1.25
"""A component may outgrow the smallest waiting one by this factor before it has to wait itself."""


@njit(cache=True)
def ascend(
    in_start: NDArray[np.int32],
    tail: NDArray[np.int32],
    reduced: NDArray[np.int64],
    spare: NDArray[np.int64],
    weight: NDArray[np.float64],
) -> int:
    """Raise the duals of node cuts until every prize is spent or reached; return their sum.

    A component is the set of nodes that reach its terminal along saturated arcs. Raising it lowers the reduced cost of
    all arcs that enter it and the spare prize of its terminal, which may instead be given up.

    Parameters
    ----------
    in_start, tail
        Arcs sorted by head: those into v are ``in_start[v]:in_start[v + 1]``.
    reduced
        ``(m,)``: arc costs on entry, reduced costs on return.
    spare
        ``(n,)``: prizes on entry, what is left of them on return.
    weight
        ``(n,)``: components are raised in the order of weight × number of entering arcs.

    Returns
    -------
    int
        Lower bound on the cost of the arcs of any arborescence plus the prizes of the nodes that it misses.
    """
    return ascend_noting_cuts(in_start, tail, reduced, spare, weight, new_cut_list(0, 0))


@njit(cache=True)
def ascend_noting_cuts(
    in_start: NDArray[np.int32],
    tail: NDArray[np.int32],
    reduced: NDArray[np.int64],
    spare: NDArray[np.int64],
    weight: NDArray[np.float64],
    cuts: CutList,
) -> int:
    """Do what `ascend` does, and note the cuts that are raised as long as the list has room for them."""
    ascent = begin_ascent(in_start, tail, reduced, spare, weight, cuts)
    go_on(ascent, np.iinfo(np.int64).max)
    return int(ascent.state[1])


class Component(NamedTuple):
    """Work space for the component that is being raised.

    ``stamp[v]`` equals ``clock[0]`` if node v is in it; ``members`` lists its nodes, ``cut`` the arcs that enter it.
    ``raised`` takes down the cuts; ``clock`` holds the stamp and the number of arcs looked at.
    """

    stamp: NDArray[np.int64]
    members: NDArray[np.int32]
    cut: NDArray[np.int32]
    clock: NDArray[np.int64]
    raised: CutList


class Ascent(NamedTuple):
    """An ascent under way: its bound holds wherever it is left.

    Attributes
    ----------
    in_start, tail, reduced, spare, weight
        As in `ascend`.
    score, waiting, position
        The heap of the terminals that wait, by score.
    state
        ``(2,)``: how many wait, and the sum of the duals.
    component
        The one that is being raised.
    """

    in_start: NDArray[np.int32]
    tail: NDArray[np.int32]
    reduced: NDArray[np.int64]
    spare: NDArray[np.int64]
    weight: NDArray[np.float64]
    score: NDArray[np.float64]
    waiting: NDArray[np.int32]
    position: NDArray[np.int32]
    state: NDArray[np.int64]
    component: Component


@njit(cache=True, nogil=True)
def begin_ascent(
    in_start: NDArray[np.int32],
    tail: NDArray[np.int32],
    reduced: NDArray[np.int64],
    spare: NDArray[np.int64],
    weight: NDArray[np.float64],
    cuts: CutList,
) -> Ascent:
    """Return an ascent that has not raised anything yet."""
    n = in_start.size - 1
    component = Component(
        np.zeros(n, np.int64), np.empty(n, np.int32), np.empty(tail.size, np.int32), np.zeros(2, np.int64), cuts
    )
    score = np.empty(n)
    waiting = np.empty(n, np.int32)
    position = np.full(n, -1, np.int32)
    state = np.zeros(2, np.int64)
    for t in range(1, n):
        if spare[t] > 0:
            score[t] = weight[t] * (in_start[t + 1] - in_start[t])
            state[0] = place_in_heap(waiting, position, score, state[0], t)
    return Ascent(in_start, tail, reduced, spare, weight, score, waiting, position, state, component)


@lean
def go_on(ascent: Ascent, work: int) -> bool:
    """Raise components until about ``work`` arcs have been looked at; return whether the ascent has ended."""
    in_start, tail, reduced, spare, weight = ascent.in_start, ascent.tail, ascent.reduced, ascent.spare, ascent.weight
    score, waiting, position, component = ascent.score, ascent.waiting, ascent.position, ascent.component
    size = ascent.state[0]
    component.clock[1] = 0
    while size > 0 and component.clock[1] < work:
        t = waiting[0]
        size = drop_first(waiting, position, score, size)
        limit = PATIENCE * score[waiting[0]] if size > 0 else np.inf
        ascent.state[1] += raise_component(in_start, tail, reduced, spare, weight, t, score, limit, component)
        if score[t] > limit:
            size = place_in_heap(waiting, position, score, size, t)
    ascent.state[0] = size
    return bool(size == 0)


@lean
def raise_component(
    in_start: NDArray[np.int32],
    tail: NDArray[np.int32],
    reduced: NDArray[np.int64],
    spare: NDArray[np.int64],
    weight: NDArray[np.float64],
    t: int,
    score: NDArray[np.float64],
    limit: float,
    component: Component,
) -> int:
    """Raise the component of terminal t until it is done or its score exceeds the limit; return the sum of the raises.

    It is done when it reaches the root or its prize is spent; its score is then left within the limit.
    """
    stamp, members, cut = component.stamp, component.members, component.cut
    component.clock[0] += 1
    now = component.clock[0]
    stamp[t] = now
    members[0] = t
    size, scanned, n_cut, raised = 1, 0, 0, 0
    score[t] = 0.0
    while spare[t] > 0:
        while scanned < size and stamp[0] != now:
            size, n_cut = scan_member(in_start, tail, reduced, members[scanned], now, size, n_cut, component)
            scanned += 1
        if stamp[0] == now:
            break
        entering = 0
        step = spare[t]
        for a in cut[:n_cut]:
            if stamp[tail[a]] != now:
                cut[entering] = a
                entering += 1
                step = min(step, reduced[a])
        component.clock[1] += n_cut + size
        n_cut = entering
        score[t] = weight[t] * n_cut
        if score[t] > limit:
            return raised
        note_cut(component.raised, t, cut, n_cut)
        raised += step
        spare[t] -= step
        for a in cut[:n_cut]:
            reduced[a] -= step
            if reduced[a] == 0 and stamp[tail[a]] != now:
                stamp[tail[a]] = now
                members[size] = tail[a]
                size += 1
    score[t] = 0.0
    return raised


@lean
def scan_member(
    in_start: NDArray[np.int32],
    tail: NDArray[np.int32],
    reduced: NDArray[np.int64],
    v: int,
    now: int,
    size: int,
    n_cut: int,
    component: Component,
) -> tuple[int, int]:
    """Take in what reaches member v along saturated arcs, note the other arcs as cut; return both list sizes."""
    for a in range(in_start[v], in_start[v + 1]):
        if component.stamp[tail[a]] == now:
            continue
        if reduced[a] == 0:
            component.stamp[tail[a]] = now
            component.members[size] = tail[a]
            size += 1
        else:
            component.cut[n_cut] = a
            n_cut += 1
    return size, n_cut
