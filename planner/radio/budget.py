"""The power budget of a microwave hop: antennas, receivers, margin."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from planner.radio.geometry import wavelength_m
from planner.radio.loss import free_space_loss_db

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

APERTURE_EFFICIENCY = 0.55
THERMAL_NOISE_DBM_PER_MHZ = -114.0
"""k T0 of one megahertz at 290 K, rounded as receiver data sheets do (−113.98)."""


class Modulation(Enum):
    """Modulation of a carrier: signal needed above thermal noise (receiver noise figure included) and net rate.

    The needed signal is what commercial radios reach at a bit error ratio of 1e-6, the middle of the published spread.
    """

    QPSK = (13.5, 1.5)
    QAM16 = (19.75, 3.0)
    QAM32 = (23.25, 3.65)
    QAM64 = (26.3, 4.6)
    QAM128 = (29.0, 5.3)
    QAM256 = (32.5, 6.4)

    @property
    def above_noise_db(self) -> float:
        """Signal needed above the thermal noise of the channel, dB."""
        return self.value[0]

    @property
    def net_bit_s_hz(self) -> float:
        """Net rate per hertz of channel, coding taken off."""
        return self.value[1]


def antenna_gain_dbi(diameter_m: ArrayLike, frequency_ghz: ArrayLike) -> NDArray[np.float64]:
    """Return the gain of a dish, 10 log10(η (π D / λ)²) with η = 0.55, dBi.

    Notes
    -----
    Gain of a circular aperture; with η = 0.6 it would be the 7.7 + 20 log10(D / λ) of ITU-R F.699.
    """
    turns = np.pi * np.asarray(diameter_m, np.float64) / wavelength_m(frequency_ghz)
    return np.asarray(10.0 * np.log10(APERTURE_EFFICIENCY * turns**2))


def receiver_threshold_dbm(bandwidth_mhz: ArrayLike, modulation: Modulation) -> NDArray[np.float64]:
    """Return the weakest signal a receiver can use, −114 + 10 log10(B) + needed signal above noise, dBm.

    Parameters
    ----------
    bandwidth_mhz : array_like
        Channel width.
    modulation : Modulation
        Of the carrier.
    """
    noise_dbm = THERMAL_NOISE_DBM_PER_MHZ + 10.0 * np.log10(np.asarray(bandwidth_mhz, np.float64))
    return np.asarray(noise_dbm + modulation.above_noise_db)


def flat_fade_margin_db(
    distance_km: ArrayLike,
    frequency_ghz: ArrayLike,
    *,
    transmit_dbm: ArrayLike,
    gain_dbi: ArrayLike,
    threshold_dbm: ArrayLike,
    gases_db_km: ArrayLike = 0.0,
) -> NDArray[np.float64]:
    """Return how far a hop's unfaded signal lies above the receiver's threshold, dB.

    Parameters
    ----------
    distance_km, frequency_ghz : array_like
        Of the hop.
    transmit_dbm : array_like
        Power at the antenna port.
    gain_dbi : array_like
        Sum of the gains of both antennas.
    threshold_dbm : array_like
        Receiver threshold.
    gases_db_km : array_like
        Specific attenuation of air, see `planner.radio.gases_db_km`.

    Notes
    -----
    Free-space budget (ITU-R P.525-4 eq. (3)) with the attenuation of air (P.530-17 §2.1) and without feeder loss.
    """
    lost_db = free_space_loss_db(distance_km, frequency_ghz) + np.asarray(gases_db_km) * np.asarray(distance_km)
    unfaded_dbm = np.asarray(transmit_dbm) + np.asarray(gain_dbi) - lost_db
    return np.asarray(unfaded_dbm - np.asarray(threshold_dbm))
