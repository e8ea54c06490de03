"""Whether a trench that is priced as one along a road follows a road of the inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

from planner.inputs.road_network import DUCT, NO_POLES, RURAL, URBAN

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from planner.catalogue.fibre import RoadWay
    from planner.inputs.road_network import RoadNetwork
    from planner.terrain import Elevation

GEODESIC = Geod(ellps="WGS84")
TOLERANCE_M = 0.5
"""Points of roads are rounded to 0.1 m, and a place that stands on a road keeps its own coordinates."""
_METRES_PER_DEGREE, _NEAR_POLE = 110_000.0, 0.05
_REACH_DEG = 1e-4
"""Of latitude, or of longitude up to 80° of latitude: more than the tolerance."""


class RoadFinder:
    """Roads by place, class, and what the input says of their surroundings, ducts and poles."""

    def __init__(self, roads: RoadNetwork | None, priced_apart: Collection[str]) -> None:
        self._class = np.zeros(0, dtype=np.str_)
        self._traits = np.zeros(0, dtype=np.int64)
        lines = np.zeros(0, dtype=object)
        self._middle = 0.0
        if roads is not None and len(roads.edges):
            names = [name if name in priced_apart else "" for name in roads.classes]
            self._class = np.array(names, dtype=np.str_)[roads.road_class]
            self._traits = roads.traits
            self._middle = float(roads.lon[roads.edges[0, 0]])
            lon = self._turned(roads.lon)[roads.edges]
            lines = shapely.linestrings(np.stack([lon, roads.lat[roads.edges]], axis=-1))
        self._lines = lines
        self._tree = shapely.STRtree(lines)

    def _turned(self, lon: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return longitudes within half a turn of the first road's."""
        return np.asarray(lon - 360.0 * np.round((lon - self._middle) / 360.0))

    def _allow(self, way: RoadWay) -> NDArray[np.bool_]:
        """Return which roads have the surroundings of a way, and take its method."""
        said = np.select([self._traits & URBAN > 0, self._traits & RURAL > 0], ["urban", "rural"], "")
        taken = {"duct": self._traits & DUCT > 0, "aerial": self._traits & NO_POLES == 0}
        everywhere = np.ones(len(self._traits), dtype=np.bool_)
        return np.asarray((said == way.environment) & taken.get(way.method, everywhere))

    def follows(self, lon: Sequence[float], lat: Sequence[float], way: RoadWay) -> bool:
        """Say whether all vertices of a polyline, and the middles between them, lie on roads that a way is for."""
        x, y = self._turned(np.array(lon)), np.array(lat)
        x = np.concatenate([x, (x[:-1] + x[1:]) / 2])
        y = np.concatenate([y, (y[:-1] + y[1:]) / 2])
        near = shapely.box(x - _REACH_DEG, y - _REACH_DEG, x + _REACH_DEG, y + _REACH_DEG)
        point, road = self._tree.query(near)
        fits = (self._class[road] == way.road_class) & self._allow(way)[road]
        point, road = point[fits], road[fits]
        points = shapely.points(x[point], y[point])
        foot = shapely.line_interpolate_point(self._lines[road], shapely.line_locate_point(self._lines[road], points))
        _azimuth, _back, away_m = GEODESIC.inv(x[point], y[point], shapely.get_x(foot), shapely.get_y(foot))
        found = np.full(len(x), np.inf)
        np.minimum.at(found, point, away_m)
        return bool((found <= TOLERANCE_M).all())

    def away_m(self, lon: float, lat: float, elevation: Elevation, within_m: float) -> float:
        """Return how far a point is from the nearest road on known ground, infinite beyond a distance."""
        reach_deg = within_m / _METRES_PER_DEGREE
        wide_deg = reach_deg / max(np.cos(np.radians(lat)), _NEAR_POLE)
        x = float(self._turned(np.array(lon)))
        road = self._tree.query(shapely.box(x - wide_deg, lat - reach_deg, x + wide_deg, lat + reach_deg))
        ends = shapely.get_coordinates(self._lines[road]).reshape(-1, 4)
        known = np.isfinite(elevation.sample(ends[:, [0, 2]], ends[:, [1, 3]])).all(axis=1)
        if not known.any():
            return float("inf")
        # In a plane that keeps distances around the point; roads are pieces of some hundred metres.
        squeeze = np.cos(np.radians(lat))
        a = (ends[known, :2] - [x, lat]) * [squeeze, 1.0]
        along = (ends[known, 2:] - ends[known, :2]) * [squeeze, 1.0]
        squared = np.maximum((along**2).sum(axis=1), np.finfo(float).tiny)
        share = np.clip(-(a * along).sum(axis=1) / squared, 0.0, 1.0)[:, None]
        foot = ends[known, :2] + share * (ends[known, 2:] - ends[known, :2])
        _azimuth, _back, metres = GEODESIC.inv(np.full(len(foot), x), np.full(len(foot), lat), foot[:, 0], foot[:, 1])
        return float(np.min(metres))
