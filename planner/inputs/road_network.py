"""Roads as one network: lines split where they meet, and short gaps closed.

Coordinates are whole millionths of a degree (0.1 m), so that two vertices are the same or are not. Lines of another
level (bridges, tunnels, layers) meet the others at their ends alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np
import shapely

from planner.terrain.geodesy import WGS84, contiguous_span, unwrap_longitudes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

DEGREE_DECIMALS = 6
TOUCH_M = 0.2
"""A vertex this near a line is on it: coordinates are rounded to 0.1 m."""
URBAN, RURAL, DUCT, POLES, NO_POLES = 1, 2, 4, 8, 16
"""Traits of roads; what is not said is no trait."""
_DETOUR = 4
"""A road's end is not joined to what it reaches along the roads within so many times the gap that may be closed."""
_METRES_PER_DEGREE = 111_195.0
_UNIT = 10**DEGREE_DECIMALS


@dataclass(frozen=True)
class RoadNetwork:
    """Straight pieces of road between points, e edges over n points.

    Attributes
    ----------
    lon, lat : (n,) float64
        Degrees, multiples of a millionth. Points at different levels may lie above each other.
    edges : (e, 2) int64
        Points at the ends; no edge twice, none without length.
    road_class : (e,) int64
        Index into ``classes``.
    classes : tuple of str
        As the files name them.
    roads : int
        Rows of the files in use.
    gaps : int
        Roads' ends that were joined to another road.
    trait : (e,) int64, optional
        What the files say of each edge, as a sum: `URBAN` or `RURAL`, `DUCT`, `POLES` or `NO_POLES`.
    """

    lon: Floats
    lat: Floats
    edges: Ints
    road_class: Ints
    classes: tuple[str, ...]
    roads: int
    gaps: int
    trait: Ints | None = None

    @property
    def traits(self) -> Ints:
        """The traits of each edge, (e,): 0 where nothing is said."""
        return np.zeros(len(self.edges), dtype=np.int64) if self.trait is None else self.trait

    @cached_property
    def piece(self) -> Ints:
        """Which connected piece each point belongs to, (n,)."""
        return pieces_of(self.edges, len(self.lon))

    @property
    def pieces(self) -> int:
        """How many connected pieces there are."""
        return int(self.piece.max(initial=-1)) + 1

    def length_km(self) -> float:
        """Return the length of all roads along the geodesic."""
        return float(edge_lengths_m(self.lon, self.lat, self.edges).sum()) / 1000

    def largest_share(self) -> float:
        """Return the share of all length that the longest connected piece has."""
        length_m = edge_lengths_m(self.lon, self.lat, self.edges)
        of_piece = np.bincount(self.piece[self.edges[:, 0]], length_m)
        return float(of_piece.max() / of_piece.sum())

    def told(self) -> dict[str, float]:
        """Return what ``planner check`` counts."""
        km = round(self.length_km(), 3)
        return {"roads": self.roads, "km": km, "pieces": self.pieces, "gaps_closed": self.gaps}

    def digest(self) -> str:
        """Return a hash over everything."""
        content = hashlib.sha256("\n".join(self.classes).encode())
        for column in (self.lon, self.lat, self.edges, self.road_class, self.traits):
            content.update(column.tobytes())
        return content.hexdigest()


@dataclass(frozen=True)
class Lines:
    """Polylines, l rows of k vertices in all.

    Attributes
    ----------
    lon, lat : (k,) float64
    start : (l + 1,) int64
        Line i has the vertices ``start[i]`` to ``start[i + 1]``, at least two.
    road : (l,) int64
        Which road each line is part of.
    level : (l,) int64
        0 on the ground; lines of other levels pass over or under it.
    """

    lon: Floats
    lat: Floats
    start: Ints
    road: Ints
    level: Ints


@dataclass(frozen=True)
class Cleaned:
    """What lines become.

    Attributes
    ----------
    lon, lat : (n,) float64
    edges : (e, 2) int64
    road : (e,) int64
        Of several roads over the same piece the first.
    gaps : int
    overlapping : (o,) int64
        Roads that pass a piece of their own twice.
    """

    lon: Floats
    lat: Floats
    edges: Ints
    road: Ints
    gaps: int
    overlapping: Ints


def clean(lines: Lines, gap_m: float) -> Cleaned:
    """Split lines where they meet, drop what is there twice, and join ends that stop just short of another line.

    Lines of one level meet where they share a vertex, where a vertex of one lies on the other (within `TOUCH_M`) and
    where they cross. Lines of different levels meet where the one off the ground ends.

    Parameters
    ----------
    lines : Lines
    gap_m : float
        A dead end on the ground is joined to the nearest line on the ground within this distance that it does not
        reach along the roads within a few times as much.
    """
    draft = _Draft(lines)
    draft.split(draft.touching())
    draft.split(draft.crossing())
    overlapping = draft.drop_doubles()
    gaps = draft.close_gaps(gap_m) if gap_m > 0 else 0
    draft.drop_doubles()
    used, edges = np.unique(draft.edges, return_inverse=True)
    lon = unwrap_longitudes(draft.point[used, 0] / _UNIT, 0.0)
    return Cleaned(
        np.round(lon, DEGREE_DECIMALS),
        draft.point[used, 1] / _UNIT,
        edges.reshape(-1, 2).astype(np.int64),
        draft.road,
        gaps,
        overlapping,
    )


def pieces_of(edges: Ints, n_points: int) -> Ints:
    """Return the connected piece of each point, (n_points,)."""
    if n_points == 0:
        return np.zeros(0, dtype=np.int64)
    # Networks are kept: most runs do not need the library.
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    links = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(n_points, n_points))
    return connected_components(links, directed=False)[1].astype(np.int64)


def edge_lengths_m(lon: Floats, lat: Floats, edges: Ints) -> Floats:
    """Return the geodesic lengths of straight pieces, (e,)."""
    a, b = edges.T
    return np.asarray(WGS84.inv(lon[a], lat[a], lon[b], lat[b])[2], dtype=np.float64)


def split_edges(edges: Ints, at: Ints, share: Floats, point: Ints) -> tuple[Ints, Ints]:
    """Return the edges with points put into some of them, and which edge each came from.

    Parameters
    ----------
    edges : (e, 2) int64
    at : (s,) int64
        Edges to split.
    share : (s,) float64
        How far along each, 0 to 1.
    point : (s,) int64
        The points put in.
    """
    whole = np.arange(len(edges))
    owner = np.concatenate([whole, at, whole])
    along = np.concatenate([np.full(len(edges), -1.0), share, np.full(len(edges), 2.0)])
    points = np.concatenate([edges[:, 0], point, edges[:, 1]])
    order = np.lexsort((points, along, owner))
    owner, points = owner[order], points[order]
    inner = (owner[:-1] == owner[1:]) & (points[:-1] != points[1:])
    return np.column_stack([points[:-1], points[1:]])[inner], owner[:-1][inner]


class _Draft:
    """A network in the making: points (x, y, level) in millionths of a degree, edges between them."""

    def __init__(self, lines: Lines) -> None:
        west, east = contiguous_span(lines.lon) if len(lines.lon) else (0.0, 0.0)
        lon = unwrap_longitudes(lines.lon, (west + east) / 2)
        line = np.repeat(np.arange(len(lines.road)), np.diff(lines.start))
        at_end = np.zeros(len(lon), dtype=np.bool_)
        at_end[lines.start[:-1]] = at_end[lines.start[1:] - 1] = True
        level = np.where(at_end, 0, lines.level[line])
        xy = np.round(np.column_stack([lon, lines.lat]) * _UNIT).astype(np.int64)
        self.point, node = np.unique(np.column_stack([xy, level]), axis=0, return_inverse=True)
        node = node.ravel()
        inner = np.flatnonzero((line[:-1] == line[1:]) & (node[:-1] != node[1:]))
        self.edges = np.column_stack([node[inner], node[inner + 1]])
        self.road = lines.road[line[inner]]
        self.level = lines.level[line[inner]]

    def _xy(self, point: Ints) -> Floats:
        return np.asarray(self.point[point, :2] / _UNIT)

    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(shapely.linestrings(self._xy(self.edges)))

    def _near(self, point: Ints, reach_m: float) -> tuple[Ints, Ints, Floats, Floats]:
        """Return pairs of points and edges within reach that do not hold them: row, edge, share along it, distance."""
        xy = self._xy(point)
        reach = reach_m / _METRES_PER_DEGREE * 1.01
        wide = reach / np.cos(np.radians(np.minimum(np.abs(xy[:, 1]) + reach, 89.9)))
        boxes = shapely.box(xy[:, 0] - wide, xy[:, 1] - reach, xy[:, 0] + wide, xy[:, 1] + reach)
        row, edge = (found.astype(np.int64) for found in self._tree().query(boxes))
        apart = (self.edges[edge] != point[row, None]).all(axis=1)
        row, edge = row[apart], edge[apart]
        share, distance_m = nearest_on(xy[row], self._xy(self.edges[edge, 0]), self._xy(self.edges[edge, 1]))
        near = distance_m <= reach_m
        return row[near], edge[near], share[near], distance_m[near]

    def touching(self) -> tuple[Ints, Floats, Ints]:
        """Return vertices that lie on edges: the edges, how far along, and the vertices."""
        point = np.unique(self.edges)
        row, edge, share, _distance = self._near(point, TOUCH_M)
        # an end of a line is on level 0 and meets any line; what passes at another level meets lines of that alone
        ends = self.point[point[row], 2] == 0
        meets = (self.level[edge] == self.point[point[row], 2]) | (ends & self._ends_at(point[row], self.level[edge]))
        beside = np.where(share < 1, self.edges[edge, 0], self.edges[edge, 1])  # if the point is beyond the edge
        meets &= ((share > 0) & (share < 1)) | ~self._are_joined(point[row], beside)
        return edge[meets], share[meets], point[row[meets]]

    def _are_joined(self, a: Ints, b: Ints) -> Mask:
        """Return whether there is an edge between points."""
        size = len(self.point)
        known = np.sort(self.edges, axis=1) @ [size, 1]
        return np.isin(np.minimum(a, b) * size + np.maximum(a, b), known)

    def _ends_at(self, point: Ints, level: Ints) -> Mask:
        """Return whether an edge of the level starts or ends at the point."""
        levels = np.column_stack([self.edges.ravel(), np.repeat(self.level, 2)])
        span = int(np.abs(self.level).max(initial=0)) * 2 + 1
        known = np.unique(levels[:, 0] * span + levels[:, 1] + span // 2)
        return np.isin(point * span + level + span // 2, known)

    def crossing(self) -> tuple[Ints, Floats, Ints]:
        """Return where edges of one level cross; the points are made."""
        lines = shapely.linestrings(self._xy(self.edges))
        a, b = shapely.STRtree(lines).query(lines, predicate="intersects")
        apart = (a < b) & (self.level[a] == self.level[b])
        apart &= (self.edges[a][:, :, None] != self.edges[b][:, None, :]).all(axis=(1, 2))
        a, b = a[apart].astype(np.int64), b[apart].astype(np.int64)
        met = shapely.intersection(lines[a], lines[b])
        single = shapely.get_type_id(met) == shapely.GeometryType.POINT  # along each other: they touch at vertices
        a, b, met = a[single], b[single], met[single]
        xy = np.round(shapely.get_coordinates(met) * _UNIT).astype(np.int64)
        made = np.column_stack([xy, self.level[a]])
        edge, twice = np.concatenate([a, b]), np.concatenate([made, made])
        share, _distance = nearest_on(
            twice[:, :2] / _UNIT, self._xy(self.edges[edge, 0]), self._xy(self.edges[edge, 1])
        )
        return edge, share, self._points(twice)

    def _points(self, wanted: Ints) -> Ints:
        """Return the numbers of points (x, y, level), new ones where there are none."""
        joint, number = np.unique(np.concatenate([self.point, wanted]), axis=0, return_inverse=True)
        number = number.ravel()
        place = np.full(len(joint), -1)
        place[number[: len(self.point)]] = np.arange(len(self.point))
        fresh = np.flatnonzero(place < 0)
        place[fresh] = len(self.point) + np.arange(len(fresh))
        self.point = np.concatenate([self.point, joint[fresh]])
        return np.asarray(place[number[-len(wanted) :]] if len(wanted) else np.zeros(0, np.int64))

    def split(self, where: tuple[Ints, Floats, Ints]) -> None:
        """Put points into edges."""
        self.edges, origin = split_edges(self.edges, *where)
        self.road, self.level = self.road[origin], self.level[origin]

    def drop_doubles(self) -> Ints:
        """Keep the first of edges between the same points; return the roads that pass an edge of their own twice."""
        ends = np.sort(self.edges, axis=1)
        own = np.column_stack([self.road, ends])
        kinds, times = np.unique(own, axis=0, return_counts=True)
        order = np.lexsort((self.road, ends[:, 1], ends[:, 0]))
        first = np.r_[True, (np.diff(ends[order], axis=0) != 0).any(axis=1)][: len(order)]
        keep = np.sort(order[first])
        self.edges, self.road, self.level = self.edges[keep], self.road[keep], self.level[keep]
        return np.unique(kinds[times > 1, 0])

    def close_gaps(self, gap_m: float) -> int:
        """Join dead ends to the nearest line that they do not reach along the roads; return how many."""
        point, degree = np.unique(self.edges, return_counts=True)
        dead = point[(degree == 1) & (self.point[point, 2] == 0)]
        row, edge, share, distance_m = self._near(dead, gap_m)
        ground = self.level[edge] == 0
        order = np.flatnonzero(ground)[np.lexsort((edge[ground], distance_m[ground], row[ground]))]
        lon, lat = self._xy(np.arange(len(self.point))).T
        ways = _Ways(self.edges, edge_lengths_m(lon, lat, self.edges), len(self.point))
        chosen: list[int] = []
        here, joined, reached = -1, False, set[int]()
        for k in order.tolist():
            if row[k] != here:
                here, joined, reached = row[k], False, ways.within(int(dead[row[k]]), _DETOUR * gap_m)
            if not joined and not reached & set(self.edges[edge[k]].tolist()):
                chosen.append(k)
                joined = True
        return self._join(dead[row[chosen]], edge[chosen], share[chosen])

    def _join(self, end: Ints, edge: Ints, share: Floats) -> int:
        """Lay an edge from each end to the place on another edge; return how many differ."""
        a, b = self._xy(self.edges[edge, 0]), self._xy(self.edges[edge, 1])
        xy = np.round((a + share[:, None] * (b - a)) * _UNIT).astype(np.int64)
        target = self._points(np.column_stack([xy, np.zeros(len(xy), dtype=np.int64)]))
        target = np.where(share == 0, self.edges[edge, 0], np.where(share == 1, self.edges[edge, 1], target))
        road_at = np.zeros(len(self.point), dtype=np.int64)
        road_at[self.edges.ravel()] = np.repeat(self.road, 2)
        inside = (share > 0) & (share < 1)
        self.split((edge[inside], share[inside], target[inside]))
        ends = np.sort(np.column_stack([end, target]), axis=1)
        joints, first = np.unique(ends, axis=0, return_index=True)
        proper = joints[:, 0] != joints[:, 1]
        joints, first = joints[proper], first[proper]
        self.edges = np.concatenate([self.edges, joints])
        self.road = np.concatenate([self.road, road_at[end[first]]])
        self.level = np.concatenate([self.level, np.zeros(len(joints), dtype=np.int64)])
        return len(joints)


class _Ways:
    """What can be reached from a point along edges."""

    def __init__(self, edges: Ints, length_m: Floats, n_points: int) -> None:
        ends = edges.T.ravel()
        order = np.argsort(ends, kind="stable")
        self._start = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=n_points))])
        self._other = edges[:, ::-1].T.ravel()[order]
        self._length_m = np.tile(length_m, 2)[order]

    def within(self, origin: int, limit_m: float) -> set[int]:
        """Return the points within a distance along the edges, the origin too."""
        reached: set[int] = set()
        heap = [(0.0, origin)]
        while heap:
            distance_m, here = heappop(heap)
            if here in reached:
                continue
            reached.add(here)
            for slot in range(self._start[here], self._start[here + 1]):
                there_m = distance_m + float(self._length_m[slot])
                if there_m <= limit_m:
                    heappush(heap, (there_m, int(self._other[slot])))
        return reached


def nearest_on(xy: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return where on the straight piece from a to b each point is nearest (0 to 1), and the distance in metres.

    Degrees are scaled to the ground around each point; good for pieces of a few kilometres.
    """
    scale = np.column_stack([np.cos(np.radians(xy[:, 1])), np.ones(len(xy))]) * _METRES_PER_DEGREE
    along, off = (b - a) * scale, (xy - a) * scale
    squared = (along**2).sum(axis=1)
    share = np.clip((along * off).sum(axis=1) / np.where(squared > 0, squared, 1.0), 0.0, 1.0)
    return share, np.linalg.norm(off - share[:, None] * along, axis=1)
