"""Simple rules on a handful of offices, reckoned by hand."""

import numpy as np
import pytest

from planner.finance import MEASURES
from planner.plan.baselines import ALL_CELLULAR, ALL_LEO, CHEAPEST, take

LEO, PACKAGE, CELLULAR = 3600, 600, 1300  # programme cost: 600 + 5 × 600; 400 + 5 × 40; 100 + 5 × 240


@pytest.fixture
def beside(make):
    """Return a maker of the baselines of a country: three offices with LEO, one of them also with cellular."""

    def at(limit, **changes):
        from planner.plan.plan import Budget

        country = make["country"]()
        country.office("A", benefit=30.0)
        country.office("B", benefit=90.0)
        country.office("C", benefit=50.0)
        country.office("Z", benefit=80.0, known=False)
        for name in "ABC":
            country.link("leo", None, name)
        country.link("cellular", None, "C", capacity=changes.get("cellular_mbps", 20.0))
        choice = country.choice([], "")
        budget = Budget("programme", "programme_cost", 100 * limit)
        plan = make["plan"](country, choice, budgets=[budget])
        return {baseline["name"]: baseline for baseline in plan.document()["baselines"]}

    return at


def test_offices_are_taken_by_benefit_per_money_until_it_is_spent(beside):
    leo = beside(2 * (LEO + PACKAGE) + 4199)[ALL_LEO]
    assert (leo["candidates"], leo["without_option"]) == (4, 1)
    assert leo["within_budget"]["offices"] == 2
    assert leo["within_budget"]["benefit"] == 90 + 50
    assert leo["within_budget"]["people"] == 10 * (90 + 50)
    assert leo["within_budget"]["programme_cost"] == 2 * (LEO + PACKAGE)
    assert leo["everyone"]["offices"] == 3
    assert leo["everyone"]["programme_cost"] == 3 * (LEO + PACKAGE)
    assert leo["everyone"]["opex_per_year"] == 3 * 640


def test_cheapest_for_each_takes_cellular_where_it_is_cheaper(beside):
    cheapest = beside(CELLULAR + PACKAGE)[CHEAPEST]
    # C at 50 per 1900 beats B at 90 per 4200.
    assert cheapest["within_budget"]["benefit"] == 50
    assert cheapest["everyone"]["programme_cost"] == 2 * (LEO + PACKAGE) + CELLULAR + PACKAGE


def test_a_service_that_is_too_slow_does_not_count(beside):
    found = beside(10**6, cellular_mbps=9.9)
    assert not found[ALL_CELLULAR]["available"]
    assert found[ALL_CELLULAR]["reason"]
    assert found[ALL_CELLULAR]["within_budget"] is None
    assert found[CHEAPEST]["everyone"]["programme_cost"] == 3 * (LEO + PACKAGE)


def test_an_office_that_no_longer_fits_is_passed_over():
    taken = take(np.array([10.0, 90.0, 8.0]), np.array([100.0, 1000.0, 100.0]), 1050)
    # 10 per 100 first; 90 per 1000 does not fit any more; 8 per 100 does.
    assert taken.tolist() == [0, 2]


def test_what_has_no_benefit_is_not_taken_and_what_costs_nothing_is():
    assert take(np.array([0.0, 5.0]), np.array([0.0, 0.0]), 0).tolist() == [1]


def test_cheapest_for_each_pays_its_own_way_to_the_source(make):
    """Two offices behind one trunk: each pays all of it."""
    country = make["country"]()
    country.place("S", 1)
    country.place("~j", 3)
    country.office("A")
    country.office("B")
    country.link("source", None, "S")
    country.link("fibre", "S", "~j", km=10.0)
    country.link("fibre", "~j", "A", km=1.0)
    country.link("fibre", "~j", "B", km=1.0)
    plan = make["plan"](country, country.choice([], ""))
    cheapest = next(baseline for baseline in plan.baselines if baseline["name"] == CHEAPEST)
    # 1500 for the source, 11000 and 1550 for fibre, 1200 for the office; twice.
    assert cheapest["everyone"]["programme_cost"] == 2 * (1500 + 11_000 + 1550 + 1200)
    assert cheapest["everyone"]["capex"] == 2 * (1000 + 10_500 + 1500 + 400)
    assert set(MEASURES) <= set(cheapest["everyone"])
