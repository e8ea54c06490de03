"""The plan of the handmade country: every figure below is reckoned by hand from the prices in conftest."""

import dataclasses
import json
import math

import numpy as np
import pytest

from planner.links.choice import Choice
from planner.plan.plan import Budget, Plan


@pytest.fixture
def document(handmade):
    return handmade.plan().document()


def by(records, key="id"):
    return {record[key]: record for record in records}


def test_totals_add_up_to_what_was_reckoned_by_hand(document):
    # source 1500; fibre 11000 + 5750 + 3650; microwave 2 × 12000; masts 5250 (A: site and rent only), 24250 and
    # 2 × 13250; offices 3 × 1200 (10 Mbit/s of transit) + 1800 (20 Mbit/s).
    assert document["totals"]["programme_cost"] == 107_300.0
    assert document["totals"]["capex"] == 1000 + 10_500 + 5500 + 3500 + 16_000 + (2000 + 22_000 + 24_000) + 1600
    assert document["totals"]["opex_per_year"] == 100 + 100 + 50 + 30 + 1600 + (650 + 450 + 500) + 3 * 160 + 280
    assert document["budgets"] == [
        {"name": "programme", "measure": "programme_cost", "scope": {}, "limit": 120_000.0, "spent": 107_300.0}
    ]


def test_present_values_count_replacements_and_what_is_left(document):
    # 10 km of trench: half of its 20 years is left; terminals of 5 years are bought twice; ten years of operation.
    assert by(document["links"])["fibre:S>~j1"]["present_value"] == 5000 + 1000 + 2 * 500
    # 20 m mast: half left, ten years of upkeep; power: bought once, ten years.
    assert by(document["masts"], "place")["C"]["present_value"] == 10_000 + 4000 + 2000 + 500
    # Router twice, support and transit for ten years.
    assert by(document["offices"])["A"]["present_value"] == 800 + 400 + 1200


def test_counts_of_offices_and_people(document):
    totals = document["totals"]
    assert (totals["offices"], totals["offices_connected"]) == (7, 5)
    assert (totals["offices_newly_connected"], totals["offices_upgraded"]) == (3, 1)
    # 10 people per unit of benefit: A 100, B 200, C 60, E 100; D was adequate before.
    assert totals["people"] == 4600
    assert totals["people_total"] == 5520
    assert (totals["offices_position_unknown"], totals["offices_connected_position_unknown"]) == (1, 0)
    assert totals["fees_saved_per_year"] == 12 * 55.5


def test_links_hang_from_the_root_and_carry_what_is_beyond(document):
    links = by(document["links"])
    assert {name: (link["from"], link["to"], link["load_mbps"]) for name, link in links.items()} == {
        "source:root>S": ("root", "S", 40.0),
        "fibre:S>~j1": ("S", "~j1", 40.0),
        "fibre:~j1>A": ("~j1", "A", 30.0),
        "fibre:~j1>B": ("~j1", "B", 10.0),
        "microwave:A>C": ("A", "C", 20.0),
        "existing:root>D": ("root", "D", 10.0),
        "microwave:D>E": ("D", "E", 10.0),
    }
    assert links["fibre:S>~j1"]["capacity_mbps"] is None
    assert links["microwave:A>C"]["capacity_mbps"] == 100.0
    # Stored from B to J, used from J to B: drawn in the direction of use; links from the root are not drawn.
    assert links["fibre:~j1>B"]["geometry"]["coordinates"] == [[30.0 + 1 / 60, -2.0], [30.0 + 3 / 60, -2.0]]
    assert links["source:root>S"]["geometry"] is None


def test_offices_know_their_chain(document):
    offices = by(document["offices"])
    assert [offices[name]["parent"] for name in "ABCDE"] == ["~j1", "~j1", "A", "root", "D"]
    assert [offices[name]["hops"] for name in "ABCDEF"] == [0, 0, 1, 0, 1, None]
    assert offices["C"]["availability"] == pytest.approx(0.999 * 0.998 * 0.997 * 0.99, rel=1e-14)
    assert offices["E"]["availability"] == 0.98
    assert offices["D"]["technology"] == "existing"
    assert (offices["D"]["benefit"], offices["D"]["programme_cost"]) == (0.0, 0.0)
    assert (offices["F"]["technology"], offices["F"]["parent"], offices["F"]["availability"]) == (None, None, None)


def test_masts_are_as_tall_as_the_tallest_need_and_what_stands_is_free(document):
    masts = by(document["masts"], "place")
    assert {place: mast["height_m"] for place, mast in masts.items()} == {"A": 20.0, "C": 20.0, "D": 10.0, "E": 10.0}
    assert masts["A"]["existing_m"] == 25.0
    assert {name: part["programme_cost"] for name, part in masts["A"]["breakdown"].items()} == {
        "power": 2250.0,
        "rent": 3000.0,
    }
    assert {name: part["capex"] for name, part in masts["C"]["breakdown"].items()} == {
        "mast": 20_000.0,
        "power": 2000.0,
    }


def test_an_office_on_its_own_service_pays_no_transit(handmade, make):
    rows = handmade.rows
    alone = handmade.country.choice([rows["leo A"], rows["D"]], "AD")
    plan = make["plan"](handmade.country, alone)
    office = by(plan.document()["offices"])["A"]
    assert office["opex_per_year"] == 40.0
    assert plan.totals["programme_cost"] == 3600 + 600


def test_technology_mix_adds_up_to_the_totals(document):
    for column in ("capex", "opex_per_year", "present_value", "programme_cost"):
        parts = sum(round(100 * row[column]) for row in document["technology_mix"])
        assert parts == round(100 * document["totals"][column])
    mix = by(document["technology_mix"], "technology")
    assert (mix["fibre"]["offices"], mix["fibre"]["links"], mix["fibre"]["length_km"]) == (2, 3, 18.0)
    assert mix["microwave"]["programme_cost"] == 24_000 + 1200 + 1800


@pytest.mark.parametrize(
    ("scope", "spent"),
    [
        # links, masts and offices of the South: 2 × 12000, 24250 + 2 × 13250, 1800 + 1200
        ({"regions": ["South"]}, 77_750),
        # hops and the offices that they enter; masts belong to no technology
        ({"technologies": ["microwave"]}, 27_000),
        ({"technologies": ["microwave"], "regions": ["North"]}, 0),
        ({"regions": []}, 107_300),
    ],
)
def test_budgets_count_their_scope(handmade, make, scope, spent):
    plan = make["plan"](handmade.country, handmade.choice, budgets=[Budget("part", "programme_cost", 10**9, scope)])
    assert plan.budgets[0]["spent"] == spent


def test_the_referee_finds_the_plan_clean(handmade, referee):
    assert referee(json.loads(json.dumps(handmade.plan().document()))) == []


def test_a_plan_that_breaks_its_budget_by_a_cent_is_a_fault_of_the_program(handmade):
    assert handmade.plan(limit_cents=10_730_000).budgets[0]["spent"] == 107_300.0
    with pytest.raises(RuntimeError, match="spends 10730000 cents"):
        handmade.plan(limit_cents=10_729_999)


def test_documents_come_back_as_they_were(handmade):
    plan = handmade.plan()
    document = json.loads(json.dumps(plan.document()))
    again = Plan.from_document(document)
    assert again.document() == document
    for name in ("places", "offices", "links", "masts"):
        assert getattr(again, name).equals(getattr(plan, name)), name
        assert (getattr(again, name).dtypes == getattr(plan, name).dtypes).all(), name
    assert np.isinf(again.links["capacity_mbps"]).sum() == 3


def test_the_order_of_the_choice_changes_nothing(handmade):
    choice = handmade.choice
    order = np.array([3, 0, 6, 2, 5, 1, 4])
    shuffled = dataclasses.replace(
        handmade, choice=Choice(choice.option[order], choice.reversed[order], choice.connected)
    )
    assert shuffled.plan().document() == handmade.plan().document()


def test_cancelled_before_the_first_plan(handmade, make, referee):
    outcome = make["found"](0.0, value=None, bound=None, status="cancelled", termination="cancelled", trace=())
    plan = handmade.plan(outcome=outcome)
    document = json.loads(json.dumps(plan.document()))
    assert referee(document) == []
    assert document["links"] == document["masts"] == []
    assert document["objective"]["gap"] is None
    assert all("cancelled" in office["reason"] for office in document["offices"])
    assert Plan.from_document(document).document() == document


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": 461.0}, "adds up to 460"),
        ({"value": 460.0 * (1 + 3e-9)}, "adds up to 460"),
        ({"bound": 459.9}, "wrong side"),
        ({"status": "optimal"}, "claims an optimal plan"),
        ({"termination": "gap", "requested_gap": 0.01}, "asked for was 0.01"),
    ],
)
def test_claims_that_the_plan_does_not_hold_are_refused(handmade, make, changes, message):
    with pytest.raises(RuntimeError, match=message):
        handmade.plan(outcome=make["found"](460.0, 480.0, **changes))


def test_status_follows_from_the_gap(handmade, make):
    near = handmade.plan(outcome=make["found"](460.0, 460.0 * (1 + 0.9e-4), status="feasible"))
    assert near.outcome.status == "optimal"
    far = handmade.plan(outcome=make["found"](460.0, 460.0 * (1 + 1.1e-4), status="feasible"))
    assert far.outcome.status == "feasible"
    assert far.gap == pytest.approx(1.1e-4, rel=1e-9)


def test_a_bound_below_the_value_by_rounding_is_lifted_to_it(handmade, make):
    plan = handmade.plan(outcome=make["found"](460.0, 460.0 * (1 - 1e-12), status="optimal"))
    assert plan.outcome.bound == plan.outcome.value == 460.0


def wrong_choices(handmade):
    rows, choose = handmade.rows, handmade.country.choice
    chain = [rows["S"], rows["SJ"], rows["JA"]]
    return {
        "entered by two links": choose([*chain, rows["leo A"]], "A"),
        "no chosen link enters place S": choose([rows["SJ"], rows["JA"]], "A"),
        "leads to no connected office": choose([*chain, rows["AC"]], "A"),
        "no chosen link enters its place": choose(chain, "AB"),
        "leads back to the root": choose([*chain, ~rows["leo B"]], "A"),
    }


@pytest.mark.parametrize(
    "message",
    [
        "entered by two links",
        "no chosen link enters place S",
        "leads to no connected office",
        "no chosen link enters its place",
        "leads back to the root",
    ],
)
def test_choices_that_are_no_arborescence_are_refused(handmade, make, message):
    with pytest.raises(ValueError, match=message):
        make["plan"](handmade.country, wrong_choices(handmade)[message])


def test_a_circle_is_refused(make):
    country = make["country"]()
    for name in "ABC":
        country.office(name)
    rows = [country.link("fibre", one, other, km=1.0) for one, other in ("AB", "BC", "CA")]
    with pytest.raises(ValueError, match="circle"):
        make["plan"](country, country.choice(rows, "ABC"))


def test_an_overloaded_link_is_a_fault_of_the_program(make):
    country = make["country"]()
    country.office("A", demand=100.1)
    row = country.link("leo", None, "A", capacity=100.0)
    with pytest.raises(RuntimeError, match="leo:root>A"):
        make["plan"](country, country.choice([row], "A"))


def test_reasons_tell_figures(handmade):
    reasons = handmade.plan().offices.set_index("id")["reason"]
    # C: 1800 own, hop and mast 36250, half of fibre and mast to A (11000), a third of the trunk and source (12500).
    assert "from A (source S)" in reasons["C"]
    assert "USD 47,717" in reasons["C"]
    assert math.isclose(1800 + 36_250 + 11_000 / 2 + 12_500 / 3, 47_716.67, abs_tol=0.01)
    # F: LEO 600 + 5 × 600 and its package 600; 50 / 4200 and 460 / 107300 per thousand.
    assert "USD 4,200" in reasons["F"]
    assert "11.9 per USD 1,000" in reasons["F"]
    assert "4.29 per USD 1,000" in reasons["F"]
    assert reasons["G"].startswith("No option: its position is known to a district only")
    assert "Adequately connected already" in reasons["D"]
    assert "USD 55.50 a month" in reasons["E"]


def test_excluded_offices_say_so(handmade, make):
    plan = handmade.plan(scenario=make["scenario"](limits={"exclude": ["F"]}))
    assert plan.offices.set_index("id")["reason"]["F"] == "Left out: excluded by the scenario."
    assert plan.limits["exclude"] == ["F"]


def test_offices_that_only_a_forbidden_link_would_reach_say_so(handmade, make):
    """F is reached by satellite alone, G by nothing at all."""
    plan = handmade.plan(scenario=make["scenario"](limits={"forbid_links": [["root", "F", "leo"]]}))
    reasons = plan.offices.set_index("id")["reason"]
    assert reasons["F"] == (
        "Left out: only links or services that the scenario forbids could connect it (limits.forbid_links)."
    )
    assert reasons["G"].startswith("No option: its position is known to a district only")
    assert "seules des liaisons ou des offres que le scénario interdit" in plan.reasons["fr"][5]


def test_data_carries_what_was_left_out_and_taken_for_granted(handmade, make):
    from planner.errors import Problem

    excluded = Problem("no-coordinates", "no coordinates", file="o.csv", row=7, severity="excluded")
    inputs = handmade.country.inputs(
        [excluded, dataclasses.replace(excluded, severity="warning")], ["People: one each."]
    )
    data = handmade.plan(inputs=inputs, scenario=make["scenario"](description="SYNTHETIC: made up.")).document()["data"]
    assert data["rows_excluded"] == 1
    assert [(problem["row"], problem["severity"]) for problem in data["problems"]] == [(7, "excluded"), (7, "warning")]
    assert data["assumptions"] == ["People: one each."]
    assert data["synthetic"] is True
    assert handmade.plan().data["synthetic"] is False
