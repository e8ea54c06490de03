"""Diffraction over terrain: the delta-Bullington model on many profiles at once.

Profiles lie along the last axis; all other axes, and the arguments that have no points, broadcast. About ten arrays of
the size of the profiles are held at once: a batch of some thousand is fastest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.radio.geometry import EARTH_RADIUS_KM, STANDARD_K, radio_horizon_km, wavelength_m
from planner.radio.loss import knife_edge_loss_db

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

MEDIAN_EARTH_KM = STANDARD_K * EARTH_RADIUS_KM
"""Effective earth radius of the median atmosphere."""

_LAND, _SEA = (22.0, 0.003), (80.0, 5.0)  # relative permittivity, conductivity in S/m
_LEAST_HEIGHT_M = 1e-6  # of an antenna above a smooth earth, so that its horizon is a number


def bullington_loss_db(
    distance_km: ArrayLike,
    ground_m: ArrayLike,
    *,
    height1_m: ArrayLike,
    height2_m: ArrayLike,
    frequency_ghz: ArrayLike,
    earth_km: ArrayLike = MEDIAN_EARTH_KM,
) -> Numbers:
    """Return the loss of one knife edge in place of a whole profile, where the horizons of both antennas meet.

    Parameters
    ----------
    distance_km : array_like, (..., n)
        From the first antenna, rising from 0 to the length of the path; n ≥ 3.
    ground_m : array_like, (..., n)
        Heights above sea level. Those of the two ends are not used.
    height1_m, height2_m : array_like, (...)
        Of the antennas above sea level.
    frequency_ghz, earth_km : array_like, (...)
        Frequency; effective radius of the earth.

    Notes
    -----
    ITU-R P.526-15 §4.5.1; ITU-R P.452-18 eqs. (14) to (22). Its λ = 0.2998 / f is here c / f.
    """
    d, h = np.broadcast_arrays(np.asarray(distance_km, np.float64), np.asarray(ground_m, np.float64))
    length = d[..., -1] - d[..., 0]
    inner, rest = d[..., 1:-1], length[..., None] - d[..., 1:-1]
    h1, h2 = np.asarray(height1_m, np.float64), np.asarray(height2_m, np.float64)
    wave_m = wavelength_m(frequency_ghz)
    raised = h[..., 1:-1] + 500.0 * inner * rest / np.asarray(earth_km, np.float64)[..., None]
    steepest1 = ((raised - h1[..., None]) / inner).max(axis=-1)
    steepest2 = ((raised - h2[..., None]) / rest).max(axis=-1)

    ray = (h1[..., None] * rest + h2[..., None] * inner) / length[..., None]
    nu_seen = ((raised - ray) * np.sqrt(0.002 * length[..., None] / (wave_m[..., None] * inner * rest))).max(axis=-1)

    # a ray that just grazes has ν = 0 either way; there, and short of it by rounding, the horizons have no one meeting
    total = steepest1 + steepest2
    hidden = (steepest1 > (h2 - h1) / length) & (total > 0.0)
    meet = np.where(hidden, (h2 - h1 + steepest2 * length) / np.where(hidden, total, 1.0), length / 2.0)
    meet = np.clip(meet, 1e-12 * length, (1.0 - 1e-12) * length)
    edge = h1 + steepest1 * meet - (h1 * (length - meet) + h2 * meet) / length
    nu_hidden = edge * np.sqrt(0.002 * length / (wave_m * meet * (length - meet)))

    knife_db = knife_edge_loss_db(np.where(hidden, nu_hidden, nu_seen))
    return np.asarray(knife_db - np.expm1(-knife_db / 6.0) * (10.0 + 0.02 * length))


def first_term_loss_db(
    distance_km: ArrayLike,
    frequency_ghz: ArrayLike,
    *,
    height1_m: ArrayLike,
    height2_m: ArrayLike,
    earth_km: ArrayLike = MEDIAN_EARTH_KM,
    vertical: ArrayLike = False,
    sea_share: ArrayLike = 0.0,
) -> Numbers:
    """Return the first term of the residue series of diffraction over a smooth earth, beyond the horizon.

    Parameters
    ----------
    distance_km, frequency_ghz, earth_km : array_like
        Length of the path, frequency, effective radius of the earth.
    height1_m, height2_m : array_like
        Of the antennas above the smooth earth, > 0.
    vertical : array_like of bool
        Vertical polarisation; horizontal otherwise.
    sea_share : array_like
        Share of the path over sea, 0 to 1; the rest is average land (relative permittivity 22, 0.003 S/m).

    Returns
    -------
    ndarray
        Negative where the term does not stand for the series, i.e. well within the horizon.

    Notes
    -----
    ITU-R P.526-15 §3.1.1, eqs. (11) to (18); land and sea as in ITU-R P.452-18 eqs. (29) to (37).
    """
    d, f, earth, sea = (np.asarray(x, np.float64) for x in (distance_km, frequency_ghz, earth_km, sea_share))
    h1, h2 = np.asarray(height1_m, np.float64), np.asarray(height2_m, np.float64)
    loss = np.zeros(())
    for share, (permittivity, conductivity) in ((1.0 - sea, _LAND), (sea, _SEA)):
        ratio = (18.0 * conductivity / f) ** 2
        admittance = 0.036 * (earth * f) ** (-1 / 3) * ((permittivity - 1.0) ** 2 + ratio) ** -0.25
        admittance = np.where(vertical, admittance * np.sqrt(permittivity**2 + ratio), admittance)
        k2, k4 = admittance**2, admittance**4
        beta = (1.0 + 1.6 * k2 + 0.67 * k4) / (1.0 + 4.5 * k2 + 1.53 * k4)
        x = 21.88 * beta * (f / earth**2) ** (1 / 3) * d
        scale = 0.9575 * beta**2 * (f**2 / earth) ** (1 / 3)
        far = 11.0 + 10.0 * np.log10(x) - 17.6 * x
        near = -20.0 * np.log10(x) - 5.6488 * x**1.425
        least = 2.0 + 20.0 * np.log10(admittance)
        gains = [np.maximum(_height_gain_db(scale * h), least) for h in (h1, h2)]
        loss = loss - share * (np.where(x >= 1.6, far, near) + gains[0] + gains[1])
    return np.asarray(loss)


def _height_gain_db(b: Numbers) -> Numbers:
    """Return G(Y) for B = β Y, P.526-15 eqs. (18) and (18a)."""
    above = np.maximum(b, 2.0) - 1.1
    high = 17.6 * np.sqrt(above) - 5.0 * np.log10(above) - 8.0
    low = np.clip(b, 1e-30, 2.0)
    return np.where(b > 2.0, high, 20.0 * np.log10(low + 0.1 * low**3))


def spherical_loss_db(
    distance_km: ArrayLike,
    frequency_ghz: ArrayLike,
    *,
    height1_m: ArrayLike,
    height2_m: ArrayLike,
    earth_km: ArrayLike = MEDIAN_EARTH_KM,
    vertical: ArrayLike = False,
    sea_share: ArrayLike = 0.0,
) -> Numbers:
    """Return the diffraction loss over a smooth earth, within and beyond the horizon.

    Parameters
    ----------
    distance_km, frequency_ghz, height1_m, height2_m, earth_km, vertical, sea_share : array_like
        As in `first_term_loss_db`.

    Notes
    -----
    ITU-R P.526-15 §3.2, eqs. (21) to (25); ITU-R P.452-18 eqs. (23) to (28). Within the horizon: none where the ray
    clears the earth by h_req, else the loss at the horizon of an earth so much larger that it just grazes, in
    proportion.
    """
    d, f, earth = (np.asarray(x, np.float64) for x in (distance_km, frequency_ghz, earth_km))
    h1, h2 = (np.maximum(np.asarray(h, np.float64), _LEAST_HEIGHT_M) for h in (height1_m, height2_m))
    seen = d < radio_horizon_km(h1, h2, earth / EARTH_RADIUS_KM)

    c = (h1 - h2) / (h1 + h2)
    m = 250.0 * d**2 / (earth * (h1 + h2))
    angle = np.arccos(np.clip(1.5 * c * np.sqrt(3.0 * m / (m + 1.0) ** 3), -1.0, 1.0))
    b = 2.0 * np.sqrt((m + 1.0) / (3.0 * m)) * np.cos(np.pi / 3.0 + angle / 3.0)
    d1, d2 = d / 2.0 * (1.0 + b), d / 2.0 * (1.0 - b)
    clear_m = ((h1 - 500.0 * d1**2 / earth) * d2 + (h2 - 500.0 * d2**2 / earth) * d1) / d
    # eq. (23), 0.552 √(d1 d2 λ / d) in metres: the part of the first Fresnel zone that must be clear
    enough_m = 17.456 * np.sqrt(np.maximum(d1 * d2, 1e-30) * wavelength_m(f) / d)

    grazing_km = 500.0 * (d / (np.sqrt(h1) + np.sqrt(h2))) ** 2
    loss = first_term_loss_db(
        d,
        f,
        height1_m=h1,
        height2_m=h2,
        earth_km=np.where(seen, grazing_km, earth),
        vertical=vertical,
        sea_share=sea_share,
    )
    within = np.maximum(1.0 - clear_m / enough_m, 0.0) * np.maximum(loss, 0.0)
    return np.where(seen, within, loss)


def smooth_ground_m(
    distance_km: ArrayLike, ground_m: ArrayLike, *, height1_m: ArrayLike, height2_m: ArrayLike
) -> tuple[Numbers, Numbers]:
    """Return the heights above sea level, at both ends, of the smooth earth that stands for a profile.

    Parameters
    ----------
    distance_km, ground_m, height1_m, height2_m : array_like
        As in `bullington_loss_db`.

    Returns
    -------
    ndarray, ndarray
        The least-squares line through the profile, lowered where ground rises above the ray, at most the ground of
        the ends.

    Notes
    -----
    ITU-R P.526-15 §4.5.2; ITU-R P.452-18 Attachment 2 §5.1.6.2 and §5.1.6.3.
    """
    d, h = np.broadcast_arrays(np.asarray(distance_km, np.float64), np.asarray(ground_m, np.float64))
    length = d[..., -1]
    before, after, low, high = d[..., :-1], d[..., 1:], h[..., :-1], h[..., 1:]
    step = after - before
    v1 = (step * (high + low)).sum(axis=-1)
    v2 = (step * (high * (2.0 * after + before) + low * (after + 2.0 * before))).sum(axis=-1)
    fitted = (2.0 * v1 * length - v2) / length**2, (v2 - v1 * length) / length**2

    h1, h2 = np.asarray(height1_m, np.float64)[..., None], np.asarray(height2_m, np.float64)[..., None]
    inner = d[..., 1:-1]
    rest = length[..., None] - inner
    over = h[..., 1:-1] - (h1 * rest + h2 * inner) / length[..., None]
    highest = over.max(axis=-1)
    slope1, slope2 = (over / inner).max(axis=-1), (over / rest).max(axis=-1)
    obstructed = highest > 0.0
    lower = np.where(obstructed, highest / np.where(obstructed, slope1 + slope2, 1.0), 0.0)
    ends = fitted[0] - lower * slope1, fitted[1] - lower * slope2
    return np.minimum(ends[0], h[..., 0]), np.minimum(ends[1], h[..., -1])


def diffraction_loss_db(
    distance_km: ArrayLike,
    ground_m: ArrayLike,
    *,
    height1_m: ArrayLike,
    height2_m: ArrayLike,
    frequency_ghz: ArrayLike,
    earth_km: ArrayLike = MEDIAN_EARTH_KM,
    vertical: ArrayLike = False,
    sea_share: ArrayLike = 0.0,
) -> Numbers:
    """Return the diffraction loss over terrain profiles by the complete delta-Bullington model, dB.

    Parameters
    ----------
    distance_km, ground_m, height1_m, height2_m, frequency_ghz, earth_km : array_like
        As in `bullington_loss_db`.
    vertical, sea_share : array_like
        As in `first_term_loss_db`.

    Notes
    -----
    ITU-R P.526-15 §4.5.3; ITU-R P.452-18 eqs. (38) to (40): the knife edge of the profile, and what a smooth earth
    under the same antennas loses beyond the knife edge of that smooth earth.
    """
    d, h = np.broadcast_arrays(np.asarray(distance_km, np.float64), np.asarray(ground_m, np.float64))
    ends = smooth_ground_m(d, h, height1_m=height1_m, height2_m=height2_m)
    above1, above2 = np.asarray(height1_m) - ends[0], np.asarray(height2_m) - ends[1]
    actual = bullington_loss_db(
        d, h, height1_m=height1_m, height2_m=height2_m, frequency_ghz=frequency_ghz, earth_km=earth_km
    )
    smooth = bullington_loss_db(
        d, np.zeros(1), height1_m=above1, height2_m=above2, frequency_ghz=frequency_ghz, earth_km=earth_km
    )
    spherical = spherical_loss_db(
        d[..., -1] - d[..., 0],
        frequency_ghz,
        height1_m=above1,
        height2_m=above2,
        earth_km=earth_km,
        vertical=vertical,
        sea_share=sea_share,
    )
    return np.asarray(actual + np.maximum(spherical - smooth, 0.0))
