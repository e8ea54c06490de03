"""Candidate links at other prices and in another rain: the same arcs, without a second look at the terrain."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.catalogue.kinds import kinds_in
from planner.finance import SURCHARGE
from planner.links.as_built import with_as_built
from planner.links.block import money_of_kinds
from planner.links.climate import climate_of
from planner.links.limits import limits_at_demand
from planner.links.masts import mast_money
from planner.links.options import LinkOptions, OptionKind, PlaceKind
from planner.links.package import office_lines
from planner.links.power import find_supplies
from planner.links.regional import with_regional_prices
from planner.links.services import service_options
from planner.links.weather import in_rain, radio_links_in

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from planner.catalogue import PriceList, RadioClimate
    from planner.finance import Item, Terms
    from planner.inputs import Inputs
    from planner.links.options import Places
    from planner.links.services import Services
    from planner.scenario import Scenario


def reprice(
    options: LinkOptions,
    inputs: Inputs,
    offices: pd.DataFrame,
    scenario: Scenario,
    terms: Terms,
    prices: PriceList,
    base: PriceList,
    *,
    rain: float = 1.0,
) -> LinkOptions:
    """Return the same candidate links at other prices, for another demand, and in another rain.

    Providers may carry their share of the demand given. Which links there are, their lengths and masts stay: an option
    that would only be offered at these prices is not there. Of each service an office gets its provider's cheapest plan
    that carries its demand at these prices; where none does, the link stays with nothing to carry. Where solar sets and
    extensions of the grid compete, the cheaper at these prices is taken. Kinds of links that the price list does not
    know keep their price, and so does what land cover, towns and water add to a trench: it lies in priced lengths,
    which are measured on the ground. So does what was spent on links that are contracted, built or working.

    Parameters
    ----------
    options : LinkOptions
        As built with ``base``.
    inputs : Inputs
        That they were built from.
    offices : DataFrame
        Those of the inputs; the demand may differ from that of the build.
    scenario : Scenario
    terms : Terms
    prices : PriceList
        With dominated options in it.
    base : PriceList
        That the options were built with.
    rain : float
        Factor on the rain rate at all places: what fades is reckoned anew, radio links and satellites alike.
    """
    places, power_items, office_power = _supplied(options.places, inputs, prices, terms)
    now = {(kind.technology, kind.name): kind for kind in kinds_in(prices)}
    plain = [
        now.get((kind.technology, kind.name), replace(kind, items=_without_surcharge(kind.items)))
        for kind in options.kinds
    ]
    climate = in_rain(climate_of(options.places, scenario), rain)
    services = service_options(
        offices,
        inputs.coverage,
        inputs.quotes,
        prices,
        scenario,
        terms,
        climate,
        group_of=lambda option: option.provider,
    )
    columns = _ordered(_faded(options, climate, base, scenario, rain), plain, services, len(offices))
    shares = scenario.links.services.provider_shares
    columns["capacity_mbps"] = limits_at_demand(options, columns["capacity_mbps"], offices, shares)
    priced_km = options.priced_km * _longer(options, prices, base)
    money = money_of_kinds(plain, columns["kind"], priced_km, terms)
    masts = mast_money(places, prices, power_items, terms)
    masts[places.kind == PlaceKind.JUNCTION] = 0
    factors = [places.price_factors(row) for row in range(len(offices))]
    lines = office_lines(offices, office_power, factors, prices, terms)
    columns |= {"kinds": tuple(plain), "u": options.u, "v": options.v, "priced_km": priced_km, "money": money}
    priced = replace(
        options,
        places=places,
        **with_regional_prices(columns, places, terms),
        mast_items=prices.mast_items,
        site_items=prices.site_items,
        power_items=power_items,
        mast_money=masts,
        **{field.name: getattr(lines, field.name) for field in fields(lines)},
    )
    return with_as_built(priced, inputs.as_built, offices["demand_mbps"].to_numpy(np.float64), terms)


def _faded(
    options: LinkOptions, climate: RadioClimate, base: PriceList, scenario: Scenario, rain: float
) -> LinkOptions:
    """Return options with what radio links carry in another rain; as they are where it is the one they know."""
    if rain == 1.0:
        return options
    capacity, availability = radio_links_in(options, climate, base, scenario)
    return replace(options, capacity_mbps=capacity, availability=availability)


def _supplied(
    places: Places, inputs: Inputs, prices: PriceList, terms: Terms
) -> tuple[Places, tuple[tuple[Item, ...], ...], tuple[tuple[Item, ...], ...]]:
    """Return the places with their supplies at these prices, those of masts by class and those of offices."""
    given = int(np.count_nonzero(places.kind != PlaceKind.JUNCTION))  # junctions stand behind the others
    columns = {field.name: getattr(places, field.name) for field in fields(places)}
    alone = replace(places, **{name: column[:given] for name, column in columns.items()})
    found = find_supplies(alone, inputs, prices.power, terms)
    changed = {
        name: np.concatenate([getattr(found.places, name), columns[name][given:]])
        for name in ("supply", "supply_availability", "grid_km", "power_class")
    }
    return replace(places, **changed), found.mast_items, found.office_items


def _without_surcharge(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Return items as they are outside the regions with prices of their own."""
    return tuple(item for item in items if item.name != SURCHARGE)


def _ordered(options: LinkOptions, kinds: list[OptionKind], services: Services, n_offices: int) -> dict[str, Any]:
    """Return kind, capacity and availability with what each office would order of the services it has a link for.

    Kinds that no office ordered before are added to ``kinds``.
    """
    kind, capacity = options.kind.astype(np.int64), options.capacity_mbps.copy()
    availability = options.availability.copy()
    at = {(known.technology, known.name): index for index, known in reversed(list(enumerate(kinds)))}
    number = np.zeros(len(services.kinds), dtype=np.int64)
    for index, known in enumerate(services.kinds):
        if (known.technology, known.name) not in at:
            at[known.technology, known.name] = len(kinds)
            kinds.append(known)
        number[index] = at[known.technology, known.name]
    sellers = list(zip((known.technology for known in services.kinds), services.providers, strict=True))
    seller_of = {(known.technology, known.name): seller for known, seller in zip(services.kinds, sellers, strict=True)}
    seller_then = [seller_of.get((known.technology, known.name)) for known in options.kinds]
    service = np.flatnonzero(options.is_service())
    for seller in sorted(set(sellers)):
        rows = service[[seller_then[row] == seller for row in options.kind[service].tolist()]]
        own = np.flatnonzero([sellers[row] == seller for row in services.kind.tolist()])
        best = np.full(n_offices, -1, dtype=np.int64)
        best[services.office[own]] = own
        taken = best[options.places.office[options.v[rows]]]
        capacity[rows[taken < 0]] = 0.0
        rows, taken = rows[taken >= 0], taken[taken >= 0]
        kind[rows] = number[services.kind[taken]]
        capacity[rows], availability[rows] = services.capacity_mbps[taken], services.availability[taken]
    return {"kind": kind, "capacity_mbps": capacity, "availability": availability}


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
