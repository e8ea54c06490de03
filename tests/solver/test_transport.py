"""Transportation: against a linear program, and by hand."""

import numpy as np
import pytest
from scipy.optimize import linprog

from planner.solver.transport import transport


def least_cost(supply, capacity, most, rank):
    """Return the least cost by a linear program, None if supplies cannot all be sent."""
    s, t = most.shape
    rows, columns = np.kron(np.eye(s), np.ones(t)), np.kron(np.ones(s), np.eye(t))
    found = linprog(
        np.tile(rank, s), A_eq=rows, b_eq=supply, A_ub=columns, b_ub=capacity, bounds=[(0, x) for x in most.ravel()]
    )
    return found.fun if found.status == 0 else None


@pytest.mark.parametrize("seed", range(80))
def test_the_cheapest_way_in_whole_numbers(seed):
    rng = np.random.default_rng(seed)
    s, t = int(rng.integers(1, 5)), int(rng.integers(1, 5))
    supply, capacity = rng.integers(0, 12, s), rng.integers(0, 25, t)
    most, rank = rng.integers(0, 15, (s, t)) * (rng.random((s, t)) < 0.8), rng.integers(0, 6, t)
    sent = transport(supply, capacity, most, rank)
    expected = least_cost(supply, capacity, most, rank)
    assert (sent is None) == (expected is None)
    if sent is not None:
        assert sent.dtype == np.int64
        assert sent.sum(axis=1).tolist() == supply.tolist()
        assert (sent.sum(axis=0) <= capacity).all()
        assert ((sent >= 0) & (sent <= most)).all()
        assert (sent * rank).sum() == pytest.approx(expected)


def test_the_most_preferred_pay_first():
    supply, capacity = np.array([7, 5]), np.array([4, 100])
    most = np.array([[10, 10], [0, 10]])
    assert transport(supply, capacity, most, np.array([0, 1])).tolist() == [[4, 3], [0, 5]]
    assert transport(supply, capacity, most, np.array([1, 0])).tolist() == [[0, 7], [0, 5]]
    assert transport(supply, np.array([4, 7]), most, np.array([0, 1])) is None
    assert transport(np.array([7, 11]), capacity, most, np.array([0, 1])) is None
