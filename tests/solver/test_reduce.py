"""Reduced costs of paths, and what they leave: against NetworkX and by hand."""

import networkx as nx
import numpy as np
import pytest
from oracles import make_problem, random_graph

from planner.solver.bound import price_out
from planner.solver.graph import build_graph
from planner.solver.reduce import MARGIN, find_useful, through, useful_within


def test_the_least_reduced_cost_over_an_arc_is_that_of_the_shortest_path():
    compared = 0
    for seed in range(80):
        rng = np.random.default_rng(seed)
        graph = build_graph(random_graph(rng), None)
        if not graph.n_arcs:
            continue
        reduced = rng.integers(0, 50, graph.n_arcs).astype(float)
        oracle = nx.MultiDiGraph()
        oracle.add_nodes_from(range(graph.n_nodes))
        for u, v, x in zip(graph.tail.tolist(), graph.head.tolist(), reduced.tolist(), strict=True):
            oracle.add_edge(u, v, weight=x)
        from_root = nx.single_source_dijkstra_path_length(oracle, 0)
        prized = [v for v in range(graph.n_nodes) if graph.prize[v] > 0]
        to_prize = nx.multi_source_dijkstra_path_length(oracle.reverse(), set(prized)) if prized else {}
        found = through(graph, reduced)
        for a, (u, v) in enumerate(zip(graph.tail.tolist(), graph.head.tolist(), strict=True)):
            assert found[a] == from_root.get(u, np.inf) + reduced[a] + to_prize.get(v, np.inf)
            compared += 1
    assert compared > 200


def two_ways():
    """Root → 1 → 2 at 3 + 4, and root → 2 at 10; the prize stands at 2."""
    problem = make_problem(3, [(0, 1, 3, np.inf), (1, 2, 4, np.inf), (0, 2, 10, np.inf)], prize=[0, 0, 100], budget=50)
    return build_graph(problem, None)


@pytest.mark.parametrize(
    ("target", "kept"), [(89.0, {0, 1, 2}), (90.0, {0, 1, 2}), (90.1, {0, 1}), (93.0, {0, 1}), (93.1, set())]
)
def test_arcs_go_that_leave_less_than_the_target(target, kept):
    graph = two_ways()
    useful = useful_within(graph, graph.cost.astype(float), 100.0, target)
    assert set(graph.origin[useful].tolist()) == kept


@pytest.mark.parametrize("ceiling", [100.0, -100.0])
def test_rounding_takes_no_arc_away(ceiling):
    """What is too much by less than the margins of the path and of the ceiling stays, what is beyond them goes."""
    graph = two_ways()
    reduced = graph.cost.astype(float)
    room = 10.0 * (1.0 - MARGIN) - MARGIN * 100.0
    for share, stays in ((0.999, True), (1.001, False)):
        target = ceiling - 10.0 + (10.0 - room) * share
        assert useful_within(graph, reduced, ceiling, target)[graph.origin == 2].tolist() == [stays]


def test_of_a_pricing_its_ceiling_at_the_budget_counts():
    graph = two_ways()
    pricing = price_out(graph, 1.0)
    # all 100 less 7 for the way there, and a cent of budget brings 1
    assert pricing.bound(50) == pytest.approx(143.0)
    for budget, target, kept in ((50, 140.0, {0, 1, 2}), (50, 140.1, {0, 1}), (47, 140.0, {0, 1}), (46, 140.0, set())):
        assert set(graph.origin[find_useful(graph, pricing, budget, target)].tolist()) == kept
