"""Mending: what comes out keeps every rule; what it should do, by hand."""

from dataclasses import replace

import numpy as np
import pytest
from oracles import make_problem, plan_errors, random_graph, random_rules, random_towns
from test_terms import keeps

from planner.solver import Floor, Limit, Ports, Rules
from planner.solver.graph import build_graph
from planner.solver.mend import Mending, fit_arcs, mend
from planner.solver.surrogate import with_counted_prizes
from planner.solver.terms import terms_of
from planner.solver.tree import bare_tree, preorder, topological_arcs


def grown(graph, rng):
    """Return a random tree that enters each place once."""
    parent, entered = bare_tree(graph.n_nodes), set()
    for a in rng.permutation(graph.n_arcs).tolist() * 2:
        u, v = int(graph.tail[a]), int(graph.head[a])
        crosses = graph.place[u] != graph.place[v]
        if parent[u] != -1 and parent[v] == -1 and rng.random() < 0.5 and not (crosses and graph.place[v] in entered):
            parent[v] = a
            entered |= {graph.place[v]} if crosses else set()
    return parent


@pytest.mark.parametrize("make", [random_graph, random_towns])
def test_what_is_mended_keeps_the_rules(make):
    mended = changed = 0
    for seed in range(250):
        rng = np.random.default_rng(seed)
        problem = make(rng)
        problem = replace(problem, rules=random_rules(rng, problem))
        graph = build_graph(with_counted_prizes(problem)[0], None)
        if not graph.n_arcs:
            continue
        terms = terms_of(problem, graph)
        worth, weight = 10.0 * rng.random(graph.n_nodes) * (graph.prize > 0), float(rng.choice([0.0, 0.2]))
        tree = grown(graph, rng)
        if graph.capacitated and not fit_arcs(graph, tree, preorder(tree, graph.tail)):
            continue
        whole = tree.copy()
        found = mend(graph, terms, worth, weight, tree)
        assert (tree == whole).all()
        if found is None:
            continue
        mended += 1
        changed += (found != tree).any()
        arcs = topological_arcs(graph, found)
        assert arcs.size == np.count_nonzero(found >= 0)
        assert keeps(terms, graph, arcs.tolist())
        own = replace(
            problem, n_nodes=graph.n_nodes, tail=graph.tail, head=graph.head, cost=graph.cost, capacity=graph.capacity,
            prize=np.ones(graph.n_nodes), demand=graph.demand, place=graph.place, rules=Rules(),
        )  # fmt: skip
        assert plan_errors(own, arcs) == []
    assert mended > 100
    assert changed > 30


def asked(rules, *, prize=(0, 6, 4, 5, 3), budget=100, capacity=(np.inf,) * 6, demand=(0, 1, 1, 1, 1)):
    """Root → 1 → 2 → 3 for 5, 4 and 3; root → 4 for 8; 4 → 3 for 2, root → 2 for 20."""
    ends = [(0, 1, 5), (1, 2, 4), (2, 3, 3), (0, 4, 8), (4, 3, 2), (0, 2, 20)]
    arcs = [(*each, room) for each, room in zip(ends, capacity, strict=True)]
    problem = make_problem(5, arcs, prize=prize, demand=demand, budget=budget)
    problem = replace(problem, rules=rules)
    graph = build_graph(with_counted_prizes(problem)[0], None)
    return problem, graph, terms_of(problem, graph)


def origins(graph, tree):
    return set(graph.origin[tree[tree >= 0]].tolist())


def ints(*numbers):
    return np.array(numbers, np.int32)


WEIGHT = np.array([0.0, 1.0, 1.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("rules", "arcs"),
    [
        (Rules(required=ints(2)), {0, 1}),
        (Rules(required=ints(3)), {3, 4}),  # 8 + 2, where 5 + 4 + 3 is more
        (Rules(held=(ints(1),)), {0, 1}),
        (Rules(held=(ints(5),)), {5}),
        (Rules(held=(ints(2, 4),)), {3, 4}),  # the tail of the second is nearer
        (Rules(floors=(Floor("any", WEIGHT, 1.0),)), {0}),
        (Rules(floors=(Floor("any", WEIGHT, 2.0),)), {0, 1}),
        (Rules(floors=(Floor("last", np.array([0.0, 0, 0, 0, 1]), 1.0),)), {3}),
        (Rules(floors=(Floor("nothing", WEIGHT, 0.0),)), set()),
    ],
)
def test_what_is_asked_for_is_attached_the_shortest_way(rules, arcs):
    _problem, graph, terms = asked(rules)
    mending = Mending(graph, terms, bare_tree(graph.n_nodes))
    assert mending.complete()
    assert origins(graph, mending.tree) == arcs


@pytest.mark.parametrize(
    ("budget", "arcs"),
    [(100, {0, 1, 3, 4}), (19, {0, 1, 3, 4}), (18, {0, 3, 4}), (14, {0, 1}), (9, {0, 1}), (5, {0}), (4, set())],
)
def test_what_fits_is_attached_the_best_for_its_cost_first(budget, arcs):
    """6 for 5, then 5 at node 3 for 8 + 2, then 4 at node 2 for 5 + 4, last 3 for 8."""
    problem, graph, terms = asked(Rules(), budget=budget)
    found = mend(graph, terms, graph.prize, 0.0, bare_tree(graph.n_nodes))
    assert problem.cost[list(origins(graph, found))].sum() <= budget
    assert origins(graph, found) == arcs


def test_where_costs_weigh_nothing_is_filled_up_and_what_loses_goes():
    _problem, graph, terms = asked(Rules(required=ints(2)))
    found = mend(graph, terms, graph.prize, 1.0, bare_tree(graph.n_nodes))
    assert origins(graph, found) == {0, 1}
    tree = bare_tree(graph.n_nodes)
    at = {int(a): i for i, a in enumerate(graph.origin)}
    tree[4] = at[3]
    assert origins(graph, mend(graph, terms, graph.prize, 1.0, tree)) == {0, 1}  # 3 for 8


def test_what_cannot_be_had_together_is_no_plan():
    nothing = bare_tree(5)
    _problem, graph, terms = asked(Rules(required=ints(2)), budget=8)
    assert mend(graph, terms, graph.prize, 0.0, nothing) is None
    _problem, graph, terms = asked(Rules(floors=(Floor("any", WEIGHT, 5.0),)))
    assert mend(graph, terms, graph.prize, 0.0, nothing) is None
    _problem, graph, terms = asked(Rules(required=ints(2)), capacity=(1.5, 9, 9, 9, 9, 0.5))
    found = mend(graph, terms, graph.prize, 0.0, bare_tree(graph.n_nodes))
    assert found is None


def test_ports_and_limits_keep_branches_away():
    ports = Ports(np.ones(6, np.bool_), np.array([1, 9, 9, 9, 9]))
    _problem, graph, terms = asked(Rules(ports=ports))
    assert origins(graph, mend(graph, terms, graph.prize, 0.0, bare_tree(graph.n_nodes))) == {0, 1}
    limit = Limit("opex", np.array([1, 1, 1, 9, 1, 9]), 3)
    problem, graph, terms = asked(Rules(limits=(limit,)))
    found = mend(graph, terms, graph.prize, 0.0, bare_tree(graph.n_nodes))
    assert set(problem.head[list(origins(graph, found))].tolist()) == {1, 2, 3}


def test_arcs_grow_with_what_they_carry():
    arcs = [(0, 1, 4, 1.0), (0, 1, 6, 2.0), (1, 2, 1, 9.0), (1, 3, 1, 9.0)]
    problem = make_problem(4, arcs, prize=[0, 0, 5, 5], demand=[0, 0, 1, 1], budget=99)
    graph = build_graph(problem, None)
    at = {int(a): i for i, a in enumerate(graph.origin)}
    tree = np.array([-2, at[0], at[2], at[3]], np.int32)
    assert fit_arcs(graph, tree, preorder(tree, graph.tail))
    assert graph.origin[tree[1:]].tolist() == [1, 2, 3]
    alone = np.array([-2, at[1], at[2], -1], np.int32)
    assert fit_arcs(graph, alone, preorder(alone, graph.tail))
    assert graph.origin[alone[1:3]].tolist() == [0, 2]
    narrow = graph._replace(capacity=np.minimum(graph.capacity, 1.5))
    assert not fit_arcs(narrow, tree, preorder(tree, graph.tail))


def test_a_place_that_is_entered_is_gone_through_inside():
    """1 and 2 are one place, which the tree enters at 1: to 2 for 9 from there, not for 1 from the root."""
    arcs = [(0, 1, 5, np.inf), (0, 2, 1, np.inf), (1, 2, 9, np.inf)]
    problem = make_problem(3, arcs, prize=[0, 1, 1], place=[0, 1, 1], budget=99)
    problem = replace(problem, rules=Rules(required=ints(2)))
    graph = build_graph(with_counted_prizes(problem)[0], None)
    at = {int(a): i for i, a in enumerate(graph.origin)}
    assert at[0] == 0  # also the first of all arcs counts
    tree = np.array([-2, at[0], -1], np.int32)
    mending = Mending(graph, terms_of(problem, graph), tree.copy())
    assert mending.is_entered(int(graph.place[1]))
    assert mending.complete()
    assert origins(graph, mending.tree) == {0, 2}


def test_a_place_without_ports_left_is_gone_round():
    """The root has one port, which is taken: to 2 for 9 from 1, not for 1 from the root; and none at 1 either."""
    arcs = [(0, 1, 5, np.inf), (0, 2, 1, np.inf), (1, 2, 9, np.inf)]
    problem = make_problem(3, arcs, prize=[0, 1, 1], budget=99)
    for at_one, complete in ((1, True), (0, False)):
        ports = Ports(np.ones(3, np.bool_), np.array([1, at_one, 0]))
        asked_for = replace(problem, rules=Rules(required=ints(2), ports=ports))
        graph = build_graph(with_counted_prizes(asked_for)[0], None)
        at = {int(a): i for i, a in enumerate(graph.origin)}
        mending = Mending(graph, terms_of(asked_for, graph), np.array([-2, at[0], -1], np.int32))
        assert mending.ports_used().tolist() == [1, 0, 0]
        assert mending.complete() == complete
        assert origins(graph, mending.tree) == ({0, 2} if complete else {0})


def test_what_is_held_already_stays():
    _problem, graph, terms = asked(Rules(held=(ints(5, 3),)))
    at = {int(a): i for i, a in enumerate(graph.origin)}
    tree = bare_tree(graph.n_nodes)
    tree[2] = at[5]
    mending = Mending(graph, terms, tree)
    assert mending.complete()
    assert origins(graph, mending.tree) == {5}


@pytest.mark.parametrize(("misses", "arcs"), [(1, {0}), (2, {0, 1}), (3, {0, 1})])
def test_filling_ends_after_so_many_that_did_not_fit(misses, arcs, monkeypatch):
    """With 14 cents node 1 fits, node 3 does not, node 2 does."""
    monkeypatch.setattr("planner.solver.mend.MISSES", misses)
    _problem, graph, terms = asked(Rules(), budget=14)
    assert origins(graph, mend(graph, terms, graph.prize, 0.0, bare_tree(graph.n_nodes))) == arcs


def test_what_fits_starts_counting_anew(monkeypatch):
    """Offices in the order of their worth for a cent: fits, does not, fits, does not, fits."""
    monkeypatch.setattr("planner.solver.mend.MISSES", 2)
    costs, prizes = [1, 50, 2, 60, 3], [100, 1000, 20, 300, 1]
    arcs = [(0, v + 1, cost, np.inf) for v, cost in enumerate(costs)]
    problem = make_problem(6, arcs, prize=[0, *prizes], budget=20)
    graph = build_graph(problem, None)
    found = mend(graph, terms_of(problem, graph), graph.prize, 0.0, bare_tree(6))
    assert origins(graph, found) == {0, 2, 4}


def test_what_cannot_be_attached_leaves_no_trace():
    """Root → 1 carries 1 Mbit/s, and 1 draws it: no room for 2 behind it."""
    _problem, graph, terms = asked(Rules(), capacity=(1.5, 9, 9, 9, 9, 0.5))
    mending = Mending(graph, terms, bare_tree(graph.n_nodes))
    assert not mending.attach(2, mending.distances_outside())
    assert mending.tree.tolist() == bare_tree(graph.n_nodes).tolist()
    assert mending.attach(1, mending.distances_outside())
    assert origins(graph, mending.tree) == {0}
