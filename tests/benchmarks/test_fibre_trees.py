"""The benchmark on roads: same edges for both sides, trees checked, contradictions seen."""

import networkx as nx
import numpy as np
import pytest

from benchmarks import fibre
from benchmarks.fibre import Roads, measure, reduced, summary, tree_cost


@pytest.fixture
def grid():
    """A street grid of 12 by 12 corners with a bend in every street."""
    rng = np.random.default_rng(0)
    corners = nx.grid_2d_graph(12, 12)
    number = {corner: k for k, corner in enumerate(sorted(corners))}
    edges = []
    for k, (a, b) in enumerate(sorted(corners.edges)):
        edges += [(number[a], 144 + k), (144 + k, number[b])]
    return Roads(np.array(edges), rng.integers(50, 500, len(edges)))


def as_graph(edges, costs):
    graph = nx.Graph()
    graph.add_weighted_edges_from((u, v, cost) for (u, v), cost in zip(edges.tolist(), costs.tolist(), strict=True))
    return graph


def test_reduced_graphs_have_the_distances_of_the_whole(grid):
    terminals = np.array([0, 17, 60, 200, 143])
    edges, costs = reduced(grid, terminals)
    whole, small = as_graph(grid.edges, grid.cost), as_graph(edges, costs)
    assert small.number_of_edges() < whole.number_of_edges() / 1.5
    for k, origin in enumerate(terminals.tolist()):
        there = nx.single_source_dijkstra_path_length(whole, origin)
        here = nx.single_source_dijkstra_path_length(small, k)
        assert [here[i] for i in range(5)] == [there[terminal] for terminal in terminals.tolist()]


@pytest.mark.parametrize("seed", range(3))
def test_trees_are_proven_and_no_dearer_than_the_approximation(grid, seed):
    row = measure(grid, seed, 12, 600.0)
    assert not row["wrong"]
    assert row["status"] == "optimal"
    assert row["bound_km"] == row["ours_km"] <= row["networkx_km"]
    assert row["saving"] == pytest.approx(1 - row["ours_km"] / row["networkx_km"])
    assert summary([row])["proven"] == 1


def test_a_wrong_answer_is_seen(grid, monkeypatch):
    honest = fibre.cheapest_tree

    def incomplete(*args, **kwargs):
        found = honest(*args, **kwargs)
        return found.__class__(found.status, found.termination, found.arcs[:-1], found.cost, found.lower_bound)

    monkeypatch.setattr(fibre, "cheapest_tree", incomplete)
    assert measure(grid, 0, 12, 600.0)["wrong"]


def test_what_is_no_tree_has_no_cost():
    costs = {(0, 1): 5, (1, 2): 7, (0, 2): 9}
    assert tree_cost([(0, 1), (2, 1)], costs, 3) == 12
    assert tree_cost([(0, 1), (1, 2), (0, 2)], costs, 3) is None
    assert tree_cost([(0, 1)], costs, 3) is None
