"""Rain: its specific attenuation, what it takes on a terrestrial path, and how often it takes more than a margin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

HORIZONTAL_DEG, CIRCULAR_DEG, VERTICAL_DEG = 0.0, 45.0, 90.0
"""Tilt of the polarisation against the horizontal."""

LEAST_RAIN_PCT = 0.001
"""Least percentage of the year for which P.530 §2.4.1 states its law."""

# P.838-3 Tables 1 to 4: rows (a_j, b_j, c_j), then the slope m and the constant c of the line below the bells
_LOG_K_H = ((-5.33980, -0.10008, 1.13098), (-0.35351, 1.26970, 0.45400), (-0.23789, 0.86036, 0.15354),
            (-0.94158, 0.64552, 0.16817)), -0.18961, 0.71147  # fmt: skip
_LOG_K_V = ((-3.80595, 0.56934, 0.81061), (-3.44965, -0.22911, 0.51059), (-0.39902, 0.73042, 0.11899),
            (0.50167, 1.07319, 0.27195)), -0.16398, 0.63297  # fmt: skip
_ALPHA_H = ((-0.14318, 1.82442, -0.55187), (0.29591, 0.77564, 0.19822), (0.32177, 0.63773, 0.13164),
            (-5.37610, -0.96230, 1.47828), (16.1721, -3.29980, 3.43990)), 0.67849, -1.95537  # fmt: skip
_ALPHA_V = ((-0.07771, 2.33840, -0.76284), (0.56727, 0.95545, 0.54039), (-0.20238, 1.14520, 0.26809),
            (-48.2991, 0.791669, 0.116226), (48.5833, 0.791459, 0.116479)), -0.053739, 0.83433  # fmt: skip

_Bells = tuple[tuple[tuple[float, float, float], ...], float, float]


def _bells(log_f: NDArray[np.float64], table: _Bells) -> NDArray[np.float64]:
    """Return Σ a exp(−((log f − b) / c)²) + m log f + c."""
    rows, slope, constant = table
    value = slope * log_f + constant
    for a, b, c in rows:
        value = value + a * np.exp(-(((log_f - b) / c) ** 2))
    return np.asarray(value)


def rain_coefficients(
    frequency_ghz: ArrayLike, *, tilt_deg: ArrayLike, elevation_deg: ArrayLike = 0.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return k and α of the power law γ = k R^α between rain rate (mm/h) and specific attenuation (dB/km).

    Parameters
    ----------
    frequency_ghz : array_like
        1 to 1000.
    tilt_deg : array_like
        Tilt of the polarisation against the horizontal: 0 horizontal, 90 vertical, 45 circular.
    elevation_deg : array_like
        Of the path.

    Notes
    -----
    ITU-R P.838-3 eqs. (2) to (5), the closed form; its Table 5 is this form rounded.
    """
    f = np.asarray(frequency_ghz, np.float64)
    # many links share a few bands: the bells are summed once per band
    bands, band = np.unique(f, return_inverse=True)
    log_f = np.log10(bands)
    h, v = 10.0 ** _bells(log_f, _LOG_K_H), 10.0 ** _bells(log_f, _LOG_K_V)
    k_h, k_v, ka_h, ka_v = (
        of_band[band].reshape(f.shape) for of_band in (h, v, h * _bells(log_f, _ALPHA_H), v * _bells(log_f, _ALPHA_V))
    )
    turn = np.cos(np.radians(elevation_deg)) ** 2 * np.cos(2.0 * np.radians(tilt_deg))
    k = (k_h + k_v + (k_h - k_v) * turn) / 2.0
    return np.asarray(k), np.asarray((ka_h + ka_v + (ka_h - ka_v) * turn) / (2.0 * k))


def rain_specific_attenuation_db_km(
    rate_mm_h: ArrayLike, frequency_ghz: ArrayLike, *, tilt_deg: ArrayLike, elevation_deg: ArrayLike = 0.0
) -> NDArray[np.float64]:
    """Return the attenuation of rain per kilometre, γ = k R^α.

    Notes
    -----
    ITU-R P.838-3 eq. (1).
    """
    k, alpha = rain_coefficients(frequency_ghz, tilt_deg=tilt_deg, elevation_deg=elevation_deg)
    return np.asarray(k * np.asarray(rate_mm_h, np.float64) ** alpha)


def rain_distance_factor(
    distance_km: ArrayLike, frequency_ghz: ArrayLike, *, rate_001_mm_h: ArrayLike, alpha: ArrayLike
) -> NDArray[np.float64]:
    """Return r, the effective over the actual length of a path in rain: at most 2.5.

    Notes
    -----
    ITU-R P.530-17 and P.530-18 eq. (32). Its denominator passes zero on long paths at low frequencies; below 0.4 the
    Recommendation takes r = 2.5.
    """
    d = np.asarray(distance_km, np.float64)
    grows = 0.477 * d**0.633 * np.asarray(rate_001_mm_h, np.float64) ** (0.073 * np.asarray(alpha))
    denominator = grows * np.asarray(frequency_ghz, np.float64) ** 0.123 + 10.579 * np.expm1(-0.024 * d)
    return np.asarray(1.0 / np.maximum(denominator, 0.4))


def rain_001_db(
    distance_km: ArrayLike,
    frequency_ghz: ArrayLike,
    *,
    rate_001_mm_h: ArrayLike,
    tilt_deg: ArrayLike,
    elevation_deg: ArrayLike = 0.0,
) -> NDArray[np.float64]:
    """Return what rain takes from a terrestrial path for more than 0.01 % of an average year, γ d r, dB.

    Parameters
    ----------
    distance_km, frequency_ghz : array_like
        Of the path; tested by the ITU up to 60 km and from 1 to 100 GHz.
    rate_001_mm_h : array_like
        Rain rate (1 min) exceeded for 0.01 % of the year.
    tilt_deg, elevation_deg : array_like
        Of the polarisation against the horizontal; of the path.

    Notes
    -----
    ITU-R P.530-17 and P.530-18 §2.4.1, eq. (33).
    """
    k, alpha = rain_coefficients(frequency_ghz, tilt_deg=tilt_deg, elevation_deg=elevation_deg)
    rate = np.asarray(rate_001_mm_h, np.float64)
    factor = rain_distance_factor(distance_km, frequency_ghz, rate_001_mm_h=rate, alpha=alpha)
    return np.asarray(k * rate**alpha * np.asarray(distance_km) * factor)


def _percentage_law(frequency_ghz: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    """Return C1, C2, C3 of P.530 eqs. (35a) to (35d)."""
    f = np.asarray(frequency_ghz, np.float64)
    c0 = 0.12 + 0.4 * 0.8 * np.log10(np.maximum(f, 10.0) / 10.0)
    return 0.12 * np.exp(np.log(0.07 / 0.12) * c0), 0.855 * c0 + 0.546 * (1.0 - c0), 0.139 * c0 + 0.043 * (1.0 - c0)


def rain_attenuation_db(
    attenuation_001_db: ArrayLike, frequency_ghz: ArrayLike, percentage: ArrayLike
) -> NDArray[np.float64]:
    """Return what rain takes from a terrestrial path for more than a percentage of an average year, dB.

    Parameters
    ----------
    attenuation_001_db : array_like
        Exceeded for 0.01 %, see `rain_001_db`.
    frequency_ghz : array_like
        GHz.
    percentage : array_like
        0.001 to 1.

    Notes
    -----
    ITU-R P.530-17 and P.530-18 eqs. (34) and (35). At 0.01 % the law gives back 0.998 times the attenuation
    that it starts from.
    """
    c1, c2, c3 = _percentage_law(frequency_ghz)
    log_p = np.log10(np.asarray(percentage, np.float64))
    return np.asarray(np.asarray(attenuation_001_db) * c1 * 10.0 ** (-(c2 + c3 * log_p) * log_p))


def rain_unavailability_pct(
    margin_db: ArrayLike, attenuation_001_db: ArrayLike, frequency_ghz: ArrayLike
) -> NDArray[np.float64]:
    """Return for which percentage of an average year rain takes more than a fade margin.

    Parameters
    ----------
    margin_db : array_like
        Fade margin. Without any (≤ 0) the answer is 100.
    attenuation_001_db, frequency_ghz : array_like
        As in `rain_attenuation_db`.

    Returns
    -------
    ndarray
        At least 0.001 unless there is no rain at all: the law is not stated for less, so this is an upper bound where
        the margin is larger than the attenuation at 0.001 %. Above 1 %, where the law is not stated either, it is
        carried on, up to 100.

    Notes
    -----
    ITU-R P.530-17 and P.530-18 eq. (34), a quadratic in log p, solved on the branch that falls with p.
    """
    margin, worst = np.asarray(margin_db, np.float64), np.asarray(attenuation_001_db, np.float64)
    c1, c2, c3 = _percentage_law(frequency_ghz)
    no_margin, no_rain = margin <= 0.0, worst <= 0.0
    ratio = np.log10(np.where(no_margin, 1.0, margin)) - np.log10(np.where(no_rain, 1.0, worst) * c1)
    root = np.sqrt(np.maximum(c2**2 - 4.0 * c3 * ratio, 0.0))
    log_p = np.clip((root - c2) / (2.0 * c3), np.log10(LEAST_RAIN_PCT), 2.0)
    return np.where(no_margin, 100.0, np.where(no_rain, 0.0, 10.0**log_p))


def scaled_rain_db(
    attenuation_db: ArrayLike, frequency_ghz: ArrayLike, to_frequency_ghz: ArrayLike
) -> NDArray[np.float64]:
    """Return long-term rain attenuation known at one frequency for another one on the same path, 7 to 50 GHz.

    Notes
    -----
    ITU-R P.530-17 and P.530-18 §2.4.3.
    """
    attenuation = np.asarray(attenuation_db, np.float64)
    squares = [np.asarray(f, np.float64) ** 2 for f in (frequency_ghz, to_frequency_ghz)]
    phi1, phi2 = (square / (1.0 + 1e-4 * square) for square in squares)
    h = 1.12e-3 * np.sqrt(phi2 / phi1) * (phi1 * attenuation) ** 0.55
    return np.asarray(attenuation * (phi2 / phi1) ** (1.0 - h))


def other_polarisation_db(attenuation_db: ArrayLike, *, known_tilt_deg: float) -> NDArray[np.float64]:
    """Return long-term rain attenuation in vertical polarisation from that in horizontal one, or the reverse.

    Parameters
    ----------
    attenuation_db : array_like
        Known attenuation.
    known_tilt_deg : float
        `HORIZONTAL_DEG` or `VERTICAL_DEG`: the polarisation in which it is known.

    Notes
    -----
    ITU-R P.530-17 and P.530-18 §2.4.4: A_V = 300 A_H / (335 + A_H) and A_H = 335 A_V / (300 − A_V).
    """
    known = np.asarray(attenuation_db, np.float64)
    return np.asarray(
        300.0 * known / (335.0 + known) if known_tilt_deg == HORIZONTAL_DEG else 335.0 * known / (300.0 - known)
    )
