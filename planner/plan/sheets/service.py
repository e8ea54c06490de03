"""Sheets of services: what is bought, and what rain takes on the way to a satellite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.plan.sheets.model import Look, ServiceSheet
from planner.radio import CIRCULAR_DEG, geostationary_look_deg, slant_rain_001_db, slant_rain_db

if TYPE_CHECKING:
    from planner.catalogue import ServiceOption
    from planner.plan.sheets.engineer import Engineer

SATELLITE = ("leo", "geo")
DOWNLINK_GHZ = 12.0
"""Ku band, in which most terminals receive: a judgement, the catalogue does not say."""
ASIDE_DEG = 40.0
"""Longitude between an office and a satellite that is not its nearest: a judgement."""
LEAST_LEO_DEG = 25.0
"""Elevation below which terminals of low constellations do not look: a judgement after operators' filings."""
_RAIN_LAW_PCT = 5.0  # beyond it P.618 states nothing


def mean_rain_height_km(latitude_deg: float) -> float:
    """Return the height that rain falls from, by latitude.

    Notes
    -----
    ITU-R P.618-5 eq. (1), which holds where the digital map of P.839-4 is not at hand.
    """
    if latitude_deg > 23.0:
        return 5.0 - 0.075 * (latitude_deg - 23.0)
    if latitude_deg >= -21.0:
        return 5.0
    return max(5.0 + 0.1 * (latitude_deg + 21.0), 0.0)


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
    height_km = mean_rain_height_km(lat)
    return ServiceSheet(
        **{name: value for name, value in vars(plain).items() if value not in (None, ())},
        frequency_ghz=DOWNLINK_GHZ,
        rain_mm_h=engineer.climate.rain_mm_h,
        rain_height_km=height_km,
        looks=tuple(
            _look(case, elevation_deg, lat, ground_km, height_km, engineer.climate.rain_mm_h, wanted)
            for case, elevation_deg in _elevations(service.technology, lat, ground_km)
        ),
    )


def _elevations(technology: str, lat: float, ground_km: float) -> list[tuple[str, float]]:
    if technology == "leo":
        return [("least", LEAST_LEO_DEG)]
    seen = [
        (case, float(geostationary_look_deg(lat, 0.0, aside, ground_km)[0]))
        for case, aside in (("highest", 0.0), ("aside", ASIDE_DEG))
    ]
    return [(case, elevation) for case, elevation in seen if elevation > 0]


def _look(
    case: str, elevation_deg: float, lat: float, ground_km: float, height_km: float, rain_mm_h: float, wanted: float
) -> Look:
    worst = slant_rain_001_db(
        lat,
        elevation_deg,
        DOWNLINK_GHZ,
        rate_001_mm_h=rain_mm_h,
        tilt_deg=CIRCULAR_DEG,
        rain_height_km=height_km,
        station_height_km=ground_km,
    )
    percent = min(100 * (1 - wanted), _RAIN_LAW_PCT)
    at_wanted = slant_rain_db(worst, percent, latitude_deg=lat, elevation_deg=elevation_deg)
    return Look(case, elevation_deg, float(worst), float(at_wanted))  # type: ignore[arg-type]
