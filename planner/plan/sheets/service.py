"""Sheets of services: what is bought, and what rain takes on the way to a satellite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue.services import UNKNOWN_OFFSET_DEG
from planner.links.skyward import rain_top_km
from planner.plan.sheets.climate import slant_climate
from planner.plan.sheets.model import Look, ServiceSheet
from planner.radio import (
    CIRCULAR_DEG,
    geostationary_look_deg,
    slant_rain_001_db,
    slant_rain_db,
)

if TYPE_CHECKING:
    from planner.catalogue import ServiceOption
    from planner.catalogue.services import RainFades
    from planner.plan.sheets.engineer import Engineer

SATELLITE = ("leo", "geo")
LEO_DOWNLINK_GHZ = 12.0
"""Ku band, in which most terminals receive: a judgement, the catalogue does not say."""
LEAST_LEO_DEG = 25.0
"""Elevation below which terminals of low constellations do not look: a judgement after operators' filings."""
_RAIN_LAW_PCT = 5.0  # beyond it P.618 states nothing


def service_sheet(engineer: Engineer, service: ServiceOption, option: int) -> ServiceSheet:
    """Return the sheet of a satellite or cellular service."""
    options, wanted = engineer.options, engineer.scenario.service.availability
    plain = ServiceSheet(
        technology=service.technology,
        option=str(options.kinds[options.kind[option]].name),
        down_mbps=float(options.capacity_mbps[option]),
        up_mbps=service.up_mbps,
        latency_ms=service.latency_ms,
        availability=float(options.availability[option]),
        wanted=wanted,
    )
    if service.technology not in SATELLITE:
        return plain
    places, place = options.places, int(options.v[option])
    lat, ground_km = float(places.lat[place]), float(np.nan_to_num(places.ground_m[place])) / 1000
    climate = engineer.climate.at(np.array([place]))
    height_km, rain_mm_h = float(np.max(rain_top_km(lat, climate.isotherm_km))), float(np.max(climate.rain_mm_h))
    downlink_ghz = LEO_DOWNLINK_GHZ if service.fades is None else service.fades.downlink_ghz
    return ServiceSheet(
        **{name: value for name, value in vars(plain).items() if value not in (None, ())},
        frequency_ghz=downlink_ghz,
        rain_mm_h=rain_mm_h,
        rain_height_km=height_km,
        looks=tuple(
            _look(case, elevation_deg, downlink_ghz, lat, ground_km, height_km, rain_mm_h, wanted)
            for case, elevation_deg in _elevations(service.fades, float(places.lon[place]), lat, ground_km)
        ),
        climate=slant_climate(engineer, place, height_km),
    )


def _elevations(fades: RainFades | None, lon: float, lat: float, ground_km: float) -> list[tuple[str, float]]:
    """Return how high satellites stand: the known one, else the highest possible and the one of plans."""
    if fades is None:
        return [("least", LEAST_LEO_DEG)]
    aside = {"highest": 0.0, "aside": UNKNOWN_OFFSET_DEG}
    if fades.satellite_longitude_deg is not None:
        aside = {"known": fades.satellite_longitude_deg - lon}
    seen = [(case, float(geostationary_look_deg(lat, 0.0, away, ground_km)[0])) for case, away in aside.items()]
    return [(case, elevation) for case, elevation in seen if elevation > 0]


def _look(
    case: str,
    elevation_deg: float,
    downlink_ghz: float,
    lat: float,
    ground_km: float,
    height_km: float,
    rain_mm_h: float,
    wanted: float,
) -> Look:
    worst = slant_rain_001_db(
        lat,
        elevation_deg,
        downlink_ghz,
        rate_001_mm_h=rain_mm_h,
        tilt_deg=CIRCULAR_DEG,
        rain_height_km=height_km,
        station_height_km=ground_km,
    )
    percent = min(100 * (1 - wanted), _RAIN_LAW_PCT)
    at_wanted = slant_rain_db(worst, percent, latitude_deg=lat, elevation_deg=elevation_deg)
    return Look(case, elevation_deg, float(worst), float(at_wanted))  # type: ignore[arg-type]
