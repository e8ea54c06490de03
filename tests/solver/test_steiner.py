"""Steiner trees against enumeration: the cheapest one, and the best one wherever it hangs."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from oracles import best_plan, least_cost_of_all, make_problem, plan_errors, plan_value, random_graph

from planner.solver import Status, anywhere, best_tree_anywhere, cheapest_tree, compile_kernels, search
from planner.solver.steiner import pressing_prizes


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


def free_problem(rng: np.random.Generator, n: int):
    """Return a small connected or unconnected network without a root: node 0 stands apart."""
    pairs = [pair for pair in itertools.combinations(range(1, n + 1), 2) if rng.random() < 0.5]
    cost = rng.integers(0, 12, len(pairs)).tolist()
    arcs = [(u, v, c, np.inf) for (u, v), c in zip(pairs, cost, strict=True)]
    arcs += [(v, u, c, room) for u, v, c, room in arcs]
    prize = np.r_[0.0, np.where(rng.random(n) < 0.7, rng.integers(0, 15, n), 0)] * rng.choice([1.0, 0.37])
    problem = make_problem(n + 1, arcs, prize=prize, budget=10**6)
    return replace(problem, cost_weight=float(rng.choice([1.0, 0.5, 3.0])))


def best_anywhere(problem) -> float:
    """Return the most that a tree is worth, over all node sets, each with its cheapest spanning tree."""
    edges = sorted(
        (int(problem.cost[a]), int(problem.tail[a]), int(problem.head[a]))
        for a in range(problem.n_arcs)
        if problem.tail[a] < problem.head[a]
    )
    best = 0.0
    for size in range(1, problem.n_nodes):
        for nodes in itertools.combinations(range(1, problem.n_nodes), size):
            top = {v: v for v in nodes}

            def find(v, top=top):
                while top[v] != v:
                    v = top[v]
                return v

            spent, joined = 0, 1
            for cost, u, v in edges:
                if u in top and v in top and find(u) != find(v):
                    top[find(u)] = find(v)
                    spent, joined = spent + cost, joined + 1
            if joined == size:
                prizes = math.fsum(float(problem.prize[v]) for v in nodes)
                best = max(best, prizes - problem.cost_weight * spent)
    return best


def value_of_tree(problem, tree) -> float:
    """Return what a free tree is worth, after checking that it is one."""
    held = {tree.root}
    for a in tree.arcs:
        u, v = int(problem.tail[a]), int(problem.head[a])
        assert u in held
        assert v not in held
        held.add(v)
    prizes = math.fsum(float(problem.prize[v]) for v in held)
    return prizes - problem.cost_weight * int(problem.cost[tree.arcs].sum())


@pytest.mark.parametrize("seed", range(120))
def test_the_best_tree_anywhere_is_found_and_proven(seed, monkeypatch):
    if seed % 2:  # the first trees are bare, so that the roots have to be settled by bounds
        monkeypatch.setattr(search, "CHUNK_PER_ARC", 0)
        monkeypatch.setattr(search.Search, "plant", lambda _search: None)
    if seed % 3 == 0:  # no ceiling on what is left: every root is tried
        monkeypatch.setattr(anywhere, "ROUNDS", 0)
    rng = np.random.default_rng(seed)
    problem = free_problem(rng, int(rng.integers(1, 9)))
    optimum = best_anywhere(problem)
    tree = best_tree_anywhere(problem, time_limit_s=600.0)
    assert tree.value == pytest.approx(value_of_tree(problem, tree), rel=1e-12)
    assert tree.status is Status.OPTIMAL
    assert tree.value == pytest.approx(optimum, rel=4e-6, abs=4e-8 * problem.prize.sum())
    assert tree.bound >= optimum - 1e-9


def test_a_stopped_search_has_a_valid_bound():
    for seed in range(40):
        problem = free_problem(np.random.default_rng(seed), 7)
        optimum = best_anywhere(problem)
        for calls in (0, 1, 3, 8, 20):
            left = iter(range(calls))
            tree = best_tree_anywhere(problem, cancelled=lambda left=left: next(left, None) is None)
            assert tree.value <= optimum + 1e-9
            assert tree.bound >= optimum - 1e-9


def test_other_kinds_of_problems_are_refused():
    problem = free_problem(np.random.default_rng(3), 6)
    dearer = problem.cost.copy()
    dearer[0] += 1
    for changed in ({"cost": dearer}, {"cost_weight": 0.0}, {"budget": 0}, {"prize": np.ones(problem.n_nodes)}):
        with pytest.raises(ValueError, match="problem"):
            best_tree_anywhere(replace(problem, **changed))


def least_cost(problem, wanted):
    """Return the least cost of reaching the nodes wanted, which alone draw; None if no plan does."""
    asked = replace(problem, demand=np.where(wanted, problem.demand, 0.0))
    return least_cost_of_all(asked, set(np.flatnonzero(wanted).tolist()))


@pytest.mark.parametrize("seed", range(80))
def test_the_cheapest_tree_is_found_and_proven(seed):
    """With capacities and shared places for every other seed; what cannot be reached at all is not asked for."""
    rng = np.random.default_rng(seed)
    problem = random_graph(rng)
    if seed % 2:
        room, apart = np.full(problem.n_arcs, np.inf), np.arange(problem.n_nodes, dtype=np.int32)
        problem = replace(problem, capacity=room, place=apart)
    wanted = np.zeros(problem.n_nodes, np.bool_)
    for v in rng.integers(0, problem.n_nodes, 4):
        more = wanted | (np.arange(problem.n_nodes) == v)
        if least_cost(problem, more) is not None:
            wanted = more
    asked = replace(problem, demand=np.where(wanted, problem.demand, 0.0))
    least = least_cost(problem, wanted)
    tree = cheapest_tree(problem, wanted, time_limit_s=600.0)
    assert tree.status is Status.OPTIMAL
    assert (tree.cost, tree.lower_bound) == (least, least)
    leaves = replace(asked, prize=wanted.astype(float), budget=10**9)
    assert plan_errors(leaves, tree.arcs) == []
    assert plan_value(leaves, tree.arcs) == wanted.sum()


def test_prizes_press_no_more_than_they_must():
    """Large prizes would drown the costs."""
    problem = make_problem(4, [(0, 1, 5, np.inf), (1, 2, 7, np.inf), (0, 2, 20, np.inf)], prize=[0, 0, 0, 0])
    wanted = np.array([False, True, True, False])
    assert pressing_prizes(problem, wanted).tolist() == [0.0, 6.0, 13.0, 0.0]
    assert best_plan(replace(problem, prize=np.array([0.0, 6, 13, 0]), budget=99, cost_weight=1.0))[0] == 7.0


def test_what_no_path_reaches_is_refused():
    problem = make_problem(3, [(0, 1, 5, np.inf)], prize=[0, 0, 0])
    with pytest.raises(ValueError, match="node 2"):
        cheapest_tree(problem, np.array([False, False, True]))
