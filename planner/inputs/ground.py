"""Whether places lie where the terrain is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from planner.errors import InputError
from planner.i18n import _
from planner.terrain import open_elevation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from planner.inputs.group import Group

    Floats = NDArray[np.float64]

_ELSEWHERE = "terrain-elsewhere"


def ground_at(files: Sequence[Path], lon: Floats, lat: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """Return which places lie on the terrain, and their height in metres (NaN in voids and outside).

    Places are looked up degree by degree, so that a stray one does not make half a world be read.

    Raises
    ------
    InputError
        A terrain file is missing or unreadable.
    """
    inside, height = np.zeros(lon.shape, dtype=bool), np.full(lon.shape, np.nan)
    possible = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    cells, which = np.unique(np.floor(np.stack([lon[possible], lat[possible]], axis=1)), axis=0, return_inverse=True)
    places = np.flatnonzero(possible)
    for k in range(len(cells)):
        mine = places[which.ravel() == k]
        try:
            elevation = open_elevation(files, lon=lon[mine], lat=lat[mine], margin_km=0)
        except InputError as error:
            if any(problem.code != _ELSEWHERE for problem in error.problems):
                raise
            continue
        inside[mine] = elevation.contains(lon[mine], lat[mine])
        height[mine] = elevation.sample(lon[mine], lat[mine])
    return inside, height


def check_positions(
    group: Group,
    lon: Floats,
    lat: Floats,
    *,
    terrain: Sequence[Path],
    regions: gpd.GeoDataFrame | None,
    approximate: NDArray[np.bool_],
) -> None:
    """Note coordinates that are impossible, swapped, outside the terrain or where its height is unknown.

    Parameters
    ----------
    group : Group
    lon, lat : (n,) float64
    terrain : sequence of Path
        Empty where it cannot be read (that is a fault of its own): then only the range of degrees is checked.
    regions : GeoDataFrame or None
    approximate : (n,) bool
        Places known only to a district: they need no terrain.
    """
    shown = np.array([f"{x:.10g}, {y:.10g}" for x, y in zip(lon, lat, strict=True)], dtype=object)
    possible = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    inside, height = ground_at(terrain, lon, lat) if terrain else (possible, np.zeros_like(lon))
    swapped = group.sound & _look_swapped(lon, lat, terrain, regions, inside=inside)
    group.fault(
        swapped,
        "swapped-coordinates",
        _("Longitude and latitude are exchanged: the other way round the place lies in the area."),
        _("Exchange them, or correct “columns” of the dataset."),
        column="lon, lat",
        values=shown,
    )
    group.fault(
        group.sound & ~possible,
        "bad-coordinates",
        _("No place on earth has these coordinates."),
        _("Give decimal degrees, or say the coordinate reference system as “crs” of the dataset."),
        column="lon, lat",
        values=shown,
    )
    exact = group.sound & ~approximate
    group.fault(
        exact & ~inside,
        "outside-terrain",
        _("The place lies outside the terrain."),
        _("Correct the coordinates, or give terrain that covers the place."),
        column="lon, lat",
        values=shown,
    )
    group.fault(
        exact & inside & np.isnan(height),
        "in-void",
        _("The terrain has no height at the place."),
        _("Fill the hole in the terrain, or add a file that covers it."),
        column="lon, lat",
        values=shown,
    )


def _look_swapped(
    lon: Floats,
    lat: Floats,
    terrain: Sequence[Path],
    regions: gpd.GeoDataFrame | None,
    *,
    inside: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Return which places lie outside the terrain, or all regions, but inside with the coordinates exchanged."""
    outside = ~inside & ~np.isnan(lon)
    swapped = np.zeros(lon.shape, dtype=bool)
    if terrain and outside.any():
        swapped[outside] = ground_at(terrain, lat[outside], lon[outside])[0]
    if regions is not None:
        area = shapely.union_all(regions.geometry.to_numpy())
        shapely.prepare(area)
        swapped |= ~shapely.contains_xy(area, lon, lat) & shapely.contains_xy(area, lat, lon)
    return swapped
