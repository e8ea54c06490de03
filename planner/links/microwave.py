"""Microwave: hops in line of sight, with the pairs of mast heights and the radio configurations worth choosing from."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from planner.finance import PRESENT_VALUE
from planner.i18n import _
from planner.links.fading import NO_STEP, Fades, Paths, fastest_steps
from planner.links.options import NO_MAST, Rejection
from planner.terrain import NO_LEVEL, PathState, line_of_sight, pairs_within, sea_mirrors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.catalogue import RadioClimate
    from planner.links.options import Places
    from planner.links.radios import Radios
    from planner.terrain import Elevation

UPSTREAM_NEIGHBOURS = 3
"""Places upstream that each place keeps a hop to, if it sees any, whatever else is cheaper."""


@dataclass(frozen=True)
class SightRules:
    """When a path counts as clear; see `planner.terrain.line_of_sight`."""

    criteria: Sequence[tuple[float, float]]
    margin_m: float
    bare_ends_m: float


@dataclass(frozen=True)
class Hops:
    """Microwave hops, m rows.

    Attributes
    ----------
    u, v : (m,) int32
        Places, u < v.
    radio : (m,) int16
        Row of `Radios`.
    length_km, capacity_mbps : (m,) float64
    availability : (m,) float64
        Share of the year in which the hop has its capacity.
    rung_u, rung_v : (m,) int8
    voids : (m,) int64
        Steps of the path, of a terrain cell or less, over voids that count as sea.
    diverse : (m,) bool
        With space diversity, since the sea mirrors the ray between these masts.
    rejections : tuple of Rejection
    """

    u: NDArray[np.int32]
    v: NDArray[np.int32]
    radio: NDArray[np.int16]
    length_km: NDArray[np.float64]
    capacity_mbps: NDArray[np.float64]
    availability: NDArray[np.float64]
    rung_u: NDArray[np.int8]
    rung_v: NDArray[np.int8]
    voids: NDArray[np.int64]
    diverse: NDArray[np.bool_]
    rejections: tuple[Rejection, ...]

    def __getitem__(self, rows: NDArray[np.bool_]) -> Hops:
        """Return some of the rows."""
        names = [field.name for field in fields(self) if field.name != "rejections"]
        return replace(self, **{name: getattr(self, name)[rows] for name in names})


@dataclass(frozen=True)
class _Pairs:
    """Pairs of places in range, p rows.

    ``least_level[b]`` is the table of `Sight` in the b-th frequency, ``voids`` counts voids under the path, ``step`` is
    the modulation that each of `Radios.signals` keeps up, (p, signals): none beyond its range.
    """

    paths: Paths
    voids: NDArray[np.int64]
    least_level: dict[float, NDArray[np.uint8]]
    step: NDArray[np.int8]

    def __getitem__(self, rows: NDArray[np.int64]) -> _Pairs:
        tables = {ghz: table[rows] for ghz, table in self.least_level.items()}
        return _Pairs(self.paths[rows], self.voids[rows], tables, self.step[rows])


def find_hops(
    elevation: Elevation,
    places: Places,
    open_to_links: NDArray[np.bool_],
    radios: Radios,
    *,
    ladder_m: NDArray[np.float64],
    mast_money: NDArray[np.int64],
    rules: SightRules,
    climate: RadioClimate,
    upstream: NDArray[np.bool_],
    max_neighbours: int,
    useful_mbps: float,
) -> Hops:
    """Return the hops between places in range and in sight of each other that fades leave open long enough.

    Of each pair all alternatives are kept that no other beats in price, capacity and both masts; of those equal in all
    of these, the one that fades least. Of the pairs, each place keeps those that `_choose_pairs` names.

    Parameters
    ----------
    elevation : Elevation
    places : Places
    open_to_links : (n,) bool
        The others are left aside.
    radios : Radios
    ladder_m : (L,) float64
    mast_money : (n, L, 4) int64
        What using a rung at a place costs.
    rules : SightRules
    climate : RadioClimate
        Of the places.
    upstream : (n,) bool
        Places that networks come from or run over: sources, connected offices that share, towers.
    max_neighbours : int
        Hops that a place chooses for being cheap.
    useful_mbps : float
        Capacity beyond which more is worth nothing: the demand of all offices together, however great it may turn out.
    """
    if len(radios.money) == 0:
        return _no_hops()
    pairs, rejections = _pairs_in_sight(elevation, places, open_to_links, radios, ladder_m, rules)
    _fill_steps(pairs, radios, climate)
    open_pairs = np.flatnonzero(_usable(pairs, radios).any(axis=1))
    if len(open_pairs) < len(pairs.paths.u):
        reason = _("pair in sight, but fades leave too little of the year with every radio in range")
        rejections.append(Rejection("microwave", reason, len(pairs.paths.u) - len(open_pairs)))
    pairs = pairs[open_pairs]
    price = _cheapest(pairs, radios, mast_money[:, :, PRESENT_VALUE])
    chosen = _choose_pairs(pairs, price, upstream, max_neighbours)
    if len(chosen) < len(pairs.paths.u):
        reason = _("pair in sight, but each end has {count} cheaper neighbours").format(count=max_neighbours)
        rejections.append(Rejection("microwave", reason, len(pairs.paths.u) - len(chosen)))
    hops = _with_diversity(_alternatives(pairs[chosen], radios, climate), elevation, places, ladder_m)
    keep = _undominated(hops, radios, useful_mbps)
    if not keep.all():
        reason = _("alternative that another one beats in price, capacity and both masts")
        rejections.append(Rejection("microwave", reason, int(np.count_nonzero(~keep))))
    return replace(hops[keep], rejections=tuple(rejections))


def _no_hops() -> Hops:
    places, rungs, figures = np.zeros(0, np.int32), np.zeros(0, np.int8), np.zeros(0)
    return Hops(
        places,
        places,
        np.zeros(0, np.int16),
        figures,
        figures,
        figures,
        rungs,
        rungs,
        np.zeros(0, np.int64),
        np.zeros(0, np.bool_),
        (),
    )


def _pairs_in_sight(
    elevation: Elevation,
    places: Places,
    open_to_links: NDArray[np.bool_],
    radios: Radios,
    ladder_m: NDArray[np.float64],
    rules: SightRules,
) -> tuple[_Pairs, list[Rejection]]:
    able = np.flatnonzero(open_to_links & (places.max_rung != NO_MAST))
    lon, lat = places.lon[able], places.lat[able]
    max_level = places.max_rung[able].astype(np.uint8)
    u, v, length_km = pairs_within(lon, lat, float(radios.range_km.max()))
    tables, voids = {}, np.zeros(len(u), np.int64)
    any_clear, any_void, blocked = (np.zeros(len(u), np.bool_) for _what in range(3))
    for ghz in np.unique(radios.frequency_ghz)[::-1]:
        # The lower the frequency, the wider the Fresnel zone: what is blocked stays blocked.
        near = np.flatnonzero((length_km <= radios.range_km[radios.frequency_ghz == ghz].max()) & ~blocked)
        sight = line_of_sight(
            elevation,
            lon,
            lat,
            u[near],
            v[near],
            heights_m=ladder_m,
            max_level=max_level,
            frequency_ghz=float(ghz),
            criteria=rules.criteria,
            margin_m=rules.margin_m,
            bare_ends_m=rules.bare_ends_m,
        )
        tables[float(ghz)] = np.full((len(u), len(ladder_m)), NO_LEVEL, dtype=np.uint8)
        tables[float(ghz)][near] = sight.least_level
        any_clear[near] |= sight.state == PathState.CLEAR
        any_void[near] |= sight.state == PathState.VOID
        blocked[near] |= sight.state == PathState.BLOCKED
        voids[near] = np.maximum(voids[near], sight.voids)
    counts = {
        _("place where no mast is allowed"): int(np.count_nonzero(open_to_links)) - len(able),
        _("pair beyond the range of every radio"): len(able) * (len(able) - 1) // 2 - len(u),
        _("pair over terrain of unknown height"): int(np.count_nonzero(~any_clear & any_void)),
        _("pair out of sight of each other with the highest masts allowed"): int(
            np.count_nonzero(~any_clear & ~any_void)
        ),
    }
    rejections = [Rejection("microwave", reason, count) for reason, count in counts.items() if count]
    ground_m = np.nan_to_num(places.ground_m[able], nan=0.0)
    paths = Paths(length_km, (lat[u] + lat[v]) / 2.0, ground_m[u], ground_m[v], able[u], able[v])
    no_step = np.full((len(u), len(radios.signals[0])), NO_STEP, dtype=np.int8)
    pairs = _Pairs(paths, voids, tables, no_step)
    return pairs[np.flatnonzero(any_clear)], rejections


def _fill_steps(pairs: _Pairs, radios: Radios, climate: RadioClimate) -> None:
    """Find the modulation that each signal keeps up on each pair in its range and sight."""
    first, _of_radio = radios.signals
    for ghz, least in pairs.least_level.items():
        of_frequency = np.flatnonzero(radios.frequency_ghz[first] == ghz)
        longest_km = radios.range_km[first[of_frequency]].max()
        near = np.flatnonzero((least != NO_LEVEL).any(axis=1) & (pairs.paths.length_km <= longest_km))
        fades = Fades.of(pairs.paths[near], ghz, climate)
        for signal in of_frequency:
            radio = first[signal]
            within = np.flatnonzero(pairs.paths.length_km[near] <= radios.range_km[radio])
            steps = fastest_steps(fades[within], radios.system_db[radio], float(radios.wanted[radio]))
            pairs.step[near[within], signal] = steps


def _usable(pairs: _Pairs, radios: Radios) -> NDArray[np.bool_]:
    """Return which radios serve which pairs, (p, r): in range, in sight, and in spite of fades."""
    return np.asarray(pairs.step[:, radios.signals[1]] != NO_STEP)


def _cheapest(pairs: _Pairs, radios: Radios, mast_cents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the price of the cheapest alternative of each pair with both masts, (p,) cents."""
    best = np.full(len(pairs.paths.u), np.iinfo(np.int64).max)
    for ghz, least in pairs.least_level.items():
        seen = least != NO_LEVEL
        beyond = np.where(seen, least, 0)
        masts = mast_cents[pairs.paths.u] + np.take_along_axis(
            mast_cents[pairs.paths.v], beyond.astype(np.int64), axis=1
        )
        masts = np.where(seen, masts, np.iinfo(np.int64).max).min(axis=1)
        for radio in np.flatnonzero(radios.frequency_ghz == ghz):
            able = pairs.step[:, radios.signals[1][radio]] != NO_STEP
            best[able] = np.minimum(best[able], masts[able] + radios.money[radio, PRESENT_VALUE])
    return best


def _choose_pairs(
    pairs: _Pairs, price: NDArray[np.int64], upstream: NDArray[np.bool_], max_neighbours: int
) -> NDArray[np.int64]:
    """Return the pairs that are kept, sorted.

    A pair is kept if it is among the ``max_neighbours`` cheapest (masts included; the shorter first) of either of its
    ends, among the `UPSTREAM_NEIGHBOURS` cheapest of either end that lead upstream, or in the cheapest spanning forest:
    whatever could be reached at all can still be reached.
    """
    size = len(upstream)
    everything = np.ones(len(pairs.paths.u), dtype=np.bool_)
    keep = _rank_at_ends(pairs, price, everything, everything) < max_neighbours
    keep |= _rank_at_ends(pairs, price, upstream[pairs.paths.v], upstream[pairs.paths.u]) < UPSTREAM_NEIGHBOURS
    weight = price.astype(np.float64) + 1.0  # the matrix forgets zeros
    forest = minimum_spanning_tree(coo_array((weight, (pairs.paths.u, pairs.paths.v)), shape=(size, size))).tocoo()
    key = pairs.paths.u * size + pairs.paths.v
    row_of = np.searchsorted(key, forest.row.astype(np.int64) * size + forest.col)
    keep[row_of] = True
    return np.flatnonzero(keep)


def _rank_at_ends(
    pairs: _Pairs, price: NDArray[np.int64], counts_at_u: NDArray[np.bool_], counts_at_v: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the better of a pair's ranks by price among the pairs of either end; only those that count there."""
    size = len(pairs.paths.u)
    end = np.concatenate([pairs.paths.u, pairs.paths.v])
    counts = np.concatenate([counts_at_u, counts_at_v])
    order = np.lexsort(
        (np.tile(np.arange(size), 2), np.tile(pairs.paths.length_km, 2), np.tile(price, 2), ~counts, end)
    )
    first = np.searchsorted(end[order], end[order])
    rank = np.empty(2 * size, dtype=np.int64)
    rank[order] = np.arange(2 * size) - first
    rank[~counts] = np.iinfo(np.int64).max
    return np.minimum(rank[:size], rank[size:])


def _alternatives(pairs: _Pairs, radios: Radios, climate: RadioClimate) -> Hops:
    """Return, for each pair and radio, the pairs of rungs of which neither can be lowered alone."""
    row, radio, rung_u, rung_v = [], [], [], []
    usable = _usable(pairs, radios)
    for r, ghz in enumerate(radios.frequency_ghz):
        least = pairs.least_level[float(ghz)].astype(np.int16)
        before = np.full_like(least, NO_LEVEL)
        before[:, 1:] = np.minimum.accumulate(least, axis=1)[:, :-1]
        corner = (least < before) & usable[:, r, None]
        at_row, at_rung = np.nonzero(corner)
        row.append(at_row)
        radio.append(np.full(len(at_row), r))
        rung_u.append(at_rung)
        rung_v.append(least[at_row, at_rung])
    hop = np.concatenate(row)
    order = np.lexsort((np.concatenate(radio), np.concatenate(rung_v), np.concatenate(rung_u), hop))
    hop, of_radio = hop[order], np.concatenate(radio)[order]
    step = pairs.step[hop, radios.signals[1][of_radio]]
    return Hops(
        u=pairs.paths.u[hop].astype(np.int32),
        v=pairs.paths.v[hop].astype(np.int32),
        radio=of_radio.astype(np.int16),
        length_km=pairs.paths.length_km[hop],
        capacity_mbps=radios.rates_mbps[of_radio, step],
        availability=_availability(pairs.paths[hop], of_radio, step, radios, climate),
        rung_u=np.concatenate(rung_u)[order].astype(np.int8),
        rung_v=np.concatenate(rung_v)[order].astype(np.int8),
        voids=pairs.voids[hop],
        diverse=np.zeros(len(hop), np.bool_),
        rejections=(),
    )


def _with_diversity(hops: Hops, elevation: Elevation, places: Places, ladder_m: NDArray[np.float64]) -> Hops:
    """Return hops with space diversity where the sea mirrors the ray between the masts."""
    table = np.stack([hops.u, hops.v, hops.rung_u, hops.rung_v])
    (u, v, rung_u, rung_v), of_hop = np.unique(table, axis=1, return_inverse=True)
    mirrored = sea_mirrors(
        elevation,
        (places.lon[u], places.lat[u]),
        (places.lon[v], places.lat[v]),
        np.nan_to_num(places.ground_m[u], nan=0.0) + ladder_m[rung_u],
        np.nan_to_num(places.ground_m[v], nan=0.0) + ladder_m[rung_v],
    )
    return replace(hops, diverse=mirrored[of_hop.reshape(-1)])


def _availability(
    paths: Paths, radio: NDArray[np.int64], step: NDArray[np.int8], radios: Radios, climate: RadioClimate
) -> NDArray[np.float64]:
    """Return the share of the year in which equipment and fades leave hops the given modulations."""
    share = np.ones(len(radio))
    for ghz in np.unique(radios.frequency_ghz[radio]):
        rows = np.flatnonzero(radios.frequency_ghz[radio] == ghz)
        fades = Fades.of(paths[rows], float(ghz), climate)
        share[rows] = fades.availability(radios.system_db[radio[rows], step[rows]])
    return share * radios.equipment[radio]


def _undominated(hops: Hops, radios: Radios, useful_mbps: float) -> NDArray[np.bool_]:
    """Return which alternatives no other one of the same pair beats or equals in everything, (m,)."""
    change = (np.diff(hops.u) != 0) | (np.diff(hops.v) != 0)
    start = np.concatenate([[0], np.flatnonzero(change) + 1, [len(hops.u)]])
    capacity = np.minimum(hops.capacity_mbps, useful_mbps)
    money = radios.of(hops)
    return _undominated_rows(start, hops.rung_u, hops.rung_v, money, capacity, hops.availability)


@njit(cache=True)
def _undominated_rows(
    start: NDArray[np.int64],
    rung_u: NDArray[np.int8],
    rung_v: NDArray[np.int8],
    money: NDArray[np.int64],
    capacity: NDArray[np.float64],
    availability: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Drop alternatives; all are available enough, so that more availability only decides between equals."""
    keep = np.ones(len(capacity), dtype=np.bool_)
    for group in range(len(start) - 1):
        for i in range(start[group], start[group + 1]):
            for j in range(start[group], start[group + 1]):
                if i == j or not keep[j] or rung_u[j] > rung_u[i] or rung_v[j] > rung_v[i]:
                    continue
                if capacity[j] < capacity[i] or (money[j] > money[i]).any():
                    continue
                equal = rung_u[j] == rung_u[i] and rung_v[j] == rung_v[i] and capacity[j] == capacity[i]
                if equal and availability[j] < availability[i] and (money[j] == money[i]).all():
                    continue
                keep[i] = False
                break
    return keep
