"""Scenarios with budgets, limits, floors and objectives of all kinds, through the pipeline, against every plan."""

import json
import math

import numpy as np
import pytest
from every_plan import every_plan

from planner import pipeline
from planner.plan.model import Plan
from planner.solver import compile_kernels

COUNTRIES, RULE_SETS = range(12), 5


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


@pytest.fixture(scope="module", params=COUNTRIES)
def country(request, make):
    """Return a small country and all its plans."""
    rng = np.random.default_rng(request.param)
    country = make["random_country"](rng, n_offices=4, n_others=1, extra=1)
    return country, every_plan(country)


def random_limits(rng, ids, plans, likely):
    """Draw limits, about two at a time."""
    pairs = sorted(
        {(*sorted(ends), technology) for plan in plans for ends, technology in plan.links if technology != "existing"}
    )
    limits = {}
    if likely(0.3):
        limits["max_hops"] = int(rng.integers(0, 3))
    if likely(0.3):
        limits["must_connect"] = [str(rng.choice(ids))]
    if likely(0.2):
        limits["exclude"] = [str(rng.choice(ids))]
    if likely(0.4) and pairs:
        limits["fix_links"] = [list(pairs[rng.integers(len(pairs))])[: 2 + likely(0.5)]]
    if likely(0.3) and pairs:
        limits["forbid_links"] = [list(pairs[rng.integers(len(pairs))])]
    if likely(0.5):
        by = {"by": str(rng.choice(["region", "kind", "before"]))} if likely(0.7) else {}
        amount = {"share": float(rng.choice([0.3, 0.5, 0.75]))} if likely(0.7) else {"count": 1}
        limits["floors"] = [{**by, "measure": str(rng.choice(["offices", "people", "benefit"])), **amount}]
    return limits


def random_rules(rng, country, plans):
    """Draw what a scenario asks; most limits are taken from some plan, so that they bind and can be kept."""
    ids = [office["id"] for office in country.offices]
    some = plans[rng.integers(len(plans))]

    def likely(share):
        return bool(rng.random() < share)

    def limit(measure, **scope):
        spent = max(some.spent(measure, **scope), plans[rng.integers(len(plans))].spent(measure, **scope))
        return round(spent / 100 * float(rng.choice([0.8, 1.0, 1.3])), 2)

    budgets = [{"name": "all", "measure": "programme_cost", "limit": limit("programme_cost")}]
    if likely(0.4):
        scope = {"regions": [str(rng.choice(["R0", "R1"]))]}
        budgets.append({"name": "region", "measure": "capex", "scope": scope, "limit": limit("capex", **scope)})
    if likely(0.5):
        scope = {
            "technologies": [str(name) for name in rng.choice(["fibre", "microwave", "leo"], 1 + likely(0.3), False)]
        }
        scope |= {"regions": ["R0"]} if likely(0.3) else {}
        budgets.append(
            {"name": "some", "measure": "opex_per_year", "scope": scope, "limit": limit("opex_per_year", **scope)}
        )
    limits = random_limits(rng, ids, plans, likely)
    target = [{"offices_share": 0.5}, {"benefit_share": 0.6}, {"connect_all": True}][rng.integers(3)]
    least = {"sense": "min", "measure": "present_value", "target": target}
    best = {"sense": "max", "measure": "benefit"}
    objective = [[best], [best, {"sense": "min", "measure": "programme_cost"}], [least], [least, best]][rng.integers(4)]
    if objective[0]["sense"] == "min" and likely(0.5):
        budgets = budgets[1:]
    return {"objective": objective, "budgets": budgets, "limits": limits, "solver": {"gap": 0.0, "time_limit_s": 20}}


def keeps(plan, asked, country):
    """Say whether a plan keeps everything, by the words of the contract."""
    limits, ids = asked["limits"], [office["id"] for office in country.offices]
    counted = [office for office in country.offices if office["id"] not in limits.get("exclude", [])]
    candidates = {office["id"] for office in country.offices if office["status_before"] != "adequate"}

    def worth(office, measure):
        return 1.0 if measure == "offices" else (office[measure] if office["id"] in candidates else 0.0)

    def reaches(floor):
        groups = {}
        column = {"before": "status_before"}.get(floor.get("by"), floor.get("by"))
        for office in counted:
            groups.setdefault(office[column] if column else None, []).append(office)
        for group in groups.values():
            total = math.fsum(worth(office, floor["measure"]) for office in group)
            least = floor["count"] if "count" in floor else floor["share"] * total
            has = math.fsum(worth(office, floor["measure"]) for office in group if office["id"] in plan.connected)
            if has < least - 1e-9:
                return False
        return True

    floors = list(limits.get("floors", []))
    target = asked["objective"][0].get("target")
    if target:
        ((name, share),) = target.items()
        floors.append(
            {"measure": "benefit" if name == "benefit_share" else "offices", "share": 1.0 if share is True else share}
        )

    def has_link(name):
        return any(set(name[:2]) == ends and name[2:] in ([], [technology]) for ends, technology in plan.links)

    return (
        all(plan.spent(b["measure"], **b.get("scope", {})) <= round(100 * b["limit"]) for b in asked["budgets"])
        and plan.hops <= limits.get("max_hops", len(ids))
        and set(limits.get("must_connect", [])) <= plan.connected
        and not set(limits.get("exclude", [])) & plan.connected & candidates
        and all(has_link(name) for name in limits.get("fix_links", []))
        and not any(has_link(name) for name in limits.get("forbid_links", []))
        and all(reaches(floor) for floor in floors)
    )


def best_values(plans, objective):
    """Return the best value of each objective in turn; None where there is no plan."""
    values = []
    for each in objective:
        if not plans:
            return None
        sign = 1 if each["sense"] == "max" else -1
        value = {id(plan): plan.benefit if sign > 0 else plan.spent(each["measure"]) / 100 for plan in plans}
        best = max(value.values(), key=lambda one: sign * one)
        plans = [plan for plan in plans if abs(value[id(plan)] - best) <= 1e-9 * max(1.0, abs(best))]
        values.append(best)
    return values


@pytest.mark.parametrize("draw", range(RULE_SETS))
def test_the_plan_is_the_best_of_all_that_keep_the_rules(country, make, referee, draw):
    country, plans = country
    rng = np.random.default_rng([draw, len(plans)])
    asked = random_rules(rng, country, plans)
    expected = best_values([plan for plan in plans if keeps(plan, asked, country)], asked["objective"])
    plan = pipeline.solve(make["scenario"](**asked), country.inputs(), country.options())
    document = json.loads(json.dumps(plan.document()))
    assert referee(document) == []
    assert Plan.from_document(document).document() == document
    if expected is None:
        assert plan.outcome.status == "infeasible", asked
        assert plan.outcome.conflict.limits
        assert document["links"] == []
        return
    assert plan.outcome.status == "optimal", asked
    found = [stage.value for stage in plan.outcome.stages] or [plan.outcome.value]
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-6)
    assert all(floor["reached"] >= floor["least"] - 1e-9 for floor in plan.floors)
