"""Contraction of routes to a graph: shared trenches once, distances unchanged."""

import networkx as nx
import numpy as np
import pytest

from planner.links.junctions import contract


def arcs_of(chains):
    return [tuple(chains.node[chains.start[i] : chains.start[i + 1]].tolist()) for i in range(len(chains))]


def test_shared_trench_is_one_arc():
    # Routes 1–5–6–2 and 1–5–6–3 share 1–5–6: three arcs meet in junction 6, and 5 disappears into a chain.
    edges = np.array([[1, 5], [5, 6], [6, 2], [1, 5], [6, 5], [6, 3]])
    chains = contract(edges, np.ones(len(edges)), np.array([1, 2, 3]))
    assert arcs_of(chains) == [(1, 5, 6), (2, 6), (3, 6)]


def test_terminals_stay_inside_a_chain():
    edges = np.array([[1, 2], [2, 3], [3, 4]])
    assert arcs_of(contract(edges, np.ones(3), np.array([1, 3, 4]))) == [(1, 2, 3), (3, 4)]


def test_dead_ends_loops_and_dearer_parallels_fall_out():
    # 0–1–9 (cost 2) beats 0–2–9 (cost 3); 4–5 leads nowhere; 6–7–8–6 is a loop behind 9.
    edges = np.array([[0, 1], [1, 9], [0, 2], [2, 9], [9, 4], [4, 5], [9, 6], [6, 7], [7, 8], [8, 6]])
    cost = np.array([1.0, 1, 1, 2, 1, 1, 1, 1, 1, 1])
    assert arcs_of(contract(edges, cost, np.array([0, 9]))) == [(0, 1, 9)]


def test_nothing_to_contract():
    assert len(contract(np.zeros((0, 2), np.int64), np.zeros(0), np.array([3, 4]))) == 0


@pytest.mark.parametrize("seed", range(25))
def test_distances_between_terminals_are_unchanged(seed):
    rng = np.random.default_rng(seed)
    grid = nx.convert_node_labels_to_integers(nx.grid_2d_graph(6, 7))
    edges = np.array([edge for edge in grid.edges if rng.random() < 0.75])
    cost = rng.integers(1, 9, len(edges)).astype(np.float64)
    terminals = rng.choice(42, 6, replace=False)
    chains = contract(edges, cost, terminals)

    before, after = nx.Graph(), nx.Graph()
    before.add_nodes_from(terminals)
    after.add_nodes_from(terminals)
    before.add_weighted_edges_from((a, b, c) for (a, b), c in zip(edges.tolist(), cost, strict=True))
    for chain in arcs_of(chains):
        after.add_edge(
            chain[0], chain[-1], weight=sum(before.edges[step]["weight"] for step in nx.utils.pairwise(chain))
        )
    want = {t: nx.single_source_dijkstra_path_length(before, t) for t in terminals}
    have = {t: nx.single_source_dijkstra_path_length(after, t) for t in terminals}
    for s in terminals:
        for t in terminals:
            assert have[s].get(t) == want[s].get(t)
    inner = [node for chain in arcs_of(chains) for node in chain[1:-1]]
    assert len(inner) == len(set(inner))  # no vertex lies in two chains
    assert not set(inner) & set(terminals.tolist())
    assert all(after.degree(node) >= 3 for node in after if node not in terminals)
