"""The best part of a tree against all its parts."""

import itertools

import numpy as np
import pytest
from oracles import make_problem

from planner.solver.graph import build_graph
from planner.solver.knapsack import select_within
from planner.solver.tree import bare_tree, preorder, tree_of_arcs


def random_tree(rng, n):
    arcs = [(int(rng.integers(0, v)), v, int(rng.integers(0, 30)), np.inf) for v in range(1, n)]
    prize = np.where(rng.random(n) < 0.7, rng.integers(1, 40, n), 0)
    return make_problem(n, arcs, prize=prize)


def best_by_trial(problem, budget):
    """Try every set of nodes that holds the parents of its nodes."""
    n = problem.n_nodes
    parent = {int(v): int(u) for u, v in zip(problem.tail, problem.head, strict=True)}
    cost = {int(v): int(c) for v, c in zip(problem.head, problem.cost, strict=True)}
    best = -1.0
    for taken in itertools.product((False, True), repeat=n - 1):
        nodes = {0, *(v for v, held in enumerate(taken, start=1) if held)}
        if all(parent[v] in nodes for v in nodes - {0}) and sum(cost[v] for v in nodes - {0}) <= budget:
            best = max(best, sum(float(problem.prize[v]) for v in nodes))
    return best


@pytest.mark.parametrize("seed", range(60))
def test_the_part_chosen_is_the_best(seed):
    rng = np.random.default_rng(seed)
    problem = random_tree(rng, int(rng.integers(2, 11)))
    graph = build_graph(problem, None)
    parent = tree_of_arcs(graph, np.arange(graph.n_arcs, dtype=np.int32))
    order = preorder(parent, graph.tail)
    budget = int(rng.integers(0, 120))
    chosen = bare_tree(graph.n_nodes)
    price = float(10.0 ** rng.uniform(-2, 1))
    value = select_within(graph, parent, order, order.size, price, budget, -1.0, chosen)
    assert value == best_by_trial(problem, budget)
    held = chosen >= 0
    assert graph.prize[held].sum() + graph.prize[0] == value
    assert graph.cost[chosen[held]].sum() <= budget
    assert all(chosen[graph.tail[a]] != -1 for a in chosen[held])


def test_a_part_that_is_no_better_is_not_written():
    problem = random_tree(np.random.default_rng(0), 8)
    graph = build_graph(problem, None)
    parent = tree_of_arcs(graph, np.arange(graph.n_arcs, dtype=np.int32))
    order = preorder(parent, graph.tail)
    best = best_by_trial(problem, 60)
    chosen = np.full(graph.n_nodes, -7, np.int32)
    assert select_within(graph, parent, order, order.size, 1.0, 60, best, chosen) == best
    assert (chosen == -7).all()
