"""A coarser picture of the ground for paths along it: mean height, sea."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from affine import Affine

from planner.terrain.elevation import VOID_HEIGHT, Elevation
from planner.terrain.geodesy import WGS84

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class Grid:
    """Cells of the raster's own coordinate system, each standing for a block of the raster's cells.

    Attributes
    ----------
    ground : Elevation
        Mean height of each block's known cells (float32, m); void where none is known.
    sea : ndarray of bool, shape (rows, columns)
        Cells that are known and nowhere above the sea level: a block with any dry cell is land, so that places on the
        shore stand on land.
    """

    ground: Elevation
    sea: NDArray[np.bool_]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.ground.shape

    @property
    def known(self) -> NDArray[np.bool_]:
        """Mask of the cells with a known height, shape (rows, columns)."""
        return ~self.ground.void

    def cell_of(self, lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return row and column of the cell that holds each place; −1, −1 for places off the grid."""
        inside = self.ground.contains(lon, lat)
        rows, columns = self.shape
        row, col = (
            np.where(inside, np.round(values), -1.0).astype(np.intp) for values in self.ground.to_pixel(lon, lat)
        )
        return np.minimum(row, rows - 1), np.minimum(col, columns - 1)

    def lonlat(self, row: ArrayLike, col: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return longitude and latitude (WGS84 degrees) of the centres of cells."""
        return self.ground.to_lonlat(row, col)


def resample(elevation: Elevation, cell_m: float, *, sea_level_m: float = 0.0) -> Grid:
    """Average an elevation raster over blocks of whole cells that measure about ``cell_m``.

    Parameters
    ----------
    elevation : Elevation
        The ground.
    cell_m : float
        Side of a block wanted; a block holds the nearest whole number of cells each way, at least one.
    sea_level_m : float
        Heights at or below it count as sea.
    """
    rows, columns = elevation.shape
    down_m, along_m = _cell_sides_m(elevation)
    tall, wide = max(1, round(cell_m / down_m)), max(1, round(cell_m / along_m))
    shape = -(-rows // tall), -(-columns // wide)
    mean, dry = np.full(shape, VOID_HEIGHT, np.float32), np.zeros(shape, np.bool_)
    lefts = np.arange(0, columns, wide)
    for row in range(shape[0]):  # a strip at a time: a whole raster in float64 would not fit beside itself
        strip = elevation.heights[row * tall : (row + 1) * tall]
        known = strip != VOID_HEIGHT
        count = np.add.reduceat(known.sum(axis=0), lefts)
        total = np.add.reduceat(np.where(known, strip, 0).sum(axis=0, dtype=np.float64), lefts)
        np.divide(total, count, out=mean[row], where=count > 0, casting="same_kind")
        dry[row] = np.logical_or.reduceat((known & (strip > sea_level_m)).any(axis=0), lefts)
    ground = Elevation(mean, elevation.transform @ Affine.scale(wide, tall), elevation.crs_wkt)
    return Grid(ground=ground, sea=~ground.void & ~dry)


def _cell_sides_m(elevation: Elevation) -> tuple[float, float]:
    """Return the ground size of a cell in the middle: across the rows (down), and along its row."""
    rows, columns = elevation.shape
    row, middle = rows // 2, (columns - 1) / 2
    down_m = WGS84.inv(*elevation.to_lonlat(row - 0.5, middle), *elevation.to_lonlat(row + 0.5, middle))[2]
    along_m = WGS84.inv(*elevation.to_lonlat(row, middle - 0.5), *elevation.to_lonlat(row, middle + 0.5))[2]
    return float(down_m), float(along_m)
