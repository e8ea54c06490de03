"""Hop limits: every plan keeps them, and what is proven is what enumeration finds."""

import functools
from dataclasses import replace

import numpy as np
import pytest
from oracles import (
    best_plan,
    least_cost_of_all,
    make_problem,
    plan_errors,
    plan_value,
    random_graph,
    random_mesh,
    random_towns,
    with_hops,
)

from planner.solver import Status, branch_and_cut, branching, compile_kernels, connect_all, exact, layers, search, solve
from planner.solver.graph import build_graph
from planner.solver.tree import check_plan

MAKERS = {
    "graph": lambda rng: with_hops(random_graph(rng), rng),
    "towns": lambda rng: with_hops(random_towns(rng), rng),
    "mesh": random_mesh,
}
WAYS = {
    "branch and cut": {},
    "branching, then branch and cut": {exact: {"SMALL_LAYERED": 0}},
    "branching to the end": {exact: {"SMALL_LAYERED": 0, "LARGE_PRIZE": 0.0}, branching: {"SMALL": -1}},
    "high targets": {exact: {"SMALL_LAYERED": 0, "LARGE_PRIZE": 1e9, "LARGE": 10**9, "LARGE_CAPACITATED": 10**9}},
    "one variable per arc": {branch_and_cut: {"MUCH_UNFOLDED": 0.0}},
    "one variable per arc and layer": {branch_and_cut: {"MUCH_UNFOLDED": np.inf, "MANY_UNFOLDED": np.inf}},
}


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


def force(monkeypatch, way):
    """Let the search begin with the bare tree, so that the exact end has all the work, on one of its ways."""
    monkeypatch.setattr(search, "CHUNK_PER_ARC", 0)
    monkeypatch.setattr(search.Search, "plant", lambda _search: None)
    for module, settings in WAYS[way].items():
        for name, value in settings.items():
            monkeypatch.setattr(module, name, value)


@functools.cache
def enumerated(name, seed):
    """Return a problem, its optimum and the optimum without the hop limit."""
    problem = MAKERS[name](np.random.default_rng(seed))
    return problem, best_plan(problem)[0], best_plan(replace(problem, hop_limit=None))[0]


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("way", WAYS)
def test_the_optimum_is_found_and_proven(name, way, monkeypatch):
    force(monkeypatch, way)
    binding = 0
    for seed in range(40):
        problem, optimum, without_limit = enumerated(name, seed)
        result = solve(problem, gap=0.0, time_limit_s=600.0)
        where = f"{name} {seed} by {way}"
        assert plan_errors(problem, result.arcs) == [], where
        assert result.value == pytest.approx(plan_value(problem, result.arcs), rel=1e-12), where
        assert result.status is Status.OPTIMAL, where
        # Linear programs tell values that are not whole apart to 1e-6.
        assert result.value == pytest.approx(optimum, rel=2e-6), where
        assert result.bound >= optimum * (1 - 1e-12), where
        binding += without_limit > optimum
    assert binding > 4


@pytest.mark.parametrize("name", MAKERS)
def test_value_optimum_and_bound_stand_in_order(name):
    for seed in range(1_000, 1_060):
        problem = MAKERS[name](np.random.default_rng(seed))
        optimum, _arcs = best_plan(problem)
        result = solve(problem, gap=0.0, time_limit_s=0.02)
        assert plan_errors(problem, result.arcs) == [], seed
        assert result.value <= optimum + 1e-9 * max(1.0, optimum), seed
        assert result.bound >= optimum - 1e-9 * max(1.0, optimum), seed


def test_a_plan_within_the_limit_is_a_start_and_one_beyond_it_is_none():
    beyond = 0
    for seed in range(60):
        problem = MAKERS["mesh" if seed % 2 else "towns"](np.random.default_rng(seed))
        optimum, arcs = best_plan(problem)
        result = solve(problem, gap=0.0, time_limit_s=0.0, start=np.array(arcs, np.int32))
        assert result.value == pytest.approx(optimum), seed
        _free, longer = best_plan(replace(problem, hop_limit=None))
        if any("hops" in error for error in plan_errors(problem, longer)):
            beyond += 1
            with pytest.raises(ValueError, match="hops"):
                check_plan(problem, np.array(longer, np.int32))
    assert beyond > 5


def test_connecting_all_within_the_limit_costs_between_its_bound_and_its_tree():
    checked = 0
    for seed in range(100):
        problem = MAKERS["graph" if seed % 2 else "mesh"](np.random.default_rng(seed))
        problem = replace(problem, capacity=np.full(problem.n_arcs, np.inf))
        found = connect_all(problem)
        assert plan_errors(problem, found.arcs, budget=found.cost) == [], seed
        wanted = set(np.flatnonzero(problem.prize > 0).tolist()) - set(found.unreachable.tolist()) - {0}
        least = least_cost_of_all(problem, wanted) if not len(found.unserved) else None
        if least is not None:
            checked += 1
            assert found.lower_bound <= least <= found.cost, seed
    assert checked > 50


def test_a_limit_that_cannot_bind_leaves_the_graph_as_it_is():
    arcs = [(0, 1, 5, np.inf), (1, 2, 5, np.inf), (2, 3, 5, np.inf), (0, 3, 9, np.inf)]
    problem = make_problem(4, arcs, prize=[0, 1, 2, 4], budget=14, hops=[1, 1, 1, 1], hop_limit=2)
    assert not build_graph(problem, 14).layer.any()  # that buys two hops and a part of a third
    assert build_graph(replace(problem, budget=15), 15).layer.any()
    assert not build_graph(replace(problem, hop_limit=3), 10**9).layer.any()


def test_a_dearer_parallel_of_fewer_hops_is_kept():
    arcs = [(0, 1, 1, np.inf), (0, 1, 4, np.inf), (1, 2, 1, np.inf)]
    problem = make_problem(3, arcs, prize=[0, 0, 1], budget=5, hops=[2, 0, 1], hop_limit=2)
    assert solve(problem, gap=0.0).arcs.tolist() == [1, 2]


def test_a_node_that_leads_nowhere_has_one_copy():
    arcs = [
        (0, 1, 1, np.inf),
        (1, 2, 1, np.inf),
        (2, 1, 1, np.inf),
        (0, 2, 1, np.inf),
        (1, 3, 1, np.inf),
        (2, 3, 1, np.inf),
    ]
    problem = make_problem(4, arcs, prize=[0, 1, 1, 1], budget=9, hops=np.ones(6), hop_limit=2)
    unfolded = layers.unfold(problem, np.arange(6, dtype=np.int32), 2)
    assert np.count_nonzero(unfolded.node == 3) == 1
    assert np.count_nonzero(unfolded.node == 1) == 3  # after one hop, after two, and where its prize is collected


def test_hops_beside_a_limit_are_checked():
    problem = make_problem(2, [(0, 1, 1, np.inf)], prize=[0, 1], hops=[1], hop_limit=1)
    for wrong in (
        {"hops": None},
        {"hop_limit": -1},
        {"hops": np.array([-1], np.int8)},
        {"hops": np.ones(2, np.int8)},
        {"hops": np.ones(1)},
    ):
        with pytest.raises(ValueError, match="hop"):
            replace(problem, **wrong)
