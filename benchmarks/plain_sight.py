"""What the line of sight is measured against: one path at a time in plain NumPy, and the bare fetching of heights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from planner.terrain import NO_LEVEL, TWO_CRITERIA, VOID_HEIGHT, Elevation, PathState
from planner.terrain.geodesy import EARTH_RADIUS_M, SPEED_OF_LIGHT_M_S, WGS84, great_circle_middles, surface_normals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]


def bilinear(heights: NDArray[Any], row: Numbers, col: Numbers) -> Numbers:
    """Return heights between cell centres; NaN beside voids. The rows and columns must lie on the grid."""
    top = np.minimum(row.astype(np.int32), heights.shape[0] - 2)
    left = np.minimum(col.astype(np.int32), heights.shape[1] - 2)
    four = np.stack([heights[top, left], heights[top, left + 1], heights[top + 1, left], heights[top + 1, left + 1]])
    down, across = row - top, col - left
    upper, lower = four[0] * (1 - across) + four[1] * across, four[2] * (1 - across) + four[3] * across
    return np.where((four == VOID_HEIGHT).any(axis=0), np.nan, upper * (1 - down) + lower * down)


def plain_numpy(
    elevation: Elevation, lon: Numbers, lat: Numbers, ladder_m: Numbers, frequency_ghz: float
) -> tuple[PathState, NDArray[np.uint8]]:
    """Answer for one pair of places what ``line_of_sight`` answers, with NumPy over one sample per cell of the path."""
    normals = surface_normals(lon, lat)
    middle = great_circle_middles(normals[:1], normals[1:])
    row, col = elevation.to_pixel(np.insert(lon, 1, middle[0]), np.insert(lat, 1, middle[1]))
    steps = max(int(np.ceil(np.hypot(row[2] - row[0], col[2] - col[0]))), 2)
    t = np.arange(1, steps) / steps
    weights = np.stack([(1 - t) * (1 - 2 * t), 4 * t * (1 - t), t * (2 * t - 1)])
    ground_m = bilinear(elevation.heights, row @ weights, col @ weights)
    end_m = bilinear(elevation.heights, row[[0, 2]], col[[0, 2]])
    length_m = WGS84.inv(lon[0], lat[0], lon[1], lat[1])[2]
    product = t * (1 - t) * length_m
    fresnel_m = np.sqrt(product * SPEED_OF_LIGHT_M_S / (frequency_ghz * 1e9))
    allowances = [product * length_m / (2 * k * EARTH_RADIUS_M) + share * fresnel_m for k, share in TWO_CRITERIA]
    required_m = ground_m + np.maximum.reduce(allowances)
    known = np.isfinite(required_m)
    # the antenna height at the second end that each rung at the first end asks for
    needed_m = (required_m[known] - (1 - t[known]) * (end_m[0] + ladder_m[:, None])) / t[known]
    level = np.searchsorted(ladder_m, needed_m.max(axis=1, initial=-np.inf) - end_m[1])
    least = np.where(level < ladder_m.size, level, NO_LEVEL).astype(np.uint8)
    if not np.isfinite(end_m).all():
        return PathState.VOID, np.full_like(least, NO_LEVEL)
    if least[-1] == NO_LEVEL:
        return PathState.BLOCKED, least
    if not known.all():
        return PathState.VOID, np.full_like(least, NO_LEVEL)
    return PathState.CLEAR, least


@njit(cache=True, nogil=True)
def fetch_heights(
    heights: NDArray[np.int16], columns: int, row: Numbers, col: Numbers, u: NDArray[np.uint32], v: NDArray[np.uint32]
) -> int:
    """Read the four heights around every sample of straight paths, one sample a cell, and return their sum.

    Nothing is reckoned with them: no program that looks at these samples is quicker than its memory.
    """
    total = 0
    for n in range(u.size):
        r, c = row[u[n]], col[u[n]]
        down, across = row[v[n]] - r, col[v[n]] - c
        steps = int(np.ceil(max(abs(down), abs(across))))
        for i in range(steps):
            at = int(r + down * i / steps) * columns + int(c + across * i / steps)
            total += heights[at] + heights[at + 1] + heights[at + columns] + heights[at + columns + 1]
    return total
