"""Lists of directed cuts, the arcs into a set, and arcs that nothing leads to: against plain loops."""

import networkx as nx
import numpy as np
from oracles import make_problem, random_graph

from planner.solver.cuts import IN_SUPPORT, find_balances, find_cuts, join, list_entering, new_cut_list, note_cut
from planner.solver.graph import build_graph


def ints(*numbers):
    return np.array(numbers, np.int32)


def listed(cuts):
    return [(int(cuts.target[i]), cuts.of(i).tolist()) for i in range(int(cuts.size[0]))]


def graphs(count):
    """Yield graphs with arcs, values of some of these and a generator."""
    seed = 0
    while count:
        rng = np.random.default_rng(seed)
        seed += 1
        graph = build_graph(random_graph(rng), None)
        if graph.n_arcs:
            count -= 1
            yield graph, np.where(rng.random(graph.n_arcs) < 0.6, rng.random(graph.n_arcs), 0.0), rng


def test_a_list_takes_what_there_is_room_for():
    cuts = new_cut_list(2, 5)
    assert note_cut(cuts, 3, ints(4, 5, 6), 2)
    assert not note_cut(cuts, 3, ints(4, 5, 6, 7), 4)
    assert note_cut(cuts, 1, ints(7, 8, 9), 3)
    assert not note_cut(cuts, 1, ints(7), 0)
    assert listed(cuts) == [(3, [4, 5]), (1, [7, 8, 9])]


def test_two_lists_in_one():
    one, other = new_cut_list(4, 9), new_cut_list(4, 9)
    note_cut(one, 1, ints(2, 3), 2)
    note_cut(other, 4, ints(5), 1)
    note_cut(other, 6, ints(7, 8), 2)
    joined = join(one, other)
    assert listed(joined) == [(1, [2, 3]), (4, [5]), (6, [7, 8])]
    assert listed(join(new_cut_list(0, 0), one)) == [(1, [2, 3])]


def test_arcs_into_a_set():
    for graph, _value, rng in graphs(40):
        inside = rng.random(graph.n_nodes) < 0.5
        entering = np.empty(graph.n_arcs, np.int32)
        count = list_entering(graph, inside, entering)
        expected = [
            a for a, (u, v) in enumerate(zip(graph.tail, graph.head, strict=True)) if inside[v] and not inside[u]
        ]
        assert entering[:count].tolist() == expected


def test_arcs_of_more_than_what_leads_to_their_tail():
    found = 0
    for graph, value, rng in graphs(80):
        tolerance = float(rng.choice([0.0, 0.3]))
        expected = []
        for a, (u, v) in enumerate(zip(graph.tail.tolist(), graph.head.tolist(), strict=True)):
            into = sum(value[b] for b in range(graph.n_arcs) if graph.head[b] == u and graph.tail[b] != v)
            assert abs(value[a] - into - tolerance) > 1e-9 or value[a] <= tolerance or u == 0
            if u != 0 and value[a] > tolerance and value[a] > into + tolerance:
                expected.append(a)
        assert find_balances(graph, value, tolerance).tolist() == expected
        found += len(expected)
    assert found > 50


def network_of(graph, value):
    network = nx.DiGraph()
    network.add_nodes_from(range(graph.n_nodes))
    for u, v, x in zip(graph.tail.tolist(), graph.head.tolist(), value.tolist(), strict=True):
        network.add_edge(u, v, capacity=x + network.get_edge_data(u, v, {"capacity": 0.0})["capacity"])
    return network


def test_cuts_are_found_exactly_where_the_flow_is_too_small_and_are_least():
    """Cuts separate the root from the target, have the value of the largest flow, and differ."""
    found = missed = twice = 0
    for graph, value, _rng in graphs(80):
        reached = np.minimum(np.bincount(graph.head, value, graph.n_nodes), 1.0)
        network = network_of(graph, value)
        for t in range(1, graph.n_nodes):
            cuts = new_cut_list(10, 10 * graph.n_arcs)
            find_cuts(graph, value, reached, ints(t), 0.01, cuts)
            flow = nx.maximum_flow_value(network, 0, t)
            if abs(flow - reached[t] + 0.01) < 1e-6:
                continue
            assert (cuts.size[0] > 0) == (flow < reached[t] - 0.01)
            for target, arcs in listed(cuts):
                assert target == t
                assert abs(value[arcs].sum() - flow) < 1e-6
                left = network_of(graph, np.where(np.isin(np.arange(graph.n_arcs), arcs), 0.0, 1.0))
                left.remove_edges_from([(u, v) for u, v, x in left.edges(data="capacity") if x == 0.0])
                assert not nx.has_path(left, 0, t)
            both = [arcs for _target, arcs in listed(cuts)]
            assert len(both) <= 2
            found += len(both) > 0
            missed += len(both) == 0
            twice += len(both) == 2 and both[0] != both[1]
    assert min(found, missed, twice) > 10


def test_arcs_of_a_cut_are_open_for_the_targets_that_follow():
    """One arc of little value before two offices: the second one's flow is found to pass there."""
    ends = [(0, 1, 0, np.inf), (1, 2, 0, np.inf), (1, 3, 0, np.inf)]
    graph = build_graph(make_problem(4, ends, prize=[0, 1, 2, 3], budget=1), None)
    value, reached = np.array([0.25, 1.0, 1.0]), np.array([0.0, 0.25, 1.0, 1.0])
    cuts = new_cut_list(5, 30)
    find_cuts(graph, value, reached, ints(2, 3, 1), 0.01, cuts)
    assert listed(cuts) == [(2, [0]), (2, [0])]  # around all three, and around 1 and 2
    cuts = new_cut_list(5, 30)
    find_cuts(graph, np.array([0.25, 0.5, 0.5]), reached, ints(2, 3), 0.01, cuts)
    assert listed(cuts) == [(2, [0]), (2, [0]), (3, [2])]
    assert 0.0 < IN_SUPPORT < 1e-6
    cuts = new_cut_list(1, 30)
    find_cuts(graph, np.array([0.25, 0.5, 0.5]), reached, ints(2, 3), 0.01, cuts)
    assert listed(cuts) == [(2, [0])]
