"""The problem's graph in compressed rows, without the arcs that no useful plan can hold."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray  # noqa: TC002  (numba looks at the fields)

from planner.solver.layers import binding_limit, unfold
from planner.solver.parallels import set_apart
from planner.solver.paths import distances
from planner.solver.sorting import drop_dominated, order_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.solver.problem import Problem

MOST_WHOLE_DEMAND = 2.0**31
"""Demands up to which whole numbers are looked for."""


class Graph(NamedTuple):
    """Arcs sorted by head, so that the arcs into a node lie side by side.

    A named tuple of arrays, so that compiled kernels take it as it is.

    Attributes
    ----------
    tail, head, cost, capacity
        ``(m,)``: as in the problem; ``capacity`` is ``inf`` where the whole demand fits.
    larger
        ``(m,)``: the next dearer parallel arc, which also carries more; −1 where there is none.
    in_start
        ``(n + 1,)``: arcs into v are ``in_start[v]:in_start[v + 1]``.
    out_start, out_arcs
        Arcs out of v are ``out_arcs[out_start[v]:out_start[v + 1]]``.
    prize, demand, place
        ``(n,)``: as in the problem; prizes that no path within the budget reaches are 0.
    place_start, place_nodes
        Nodes of place p are ``place_nodes[place_start[p]:place_start[p + 1]]``; places are numbered from 0 anew.
    cheapest
        ``(k,)``: the arcs of which none is a dearer parallel, in order.
    group
        ``(m,)``: the position in ``cheapest`` of each arc's cheapest parallel.
    cheapest_start, cheapest_tail
        The arcs ``cheapest`` as a graph of their own, sorted by head like all arcs.
    swappable
        ``(n,)``: nodes that lead nowhere and can be entered both from inside their place and from outside: a direct
        service of theirs can be swapped for one through their place.
    node, origin
        ``(n,)`` and ``(m,)``: numbers of the nodes and arcs in the problem. Nodes and arcs set apart (see
        `planner.solver.parallels`) are numbered after the problem's own; arcs that only collect a prize have −1.
    layer
        ``(n,)``: hops from the root at which the node is entered; 0 where hops are not counted.
    number
        ``(m,)``: number of each arc in the graph that was built first; parts of it keep it.
    capacitated
        Whether any arc can be filled.
    layered
        Whether nodes have copies in layers.
    cost_weight
        As in the problem: what a cent takes from the value of a plan.
    """

    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    cost: NDArray[np.int64]
    capacity: NDArray[np.float64]
    larger: NDArray[np.int32]
    in_start: NDArray[np.int32]
    out_start: NDArray[np.int32]
    out_arcs: NDArray[np.int32]
    prize: NDArray[np.float64]
    demand: NDArray[np.float64]
    place: NDArray[np.int32]
    place_start: NDArray[np.int32]
    place_nodes: NDArray[np.int32]
    cheapest: NDArray[np.int32]
    group: NDArray[np.int32]
    cheapest_start: NDArray[np.int32]
    cheapest_tail: NDArray[np.int32]
    swappable: NDArray[np.bool_]
    node: NDArray[np.int32]
    origin: NDArray[np.int32]
    layer: NDArray[np.int32]
    number: NDArray[np.int32]
    capacitated: bool
    layered: bool
    cost_weight: float

    @property
    def n_nodes(self) -> int:
        """Number of nodes, root included."""
        return int(self.prize.size)

    @property
    def n_arcs(self) -> int:
        """Number of arcs left."""
        return int(self.tail.size)

    @property
    def all_arcs(self) -> NDArray[np.int32]:
        """All arc numbers in order: the incoming lists that belong to ``in_start``."""
        return np.arange(self.n_arcs, dtype=np.int32)

    def from_root(self, length: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the ``(n,)`` distances from the root under arc lengths ``(m,)``."""
        return distances(self.out_start, self.out_arcs, self.head, length, np.zeros(1, np.int32))

    def to_prizes(self, length: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the ``(n,)`` distances to the nearest node with a prize under arc lengths ``(m,)``."""
        prized = np.flatnonzero(self.prize > 0).astype(np.int32)
        return distances(self.in_start, self.all_arcs, self.tail, length, prized)

    def within(self, budget: float) -> NDArray[np.bool_]:
        """Return ``(m,)``: whether a path from the root over the arc to a prize costs no more than a budget."""
        cost = self.cost.astype(np.float64)
        return self.from_root(cost)[self.tail] + cost + self.to_prizes(cost)[self.head] <= budget

    def subgraph(self, kept: NDArray[np.bool_]) -> Graph:
        """Return the graph of the arcs ``kept`` ``(m,)`` and of the root and the nodes that they touch."""
        arcs = np.flatnonzero(kept)
        touched = np.zeros(self.n_nodes, np.bool_)
        touched[0] = True
        touched[self.tail[arcs]] = True
        touched[self.head[arcs]] = True
        nodes = np.flatnonzero(touched)
        number = np.cumsum(touched) - 1
        return assemble(
            number[self.tail[arcs]].astype(np.int32),
            number[self.head[arcs]].astype(np.int32),
            self.cost[arcs],
            self.capacity[arcs],
            self.origin[arcs],
            self.prize[nodes],
            self.demand[nodes],
            self.place[nodes],
            self.node[nodes],
            self.layer[nodes],
            self.cost_weight,
            self.number[arcs],
        )


def build_graph(problem: Problem, budget: int | None, cancelled: Callable[[], bool] | None = None) -> Graph:
    """Build the graph of a problem, leaving out what cannot be part of a useful plan.

    Where the hop limit can bind, the graph is that of its layers, see `planner.solver.layers`.

    Parameters
    ----------
    budget
        Money in cents beyond which a path is out of reach; None if money is no limit.
    cancelled
        Asked between the steps, each of which takes less than a second for a million arcs.

    Raises
    ------
    NotBuiltError
        Once ``cancelled`` says so.
    """

    def go_on() -> None:
        if cancelled is not None and cancelled():
            raise NotBuiltError

    whole, allowed = set_apart(problem)
    whole = replace(whole, capacity=usable_capacity(whole.capacity, whole.demand))
    least_demand = whole.demand[whole.prize > 0].min(initial=np.inf)
    kept = allowed & (whole.head != 0) & (whole.tail != whole.head)
    kept &= whole.capacity >= np.maximum(whole.demand[whole.head], least_demand)
    arcs = np.flatnonzero(kept).astype(np.int32)
    go_on()
    limit = binding_limit(whole, arcs, budget)
    if limit is not None:
        graph = assemble(*unfold(whole, arcs, limit), whole.cost_weight)
    else:
        graph = assemble(
            whole.tail[arcs],
            whole.head[arcs],
            whole.cost[arcs],
            whole.capacity[arcs],
            arcs,
            whole.prize,
            whole.demand,
            whole.place,
            np.arange(whole.n_nodes, dtype=np.int32),
            np.zeros(whole.n_nodes, np.int32),
            whole.cost_weight,
        )
    go_on()
    within = graph.within(np.inf if budget is None else float(budget))
    go_on()
    return graph.subgraph(within)


class NotBuiltError(Exception):
    """Somebody asked to stop before there was anything to tell."""


def usable_capacity(capacity: NDArray[np.float64], demand: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ``(m,)`` largest loads that capacities can carry where demands are whole numbers.

    Every load is then a multiple of the demands' greatest common divisor: what lies above the last multiple is of no
    use to a plan, but makes relaxations weaker.
    """
    drawn = demand[demand > 0.0]
    if drawn.size == 0 or (drawn != np.floor(drawn)).any() or drawn.max() > MOST_WHOLE_DEMAND:
        return capacity
    unit = float(np.gcd.reduce(drawn.astype(np.int64)))
    multiples = np.floor(capacity / unit, where=np.isfinite(capacity), out=np.full(capacity.size, np.inf))
    return np.minimum(capacity, multiples * unit)


def assemble(
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    cost: NDArray[np.int64],
    capacity: NDArray[np.float64],
    origin: NDArray[np.int32],
    prize: NDArray[np.float64],
    demand: NDArray[np.float64],
    place: NDArray[np.int32],
    node: NDArray[np.int32],
    layer: NDArray[np.int32],
    cost_weight: float,
    number: NDArray[np.int32] | None = None,
) -> Graph:
    """Sort the arcs by head, drop dominated parallels, number the places, zero prizes that the root does not reach.

    Where the arcs have no numbers yet, they are numbered in their new order.
    """
    n = prize.size
    place = np.unique(place, return_inverse=True)[1].astype(np.int32)
    order, larger = sort_parallels(tail, head, cost, capacity, n)
    tail, head, cost, capacity, origin = tail[order], head[order], cost[order], capacity[order], origin[order]
    out_arcs = order_by(tail, np.arange(tail.size, dtype=np.int32), n)
    out_start = np.searchsorted(tail[out_arcs], np.arange(n + 1)).astype(np.int32)
    reached = np.isfinite(distances(out_start, out_arcs, head, np.zeros(tail.size), np.zeros(1, np.int32)))
    prize = np.where(reached, prize, 0.0)
    capacity = np.where(capacity >= demand[reached].sum(), np.inf, capacity)
    is_cheapest = np.ones(tail.size, np.bool_)
    is_cheapest[larger[larger >= 0]] = False
    cheapest = np.flatnonzero(is_cheapest).astype(np.int32)
    return Graph(
        tail=tail,
        head=head,
        cost=cost,
        capacity=capacity,
        larger=larger,
        in_start=np.searchsorted(head, np.arange(n + 1)).astype(np.int32),
        out_start=out_start,
        out_arcs=out_arcs,
        prize=prize,
        demand=demand,
        place=place,
        place_start=np.searchsorted(np.sort(place), np.arange(int(place.max()) + 2)).astype(np.int32),
        place_nodes=np.argsort(place, kind="stable").astype(np.int32),
        cheapest=cheapest,
        group=(np.cumsum(is_cheapest) - 1).astype(np.int32),
        cheapest_start=np.searchsorted(head[cheapest], np.arange(n + 1)).astype(np.int32),
        cheapest_tail=tail[cheapest],
        swappable=find_swappable(tail, head, place),
        node=node,
        origin=origin,
        layer=layer,
        number=np.arange(order.size, dtype=np.int32) if number is None else number[order],
        capacitated=bool(np.isfinite(capacity).any()),
        layered=bool(layer.any()),
        cost_weight=cost_weight,
    )


def find_swappable(tail: NDArray[np.int32], head: NDArray[np.int32], place: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return the nodes with arcs into them from inside and from outside their place, but none out of them."""
    swappable = np.ones(place.size, np.bool_)
    swappable[tail] = False
    inside = place[tail] == place[head]
    for side in (inside, ~inside):
        entered = np.zeros(place.size, np.bool_)
        entered[head[side]] = True
        swappable &= entered
    return swappable


def sort_parallels(
    tail: NDArray[np.int32], head: NDArray[np.int32], cost: NDArray[np.int64], capacity: NDArray[np.float64], n: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Order the arcs by head, tail and cost, without those that a parallel arc dominates.

    Returns what `planner.solver.sorting.drop_dominated` returns.
    """
    order = np.arange(tail.size, dtype=np.int32)
    if (np.diff(head.astype(np.int64) * n + tail) < 0).any():  # a part of a graph stands in order already
        order = order_by(head, order_by(tail, order, n), n)
    return drop_dominated(order, tail, head, cost, capacity)
