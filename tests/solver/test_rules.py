"""Everything a plan may be asked at once, against enumeration; other objectives; why there is no plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracles import (
    best_ruled_plan,
    make_problem,
    plan_errors,
    plan_value,
    random_graph,
    random_rules,
    random_towns,
    rule_errors,
)

from planner.solver import (
    Floor,
    Limit,
    Ports,
    Rules,
    Status,
    compile_kernels,
    exact,
    explain_conflict,
    follow,
    search,
    solve,
    solve_cheapest,
    solve_in_order,
)
from planner.solver.conflict import relax_hops

N_NODES = 4
MOST_ARCS = 26
"""Arcs up to which all plans are tried in a few hundredths of a second."""


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    """Compile; then search locally for a moment only, so that the exact search has its part in all these graphs."""
    compile_kernels()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(follow, "WORK", 10_000)
        patch.setattr(search, "SMALL_CHUNK_PER_ARC", 50)
        yield


def asked(seed: int):
    """Draw a problem: a graph or towns, and of rules, hop limits and a weight of costs each in some of them."""
    rng = np.random.default_rng(seed)
    draw = random_graph if rng.random() < 0.5 else random_towns
    problem = draw(rng)
    while problem.n_arcs > MOST_ARCS:
        problem = draw(rng)
    if rng.random() < 0.7:
        problem = replace(problem, rules=random_rules(rng, problem))
    if rng.random() < 0.4:
        hops = rng.integers(0, 3, problem.n_arcs).astype(np.int8)
        problem = replace(problem, hops=hops, hop_limit=int(rng.integers(1, 5)))
    if rng.random() < 0.3:
        problem = replace(problem, cost_weight=float(rng.choice([1.0, 0.5, 0.25])))
        if rng.random() < 0.4:
            problem = replace(problem, prize=np.where(rng.random(problem.n_nodes) < 0.5, problem.prize, 0.0))
        if rng.random() < 0.5:
            problem = replace(problem, budget=10**6)
    return problem


def assert_solved(problem) -> None:
    """Solve to a gap of 0 and hold the answer against all plans."""
    best = best_ruled_plan(problem)
    result = solve(problem, gap=0.0, time_limit_s=600.0)
    if best is None:
        assert (result.status, result.value, result.bound) == (Status.INFEASIBLE, None, None)
        return
    assert result.status is Status.OPTIMAL
    assert not rule_errors(problem, result.arcs)
    # What rules ask for need not lead to a prize.
    assert all("leads to no prize" in error for error in plan_errors(problem, result.arcs))
    assert result.value == pytest.approx(plan_value(problem, result.arcs))
    assert best - 1e-5 * abs(best) <= result.value <= best + 1e-9
    assert result.bound >= best - 1e-9
    for _, value, bound in result.trace:
        assert value is None or value <= best + 1e-9
        assert bound is None or bound >= best - 1e-9


@settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**40), tiny=st.sampled_from([0, exact.TINY]))
def test_all_rules_together(seed, tiny):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "TINY", tiny)  # else branch and cut is all that is seen of the exact search
        assert_solved(asked(seed))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**40))
def test_all_rules_together_by_branching(seed):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "SMALL", 0)
        patch.setattr(exact, "SMALL_LAYERED", 0)
        patch.setattr(exact, "TINY", 0)
        assert_solved(asked(seed))


@pytest.mark.parametrize("seed", range(60))
def test_the_cheapest_plan_for_a_target(seed):
    rng = np.random.default_rng(seed)
    problem = replace(random_towns(rng), budget=400)
    if seed % 2:
        problem = replace(problem, rules=random_rules(rng, problem))
    target = float(rng.integers(0, int(problem.prize.sum()) + 1))
    floors = (*problem.rules.floors, Floor("target", problem.prize, target))
    priced = replace(
        problem, prize=np.zeros(problem.n_nodes), cost_weight=1.0, rules=replace(problem.rules, floors=floors)
    )
    best = best_ruled_plan(priced)
    result = solve_cheapest(problem, target, gap=0.0)
    if best is None:
        assert result.status is Status.INFEASIBLE
    else:
        assert (result.status, result.value) == (Status.OPTIMAL, -best)
        assert result.bound <= -best + 1e-9
        assert result.cost == result.value


@pytest.mark.parametrize("seed", range(40))
def test_one_wish_after_another(seed):
    rng = np.random.default_rng(seed)
    problem = random_towns(rng)
    second = np.where(problem.prize > 0, rng.integers(0, 5, problem.n_nodes), 0).astype(float)
    results = solve_in_order(problem, [problem.prize, second], gap=0.0)
    first_best = best_ruled_plan(problem)
    kept = Floor("first", problem.prize, first_best)
    then = replace(problem, prize=second, rules=Rules(floors=(kept,)))
    second_best = best_ruled_plan(then)
    last = replace(
        then,
        prize=np.zeros(problem.n_nodes),
        cost_weight=1.0,
        rules=Rules(floors=(kept, Floor("second", second, second_best))),
    )
    assert [result.value for result in results] == [first_best, second_best, -best_ruled_plan(last)]


@pytest.mark.parametrize("seed", range(60))
def test_a_conflict_is_one_and_its_relaxations_are_the_least(seed):
    rng = np.random.default_rng(seed)
    problem = random_towns(rng)
    spare = Limit("second budget", rng.integers(0, 12, problem.n_arcs), 20)
    problem = replace(problem, budget=40, rules=Rules(limits=(spare,)))
    more = Floor("everybody", problem.prize, best_ruled_plan(problem) + 1.0)
    problem = replace(problem, rules=replace(problem.rules, floors=(more,)))
    conflict = explain_conflict(problem)
    assert conflict.minimal
    assert conflict.rules
    for relaxed in conflict.relaxations:
        assert relaxed.proven
        assert best_ruled_plan(with_bound(problem, relaxed.rule, relaxed.needed)) is not None
        step = -1 if relaxed.rule != "everybody" else 1
        assert best_ruled_plan(with_bound(problem, relaxed.rule, relaxed.needed + step)) is None


def with_bound(problem, name: str, bound: float):
    """Return the problem with another bound of one rule."""
    if name == "budget":
        return replace(problem, budget=int(bound))
    rules = problem.rules
    limits = tuple(replace(row, most=int(bound)) if row.name == name else row for row in rules.limits)
    floors = tuple(replace(row, least=bound) if row.name == name else row for row in rules.floors)
    return replace(problem, rules=replace(rules, limits=limits, floors=floors))


def test_rules_of_one_name_cannot_be_told_apart():
    problem = make_problem(2, [(0, 1, 5, np.inf)], prize=[0, 1], budget=1)
    twice = Floor("north", np.array([0.0, 1.0]), 2.0)
    with pytest.raises(ValueError, match="names must differ"):
        explain_conflict(replace(problem, rules=Rules(floors=(twice, twice))))


def test_a_required_node_out_of_reach_is_the_conflict():
    problem = make_problem(3, [(0, 1, 5, np.inf)], prize=[0, 1, 1], budget=10)
    problem = replace(problem, rules=Rules(required=np.array([1, 2], np.int32)))
    assert solve(problem).status is Status.INFEASIBLE
    assert explain_conflict(problem).rules == ("required 2",)


def test_a_hop_limit_is_a_rule_of_a_conflict_and_its_relaxation_is_the_least():
    """Node 3 lies three hops away, or one at a price that the budget does not have."""
    arcs = [(0, 1, 1, np.inf), (1, 2, 1, np.inf), (2, 3, 1, np.inf), (0, 3, 9, np.inf)]
    problem = make_problem(4, arcs, prize=[0, 1, 1, 1], budget=5, hops=[1, 1, 1, 1], hop_limit=1)
    conflict = explain_conflict(replace(problem, rules=Rules(required=np.array([3], np.int32))))
    assert set(conflict.rules) == {"hops", "budget", "required 3"}
    assert conflict.minimal
    found = {relaxed.rule: (relaxed.needed, relaxed.proven) for relaxed in conflict.relaxations}
    assert found == {"hops": (3.0, True), "budget": (9.0, True)}


def test_who_asked_to_stop_does_not_wait_for_a_hop_limit(monkeypatch):
    """Each doubling makes a graph twice as large: after the first search that was cancelled there is none."""
    tried = []

    def searched(problem, **how):
        tried.append(problem.hop_limit)
        return solve(problem, **how)

    monkeypatch.setattr("planner.solver.conflict.solve", searched)
    arcs = [(i, i + 1, 1, np.inf) for i in range(50)]
    problem = make_problem(51, arcs, prize=[0] + [1] * 50, budget=50, hops=[1] * 50, hop_limit=1)
    problem = replace(problem, rules=Rules(required=np.array([50], np.int32)))
    assert relax_hops(problem, cancelled=lambda: True) is None
    assert tried == [3]


NUMBERS, ONES = np.arange(N_NODES), np.ones(N_NODES)


@pytest.mark.parametrize(
    ("rules", "what"),
    [
        (Rules(limits=(Limit("opex", np.ones(3), 5),)), "opex: expected"),
        (Rules(limits=(Limit("opex", np.array([1, 2, -3]), 5),)), "opex: values"),
        (Rules(limits=(Limit("opex", np.array([1, 2, 3]), -1),)), "opex: values"),
        (Rules(floors=(Floor("north", np.full(N_NODES, np.nan), 1.0),)), "north: values"),
        (Rules(floors=(Floor("north", ONES[1:], 1.0),)), "north: expected"),
        (Rules(required=np.array([N_NODES], np.int32)), "required: expected"),
        (Rules(required=np.array([1.0])), "required: expected"),
        (Rules(excluded=np.array([0], np.int32)), "excluded: the root"),
        (Rules(held=(np.array([3], np.int32),)), "held: expected"),
        (Rules(forbidden=np.array([-1], np.int32)), "forbidden: expected"),
        (Rules(ports=Ports(np.ones(2, np.bool_), NUMBERS)), "ports: expected"),
        (Rules(ports=Ports(np.ones(3, np.bool_), NUMBERS - 1)), "ports: values"),
        (Rules(ports=Ports(np.ones(3, np.bool_), NUMBERS)), "ports: the nodes of one place"),
    ],
)
def test_rules_that_make_no_sense_are_refused(rules, what):
    arcs = [(0, 1, 5, np.inf), (1, 2, 5, np.inf), (1, 3, 5, np.inf)]
    problem = make_problem(N_NODES, arcs, prize=[0, 1, 1, 1], place=[0, 1, 1, 2], budget=10)
    with pytest.raises(ValueError, match=what):
        replace(problem, rules=rules)
