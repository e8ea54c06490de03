"""Dijkstra and graph clean-up against SciPy and plain definitions."""

import numpy as np
import pytest
from oracles import random_graph, random_towns
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from planner.solver import shortest_ways
from planner.solver.graph import build_graph
from planner.solver.tree import preorder, tree_of_arcs


@pytest.mark.parametrize("seed", range(20))
def test_distances_are_those_of_scipy(seed):
    rng = np.random.default_rng(seed)
    graph = build_graph(random_towns(rng), None)
    length = rng.uniform(0.1, 5.0, graph.n_arcs)
    shortest = np.full((graph.n_nodes, graph.n_nodes), np.inf)
    np.minimum.at(shortest, (graph.tail, graph.head), length)
    u, v = np.nonzero(np.isfinite(shortest))
    matrix = coo_array((shortest[u, v], (u, v)), shortest.shape).tocsr()
    assert graph.from_root(length) == pytest.approx(dijkstra(matrix, indices=0))
    prized = np.flatnonzero(graph.prize > 0)
    if prized.size:
        assert graph.to_prizes(length) == pytest.approx(dijkstra(matrix.T, indices=prized, min_only=True))


@pytest.mark.parametrize("seed", range(20))
def test_shortest_ways_lead_back_to_the_root_and_are_as_long_as_they_say(seed):
    rng = np.random.default_rng(seed)
    n, m = 12, int(rng.integers(0, 40))
    # Whole lengths, some of them 0: paths of equal length, and arcs beside each other, are meant to occur.
    tail, head, length = rng.integers(0, n, m), rng.integers(0, n, m), rng.integers(0, 5, m).astype(np.float64)
    distance, last = shortest_ways(tail, head, length, n)
    expected = np.full(n, np.inf)
    expected[0] = 0.0
    for _round in range(n):  # Bellman's equations
        np.minimum.at(expected, head, expected[tail] + length)
    assert distance == pytest.approx(expected, abs=0)
    assert ((last >= 0) == (np.isfinite(expected) & (np.arange(n) > 0))).all()
    for node in np.flatnonzero(last >= 0).tolist():
        arcs, at = [], node
        while at != 0:
            arcs.append(last[at])
            assert head[last[at]] == at
            at = int(tail[last[at]])
        assert length[arcs].sum() == expected[node]


@pytest.mark.parametrize("seed", range(40))
def test_arcs_left_are_undominated_and_lie_on_a_way_to_a_prize(seed):
    problem = random_graph(np.random.default_rng(seed))
    graph = build_graph(problem, problem.budget)
    assert (np.diff(graph.head) >= 0).all()
    assert np.isfinite(graph.from_root(np.zeros(graph.n_arcs))[graph.tail]).all()
    assert np.isfinite(graph.to_prizes(np.zeros(graph.n_arcs))[graph.head]).all()
    for a in range(graph.n_arcs):
        same = (graph.tail == graph.tail[a]) & (graph.head == graph.head[a])
        cheaper = same & (graph.cost <= graph.cost[a]) & (np.arange(graph.n_arcs) != a)
        assert (graph.capacity[cheaper] < graph.capacity[a]).all()
        follows = graph.larger[a]
        dearer = np.flatnonzero(same & (graph.cost > graph.cost[a]))
        assert (follows == -1) == (dearer.size == 0)
        assert follows == -1 or graph.cost[follows] == graph.cost[dearer].min()


def test_a_walk_lists_parents_first_and_subtrees_in_one_piece():
    graph = build_graph(random_towns(np.random.default_rng(3)), None)
    first_arc = np.array([graph.in_start[v] for v in range(1, graph.n_nodes)], np.int32)
    order = preorder(tree_of_arcs(graph, first_arc), graph.tail).tolist()
    parent = {int(graph.head[a]): int(graph.tail[a]) for a in first_arc}
    for i, v in enumerate(order[1:], start=1):
        assert order.index(parent[v]) < i
        below = [w for w in order if w == v or v in ancestors(parent, w)]
        assert sorted(order.index(w) for w in below) == list(range(i, i + len(below)))


def ancestors(parent, v):
    found = []
    while v in parent and v != 0:
        v = parent[v]
        found.append(v)
    return found
