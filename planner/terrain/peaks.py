"""Summits of the ground and how far each stands out: topographic prominence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from planner.terrain.cost_surface import resample
from planner.terrain.elevation import VOID_HEIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.terrain.elevation import Elevation


@dataclass(frozen=True)
class Peaks:
    """Summits, p rows, the most prominent first.

    Attributes
    ----------
    lon, lat : (p,) float64
        Centres of the raster's own cells, WGS84 degrees.
    height_m : (p,) float64
        Of that cell.
    prominence_m : (p,) float64
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    height_m: NDArray[np.float64]
    prominence_m: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of summits."""
        return len(self.lon)


def find_peaks(elevation: Elevation, cell_m: float, *, least_m: float, sea_level_m: float = 0.0) -> Peaks:
    """Return the summits of a prominence of ``least_m`` and more.

    The ground is averaged to cells of about ``cell_m``; heights and prominences are those of the averaged ground, and
    each summit is placed in the highest raster cell of its averaged cell. Sea and unknown ground are no ground. Summits
    on the rim of the grid are left out: what lies beyond may be higher.

    Parameters
    ----------
    elevation : Elevation
    cell_m : float
    least_m : float
        Above 0.
    sea_level_m : float
        Heights at or below it count as sea.
    """
    grid = resample(elevation, cell_m, sea_level_m=sea_level_m)
    heights = np.where(grid.known & ~grid.sea, grid.ground.heights.astype(np.float64), np.nan)
    cell, prominence_m = prominences(heights)
    row, col = np.divmod(cell, grid.shape[1])
    inside = (row > 0) & (row < grid.shape[0] - 1) & (col > 0) & (col < grid.shape[1] - 1)
    kept = np.flatnonzero(inside & (prominence_m >= least_m))
    kept = kept[np.lexsort((cell[kept], -prominence_m[kept]))]
    scale = ~elevation.transform @ grid.ground.transform
    top, left, height_m = _highest_cells(elevation, row[kept], col[kept], round(scale.e), round(scale.a))
    lon, lat = elevation.to_lonlat(top, left)
    return Peaks(lon, lat, height_m, prominence_m[kept])


def prominences(heights: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the summits of a grid and their prominence: the height over the highest pass to higher ground.

    Cells touch at sides and corners. Of equal heights the one in the earlier row, then column, is the higher. The
    highest cell of each piece of ground has no pass; its prominence is its height over the lowest cell of the piece.
    Cells that are flooded in descending order join pieces; where two meet, the lower summit's prominence is known
    (union–find: Kirmse and de Ferranti, Progress in Physical Geography 41 (2017), 788).

    Parameters
    ----------
    heights : (rows, columns) float64
        NaN where there is no ground.

    Returns
    -------
    cell : (p,) int64
        Flat index, the highest first.
    prominence_m : (p,) float64
        Above 0.
    """
    flat = heights.ravel()
    ground = np.flatnonzero(np.isfinite(flat))
    order = ground[np.argsort(-flat[ground], kind="stable")]
    prominence_m = _flood(flat, order, heights.shape[0], heights.shape[1])
    return order[prominence_m > 0], prominence_m[prominence_m > 0]


@njit(cache=True)
def _flood(
    flat: NDArray[np.float64], order: NDArray[np.int64], rows: int, columns: int
) -> NDArray[np.float64]:  # pragma: no cover - compiled
    """Return the prominence of each cell of ``order`` (descending heights), 0 where it is no summit."""
    rank = np.full(rows * columns, -1, dtype=np.int32)  # in the order; -1: not flooded yet
    home = np.arange(order.size, dtype=np.int32)  # towards the summit of the piece: of least rank in it
    lowest = np.empty(order.size)
    prominence_m = np.zeros(order.size)
    for k in range(order.size):
        cell, height = order[k], flat[order[k]]
        rank[cell], lowest[k] = k, height
        row, col = cell // columns, cell % columns
        mine = k
        for r in range(max(row - 1, 0), min(row + 2, rows)):
            for c in range(max(col - 1, 0), min(col + 2, columns)):
                other = rank[r * columns + c]
                if other < 0 or other == k:
                    continue
                while home[other] != other:
                    home[other] = home[home[other]]
                    other = home[other]
                if other == mine:
                    continue
                high, low = min(mine, other), max(mine, other)
                prominence_m[low] = flat[order[low]] - height
                home[low] = high
                lowest[high] = height
                mine = high
    for k in range(order.size):
        if home[k] == k:
            prominence_m[k] = flat[order[k]] - lowest[k]
    return prominence_m


def _highest_cells(
    elevation: Elevation, row: NDArray[np.int64], col: NDArray[np.int64], tall: int, wide: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return row, column and height of the highest cell in each block of ``tall`` by ``wide`` raster cells."""
    rows, columns = elevation.shape
    best = np.full(len(row), float(VOID_HEIGHT))
    top, left = row * tall, col * wide
    for down in range(tall):
        for across in range(wide):
            r, c = row * tall + down, col * wide + across
            height = elevation.heights[np.minimum(r, rows - 1), np.minimum(c, columns - 1)].astype(np.float64)
            better = (height > best) & (r < rows) & (c < columns)
            best, top, left = np.where(better, height, best), np.where(better, r, top), np.where(better, c, left)
    return top, left, best
