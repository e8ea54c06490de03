"""Plans of the solver whose every link serves an office.

A fixed link has to be in the plan, and a link that leads to nobody is none. The solver knows only that it holds the
link: where nothing hangs from it, the search goes on with one more rule, that some arc leads on from the places beyond
it or to an office there. Every plan in which the link serves somebody has one, for its way to that office either ends
in these places or leaves them; so the rule cuts off this plan and none that counts, and bounds stay what they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.graph import PlanningGraph
    from planner.solver import Problem


class Served(NamedTuple):
    """What is left of a plan without what serves nobody.

    Attributes
    ----------
    arcs
        ``(k,)`` int32, parents before children.
    cuts
        Rules that the plan lacks: of each of these groups of arcs one has to be held. None: all links serve somebody.
    """

    arcs: NDArray[np.int32]
    cuts: tuple[NDArray[np.int32], ...]


def serving(graph: PlanningGraph, problem: Problem, arcs: NDArray[np.int32]) -> Served:
    """Return the arcs of a plan that lead to an office, and what fixed links lack that do not.

    Parameters
    ----------
    graph : PlanningGraph
    problem : Problem
        Of this graph, with its rules.
    arcs : (k,) int32
        Parents before children.
    """
    serves = graph.terminal_office >= 0
    used = np.zeros(problem.n_nodes, np.bool_)
    for arc in arcs[::-1].tolist():
        head = problem.head[arc]
        used[head] |= serves[head]
        used[problem.tail[arc]] |= used[head]
    kept = arcs[used[problem.head[arcs]]]
    idle = arcs[~used[problem.head[arcs]]]
    cuts = []
    for group in problem.rules.held:
        if not np.isin(group, kept).any():
            cuts += [_cut(graph, problem, idle, group, arc) for arc in np.intersect1d(group, idle).tolist()]
    return Served(kept, tuple(cuts))


def _cut(
    graph: PlanningGraph, problem: Problem, idle: NDArray[np.int32], group: NDArray[np.int32], arc: int
) -> NDArray[np.int32]:
    """Return the arcs of which a plan holds one in which the idle arc serves somebody, or in which it is not needed."""
    place, tail, head = problem.place, problem.tail, problem.head
    beyond = np.zeros(int(place.max()) + 1, np.bool_)
    beyond[place[head[arc]]] = True
    for other in idle.tolist():  # parents come first
        beyond[place[head[other]]] |= beyond[place[tail[other]]]
    leaves = beyond[place[tail]] & (~beyond[place[head]] | (graph.terminal_office[head] >= 0))
    elsewhere = group[place[head[group]] != place[head[arc]]]
    return np.union1d(np.flatnonzero(leaves), elsewhere).astype(np.int32)
