"""Draws against what is known of the distributions: slices, means, shares by integration, correlation of ranks."""

from __future__ import annotations

import numpy as np
import pytest

from planner.risk.sampling import draw, quantile

LOW, TYPICAL, HIGH = np.array([30.0, 5000.0, 0.0]), np.array([50.0, 12_000.0, 0.0]), np.array([120.0, 20_000.0, 1.0])
GROUPS = ["leo", "leo", "fibre"]


def draws(n=400, seed=3, distribution="pert", correlation=0.5):
    return draw(
        LOW, TYPICAL, HIGH, GROUPS, draws=n, seed=seed, distribution=distribution, correlation=correlation
    )  # fmt: skip


def spearman(a, b):
    return np.corrcoef(a.argsort().argsort(), b.argsort().argsort())[0, 1]


@pytest.mark.parametrize("distribution", ["pert", "triangular"])
def test_one_draw_lies_in_each_slice_of_equal_probability(distribution):
    n = 400
    edges = quantile(np.repeat(np.linspace(0, 1, n + 1)[:, None], 3, axis=1), LOW, TYPICAL, HIGH, distribution)
    inside = np.sort(draws(n, distribution=distribution), axis=0)
    assert (edges[:-1] <= inside).all()
    assert (inside <= edges[1:]).all()


@pytest.mark.parametrize(("distribution", "weight"), [("pert", 4), ("triangular", 1)])
def test_means_are_those_of_the_textbooks(distribution, weight):
    # stratified draws leave little to chance: 400 of them are within a thousandth of the range
    mean = (LOW + weight * TYPICAL + HIGH) / (weight + 2)
    np.testing.assert_allclose(draws(distribution=distribution).mean(axis=0), mean, atol=0.002 * (HIGH - LOW).max())
    assert abs(draws(distribution=distribution).mean(axis=0) - mean)[0] < 0.001 * 90


@pytest.mark.parametrize("distribution", ["pert", "triangular"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_quantiles_by_integrating_the_density(distribution, share):
    x = np.linspace(0, 1, 400_001)
    mode = (TYPICAL[0] - LOW[0]) / (HIGH[0] - LOW[0])
    if distribution == "pert":
        density = x ** (4 * mode) * (1 - x) ** (4 * (1 - mode))
    else:
        density = np.where(x <= mode, x / mode, (1 - x) / (1 - mode))
    cumulative = np.cumsum((density[1:] + density[:-1]) / 2)
    expected = LOW[0] + (HIGH[0] - LOW[0]) * x[1:][np.searchsorted(cumulative / cumulative[-1], share)]
    found = quantile(np.full(3, share), LOW, TYPICAL, HIGH, distribution)[0]
    assert found == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9, 1.0])
def test_ranks_correlate_within_a_group_only(correlation):
    sample = draws(2000, correlation=correlation)
    assert spearman(sample[:, 0], sample[:, 1]) == pytest.approx(correlation, abs=0.05)
    assert abs(spearman(sample[:, 0], sample[:, 2])) < 0.07


def test_the_seed_decides():
    np.testing.assert_array_equal(draws(seed=1), draws(seed=1))
    assert (draws(seed=1) != draws(seed=2)).any()
