"""The frontier under limits that only leave out, against every plan of small countries; others are refused."""

import numpy as np
import pytest
from every_plan import every_plan

from planner import pipeline
from planner.errors import InputError
from planner.question.at_budgets import AtBudget, _never_falling
from planner.solver import compile_kernels


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("most", [0, 1, None])
def test_every_budget_of_a_frontier_is_the_best_of_all_plans(make, seed, most):
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
    found = pipeline.frontier(asked, country.inputs(), country.options(), points=4)
    for point in found.points:
        limit = round(100 * point.limit)
        best = max(plan.benefit for plan in allowed if plan.spent("programme_cost") <= limit)
        assert point.value == pytest.approx(best, abs=1e-9)
        assert point.bound == pytest.approx(best, abs=1e-9)


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


def test_budgets_that_no_plan_was_found_for_in_time_take_that_of_a_smaller_one():
    def point(budget, value, bound):
        return AtBudget(budget, np.array([budget], np.int32), value, bound)

    none = -np.inf
    points = _never_falling([point(1, none, 9.0), point(2, 4.0, 9.0), point(3, none, 9.0), point(4, 3.0, 9.5)])
    assert [each.value for each in points] == [none, 4.0, 4.0, 4.0]
    assert [each.arcs.tolist() for each in points[1:]] == [[2], [2], [2]]
    assert [each.bound for each in points] == [9.0, 9.0, 9.0, 9.5]


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
