"""Draws of uncertain figures: a Latin hypercube with correlated groups. Numbers only."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import betaincinv, ndtri

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Distribution = Literal["pert", "triangular"]


def draw(
    low: Floats,
    typical: Floats,
    high: Floats,
    groups: Sequence[str],
    *,
    draws: int,
    seed: int,
    distribution: Distribution,
    correlation: float,
) -> Floats:
    """Return draws of k figures.

    Each figure is stratified: one draw lies in each of as many slices of equal probability as there are draws (McKay,
    Beckman and Conover 1979). Slices of figures of one group are paired so that their ranks correlate (Iman and Conover
    1982); figures of different groups are independent.

    Parameters
    ----------
    low, typical, high : (k,) float64
        low ≤ typical ≤ high, low < high.
    groups : sequence of str
        One per figure.
    draws, seed : int
    distribution : {"pert", "triangular"}
    correlation : float
        Spearman's, within a group, 0 to 1.

    Returns
    -------
    (draws, k) float64
    """
    rng = np.random.default_rng(seed)
    shares = _stratified(draws, len(groups), rng)
    names = sorted(set(groups))
    common = ndtri(_stratified(draws, len(names), rng))
    # Spearman's coefficient ρ of two normal variables is that of Pearson's 2 sin(π ρ / 6).
    weight = 2 * math.sin(math.pi * correlation / 6)
    own = ndtri(shares)
    score = math.sqrt(weight) * common[:, [names.index(name) for name in groups]] + math.sqrt(1 - weight) * own
    rank = score.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    shares = np.take_along_axis(np.sort(shares, axis=0), rank, axis=0)
    return quantile(shares, low, typical, high, distribution)


def _stratified(draws: int, figures: int, rng: np.random.Generator) -> Floats:
    """Return (draws, figures) numbers between 0 and 1, in each column one in each of ``draws`` equal slices."""
    slices = np.argsort(rng.random((draws, figures)), axis=0)
    # 0 itself would have no quantile.
    return (slices + rng.uniform(1e-12, 1.0, (draws, figures))) / draws


def quantile(share: Floats, low: Floats, typical: Floats, high: Floats, distribution: Distribution) -> Floats:
    """Return the values that lie above a share of the distribution, for (…, k) shares and (k,) ranges.

    PERT is the beta distribution on the range with mean (low + 4 typical + high) / 6 (Malcolm et al. 1959).
    """
    width = high - low
    mode = (typical - low) / width
    if distribution == "pert":
        return low + width * betaincinv(1 + 4 * mode, 1 + 4 * (1 - mode), share)
    rising = np.sqrt(share * mode)
    falling = 1 - np.sqrt((1 - share) * (1 - mode))
    return low + width * np.where(share <= mode, rising, falling)
