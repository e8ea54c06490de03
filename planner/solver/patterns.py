"""Direct search: the least value of a function that can only be evaluated, by steps along single coordinates.

R. Hooke, T. A. Jeeves, "Direct search solution of numerical and statistical problems", Journal of the ACM 8 (1961).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Point = NDArray[np.float64]

FIRST_STEP, LAST_STEP = 0.5, 0.03
"""Largest and smallest step."""


def pattern_search(
    value_of: Callable[[Point], float], begin: Point, most: int, over: Callable[[Point, float], bool]
) -> Point:
    """Return the best point found.

    Parameters
    ----------
    value_of
        What is to be small.
    begin
        ``(n,)``: where to begin.
    most
        How often it is evaluated, about.
    over
        Whether to leave early with a point of a value.
    """
    base, lowest, step = begin, value_of(begin), FIRST_STEP
    sweep = 2 * (begin.size + 1)
    left = most
    while step > LAST_STEP and left > 0 and not over(base, lowest):
        found, value = _explore(value_of, base, lowest, step, over)
        left -= sweep
        if value >= lowest:
            step /= 2.0
        while value < lowest:  # go on in the direction that has helped
            ahead, base, lowest = 2.0 * found - base, found, value
            if left <= 0 or over(base, lowest):
                break
            found, value = _explore(value_of, ahead, value_of(ahead), step, over)
            left -= sweep
    return base


def _explore(
    value_of: Callable[[Point], float],
    point: Point,
    value: float,
    step: float,
    over: Callable[[Point, float], bool],
) -> tuple[Point, float]:
    """Try each coordinate, and at last all of them together, a step up and a step down."""
    for each in (*np.eye(point.size), np.ones(point.size)):
        if over(point, value):
            break
        for move in (step * each, -step * each):
            there = value_of(point + move)
            if there < value:
                point, value = point + move, there
                break
    return point, value
