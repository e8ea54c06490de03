"""Gaps and prices of results, by hand."""

import numpy as np
import pytest

from planner.solver.result import OPTIMALITY_GAP, Progress, Result, Status, Termination, relative_gap


@pytest.mark.parametrize(
    ("value", "bound", "gap"),
    [
        (100.0, 110.0, 0.1),
        (-50.0, -45.0, 0.1),
        (8.0, 6.0, 0.25),  # costs: the bound lies below
        (0.0, 0.0, 0.0),
        (0.0, 2e-9, 2.0),
        (1e-10, 1e-9, 0.9),
        (None, 1.0, None),
        (1.0, None, None),
        (None, None, None),
    ],
)
def test_gaps(value, bound, gap):
    expected = None if gap is None else pytest.approx(gap)
    assert relative_gap(value, bound) == expected
    assert Progress(1.0, value, bound).gap == expected
    arcs = np.empty(0, np.int32)
    result = Result(Status.FEASIBLE, Termination.GAP, arcs, value, bound, 0, 0.0, (), (), np.empty((0, 2)))
    assert result.gap == expected
    assert result.price_of_money is None


def test_the_price_of_money_is_that_of_the_budget():
    arcs = np.empty(0, np.int32)
    result = Result(Status.FEASIBLE, Termination.GAP, arcs, 1.0, 1.0, 0, 0.0, (), (0.5, 2.0), np.empty((0, 2)))
    assert result.price_of_money == 0.5


def test_optimal_means_a_hundredth_of_a_per_cent():
    assert OPTIMALITY_GAP == 1e-4
