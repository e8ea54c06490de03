"""The best part of a tree within a budget: a knapsack in which a branch needs the arcs above it.

Depth-first dynamic programming of D. S. Johnson and K. A. Niemi, "On knapsacks, partitions, and a new dynamic
programming technique for trees", Mathematics of Operations Research 8 (1983), with states cut off by the Lagrangian
bound on what the rest of the tree can still add.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from planner.solver.kernel import lean
from planner.solver.tree import OUTSIDE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.graph import Graph

MOST_STATES = 40
"""States kept at one position of the tree; beyond that the selection is good, not best."""
PRICE_STEPS = 12
"""Bisections of the price that bounds the completion."""


@njit(cache=True)
def select_within(
    graph: Graph,
    parent: NDArray[np.int32],
    order: NDArray[np.int32],
    count: int,
    price: float,
    budget: int,
    floor: float,
    chosen: NDArray[np.int32],
) -> float:
    """Write into ``chosen`` the part of a tree that is worth most within the budget, if that is above ``floor``.

    Parameters
    ----------
    order, count
        The tree's nodes, parents before children, subtrees in one piece, root first.
    price
        Where to start the search for the price that bounds best.

    Returns
    -------
    float
        Its value, ``floor`` if there is no better one (``chosen`` is then left alone).
    """
    value = np.empty(count)
    cost = np.empty(count, np.int64)
    after = np.arange(1, count + 1).astype(np.int32)  # position that follows the subtree
    where = np.empty(parent.size, np.int32)
    for i in range(count):
        v = order[i]
        where[v] = i
        cost[i] = graph.cost[parent[v]] if i > 0 else 0
        value[i] = graph.prize[v] - graph.cost_weight * cost[i]
    for i in range(count - 1, 0, -1):
        above = where[graph.tail[parent[order[i]]]]
        after[above] = max(after[above], after[i])
    rest = np.zeros(count + 1)
    price = price - graph.cost_weight if price > graph.cost_weight else price  # of the budget alone
    price = tightest_price(value, cost, after, rest, price, budget, floor)
    if price < 0:
        return floor
    taken = np.zeros(count, np.bool_)
    best = run_states(value, cost, after, rest, price, budget, floor, taken)
    if best > floor:
        chosen[:] = OUTSIDE
        for i in range(count):
            if taken[i]:
                chosen[order[i]] = parent[order[i]]
    return best


@njit(cache=True)
def complete(
    value: NDArray[np.float64],
    cost: NDArray[np.int64],
    after: NDArray[np.int32],
    rest: NDArray[np.float64],
    price: float,
) -> int:
    """Fill ``rest[i]``, the most that positions i… can add at a price; return the cost of the best part."""
    rest[value.size] = 0.0
    spent = np.zeros(value.size + 1, np.int64)
    for i in range(value.size - 1, -1, -1):
        with_it = value[i] - price * cost[i] + rest[i + 1]
        if i == 0 or with_it > rest[after[i]]:
            rest[i] = with_it
            spent[i] = cost[i] + spent[i + 1]
        else:
            rest[i] = rest[after[i]]
            spent[i] = spent[after[i]]
    return int(spent[0])


@njit(cache=True)
def tightest_price(
    value: NDArray[np.float64],
    cost: NDArray[np.int64],
    after: NDArray[np.int32],
    rest: NDArray[np.float64],
    price: float,
    budget: int,
    floor: float,
) -> float:
    """Search the price of the lowest ceiling on the tree and fill ``rest`` for it; −1 if that is not above floor."""
    low, high = 0.0, np.inf
    best_price, best = price, np.inf
    for _ in range(PRICE_STEPS):
        spent = complete(value, cost, after, rest, price)
        ceiling = rest[0] + price * budget
        if ceiling <= floor * (1.0 + 1e-12):
            return -1.0
        if ceiling < best:
            best_price, best = price, ceiling
        if spent > budget:
            low = price
        else:
            high = price
            if price == 0.0:
                break
        if low == 0.0 and high < 1e-3 * best_price:
            price = 0.0
        elif high == np.inf:
            price = 2.0 * price
        else:
            price = 0.5 * (low + high)
    complete(value, cost, after, rest, best_price)
    return best_price


@njit(cache=True)
def run_states(
    value: NDArray[np.float64],
    cost: NDArray[np.int64],
    after: NDArray[np.int32],
    rest: NDArray[np.float64],
    price: float,
    budget: int,
    floor: float,
    taken: NDArray[np.bool_],
) -> float:
    """Carry undominated (cost, value) states along the positions; mark the best part; return its value or floor."""
    count = value.size
    # A position adds at most as many states as it may keep.
    room = MOST_STATES * count + 1
    spent = np.empty(room, np.int64)
    gained = np.empty(room)
    origin = np.empty(room, np.int32)
    at = np.empty(room, np.int32)
    link = np.empty(room, np.int32)
    waiting = np.full(count + 1, -1, np.int32)  # states that stand before each position, linked
    spent[0], gained[0], origin[0], at[0], link[0] = cost[0], value[0], -1, 0, -1
    n_states = 1
    waiting[1] = 0
    front = np.empty(MOST_STATES, np.int32)
    for i in range(1, count):
        width = gather(waiting[i], link, spent, gained, rest[i] + price * budget, price, floor, front)
        for j in range(width):
            s = front[j]
            link[s] = waiting[after[i]]
            waiting[after[i]] = s
            if spent[s] + cost[i] <= budget:
                spent[n_states] = spent[s] + cost[i]
                gained[n_states] = gained[s] + value[i]
                origin[n_states], at[n_states] = s, i
                link[n_states] = waiting[i + 1]
                waiting[i + 1] = n_states
                n_states += 1
    width = gather(waiting[count], link, spent, gained, price * budget, price, floor, front)
    best, best_state = floor, -1
    for j in range(width):
        if gained[front[j]] > best:
            best, best_state = gained[front[j]], front[j]
    taken[:] = False
    s = best_state
    while s >= 0:
        taken[at[s]] = True
        s = origin[s]
    return best


@lean
def gather(
    s: int,
    link: NDArray[np.int32],
    spent: NDArray[np.int64],
    gained: NDArray[np.float64],
    ceiling: float,
    price: float,
    floor: float,
    front: NDArray[np.int32],
) -> int:
    """Collect into ``front``, by cost, the linked states that may beat the floor and are not dominated.

    A state can reach at most its value + ``ceiling`` − price × its cost. If there are too many, the weakest go.
    """
    width = 0
    while s >= 0:
        if ceiling + gained[s] - price * spent[s] > floor * (1.0 + 1e-12):
            if width == MOST_STATES:
                width = drop_weakest(spent, gained, price, front)
            i = width
            while i > 0 and (
                spent[front[i - 1]] > spent[s] or (spent[front[i - 1]] == spent[s] and gained[front[i - 1]] < gained[s])
            ):
                front[i] = front[i - 1]
                i -= 1
            front[i] = s
            width += 1
        s = link[s]
    kept = 0
    for j in range(width):
        if kept == 0 or gained[front[j]] > gained[front[kept - 1]]:
            front[kept] = front[j]
            kept += 1
    return kept


@lean
def drop_weakest(spent: NDArray[np.int64], gained: NDArray[np.float64], price: float, front: NDArray[np.int32]) -> int:
    """Take the state of the least hope out of a full front; return the new width."""
    weakest = 0
    for j in range(1, MOST_STATES):
        if gained[front[j]] - price * spent[front[j]] < gained[front[weakest]] - price * spent[front[weakest]]:
            weakest = j
    for j in range(weakest, MOST_STATES - 1):
        front[j] = front[j + 1]
    return MOST_STATES - 1
