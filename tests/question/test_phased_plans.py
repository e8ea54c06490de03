"""Plans with phases from scenario to document: every printed year against the lines, and what verification finds."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

from planner import pipeline
from planner.demo import make_country
from planner.errors import InputError
from planner.jobs import solve_run
from planner.links.options import PlaceKind
from planner.plan.verify import PlanDocument, check_plan, read_basis
from planner.scenario import Amount, Share, load_scenario
from planner.scenario.yaml_text import parse_yaml, write_yaml

SOLVER = {"time_limit_s": 3.0, "gap": 0.01}


@pytest.fixture
def district(make):
    """Six offices: three on fibre and masts behind a source, all but one by satellite too; one connected before."""
    country = make["country"]()
    country.place("S", PlaceKind.SOURCE)
    for name, benefit in zip("ABCDE", (500.0, 300.0, 200.0, 120.0, 60.0), strict=True):
        country.office(name, benefit=benefit)
    country.office("F", before="adequate")
    country.link("existing", None, "F")
    country.link("source", None, "S")
    for tail, head, km in (("S", "A", 3.0), ("A", "B", 6.0), ("S", "C", 9.0)):
        country.link("fibre", tail, head, km=km)
    country.link("microwave", "A", "C", km=12.0, capacity=100.0, rungs=(1, 0))
    country.link("microwave", "A", "B", km=5.0, capacity=100.0, rungs=(0, 1))
    for name in "ABDE":
        country.link("leo", None, name, capacity=100.0)
    return country


def cents(amount: float) -> int:
    return round(100 * amount)


def faults_of(document: dict, phases: list[dict], funded: int) -> list[str]:
    """Reckon the years again from the printed lines; return what does not hold."""
    lines = [*document["links"], *document["masts"], *document["offices"]]
    faults, left = [], 0
    for row, phase in zip(document["phases"], phases, strict=True):
        year = phase["year"]
        purchases = sum(cents(line["capex"]) for line in lines if line["year"] == year)
        operation = sum(
            cents(line["opex_per_year"])
            for line in lines
            if line["year"] and line["year"] <= year < line["year"] + funded
        )
        available = left + cents(row["limit"])
        if (purchases, operation, purchases + operation) != tuple(
            cents(row[name]) for name in ("purchases", "operation", "spent")
        ):
            faults.append(f"{year}: {row['spent']} printed, {purchases + operation} reckoned")
        if purchases + operation > available or cents(row["available"]) != available:
            faults.append(f"{year}: {purchases + operation} of {available}")
        new = sum(office["year"] == year for office in document["offices"])
        if new != row["offices"] or (phase.get("max_works") is not None and new > phase["max_works"]):
            faults.append(f"{year}: {new} offices")
        left = available - purchases - operation if phase.get("carry_over") else 0
    everything = sum(cents(line["capex"]) + funded * cents(line["opex_per_year"]) for line in lines)
    paid = sum(cents(row["spent"]) for row in document["phases"])
    if paid + sum(cents(row["operation"]) for row in document["after_phases"]) != everything:
        faults.append("the years do not add up to the programme cost")
    return faults


@pytest.mark.parametrize("seed", range(8))
def test_every_printed_year_keeps_its_limit(seed, make, district, referee):
    rng = np.random.default_rng(seed)
    count, funded = int(rng.integers(1, 5)), int(rng.integers(0, 7))
    phases = [
        {
            "year": 2027 + year,
            "limit": round(float(rng.uniform(0, 20_000)), 2),
            "carry_over": bool(rng.random() < 0.5),
            **({"max_works": int(rng.integers(0, 3))} if rng.random() < 0.3 else {}),
        }
        for year in range(count)
    ]
    money = {"currency": "USD", "price_year": 2026, "funded_years": funded}
    budgets = [] if rng.random() < 0.5 else [{"name": "all", "measure": "capex", "limit": 25_000}]
    scenario = make["scenario"](money=money, phases=phases, budgets=budgets, solver=SOLVER)
    plan = pipeline.solve(scenario, district.inputs(), district.options())
    document = json.loads(json.dumps(plan.document()))
    assert referee(document) == []
    assert faults_of(document, phases, funded) == []
    years = {office["id"]: office["year"] for office in document["offices"]}
    assert years["F"] is None
    assert all((year is not None) == office for year, office in zip(
        [years[name] for name in "ABCDE"],
        [o["connected"] for o in document["offices"] if o["id"] != "F"],
        strict=True,
    ))  # fmt: skip


def test_benefit_counts_from_the_year_of_connection(make, district):
    """Ten years at 8 %: the second year is worth nine tenths of ten years, discounted, of the first."""
    phases = [{"year": 2027, "limit": 0, "carry_over": True}, {"year": 2028, "limit": 1_000_000}]
    money = {"currency": "USD", "price_year": 2026, "discount_rate": 0.08}
    scenario = make["scenario"](money=money, phases=phases, budgets=[], solver=SOLVER)
    plan = pipeline.solve(scenario, district.inputs(), district.options())
    worth = [1.08**-year for year in range(10)]
    assert plan.outcome.value == pytest.approx((500 + 300 + 200 + 120 + 60) * sum(worth[1:]) / sum(worth), rel=1e-12)
    assert plan.outcome.status == "optimal"


def test_one_year_with_all_the_money_is_the_plan_without_phases(make, district):
    budget = [{"name": "capex", "measure": "capex", "limit": 15_000}]
    money = {"currency": "USD", "price_year": 2026, "funded_years": 0}
    single = make["scenario"](money=money, budgets=budget, solver={"gap": 0.0})
    phased = make["scenario"](
        money=money, budgets=[], phases=[{"year": 2026, "limit": 15_000}], solver={"gap": 0.0, "time_limit_s": 5.0}
    )
    plans = [pipeline.solve(scenario, district.inputs(), district.options()) for scenario in (single, phased)]
    assert plans[0].outcome.value == plans[1].outcome.value


def test_what_no_money_of_all_years_pays_for_is_refused_with_the_reason(make, district):
    phases = [{"year": 2027, "limit": 100}, {"year": 2028, "limit": 100}]
    scenario = make["scenario"](phases=phases, budgets=[], limits={"must_connect": ["A"]}, solver=SOLVER)
    plan = pipeline.solve(scenario, district.inputs(), district.options())
    assert plan.outcome.status == "infeasible"
    assert any("2027–2028" in limit and "200" in limit for limit in plan.outcome.conflict.limits)
    assert not any(relaxed.enough for relaxed in plan.outcome.conflict.relaxations)
    assert plan.phases == ()


@pytest.fixture
def satellites(make):
    """Return two offices by satellite: each buys for 1000 and runs for 640 a year."""
    country = make["country"]()
    for name in "AB":
        country.office(name)
        country.link("leo", None, name, capacity=100.0)
    return country


def offices_of(plan):
    """Return the offices that a plan connects."""
    return set(plan.offices.loc[plan.offices["connected"], "id"])


def refused_by(plan):
    """Return the conflict of a plan that there is not."""
    assert plan.outcome.status == "infeasible"
    return plan.outcome.conflict


def test_what_only_single_years_cannot_pay_for_is_blamed_on_the_years(make, satellites):
    """No year has the 1000 that A takes; both have the 1640 of a purchase and a year."""
    phases = [{"year": 2027, "limit": 900}, {"year": 2028, "limit": 900}]
    asked = {"budgets": [], "limits": {"must_connect": ["A"]}, "solver": SOLVER}
    plan = pipeline.solve(make["scenario"](phases=phases, **asked), satellites.inputs(), satellites.options())
    conflict = refused_by(plan)
    assert conflict.limits == ("phases: 2027–2028, USD 1,800.00 in all", "must_connect: A")
    assert (conflict.minimal, conflict.relaxations) == (False, ())
    assert "carry_over: true" in conflict.remedy
    phases[0]["carry_over"] = True
    plan = pipeline.solve(make["scenario"](phases=phases, **asked), satellites.inputs(), satellites.options())
    assert offices_of(plan) == {"A"}


def test_too_few_works_in_a_year_are_blamed_for_what_all_the_money_would_do(make, satellites):
    phases = [{"year": 2027, "limit": 1_000_000, "max_works": 1}]
    asked = {"budgets": [], "limits": {"must_connect": ["B", "A"]}, "solver": SOLVER}
    plan = pipeline.solve(make["scenario"](phases=phases, **asked), satellites.inputs(), satellites.options())
    conflict = refused_by(plan)
    assert set(conflict.limits) == {
        "phases: 2027–2027, USD 1,000,000.00 in all",
        "phases: most offices a year: 2027 (1)",
        "must_connect: A, B",
    }
    assert "max_works" in conflict.remedy
    phases[0]["max_works"] = 2
    plan = pipeline.solve(make["scenario"](phases=phases, **asked), satellites.inputs(), satellites.options())
    assert offices_of(plan) == {"A", "B"}


def test_more_of_a_budget_is_not_said_to_be_enough_where_the_years_may_take_more(make, satellites):
    """A takes 1000 of the purchases; with these no year can pay for it either."""
    phases = [{"year": 2027, "limit": 900}, {"year": 2028, "limit": 900}]

    def solved(limit):
        budgets = [{"name": "purchases", "measure": "capex", "limit": limit}]
        asked = {"budgets": budgets, "phases": phases, "limits": {"must_connect": ["A"]}, "solver": SOLVER}
        return pipeline.solve(make["scenario"](**asked), satellites.inputs(), satellites.options())

    conflict = refused_by(solved(500))
    (relaxed,) = conflict.relaxations
    assert (relaxed.limit, relaxed.needed) == ("budget purchases", 1000.0)
    assert (relaxed.enough, relaxed.proven, conflict.minimal) == (False, False, False)
    refused_by(solved(relaxed.needed))


def test_the_parts_of_the_benefit_add_up_to_it_from_the_year_of_connection(make, district, referee):
    phases = [{"year": 2027, "limit": 9_000, "carry_over": True}, {"year": 2028, "limit": 1_000_000}]
    plan = pipeline.solve(
        make["scenario"](phases=phases, budgets=[], solver=SOLVER), district.inputs(), district.options()
    )
    document = json.loads(json.dumps(plan.document()))
    assert referee(document) == []
    assert len({office["year"] for office in document["offices"] if office["year"]}) == 2
    parts = {row["id"]: row["parts"] for row in document["benefit_index"]["offices"]}
    benefit = {office["id"]: office["benefit"] for office in document["offices"]}
    assert {name: sum(of) for name, of in parts.items()} == pytest.approx({name: benefit[name] for name in parts})
    columns = document["benefit_index"]["columns"]
    assert sum(column["gained"] for column in columns) == pytest.approx(plan.outcome.value)
    assert sum(column["all"] for column in columns) == pytest.approx(500 + 300 + 200 + 120 + 60)


def test_commands_that_know_no_years_refuse_them(make, district):
    scenario = make["scenario"](phases=[{"year": 2027, "limit": 100}])
    with pytest.raises(InputError, match="phases"):
        pipeline.frontier(scenario, district.inputs(), district.options())


def test_fewest_years_of_the_district(make, district):
    """All by capex alone: what it takes at least, divided by a year's money, is reached where money is saved up."""
    money = {"currency": "USD", "price_year": 2026, "funded_years": 0}
    scenario = make["scenario"](money=money, solver=SOLVER)
    inputs, options = district.inputs(), district.options()
    cheapest = pipeline.solve(
        make["scenario"](
            money=money, budgets=[], objective=[{"sense": "min", "measure": "capex", "target": {"connect_all": True}}]
        ),
        inputs,
        options,
    ).totals["capex"]
    found = pipeline.years(scenario, inputs, options, Amount(amount=5_000.0), carry_over=True)
    assert found.years == found.at_least == -(-cheapest // 5_000)
    assert sum(row["offices"] for row in found.by_year) == found.offices == 5
    whole = pipeline.years(scenario, inputs, options, Share(share=1.0), carry_over=False)
    assert whole.years == 1


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return the run folder of a small made-up country in three phases."""
    folder = tmp_path_factory.mktemp("phases")
    path = make_country(folder / "country", offices=20, seed=1, terrain_arcsec=9)
    content = parse_yaml(path.read_text(encoding="utf-8"), str(path)).data
    content["phases"] = [{"year": 2027 + year, "limit": "12 %", "carry_over": year != 1} for year in range(3)]
    content["budgets"] = []
    path.write_text(write_yaml(content), encoding="utf-8")
    solve_run(path, folder / "run", overrides={"solver.time_limit_s": 5.0})
    return folder / "run"


def test_verification_reckons_the_years_again(run, referee):
    told = json.loads((run / "plan.json").read_text(encoding="utf-8"))
    basis, _files = read_basis(run, None)

    def differences(changed) -> int:
        document = PlanDocument.model_validate_json(json.dumps(changed))
        return sum(len(area.differences) for area in check_plan(document, basis))

    assert referee(told) == []
    assert differences(told) == 0
    assert sum(row["offices"] for row in told["phases"]) > 0
    for name in told["phases"][0]:
        changed = copy.deepcopy(told)
        value = changed["phases"][1][name]
        changed["phases"][1][name] = (not value) if isinstance(value, bool) else 1 if value is None else value + 1
        if name == "weight":
            changed["phases"][1][name] = value / 2
        if name == "limit":  # a percentage has no amount in the scenario, but what is available follows from it
            assert differences(changed) >= 1
        assert differences(changed) >= 1, name
    for group in ("links", "offices"):
        changed = copy.deepcopy(told)
        line = next(each for each in changed[group] if each["year"] == told["phases"][0]["year"])
        line["year"] += 1
        assert differences(changed) >= 1, group
    changed = copy.deepcopy(told)
    next(office for office in changed["offices"] if not office["connected"])["year"] = 2027
    assert differences(changed) >= 1


def test_a_scenario_with_phases_reads_back_as_it_is(run):
    scenario = load_scenario(run)
    assert [phase.year for phase in scenario.phases] == [2027, 2028, 2029]
