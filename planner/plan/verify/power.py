"""How places of a plan are supplied with electricity, decided again from the inputs, place by place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

from planner.finance import Item
from planner.plan.verify.cashflow import line_amounts

if TYPE_CHECKING:
    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import Place
    from planner.plan.verify.sites import Site

GEODESIC = Geod(ellps="WGS84")
DISTANCE_SHARE, DISTANCE_KM = 0.01, 0.005
"""By how much two ways of measuring the distance to a line of the grid may differ."""


@dataclass(frozen=True)
class Supply:
    """What supplies a place.

    Attributes
    ----------
    word : str or None
        As the plan says it; None where nothing is planned.
    availability : float
    grid_km : float or None
        Length of the grid extension.
    mains_hours : float
        A day, of mains that are there.
    """

    word: str | None
    availability: float
    grid_km: float | None = None
    mains_hours: float = 0.0


NOTHING = Supply(None, 1.0)


def supply_of(name: str, site: Site, basis: Basis, stated: Place | None) -> Supply:
    """Return how a place has to be supplied; of two lengths that agree the stated one counts."""
    prices = basis.prices.power
    office = basis.offices.get(name) if site.kind == "office" else None
    if site.kind == "relay" and not site.new:
        hours = math.nan if site.mains_hours is None else site.mains_hours
        own = hours < prices.enough_hours
        return Supply("solar", prices.solar, mains_hours=hours) if own else Supply("owner", prices.mains)
    if site.kind not in {"office", "relay"} or (office is not None and office["status_before"] == "adequate"):
        return NOTHING
    hours = math.nan if office is None else float(office["grid_hours_per_day"])
    away_km = _agreed_km(_away_km(site, office, basis), stated)
    near = math.isnan(hours) and away_km is not None and away_km <= prices.near_km
    if hours >= prices.enough_hours or near:
        return Supply("mains", prices.mains)
    if math.isnan(hours) and away_km is None and office is not None:
        return Supply("unknown", prices.mains)
    extends = not hours > 0 and away_km is not None and _extension_is_cheaper(away_km, office is not None, basis)
    if extends:
        return Supply("extension", prices.mains, grid_km=away_km)
    return Supply("solar", prices.solar, mains_hours=0.0 if math.isnan(hours) else hours)


def _agreed_km(away_km: float | None, stated: Place | None) -> float | None:
    """Return the stated length where it agrees with the own one, else the own one."""
    if stated is None or stated.grid_km is None or away_km is None:
        return away_km
    same = abs(stated.grid_km - away_km) <= DISTANCE_SHARE * away_km + DISTANCE_KM
    return stated.grid_km if same else away_km


def office_supply(supply: Supply, basis: Basis) -> list[Item]:
    """Return what an office's package holds for its supply."""
    return _items(supply, basis.prices.power.office_w, basis)


def mast_supply(supply: Supply, site: Site, basis: Basis) -> list[Item]:
    """Return what the radios on a mast need: at an office without adequate mains a solar set of their own."""
    prices = basis.prices.power
    if site.kind != "office":
        return _items(supply, prices.relay_w, basis)
    own = supply if supply.word != "extension" else Supply("solar", prices.solar)
    return _items(own, prices.mast_w, basis)


def _items(supply: Supply, load_w: float, basis: Basis) -> list[Item]:
    prices = basis.prices.power
    if supply.word == "solar":
        lacking_w = load_w * (24 - supply.mains_hours) / 24
        parts = [(prices.panel, lacking_w * prices.panel_w), (prices.battery, lacking_w * prices.battery_kwh)]
    elif supply.word == "extension" and supply.grid_km is not None:
        parts = [(prices.line, supply.grid_km), (prices.connection, 1.0)]
    else:
        parts = []
    return [
        Item(item.name, item.capex * n, item.opex_per_year * n, item.life_years, imported=item.imported)
        for item, n in parts
    ]


def _extension_is_cheaper(away_km: float, is_office: bool, basis: Basis) -> bool:
    prices = basis.prices.power
    load_w = prices.office_w if is_office else prices.relay_w
    solar, extension = (
        line_amounts([(item, 1.0) for item in _items(way, load_w, basis)], basis.terms).present_value
        for way in (Supply("solar", 1.0), Supply("extension", 1.0, grid_km=away_km))
    )
    return extension < solar


def _away_km(site: Site, office: object, basis: Basis) -> float | None:
    """Return the distance to the grid: the office's own figure, else that to the nearest line; None if not known."""
    own = math.nan if not isinstance(office, dict) else float(office["grid_distance_km"])
    if not math.isnan(own):
        return round(own, 3)
    grid = basis.inputs.grid
    if grid is None or not site.position_known:
        return None
    # A plane around the place itself, whose axes are degrees of latitude.
    shrink = math.cos(math.radians(site.lat))

    def local(
        xy: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        turned = xy - [site.lon, site.lat]
        turned[:, 0] -= 360.0 * np.round(turned[:, 0] / 360.0)
        return np.asarray(turned * [shrink, 1.0])

    lines = shapely.transform(grid.geometry.to_numpy(), local)
    nearest = lines[int(np.argmin(shapely.distance(lines, shapely.Point(0.0, 0.0))))]
    foot = nearest.interpolate(nearest.project(shapely.Point(0.0, 0.0)))
    return GEODESIC.line_length([site.lon, site.lon + foot.x / shrink], [site.lat, site.lat + foot.y]) / 1000
