"""Existing fibre routes: where they are fed, where they may be spliced into, and what leads along them."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import shapely
from pyproj import Geod

from planner.plan.verify.sites import Site

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.inputs.fibre_routes import FibreRoutes
    from planner.scenario import Scenario

GEODESIC = Geod(ellps="WGS84")
ROUTE_MARK, SPLICE_MARK = "~route:", "~splice:"
"""Ids of where a route is fed go on with its id; those of places to splice with its id, ``@`` and kilometres."""
NAMED_M = 0.6
"""Ids of places to splice are rounded to a metre."""
ROUNDED_DEG = 2e-6
"""So are their coordinates, to a millionth of a degree."""
ON_LINE_M = 0.5
_NO_LENGTH_M = 1.0
_METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True)
class Route:
    """A route in operation: what feeds it, what it carries, its line."""

    source: str
    capacity_mbps: float
    line: tuple[tuple[float, float], ...]

    @property
    def along_m(self) -> list[float]:
        """Distance of each vertex from the start."""
        lon, lat = zip(*self.line, strict=True)
        return [0.0, *accumulate(GEODESIC.line_lengths(lon, lat))]

    def at(self, metres: float) -> tuple[float, float]:
        """Return the point so far along the line, as it is drawn in degrees."""
        along = self.along_m
        piece = min(max(bisect_right(along, metres) - 1, 0), len(along) - 2)
        (lon0, lat0), (lon1, lat1) = self.line[piece], self.line[piece + 1]
        length_m = along[piece + 1] - along[piece]
        share = (metres - along[piece]) / length_m if length_m else 0.0
        lon1 -= 360.0 * round((lon1 - lon0) / 360.0)
        lon = lon0 + share * (lon1 - lon0)
        return lon - 360.0 * round(lon / 360.0), lat0 + share * (lat1 - lat0)


class RouteBook:
    """The routes of the inputs by id."""

    def __init__(self, routes: FibreRoutes | None, scenario: Scenario, sites: Mapping[str, Site]) -> None:
        self._rule = scenario.links.fibre.splice
        self._sites = sites
        self._routes: dict[str, Route] = {}
        for i in range(0 if routes is None else len(routes)):
            assert routes is not None
            own = slice(routes.start[i], routes.start[i + 1])
            line = tuple(zip(routes.lon[own].tolist(), routes.lat[own].tolist(), strict=True))
            self._routes[str(routes.id[i])] = Route(str(routes.source[i]), float(routes.capacity_mbps[i]), line)

    def place(self, name: str) -> Site | None:
        """Return a place that an id names: where a route is fed, or may be spliced into; None for others."""
        if name.startswith(ROUTE_MARK):
            route = self._routes.get(name.removeprefix(ROUTE_MARK))
            return None if route is None else Site("junction", *route.line[self._fed(route)])
        found = self._spliced(name)
        return None if found is None else Site("junction", *found[0].at(found[1]))

    def capacity_mbps(self, tail: str, head: str) -> tuple[bool, float] | None:
        """Return whether a link between two places is a splice, and what its route carries; None where it is neither.

        From a source into the route that it feeds, and from there to where the route may be spliced into, either way.
        """
        for a, b in ((tail, head), (head, tail)):
            if not a.startswith(ROUTE_MARK) and b.startswith(ROUTE_MARK):
                route = self._routes.get(b.removeprefix(ROUTE_MARK))
                if route is not None and route.source == a:
                    return False, route.capacity_mbps
            found = self._spliced(b)
            if found is not None and a == ROUTE_MARK + b.removeprefix(SPLICE_MARK).rpartition("@")[0]:
                return True, found[0].capacity_mbps
        return None

    def follows(self, tail: str, head: str, drawn: Sequence[Sequence[float]]) -> bool:
        """Say whether a splice is drawn along its route, from one end to the other and no farther."""
        name = tail if tail.startswith(SPLICE_MARK) else head
        found = self._spliced(name)
        if found is None:
            return False
        route, metres = found
        middle = route.line[0][0]
        line = shapely.LineString([(_turned(lon, middle), lat) for lon, lat in route.line])
        points = [(_turned(lon, middle), lat) for lon, lat in drawn]
        points += [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairwise(points)]
        away = max(line.distance(shapely.Point(point)) for point in points) * _METRES_PER_DEGREE
        lon, lat = ([point[k] for point in drawn] for k in (0, 1))
        length_m = math.fsum(GEODESIC.line_lengths(lon, lat))
        wanted_m = abs(metres - route.along_m[self._fed(route)])
        return away <= ON_LINE_M and abs(length_m - wanted_m) <= ON_LINE_M

    def _fed(self, route: Route) -> int:
        """Return the vertex nearest to the source."""
        source = self._sites.get(route.source)
        if source is None:
            return 0
        away_m = [GEODESIC.inv(lon, lat, source.lon, source.lat)[2] for lon, lat in route.line]
        return away_m.index(min(away_m))

    def _spliced(self, name: str) -> tuple[Route, float] | None:
        """Return the route of a place to splice, and the metres from its start; None where it may not be spliced."""
        route_id, mark, km = name.removeprefix(SPLICE_MARK).rpartition("@")
        route = self._routes.get(route_id)
        if route is None or not mark or not name.startswith(SPLICE_MARK):
            return None
        try:
            stated_m = 1000.0 * float(km)
        except ValueError:
            return None
        length_m = route.along_m[-1]
        allowed = [0.0, length_m]
        if self._rule.at == "every_km":
            nearest = 1000.0 * self._rule.every_km * round(stated_m / (1000.0 * self._rule.every_km))
            allowed += [nearest] if 0.0 <= nearest < length_m - _NO_LENGTH_M else []
        exact = min(allowed, key=lambda metres: abs(metres - stated_m))
        return (route, exact) if abs(exact - stated_m) <= NAMED_M else None


def _turned(lon: float, middle: float) -> float:
    return lon - 360.0 * round((lon - middle) / 360.0)
