"""What is put together from branches is the best that can be, keeps budget and capacities, and is never worse."""

import math
from dataclasses import replace

import numpy as np
import pytest
from oracles import (
    all_plans,
    best_plan,
    best_ruled_plan,
    make_problem,
    plan_errors,
    plan_value,
    random_graph,
    random_rules,
    random_towns,
    rule_errors,
    with_hops,
)

from planner.solver import exact, recombine, solve, watch
from planner.solver.graph import build_graph
from planner.solver.recombine import Recombination
from planner.solver.search import Search
from planner.solver.tree import topological_arcs, tree_of_arcs

MAKERS = {"graph": random_graph, "towns": random_towns}
MOST_ARCS = 16
"""Arcs of a problem whose plans are all enumerated."""
MOST_RULED_ARCS = 26
"""The same where enumeration follows the rules."""


@pytest.fixture(autouse=True)
def _past_tiny(monkeypatch):
    """Let the programs have their turns on graphs that branch and cut would search at once."""
    monkeypatch.setattr(exact, "TINY", 0)


def parts_of(graph, plan):
    """Return the parts of a plan, sets of the graph's arcs: each arc of the trunk, and each branch."""
    above = {int(graph.head[a]): a for a in plan}

    def hangs_by(a):
        """Return the first arc on the way from the root to an arc, itself included, that can be filled."""
        way = [a]
        while graph.tail[way[-1]] != 0:
            way.append(above[int(graph.tail[way[-1]])])
        return next((b for b in reversed(way) if np.isfinite(graph.capacity[b])), None)

    branches = {}
    for a in plan:
        branches.setdefault(hangs_by(a), set()).add(a)
    trunk = branches.pop(None, set())
    return {frozenset({a}) for a in trunk} | {frozenset(arcs) for arcs in branches.values()}


def plans_of_graph(problem, graph):
    """Return all plans of a problem that a graph of it has, as sets of the graph's arcs."""
    where = {int(a): i for i, a in enumerate(graph.origin)}
    return [[where[a] for a in plan] for plan in all_plans(problem) if all(a in where for a in plan)]


def combined(graph, trees, budget, floor=-1.0):
    """Return what is put together from the branches of some plans of a graph."""
    recombination = Recombination()
    for arcs in trees:
        recombination.take(graph, tree_of_arcs(graph, np.array(sorted(arcs), np.int32)))
    return recombination.combine(graph, budget, floor, lambda: False)


@pytest.mark.parametrize("name", MAKERS)
def test_the_best_of_all_that_branches_can_be_put_together_to(name, monkeypatch):
    """Against all plans, one by one: those whose arcs of the trunk and whose branches were all seen."""
    monkeypatch.setattr(recombine, "NODES", 10_000)
    better = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        problem = MAKERS[name](rng)
        problem = replace(problem, cost_weight=float(rng.choice([0.0, 0.1])))
        graph = build_graph(problem, problem.budget)
        if problem.n_arcs > MOST_ARCS or not graph.capacitated:
            continue
        plans = plans_of_graph(problem, graph)
        trees = [plans[i] for i in rng.integers(0, len(plans), 8)]
        seen = {part for arcs in trees for part in parts_of(graph, arcs)}
        possible = [arcs for arcs in plans if parts_of(graph, arcs) <= seen]
        possible = [arcs for arcs in possible if graph.cost[arcs].sum() <= problem.budget]
        best = max(plan_value(problem, graph.origin[arcs]) for arcs in possible)
        tree = combined(graph, trees, problem.budget)
        got = plan_value(problem, [] if tree is None else graph.origin[topological_arcs(graph, tree)])
        assert got == pytest.approx(best, abs=1e-9)
        within = [arcs for arcs in trees if graph.cost[arcs].sum() <= problem.budget]
        better += best > max((plan_value(problem, graph.origin[arcs]) for arcs in within), default=0.0)
    assert better > 0  # it is not always one of the plans that it was put together from


@pytest.fixture
def two_valleys():
    """Two sources with a hop of 5 Mbit/s each; which offices it serves are two questions that do not touch."""
    arcs = [(0, 1, 0, np.inf), (0, 2, 0, np.inf), (1, 3, 10, 5.0), (2, 6, 10, 5.0)]
    arcs += [(3, 4, 1, np.inf), (3, 5, 1, np.inf), (6, 7, 1, np.inf), (6, 8, 1, np.inf)]
    return make_problem(9, arcs, prize=[0, 0, 0, 0, 7, 4, 0, 9, 2], demand=[0, 0, 0, 0, 5, 5, 0, 5, 5], budget=22)


def test_the_good_half_of_each_of_two_trees(two_valleys):
    graph = build_graph(two_valleys, two_valleys.budget)
    at = {int(a): i for i, a in enumerate(graph.origin)}
    left, right = [[at[a] for a in arcs] for arcs in ([0, 1, 2, 3, 4, 7], [0, 1, 2, 3, 5, 6])]
    tree = combined(graph, [left, right], two_valleys.budget)
    assert sorted(graph.origin[topological_arcs(graph, tree)].tolist()) == [0, 1, 2, 3, 4, 6]
    assert combined(graph, [left, right], two_valleys.budget, floor=16.0) is None  # worth 16: no better one
    assert combined(graph, [left, right], 21, floor=10.0) is None  # one valley alone


def test_branches_that_the_graph_has_lost_are_left_out(two_valleys):
    graph = build_graph(two_valleys, two_valleys.budget)
    recombination = Recombination()
    recombination.take(
        graph, tree_of_arcs(graph, np.flatnonzero((graph.head != 5) & (graph.head != 8)).astype(np.int32))
    )
    smaller = graph.subgraph(graph.origin != 4)
    tree = recombination.combine(smaller, two_valleys.budget, 0.0, lambda: False)
    assert {1, 3, 6} <= set(smaller.origin[topological_arcs(smaller, tree)].tolist()) <= {0, 1, 3, 6}


def test_the_branches_kept_are_those_that_stood_last(two_valleys, monkeypatch):
    monkeypatch.setattr(recombine, "MOST_BRANCHES", 2)
    graph = build_graph(two_valleys, two_valleys.budget)
    at = {int(a): i for i, a in enumerate(graph.origin)}
    recombination = Recombination()
    for arcs in ([0, 2, 4], [0, 2, 5], [1, 3, 6], [0, 2, 5]):
        recombination.take(graph, tree_of_arcs(graph, np.array([at[a] for a in arcs], np.int32)))
    kept = [graph.origin[np.isin(graph.number, arcs)].tolist() for arcs in recombination.branches.values()]
    assert [sorted(arcs) for arcs in kept] == [[3, 6], [2, 5]]


def test_graphs_with_too_many_arcs_are_left_alone(two_valleys, monkeypatch):
    monkeypatch.setattr(recombine, "MOST_ARCS", 5)
    search = Search(two_valleys, 0, math.inf, None, None)
    tree, recombination = search.tree, Recombination()
    for _turn in range(2 * recombine.CHUNKS):
        recombination.take_turn(search)
    assert search.tree is tree
    assert not recombination.branches


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("hops", [False, True])
def test_searches_that_recombine_all_the_time_stay_right(name, hops, monkeypatch):
    """Recombined and planted anew after every chunk, before an exact search has its turn."""
    monkeypatch.setattr(recombine, "CHUNKS", 1)
    monkeypatch.setattr(exact, "PATIENCE_CAPACITATED", 6)
    for seed in range(25):
        rng = np.random.default_rng(seed)
        problem = MAKERS[name](rng)
        problem = with_hops(problem, rng) if hops else problem
        result = solve(problem, gap=0.0, time_limit_s=60.0)
        assert plan_errors(problem, result.arcs) == []
        assert result.value == pytest.approx(best_plan(problem)[0])
        assert result.value <= result.bound


def test_a_turn_never_loses_a_plan(two_valleys, monkeypatch):
    monkeypatch.setattr(recombine, "CHUNKS", 1)
    search = Search(two_valleys, 0, math.inf, None, None)
    search.find_price()
    exact.begin(search)
    best = search.value
    recombination = Recombination()
    for _turn in range(5):
        recombination.take_turn(search)
        assert search.value >= best
        assert plan_errors(two_valleys, search.plan) == []
        best = search.value


def test_a_turn_that_brings_no_better_plan_goes_on_from_a_tree_grown_anew(two_valleys, monkeypatch):
    """What rules do not allow is put together again at every turn: to stand there would lead nowhere."""
    monkeypatch.setattr(recombine, "CHUNKS", 1)
    search = Search(two_valleys, 0, math.inf, None, None)
    search.find_price()
    exact.begin(search)
    again, grown = search.tree_of_plan(search.plan), search.tree.copy()
    monkeypatch.setattr(Recombination, "combine", lambda *_asked: again)
    monkeypatch.setattr(recombine, "grow_everywhere", lambda *_asked: grown)
    Recombination().take_turn(search)
    assert search.tree is grown


def test_the_choice_of_branches_ends_where_somebody_asks(monkeypatch):
    """Who asks is another thread, which has to run meanwhile."""
    monkeypatch.setattr(recombine, "NODES", 200_000)
    monkeypatch.setattr(watch, "POLL_S", 0.001)
    rng = np.random.default_rng(0)
    n = 60
    cost = rng.integers(500, 1_000, n)
    arcs = [(0, v + 1, cost[v], 5.0) for v in range(n)]
    problem = make_problem(n + 1, arcs, prize=[0, *(cost + 100)], demand=[0, *[5.0] * n], budget=cost.sum() // 2)
    graph = build_graph(problem, problem.budget)
    asked = 0

    def stopped():
        nonlocal asked
        asked += 1
        return asked > 20

    recombination = Recombination()
    recombination.take(graph, tree_of_arcs(graph, np.arange(graph.n_arcs, dtype=np.int32)))
    recombination.combine(graph, problem.budget, -1.0, stopped)
    assert asked > 20


@pytest.mark.parametrize("name", MAKERS)
def test_searches_that_recombine_keep_all_rules(name, monkeypatch):
    monkeypatch.setattr(recombine, "CHUNKS", 1)
    monkeypatch.setattr(exact, "PATIENCE_CAPACITATED", 3)
    compared = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        problem = MAKERS[name](rng)
        if problem.n_arcs > MOST_RULED_ARCS or not np.isfinite(problem.capacity).any():
            continue
        problem = replace(problem, rules=random_rules(rng, problem), cost_weight=float(rng.choice([0.0, 0.5])))
        best, result = best_ruled_plan(problem), solve(problem, gap=0.0)
        if best is not None:
            compared += 1
            assert rule_errors(problem, result.arcs) == []
            assert result.value == pytest.approx(best, rel=1e-5)
            assert result.bound >= best - 1e-9
    assert compared > 5


def test_nothing_changes_where_no_link_can_be_filled(monkeypatch):
    def refuse(_self, _search):
        raise AssertionError

    monkeypatch.setattr(Recombination, "take_turn", refuse)
    for seed in range(10):
        problem = random_towns(np.random.default_rng(seed))
        problem = replace(problem, capacity=np.full(problem.n_arcs, np.inf))
        assert solve(problem, gap=0.0).value == pytest.approx(best_plan(problem)[0])
