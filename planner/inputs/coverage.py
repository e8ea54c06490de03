"""Mobile coverage: polygons, or sites with the radius that they serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

from planner.i18n import _
from planner.inputs.areas import frame_of, in_degrees, is_area, repaired
from planner.inputs.columns import COVERAGE_COLUMNS
from planner.inputs.group import Group, read_group
from planner.inputs.places import table_points
from planner.inputs.template import warn_of_example_provider

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from planner.scenario import Scenario

    Geometries = NDArray[np.object_]

GEODESIC = Geod(ellps="WGS84")
CORNERS = 72
"""Of the polygon that stands for a circle; inside it, and smaller by 0.1 %."""


def read_coverage(scenario: Scenario) -> tuple[gpd.GeoDataFrame | None, Group]:
    """Return mobile coverage (``technology, provider, mbps, geometry``), sites as circles.

    None where the scenario has none or all is faulty.
    """
    numeric = ("mbps", "radius_km", "lon", "lat")
    group = read_group(scenario, "coverage", scenario.inputs.coverage, COVERAGE_COLUMNS, numeric=numeric)
    remedy = _("Give a layer of polygons or points, or a table with the columns lon, lat and radius_km.")
    geometry = in_degrees(group, _("The file holds no areas."), remedy)
    geometry = np.where(shapely.is_missing(geometry), table_points(group), geometry)
    geometry = _circles(group, geometry)
    remedy = _("Remove it, draw it as a polygon, or give a point and its radius_km.")
    group.fault(
        group.sound & ~is_area(geometry), "not-an-area", _("The feature is no polygon."), remedy, column="geometry"
    )
    geometry = repaired(group, geometry)
    technology, mbps = group.text("technology"), group.numbers("mbps")
    remedy = _("Fill in the technology, such as 4G, or give it in “defaults”.")
    nameless = group.sound & (technology == "")
    group.fault(nameless, "missing-value", _("The area has no technology."), remedy, column="technology")
    warn_of_example_provider(group)
    return frame_of(group, geometry, technology=technology, provider=group.text("provider"), mbps=mbps), group


def _circles(group: Group, geometry: Geometries) -> Geometries:
    """Return the geometry with points made into circles; a point without a radius is a fault."""
    radius_km = group.numbers("radius_km")
    points = group.sound & (shapely.get_type_id(geometry) == shapely.GeometryType.POINT)
    lacking = points & ~(radius_km > 0)
    remedy = _("Fill in radius_km, or give it in “defaults”: what the site covers, in km.")
    group.fault(lacking, "missing-value", _("The site has no radius."), remedy, column="radius_km")
    for i in np.flatnonzero(points & ~lacking):
        geometry[i] = circle(shapely.get_x(geometry[i]), shapely.get_y(geometry[i]), float(radius_km[i]))
    return geometry


def circle(lon: float, lat: float, radius_km: float) -> shapely.Geometry:
    """Return the area within a distance of a point; beyond the antimeridian it goes on at its other side."""
    azimuth = np.arange(0.0, 360.0, 360.0 / CORNERS)
    same = np.ones(CORNERS)
    x, y, _back = GEODESIC.fwd(lon * same, lat * same, azimuth, 1000 * radius_km * same)
    x = lon + (np.asarray(x) - lon + 180.0) % 360.0 - 180.0
    ring = shapely.polygons(np.column_stack([x, y]))
    if np.abs(x).max() <= 180.0:
        return ring
    turned = shapely.polygons(np.column_stack([x - 360.0 * np.sign(lon), y]))
    return shapely.multipolygons([ring, turned])
