"""Flows and what they leave, against NetworkX."""

import networkx as nx
import numpy as np
import pytest

from planner.solver.flow import build_network, find_path, reach, send

N = 8


def drawn(seed):
    rng = np.random.default_rng(seed)
    k = int(rng.integers(0, 25))
    tail, head = (rng.integers(0, N, k).astype(np.int32) for _side in range(2))
    return tail, head, rng.integers(0, 30, k)


def residual(tail, head, room):
    """Return the arcs that still carry something, of a list of what each carries onward and back."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(N))
    for i, (u, v) in enumerate(zip(tail.tolist(), head.tolist(), strict=True)):
        graph.add_edges_from([(u, v)] if room[2 * i] > 0 else [])
        graph.add_edges_from([(v, u)] if room[2 * i + 1] > 0 else [])
    return graph


@pytest.mark.parametrize("seed", range(40))
def test_what_is_sent_in_parts_is_the_largest_flow(seed):
    tail, head, capacity = drawn(seed)
    network = build_network(N, tail, head, capacity)
    flat = nx.DiGraph()
    flat.add_nodes_from(range(N))
    for u, v, c in zip(tail.tolist(), head.tolist(), capacity.tolist(), strict=True):
        flat.add_edge(u, v, capacity=c + flat.get_edge_data(u, v, {"capacity": 0})["capacity"])
    most = nx.maximum_flow_value(flat, 0, N - 1)
    assert send(network, 0, N - 1, 0) == 0
    half = send(network, 0, N - 1, most // 2)
    assert half == most // 2
    flow = capacity - network.room[::2]
    for part in (half, most):
        flow = capacity - network.room[::2]
        assert (flow == network.room[1::2]).all()
        assert ((flow >= 0) & (flow <= capacity)).all()
        kept = np.bincount(head, flow, N) - np.bincount(tail, flow, N)
        assert kept.tolist() == [-part, *[0] * (N - 2), part]
        if part == half:
            assert send(network, 0, N - 1, 10**9) == most - half
    left = residual(tail, head, network.room)
    assert set(np.flatnonzero(reach(network, 0, False)).tolist()) == {0, *nx.descendants(left, 0)}
    assert set(np.flatnonzero(reach(network, N - 1, True)).tolist()) == {N - 1, *nx.ancestors(left, N - 1)}


@pytest.mark.parametrize("seed", range(40))
def test_paths_have_the_fewest_arcs(seed):
    tail, head, capacity = drawn(100 + seed)
    network = build_network(N, tail, head, capacity)
    graph = residual(tail, head, network.room)
    last_edge = np.empty(N, np.int32)
    for sink in range(1, N):
        found = find_path(network, 0, sink, last_edge)
        assert found == nx.has_path(graph, 0, sink)
        if not found:
            continue
        steps, v = 0, sink
        while v != 0:
            e = int(last_edge[v])
            assert network.end[e] == v
            assert network.room[e] > 0
            v = int(network.end[e ^ 1])
            steps += 1
        assert steps == nx.shortest_path_length(graph, 0, sink)


def test_what_was_sent_is_taken_back():
    """0 → 1 → 2 → 7 is shortest, and in the way of both 0 → 1 → 5 → 6 → 7 and 0 → 3 → 4 → 2 → 7."""
    ends = [(0, 1), (1, 2), (2, 7), (0, 3), (3, 4), (4, 2), (1, 5), (5, 6), (6, 7)]
    tail, head = np.array(ends, np.int32).T.copy()
    network = build_network(N, tail, head, np.full(len(ends), 3))
    assert send(network, 0, 7, 100) == 6
    flow = 3 - network.room[::2]
    assert flow.tolist() == [3, 0, 3, 3, 3, 3, 3, 3, 3]
    assert network.room[1::2].tolist() == flow.tolist()
