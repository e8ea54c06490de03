"""The ground's height over the planning area, held in memory as one grid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from affine import Affine  # noqa: TC002 - the field's type is read at run time by dataclass users
from pyproj import CRS, Transformer

from planner.terrain.geodesy import WGS84, unwrap_longitudes

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Heights = NDArray[np.int16] | NDArray[np.float32]

VOID_HEIGHT = -32768
"""Marks a cell whose height nobody knows, whatever nodata value the file used."""


@lru_cache(maxsize=32)
def _from_lonlat(crs_wkt: str) -> Transformer | None:
    """Return the way from WGS84 longitude and latitude into a CRS; None where both are the same."""
    crs = CRS.from_wkt(crs_wkt).to_2d()
    if crs.equals(CRS.from_epsg(4326), ignore_axis_order=True):
        return None
    return Transformer.from_crs(4326, crs, always_xy=True)


@dataclass(frozen=True, eq=False)
class Elevation:
    """Ground heights on one regular grid.

    Attributes
    ----------
    heights : ndarray of int16 or float32, shape (rows, columns)
        Metres above the raster's own zero; ``VOID_HEIGHT`` where unknown. Heights ≤ 0 stay as they are.
    transform : Affine
        From (column, row) of cell **corners** to CRS coordinates, as GDAL writes it. GDAL has already moved
        point-registered rasters (HGT, ``AREA_OR_POINT=Point``) by half a cell, so a cell's height always belongs to
        its centre.
    crs_wkt : str
        The raster's coordinate reference system. Geographic grids may run past ±180°; they stay contiguous.
    surface : ndarray of the same shape and type, optional
        Heights with what stands on the ground (trees, houses); None where the heights are all that is known.
    void_is_sea : bool
        Voids are sea at height 0 to paths and profiles; else their ground is unknown.
    """

    heights: Heights
    transform: Affine
    crs_wkt: str
    surface: Heights | None = None
    void_is_sea: bool = False

    @cached_property
    def crs(self) -> CRS:
        """The coordinate reference system."""
        return CRS.from_wkt(self.crs_wkt)

    @property
    def _is_geographic(self) -> bool:
        return bool(self.crs.is_geographic)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.heights.shape
        return rows, columns

    @cached_property
    def void(self) -> NDArray[np.bool_]:
        """Mask of the cells without a known height, shape (rows, columns)."""
        return np.asarray(self.heights == VOID_HEIGHT)

    @cached_property
    def cell_m(self) -> float:
        """Ground size of a cell at the middle of the grid: the geometric mean of its two sides, in metres."""
        rows, columns = self.shape
        row, col = (rows - 1) / 2, (columns - 1) / 2
        lon, lat = self.to_lonlat(np.array([row, row, row + 1]), np.array([col, col + 1, col]))
        _azimuth, _back, sides_m = WGS84.inv(lon[[0, 0]], lat[[0, 0]], lon[1:], lat[1:])
        return float(np.sqrt(sides_m[0] * sides_m[1]))

    def to_pixel(self, lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return fractional rows and columns; 0.0 is the **centre** of the first row or column.

        Parameters
        ----------
        lon, lat : array_like of float
            WGS84 degrees. Longitudes are wrapped to the side of the antimeridian on which the grid lies.
        """
        x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
        if (transformer := _from_lonlat(self.crs_wkt)) is not None:
            x, y = (np.asarray(values, np.float64) for values in transformer.transform(x, y))
        if self._is_geographic:
            rows, columns = self.shape
            x = unwrap_longitudes(x, (self.transform @ (columns / 2, rows / 2))[0])
        inverse = ~self.transform
        return (
            inverse.d * x + inverse.e * y + (inverse.f - 0.5),
            inverse.a * x + inverse.b * y + (inverse.c - 0.5),
        )

    def to_lonlat(self, row: ArrayLike, col: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return WGS84 longitude (−180…180) and latitude of fractional rows and columns; undoes ``to_pixel``."""
        row_edge, col_edge = np.asarray(row, np.float64) + 0.5, np.asarray(col, np.float64) + 0.5
        forward = self.transform
        x = forward.a * col_edge + forward.b * row_edge + forward.c
        y = forward.d * col_edge + forward.e * row_edge + forward.f
        if (transformer := _from_lonlat(self.crs_wkt)) is not None:
            x, y = (np.asarray(values, np.float64) for values in transformer.transform(x, y, direction="INVERSE"))
        return unwrap_longitudes(x, 0.0), y

    def contains(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
        """Return which places lie on the grid, void or not; same shape as ``lon``."""
        rows, columns = self.shape
        row, col = self.to_pixel(lon, lat)
        # transformers answer inf outside a projection's domain; comparisons with it are False, as wanted
        return (row >= -0.5) & (row <= rows - 0.5) & (col >= -0.5) & (col <= columns - 0.5)

    def sample(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
        """Return the ground's height in metres, bilinear between cell centres, same shape as ``lon``.

        NaN outside the grid and wherever one of the four cells around is void: an interpolation from fewer cells would
        invent a height; voids that are sea have height 0. In the outer half cell along the rim the rim's own heights
        hold.
        """
        return self._sample(self.heights, lon, lat)

    def sample_surface(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
        """Return the height of what stands on the ground as `sample` does; the ground's where nothing is known."""
        return self._sample(self.heights if self.surface is None else self.surface, lon, lat)

    def _sample(self, heights: Heights, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
        rows, columns = self.shape
        row, col = self.to_pixel(lon, lat)
        inside = self.contains(lon, lat)
        row = np.clip(np.where(inside, row, 0.0), 0, rows - 1)
        col = np.clip(np.where(inside, col, 0.0), 0, columns - 1)
        top = np.clip(np.floor(row).astype(np.intp), 0, max(rows - 2, 0))
        left = np.clip(np.floor(col).astype(np.intp), 0, max(columns - 2, 0))
        bottom, right = np.minimum(top + 1, rows - 1), np.minimum(left + 1, columns - 1)
        corners = [heights[r, c].astype(np.float64) for r in (top, bottom) for c in (left, right)]
        if self.void_is_sea:
            corners = [np.where(values == VOID_HEIGHT, 0.0, values) for values in corners]
        down, across = row - top, col - left
        upper = corners[0] + across * (corners[1] - corners[0])
        lower = corners[2] + across * (corners[3] - corners[2])
        known = inside & (np.minimum.reduce(corners) != VOID_HEIGHT)
        return np.where(known, upper + down * (lower - upper), np.nan)
