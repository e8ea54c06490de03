"""Paths from offices to a geostationary satellite: how high it stands, and what rain leaves of the year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue.services import UNKNOWN_OFFSET_DEG
from planner.radio import (
    CIRCULAR_DEG,
    geostationary_look_deg,
    rain_height_km,
    rain_height_of_latitude_km,
    slant_rain_001_db,
    slant_unavailability_pct,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.catalogue import RadioClimate
    from planner.catalogue.services import RainFades

    Numbers = NDArray[np.float64]


def elevation_deg(fades: RainFades, lon: Numbers, lat: Numbers) -> Numbers:
    """Return the elevation of the satellite at each place; one that is not known stands some way off every place."""
    satellite = (
        lon + UNKNOWN_OFFSET_DEG
        if fades.satellite_longitude_deg is None
        else np.full_like(lon, fades.satellite_longitude_deg)
    )
    return geostationary_look_deg(lat, lon, satellite)[0]


def rain_top_km(lat: Numbers | float, isotherm_km: Numbers | float) -> Numbers:
    """Return how high rain reaches: by the isotherm where one is known (P.839-4), else by the latitude."""
    return np.where(np.isnan(isotherm_km), rain_height_of_latitude_km(lat), rain_height_km(isotherm_km))


def rain_availability(fades: RainFades, lat: Numbers, elevation: Numbers, climate: RadioClimate) -> Numbers:
    """Return the share of the year in which rain leaves a signal (ITU-R P.618-13); 0 below the horizon.

    The climate is that of the places; stations at sea level, where rain takes most.
    """
    above = np.maximum(elevation, 1.0)
    worst_db = slant_rain_001_db(
        lat,
        above,
        fades.downlink_ghz,
        rate_001_mm_h=climate.rain_mm_h,
        tilt_deg=CIRCULAR_DEG,
        rain_height_km=rain_top_km(lat, climate.isotherm_km),
    )
    lost_pct = slant_unavailability_pct(
        fades.rain_margin_db, latitude_deg=lat, elevation_deg=above, rain_001_db=worst_db
    )
    return np.where(elevation > 0, 1 - lost_pct / 100, 0.0)
