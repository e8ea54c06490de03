"""Regions that share out the land around their chief towns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from rasterio.features import shapes
from scipy import ndimage

from planner.demo.landscape import noise

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import MultiPolygon, Polygon

    from planner.demo.settlement import Sketch, Towns

OFFICES_PER_REGION = 50
OFFSHORE_CELLS = 3  # the outline keeps this far out at sea, so that smoothing it never cuts off land
WANDER = 0.018  # of the width: how far borders stray from the line half way between two chief towns


def make_regions(ground: Sketch, towns: Towns, rng: np.random.Generator, offices: int) -> list[Polygon | MultiPolygon]:
    """Return 4 to 8 regions around the largest towns that lie apart; together they cover all land.

    Neighbours share their border exactly.
    """
    count = min(int(np.clip(round(offices / OFFICES_PER_REGION), 4, 8)), len(towns))
    width_km = ground.grid.width_km
    rows, cols = np.indices(ground.grid.shape)
    stray = [
        WANDER * width_km * noise(ground.grid, rng, longest_km=0.25 * width_km, shortest_km=6.0, fall=2.5)
        for _axis in range(2)
    ]
    places = ground.grid.plane_km(rows, cols) + np.stack(stray, axis=-1)
    seats = ground.grid.plane_km(towns.row, towns.col)[_apart(ground, towns, count)]
    label = np.argmin([((places - seat) ** 2).sum(axis=-1) for seat in seats], axis=0).astype(np.int32)
    # A mean height above the sea: some land in the cell, be it a spit or the lake.
    near_land = ndimage.binary_dilation(ground.height_m > 0, np.ones((3, 3), dtype=np.bool_), iterations=OFFSHORE_CELLS)
    parts: list[list[Polygon]] = [[] for _seat in seats]
    for outline, value in shapes(label, mask=near_land, transform=ground.grid.transform):
        parts[int(value)].append(shapely.geometry.shape(outline))
    areas = shapely.coverage_simplify([shapely.union_all(part) for part in parts], 1.2 * ground.grid.step_deg)
    return list(shapely.transform(areas, lambda points: np.round(points, 5)))


def region_of(
    regions: list[Polygon | MultiPolygon], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the index of the region that holds each point; a point on a border goes to either."""
    return np.asarray(shapely.STRtree(regions).nearest(shapely.points(lon, lat)))


def _apart(ground: Sketch, towns: Towns, count: int) -> list[int]:
    """Return the ranks of ``count`` towns: the capital, then each time the largest for its distance to those before."""
    plane = ground.grid.plane_km(towns.row, towns.col)
    chosen = [0]
    while len(chosen) < count:
        to_chosen = np.min([np.hypot(*(plane - plane[seat]).T) for seat in chosen], axis=0)
        chosen.append(int(np.argmax(to_chosen * towns.weight**0.8)))
    return chosen
