"""Ceilings as polylines: against chords between all points, and against every budget in turn."""

from fractions import Fraction

import numpy as np
import pytest

from planner.solver.curve import Line
from planner.solver.envelope import OUTWARD, concave_ceiling, upper_hull


def hull_at(points, x):
    """Return the largest value at a place of all chords between points, and of points up to there: never falling."""
    best = max(Fraction(y) for at, y in points if at <= x)
    for x1, y1 in points:
        for x2, y2 in points:
            if x1 <= x <= x2 and x1 < x2:
                best = max(best, Fraction(y1) + Fraction(y2 - y1) * Fraction(x - x1, x2 - x1))
    return best


@pytest.mark.parametrize("seed", range(60))
def test_the_hull_is_that_of_all_chords(seed):
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 12, (int(rng.integers(1, 14)), 2))
    hull = upper_hull(points.astype(float))
    least, most = points[:, 0].min(), points[:, 0].max()
    for x in range(least, most + 1):
        assert np.interp(x, hull[:, 0], hull[:, 1]) == pytest.approx(float(hull_at(points.tolist(), x)), abs=1e-12)
    assert (np.diff(hull, axis=0) > 0).all()
    slopes = np.diff(hull[:, 1]) / np.diff(hull[:, 0])
    assert (np.diff(slopes) < 0).all()  # none lies on the line between its neighbours
    assert {tuple(point) for point in hull.tolist()} <= {tuple(point) for point in points.astype(float).tolist()}


def step(lines, budgets, bounds, everything, x):
    """Return the ceiling just below or at a budget: the lines that reach the next point, its bound, all prizes."""
    following = [i for i, budget in enumerate(budgets) if budget >= x]
    if not following:
        return float(everything)
    i = following[0]
    return min(
        [line.intercept + line.price * x for line in lines if line.reach >= budgets[i]] + [bounds[i], everything]
    )


@pytest.mark.parametrize("seed", range(60))
def test_the_polyline_is_the_lowest_concave_one_above_the_steps(seed):
    rng = np.random.default_rng(seed)
    budgets = np.unique(rng.integers(1, 30, int(rng.integers(1, 5)))).tolist()
    bounds = np.sort(rng.integers(1, 40, len(budgets))).astype(float).tolist()
    everything = bounds[-1] + int(rng.integers(0, 5))
    lines = [
        Line(float(rng.integers(0, 20)), float(rng.integers(0, 6)) / 2, int(rng.choice([*budgets, 100])))
        for _ in range(int(rng.integers(0, 5)))
    ]
    found = concave_ceiling(lines, budgets, bounds, everything)
    grid = np.unique(np.r_[np.linspace(0.0, budgets[-1], 40 * budgets[-1] + 1)])
    values = [step(lines, budgets, bounds, everything, x) for x in grid]
    # at a budget the steps may jump up: there the upper end counts
    upper = [
        max(value, step(lines, budgets, bounds, everything, x + 1e-9)) if x in (0.0, *budgets) else value
        for x, value in zip(grid.tolist(), values, strict=True)
    ]
    there = np.interp(grid, found[:, 0], found[:, 1])
    assert (there >= np.array(upper) - 1e-7).all()
    hull = upper_hull(np.column_stack([grid, upper]))
    lowest = np.interp(grid, hull[:, 0], hull[:, 1])
    assert there == pytest.approx(lowest, abs=0.06)  # where lines cross between two places of the grid
    assert found[-1, 1] == pytest.approx(everything, rel=1e-11)


def test_two_lines_cross_where_they_should():
    """3 x and 4 + x cross at 2; bounds do not bind; everything beyond 10 is 20."""
    lines = [Line(0.0, 3.0, 10), Line(4.0, 1.0, 10), Line(0.0, 1.0, 9)]
    found = concave_ceiling(lines, [10], [20.0], 20.0)
    assert found == pytest.approx(np.array([[0, 0], [2, 6], [10, 20]]))
    value = np.array([0.0, 6.0, 20.0])
    assert found[:, 1].tolist() == (value + OUTWARD * value).tolist()
    assert OUTWARD == 1e-12


def test_of_lines_that_meet_at_the_beginning_the_flattest_holds():
    """All begin at 4 and at nothing: the flat one is below the others from there on, whatever their order."""
    lines = [Line(4.0, 2.0, 8), Line(4.0, 0.5, 8), Line(4.0, 1.0, 8)]
    assert concave_ceiling(lines, [8], [99.0], 99.0) == pytest.approx(np.array([[0, 4], [8, 99]]))
    for order in (lines, lines[::-1]):
        assert concave_ceiling(order, [8], [99.0], 8.0) == pytest.approx(np.array([[0, 4], [8, 8]]))


def test_of_lines_that_cross_at_one_place_the_flattest_goes_on():
    """2 x, then 3 + x/2 and 2 + x from 2 on."""
    lines = [Line(0.0, 2.0, 10), Line(2.0, 1.0, 10), Line(3.0, 0.5, 10)]
    for order in (lines, lines[::-1], [lines[1], lines[2], lines[0]]):
        found = concave_ceiling(order, [10], [8.0], 8.0)
        assert found == pytest.approx(np.array([[0, 0], [2, 4], [10, 8]]))
