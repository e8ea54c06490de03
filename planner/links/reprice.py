"""Candidate links at other prices: the same arcs, without a second look at the terrain."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.finance import MEASURES, line_money
from planner.links.masts import mast_money
from planner.links.options import ROOT, LinkOptions, OptionKind, PlaceKind
from planner.links.package import office_lines
from planner.links.services import service_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from planner.catalogue import PriceList
    from planner.finance import Per, Terms
    from planner.links.services import Services
    from planner.scenario import Scenario


def reprice(
    options: LinkOptions,
    offices: pd.DataFrame,
    coverage: gpd.GeoDataFrame | None,
    scenario: Scenario,
    terms: Terms,
    prices: PriceList,
    base: PriceList,
) -> LinkOptions:
    """Return the same candidate links at other prices, and for another demand.

    Which links there are, their lengths and masts stay: an option that would only be offered at these prices is not
    there. Of each service an office gets the cheapest plan that carries its demand at these prices; where none does,
    the link stays with nothing to carry. Kinds of links that the price list does not know keep their price.

    Parameters
    ----------
    options : LinkOptions
        As built with ``base``.
    offices, coverage : DataFrame, GeoDataFrame or None
        Of the inputs; the demand may differ from that of the build.
    scenario : Scenario
    terms : Terms
    prices : PriceList
        With dominated options in it.
    base : PriceList
        That the options were built with.
    """
    now = {(kind.technology, kind.name): kind for kind in _kinds(prices)}
    kinds = tuple(now.get((kind.technology, kind.name), kind) for kind in options.kinds)
    priced_km = options.priced_km * _longer(options, prices, base)
    money = np.zeros((len(options), len(MEASURES)), dtype=np.int64)
    for index, kind in enumerate(kinds):
        rows = np.flatnonzero(options.kind == index)
        quantity: dict[Per, NDArray[np.float64]] = {"each": np.ones(len(rows)), "km": priced_km[rows]}
        money[rows] = line_money(kind.items, quantity, terms)
    masts = mast_money(options.places, prices, terms)
    masts[options.places.kind == PlaceKind.JUNCTION] = 0
    lines = office_lines(offices, prices, terms)
    repriced = replace(
        options,
        kinds=kinds,
        priced_km=priced_km,
        money=money,
        mast_items=prices.mast_items,
        site_items=prices.site_items,
        mast_money=masts,
        **{field.name: getattr(lines, field.name) for field in fields(lines)},
    )
    return _with_services(repriced, service_options(offices, coverage, prices, scenario, terms), len(offices))


def _with_services(options: LinkOptions, services: Services, n_offices: int) -> LinkOptions:
    """Return the options with what each office would order of the services that it has a link for."""
    kind, money = options.kind.copy(), options.money.copy()
    capacity, availability = options.capacity_mbps.copy(), options.availability.copy()
    at = {(known.technology, known.name): index for index, known in enumerate(options.kinds)}
    number = np.array([at[known.technology, known.name] for known in services.kinds], dtype=np.int64)
    ordered = np.array([known.technology for known in services.kinds], dtype=np.str_)[services.kind]
    technology = options.technology()
    for name in sorted({known.technology for known in services.kinds}):
        rows = np.flatnonzero((technology == name) & (options.u == ROOT))
        own = np.flatnonzero(ordered == name)
        best = np.full(n_offices, -1, dtype=np.int64)
        best[services.office[own]] = own
        service = best[options.places.office[options.v[rows]]]
        capacity[rows[service < 0]] = 0.0
        rows, service = rows[service >= 0], service[service >= 0]
        kind[rows], money[rows] = number[services.kind[service]], services.money[service]
        capacity[rows], availability[rows] = services.capacity_mbps[service], services.availability[service]
    return replace(options, kind=kind, money=money, capacity_mbps=capacity, availability=availability)


def _kinds(prices: PriceList) -> Iterator[OptionKind]:
    """Yield every kind of link of a price list."""
    yield from (prices.source_kind, prices.existing_kind)
    yield from (option.kind for option in prices.microwave)
    yield from (option.kind for option in prices.services)
    if prices.fibre is not None:
        yield from prices.fibre.kinds
        for along_road in prices.fibre.road_kinds.values():
            yield from along_road


def _longer(options: LinkOptions, prices: PriceList, base: PriceList) -> NDArray[np.float64]:
    """Return the factor on the priced length of each option: route factors are prices too."""
    if prices.fibre is None or base.fibre is None:
        return np.ones(len(options))
    along_road = {kind.name for kinds in base.fibre.road_kinds.values() for kind in kinds}
    off, on = (
        getattr(prices.fibre, name) / getattr(base.fibre, name) for name in ("route_factor", "road_route_factor")
    )
    factor = [(on if kind.name in along_road else off) if kind.technology == "fibre" else 1.0 for kind in options.kinds]
    return np.array(factor)[options.kind]
