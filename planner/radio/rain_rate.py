"""How hard it rains for how much of a year, from what falls in its months and how warm they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

_DAYS = np.array([31.0, 28.25, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0])
_YEAR_DAYS = 365.25
_MOST_PCT = 70.0  # of a month that it may rain
_SPREAD, _SHIFT = 1.26, 0.7938  # of the logarithm of rain rates; the shift is half the square of the spread
_HIGHEST_MM_H, _GUESS_MM_H = 500.0, 10.0
_NEAR_PCT = 1e-3  # of the percentage: where P.837 ends its search
_HALVINGS = 60


def _months(monthly_rain_mm: Numbers, temperature_k: Numbers) -> tuple[Numbers, Numbers]:
    """Return the percentage of each month that it rains, and the mean rain rate meanwhile (P.837-7 steps 4 to 6)."""
    rate = 0.5874 * np.exp(0.0883 * np.maximum(temperature_k - 273.15, 0.0))
    fallen = 100.0 * monthly_rain_mm / (24.0 * _DAYS)
    often = fallen / rate > _MOST_PCT
    return np.where(often, _MOST_PCT, fallen / rate), np.where(often, fallen / _MOST_PCT, rate)


def rain_rate_mm_h(
    percentage: ArrayLike, *, monthly_rain_mm: ArrayLike, temperature_k: ArrayLike, first_mm_h: ArrayLike = _GUESS_MM_H
) -> Numbers:
    """Return the rain rate (1 min) exceeded for a percentage of an average year, mm/h; 0 where it rains less often.

    Parameters
    ----------
    percentage : array_like
        Of the year, > 0.
    monthly_rain_mm : (..., 12) array_like
        Mean total of each month, January first.
    temperature_k : (..., 12) array_like
        Mean of each month at the surface (P.1510).
    first_mm_h : array_like
        Where the search starts. The ITU-R's own starts at its map of R0.01.

    Returns
    -------
    (...) float64
        NaN where a month is unknown.

    Notes
    -----
    ITU-R P.837-7 Annex 1, steps 4 to 8. The bisection between 0 and 500 mm/h ends as soon as the rate is exceeded for
    the percentage within 0.001 % of it, so that the last digits (up to 1e-5) depend on where it starts: this is how
    the ITU-R's examples were made.
    """
    rain, temperature = np.asarray(monthly_rain_mm, np.float64), np.asarray(temperature_k, np.float64)
    wet_pct, mean_rate = _months(rain, temperature)
    annual_pct = np.sum(_DAYS * wet_pct, axis=-1) / _YEAR_DAYS
    p, start, annual_pct = np.broadcast_arrays(np.asarray(percentage, np.float64), first_mm_h, annual_pct)
    log_mean = np.log(mean_rate)

    # Who plans with candidate links from the cache asks for no rain: SciPy takes a quarter of a second to load.
    from scipy.special import ndtr  # noqa: PLC0415

    rate = np.where(start > 0.0, start, _GUESS_MM_H).astype(np.float64)
    low, high = np.zeros(p.shape), np.full(p.shape, _HIGHEST_MM_H)
    for _ in range(_HALVINGS):
        of_month = wet_pct * ndtr((log_mean - _SHIFT - np.log(rate)[..., np.newaxis]) / _SPREAD)  # eq. (4)
        exceeded = np.sum(_DAYS * of_month, axis=-1) / _YEAR_DAYS
        off = (100.0 * np.abs(exceeded / p - 1.0) > _NEAR_PCT) & (p <= annual_pct)
        if not off.any():
            break
        low, high = np.where(off & (exceeded >= p), rate, low), np.where(off & (exceeded < p), rate, high)
        rate = np.where(off, (low + high) / 2.0, rate)
    return np.where(np.isnan(annual_pct), np.nan, np.where(p > annual_pct, 0.0, rate))
