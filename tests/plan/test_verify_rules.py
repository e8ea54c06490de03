"""A plan under every kind of rule holds; whatever of them it is made to break is noticed."""

import json

import pytest

from planner.demo import make_country
from planner.inputs import read_inputs
from planner.jobs import solve_run
from planner.links import build_links
from planner.pipeline import solve
from planner.plan.explain import explain
from planner.plan.store import read_plan
from planner.plan.verify import PlanDocument, check_plan, read_basis, verify
from planner.scenario import load_scenario

ROOT = "root"


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    """Return a made-up country, its candidates, and a plan of it that asks for nothing but benefit."""
    folder = tmp_path_factory.mktemp("rules")
    path = make_country(folder / "country", offices=20, seed=1, terrain_arcsec=9)
    scenario = load_scenario(path, overrides={"budgets.programme": 120_000, "solver.time_limit_s": 3})
    inputs = read_inputs(scenario)
    options = build_links(scenario, inputs)
    return folder, path, inputs, options, solve(scenario, inputs, options)


@pytest.fixture(scope="module")
def run(country):
    """Return the run folder of a plan that keeps rules of every kind, most of which change it."""
    folder, path, _inputs, _options, plain = country
    offices = plain.offices
    gained = offices[offices["connected"] & (offices["before"] != "adequate")]
    out = offices[~offices["connected"]]
    links = plain.links[~plain.links["technology"].isin(["existing", "source"])]
    fixed, forbidden = links.iloc[0], links.iloc[-1]
    must = next(name for name in out["id"] if name not in set(forbidden[["from", "to"]]))
    region = next(name for name in gained["region"] if name)
    overrides = {
        "budgets": [
            {"name": "programme", "limit": 300_000},
            {"name": "north", "measure": "capex", "scope": {"regions": [region]}, "limit": 300_000},
            {"name": "cellular", "measure": "opex_per_year", "scope": {"technologies": ["cellular"]}, "limit": 90_000},
        ],
        "objective": [{"sense": "max", "measure": "benefit"}, {"sense": "min", "measure": "present_value"}],
        "limits": {
            "max_hops": 2,
            "must_connect": [must],
            "exclude": [next(name for name in reversed(list(out["id"])) if name != must)],
            "fix_links": [[fixed["to"], fixed["from"], fixed["technology"]]],
            "forbid_links": [[forbidden["from"], forbidden["to"], forbidden["technology"]]],
            "floors": [{"by": "region", "measure": "offices", "count": 1}, {"measure": "people", "share": 0.1}],
        },
        "solver.time_limit_s": 10,
    }
    solve_run(path, folder / "run", overrides=overrides)
    return folder / "run"


@pytest.fixture(scope="module")
def basis(run):
    return read_basis(run, None)[0]


@pytest.fixture
def document(run):
    return json.loads((run / "plan.json").read_text(encoding="utf-8"))


def told(document, basis):
    plan = PlanDocument.model_validate_json(json.dumps(document))
    return {(difference.what, difference.where) for area in check_plan(plan, basis) for difference in area.differences}


def test_a_plan_that_keeps_them_all_holds(run, document, referee):
    assert verify(run).differences == []
    assert referee(document) == []
    assert [stage["name"] for stage in document["objective"]["stages"]] == ["benefit", "present_value"]
    assert len(document["budgets"]) == 3
    assert len(document["floors"]) > 1
    assert any(link["hop_weight"] for link in document["links"])


def test_what_the_scenario_asks_for_is_in_the_reasons_and_explanations(country, run):
    _folder, _path, inputs, options, _plain = country
    plan, scenario = read_plan(run), load_scenario(run, data_root=country[1].parent)
    (must,) = scenario.limits.must_connect
    assert "The scenario asks for it." in plan.offices.set_index("id")["reason"][must]
    assert "limits.must_connect" in str(explain(scenario, inputs, options, plan, must))
    fixed = scenario.limits.fix_links[0]
    link = next(row["id"] for row in plan.links.to_dict("records") if {row["from"], row["to"]} == set(fixed[:2]))
    assert "limits.fix_links" in str(explain(scenario, inputs, options, plan, link))
    forbidden = scenario.limits.forbid_links[0]
    candidate = f"{forbidden[2]}:{forbidden[0]}>{forbidden[1]}"
    assert "limits.forbid_links" in explain(scenario, inputs, options, plan, candidate).reason
    left_out = plan.offices[~plan.offices["connected"]]["id"].iloc[0]
    explained = explain(scenario, inputs, options, plan, left_out)
    assert {name for way in explained.others for name in way.takes} == {"programme", "north", "cellular"}
    assert all(way.takes["programme"] >= 0 for way in explained.others)


def office(document, name):
    return next(office for office in document["offices"] if office["id"] == name)


def break_hops(document, limits):
    hop = next(link for link in document["links"] if link["hop_weight"])
    hop["hop_weight"] = limits["max_hops"] + 1
    return "hops within the limit", hop["to"]


def break_must_connect(document, limits):
    (name,) = limits["must_connect"]
    office(document, name)["connected"] = False
    return "connected, as the scenario asks", name


def break_exclude(document, limits):
    (name,) = limits["exclude"]
    office(document, name)["connected"] = True
    return "excluded by the scenario", name


def break_fix_links(document, limits):
    (name,) = limits["fix_links"]
    document["links"] = [link for link in document["links"] if {link["from"], link["to"]} != set(name[:2])]
    return "built, as the scenario asks", ", ".join(name)


def break_forbid_links(document, limits):
    (name,) = limits["forbid_links"]
    document["links"][-1] |= {"from": name[0], "to": name[1], "technology": name[2]}
    return "forbidden by the scenario", ", ".join(name)


def break_a_floor(document, limits):
    floor = document["floors"][0]
    for each in document["offices"]:
        each["connected"] &= each["region"] != floor["group"]
    return "floor reached", floor["name"]


def break_a_budget_of_a_region(document, limits):
    document["budgets"][1]["limit"] = round(document["budgets"][1]["spent"] - 0.01, 2)
    return "spent within the limit", "north"


def spend_more_of_a_technology(document, limits):
    link = next(link for link in document["links"] if link["technology"] == "cellular")
    link["opex_per_year"] = round(link["opex_per_year"] + 0.01, 2)
    return "spent, in cents", "cellular"


def forget_a_scope(document, limits):
    document["budgets"][1]["scope"] = {}
    return "scope", "north"


def forget_a_limit(document, limits):
    document["limits"]["max_hops"] = None
    return "limits", "scenario"


def lower_a_floor(document, limits):
    document["floors"][0]["least"] = 0.0
    return "least", document["floors"][0]["name"]


def claim_more_of_a_floor(document, limits):
    document["floors"][-1]["reached"] += 1.0
    return "reached", document["floors"][-1]["name"]


def claim_less_money(document, limits):
    document["objective"]["stages"][1]["value"] -= 0.01
    return "value of a stage", "present_value"


def prove_too_much(document, limits):
    stage = document["objective"]["stages"][1]
    stage["bound"] = stage["value"] + 1.0
    return "bound on the safe side of the value", "present_value"


def give_a_reason_for_nothing(document, limits):
    document["conflict"] = {"limits": [], "minimal": True, "relaxations": [], "remedy": ""}
    return "reason why there is no plan", "objective"


@pytest.mark.parametrize(
    "tamper",
    [
        break_hops, break_must_connect, break_exclude, break_fix_links, break_forbid_links, break_a_floor,
        break_a_budget_of_a_region, spend_more_of_a_technology, forget_a_scope, forget_a_limit, lower_a_floor,
        claim_more_of_a_floor, claim_less_money, prove_too_much, give_a_reason_for_nothing,
    ],
)  # fmt: skip
def test_every_rule_that_is_broken_is_noticed(document, basis, tamper):
    expected = tamper(document, document["limits"])
    assert expected in told(document, basis)
