"""Large-neighbourhood search: tear out a region of the tree, regrow it, prune it, keep it if it is not worse.

P. Shaw, "Using constraint programming and local search methods to solve vehicle routing problems" (1998), on the
priced problem: a plan is judged by its benefit less the price of its money, so that a region can be judged by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray  # noqa: TC002  (numba looks at the fields)

from planner.solver.desk import CLOSED, CONNECTED, FREE, ORPHAN, Desk, Extent, Guide, list_tree
from planner.solver.dice import below, draw, uniform
from planner.solver.grow import grow
from planner.solver.knapsack import select_within
from planner.solver.tree import OUTSIDE, list_children, prune, walk

if TYPE_CHECKING:
    from planner.solver.graph import Graph

FIXED_WORK = 300
"""What a round costs beside the arcs that it looks at, counted in arcs."""
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
        Benefit that a cent is worth (λ): what trees are judged by. At least the weight of costs in the value.
    keep_price
        Price at which branches are cut, between that weight and ``price``: the tree holds more than pays, so that the
        part of it that is worth most within the budget can be selected.
    reduced
        ``(m,)``: reduced costs in units of benefit.
    tilt
        Money above the budget is priced dearer by this share of what λ exceeds the weight by, money left cheaper: the
        search stays near the budget.
    heat
        Mean loss, in units of benefit, that is accepted.

    Returns
    -------
    float
        The best value within the budget.
    int
        Cost in cents of the part of the last tree that is worth most at the price.
    """
    count = walk_tree(graph, parent, desk)
    kept = Kept(parent.copy(), desk.order.copy(), np.ones(1, np.int64))
    slope = price - graph.cost_weight  # what a cent of budget is worth
    merit = -np.inf
    tried = -np.inf  # merit of the last tree from which a part was selected
    money = 0
    work = 0
    while work < work_limit:
        if merit > -np.inf:
            extent = tear_out(graph, parent, desk, count, keep_price, 1 + below(dice, LARGEST_REGION), dice)
            work += grow(graph, parent, desk, extent, draw_guide(price, reduced, dice))
            drop_orphans(desk, parent, extent)
            count = list_tree(graph, parent, desk, extent)
            close_all(desk, extent)
        work += FIXED_WORK + 2 * count
        whole_value, whole_cost, count = prune(graph, parent, desk.order, count, keep_price, desk.net, desk.load)
        value, cost = best_part(graph, parent, desk, count, price)
        found = value - price * cost - tilt * slope * abs(cost - budget)
        if found < merit + heat * np.log(1.0 - uniform(dice)):
            count = take_back(parent, desk, count, kept)
            continue
        merit, money = found, cost
        keep(parent, desk, count, kept)
        if whole_cost <= budget:
            net_value = whole_value - graph.cost_weight * whole_cost
            if net_value > best_value:
                best_value = net_value
                best[:] = parent
        elif value - graph.cost_weight * cost + slope * (budget - cost) > best_value and (
            found > tried or uniform(dice) < RETRY
        ):
            tried = found
            best_value = select_within(graph, parent, desk.order, count, price, budget, best_value, best)
    return best_value, money


class Kept(NamedTuple):
    """The tree that the search returns to: the arc into each node, its nodes in order, and their number."""

    parent: NDArray[np.int32]
    order: NDArray[np.int32]
    size: NDArray[np.int64]


@njit(cache=True)
def keep(parent: NDArray[np.int32], desk: Desk, count: int, kept: Kept) -> None:
    """Store the tree, whose nodes are ``desk.order[:count]``."""
    for i in range(kept.size[0]):
        kept.parent[kept.order[i]] = OUTSIDE
    for i in range(count):
        v = desk.order[i]
        kept.order[i] = v
        kept.parent[v] = parent[v]
    kept.size[0] = count


@njit(cache=True)
def take_back(parent: NDArray[np.int32], desk: Desk, count: int, kept: Kept) -> int:
    """Put the stored tree back in place of the present one, whose nodes are ``desk.order[:count]``; return its size."""
    for i in range(count):
        parent[desk.order[i]] = OUTSIDE
    for i in range(kept.size[0]):
        v = kept.order[i]
        desk.order[i] = v
        parent[v] = kept.parent[v]
    return int(kept.size[0])


@njit(cache=True)
def walk_tree(graph: Graph, parent: NDArray[np.int32], desk: Desk) -> int:
    """List the nodes of a tree, of which nothing is listed yet, in ``desk.order``; return their number."""
    count = 0
    for v in range(parent.size):
        if parent[v] != OUTSIDE:
            desk.members[count] = v
            count += 1
    return list_tree(graph, parent, desk, Extent(count, 0, 0))


@njit(cache=True)
def draw_guide(price: float, reduced: NDArray[np.float64], dice: NDArray[np.uint64]) -> Guide:
    """Return a guide for one growth, drawn at random."""
    return Guide(
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


@njit(cache=True)
def best_part(graph: Graph, parent: NDArray[np.int32], desk: Desk, count: int, price: float) -> tuple[float, int]:
    """Return value and cost of the part of the tree in ``desk.order`` that is worth most at a price."""
    gained, spent = desk.net, desk.cents
    for i in range(count):
        gained[desk.order[i]] = graph.prize[desk.order[i]]
        spent[desk.order[i]] = 0
    for i in range(count - 1, 0, -1):
        v = desk.order[i]
        u = graph.tail[parent[v]]
        cost = spent[v] + graph.cost[parent[v]]
        if gained[v] > price * cost:
            spent[u] += cost
            gained[u] += gained[v]
    return gained[0], spent[0]


@njit(cache=True)
def tear_out(
    graph: Graph,
    parent: NDArray[np.int32],
    desk: Desk,
    count: int,
    price: float,
    n_places: int,
    dice: NDArray[np.uint64],
) -> Extent:
    """Take a region of about ``n_places`` places out of the tree, in place; set up the desk for regrowing.

    Branches that hung from the region stay together as orphans.
    """
    n_field = pick_region(graph, desk, n_places, dice)
    n_free = n_field
    n_members = 0
    for i in range(count):
        v = desk.order[i]
        if desk.state[v] == FREE:
            continue
        desk.members[n_members] = v
        n_members += 1
        if v != 0 and desk.state[graph.tail[parent[v]]] == FREE:
            desk.state[v] = ORPHAN
            desk.field[n_field] = v
            n_field += 1
    weighting = 2.0 * uniform(dice) if uniform(dice) < 0.5 else 0.0
    for i in range(n_field):
        v = desk.field[i]
        parent[v] = OUTSIDE
        desk.worth[v] = graph.prize[v] * (1.0 + weighting * (uniform(dice) - 0.5))
    list_children(parent, graph.tail, desk.members[:n_members], desk.first, desk.following)
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
    return Extent(n_members, n_free, n_field)


@njit(cache=True)
def measure_branch(graph: Graph, parent: NDArray[np.int32], desk: Desk, price: float, top: int) -> int:
    """Write net worth and load of the branch below ``top``; return its size, its nodes in ``desk.order``."""
    count = walk(top, desk.first, desk.following, desk.order, desk.stack)
    for i in range(count):
        v = desk.order[i]
        desk.net[v] = graph.prize[v]
        desk.load[v] = graph.demand[v]
        desk.entered[graph.place[v]] = 0
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
    desk.entered[p] = 0
    for i in range(graph.place_start[p], graph.place_start[p + 1]):
        v = graph.place_nodes[i]
        desk.state[v] = FREE
        desk.field[n_field] = v
        n_field += 1
    return n_field


@njit(cache=True)
def drop_orphans(desk: Desk, parent: NDArray[np.int32], extent: Extent) -> None:
    """Remove from the tree, in place, the branches that were not attached again."""
    for top in desk.field[extent.free : extent.field]:
        if desk.state[top] == ORPHAN:
            count = walk(top, desk.first, desk.following, desk.order, desk.stack)
            for v in desk.order[:count]:
                parent[v] = OUTSIDE


@njit(cache=True)
def close_all(desk: Desk, extent: Extent) -> None:
    """Forget the states of this round."""
    for v in desk.members[: extent.members]:
        desk.state[v] = CLOSED
    for v in desk.field[: extent.field]:
        desk.state[v] = CLOSED
