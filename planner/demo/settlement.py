"""Where people of the made-up country settled: towns, then offices around them, along valleys and far out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from planner.demo.grid import Grid, bells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.demo.landscape import Landscape

OFFICES_PER_TOWN = 12
TOWN_SHARE, VALLEY_SHARE = 0.48, 0.46  # of the offices; the rest stands anywhere on dry land


@dataclass(frozen=True)
class Sketch:
    """The landscape on cells of about 550 m: what settling, roads and regions are decided on.

    Attributes
    ----------
    grid : Grid
    factor : int
        Landscape cells per side of a sketch cell.
    height_m : (rows, cols) float64
        Mean height.
    is_land : (rows, cols) bool
        Dry for more than half.
    island : (rows, cols) int32
        Number of the piece of land that one can walk on without getting wet, 0 on water.
    appeal : (rows, cols) float64
        How readily people settle, 0 to 1: level, low, on the floor of a valley rather than on the ridge.
    """

    grid: Grid
    factor: int
    height_m: NDArray[np.float64]
    is_land: NDArray[np.bool_]
    island: NDArray[np.int32]
    appeal: NDArray[np.float64]


@dataclass(frozen=True)
class Towns:
    """Towns by rank: the capital and the others of the largest island first; row and column on the sketch.

    Attributes
    ----------
    row, col : (n,) int64
    weight : (n,) float64
        Size relative to the capital's, which is 1.
    """

    row: NDArray[np.int64]
    col: NDArray[np.int64]
    weight: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of towns."""
        return len(self.row)

    @property
    def radius_km(self) -> NDArray[np.float64]:
        """Standard deviation of where a town's people live."""
        return np.asarray(0.9 + 2.6 * np.sqrt(self.weight))


def sketch(landscape: Landscape, factor: int) -> Sketch:
    """Average the landscape over blocks of ``factor`` × ``factor`` cells."""
    grid = landscape.grid.coarser(factor)
    height = _blocks(landscape.height_m.astype(np.float64), factor).mean(axis=(2, 3))
    is_land = _blocks(landscape.is_dry.astype(np.float64), factor).mean(axis=(2, 3)) > 0.5
    slope = np.hypot(*np.gradient(height, *(1000 * side for side in grid.cell_km)))
    above_surroundings = height - ndimage.uniform_filter(height, 9)
    appeal = np.exp(-slope / 0.09 - height / 700) * np.clip(0.5 - above_surroundings / 80, 0.05, 1.0)
    island, _count = ndimage.label(is_land, structure=np.ones((3, 3)))
    return Sketch(grid, factor, height, is_land, island.astype(np.int32), np.where(is_land, appeal, 0.0))


def choose_towns(ground: Sketch, rng: np.random.Generator, offices: int) -> Towns:
    """Return about one town per twelve offices, well apart, and one on every sizeable island."""
    count = max(round(offices / OFFICES_PER_TOWN), 4)
    area_km2 = ground.is_land.sum() * np.prod(ground.grid.cell_km)
    spacing_km = 0.75 * float(np.sqrt(area_km2 / count))
    candidates = _draw(rng, ground.appeal, min(80 * count, int(ground.is_land.sum())))
    plane = ground.grid.plane_km(candidates // ground.grid.cols, candidates % ground.grid.cols)
    chosen: list[int] = []
    while len(chosen) < count:
        chosen = _spread(plane, count, spacing_km)
        spacing_km *= 0.9
    towns = candidates[chosen]
    island = ground.island.ravel()
    on_main = island[towns] == np.argmax(np.bincount(island[island > 0]))
    cells = np.concatenate([towns[on_main], towns[~on_main], _island_towns(ground, towns)])
    weight = 1 / np.arange(1, len(cells) + 1) ** 0.8
    return Towns(cells // ground.grid.cols, cells % ground.grid.cols, weight)


def choose_office_cells(
    ground: Sketch, towns: Towns, rng: np.random.Generator, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return sketch row and column of the offices: first one in every town, then the others in no order of size.

    No two offices share a cell.
    """
    around_towns = bells(ground.grid, towns.row, towns.col, sigma_km=1.3 * towns.radius_km, weight=towns.weight**0.7)
    around_towns *= ground.is_land
    valleys = ground.appeal**2
    density = (
        TOWN_SHARE * around_towns / around_towns.sum()
        + VALLEY_SHARE * valleys / valleys.sum()
        + (1 - TOWN_SHARE - VALLEY_SHARE) * ground.is_land / ground.is_land.sum()
    )
    in_towns = min(len(towns), count)
    density[towns.row, towns.col] = 0.0
    cells = np.concatenate(
        [towns.row[:in_towns] * ground.grid.cols + towns.col[:in_towns], _draw(rng, density, count - in_towns)]
    )
    return cells // ground.grid.cols, cells % ground.grid.cols


def choose_tower_cells(
    ground: Sketch, people: NDArray[np.float64], rng: np.random.Generator, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return sketch row and column of towers: hilltops that overlook people, well apart.

    Parameters
    ----------
    ground : Sketch
    people : (rows, cols) float64
        People per sketch cell.
    rng : Generator
    count : int
        At most; a small country has fewer hills.
    """
    cell_km = ground.grid.cell_km[0]
    is_top = (ground.height_m == ndimage.maximum_filter(ground.height_m, 5)) & ground.is_land & (ground.height_m > 5)
    overlooked = ndimage.gaussian_filter(people, 6.0 / cell_km, truncate=3.0)
    above = ground.height_m - ndimage.uniform_filter(ground.height_m, 15)
    score = overlooked * np.clip(above, 5, 200) * rng.lognormal(0.0, 0.6, ground.grid.shape)
    tops = np.flatnonzero(is_top)
    tops = tops[np.argsort(-score.ravel()[tops], kind="stable")]
    plane = ground.grid.plane_km(tops // ground.grid.cols, tops % ground.grid.cols)
    chosen = tops[_spread(plane, count, 5.0)]
    return chosen // ground.grid.cols, chosen % ground.grid.cols


def dry_points(
    landscape: Landscape,
    ground: Sketch,
    rng: np.random.Generator,
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    *,
    highest: bool = False,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitude and latitude of a dry point in each of the sketch cells, to 5 decimals (about a metre).

    Within the cell the point falls somewhere on a random landscape cell that is dry, or with ``highest`` on the middle
    of the highest one.
    """
    factor = ground.factor
    inside = np.arange(factor)
    fine_rows = rows[:, None, None] * factor + inside[:, None]
    fine_cols = cols[:, None, None] * factor + inside
    is_dry = landscape.is_dry[fine_rows, fine_cols]
    preference = landscape.height_m[fine_rows, fine_cols] if highest else rng.random(is_dry.shape)
    best = np.argmax(np.where(is_dry, preference, -1.0).reshape(len(rows), -1), axis=1)
    # Middles of cells may lie exactly on the border of a region, which follows the grid.
    off_middle = 0.0 if highest else rng.uniform(-0.4, 0.4, (2, len(rows)))
    south, east = np.stack([rows * factor + best // factor, cols * factor + best % factor]) + off_middle
    lon, lat = landscape.grid.lonlat(south, east)
    return np.round(lon, 5), np.round(lat, 5)


def _blocks(field: NDArray[np.float64], factor: int) -> NDArray[np.float64]:
    """Return a view of shape (rows, cols, factor, factor)."""
    rows, cols = field.shape[0] // factor, field.shape[1] // factor
    return field.reshape(rows, factor, cols, factor).swapaxes(1, 2)


def _draw(rng: np.random.Generator, density: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Return ``count`` different flat cells, the denser the likelier."""
    cells = np.flatnonzero(density)
    share = density.ravel()[cells]
    return np.asarray(rng.choice(cells, size=min(count, len(cells)), replace=False, p=share / share.sum()))


def _spread(plane_km: NDArray[np.float64], count: int, spacing_km: float) -> list[int]:
    """Return the first points in order that keep the spacing from all taken before, at most ``count``."""
    chosen: list[int] = []
    is_free = np.ones(len(plane_km), dtype=np.bool_)
    for index in range(len(plane_km)):
        if not is_free[index]:
            continue
        chosen.append(index)
        if len(chosen) == count:
            break
        is_free &= ((plane_km - plane_km[index]) ** 2).sum(axis=1) >= spacing_km**2
    return chosen


def _island_towns(ground: Sketch, taken: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the most appealing cell of each island over 15 km² that has no town yet."""
    area_km2 = np.bincount(ground.island.ravel()) * np.prod(ground.grid.cell_km)
    area_km2[0] = 0.0  # water
    area_km2[ground.island.ravel()[taken]] = 0.0
    return np.array(
        [np.argmax(np.where(ground.island == label, ground.appeal, -1.0)) for label in np.flatnonzero(area_km2 > 15)],
        dtype=np.int64,
    )
