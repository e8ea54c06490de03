"""Large-neighbourhood search: tear out a region of the tree, regrow it, prune it, keep it if it is not worse.

P. Shaw, "Using constraint programming and local search methods to solve vehicle routing problems" (1998), on the
priced problem: a plan is judged by its benefit less the price of its money, so that a region can be judged by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from planner.solver.dice import below, draw, uniform
from planner.solver.grow import CLOSED, CONNECTED, FREE, ORPHAN, Desk, Guide, grow
from planner.solver.knapsack import select_within
from planner.solver.tree import OUTSIDE, list_children, prune, walk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.graph import Graph

FIXED_WORK = 100
"""What a round costs beside the labels it settles, counted in labels."""
RETRY = 0.1
"""Chance that a part is selected from a tree that is no better than the last one tried."""
LARGEST_REGION = 40
"""Places torn out at most."""


@njit(cache=True)
def improve(
    graph: Graph,
    parent: NDArray[np.int32],
    best: NDArray[np.int32],
    desk: Desk,
    price: float,
    keep_price: float,
    reduced: NDArray[np.float64],
    budget: int,
    tilt: float,
    heat: float,
    best_value: float,
    work_limit: int,
    dice: NDArray[np.uint64],
) -> tuple[float, int]:
    """Search from the tree ``parent``, in place, until the work limit.

    Parameters
    ----------
    best
        The best tree within the budget, overwritten when one of a value above ``best_value`` turns up.
    price
        Benefit that a cent is worth (λ): what trees are judged by.
    keep_price
        Price at which branches are cut, at most ``price``: the tree holds more than pays, so that the part of it that
        is worth most within the budget can be selected.
    reduced
        ``(m,)``: reduced costs in units of benefit.
    tilt
        Money above the budget is priced at (1 + tilt) λ, money left at (1 − tilt) λ: the search stays near the budget.
    heat
        Mean loss, in units of benefit, that is accepted.

    Returns
    -------
    float
        The best value within the budget.
    int
        Cost in cents of the part of the last tree that is worth most at the price.
    """
    kept = parent.copy()
    merit = -np.inf
    tried = -np.inf  # merit of the last tree from which a part was selected
    money = 0
    work = 0
    while work < work_limit:
        if merit > -np.inf:
            n_field = tear_out(graph, parent, desk, keep_price, 1 + below(dice, LARGEST_REGION), dice)
            guide = Guide(
                price,
                0.05 + uniform(dice),
                reduced,
                0.8 * uniform(dice),
                draw(dice),
                0.8 * 4.0 ** (2.0 * uniform(dice)),
                max(0.0, 0.6 * uniform(dice) - 0.5),
                1.0 + max(0.0, 8.0 * uniform(dice) - 6.0),
                2.0 ** (6.0 * uniform(dice)) - 1.0,
            )
            work += grow(graph, parent, desk, n_field, guide)
            drop_orphans(desk, parent, n_field)
        work += FIXED_WORK + parent.size // 4
        whole_value, whole_cost = prune(
            graph, parent, keep_price, desk.first, desk.following, desk.order, desk.net, desk.load
        )
        count = walk(0, desk.first, desk.following, desk.order)
        value, cost = best_part(graph, parent, desk, count, price)
        found = value - price * cost - tilt * price * abs(cost - budget)
        if found >= merit + heat * np.log(1.0 - uniform(dice)):
            merit = found
            money = cost
            kept[:] = parent
            if whole_cost <= budget:
                if whole_value > best_value:
                    best_value = whole_value
                    best[:] = parent
            elif value + price * (budget - cost) > best_value and (found > tried or uniform(dice) < RETRY):
                tried = found
                best_value = select_within(graph, parent, desk.order, count, price, budget, best_value, best)
        else:
            parent[:] = kept
    return best_value, money


@njit(cache=True)
def best_part(
    graph: Graph, parent: NDArray[np.int32], desk: Desk, count: int, price: float
) -> tuple[float, int]:
    """Return value and cost of the part of the tree in ``desk.order`` that is worth most at a price."""
    spent = np.zeros(parent.size, np.int64)
    gained = np.zeros(parent.size)
    for i in range(count - 1, -1, -1):
        v = desk.order[i]
        gained[v] += graph.prize[v]
        if v != 0:
            cost = spent[v] + graph.cost[parent[v]]
            if gained[v] > price * cost:
                spent[graph.tail[parent[v]]] += cost
                gained[graph.tail[parent[v]]] += gained[v]
    return gained[0], spent[0]


@njit(cache=True)
def tear_out(
    graph: Graph, parent: NDArray[np.int32], desk: Desk, price: float, n_places: int, dice: NDArray[np.uint64]
) -> int:
    """Take a region of about ``n_places`` places out of the tree, in place; set up the desk for regrowing.

    Branches that hung from the region stay together as orphans. Returns the number of nodes in ``desk.field``.
    """
    desk.state[:] = CLOSED
    desk.entered[:] = 0
    n_field = pick_region(graph, desk, n_places, dice)
    weighting = 2.0 * uniform(dice) if uniform(dice) < 0.5 else 0.0
    for i in range(n_field):
        v = desk.field[i]
        parent[v] = OUTSIDE
        desk.worth[v] = graph.prize[v] * (1.0 + weighting * (uniform(dice) - 0.5))
    n_free = n_field
    for v in range(1, parent.size):
        if parent[v] >= 0 and desk.state[graph.tail[parent[v]]] == FREE:
            parent[v] = OUTSIDE
            desk.state[v] = ORPHAN
            desk.field[n_field] = v
            n_field += 1
    list_children(parent, graph.tail, desk.first, desk.following)
    count = measure_branch(graph, parent, desk, price, 0)
    for i in range(count):
        v = desk.order[i]
        desk.state[v] = CONNECTED
        desk.entered[graph.place[v]] = v != 0
        desk.distance[v] = 0.0
    for i in range(n_free, n_field):
        v = desk.field[i]
        measure_branch(graph, parent, desk, price, v)
        desk.worth[v] = max(desk.net[v], 1e-300)
    return n_field


@njit(cache=True)
def measure_branch(graph: Graph, parent: NDArray[np.int32], desk: Desk, price: float, top: int) -> int:
    """Write ``desk.net`` and ``desk.load`` of the branch below ``top``; return its size, its nodes in ``desk.order``."""
    count = walk(top, desk.first, desk.following, desk.order)
    for i in range(count):
        v = desk.order[i]
        desk.net[v] = graph.prize[v]
        desk.load[v] = graph.demand[v]
    for i in range(count - 1, 0, -1):
        v = desk.order[i]
        a = parent[v]
        desk.net[graph.tail[a]] += desk.net[v] - price * graph.cost[a]
        desk.load[graph.tail[a]] += desk.load[v]
    return count


@njit(cache=True)
def pick_region(graph: Graph, desk: Desk, n_places: int, dice: NDArray[np.uint64]) -> int:
    """Mark the nodes of neighbouring places as free; return their number, the nodes in ``desk.field``."""
    desk.clock[0] += 1
    stamp = desk.clock[0]
    desk.seen[graph.place[0]] = stamp
    v = graph.head[below(dice, graph.head.size)]
    skip = 0.5 * uniform(dice)
    n_field = take_place(graph, desk, graph.place[v], stamp, 0)
    taken = 1
    i = 0
    while i < n_field and taken < n_places:
        v = desk.field[i]
        i += 1
        for j in range(graph.out_start[v], graph.out_start[v + 1]):
            p = graph.place[graph.head[graph.out_arcs[j]]]
            if taken < n_places and desk.seen[p] != stamp and uniform(dice) >= skip:
                n_field = take_place(graph, desk, p, stamp, n_field)
                taken += 1
        for a in range(graph.in_start[v], graph.in_start[v + 1]):
            p = graph.place[graph.tail[a]]
            if taken < n_places and desk.seen[p] != stamp and uniform(dice) >= skip:
                n_field = take_place(graph, desk, p, stamp, n_field)
                taken += 1
    return n_field


@njit(cache=True)
def take_place(graph: Graph, desk: Desk, p: int, stamp: int, n_field: int) -> int:
    """Add the nodes of place p to the field."""
    desk.seen[p] = stamp
    for i in range(graph.place_start[p], graph.place_start[p + 1]):
        v = graph.place_nodes[i]
        desk.state[v] = FREE
        desk.field[n_field] = v
        n_field += 1
    return n_field


@njit(cache=True)
def drop_orphans(desk: Desk, parent: NDArray[np.int32], n_field: int) -> None:
    """Remove from the tree, in place, the branches that were not attached again."""
    for i in range(n_field):
        top = desk.field[i]
        if desk.state[top] == ORPHAN:
            count = walk(top, desk.first, desk.following, desk.order)
            for j in range(count):
                parent[desk.order[j]] = OUTSIDE
