"""Arcs in order: counting sorts by whole numbers, and parallel arcs by cost without those that others dominate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True)
def order_by(keys: NDArray[np.int32], order: NDArray[np.int32], n_keys: int) -> NDArray[np.int32]:
    """Return an order sorted by keys from 0 to ``n_keys`` − 1; what has the same key stays as ``order`` has it."""
    next_free = np.zeros(n_keys + 1, np.int64)
    for key in keys:
        next_free[key + 1] += 1
    for key in range(n_keys):
        next_free[key + 1] += next_free[key]
    sorted_order = np.empty(order.size, np.int32)
    for item in order:
        key = keys[item]
        sorted_order[next_free[key]] = item
        next_free[key] += 1
    return sorted_order


@njit(cache=True)
def drop_dominated(
    order: NDArray[np.int32],
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    cost: NDArray[np.int64],
    capacity: NDArray[np.float64],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Sort parallel arcs, which stand side by side in ``order``, by cost; leave out those that no cheaper one outdoes.

    Returns
    -------
    order
        Numbers of the arcs that stay.
    larger
        For each of them the position in ``order`` of the next dearer and larger parallel, −1 if none.
    """
    kept = np.empty(order.size, np.int32)
    larger = np.full(order.size, -1, np.int32)
    size, first = 0, 0
    while first < order.size:
        end = first + 1
        while end < order.size and head[order[end]] == head[order[first]] and tail[order[end]] == tail[order[first]]:
            arc, k = order[end], end
            while k > first and _comes_before(arc, order[k - 1], cost, capacity):
                order[k] = order[k - 1]
                k -= 1
            order[k] = arc
            end += 1
        largest = -1.0
        for k in range(first, end):
            if capacity[order[k]] > largest:
                if largest >= 0.0:
                    larger[size - 1] = size
                largest = capacity[order[k]]
                kept[size] = order[k]
                size += 1
        first = end
    return kept[:size].copy(), larger[:size].copy()


@njit(inline="always")
def _comes_before(arc: int, other: int, cost: NDArray[np.int64], capacity: NDArray[np.float64]) -> bool:
    if cost[arc] != cost[other]:
        return bool(cost[arc] < cost[other])
    return bool(capacity[arc] > capacity[other])
