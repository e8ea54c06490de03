"""Hilltops where new relays may be built: found in the terrain, bounded in number.

Which of the summits are kept. Offices that lack an adequate connection and places where networks begin *ask* for
hilltops; a summit is worth the more to a place the higher and nearer it is: its score is prominence over distance (at
least 1 km), within the longest hop. Line of sight is not tested here; the search for hops does that.

1. Summits without an asking place in range, or without a road within reach where roads are given, fall out.
2. From the most prominent down, a summit is kept unless a kept one or a tower is nearer than the spacing.
3. Each asking place counts its `WANTED` best summits: one on the way to it and others to carry on. Greedily the summit
   that adds most to the sum is taken, until nothing is added or the number allowed is reached. The sum is monotone and
   submodular, so that no other set of as many summits has more than 1 / (1 - 1/e) = 1.58 times its value (Nemhauser,
   Wolsey and Fisher, Mathematical Programming 14 (1978), 265).
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from planner.i18n import _
from planner.inputs.road_network import DEGREE_DECIMALS
from planner.links.fibre import search_cell_m
from planner.links.options import PlaceKind
from planner.links.road_graph import RoadGraph
from planner.terrain import earth_centred, find_peaks, surface_normals
from planner.terrain.geodesy import WGS84

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.inputs.road_network import RoadNetwork
    from planner.links.options import Places
    from planner.scenario import Scenario
    from planner.terrain import Elevation

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

HILLTOP_MARK = "~h"
"""Ids of hilltops go on with longitude and latitude."""
WANTED = 3
"""Hilltops that each asking place counts."""
CELL_M = 100.0
"""Summits are those of the ground averaged to such cells: finer ones are boulders and trees."""
ACCESS_STEP_M = 10.0
"""A track to a hilltop is paid for in whole steps of this length."""
_NEAREST_KM = 1.0
_ROAD_SPOT_M = 500.0


@dataclass(frozen=True)
class Hilltops:
    """Hilltops that were kept, h rows, and how many there were.

    Attributes
    ----------
    lon, lat : (h,) float64
        Degrees, multiples of a millionth.
    access_km : (h,) float64
        To the nearest road, straight, in whole steps; where no roads are given, as long as the scenario says.
    found : int
        Summits of the prominence asked for, on all the terrain read.
    in_reach : int
        Of these, near a place that asks for them, and near a road where roads are given.
    """

    lon: Floats
    lat: Floats
    access_km: Floats
    found: int
    in_reach: int

    def __len__(self) -> int:
        """Return how many were kept."""
        return len(self.lon)

    @property
    def ids(self) -> NDArray[np.str_]:
        """The ids of the places, (h,)."""
        names = [f"{HILLTOP_MARK}{x:.6f},{y:.6f}" for x, y in zip(self.lon, self.lat, strict=True)]
        return np.array(names, dtype=np.str_)

    def told(self) -> dict[str, int]:
        """Return what ``planner check`` counts."""
        return {"found": self.found, "in_reach": self.in_reach, "kept": len(self)}

    def note(self) -> str:
        """Return the same for people."""
        text = _("hilltops: {found} found, {near} in reach of places and roads, {kept} kept as sites for relays.")
        return text.format(found=self.found, near=self.in_reach, kept=len(self))


def find_hilltops(
    elevation: Elevation, places: Places, asking: NDArray[np.bool_], roads: RoadNetwork | None, scenario: Scenario
) -> Hilltops:
    """Return the summits where relays may be built; see the rule above.

    Parameters
    ----------
    elevation : Elevation
    places : Places
        Offices, sources and towers.
    asking : (n,) bool
        Places that ask for hilltops.
    roads : RoadNetwork or None
    scenario : Scenario
    """
    from scipy.spatial import KDTree  # noqa: PLC0415 - as in `planner.terrain.pairs`

    rules = scenario.links.microwave.hilltops
    peaks = find_peaks(elevation, search_cell_m(elevation, CELL_M), least_m=rules.prominence_m)
    lon, lat = np.round(peaks.lon, DEGREE_DECIMALS), np.round(peaks.lat, DEGREE_DECIMALS)
    near = np.isfinite(elevation.sample(lon, lat))  # beside a void an antenna's height is not known
    access_km = np.full(len(lon), rules.access_km)
    if roads is not None:
        access_km = _to_road_km(lon, lat, roads, elevation, rules.road_within_km)
        near &= np.isfinite(access_km)
    summit_m, place_m = (
        earth_centred(surface_normals(*at)) for at in ((lon, lat), (places.lon[asking], places.lat[asking]))
    )
    reach_m = 1000.0 * scenario.links.microwave.range_km
    near &= np.isfinite(KDTree(place_m).query(summit_m, distance_upper_bound=reach_m)[0]) if len(place_m) else False
    rows = np.flatnonzero(near)
    towers = places.kind == PlaceKind.RELAY
    tower_m = earth_centred(surface_normals(places.lon[towers], places.lat[towers]))
    apart = rows[spaced(summit_m[rows], tower_m, 1000.0 * rules.spacing_km)]
    most = min(rules.max_number, int(rules.per_100_places * len(places) / 100))
    score = _scores(summit_m[apart], peaks.prominence_m[apart], place_m, reach_m)
    kept = np.sort(apart[choose_greedily(score, most)])
    return Hilltops(lon[kept], lat[kept], access_km[kept], len(peaks), len(rows))


def spaced(summit_m: Floats, tower_m: Floats, spacing_m: float) -> Ints:
    """Return the rows that are kept when each must stay away from towers and from earlier rows that are kept.

    Parameters
    ----------
    summit_m, tower_m : (h, 3) and (t, 3) float64
        Earth-centred. Distances are straight, at 50 km 0.1 m less than along the ground.
    spacing_m : float
    """
    from scipy.spatial import KDTree  # noqa: PLC0415 - as in `planner.terrain.pairs`

    free = np.ones(len(summit_m), dtype=np.bool_)
    if not free.any() or spacing_m <= 0:
        return np.flatnonzero(free)
    tree, below_m = KDTree(summit_m), np.nextafter(spacing_m, 0.0)
    for near in tree.query_ball_point(tower_m, below_m) if len(tower_m) else ():
        free[near] = False
    kept = []
    for row in range(len(summit_m)):
        if free[row]:
            free[tree.query_ball_point(summit_m[row], below_m)] = False
            kept.append(row)
    return np.array(kept, dtype=np.int64)


def choose_greedily(score: csr_array, most: int) -> Ints:
    """Return rows taken in turn, each adding most to the sum of every column's `WANTED` best scores.

    No gain grows while rows are taken, so that a row whose gain is up to date and the largest noted is the best
    (Minoux 1978); of equal rows the first is taken.

    Parameters
    ----------
    score : (h, n) sparse
        Of hilltops for places.
    most : int
        Rows at most.
    """
    best = np.zeros((WANTED, score.shape[1]))  # of each column, ascending
    heap = [(-np.inf, row) for row in range(score.shape[0])]
    taken: list[int] = []
    while heap and len(taken) < most:
        _noted, row = heappop(heap)
        own = slice(score.indptr[row], score.indptr[row + 1])
        at, worth = score.indices[own], score.data[own]
        gain = float(np.maximum(worth - best[0, at], 0.0).sum())
        if gain <= 0:
            continue
        if heap and (-gain, row) > heap[0]:
            heappush(heap, (-gain, row))
            continue
        taken.append(row)
        best[0, at] = np.maximum(best[0, at], worth)
        best[:, at] = np.sort(best[:, at], axis=0)
    return np.array(taken, dtype=np.int64)


def _scores(summit_m: Floats, prominence_m: Floats, place_m: Floats, reach_m: float) -> csr_array:
    """Return what each summit is worth to each place, (h, n); nothing beyond reach."""
    from scipy.spatial import KDTree  # noqa: PLC0415 - as in `planner.terrain.pairs`

    shape = len(summit_m), len(place_m)
    if 0 in shape:
        return csr_array(shape)
    pairs = KDTree(summit_m).sparse_distance_matrix(KDTree(place_m), reach_m, output_type="ndarray")
    worth = prominence_m[pairs["i"]] / np.maximum(pairs["v"] / 1000.0, _NEAREST_KM)
    score = csr_array((worth, (pairs["i"], pairs["j"])), shape=shape)
    score.sort_indices()
    return score


def _to_road_km(lon: Floats, lat: Floats, roads: RoadNetwork, elevation: Elevation, within_km: float) -> Floats:
    """Return how far summits are from the nearest road, in whole `ACCESS_STEP_M`; infinite beyond a distance."""
    graph = RoadGraph.of(roads, elevation, np.ones(len(roads.edges), dtype=np.int64))
    spots = graph.spots_every(_ROAD_SPOT_M)
    away_km = np.full(len(lon), np.inf)
    rows, foot = graph.nearest(lon, lat, spots, _ROAD_SPOT_M, 1000.0 * within_km)
    away_m = np.asarray(WGS84.inv(lon[rows], lat[rows], foot.lon, foot.lat)[2])
    away_km[rows] = np.ceil(away_m / ACCESS_STEP_M) * ACCESS_STEP_M / 1000.0
    return away_km
