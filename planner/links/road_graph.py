"""The road network as a graph that can be cut anywhere: points along it, nearest points, pieces."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from planner.inputs.road_network import DEGREE_DECIMALS, TOUCH_M, edge_lengths_m, pieces_of, split_edges
from planner.terrain.geodesy import earth_centred, surface_normals, unwrap_longitudes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.inputs.road_network import RoadNetwork
    from planner.links.ground import GroundWeights
    from planner.terrain import Elevation

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class RoadSearch:
    """How trenches along roads are searched.

    Attributes
    ----------
    climb_factor : float
        Extra metres priced per metre of climb or fall.
    max_km, off_road_km : float
        Longest way over open ground between regions, and from a place to its road.
    cell_m : float
        Side of the search grid's cells.
    ground_of_edge : (e,) int64
        Which ground, from 1 on, each edge of the network is.
    price : (g,) float64
        What a metre costs on each ground compared with others; open ground first.
    setting : (g,) int64
        `planner.links.ground.Setting` of each ground.
    weights : GroundWeights or None
    max_arcs : int
        For each place.
    """

    climb_factor: float
    max_km: float
    off_road_km: float
    cell_m: float
    ground_of_edge: Ints
    price: Floats
    setting: Ints
    weights: GroundWeights | None
    max_arcs: int


@dataclass(frozen=True)
class Spots:
    """Positions along roads, s rows.

    Attributes
    ----------
    edge : (s,) int64
        Edge of the graph.
    share : (s,) float64
        How far along it, 0 to 1.
    lon, lat : (s,) float64
        Rounded as all points of roads are.
    """

    edge: Ints
    share: Floats
    lon: Floats
    lat: Floats

    def __len__(self) -> int:
        """Return the number of positions."""
        return len(self.edge)

    def taken(self, rows: NDArray[np.int64]) -> Spots:
        """Return some of the positions."""
        return Spots(self.edge[rows], self.share[rows], self.lon[rows], self.lat[rows])

    def and_more(self, others: Spots) -> Spots:
        """Return these positions and others behind them."""
        return Spots(
            np.concatenate([self.edge, others.edge]),
            np.concatenate([self.share, others.share]),
            np.concatenate([self.lon, others.lon]),
            np.concatenate([self.lat, others.lat]),
        )

    @cached_property
    def position_m(self) -> Floats:
        """Earth-centred coordinates, (s, 3)."""
        return earth_centred(surface_normals(self.lon, self.lat))


@dataclass(frozen=True)
class RoadGraph:
    """Roads over known ground, e edges over n points.

    Attributes
    ----------
    lon, lat : (n,) float64
    edges : (e, 2) int64
    ground : (e,) int64
        From 1 on: which price holds along it.
    """

    lon: Floats
    lat: Floats
    edges: Ints
    ground: Ints

    @classmethod
    def of(cls, network: RoadNetwork, elevation: Elevation, ground_of_edge: Ints) -> RoadGraph:
        """Return the part of a network whose heights are known; what lies elsewhere cannot be priced."""
        known = np.isfinite(elevation.sample(network.lon, network.lat))
        inside = known[network.edges].all(axis=1)
        return cls(network.lon, network.lat, network.edges[inside], ground_of_edge[inside])

    @cached_property
    def piece(self) -> Ints:
        """Connected piece of each edge, (e,)."""
        return pieces_of(self.edges, len(self.lon))[self.edges[:, 0]]

    def spots_every(self, spacing_m: float) -> Spots:
        """Return positions along all edges, both ends included, at most so far apart."""
        length_m = edge_lengths_m(self.lon, self.lat, self.edges)
        parts = np.maximum(np.ceil(length_m / spacing_m).astype(np.int64), 1)
        edge = np.repeat(np.arange(len(parts)), parts + 1)
        first = np.cumsum(parts + 1) - (parts + 1)
        share = (np.arange(len(edge)) - first[edge]) / parts[edge]
        return self.spots(edge, share)

    def spots(self, edge: Ints, share: Floats) -> Spots:
        """Return positions from edges and how far along they are."""
        a, b = self.edges[edge].T
        lon, lat = between(self.lon[a], self.lat[a], self.lon[b], self.lat[b], share)
        return Spots(edge, share, lon, lat)

    def nearest(self, lon: Floats, lat: Floats, spots: Spots, spacing_m: float, reach_m: float) -> tuple[Ints, Spots]:
        """Return the road positions nearest to places: rows of the places that have one within reach, and positions.

        Parameters
        ----------
        lon, lat : (n,) float64
        spots, spacing_m
            As `spots_every` gives them.
        reach_m : float
        """
        place_m = earth_centred(surface_normals(lon, lat))
        if len(spots) == 0 or len(lon) == 0:
            return np.zeros(0, dtype=np.int64), spots.taken(np.zeros(0, dtype=np.int64))
        from scipy.spatial import KDTree  # noqa: PLC0415 - as in `planner.terrain.pairs`

        tree = KDTree(spots.position_m)
        near_m = np.asarray(tree.query(place_m, distance_upper_bound=reach_m + spacing_m)[0])
        rows = np.flatnonzero(np.isfinite(near_m))
        # the nearest edge has a position within half a spacing of its nearest point
        found = tree.query_ball_point(place_m[rows], near_m[rows] + spacing_m / 2)
        row = np.repeat(rows, [len(some) for some in found])
        edge = spots.edge[np.array([spot for some in found for spot in some], dtype=np.int64)]
        share, distance_m = self._project(place_m[row], edge)
        order = np.lexsort((edge, distance_m, row))
        first = np.r_[True, np.diff(row[order]) != 0][: len(order)]
        best = order[first]
        best = best[distance_m[best] <= reach_m]
        return row[best], self.spots(edge[best], share[best])

    def _project(self, place_m: Floats, edge: Ints) -> tuple[Floats, Floats]:
        """Return where on each edge a place is nearest, and the distance; edges are short: chords stand for them."""
        point_m = earth_centred(surface_normals(self.lon, self.lat))
        a, b = point_m[self.edges[edge, 0]], point_m[self.edges[edge, 1]]
        along, off = b - a, place_m - a
        squared = (along**2).sum(axis=1)
        share = np.clip((along * off).sum(axis=1) / np.where(squared > 0, squared, 1.0), 0.0, 1.0)
        return share, np.linalg.norm(off - share[:, None] * along, axis=1)

    def cut(self, spots: Spots) -> tuple[RoadGraph, Ints]:
        """Return the graph with points at positions, and the point of each position.

        A position within `TOUCH_M` of an end of its edge is that end; the same position is one point.
        """
        ends = self.edges[spots.edge]
        length_m = edge_lengths_m(self.lon, self.lat, ends)
        at_end = np.column_stack([spots.share, 1 - spots.share]) * length_m[:, None] <= TOUCH_M
        at_end[:, 1] &= ~at_end[:, 0]
        inner = np.flatnonzero(~at_end.any(axis=1))
        key = np.column_stack([spots.edge[inner], spots.lon[inner], spots.lat[inner]])
        _key, first, number = np.unique(key, axis=0, return_index=True, return_inverse=True)
        made = inner[first]
        point = np.where(at_end[:, 0], ends[:, 0], ends[:, 1])
        point[inner] = len(self.lon) + number.ravel()
        edges, origin = split_edges(self.edges, spots.edge[made], spots.share[made], point[made])
        lon, lat = np.concatenate([self.lon, spots.lon[made]]), np.concatenate([self.lat, spots.lat[made]])
        return RoadGraph(lon, lat, edges, self.ground[origin]), point


def between(lon0: Floats, lat0: Floats, lon1: Floats, lat1: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Return points on straight pieces (in degrees), rounded; pieces may cross the antimeridian."""
    lon = unwrap_longitudes(lon0 + share * (unwrap_longitudes(lon1, lon0) - lon0), 0.0)
    lat = lat0 + share * (lat1 - lat0)
    return np.round(lon, DEGREE_DECIMALS), np.round(lat, DEGREE_DECIMALS)
