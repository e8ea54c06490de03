"""One step of a path, followed exactly: the bilinear ground between lines of cell centres, and tangents to its bulges.

Where a step meets the lines of cell centres is reckoned, and between two such points the ground is one quadratic. Where
it bulges above its chord, tangents to it take its place: what is kept is never below the ground, and hardly more than
`EXCESS_M` above.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from planner.terrain.elevation import VOID_HEIGHT
from planner.terrain.ground_cells import Course, Grid, corner, is_on_grid, pixel_at
from planner.terrain.staircase import push

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.terrain.elevation import Heights

EXCESS_M = 0.05
"""By how much tangents may rise above a bulge of the ground between two lines of cell centres."""
MOST_TANGENTS = 6
"""Of one bulge: enough where the four heights of a cell are twisted by less than 7 m."""
MOST_POINTS = 3 * (MOST_TANGENTS + 2)
"""Requirements that one step may add."""
MORE_POINTS = 4 * (MOST_TANGENTS + 2)
"""Requirements that the first and the last step may add to that, both together."""

# Of the first step, from its end: where it is cut, its Fresnel zone rising as a square root. Tangents stand at most an
# eighth of the zone's radius at the step's other end above it: 25 cm at 7 GHz and cells of 93 m.
_PARTS = (0.0625, 0.25)
_END = 0.999  # steps: what is nearer to an end lies in the first or last step
_FLAT_M = 0.001  # a bulge of this height and less is none


class Rules(NamedTuple):
    """What a clear path must keep free.

    ``curvature`` is 1 / (2 k R) in 1/m and ``fresnel`` share × √wavelength in √m, each of shape (criteria,); ``lift_m``
    is added to the ground between the ends; up to ``bare_m`` from either end nothing stands on the ground; ``rungs_m``
    are the antenna heights above ground, rising, of shape (L,).
    """

    curvature: NDArray[np.float64]
    fresnel: NDArray[np.float64]
    lift_m: float
    bare_m: float
    rungs_m: NDArray[np.float64]


class Rays(NamedTuple):
    """Heights of the highest usable antennas at both ends, then of the lowest."""

    high_a: float
    high_b: float
    low_a: float
    low_b: float


class Room(NamedTuple):
    """Room for one path: the hull of its samples, then of all of it; per step the most that it can ask for."""

    sample_t: NDArray[np.float64]
    sample_g: NDArray[np.float64]
    t: NDArray[np.float64]
    g: NDArray[np.float64]
    most: NDArray[np.float64]


@njit(inline="always")
def allowance_m(course: Course, rules: Rules, t: float) -> float:
    """Return the largest sum of earth bulge and Fresnel share among the criteria.

    d² t (1 − t) / (2 k R), and share × √(λ d t (1 − t)): P.526-15 §4.5.1 and eq. (2).
    """
    w = t * (1.0 - t)
    root, largest = np.sqrt(course.length_m * w), 0.0
    for criterion in range(rules.curvature.size):
        bulge_m = course.length_m * course.length_m * rules.curvature[criterion] * w
        largest = max(largest, bulge_m + rules.fresnel[criterion] * root)
    return largest


@njit(inline="always")
def _keep(rays: Rays, room: Room, size: int, t: float, g: float) -> int:
    """Add a requirement to the hull and return the hull's size; −1 where it stands above even the highest antennas."""
    if g <= (1.0 - t) * rays.low_a + t * rays.low_b:  # what even the lowest antennas clear constrains nothing
        return size
    if g > (1.0 - t) * rays.high_a + t * rays.high_b:
        return -1
    return push(room.t, room.g, size, t, g)


@njit(inline="always")
def _tangent_m(course: Course, rules: Rules, touching: float, t: float) -> float:
    """Return the height at t of the highest tangent, among the criteria, that touches its allowance at another place.

    The allowance is concave: no tangent goes below it.
    """
    w = touching * (1.0 - touching)
    if w <= 0.0:  # a piece without length at an end of the path
        return 0.0
    root, highest = np.sqrt(course.length_m * w), 0.0
    for criterion in range(rules.curvature.size):
        bulge = course.length_m * course.length_m * rules.curvature[criterion]
        fresnel_m = rules.fresnel[criterion] * root
        slope = (1.0 - 2.0 * touching) * (bulge + fresnel_m / (2.0 * w))
        highest = max(highest, bulge * w + fresnel_m + slope * (t - touching))
    return highest


@njit(inline="always")
def _allow(course: Course, rules: Rules, t_a: float, t_b: float) -> tuple[float, float, float]:
    """Return the allowance at two places, and how far it rises above its chord, in units of σ (1 − σ).

    The second derivative is −2 B − C / (4 w^1.5), with bulge B w, Fresnel share C √w, w = t (1 − t): a bound. There is
    none in the first and last step; there the tangent at the place farther from the end takes the allowance's stead.
    """
    allowance_a, allowance_b = allowance_m(course, rules, t_a), allowance_m(course, rules, t_b)
    if t_a * course.steps < _END:
        return _tangent_m(course, rules, t_b, t_a), allowance_b, 0.0
    if (1.0 - t_b) * course.steps < _END:
        return allowance_a, _tangent_m(course, rules, t_a, t_b), 0.0
    w = min(t_a * (1.0 - t_a), t_b * (1.0 - t_b))
    bulge, fresnel = 0.0, 0.0
    for criterion in range(rules.curvature.size):
        bulge = max(bulge, rules.curvature[criterion])
        fresnel = max(fresnel, rules.fresnel[criterion])
    bulge, fresnel = bulge * course.length_m * course.length_m, fresnel * np.sqrt(course.length_m)
    bow = (t_b - t_a) * (t_b - t_a) * (bulge + fresnel / (8.0 * w * np.sqrt(w)))
    return allowance_a, allowance_b, float(bow)


@njit(inline="always")
def _cross_cell(
    grid: Grid,
    heights: Heights,
    course: Course,
    rules: Rules,
    cell: tuple[int, int],
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    slack: float,
    rays: Rays,
    room: Room,
    size: int,
) -> tuple[int, bool]:
    """Add the requirements of one piece of a path, from ``start`` to ``end`` (t, row, column), within one cell.

    Ground up to ``slack`` surely constrains nothing. Return the hull's size, −1 where the piece blocks the path, and
    whether the ground is known.
    """
    top, left = cell
    h00, h01 = corner(grid, heights, top, left), corner(grid, heights, top, left + 1)
    h10, h11 = corner(grid, heights, top + 1, left), corner(grid, heights, top + 1, left + 1)
    if min(h00, h01, h10, h11) == VOID_HEIGHT:
        if not grid.void_is_sea:
            return size, False
        h00, h01 = (0.0 if h00 == VOID_HEIGHT else h00), (0.0 if h01 == VOID_HEIGHT else h01)
        h10, h11 = (0.0 if h10 == VOID_HEIGHT else h10), (0.0 if h11 == VOID_HEIGHT else h11)
    t_a, down_a, across_a = start[0], start[1] - top, start[2] - left
    t_b, down_b, across_b = end[0], end[1] - top, end[2] - left
    twist = h00 - h01 - h10 + h11
    g_a = h00 + across_a * (h01 - h00) + down_a * (h10 - h00 + across_a * twist)
    g_b = h00 + across_b * (h01 - h00) + down_b * (h10 - h00 + across_b * twist)
    # along the piece, σ from 0 to 1: chord + rise σ (1 − σ), or less
    rise = -twist * (down_b - down_a) * (across_b - across_a)
    if max(g_a, g_b) + 0.25 * max(rise, 0.0) <= slack:
        return size, True
    allowance_a, allowance_b, bow = _allow(course, rules, t_a, t_b)
    g_a += rules.lift_m + allowance_a
    g_b += rules.lift_m + allowance_b
    rise += bow
    if t_a > 0.0 or rules.lift_m > 0.0:  # an antenna stands above its own ground
        size = _keep(rays, room, size, t_a, g_a)
    if rise > 4.0 * _FLAT_M:
        tangents = min(1 + int(np.sqrt(rise / (4.0 * EXCESS_M))), MOST_TANGENTS)
        for k in range(tangents):
            sigma = (2 * k + 1) / (2.0 * tangents)
            over = rise * (sigma * (1.0 - sigma) + 1.0 / (4.0 * tangents * tangents))
            if size >= 0:
                size = _keep(rays, room, size, t_a + sigma * (t_b - t_a), g_a + sigma * (g_b - g_a) + over)
    if size >= 0 and (t_b < 1.0 or rules.lift_m > 0.0):
        size = _keep(rays, room, size, t_b, g_b)
    return size, True


@njit(cache=True, nogil=True)
def walk_step(
    grid: Grid, course: Course, rules: Rules, k: int, beneath: float, rays: Rays, room: Room, size: int
) -> tuple[int, bool]:
    """Add the requirements of all pieces of step k, of which those up to ``beneath`` surely constrain nothing.

    Return what `_cross_cell` returns.
    """
    t, next_t = k / course.steps, (k + 1) / course.steps
    row, col = pixel_at(course, t)
    next_row, next_col = pixel_at(course, next_t)
    span, down, across = next_t - t, next_row - row, next_col - col
    # one end for both: on short paths a step may begin beside one end and leave off beside the other
    is_bare = next_t <= course.near or t >= 1.0 - course.near or course.near >= 0.5
    heights = grid.ground if is_bare else grid.surface
    slack = -np.inf
    if not t <= 0.5 <= next_t:
        slack = beneath - rules.lift_m - max(allowance_m(course, rules, t), allowance_m(course, rules, next_t))
    top, left = int(np.floor(row)), int(np.floor(col))
    next_top, next_left = int(np.floor(next_row)), int(np.floor(next_col))
    # where along the step the path goes over into the next row, the next column of cells; 2: nowhere
    at_row = 2.0 if next_top == top else (max(top, next_top) - row) / down
    at_col = 2.0 if next_left == left else (max(left, next_left) - col) / across
    part, parts = 0, (len(_PARTS) if k in (0, course.steps - 1) else 0)
    is_known, begin = True, 0.0
    while size >= 0:
        at_part = 2.0
        if part < parts:
            at_part = _PARTS[part] if k == 0 else 1.0 - _PARTS[parts - 1 - part]
        stop = min(at_row, at_col, at_part, 1.0)
        start = (t + begin * span, row + begin * down, col + begin * across)
        end = (t + stop * span, row + stop * down, col + stop * across)
        if course.leaves_grid and not (is_on_grid(grid, start[1], start[2]) and is_on_grid(grid, end[1], end[2])):
            is_known = False
        else:
            size, knows = _cross_cell(grid, heights, course, rules, (top, left), start, end, slack, rays, room, size)
            is_known = is_known and knows
        if stop >= 1.0:
            break
        if at_row <= stop:
            top, at_row = next_top, 2.0
        if at_col <= stop:
            left, at_col = next_left, 2.0
        if at_part <= stop:
            part += 1
        begin = stop
    return size, is_known
