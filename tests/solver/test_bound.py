"""Ceilings against brute force: at every price, every order, every smaller budget, whatever the numbering."""

from dataclasses import replace

import numpy as np
import pytest
from oracles import best_plan, make_problem, random_graph, random_towns

from planner.solver import solve
from planner.solver.bound import price_out, search_price
from planner.solver.graph import build_graph
from planner.solver.reduce import find_useful

# The few float operations around the whole-number ascent are rounded outward; no tolerance is needed.


@pytest.mark.parametrize("seed", range(80))
def test_every_evaluation_is_a_ceiling(seed):
    rng = np.random.default_rng(seed)
    problem = (random_graph if seed % 2 else random_towns)(rng)
    graph = build_graph(problem, problem.budget)
    optimum, _ = best_plan(problem)
    for price in (0.0, 1e-9, *10.0 ** rng.uniform(-3, 2, 4), 1e9):
        weight = np.exp(rng.normal(0, 0.5, graph.n_nodes))
        assert price_out(graph, price, weight).bound(problem.budget) >= optimum


@pytest.mark.parametrize("seed", range(30))
def test_relabelling_nodes_and_arcs_leaves_the_bound_valid(seed):
    rng = np.random.default_rng(seed)
    problem = random_towns(rng)
    optimum, _ = best_plan(problem)
    nodes = np.r_[0, 1 + rng.permutation(problem.n_nodes - 1)].astype(np.int32)
    arcs = rng.permutation(problem.n_arcs)
    mixed = replace(
        problem,
        tail=nodes[problem.tail][arcs],
        head=nodes[problem.head][arcs],
        cost=problem.cost[arcs],
        capacity=problem.capacity[arcs],
        prize=problem.prize[np.argsort(nodes)],
        demand=problem.demand[np.argsort(nodes)],
        place=problem.place[np.argsort(nodes)],
    )
    assert best_plan(mixed)[0] == optimum
    result = solve(mixed, gap=0.0, time_limit_s=0.1)
    assert result.value <= optimum <= result.bound


@pytest.mark.parametrize("seed", range(60))
def test_an_arc_of_every_better_plan_is_kept(seed):
    rng = np.random.default_rng(seed)
    problem = (random_graph if seed % 2 else random_towns)(rng)
    optimum, _ = best_plan(problem)
    graph = build_graph(problem, problem.budget)
    for price in 10.0 ** rng.uniform(-3, 1, 4):
        useful = find_useful(graph, price_out(graph, price), problem.budget, optimum)
        reduced = replace_arcs(problem, graph.origin[useful])
        assert best_plan(reduced)[0] == pytest.approx(optimum, rel=1e-12)


def replace_arcs(problem, kept):
    return replace(
        problem,
        tail=problem.tail[kept],
        head=problem.head[kept],
        cost=problem.cost[kept],
        capacity=problem.capacity[kept],
    )


def test_a_budget_that_does_not_bind_is_seen():
    """The best price is 0 then, far below any grid of prices."""
    problem = make_problem(
        3, [(0, 1, 1_000_000, np.inf), (1, 2, 1_000_000, np.inf)], prize=[0, 0.25, 3.5], budget=2_000_000
    )
    result = solve(problem, gap=0.0)
    assert (result.status, result.termination) == ("optimal", "gap")
    assert result.value == result.bound == 3.75
    assert result.price_of_money == 0.0


def test_the_search_for_the_price_ends_near_the_best_on_a_fine_grid():
    problem = random_towns(np.random.default_rng(5))
    problem = replace(problem, budget=60)
    graph = build_graph(problem, problem.budget)
    found = search_price(graph, problem.budget, lambda _pricing: None, lambda: False).bound(problem.budget)
    grid = min(price_out(graph, price).bound(problem.budget) for price in np.geomspace(1e-3, 1e2, 2000))
    # The ascent is a heuristic: its ceiling is not quite convex in the price.
    assert found <= 1.05 * grid
