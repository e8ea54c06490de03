"""A plan with funders, fairness, services and a weighted benefit holds; what is changed in any of them is noticed."""

import json

import pandas as pd
import pytest

from planner.demo import make_country
from planner.jobs import solve_run
from planner.plan.verify import PlanDocument, check_plan, read_basis, verify


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a run of a made-up country: three funders, the worst region first, benefit of two columns."""
    folder = tmp_path_factory.mktemp("funders")
    path = make_country(folder / "country", offices=25, seed=2, terrain_arcsec=9)
    file = next(path.parent.rglob("offices.csv"))
    offices = pd.read_csv(file, dtype=str, keep_default_na=False)
    offices["rural"] = [str(number % 3) for number in range(len(offices))]
    offices.to_csv(file, index=False)
    regions = sorted(set(offices["region"]) - {""}) if "region" in offices else []
    overrides = {
        "budgets": [],
        "funders": [
            {"name": "bank", "amount": 200_000, "cost_kinds": ["capex"], "match": 0.7},
            {"name": "state", "amount": 90_000, "opex_years": 2, "scope": {"regions": regions[:1]} if regions else {}},
            {"name": "post", "amount": 150_000},
        ],
        "limits": {"worst_first": {"by": "region"}},
        "benefit.weights": {"people_underserved": 1.0, "rural": 500.0},
        "solver.time_limit_s": 20,
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


def test_a_plan_with_all_of_them_holds(run, document, referee):
    assert verify(run).differences == []
    assert referee(document) == []
    assert [funder["paid"] > 0 for funder in document["funders"]][0::2] == [True, True]
    assert document["equity"]["levels"]
    assert all(len(row["parts"]) == 2 for row in document["benefit_index"]["offices"])


def payment(document, funder, cost_kind):
    found = next(each for each in document["funders"] if each["name"] == funder)
    return found, next(each for each in found["payments"] if each["cost_kind"] == cost_kind)


def test_a_cent_too_much_is_noticed(document, basis):
    funder, found = payment(document, "post", "opex")
    found["amount"] = round(found["amount"] + 0.01, 2)
    whats = {what for what, where in told(document, basis) if where in {"post", found["id"]}}
    assert {"paid, in cents", "left, in cents", "opex", "paid by all funders, in cents"} <= whats
    assert funder["name"] == "post"


def test_paying_for_what_it_may_not_is_noticed(document, basis):
    _funder, found = payment(document, "bank", "capex")
    found |= {"cost_kind": "opex", "from_year": 1, "to_year": 5}
    assert ("paid for what it may pay for", "bank") in told(document, basis)


def test_paying_more_than_the_matching_rate_is_noticed(document, basis):
    bank, found = payment(document, "bank", "capex")
    others = [
        (funder, each)
        for funder in document["funders"]
        for each in funder["payments"]
        if funder is not bank and (each["line"], each["id"], each["cost_kind"]) == (found["line"], found["id"], "capex")
    ]
    other, gives = others[0]
    for funder, each, sign in ((bank, found, 1), (other, gives, -1)):
        each["amount"] = round(each["amount"] + sign, 2)
        for name, change in (("paid", sign), ("capex", sign), ("left", -sign)):
            funder[name] = round(funder[name] + change, 2)
    differences = told(document, basis)
    assert ("within the matching rate", f"bank, {found['id']}") in differences
    assert ("paid by all funders, in cents", found["id"]) not in differences


def test_a_line_that_nobody_pays_for_is_noticed(document, basis):
    post, found = payment(document, "post", "opex")
    post["payments"].remove(found)
    whats = {what for what, where in told(document, basis) if where == found["id"]}
    assert whats & {"purchases (0) and years that are paid", "paid by all funders, in cents"}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda plan: plan["funders"][0].update(people=plan["funders"][0]["people"] + 1), "people"),
        (lambda plan: plan["funders"][0].update(offices=plan["funders"][0]["offices"] + 1), "offices"),
        (lambda plan: plan["funders"][1].update(amount=1.0), "amount"),
        (lambda plan: plan["funders"].pop(), "funders"),
        (lambda plan: plan["funders"][0]["regions"][0].update(paid=0.01), "paid by region, in cents"),
        (lambda plan: plan["funders"][0]["technologies"].pop(), "paid by technology, in cents"),
        (lambda plan: plan["equity"]["levels"][0].update(share=1.0), "share reached"),
        (lambda plan: plan["equity"]["levels"].pop(), "groups"),
        (lambda plan: plan["equity"].update(price=plan["equity"]["price"] + 1), "price"),
        (lambda plan: plan["services"][0].update(offices=plan["services"][0]["offices"] + 1), "offices"),
        (lambda plan: plan["services"][0].update(min_mbps=0.0), "min_mbps"),
        (lambda plan: plan["benefit_index"]["columns"][1].update(weight=1.0), "weights"),
        (lambda plan: plan["benefit_index"]["columns"][0].update(gained=0.5), "gained"),
        (lambda plan: plan["benefit_index"]["offices"][0]["parts"].__setitem__(0, 9e9), "people_underserved"),
    ],
)
def test_any_other_figure_is_noticed(document, basis, change, what):
    change(document)
    assert what in {found for found, _where in told(document, basis)}
