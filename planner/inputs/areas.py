"""Layers of areas: regions that offices belong to; what every layer of areas has."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import ProjError

from planner.errors import Problem
from planner.i18n import _
from planner.inputs.columns import REGION_COLUMNS
from planner.inputs.group import Group, read_group
from planner.inputs.places import wrong_crs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.scenario import Scenario

REACH_OF_A_REGION_KM = 2.0
"""Outlines are simplified: a place just outside all regions belongs to the nearest one within this distance."""

_KM_PER_DEGREE = 111.2


def read_regions(scenario: Scenario) -> tuple[gpd.GeoDataFrame | None, Group]:
    """Return the regions (``id, name, geometry``) in file order; None where the scenario has none or all are faulty."""
    group = read_group(scenario, "regions", scenario.inputs.regions, REGION_COLUMNS, numeric=())
    geometry = _areas(group)
    ids, names = group.text("id"), group.text("name")
    ids = np.where(ids == "", names, ids)
    names = np.where(names == "", ids, names)
    nameless = group.sound & (ids == "")
    remedy = _("Fill in id or name, or say which columns they are.")
    group.fault(nameless, "missing-value", _("The region has neither id nor name."), remedy, column="id")
    again = np.zeros(len(group), dtype=bool)
    again[group.sound] = pd.Series(ids[group.sound]).duplicated().to_numpy()
    remedy = _("Give each region its own id, or join the parts of one into one feature.")
    group.fault(again, "duplicate-id", _("Another region has the same id."), remedy, column="id", values=ids)
    return frame_of(group, geometry, id=ids, name=names), group


def _areas(group: Group) -> NDArray[np.object_]:
    """Return every row's area in longitudes and latitudes; what is no area is a fault."""
    remedy = _("Give a layer of polygons: GeoPackage, GeoJSON or Shapefile.")
    areas = in_degrees(group, _("The file holds no areas."), remedy)
    group.fault(
        group.sound & ~is_area(areas),
        "not-an-area",
        _("The feature is no polygon."),
        _("Remove it or draw it."),
        column="geometry",
    )
    return repaired(group, areas)


def is_area(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which geometries are polygons that hold something."""
    kinds = shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON
    return np.asarray(np.isin(shapely.get_type_id(geometry), kinds) & ~shapely.is_empty(geometry))


def repaired(group: Group, areas: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the areas with those that cross themselves mended, and warn of each."""
    torn = group.sound & ~shapely.is_valid(areas)
    where = np.array([_where(area) if bad else None for area, bad in zip(areas, torn, strict=True)], dtype=object)
    remedy = _("It was repaired for this run; check its outline.")
    group.warn(torn, "invalid-area", _("The polygon crosses itself."), remedy, column="geometry", values=where)
    return np.where(torn, shapely.make_valid(areas), areas)


def _where(area: shapely.Geometry) -> str:
    """Return where an area is torn, of the library's English words only the coordinates, as in the file."""
    reason = str(shapely.is_valid_reason(area))
    return ", ".join(reason.partition("[")[2].rstrip("]").split()) or reason


def in_degrees(group: Group, lacking: str, remedy: str) -> NDArray[np.object_]:
    """Return every row's geometry in longitudes and latitudes, None where the file has none or its CRS is not known.

    Rows of tables with ``lon`` and ``lat``, where these are columns of ours, have none and are no fault.

    Parameters
    ----------
    group : Group
    lacking, remedy : str
        What is said of a file without geometry.
    """
    geometry = np.full(len(group), None, dtype=object)
    for k, part in enumerate(group.parts):
        mine = group.part == k
        if part.table.geometry is None and {"lon", "lat"} <= part.columns.keys():
            continue  # a table of points: whoever reads points takes them from there
        if part.table.geometry is None:
            group.problems.append(Problem("wrong-layer", lacking, remedy, part.dataset.file))
            group.left_out |= mine
            continue
        try:
            crs = CRS.from_user_input(part.dataset.crs or part.table.crs)
            geometry[mine] = gpd.GeoSeries(part.table.geometry, crs=crs).to_crs(4326).to_numpy()
        except ProjError as error:
            group.problems.append(wrong_crs(part, error))
            group.left_out |= mine
    return geometry


def frame_of(group: Group, geometry: NDArray[np.object_], **columns: NDArray[np.generic]) -> gpd.GeoDataFrame | None:
    """Return the sound rows with their geometry; None if there is none."""
    sound = group.sound
    if not sound.any():
        return None
    values = {name: column[sound] for name, column in columns.items()}
    return gpd.GeoDataFrame(values, geometry=geometry[sound], crs=4326)


def settle_regions(
    group: Group,
    regions: gpd.GeoDataFrame | None,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
) -> NDArray[np.object_]:
    """Return the region id of every row, "" where it lies in none.

    A region that the row names must exist (by id or name); a row that names none gets the one it lies in, the first in
    file order where several overlap, or the nearest within `REACH_OF_A_REGION_KM`. Without regions the row's own text
    stands.
    """
    given = group.text("region")
    if regions is None:
        return given
    by_word = {
        str(word).casefold(): key
        for column in ("name", "id")
        for word, key in zip(regions[column], regions["id"], strict=True)
    }
    found = np.array([by_word.get(text.casefold(), "") for text in given], dtype=object)
    for i in np.flatnonzero(group.sound & (given != "") & (found == "")):
        one = np.arange(len(group)) == i
        close = difflib.get_close_matches(given[i], [str(name) for name in regions["name"]], n=1)
        names = close or [str(name) for name in regions["name"]]
        remedy = _("The regions: {names}.").format(names=", ".join(names))
        group.fault(one, "unknown-region", _("No region has this id or name."), remedy, column="region")
    nameless = np.flatnonzero((given == "") & ~np.isnan(lon))
    found[nameless] = regions_at(regions, lon[nameless], lat[nameless])
    lost = group.sound & (found == "")
    message = _("The place lies in no region; it counts to none.")
    remedy = _("Check its coordinates or the outlines of the regions.")
    group.warn(lost, "outside-regions", message, remedy, column="region")
    return found


def regions_at(regions: gpd.GeoDataFrame, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return the id of the region at each place, or of the nearest one within reach, else ""."""
    # degrees of longitude are shortened to those of latitude, so that "nearest" is meant on the ground
    shrink = float(np.cos(np.radians(np.mean(lat)))) if len(lat) else 1.0
    areas = shapely.transform(regions.geometry.to_numpy(), lambda xy: xy * [shrink, 1.0])
    places = shapely.points(lon * shrink, lat)
    region = np.full(len(lon), len(regions), dtype=np.int64)
    tree = shapely.STRtree(areas)
    place, area = tree.query(places, predicate="intersects")
    np.minimum.at(region, place, area)
    outside = np.flatnonzero(region == len(regions))
    if len(outside):
        reach = REACH_OF_A_REGION_KM / _KM_PER_DEGREE
        place, area = tree.query_nearest(places[outside], max_distance=reach)
        np.minimum.at(region, outside[place], area)
    names = np.append(regions["id"].to_numpy(dtype=object), "")
    return np.asarray(names[region])
