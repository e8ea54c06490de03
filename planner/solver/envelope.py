"""Proven ceilings as concave polylines: the vertices of lines and steps, and the hull above them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.solver.curve import Line

OUTWARD = 1e-12
"""Relative distance by which a ceiling is raised: more than rounding of lines and of where they cross can take away."""


def concave_ceiling(
    lines: Sequence[Line], budgets: Sequence[int], bounds: Sequence[float], everything: float
) -> NDArray[np.float64]:
    """Return the lowest concave polyline that lies nowhere below the proven ceiling of a frontier.

    Between two neighbouring budgets the ceiling is the least of the lines that reach the larger one and of its bound;
    beyond the largest budget it is ``everything``. It may jump at a budget: the hull takes the upper end.

    Parameters
    ----------
    lines
        With their reach.
    budgets, bounds
        Rising budgets in cents, and for each a ceiling on any plan within it.
    everything
        What no plan exceeds.

    Returns
    -------
    (v, 2) float64
        Budget in cents and ceiling, both rising, the slopes falling; level beyond the last vertex.
    """
    vertices: list[tuple[float, float]] = []
    left = 0.0
    for budget, bound in zip(budgets, bounds, strict=True):
        reaching = [(line.price, line.intercept) for line in lines if line.reach >= budget]
        vertices += _lowest([*reaching, (0.0, min(bound, everything))], left, float(budget))
        left = float(budget)
    vertices.append((left, everything))
    found = np.array(vertices)
    found[:, 1] += OUTWARD * np.abs(found[:, 1])
    return upper_hull(found)


def upper_hull(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rising part of the concave hull above points, ``(v, 2)``: x and y rise, slopes fall."""
    kept: list[tuple[float, float]] = []
    for x, y in points[np.lexsort((-points[:, 1], points[:, 0]))].tolist():
        if kept and y <= kept[-1][1]:
            continue
        while kept and x == kept[-1][0]:
            kept.pop()
        while len(kept) > 1 and _bends_up(kept[-2], kept[-1], (x, y)):
            kept.pop()
        kept.append((x, y))
    return np.array(kept)


def _bends_up(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    """Return whether the middle one of three points lies on or below the line between the others."""
    return (b[1] - a[1]) * (c[0] - a[0]) <= (c[1] - a[1]) * (b[0] - a[0])


def _lowest(lines: list[tuple[float, float]], left: float, right: float) -> list[tuple[float, float]]:
    """Return the vertices of the lower envelope of lines (slope, intercept) between two places, ends included."""
    x, vertices = left, []
    slope, intercept = min(lines, key=lambda line: (line[1] + line[0] * x, line[0]))
    vertices.append((x, intercept + slope * x))
    while x < right:
        # The next vertex is where a flatter line first comes below the present one.
        flatter = [line for line in lines if line[0] < slope]
        crossings = [((line[1] - intercept) / (slope - line[0]), line) for line in flatter]
        ahead = [(place, line) for place, line in crossings if x <= place < right]
        if not ahead:
            break
        x, (slope, intercept) = min(ahead, key=lambda each: (each[0], each[1][0]))
        vertices.append((x, intercept + slope * x))
    vertices.append((right, intercept + slope * right))
    return vertices
