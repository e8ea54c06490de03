"""Rules in the numbers of a graph: kept there by just the plans that keep them in the problem."""

from dataclasses import replace

import numpy as np
import pytest
from oracles import all_plans, make_problem, random_graph, random_mesh, random_rules, random_towns, rule_errors

from planner.solver import Limit, Ports, Rules
from planner.solver.graph import build_graph
from planner.solver.surrogate import with_counted_prizes
from planner.solver.terms import collects, groups_of, is_real, terms_of


def placed(problem, graph, plan):
    """Return the graph's arcs of a plan, with the free ones behind nodes set apart; None if it lacks one."""
    number = {int(a): i for i, a in enumerate(graph.origin)}
    if not plan <= number.keys():
        return None
    arcs = [number[a] for a in plan]
    apart = [v for v in graph.head[arcs].tolist() if graph.node[v] >= problem.n_nodes]
    return arcs + [int(np.flatnonzero(graph.tail == v)[0]) for v in apart]


def keeps(terms, graph, arcs):
    """Say whether arcs of a graph keep its terms."""
    nodes = [0, *graph.head[arcs].tolist()]
    taken = np.bincount(terms.port[arcs][terms.port[arcs] >= 0], minlength=terms.ports.size)
    return bool(
        (terms.spend[:, arcs].sum(axis=1) <= terms.most).all()
        and (terms.weight[:, nodes].sum(axis=1) >= terms.least - 1e-9).all()
        and set(np.flatnonzero(terms.required).tolist()) <= set(nodes)
        and all(set(group.tolist()) & set(arcs) for group in groups_of(terms))
        and (taken <= terms.ports).all()
    )


@pytest.mark.parametrize("make", [random_graph, random_towns])
def test_plans_keep_the_terms_that_keep_the_rules(make):
    kept = broken = 0
    for seed in range(250):
        rng = np.random.default_rng(seed)
        problem = make(rng)
        if problem.n_arcs > 16:
            continue
        problem = replace(problem, rules=random_rules(rng, problem))
        graph = build_graph(with_counted_prizes(problem)[0], None)
        needed = set(problem.rules.required.tolist()) - {0}
        if not graph.n_arcs or not needed <= set(graph.node[graph.prize > 0].tolist()):
            continue  # what no path leads to has no place in the graph
        terms = terms_of(problem, graph)
        held = np.zeros(graph.n_arcs, np.bool_)
        for group in groups_of(terms):
            held[group] = True
        assert (terms.held == held).all()
        for plan in all_plans(problem):
            arcs = placed(problem, graph, plan)
            if arcs is None:
                continue
            within = problem.cost[list(plan)].sum() <= problem.budget
            expected = bool(within) and not rule_errors(problem, plan)
            assert keeps(terms, graph, arcs) == expected
            kept, broken = kept + expected, broken + (not expected)
    assert min(kept, broken) > 100


def test_terms_by_hand():
    """Root → 1 → 2 in place 1, → 3; node 2 counts; one port each; a way to 3 without prize is none of them."""
    arcs = [(0, 1, 5, np.inf), (1, 2, 7, np.inf), (1, 3, 9, np.inf)]
    problem = make_problem(4, arcs, prize=[0, 1, 2, 3], place=[0, 1, 1, 2], budget=30)
    opex = Limit("opex", np.array([1, 2, 3]), 4)
    ports = Ports(np.ones(3, np.bool_), np.array([2, 1, 1, 0]))
    rules = Rules(limits=(opex,), required=np.array([3, 0], np.int32), held=(np.array([1, 2], np.int32),), ports=ports)
    terms = terms_of(replace(problem, rules=rules), build_graph(problem, None))
    assert terms.spend.tolist() == [[5, 7, 9], [1, 2, 3]]
    assert terms.most.tolist() == [30, 4]
    assert terms.required.tolist() == [False, False, False, True]
    assert [group.tolist() for group in groups_of(terms)] == [[1, 2]]
    assert terms.held.tolist() == [False, True, True]
    assert terms.port.tolist() == [0, -1, 1]  # the arc inside the place takes none
    assert terms.ports.tolist() == [2, 1, 0]
    assert (terms.weight.shape, terms.least.shape) == ((0, 4), (0,))


def test_without_rules_there_is_the_budget_alone():
    problem = make_problem(2, [(0, 1, 5, np.inf)], prize=[0, 1], budget=30)
    terms = terms_of(problem, build_graph(problem, None))
    assert groups_of(terms) == []
    assert (terms.spend.tolist(), terms.most.tolist(), terms.port.tolist()) == ([[5]], [30], [-1])
    assert (terms.ports == np.iinfo(np.int64).max).all()


def test_in_layers_a_node_counts_where_its_prize_is_collected():
    """Copies of a node in several layers: one of them has the prize, and what is asked of the node."""
    layered = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        problem = random_mesh(rng)
        graph = build_graph(problem, None)
        counts = collects(problem, graph)
        real = is_real(problem, graph)
        assert counts[0]
        assert (graph.prize[counts] > 0)[1:].all()
        prized = np.unique(graph.node[graph.prize > 0])
        assert np.unique(graph.node[counts]).tolist() == sorted({0, *prized.tolist()})
        assert (graph.cost[real] == problem.cost[graph.origin[real]]).all()
        assert (graph.cost[~real] == 0).all()
        layered += graph.layered and bool((~real).any())
    assert layered > 5
