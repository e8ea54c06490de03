"""How each place is supplied with electricity: what is there, else a solar set or a grid extension.

An office or relay without adequate mains gets a solar set with battery, or, where the way to the grid is known and
there are no mains at all, a grid extension: the one of the lower present value (the solar set among equals). An
office's supply carries its own equipment and is part of its package; radios on a mast at an office without adequate
mains have a solar set of their own, so that what passes through an office pays for what it uses, connected or not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue import SiteClass
from planner.catalogue.power import Supply
from planner.finance import PRESENT_VALUE, line_money
from planner.i18n import _, ngettext
from planner.inputs.power import grid_distance_km
from planner.links.options import PlaceKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.catalogue.power import PowerPrices
    from planner.finance import Item, Terms
    from planner.inputs import Inputs
    from planner.links.options import Places

KM_DECIMALS = 3
"""Distances to the grid are rounded to metres before they are priced."""


@dataclass(frozen=True)
class Supplies:
    """Supplies of places.

    Attributes
    ----------
    places : Places
        Those given, with ``supply``, ``supply_availability``, ``grid_km`` and ``power_class``.
    mast_items : tuple of tuple of Item
        ``mast_items[power_class]``: what the supply of radios on a mast costs.
    office_items : tuple of tuple of Item
        ``office_items[office row]``: part of the office package.
    notes : tuple of str
    """

    places: Places
    mast_items: tuple[tuple[Item, ...], ...]
    office_items: tuple[tuple[Item, ...], ...]
    notes: tuple[str, ...]


def find_supplies(places: Places, inputs: Inputs, prices: PowerPrices, terms: Terms) -> Supplies:
    """Return how offices, towers and hilltops are supplied.

    Parameters
    ----------
    places : Places
        Offices, sources, towers, hilltops, in this order.
    inputs : Inputs
    prices : PowerPrices
    terms : Terms
    """
    offices = inputs.offices
    hours, grid_km = _mains_hours(places, inputs), _grid_km(places, inputs)
    adequate = (offices["status_before"] == "adequate").to_numpy(np.bool_)
    supply = np.full(len(places), Supply.NONE, dtype=np.int8)
    is_office = places.kind == PlaceKind.OFFICE
    is_office[: len(offices)] &= ~adequate
    tower = np.isin(places.site_class, (SiteClass.TOWER, SiteClass.RENTED_TOWER))
    hilltop = places.site_class == SiteClass.GREENFIELD
    supply[is_office | hilltop] = Supply.SOLAR
    supply[tower] = np.where(hours[tower] < prices.enough_hours, Supply.SOLAR, Supply.OWNER)
    near = np.isnan(hours) & (grid_km <= prices.near_km)
    supply[(is_office | hilltop) & ((hours >= prices.enough_hours) | near)] = Supply.MAINS
    supply[is_office & np.isnan(hours) & np.isnan(grid_km)] = Supply.ASSUMED
    for row in np.flatnonzero((supply == Supply.SOLAR) & np.isfinite(grid_km) & ~(hours > 0) & ~tower):
        load_w = prices.office_w if is_office[row] else prices.relay_w
        ways = prices.solar_set(load_w, 0.0), prices.extension(float(grid_km[row]))
        solar, extension = (line_money(way, {"each": np.ones(1)}, terms)[0, PRESENT_VALUE] for way in ways)
        supply[row] = Supply.EXTENSION if extension < solar else Supply.SOLAR
    extended = supply == Supply.EXTENSION
    given = [prices.availability(Supply(code)) for code in range(len(Supply))]
    mast_items, power_class = _mast_items(supply, np.nan_to_num(hours), grid_km, is_office, prices)
    supplied = replace(
        places,
        supply=supply,
        supply_availability=np.array(given)[supply],
        grid_km=np.where(extended, grid_km, np.nan),
        power_class=power_class,
    )
    office_items = tuple(
        _items(Supply(supply[row]), prices.office_w, float(np.nan_to_num(hours[row])), float(grid_km[row]), prices)
        for row in range(len(offices))
    )
    return Supplies(supplied, mast_items, office_items, _notes(supply, is_office))


def _mains_hours(places: Places, inputs: Inputs) -> NDArray[np.float64]:
    hours = np.full(len(places), np.nan)
    offices, towers = inputs.offices, inputs.towers
    first_tower = len(offices) + len(inputs.sources)
    hours[: len(offices)] = offices["grid_hours_per_day"].to_numpy(np.float64)
    hours[first_tower : first_tower + len(towers)] = towers["grid_hours_per_day"].to_numpy(np.float64)
    return hours


def _grid_km(places: Places, inputs: Inputs) -> NDArray[np.float64]:
    """Return how far places are from the grid, as the input says or as its lines lie; NaN where neither tells."""
    measured = grid_distance_km(inputs.grid, places.lon, places.lat)
    measured = np.where(places.position_known & np.isfinite(measured), measured, np.nan)
    stated = inputs.offices["grid_distance_km"].to_numpy(np.float64)
    measured[: len(stated)] = np.where(np.isnan(stated), measured[: len(stated)], stated)
    return np.round(measured, KM_DECIMALS)


def _items(supply: Supply, load_w: float, mains_hours: float, grid_km: float, prices: PowerPrices) -> tuple[Item, ...]:
    if supply == Supply.SOLAR:
        return prices.solar_set(load_w, mains_hours)
    return prices.extension(grid_km) if supply == Supply.EXTENSION else ()


def _mast_items(
    supply: NDArray[np.int8],
    hours: NDArray[np.float64],
    grid_km: NDArray[np.float64],
    is_office: NDArray[np.bool_],
    prices: PowerPrices,
) -> tuple[tuple[tuple[Item, ...], ...], NDArray[np.int32]]:
    """Return the distinct supplies of radios on masts, the empty one first, and which one each place has."""
    power_class = np.zeros(len(supply), dtype=np.int32)
    classes: list[tuple[Item, ...]] = [()]
    asking = np.flatnonzero((supply == Supply.SOLAR) | (supply == Supply.EXTENSION))
    like = np.column_stack([is_office, supply, hours, np.where(supply == Supply.EXTENSION, grid_km, 0.0)])[asking]
    _rows, sample, which = np.unique(like, axis=0, return_index=True, return_inverse=True)
    for row in asking[sample]:
        way = Supply.SOLAR if is_office[row] else Supply(supply[row])
        load_w = prices.mast_w if is_office[row] else prices.relay_w
        classes.append(_items(way, load_w, float(hours[row]), float(grid_km[row]), prices))
    power_class[asking] = 1 + which.ravel()
    return tuple(classes), power_class


def _notes(supply: NDArray[np.int8], is_office: NDArray[np.bool_]) -> tuple[str, ...]:
    counts = {code: int(np.count_nonzero(is_office & (supply == code))) for code in Supply}
    lacking = counts[Supply.SOLAR] + counts[Supply.EXTENSION]
    notes = []
    if lacking:
        text = ngettext(
            "power: {n} office lacks adequate mains; its package holds a solar set ({solar}) or a grid extension "
            "({extension}).",
            "power: {n} offices lack adequate mains; their packages hold solar sets ({solar}) or grid extensions "
            "({extension}).",
            lacking,
        )
        figures = {"solar": counts[Supply.SOLAR], "extension": counts[Supply.EXTENSION]}
        notes.append(text.format(n=lacking, **figures))
    if counts[Supply.ASSUMED]:
        text = ngettext(
            "power: nothing is known of {n} office; it is taken to have adequate mains.",
            "power: nothing is known of {n} offices; they are taken to have adequate mains.",
            counts[Supply.ASSUMED],
        )
        notes.append(text.format(n=counts[Supply.ASSUMED]))
    if (supply == Supply.OWNER).any():
        notes.append(_("power: the owners of existing towers supply what stands on them."))
    return tuple(notes)
