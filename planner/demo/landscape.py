"""Land, sea, mountains, valleys, islands and a lake, out of filtered noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft, ndimage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.demo.grid import Grid

SMALLEST_ISLAND_KM2 = 2.0
ISLAND_CORNERS = np.array([(-0.76, -0.8), (-0.76, 0.8), (0.76, -0.8), (0.76, 0.8)])  # (south, east) of the middle
FULL_RELIEF_KM = 120.0  # a country this wide has the full height of mountains, a smaller one less


@dataclass(frozen=True)
class Landscape:
    """Ground of the country.

    Attributes
    ----------
    grid : Grid
    height_m : (rows, cols) int16
        Metres above the sea, at least 1 on land, 0 on the sea.
    is_lake : (rows, cols) bool
        Cells of the lake, whose surface is level.
    """

    grid: Grid
    height_m: NDArray[np.int16]
    is_lake: NDArray[np.bool_]

    @property
    def is_dry(self) -> NDArray[np.bool_]:
        """Cells where one can stand: neither sea nor lake."""
        return (self.height_m > 0) & ~self.is_lake


def make_landscape(grid: Grid, rng: np.random.Generator) -> Landscape:
    """Return a main island with a mountain spine, two smaller islands off its corners, and a lake."""
    south, east = _from_middle(grid)
    ragged = noise(grid, rng, longest_km=0.1 * grid.width_km, shortest_km=0.6, fall=1.8)
    inland = _inland(grid, rng, ragged, south, east)
    height = _relief(grid, rng, inland, south, east)
    is_lake = _dig_lake(height, grid, ragged, (inland > 0.6) & (np.hypot(south, east) < 0.6))
    is_land = _without_specks(inland > 0, grid)
    height_m = np.where(is_land, np.maximum(np.rint(height), 1), 0).astype(np.int16)
    return Landscape(grid, height_m, is_lake & is_land)


def noise(
    grid: Grid, rng: np.random.Generator, *, longest_km: float, shortest_km: float, fall: float
) -> NDArray[np.float64]:
    """Return Gaussian noise of mean 0 and variance 1 whose amplitude falls with wavelength.

    Parameters
    ----------
    grid : Grid
    rng : Generator
    longest_km, shortest_km : float
        Wavelengths that are kept.
    fall : float
        Amplitude goes with wavelength to this power: 1 is jagged, 2 smooth.
    """
    rows, cols = (fft.next_fast_len(size, real=True) for size in grid.shape)
    spectrum = fft.rfft2(rng.standard_normal((rows, cols)))
    height, width = grid.cell_km
    cycles_per_km = np.hypot(fft.fftfreq(rows, height)[:, None], fft.rfftfreq(cols, width))
    kept = (cycles_per_km >= 1 / longest_km) & (cycles_per_km <= 1 / shortest_km)
    spectrum *= np.where(kept, np.maximum(cycles_per_km, 1 / longest_km) ** -fall, 0.0)
    field = fft.irfft2(spectrum, s=(rows, cols))[: grid.rows, : grid.cols]
    return np.asarray((field - field.mean()) / field.std())


def smooth_step(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 0 below 0, 1 above 1, and a cubic between."""
    bounded = np.clip(value, 0.0, 1.0)
    return bounded * bounded * (3 - 2 * bounded)


def _from_middle(grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return distance south and east of the middle, −1 to 1, as a column and a row."""
    south = 2 * (np.arange(grid.rows) + 0.5) / grid.rows - 1
    east = 2 * (np.arange(grid.cols) + 0.5) / grid.cols - 1
    return south[:, None], east[None, :]


def _inland(
    grid: Grid,
    rng: np.random.Generator,
    ragged: NDArray[np.float64],
    south: NDArray[np.float64],
    east: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return a field that is positive on land and grows away from the coast to about 1."""
    coast = noise(grid, rng, longest_km=0.6 * grid.width_km, shortest_km=10.0, fall=1.9)
    inland = 1 - (south / 0.78) ** 2 - (east / 0.84) ** 2 + 0.3 * coast + 0.07 * ragged
    to_edge = np.maximum(np.abs(south), np.abs(east))
    inland -= 3 * smooth_step((to_edge - 0.82) / 0.18)
    for corner in ISLAND_CORNERS[rng.permutation(len(ISLAND_CORNERS))[:2]]:
        radius = rng.uniform(0.11, 0.15)
        distance = np.hypot(south - corner[0], east - corner[1]) / radius
        inland -= np.clip(2 - distance, 0.0, 1.0)  # a strait between the islands and the main one
        inland = np.maximum(inland, np.where(distance < 1.6, 0.6 * (1 - distance) + 0.16 * ragged, -1))
    return inland


def _relief(
    grid: Grid,
    rng: np.random.Generator,
    inland: NDArray[np.float64],
    south: NDArray[np.float64],
    east: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return heights in metres: coastal plain, hills, and a spine of ridges that valleys cut through."""
    size = np.sqrt(min(grid.width_km / FULL_RELIEF_KM, 1.0))
    ridges = noise(grid, rng, longest_km=24 * size, shortest_km=0.6, fall=2.1)
    valleys = noise(grid, rng, longest_km=30 * size, shortest_km=2.0, fall=2.4)
    angle = rng.uniform(-0.5, 0.5)  # of the spine, radians from the west–east axis
    off_spine = south * np.cos(angle) - east * np.sin(angle) + 0.12 * valleys
    mountains = np.exp(-((off_spine / 0.38) ** 2)) * smooth_step(inland / 0.7)
    crest = np.clip(1 - np.abs(ridges) / 1.6, 0.0, 1.0) ** 2
    cut = 0.2 + 0.8 * smooth_step(np.abs(valleys) / 0.7)
    height = size * cut * (mountains * (500 + 1500 * crest) + 140 * crest) + 40 * size * np.clip(ridges, -1, 2)
    return np.asarray(3 + smooth_step(inland / 0.25) * (25 + np.maximum(height, -20)))


def _dig_lake(
    height: NDArray[np.float64], grid: Grid, ragged: NDArray[np.float64], is_allowed: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Level a basin in the lowest allowed place, in ``height`` itself, and return its water."""
    cell_height, cell_width = grid.cell_km
    radius_km = 0.03 * grid.rows * cell_height
    around = (int(2 * radius_km / cell_height) | 1, int(2 * radius_km / cell_width) | 1)
    lowness = np.where(is_allowed, ndimage.uniform_filter(height, around), np.inf)
    row, col = np.unravel_index(np.argmin(lowness), grid.shape)
    south_km = (np.arange(grid.rows)[:, None] - row) * cell_height
    east_km = (np.arange(grid.cols) - col) * cell_width
    distance = np.hypot(south_km - 0.4 * east_km, 0.7 * east_km) / radius_km + 0.14 * ragged
    is_lake = distance <= 1
    level = np.rint(height[is_lake].min())
    shore = smooth_step(distance - 1)  # the ground rises from the water's edge to its own height one radius away
    bank = level + 1 + (height - level - 1) * shore
    height[:] = np.where(is_lake, level, np.where(height > level + 1, bank, height))
    return np.asarray(is_lake)


def _without_specks(is_land: NDArray[np.bool_], grid: Grid) -> NDArray[np.bool_]:
    """Return land without rocks that are too small to live on."""
    labels, _count = ndimage.label(is_land)
    area_km2 = np.bincount(labels.ravel()) * grid.cell_km[0] * grid.cell_km[1]
    area_km2[0] = 0.0
    return np.asarray((area_km2 >= SMALLEST_ISLAND_KM2)[labels])
