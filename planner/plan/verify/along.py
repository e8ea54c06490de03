"""Whether a trench that is priced as one along a road follows a road of the inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.inputs.road_network import RoadNetwork

GEODESIC = Geod(ellps="WGS84")
TOLERANCE_M = 0.5
"""Points of roads are rounded to 0.1 m, and a place that stands on a road keeps its own coordinates."""
_REACH_DEG = 1e-4
"""Of latitude, or of longitude up to 80° of latitude: more than the tolerance."""


class RoadFinder:
    """Roads by place and class."""

    def __init__(self, roads: RoadNetwork | None, priced_apart: Sequence[str]) -> None:
        self._class = np.zeros(0, dtype=np.str_)
        lines = np.zeros(0, dtype=object)
        self._middle = 0.0
        if roads is not None and len(roads.edges):
            names = [name if name in priced_apart else "" for name in roads.classes]
            self._class = np.array(names, dtype=np.str_)[roads.road_class]
            self._middle = float(roads.lon[roads.edges[0, 0]])
            lon = self._turned(roads.lon)[roads.edges]
            lines = shapely.linestrings(np.stack([lon, roads.lat[roads.edges]], axis=-1))
        self._lines = lines
        self._tree = shapely.STRtree(lines)

    def _turned(self, lon: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return longitudes within half a turn of the first road's."""
        return np.asarray(lon - 360.0 * np.round((lon - self._middle) / 360.0))

    def follows(self, lon: Sequence[float], lat: Sequence[float], road_class: str) -> bool:
        """Say whether all vertices of a polyline, and the middles between them, lie on roads of a class."""
        x, y = self._turned(np.array(lon)), np.array(lat)
        x = np.concatenate([x, (x[:-1] + x[1:]) / 2])
        y = np.concatenate([y, (y[:-1] + y[1:]) / 2])
        near = shapely.box(x - _REACH_DEG, y - _REACH_DEG, x + _REACH_DEG, y + _REACH_DEG)
        point, road = self._tree.query(near)
        of_class = self._class[road] == road_class
        point, road = point[of_class], road[of_class]
        points = shapely.points(x[point], y[point])
        foot = shapely.line_interpolate_point(self._lines[road], shapely.line_locate_point(self._lines[road], points))
        _azimuth, _back, away_m = GEODESIC.inv(x[point], y[point], shapely.get_x(foot), shapely.get_y(foot))
        found = np.full(len(x), np.inf)
        np.minimum.at(found, point, away_m)
        return bool((found <= TOLERANCE_M).all())
