"""Points, lines and answers of a frontier: by hand and against enumeration."""

import math
from dataclasses import replace

import numpy as np
import pytest
from oracles import best_plan, make_problem, plan_errors, plan_value, random_towns

from planner.solver.curve import Frontier, Line, Point, make_point
from planner.solver.graph import build_graph
from planner.solver.result import Status, Termination
from planner.solver.tree import tree_of_arcs


def point(budget, value, bound, arcs=(), cost=0):
    return Point(budget, np.array(arcs, np.int32), cost, value, bound)


def frontier(problem, points, lines=(), *, whole=False):
    graph = build_graph(problem, None)
    return Frontier(graph, problem, points, lines, whole_prizes=whole, termination=Termination.GAP, seconds=1.5)


def test_gaps_and_what_is_known_of_a_point():
    assert point(1, 10.0, 11.0).gap == pytest.approx(0.1)
    assert point(1, 10.0, 11.0).status is Status.FEASIBLE
    assert point(1, 10_000.0, 10_001.0).status is Status.OPTIMAL
    assert point(1, 10_000.0, 10_001.1).status is Status.FEASIBLE


def test_a_line_ends_at_its_reach():
    line = Line(3.0, 0.5, 10)
    assert line.at(10) == pytest.approx(8.0, abs=1e-12)
    assert line.at(10) >= 8.0
    assert line.at(11) == math.inf
    assert Line(-3.0, 0.5, 10).at(2) == pytest.approx(-2.0)


def star(budget=0):
    """Root → 1, 2, 3 for 4, 3 and 2 cents, worth 8, 5 and 2; the root itself 1."""
    arcs = [(0, 1, 4, np.inf), (0, 2, 3, np.inf), (0, 3, 2, np.inf)]
    return make_problem(4, arcs, prize=[1, 8, 5, 2], budget=budget)


def test_ceilings_are_the_least_of_lines_bounds_and_everything():
    points = [point(4, 9.0, 9.5, [0], 4), point(7, 14.0, 14.25, [0, 1], 7)]
    lines = [Line(2.0, 1.8, 7), Line(6.0, 1.2, 20)]
    found = frontier(star(), points, lines)
    for budget in range(25):
        expected = [16.0, *(line.intercept + line.price * budget for line in lines if budget <= line.reach)]
        expected += [each.bound for each in points if each.budget >= budget]
        assert found.ceiling(budget) == pytest.approx(min(expected), abs=1e-12)
    whole = frontier(star(), points, lines, whole=True)
    assert [whole.ceiling(budget) for budget in (0, 1, 3, 4, 5, 8, 9)] == [2.0, 3.0, 7.0, 9.0, 11.0, 15.0, 16.0]
    polyline = found.concave_ceiling()
    for budget in range(8):
        assert np.interp(budget, *polyline.T) >= found.ceiling(budget) - 1e-9
    assert polyline[-1, 1] == pytest.approx(16.0)


def test_whole_prizes_keep_all_of_them():
    """Everything is no whole number by itself here, and stays as it is."""
    problem = replace(star(), prize=np.array([0.5, 8.0, 5.0, 2.0]))
    assert frontier(problem, [point(99, 15.5, 15.5, [0, 1, 2], 9)], whole=True).ceiling(50) == 15.5


def test_between_points_the_best_part_of_the_next_larger_plan():
    everything = point(9, 16.0, 16.0, [0, 1, 2], 9)
    found = frontier(star(), [everything])
    for budget in range(12):
        best, _arcs = best_plan(star(budget))
        answer = found.at(budget)
        assert answer.value == best  # a knapsack of three, of which all parts are parts of the plan
        assert (answer.budget, answer.cost <= budget) == (budget, True)
        assert plan_value(star(), answer.arcs) == answer.value
        assert answer.bound >= best
    assert found.at(0).arcs.size == 0
    with pytest.raises(ValueError, match="budget"):
        found.at(-1)


def test_answers_are_remembered_for_larger_budgets():
    found = frontier(star(), [point(4, 9.0, 16.0, [0], 4), point(9, 16.0, 16.0, [0, 1, 2], 9)])
    assert (found.at(8).value, found.at(7).value) == (14.0, 14.0)
    assert [(each.cost, each.value) for each in found._known] == [(4, 9.0), (7, 14.0), (9, 16.0)]


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ([(4, 9.0), (7, 14.0)], [(4, 9.0), (7, 14.0)]),
        ([(7, 14.0), (4, 9.0)], [(4, 9.0), (7, 14.0)]),
        ([(4, 9.0), (5, 9.0)], [(4, 9.0)]),  # no better, and dearer
        ([(5, 9.0), (4, 9.0)], [(4, 9.0)]),
        ([(4, 9.0), (4, 8.0)], [(4, 9.0)]),
        ([(4, 8.0), (4, 9.0)], [(4, 9.0)]),
        ([(3, 5.0), (4, 6.0), (5, 7.0), (2, 6.5)], [(2, 6.5), (5, 7.0)]),
        ([(2, 1.0), (5, 7.0), (6, 8.0), (5, 9.0)], [(2, 1.0), (5, 9.0)]),
    ],
)
def test_plans_known_rise_in_cost_and_value(told, known):
    found = frontier(star(), [])
    for cost, value in told:
        found._remember(point(cost, value, 16.0, [], cost))
    assert [(each.cost, each.value) for each in found._known] == known
    best = found._best_known(1)
    assert (best.value, best.cost, best.arcs.size) == (1.0, 0, 0)
    assert found._best_known(known[-1][0]).value == known[-1][1]
    assert found._best_known(known[-1][0] - 1).cost < known[-1][0]


@pytest.mark.parametrize("seed", range(25))
def test_answers_at_every_budget_against_enumeration(seed):
    """Points at two budgets; in between plans within money and ceiling, never worse than for a smaller budget."""
    problem = random_towns(np.random.default_rng(seed))
    budgets = [40, 120]
    points = []
    for budget in budgets:
        value, arcs = best_plan(replace(problem, budget=budget))
        points.append(point(budget, value, value, arcs, int(problem.cost[list(arcs)].sum())))
    found = frontier(problem, points)
    before = 0.0
    for budget in range(0, 130, 26):
        answer = found.at(budget)
        errors = plan_errors(problem, answer.arcs, budget=budget)
        assert all("leads to no prize" in error for error in errors)  # as the plans of the points may
        assert answer.value == plan_value(problem, answer.arcs)
        assert answer.cost == problem.cost[answer.arcs].sum() <= budget
        best, _arcs = best_plan(replace(problem, budget=budget))
        assert before <= answer.value <= best
        if budget <= 120:
            assert best <= answer.bound
        if budget >= 40:
            assert answer.value >= points[0].value
        before = answer.value
    assert found.at(120).value == points[1].value


def test_points_hold_nothing_that_leads_to_no_prize():
    arcs = [(0, 1, 4, np.inf), (1, 2, 3, np.inf), (0, 3, 2, np.inf)]
    problem = make_problem(4, arcs, prize=[1, 8, 0, 2], budget=99)
    graph = build_graph(replace(problem, prize=np.array([1.0, 8.0, 1.0, 2.0])), None)._replace(
        prize=np.array([1.0, 8.0, 0.0, 2.0])
    )
    found = make_point(problem, graph, tree_of_arcs(graph, graph.all_arcs), 50)
    assert set(found.arcs.tolist()) == {0, 2}
    assert (found.budget, found.cost, found.value, found.bound) == (50, 6, 11.0, math.inf)
