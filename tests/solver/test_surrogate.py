"""One budget in place of many rows: it holds for every plan, and its weights are those of linear programs."""

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from oracles import all_plans, make_problem, plan_value, random_graph, random_rules, random_towns, rule_errors
from scipy.optimize import linprog

from planner.solver import Floor, Limit, Rules, surrogate
from planner.solver.graph import build_graph
from planner.solver.problem import MAX_MONEY
from planner.solver.surrogate import (
    COUNTED,
    blend,
    evaluate,
    price_rows,
    search_weights,
    stand_in,
    with_counted_prizes,
)
from planner.solver.terms import terms_of


def never():
    return False


@pytest.mark.parametrize("make", [random_graph, random_towns])
def test_plans_that_keep_the_rules_keep_the_one_budget_and_are_worth_as_much(make):
    compared = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        problem = make(rng)
        if problem.n_arcs > 18:
            continue
        problem = replace(problem, rules=random_rules(rng, problem), cost_weight=float(rng.choice([0.0, 0.5])))
        found = stand_in(problem, lambda: True)  # weights that were looked for no longer than once
        asked = found.problem
        assert len(found.slopes) == (1 + len(problem.rules.limits) if problem.rules.limits else 1)
        assert problem.rules.limits or found.slopes == (1.0,)  # the budget is still the one asked for
        for plan in all_plans(problem):
            if problem.cost[list(plan)].sum() > problem.budget or rule_errors(problem, plan):
                continue
            value, other = plan_value(problem, plan), plan_value(asked, plan)
            assert asked.cost[list(plan)].sum() <= asked.budget
            assert other >= value + found.shift - 1e-9 * max(abs(found.shift), abs(value), 1.0)
            compared += 1
    assert compared > 60


def test_without_rules_a_problem_stands_for_itself():
    problem = make_problem(2, [(0, 1, 5, np.inf)], prize=[0, 1], budget=3)
    found = stand_in(problem, never)
    assert found.problem is problem
    assert (found.shift, found.slopes) == (0.0, (1.0,))


def counted_problem(**rules):
    arcs = [(0, 1, 5, np.inf), (0, 2, 300, np.inf), (1, 3, 1, np.inf)]
    return replace(make_problem(4, arcs, prize=[0, 8, 0, 0], budget=9), rules=Rules(**rules))


def test_what_counts_for_a_rule_is_worth_reaching():
    assert COUNTED == 2.0**-40  # lost beside prizes, and not in their sum
    little = 8.0 * COUNTED
    floor = Floor("north", np.array([0.0, 1, 2, 0]), 1.0)
    counted, shift = with_counted_prizes(counted_problem(floors=(floor,)))
    assert (counted.prize.tolist(), shift) == ([0, 8, little, 0], 0.0)
    counted, shift = with_counted_prizes(counted_problem(held=(np.array([2], np.int32),)))
    assert (counted.prize.tolist(), shift) == ([0, 8, 0, little], 0.0)
    nothing = replace(counted_problem(floors=(floor,)), prize=np.zeros(4))
    assert with_counted_prizes(nothing)[0].prize.tolist() == [0, COUNTED, COUNTED, 0]


@pytest.mark.parametrize("cost_weight", [0.0, 0.5])
def test_a_required_node_is_worth_more_than_all_else_and_its_way(cost_weight):
    problem = replace(counted_problem(required=np.array([3, 0, 2], np.int32)), cost_weight=cost_weight)
    counted, shift = with_counted_prizes(problem)
    bonus = shift / 2
    assert counted.prize.tolist() == [0, 8, bonus, bonus]
    way = cost_weight * 300 * 4
    assert 2.0 * (8.0 + 1.0 + way) < bonus <= 4.0 * (8.0 + 1.0 + way)
    assert math.log2(bonus) % 1 == 0


def two_limits():
    arcs = [(0, v, cost, np.inf) for v, cost in ((1, 100), (2, 250), (3, 70))]
    problem = make_problem(4, arcs, prize=[0, 5, 6, 7], budget=300)
    opex = Limit("opex", np.array([3, 9, 11]), 17)
    return replace(problem, rules=Rules(limits=(opex,)))


def test_rows_are_added_up_by_their_weights():
    problem, money = two_limits(), np.array([0.25, 4.0])
    cost, budget, unit = blend(problem, money)
    exact = 0.25 * problem.cost + 4.0 * problem.rules.limits[0].cost
    assert cost * unit == pytest.approx(exact, rel=1e-11)
    assert (cost * unit <= exact).all()  # rounded down
    most = 0.25 * 300 + 4.0 * 17
    assert budget * unit >= most
    assert budget * unit == pytest.approx(most, rel=1e-11)
    assert cost.sum() == pytest.approx(2.0**50, rel=1e-9)
    weighed = blend(replace(problem, cost_weight=2.0), money)
    assert weighed[0] * weighed[2] == pytest.approx(exact + 2.0 * problem.cost, rel=1e-11)
    assert weighed[1] * weighed[2] == pytest.approx(most, rel=1e-11)


def test_rows_of_no_weight_leave_money_without_end():
    cost, budget, unit = blend(two_limits(), np.zeros(2))
    assert (cost.tolist(), budget, unit) == ([0, 0, 0], MAX_MONEY, 1.0)


def test_slopes_are_what_more_of_each_limit_adds():
    problem = two_limits()
    found = stand_in(problem, never)
    money = np.array(found.slopes)
    more = replace(
        problem, budget=problem.budget + 100, rules=Rules(limits=(replace(problem.rules.limits[0], most=20),))
    )
    unit = found.problem.cost.sum()  # the same weights: so much is added
    assert unit > 0
    cost, budget, _unit = blend(more, money)
    scale = cost.sum() / found.problem.cost.sum()
    assert budget / scale - found.problem.budget == pytest.approx(100 * money[0] + 3 * money[1], rel=1e-6)


def star(seed):
    """Offices on arcs of their own out of the root, limits and floors: the linear program is the least ceiling."""
    rng = np.random.default_rng(seed)
    n = 7
    arcs = [(0, v, int(rng.integers(5, 60)), np.inf) for v in range(1, n)]
    problem = make_problem(n, arcs, prize=[0, *rng.integers(5, 50, n - 1)], budget=int(rng.integers(40, 120)))
    limits = [Limit(f"limit {k}", rng.integers(1, 30, n - 1), int(rng.integers(20, 60))) for k in range(seed % 3)]
    weight = np.r_[0.0, rng.integers(0, 3, n - 1).astype(float)]
    floors = (Floor("floor", weight, 3.0),) if seed % 2 else ()
    return replace(problem, rules=Rules(limits=tuple(limits), floors=floors), cost_weight=0.5 if seed % 4 == 3 else 0.0)


def relaxed(problem):
    """Return the optimum of the linear program of a star, None if it has none."""
    rows = [problem.cost, *(limit.cost for limit in problem.rules.limits)]
    most = [problem.budget, *(limit.most for limit in problem.rules.limits)]
    rows += [-floor.weight[1:] for floor in problem.rules.floors]
    most += [-floor.least for floor in problem.rules.floors]
    gain = problem.prize[1:] - problem.cost_weight * problem.cost
    found = linprog(-gain, A_ub=np.array(rows), b_ub=most, bounds=(0, 1))
    return -found.fun if found.status == 0 else None


@pytest.mark.parametrize("seed", range(16))
def test_weights_are_nearly_those_of_the_linear_program(seed):
    problem = star(seed)
    optimum = relaxed(problem)
    graph = build_graph(problem, None)
    terms = terms_of(problem, graph)
    money, merit = search_weights(problem, -math.inf, never)
    assert (money >= 0).all()
    assert (merit >= 0).all()
    ceiling = price_rows(graph, terms, money, merit, never)[0]
    assert optimum is not None
    assert optimum - 1e-6 <= ceiling <= 1.03 * optimum + 0.2


@pytest.mark.parametrize("seed", range(16))
def test_rounds_alone_come_near(seed, monkeypatch):
    """What is used too much gets dearer, what falls short counts for more: without settling, to a tenth."""
    monkeypatch.setattr(surrogate, "PATTERNS", 0)
    problem = star(seed)
    optimum = relaxed(problem)
    graph = build_graph(problem, None)
    money, merit = search_weights(problem, -math.inf, never)
    ceiling = price_rows(graph, terms_of(problem, graph), money, merit, never)[0]
    assert optimum - 1e-6 <= ceiling <= 1.1 * optimum + 0.5


@pytest.mark.parametrize("seed", range(16))
def test_ceilings_and_what_a_tree_takes_at_any_weights(seed):
    """In a star each office is taken for itself: where its prize and merit pay for what it takes."""
    problem = star(seed)
    rng = np.random.default_rng(seed)
    graph = build_graph(problem, None)
    terms = terms_of(problem, graph)
    money, merit = rng.random(terms.most.size), 5.0 * rng.random(terms.least.size)
    ceiling, used, got = evaluate(graph, terms, money, merit, never)
    priced = money @ terms.spend + graph.cost_weight * terms.spend[0]
    gain = (graph.prize + merit @ terms.weight)[graph.head] - priced
    given = float(money @ terms.most - merit @ terms.least)
    assert ceiling == pytest.approx(np.maximum(gain, 0.0).sum() + given, rel=1e-9)
    taken = gain > 0
    assert used.tolist() == terms.spend[:, taken].sum(axis=1).tolist()
    assert got.tolist() == pytest.approx(terms.weight[:, graph.head[taken]].sum(axis=1).tolist())
    again, blended, pricing = price_rows(graph, terms, money, merit, never)
    assert again == ceiling
    assert blended.cost * pricing.price == pytest.approx(priced, rel=1e-9)
    assert blended.prize.tolist() == (graph.prize + merit @ terms.weight).tolist()
    for size in range(1 + graph.n_arcs):
        for some in map(list, combinations(range(graph.n_arcs), size)):
            within = (terms.spend[:, some].sum(axis=1) <= terms.most).all()
            if within and (terms.weight[:, graph.head[some]].sum(axis=1) >= terms.least).all():
                value = graph.prize[graph.head[some]].sum() - graph.cost_weight * terms.spend[0, some].sum()
                assert value <= ceiling + 1e-9


def test_a_ceiling_below_every_plan_ends_the_search():
    """Every plan is said to be worth a million: what is found first is a proof that there is none."""
    problem, asked = star(5), []

    def stopped():
        asked.append(1)
        return False

    money, merit = search_weights(problem, 1e6, stopped)
    few = len(asked)
    graph = build_graph(problem, None)
    terms = terms_of(problem, graph)
    assert price_rows(graph, terms, money, merit, never)[0] < 1e6 - merit @ terms.least
    asked.clear()
    search_weights(problem, -math.inf, stopped)
    assert len(asked) > 40 * max(few, 1)


def test_where_there_is_nothing_to_weigh_the_budget_has_all():
    problem = two_limits()
    empty = replace(problem, prize=np.zeros(4))
    money, merit = search_weights(empty, 0.0, never)
    assert (money.tolist(), merit.tolist()) == ([1.0, 0.0], [])
