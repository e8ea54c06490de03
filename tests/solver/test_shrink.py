"""Shrunk graphs have cheapest trees of the same cost, and these lead back to trees of the original."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from scipy.spatial import Delaunay

from planner.solver import Problem, Status, cheapest_tree
from planner.solver.shrink import shrink
from planner.solver.steiner import _search


def problem_of(edges, costs, size):
    both = np.concatenate([edges, edges[:, ::-1]]).astype(np.int32)
    return Problem(
        n_nodes=size,
        tail=both[:, 0].copy(),
        head=both[:, 1].copy(),
        cost=np.tile(np.asarray(costs, dtype=np.int64), 2),
        capacity=np.full(len(both), np.inf),
        prize=np.zeros(size),
        demand=np.zeros(size),
        place=np.arange(size, dtype=np.int32),
        budget=0,
    )


def planar(seed, size, *, keep=0.6, dearest=None):
    """A connected part of a triangulation; costs are lengths, or small numbers with many ties."""
    rng = np.random.default_rng(seed)
    points = rng.random((size, 2)) * 1000
    pairs = {tuple(sorted((int(t[i]), int(t[i - 1])))) for t in Delaunay(points).simplices for i in range(3)}
    graph = nx.Graph()
    for a, b in sorted(pairs):
        length = int(np.hypot(*(points[a] - points[b]))) if dearest is None else int(rng.integers(0, dearest + 1))
        graph.add_edge(a, b, weight=length)
    tree = set(nx.minimum_spanning_tree(graph).edges)
    for edge in list(graph.edges):
        if edge not in tree and edge[::-1] not in tree and rng.random() > keep:
            graph.remove_edge(*edge)
    edges = np.array(sorted(tuple(sorted(edge)) for edge in graph.edges))
    return problem_of(edges, [graph.edges[a, b]["weight"] for a, b in edges.tolist()], size)


def dreyfus_wagner(problem, goals):
    """The least cost of a tree that holds the goals: every split of every subset of them."""
    n, goals = problem.n_nodes, sorted(goals)
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    for u, v, cost in zip(problem.tail.tolist(), problem.head.tolist(), problem.cost.tolist(), strict=True):
        if not graph.has_edge(u, v) or cost < graph.edges[u, v]["weight"]:
            graph.add_edge(u, v, weight=cost)
    away = np.array([[nx.single_source_dijkstra_path_length(graph, u)[v] for v in range(n)] for u in range(n)])
    last, rest = goals[-1], goals[:-1]
    best = {1 << i: away[goal].astype(float) for i, goal in enumerate(rest)}
    for subset in range(1, 1 << len(rest)):
        if subset in best:
            continue
        met = np.full(n, np.inf)
        part = (subset - 1) & subset
        while part:
            met = np.minimum(met, best[part] + best[subset ^ part])
            part = (part - 1) & subset
        best[subset] = (met[:, None] + away).min(axis=0)
    return int(best[(1 << len(rest)) - 1][last]) if rest else 0


def check_tree(problem, wanted, arcs):
    """Arcs are an arborescence out of the root, parents first, that reaches what is wanted."""
    reached = {0}
    for arc in arcs.tolist():
        assert int(problem.tail[arc]) in reached
        assert int(problem.head[arc]) not in reached
        reached.add(int(problem.head[arc]))
    assert set(np.flatnonzero(wanted).tolist()) <= reached


def some_goals(rng, size, count):
    wanted = np.zeros(size, dtype=np.bool_)
    wanted[rng.choice(np.arange(1, size), count, replace=False)] = True
    return wanted


@pytest.mark.parametrize("seed", range(60))
def test_the_cheapest_tree_costs_what_every_subset_says(seed):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(6, 26))
    problem = planar(seed, size, keep=rng.random(), dearest=[None, 3, 9][seed % 3])
    wanted = some_goals(rng, size, int(rng.integers(1, 6)))
    least = dreyfus_wagner(problem, [0, *np.flatnonzero(wanted).tolist()])
    tree = cheapest_tree(problem, wanted, time_limit_s=600.0)
    assert tree.status is Status.OPTIMAL
    assert (tree.cost, tree.lower_bound) == (least, least)
    assert problem.cost[tree.arcs].sum() == least
    check_tree(problem, wanted, tree.arcs)


@pytest.mark.parametrize("seed", range(6))
def test_on_larger_graphs_it_is_that_of_the_graph_as_it_is(seed):
    rng = np.random.default_rng(seed)
    problem = planar(seed, 200, keep=0.4)
    wanted = some_goals(rng, 200, 25)
    small = shrink(problem, wanted)
    assert small is not None
    assert small.problem is None or small.problem.n_arcs < 0.75 * problem.n_arcs
    plain = _search(problem, wanted, 60.0, 0, None, None)
    tree = cheapest_tree(problem, wanted, time_limit_s=600.0)
    assert (tree.status, plain.status) == (Status.OPTIMAL, Status.OPTIMAL)
    assert (tree.cost, tree.lower_bound) == (plain.cost, plain.lower_bound)
    check_tree(problem, wanted, tree.arcs)


def test_on_a_tree_nothing_is_left_to_search():
    edges = np.array([[0, 1], [1, 2], [1, 3], [3, 4], [2, 5]])
    problem = problem_of(edges, [5, 2, 7, 1, 9], 6)
    small = shrink(problem, np.arange(6) == 4)
    assert small.problem is None
    assert small.cost == 13
    assert problem.head[small.arcs_of(np.zeros(0, np.int32))].tolist() == [1, 3, 4]


def test_nothing_wanted_costs_nothing():
    problem = planar(1, 12)
    tree = cheapest_tree(problem, np.zeros(12, dtype=np.bool_))
    assert (tree.cost, tree.lower_bound, len(tree.arcs)) == (0, 0, 0)


def test_parallel_edges_count_as_the_cheapest():
    edges = np.array([[0, 1], [0, 1], [1, 2], [2, 1]])
    problem = problem_of(edges, [5, 3, 4, 2], 3)
    tree = cheapest_tree(problem, np.arange(3) == 2)
    assert (tree.cost, problem.cost[tree.arcs].tolist()) == (5, [3, 2])


def test_other_kinds_of_problems_are_left_as_they_are():
    problem = planar(2, 12)
    wanted = np.arange(12) == 5
    dearer, roomy, shared = problem.cost.copy(), problem.capacity.copy(), problem.place.copy()
    inner = np.flatnonzero((problem.tail != 0) & (problem.head != 0))[0]
    dearer[inner] += 1
    roomy[0] = 7.0
    shared[2] = shared[1]
    changes = ({"cost": dearer}, {"capacity": roomy}, {"place": shared}, {"hops": np.zeros(problem.n_arcs, np.int8)})
    assert shrink(problem, wanted) is not None
    for change in changes:
        assert shrink(replace(problem, **change), wanted) is None
