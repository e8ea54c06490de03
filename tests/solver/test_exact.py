"""The exact end of the search: whatever way it takes, what it proves is what enumeration finds."""

from dataclasses import replace

import numpy as np
import pytest
from oracles import best_plan, make_problem, plan_errors, random_graph, random_towns

from planner.solver import (
    Status,
    Termination,
    branching,
    compile_kernels,
    exact,
    from_root,
    search,
    solve,
    solve_cheapest,
)
from planner.solver.branch_and_cut import branch_and_cut

MAKERS = {"graph": random_graph, "towns": random_towns}
WAYS = {
    "branch and cut": {},
    "the programs where links can be filled": {exact: {"TINY": 0}},
    "branching, then branch and cut": {exact: {"SMALL": 0, "TINY": 0}, from_root: {"MOST_ARCS": -1}},
    "branching to the end": {
        exact: {"SMALL": 0, "TINY": 0, "LARGE_PRIZE": 0.0},
        from_root: {"MOST_ARCS": -1},
        branching: {"SMALL": -1},
    },
    "high targets": {
        exact: {"SMALL": 0, "TINY": 0, "LARGE_PRIZE": 1e9, "LARGE": 10**9, "LARGE_CAPACITATED": 10**9},
        from_root: {"MOST_ARCS": -1},
    },
    "from the root's program": {exact: {"SMALL": 0, "TINY": 0}, from_root: {"FIRST_NEAR": 3, "FIRST_NODES": 2}},
}

SEEDS = (*range(1_000, 1_060), 60_182, 60_469, 70_356, 70_724, 70_792, 70_825, 71_177, 71_278)
"""The last ones once left arcs in the plan that lead to no prize."""


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


def test_one_unit_of_very_much_money_is_not_left_to_a_linear_program(monkeypatch):
    """Plans are sought above what a tolerance of one in a million leaves open, and the answer says no more."""
    floors = []

    def watched(graph, asked, floor, *more, **words):
        floors.append(floor)
        return branch_and_cut(graph, asked, floor, *more, **words)

    monkeypatch.setattr(exact, "branch_and_cut", watched)
    monkeypatch.setattr(search.Search, "plant", lambda _search: None)
    for factor in (1, 10**9):
        arcs = [
            (0, 1, 5 * factor, np.inf),
            (1, 2, 4 * factor, np.inf),
            (0, 3, 20 * factor, np.inf),
            (1, 3, 16 * factor, np.inf),
        ]
        problem = make_problem(4, arcs, prize=[0, 1, 2, 4], budget=100 * factor)
        result = solve_cheapest(problem, 5.0, gap=0.0)
        assert result.status is Status.OPTIMAL
        assert result.value == 21 * factor
        assert 21 * factor * (1 - 2e-6) <= result.bound <= 21 * factor
    large = [floor for floor in floors if floor < -(10**9)]
    assert large
    assert max(large) <= -21 * 10**9 * (1 + 1e-7)


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    """Let the search begin with the bare tree, so that the exact end has all the work, on one of its ways."""
    monkeypatch.setattr(search, "CHUNK_PER_ARC", 0)
    monkeypatch.setattr(search.Search, "plant", lambda _search: None)
    for module, settings in WAYS[request.param].items():
        for name, value in settings.items():
            monkeypatch.setattr(module, name, value)
    return request.param


@pytest.mark.parametrize("name", MAKERS)
def test_the_optimum_is_found_and_proven(name, way):
    for seed in SEEDS:
        problem = MAKERS[name](np.random.default_rng(seed))
        optimum, _arcs = best_plan(problem)
        result = solve(problem, gap=0.0, time_limit_s=600.0)
        where = f"{name} {seed} by {way}"
        assert plan_errors(problem, result.arcs) == [], where
        assert result.status is Status.OPTIMAL, where
        # Linear programs tell values that are not whole apart to 1e-6.
        assert result.value == pytest.approx(optimum, rel=2e-6), where
        assert result.bound >= optimum * (1 - 1e-12), where


def test_large_whole_prizes_are_proven_to_the_unit(way):
    """Linear programs tell a million apart to a unit, and the search knows when it has."""
    for seed in (*range(40), 90_227):
        towns = random_towns(np.random.default_rng(seed))
        problem = replace(towns, prize=np.rint(towns.prize * 1e6 / max(towns.prize.max(), 1.0)))
        result = solve(problem, gap=0.0, time_limit_s=600.0)
        assert (result.value, result.bound) == (best_plan(problem)[0], result.value), (seed, way)


def test_a_gap_reached_to_the_last_bit_is_reached(way):
    result = solve(random_graph(np.random.default_rng(100_063)), gap=0.1, time_limit_s=600.0, seed=1)
    assert result.termination is Termination.GAP, way


def test_an_error_in_a_callback_keeps_its_cause(way):
    def on_progress(progress):
        if progress.value:
            raise OSError("disk full")

    problem = random_towns(np.random.default_rng(1))
    assert best_plan(problem)[0] > 0
    with pytest.raises(OSError, match="disk full"):
        solve(problem, gap=0.0, on_progress=on_progress)


def test_a_gap_ends_the_search_within_it(way):
    for seed in range(20):
        problem = random_towns(np.random.default_rng(2_000 + seed))
        optimum, _arcs = best_plan(problem)
        result = solve(problem, gap=0.3, time_limit_s=600.0)
        assert result.value <= optimum <= result.bound <= 1.3 * result.value + 1e-6, way
