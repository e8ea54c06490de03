"""Fibre that exists: lines with a status, and the source that feeds each of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from planner.i18n import _, ngettext
from planner.inputs.columns import FIBRE_ROUTE_COLUMNS
from planner.inputs.ground import ground_at
from planner.inputs.group import Group, read_group
from planner.inputs.lines import checked_lines, corners_of
from planner.inputs.places import read_identity
from planner.inputs.status import read_status
from planner.likeness import nearest_ids
from planner.terrain import earth_centred, surface_normals
from planner.wording import number

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from planner.inputs.ofds import Ofds
    from planner.scenario import Scenario

    Texts = NDArray[np.object_]

ROUTE_MARK = "~route:"
"""Ids of the places where routes are fed go on with the id of the route."""
DEGREE_DECIMALS = 6


@dataclass(frozen=True)
class FibreRoutes:
    """Routes in operation, r rows.

    Attributes
    ----------
    id : (r,) str
    source : (r,) str
        Id of the source in `Inputs.sources` that feeds it. Where the input names none it is the route's own, at the
        vertex nearest to any office.
    capacity_mbps : (r,) float64
        Infinite where unknown.
    lon, lat : (k,) float64
        Vertices of all routes, one after the other, multiples of a millionth of a degree.
    start : (r + 1,) int64
        Route i has the vertices ``start[i]`` to ``start[i + 1]``.
    """

    id: NDArray[np.str_]
    source: NDArray[np.str_]
    capacity_mbps: NDArray[np.float64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    start: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of routes."""
        return len(self.id)

    def digest(self) -> str:
        """Return a hash over everything."""
        content = hashlib.sha256("\n".join([*self.id, *self.source]).encode())
        for column in (self.capacity_mbps, self.lon, self.lat, self.start):
            content.update(column.tobytes())
        return content.hexdigest()


@dataclass(frozen=True)
class ReadRoutes:
    """Routes, what feeds those that name no source, and what is to know of them."""

    routes: FibreRoutes | None
    own_sources: pd.DataFrame
    groups: tuple[Group, ...]
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class _Rows:
    """Sound rows of one group: ids, sources, capacities, lines."""

    id: list[str]
    source: list[str]
    capacity_mbps: list[float]
    line: list[shapely.LineString]


@dataclass(frozen=True)
class _Ground:
    """Terrain to look vertices up in; where there is none, all ground counts as known."""

    files: Sequence[Path]
    void_is_sea: bool

    def is_known(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return whether the height of each point is known."""
        if not self.files:
            return np.ones(len(lon), dtype=np.bool_)
        return np.isfinite(ground_at(self.files, lon, lat, void_is_sea=self.void_is_sea)[1])


def read_fibre_routes(
    scenario: Scenario,
    terrain: Sequence[Path],
    offices: pd.DataFrame,
    sources: pd.DataFrame,
    idle_sources: Collection[str],
    ofds: Ofds,
) -> ReadRoutes:
    """Read the lines of existing fibre and the spans of networks; those that are planned or closed are listed.

    Parameters
    ----------
    scenario : Scenario
    terrain : sequence of Path
        Empty where it cannot be read.
    offices, sources : DataFrame
        Those in use.
    idle_sources : collection of str
        Ids of sources that the input knows and that are not in use.
    ofds : Ofds
    """
    group = read_group(
        scenario, "fibre_routes", scenario.inputs.fibre_routes, FIBRE_ROUTE_COLUMNS, numeric=("capacity_mbps",)
    )
    ground = _Ground(terrain, void_is_sea=scenario.inputs.terrain_voids == "sea")
    rows = [_own_rows(group, ground, set(sources["id"]), idle_sources), _of_spans(ofds, ground)]
    ids = _unique([name for part in rows for name in part.id])
    if not ids:
        return ReadRoutes(None, sources.iloc[:0], (group,), ())
    lines = [line for part in rows for line in part.line]
    capacity_mbps = np.array([mbps for part in rows for mbps in part.capacity_mbps])
    fed = np.array([name for part in rows for name in part.source], dtype=object)
    own = fed == ""
    xy = np.round(shapely.get_coordinates(lines), DEGREE_DECIMALS)
    start = np.concatenate([[0], np.cumsum(shapely.get_num_points(lines))]).astype(np.int64)
    fed[own] = [f"{ROUTE_MARK}{name}" for name in np.array(ids, dtype=object)[own]]
    routes = FibreRoutes(
        np.array(ids, dtype=np.str_), fed.astype(np.str_), capacity_mbps, xy[:, 0].copy(), xy[:, 1].copy(), start
    )
    frame = _own_sources(routes, np.flatnonzero(own), offices, ground)
    length_km = float(sum(shapely.length(lines))) * _KM_PER_DEGREE
    return ReadRoutes(routes, frame, (group,), _notes(len(routes), int(own.sum()), length_km))


_KM_PER_DEGREE = 111.195


def _notes(routes: int, own: int, length_km: float) -> tuple[str, ...]:
    told = ngettext(
        "{count} existing fibre route in use, of about {km} km.",
        "{count} existing fibre routes in use, of about {km} km together.",
        routes,
    )
    notes = [told.format(count=number(routes), km=number(length_km))]
    if own:
        text = ngettext(
            "{count} fibre route names no source: it is taken as fed, and its activation is paid for.",
            "{count} fibre routes name no source: each is taken as fed, and its activation is paid for.",
            own,
        )
        notes.append(text.format(count=number(own)))
    return tuple(notes)


def _own_rows(group: Group, ground: _Ground, sources: set[str], idle: Collection[str]) -> _Rows:
    ids, _names = read_identity(group, "f")
    geometry = checked_lines(group)
    capacity = group.numbers("capacity_mbps", np.inf)
    fed = group.text("source")
    unknown = np.array([bool(name) and name not in sources and name not in idle for name in fed], dtype=bool)
    for i in map(int, np.flatnonzero(group.sound & unknown)):
        near = nearest_ids(str(fed[i]), sorted({*sources, *idle}))
        remedy = _("The nearest ids are: {ids}.").format(ids=", ".join(near)) if near else _("Correct or remove it.")
        one = np.arange(len(group)) == i
        group.fault(one, "unknown-source", _("No source has this id."), remedy, column="source")
    read_status(group, idle=_("The fibre route is not in operation; nothing is spliced into it."))
    dead = group.sound & np.array([name in idle for name in fed], dtype=bool)
    message = _("The source that feeds the route is not in use; nothing is spliced into the route.")
    group.leave_out(dead, "source-not-in-use", message, _("Name another source, or none."), column="source")
    _leave_out_elsewhere(group, geometry, ground)
    return _sound_rows(group, ids, fed, capacity, geometry)


def _of_spans(ofds: Ofds, ground: _Ground) -> _Rows:
    _leave_out_elsewhere(ofds.spans, ofds.lines, ground)
    return _sound_rows(ofds.spans, ofds.span_ids, ofds.fed_by, ofds.capacity_mbps, ofds.lines)


def _leave_out_elsewhere(group: Group, geometry: Texts, ground: _Ground) -> None:
    """Leave out lines of which no vertex lies on known ground."""
    rows = np.flatnonzero(group.sound)
    if not len(rows):
        return
    xy, line = shapely.get_coordinates(geometry[rows], return_index=True)
    elsewhere = np.zeros(len(group), dtype=bool)
    elsewhere[rows] = np.bincount(line, ground.is_known(xy[:, 0], xy[:, 1]), len(rows)) == 0
    message = _("The fibre route lies outside the terrain; it is not used.")
    remedy = _("Give terrain that covers it, if it matters.")
    corners = corners_of(shapely.bounds(geometry))
    group.leave_out(elsewhere, "outside-terrain", message, remedy, column="geometry", values=corners)


def _sound_rows(group: Group, ids: Texts, fed: Texts, capacity: NDArray[np.float64], geometry: Texts) -> _Rows:
    """Return the rows in use; a line in several pieces that do not join is as many routes."""
    rows = _Rows([], [], [], [])
    for i in np.flatnonzero(group.sound):
        merged = shapely.line_merge(shapely.force_2d(geometry[i]))
        for part in shapely.get_parts(merged):
            if shapely.length(part) > 0:
                rows.id.append(str(ids[i]))
                rows.source.append(str(fed[i]))
                rows.capacity_mbps.append(float(capacity[i]))
                rows.line.append(part)
    return rows


def _unique(ids: list[str]) -> list[str]:
    """Return the ids with ``#2``, ``#3`` … behind those that are there again."""
    taken, result = set(ids), []
    seen: set[str] = set()
    for name in ids:
        candidate, count = name, 2
        while candidate in seen or (candidate != name and candidate in taken):
            candidate, count = f"{name}#{count}", count + 1
        seen.add(candidate)
        result.append(candidate)
    return result


def _own_sources(routes: FibreRoutes, rows: NDArray[np.int64], offices: pd.DataFrame, ground: _Ground) -> pd.DataFrame:
    """Return a source for each route that names none: at its vertex on known ground that is nearest to any office."""
    # Routes that name no source are rare, and the library takes a quarter of a second to load.
    from scipy.spatial import KDTree  # noqa: PLC0415

    known = offices["position_known"].to_numpy(np.bool_)
    office_m = earth_centred(surface_normals(*(offices[name].to_numpy(np.float64)[known] for name in ("lon", "lat"))))
    vertex_m = earth_centred(surface_normals(routes.lon, routes.lat))
    away_m = np.zeros(len(routes.lon))
    if len(office_m):
        away_m = np.asarray(KDTree(office_m).query(vertex_m)[0])
    away_m = np.where(ground.is_known(routes.lon, routes.lat), away_m, np.inf)
    at = [int(routes.start[i] + np.argmin(away_m[routes.start[i] : routes.start[i + 1]])) for i in rows]
    return pd.DataFrame(
        {
            "id": routes.source[rows].astype(object),
            "name": routes.id[rows].astype(object),
            "lon": routes.lon[at],
            "lat": routes.lat[at],
            "kind": "fibre_route",
            "capacity_mbps": routes.capacity_mbps[rows],
            "status": "built",
        }
    )
