"""North-up grids in longitude and latitude, and distances on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from affine import Affine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cells = NDArray[np.float64] | NDArray[np.int64]

KM_PER_DEGREE = 111.195  # of latitude, on a sphere of 6,371 km: the made-up country needs no ellipsoid


@dataclass(frozen=True)
class Grid:
    """Cells of ``arcsec`` seconds of arc in EPSG:4326; row 0 is the northernmost.

    Attributes
    ----------
    west, north : float
        Outer corner in degrees.
    arcsec : int
        Side of a cell.
    rows, cols : int
    """

    west: float
    north: float
    arcsec: int
    rows: int
    cols: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.cols

    @property
    def step_deg(self) -> float:
        """Side of a cell in degrees."""
        return self.arcsec / 3600

    @property
    def transform(self) -> Affine:
        """From (column, row) to (longitude, latitude), as GeoTIFF stores it."""
        return Affine(self.step_deg, 0.0, self.west, 0.0, -self.step_deg, self.north)

    @cached_property
    def cell_km(self) -> tuple[float, float]:
        """Height and width of a cell in the middle of the grid, km."""
        middle = self.north - self.rows * self.step_deg / 2
        height = self.step_deg * KM_PER_DEGREE
        return height, height * float(np.cos(np.radians(middle)))

    @property
    def width_km(self) -> float:
        """From west to east in the middle."""
        return self.cols * self.cell_km[1]

    def coarser(self, factor: int) -> Grid:
        """Return the grid whose cells are ``factor`` × ``factor`` of this one's; both sizes must divide."""
        if self.rows % factor or self.cols % factor:
            raise ValueError(f"a grid of {self.shape} cells cannot be coarsened by {factor}")
        return Grid(self.west, self.north, self.arcsec * factor, self.rows // factor, self.cols // factor)

    def lonlat(self, row: Cells, col: Cells) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return longitude and latitude of cell centres (fractions of a cell count from the centre)."""
        lon = self.west + (np.asarray(col, np.float64) + 0.5) * self.step_deg
        return lon, self.north - (np.asarray(row, np.float64) + 0.5) * self.step_deg

    def cell(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return row and column of the cells that hold the points."""
        row = np.floor((self.north - lat) / self.step_deg).astype(np.int64)
        return row, np.floor((lon - self.west) / self.step_deg).astype(np.int64)

    def plane_km(self, row: Cells, col: Cells) -> NDArray[np.float64]:
        """Return flat coordinates (south, east) of cells in km, shape (..., 2)."""
        height, width = self.cell_km
        return np.stack([np.asarray(row, np.float64) * height, np.asarray(col, np.float64) * width], axis=-1)


def bells(
    grid: Grid,
    row: NDArray[np.int64],
    col: NDArray[np.int64],
    *,
    sigma_km: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the sum of Gaussian bells around cells, each of total ``weight``; what falls off the grid is lost."""
    field = np.zeros(grid.shape)
    height, width = grid.cell_km
    for r, c, sigma, total in zip(row.tolist(), col.tolist(), sigma_km.tolist(), weight.tolist(), strict=True):
        reach_rows, reach_cols = int(np.ceil(4 * sigma / height)), int(np.ceil(4 * sigma / width))
        rows = np.arange(max(r - reach_rows, 0), min(r + reach_rows + 1, grid.rows))
        cols = np.arange(max(c - reach_cols, 0), min(c + reach_cols + 1, grid.cols))
        bell_rows = np.exp(-0.5 * ((rows - r) * height / sigma) ** 2)
        bell_cols = np.exp(-0.5 * ((cols - c) * width / sigma) ** 2)
        peak = total * height * width / (2 * np.pi * sigma**2)
        field[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1] += peak * bell_rows[:, None] * bell_cols
    return field
