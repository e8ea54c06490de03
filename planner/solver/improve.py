"""Large-neighbourhood search: tear out a region of the tree, regrow it, prune it, keep it if it is not worse.

P. Shaw, "Using constraint programming and local search methods to solve vehicle routing problems" (1998), on the
priced problem: a plan is judged by its benefit less the price of its money, so that a region can be judged by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from planner.solver.counting import climb, count_anew, cut_branch, put_back, set_up
from planner.solver.desk import Desk, Extent, Guide
from planner.solver.dice import below, draw, uniform
from planner.solver.grow import grow
from planner.solver.kernel import lean
from planner.solver.knapsack import select_within
from planner.solver.standing import CLOSED, FREE, ORPHAN, new_round, note, touch, unlink
from planner.solver.tree import OUTSIDE, walk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.graph import Graph

FIXED_WORK = 300
"""What a round costs beside the arcs that it looks at, counted in arcs."""
RETRY = 0.1
"""Chance that a part is selected from a tree that is no better than the last one tried."""
SELECTION_WORK = 100
"""Arcs to look at, for each node of the tree, before the next selection of a part: about twice its own time."""
LARGEST_REGION = 40
"""Places torn out at most."""
DISSOLVING = 0.5
"""Chance that branches that hang from a region are torn out with it, where hops count: a branch can only be attached
again in its own layers."""


@njit(cache=True, nogil=True)
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
    count = set_up(graph, parent, desk, price, keep_price)
    root = desk.standing.root
    slope = price - graph.cost_weight  # what a cent of budget is worth
    merit = -np.inf
    tried = -np.inf  # merit of the last tree from which a part was selected
    promising = False
    work, since = FIXED_WORK + 2 * count, SELECTION_WORK * count
    while True:
        found = root.gained[0] - price * root.spent[0] - tilt * slope * abs(root.spent[0] - budget)
        if found < merit + heat * np.log(1.0 - uniform(dice)):
            put_back(graph, parent, desk, price, keep_price)
        else:
            promising = promising or found > tried or (found != merit and uniform(dice) < RETRY)
            merit = found
        if promising and (since >= SELECTION_WORK * count or work >= work_limit):
            promising, tried, since = False, merit, 0
            best_value, count = select(graph, parent, desk, price, budget, best_value, best, count)
        if work >= work_limit:
            break
        new_round(desk)
        extent = tear_out(graph, parent, desk, price, keep_price, 1 + below(dice, LARGEST_REGION), dice)
        step = FIXED_WORK + grow(graph, parent, desk, extent, draw_guide(price, reduced, dice))
        step += drop_orphans(parent, desk, extent)
        step += count_anew(graph, parent, desk, extent.field, price, keep_price)
        work, since = work + step, since + step
    return best_value, int(root.spent[0])


@njit(cache=True)
def select(
    graph: Graph,
    parent: NDArray[np.int32],
    desk: Desk,
    price: float,
    budget: int,
    best_value: float,
    best: NDArray[np.int32],
    count: int,
) -> tuple[float, int]:
    """Write the best part of the tree within the budget into ``best`` if it is worth more than ``best_value``.

    Returns
    -------
    float, int
        The best value now, and how many nodes the tree has, as far as is known.
    """
    root = desk.standing.root
    if root.cost[0] <= budget:
        net_value = root.value[0] - graph.cost_weight * root.cost[0]
        if net_value > best_value:
            best_value = net_value
            for v in range(parent.size):
                best[v] = parent[v]
    elif root.gained[0] - price * root.spent[0] + (price - graph.cost_weight) * budget > best_value:
        count = walk(0, desk.first, desk.following, desk.order, desk.stack)
        best_value = select_within(graph, parent, desk.order, count, price, budget, best_value, best)
    return best_value, count


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


@lean
def tear_out(
    graph: Graph,
    parent: NDArray[np.int32],
    desk: Desk,
    price: float,
    keep_price: float,
    n_places: int,
    dice: NDArray[np.uint64],
) -> Extent:
    """Take a region of about ``n_places`` places out of the tree, in place; set up the desk for regrowing.

    Branches that hung from the region stay together as orphans.
    """
    n_free = pick_region(graph, desk, n_places, dice)
    if graph.layered and uniform(dice) < DISSOLVING:
        n_free = take_branches(graph, desk, n_free)
    n_field = n_free
    for i in range(n_free):
        v = desk.field[i]
        note(parent, desk, v)
        if parent[v] >= 0:
            u = graph.tail[parent[v]]
            if desk.state[u] != FREE:
                touch(desk, u)
            unlink(graph, parent, desk, v)
            parent[v] = OUTSIDE
    for i in range(n_free):
        n_field = make_orphans(parent, desk, desk.field[i], n_field)
    # Only now is nothing of the region left below the orphans, nor in what flows above it.
    for i in range(desk.standing.size[0]):
        climb(graph, parent, desk, desk.standing.touched[i], price, keep_price, True)
    weighting = 2.0 * uniform(dice) if uniform(dice) < 0.5 else 0.0
    sums = desk.standing.sums
    for i in range(n_field):
        v = desk.field[i]
        worth = graph.prize[v]
        if i >= n_free:
            worth = max(sums.value[v] - keep_price * sums.cost[v], 1e-300)
            set_apart(graph, desk, v)
        else:
            sums.value[v] = sums.gained[v] = np.nan  # yet to be counted
            worth *= 1.0 + weighting * (uniform(dice) - 0.5)
        desk.worth[v] = worth
    return Extent(n_free, n_field)


@lean
def make_orphans(parent: NDArray[np.int32], desk: Desk, v: int, n_field: int) -> int:
    """Cut the branches off the free node v, add their roots to the field; return its size."""
    child = desk.first[v]
    while child >= 0:
        note(parent, desk, child)
        parent[child] = OUTSIDE
        desk.field[n_field] = child
        n_field += 1
        child = desk.following[child]
    desk.first[v] = -1
    return n_field


@lean
def set_apart(graph: Graph, desk: Desk, top: int) -> None:
    """Mark the branch below ``top`` as out of reach, and its root as an orphan."""
    for v in desk.order[: walk(top, desk.first, desk.following, desk.order, desk.stack)]:
        desk.state[v] = CLOSED
    desk.state[top] = ORPHAN
    desk.entered[graph.place[top]] = 0


@lean
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


@lean
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


@lean
def take_branches(graph: Graph, desk: Desk, n_field: int) -> int:
    """Add the places of all branches that hang from the field to it; return its size."""
    stamp, size = desk.clock[0], n_field
    for i in range(n_field):
        child = desk.first[desk.field[i]]
        while child >= 0:
            count = walk(child, desk.first, desk.following, desk.order, desk.stack)
            for v in desk.order[:count]:
                if desk.seen[graph.place[v]] != stamp:
                    size = take_place(graph, desk, graph.place[v], stamp, size)
            child = desk.following[child]
    return size


@lean
def drop_orphans(parent: NDArray[np.int32], desk: Desk, extent: Extent) -> int:
    """Remove from the tree, in place, the branches that were not attached again; return the number of their nodes."""
    count = 0
    for top in desk.field[extent.free : extent.field]:
        if desk.state[top] == ORPHAN:
            count += cut_branch(parent, desk, top)
    return count
