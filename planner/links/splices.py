"""Where new fibre may be spliced into routes that exist, and what it hangs from there.

A route is fed by a source. Between the source and the route stands a place of the route, at its vertex nearest to the
source, so that the route's capacity binds on everything that is spliced into it; a route that names no source is its
own source. From there a link along the route leads to each place to splice, at both ends of the line and, if the
scenario says so, every so many kilometres. Places to splice beyond the longest route from any office that asks, or on
unknown ground, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.i18n import _
from planner.inputs.fibre_routes import DEGREE_DECIMALS, ROUTE_MARK
from planner.terrain.geodesy import WGS84, earth_centred, surface_normals, unwrap_longitudes
from planner.wording import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.inputs.fibre_routes import FibreRoutes
    from planner.links.options import Places
    from planner.scenario import Scenario
    from planner.terrain import Elevation

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

SPLICE_MARK = "~splice:"
"""Ids of places to splice go on with the id of the route, ``@``, and the kilometres from where its line starts."""
_NO_LENGTH_M = 1.0
"""Places to splice are not nearer to each other than ids can tell apart."""


@dataclass(frozen=True)
class Splices:
    """Places at existing routes, p rows, and the links among them and from sources, m rows.

    Attributes
    ----------
    ids : (p,) str
    lon, lat : (p,) float64
    is_splice : (p,) bool
        False for the places where routes are fed.
    tail : (m,) int64
        Where links come from: a row of the places before these, or from their number on a row of these.
    head : (m,) int64
        A row of these.
    bought : (m,) bool
        True for splices, False for what leads from a source into its route.
    capacity_mbps : (m,) float64
        Of the route.
    vertices : (k, 2) float64
    vertex_count : (m,) int64
    routes, beyond : int
        Routes with a place to splice; places to splice that were left out.
    """

    ids: NDArray[np.str_]
    lon: Floats
    lat: Floats
    is_splice: NDArray[np.bool_]
    tail: Ints
    head: Ints
    bought: NDArray[np.bool_]
    capacity_mbps: Floats
    vertices: Floats
    vertex_count: Ints
    routes: int
    beyond: int

    def __len__(self) -> int:
        """Return the number of places."""
        return len(self.ids)

    def note(self, max_km: float) -> str:
        """Return how many there are, for people."""
        text = _(
            "fibre: {count} places to splice into {routes} existing routes; {beyond} more lie on unknown ground or "
            "farther than {km} km from every office that asks."
        )
        count, routes, beyond = (number(n) for n in (int(self.is_splice.sum()), self.routes, self.beyond))
        return text.format(count=count, routes=routes, beyond=beyond, km=number(max_km, 1))


@dataclass(frozen=True)
class _Line:
    """A route with the distance of each vertex from its start."""

    lon: Floats
    lat: Floats
    along_m: Floats

    @classmethod
    def of(cls, lon: Floats, lat: Floats) -> _Line:
        steps = WGS84.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]
        return cls(lon, lat, np.concatenate([[0.0], np.cumsum(steps)]))

    def at(self, metres: Floats) -> tuple[Floats, Floats]:
        """Return points along the line, as it is drawn in degrees."""
        piece = np.clip(np.searchsorted(self.along_m, metres, side="right") - 1, 0, len(self.lon) - 2)
        length_m = self.along_m[piece + 1] - self.along_m[piece]
        share = np.where(length_m > 0, (metres - self.along_m[piece]) / np.where(length_m > 0, length_m, 1.0), 0.0)
        lon1 = unwrap_longitudes(self.lon[piece + 1], self.lon[piece])
        lon = unwrap_longitudes(self.lon[piece] + share * (lon1 - self.lon[piece]), 0.0)
        lat = self.lat[piece] + share * (self.lat[piece + 1] - self.lat[piece])
        return np.round(lon, DEGREE_DECIMALS), np.round(lat, DEGREE_DECIMALS)

    def between(self, vertex: int, metres: float, end: tuple[float, float]) -> Floats:
        """Return the vertices from one of the line to a point along it, both included."""
        here_m = self.along_m[vertex]
        inner = np.flatnonzero((self.along_m > min(here_m, metres)) & (self.along_m < max(here_m, metres)))
        inner = inner if metres >= here_m else inner[::-1]
        path = np.column_stack([self.lon[inner], self.lat[inner]])
        return np.vstack([[self.lon[vertex], self.lat[vertex]], path, end])


def find_splices(
    routes: FibreRoutes, places: Places, asking: NDArray[np.bool_], elevation: Elevation, scenario: Scenario
) -> Splices:
    """Return the places to splice within reach; see the rules above.

    Parameters
    ----------
    routes : FibreRoutes
    places : Places
        Offices, sources, towers and hilltops.
    asking : (n,) bool
        Offices without an adequate connection, of known position.
    elevation : Elevation
    scenario : Scenario
    """
    search = scenario.links.fibre
    row_of = {name: row for row, name in enumerate(places.id.tolist())}
    asking_m = earth_centred(surface_normals(places.lon[asking], places.lat[asking]))
    draft = _Draft(len(places))
    used = beyond = 0
    for i in range(len(routes)):
        own = slice(routes.start[i], routes.start[i + 1])
        line = _Line.of(routes.lon[own], routes.lat[own])
        every_m = 1000.0 * search.splice.every_km if search.splice.at == "every_km" else np.inf
        metres = splice_metres(float(line.along_m[-1]), every_m)
        lon, lat = line.at(metres)
        point_m = earth_centred(surface_normals(lon, lat))
        near = np.isfinite(elevation.sample(lon, lat)) & _within(point_m, asking_m, 1000.0 * search.max_km)
        beyond += int(np.count_nonzero(~near))
        if near.any():
            used += 1
            source = row_of[str(routes.source[i])]
            draft.add(str(routes.id[i]), line, source, places, float(routes.capacity_mbps[i]))
            for k in np.flatnonzero(near).tolist():
                draft.splice(metres[k], (float(lon[k]), float(lat[k])))
    return draft.done(used, beyond)


def splice_metres(length_m: float, every_m: float) -> Floats:
    """Return how far along a route it may be spliced: at both ends, and between them every so many metres."""
    inner = np.arange(1, np.ceil(length_m / every_m)) * every_m if np.isfinite(every_m) else np.zeros(0)
    inner = inner[inner < length_m - _NO_LENGTH_M]
    return np.concatenate([[0.0], inner, [length_m][: int(length_m > _NO_LENGTH_M)]])


def _within(point_m: Floats, others_m: Floats, reach_m: float) -> NDArray[np.bool_]:
    from scipy.spatial import KDTree  # noqa: PLC0415 - as in `planner.terrain.pairs`

    if not len(others_m):
        return np.zeros(len(point_m), dtype=np.bool_)
    return np.isfinite(KDTree(others_m).query(point_m, distance_upper_bound=reach_m)[0])


class _Draft:
    """Places and links while routes are added one by one."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._places: list[tuple[str, float, float, bool]] = []
        self._links: list[tuple[int, int, bool, float]] = []
        self._lines: list[Floats] = []

    def add(self, name: str, line: _Line, source: int, places: Places, capacity_mbps: float) -> None:
        """Begin a route: where it is fed."""
        at = float(places.lon[source]), float(places.lat[source])
        azimuths = WGS84.inv(line.lon, line.lat, np.full(len(line.lon), at[0]), np.full(len(line.lon), at[1]))
        vertex = int(np.argmin(azimuths[2]))
        self._name, self._line, self._vertex, self._capacity_mbps = name, line, vertex, capacity_mbps
        self._feed = source
        if places.id[source] != f"{ROUTE_MARK}{name}":
            head = float(line.lon[vertex]), float(line.lat[vertex])
            self._feed = self._first + len(self._places)
            self._places.append((f"{ROUTE_MARK}{name}", *head, False))
            self._link(source, False, np.array([at, head]))

    def splice(self, metres: float, at: tuple[float, float]) -> None:
        """Add a place to splice into the route begun last."""
        self._places.append((f"{SPLICE_MARK}{self._name}@{metres / 1000:.3f}", *at, True))
        self._link(self._feed, True, self._line.between(self._vertex, metres, at))

    def _link(self, tail: int, bought: bool, vertices: Floats) -> None:
        self._links.append((tail, len(self._places) - 1, bought, self._capacity_mbps))
        self._lines.append(vertices)

    def done(self, routes: int, beyond: int) -> Splices:
        ids, lon, lat, is_splice = zip(*self._places, strict=True) if self._places else ((), (), (), ())
        tail, head, bought, capacity_mbps = zip(*self._links, strict=True) if self._links else ((), (), (), ())
        return Splices(
            np.array(ids, dtype=np.str_),
            np.array(lon, dtype=np.float64),
            np.array(lat, dtype=np.float64),
            np.array(is_splice, dtype=np.bool_),
            np.array(tail, dtype=np.int64),
            np.array(head, dtype=np.int64),
            np.array(bought, dtype=np.bool_),
            np.array(capacity_mbps, dtype=np.float64),
            np.concatenate(self._lines) if self._lines else np.zeros((0, 2)),
            np.array([len(line) for line in self._lines], dtype=np.int64),
            routes,
            beyond,
        )
