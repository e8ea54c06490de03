"""Counting sorts and parallel arcs, against NumPy's sorts and a plain loop."""

import numpy as np
import pytest

from planner.solver.graph import sort_parallels
from planner.solver.sorting import order_by


@pytest.mark.parametrize("size", [0, 1, 7, 1000])
def test_counting_sorts_are_stable(size):
    rng = np.random.default_rng(size)
    keys = rng.integers(0, 11, size).astype(np.int32)
    order = rng.permutation(size).astype(np.int32)
    found = order_by(keys, order, 11)
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, order[np.argsort(keys[order], kind="stable")])


def undominated(tail, head, cost, capacity):
    """Walk the arcs from the cheapest on, and keep those that are larger than all before between the same ends."""
    largest, kept = {}, []
    for arc in np.lexsort((-capacity, cost, tail, head)).tolist():
        pair = head[arc], tail[arc]
        if capacity[arc] > largest.get(pair, -1.0):
            largest[pair] = capacity[arc]
            kept.append(arc)
    larger = [-1] * len(kept)
    for k in range(len(kept) - 1):
        one, other = kept[k], kept[k + 1]
        if (head[one], tail[one]) == (head[other], tail[other]):
            larger[k] = k + 1
    return kept, larger


@pytest.mark.parametrize("seed", range(20))
def test_parallel_arcs_that_others_dominate_go(seed):
    rng = np.random.default_rng(seed)
    m = int(rng.integers(0, 200))
    tail, head = (rng.integers(0, 6, m).astype(np.int32) for _side in range(2))
    cost = rng.integers(0, 5, m)
    capacity = rng.choice([0.0, 1.0, 2.5, 40.0, np.inf], m)
    order, larger = sort_parallels(tail, head, cost, capacity, 6)
    kept, next_larger = undominated(tail, head, cost, capacity)
    assert order.tolist() == kept
    assert larger.tolist() == next_larger
