"""Geometry of a radio path: the earth's bulge, the first Fresnel zone, the horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

SPEED_OF_LIGHT_M_S = 299_792_458.0
EARTH_RADIUS_KM = 6371.0
STANDARD_K = 4.0 / 3.0
"""Effective earth radius factor of the median atmosphere (P.310, P.834)."""


def wavelength_m(frequency_ghz: ArrayLike) -> NDArray[np.float64]:
    """Return the wavelength in free space, m."""
    return np.asarray(SPEED_OF_LIGHT_M_S / (np.asarray(frequency_ghz, np.float64) * 1e9))


def earth_bulge_m(d1_km: ArrayLike, d2_km: ArrayLike, k: ArrayLike = STANDARD_K) -> NDArray[np.float64]:
    """Return how far the earth rises above the chord between the ends of a path: d1 d2 / (2 k R).

    Parameters
    ----------
    d1_km, d2_km : array_like
        Distances to the two ends, km.
    k : array_like
        Effective earth radius factor.

    Notes
    -----
    ITU-R P.526-15 §4.5.1: its term 500 C_e d_i (d − d_i), with C_e = 1 / (k R) (parabolic earth).
    """
    d1, d2 = np.asarray(d1_km, np.float64), np.asarray(d2_km, np.float64)
    return np.asarray(d1 * d2 * 1000.0 / (2.0 * np.asarray(k, np.float64) * EARTH_RADIUS_KM))


def fresnel_radius_m(d1_km: ArrayLike, d2_km: ArrayLike, frequency_ghz: ArrayLike) -> NDArray[np.float64]:
    """Return the radius of the first Fresnel ellipsoid, √(λ d1 d2 / (d1 + d2)), m.

    Parameters
    ----------
    d1_km, d2_km : array_like
        Distances to the two ends, km; not both 0.
    frequency_ghz : array_like
        GHz.

    Notes
    -----
    ITU-R P.526-15 eq. (2) with n = 1.
    """
    d1, d2 = np.asarray(d1_km, np.float64) * 1000.0, np.asarray(d2_km, np.float64) * 1000.0
    return np.asarray(np.sqrt(wavelength_m(frequency_ghz) * d1 * d2 / (d1 + d2)))


def radio_horizon_km(h1_m: ArrayLike, h2_m: ArrayLike, k: ArrayLike = STANDARD_K) -> NDArray[np.float64]:
    """Return the longest path that grazes a smooth earth: √(2 k R) (√h1 + √h2), km.

    Parameters
    ----------
    h1_m, h2_m : array_like
        Antenna heights above the smooth earth, m.
    k : array_like
        Effective earth radius factor.

    Notes
    -----
    ITU-R P.526-15 eq. (21), marginal line-of-sight distance.
    """
    h1, h2 = np.asarray(h1_m, np.float64) / 1000.0, np.asarray(h2_m, np.float64) / 1000.0
    radius_km = np.asarray(k, np.float64) * EARTH_RADIUS_KM
    return np.asarray(np.sqrt(2.0 * radius_km) * (np.sqrt(h1) + np.sqrt(h2)))
