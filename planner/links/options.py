"""Candidate link options: what could be built, at which price, between which places.

Everything is a column: one row per place, one row per link option. Nothing here knows a budget or a solver.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue.kinds import OptionKind
from planner.finance import Item, PriceFactors, surcharged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["NO_MAST", "ROOT", "LinkOptions", "OptionKind", "PlaceKind", "Places", "Rejection"]

ROOT = -1
"""Index that stands for the root (the outside world) in ``LinkOptions.u``."""

NO_MAST = -1
"""Rung that says: this end of the link needs no mast."""


class PlaceKind(IntEnum):
    """What a place is; the lower-case name is the word of the contract."""

    OFFICE = 0
    SOURCE = 1
    RELAY = 2
    JUNCTION = 3


@dataclass(frozen=True)
class Places:
    """The places of the planning graph, n rows.

    Attributes
    ----------
    id : (n,) str
        Unique; ids that the program makes start with ``~``.
    kind : (n,) int8
        `PlaceKind`.
    lon, lat : (n,) float64
        Degrees, WGS84.
    ground_m : (n,) float64
        Terrain height; NaN where unknown.
    region : (n,) str
        Empty where no region is known.
    office : (n,) int32
        Row in ``Inputs.offices``, -1 for places that are no office.
    position_known : (n,) bool
        False for offices that are located only to a district; no link that depends on position may touch them.
    existing_m : (n,) float64
        Height of the mast that already stands there, 0 if none.
    max_rung : (n,) int8
        Highest rung of ``LinkOptions.ladder_m`` that may be used, `NO_MAST` if none.
    mast_class : (n,) int8
        Row in ``LinkOptions.mast_items``.
    site_class : (n,) int8
        Row in ``LinkOptions.site_items``: what using any rung at the place costs besides the mast itself and its power
        (access road, rent).
    rent_per_year : (n,) float64
        The owner's rent of an existing tower, added to the site's own items; 0 where none.
    supply : (n,) int8
        How the place is supplied with electricity, `planner.catalogue.power.Supply`.
    supply_availability : (n,) float64
        Share of the year in which that works; 1 where there is nothing to supply.
    grid_km : (n,) float64
        Length of the grid extension to it, NaN where none is planned.
    power_class : (n,) int32
        Row in ``LinkOptions.power_items``: what the supply of radios on a mast there costs.
    freight, works : (n,) float64
        Price factors of the region, see `planner.finance.PriceFactors`.
    access_km : (n,) float64
        Track to be built to a new site, see `mast_line`; 0 elsewhere.
    ports : (n,) float64
        Hops that the place can take; infinite where that is not limited.
    climate : (n, 4) float64
        Columns `planner.catalogue.climate.FIGURES`; NaN at junctions, which have no radio.
    climate_source : (n, 4) int8
        `planner.catalogue.climate.ClimateSource`.
    """

    id: NDArray[np.str_]
    kind: NDArray[np.int8]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    ground_m: NDArray[np.float64]
    region: NDArray[np.str_]
    office: NDArray[np.int32]
    position_known: NDArray[np.bool_]
    existing_m: NDArray[np.float64]
    max_rung: NDArray[np.int8]
    mast_class: NDArray[np.int8]
    site_class: NDArray[np.int8]
    rent_per_year: NDArray[np.float64]
    supply: NDArray[np.int8]
    supply_availability: NDArray[np.float64]
    grid_km: NDArray[np.float64]
    power_class: NDArray[np.int32]
    freight: NDArray[np.float64]
    works: NDArray[np.float64]
    access_km: NDArray[np.float64]
    ports: NDArray[np.float64]
    climate: NDArray[np.float64]
    climate_source: NDArray[np.int8]

    def price_factors(self, place: int) -> PriceFactors:
        """Return the price factors of a place's region."""
        return PriceFactors(float(self.freight[place]), float(self.works[place]))

    def __len__(self) -> int:
        """Return the number of places."""
        return len(self.id)


def mast_line(
    places: Places,
    place: int,
    mast: Sequence[Item],
    site_items: Sequence[tuple[Item, ...]],
    power_items: Sequence[tuple[Item, ...]],
) -> tuple[Item, ...]:
    """Return what using a mast at a place is made of: itself, site, power, rent, at the prices of its region.

    What the site's items cost per km is paid for the place's own track: all items are for one mast there.
    """
    track_km = float(places.access_km[place])
    site = [
        item if item.per == "each" else _for_length(item, track_km) for item in site_items[places.site_class[place]]
    ]
    items = [*mast, *site, *power_items[places.power_class[place]]]
    if places.rent_per_year[place] > 0:
        items.append(Item("rent", 0.0, float(places.rent_per_year[place]), None))
    return surcharged(items, places.price_factors(place))


def _for_length(item: Item, length_km: float) -> Item:
    """Return an item per km as one for a length."""
    return replace(item, capex=item.capex * length_km, opex_per_year=item.opex_per_year * length_km, per="each")


@dataclass(frozen=True)
class Rejection:
    """How many candidates of a technology fell out, and why (in the user's language)."""

    technology: str
    reason: str
    count: int


@dataclass(frozen=True)
class LinkOptions:
    """All candidate link options, m rows, over the places.

    Attributes
    ----------
    places : Places
    kinds : tuple of OptionKind
    u, v : (m,) int32
        Places at the ends. ``u == ROOT`` is a service from the outside world (or ``source``, ``existing``) and is
        directed to v, as are services that begin at a limit; every other option can be used in both directions.
    kind : (m,) int16
        Index into ``kinds``.
    length_km : (m,) float64
        Geodesic length of the geometry; 0 for services.
    priced_km : (m,) float64
        The quantity that per-kilometre items are multiplied by (length weighted by terrain); 0 where nothing is per km.
    capacity_mbps : (m,) float64
        ``inf`` where unlimited.
    availability : (m,) float64
        Share of the year, 0 to 1.
    rung_u, rung_v : (m,) int8
        Rung of ``ladder_m`` that the antenna needs at each end, `NO_MAST` for none.
    money : (m, 4) int64
        Cents, columns of `planner.finance.MEASURES`, without masts.
    geometry_start : (m + 1,) int64
        Vertices of option i are rows ``geometry_start[i]`` to ``geometry_start[i + 1]`` of geometry, from u to v; none:
        straight line.
    geometry : (k, 2) float64
        lon, lat.
    ladder_m : (L,) float64
        Antenna heights above ground that masts come in, ascending.
    mast_items : tuple of tuple of tuple of Item
        ``mast_items[mast_class][rung]``: what a new mast of that height costs.
    site_items : tuple of tuple of Item
        ``site_items[site_class]``.
    power_items : tuple of tuple of Item
        ``power_items[power_class]``: the supply of radios on a mast.
    office_items : tuple of tuple of Item
        ``office_items[office row]``: the office package, its supply with electricity in it.
    transit_items : tuple of Item
        IP transit, per Mbit/s of demand, for offices whose chain starts at a source or an existing connection.
    mast_money : (n, L) int64 of 4 columns, shape (n, L, 4)
        What using rung l at place i costs in all (mast if new, site, power, rent); ascending in l.
    package_money : (o, 4) int64
        The office line where the service comes from the root.
    package_transit_money : (o, 4) int64
        The office line where the chain starts at a source: package and transit.
    rejections : tuple of Rejection
    fixed : (f,) int32
        Options that are contracted, built or working: every plan has them.
    fixed_offices : (c,) int32
        Rows of the offices that they lead to.
    notes : tuple of str
        What was not offered and why (not priced, not licensed, no data), for ``planner check`` and ``planner links``.
    """

    places: Places
    kinds: tuple[OptionKind, ...]
    u: NDArray[np.int32]
    v: NDArray[np.int32]
    kind: NDArray[np.int16]
    length_km: NDArray[np.float64]
    priced_km: NDArray[np.float64]
    capacity_mbps: NDArray[np.float64]
    availability: NDArray[np.float64]
    rung_u: NDArray[np.int8]
    rung_v: NDArray[np.int8]
    money: NDArray[np.int64]
    geometry_start: NDArray[np.int64]
    geometry: NDArray[np.float64]
    ladder_m: NDArray[np.float64]
    mast_items: tuple[tuple[tuple[Item, ...], ...], ...]
    site_items: tuple[tuple[Item, ...], ...]
    power_items: tuple[tuple[Item, ...], ...]
    office_items: tuple[tuple[Item, ...], ...]
    transit_items: tuple[Item, ...]
    mast_money: NDArray[np.int64]
    package_money: NDArray[np.int64]
    package_transit_money: NDArray[np.int64]
    rejections: tuple[Rejection, ...]
    notes: tuple[str, ...]
    fixed: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    fixed_offices: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))

    def __len__(self) -> int:
        """Return the number of link options."""
        return len(self.u)

    def technology(self) -> NDArray[np.str_]:
        """Return the technology of each option, (m,)."""
        names = np.array([kind.technology for kind in self.kinds], dtype=np.str_)
        return names[self.kind]

    def bought(self) -> NDArray[np.bool_]:
        """Return which options are a provider's, (m,): services, and the limits that they share."""
        return np.array([kind.service for kind in self.kinds], dtype=np.bool_)[self.kind]

    def directed(self) -> NDArray[np.bool_]:
        """Return which options between two places run from u to v alone, (m,)."""
        return np.array([kind.directed for kind in self.kinds], dtype=np.bool_)[self.kind]

    def is_service(self) -> NDArray[np.bool_]:
        """Return which options are services that end at an office, (m,)."""
        return self.bought() & (self.places.office[self.v] >= 0)

    def way_of_service(self, option: int) -> list[int]:
        """Return the rows from the root to a service: the limits that it shares, and itself."""
        way = [option]
        while (tail := int(self.u[way[0]])) != ROOT:
            way.insert(0, self._into_limit[tail])
        return way

    @cached_property
    def _into_limit(self) -> dict[int, int]:
        rows = np.flatnonzero(self.bought() & ~self.is_service()).tolist()
        return {int(self.v[row]): row for row in rows}

    def mast_parts(self, place: int, rung: int) -> tuple[Item, ...]:
        """Return what using a rung at a place is made of: the mast where none that tall stands, site, power, rent."""
        stands = self.places.existing_m[place] >= self.ladder_m[rung]
        mast = () if stands else self.mast_items[self.places.mast_class[place]][rung]
        return mast_line(self.places, place, mast, self.site_items, self.power_items)

    def vertices(self, i: int) -> NDArray[np.float64]:
        """Return the polyline of option i, (k, 2) lon and lat; both ends where the option is a straight line."""
        start, stop = self.geometry_start[i], self.geometry_start[i + 1]
        if stop > start:
            return self.geometry[start:stop]
        ends = [p for p in (self.u[i], self.v[i]) if p != ROOT]
        return np.column_stack([self.places.lon[ends], self.places.lat[ends]])
