"""Cuts: what they take away is no plan, and what a fractional solution violates is found."""

import math
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from oracles import all_plans, make_problem, random_graph

from planner.solver import compile_kernels
from planner.solver.bound import price_out
from planner.solver.cuts import find_cuts, new_cut_list
from planner.solver.flow import build_network, reach, send
from planner.solver.graph import build_graph
from planner.solver.room_cuts import find_room_cuts, room_cut


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


def small_graphs(count):
    """Yield random graphs small enough to list all their plans, with a generator of random numbers."""
    seed = made = 0
    while made < count:
        rng = np.random.default_rng(seed)
        seed += 1
        problem = random_graph(rng)
        if problem.n_arcs <= 22:
            graph = build_graph(problem, None)
            if graph.n_arcs:
                made += 1
                yield problem, graph, rng


def plans_of(problem, graph):
    """Return all plans as lists of the graph's arcs, those that it still has."""
    number = {int(a): i for i, a in enumerate(graph.origin)}
    listed = [[number[a] for a in plan] for plan in all_plans(problem) if plan <= number.keys()]
    assert listed
    return listed


def test_the_cuts_that_the_ascent_raises_hold_for_every_plan():
    checked = 0
    for problem, graph, rng in small_graphs(300):
        cuts = new_cut_list(100, 1_000)
        price_out(graph, float(rng.uniform(0.0, 2.0)), cuts=cuts)
        for plan in plans_of(problem, graph):
            reached = set(graph.head[plan].tolist())
            for i in range(int(cuts.size[0])):
                checked += 1
                assert int(cuts.target[i]) not in reached or set(cuts.of(i).tolist()) & set(plan)
    assert checked > 1_000


def test_a_directed_cut_is_found_exactly_where_the_flow_is_too_small():
    found = missed = 0
    for _problem, graph, rng in small_graphs(150):
        value = np.where(rng.random(graph.n_arcs) < 0.6, rng.random(graph.n_arcs), 0.0)
        reached = np.minimum(np.bincount(graph.head, value, graph.n_nodes), 1.0)
        network = nx.DiGraph()
        network.add_nodes_from(range(graph.n_nodes))
        for u, v, x in zip(graph.tail.tolist(), graph.head.tolist(), value.tolist(), strict=True):
            network.add_edge(u, v, capacity=x + network.get_edge_data(u, v, {"capacity": 0.0})["capacity"])
        for t in range(1, graph.n_nodes):
            cuts = new_cut_list(10, 10 * graph.n_arcs)
            find_cuts(graph, value, reached, np.array([t], np.int32), 0.01, cuts)
            short = nx.maximum_flow_value(network, 0, t) < reached[t] - 0.01
            if abs(nx.maximum_flow_value(network, 0, t) - reached[t] + 0.01) < 1e-6:
                continue
            assert (cuts.size[0] > 0) == short
            for i in range(int(cuts.size[0])):
                assert value[cuts.of(i)].sum() < reached[t] - 0.01 + 1e-6
            found, missed = found + short, missed + (not short)
    assert min(found, missed) > 20


def test_flows_and_their_cuts_are_those_of_networkx():
    for seed in range(60):
        rng = np.random.default_rng(seed)
        n, k = 8, 20
        tail, head = rng.integers(0, n, k).astype(np.int32), rng.integers(0, n, k).astype(np.int32)
        capacity = rng.integers(0, 30, k)
        network = build_network(n, tail, head, capacity)
        oracle = nx.MultiDiGraph()
        oracle.add_nodes_from(range(n))
        flat = nx.DiGraph()
        flat.add_nodes_from(range(n))
        for u, v, c in zip(tail.tolist(), head.tolist(), capacity.tolist(), strict=True):
            flat.add_edge(u, v, capacity=c + flat.get_edge_data(u, v, {"capacity": 0})["capacity"])
        sent = send(network, 0, n - 1, 10**9)
        assert sent == nx.maximum_flow_value(flat, 0, n - 1)
        near_root, near_target = reach(network, 0, False), reach(network, n - 1, True)
        for inside in (~near_root, near_target):
            assert capacity[inside[head] & ~inside[tail]].sum() == sent


def test_capacity_cuts_hold_for_every_plan_and_are_violated():
    found = n_rounded = 0
    for problem, graph, rng in small_graphs(4_000):
        if not graph.capacitated:
            continue
        value = np.where(rng.random(graph.n_arcs) < 0.7, rng.random(graph.n_arcs), 0.0)
        reached = np.where(graph.prize > 0, np.minimum(np.bincount(graph.head, value, graph.n_nodes), 1.0), 0.0)
        reached[0] = 0.0
        cuts = find_room_cuts(graph, value, reached, 1e-3, 10)
        plans = plans_of(problem, graph) if cuts else []
        for cut in cuts:
            found += 1
            n_rounded += cut.least != 0.0
            assert cut.room @ value[cut.arcs] < cut.drawn @ reached[cut.nodes] + cut.least - 1e-4
            for plan in plans:
                held = np.zeros(graph.n_arcs)
                held[plan] = 1.0
                taken = np.bincount(graph.head, held, graph.n_nodes)
                assert cut.room @ held[cut.arcs] >= cut.drawn @ taken[cut.nodes] + cut.least - 1e-9
    assert found > 40
    assert n_rounded > 5


def test_rounded_capacity_cuts_hold_for_every_plan_whatever_set_and_parcel():
    tight = 0
    for problem, graph, rng in small_graphs(400):
        drawing = np.flatnonzero((graph.prize > 0) & (graph.demand > 0))
        drawing = drawing[drawing > 0].astype(np.int32)
        if not graph.capacitated or drawing.size == 0:
            continue
        plans = plans_of(problem, graph)
        for _ in range(20):
            nodes = drawing[rng.random(drawing.size) < 0.7]
            if nodes.size == 0:
                continue
            members = np.union1d(nodes, np.flatnonzero(rng.random(graph.n_nodes) < 0.5))
            members = members[members > 0].astype(np.int32)
            total = graph.demand[nodes].sum()
            parcel = rng.choice(np.r_[total, np.minimum(graph.capacity, total), rng.uniform(0.1, 1.0) * total])
            if parcel <= 0:
                continue
            cut = room_cut(graph, members, nodes, float(parcel))
            for plan in plans:
                held = np.zeros(graph.n_arcs)
                held[plan] = 1.0
                taken = np.bincount(graph.head, held, graph.n_nodes)
                spare = cut.room @ held[cut.arcs] - cut.drawn @ taken[cut.nodes] - cut.least
                assert spare >= -1e-9
                tight += cut.least != 0.0 and len(plan) > 0 and spare < 1e-9
    assert tight > 100


def test_the_ascent_sees_the_cheapest_of_parallel_arcs_and_the_others_keep_their_distance():
    """As if the dearer ones were not there; what they cost more they keep in reduced cost."""
    checked = 0
    for problem, graph, rng in small_graphs(300):
        dearer = graph.larger[graph.larger >= 0]
        price = float(rng.uniform(0.0, 2.0))
        found = price_out(graph, price)
        kept = np.ones(problem.n_arcs, np.bool_)
        kept[graph.origin[dearer]] = False
        kept &= np.isin(np.arange(problem.n_arcs), graph.origin)
        alone = build_graph(
            make_problem(
                problem.n_nodes,
                np.column_stack([problem.tail, problem.head, problem.cost, np.full(problem.n_arcs, np.inf)])[kept],
                prize=problem.prize,
                place=problem.place,
            ),
            None,
        )
        if alone.n_arcs != graph.n_arcs - dearer.size or alone.n_nodes != graph.n_nodes:
            continue  # without them something is out of reach
        expected = price_out(alone, price)
        assert found.intercept == expected.intercept
        assert found.reduced[graph.cheapest].tolist() == expected.reduced.tolist()
        cut_off = 2.0 ** (math.frexp(math.fsum(graph.prize))[1] + 1)  # a cost beyond all prizes is as good as any other
        priced = np.minimum(price * graph.cost, cut_off)
        more = priced - priced[graph.cheapest[graph.group]]
        assert found.reduced - found.reduced[graph.cheapest[graph.group]] == pytest.approx(more, abs=1e-9)
        checked += dearer.size > 0
    assert checked > 20


def test_what_is_required_is_never_given_up():
    for problem, graph, rng in small_graphs(100):
        wanted = np.flatnonzero(graph.prize[1:] > 0) + 1
        if not wanted.size:
            continue
        required = np.zeros(graph.n_nodes, np.bool_)
        required[rng.choice(wanted)] = True
        price = float(rng.uniform(0.001, 2.0))
        budget = int(rng.integers(0, 200))
        ceiling = price_out(graph, price, required=required).bound(budget)
        for plan in plans_of(problem, graph):
            reached = set(graph.head[plan].tolist())
            if graph.cost[plan].sum() <= budget and set(np.flatnonzero(required).tolist()) <= reached:
                worth = graph.prize[0] + graph.prize[list(reached)].sum()
                assert worth <= ceiling * (1 + 1e-9) + 1e-9


def test_a_graph_without_capacities_has_no_capacity_cuts():
    problem, _graph, rng = next(small_graphs(1))
    graph = build_graph(replace(problem, capacity=np.full(problem.n_arcs, np.inf)), None)
    value = rng.random(graph.n_arcs)
    assert find_room_cuts(graph, value, np.bincount(graph.head, value, graph.n_nodes), 1e-3, 10) == []
