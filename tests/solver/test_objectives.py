"""Other questions: what is asked of the search for them, and what its answers become."""

import math
from dataclasses import replace

import numpy as np
import pytest
from oracles import make_problem

from planner.solver import Floor, Limit, Rules, Status, objectives, solve, solve_cheapest, solve_in_order
from planner.solver.objectives import limit_of_budget, with_measure
from planner.solver.problem import MAX_MONEY


def towns():
    """Root → 1 for 5; 1 → 2 for 4; root → 3 for 20; 1 → 3 for 16."""
    arcs = [(0, 1, 5, np.inf), (1, 2, 4, np.inf), (0, 3, 20, np.inf), (1, 3, 16, np.inf)]
    return make_problem(4, arcs, prize=[0, 1, 2, 4], budget=100)


@pytest.mark.parametrize(
    ("target", "cost", "arcs"),
    [(None, 25, {0, 1, 3}), (0.0, 0, set()), (1.0, 5, {0}), (3.0, 9, {0, 1}), (4.0, 20, {2}), (5.0, 21, {0, 3})],
)
def test_the_least_money_for_a_benefit(target, cost, arcs):
    result = solve_cheapest(towns(), target, gap=0.0)
    assert (result.status, result.value, result.bound, result.cost) == (Status.OPTIMAL, cost, cost, cost)
    assert set(result.arcs.tolist()) == arcs
    assert result.ceiling.shape == (0, 2)
    values = [value for _seconds, value, _bound in result.trace if value is not None]
    bounds = [bound for _seconds, _value, bound in result.trace if bound is not None]
    assert values == sorted(values, reverse=True)
    assert bounds == sorted(bounds)
    assert values[-1] == bounds[-1] == cost


def test_what_rules_ask_for_stays_asked():
    floor, required = Floor("first", np.array([0.0, 1, 0, 0]), 1.0), np.array([3], np.int32)
    problem = replace(towns(), rules=Rules(floors=(floor,), required=required))
    assert solve_cheapest(problem, 0.0, gap=0.0).value == 21
    assert solve_cheapest(problem, 7.0, gap=0.0).value == 25
    assert solve_cheapest(problem, None, gap=0.0).value == 25
    required_beside = replace(towns(), prize=np.array([0.0, 1, 2, 0]), rules=Rules(required=required))
    assert solve_cheapest(required_beside, None, gap=0.0).value == 25


@pytest.mark.parametrize("seed", range(20))
def test_a_start_of_just_the_benefit_asked_for_is_kept(seed):
    """Sums of fractions differ in their last digit by their order: the floor is the start's own sum, met exactly."""
    rng = np.random.default_rng(seed)
    prize = np.array([0.0, *rng.uniform(0.0, 100.0, 60)])
    problem = make_problem(61, [(0, v, 10, np.inf) for v in range(1, 61)], prize=prize, budget=MAX_MONEY)
    start = np.sort(rng.choice(60, 40, replace=False)).astype(np.int32)
    floor = Floor("benefit", prize, math.fsum(prize[1 + start]))
    asked = replace(problem, prize=np.zeros(61), cost_weight=1.0, rules=Rules(floors=(floor,)))
    result = solve(asked, gap=0.0, time_limit_s=0.0, start=start)
    assert result.value is not None
    assert result.value >= -400


def test_more_than_there_is_has_no_plan():
    result = solve_cheapest(towns(), 8.0, gap=0.0)
    assert (result.status, result.value, result.bound) == (Status.INFEASIBLE, None, None)


def test_wishes_in_order_and_then_the_money():
    """First one of the offices 2 and 3, for which there is money; of these the second wish takes 3; then it saves."""
    problem = replace(towns(), budget=24)
    wishes = [np.array([0.0, 0, 1, 1]), np.array([0.0, 0, 0, 5]), np.array([0.0, 1, 0, 0])]
    results = solve_in_order(problem, wishes, gap=0.0)
    assert [result.value for result in results] == [1.0, 5.0, 1.0, 21.0]
    assert set(results[-1].arcs.tolist()) == {0, 3}
    results = solve_in_order(problem, wishes[:2], gap=0.0, start=np.array([2], np.int32))
    assert [result.value for result in results] == [1.0, 5.0, 20.0]
    assert set(results[-1].arcs.tolist()) == {2}


def test_wishes_end_where_there_is_no_plan():
    problem = replace(towns(), rules=Rules(floors=(Floor("all", np.ones(4), 9.0),)))
    results = solve_in_order(problem, [problem.prize, problem.prize], gap=0.0)
    assert [result.value for result in results] == [None]


def test_a_measure_takes_the_place_of_the_budget():
    opex, other = Limit("opex", np.array([1, 2, 3, 4]), 7), Limit("other", np.array([4, 3, 2, 1]), 8)
    problem = replace(towns(), rules=Rules(limits=(opex, other)))
    budget = limit_of_budget(problem)
    assert (budget.name, budget.cost.tolist(), budget.most) == ("budget", [5, 4, 20, 16], 100)
    changed = with_measure(problem, opex)
    assert (changed.cost.tolist(), changed.budget) == ([1, 2, 3, 4], MAX_MONEY)
    assert [(limit.name, limit.most) for limit in changed.rules.limits] == [("other", 8), ("budget", 100)]
    changed = with_measure(problem, budget)
    assert (changed.cost.tolist(), changed.budget) == ([5, 4, 20, 16], MAX_MONEY)
    assert [limit.name for limit in changed.rules.limits] == ["opex", "other"]


def test_offices_without_a_prize_need_not_be_reached():
    problem = replace(towns(), prize=np.array([0.0, 1, 0, 4]))
    result = solve_cheapest(problem, None, gap=0.0)
    assert (result.value, set(result.arcs.tolist())) == (21, {0, 3})


def test_what_the_search_is_asked(monkeypatch):
    """A floor for each wish before, named by its number; no floor for a target of nothing; a minute each."""
    asked = []

    def searched(problem, **how):
        asked.append((problem, how))
        return solve(problem, **how)

    monkeypatch.setattr(objectives, "solve", searched)
    solve_in_order(towns(), [np.array([0.0, 0, 1, 1]), np.array([0.0, 0, 0, 5])], gap=0.0)
    named = [[(floor.name, floor.least) for floor in problem.rules.floors] for problem, _how in asked]
    assert named == [[], [("wish 1", 2.0)], [("wish 1", 2.0), ("wish 2", 5.0)]]
    assert [how["time_limit_s"] for _problem, how in asked] == [60.0] * 3
    assert [problem.cost_weight for problem, _how in asked] == [0.0, 0.0, 1.0]
    solve_cheapest(towns(), 1.0, gap=0.0)
    assert [(floor.name, floor.least) for floor in asked[-1][0].rules.floors] == [("target", 1.0)]
