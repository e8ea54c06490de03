"""A made-up landscape as large as a country, for benchmarks; nothing in it is real."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from pyproj import CRS
from scipy import fft

from planner.terrain import Elevation

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELL_DEG = 1 / 1200
"""Three seconds of arc, 93 m at the equator."""
_TILE = 2500  # cells: the landscape repeats after 230 km, farther than any path reaches
_ROUGHNESS = 0.85  # Hurst exponent: smoother ground than 0.5, as rivers leave it
_WIDEST_CELLS = 500.0  # 46 km: wider hills are no higher
_RELIEF_M = 180.0


def make_landscape(size: int, seed: int = 0) -> Elevation:
    """Return hills of one standard deviation of 180 m on a grid of ``size`` by ``size`` cells at the equator.

    Heights of a random field whose power falls with frequency as (f² + f₀²)^-(H + 1).
    """
    frequency = np.hypot(fft.fftfreq(_TILE)[:, None], fft.rfftfreq(_TILE)[None, :])
    amplitude = (frequency**2 + _WIDEST_CELLS**-2.0) ** (-(_ROUGHNESS + 1.0) / 2.0)
    white = np.random.default_rng(seed).standard_normal((_TILE, _TILE))
    field = fft.irfft2(fft.rfft2(white) * amplitude, s=white.shape)
    tile = np.maximum(400.0 + _RELIEF_M * field / field.std(), 0.0).astype(np.int16)
    copies = -(-size // _TILE)
    heights = np.ascontiguousarray(np.tile(tile, (copies, copies))[:size, :size])
    half = size * CELL_DEG / 2
    return Elevation(heights, Affine(CELL_DEG, 0, 30.0 - half, 0, -CELL_DEG, half), CRS.from_epsg(4326).to_wkt())


def scatter_places(elevation: Elevation, count: int, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitudes and latitudes of places drawn evenly over the grid."""
    rng = np.random.default_rng(seed)
    rows, columns = elevation.shape
    return elevation.to_lonlat(rng.uniform(1, rows - 2, count), rng.uniform(1, columns - 2, count))
