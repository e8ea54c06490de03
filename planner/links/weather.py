"""Candidate radio links in another rain: what they carry then, by what they were built with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.links.fading import NO_STEP, Fades, Paths, fastest_steps
from planner.links.radios import radios_of, wanted_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.catalogue import PriceList, RadioClimate
    from planner.catalogue.multipoint import MultipointOption
    from planner.links.options import LinkOptions
    from planner.scenario import Scenario

    Columns = tuple[NDArray[np.float64], NDArray[np.float64]]


def in_rain(climate: RadioClimate, factor: float) -> RadioClimate:
    """Return a climate whose rain rate is another one by a factor, the same everywhere."""
    return replace(climate, rain_mm_h=climate.rain_mm_h * factor)


def radio_links_in(options: LinkOptions, climate: RadioClimate, prices: PriceList, scenario: Scenario) -> Columns:
    """Return capacity and availability of all options in a climate: hops and terminals anew, the others as they are.

    A hop has the capacity of the fastest modulation that fades leave it for the share of the year that is asked, none
    where the slowest fails. Links that are contracted, built or working stay as they are: what stands is known.

    Parameters
    ----------
    options : LinkOptions
    climate : RadioClimate
        Of the places.
    prices : PriceList
        That the options were built with: equipment is what it was.
    scenario : Scenario
    """
    capacity, availability = options.capacity_mbps.copy(), options.availability.copy()
    held = np.zeros(len(options), np.bool_)
    held[options.fixed] = True
    blocks = [_hops(options, ~held, climate, prices, scenario)]
    blocks += [_terminals(options, ~held, climate, option, scenario) for option in prices.multipoint]
    for rows, (mbps, share) in blocks:
        capacity[rows], availability[rows] = mbps, share
    return capacity, availability


def _hops(
    options: LinkOptions, free: NDArray[np.bool_], climate: RadioClimate, prices: PriceList, scenario: Scenario
) -> tuple[NDArray[np.int64], Columns]:
    """Return the rows of hops with capacity and availability."""
    radios = radios_of(prices.microwave, scenario)
    radio_named = {
        kind.name: row for row, option in enumerate(prices.microwave) for kind in (option.kind, option.diverse_kind)
    }
    of_kind = [radio_named.get(kind.name, -1) if kind.technology == "microwave" else -1 for kind in options.kinds]
    rows = np.flatnonzero((np.array(of_kind, dtype=np.int64)[options.kind] >= 0) & free)
    radio = np.array(of_kind, dtype=np.int64)[options.kind[rows]]
    paths = _paths(options, rows, options.u[rows].astype(np.int64))
    capacity, availability = np.zeros(len(rows)), np.zeros(len(rows))
    for ghz in np.unique(radios.frequency_ghz[radio]):
        of_frequency = np.flatnonzero(radios.frequency_ghz[radio] == ghz)
        fades = Fades.of(paths[of_frequency], float(ghz), climate)
        for one in np.unique(radio[of_frequency]).tolist():
            within = np.flatnonzero(radio[of_frequency] == one)
            step = fastest_steps(fades[within], radios.system_db[one], float(radios.wanted[one]))
            share = fades[within].availability(radios.system_db[one, np.maximum(step, 0)]) * radios.equipment[one]
            at = of_frequency[within]
            capacity[at] = np.where(step == NO_STEP, 0.0, radios.rates_mbps[one, np.maximum(step, 0)])
            availability[at] = share
    return rows, (capacity, availability)


def _terminals(
    options: LinkOptions,
    free: NDArray[np.bool_],
    climate: RadioClimate,
    option: MultipointOption,
    scenario: Scenario,
) -> tuple[NDArray[np.int64], Columns]:
    """Return the rows of terminals of base stations with capacity and availability."""
    radio, mine = option.terminal, options.technology() == option.technology
    name = np.array([kind.name for kind in options.kinds], dtype=np.str_)[options.kind]
    bases = np.flatnonzero(mine & (name == option.base_kind.name))
    host_of = np.full(len(options.places), -1, dtype=np.int64)
    host_of[options.v[bases]] = options.u[bases]
    rows = np.flatnonzero(mine & (name == radio.kind.name) & free)
    fades = Fades.of(_paths(options, rows, host_of[options.u[rows]]), radio.frequency_ghz, climate)
    share = fades.availability(radio.signal_dbm - radio.thresholds_dbm[0])
    works = share >= wanted_share(scenario, radio.availability)
    return rows, (np.where(works, radio.capacity_mbps, 0.0), share * radio.availability)


def _paths(options: LinkOptions, rows: NDArray[np.int64], u: NDArray[np.int64]) -> Paths:
    """Return the paths of some options, from ``u`` to their far end, as they were built with."""
    places, v = options.places, options.v[rows].astype(np.int64)
    ground_m = np.nan_to_num(places.ground_m, nan=0.0)
    return Paths(options.length_km[rows], (places.lat[u] + places.lat[v]) / 2.0, ground_m[u], ground_m[v], u, v)
