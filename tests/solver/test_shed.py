"""Shedding against a plain loop over branches as sets, and by hand."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from oracles import make_problem, random_graph, random_rules, random_towns

from planner.solver import Limit, Ports, Rules
from planner.solver.graph import build_graph
from planner.solver.shed import shed
from planner.solver.surrogate import with_counted_prizes
from planner.solver.terms import terms_of
from planner.solver.tree import OUTSIDE, bare_tree, preorder


def grown(graph, rng):
    parent, inside = bare_tree(graph.n_nodes), {0}
    for a in rng.permutation(graph.n_arcs).tolist() * 3:
        if int(graph.tail[a]) in inside and int(graph.head[a]) not in inside:
            parent[graph.head[a]] = a
            inside.add(int(graph.head[a]))
    return parent


def plainly_shed(graph, tree, order, worth, cost_weight, terms):
    """Cut branches as the module says, with sets of nodes; return whether the limits are kept."""
    while True:
        inside = [v for v in order if v == 0 or tree[v] != OUTSIDE]
        oracle = nx.DiGraph([(int(graph.tail[tree[v]]), v) for v in inside if v])
        oracle.add_node(0)
        branch = {v: [v, *nx.descendants(oracle, v)] for v in inside}

        def arcs(v, branch=branch):
            return [int(tree[w]) for w in branch[v] if w]

        spent = {v: terms.spend[:, arcs(v)].sum(axis=1) for v in inside}
        has = {v: terms.weight[:, branch[v]].sum(axis=1) for v in inside}
        taken = np.bincount([terms.port[a] for a in arcs(0) if terms.port[a] >= 0], minlength=terms.ports.size)
        excess = np.maximum(spent[0] - terms.most, 0)
        fits = not excess.any() and (taken <= terms.ports).all()
        best, best_key = -1, 0.0 if fits else np.inf
        for v in inside[1:]:
            fixed = terms.required[branch[v]].any() or terms.held[arcs(v)].any()
            if fixed or (has[0] - has[v] < terms.least - 1e-12).any():
                continue
            value = worth[branch[v]].sum() - cost_weight * terms.spend[0, arcs(v)].sum()
            over = excess > 0
            relief = (np.minimum(spent[v], excess)[over] / excess[over]).sum()
            port = terms.port[tree[v]]
            relief += port >= 0 and taken[port] > terms.ports[port]
            if not fits and relief == 0:
                continue
            key = value if fits else value / relief
            if key < best_key - 1e-9:
                best, best_key = v, key
        if best < 0:
            return fits
        tree[branch[best]] = OUTSIDE


@pytest.mark.parametrize("make", [random_graph, random_towns])
def test_what_is_cut_is_what_a_plain_loop_cuts(make):
    cut = fit = stuck = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        problem = make(rng)
        problem = replace(problem, prize=np.where(problem.prize > 0, problem.prize + rng.random(problem.n_nodes), 0.0))
        problem = replace(problem, rules=random_rules(rng, problem))
        graph = build_graph(with_counted_prizes(problem)[0], None)
        if not graph.n_arcs:
            continue
        terms = terms_of(problem, graph)
        weight = float(rng.choice([0.0, 0.3]))
        worth = np.where(graph.prize > 0, 20.0 * rng.random(graph.n_nodes), 0.0)
        whole = grown(graph, rng)
        order = preorder(whole, graph.tail)
        expected, found = whole.copy(), whole.copy()
        kept = plainly_shed(graph, expected, order.tolist(), worth, weight, terms)
        assert shed(graph.tail, found, order.copy(), worth, weight, terms) == kept
        assert found.tolist() == expected.tolist()
        cut, fit, stuck = cut + (found != whole).any(), fit + kept, stuck + (not kept)
    assert min(cut, fit, stuck) > 10


def star(limits, *, ports=None, required=()):
    """Root with three arcs of 5, 6 and 7 to offices worth 10, 11 and 3."""
    arcs = [(0, 1, 5, np.inf), (0, 2, 6, np.inf), (0, 3, 7, np.inf)]
    problem = make_problem(4, arcs, prize=[0, 10, 11, 3], budget=1000)
    rules = Rules(limits=limits, ports=ports, required=np.array(required, np.int32))
    problem = replace(problem, rules=rules)
    graph = build_graph(problem, None)
    return graph, terms_of(problem, graph), np.array([-2, 0, 1, 2], np.int32)


def limit(*cost, most):
    return Limit("opex", np.array(cost), most)


@pytest.mark.parametrize(
    ("limits", "ports", "required", "weight", "left", "kept"),
    [
        ((limit(1, 1, 1, most=3),), 9, (), 0.0, {1, 2, 3}, True),
        ((limit(1, 1, 1, most=2),), 9, (), 0.0, {1, 2}, True),
        ((limit(1, 5, 1, most=5),), 9, (3,), 0.0, {1, 3}, True),  # 10 for half of what is too much, 11 for all of it
        ((limit(1, 5, 4, most=5),), 9, (), 0.0, {2}, True),  # 50, 11 and 15/4; then 10 and 11 for all that is left
        ((limit(1, 1, 1, most=2),), 9, (3,), 0.0, {2, 3}, True),
        ((limit(1, 1, 1, most=2),), 9, (1, 2, 3), 0.0, {1, 2, 3}, False),
        ((), 2, (), 0.0, {1, 2}, True),
        ((), 3, (), 0.0, {1, 2, 3}, True),
        ((), 3, (), 1.0, {1, 2}, True),  # 3 is worth less than 7
        ((), 3, (), 2.0, {1}, True),  # 10 for 2 · 5 is no loss
        ((), 3, (3,), 2.0, {1, 3}, True),
        ((limit(0, 0, 0, most=0),), 3, (), 0.0, {1, 2, 3}, True),
    ],
)
def test_branches_that_bring_least_go_first(limits, ports, required, weight, left, kept):
    ports = Ports(np.ones(3, np.bool_), np.array([ports, 9, 9, 9]))
    graph, terms, tree = star(limits, ports=ports, required=required)
    assert shed(graph.tail, tree, preorder(tree, graph.tail), graph.prize, weight, terms) == kept
    assert set(np.flatnonzero(tree >= 0).tolist()) == left
