"""Money at a fixed price: the value of a plan is its prizes less what its cost weighs, with and without a budget."""

import math
from dataclasses import replace

import numpy as np
import pytest
from oracles import best_plan, plan_errors, plan_value, random_graph, random_towns

from planner.solver import Problem, Status, branching, compile_kernels, exact, search, solve
from planner.solver.bound import price_out
from planner.solver.graph import build_graph
from planner.solver.reduce import find_useful

MAKERS = {"graph": random_graph, "towns": random_towns}
WEIGHTS = (1.0, 0.5, 2.0, 0.3137)
WAYS = {
    "branch and cut": {},
    "the programs where links can be filled": {exact: {"TINY": 0}},
    "branching, then branch and cut": {exact: {"SMALL": 0, "TINY": 0}},
    "branching to the end": {exact: {"SMALL": 0, "TINY": 0, "LARGE_PRIZE": 0.0}, branching: {"SMALL": -1}},
    "high targets": {exact: {"SMALL": 0, "TINY": 0, "LARGE_PRIZE": 1e9, "LARGE": 10**9, "LARGE_CAPACITATED": 10**9}},
}


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


def priced(name: str, seed: int) -> Problem:
    """Return a small problem of a weight of its own; every third has a budget that no plan can reach."""
    problem = MAKERS[name](np.random.default_rng(seed))
    budget = int(problem.cost.sum()) + seed if seed % 3 == 0 else problem.budget
    return replace(problem, cost_weight=WEIGHTS[seed % len(WEIGHTS)], budget=budget)


@pytest.mark.parametrize("name", MAKERS)
def test_value_optimum_and_bound_stand_in_order(name):
    for seed in range(90):
        problem = priced(name, seed)
        optimum, _arcs = best_plan(problem)
        result = solve(problem, gap=0.0, time_limit_s=0.05)
        where = f"{name} {seed}"
        assert plan_errors(problem, result.arcs) == [], where
        assert result.value == pytest.approx(plan_value(problem, result.arcs), rel=1e-12, abs=1e-9), where
        assert result.value <= optimum + 1e-9, where
        assert result.bound >= optimum - 1e-9, where
        values, bounds = zip(*[(v, b) for _t, v, b in result.trace if v is not None and b is not None], strict=True)
        assert list(values) == sorted(values), where
        assert list(bounds) == sorted(bounds, reverse=True), where


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("way", WAYS)
def test_the_optimum_is_found_and_proven(name, way, monkeypatch):
    """The search begins with the bare tree, so that the exact end has all the work, on one of its ways."""
    monkeypatch.setattr(search, "CHUNK_PER_ARC", 0)
    monkeypatch.setattr(search.Search, "plant", lambda _search: None)
    for module, settings in WAYS[way].items():
        for setting, value in settings.items():
            monkeypatch.setattr(module, setting, value)
    for seed in range(1_000, 1_020):
        problem = priced(name, seed)
        optimum, _arcs = best_plan(problem)
        result = solve(problem, gap=0.0, time_limit_s=600.0)
        where = f"{name} {seed} by {way}"
        assert plan_errors(problem, result.arcs) == [], where
        assert result.status is Status.OPTIMAL, where
        assert result.value == pytest.approx(optimum, rel=4e-6, abs=4e-8 * problem.prize.sum()), where
        assert result.bound >= optimum - 1e-9, where
        if problem.cost_weight.is_integer() and (problem.prize == np.floor(problem.prize)).all():
            assert result.value == result.bound == optimum, where


@pytest.mark.parametrize("name", MAKERS)
def test_every_ceiling_holds_for_every_smaller_budget(name):
    for seed in range(35):
        problem = priced(name, seed)
        result = solve(problem, gap=0.0, time_limit_s=0.05)
        for budget in {0, problem.budget // 3, problem.budget // 2, problem.budget}:
            ceiling = min(intercept + slope * budget for intercept, slope in result.ceiling)
            assert ceiling >= best_plan(replace(problem, budget=budget))[0] - 1e-9, (name, seed, budget)


@pytest.mark.parametrize("name", MAKERS)
def test_an_arc_of_every_better_plan_is_kept(name):
    for seed in range(35):
        problem = priced(name, seed)
        optimum, _arcs = best_plan(problem)
        graph = build_graph(problem, problem.budget)
        for factor in (1.0, 1.1, 3.0):
            pricing = price_out(graph, problem.cost_weight * factor)
            assert pricing.bound(problem.budget) >= optimum - 1e-9
            kept = graph.origin[find_useful(graph, pricing, problem.budget, optimum)]
            parts = {part: getattr(problem, part)[kept] for part in ("tail", "head", "cost", "capacity")}
            assert best_plan(replace(problem, **parts))[0] == pytest.approx(optimum, rel=1e-12)


def test_a_price_without_a_budget_is_the_price_of_the_bound():
    """Nothing is left to price where the budget does not bind."""
    result = solve(priced("towns", 3), gap=0.0, time_limit_s=600.0)
    assert result.price_of_money == 0.0


@pytest.mark.parametrize("weight", [-1.0, math.inf, math.nan])
def test_a_weight_out_of_range_is_refused(weight):
    with pytest.raises(ValueError, match="cost_weight"):
        replace(random_towns(np.random.default_rng(0)), cost_weight=weight)
