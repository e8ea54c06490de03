"""The terminal summary, on a hand-written document: what it says, and what it must never say."""

import copy
import io
from pathlib import Path

from rich.console import Console

from planner.i18n import use_language
from planner.plan.plan import Plan
from planner.report.summary import print_summary

MONEY = {"capex": 1000.0, "opex_per_year": 200.0, "present_value": 2500.0, "programme_cost": 2000.0}
NOTHING = dict.fromkeys(MONEY, 0.0)
PART = {"offices": 3, "benefit": 30.5, "people": 300.0, **MONEY}


def office(name, **changes):
    plain = {
        "id": name, "name": name, "lon": 1.0, "lat": 2.0, "region": None, "kind": "branch", "before": "offline",
        "connected": False, "technology": None, "parent": None, "hops": None, "demand_mbps": 10.0, "availability": None,
        "benefit": 12_345.5, "people": 1000.0, "people_total": 1500.0, "position_known": True,
        "monthly_cost_before": None, **NOTHING, "year": None, "reason": "Left out.",
    }  # fmt: skip
    return {**plain, **changes}


DOCUMENT = {
    "schema_version": 1,
    "scenario": {
        "name": "Country [bold] (SYNTHETIC)", "hash": "0", "currency": "USD", "price_year": 2026, "horizon_years": 10,
        "funded_years": 5, "discount_rate": 0.08, "availability": 0.995,
        "real_discount_rate": 0.08, "second_currency": None,
    },
    "status": "feasible",
    "termination": "time_limit",
    "objective": {
        "name": "benefit", "sense": "max", "value": 12_345.5, "bound": 12_445.0, "gap": 99.5 / 12_345.5,
        "requested_gap": 0.005, "price_of_money": None,
    },
    "budgets": [{"name": "programme", "measure": "programme_cost", "scope": {}, "limit": 50_000.0, "spent": 4000.0}],
    "limits": {},
    "cash_flow": {
        "years": [
            {"year": 0, "purchases": 1000.0, "replacements": 0.0, "operation": 0.0, "residual_value": 0.0,
             "present_value": 1000.0, "net": 1000.0},
        ],
        "rounding": 0.0,
    },
    "places": [
        {"id": "A", "kind": "office", "lon": 1.0, "lat": 2.0, "region": None, "ground_m": None, "power": "mains",
         "power_availability": 0.999, "grid_km": None, "climate": None}
    ],
    "offices": [
        office("A", connected=True, technology="leo", parent="root", hops=0, availability=0.99, **MONEY),
        office("B", position_known=False),
    ],
    "links": [
        {
            "id": "leo:root>A", "from": "root", "to": "A", "technology": "leo", "option": "LEO", "hop_weight": 0,
            "shareable": False, "region": None, "length_km": 0.0, "capacity_mbps": 100.0, "load_mbps": 10.0,
            "availability": 0.99, "mast_from_m": None, "mast_to_m": None, **MONEY, "year": None, "geometry": None,
        }
    ],
    "masts": [],
    "baselines": [
        {"name": "all_leo", "available": True, "reason": "", "candidates": 2, "without_option": 0,
         "within_budget": PART, "everyone": {**PART, "programme_cost": 7777.0}},
        {"name": "all_cellular", "available": False, "reason": "No cellular [here].", "candidates": 2,
         "without_option": 2, "within_budget": None, "everyone": None},
    ],
    "data": {
        "synthetic": True, "assumptions": ["One person each [assumed]."], "notes": ["GEO is not priced."],
        "problems": [
            {"file": "o.csv", "row": row, "column": "lon", "message": f"bad row {row}", "severity": "excluded"}
            for row in range(2, 10)
        ],
        "rows_excluded": 8, "datasets": [], "rejections": [],
    },
    "versions": {},
    "trace": [],
}  # fmt: skip


def summary(**changes):
    console = Console(file=io.StringIO(), width=160, highlight=False, soft_wrap=True)
    print_summary(Plan.from_document({**copy.deepcopy(DOCUMENT), **changes}), console, Path("runs/one"))
    return console.file.getvalue()


def rows(text):
    return [line.split() for line in text.splitlines()]


def test_it_says_what_counts():
    text = summary()
    assert "SYNTHETIC DATA" in text
    assert "Offices newly connected: 1, upgraded: 0, of 2; adequate before: " in text
    assert "People within reach of them: 1,000 who lack adequate service, 1,500 in all." in text
    assert "Left to the post afterwards: USD 400 every year." in text
    assert "1 office is located to a district only; 0 of them connected." in text
    assert "runs/one" in text
    # budget: limit, spent, left, share
    assert ["programme", "programme", "cost", "50,000", "4,000", "46,000", "8.0", "%"] in rows(text)
    # a baseline under the budget and for all
    assert ["all", "by", "LEO", "3", "30.5", "300", "2,000", "200"] in rows(text)
    assert ["all", "by", "LEO", "3", "0", "7,777", "200"] in rows(text)
    assert ["this", "plan", "1", "12,346", "1,000", "4,000", "400"] in rows(text)
    assert "No cellular [here]." in text


def test_what_users_wrote_is_text_and_never_markup():
    text = summary()
    assert "Country [bold] (SYNTHETIC)" in text
    assert "One person each [assumed]." in text


def test_rows_left_out_are_counted_and_the_first_are_shown():
    text = summary()
    assert "8 rows of the inputs were left out" in text
    assert "o.csv, row 6, lon: bad row 6" in text
    assert "row 7" not in text
    assert "… and 3 more" in text


def test_people_are_never_called_connected():
    assert "people connected" not in summary().lower()


def test_a_gap_is_told_in_words():
    # 99.5 / (12345.5 + 99.5) = 0.7995 % of the best possible value
    assert "Within 0.80 % of the best plan under these inputs" in summary()


def test_without_a_plan_there_are_no_tables():
    objective = {**DOCUMENT["objective"], "value": None, "bound": None, "gap": None}
    text = summary(objective=objective, status="cancelled", termination="cancelled", offices=[office("B")], links=[])
    assert "cancelled before the first one" in text
    assert "Budgets" not in text


def test_numbers_follow_the_language():
    with use_language("fr"):
        text = summary()
    assert "50\N{NARROW NO-BREAK SPACE}000" in text
    assert "400 USD" in text


def test_the_main_amounts_are_told_once_more_in_a_second_currency():
    scenario = {**DOCUMENT["scenario"], "second_currency": {"currency": "XOF", "rate": 605.5, "source": "BCEAO"}}
    text = summary(scenario=scenario)
    # 2 000 of purchases, 4 000 of programme cost, 5 000 of present value and 400 a year, at 605.5
    assert "In XOF, at 605.5 for one USD (BCEAO): purchases XOF 1,211,000; programme cost XOF 2,422,000;" in text
    assert "present value XOF 3,027,500; every year XOF 242,200." in text
    assert "XOF" not in summary()


def test_years_and_regions_are_told():
    text = summary()
    assert "Cash flow, in USD and prices of 2026" in text
    assert ["0", "1,000", "1,000", "1,000"] in rows(text)
    assert "Regions" not in text, "a country of one region has nothing to split"
    offices = [{**DOCUMENT["offices"][0], "region": "North"}, DOCUMENT["offices"][1]]
    regions = summary(offices=offices)
    assert ["North", "1", "1,000", "1,000", "200", "2,000"] in rows(regions)
    assert ["no", "region", "0", "0", "1,000", "200", "2,000"] in rows(regions)
