"""One budget over many countries against every combination of their plans."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planner.portfolio.allocation as module
from planner.portfolio.allocation import Curve, allocate, ceiling_at, critical_price
from planner.solver.curve import Line
from planner.solver.envelope import concave_ceiling, upper_hull


def random_curve(rng, plans=6):
    """Return a country whose plans stand in no order, and a ceiling above them."""
    cost = np.concatenate([[0], rng.integers(1, 100, rng.integers(1, plans))])
    value = np.concatenate([[0.0], rng.integers(0, 50, cost.size - 1)]).astype(float)
    above = np.stack([cost, value + rng.random(cost.size)], axis=1)
    return Curve(cost.astype(np.int64), value, upper_hull(above))


def combinations(curves, budget):
    for plans in itertools.product(*(range(curve.cost.size) for curve in curves)):
        pairs = list(zip(curves, plans, strict=True))
        if sum(int(curve.cost[k]) for curve, k in pairs) <= budget:
            yield sum(float(curve.value[k]) for curve, k in pairs)


@pytest.mark.parametrize("seed", range(200))
def test_the_best_of_all_combinations_and_below_the_ceiling(seed):
    rng = np.random.default_rng(seed)
    curves = [random_curve(rng) for _country in range(rng.integers(1, 5))]
    budget = int(rng.integers(0, 250))
    found = allocate(curves, budget)
    assert found.best_known
    assert found.value == max(combinations(curves, budget)) <= found.bound
    assert found.spent == sum(int(curve.cost[k]) for curve, k in zip(curves, found.plan, strict=True)) <= budget


@pytest.mark.parametrize("seed", range(100))
def test_least_and_most_of_each_country(seed):
    """Money that a country has to get and does not spend is lost to the others."""
    rng = np.random.default_rng(seed)
    curves = [random_curve(rng) for _country in range(3)]
    budget = int(rng.integers(60, 200))
    least = rng.integers(0, 20, 3)
    most = least + rng.integers(0, 80, 3)
    narrowed = [curve.between(int(a), int(b)) for curve, a, b in zip(curves, least, most, strict=True)]
    best = 0.0
    for plans in itertools.product(*(range(curve.cost.size) for curve in curves)):
        cost = np.array([curve.cost[k] for curve, k in zip(curves, plans, strict=True)])
        if (cost <= most).all() and np.maximum(cost, least).sum() <= budget:
            best = max(best, sum(float(curve.value[k]) for curve, k in zip(curves, plans, strict=True)))
    found = allocate(narrowed, budget)
    assert found.value == best <= found.bound


@pytest.mark.parametrize("seed", range(50))
def test_the_ceiling_is_that_of_dividing_the_money_in_any_way(seed):
    """Sharing out the money by the cent, along the ceilings themselves, never exceeds it, and comes near."""
    rng = np.random.default_rng(seed)
    curves = [random_curve(rng) for _country in range(3)]
    budget = int(rng.integers(10, 200))
    best = np.full(budget + 1, -np.inf)
    best[0] = 0.0
    for curve in curves:
        gain = np.array([curve.at_most(money) for money in range(budget + 1)])
        best = np.array([(best[: money + 1] + gain[money::-1]).max() for money in range(budget + 1)])
    bound = allocate(curves, budget).bound
    divided = best.max()
    assert divided <= bound + 1e-9
    assert bound <= divided + max(np.diff(curve.ceiling[:, 1]).max(initial=0.0) for curve in curves)


def test_few_states_still_give_a_good_choice_and_say_that_it_may_not_be_best(monkeypatch):
    monkeypatch.setattr(module, "MOST_STATES", 3)
    rng = np.random.default_rng(5)
    curves = [random_curve(rng, plans=12) for _country in range(12)]
    found = allocate(curves, 300)
    monkeypatch.undo()
    proven = allocate(curves, 300)
    assert proven.best_known
    assert found.spent <= 300
    assert 0.9 * proven.value <= found.value <= proven.value <= proven.bound


def test_the_critical_price_gives_the_lowest_ceiling():
    rng = np.random.default_rng(1)
    ceilings = [random_curve(rng).ceiling for _country in range(6)]
    price = critical_price(ceilings, 150)
    lowest = ceiling_at(ceilings, 150, price)
    assert all(lowest <= ceiling_at(ceilings, 150, other) + 1e-9 for other in np.linspace(0, 3 * price + 1, 200))


@pytest.mark.parametrize(("curves", "budget"), [([], 1), ([Curve(np.array([5]), np.zeros(1), np.zeros((1, 2)))], 4)])
def test_what_cannot_be_shared_out_is_refused(curves, budget):
    with pytest.raises(ValueError, match=r"curves|budget"):
        allocate(curves, budget)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=12))
def test_a_hull_lies_above_its_points_and_bends_down(points):
    hull = upper_hull(np.array(points, dtype=float))
    top = np.interp([x for x, _y in points], hull[:, 0], hull[:, 1])
    assert all(top[k] >= y - 1e-9 for k, (_x, y) in enumerate(points))
    slopes = np.diff(hull[:, 1]) / np.diff(hull[:, 0])
    assert (np.diff(slopes) < 1e-12).all()
    assert (slopes > 0).all()


@pytest.mark.parametrize("seed", range(50))
def test_the_polyline_lies_nowhere_below_the_ceiling_of_a_frontier(seed):
    rng = np.random.default_rng(seed)
    budgets = np.unique(rng.integers(1, 1000, 4)).tolist()
    bounds = np.sort(rng.uniform(10, 90, len(budgets))).tolist()
    lines = [
        Line(float(rng.uniform(0, 60)), float(rng.uniform(0, 0.3)), int(rng.choice(budgets))) for _line in range(8)
    ]
    hull = concave_ceiling(lines, budgets, bounds, 100.0)
    for budget in range(1100):
        above = [bound for limit, bound in zip(budgets, bounds, strict=True) if limit >= budget]
        truth = min([100.0, *above, *(line.intercept + line.price * budget for line in lines if line.reach >= budget)])
        assert np.interp(budget, hull[:, 0], hull[:, 1]) >= truth
    assert (np.diff(np.diff(hull[:, 1]) / np.diff(hull[:, 0])) < 1e-12).all()
