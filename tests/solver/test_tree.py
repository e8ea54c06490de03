"""Trees as arrays: against NetworkX, all subtrees, and plans that are wrong in one way each."""

from dataclasses import replace
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from oracles import make_problem, plan_errors, random_graph, random_mesh

from planner.solver.graph import build_graph
from planner.solver.tree import (
    OUTSIDE,
    ROOT,
    bare_tree,
    check_plan,
    count_hops,
    find_arcs,
    fitting,
    list_children,
    preorder,
    prune,
    topological_arcs,
    tree_of_arcs,
    walk,
)


def grown(graph, rng):
    """Return a random tree of a graph, its nodes as NetworkX has them."""
    parent, inside = bare_tree(graph.n_nodes), {0}
    for a in rng.permutation(graph.n_arcs).tolist() * 2:
        if int(graph.tail[a]) in inside and int(graph.head[a]) not in inside and rng.random() < 0.8:
            parent[graph.head[a]] = a
            inside.add(int(graph.head[a]))
    tree = nx.DiGraph()
    tree.add_node(0)
    tree.add_edges_from((int(graph.tail[parent[v]]), v) for v in inside - {0})
    return parent, tree


def graphs(count, first=0):
    """Yield graphs with arcs, and a random tree of each."""
    seed = first
    while count:
        rng = np.random.default_rng(seed)
        seed += 1
        problem = random_graph(rng)
        graph = build_graph(problem, None)
        if graph.n_arcs:
            count -= 1
            yield problem, graph, *grown(graph, rng), rng


def test_a_link_that_is_full_to_the_last_digit_carries_its_load():
    """0.1 + 0.2 + 0.3 is 0.6 in one order and 0.6000000000000001 in another."""
    arcs = [(0, 1, 1, 0.6), (1, 2, 1, np.inf), (1, 3, 1, np.inf), (1, 4, 1, np.inf)]
    for demand in ([0.1, 0.2, 0.3], [0.3, 0.2, 0.1], [0.2, 0.3, 0.1]):
        problem = make_problem(5, arcs, prize=[0, 0, 1, 1, 1], demand=[0, 0, *demand], budget=9)
        check_plan(problem, np.arange(4, dtype=np.int32))
    over = make_problem(5, arcs, prize=[0, 0, 1, 1, 1], demand=[0, 0, 0.1, 0.2, 0.3001], budget=9)
    with pytest.raises(ValueError, match="more than its capacity"):
        check_plan(over, np.arange(4, dtype=np.int32))


def test_orders_have_parents_first_and_branches_in_one_piece():
    for _problem, graph, parent, tree, _rng in graphs(60):
        order = preorder(parent, graph.tail).tolist()
        assert order[0] == 0
        assert sorted(order) == sorted(tree)
        for v in order:
            below = {v, *nx.descendants(tree, v)}
            first = order.index(v)
            assert set(order[first : first + len(below)]) == below
        assert topological_arcs(graph, parent).tolist() == [parent[v] for v in order[1:]]
        assert parent[0] == ROOT


def test_walks_write_one_branch():
    for _problem, graph, parent, tree, _rng in graphs(30, 50):
        n = graph.n_nodes
        first, following, order, stack = (np.full(n, -9, np.int32) for _ in range(4))
        nodes = np.array(sorted(tree), np.int32)
        list_children(parent, graph.tail, nodes, first, following)
        for v in tree:
            size = walk(v, first, following, order, stack)
            assert set(order[:size].tolist()) == {v, *nx.descendants(tree, v)}
            assert size == 1 + len(nx.descendants(tree, v))


def test_without_capacities_pruning_leaves_the_best_subtree_at_a_price():
    cut = 0
    for problem, _graph, _parent, _tree, rng in graphs(60, 100):
        graph = build_graph(replace(problem, capacity=np.full(problem.n_arcs, np.inf)), None)
        if not graph.n_arcs:
            continue
        parent, tree = grown(graph, rng)
        price = float(rng.uniform(0.0, 2.0))
        nodes = sorted(set(tree) - {0})
        best = max(
            sum(float(graph.prize[v]) - price * int(graph.cost[parent[v]]) for v in some)
            for size in range(len(nodes) + 1)
            for some in combinations(nodes, size)
            if all(int(graph.tail[parent[v]]) in {0, *some} for v in some)
        )
        kept, order = parent.copy(), preorder(parent, graph.tail)
        n = graph.n_nodes
        value, cost, left = prune(graph, kept, order, order.size, price, np.empty(n), np.empty(n))
        assert value - price * cost == pytest.approx(float(graph.prize[0]) + best)
        there = np.flatnonzero(kept >= 0)
        assert value == pytest.approx(float(graph.prize[0] + graph.prize[there].sum()))
        assert cost == graph.cost[kept[there]].sum()
        assert order[:left].tolist() == [v for v in preorder(parent, graph.tail).tolist() if kept[v] != OUTSIDE]
        assert (kept[there] == parent[there]).all()
        # what brings just what it costs goes
        assert all(kept[v] == OUTSIDE for v in tree if v and graph.prize[v] == 0 and not list(tree.successors(v)))
        cut += left < len(tree)
    assert cut > 10


def test_pruned_arcs_are_the_cheapest_that_carry_what_passes():
    """Three arcs side by side of 10, 20 and 40 Mbit/s; behind them two offices of 15, one of which is not worth it."""
    arcs = [(0, 1, 5, 10.0), (0, 1, 7, 20.0), (0, 1, 9, 40.0), (1, 2, 1, np.inf), (1, 3, 8, np.inf)]
    problem = make_problem(4, arcs, prize=[0, 0, 30, 4], demand=[0, 0, 15, 15], budget=99)
    problem = replace(problem, demand=np.array([0.0, 5.0, 15.0, 15.0]))
    graph = build_graph(replace(problem, prize=np.array([0.0, 1.0, 30.0, 4.0])), None)
    at = {int(origin): i for i, origin in enumerate(graph.origin)}
    dear = max(at[a] for a in (1, 2) if a in at)
    parent = np.array([ROOT, dear, at[3], at[4]], np.int32)
    order = preorder(parent, graph.tail)
    value, cost, left = prune(graph, parent, order, order.size, 1.0, np.empty(4), np.empty(4))
    assert graph.origin[parent[[1, 2]]].tolist() == [1, 3]
    assert (value, cost, left, parent[3]) == (31.0, 8, 3, OUTSIDE)


def test_the_cheapest_parallel_that_fits():
    larger, capacity = np.array([-1, 2, 3, -1, -1], np.int32), np.array([9.0, 1.0, 2.0, 3.0, 9.0])
    for a in (1, 2, 3):
        assert [fitting(larger, capacity, a, x) for x in (0.5, 1.0, 1.5, 2.0, 3.0, 3.5)] == [1, 1, 2, 2, 3, -1]
    assert [fitting(larger, capacity, 0, x) for x in (9.0, 9.5)] == [0, -1]
    assert [fitting(larger, capacity, 4, x) for x in (9.0, 9.5)] == [4, -1]
    assert fitting(np.array([1, -1], np.int32), np.array([1.0, 2.0]), 1, 0.5) == 0


def test_arcs_are_found_by_their_first_numbers():
    found = 0
    for _problem, graph, _parent, _tree, rng in graphs(30, 200):
        part = graph.subgraph(rng.random(graph.n_arcs) < 0.6)
        asked = rng.permutation(graph.n_arcs).astype(np.int32)
        expected = [part.number.tolist().index(a) for a in asked.tolist() if a in part.number.tolist()]
        assert find_arcs(part, asked).tolist() == expected
        found += len(expected)
        assert find_arcs(part, asked[:0]).size == 0
    assert found > 50


def test_what_does_not_hang_from_the_root_is_no_part_of_a_tree():
    loose = 0
    for _problem, graph, _parent, _tree, rng in graphs(60, 300):
        last = {int(graph.head[a]): a for a in rng.permutation(graph.n_arcs).tolist() if rng.random() < 0.6}
        oracle = nx.DiGraph([(int(graph.tail[a]), v) for v, a in last.items()])
        oracle.add_node(0)
        hanging = nx.descendants(oracle, 0)
        tree = tree_of_arcs(graph, np.array(list(last.values()), np.int32))
        assert {v: int(tree[v]) for v in np.flatnonzero(tree >= 0)} == {v: last[v] for v in hanging}
        loose += len(hanging) < len(last)
    assert loose > 10


def line(**changes):
    """Root → 1 → 2 → 3; a second arc into 2; nodes 2 and 3 are one place; 1 Mbit/s each over 3, 2 and 1."""
    arcs = [(0, 1, 5, 3.0), (1, 2, 5, 2.0), (2, 3, 5, 1.0), (0, 2, 5, 9.0), (1, 3, 5, 9.0), (3, 0, 5, 9.0)]
    problem = make_problem(4, arcs, prize=[0, 1, 1, 1], demand=[0, 1, 1, 1], place=[0, 1, 2, 2], budget=0)
    return replace(problem, **changes)


def ints(*numbers):
    return np.array(numbers, np.int32)


@pytest.mark.parametrize("arcs", [(), (0,), (0, 1), (0, 1, 2), (3,), (3, 2), (1, 0)])
def test_plans_that_keep_the_rules_of_trees(arcs):
    check_plan(line(), ints(*arcs))


@pytest.mark.parametrize(
    ("problem", "arcs", "message"),
    [
        (line(), (0, 6), r"must lie in 0…5"),
        (line(), (-1,), r"must lie in 0…5"),
        (line(), (0, 1, 3), "entered twice"),
        (line(), (0, 1, 4), "entered twice"),  # two nodes of one place, each from outside
        (line(), (0, 4, 5), "entered twice"),  # the root
        (line(), (0, 0), "entered twice"),
        (line(), (1,), "hang from the root"),
        (line(), (1, 2), "hang from the root"),
        (line(capacity=np.array([2.9, 2, 1, 9, 9, 9])), (0, 1, 2), "arc 0 carries more"),
        (line(capacity=np.array([3, 1.9, 1, 9, 9, 9])), (0, 1, 2), "arc 1 carries more"),
        (line(hops=np.array([1, 1, 1, 1, 1, 1], np.int8), hop_limit=2), (0, 1, 2), "more than 2 hops"),
    ],
)
def test_plans_that_break_one_are_refused(problem, arcs, message):
    with pytest.raises(ValueError, match=message):
        check_plan(problem, ints(*arcs))


def test_a_hop_limit_that_is_just_kept():
    check_plan(line(hops=np.array([1, 1, 0, 1, 1, 1], np.int8), hop_limit=2), ints(0, 1, 2))
    check_plan(line(hops=np.array([1, 1, 1, 1, 1, 1], np.int8), hop_limit=3), ints(0, 1, 2))


@pytest.mark.parametrize("seed", range(20))
def test_hops_are_those_of_the_path(seed):
    problem = random_mesh(np.random.default_rng(seed))
    hops = np.random.default_rng(seed).integers(0, 3, problem.n_arcs).astype(np.int8)
    problem = replace(problem, hops=hops, hop_limit=100)
    graph = build_graph(replace(problem, hops=None, hop_limit=None), None)
    parent, tree = grown(graph, np.random.default_rng(seed))
    own = np.where(parent >= 0, graph.origin[parent], parent).astype(np.int32)
    count = count_hops(problem, own)
    for v in range(problem.n_nodes):
        path = nx.shortest_path(tree, 0, v)[1:] if v in tree else []
        assert count[v] == sum(int(hops[own[u]]) for u in path)
    assert plan_errors(replace(problem, prize=np.ones(problem.n_nodes), budget=10**9), topological(own, problem)) == []
    assert count_hops(replace(problem, hops=None, hop_limit=None), own).tolist() == [0] * problem.n_nodes


def topological(parent, problem):
    return parent[preorder(parent, problem.tail)[1:]]
