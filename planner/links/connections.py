"""How places get to their roads: straight, or over slope-priced ground, whichever is priced lower."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.inputs.road_network import TOUCH_M
from planner.links.fibre import edge_cost
from planner.links.ground import Setting
from planner.links.polyline import price_polyline
from planner.links.road_graph import between
from planner.links.spread import NOWHERE, spread, way_home
from planner.terrain.geodesy import earth_centred, surface_normals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.links.fibre import Site
    from planner.links.options import Places
    from planner.links.road_graph import RoadGraph, RoadSearch, Spots
    from planner.links.spread import Forest
    from planner.terrain import Elevation

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Connections:
    """Ways from places to their roads, c rows, of which the first d are straight.

    Attributes
    ----------
    place : (c,) int64
    foot : Spots
        Where the d straight ones meet their roads.
    last : (d,) int64
        The points from which their last pieces lead there.
    cells : (c - d,) int64
        Cells of roads at which the others end.
    steps : (k, 2) int64
        Pieces over open ground: cells, places behind them, and points behind these.
    lon, lat : (p,) float64
        Points behind cells and places.
    """

    place: Ints
    foot: Spots
    last: Ints
    cells: Ints
    steps: Ints
    lon: Floats
    lat: Floats


def connect_places(
    elevation: Elevation,
    site: Site,
    places: Places,
    roads: RoadGraph,
    spots: Spots,
    spot_of_cell: Ints,
    search: RoadSearch,
    cell_m: float,
) -> Connections:
    """Join each place to a road, straight or over the grid, whichever is priced lower."""
    standing = np.flatnonzero(site.cell != NOWHERE)
    reach_m = search.off_road_km * 1000
    row, foot = roads.nearest(places.lon[standing], places.lat[standing], spots, cell_m / 2, reach_m)
    row = standing[row]
    straight = _Straight.between(places.lon[row], places.lat[row], foot, cell_m)
    direct = np.full(len(places), np.inf)
    direct[row] = np.where(straight.is_dry(site), straight.priced_km(elevation, search), np.inf)

    seeds = np.flatnonzero(spot_of_cell != NOWHERE)
    forest = spread(site.ground, seeds, search.climb_factor, np.zeros(len(spot_of_cell), dtype=np.uint16))
    own = np.column_stack([site.vertex, np.maximum(site.cell, 0)])[standing]
    first_km = edge_cost(elevation, site.lon, site.lat, own, search.climb_factor, search.weights)
    first_m = np.linalg.norm(
        earth_centred(surface_normals(site.lon[own[:, 0]], site.lat[own[:, 0]])) - site.ground.position_m[own[:, 1]],
        axis=1,
    )
    searched = np.full(len(places), np.inf)
    within = forest.length_m[own[:, 1]] + first_m <= reach_m
    searched[standing[within]] = (forest.cost_m[own[:, 1]] / 1000 + first_km)[within]

    searched += TOUCH_M / 1000  # points are rounded: of equal ways the straight one counts
    by_line = np.isfinite(direct[row]) & (direct[row] <= searched[row])
    over_grid = np.flatnonzero(np.isfinite(searched) & (searched < direct))
    return _joined(site, row[by_line], straight.taken(by_line), over_grid, forest)


def _joined(site: Site, direct: Ints, straight: _Straight, over_grid: Ints, forest: Forest) -> Connections:
    """Return straight connections and those over the grid together."""
    points = len(site.lon) + np.arange(len(straight.lon))
    before = np.where(
        np.r_[True, np.diff(straight.row) != 0][: len(points)], site.vertex[direct[straight.row]], points - 1
    )
    last = site.vertex[direct]
    last[straight.row] = points  # of a line's points the last remains
    cell = site.cell[over_grid]
    on_way = np.flatnonzero(way_home(cell, forest.towards) & (forest.towards != NOWHERE))
    own = over_grid[site.vertex[over_grid] != cell]
    steps = [
        np.column_stack([before, points]),
        np.column_stack([on_way, forest.towards[on_way]]),
        np.column_stack([site.vertex[own], site.cell[own]]),
    ]
    return Connections(
        place=np.concatenate([direct, over_grid]),
        foot=straight.foot,
        last=last,
        cells=forest.home[cell],
        steps=np.concatenate(steps),
        lon=straight.lon,
        lat=straight.lat,
    )


@dataclass(frozen=True)
class _Straight:
    """Straight lines from places to their roads, r rows, with points between the two ends.

    Attributes
    ----------
    lon0, lat0 : (r,) float64
        The places.
    foot : Spots
        The other ends.
    row : (p,) int64
        Line of each point between.
    lon, lat : (p,) float64
    """

    lon0: Floats
    lat0: Floats
    foot: Spots
    row: Ints
    lon: Floats
    lat: Floats

    @classmethod
    def between(cls, lon: Floats, lat: Floats, foot: Spots, spacing_m: float) -> _Straight:
        """Return lines with a point at least so often."""
        row, share = _shares(lon, lat, foot, spacing_m)
        middle = between(lon[row], lat[row], foot.lon[row], foot.lat[row], share)
        return cls(lon, lat, foot, row, *middle)

    def taken(self, rows: Mask) -> _Straight:
        """Return some of the lines."""
        kept = rows[self.row]
        number = np.cumsum(rows) - 1
        foot = self.foot.taken(np.flatnonzero(rows))
        return _Straight(self.lon0[rows], self.lat0[rows], foot, number[self.row[kept]], self.lon[kept], self.lat[kept])

    def is_dry(self, site: Site) -> Mask:
        """Return which lines cross no water or unknown ground outside the cells of their ends, (r,)."""
        row, share = _shares(self.lon0, self.lat0, self.foot, site.grid.ground.cell_m / 4)
        ends = site.cell_at(self.lon0, self.lat0), site.cell_at(self.foot.lon, self.foot.lat)
        cell = site.cell_at(*between(self.lon0[row], self.lat0[row], self.foot.lon[row], self.foot.lat[row], share))
        wet = ~site.ground.passable[cell] & (cell != ends[0][row]) & (cell != ends[1][row])
        return np.asarray(np.bincount(row, wet, len(self.lon0)) == 0)

    def priced_km(self, elevation: Elevation, search: RoadSearch) -> Floats:
        """Return what each line is priced at, (r,)."""
        size = len(self.lon0)
        order = np.argsort(np.concatenate([np.arange(size), self.row, np.arange(size)]), kind="stable")
        lon = np.concatenate([self.lon0, self.lon, self.foot.lon])[order]
        lat = np.concatenate([self.lat0, self.lat, self.foot.lat])[order]
        start = np.concatenate([[0], np.cumsum(np.bincount(self.row, minlength=size) + 2)])
        vertices = np.column_stack([lon, lat])
        ground = None if search.weights is None else (search.weights, np.full(size, Setting.OPEN, dtype=np.int64))
        return price_polyline(
            elevation, vertices, start, route_factor=1.0, climb_factor=search.climb_factor, ground=ground
        )[1]


def _shares(lon: Floats, lat: Floats, foot: Spots, spacing_m: float) -> tuple[Ints, Floats]:
    """Return where points between the ends of lines are, evenly and at most so far apart: line and share."""
    length_m = np.linalg.norm(earth_centred(surface_normals(lon, lat)) - foot.position_m, axis=1)
    parts = np.maximum(np.ceil(length_m / spacing_m).astype(np.int64), 1)
    row = np.repeat(np.arange(len(parts)), parts - 1)
    first = np.cumsum(parts - 1) - (parts - 1)
    return row, (np.arange(len(row)) - first[row] + 1) / parts[row]
