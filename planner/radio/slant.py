"""Paths to a satellite: where a geostationary one stands, and what rain, clouds and scintillation take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.radio.rain import rain_specific_attenuation_db_km

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

_EQUATOR_KM, _ECCENTRICITY2 = 6378.137, 0.00669437999014  # WGS84
_ORBIT_KM = 42164.17  # radius of the geostationary orbit

LEAST_SLANT_PCT, MOST_SLANT_PCT = 0.001, 50.0
_RAIN_PCT = 5.0  # most for which P.618 states its rain law
_SCINTILLATION_PCT = 0.01  # least for which P.618 states its time factor
_HALVINGS = 50


def geostationary_look_deg(
    latitude_deg: ArrayLike,
    longitude_deg: ArrayLike,
    satellite_longitude_deg: ArrayLike,
    station_height_km: ArrayLike = 0.0,
) -> tuple[Numbers, Numbers]:
    """Return elevation and azimuth (from north, over east) of a geostationary satellite, without refraction.

    Parameters
    ----------
    latitude_deg, longitude_deg, station_height_km : array_like
        Of the earth station on the WGS84 ellipsoid.
    satellite_longitude_deg : array_like
        Of the point below the satellite.

    Returns
    -------
    ndarray, ndarray
        Negative elevations lie below the horizon.
    """
    latitude = np.radians(np.asarray(latitude_deg, np.float64))
    east_of = np.radians(np.asarray(satellite_longitude_deg, np.float64) - np.asarray(longitude_deg, np.float64))
    sin, cos = np.sin(latitude), np.cos(latitude)
    curvature_km = _EQUATOR_KM / np.sqrt(1.0 - _ECCENTRICITY2 * sin**2)
    height_km = np.asarray(station_height_km, np.float64)
    # from the station to the satellite: away from the axis in the station's meridian, east, along the axis
    outward = _ORBIT_KM * np.cos(east_of) - (curvature_km + height_km) * cos
    east = _ORBIT_KM * np.sin(east_of)
    along = -(curvature_km * (1.0 - _ECCENTRICITY2) + height_km) * sin
    up, north = outward * cos + along * sin, along * cos - outward * sin
    elevation = np.degrees(np.arctan2(up, np.hypot(north, east)))
    return np.asarray(elevation), np.asarray(np.degrees(np.arctan2(east, north)) % 360.0)


def rain_height_of_latitude_km(latitude_deg: ArrayLike) -> Numbers:
    """Return the height of rain above sea level by latitude alone, km.

    Notes
    -----
    The formula of ITU-R P.618-5 as it is commonly quoted (the superseded text was not at hand to check it against),
    which needs no map; P.839 replaced it by one, see `rain_height_km`.
    """
    latitude = np.asarray(latitude_deg, np.float64)
    north = np.where(latitude > 23.0, 5.0 - 0.075 * (latitude - 23.0), 5.0)
    south = np.where(latitude < -21.0, 5.0 + 0.1 * (latitude + 21.0), 5.0)
    return np.asarray(np.maximum(np.where(latitude >= 0, north, south), 0.0))


def rain_height_km(isotherm_km: ArrayLike) -> Numbers:
    """Return the mean height of rain above sea level from that of the 0 °C isotherm, h0 + 0.36 km.

    Notes
    -----
    ITU-R P.839-4 eq. (1). The isotherm h0 is a value of its digital map, or a local one.
    """
    return np.asarray(np.asarray(isotherm_km, np.float64) + 0.36)


def slant_length_km(elevation_deg: ArrayLike, below_rain_km: ArrayLike) -> Numbers:
    """Return the length of a slant path below the rain height; 0 for stations above it.

    Parameters
    ----------
    elevation_deg : array_like
        > 0.
    below_rain_km : array_like
        Rain height less station height.

    Notes
    -----
    ITU-R P.618-13 eqs. (1) and (2), effective earth radius 8500 km.
    """
    sin = np.sin(np.radians(elevation_deg))
    height = np.maximum(np.asarray(below_rain_km, np.float64), 0.0)
    low = 2.0 * height / (np.sqrt(sin**2 + 2.0 * height / 8500.0) + sin)
    return np.where(np.asarray(elevation_deg) >= 5.0, height / sin, low)


def slant_rain_001_db(
    latitude_deg: ArrayLike,
    elevation_deg: ArrayLike,
    frequency_ghz: ArrayLike,
    *,
    rate_001_mm_h: ArrayLike,
    tilt_deg: ArrayLike,
    rain_height_km: ArrayLike,
    station_height_km: ArrayLike = 0.0,
) -> Numbers:
    """Return what rain takes from a slant path for more than 0.01 % of an average year, dB.

    Parameters
    ----------
    latitude_deg, station_height_km : array_like
        Of the earth station; height above sea level.
    elevation_deg, frequency_ghz, tilt_deg : array_like
        Of the path; up to 55 GHz; tilt of the polarisation against the horizontal, 45 for circular.
    rate_001_mm_h : array_like
        Rain rate (1 min) exceeded for 0.01 % of the year.
    rain_height_km : array_like
        Above sea level, see `rain_height_km`.

    Notes
    -----
    ITU-R P.618-13 §2.2.1.1, steps 1 to 9.
    """
    elevation, f = np.asarray(elevation_deg, np.float64), np.asarray(frequency_ghz, np.float64)
    angle = np.radians(elevation)
    below = np.maximum(np.asarray(rain_height_km, np.float64) - np.asarray(station_height_km, np.float64), 0.0)
    ground_km = slant_length_km(elevation, below) * np.cos(angle)
    gamma = rain_specific_attenuation_db_km(rate_001_mm_h, f, tilt_deg=tilt_deg, elevation_deg=elevation)

    horizontal = 1.0 / (1.0 + 0.78 * np.sqrt(ground_km * gamma / f) + 0.38 * np.expm1(-2.0 * ground_km))
    rainy_km = ground_km * horizontal
    flat = np.degrees(np.arctan2(below, rainy_km)) > elevation
    length_km = np.where(flat, rainy_km / np.cos(angle), below / np.sin(angle))
    chi = np.maximum(36.0 - np.abs(np.asarray(latitude_deg, np.float64)), 0.0)
    bend = -31.0 * np.expm1(-elevation / (1.0 + chi)) * np.sqrt(length_km * gamma) / f**2 - 0.45
    return np.asarray(gamma * length_km / (1.0 + np.sqrt(np.sin(angle)) * bend))


def slant_rain_db(
    attenuation_001_db: ArrayLike, percentage: ArrayLike, *, latitude_deg: ArrayLike, elevation_deg: ArrayLike
) -> Numbers:
    """Return what rain takes from a slant path for more than a percentage of an average year, dB.

    Parameters
    ----------
    attenuation_001_db : array_like
        Exceeded for 0.01 %, see `slant_rain_001_db`.
    percentage : array_like
        0.001 to 5.
    latitude_deg, elevation_deg : array_like
        Of the station and the path.

    Notes
    -----
    ITU-R P.618-13 §2.2.1.1, step 10.
    """
    p, elevation = np.asarray(percentage, np.float64), np.asarray(elevation_deg, np.float64)
    beyond = np.abs(np.asarray(latitude_deg, np.float64)) - 36.0
    sin = np.sin(np.radians(elevation))
    beta = np.where(elevation >= 25.0, -0.005 * beyond, -0.005 * beyond + 1.8 - 4.25 * sin)
    beta = np.where((p < 1.0) & (beyond < 0.0), beta, 0.0)
    worst = np.asarray(attenuation_001_db, np.float64)
    log_worst = np.log(np.where(worst > 0.0, worst, 1.0))
    exponent = 0.655 + 0.033 * np.log(p) - 0.045 * log_worst - beta * (1.0 - p) * sin
    return np.asarray(worst * (p / 0.01) ** -exponent)


def scintillation_sigma_db(
    elevation_deg: ArrayLike,
    frequency_ghz: ArrayLike,
    *,
    wet_refractivity: ArrayLike,
    diameter_m: ArrayLike,
    efficiency: ArrayLike = 0.5,
) -> Numbers:
    """Return the standard deviation of the tropospheric scintillation of a signal, dB.

    Parameters
    ----------
    elevation_deg, frequency_ghz : array_like
        Of the path, ≥ 5; 4 to 20 (55 in fair agreement).
    wet_refractivity : array_like
        N_wet, median wet term of the surface refractivity (P.453).
    diameter_m, efficiency : array_like
        Of the station's antenna.

    Notes
    -----
    ITU-R P.618-13 §2.4.1, eqs. (43) to (47), turbulent layer at 1000 m. Antennas too large to see it (x ≥ 7) have none.
    """
    f, sin = np.asarray(frequency_ghz, np.float64), np.sin(np.radians(elevation_deg))
    path_m = 2000.0 / (np.sqrt(sin**2 + 2.35e-4) + sin)
    x = 1.22 * np.asarray(efficiency, np.float64) * np.asarray(diameter_m, np.float64) ** 2 * f / path_m
    averaged = 3.86 * (x**2 + 1.0) ** (11 / 12) * np.sin(11 / 6 * np.arctan2(1.0, x)) - 7.08 * x ** (5 / 6)
    factor = np.where(x >= 7.0, 0.0, np.sqrt(np.maximum(averaged, 0.0)))
    reference = 3.6e-3 + 1e-4 * np.asarray(wet_refractivity, np.float64)
    return np.asarray(reference * f ** (7 / 12) * factor / sin**1.2)


def scintillation_db(sigma_db: ArrayLike, percentage: ArrayLike) -> Numbers:
    """Return the fade by scintillation exceeded for a percentage of the time, stated for 0.01 to 50 %, dB.

    Notes
    -----
    ITU-R P.618-13 eqs. (48) and (49).
    """
    log_p = np.log10(np.asarray(percentage, np.float64))
    time_factor = -0.061 * log_p**3 + 0.072 * log_p**2 - 1.71 * log_p + 3.0
    return np.asarray(time_factor * np.asarray(sigma_db))


def cloud_coefficient(frequency_ghz: ArrayLike, temperature_k: ArrayLike = 273.15) -> Numbers:
    """Return K_l, what a kilogram of cloud water per square metre takes, dB per kg/m² (= (dB/km)/(g/m³)).

    Parameters
    ----------
    frequency_ghz : array_like
        Up to 200.
    temperature_k : array_like
        Of the droplets; the maps of columnar liquid water are reduced to 273.15 K.

    Notes
    -----
    ITU-R P.840-8 eqs. (2) to (11), double Debye model of the permittivity of water.
    """
    f, theta = np.asarray(frequency_ghz, np.float64), 300.0 / np.asarray(temperature_k, np.float64) - 1.0
    e0 = 77.66 + 103.3 * theta
    e1, e2 = 0.0671 * e0, 3.52
    first = 20.20 - 146.0 * theta + 316.0 * theta**2
    second = 39.8 * first
    lossy = f * (e0 - e1) / (first * (1.0 + (f / first) ** 2)) + f * (e1 - e2) / (second * (1.0 + (f / second) ** 2))
    real = (e0 - e1) / (1.0 + (f / first) ** 2) + (e1 - e2) / (1.0 + (f / second) ** 2) + e2
    return np.asarray(0.819 * f / (lossy * (1.0 + ((2.0 + real) / lossy) ** 2)))


def cloud_attenuation_db(liquid_kg_m2: ArrayLike, frequency_ghz: ArrayLike, elevation_deg: ArrayLike) -> Numbers:
    """Return what clouds take from a slant path, L K_l / sin θ.

    Parameters
    ----------
    liquid_kg_m2 : array_like
        Columnar liquid water reduced to 273.15 K, exceeded for the percentage wanted.
    frequency_ghz, elevation_deg : array_like
        Of the path; 5 to 90.

    Notes
    -----
    ITU-R P.840-8 §3.
    """
    column = np.asarray(liquid_kg_m2, np.float64) * cloud_coefficient(frequency_ghz)
    return np.asarray(column / np.sin(np.radians(elevation_deg)))


def slant_attenuation_db(
    *, gases_db: ArrayLike, clouds_db: ArrayLike, rain_db: ArrayLike, scintillation_db: ArrayLike
) -> Numbers:
    """Return the total attenuation of a slant path exceeded for the percentage of its parts.

    Parameters
    ----------
    gases_db, clouds_db, rain_db, scintillation_db : array_like
        Each exceeded for the same percentage; gases and clouds those of 1 % for any lower percentage.

    Notes
    -----
    ITU-R P.618-13 §2.5, A_T = A_G + √((A_R + A_C)² + A_S²).
    """
    wet = np.asarray(rain_db, np.float64) + np.asarray(clouds_db)
    return np.asarray(np.asarray(gases_db) + np.hypot(wet, scintillation_db))


def slant_unavailability_pct(
    margin_db: ArrayLike,
    *,
    latitude_deg: ArrayLike,
    elevation_deg: ArrayLike,
    rain_001_db: ArrayLike,
    sigma_db: ArrayLike = 0.0,
    gases_db: ArrayLike = 0.0,
    clouds_db: ArrayLike = 0.0,
) -> Numbers:
    """Return for which percentage of an average year a slant path takes more than a margin.

    Parameters
    ----------
    margin_db : array_like
        Signal above the receiver's threshold in free space.
    latitude_deg, elevation_deg, rain_001_db : array_like
        As in `slant_rain_db`.
    sigma_db : array_like
        See `scintillation_sigma_db`.
    gases_db, clouds_db : array_like
        Exceeded for 1 % of the year.

    Returns
    -------
    ndarray
        Between 0.001 (also where the margin would do for less) and 50; 100 where gases and clouds alone take more
        than the margin, or the margin does not last for half of the year.

    Notes
    -----
    ITU-R P.618-13 §2.5 inverted by bisection in log p. Beyond the percentages that its parts are stated for they
    are held: rain at 5 %, scintillation at 0.01 %.
    """
    margin = np.asarray(margin_db, np.float64)

    def total_db(log_p: Numbers | float) -> Numbers:
        p = 10.0 ** np.asarray(log_p)
        rain = slant_rain_db(
            rain_001_db, np.minimum(p, _RAIN_PCT), latitude_deg=latitude_deg, elevation_deg=elevation_deg
        )
        scintillation = scintillation_db(sigma_db, np.maximum(p, _SCINTILLATION_PCT))
        return slant_attenuation_db(
            gases_db=gases_db, clouds_db=clouds_db, rain_db=rain, scintillation_db=scintillation
        )

    at_most = total_db(np.log10(MOST_SLANT_PCT))
    never, unknown = at_most > margin, np.isnan(at_most - margin)
    low = np.full(never.shape, np.log10(LEAST_SLANT_PCT))
    high = np.full(never.shape, np.log10(MOST_SLANT_PCT))
    high = np.where(total_db(low) <= margin, low, high)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        too_much = total_db(middle) > margin
        low, high = np.where(too_much, middle, low), np.where(too_much, high, middle)
    return np.where(unknown, np.nan, np.where(never, 100.0, 10.0**high))
