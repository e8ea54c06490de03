"""From a choice back to the arcs of the planning graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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
    entering = arcs[_outwards(problem.tail[arcs], problem.head[arcs], problem.n_nodes)]
    needed = graph.terminal_office >= 0
    for arc in entering[::-1].tolist():  # parents come first
        needed[problem.tail[arc]] |= needed[problem.head[arc]]
    return entering[needed[problem.head[entering]]].astype(np.int32)


def _outwards(tail: NDArray[np.int32], head: NDArray[np.int32], n_nodes: int) -> NDArray[np.int64]:
    """Return the rows of the arcs by which a search in breadth from node 0 enters each node, in its order."""
    by_tail = np.lexsort((head, tail))
    start = np.searchsorted(tail[by_tail], np.arange(n_nodes + 1))
    entered = np.zeros(n_nodes, np.bool_)
    entered[0] = True
    layer = np.zeros(1, np.int64)
    found = [np.empty(0, np.int64)]
    while len(layer):
        count = start[layer + 1] - start[layer]
        first = np.repeat(start[layer] - np.cumsum(count) + count, count)
        rows = by_tail[first + np.arange(len(first))]
        rows = rows[~entered[head[rows]]]
        rows = rows[np.sort(np.unique(head[rows], return_index=True)[1])]
        layer = head[rows].astype(np.int64)
        entered[layer] = True
        found.append(rows)
    return np.concatenate(found)
