"""Benefit against budget: plans and ceilings at many budgets, against enumeration of small graphs."""

import time
from dataclasses import replace
from itertools import chain, combinations, pairwise

import numpy as np
import pytest
from oracles import best_plan, make_problem, plan_errors, plan_value, random_graph, random_towns

import planner.solver.frontier as module
from planner.solver import Termination, compile_kernels, find_frontier, solve
from planner.solver.bound import price_out

GRAPHS = 25


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


@pytest.fixture(scope="module")
def ring():
    """Sixty places on a ring road with spurs: gaps stay open for a while."""
    rng = np.random.default_rng(4)
    n = 61
    arcs = [(0, v, int(rng.integers(500, 900)), np.inf) for v in range(1, n, 15)]
    arcs += [
        (u, v, int(rng.integers(10, 300)), np.inf)
        for u in range(1, n)
        for v in rng.integers(1, n, 4).tolist()
        if u != v
    ]
    return make_problem(n, arcs, prize=rng.integers(0, 90, n), demand=rng.integers(0, 8, n), budget=0)


def check(problem, frontier, gap):
    """Check a frontier against the best plans of the budgets asked for and of budgets in between."""
    budgets = [point.budget for point in frontier.points]
    between = sorted({*budgets, *((a + b) // 2 for a, b in pairwise([0, *budgets])), *(b - 1 for b in budgets if b)})
    answers = [frontier.at(budget) for budget in between]
    for point in (*frontier.points, *answers):
        alone = replace(problem, budget=point.budget)
        assert plan_errors(alone, point.arcs) == []
        assert point.value == plan_value(problem, point.arcs)
        assert point.cost == sum(int(problem.cost[a]) for a in point.arcs) <= point.budget
        optimum = best_plan(alone)[0]
        assert point.value <= optimum * (1 + 1e-12)
        assert optimum <= point.bound * (1 + 1e-12)
        assert point.bound <= frontier.ceiling(point.budget) or point.bound == point.value
    for curve in (frontier.points, answers):
        for one, other in pairwise(curve):
            assert one.value <= other.value
            assert one.bound <= other.bound
    if frontier.termination is Termination.GAP:
        assert all(point.gap <= max(gap, 2e-6) for point in frontier.points)


@pytest.mark.parametrize("make", [random_graph, random_towns])
@pytest.mark.parametrize("seed", range(GRAPHS))
def test_between_the_best_plan_and_the_ceiling_at_every_budget(make, seed):
    rng = np.random.default_rng(seed)
    problem = make(rng)
    budgets = rng.choice([0, 10, 20, 40, 60, 90, 150, 400], int(rng.integers(1, 6)), replace=False).tolist()
    for gap in (0.0, 0.2):
        frontier = find_frontier(problem, budgets, gap=gap, time_limit_s=600.0, seed=seed)
        assert [point.budget for point in frontier.points] == sorted(budgets)
        assert frontier.termination is Termination.GAP
        check(problem, frontier, gap)


@pytest.mark.parametrize("time_limit_s", [0.0, 0.02])
def test_cut_short_it_is_still_between(time_limit_s):
    for seed in range(15):
        problem = random_towns(np.random.default_rng(seed))
        check(problem, find_frontier(problem, [20, 50, 90, 400], gap=0.0, time_limit_s=time_limit_s), 0.0)


@pytest.mark.parametrize("make", [random_graph, random_towns])
@pytest.mark.parametrize("seed", range(10))
def test_a_budget_that_time_did_not_come_to_has_the_best_part_of_a_larger_plan(make, seed):
    """Only the largest budget is searched; the others have no less than the best of all parts of its plan."""
    problem = make(np.random.default_rng(seed))
    budgets = [20, 40, 60, 400]
    trail = module.Trail(problem, budgets, 0.0, seed, 600.0, None, None)
    trail.sweep()
    trail.start(3, range(4))
    for _visit in range(4):
        trail.visit([3], range(4))
    frontier = trail.conclude()
    check(problem, frontier, 0.0)
    whole = frontier.points[3].arcs.tolist()
    for point in frontier.points[:3]:
        alone = replace(problem, budget=point.budget)
        parts = chain.from_iterable(combinations(whole, size) for size in range(len(whole) + 1))
        rooted = (part for part in parts if {0, *problem.head[[*part]]} >= {*problem.tail[[*part]]})
        best = max(plan_value(problem, part) for part in rooted if not plan_errors(alone, part))
        assert point.value >= best - 1e-9


def test_lines_of_a_small_graph_do_not_reach_farther_once_time_is_up():
    """Out of time a search begins again with the whole graph: what it took along still holds up to its budget only."""
    problem = make_problem(3, [(0, 1, 10, np.inf), (0, 2, 90, np.inf)], prize=[0, 1, 50], budget=100)
    trail = module.Trail(problem, [20, 100], 0.0, 0, 600.0, None, None)
    trail.sweep()
    assert trail.searches[0].graph.n_arcs == 1  # the dear arc is beyond 20
    trail.whole.deadline = trail.searches[0].deadline = 0.0
    trail.renew(0)
    assert trail.searches[0].graph.n_arcs == 2
    trail.tell(0)
    for point, optimum in zip(trail.conclude().points, (1.0, 51.0), strict=True):
        assert point.bound >= optimum
    assert trail.conclude().ceiling(100) >= 51.0


def test_every_evaluation_may_be_left(ring, monkeypatch):
    """On a large graph one takes many seconds."""
    asked = []

    def watched(*arguments, **more):
        asked.append(more.get("stopped"))
        return price_out(*arguments, **more)

    monkeypatch.setattr(module, "price_out", watched)
    find_frontier(ring, [1_000, 6_000], gap=0.01, time_limit_s=0.0)
    assert len(asked) >= 2
    assert all(asked)


@pytest.mark.parametrize("near", [1e-6, 0.3, 0.9])
def test_aims_that_no_plan_reaches_or_that_leave_everything_keep_the_bounds(near, monkeypatch):
    """An aim is a guess: whatever it is, what is proven must hold."""
    monkeypatch.setattr(module, "NEAR", near)
    monkeypatch.setattr(module, "FARTHEST", 1.0)
    monkeypatch.setattr(module, "PATIENCE", 1)
    for seed in range(20):
        problem = random_towns(np.random.default_rng(seed + 100))
        check(problem, find_frontier(problem, [20, 50, 90, 150, 400], gap=0.0, time_limit_s=600.0), 0.0)


def test_local_search_alone_keeps_the_bounds(monkeypatch, ring):
    monkeypatch.setattr(module.Trail, "finish", lambda _trail: None)
    for seed in range(20):
        problem = random_towns(np.random.default_rng(seed + 200))
        check(problem, find_frontier(problem, [20, 50, 90, 150, 400], gap=0.0, time_limit_s=600.0), 0.0)


def test_one_budget_agrees_with_the_search_of_that_budget(ring):
    frontier = find_frontier(ring, [2_000, 4_000, 6_000], gap=0.01, time_limit_s=600.0)
    assert frontier.termination is Termination.GAP
    for point in frontier.points:
        alone = solve(replace(ring, budget=point.budget), gap=0.01, time_limit_s=600.0)
        assert point.value <= alone.bound
        assert alone.value <= point.bound
        assert plan_errors(replace(ring, budget=point.budget), point.arcs) == []


def test_the_same_seed_does_the_same_work(ring):
    budgets = list(range(500, 6_001, 500))
    one, other = (find_frontier(ring, budgets, gap=0.01, time_limit_s=600.0, seed=7) for _turn in range(2))
    assert one.lines == other.lines
    for a, b in zip(one.points, other.points, strict=True):
        assert (a.value, a.bound, a.arcs.tolist()) == (b.value, b.bound, b.arcs.tolist())


def test_answers_in_between_never_fall_however_they_are_asked(ring):
    frontier = find_frontier(ring, [1_500, 3_000, 4_500, 6_000], gap=0.01, time_limit_s=600.0)
    asked = np.random.default_rng(0).permutation(np.arange(0, 7_000, 97)).tolist()
    for budget in asked:
        frontier.at(budget)
    answers = [frontier.at(budget) for budget in sorted(asked)]
    for one, other in pairwise(answers):
        assert one.value <= other.value
        assert one.bound <= other.bound
    for answer in answers:
        assert plan_errors(replace(ring, budget=answer.budget), answer.arcs) == []
    known = [point for point in frontier.points if point.budget == 3_000]
    assert frontier.at(3_000).value >= known[0].value


def test_cancel_ends_it_with_what_is_known(ring):
    """It asks often enough: after the word is given it looks at the clock only a few times more."""
    for asked_before in (0, 3, 30, 60):
        seen = []

        def cancelled(seen=seen, asked_before=asked_before):
            seen.append(time.monotonic())
            return len(seen) > asked_before

        frontier = find_frontier(ring, range(400, 6_000, 400), gap=-1.0, time_limit_s=600.0, cancelled=cancelled)
        assert frontier.termination is Termination.CANCELLED
        assert len(seen) <= asked_before + 40, "each search of a budget may ask once more"
        for point in frontier.points:
            assert plan_errors(replace(ring, budget=point.budget), point.arcs) == []
            assert point.value <= point.bound


def test_progress_counts_the_closed_budgets(ring):
    reports = []
    frontier = find_frontier(ring, range(1_000, 6_001, 1_000), gap=0.02, time_limit_s=600.0, on_progress=reports.append)
    assert frontier.termination is Termination.GAP
    assert [r.seconds for r in reports] == sorted(r.seconds for r in reports)
    assert (reports[-1].closed, reports[-1].budgets) == (6, 6)


@pytest.mark.parametrize("budgets", [[], [5, -1]])
def test_budgets_that_are_none(budgets):
    problem = make_problem(2, [(0, 1, 5, np.inf)], prize=[0, 1], budget=0)
    with pytest.raises(ValueError, match="budget"):
        find_frontier(problem, budgets)
    with pytest.raises(ValueError, match="budget"):
        find_frontier(problem, [5]).at(-1)


def test_nothing_to_connect_is_proven_at_once():
    problem = make_problem(3, [(0, 1, 5, np.inf)], prize=[2, 0, 1], budget=0)
    frontier = find_frontier(problem, [0, 100], gap=0.0)
    assert [(point.value, point.bound, point.cost) for point in frontier.points] == [(2.0, 2.0, 0)] * 2
    assert frontier.termination is Termination.GAP
