"""The frontier under limits that only leave out, against every plan of small countries; others are refused."""

import importlib
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
from every_plan import every_plan

from planner import pipeline
from planner.errors import CancelledError, InputError, PlannerError
from planner.jobs.executors import InThisProcess
from planner.question import Spread, ask
from planner.solver import Status, Termination, compile_kernels

at_budgets = importlib.import_module("planner.question.at_budgets")
"""The module: the room has a function of the same name."""


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("most", [0, 1, None])
@pytest.mark.parametrize("dense", [False, True])
def test_every_budget_of_a_frontier_is_the_best_of_all_plans(make, seed, most, dense):
    rng = np.random.default_rng(3000 + seed)
    country = make["random_country"](rng, n_offices=3, n_others=1, extra=3)
    plans = every_plan(country)
    pairs = sorted({(*sorted(ends), name) for plan in plans for ends, name in plan.links if name != "existing"})
    forbidden = list(pairs[rng.integers(len(pairs))])
    limits = {"max_hops": most, "forbid_links": [forbidden]}
    asked = make["scenario"](limits=limits, solver={"gap": 0.0, "time_limit_s": 20})
    allowed = [
        plan
        for plan in plans
        if (most is None or plan.hops <= most)
        and not any({*forbidden[:2]} == ends and forbidden[2] == name for ends, name in plan.links)
    ]
    found = pipeline.frontier(asked, country.inputs(), country.options(), points=4, dense=dense)
    steps = (1 / 16, 1 / 4, 9 / 16, 1) if dense else (1 / 4, 1 / 2, 3 / 4, 1)
    assert [point.limit / found.connect_all for point in found.points] == pytest.approx(steps, abs=1e-3)
    for point in found.points:
        limit = round(100 * point.limit)
        best = max(plan.benefit for plan in allowed if plan.spent("programme_cost") <= limit)
        assert point.value == pytest.approx(best, abs=1e-9)
        assert point.bound == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("parts", [1, 2, 9])
def test_in_parts_every_budget_has_the_best_of_all_plans(make, seed, parts):
    country = make["random_country"](np.random.default_rng(3100 + seed), n_offices=3, n_others=1, extra=3)
    plans = every_plan(country)
    told = []
    with ThreadPoolExecutor(2) as executor:
        found = pipeline.frontier(
            make["scenario"](solver={"gap": 0.0, "time_limit_s": 20}),
            country.inputs(),
            country.options(),
            points=5,
            spread=Spread(executor, parts),
            on_progress=told.append,
        )
    assert found.termination == "gap"
    assert len(found.points) == 5
    money = [point.limit for point in found.points]
    for point in found.points:
        best = max(plan.benefit for plan in plans if plan.spent("programme_cost") <= round(100 * point.limit))
        assert point.value == pytest.approx(best, abs=1e-9)
        assert point.bound == pytest.approx(best, abs=1e-9)
    x, y = np.array(found.ceiling).T
    for amount in np.linspace(0, money[-1], 40):
        best = max(plan.benefit for plan in plans if plan.spent("programme_cost") <= int(100 * amount))
        assert np.interp(amount, x, y) >= best
    assert all(each.budgets == 5 and each.closed <= 5 for each in told)


def test_what_has_to_be_in_a_plan_is_not_searched_in_parts(make):
    country = make["random_country"](np.random.default_rng(3), n_offices=3, n_others=1, extra=3)
    asked = make["scenario"](limits={"must_connect": ["O0"]})
    with pytest.raises(InputError, match="searched one by one, not in parts") as caught:
        pipeline.frontier(asked, country.inputs(), country.options(), points=3, spread=Spread(InThisProcess(), 2))
    assert caught.value.problems[0].column == "--workers, --scheduler"


class Stubborn(Executor):
    """Does the first piece of work, and never begins the others."""

    def __init__(self):
        self.futures = []

    def submit(self, fn, /, *args, **kwargs):
        self.futures.append(Future())
        if len(self.futures) == 1:
            self.futures[0].set_result(fn(*args, **kwargs))
        return self.futures[-1]


def in_parts(make, spread, **more):
    country = make["random_country"](np.random.default_rng(5), n_offices=3, n_others=1, extra=3)
    asked = make["scenario"](solver={"gap": 0.0, "time_limit_s": 20})
    return pipeline.frontier(asked, country.inputs(), country.options(), points=4, spread=spread, **more)


def test_cancelled_it_keeps_the_parts_that_are_done(make):
    found = in_parts(make, Spread(Stubborn(), 2), cancelled=lambda: True)
    assert found.termination == "cancelled"
    assert [round(4 * point.limit / found.connect_all) for point in found.points] == [1, 2]


def test_cancelled_before_any_part_there_is_no_frontier(make):
    executor = Stubborn()
    executor.futures.append(Future())  # so that the first is never done either
    with pytest.raises(CancelledError, match="before the first plan"):
        in_parts(make, Spread(executor, 2), cancelled=lambda: True)


def test_an_error_of_a_part_and_the_loss_of_workers_end_it(make):
    def lost():
        raise PlannerError("gone")

    with pytest.raises(PlannerError, match="gone"):
        in_parts(make, Spread(Stubborn(), 2, check=lost))
    with pytest.raises(ValueError, match="a fault"):
        in_parts(make, Spread(InThisProcess(), 2, new_cancelled=faulty))


def faulty():
    raise ValueError("a fault")


def keeps(plan, limits, offices):
    """Say whether a plan has what it must have: offices, a link, a share of the offices of each region."""
    there = set(limits.get("must_connect", ())) <= plan.connected
    for *ends, technology in limits.get("fix_links", ()):
        there = there and any({*ends} == pair and technology == name for pair, name in plan.links)
    for floor in limits.get("floors", ()):
        for region in {office["region"] for office in offices}:
            own = [office["id"] for office in offices if office["region"] == region]
            there = there and len(plan.connected & set(own)) >= int(np.ceil(floor["share"] * len(own) - 1e-12))
    return there


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("rule", ["must_connect", "fix_links", "floors"])
def test_what_has_to_be_in_every_plan_of_a_frontier(make, seed, rule):
    rng = np.random.default_rng(4000 + seed)
    country = make["random_country"](rng, n_offices=3, n_others=1, extra=3)
    plans = every_plan(country)
    pairs = sorted({(*sorted(ends), name) for plan in plans for ends, name in plan.links if name != "existing"})
    limits = {
        "must_connect": {"must_connect": [f"O{rng.integers(3)}"]},
        "fix_links": {"fix_links": [list(pairs[rng.integers(len(pairs))])]},
        "floors": {"floors": [{"by": "region", "measure": "offices", "share": 0.5}]},
    }[rule]
    offices = country.offices
    allowed = [plan for plan in plans if keeps(plan, limits, offices)]
    asked = make["scenario"](limits=limits, solver={"gap": 0.0, "time_limit_s": 30})
    arguments = (asked, country.inputs(), country.options())
    everything = pipeline.cost_of_all(*arguments, "programme_cost", "budgets.programme.limit")
    possible = [min((plan.spent("programme_cost") for plan in allowed), default=np.inf)]
    if possible[0] > everything:
        with pytest.raises(InputError) as caught:
            pipeline.frontier(*arguments, points=4)
        assert [problem.code for problem in caught.value.problems] == ["no-plan"]
        return
    found = pipeline.frontier(*arguments, points=4)
    assert [limit for limit, _proven in found.without_plan] == [
        limit for limit in (round(everything * k / 4) / 100 for k in range(1, 5)) if round(100 * limit) < possible[0]
    ]
    assert all(proven for _limit, proven in found.without_plan)
    assert len(found.points) + len(found.without_plan) == 4
    for point in found.points:
        limit = round(100 * point.limit)
        best = max(plan.benefit for plan in allowed if plan.spent("programme_cost") <= limit)
        assert point.value == pytest.approx(best, abs=1e-9)
        assert point.bound == pytest.approx(best, abs=1e-9)
    for plan in allowed:
        money, worth = plan.spent("programme_cost") / 100, plan.benefit
        xs, ys = zip(*found.ceiling, strict=True)
        assert worth <= np.interp(money, xs, ys) + 1e-9


class Scripted:
    """Stands for the search: tells what is written for a budget, turn by turn, and notes what it was asked."""

    def __init__(self, script):
        self.script, self.asked = script, []

    def __call__(self, question, *_rest):
        self.budget = question.budgets[0].limit_cents
        return self

    def stage(self, _objective, _kept, seconds, start):
        budget = self.budget
        turns = self.script[budget]
        value, bound = turns.pop(0) if len(turns) > 1 else turns[0]
        self.asked.append((budget, seconds, None if start is None else start.tolist()))
        arcs = np.array([budget], np.int32)
        result = SimpleNamespace(status=Status.FEASIBLE, termination=Termination.TIME_LIMIT)
        return SimpleNamespace(result=result, value=value, bound=bound, arcs=arcs)


def test_time_that_is_left_goes_to_the_budgets_that_are_open(make, monkeypatch):
    """What one budget finds the larger ones take, what it proves the smaller ones; the closed one is left alone."""
    country = make["random_country"](np.random.default_rng(1), n_offices=3, n_others=1, extra=3)
    asked = make["scenario"](limits={"must_connect": ["O0"]}, solver={"gap": 0.0, "time_limit_s": 40})
    question = ask(asked, country.inputs(), country.options())
    script = {
        1: [(None, None)],
        2: [(4.0, 9.0)],
        3: [(None, None), (5.0, 6.0)],
        4: [(3.0, 9.5), (8.0, 8.0)],
    }
    search = Scripted(script)
    monkeypatch.setattr(at_budgets, "Run", search)
    monkeypatch.setattr(at_budgets, "THREADS", 1)
    monkeypatch.setattr(at_budgets._Walk, "seconds", property(lambda _walk: 4.0 * len(search.asked)))
    found = at_budgets.at_budgets(question, [1, 2, 3, 4])
    assert [budget for budget, _seconds, _start in search.asked[:4]] == [4, 3, 2, 1]
    assert [seconds for _budget, seconds, _start in search.asked[:4]] == [5.0, 6.0, 8.0, 14.0]
    assert [start for _budget, _seconds, start in search.asked[:4]] == [None, [4], [4], [2]]
    assert [budget for budget, _seconds, _start in search.asked[4:]] == [1, 3, 4, 2, 1, 2]
    assert found.without == ((1, False),)
    assert [(point.budget, point.value) for point in found.points] == [(2, 4.0), (3, 5.0), (4, 8.0)]
    assert [point.bound for point in found.points] == [6.0, 6.0, 8.0]
    assert found.termination == Termination.TIME_LIMIT


@pytest.mark.parametrize(
    ("asked", "column"),
    [
        ({"limits": {"worst_first": {"by": "region"}}}, "limits.worst_first"),
        ({"funders": [{"name": "n", "amount": 1}]}, "funders"),
        ({"redundancy": [{"office": "O0"}]}, "redundancy"),
    ],
)
def test_what_asks_for_more_is_refused(make, asked, column):
    country = make["random_country"](np.random.default_rng(1), n_offices=3, n_others=1, extra=3)
    with pytest.raises(InputError) as caught:
        pipeline.frontier(make["scenario"](**asked), country.inputs(), country.options(), points=2)
    assert [problem.column for problem in caught.value.problems] == [column]
    assert "exclude, forbid_links, max_hops, must_connect, fix_links, floors" in str(caught.value)
