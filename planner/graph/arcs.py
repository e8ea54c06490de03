"""From a choice back to the arcs of the planning graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order

from planner.graph.parts import NO_LINE, NO_OPTION

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.graph.build import PlanningGraph
    from planner.links.choice import Choice


def arcs_of(graph: PlanningGraph, choice: Choice) -> NDArray[np.int32]:
    """Return the arcs of a choice, parents before children, without links that serve no office of the graph.

    The links of a choice are a tree, and the levels of a place hang on each other in one way: what is reached over
    these arcs alone is the plan's arborescence, masts included.

    Parameters
    ----------
    graph : PlanningGraph
    choice : Choice
        Of the same link options.
    """
    problem, parts = graph.problem, graph.parts
    size = 1 + max(int(parts.option.max(initial=0)), int(choice.option.max(initial=0)))
    direction = np.full(size, -1, dtype=np.int8)
    direction[choice.option] = choice.reversed
    links = parts.option != NO_OPTION
    office = graph.terminal_office[problem.head]
    kept = (office < 0) | choice.connected[office]
    kept[links] &= direction[parts.option[links]] == parts.reversed[links]
    # An office takes its service from its place only where no service of its own is chosen.
    served = np.zeros(problem.n_nodes, np.bool_)
    served[problem.head[kept & links & (parts.line != NO_LINE)]] = True
    kept &= links | (parts.line == NO_LINE) | ~served[problem.head]
    arcs = np.flatnonzero(kept)
    tail, head = problem.tail[arcs], problem.head[arcs]
    size = problem.n_nodes
    reach = coo_array((np.ones(len(arcs)), (tail, head)), shape=(size, size)).tocsr()
    order, before = breadth_first_order(reach, 0)
    key = tail.astype(np.int64) * size + head
    sort = np.argsort(key, kind="stable")
    entered = order[1:]
    wanted = before[entered].astype(np.int64) * size + entered
    entering = arcs[sort[np.searchsorted(key[sort], wanted)]]
    needed = graph.terminal_office >= 0
    for arc in entering[::-1].tolist():  # parents come first
        needed[problem.tail[arc]] |= needed[problem.head[arc]]
    return entering[needed[problem.head[entering]]].astype(np.int32)
