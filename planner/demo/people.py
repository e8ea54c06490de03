"""How many people live where, and what their telephones receive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy import ndimage

from planner.demo.grid import bells

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import MultiPolygon, Polygon

    from planner.demo.grid import Grid
    from planner.demo.landscape import Landscape
    from planner.demo.settlement import Sketch, Towns

PEOPLE_PER_OFFICE = 4500
URBAN_SHARE, VILLAGE_SHARE = 0.38, 0.42  # the rest lives scattered, where the ground invites
CIRCLE_QUARTERS = 12  # segments per quarter of a coverage circle


def make_population(
    landscape: Landscape,
    ground: Sketch,
    towns: Towns,
    villages: tuple[NDArray[np.int64], NDArray[np.int64]],
    rng: np.random.Generator,
    total: int,
) -> tuple[Grid, NDArray[np.int32]]:
    """Return people per cell on a grid twice as coarse as the landscape, −1 where there is no dry land.

    Parameters
    ----------
    landscape, ground, towns
    villages : (k,) int64 rows and columns on the sketch
        Where the offices stand: a village around each.
    rng : Generator
    total : int
        People to expect; the count drawn differs by its square root.
    """
    grid = landscape.grid.coarser(2)
    is_dry = landscape.is_dry
    dry_share = (is_dry[::2, ::2].astype(np.float64) + is_dry[1::2, ::2] + is_dry[::2, 1::2] + is_dry[1::2, 1::2]) / 4
    scale = ground.factor // 2

    urban = bells(
        grid,
        towns.row * scale + scale // 2,
        towns.col * scale + scale // 2,
        sigma_km=0.6 * towns.radius_km,
        weight=towns.weight,
    )
    rural = bells(
        grid,
        villages[0] * scale + scale // 2,
        villages[1] * scale + scale // 2,
        sigma_km=np.full(len(villages[0]), 1.1),
        weight=rng.lognormal(0.0, 0.8, len(villages[0])),
    )
    scattered = np.repeat(np.repeat(ground.appeal, scale, axis=0), scale, axis=1)
    clumps = dry_share * rng.lognormal(0.0, 0.9, grid.shape)  # houses stand together, one cell is not like the next
    shares = ((urban, URBAN_SHARE), (rural, VILLAGE_SHARE), (scattered, 1 - URBAN_SHARE - VILLAGE_SHARE))
    density = sum((share / (field * clumps).sum() * field for field, share in shares), start=np.zeros(grid.shape))
    density *= clumps
    people = rng.poisson(total * density).astype(np.int32)
    return grid, np.where(dry_share > 0, people, -1).astype(np.int32)


def on_sketch(people: NDArray[np.int32], ground: Sketch) -> NDArray[np.float64]:
    """Return people per sketch cell, smoothed over a kilometre."""
    scale = ground.factor // 2
    counted = np.maximum(people, 0).reshape(ground.grid.rows, scale, ground.grid.cols, scale).sum(axis=(1, 3))
    return np.asarray(ndimage.gaussian_filter(counted.astype(np.float64), 1.0 / ground.grid.cell_km[0]))


def covered_area(
    lon: NDArray[np.float64], lat: NDArray[np.float64], radius_km: NDArray[np.float64], grid: Grid
) -> Polygon | MultiPolygon:
    """Return the area within reach of any of the sites, as a phone company would draw it."""
    km_per_degree = np.array([grid.cell_km[1], grid.cell_km[0]]) / grid.step_deg
    circles = shapely.buffer(
        shapely.points(np.column_stack([lon, lat]) * km_per_degree), radius_km, quad_segs=CIRCLE_QUARTERS
    )
    area = shapely.union_all(circles)
    return shapely.transform(area, lambda points: np.round(points / km_per_degree, 5))
