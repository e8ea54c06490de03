"""Worst first and the price of fairness, through the pipeline, against every plan."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
from every_plan import every_plan

from planner import pipeline
from planner.links.options import PlaceKind
from planner.plan.model import Plan
from planner.plan.verify import PlanDocument
from planner.plan.verify.equity import check_equity
from planner.question.fairness import Known, settle_worst_first
from planner.report.fairness import fairness_lines
from planner.solver import Status, compile_kernels

COUNTRIES = range(16)


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


@pytest.fixture(scope="module", params=COUNTRIES)
def country(request, make):
    rng = np.random.default_rng(request.param + 300)
    country = make["random_country"](rng, n_offices=5, n_others=1, extra=1)
    return country, every_plan(country)


def shares(plan, country, measure):
    """Return the share of each region in a plan, of those that have anything."""
    found = {}
    for region in ("R0", "R1"):
        offices = [office for office in country.offices if office["region"] == region]
        worth = {
            office["id"]: 1.0
            if measure == "offices"
            else 0.0
            if office["status_before"] == "adequate"
            else office[measure]
            for office in offices
        }
        total = math.fsum(worth.values())
        if total > 0:
            found[region] = math.fsum(value for name, value in worth.items() if name in plan.connected) / total
    return found


@pytest.mark.parametrize("measure", ["offices", "people", "benefit"])
def test_the_worst_comes_first(country, make, referee, measure):
    """Of two regions the order settles all: the lesser share as high as can be, then the greater, then benefit."""
    country, plans = country
    some = sorted(plan.spent("programme_cost") for plan in plans)[int(0.8 * len(plans))]
    asked = {
        "budgets": [{"name": "all", "limit": some / 100}],
        "limits": {"worst_first": {"by": "region", "measure": measure}},
        "solver": {"gap": 0.0, "time_limit_s": 60},
    }
    plan = pipeline.solve(make["scenario"](**asked), country.inputs(), country.options())
    document = json.loads(json.dumps(plan.document()))
    assert referee(document) == []
    assert Plan.from_document(document).document() == document
    within = [each for each in plans if each.spent("programme_cost") <= some]
    of_plan = {id(each): shares(each, country, measure) for each in within}
    levels = plan.equity["levels"]
    assert [level["by"] for level in levels] == ["region"] * len(levels)
    assert {level["group"] for level in levels} == set(of_plan[id(within[0])])
    if levels:
        worst = max(min(each.values()) for each in of_plan.values())
        assert min(level["share"] for level in levels) == pytest.approx(worst, abs=1e-9)
        assert levels[0]["bound"] == pytest.approx(levels[0]["share"], abs=1e-9)
    if len(levels) == 2:
        first, second = levels
        keep = [each for each in within if of_plan[id(each)][first["group"]] >= first["share"] - 1e-9]
        best = max(of_plan[id(each)][second["group"]] for each in keep)
        assert second["share"] == pytest.approx(best, abs=1e-9)
    fair = [
        each for each in within if all(of_plan[id(each)][level["group"]] >= level["share"] - 1e-9 for level in levels)
    ]
    assert plan.outcome.value == pytest.approx(max(each.benefit for each in fair), abs=1e-6)
    unfair = max(each.benefit for each in within)
    assert plan.equity["without"]["value"] == pytest.approx(unfair, abs=1e-6)
    assert plan.equity["price"] == pytest.approx(unfair - plan.outcome.value, abs=1e-6)


def test_the_price_of_floors_is_told(country, make):
    country, plans = country
    some = sorted(plan.spent("programme_cost") for plan in plans)[int(0.8 * len(plans))]
    within = [each for each in plans if each.spent("programme_cost") <= some]
    least = max(within, key=lambda each: len(each.connected))
    asked = {
        "budgets": [{"name": "all", "limit": some / 100}],
        "limits": {"floors": [{"measure": "offices", "count": len(least.connected)}]},
        "solver": {"gap": 0.0, "time_limit_s": 60},
    }
    plan = pipeline.solve(make["scenario"](**asked), country.inputs(), country.options())
    unfair = max(each.benefit for each in within)
    fair = max(each.benefit for each in within if len(each.connected) == len(least.connected))
    assert plan.equity["levels"] == []
    assert plan.equity["without"]["value"] == pytest.approx(unfair, abs=1e-6)
    assert plan.equity["price"] == pytest.approx(unfair - fair, abs=1e-6)
    assert plan.equity["price"] <= plan.equity["price_at_most"]


def test_the_worst_comes_first_with_phases(country, make, referee):
    """Money is saved up: what all years pay for, run for a year, is a plan of these years, bought in the last one."""
    (country, plans), measure = country, "people"
    least = {id(plan): plan.spent("capex") + plan.spent("opex_per_year") for plan in plans}
    some = sorted(least.values())[int(0.7 * len(plans))]
    asked = {
        "budgets": [],
        "phases": [
            {"year": 2027, "limit": (some // 2) / 100, "carry_over": True},
            {"year": 2028, "limit": (some - some // 2) / 100},
        ],
        "limits": {"worst_first": {"by": "region", "measure": measure}},
        "solver": {"gap": 0.3, "time_limit_s": 60},
    }
    plan = pipeline.solve(make["scenario"](**asked), country.inputs(), country.options())
    document = json.loads(json.dumps(plan.document()))
    assert referee(document) == []
    assert Plan.from_document(document).document() == document
    within = [each for each in plans if least[id(each)] <= some]
    of_plan = {id(each): shares(each, country, measure) for each in within}
    levels = plan.equity["levels"]
    assert {level["group"] for level in levels} == set(of_plan[id(within[0])])
    mine = {level["group"]: level["reached"] / level["total"] for level in levels}
    assert all(mine[level["group"]] >= level["share"] - 1e-9 for level in levels)
    if levels:
        best = max(min(each.values()) for each in of_plan.values())
        assert min(level["share"] for level in levels) <= best + 1e-9 <= levels[0]["bound"] + 2e-9
        assert levels[0]["share"] == pytest.approx(best, abs=1e-9)
    assert plan.outcome.value <= plan.outcome.bound
    assert plan.equity["without"]["value"] >= plan.outcome.value
    money = make["scenario"]().money
    worth = [(1 + money.discount_rate) ** -year for year in range(money.horizon_years)]
    second_year = sum(worth[1:]) / sum(worth)
    assert max(each.benefit for each in within) * second_year <= plan.equity["without"]["bound"] + 1e-6


@pytest.mark.parametrize("kind", ["plain", "phases", "redundancy"])
@pytest.mark.parametrize("settled", [True, False])
def test_worst_first_without_a_plan_in_its_time_is_told(make, referee, monkeypatch, kind, settled):
    """A plan in which nothing was settled says so, and holds; one that says otherwise does not."""
    if not settled:
        for finder in (
            "planner.question.fairness.TreeFinder.__call__",
            "planner.question.phased._Search.any_plan",
            "planner.question.two_ways.any_plan",
        ):
            monkeypatch.setattr(finder, lambda *_asked: (Status.UNKNOWN, None))
    country = make["country"]()
    for name in "ST":
        country.place(name, PlaceKind.SOURCE, region="North")
        country.link("source", None, name)
    for name, region in (("A", "North"), ("B", "South")):
        country.office(name, region=region)
        country.link("fibre", "S", name, km=5.0)
        country.link("fibre", "T", name, km=5.0)
    asked = {
        "plain": {},
        "phases": {"phases": [{"year": 2027, "limit": 50_000}, {"year": 2028, "limit": 9_000}], "budgets": []},
        "redundancy": {"redundancy": [{"office": "A"}]},
    }[kind]
    limits = {"worst_first": {"by": "region", "measure": "offices"}}
    scenario = make["scenario"](**asked, limits=limits, solver={"time_limit_s": 5})
    plan = pipeline.solve(scenario, country.inputs(), country.options())
    document = json.loads(json.dumps(plan.document()))
    assert referee(document) == []
    assert plan.outcome.value == 200.0
    assert (document["equity"]["settled"], len(document["equity"]["levels"])) == (settled, 2 if settled else 0)
    assert ("not settled" in " ".join(fairness_lines(plan))) == (not settled)
    basis = SimpleNamespace(
        scenario=scenario,
        offices={row["id"]: row for row in country.inputs().offices.to_dict("records")},
    )
    assert check_equity(PlanDocument.model_validate_json(json.dumps(document)), basis).differences == []
    for wrong in (not settled, None):
        document["equity"]["settled"] = wrong
        assert check_equity(PlanDocument.model_validate_json(json.dumps(document)), basis).differences


def test_a_share_that_is_proven_out_of_reach_is_in_no_plan(make):
    """Of two groups of different size, one can have a share that is less than a millionth above the other's."""
    country = make["country"]()
    people = np.array([10.0, 10.0, 10.0, 333_333.0, 666_665.0])
    small = np.arange(len(people)) < 3
    for number, in_small in enumerate(small.tolist()):
        country.office(f"O{number}", region="small" if in_small else "large")
    inputs = country.inputs()
    inputs.offices["people"] = people
    plans = np.array([[1, 0, 0, 1, 1], [1, 1, 0, 1, 0]], np.bool_)
    best = max(min(people[plan & group].sum() / people[group].sum() for group in (small, ~small)) for plan in plans)
    assert 1 / 3 < best < 1 / 3 + 1e-6

    def find(floors, _seconds):
        kept = (plan for plan in plans if all(row.reached(plan) >= row.least - 1e-9 * row.least for row in floors))
        plan = next(kept, None)
        return (Status.INFEASIBLE, None) if plan is None else (Status.FEASIBLE, Known(plan, plan))

    question = SimpleNamespace(
        scenario=make["scenario"](limits={"worst_first": {"by": "region", "measure": "people"}}),
        inputs=inputs,
        reachable=np.ones(len(people), np.bool_),
    )
    settled = settle_worst_first(question, find, 60.0, None)
    assert settled.levels[0].share == 10 / 30
    assert best <= settled.levels[0].bound <= 1 / 3 + 2e-6
