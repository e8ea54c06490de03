"""What is contracted, built or working stays in the plan, at what was spent on it."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from every_plan import every_plan

from planner import pipeline
from planner.errors import InputError
from planner.finance import MEASURES, Item, at_actual, line_money
from planner.links.as_built import with_as_built
from planner.links.options import PlaceKind
from planner.links.regional import with_regional_prices
from planner.plan.model import Plan
from planner.plan.recall import recall
from planner.plan.verify import PlanDocument
from planner.plan.verify.as_built import check_as_built
from planner.scenario import Amount
from planner.solver import compile_kernels

NAN = float("nan")
CAPEX = MEASURES.index("capex")


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


@pytest.fixture
def town(make):
    """S feeds A and B by fibre; A and B have satellite too, which costs less to connect both."""
    country = make["country"]()
    country.place("S", PlaceKind.SOURCE, region="North")
    for name in "AB":
        country.office(name, region="North")
    country.link("source", None, "S")
    for name in "AB":
        country.link("fibre", "S", name, km=20.0)
        country.link("leo", None, name, capacity=100.0)
    return country


def row(tail, head, technology, status, spent=NAN, per_year=NAN, equipment=NAN, mbps=NAN, funder=""):
    return {
        "row": 2, "from": tail, "to": head, "technology": technology, "option": "", "status": status, "spent": spent,
        "spent_per_year": per_year, "spent_equipment": equipment, "mbps": mbps, "funder": funder,
    }  # fmt: skip


def solved(make, town, rows, **asked):
    inputs = town.inputs()
    built = pd.DataFrame(rows)
    object.__setattr__(inputs, "as_built", built)
    demand = inputs.offices["demand_mbps"].to_numpy(np.float64)
    options = with_as_built(town.options(), built, demand, make["terms"])
    scenario = make["scenario"](**{"solver": {"gap": 0.0}, **asked})
    return pipeline.solve(scenario, inputs, options), inputs, options


def test_what_is_built_stays_though_it_would_not_be_chosen(make, town, referee):
    free, _inputs, _options = solved(make, town, [row("S", "A", "fibre", "planned")])
    assert set(free.links["technology"]) == {"leo"}
    plan, _inputs, _options = solved(make, town, [row("S", "A", "fibre", "contracted")])
    assert referee(json.loads(json.dumps(plan.document()))) == []
    assert set(plan.links["id"]) >= {"source:root>S", "fibre:S>A"}
    assert plan.benefit == free.benefit == 200.0


def test_what_was_spent_takes_the_place_of_the_estimate(make, town, referee):
    rows = [
        row("root", "S", "source", "working", spent=777.0),
        row("S", "A", "fibre", "built", spent=31_000.55, per_year=99.0, equipment=1234.5, mbps=4.0, funder="IDA"),
    ]
    plan, inputs, options = solved(make, town, rows)
    document = json.loads(json.dumps(plan.document()))
    assert referee(document) == []
    links = {link["id"]: link for link in document["links"]}
    assert links["source:root>S"]["capex"] == 777.0
    assert (links["fibre:S>A"]["capex"], links["fibre:S>A"]["opex_per_year"]) == (31_000.55, 99.0)
    assert links["fibre:S>A"]["programme_cost"] == 31_000.55 + 5 * 99.0
    office = {office["id"]: office for office in document["offices"]}["A"]
    assert office["capex"] == 1234.5
    assert document["as_built"] == [
        {
            "link": "source:root>S", "from": "root", "to": "S", "status": "working", "spent": 777.0,
            "spent_per_year": None, "spent_equipment": None, "funder": None, "mbps": None, "load_mbps": 10.0,
        },
        {
            "link": "fibre:S>A", "from": "S", "to": "A", "status": "built", "spent": 31_000.55, "spent_per_year": 99.0,
            "spent_equipment": 1234.5, "funder": "IDA", "mbps": 4.0, "load_mbps": 10.0,
        },
    ]  # fmt: skip
    again = Plan.from_document(document)
    choice = recall(again, options, inputs.offices)
    assert set(choice.option) >= set(options.fixed)
    assert again.document() == plan.document()


def test_progress_adds_up_to_the_plan_and_its_offices(make, town):
    rows = [row("S", "A", "fibre", "built", funder="IDA"), row("root", "B", "leo", "working", funder="AFD")]
    plan, _inputs, _options = solved(make, town, rows)
    for by in ("all", "region", "funder"):
        part = [each for each in plan.progress if each["by"] == by]
        assert sum(round(100 * each["capex"]) for each in part) == round(100 * plan.totals["capex"])
        assert sum(each["offices"] for each in part) == 2
        assert sum(each["people"] for each in part) == plan.totals["people"]
    status = {each["status"]: each["offices"] for each in plan.progress if each["by"] == "all"}
    assert status == {"planned": 0, "built": 1, "working": 1}
    funders = {each["group"] for each in plan.progress if each["by"] == "funder"}
    assert funders == {"IDA", "AFD", None}


def test_a_budget_that_does_not_pay_for_what_is_built_conflicts_with_it(make, town):
    plan, _inputs, _options = solved(
        make, town, [row("S", "A", "fibre", "built", spent=90_000.0)], budgets=[{"limit": 50_000}]
    )
    assert plan.outcome.status == "infeasible"
    told = plan.outcome.conflict.limits
    assert any(limit.startswith("budget “programme”") for limit in told)
    assert any(limit.startswith("as built: ") for limit in told)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([row("A", "B", "fibre", "built")], "no-candidate"),
        ([row("S", "A", "microwave", "built")], "no-candidate"),
        ([row("S", "~x", "fibre", "built")], "unknown-place"),
        ([row("S", "A", "fibre", "built") | {"option": "48 cores"}], "no-candidate"),
    ],
)
def test_what_is_built_has_to_be_a_candidate(make, town, rows, code):
    with pytest.raises(InputError) as caught:
        solved(make, town, rows)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert caught.value.problems[0].column.startswith("inputs.as_built")


# Fibre of 20 km to A: 20,500 to buy and 200 a year; its source 1000 and 100; A's own line 400 and 160 with transit.
QUICK = {"gap": 0.001, "time_limit_s": 3.0}
PHASES = [{"year": 2027, "limit": 22_360}, {"year": 2028, "limit": 3_000}, {"year": 2029, "limit": 3_000}]


def test_what_is_built_is_bought_in_the_first_year(make, town, referee):
    rows = [row("S", "A", "fibre", "built"), row("root", "S", "source", "working")]
    plan, _inputs, _options = solved(make, town, rows, phases=PHASES, budgets=[], solver=QUICK)
    document = json.loads(json.dumps(plan.document()))
    assert referee(document) == []
    years = {line["id"]: line["year"] for line in [*document["links"], *document["offices"]]}
    assert (years["source:root>S"], years["fibre:S>A"], years["A"]) == (2027, 2027, 2027)
    assert document["phases"][0]["spent"] == 22_360.0
    assert years["B"] == 2028  # the satellite: 1000 to buy and 640 a year


def test_a_first_year_that_does_not_pay_for_what_is_built_has_no_plan(make, town):
    phases = [PHASES[0] | {"limit": 22_359.99}, *PHASES[1:]]
    plan, _inputs, _options = solved(
        make, town, [row("S", "A", "fibre", "built")], phases=phases, budgets=[], solver=QUICK
    )
    assert plan.outcome.value is None
    assert plan.phases == ()


def built_in(make, country, rows):
    """Return the inputs and the candidates of a country with what is built."""
    inputs = country.inputs()
    built = pd.DataFrame(rows)
    object.__setattr__(inputs, "as_built", built)
    demand = inputs.offices["demand_mbps"].to_numpy(np.float64)
    return inputs, with_as_built(country.options(), built, demand, make["terms"])


@pytest.mark.parametrize("seed", range(6))
def test_a_frontier_has_what_is_built_at_every_budget(make, seed):
    """Against every plan of a small country that has the link, at prices at which more was spent on it."""
    rng, ways = np.random.default_rng(5000 + seed), []
    while not ways:
        country = make["random_country"](rng, n_offices=3, n_others=1, extra=3)
        offices = {office["id"] for office in country.offices}
        ways = sorted({
            (*sorted(ends & offices), name)
            for plan in every_plan(country) for ends, name in plan.links
            if name in {"leo", "cellular"} and "root" in ends
        })  # fmt: skip
    office, technology = ways[rng.integers(len(ways))]
    inputs, options = built_in(make, country, [row("root", office, technology, "built", spent=3_000.25)])
    plans = every_plan(SimpleNamespace(options=lambda: options, inputs=lambda: inputs, offices=country.offices))
    allowed = [plan for plan in plans if office in plan.connected and any(
        ends == {"root", office} and name == technology for ends, name in plan.links
    )]  # fmt: skip
    asked = make["scenario"](solver={"gap": 0.0, "time_limit_s": 30})
    everything = pipeline.cost_of_all(asked, inputs, options, "programme_cost", "budgets.programme.limit")
    least = min(plan.spent("programme_cost") for plan in allowed)
    if least > everything:
        with pytest.raises(InputError):
            pipeline.frontier(asked, inputs, options, points=3)
        return
    found = pipeline.frontier(asked, inputs, options, points=3)
    assert len(found.points) + len(found.without_plan) == 3
    assert all(proven and round(100 * limit) < least for limit, proven in found.without_plan)
    for point in found.points:
        limit = round(100 * point.limit)
        best = max(plan.benefit for plan in allowed if plan.spent("programme_cost") <= limit)
        assert (point.value, point.bound) == (pytest.approx(best), pytest.approx(best))


def test_what_is_built_takes_nothing_of_the_limits_of_the_fewest_years(make, town):
    """Satellite to B: 1000 to buy, B's own line 300; 640 a year with A's and its fibre's 200 + 100 + 160."""
    rows = [row("S", "A", "fibre", "built"), row("root", "S", "source", "working")]
    inputs, options = built_in(make, town, rows)
    asked = make["scenario"](solver=QUICK)
    plans = [pipeline.years(asked, inputs, options, Amount(amount=each), carry_over=False) for each in (3_000.0, 450.0)]
    assert (plans[0].years, plans[0].at_least) == (1, 1)
    assert plans[0].built == 21_900.0  # fibre 20,500, its source 1,000, A's own line 400
    assert plans[0].offices == plans[0].by_year[0]["offices"] == 2
    year = plans[0].by_year[0]
    assert year["purchases"] + year["operation"] == year["spent"] <= 3_000.0
    assert year["operation"] >= 460.0
    assert plans[1].years is None  # not even what is built can be run


def test_prices_are_scaled_to_what_was_spent():
    items = (Item("a", 100.0, 10.0, 5.0), Item("b", 20.0, 0.0, None, "km"))
    scaled = at_actual(items, {"each": 1.0, "km": 5.0}, {"capex": 330.0}, 0.1)
    assert [item.capex for item in scaled] == pytest.approx([150.0, 30.0])
    assert [(item.opex_per_year, item.life_years) for item in scaled] == [(10.0, 5.0), (0.0, None)]
    assert at_actual(items, {"each": 1.0, "km": 5.0}, {}, 0.0) == items
    (free,) = at_actual((), {"each": 1.0}, {"capex": 12.0, "opex_per_year": NAN}, 0.0)
    assert (free.capex, free.opex_per_year) == (12.0, 0.0)


@pytest.fixture
def strait(make):
    """S feeds A by a hop over the sea, offered with space diversity alone; the kind without it is known too."""
    country = make["country"]()
    country.place("S", PlaceKind.SOURCE, region="North")
    country.office("A", region="North")
    country.link("source", None, "S")
    country.link("microwave", "S", "A", capacity=100.0, rungs=(0, 0))
    return country


def hop_over_the_sea(make, strait, offered, other):
    """Return the candidates whose hop is of one kind, where another one of the other kind might be built."""
    options = strait.options()
    at = [kind.technology for kind in options.kinds].index("microwave")
    priced = {
        name: replace(options.kinds[at], name=name, items=(Item("radios", cost, 100.0, 10),))
        for name, cost in (("18 GHz, 30 km", 8000.0), ("18 GHz SD, 30 km", 12_000.0))
    }
    kinds = list(options.kinds)
    kinds[at] = priced[offered]
    money = options.money.copy()
    one = {"each": np.ones(1)}
    money[options.technology() == "microwave"] = line_money(kinds[at].items, one, make["terms"])[0]
    return replace(options, kinds=(*kinds, priced[other]), money=money)


@pytest.mark.parametrize(
    ("offered", "told", "estimate"),
    [
        ("18 GHz SD, 30 km", "18 GHz, 30 km", 8000.0),
        ("18 GHz, 30 km", "18 GHz SD, 30 km", 12_000.0),
        ("18 GHz SD, 30 km", "18 GHz SD, 30 km", 12_000.0),
    ],
)
@pytest.mark.parametrize(("works", "spent"), [(1.0, NAN), (1.0, 5000.5), (1.5, NAN)])
def test_a_hop_stands_as_it_was_built_whatever_a_new_one_would_need(
    make, strait, offered, told, estimate, works, spent
):
    """Space diversity of what stands is what the row says, at the price of that kind in the region."""
    options = hop_over_the_sea(make, strait, offered, told if told != offered else "18 GHz, 30 km")
    places = replace(options.places, works=np.full(len(options.places), works))
    columns = {name: getattr(options, name) for name in ("u", "v", "kind", "kinds", "priced_km", "money")}
    options = replace(options, places=places, **with_regional_prices(columns, places, make["terms"]))
    rows = pd.DataFrame([row("S", "A", "microwave", "built", spent=spent) | {"option": told}])
    for _again in range(2):
        options = with_as_built(options, rows, np.array([10.0]), make["terms"])
        (at,) = options.fixed.tolist()
        assert options.kinds[options.kind[at]].name == told
        assert options.money[at, CAPEX] == round(100 * (estimate * works if np.isnan(spent) else spent))


def test_an_option_that_nobody_offers_is_still_refused(make, strait):
    options = hop_over_the_sea(make, strait, "18 GHz SD, 30 km", "18 GHz, 30 km")
    rows = pd.DataFrame([row("S", "A", "microwave", "built") | {"option": "18 GHz, 40 km"}])
    with pytest.raises(InputError, match="there are: 18 GHz SD, 30 km"):
        with_as_built(options, rows, np.array([10.0]), make["terms"])


@pytest.mark.parametrize("phased", [False, True])
def test_what_is_built_may_be_used_the_other_way_round(make, phased, referee):
    """S → A → B was the plan and A → B is built; then T comes nearer to B, and the link carries from B to A."""
    country = make["country"]()
    for name in "ST":
        country.place(name, PlaceKind.SOURCE, region="North")
    for name in "AB":
        country.office(name, region="North")
    for name in "ST":
        country.link("source", None, name)
    country.link("fibre", "S", "A", km=90.0)
    country.link("fibre", "A", "B", km=2.0)
    country.link("fibre", "T", "B", km=1.0)
    years = {"phases": [{"year": 2027, "limit": 60_000}, {"year": 2028, "limit": 9_000}], "budgets": []}
    rows = [row("A", "B", "fibre", "built", spent=2222.0, equipment=333.0, mbps=7.0, funder="IDA")]
    plan, _inputs, _options = solved(make, country, rows, **({**years, "solver": QUICK} if phased else {}))
    document = json.loads(json.dumps(plan.document()))
    assert referee(document) == []
    assert "fibre:B>A" in {link["id"] for link in document["links"]}
    assert document["as_built"] == [
        {
            "link": "fibre:B>A", "from": "A", "to": "B", "status": "built", "spent": 2222.0, "spent_per_year": None,
            "spent_equipment": 333.0, "funder": "IDA", "mbps": 7.0, "load_mbps": 10.0,
        }
    ]  # fmt: skip
    built = next(each for each in document["progress"] if (each["by"], each["status"]) == ("all", "built"))
    assert (built["offices"], built["capex"]) == (1, 2222.0 + 400.0)  # A's own line; what was spent on B's is B's
    offices = {office["id"]: office["capex"] for office in document["offices"]}
    assert offices == {"A": 400.0, "B": 333.0}
    # The referee's other half, on the same rows: of plan and input alone.
    basis = SimpleNamespace(inputs=SimpleNamespace(as_built=pd.DataFrame(rows)))
    assert check_as_built(PlanDocument.model_validate_json(json.dumps(document)), basis).differences == []
