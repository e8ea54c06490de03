"""Lines of the power grid, and how far places are from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

from planner.i18n import _
from planner.inputs.areas import frame_of, in_degrees
from planner.inputs.columns import GRID_COLUMNS
from planner.inputs.group import Group, read_group

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from planner.scenario import Scenario

    Numbers = NDArray[np.float64]

GEODESIC = Geod(ellps="WGS84")
_LINES = shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING


def read_grid(scenario: Scenario) -> tuple[gpd.GeoDataFrame | None, Group]:
    """Return the lines of the grid (``id, geometry``); None where the scenario has none or all are faulty."""
    group = read_group(scenario, "power", scenario.inputs.power, GRID_COLUMNS, numeric=())
    remedy = _("Give a layer of lines: GeoPackage, GeoJSON or Shapefile.")
    geometry = in_degrees(group, _("The file holds no lines."), remedy)
    wrong = group.sound & ~(np.isin(shapely.get_type_id(geometry), _LINES) & (shapely.length(geometry) > 0))
    names = np.array([None if line is None else line.geom_type for line in geometry], dtype=object)
    remedy = _("Remove it, draw it as a line, or take the lines alone with “where”.")
    message = _("The feature is no line of the grid.")
    group.fault(wrong, "not-a-line", message, remedy, column="geometry", values=names)
    bounds = shapely.bounds(geometry)
    possible = (np.abs(bounds[:, [0, 2]]) <= 180).all(axis=1) & (np.abs(bounds[:, [1, 3]]) <= 90).all(axis=1)
    remedy = _("Give decimal degrees, or say the coordinate reference system as “crs” of the dataset.")
    message = _("No place on earth has these coordinates.")
    group.fault(group.sound & ~possible, "bad-coordinates", message, remedy, column="geometry")
    return frame_of(group, geometry, id=group.text("id")), group


def grid_distance_km(grid: gpd.GeoDataFrame | None, lon: Numbers, lat: Numbers) -> Numbers:
    """Return the distance of places from the nearest line, (n,) km; infinite without lines.

    The nearest line is sought in degrees shortened to those of latitude, degree by degree of latitude; the distance is
    the geodesic to its nearest point.
    """
    distance = np.full(len(lon), np.inf)
    if grid is None:
        return distance
    for degree in np.unique(np.floor(lat[np.isfinite(lat)])):
        rows = np.flatnonzero(np.floor(lat) == degree)
        shrink = np.cos(np.radians(np.clip(degree + 0.5, -89, 89)))
        middle = float(lon[rows[0]])
        lines = shapely.transform(grid.geometry.to_numpy(), lambda xy: _near(xy, middle) * [shrink, 1.0])  # noqa: B023
        x = _near(np.column_stack([lon[rows], lat[rows]]), middle)[:, 0] * shrink
        points = shapely.points(x, lat[rows])
        point, line = shapely.STRtree(lines).query_nearest(points, all_matches=False)
        foot = shapely.line_interpolate_point(lines[line], shapely.line_locate_point(lines[line], points[point]))
        at = rows[point]
        _azimuth, _back, metres = GEODESIC.inv(lon[at], lat[at], shapely.get_x(foot) / shrink, shapely.get_y(foot))
        distance[at] = np.asarray(metres) / 1000
    return distance


def _near(xy: NDArray[np.float64], middle: float) -> NDArray[np.float64]:
    """Return coordinates with longitudes within half a turn of one of them."""
    turned = xy.copy()
    turned[:, 0] -= 360.0 * np.round((xy[:, 0] - middle) / 360.0)
    return turned
