"""Graphs in compressed rows: each row against the list of arcs, and what is left out against all plans."""

import numpy as np
import pytest
from oracles import all_plans, plan_errors, random_graph, random_towns

from planner.solver.graph import NotBuiltError, build_graph


def graphs(count, first=0):
    seed = first
    while count:
        rng = np.random.default_rng(seed)
        problem = (random_graph if seed % 2 else random_towns)(rng)
        seed += 1
        graph = build_graph(problem, problem.budget if rng.random() < 0.7 else None)
        if graph.n_arcs:
            count -= 1
            yield problem, graph, rng


def check_rows(graph):
    """Hold each row of a graph against plain loops over its arcs."""
    n, m = graph.n_nodes, graph.n_arcs
    tail, head, place = graph.tail.tolist(), graph.head.tolist(), graph.place.tolist()
    assert head == sorted(head)
    assert graph.all_arcs.tolist() == list(range(m))
    for v in range(n):
        assert list(range(graph.in_start[v], graph.in_start[v + 1])) == [a for a in range(m) if head[a] == v]
        out = graph.out_arcs[graph.out_start[v] : graph.out_start[v + 1]].tolist()
        assert sorted(out) == [a for a in range(m) if tail[a] == v]
    assert sorted(set(place)) == list(range(max(place) + 1))
    for p in range(max(place) + 1):
        nodes = graph.place_nodes[graph.place_start[p] : graph.place_start[p + 1]].tolist()
        assert sorted(nodes) == [v for v in range(n) if place[v] == p]
    for a in range(m):
        parallel = [b for b in range(m) if (tail[b], head[b]) == (tail[a], head[a])]
        dearer = [b for b in parallel if graph.cost[b] > graph.cost[a]]
        assert graph.larger[a] == min(dearer, key=lambda b: graph.cost[b], default=-1)
        assert all(graph.capacity[b] >= graph.capacity[a] for b in dearer)  # alike where all of what is drawn fits
        cheapest = min(parallel, key=lambda b: graph.cost[b])
        assert graph.cheapest[graph.group[a]] == cheapest
        assert (a in graph.cheapest.tolist()) == (a == cheapest)
    assert graph.cheapest_tail.tolist() == graph.tail[graph.cheapest].tolist()
    for v in range(n):
        own = graph.cheapest[graph.cheapest_start[v] : graph.cheapest_start[v + 1]].tolist()
        assert own == [a for a in graph.cheapest.tolist() if head[a] == v]
        inside = {place[tail[a]] == place[v] for a in range(m) if head[a] == v}
        assert graph.swappable[v] == (v not in tail and inside == {True, False})
    reached = np.isfinite(graph.from_root(np.zeros(m)))
    assert (graph.prize[~reached] == 0).all()
    assert graph.capacitated == bool(np.isfinite(graph.capacity).any())
    assert (graph.capacity[np.isfinite(graph.capacity)] < graph.demand[reached].sum()).all()


def test_rows_are_those_of_the_arcs():
    for problem, graph, rng in graphs(80):
        check_rows(graph)
        assert graph.number.tolist() == sorted(graph.number.tolist())
        assert (problem.cost[graph.origin] == graph.cost).all()
        assert (problem.tail[graph.origin] == graph.node[graph.tail]).all()
        assert (problem.head[graph.origin] == graph.node[graph.head]).all()
        assert (graph.demand == problem.demand[graph.node]).all()
        assert set(graph.prize[graph.prize > 0]) <= set(problem.prize)
        kept = rng.random(graph.n_arcs) < 0.6
        part = graph.subgraph(kept)
        check_rows(part)
        assert set(part.number.tolist()) <= set(graph.number[kept].tolist())
        assert set(part.node.tolist()) == {
            0,
            *graph.node[graph.tail[kept]].tolist(),
            *graph.node[graph.head[kept]].tolist(),
        }
        at = {int(number): a for a, number in enumerate(graph.number)}
        for a, number in enumerate(part.number.tolist()):
            whole = at[number]
            assert part.cost[a] == graph.cost[whole]
            assert part.node[part.tail[a]] == graph.node[graph.tail[whole]]
            assert part.node[part.head[a]] == graph.node[graph.head[whole]]
            assert part.origin[a] == graph.origin[whole]


def test_no_useful_plan_loses_an_arc():
    """Plans within the budget in which every end has a prize, and of parallel arcs the cheapest that fits is held."""
    compared = gone = 0
    for problem, _graph, _rng in graphs(150, 500):
        if problem.n_arcs > 14:
            continue
        whole = build_graph(problem, problem.budget)
        there = set(whole.origin.tolist())
        best = {}
        for plan in all_plans(problem):
            arcs = list(plan)
            cost = int(problem.cost[arcs].sum())
            if cost > problem.budget or any("no prize" in e for e in plan_errors(problem, in_order(problem, plan))):
                continue
            reached = frozenset(problem.head[arcs].tolist())
            best[reached] = min(cost, best.get(reached, cost))
            compared += 1
        for reached, cost in best.items():
            assert min_cost_within(problem, reached, there) <= cost
        gone += whole.n_arcs < problem.n_arcs
    assert compared > 200
    assert gone > 20


def min_cost_within(problem, reached, there):
    costs = [
        int(problem.cost[list(plan)].sum())
        for plan in all_plans(problem)
        if plan <= there and frozenset(problem.head[list(plan)].tolist()) == reached
    ]
    return min(costs)


def in_order(problem, plan):
    reached, order = {0}, []
    while len(order) < len(plan):
        order += [a for a in sorted(plan) if int(problem.tail[a]) in reached and a not in order]
        reached |= {int(problem.head[a]) for a in order}
    return order


def test_arcs_that_money_does_not_reach_go():
    for problem, graph, _rng in graphs(60, 900):
        budget = float(problem.budget)
        cost = graph.cost.astype(float)
        within = graph.within(budget)
        to_prize = graph.to_prizes(cost)
        from_root = graph.from_root(cost)
        for a in range(graph.n_arcs):
            assert within[a] == (from_root[graph.tail[a]] + cost[a] + to_prize[graph.head[a]] <= budget)
        for v in np.flatnonzero(graph.prize > 0):
            assert to_prize[v] == 0.0


def test_who_asked_to_stop_gets_no_graph():
    problem = random_towns(np.random.default_rng(1))
    for patience in range(3):
        asked = iter([False] * patience + [True])
        with pytest.raises(NotBuiltError):
            build_graph(problem, None, lambda asked=asked: next(asked))
    assert build_graph(problem, None, lambda: False).n_arcs
