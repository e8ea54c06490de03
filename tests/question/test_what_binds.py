"""What is said to bind of funders and of years, held against a linear program and against the years reckoned again."""

import itertools
import json

import numpy as np
import pytest
from scipy.optimize import linprog

from planner import pipeline
from planner.links.options import PlaceKind
from planner.plan.explain import explain
from planner.plan.funding import bills_of, lack_of
from planner.plan.model import Plan
from planner.plan.on_top import cash_of, entries, with_lines
from planner.solver import compile_kernels

FUNDED = 5
SOLVER = {"time_limit_s": 2.0, "gap": 0.01}


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


def solved(make, country, **asked):
    scenario = make["scenario"](**{"budgets": [], "solver": SOLVER, **asked})
    plan = pipeline.solve(scenario, country.inputs(), country.options())
    return scenario, Plan.from_document(json.loads(json.dumps(plan.document())))


def left_out(scenario, country, plan):
    """Yield explanations of offices that are left out and have a way."""
    for name in plan.offices.loc[~plan.offices["connected"], "id"]:
        found = explain(scenario, country.inputs(), country.options(), plan, name)
        if found.others:
            yield found


def random_funders(rng):
    scopes = [{}, {"regions": ["North"]}, {"technologies": ["fibre", "microwave"]}, {"kinds": ["agency"]}]
    return [
        {
            "name": f"f{number}",
            "amount": round(float(rng.uniform(500, 20_000)), 2),
            "scope": scopes[rng.integers(len(scopes))],
            "match": float(rng.choice([1.0, 1.0, 0.5])),
            **({"cost_kinds": ["capex"]} if rng.random() < 0.3 else {"opex_years": int(rng.integers(1, FUNDED + 1))}),
        }
        for number in range(3)
    ] + [{"name": "own", "amount": round(float(rng.uniform(0, 9_000)), 2)}]


def most_that_is_paid(lines, funders):
    """Return what funders can pay of lines (region, technology, kind, capex, opex), and all of it, in cents."""
    bills = [(line, year, line[3] if year == 0 else line[4]) for line in lines for year in range(FUNDED + 1)]
    pairs = list(itertools.product(range(len(bills)), range(len(funders))))
    most = []
    for bill, at in pairs:
        (region, technology, kind, *_money), year, cents = bills[bill]
        funder, scope = funders[at], funders[at].get("scope", {})
        kinds = funder.get("cost_kinds", ["capex", "opex"])
        in_time = "capex" in kinds if year == 0 else "opex" in kinds and year <= funder.get("opex_years", FUNDED)
        there = region in scope.get("regions", [region]) and technology in scope.get("technologies", [technology])
        most.append(funder.get("match", 1.0) * cents * (in_time and there and kind in scope.get("kinds", [kind])))
    rows = np.zeros((len(bills) + len(funders), len(pairs)))
    for column, (bill, at) in enumerate(pairs):
        rows[bill, column] = rows[len(bills) + at, column] = 1.0
    limits = [*(cents for *_bill, cents in bills), *(100 * funder["amount"] for funder in funders)]
    found = linprog(-np.ones(len(pairs)), A_ub=rows, b_ub=limits, bounds=[(0.0, each) for each in most])
    return -found.fun, sum(cents for *_bill, cents in bills)


@pytest.mark.parametrize("seed", range(10))
def test_funders_lack_what_a_linear_program_cannot_pay(make, seed):
    rng = np.random.default_rng(seed)
    country = make["random_country"](rng, n_offices=6, n_others=2, extra=3)
    for number, office in enumerate(country.offices):
        office["kind"] = ["branch", "agency"][number % 2]
    funders = random_funders(rng)
    scenario, plan = solved(make, country, funders=funders)
    for found in left_out(scenario, country, plan):
        frames = with_lines(plan, found.others[0].lines)
        lack = lack_of(scenario, bills_of(frames, scenario, None))
        kind_at = dict(zip(plan.offices["id"], plan.offices["kind"], strict=True))
        lines = [
            (row["region"], row.get("technology"), kind_at.get(row[place]),
             row["capex_cents"], row["opex_per_year_cents"])
            for frame, place in zip(frames, ("to", "place", "id"), strict=True)
            for row in frame.to_dict("records")
            if row["capex_cents"] or row["opex_per_year_cents"]
        ]  # fmt: skip
        paid, whole = most_that_is_paid(lines, funders)
        short = 0 if lack is None else lack.needed_cents - lack.cents
        # A share of an odd number of cents is rounded up, bill by bill.
        if lack is None or lack.members:
            assert short == pytest.approx(whole - paid, abs=(FUNDED + 1) * len(lines))
        else:
            assert short <= whole - paid + (FUNDED + 1) * len(lines)


@pytest.fixture
def coast(make):
    """Two regions with a source each, an office by fibre in each: 2900 to buy and 270 a year."""
    country = make["country"]()
    for name, region in (("S", "North"), ("T", "South")):
        country.place(name, PlaceKind.SOURCE, region=region)
        country.link("source", None, name)
    for name, region, benefit in (("A", "North", 100.0), ("B", "South", 80.0)):
        country.office(name, region=region, benefit=benefit)
    country.link("fibre", "S", "A", km=1.0)
    country.link("fibre", "T", "B", km=1.0)
    return country


@pytest.mark.parametrize(
    ("funders", "told"),
    [
        (
            [{"name": "n", "amount": 9000, "scope": {"regions": ["North"]}}, {"name": "s", "amount": 4000}],
            "there is USD 4,000.00, USD 250.00 too little.",
        ),
        ([{"name": "n", "amount": 9000, "scope": {"regions": ["North"]}}], "USD 4,250.00 may be paid by no funder"),
        (
            [{"name": "n", "amount": 5000}],
            "with the first of these ways they would have to pay USD 8,500.00; there is USD 5,000.00",
        ),
        (
            [{"name": "c", "amount": 9000, "cost_kinds": ["capex"]}, {"name": "o", "amount": 1350}],
            "“o” binds: with the first of these ways USD 2,700.00",
        ),
        (
            [
                {"name": "n", "amount": 9000, "scope": {"regions": ["North"]}},
                {"name": "s", "amount": 9000, "opex_years": 3},
            ],
            "USD 540.00 may be paid by no funder, whatever their amounts: links: operation of years 4 to 5, the",
        ),
    ],
)
def test_by_hand(make, coast, funders, told):
    scenario, plan = solved(make, coast, funders=funders)
    (found,) = left_out(scenario, coast, plan)
    assert (found.id, told in str(found)) == ("B", True), str(found)


@pytest.mark.parametrize("seed", range(12))
def test_years_take_what_is_said_and_not_a_cent_less(make, seed):
    rng = np.random.default_rng(seed)
    country = make["random_country"](rng, n_offices=6, n_others=2, extra=3)
    phases = [
        {"year": 2027 + year, "limit": round(float(rng.uniform(0, 9_000)), 2), "carry_over": bool(rng.random() < 0.5)}
        for year in range(3)
    ]
    money = {"currency": "USD", "price_year": 2026, "funded_years": int(rng.integers(0, 5))}
    scenario, plan = solved(make, country, money=money, phases=phases)
    masts = dict(zip(plan.masts["place"], plan.masts["year"], strict=True))
    lines = [row for frame in (plan.links, plan.masts, plan.offices) for row in frame.to_dict("records")]

    def keeps(more, new):
        left = 0
        for phase in phases:
            spent = sum(
                (year == phase["year"]) * capex + (year <= phase["year"] < year + money["funded_years"]) * opex
                for year, capex, opex in new
            )
            left += round(100 * phase["limit"]) + more.get(phase["year"], 0) - spent
            if left < 0:
                return False
            left = left if phase["carry_over"] else 0
        return True

    had = [(row["year"], row["capex_cents"], row["opex_per_year_cents"]) for row in lines if row["year"]]
    assert keeps({}, had)
    for found in left_out(scenario, country, plan):
        bought = found.others[0].lines
        cash = {row["year"]: cash_of(bought, masts, row["year"], money["funded_years"]) for row in plan.phases}
        for entry in entries(plan.phases, cash):
            new = [
                (masts.get(each.place, entry.year) if each.line == "mast" else entry.year,
                 each.capex_cents, each.opex_per_year_cents)
                for each in bought
            ]  # fmt: skip
            lacks = dict(entry.lacks)
            assert keeps(lacks, [*had, *new])
            for year, cents in entry.lacks:
                assert not keeps(lacks | {year: cents - 1}, [*had, *new])
        (text,) = [each for each in found.binding if "years do not bind" in each or "lacks least" in each]
        assert text in str(found)


def test_years_by_hand(make, coast):
    """A takes 3170 of 2027 and 270 of each other year; B in 2028 takes 3170 of it, 30 more than is left."""
    phases = [
        {"year": 2027, "limit": 3170},
        {"year": 2028, "limit": 3410, "max_works": 1},
        {"year": 2029, "limit": 400},
    ]
    scenario, plan = solved(make, coast, phases=phases)
    (found,) = left_out(scenario, coast, plan)
    assert found.id == "B"
    assert (
        "if it is bought in 2028: it would enter with this much more money: USD 30.00 in 2028, USD 140.00 in 2029."
        in str(found)
    )
    phases = [
        {"year": 2027, "limit": 9000, "carry_over": True, "max_works": 1},
        {"year": 2028, "limit": 0, "max_works": 0},
    ]
    scenario, plan = solved(make, coast, phases=phases)
    (found,) = left_out(scenario, coast, plan)
    assert "Works bind in 2027, 2028" in str(found)
