"""Simple rules as plans: never worth less than the rule says, never more than money and links allow."""

import numpy as np
import pytest

from planner import pipeline
from planner.plan.baselines import ALL_LEO, CHEAPEST
from planner.question import answering
from planner.solver import solve as search

PACKAGE, LEO = 600, 3600  # programme cost: 400 + 5 × 40; 600 + 5 × 600
NO_ARCS = np.empty(0, np.int32)


@pytest.fixture
def cut_short(make, monkeypatch):
    """Return a maker of plans whose search ends with nothing in hand; its bound is that of a search that does not."""

    def solve(country, limit):
        proven = []

        def nothing(problem, **wanted):
            found = search(problem, **{**wanted, "time_limit_s": 0.2})
            proven.append(found.bound)
            return type(found)(
                **{
                    **vars(found), "arcs": NO_ARCS, "value": 0.0, "cost": 0, "status": "feasible",
                    "termination": "time_limit", "trace": ((0.0, 0.0, found.bound),),
                }
            )  # fmt: skip

        monkeypatch.setattr(answering, "solve", nothing)
        scenario = make["scenario"](budgets=[{"name": "programme", "limit": limit}])
        return pipeline.solve(scenario, country.inputs(), country.options()), proven[-1]

    return solve


@pytest.mark.parametrize("seed", range(20))
def test_a_search_that_is_cut_short_never_ends_below_a_simple_rule(make, cut_short, referee, seed):
    # Three offices of at most 40 Mbit/s fit on every link: what the rules do by themselves can be built together.
    rng = np.random.default_rng(seed)
    country = make["random_country"](rng, n_offices=3, n_others=3, extra=5)
    for limit in (5_000, 20_000, 60_000, 200_000):
        plan, bound = cut_short(country, limit)
        rules = [rule["within_budget"]["benefit"] for rule in plan.baselines if rule["available"]]
        assert plan.outcome.value >= max(rules, default=0.0)
        assert plan.outcome.value <= bound
        assert plan.budgets[0]["spent"] <= limit
        assert plan.outcome.trace[-1][1] == plan.outcome.value
        assert referee(plan.document()) == []


def trunk(make, *, capacity=np.inf):
    """Three offices behind one trunk of 10 km: 1500 for the source, 10,500 + 500 for the trunk, 1550 per branch."""
    country = make["country"]()
    country.place("S", 1)
    country.place("~j", 3)
    country.link("source", None, "S")
    country.link("fibre", "S", "~j", km=10.0, capacity=capacity)
    for name in "ABC":
        country.office(name, demand=10.0)
        country.link("fibre", "~j", name, km=1.0)
    return country


BRANCH = 1550 + PACKAGE + 600  # with transit: 10 Mbit/s at 12 a year for 5 years
ALONE = 1500 + 11_000 + BRANCH


def test_what_stands_is_not_built_twice_and_the_money_saved_connects_more(make, cut_short):
    plan, _bound = cut_short(trunk(make), ALONE + 2 * BRANCH)
    (cheapest,) = (rule for rule in plan.baselines if rule["name"] == CHEAPEST)
    assert cheapest["within_budget"]["offices"] == 1, "each pays its own trunk"
    assert plan.totals["offices_newly_connected"] == 3
    assert plan.budgets[0]["spent"] == ALONE + 2 * BRANCH
    plan, _bound = cut_short(trunk(make), ALONE + 2 * BRANCH - 1)
    assert plan.totals["offices_newly_connected"] == 2


def test_no_link_is_overloaded(make, cut_short):
    plan, _bound = cut_short(trunk(make, capacity=25.0), 10**6)
    assert plan.totals["offices_newly_connected"] == 2


def test_masts_are_paid_by_their_difference(make, cut_short):
    """A feeds B over 10 m masts and C over 30 m masts; the mast at A is paid once, at its highest."""
    country = make["country"]()
    country.place("S", 1)
    country.link("source", None, "S")
    for name in "ABC":
        country.office(name, demand=10.0, benefit={"A": 300.0, "B": 200.0, "C": 100.0}[name])
    country.link("fibre", "S", "A", km=1.0)
    country.link("microwave", "A", "B", rungs=(0, 0))
    country.link("microwave", "A", "C", rungs=(2, 2))
    plan, _bound = cut_short(country, 10**6)
    assert plan.totals["offices_newly_connected"] == 3
    assert plan.masts.set_index("place")["height_m"].to_dict() == {"A": 30.0, "B": 10.0, "C": 30.0}
    spent = round(100 * plan.budgets[0]["spent"])
    exact, _bound = cut_short(country, spent / 100)
    assert exact.totals["offices_newly_connected"] == 3
    short, _bound = cut_short(country, (spent - 1) / 100)
    assert short.totals["offices_newly_connected"] == 2


def test_an_office_that_a_network_runs_through_takes_its_service_from_that(make, cut_short):
    """A's own cheapest is LEO, but B's fibre runs through it: a place is entered once."""
    country = make["country"]()
    country.place("S", 1)
    country.link("source", None, "S")
    country.office("A", demand=10.0)
    country.office("B", demand=10.0, benefit=500.0)
    country.link("fibre", "S", "A", km=5.0)
    country.link("fibre", "A", "B", km=1.0)
    country.link("leo", None, "A")
    plan, _bound = cut_short(country, 50_000)
    assert plan.offices.set_index("id")["technology"].to_dict() == {"A": "fibre", "B": "fibre"}


def test_a_plan_that_is_better_stays(make):
    country = trunk(make)
    country.link("leo", None, "A")
    plan = pipeline.solve(
        make["scenario"](budgets=[{"name": "programme", "limit": ALONE + 2 * BRANCH}]),
        country.inputs(),
        country.options(),
    )
    assert plan.totals["offices_newly_connected"] == 3
    (leo,) = (rule for rule in plan.baselines if rule["name"] == ALL_LEO)
    assert leo["cheapest"]["office"] == "A"
    assert leo["cheapest"]["programme_cost"] == LEO + PACKAGE


def test_a_search_that_was_cancelled_before_its_first_plan_stays_empty(make):
    country = trunk(make)
    country.link("leo", None, "A")
    plan = pipeline.solve(make["scenario"](), country.inputs(), country.options(), cancelled=lambda: True)
    assert (plan.outcome.status, plan.outcome.value) == ("cancelled", None)
    assert max(rule["within_budget"]["benefit"] for rule in plan.baselines if rule["available"]) > 0
    assert len(plan.links) == 0
