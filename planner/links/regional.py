"""Prices by region: a place has those of its region, a link those of the dearer of its ends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.finance import PriceFactors, line_money, surcharged
from planner.links.options import ROOT

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from planner.catalogue.kinds import OptionKind
    from planner.finance import Per, Terms
    from planner.links.options import Places
    from planner.scenario import Scenario


def with_price_factors(places: Places, scenario: Scenario, regions: gpd.GeoDataFrame | None) -> Places:
    """Return the places with the price factors of their regions."""
    given = scenario.money.regions
    if not given:
        return places
    factors = dict(given)
    for key, name in (
        () if regions is None else zip(regions["id"].astype(str), regions["name"].astype(str), strict=True)
    ):
        if key not in given and name in given:  # several regions may have one name
            factors[key] = given[name]
    freight, works = places.freight.copy(), places.works.copy()
    for region, entry in factors.items():
        here = places.region == region
        freight[here], works[here] = entry.freight, entry.works
    return replace(places, freight=freight, works=works)


def with_regional_prices(columns: dict[str, Any], places: Places, terms: Terms) -> dict[str, Any]:
    """Return the columns of link options with the kinds and the money of those in regions with prices of their own."""
    u, v, kind = columns["u"], columns["v"], columns["kind"]
    freight, works = (
        np.where(u == ROOT, factor[v], np.maximum(factor[u], factor[v])) for factor in (places.freight, places.works)
    )
    dearer = np.flatnonzero((freight > 1) | (works > 1))
    if not len(dearer):
        return columns
    table = np.column_stack([kind[dearer], freight[dearer], works[dearer]])
    distinct, of_row = np.unique(table, axis=0, return_inverse=True)
    kinds: list[OptionKind] = list(columns["kinds"])
    money, new_kind = columns["money"].copy(), kind.astype(np.int64)
    for index, (base, f, w) in enumerate(distinct.tolist()):
        rows = dearer[of_row.ravel() == index]
        items = surcharged(kinds[int(base)].items, PriceFactors(f, w))
        quantity: dict[Per, NDArray[np.float64]] = {"each": np.ones(len(rows)), "km": columns["priced_km"][rows]}
        money[rows] = line_money(items, quantity, terms)
        new_kind[rows] = len(kinds)
        kinds.append(replace(kinds[int(base)], items=items))
    return columns | {"kinds": tuple(kinds), "kind": new_kind.astype(np.int16), "money": money}
