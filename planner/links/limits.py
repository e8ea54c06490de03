"""Limits that services share, as places of their own: root → limit → office, with the capacity on the first link.

A provider of which the scenario allows a share carries at most that share of the demand of all offices that lack an
adequate connection; where the catalogue knows what a low-orbit cell gives, the offices in a cell share that. Cells are
squares, near enough: row ⌊latitude · 111.195 km / side⌋, m the latitude of its middle, and in it as many columns as
come nearest to 360° · 111.195 km · cos m / side, counted eastwards from Greenwich: a whole number, so that no cell is
cut at 180°. A service under both limits begins at the cell, and the cell at the provider.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.catalogue.kinds import OptionKind
from planner.i18n import _
from planner.links.options import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from planner.catalogue.prices import Cell
    from planner.links.options import LinkOptions
    from planner.links.services import Services

PROVIDER_MARK, CELL_MARK = "~provider:", "~cell:"
TECHNOLOGY = "limit"
PROVIDER_LIMIT, CELL_LIMIT = "provider limit", "cell limit"
KM_PER_DEGREE = 111.195


@dataclass(frozen=True)
class Limits:
    """Limits in use, l of them, and where services begin.

    Attributes
    ----------
    kinds : tuple of OptionKind
        Of the link into each.
    ids : (l,) str
    lon, lat : (l,) float64
        Middle of a cell; of a provider the first office that it may serve.
    capacity_mbps : (l,) float64
    above : (l,) int32
        Row of the limit that it begins at, `ROOT` for the root; those above come first.
    begin : (s,) int32
        Row of the limit that each service begins at, `ROOT` for the root.
    """

    kinds: tuple[OptionKind, ...]
    ids: NDArray[np.str_]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    capacity_mbps: NDArray[np.float64]
    above: NDArray[np.int32]
    begin: NDArray[np.int32]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.ids)


class _Limit(NamedTuple):
    name: str
    lon: float
    lat: float
    mbps: float
    above: int


def find_limits(
    services: Services, offices: pd.DataFrame, shares: Mapping[str, float], cell: Cell | None
) -> tuple[Limits, tuple[str, ...]]:
    """Return the limits that services share, and what to know of them.

    Parameters
    ----------
    services : Services
    offices : DataFrame
        ``lon, lat, status_before, demand_mbps`` of ``Inputs.offices``.
    shares : mapping of str to float
        By provider.
    cell : Cell or None
    """
    lon, lat = (offices[name].to_numpy(np.float64) for name in ("lon", "lat"))
    demand_mbps = _shared_demand_mbps(offices)
    found: dict[str, _Limit] = {}
    order: dict[str, int] = {}
    begin = np.full(len(services.office), ROOT, dtype=np.int32)

    def row_of(name: str, limit: _Limit) -> int:
        found.setdefault(name, limit)
        return order.setdefault(name, len(order))

    for i, (office, kind) in enumerate(zip(services.office.tolist(), services.kind.tolist(), strict=True)):
        provider, at = services.providers[kind], ROOT
        if provider in shares:
            mbps = shares[provider] * demand_mbps
            limit = _Limit(PROVIDER_LIMIT, float(lon[office]), float(lat[office]), mbps, ROOT)
            at = row_of(f"{PROVIDER_MARK}{provider}", limit)
        if cell is not None and services.kinds[kind].technology == "leo":
            row, column, x, y = cell_at(lon[office], lat[office], cell.side_km)
            at = row_of(f"{CELL_MARK}{provider}:{row}:{column}", _Limit(CELL_LIMIT, x, y, cell.mbps, at))
        begin[i] = at
    listed = list(found.values())
    limits = Limits(
        kinds=tuple(OptionKind(TECHNOLOGY, limit.name, 0, (), service=True) for limit in listed),
        ids=np.array(list(found), dtype=np.str_),
        lon=np.array([limit.lon for limit in listed], dtype=np.float64),
        lat=np.array([limit.lat for limit in listed], dtype=np.float64),
        capacity_mbps=np.array([limit.mbps for limit in listed], dtype=np.float64),
        above=np.array([limit.above for limit in listed], dtype=np.int32),
        begin=begin,
    )
    idle = sorted(set(shares) - {services.providers[kind] for kind in services.kind.tolist()})
    note = _("{provider}: a share is set, but no service of this provider is offered.")
    return limits, tuple(note.format(provider=provider) for provider in idle)


def limits_at_demand(
    options: LinkOptions, capacity_mbps: NDArray[np.float64], offices: pd.DataFrame, shares: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return capacities of link options with those of providers' limits for another demand of the offices."""
    found, demand_mbps = capacity_mbps.copy(), _shared_demand_mbps(offices)
    for row in np.flatnonzero(options.technology() == TECHNOLOGY).tolist():
        name = str(options.places.id[options.v[row]])
        if name.startswith(PROVIDER_MARK):
            found[row] = shares[name.removeprefix(PROVIDER_MARK)] * demand_mbps
    return found


def _shared_demand_mbps(offices: pd.DataFrame) -> float:
    """Return the demand that providers have shares of: that of all offices without an adequate connection."""
    lacking = (offices["status_before"] != "adequate").to_numpy()
    return math.fsum(offices["demand_mbps"].to_numpy(np.float64)[lacking])


def cell_at(lon: float, lat: float, side_km: float) -> tuple[int, int, float, float]:
    """Return row and column of the cell of a place, and longitude and latitude of the cell's middle."""
    row = math.floor(lat * KM_PER_DEGREE / side_km)
    middle = min(max((row + 0.5) * side_km / KM_PER_DEGREE, -89.9), 89.9)
    columns = max(round(360.0 * KM_PER_DEGREE * math.cos(math.radians(middle)) / side_km), 1)
    column = min(math.floor(lon % 360.0 * columns / 360.0), columns - 1)
    x = (column + 0.5) * 360.0 / columns
    return row, column, float(round((x + 180.0) % 360.0 - 180.0, 6)), float(round(middle, 6))
