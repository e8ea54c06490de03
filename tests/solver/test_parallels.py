"""Arcs side by side that rules tell apart: which they are by comparing each pair, and plans that stay the same."""

from dataclasses import replace

import numpy as np
import pytest
from oracles import all_plans, make_problem, random_graph, random_rules, rule_errors

from planner.solver import Limit, Ports, Rules
from planner.solver.parallels import allowed_arcs, find_apart, set_apart


def counted(problem, a):
    """Return what the rules count of an arc."""
    rules = problem.rules
    return (
        *(int(limit.cost[a]) for limit in rules.limits),
        *(a in group.tolist() for group in rules.held),
        None if rules.ports is None else bool(rules.ports.uses[a]),
    )


@pytest.mark.parametrize("seed", range(120))
def test_of_arcs_that_differ_all_but_the_cheapest_are_set_apart(seed):
    rng = np.random.default_rng(seed)
    problem = random_graph(rng)
    twice = np.concatenate([np.arange(problem.n_arcs), rng.integers(0, problem.n_arcs, problem.n_arcs)])
    problem = replace(
        problem, tail=problem.tail[twice], head=problem.head[twice], cost=rng.permutation(twice.size).astype(np.int64),
        capacity=problem.capacity[twice],
    )  # fmt: skip
    problem = replace(problem, rules=random_rules(rng, problem))
    arcs = np.flatnonzero(rng.random(problem.n_arcs) < 0.8)
    sides = {}
    for a in arcs.tolist():
        sides.setdefault((int(problem.tail[a]), int(problem.head[a])), []).append(a)
    expected = set()
    for group in sides.values():
        if len({counted(problem, a) for a in group}) > 1:
            expected |= set(group) - {min(group, key=lambda a: int(problem.cost[a]))}
    assert set(find_apart(problem, arcs).tolist()) == expected


def test_arcs_that_no_plan_may_hold():
    """Forbidden, into the root, into an excluded node, beyond a limit by itself; just within it is allowed."""
    arcs = [(0, 1, 1, np.inf), (0, 2, 1, np.inf), (2, 0, 1, np.inf), (2, 3, 1, np.inf), (0, 4, 1, np.inf)]
    arcs += [(1, 4, 1, np.inf)]
    problem = make_problem(5, arcs, prize=[0, 1, 1, 1, 1], budget=9)
    limit = Limit("opex", np.array([0, 0, 0, 0, 6, 5]), 5)
    rules = Rules(limits=(limit,), forbidden=np.array([0], np.int32), excluded=np.array([3], np.int32))
    assert allowed_arcs(replace(problem, rules=rules)).tolist() == [False, True, False, False, False, True]
    assert allowed_arcs(problem).tolist() == [True, True, False, True, True, True]


def test_a_dearer_arc_with_a_port_of_its_own_leads_to_a_node_of_its_own():
    arcs = [(0, 1, 5, 9.0), (0, 1, 7, 9.0), (1, 2, 1, 9.0)]
    problem = make_problem(3, arcs, prize=[0, 1, 2], demand=[0, 1, 1], place=[0, 4, 5], budget=9)
    ports = Ports(np.array([True, False, True]), np.array([1, 1, 1]))
    asked = replace(problem, rules=Rules(ports=ports, forbidden=np.array([2], np.int32)))
    asked = replace(asked, hops=np.array([1, 2, 1], np.int8), hop_limit=3)
    whole, allowed = set_apart(asked)
    assert (whole.n_nodes, whole.budget, whole.rules.any) == (4, 9, False)
    assert (whole.tail.tolist(), whole.head.tolist()) == ([0, 0, 1, 3], [1, 3, 2, 1])
    assert (whole.cost.tolist(), whole.capacity.tolist()) == ([5, 7, 1, 0], [9.0, 9.0, 9.0, np.inf])
    assert (whole.prize.tolist(), whole.demand.tolist()) == ([0, 1, 2, 0], [0, 1, 1, 0])
    assert (whole.place.tolist(), whole.hops.tolist()) == ([0, 4, 5, 4], [1, 2, 1, 0])
    assert allowed.tolist() == [True, True, False, True]
    assert (asked.head.tolist(), find_apart(problem, np.arange(3)).size) == ([1, 1, 2], 0)


def test_every_plan_has_its_like_of_the_same_cost_and_prize():
    apart = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        problem = random_graph(rng)
        if problem.n_arcs > 9:
            continue
        problem = replace(problem, rules=random_rules(rng, problem))
        whole, allowed = set_apart(problem)
        assert allowed.size == whole.n_arcs
        n, m = problem.n_nodes, problem.n_arcs
        ways = {a: {a} for a in range(m)} | {
            int(np.flatnonzero(whole.head == v)[0]): {int(np.flatnonzero(whole.head == v)[0]), m + v - n}
            for v in range(n, whole.n_nodes)
        }
        apart += whole.n_nodes > n
        there = {frozenset(plan) for plan in all_plans(whole)}
        for plan in all_plans(problem):
            if rule_errors(problem, plan):
                continue
            like = frozenset().union(*(ways[a] for a in plan))
            assert like in there
            assert allowed[list(like)].all()
            assert whole.cost[list(like)].sum() == problem.cost[list(plan)].sum()
            assert whole.prize[whole.head[list(like)]].sum() == problem.prize[problem.head[list(plan)]].sum()
    assert apart > 3
