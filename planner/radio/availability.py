"""How much of the year a terrestrial link works: rain and multipath against its fade margins.

Margins of several modulations go into a first axis of their own: with ``thresholds_dbm`` of shape (m, 1) and links of
shape (n,), `flat_fade_margin_db` gives margins (m, n) and `link_availability_pct` availabilities (m, n).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.radio.multipath import multipath_exceeded_pct
from planner.radio.rain import rain_unavailability_pct

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

_MOST_MARGIN_DB = 300.0
_HALVINGS = 50


def link_availability_pct(
    margin_db: ArrayLike,
    *,
    frequency_ghz: ArrayLike,
    rain_001_db: ArrayLike,
    occurrence_pct: ArrayLike,
    conversion_db: ArrayLike,
) -> Numbers:
    """Return the percentage of an average year for which a link's fades are no deeper than its margin.

    Parameters
    ----------
    margin_db : array_like
        Flat fade margin.
    frequency_ghz, rain_001_db : array_like
        As in `rain_unavailability_pct`.
    occurrence_pct, conversion_db : array_like
        As in `multipath_exceeded_pct`.

    Returns
    -------
    ndarray
        At most 99.999 where it rains, see `rain_unavailability_pct`.

    Notes
    -----
    ITU-R P.530-17 and P.530-18 §2.3.2, §2.3.4 and §2.4.1; rain and multipath exclude each other, so their shares are
    added. All multipath counts, also spells under 10 s, which ITU-T G.827 counts as errors and not as
    unavailability. Selective fading (§5.1) is left out.
    """
    rain = rain_unavailability_pct(margin_db, rain_001_db, frequency_ghz)
    multipath = multipath_exceeded_pct(margin_db, occurrence_pct, conversion_db)
    return np.maximum(100.0 - rain - multipath, 0.0)


def needed_margin_db(
    availability_pct: ArrayLike,
    *,
    frequency_ghz: ArrayLike,
    rain_001_db: ArrayLike,
    occurrence_pct: ArrayLike,
    conversion_db: ArrayLike,
) -> Numbers:
    """Return the least fade margin with which a link reaches an availability, ∞ where none does.

    Parameters
    ----------
    availability_pct : array_like
        Wanted.
    frequency_ghz, rain_001_db, occurrence_pct, conversion_db : array_like
        As in `link_availability_pct`, whose inverse this is, found by bisection.
    """
    wanted = np.asarray(availability_pct, np.float64)

    def reached(margin_db: Numbers | float) -> NDArray[np.bool_]:
        found = link_availability_pct(
            margin_db,
            frequency_ghz=frequency_ghz,
            rain_001_db=rain_001_db,
            occurrence_pct=occurrence_pct,
            conversion_db=conversion_db,
        )
        return np.asarray(found >= wanted)

    possible = reached(_MOST_MARGIN_DB)
    low, high = np.zeros(possible.shape), np.full(possible.shape, _MOST_MARGIN_DB)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        enough = reached(middle)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(possible, high, np.inf)


def rate_at_availability(rate: ArrayLike, availability_pct: ArrayLike, wanted_pct: ArrayLike) -> Numbers:
    """Return the highest rate that adaptive modulation keeps up for a share of the year, 0 where none does.

    Parameters
    ----------
    rate : array_like, (m,)
        Of each modulation, in whatever unit.
    availability_pct : array_like, (m, ...)
        Of each modulation.
    wanted_pct : array_like, (...)
        Share of the year.
    """
    reached = np.asarray(availability_pct, np.float64) >= np.asarray(wanted_pct, np.float64)
    return np.asarray(np.where(reached, _along_first(rate, reached.ndim), 0.0).max(axis=0))


def mean_rate(rate: ArrayLike, availability_pct: ArrayLike) -> Numbers:
    """Return the rate of adaptive modulation averaged over the year.

    Parameters
    ----------
    rate : array_like, (m,)
        Of each modulation, rising.
    availability_pct : array_like, (m, ...)
        Of each modulation. Each is used while it works and no faster one does.
    """
    available = np.asarray(availability_pct, np.float64)
    gained = np.diff(np.asarray(rate, np.float64), prepend=0.0)
    return np.asarray((available / 100.0 * _along_first(gained, available.ndim)).sum(axis=0))


def _along_first(values: ArrayLike, ndim: int) -> Numbers:
    """Return values of the first axis in a shape that broadcasts against ``ndim`` axes."""
    return np.asarray(values, np.float64).reshape((-1, *(1,) * (ndim - 1)))
