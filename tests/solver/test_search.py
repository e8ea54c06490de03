"""How a search starts, reports and stops."""

import time
from dataclasses import replace

import numpy as np
import pytest
from oracles import best_plan, make_problem, plan_errors, plan_value, random_towns

from planner.solver import Status, Termination, compile_kernels, solve


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


@pytest.fixture
def problem():
    """Sixty places on a ring road with spurs: a gap stays open for a while."""
    rng = np.random.default_rng(4)
    n = 61
    arcs = [(0, v, int(rng.integers(500, 900)), np.inf) for v in range(1, n, 15)]
    arcs += [
        (u, v, int(rng.integers(10, 300)), 40.0) for u in range(1, n) for v in rng.integers(1, n, 4).tolist() if u != v
    ]
    return make_problem(n, arcs, prize=rng.integers(0, 90, n), demand=rng.integers(0, 8, n), budget=4_000)


def test_a_plan_to_start_from_is_at_least_kept(problem):
    found = solve(problem, gap=0.0, time_limit_s=0.5)
    again = solve(problem, gap=0.0, time_limit_s=0.0, start=found.arcs)
    assert again.value >= found.value
    assert plan_errors(problem, again.arcs) == []


def test_a_start_beyond_the_budget_is_cut_to_it():
    for seed in range(20):
        rich = replace(random_towns(np.random.default_rng(seed)), budget=400)
        poor = replace(rich, budget=60)
        start = solve(rich, gap=0.0, time_limit_s=0.05).arcs
        result = solve(poor, gap=0.0, time_limit_s=0.05, start=start)
        assert plan_errors(poor, result.arcs) == []
        assert result.value <= best_plan(poor)[0] <= result.bound


@pytest.mark.parametrize(
    ("start", "word"),
    [
        ([7], "must lie in"),
        ([-1], "must lie in"),
        ([1], "hang from the root"),
        ([0, 1, 2], "entered twice"),
        ([0, 1, 3], "more than its capacity"),
    ],
)
def test_a_start_that_breaks_a_rule_is_refused(start, word):
    arcs = [(0, 1, 5, np.inf), (1, 2, 5, np.inf), (0, 2, 9, np.inf), (1, 3, 5, 1.0)]
    problem = make_problem(4, arcs, prize=[0, 1, 2, 4], demand=[0, 0, 0, 2.0], budget=100)
    with pytest.raises(ValueError, match=word):
        solve(problem, start=np.array(start, np.int32))


def test_progress_is_the_trace(problem):
    reports = []
    result = solve(problem, gap=0.0, time_limit_s=0.5, on_progress=reports.append)
    assert tuple((p.seconds, p.value, p.bound) for p in reports) == result.trace
    assert len(reports) > 2
    assert reports[-1].gap == result.gap


def test_cancel_ends_the_search_with_the_best_plan_so_far(problem):
    """The search asks often enough: after the word is given it looks at the clock only a few times more."""
    seen = []

    def cancelled():
        seen.append(time.monotonic())
        return len(seen) > 25

    result = solve(problem, gap=-1.0, time_limit_s=600.0, cancelled=cancelled)
    assert (result.status, result.termination) == (Status.CANCELLED, Termination.CANCELLED)
    assert len(seen) == 26
    assert result.value == plan_value(problem, result.arcs)
    assert plan_errors(problem, result.arcs) == []


def test_a_gap_never_reached_ends_by_time_or_with_the_best_plan(problem):
    assert solve(problem, gap=-1.0, time_limit_s=0.2).termination is Termination.TIME_LIMIT
    small = random_towns(np.random.default_rng(0))
    result = solve(small, gap=-1.0, time_limit_s=600.0)
    assert (result.status, result.value, result.bound) == (Status.OPTIMAL, best_plan(small)[0], best_plan(small)[0])


def test_a_tree_is_not_kept_for_the_way_that_it_stands_on():
    """Two offices behind one mast: the mast is paid once, and not at all when the money goes elsewhere."""
    inf = np.inf
    arcs = [(0, 1, 0, inf), (1, 2, 50, inf), (2, 1, 0, inf), (2, 3, 10, inf), (2, 4, 10, inf), (1, 5, 15, inf)]
    prize = [0, 0, 0, 8, 8, 5]
    place = [0, 1, 1, 2, 3, 4]
    rich = make_problem(6, arcs, prize=prize, place=place, budget=85)
    assert sorted(solve(rich, gap=0.0).arcs.tolist()) == [0, 1, 3, 4, 5]
    poor = replace(rich, budget=69)
    assert sorted(solve(poor, gap=0.0).arcs.tolist()) in ([0, 1, 3], [0, 1, 4])
    poorest = replace(rich, budget=59)
    assert solve(poorest, gap=0.0).arcs.tolist() == [0, 5]


def test_a_small_radio_gives_way_to_a_larger_one_when_the_load_asks_for_it():
    arcs = [(0, 1, 10, 5.0), (0, 1, 14, 10.0), (1, 2, 0, np.inf), (1, 3, 0, np.inf)]
    problem = make_problem(4, arcs, prize=[0, 0, 6, 7], demand=[0, 0, 5, 5], budget=13)
    small = solve(problem, gap=0.0)
    assert (small.value, small.arcs.tolist()) == (7.0, [0, 3])
    large = solve(replace(problem, budget=14), gap=0.0)
    assert (large.value, sorted(large.arcs.tolist())) == (13.0, [1, 2, 3])


def test_a_cancel_before_the_graph_is_built_ends_without_a_plan(problem):
    result = solve(problem, cancelled=lambda: True)
    assert (result.status, result.termination) == (Status.CANCELLED, Termination.CANCELLED)
    assert (result.value, result.bound, result.gap, result.trace) == (None, None, None, ())
    assert result.arcs.size == 0
