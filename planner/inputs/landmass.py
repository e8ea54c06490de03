"""Which cells of a population raster, and which places, lie on the same land."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import InputError
from planner.terrain.geodesy import earth_centred, surface_normals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from planner.inputs.catchment import PopulationRaster, Strip
    from planner.terrain import Elevation

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

SHORE_KM = 1.0
"""A place just off the coast, as rasters draw it, belongs to the nearest land within this distance."""

_CORNERS_TOUCH = np.ones((3, 3), dtype=int)


@dataclass(frozen=True)
class Landmasses:
    """Connected land.

    Attributes
    ----------
    at_place : (n,) int64
        Landmass of each place, -1 where none is near.
    """

    at_place: Ints
    _raster: PopulationRaster
    _land: tuple[NDArray[np.uint8], ...]
    _first_label: tuple[int, ...]
    _mass: Ints

    def strips(self) -> Iterator[tuple[Strip, Ints]]:
        """Yield each strip of the raster with the landmass of its cells, (rows, columns), -1 on water."""
        # What was reckoned here is kept: most runs do not need the library, which takes a tenth of a second to load.
        from scipy.ndimage import label  # noqa: PLC0415

        mass = np.append(self._mass, -1)  # a raster without land has none that could be looked up
        for strip, packed, first in zip(self._raster.strips(), self._land, self._first_label, strict=True):
            land = np.unpackbits(packed, count=strip.people.size).astype(bool).reshape(strip.people.shape)
            labels, _count = label(land, _CORNERS_TOUCH)
            yield strip, np.where(labels > 0, mass[first + labels - 1], -1)


def find_landmasses(raster: PopulationRaster, terrain: Sequence[Path], lon: Floats, lat: Floats) -> Landmasses:
    """Find connected land on a population raster's grid.

    Land is a cell with a population value (zero counts), or above zero metres in the terrain; cells that touch at a
    corner are connected. Holes in the terrain are not land by themselves. The raster is read strip by strip: labels of
    neighbouring strips are joined along their common edge.
    """
    from scipy.ndimage import label  # noqa: PLC0415 - as in `Landmasses.strips`

    row, col = (np.rint(pixel).astype(np.int64) for pixel in _pixels(raster.grid, lon, lat))
    packed: list[NDArray[np.uint8]] = []
    first_label: list[int] = []
    joints: list[Ints] = []
    nearest = _Nearest(raster.grid, lon, lat)
    labels_so_far, edge = 0, np.full(raster.grid.shape[1], -1, dtype=np.int64)
    for strip in raster.strips():
        land = _land(strip, raster.grid, terrain)
        labels, count = label(land, _CORNERS_TOUCH)
        names = np.where(labels > 0, labels.astype(np.int64) + labels_so_far - 1, -1)
        joints.append(_touching(edge, names[0]))
        nearest.look_at(names, strip.top, row, col)
        packed.append(np.packbits(land))
        first_label.append(labels_so_far)
        labels_so_far, edge = labels_so_far + count, names[-1]
    pairs = np.concatenate(joints)
    from scipy.sparse import coo_array  # noqa: PLC0415 - as in `Landmasses.strips`
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(labels_so_far, labels_so_far))
    mass = connected_components(links, directed=False)[1].astype(np.int64) if labels_so_far else np.empty(0, np.int64)
    at_place = np.where(nearest.name >= 0, np.append(mass, -1)[nearest.name], -1)
    return Landmasses(at_place, raster, tuple(packed), tuple(first_label), mass)


def _pixels(grid: Elevation, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return fractional rows and columns, far outside where a projection has no place for the point."""
    row, col = grid.to_pixel(lon, lat)
    lost = ~(np.isfinite(row) & np.isfinite(col))
    return np.where(lost, -1e9, row), np.where(lost, -1e9, col)


def _land(strip: Strip, grid: Elevation, terrain: Sequence[Path]) -> Mask:
    """Return the land cells of a strip."""
    from planner.terrain import open_elevation  # noqa: PLC0415 - mostly people are kept from the last run

    land = ~np.isnan(strip.people)
    row, col = np.nonzero(~land)
    lon, lat = grid.to_lonlat(row + strip.top, col)
    known = np.isfinite(lon) & np.isfinite(lat)
    if not terrain or not known.any():
        return land
    row, col, lon, lat = row[known], col[known], lon[known], lat[known]
    try:
        elevation = open_elevation(terrain, lon=lon, lat=lat, margin_km=0)
    except InputError as error:
        if any(problem.code != "terrain-elsewhere" for problem in error.problems):
            raise
        return land
    land[row, col] = elevation.sample(lon, lat) > 0
    return land


def _touching(edge: Ints, row: Ints) -> Ints:
    """Return pairs of labels that touch across the edge of two strips, (m, 2)."""
    pairs = [
        np.stack([edge[max(0, -shift) : len(edge) - max(0, shift)], row[max(0, shift) : len(row) + min(0, shift)]], 1)
        for shift in (-1, 0, 1)
    ]
    touching = np.concatenate(pairs)
    return np.unique(touching[(touching >= 0).all(axis=1)], axis=0)


class _Nearest:
    """The label of the land cell nearest to each place, within `SHORE_KM`."""

    def __init__(self, grid: Elevation, lon: Floats, lat: Floats) -> None:
        self._grid = grid
        self._place = earth_centred(surface_normals(lon, lat))
        self._distance_m = np.full(len(lon), np.inf)
        self._reach = int(np.ceil(1000 * SHORE_KM / grid.cell_m)) + 1
        self.name = np.full(len(lon), -1, dtype=np.int64)

    def look_at(self, names: Ints, top: int, row: Ints, col: Ints) -> None:
        """Look at the labels of a strip for the places in cells ``row, col`` of the raster."""
        height, width = names.shape
        row = row - top
        inside = np.flatnonzero((row >= 0) & (row < height) & (col >= 0) & (col < width))
        on_land = inside[names[row[inside], col[inside]] >= 0]
        self.name[on_land], self._distance_m[on_land] = names[row[on_land], col[on_land]], 0.0
        reach = self._reach
        near = (row >= -reach) & (row < height + reach) & (col >= -reach) & (col < width + reach)
        for i in np.flatnonzero(near & (self._distance_m > 0)):
            self._search(int(i), names, top, int(row[i]), int(col[i]))

    def _search(self, i: int, names: Ints, top: int, row: int, col: int) -> None:
        first_row, first_col = max(row - self._reach, 0), max(col - self._reach, 0)
        window = names[first_row : max(row + self._reach + 1, 0), first_col : max(col + self._reach + 1, 0)]
        rows, cols = np.nonzero(window >= 0)
        if not len(rows):
            return
        cells = earth_centred(surface_normals(*self._grid.to_lonlat(rows + first_row + top, cols + first_col)))
        distance_m = np.linalg.norm(cells - self._place[i], axis=1)
        best = int(np.argmin(distance_m))
        if distance_m[best] <= min(1000 * SHORE_KM, np.nextafter(self._distance_m[i], 0)):
            self._distance_m[i], self.name[i] = distance_m[best], window[rows[best], cols[best]]
