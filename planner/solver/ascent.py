"""Dual ascent on a prize-collecting Steiner arborescence: a lower bound and reduced costs.

R. T. Wong, "A dual ascent approach for Steiner tree problems on a directed graph", Mathematical Programming 28 (1984);
order of the ascent after T. Pajor, E. Uchoa, R. Werneck, "A robust and scalable algorithm for the Steiner problem in
graphs", Mathematical Programming Computation 10 (2018). Whole numbers throughout: saturation is exact, and so is the
bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from planner.solver.heap import drop_first, place_in_heap

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
    n = in_start.size - 1
    component_of = np.zeros(n, np.int64)
    members = np.empty(n, np.int32)
    cut = np.empty(tail.size, np.int32)
    score = np.empty(n)
    waiting = np.empty(n, np.int32)
    position = np.full(n, -1, np.int32)
    size = 0
    for t in range(1, n):
        if spare[t] > 0:
            score[t] = weight[t] * (in_start[t + 1] - in_start[t])
            size = place_in_heap(waiting, position, score, size, t)
    total = 0
    component = 0
    while size > 0:
        t = waiting[0]
        size = drop_first(waiting, position, score, size)
        component += 1
        component_of[t] = component
        members[0] = t
        n_members, scanned, n_cut = 1, 0, 0
        while spare[t] > 0:
            while scanned < n_members and component_of[0] != component:
                v = members[scanned]
                scanned += 1
                for a in range(in_start[v], in_start[v + 1]):
                    if component_of[tail[a]] == component:
                        continue
                    if reduced[a] == 0:
                        component_of[tail[a]] = component
                        members[n_members] = tail[a]
                        n_members += 1
                    else:
                        cut[n_cut] = a
                        n_cut += 1
            if component_of[0] == component:
                break
            entering = 0
            step = spare[t]
            for i in range(n_cut):
                a = cut[i]
                if component_of[tail[a]] != component:
                    cut[entering] = a
                    entering += 1
                    step = min(step, reduced[a])
            n_cut = entering
            score[t] = weight[t] * n_cut
            if size > 0 and score[t] > PATIENCE * score[waiting[0]]:
                size = place_in_heap(waiting, position, score, size, t)
                break
            total += step
            spare[t] -= step
            for i in range(n_cut):
                a = cut[i]
                reduced[a] -= step
                if reduced[a] == 0 and component_of[tail[a]] != component:
                    component_of[tail[a]] = component
                    members[n_members] = tail[a]
                    n_members += 1
    return total
