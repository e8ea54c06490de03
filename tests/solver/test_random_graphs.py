"""On hundreds of small graphs: value ≤ optimum ≤ bound, and every plan keeps every rule."""

import itertools

import numpy as np
import pytest
from oracles import best_plan, least_cost_of_all, make_problem, plan_errors, plan_value, random_graph, random_towns

from planner.solver import Status, Termination, connect_all, solve

MAKERS = {"graph": random_graph, "towns": random_towns}


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    """Compile the kernels before any clock runs."""
    for make in MAKERS.values():
        solve(make(np.random.default_rng(0)), gap=0.0, time_limit_s=0.2)


@pytest.mark.parametrize("name", MAKERS)
def test_value_optimum_and_bound_stand_in_order(name):
    for seed in range(200):
        problem = MAKERS[name](np.random.default_rng(seed))
        optimum, _arcs = best_plan(problem)
        result = solve(problem, gap=0.0, time_limit_s=0.03)
        where = f"{name} {seed}"
        assert plan_errors(problem, result.arcs) == [], where
        assert result.value == pytest.approx(plan_value(problem, result.arcs), rel=1e-12), where
        assert result.value <= optimum + 1e-9 * max(1.0, optimum), where
        assert result.bound >= optimum - 1e-9 * max(1.0, optimum), where
        assert result.cost == int(problem.cost[result.arcs].sum()), where
        if result.status is Status.OPTIMAL:
            assert result.value == pytest.approx(optimum, rel=1e-4), where
        assert_trace_is_in_order(result)


def assert_trace_is_in_order(result):
    for (t0, v0, b0), (t1, v1, b1) in itertools.pairwise(result.trace):
        assert t0 <= t1
        assert v0 is None or v0 <= v1
        assert b0 is None or b1 <= b0
    assert result.trace[-1][1:] == (result.value, result.bound)


@pytest.mark.parametrize("name", MAKERS)
def test_the_lines_of_the_ceiling_hold_for_other_budgets(name):
    for seed in range(40):
        problem = MAKERS[name](np.random.default_rng(seed))
        result = solve(problem, gap=0.0, time_limit_s=0.02)
        for budget in (0, problem.budget // 3, 2 * problem.budget + 7):
            other = make_problem(
                problem.n_nodes,
                np.column_stack([problem.tail, problem.head, problem.cost, problem.capacity]),
                prize=problem.prize,
                demand=problem.demand,
                place=problem.place,
                budget=budget,
            )
            if budget > problem.budget:
                continue  # arcs that the smaller budget cannot pay were left out of these lines
            ceiling = min(intercept + slope * budget for intercept, slope in result.ceiling)
            assert best_plan(other)[0] <= ceiling + 1e-6 * max(1.0, ceiling), (name, seed, budget)


def test_connecting_all_costs_between_its_bound_and_its_tree():
    checked = 0
    for seed in range(200):
        problem = random_graph(np.random.default_rng(seed))
        uncapped = make_problem(
            problem.n_nodes,
            np.column_stack([problem.tail, problem.head, problem.cost, np.full(problem.n_arcs, np.inf)]),
            prize=problem.prize,
            demand=problem.demand,
            place=problem.place,
        )
        found = connect_all(uncapped)
        assert plan_errors(uncapped, found.arcs, budget=found.cost) == []
        wanted = set(np.flatnonzero(uncapped.prize > 0).tolist()) - set(found.unreachable.tolist()) - {0}
        least = least_cost_of_all(uncapped, wanted) if not len(found.unserved) else None
        if least is not None:
            checked += 1
            assert found.lower_bound <= least <= found.cost, seed
    assert checked > 100


def test_the_same_seed_does_the_same_work():
    problem = random_towns(np.random.default_rng(7))
    first, again = (solve(problem, gap=0.2, time_limit_s=600.0, seed=3) for _turn in range(2))
    assert first.arcs.tolist() == again.arcs.tolist()
    assert [step[1:] for step in first.trace] == [step[1:] for step in again.trace]


def test_money_for_everything_gives_everything():
    problem = make_problem(
        4, [(0, 1, 5, np.inf), (1, 2, 5, np.inf), (0, 3, 9, np.inf)], prize=[0, 1, 2, 4], budget=10**9
    )
    result = solve(problem)
    assert (result.status, result.value, result.bound) == (Status.OPTIMAL, 7.0, 7.0)
    assert result.price_of_money == 0.0


@pytest.mark.parametrize(
    ("arcs", "budget"),
    [([], 100), ([(0, 1, 50, np.inf)], 0), ([(0, 1, 50, 1.0)], 100)],
    ids=["no arc", "no money", "no room"],
)
def test_nothing_can_be_had(arcs, budget):
    result = solve(make_problem(2, arcs, prize=[0, 3], demand=[0, 2.0], budget=budget), time_limit_s=0.2)
    assert result.value == 0.0
    assert len(result.arcs) == 0


def test_cancelled_at_once_it_has_no_proof_and_claims_none():
    problem = random_towns(np.random.default_rng(1))
    result = solve(problem, cancelled=lambda: True)
    assert (result.status, result.termination) == (Status.CANCELLED, Termination.CANCELLED)
    assert plan_errors(problem, result.arcs) == []
