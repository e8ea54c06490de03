"""Losses between two antennas: free space, a single obstacle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.radio.geometry import wavelength_m

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_NU_WITHOUT_LOSS = -0.78  # below it the approximation of J(ν) holds no more and the loss is taken as none


def free_space_loss_db(distance_km: ArrayLike, frequency_ghz: ArrayLike) -> NDArray[np.float64]:
    """Return the basic transmission loss in free space, 20 log10(4 π d / λ), dB.

    Parameters
    ----------
    distance_km : array_like
        Path length, > 0.
    frequency_ghz : array_like
        GHz.

    Notes
    -----
    ITU-R P.525-4 eq. (3). Its rounded form, eq. (4), 92.4 + 20 log f + 20 log d, lies 0.05 dB lower.
    """
    distance_m = np.asarray(distance_km, np.float64) * 1000.0
    return np.asarray(20.0 * np.log10(4.0 * np.pi * distance_m / wavelength_m(frequency_ghz)))


def knife_edge_parameter(
    height_m: ArrayLike, d1_km: ArrayLike, d2_km: ArrayLike, frequency_ghz: ArrayLike
) -> NDArray[np.float64]:
    """Return ν of an edge ``height_m`` above the ray (negative below it): h √(2/λ (1/d1 + 1/d2)).

    Notes
    -----
    ITU-R P.526-15 eq. (26).
    """
    d1, d2 = np.asarray(d1_km, np.float64) * 1000.0, np.asarray(d2_km, np.float64) * 1000.0
    spread = 2.0 / wavelength_m(frequency_ghz) * (1.0 / d1 + 1.0 / d2)
    return np.asarray(np.asarray(height_m, np.float64) * np.sqrt(spread))


def knife_edge_loss_db(nu: ArrayLike) -> NDArray[np.float64]:
    """Return J(ν) = 6.9 + 20 log10(√((ν − 0.1)² + 1) + ν − 0.1), dB; 0 for ν ≤ −0.78.

    Notes
    -----
    ITU-R P.526-15 eq. (31).
    """
    shifted = np.asarray(nu, np.float64) - 0.1
    loss_db = 6.9 + 20.0 * np.log10(np.sqrt(shifted**2 + 1.0) + shifted)
    return np.where(np.asarray(nu) <= _NU_WITHOUT_LOSS, 0.0, loss_db)  # what is not a number stays so
