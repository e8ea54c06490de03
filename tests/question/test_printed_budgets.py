"""Two hundred random scenarios: budgets, years and funders are never exceeded on the figures that are printed."""

import json

import numpy as np
import pytest

from planner import pipeline
from planner.finance import MEASURES
from planner.solver import compile_kernels

SCENARIOS, TOGETHER = 200, 20


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


def cents(amount):
    return round(100 * amount)


def random_budgets(rng, most):
    """Return up to four budgets, over everything or scoped by region and technology, of different measures."""
    budgets = []
    for number in range(int(rng.integers(1, 5))):
        scope = {}
        if number and rng.random() < 0.6:
            scope["regions"] = sorted(rng.choice(["R0", "R1"], int(rng.integers(1, 3)), replace=False).tolist())
        if number and rng.random() < 0.4:
            scope["technologies"] = [str(rng.choice(["fibre", "microwave", "leo", "cellular"]))]
        measure = str(rng.choice(MEASURES))
        limit = round(float(rng.uniform(0.05, 1.1)) * most * (0.2 if measure == "opex_per_year" else 1.0), 2)
        budgets.append({"name": f"b{number}", "measure": measure, "limit": limit, "scope": scope})
    return budgets


def random_scenario(rng, most):
    """Return sections of a scenario: budgets, or phases, or funders, with or without budgets beside them."""
    way = rng.integers(3)
    asked = {"budgets": random_budgets(rng, most) if way == 0 or rng.random() < 0.5 else []}
    if way == 1:
        asked["phases"] = [
            {
                "year": 2027 + year,
                "limit": round(float(rng.uniform(0, 0.6)) * most, 2),
                "carry_over": rng.random() < 0.5,
            }
            for year in range(int(rng.integers(1, 4)))
        ]
        asked["phases"][0]["limit"] += 1.0
    if way == 2:
        asked["funders"] = [
            {
                "name": f"f{number}",
                "amount": round(float(rng.uniform(0.1, 0.8)) * most, 2),
                **({"scope": {"regions": ["R0"]}} if rng.random() < 0.3 else {}),
                **({"match": 0.5} if rng.random() < 0.3 else {}),
                **({"cost_kinds": ["capex"]} if rng.random() < 0.3 else {}),
            }
            for number in range(int(rng.integers(1, 4)))
        ]
    return asked


def printed_cents(document, measure, scope):
    """Add up the printed lines that a budget counts: links where they arrive, masts without technology, offices."""
    regions, technologies = scope.get("regions"), scope.get("technologies")
    lines = [(line, line["technology"]) for line in (*document["links"], *document["offices"])]
    lines += [(line, None) for line in document["masts"]]
    return sum(
        cents(line[measure])
        for line, technology in lines
        if (not regions or line["region"] in regions) and (not technologies or technology in technologies)
        and line.get("connected", True)
    )  # fmt: skip


@pytest.mark.parametrize("first", range(0, SCENARIOS, TOGETHER))
def test_what_is_printed_never_exceeds_what_there_is(make, first):
    spent_something = 0
    for seed in range(first, first + TOGETHER):
        rng = np.random.default_rng(9000 + seed)
        country = make["random_country"](rng, n_offices=4, n_others=1, extra=2)
        options = country.options()
        most = float(options.money[:, MEASURES.index("programme_cost")].sum()) / 250
        asked = random_scenario(rng, most)
        scenario = make["scenario"](**asked, solver={"gap": 0.02, "time_limit_s": 0.3})
        document = json.loads(json.dumps(pipeline.solve(scenario, country.inputs(), options).document()))
        assert len(document["budgets"]) == len(asked["budgets"])
        for told, wanted in zip(document["budgets"], asked["budgets"], strict=True):
            assert cents(told["limit"]) == cents(wanted["limit"]), seed
            assert cents(told["spent"]) == printed_cents(document, told["measure"], wanted["scope"]), seed
            assert cents(told["spent"]) <= cents(told["limit"]), seed
        for told in document["phases"]:
            assert cents(told["purchases"]) + cents(told["operation"]) == cents(told["spent"]), seed
            assert cents(told["spent"]) <= cents(told["available"]), seed
        if document["funders"]:
            for told in document["funders"]:
                assert sum(cents(payment["amount"]) for payment in told["payments"]) == cents(told["paid"]), seed
                assert cents(told["paid"]) <= cents(told["amount"]), seed
            paid = sum(cents(told["paid"]) for told in document["funders"])
            assert paid == printed_cents(document, "programme_cost", {}), seed
        spent_something += bool(document["totals"]["programme_cost"])
    assert spent_something >= TOGETHER // 2
