"""Paths in the pixels of a raster: their course, and the heights of the cells that they cross, compiled.

A path is a parabola in pixel space, cut into steps of at most one cell each way. Within a step it is taken as straight
(it bends by less than 1e-4 of a cell), so that a step meets at most one line of cell centres each way: at most three
pieces, on each of which the bilinear ground is one quadratic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from planner.terrain.elevation import VOID_HEIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.terrain.elevation import Heights

RIM = 0.5
"""Cells between the centre of an outermost cell and the grid's edge."""
_LONGEST_STEP = 1.0 - 1e-9  # cells: a step shorter than one cell meets one line between rows, never two


class Grid(NamedTuple):
    """Heights row by row in flat arrays (int16 or float32), and the grid's size.

    ``ground`` is what the ends stand on, ``surface`` what paths must clear away from them: the same array unless
    ``is_covered``. Voids are sea at height 0 where ``void_is_sea``, else unknown.
    """

    ground: Heights
    surface: Heights
    rows: int
    columns: int
    is_covered: bool
    void_is_sea: bool


class Places(NamedTuple):
    """Pixel coordinates, ground height (NaN unknown) and highest usable rung; each of shape (places,)."""

    row: NDArray[np.float64]
    col: NDArray[np.float64]
    ground_m: NDArray[np.float64]
    max_level: NDArray[np.uint8]


class Course(NamedTuple):
    """One path in pixel space: row(t) = row + row_b t + row_a t², col(t) likewise, in ``steps`` steps.

    Up to ``near`` and from ``1 - near`` on the path runs over bare ground.
    """

    row: float
    row_b: float
    row_a: float
    col: float
    col_b: float
    col_a: float
    steps: int
    length_m: float
    near: float
    leaves_grid: bool


class Samples(NamedTuple):
    """Room for a block of samples.

    Place along the path, allowance and requirement; pixel coordinates; whether the sample lies over bare ground; the
    cell north-west of it, that cell's four heights, shape (4, block), in reading order, and the highest of them; the
    position between the four centres.
    """

    t: NDArray[np.float64]
    allowance: NDArray[np.float64]
    g: NDArray[np.float64]
    row: NDArray[np.float64]
    col: NDArray[np.float64]
    bare: NDArray[np.bool_]
    cell: NDArray[np.uintp]
    four: Heights
    peak: NDArray[np.float64]
    down: NDArray[np.float64]
    across: NDArray[np.float64]


@njit(cache=True, nogil=True)
def room_for(grid: Grid, block: int) -> Samples:
    """Return room for ``block`` samples."""
    return Samples(
        t=np.empty(block),
        allowance=np.empty(block),
        g=np.empty(block),
        row=np.empty(block),
        col=np.empty(block),
        bare=np.empty(block, np.bool_),
        cell=np.empty(block, np.uintp),
        four=np.empty((4, block), grid.ground.dtype),
        peak=np.empty(block),
        down=np.empty(block),
        across=np.empty(block),
    )


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
    return low < -RIM or high > size - 1 + RIM


@njit(cache=True, nogil=True)
def lay_course(
    grid: Grid,
    places: Places,
    a: int,
    b: int,
    middle_row: float,
    middle_col: float,
    length_m: float,
    bare_m: float,
) -> Course:
    """Lay a path from place a to place b, in steps of at most a cell each way."""
    row, col = places.row[a], places.col[a]
    row_b, row_a = _curve(row, middle_row, places.row[b])
    col_b, col_a = _curve(col, middle_col, places.col[b])
    # a parabola is fastest at one of its ends
    fastest = max(abs(row_b), abs(row_b + 2.0 * row_a), abs(col_b), abs(col_b + 2.0 * col_a))
    steps = max(int(np.ceil(fastest / _LONGEST_STEP)), 2)
    leaves_grid = _leaves(row, row_b, row_a, grid.rows) or _leaves(col, col_b, col_a, grid.columns)
    near = bare_m / length_m if length_m > 0.0 else 1.0
    return Course(row, row_b, row_a, col, col_b, col_a, steps, length_m, near, leaves_grid)


@njit(inline="always")
def pixel_at(course: Course, t: float) -> tuple[float, float]:
    """Return the row and column at a place along the path."""
    return course.row + t * (course.row_b + t * course.row_a), course.col + t * (course.col_b + t * course.col_a)


@njit(cache=True, nogil=True, error_model="numpy")
def find_cells(grid: Grid, course: Course, samples: Samples, count: int) -> None:
    """Set pixel coordinates, north-west cell and position among the four around, for given t."""
    last_row, last_col = np.float64(grid.rows - 1), np.float64(grid.columns - 1)
    for i in range(count):
        t = samples.t[i]
        row_of, col_of = (
            course.row + t * (course.row_b + t * course.row_a),
            course.col + t * (course.col_b + t * course.col_a),
        )
        samples.row[i], samples.col[i] = row_of, col_of
        row, col = min(max(row_of, 0.0), last_row), min(max(col_of, 0.0), last_col)
        top, left = np.int32(min(row, last_row - 1.0)), np.int32(min(col, last_col - 1.0))
        samples.cell[i] = np.uintp(top * grid.columns + left)
        samples.down[i], samples.across[i] = row - top, col - left


@njit(cache=True, nogil=True, error_model="numpy")
def read_heights(grid: Grid, course: Course, samples: Samples, count: int) -> bool:
    """Fetch the four heights around each sample and return whether any is void."""
    four, heights = samples.four, grid.surface
    one, below = np.uintp(1), np.uintp(grid.columns)
    for i in range(count):
        at = samples.cell[i]
        four[0, i], four[1, i] = heights[at], heights[at + one]
        four[2, i], four[3, i] = heights[at + below], heights[at + below + one]
    samples.bare[:count] = False
    if grid.is_covered:
        _read_bare(grid, course, samples, count)
    has_void = False
    for corner in range(4):
        for i in range(count):
            has_void |= four[corner, i] == VOID_HEIGHT
    for i in range(count):
        samples.peak[i] = max(four[0, i], four[1, i], four[2, i], four[3, i])
    return has_void


@njit(cache=True, nogil=True, error_model="numpy")
def _read_bare(grid: Grid, course: Course, samples: Samples, count: int) -> None:
    """Fetch the heights of the bare ground for the samples beside the ends."""
    four, heights = samples.four, grid.ground
    one, below = np.uintp(1), np.uintp(grid.columns)
    for i in range(count):
        if course.near < samples.t[i] < 1.0 - course.near:
            continue
        at = samples.cell[i]
        samples.bare[i] = True
        four[0, i], four[1, i] = heights[at], heights[at + one]
        four[2, i], four[3, i] = heights[at + below], heights[at + below + one]


@njit(inline="always")
def corner(grid: Grid, heights: Heights, row: int, col: int) -> float:
    """Return the height of a cell, beyond the rim that of the rim."""
    row, col = min(max(row, 0), grid.rows - 1), min(max(col, 0), grid.columns - 1)
    return float(heights[row * grid.columns + col])


@njit(inline="always")
def is_on_grid(grid: Grid, row: float, col: float) -> bool:
    """Say whether pixel coordinates lie on the grid, its outer half cells included."""
    return -RIM <= row <= grid.rows - 1 + RIM and -RIM <= col <= grid.columns - 1 + RIM
