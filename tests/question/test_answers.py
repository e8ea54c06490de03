"""Single answers: fixed links that lead on, why there is no plan, what is doubtful, searches that know nothing."""

import dataclasses
import json

import numpy as np
import pytest

from planner import pipeline
from planner.errors import InputError
from planner.links.options import PlaceKind
from planner.question import answering
from planner.solver import Status

LEAST = {"sense": "min", "measure": "programme_cost", "target": {"connect_all": True}}


@pytest.fixture
def town(make):
    """S and a relay; A and B behind them, by fibre along two ways; C by satellite alone; D by nothing."""
    country = make["country"]()
    country.place("S", PlaceKind.SOURCE, region="North")
    country.place("~r", region="North")
    for name, region in zip("ABCD", ("North", "South", "South", "East"), strict=True):
        country.office(name, region=region)
    country.link("source", None, "S")
    for tail, head, km in (("S", "A", 1.0), ("S", "~r", 2.0), ("~r", "B", 5.0), ("S", "B", 4.0)):
        country.link("fibre", tail, head, km=km)
    country.link("microwave", "S", "B", km=4.0, capacity=100.0, rungs=(0, 0))
    country.link("leo", None, "C", capacity=100.0)
    return country


def solved(make, town, **asked):
    plan = pipeline.solve(make["scenario"](**asked), town.inputs(), town.options())
    return plan, json.loads(json.dumps(plan.document()))


def test_a_fixed_link_leads_to_an_office(make, town, referee):
    """By itself the link to the relay would lead to nobody, and A is the cheapest office to connect."""
    alone, _document = solved(make, town, budgets=[], objective=[{**LEAST, "target": {"offices_share": 0.25}}])
    assert "fibre:S>~r" not in set(alone.links["id"])
    limits = {"fix_links": [["~r", "S"]]}
    plan, document = solved(
        make, town, budgets=[], objective=[{**LEAST, "target": {"offices_share": 0.25}}], limits=limits
    )
    assert referee(document) == []
    assert {"fibre:S>~r", "fibre:~r>B"} <= set(plan.links["id"])
    # source 1500; 2 and 5 km at 1000 + 5 × 10 with terminals of 500; package 600 and transit 600
    assert plan.totals["programme_cost"] == 1500 + 7 * 1050 + 2 * 500 + 1200


def test_a_hop_limit_of_none_leaves_what_has_no_hops(make, town, referee):
    plan, document = solved(make, town, limits={"max_hops": 0, "forbid_links": [["B", "S", "fibre"]]})
    assert referee(document) == []
    assert "microwave" not in set(plan.links["technology"])
    assert plan.limits["max_hops"] == 0


@pytest.mark.parametrize(
    ("asked", "limits", "relaxation"),
    [
        ({"limits": {"must_connect": ["D"]}}, ["must_connect: D"], None),
        ({"limits": {"must_connect": ["A"], "exclude": ["A"]}}, ["must_connect: A", "exclude: A"], None),
        ({"limits": {"floors": [{"by": "region", "count": 1}]}}, ["floor: region “East”: at least 1"], 0.0),
        (
            {"limits": {"fix_links": [["S", "A"]], "forbid_links": [["A", "S"]]}},
            ["fix_links: [S, A]", "forbid_links"],
            None,
        ),
        ({"budgets": [], "objective": [LEAST]}, ["target: at least 4 of 4 offices"], 3.0),
        # microwave alone reaches B: radios 8000 + 5 × 800, masts of 10 m with power at both ends, source, package
        (
            {
                "limits": {
                    "max_hops": 0,
                    "must_connect": ["B"],
                    "forbid_links": [["S", "B", "fibre"], ["S", "~r"]],
                }
            },
            ["max_hops: 0", "must_connect: B"],
            1.0,
        ),
        # A: source 1500, 1 km of fibre 1050, terminals 500, package and transit 1200
        (
            {"budgets": [{"limit": 4000}], "limits": {"must_connect": ["A"]}},
            ["budget “programme”: at most USD 4,000.00", "must_connect: A"],
            4250.0,
        ),
        (
            {
                "budgets": [
                    {"limit": 90000},
                    {"name": "n", "measure": "capex", "limit": 5, "scope": {"technologies": ["leo"]}},
                ],
                "limits": {"must_connect": ["C"]},
            },
            ["technologies: low-orbit satellite", "must_connect: C"],
            1000.0,
        ),
    ],
)
def test_why_there_is_no_plan(make, town, referee, asked, limits, relaxation):
    plan, document = solved(make, town, **asked)
    assert referee(document) == []
    assert (document["status"], document["termination"]) == ("infeasible", "exhausted")
    conflict = plan.outcome.conflict
    assert len([limit for limit in conflict.limits if "forbid_links" not in limit]) == len(
        [limit for limit in limits if "forbid_links" not in limit]
    )
    assert all(any(words in limit for limit in conflict.limits) for words in limits)
    needed = {relaxed.needed for relaxed in conflict.relaxations if relaxed.proven}
    assert needed == set() if relaxation is None else relaxation in needed
    assert all("no plan keeps all limits" in office["reason"] for office in document["offices"])
    assert str(conflict).splitlines()[0].startswith("There is no plan")


@pytest.mark.parametrize(
    "asked", [{"must_connect": ["A"]}, {"floors": [{"measure": "offices", "count": 3}]}], ids=["office", "floor"]
)
def test_what_only_a_forbidden_link_would_reach_is_blamed_on_the_forbidding(make, town, asked):
    """A has one candidate, B and C others, D none: without the ban three offices can be connected."""
    refused = solved(make, town, limits=asked | {"forbid_links": [["S", "A"]]})[0].outcome.conflict
    assert [limit for limit in refused.limits if "forbid_links: [S, A]" in limit]
    assert "No candidate link" not in refused.remedy
    assert solved(make, town, limits=asked)[0].outcome.conflict is None


def test_what_floors_count_on_and_nothing_reaches_is_noted(make, town):
    floors = [{"by": "region", "share": 0.5, "groups": ["South"]}, {"share": 0.5}]
    plan, _document = solved(make, town, limits={"floors": floors, "forbid_links": [["A", "C"]]})
    notes = "\n".join(plan.data["notes"])
    assert "floor “offices” counts 1 office that no candidate link or service that is allowed can connect: D." in notes
    assert "There is no candidate link between these places." in notes
    assert [row["reached"] >= row["least"] for row in plan.floors] == [True, True]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"fix_links": [["A", "B"]]}, "no-candidate"),
        ({"fix_links": [["S", "A", "microwave"]]}, "no-candidate"),
        ({"fix_links": [["S", "~q"]]}, "unknown-place"),
        ({"forbid_links": [["S", "~q"]]}, "unknown-place"),
    ],
)
def test_links_that_are_not_there_are_refused(make, town, limits, code):
    with pytest.raises(InputError) as caught:
        solved(make, town, limits=limits)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_a_search_that_knows_nothing_says_so(make, town, monkeypatch, referee):
    real = answering.solve

    def nothing(problem, **wanted):
        found = real(problem, **wanted)
        return dataclasses.replace(
            found, status=Status.UNKNOWN, value=None, bound=None, arcs=np.empty(0, np.int32), trace=()
        )

    monkeypatch.setattr(answering, "solve", nothing)
    _plan, document = solved(make, town, limits={"must_connect": ["A"]})
    assert (document["status"], document["termination"]) == ("error", "time_limit")
    assert document["conflict"] is None
    assert referee(document) == []
    assert "within its time limit" in document["offices"][0]["reason"]


def test_a_later_objective_costs_nothing_of_an_earlier_one(make, town):
    best = {"sense": "max", "measure": "benefit"}
    first, _document = solved(make, town, budgets=[{"limit": 12_000}], solver={"gap": 0.0})
    both, document = solved(
        make, town, budgets=[{"limit": 12_000}], objective=[best, LEAST | {"target": None}], solver={"gap": 0.0}
    )
    assert both.benefit == first.benefit
    assert both.totals["programme_cost"] <= first.totals["programme_cost"]
    assert [stage["name"] for stage in document["objective"]["stages"]] == ["benefit", "programme_cost"]
