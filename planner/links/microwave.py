"""Microwave: hops in line of sight, with the pairs of mast heights and the radio configurations worth choosing from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from planner.finance import PRESENT_VALUE
from planner.i18n import _
from planner.links.options import NO_MAST, Rejection
from planner.terrain import NO_LEVEL, PathState, line_of_sight, pairs_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.links.options import Places
    from planner.terrain import Elevation

UPSTREAM_NEIGHBOURS = 3
"""Places upstream that each place keeps a hop to, if it sees any, whatever else is cheaper."""


@dataclass(frozen=True)
class Radios:
    """The radio configurations on offer, r rows.

    Attributes
    ----------
    frequency_ghz, range_km, capacity_mbps : (r,) float64
    money : (r, 4) int64
        Price of a hop in cents, without masts.
    """

    frequency_ghz: NDArray[np.float64]
    range_km: NDArray[np.float64]
    capacity_mbps: NDArray[np.float64]
    money: NDArray[np.int64]


@dataclass(frozen=True)
class SightRules:
    """When a path counts as clear; see `planner.terrain.line_of_sight`."""

    criteria: Sequence[tuple[float, float]]
    margin_m: float
    clutter_m: float


@dataclass(frozen=True)
class Hops:
    """Microwave hops, m rows.

    Attributes
    ----------
    u, v : (m,) int32
        Places, u < v.
    radio : (m,) int16
        Row of `Radios`.
    length_km : (m,) float64
    rung_u, rung_v : (m,) int8
    rejections : tuple of Rejection
    """

    u: NDArray[np.int32]
    v: NDArray[np.int32]
    radio: NDArray[np.int16]
    length_km: NDArray[np.float64]
    rung_u: NDArray[np.int8]
    rung_v: NDArray[np.int8]
    rejections: tuple[Rejection, ...]

    def __getitem__(self, rows: NDArray[np.bool_]) -> Hops:
        """Return some of the rows."""
        columns = {name: getattr(self, name)[rows] for name in ("u", "v", "radio", "length_km", "rung_u", "rung_v")}
        return replace(self, **columns)


@dataclass(frozen=True)
class _Pairs:
    """Pairs of places in range, p rows; ``least_level[b]`` is the table of `Sight` in the b-th frequency."""

    u: NDArray[np.int64]
    v: NDArray[np.int64]
    length_km: NDArray[np.float64]
    least_level: dict[float, NDArray[np.uint8]]

    def __getitem__(self, rows: NDArray[np.int64]) -> _Pairs:
        tables = {ghz: table[rows] for ghz, table in self.least_level.items()}
        return _Pairs(self.u[rows], self.v[rows], self.length_km[rows], tables)


def find_hops(
    elevation: Elevation,
    places: Places,
    open_to_links: NDArray[np.bool_],
    radios: Radios,
    *,
    ladder_m: NDArray[np.float64],
    mast_money: NDArray[np.int64],
    rules: SightRules,
    upstream: NDArray[np.bool_],
    max_neighbours: int,
    useful_mbps: float,
) -> Hops:
    """Return the hops between places in range and in sight of each other.

    Of each pair all alternatives are kept that no other beats in price, capacity and both masts. Of the pairs, each
    place keeps those that `_choose_pairs` names.

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
    upstream : (n,) bool
        Places that networks come from or run over: sources, connected offices that share, towers.
    max_neighbours : int
        Hops that a place chooses for being cheap.
    useful_mbps : float
        Capacity beyond which more is worth nothing: the demand of all offices together.
    """
    if len(radios.money) == 0:
        return _no_hops()
    pairs, rejections = _pairs_in_sight(elevation, places, open_to_links, radios, ladder_m, rules)
    price = _cheapest(pairs, radios, mast_money[:, :, PRESENT_VALUE])
    chosen = _choose_pairs(pairs, price, upstream, max_neighbours)
    if len(chosen) < len(pairs.u):
        reason = _("pair in sight, but each end has {count} cheaper neighbours").format(count=max_neighbours)
        rejections.append(Rejection("microwave", reason, len(pairs.u) - len(chosen)))
    hops = _alternatives(pairs[chosen], radios)
    keep = _undominated(hops, radios, useful_mbps)
    if not keep.all():
        reason = _("alternative that another one beats in price, capacity and both masts")
        rejections.append(Rejection("microwave", reason, int(np.count_nonzero(~keep))))
    return replace(hops[keep], rejections=tuple(rejections))


def _no_hops() -> Hops:
    places, rungs = np.zeros(0, np.int32), np.zeros(0, np.int8)
    return Hops(places, places, np.zeros(0, np.int16), np.zeros(0), rungs, rungs, ())


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
    tables, any_clear, any_void = {}, np.zeros(len(u), np.bool_), np.zeros(len(u), np.bool_)
    for ghz in np.unique(radios.frequency_ghz):
        near = np.flatnonzero(length_km <= radios.range_km[radios.frequency_ghz == ghz].max())
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
            clutter_m=rules.clutter_m,
        )
        tables[float(ghz)] = np.full((len(u), len(ladder_m)), NO_LEVEL, dtype=np.uint8)
        tables[float(ghz)][near] = sight.least_level
        any_clear[near] |= sight.state == PathState.CLEAR
        any_void[near] |= sight.state == PathState.VOID
    counts = {
        _("place where no mast is allowed"): int(np.count_nonzero(open_to_links)) - len(able),
        _("pair beyond the range of every radio"): len(able) * (len(able) - 1) // 2 - len(u),
        _("pair over terrain of unknown height"): int(np.count_nonzero(~any_clear & any_void)),
        _("pair out of sight of each other with the highest masts allowed"): int(
            np.count_nonzero(~any_clear & ~any_void)
        ),
    }
    rejections = [Rejection("microwave", reason, count) for reason, count in counts.items() if count]
    pairs = _Pairs(able[u], able[v], length_km, tables)
    return pairs[np.flatnonzero(any_clear)], rejections


def _cheapest(pairs: _Pairs, radios: Radios, mast_cents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the price of the cheapest alternative of each pair with both masts, (p,) cents."""
    best = np.full(len(pairs.u), np.iinfo(np.int64).max)
    for ghz, least in pairs.least_level.items():
        seen = least != NO_LEVEL
        beyond = np.where(seen, least, 0)
        masts = mast_cents[pairs.u] + np.take_along_axis(mast_cents[pairs.v], beyond.astype(np.int64), axis=1)
        masts = np.where(seen, masts, np.iinfo(np.int64).max).min(axis=1)
        for radio in np.flatnonzero(radios.frequency_ghz == ghz):
            able = seen.any(axis=1) & (pairs.length_km <= radios.range_km[radio])
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
    everything = np.ones(len(pairs.u), dtype=np.bool_)
    keep = _rank_at_ends(pairs, price, everything, everything) < max_neighbours
    keep |= _rank_at_ends(pairs, price, upstream[pairs.v], upstream[pairs.u]) < UPSTREAM_NEIGHBOURS
    weight = price.astype(np.float64) + 1.0  # the matrix forgets zeros
    forest = minimum_spanning_tree(coo_array((weight, (pairs.u, pairs.v)), shape=(size, size))).tocoo()
    key = pairs.u * size + pairs.v
    row_of = np.searchsorted(key, forest.row.astype(np.int64) * size + forest.col)
    keep[row_of] = True
    return np.flatnonzero(keep)


def _rank_at_ends(
    pairs: _Pairs, price: NDArray[np.int64], counts_at_u: NDArray[np.bool_], counts_at_v: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the better of a pair's ranks by price among the pairs of either end; only those that count there."""
    size = len(pairs.u)
    end = np.concatenate([pairs.u, pairs.v])
    counts = np.concatenate([counts_at_u, counts_at_v])
    order = np.lexsort((np.tile(np.arange(size), 2), np.tile(pairs.length_km, 2), np.tile(price, 2), ~counts, end))
    first = np.searchsorted(end[order], end[order])
    rank = np.empty(2 * size, dtype=np.int64)
    rank[order] = np.arange(2 * size) - first
    rank[~counts] = np.iinfo(np.int64).max
    return np.minimum(rank[:size], rank[size:])


def _alternatives(pairs: _Pairs, radios: Radios) -> Hops:
    """Return, for each pair and radio, the pairs of rungs of which neither can be lowered alone."""
    row, radio, rung_u, rung_v = [], [], [], []
    for r, ghz in enumerate(radios.frequency_ghz):
        least = pairs.least_level[float(ghz)].astype(np.int16)
        before = np.full_like(least, NO_LEVEL)
        before[:, 1:] = np.minimum.accumulate(least, axis=1)[:, :-1]
        corner = (least < before) & (pairs.length_km <= radios.range_km[r])[:, None]
        at_row, at_rung = np.nonzero(corner)
        row.append(at_row)
        radio.append(np.full(len(at_row), r))
        rung_u.append(at_rung)
        rung_v.append(least[at_row, at_rung])
    hop = np.concatenate(row)
    order = np.lexsort((np.concatenate(radio), np.concatenate(rung_v), np.concatenate(rung_u), hop))
    return Hops(
        u=pairs.u[hop[order]].astype(np.int32),
        v=pairs.v[hop[order]].astype(np.int32),
        radio=np.concatenate(radio)[order].astype(np.int16),
        length_km=pairs.length_km[hop[order]],
        rung_u=np.concatenate(rung_u)[order].astype(np.int8),
        rung_v=np.concatenate(rung_v)[order].astype(np.int8),
        rejections=(),
    )


def _undominated(hops: Hops, radios: Radios, useful_mbps: float) -> NDArray[np.bool_]:
    """Return which alternatives no other one of the same pair beats or equals in everything, (m,)."""
    change = (np.diff(hops.u) != 0) | (np.diff(hops.v) != 0)
    start = np.concatenate([[0], np.flatnonzero(change) + 1, [len(hops.u)]])
    capacity = np.minimum(radios.capacity_mbps, useful_mbps)
    return _undominated_rows(start, hops.radio, hops.rung_u, hops.rung_v, radios.money, capacity)


@njit(cache=True)
def _undominated_rows(
    start: NDArray[np.int64],
    radio: NDArray[np.int16],
    rung_u: NDArray[np.int8],
    rung_v: NDArray[np.int8],
    money: NDArray[np.int64],
    capacity: NDArray[np.float64],
) -> NDArray[np.bool_]:
    keep = np.ones(len(radio), dtype=np.bool_)
    for group in range(len(start) - 1):
        for i in range(start[group], start[group + 1]):
            for j in range(start[group], start[group + 1]):
                if i == j or not keep[j] or rung_u[j] > rung_u[i] or rung_v[j] > rung_v[i]:
                    continue
                a, b = radio[i], radio[j]
                if capacity[b] >= capacity[a] and (money[b] <= money[a]).all():
                    keep[i] = False
                    break
    return keep
