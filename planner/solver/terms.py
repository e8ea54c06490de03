"""The rules of a problem in the numbers of one graph: what growing, pricing and the integer program look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.graph import Graph
    from planner.solver.problem import Problem


class Terms(NamedTuple):
    """Rows over the arcs and nodes of a graph.

    Attributes
    ----------
    spend, most
        ``(k, m)`` int64 and ``(k,)`` int64: what the arcs take of the budget, row 0, and of the further limits.
    weight, least
        ``(g, n)`` and ``(g,)``: the floors. A node counts where its prize is collected.
    required
        ``(n,)`` bool: nodes that every plan reaches.
    group_arcs, group_start
        int32: the arcs of each group of which one is held, group after group; ``(q + 1,)``: where each begins. An arc
        may be in several.
    held
        ``(m,)`` bool: arcs that are in some group.
    port
        ``(m,)`` int32: the place of which the arc takes a port, −1 for none.
    ports
        ``(p,)`` int64: ports of the graph's places.
    """

    spend: NDArray[np.int64]
    most: NDArray[np.int64]
    weight: NDArray[np.float64]
    least: NDArray[np.float64]
    required: NDArray[np.bool_]
    group_arcs: NDArray[np.int32]
    group_start: NDArray[np.int64]
    held: NDArray[np.bool_]
    port: NDArray[np.int32]
    ports: NDArray[np.int64]


def terms_of(problem: Problem, graph: Graph) -> Terms:
    """Return the rules of a problem in the numbers of a graph that was built from it."""
    rules = problem.rules
    real = is_real(problem, graph)
    origin = graph.origin[real]

    def of_arcs(values: NDArray[np.int64]) -> NDArray[np.int64]:
        row = np.zeros(graph.n_arcs, np.int64)
        row[real] = values[origin]
        return row

    counts = collects(problem, graph)
    node = np.where(counts, graph.node, 0)
    required = np.zeros(problem.n_nodes, np.bool_)
    required[rules.required] = True
    groups = [np.flatnonzero(real)[np.isin(origin, arcs)].astype(np.int32) for arcs in rules.held]
    held = np.zeros(graph.n_arcs, np.bool_)
    for arcs in groups:
        held[arcs] = True
    port, ports = port_terms(problem, graph, real)
    return Terms(
        spend=np.array([of_arcs(problem.cost), *(of_arcs(limit.cost) for limit in rules.limits)]),
        most=np.array([problem.budget, *(limit.most for limit in rules.limits)], np.int64),
        weight=np.array([np.where(counts, floor.weight[node], 0.0) for floor in rules.floors]).reshape(
            -1, graph.n_nodes
        ),
        least=np.array([floor.least for floor in rules.floors]),
        required=counts & required[node] & (np.arange(graph.n_nodes) > 0),
        group_arcs=np.concatenate([np.empty(0, np.int32), *groups]),
        group_start=np.cumsum([0, *(arcs.size for arcs in groups)]),
        held=held,
        port=port,
        ports=ports,
    )


def groups_of(terms: Terms) -> list[NDArray[np.int32]]:
    """Return the arcs of each group of which one is held; none where the graph has lost them all."""
    return np.split(terms.group_arcs, terms.group_start[1:-1]) if terms.group_start.size > 1 else []


def is_real(problem: Problem, graph: Graph) -> NDArray[np.bool_]:
    """Return which arcs of a graph are arcs of the problem."""
    return (graph.origin >= 0) & (graph.origin < problem.n_arcs)


def collects(problem: Problem, graph: Graph) -> NDArray[np.bool_]:
    """Return the graph's nodes that stand for one of the problem's: the root, and what has a prize."""
    counts = (graph.prize > 0) & (graph.node < problem.n_nodes)
    counts[0] = True
    return counts


def port_terms(problem: Problem, graph: Graph, real: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the place of which each arc takes a port, and the ports of each place."""
    port = np.full(graph.n_arcs, -1, np.int32)
    ports = np.full(graph.place_start.size - 1, np.iinfo(np.int64).max)
    asked = problem.rules.ports
    if asked is not None:
        known = graph.node < problem.n_nodes
        ports[graph.place[known]] = asked.most[graph.node[known]]
        takes = real & (graph.place[graph.tail] != graph.place[graph.head])
        takes[real] &= asked.uses[graph.origin[real]]
        port[takes] = graph.place[graph.tail[takes]]
    return port, ports
