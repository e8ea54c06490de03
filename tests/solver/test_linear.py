"""Linear programs with a known answer, and costs in coarser units."""

import numpy as np
import pytest

from planner.solver.coarse import ROOM, capped, unit_of
from planner.solver.linear import maximise
from planner.solver.problem import MAX_MONEY


def row(columns, factors, most):
    return np.array(columns, np.int64), np.array(factors, float), float(most)


def test_a_knapsack_of_parts():
    """Worth 6, 10, 12 for 1, 2, 3 of 5, at most one of each: all of the first two, two thirds of the last."""
    found = maximise(np.array([6.0, 10, 12]), [row([0, 1, 2], [1, 2, 3], 5)], np.zeros(3), np.ones(3))
    assert found.value == pytest.approx(24.0)
    assert found.x == pytest.approx([1, 1, 2 / 3])
    assert found.price == pytest.approx([4.0])  # what the last one brings for a unit


def test_rows_of_different_columns_and_prices_of_what_binds():
    """Max x + 2 y with x + y ≤ 4, y ≤ 3 and a row that is slack: x = 1, y = 3."""
    rows = [row([0, 1], [1, 1], 4), row([1], [1], 3), row([0], [1], 100)]
    found = maximise(np.array([1.0, 2.0]), rows, np.zeros(2), np.full(2, np.inf))
    assert (found.value, found.x.tolist()) == (pytest.approx(7.0), pytest.approx([1.0, 3.0]))
    assert found.price == pytest.approx([1.0, 1.0, 0.0])
    assert (found.price >= 0.0).all()


def test_without_rows_variables_lie_at_their_bounds():
    found = maximise(np.array([1.0, -1.0]), [], np.array([0.5, 0.25]), np.array([2.0, 3.0]))
    assert (found.value, found.x.tolist()) == (1.75, [2.0, 0.25])


def test_what_has_no_solution_or_no_end_has_none():
    assert maximise(np.ones(1), [row([0], [1], -1)], np.zeros(1), np.ones(1)) is None
    assert maximise(np.ones(1), [], np.zeros(1), np.full(1, np.inf)) is None


def test_costs_that_exclude_themselves_lie_just_above():
    assert capped(np.array([0, 5, 6, 7, 10**15]), 5).tolist() == [0, 5, 6, 6, 6]


@pytest.mark.parametrize(
    ("sums", "unit"),
    [([], 1), ([[0, 3]], 1), ([[MAX_MONEY // 2, 1]], 1), ([[1], [MAX_MONEY, MAX_MONEY]], 3), ([[MAX_MONEY]], 2)],
)
def test_units_leave_sums_within_what_is_exact(sums, unit):
    rows = [np.array(each, np.int64) for each in sums]
    assert unit_of(rows) == unit
    assert ROOM == 1.0 - 1e-9
    assert all((each // unit).sum() <= ROOM * MAX_MONEY + 1 for each in rows)
