"""Fading in clear air: how often layers of the atmosphere bend or split the ray by more than a margin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

MOST_CONVERSION_DB = 10.8
_SURELY_PCT = 99.999  # above it q_a' has no finite value


def geoclimatic_factor(gradient_n_km: ArrayLike, roughness_m: ArrayLike | None = None) -> Numbers:
    """Return K, which says how prone to fading an average worst month of a region is.

    Parameters
    ----------
    gradient_n_km : array_like
        dN1, the refractivity gradient in the lowest 65 m not exceeded for 1 % of an average year (P.453), N/km.
    roughness_m : array_like, optional
        s_a, standard deviation of the terrain heights within 110 km × 110 km. Without it the factor is that of the
        quick method.

    Notes
    -----
    ITU-R P.530-17 §2.3.1 step 1: eq. (4) with the roughness, the quick formula of the same step without.
    """
    gradient = np.asarray(gradient_n_km, np.float64)
    if roughness_m is None:
        return np.asarray(10.0 ** (-4.6 - 0.0027 * gradient))
    return np.asarray(10.0 ** (-4.4 - 0.0027 * gradient) * (10.0 + np.asarray(roughness_m, np.float64)) ** -0.46)


def path_inclination_mrad(distance_km: ArrayLike, height1_m: ArrayLike, height2_m: ArrayLike) -> Numbers:
    """Return |ε_p|, the slope of the line between two antennas of given heights above sea level.

    Notes
    -----
    ITU-R P.530-17 and P.530-18 §2.3.1 step 2.
    """
    rise_m = np.asarray(height1_m, np.float64) - np.asarray(height2_m, np.float64)
    return np.asarray(np.abs(rise_m) / np.asarray(distance_km, np.float64))


def multipath_occurrence_pct(
    distance_km: ArrayLike,
    frequency_ghz: ArrayLike,
    *,
    height1_m: ArrayLike,
    height2_m: ArrayLike,
    geoclimatic: ArrayLike,
    quick: bool = False,
) -> Numbers:
    """Return p0 of P.530-17: the line of deep fades of the average worst month, carried on to 0 dB, per cent.

    Parameters
    ----------
    distance_km, frequency_ghz : array_like
        Of the path.
    height1_m, height2_m : array_like
        Of the antennas above sea level.
    geoclimatic : array_like
        See `geoclimatic_factor`.
    quick : bool
        The quick method, which belongs to a factor without terrain roughness.

    Returns
    -------
    ndarray
        May exceed 100.

    Notes
    -----
    ITU-R P.530-17 eq. (7), or (8) for the quick method, with A = 0.
    """
    d, f = np.asarray(distance_km, np.float64), np.asarray(frequency_ghz, np.float64)
    steeper = 1.0 + path_inclination_mrad(d, height1_m, height2_m)
    lower_m = np.minimum(height1_m, height2_m)
    length, slope, height = (3.1, -1.29, -0.00089) if quick else (3.4, -1.03, -0.00076)
    return np.asarray(np.asarray(geoclimatic) * d**length * steeper**slope * f**0.8 * 10.0 ** (height * lower_m))


def multipath_occurrence_by_map_pct(
    distance_km: ArrayLike,
    frequency_ghz: ArrayLike,
    *,
    height1_m: ArrayLike,
    height2_m: ArrayLike,
    ground_m: ArrayLike,
    log_geoclimatic: ArrayLike,
    increase_n: ArrayLike,
) -> Numbers:
    """Return p0 of P.530-18: the line of deep fades of the average worst month, carried on to 0 dB, per cent.

    Parameters
    ----------
    distance_km, frequency_ghz : array_like
        Of the path. Below 5 km the Recommendation lets fading be taken as none; here it is computed.
    height1_m, height2_m : array_like
        Of the antennas above sea level.
    ground_m : array_like
        Mean height of the terrain along the path above sea level, without trees.
    log_geoclimatic, increase_n : array_like
        log K, and dN75, the increase of refractivity over the lowest 75 m: values of the Recommendation's digital maps.

    Notes
    -----
    ITU-R P.530-18 §2.3.1, steps 2 and 3, eq. (7) with A = 0.
    """
    d, f = np.asarray(distance_km, np.float64), np.asarray(frequency_ghz, np.float64)
    h1, h2 = np.asarray(height1_m, np.float64), np.asarray(height2_m, np.float64)
    increase = np.asarray(increase_n, np.float64)
    slope = path_inclination_mrad(d, h1, h2)
    clearance_m = (h1 + h2) / 2.0 - d**2 / 102.0 - np.asarray(ground_m)
    surface = np.minimum(
        (increase / 50.0) ** 1.8 * np.exp(-clearance_m / (2.5 * np.sqrt(d))),
        increase * d**1.5 * np.sqrt(f) / 24730.0,
    )
    exponent = -0.376 * np.tanh((clearance_m - 147.0) / 125.0) - 0.334 * slope**0.39
    exponent = exponent - 0.00027 * np.minimum(h1, h2) + 17.85 * surface
    return np.asarray(d**3.51 * (f**2 + 13.0) ** 0.447 * 10.0 ** (np.asarray(log_geoclimatic) + exponent))


def annual_conversion_db(distance_km: ArrayLike, latitude_deg: ArrayLike, inclination_mrad: ArrayLike) -> Numbers:
    """Return ΔG, by how many decibels an average year is milder than its average worst month: at most 10.8.

    Notes
    -----
    ITU-R P.530-17 and P.530-18 §2.3.4 step 2; its sign ± is + up to 45° of latitude, − beyond.
    """
    latitude = np.abs(np.asarray(latitude_deg, np.float64))
    sign = np.where(latitude <= 45.0, 1.0, -1.0)
    seasons = 1.1 + sign * np.abs(np.cos(2.0 * np.radians(latitude))) ** 0.7
    gain = 10.5 - 5.6 * np.log10(seasons) - 2.7 * np.log10(np.asarray(distance_km, np.float64))
    return np.minimum(gain + 1.7 * np.log10(1.0 + np.abs(inclination_mrad)), MOST_CONVERSION_DB)


def multipath_exceeded_pct(fade_db: ArrayLike, occurrence_pct: ArrayLike, conversion_db: ArrayLike = 0.0) -> Numbers:
    """Return for which percentage of time multipath fading is deeper than given depths, of whatever depth.

    Parameters
    ----------
    fade_db : array_like
        Fade depth, or the flat fade margin of a receiver. Without any margin (< 0) the answer is 100.
    occurrence_pct : array_like
        p0 of the average worst month.
    conversion_db : array_like
        ΔG to ask for an average year, see `annual_conversion_db`; 0 asks for the average worst month.

    Notes
    -----
    ITU-R P.530-17 and P.530-18 §2.3.2, eqs. (12) to (18): deep fades fall by 10 dB a decade; shallow ones follow a law
    that meets them at A_t. For an average year §2.3.4 steps 3 and 4 convert the deep line and p_t. For p0 above some
    2500 %, which no usable link has, the law of shallow fades rises by up to 3 % around 6 dB before it falls.
    """
    fade, p0 = np.asarray(fade_db, np.float64), np.maximum(np.asarray(occurrence_pct, np.float64), 1e-300)
    milder = 10.0 ** (-np.asarray(conversion_db, np.float64) / 10.0)
    meets_db = 25.0 + 1.2 * np.log10(p0)
    deep = np.minimum(p0 * 10.0 ** (-fade / 10.0) * milder, 100.0)
    shallow = (fade >= 0.0) & (fade < meets_db)
    # where the deep line holds, the other law is given arguments that it can take
    at, a = np.where(shallow, meets_db, 1.0), np.where(shallow, fade, 0.0)
    p_t = np.where(shallow, np.minimum(p0 * 10.0 ** (-at / 10.0) * milder, _SURELY_PCT), 1.0)
    q_a1 = -20.0 * np.log10(-np.log1p(-p_t / 100.0)) / at
    bend_t, level_t = _bend(at)
    bend_a, level_a = _bend(a)
    q_t = (q_a1 - 2.0) / bend_t - 4.3 * level_t
    q_a = 2.0 + bend_a * (q_t + 4.3 * level_a)
    law = -100.0 * np.expm1(-(10.0 ** (-q_a * a / 20.0)))
    return np.where(fade < 0.0, 100.0, np.where(shallow, law, deep))


def _bend(fade_db: Numbers) -> tuple[Numbers, Numbers]:
    """Return (1 + 0.3 · 10^(−A/20)) · 10^(−0.016 A) and 10^(−A/20) + A/800, which eqs. (16) and (17) share."""
    voltage = 10.0 ** (-fade_db / 20.0)
    return np.asarray((1.0 + 0.3 * voltage) * 10.0 ** (-0.016 * fade_db)), np.asarray(voltage + fade_db / 800.0)
