"""Funders with earmarks, through the pipeline: against every plan, each of which a linear program tries to pay."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from every_plan import every_plan
from scipy.optimize import linprog

from planner import pipeline
from planner.errors import InputError
from planner.links.options import PlaceKind
from planner.plan.model import Plan
from planner.plan.reasons import per_money
from planner.solver import compile_kernels

COUNTRIES, DRAWS = range(12), 5
FUNDED = 5


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


@pytest.fixture(scope="module", params=COUNTRIES)
def country(request, make):
    """Return a small country with offices of two kinds, and all its plans."""
    rng = np.random.default_rng(request.param + 100)
    country = make["random_country"](rng, n_offices=4, n_others=1, extra=1)
    for number, office in enumerate(country.offices):
        office["kind"] = ["branch", "agency"][number % 2]
    return country, every_plan(country)


def may_pay(funder, line, year):
    """Say whether a funder may pay for a line: its purchase (year 0) or a year of its operation."""
    region, technology, kind, _money = line
    scope = funder.get("scope", {})
    kinds = funder.get("cost_kinds", ["capex", "opex"])
    in_time = "capex" in kinds if year == 0 else "opex" in kinds and year <= (funder.get("opex_years") or FUNDED)
    return (
        in_time
        and region in scope.get("regions", [region])
        and technology in scope.get("technologies", [technology])
        and kind in scope.get("kinds", [kind])
    )


def payable(plan, funders):
    """Say whether funders can pay for a plan, line by line and year by year, by a linear program in cents."""
    bills = [
        (line, year, int(line[3][0] if year == 0 else line[3][1])) for line in plan.lines for year in range(FUNDED + 1)
    ]
    bills = [bill for bill in bills if bill[2]]
    if not bills:
        return True
    size = len(bills) * len(funders)
    most = [
        float(funder.get("match", 1.0)) * cents if may_pay(funder, line, year) else 0.0
        for line, year, cents in bills
        for funder in funders
    ]
    whole, within = np.zeros((len(bills), size)), np.zeros((len(funders), size))
    for row in range(len(bills)):
        whole[row, row * len(funders) : (row + 1) * len(funders)] = 1
    for place in range(len(funders)):
        within[place, place :: len(funders)] = 1
    scale = 1e-4  # near 1, where the linear program's tolerances are meant to be
    found = linprog(
        np.zeros(size),
        A_ub=within, b_ub=[scale * round(100 * funder["amount"]) for funder in funders],
        A_eq=whole, b_eq=[scale * cents for _line, _year, cents in bills],
        bounds=[(0, scale * each) for each in most],
    )  # fmt: skip
    return found.status == 0


def random_funders(rng, plans):
    """Draw two to four funders with overlapping earmarks; their money is about that of some plan."""
    some = max((plans[rng.integers(len(plans))] for _try in range(3)), key=lambda plan: plan.spent("programme_cost"))
    funders = []
    for number in range(int(rng.integers(2, 5))):
        scope = {}
        if rng.random() < 0.4:
            scope["regions"] = [str(rng.choice(["R0", "R1"]))]
        if rng.random() < 0.3:
            scope["technologies"] = [
                str(name) for name in rng.choice(["fibre", "microwave", "leo", "source"], 2, False)
            ]
        if rng.random() < 0.3:
            scope["kinds"] = [str(rng.choice(["branch", "agency"]))]
        funder = {"name": f"F{number}", "scope": scope}
        if rng.random() < 0.5:
            funder["cost_kinds"] = [str(rng.choice(["capex", "opex"]))]
        if "opex" in funder.get("cost_kinds", ["opex"]) and rng.random() < 0.5:
            funder["opex_years"] = int(rng.integers(1, FUNDED + 1))
        if rng.random() < 0.3:
            funder["match"] = float(rng.choice([0.5, 0.25, 0.333, 0.8]))
        funder["amount"] = round(some.spent("programme_cost") / 100 * float(rng.choice([0.3, 0.6, 1.0])), 2)
        funders.append(funder)
    if rng.random() < 0.6:
        funders.append({"name": "post", "amount": round(some.spent("programme_cost") / 300, 2)})
    return funders


@pytest.mark.parametrize("draw", range(DRAWS))
def test_the_plan_is_the_best_of_all_that_funders_can_pay(country, make, referee, draw):
    country, plans = country
    rng = np.random.default_rng([draw, len(plans), 7])
    funders = random_funders(rng, plans)
    limit = round(max(plan.spent("programme_cost") for plan in plans) / 100 * float(rng.choice([0.5, 2.0])), 2)
    budgets = [{"name": "all", "limit": limit}] if rng.random() < 0.4 else []
    asked = {"funders": funders, "budgets": budgets, "solver": {"gap": 0.0, "time_limit_s": 30}}
    plan = pipeline.solve(make["scenario"](**asked), country.inputs(), country.options())
    document = json.loads(json.dumps(plan.document()))
    assert referee(document) == []
    assert Plan.from_document(document).document() == document
    assert plan.outcome.status == "optimal", asked
    within = [each for each in plans if not budgets or each.spent("programme_cost") <= round(100 * limit)]
    best = next(each for each in sorted(within, key=lambda each: -each.benefit) if payable(each, funders))
    assert plan.outcome.value == pytest.approx(best.benefit, rel=1e-6, abs=1e-6)
    check_payments(plan, funders)


def check_payments(plan, funders):
    """Every cent of the printed lines is paid once, by whom it may be, within what each funder has."""
    kind_at = dict(zip(plan.offices["id"], plan.offices["kind"], strict=True))
    lines = {}
    for row in plan.links.to_dict("records"):
        key = ("link", row["id"])
        lines[key] = (row["region"], row["technology"], kind_at.get(row["to"]), row)
    for row in plan.masts.to_dict("records"):
        lines["mast", row["place"]] = (row["region"], None, kind_at.get(row["place"]), row)
    for row in plan.offices.to_dict("records"):
        lines["office", row["id"]] = (row["region"], row["technology"], row["kind"], row)
    paid = {}
    for told, funder in zip(plan.funders, funders, strict=True):
        own = 0
        for payment in told["payments"]:
            key, cents = (payment["line"], payment["id"]), round(100 * payment["amount"])
            first, last = payment["from_year"] or 0, payment["to_year"] or 0
            assert all(may_pay(funder, lines[key], year) for year in range(first, last + 1))
            bill = (last - first + (first > 0)) * int(lines[key][3]["opex_per_year_cents"])
            bill = bill if first else int(lines[key][3]["capex_cents"])
            assert 0 < cents <= math.ceil(round(funder.get("match", 1.0) * bill, 6))
            paid.setdefault((key, first, last), []).append((cents, bill))
            own += cents
        assert own == round(100 * told["paid"]) <= round(100 * funder["amount"])
        assert round(100 * (told["paid"] + told["left"])) == round(100 * funder["amount"])
    assert all(sum(cents for cents, _bill in shares) == shares[0][1] for shares in paid.values())
    assert sum(round(100 * told["paid"]) for told in plan.funders) == round(100 * plan.totals["programme_cost"])
    assert math.fsum(told["people"] for told in plan.funders) == pytest.approx(plan.totals["people"])


@pytest.fixture
def town(make):
    """Two regions with a source each; an office by fibre in each; a third one by satellite."""
    country = make["country"]()
    for name, region in (("S", "North"), ("T", "South")):
        country.place(name, PlaceKind.SOURCE, region=region)
        country.link("source", None, name)
    for name, region, benefit in (("A", "North", 100.0), ("B", "South", 80.0), ("C", "South", 10.0)):
        country.office(name, region=region, benefit=benefit)
    country.link("fibre", "S", "A", km=1.0)
    country.link("fibre", "T", "B", km=1.0)
    country.link("leo", None, "C", capacity=100.0)
    return country


def solved(make, town, funders, **asked):
    return pipeline.solve(
        make["scenario"](**{"budgets": [], "funders": funders, **asked}), town.inputs(), town.options()
    )


# An office by fibre: source 1000 and 100 a year, trench and terminals 1500 and 10 a year, package 400 and 40 a year,
# transit of 10 Mbit/s 120 a year: purchases 2900, 270 a year, 4250 with five years.
@pytest.mark.parametrize(
    ("funders", "connected"),
    [
        ([{"name": "n", "amount": 4250, "scope": {"regions": ["North"]}}], {"A"}),
        ([{"name": "n", "amount": 4249.99, "scope": {"regions": ["North"]}}], set()),
        ([{"name": "all", "amount": 4250}], {"A"}),
        ([{"name": "c", "amount": 9000, "cost_kinds": ["capex"]}], set()),
        ([{"name": "c", "amount": 2900, "cost_kinds": ["capex"]}, {"name": "o", "amount": 1350}], {"A"}),
        ([{"name": "c", "amount": 9000, "opex_years": 3}, {"name": "o", "amount": 540}], {"A"}),
        ([{"name": "c", "amount": 9000, "opex_years": 3}, {"name": "o", "amount": 539.99}], set()),
        ([{"name": "half", "amount": 9000, "match": 0.5}, {"name": "o", "amount": 2125}], {"A"}),
        ([{"name": "half", "amount": 9000, "match": 0.5}, {"name": "o", "amount": 2124.99}], {"C"}),
        ([{"name": "half", "amount": 9000, "match": 0.5}, {"name": "b", "amount": 9000, "match": 0.4}], set()),
    ],
)
def test_by_hand(make, town, funders, connected):
    """C by satellite costs 1000 to buy and 640 a year: 4200, half of it 2100; it may fit where fibre does not."""
    plan = solved(make, town, funders, solver={"gap": 0.0})
    assert plan.outcome.status == "optimal"
    assert set(plan.offices.loc[plan.offices["connected"], "id"]) == connected


def test_what_a_funder_pays_for(make, town):
    """Two regions, each with money of its own: that of the north is spent on A and has more than it can use."""
    funders = [
        {"name": "north", "amount": 9000, "scope": {"regions": ["North"]}},
        {"name": "south", "amount": 4000, "scope": {"regions": ["South"]}},
    ]
    plan = solved(make, town, funders, solver={"gap": 0.0})
    north, south = plan.funders
    assert (north["paid"], north["capex"], north["opex"], north["left"]) == (4250.0, 2900.0, 1350.0, 4750.0)
    assert north["regions"] == [{"region": "North", "paid": 4250.0}]
    assert (north["offices"], north["people"], south["people"]) == (1, 1000.0, 0.0)
    assert {(each["line"], each["id"], each["cost_kind"]) for each in north["payments"]} == {
        (line, name, kind)
        for line, name in (("link", "source:root>S"), ("link", "fibre:S>A"), ("office", "A"))
        for kind in ("capex", "opex")
    }
    assert north["benefit_per_1000"] == 0.0


@pytest.mark.parametrize(
    ("funders", "limits", "told", "needed"),
    [
        (
            [{"name": "n", "amount": 4000, "scope": {"regions": ["North"]}}],
            {"must_connect": ["A"]},
            "“n”: USD 4,000.00", 4250,
        ),
        (
            [{"name": "n", "amount": 8000}, {"name": "s", "amount": 4000, "scope": {"technologies": ["fibre"]}}],
            {"must_connect": ["A", "B", "C"]},
            "“n”, “s”: USD 12,000.00 in all", None,
        ),
        (
            [{"name": "n", "amount": 9000, "cost_kinds": ["capex"]}],
            {"must_connect": ["A"]},
            "some costs may not be paid in full", None,
        ),
    ],
)  # fmt: skip
def test_money_that_does_not_do_is_told(make, town, referee, funders, limits, told, needed):
    plan = solved(make, town, funders, limits=limits)
    assert referee(json.loads(json.dumps(plan.document()))) == []
    conflict = plan.outcome.conflict
    assert plan.outcome.status == "infeasible"
    assert any(told in limit for limit in conflict.limits), conflict.limits
    if needed is not None:
        assert needed in {relaxed.needed for relaxed in conflict.relaxations}
    assert all(funder["paid"] == 0 for funder in plan.funders)


def test_other_commands_refuse_funders(make, town):
    scenario = make["scenario"](funders=[{"name": "n", "amount": 1}])
    with pytest.raises(InputError) as caught:
        pipeline.frontier(scenario, town.inputs(), town.options())
    assert [problem.column for problem in caught.value.problems] == ["funders"]


def test_rates_that_are_too_fine_for_the_costs_name_the_finest(make, town):
    """Three offices of some 4200 each, times 10^9: in cents below 2^52, in thousandths of a cent above."""
    rates = (0.5, 0.333, 0.25)
    funders = [{"name": f"F{number}", "amount": 1, "match": match} for number, match in enumerate(rates)]
    options = town.options()
    names = ("money", "package_money", "package_transit_money")
    dear = replace(options, **{name: getattr(options, name) * 10**9 for name in names})
    with pytest.raises(InputError) as caught:
        pipeline.solve(make["scenario"](budgets=[], funders=funders), town.inputs(), dear)
    told = [(problem.code, problem.column, problem.value) for problem in caught.value.problems]
    assert told == [("too-large", "funders[1].match", "0.333")]


def test_least_money_within_what_funders_have(make, town):
    funders = [{"name": "n", "amount": 5000, "scope": {"regions": ["North"]}}, {"name": "o", "amount": 9000}]
    least = {"sense": "min", "measure": "programme_cost", "target": {"offices_share": 0.5}}
    plan = solved(make, town, funders, objective=[least], solver={"gap": 0.0})
    assert plan.totals["programme_cost"] == 4250 + 4200
    assert [funder["paid"] for funder in plan.funders] == [4250, 4200]
    assert [funder["benefit_per_1000"] for funder in plan.funders] == [None, None]


def test_worth_of_more_money_has_no_noise_of_the_arithmetic(make, town):
    """100 people for 4250: 23.5294117… per 1,000."""
    plan = solved(make, town, [{"name": "n", "amount": 4249}], limits={"exclude": ["B", "C"]})
    worth = [funder["benefit_per_1000"] for funder in plan.funders]
    assert worth == [float(f"{worth[0]:.6g}")]
    assert per_money(100 / 4250) == 23.5294
    assert per_money(3e-17) == 0.0


def test_costs_that_nobody_pays_in_full_are_noted(make, town):
    plan = solved(
        make, town, [{"name": "n", "amount": 90000, "opex_years": 3}, {"name": "o", "amount": 9, "match": 0.4}]
    )
    (note,) = [note for note in plan.data["notes"] if "What nobody pays in full" in note]
    assert "operation of years 4 to 5" in note
    assert "purchases" not in note
    assert not plan.offices["connected"].any()
