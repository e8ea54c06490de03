"""The best part of a tree against all its parts."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from oracles import make_problem

from planner.solver.graph import build_graph
from planner.solver.knapsack import MOST_STATES, complete, drop_weakest, gather, select_within, tightest_price
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


@pytest.mark.parametrize("seed", range(20))
def test_where_money_counts_a_part_is_worth_less_by_its_cost(seed):
    rng = np.random.default_rng(seed)
    weight = float(rng.choice([0.25, 0.5, 2.0]))
    problem = replace(random_tree(rng, int(rng.integers(2, 10))), cost_weight=weight)
    graph = build_graph(problem, None)
    parent = tree_of_arcs(graph, np.arange(graph.n_arcs, dtype=np.int32))
    order = preorder(parent, graph.tail)
    budget = int(rng.integers(0, 120))
    chosen = bare_tree(graph.n_nodes)
    value = select_within(graph, parent, order, order.size, 1.5 * weight, budget, -1.0, chosen)
    above = [-1, *(int(np.flatnonzero(order == graph.tail[parent[v]])[0]) for v in order[1:])]
    cost = np.array([0, *(graph.cost[parent[v]] for v in order[1:])])
    values, costs = all_parts(graph.prize[order] - weight * cost, cost, above)
    assert value == values[costs <= budget].max()
    held = chosen >= 0
    bought = graph.cost[chosen[held]].sum()
    assert graph.prize[held].sum() + graph.prize[0] - weight * bought == value
    assert bought <= budget


@pytest.mark.parametrize("seed", range(30))
def test_states_that_are_gathered_are_those_that_nothing_beats(seed):
    """Among states of few costs and values, so that many are alike; each kind stands once, by cost."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, min(40, MOST_STATES)))
    spent, gained = rng.integers(0, 12, n), rng.integers(0, 12, n).astype(float)
    price, ceiling, floor = 0.5, float(rng.integers(0, 6)), float(rng.integers(1, 9))
    linked = rng.permutation(n)[: int(rng.integers(1, n + 1))]
    link = np.full(n, -99, np.int32)
    link[linked] = [*linked[1:], -1]
    front = np.empty(MOST_STATES, np.int32)
    width = gather(int(linked[0]), link, spent, gained, ceiling, price, floor, front)
    hopeful = {(spent[s], gained[s]) for s in linked if gained[s] + ceiling - price * spent[s] > floor}
    unbeaten = sorted(a for a in hopeful if not any(b != a and b[0] <= a[0] and b[1] >= a[1] for b in hopeful))
    assert [(spent[s], gained[s]) for s in front[:width]] == unbeaten


def test_a_part_that_is_no_better_is_not_written():
    problem = random_tree(np.random.default_rng(0), 8)
    graph = build_graph(problem, None)
    parent = tree_of_arcs(graph, np.arange(graph.n_arcs, dtype=np.int32))
    order = preorder(parent, graph.tail)
    best = best_by_trial(problem, 60)
    chosen = np.full(graph.n_nodes, -7, np.int32)
    assert select_within(graph, parent, order, order.size, 1.0, 60, best, chosen) == best
    assert (chosen == -7).all()


def positions(rng, n):
    """Return value, cost and the position after the subtree of each node of a random tree, in preorder, root first."""
    parent = [-1, *(int(rng.integers(0, v)) for v in range(1, n))]
    order, after = [], {}

    def walk(v):
        order.append(v)
        for child in (u for u in range(n) if parent[u] == v):
            walk(child)
        after[v] = len(order)

    walk(0)
    value, cost = rng.uniform(0, 40, n), rng.integers(1, 30, n)
    value[0], cost[0] = 0.0, 0
    at = {v: i for i, v in enumerate(order)}
    above = [-1, *(at[parent[v]] for v in order[1:])]
    return value, cost, np.array([after[v] for v in order], np.int32), above


def all_parts(value, cost, above):
    """Return value and cost of every part that holds the root, and with a node the one above it."""
    held = np.array([(True, *taken) for taken in itertools.product((False, True), repeat=len(value) - 1)])
    whole = (~held[:, 1:] | held[:, above[1:]]).all(axis=1)
    return held[whole] @ value, held[whole] @ cost


@pytest.mark.parametrize("seed", range(20))
def test_the_completion_at_a_price_is_the_best_part(seed):
    rng = np.random.default_rng(seed)
    value, cost, after, above = positions(rng, int(rng.integers(2, 10)))
    price = float(rng.uniform(0, 3))
    rest = np.full(value.size + 1, np.nan)
    spent = complete(value, cost, after, rest, price)
    values, costs = all_parts(value, cost, above)
    best = np.argmax(values - price * costs)
    assert rest[0] == pytest.approx((values - price * costs)[best], rel=1e-12)
    assert spent == costs[best]
    assert rest[-1] == 0.0


@pytest.mark.parametrize("seed", range(20))
def test_the_price_is_that_of_the_lowest_ceiling(seed):
    rng = np.random.default_rng(seed)
    value, cost, after, above = positions(rng, int(rng.integers(3, 9)))
    budget, start = int(rng.integers(1, 120)), float(10.0 ** rng.uniform(-1, 1))
    rest = np.full(value.size + 1, np.nan)
    price = tightest_price(value, cost, after, rest, start, budget, -1.0)
    assert price >= 0
    values, costs = all_parts(value, cost, above)
    assert rest[0] == pytest.approx((values - price * costs).max(), rel=1e-12)
    lowest = min((values - grid * costs).max() + grid * budget for grid in np.linspace(0.0, 40.0, 401))
    assert rest[0] + price * budget <= 1.01 * lowest  # twelve bisections, and a grid of tenths
    assert tightest_price(value, cost, after, rest, start, budget, 1.02 * lowest) == -1.0


@pytest.mark.parametrize(("floor", "better"), [(4.0, False), (3.999, True)])
def test_a_ceiling_at_the_floor_is_not_above_it(floor, better):
    """The root alone is worth 4 and nothing hangs from it; a root of nought is no better than nought."""
    rest = np.full(2, np.nan)
    one = np.array([4.0]), np.zeros(1, np.int64), np.ones(1, np.int32)
    assert (tightest_price(*one, rest, 1.0, 0, floor) >= 0) == better
    assert tightest_price(np.zeros(1), *one[1:], rest, 1.0, 0, 0.0) == -1.0


def test_where_money_is_ample_it_has_no_price():
    value, cost, after, _above = positions(np.random.default_rng(1), 8)
    rest = np.full(value.size + 1, np.nan)
    assert tightest_price(value, cost, after, rest, 0.0, int(cost.sum()), -1.0) == 0.0
    assert rest[0] == pytest.approx(value.sum())
    problem = random_tree(np.random.default_rng(1), 8)
    graph = build_graph(problem, None)
    parent = tree_of_arcs(graph, np.arange(graph.n_arcs, dtype=np.int32))
    order = preorder(parent, graph.tail)
    chosen = bare_tree(graph.n_nodes)
    everything = graph.prize.sum()
    assert select_within(graph, parent, order, order.size, 0.0, 10**6, 0.0, chosen) == everything > 0


@pytest.mark.parametrize("seed", range(10))
def test_the_best_of_more_states_than_are_kept_is_a_part_and_no_worse_than_greed(seed):
    """A star of 60 nodes: within the budget, and no worse than the best by value for money, all by whole numbers."""
    rng = np.random.default_rng(seed)
    n = 61
    arcs = [(0, v, int(rng.integers(1, 1000)), np.inf) for v in range(1, n)]
    problem = make_problem(n, arcs, prize=np.r_[0, rng.integers(1, 1000, n - 1)])
    graph = build_graph(problem, None)
    parent = tree_of_arcs(graph, np.arange(graph.n_arcs, dtype=np.int32))
    order = preorder(parent, graph.tail)
    chosen = bare_tree(graph.n_nodes)
    budget = 6000
    value = select_within(graph, parent, order, order.size, 1.0, budget, 0.0, chosen)
    held = chosen >= 0
    cost = graph.cost[chosen[held]]
    assert graph.prize[held].sum() == value
    assert cost.sum() <= budget
    each = np.array([graph.cost[parent[v]] for v in range(1, n)])
    by_worth = np.argsort(-graph.prize[1:] / each)
    spent = np.cumsum(each[by_worth])
    full = int(np.searchsorted(spent, budget, side="right"))
    greedy = graph.prize[1:][by_worth][:full].sum()
    part = graph.prize[1:][by_worth][full] * (budget - spent[full - 1]) / each[by_worth][full]
    assert greedy <= value <= greedy + part  # Dantzig's bound


@pytest.mark.parametrize("place", [0, 1, 17, MOST_STATES - 1])
def test_of_too_many_states_the_one_of_least_hope_goes(place):
    rng = np.random.default_rng(place)
    spent, gained = rng.integers(0, 1000, MOST_STATES + 5), rng.uniform(0, 1000, MOST_STATES + 5)
    front = rng.permutation(MOST_STATES + 5)[:MOST_STATES].astype(np.int32)
    spent[front[place]], gained[front[place]] = 1000, 0.0
    before = front.tolist()
    assert drop_weakest(spent, gained, 0.5, front) == MOST_STATES - 1
    assert front[:-1].tolist() == before[:place] + before[place + 1 :]
