"""People within reach: each cell of a population raster belongs to its nearest office, and is counted once."""

from __future__ import annotations

import math
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.inputs.landmass import find_landmasses
from planner.terrain import Elevation
from planner.terrain.geodesy import earth_centred, surface_normals
from planner.terrain.tiles import lies_on_earth
from planner.wording import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from scipy.spatial import cKDTree

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_CELLS_AT_ONCE = 4_000_000
MOST_COLUMNS, MOST_CELLS = 10_000_000, 10_000_000_000
"""The largest country has 2·10⁹ cells of 100 m; every cell is read."""


@dataclass(frozen=True)
class Strip:
    """Some whole rows of a population raster.

    Attributes
    ----------
    top : int
        The first row.
    people : (rows, columns) float64
        NaN where the raster has no value; negative values are no values.
    """

    top: int
    people: Floats


@dataclass(frozen=True)
class Catchments:
    """What each of n offices has within reach.

    Attributes
    ----------
    people : (n,) float64
        Sum of the cells that belong to the office.
    total : float
        Sum of the raster.
    on_land : (n,) bool
        False where no land of the raster lies at the office: it has nobody within reach.
    """

    people: Floats
    total: float
    on_land: NDArray[np.bool_]


class PopulationRaster:
    """A raster of people per cell, read in strips of whole rows.

    Parameters
    ----------
    dataset : rasterio.DatasetReader
    """

    def __init__(self, dataset: rasterio.DatasetReader) -> None:
        self._dataset = dataset
        # The way between cells and degrees is that of any elevation grid; heights are not needed, so none are held.
        no_heights = np.broadcast_to(np.int16(0), (dataset.height, dataset.width))
        self.grid = Elevation(no_heights, dataset.transform, dataset.crs.to_wkt())

    def strips(self) -> Iterator[Strip]:
        """Yield the raster from top to bottom."""
        height, width = self._dataset.height, self._dataset.width
        rows = max(_CELLS_AT_ONCE // width, 1)
        scale, offset = self._dataset.scales[0], self._dataset.offsets[0]
        for top in range(0, height, rows):
            window = Window(0, top, width, min(rows, height - top))
            band = self._dataset.read(1, window=window, masked=True).astype(np.float64)
            people = np.ma.filled(band, np.nan) * scale + offset
            yield Strip(top, np.where(np.isfinite(people) & (people >= 0), people, np.nan))


@contextmanager
def open_population(path: Path, file: str) -> Iterator[PopulationRaster]:
    """Open a population raster of any CRS.

    Raises
    ------
    InputError
        It cannot be read, does not say where it lies, or has several bands.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # answered with a fault of our own
            dataset = rasterio.open(path)
        with dataset:
            if dataset.crs is None or not lies_on_earth(dataset):
                message = _("The population raster does not say where on earth it lies.")
                raise InputError(Problem("wrong-crs", message, _("Assign its coordinate reference system."), file))
            if dataset.count != 1:
                message = _("The raster has {count} bands; a population raster has one.").format(count=dataset.count)
                raise InputError(
                    Problem("unreadable-file", message, _("Give the band of people per cell alone."), file)
                )
            if dataset.width > MOST_COLUMNS or dataset.width * dataset.height > MOST_CELLS:
                message = _("The raster has {columns} columns and {rows} rows, more than any country needs.")
                size = {"columns": number(dataset.width), "rows": number(dataset.height)}
                remedy = _("Cut it to the country, for instance with `gdal_translate -projwin`.")
                raise InputError(Problem("unreadable-file", message.format(**size), remedy, file))
            yield PopulationRaster(dataset)
    except RasterioError as error:
        message = _("The population raster cannot be read: {reason}.").format(reason=error)
        raise InputError(Problem("unreadable-file", message, _("Download or copy the file again."), file)) from error


def find_catchments(
    raster: PopulationRaster, terrain: Sequence[Path], lon: Floats, lat: Floats, catchment_km: float
) -> Catchments:
    """Give every cell to its nearest office on the same land, if that is within the catchment.

    Offices at exactly the same point share their cells equally. Distances are those between cell centres and offices at
    sea level on the ellipsoid (chord: within 1 mm of the geodesic at 10 km). Land is what `find_landmasses` says.

    Parameters
    ----------
    raster : PopulationRaster
    terrain : sequence of Path
    lon, lat : (n,) float64
        All offices, the adequately connected ones too.
    catchment_km : float

    Returns
    -------
    Catchments
        The same whatever the order of the offices.
    """
    landmasses = find_landmasses(raster, terrain, lon, lat)
    points, point_of = np.unique(np.stack([lon, lat], axis=1), axis=0, return_inverse=True)
    point_of = point_of.ravel()
    land_of_point = np.full(len(points), -1, dtype=np.int64)
    land_of_point[point_of] = landmasses.at_place
    people_of_point = np.zeros(len(points))
    total = 0.0
    trees = {
        int(land): _Tree.of(points, land_of_point == land) for land in np.unique(land_of_point[land_of_point >= 0])
    }
    for strip, land in landmasses.strips():
        total += float(np.nansum(strip.people))
        row, col = np.nonzero((strip.people > 0) & (land >= 0))
        cells = earth_centred(surface_normals(*raster.grid.to_lonlat(row + strip.top, col)))
        land_of_cell, people = land[row, col], strip.people[row, col]
        for k in np.intersect1d(np.unique(land_of_cell), list(trees)):
            mine = land_of_cell == k
            nearest, near = trees[int(k)].nearest(cells[mine], 1000 * catchment_km)
            people_of_point += np.bincount(nearest, people[mine][near], minlength=len(points))
    sharing = np.bincount(point_of, minlength=len(points))
    return Catchments((people_of_point / sharing)[point_of], total, landmasses.at_place >= 0)


@dataclass(frozen=True)
class _Tree:
    """The office points of one landmass, searchable."""

    points: Ints
    tree: cKDTree

    @classmethod
    def of(cls, points: Floats, mine: NDArray[np.bool_]) -> _Tree:
        # Catchments are kept: most runs do not need the library, which takes a quarter of a second to load.
        from scipy.spatial import cKDTree  # noqa: PLC0415

        return cls(np.flatnonzero(mine), cKDTree(earth_centred(surface_normals(points[mine, 0], points[mine, 1]))))

    def nearest(self, cells: Floats, within_m: float) -> tuple[Ints, NDArray[np.bool_]]:
        """Return the nearest point of each cell that has one within reach, and which cells have."""
        found = self.tree.query(cells, distance_upper_bound=np.nextafter(within_m, np.inf))
        distance_m, which = np.asarray(found[0]), np.asarray(found[1], dtype=np.int64)
        near = np.isfinite(distance_m)
        return self.points[which[near]], near


def whole_people(people: Floats, ids: NDArray[np.object_]) -> Ints:
    """Round to whole people so that their sum is the whole part of the sum of ``people``.

    All are rounded down; what is then missing from the sum goes, one person each, to the largest fractions (equal ones
    in the order of ids). So nobody is counted twice, and the order of the offices does not matter.

    Parameters
    ----------
    people : (n,) float64
    ids : (n,) str
        Unique.
    """
    whole: Ints = np.floor(people).astype(np.int64)
    missing = math.floor(math.fsum(people)) - int(whole.sum())
    by_fraction = np.lexsort((ids.astype(np.str_), whole - people))
    whole[by_fraction[:missing]] += 1
    return whole
