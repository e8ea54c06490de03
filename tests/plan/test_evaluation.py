"""Somebody else's plan beside the best one of the same money."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from planner import evaluation, pipeline
from planner.links.options import PlaceKind
from planner.plan.verify import PlanDocument
from planner.plan.verify.equity import check_equity
from planner.question import answering
from planner.report.fairness import fairness_lines
from planner.solver import solve as search


@pytest.fixture
def evaluated(make, tmp_path):
    """Return a maker of evaluations: offices A, B and C with LEO, of which some are excluded."""

    def evaluate(rows, *, exclude=(), limit=100_000):
        country = make["country"]()
        for name, benefit in (("A", 100.0), ("B", 60.0), ("C", 30.0)):
            country.office(name, benefit=benefit)
            country.link("leo", None, name)
        scenario = make["scenario"](budgets=[{"name": "programme", "limit": limit}], limits={"exclude": list(exclude)})
        table = tmp_path / "theirs.csv"
        table.write_text("\n".join(["bureau;technologie", *rows]) + "\n")
        return evaluation.evaluate_plan(scenario, country.inputs(), country.options(), table)

    return evaluate


LEO = 4200.0  # with the package, as in test_baselines


def test_an_excluded_office_is_refused_and_the_bound_holds(evaluated):
    found = evaluated(["A;leo", "B;LEO"], exclude=["A"])
    assert [(problem.row, problem.code, problem.column) for problem in found.refused] == [
        (2, "excluded-office", "bureau")
    ]
    assert found.theirs.outcome.value == 60.0
    assert found.theirs.outcome.bound == found.ours.outcome.bound == 60.0


def test_refused_rows_are_told_in_the_words_of_the_table(evaluated):
    found = evaluated(["A;leo", "B;Télégraphe"])
    assert [(problem.column, problem.value) for problem in found.refused] == [("technologie", "Télégraphe")]


@pytest.mark.parametrize("limit", [100_000, LEO])
def test_the_scenarios_own_budget_is_kept_beside_what_they_spend(evaluated, limit):
    found = evaluated(["A;leo", "C;leo"], limit=limit)
    (own,) = found.own_budgets
    assert (own.name, own.limit_cents) == ("programme", 100 * limit)
    assert found.theirs.budgets[0]["limit"] == found.theirs.budgets[0]["spent"] == 2 * LEO
    assert found.ours.outcome.value == 160.0


def test_the_best_plan_of_the_same_money_is_at_least_theirs(evaluated, monkeypatch):
    """A search that ends with nothing, and rules that are of no help, leave their own plan."""

    def nothing(problem, **wanted):
        found = search(problem, **wanted)
        empty = {"arcs": np.empty(0, np.int32), "value": 0.0, "cost": 0, "status": "feasible"}
        ended = {"termination": "time_limit", "trace": ((0.0, 0.0, found.bound),)}
        return type(found)(**{**vars(found), **empty, **ended})

    monkeypatch.setattr(answering, "solve", nothing)
    monkeypatch.setattr(pipeline, "better_rule", lambda *_arguments: None)
    found = evaluated(["B;leo", "C;leo"])
    assert found.ours.outcome.value == found.theirs.outcome.value == 90.0
    assert found.ours.outcome.bound == 160.0


@pytest.fixture
def ruled(make, tmp_path):
    """Return a maker of evaluations of A and B by LEO, or by microwave over a relay, under rules."""

    def evaluate(rows, **asked):
        country = make["country"]()
        country.place("S", PlaceKind.SOURCE)
        country.place("~r")
        for name, benefit in (("A", 100.0), ("B", 60.0)):
            country.office(name, benefit=benefit, region=f"R{name}")
            country.link("leo", None, name)
        country.link("source", None, "S")
        country.link("microwave", "S", "~r", capacity=100.0, rungs=(0, 0))
        country.link("microwave", "~r", "A", capacity=100.0, rungs=(0, 0))
        table = tmp_path / "theirs.csv"
        table.write_text("\n".join(["office,technology,parent", *rows]) + "\n")
        return evaluation.evaluate_plan(make["scenario"](**asked), country.inputs(), country.options(), table)

    return evaluate


@pytest.mark.parametrize(
    ("limits", "broken"),
    [
        ({"max_hops": 1}, ["max_hops: 1; farther away are A"]),
        ({"max_hops": 2}, []),
        ({"must_connect": ["B"]}, ["must_connect: B"]),
        ({"fix_links": [["root", "A", "leo"]]}, ["fix_links: [root, A, leo]"]),
        ({"forbid_links": [["S", "~r"]]}, ["forbid_links: [S, ~r]"]),
        (
            {"floors": [{"by": "region", "count": 1}]},
            ["floor: region “RB”: at least 1 of 1 offices (100.0 %); reached: 0"],
        ),
    ],
)
def test_rules_that_their_plan_breaks_are_told_and_ours_keeps_them(ruled, referee, limits, broken):
    found = ruled(["~r,microwave,S", "A,microwave,~r"], limits=limits)
    assert list(found.broken) == broken
    for plan in (found.theirs, found.ours):
        assert referee(plan.document()) == []
        assert plan.budgets[0]["limit"] == found.theirs.totals["programme_cost"]
    assert found.theirs.outcome.value == 100.0
    # their money pays for both offices by satellite, which keeps every rule
    assert found.ours.outcome.value == 160.0
    assert found.theirs.outcome.bound == 160.0
    assert (found.of_theirs.limits == found.same_money.limits) is (not broken)


def test_two_paths_are_a_rule_that_a_table_cannot_keep(ruled):
    found = ruled(["A,leo,"], redundancy=[{"office": "A"}])
    assert found.broken == ("redundancy: A",)
    assert found.ours.outcome.value is None
    assert found.of_theirs.redundancy == ()


def test_every_budget_is_what_their_plan_takes_of_it(ruled):
    scope = {"technologies": ["leo"]}
    found = ruled(
        ["~r,microwave,S", "A,microwave,~r", "B,leo,"],
        budgets=[{"limit": 1000}, {"name": "sky", "measure": "opex_per_year", "scope": scope, "limit": 9.0}],
    )
    assert [budget.limit_cents for budget in found.own_budgets] == [100_000, 900]
    for plan in (found.theirs, found.ours):
        assert [budget["name"] for budget in plan.budgets] == ["programme", "sky"]
    assert all(budget["limit"] == budget["spent"] for budget in found.theirs.budgets)
    assert found.theirs.outcome.value == found.ours.outcome.value == 160.0


def test_a_scenario_of_least_money_is_evaluated_for_the_most_of_theirs(ruled):
    least = {"sense": "min", "measure": "capex", "target": {"connect_all": True}}
    found = ruled(["~r,microwave,S", "A,microwave,~r"], budgets=[], objective=[least])
    assert found.own_budgets == ()
    assert found.broken == ("target: at least 2 of 2 offices (100.0 %); reached: 1",)
    assert [budget["measure"] for budget in found.theirs.budgets] == ["capex"]
    assert found.theirs.budgets[0]["spent"] == found.theirs.totals["capex"]
    assert found.ours.outcome.value == 160.0


def equity_holds(plan, scenario):
    """Say whether verification agrees with what a plan says of fairness; without worst first it looks at no office."""
    document = PlanDocument.model_validate_json(json.dumps(plan.document()))
    return check_equity(document, SimpleNamespace(scenario=scenario, offices={})).differences == []


@pytest.mark.parametrize("found_nothing", [False, True])
def test_floors_that_their_plan_keeps_are_told_as_verification_asks_for(ruled, referee, monkeypatch, found_nothing):
    if found_nothing:

        def without_plan(*asked, **how):
            plan = pipeline.solve(*asked, **how)
            return replace(plan, outcome=replace(plan.outcome, status="error", value=None, bound=None, fairness=None))

        monkeypatch.setattr(evaluation, "solve", without_plan)
    found = ruled(["~r,microwave,S", "A,microwave,~r"], limits={"floors": [{"measure": "offices", "count": 1}]})
    assert found.broken == ()
    assert found.ours.outcome.value == (100.0 if found_nothing else 160.0)
    for plan, scenario in ((found.theirs, found.of_theirs), (found.ours, found.same_money)):
        assert referee(plan.document()) == []
        assert equity_holds(plan, scenario)
    # The satellite, too, serves everybody for their money: keeping the floor costs nothing, and their plan is no proof.
    assert found.theirs.equity["price"] is None
    assert fairness_lines(found.theirs) == []
    assert found.ours.equity["price"] == (None if found_nothing else 0.0)
