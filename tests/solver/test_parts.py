"""Frontiers whose budgets are searched in parts, against enumeration of small graphs and by hand."""

from dataclasses import replace

import numpy as np
import pytest
from oracles import best_plan, plan_errors, plan_value, random_graph, random_towns

from planner.solver import Part, Point, Termination, compile_kernels, find_part, join_parts
from planner.solver.curve import Line

BUDGETS = [10, 20, 40, 60, 90, 150]


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


@pytest.mark.parametrize("make", [random_graph, random_towns])
@pytest.mark.parametrize("seed", range(12))
def test_parts_together_have_the_best_plan_of_every_budget(make, seed):
    problem = make(np.random.default_rng(seed))
    pieces = np.array_split(BUDGETS, 1 + seed % 6)
    wanted = {"gap": 0.0, "time_limit_s": 600.0, "seed": seed}
    parts = [find_part(problem, piece.tolist(), **wanted) for piece in pieces]
    whole = join_parts(parts, 0.0)
    assert whole.termination is Termination.GAP
    assert [point.budget for point in whole.points] == BUDGETS
    for point in whole.points:
        alone = replace(problem, budget=point.budget)
        assert plan_errors(alone, point.arcs) == []
        assert point.value == plan_value(problem, point.arcs) == pytest.approx(best_plan(alone)[0], rel=1e-12)
        assert point.cost <= point.budget
        assert point.bound == pytest.approx(point.value, rel=2e-6)
    told = [(point.budget, point.value, point.bound) for point in whole.points]
    again = join_parts(parts[::-1], 0.0)
    assert [(point.budget, point.value, point.bound) for point in again.points] == told


@pytest.mark.parametrize("seed", range(8))
def test_parts_that_are_cut_short_are_still_between(seed):
    problem = random_towns(np.random.default_rng(seed))
    parts = [
        find_part(problem, piece, gap=0.0, time_limit_s=0.0, seed=seed, new_cancelled=None)
        for piece in (BUDGETS[:2], BUDGETS[2:])
    ]
    for point in join_parts(parts, 0.0).points:
        best = best_plan(replace(problem, budget=point.budget))[0]
        assert point.value <= best * (1 + 1e-12)
        assert point.bound >= best * (1 - 1e-12)


def part(points, lines=(), termination=Termination.TIME_LIMIT, seconds=1.0):
    told = tuple(Point(budget, np.array([budget], np.int32), budget, value, bound) for budget, value, bound in points)
    return Part(told, tuple(lines), termination, seconds)


def test_plans_go_up_and_ceilings_down():
    """The plan of 10 is better than that of 20; the ceiling of 20 holds for 10, and so does a line that reaches 30."""
    low = part([(10, 5.0, 9.0)], seconds=3.0)
    high = part([(20, 4.0, 7.0), (30, 12.0, 20.0)], [Line(1.0, 0.5, 30)])
    whole = join_parts([high, low], 0.1)
    assert [(point.budget, point.cost, point.value) for point in whole.points] == [
        (10, 10, 5),
        (20, 10, 5),
        (30, 30, 12),
    ]
    assert [point.bound for point in whole.points] == pytest.approx([6.0, 7.0, 16.0])
    assert (whole.termination, whole.seconds) == (Termination.TIME_LIMIT, 3.0)
    assert whole.n_closed(0.4) == 3
    assert whole.n_closed(0.39) == 1 + 1


def test_a_line_holds_no_farther_than_its_graph():
    whole = join_parts([part([(10, 1.0, 9.0)], [Line(0.0, 0.2, 10)]), part([(20, 3.0, 8.0)])], 0.0)
    assert [point.bound for point in whole.points] == pytest.approx([2.0, 8.0])


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        (("gap", "gap"), "gap"),
        (("gap", "time_limit"), "time_limit"),
        (("gap", "cancelled"), "cancelled"),
        (("cancelled", "time_limit"), "cancelled"),
    ],
)
def test_how_the_whole_has_ended(ends, told):
    parts = [part([(10 * k, 1.0, 2.0)], termination=Termination(end)) for k, end in enumerate(ends, 1)]
    assert join_parts(parts, 0.1).termination == told


def test_what_others_have_proven_may_close_a_gap():
    """Out of time by itself: the ceiling of the larger budget is the smaller one's too."""
    parts = [part([(10, 5.0, 9.0)]), part([(20, 5.0, 5.0)], termination=Termination.GAP)]
    assert join_parts(parts, 0.0).termination is Termination.GAP


def test_each_part_asks_its_own_process_whether_to_stop():
    asked = []

    def new_cancelled():
        asked.append("made")
        return lambda: True

    problem = random_towns(np.random.default_rng(1))
    found = find_part(problem, BUDGETS, gap=0.0, time_limit_s=600.0, seed=0, new_cancelled=new_cancelled)
    assert asked == ["made"]
    assert found.termination is Termination.CANCELLED
