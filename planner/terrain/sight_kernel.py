"""The compiled loops of the line of sight: sample a path, keep what constrains it, read off the masts.

Heights along a path are compared with the straight ray between the antennas. With t from 0 to 1 along the path and
antennas at A and B above the raster's zero, a sample with requirement g(t) (ground, earth bulge, Fresnel share and
allowances added up) is cleared when ``(1 - t) A + t B >= g(t)``. Only samples on the upper hull of (t, g) can decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from planner.terrain.elevation import VOID_HEIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.terrain.elevation import Heights

NO_LEVEL = 255
CLEAR, BLOCKED, VOID = 0, 1, 2

_BLOCK = 64  # samples worked on together: long enough for vector instructions, short enough to leave early
_PROBE = 16  # every how manieth sample is looked at before all are
_RIM = 0.5  # cells between the centre of an outermost cell and the grid's edge


class Grid(NamedTuple):
    """Heights row by row in one flat array (int16 or float32), and the grid's size."""

    heights: Heights
    rows: int
    columns: int


class Places(NamedTuple):
    """Pixel coordinates, ground height (NaN unknown) and highest usable rung; each of shape (places,)."""

    row: NDArray[np.float64]
    col: NDArray[np.float64]
    ground_m: NDArray[np.float64]
    max_level: NDArray[np.uint8]


class Paths(NamedTuple):
    """Pairs to trace: their numbers, the pixels of their great circles' middles, their lengths; each of shape (m,)."""

    pair: NDArray[np.intp]
    middle_row: NDArray[np.float64]
    middle_col: NDArray[np.float64]
    length_m: NDArray[np.float64]


class Rules(NamedTuple):
    """What a clear path must keep free.

    ``curvature`` is 1 / (2 k R) in 1/m and ``fresnel`` share × √wavelength in √m, each of shape (criteria,); ``lift_m``
    is added to the ground between the ends; ``rungs_m`` are the antenna heights above ground, rising, of shape (L,).
    """

    curvature: NDArray[np.float64]
    fresnel: NDArray[np.float64]
    lift_m: float
    rungs_m: NDArray[np.float64]


class _Course(NamedTuple):
    """One path in pixel space: row(t) = row + row_b t + row_a t², col(t) likewise, in ``steps`` steps."""

    row: float
    row_b: float
    row_a: float
    col: float
    col_b: float
    col_a: float
    steps: int
    length_m: float
    leaves_grid: bool


class _Samples(NamedTuple):
    """Room for a block of samples.

    Place along the path and requirement; the cell north-west and its three neighbours' heights, shape (4, block), in
    reading order; the position between the four centres.
    """

    t: NDArray[np.float64]
    g: NDArray[np.float64]
    cell: NDArray[np.uintp]
    four: Heights
    down: NDArray[np.float64]
    across: NDArray[np.float64]


@njit(cache=True, nogil=True)
def _curve(start: float, middle: float, end: float) -> tuple[float, float]:
    """Return b, a of ``start + b t + a t²``, which is ``middle`` at t = 1/2 and ``end`` at t = 1."""
    a = 2.0 * (start + end) - 4.0 * middle
    return end - start - a, a


@njit(cache=True, nogil=True)
def _leaves(start: float, b: float, a: float, size: int) -> bool:
    """Say whether a coordinate along the path leaves an axis of ``size`` cells."""
    end = start + b + a
    low, high = min(start, end), max(start, end)
    turn = -b / (2.0 * a) if a != 0.0 else 0.0
    if 0.0 < turn < 1.0:
        extreme = start + turn * (b + turn * a)
        low, high = min(low, extreme), max(high, extreme)
    return low < -_RIM or high > size - 1 + _RIM


@njit(cache=True, nogil=True)
def _course(
    grid: Grid, places: Places, a: int, b: int, middle_row: float, middle_col: float, length_m: float
) -> _Course:
    """Lay a path from place a to place b, sampled about once per cell."""
    row, col = places.row[a], places.col[a]
    row_b, row_a = _curve(row, middle_row, places.row[b])
    col_b, col_a = _curve(col, middle_col, places.col[b])
    steps = max(int(np.ceil(np.hypot(places.row[b] - row, places.col[b] - col))), 2)
    leaves_grid = _leaves(row, row_b, row_a, grid.rows) or _leaves(col, col_b, col_a, grid.columns)
    return _Course(row, row_b, row_a, col, col_b, col_a, steps, length_m, leaves_grid)


@njit(cache=True, nogil=True, error_model="numpy")
def _ask_clearance(course: _Course, rules: Rules, samples: _Samples, count: int) -> None:
    """Set g to the largest sum of earth bulge and Fresnel share among the criteria, for given t."""
    samples.g[:count] = 0.0
    for criterion in range(rules.curvature.size):
        # d² t (1 − t) / (2 k R), and share × √(λ d t (1 − t)): P.526-15 §4.5.1 and eq. (2)
        bulge_m = course.length_m * course.length_m * rules.curvature[criterion]
        fresnel_m = np.sqrt(course.length_m) * rules.fresnel[criterion]
        for i in range(count):
            w = samples.t[i] * (1.0 - samples.t[i])
            samples.g[i] = max(samples.g[i], bulge_m * w + fresnel_m * np.sqrt(w))


@njit(cache=True, nogil=True, error_model="numpy")
def _find_cells(grid: Grid, course: _Course, samples: _Samples, count: int) -> None:
    """Set the cell north-west of each sample and the sample's position among the four around it."""
    last_row, last_col = np.float64(grid.rows - 1), np.float64(grid.columns - 1)
    for i in range(count):
        t = samples.t[i]
        row = min(max(course.row + t * (course.row_b + t * course.row_a), 0.0), last_row)
        col = min(max(course.col + t * (course.col_b + t * course.col_a), 0.0), last_col)
        top, left = np.int32(min(row, last_row - 1.0)), np.int32(min(col, last_col - 1.0))
        samples.cell[i] = np.uintp(top * grid.columns + left)
        samples.down[i], samples.across[i] = row - top, col - left


@njit(cache=True, nogil=True, error_model="numpy")
def _read_heights(grid: Grid, samples: _Samples, count: int) -> bool:
    """Fetch the four heights around each sample and return whether any is unknown."""
    heights, four, has_void = grid.heights, samples.four, False
    one, below = np.uintp(1), np.uintp(grid.columns)
    for i in range(count):
        at = samples.cell[i]
        four[0, i], four[1, i] = heights[at], heights[at + one]
        four[2, i], four[3, i] = heights[at + below], heights[at + below + one]
    for corner in range(4):
        for i in range(count):
            has_void |= four[corner, i] == VOID_HEIGHT
    return has_void


@njit(cache=True, nogil=True)
def _drop_unknown(grid: Grid, course: _Course, samples: _Samples, count: int) -> None:
    """Set g to −inf where the ground is unknown: a void among the four heights, or beyond the grid."""
    for i in range(count):
        t, four = samples.t[i], samples.four[:, i]
        row = course.row + t * (course.row_b + t * course.row_a)
        col = course.col + t * (course.col_b + t * course.col_a)
        on_grid = -_RIM <= row <= grid.rows - 1 + _RIM and -_RIM <= col <= grid.columns - 1 + _RIM
        if not on_grid or min(four[0], four[1], four[2], four[3]) == VOID_HEIGHT:
            samples.g[i] = -np.inf


@njit(cache=True, nogil=True, error_model="numpy")
def _require(grid: Grid, course: _Course, rules: Rules, samples: _Samples, first: int, stride: int, count: int) -> bool:
    """Fill t and g of ``count`` samples and return whether the ground under any is unknown (its g is −inf).

    One simple loop per step, each over a block: that is what the compiler turns into vector instructions.
    """
    step = 1.0 / course.steps
    for i in range(count):
        samples.t[i] = (first + i * stride) * step
    _ask_clearance(course, rules, samples, count)
    _find_cells(grid, course, samples, count)
    has_void = _read_heights(grid, samples, count)
    four = samples.four
    for i in range(count):
        upper = four[0, i] + samples.across[i] * (np.float64(four[1, i]) - four[0, i])
        lower = four[2, i] + samples.across[i] * (np.float64(four[3, i]) - four[2, i])
        samples.g[i] += upper + samples.down[i] * (lower - upper) + rules.lift_m
    if has_void or course.leaves_grid:
        _drop_unknown(grid, course, samples, count)
    return has_void


@njit(cache=True, nogil=True)
def _clears(t: NDArray[np.float64], g: NDArray[np.float64], count: int, a: float, b: float) -> bool:
    """Say whether the ray from height a to height b clears every requirement."""
    for i in range(count):  # noqa: SIM110 - a generator would not compile
        if (1.0 - t[i]) * a + t[i] * b < g[i]:
            return False
    return True


@njit(cache=True, nogil=True)
def _probes_clear(grid: Grid, course: _Course, rules: Rules, samples: _Samples, high_a: float, high_b: float) -> bool:
    """Look at every 16th sample only: most blocked paths are found out here."""
    first = _PROBE
    while first < course.steps:
        count = min(_BLOCK, (course.steps - 1 - first) // _PROBE + 1)
        _require(grid, course, rules, samples, first, _PROBE, count)
        if not _clears(samples.t, samples.g, count, high_a, high_b):
            return False
        first += count * _PROBE
    return True


@njit(cache=True, nogil=True)
def _push(hull_t: NDArray[np.float64], hull_g: NDArray[np.float64], size: int, t: float, g: float) -> int:
    """Add a point to the right of an upper hull and return the hull's new size."""
    while size >= 2:
        ahead_t, ahead_g = hull_t[size - 1] - hull_t[size - 2], hull_g[size - 1] - hull_g[size - 2]
        if ahead_t * (g - hull_g[size - 2]) < ahead_g * (t - hull_t[size - 2]):
            break
        size -= 1
    hull_t[size], hull_g[size] = t, g
    return size + 1


@njit(cache=True, nogil=True)
def _gather_hull(
    grid: Grid,
    course: _Course,
    rules: Rules,
    samples: _Samples,
    rays: tuple[float, float, float, float],
    hull_t: NDArray[np.float64],
    hull_g: NDArray[np.float64],
) -> tuple[int, int]:
    """Sample the whole path; return its state and the size of the upper hull of what constrains it.

    ``rays`` are the heights of the highest usable antennas at both ends, then of the lowest.
    """
    high_a, high_b, low_a, low_b = rays
    is_unknown = course.leaves_grid
    size, first = 0, 1
    while first < course.steps:
        count = min(_BLOCK, course.steps - first)
        is_unknown |= _require(grid, course, rules, samples, first, 1, count)
        if not _clears(samples.t, samples.g, count, high_a, high_b):
            return BLOCKED, 0
        for i in range(count):
            t, g = samples.t[i], samples.g[i]
            if g > (1.0 - t) * low_a + t * low_b:  # what even the lowest antennas clear constrains nothing
                size = _push(hull_t, hull_g, size, t, g)
        first += count
    return VOID if is_unknown else CLEAR, size


@njit(cache=True, nogil=True)
def _climb(
    hull_t: NDArray[np.float64],
    hull_g: NDArray[np.float64],
    ladder_a: NDArray[np.float64],
    ladder_b: NDArray[np.float64],
    least: NDArray[np.uint8],
) -> None:
    """For each antenna height at a, write the least rung of b: it only falls as the height at a rises."""
    level = ladder_b.size  # one too many: not even the highest will do
    for i in range(ladder_a.size):
        while level > 0 and _clears(hull_t, hull_g, hull_t.size, ladder_a[i], ladder_b[level - 1]):
            level -= 1
        least[i] = level if level < ladder_b.size else NO_LEVEL


@njit(cache=True, nogil=True)
def _transpose(least: NDArray[np.uint8], turned: NDArray[np.uint8]) -> None:
    """Turn "least rung at b per rung at a" into "least rung at a per rung at b"."""
    for j in range(turned.size):
        turned[j] = NO_LEVEL
        for i in range(least.size):
            if least[i] <= j:
                turned[j] = i
                break


@njit(cache=True, nogil=True, error_model="numpy")
def trace_paths(
    grid: Grid,
    places: Places,
    u: NDArray[np.uint32],
    v: NDArray[np.uint32],
    paths: Paths,
    rules: Rules,
    least_level: NDArray[np.uint8],
    state: NDArray[np.uint8],
) -> None:
    """Fill ``least_level`` (pairs, L), which comes filled with ``NO_LEVEL``, and ``state`` (pairs,) of some pairs."""
    samples = _Samples(
        t=np.empty(_BLOCK),
        g=np.empty(_BLOCK),
        cell=np.empty(_BLOCK, np.uintp),
        four=np.empty((4, _BLOCK), grid.heights.dtype),
        down=np.empty(_BLOCK),
        across=np.empty(_BLOCK),
    )
    hull_t, hull_g = np.empty(1024), np.empty(1024)
    for n in range(paths.pair.size):
        pair = paths.pair[n]
        a, b = int(u[pair]), int(v[pair])
        # one direction per path, whoever is called u: the same pair always meets the same samples
        flipped = (places.row[a], places.col[a]) > (places.row[b], places.col[b])
        if flipped:
            a, b = b, a
        if places.max_level[a] == NO_LEVEL or places.max_level[b] == NO_LEVEL:
            state[pair] = BLOCKED
            continue
        if not np.isfinite(places.ground_m[a] + places.ground_m[b] + paths.middle_row[n] + paths.middle_col[n]):
            state[pair] = VOID
            continue
        course = _course(grid, places, a, b, paths.middle_row[n], paths.middle_col[n], paths.length_m[n])
        if hull_t.size < course.steps:
            hull_t, hull_g = np.empty(2 * course.steps), np.empty(2 * course.steps)
        ladder_a = places.ground_m[a] + rules.rungs_m[: int(places.max_level[a]) + 1]
        ladder_b = places.ground_m[b] + rules.rungs_m[: int(places.max_level[b]) + 1]
        rays = (ladder_a[-1], ladder_b[-1], ladder_a[0], ladder_b[0])
        if not _probes_clear(grid, course, rules, samples, rays[0], rays[1]):
            state[pair] = BLOCKED
            continue
        state[pair], size = _gather_hull(grid, course, rules, samples, rays, hull_t, hull_g)
        if state[pair] != CLEAR:
            continue
        least = np.empty(ladder_a.size, np.uint8) if flipped else least_level[pair, : ladder_a.size]
        _climb(hull_t[:size], hull_g[:size], ladder_a, ladder_b, least)
        if flipped:
            _transpose(least, least_level[pair, : ladder_b.size])
