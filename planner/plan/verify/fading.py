"""What a hop can carry in spite of rain and layered air, reckoned for one hop at a time.

Own arithmetic after ITU-R P.525 and P.530-17: the percentage of a year in which rain takes more than a margin is
searched in the law that gives the attenuation for a percentage. Shared with the search for links are only the tables of
physics, the power law of rain (P.838) and the attenuation of air (P.676), which stand against the ITU's own examples.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from planner.radio import gases_db_km, rain_coefficients

if TYPE_CHECKING:
    from planner.catalogue import RadioClimate, RadioOption

LIGHT_KM_GHZ = 2.99792458e-4
"""Wavelength in km times frequency in GHz."""
SAME_SHARE = 1e-9
"""Shares of the year this close count as equal: that is a thirtieth of a second."""
SHORTEST_KM = 1e-3
"""What places with the same coordinates are taken to lie apart."""
_RAIN_PCT = (1e-3, 100.0)
"""Shares for which the law of rain is used; it is stated for no smaller one."""
_HALVINGS = 200


@dataclass(frozen=True)
class Hop:
    """A hop: length, latitude of its middle, heights of the ground at its ends."""

    length_km: float
    latitude_deg: float
    ground_m: tuple[float, float]


@dataclass(frozen=True)
class Carried:
    """What a modulation gives: capacity, and the share of the year in which fades leave it."""

    capacity_mbps: float
    share: float


def carried(hop: Hop, radio: RadioOption, climates: tuple[RadioClimate, RadioClimate]) -> list[Carried]:
    """Return what each modulation of a radio gives on a hop, slowest first.

    It rains as at the wetter end; layers of air and what air takes are the mean of both ends.
    """
    k, alpha = _rain_law(radio.frequency_ghz)
    air_db = math.fsum(_air_db_km(radio.frequency_ghz, float(end.vapour_g_m3)) for end in climates) / 2
    rain_mm_h = max(float(end.rain_mm_h) for end in climates)
    gradient = math.fsum(float(end.dn1_per_km) for end in climates) / 2
    waves = 4 * math.pi * hop.length_km * radio.frequency_ghz / LIGHT_KM_GHZ
    received_dbm = radio.signal_dbm - 20 * math.log10(waves) - air_db * hop.length_km
    worst_db = _rain_001_db(hop.length_km, radio.frequency_ghz, rain_mm_h, k, alpha)
    p0 = _occurrence_pct(hop, radio.frequency_ghz, gradient, climates[0].roughness_m)
    milder_db = _milder_db(hop)
    found = []
    for threshold_dbm, rate_mbps in zip(radio.thresholds_dbm, radio.rates_mbps, strict=True):
        margin_db = received_dbm - threshold_dbm
        lost = _rain_pct(margin_db, worst_db, radio.frequency_ghz) + _multipath_pct(margin_db, p0, milder_db)
        found.append(Carried(rate_mbps, max(1 - lost / 100, 0.0)))
    return found


@lru_cache(maxsize=4096)
def _air_db_km(frequency_ghz: float, vapour_g_m3: float) -> float:
    return float(gases_db_km(frequency_ghz, vapour_g_m3=vapour_g_m3))


@lru_cache(maxsize=256)
def _rain_law(frequency_ghz: float) -> tuple[float, float]:
    """Return k and α of rain in horizontal polarisation."""
    k, alpha = rain_coefficients(frequency_ghz, tilt_deg=0.0)
    return float(k), float(alpha)


def _rain_001_db(length_km: float, ghz: float, rate: float, k: float, alpha: float) -> float:
    """P.530-17 eqs. (32) and (33)."""
    denominator = 0.477 * length_km**0.633 * rate ** (0.073 * alpha) * ghz**0.123
    denominator -= 10.579 * (1 - math.exp(-0.024 * length_km))
    factor = 2.5 if denominator < 0.4 else 1 / denominator
    return float(k * rate**alpha * length_km * factor)


def _rain_pct(margin_db: float, worst_db: float, ghz: float) -> float:
    """P.530-17 eqs. (34) and (35), searched for the percentage."""
    if margin_db <= 0:
        return 100.0
    if worst_db <= 0:  # places without rain
        return 0.0
    c0 = 0.12 + 0.4 * math.log10((ghz / 10) ** 0.8) if ghz >= 10 else 0.12
    c1 = 0.07**c0 * 0.12 ** (1 - c0)
    c2, c3 = 0.855 * c0 + 0.546 * (1 - c0), 0.139 * c0 + 0.043 * (1 - c0)

    def taken_db(log_p: float) -> float:
        return float(worst_db * c1 * 10 ** (-(c2 + c3 * log_p) * log_p))

    low, high = (math.log10(share) for share in _RAIN_PCT)
    if taken_db(low) <= margin_db:
        return 10**low
    if taken_db(high) >= margin_db:
        return 10**high
    for _halving in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if taken_db(middle) > margin_db else (low, middle)
    return float(10**high)


def _occurrence_pct(hop: Hop, ghz: float, gradient: float, roughness_m: float | None) -> float:
    """P.530-17 §2.3.1: the detailed method where the roughness is known, else the quick one."""
    slope, lower_m = _slope_mrad(hop), min(hop.ground_m)
    if roughness_m is None:
        log_k = -4.6 - 0.0027 * gradient
        length, steep, height = 3.1, -1.29, -0.00089
    else:
        log_k = -4.4 - 0.0027 * gradient - 0.46 * math.log10(10 + roughness_m)
        length, steep, height = 3.4, -1.03, -0.00076
    return float(10 ** (log_k + height * lower_m) * hop.length_km**length * (1 + slope) ** steep * ghz**0.8)


def _slope_mrad(hop: Hop) -> float:
    return abs(hop.ground_m[0] - hop.ground_m[1]) / hop.length_km


def _milder_db(hop: Hop) -> float:
    """P.530-17 §2.3.4 step 2: by how much a year is milder than its worst month."""
    turn = abs(math.cos(2 * math.radians(abs(hop.latitude_deg)))) ** 0.7
    seasons = 1.1 + (turn if abs(hop.latitude_deg) <= 45 else -turn)
    gain = 10.5 - 5.6 * math.log10(seasons) - 2.7 * math.log10(hop.length_km) + 1.7 * math.log10(1 + _slope_mrad(hop))
    return min(gain, 10.8)


def _multipath_pct(margin_db: float, p0: float, milder_db: float) -> float:
    """P.530-17 §2.3.2 and §2.3.4, steps 3 and 4: eq. (13) for deep fades, eqs. (14) to (18) for shallow ones."""
    if margin_db < 0:
        return 100.0
    meets_db = 25 + 1.2 * math.log10(p0)
    if margin_db >= meets_db:
        return float(min(p0 * 10 ** (-(margin_db + milder_db) / 10), 100.0))
    p_t = min(p0 * 10 ** (-(meets_db + milder_db) / 10), 99.999)
    q_a1 = -20 / meets_db * math.log10(-math.log1p(-p_t / 100))

    def factor(fade_db: float) -> float:
        return float((1 + 0.3 * 10 ** (-fade_db / 20)) * 10 ** (-0.016 * fade_db))

    def level(fade_db: float) -> float:
        return float(4.3 * (10 ** (-fade_db / 20) + fade_db / 800))

    q_t = (q_a1 - 2) / factor(meets_db) - level(meets_db)
    q_a = 2 + factor(margin_db) * (q_t + level(margin_db))
    return float(-100 * math.expm1(-(10 ** (-q_a * margin_db / 20))))
