"""What a plan would be with one more office in it, and at other budgets, against every plan of small countries."""

import json

import numpy as np
import pytest
from every_plan import every_plan

from planner import pipeline
from planner.graph import arcs_of, build_graph, chosen
from planner.plan.model import Plan
from planner.plan.recall import recall
from planner.plan.what_if import Budgets, WithOffice
from planner.question import other_budgets, with_office
from planner.solver import compile_kernels

COUNTRIES = range(8)


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


@pytest.fixture(scope="module", params=COUNTRIES)
def small(request, make):
    """Return a small country, its plans, the scenario of a budget that leaves some office out, and its plan."""
    rng = np.random.default_rng(2000 + request.param)
    country = make["random_country"](rng, n_offices=4, n_others=1, extra=2)
    plans = every_plan(country)
    costs = sorted(plan.spent("programme_cost") for plan in plans)
    limit = costs[len(costs) // 3] / 100
    asked = make["scenario"](budgets=[{"name": "programme", "limit": limit}], solver={"gap": 0.01, "time_limit_s": 20})
    plan = pipeline.solve(asked, country.inputs(), country.options())
    return country, plans, asked, Plan.from_document(json.loads(json.dumps(plan.document())))


def test_the_best_plan_with_an_office_lies_in_the_range_that_is_told(small):
    country, plans, asked, plan = small
    inputs, options = country.inputs(), country.options()
    choice = recall(plan, options, inputs.offices)
    limit = round(100 * plan.budgets[0]["limit"])
    for name in plan.offices.loc[~plan.offices["connected"], "id"]:
        found = with_office(asked, inputs, options, plan, choice, name, time_limit_s=10)
        possible = [each for each in plans if name in each.connected and each.spent("programme_cost") <= limit]
        if not possible:
            assert found.change is None
            assert found.refused
            continue
        best = max(each.benefit for each in possible)
        low, high = found.change
        assert low - 1e-9 <= best - plan.outcome.value <= high + 1e-9
        assert name == found.added[0]
        # what a new search finds to the gap lies in the range too: it ends at most the gap below the best
        assert low - 1e-9 <= best / 1.01 - plan.outcome.value
        connected = set(plan.offices.loc[plan.offices["connected"], "id"])
        assert (connected - set(found.dropped)) | set(found.added) in [set(each.connected) for each in possible]


def test_plans_of_larger_budgets_are_the_best_there_are_to_the_gap(small):
    country, plans, asked, plan = small
    budgets = other_budgets(asked, country.inputs(), country.options(), plan, time_limit_s=20)
    assert budgets.limits[0] == pytest.approx(1.1 * budgets.now, abs=0.01) or budgets.now == 0
    for limit, value, bound in zip(budgets.limits, budgets.values, budgets.bounds, strict=True):
        best = max(each.benefit for each in plans if each.spent("programme_cost") <= round(100 * limit))
        assert value <= best + 1e-9
        assert best <= bound + 1e-9
        assert bound - value <= 0.01 * value + 1e-9


def test_a_choice_and_its_arcs_are_the_same(make):
    """Over random plans: the arcs mean the links and offices of the choice, and cost what they cost in the graph."""
    for seed in range(40):
        rng = np.random.default_rng(seed)
        country = make["random_country"](rng, n_offices=6, n_others=3)
        choice = make["random_choice"](country, rng)
        options, offices = country.options(), country.inputs().offices
        graph = build_graph(options, offices, measure=3, budget_cents=0)
        arcs = arcs_of(graph, choice)
        again = chosen(graph, options, arcs, len(offices))
        ours, theirs = (
            {
                (int(option), bool(backwards))
                for option, backwards in zip(each.option, each.reversed, strict=True)
                if options.technology()[option] != "existing"
            }
            for each in (choice, again)
        )
        assert ours == theirs
        gains = choice.connected & (offices["status_before"] != "adequate").to_numpy()
        reached = graph.terminal_office[graph.problem.head[arcs]]
        assert set(reached[reached >= 0]) == set(np.flatnonzero(gains))
        plan = make["plan"](country, choice)
        assert int(graph.problem.cost[arcs].sum()) == round(100 * plan.totals["programme_cost"])


def test_where_an_office_enters_for_good():
    budgets = Budgets(
        "programme", "USD", 100.0, 5.0, (110.0, 150.0, 200.0, 300.0), (6.0, 7.0, 8.0, 9.0), (6.0, 7.0, 8.0, 9.9),
        (("A",), ("A", "B"), ("A",), ("A", "B")),
    )  # fmt: skip
    assert budgets.gap == pytest.approx(0.1)
    assert budgets.entry("A") == (100.0, 110.0)
    assert budgets.entry("B") == (200.0, 300.0)
    assert budgets.entry("C") == (300.0, None)
    assert "enters between USD 200 and USD 300" in budgets.entry_words("B")
    assert "No plan of a budget up to USD 300 has it" in budgets.entry_words("C")


def test_ranges_of_least_money_turn_the_other_way():
    """A search to 1 % ends at most so much above the least; benefit 100 found and 101 proven, money 100 and 99."""
    best = WithOffice("max", "benefit", 102.0, 100.0, 101.0, 0.01, ("A",), ())
    assert best.change == pytest.approx((100 / 1.01 - 102, -1.0))
    least = WithOffice("min", "USD", 98.0, 100.0, 99.0, 0.01, ("A",), ())
    assert least.change == pytest.approx((1.0, 100 / 0.99 - 98))
    # Both ends are proven: a gap that is only asked for would contradict a range that is wider.
    assert "changes the objective by between +USD 1 and +USD 3." in " ".join(least.lines())
    assert WithOffice("max", "benefit", 1.0, None, None, 0.01, (), (), "why").lines() == [
        "No plan that keeps all limits has it. why"
    ]


def test_several_objectives_have_no_single_change(make, handmade):
    asked = make["scenario"](objective=[{"measure": "benefit"}, {"sense": "min", "measure": "capex"}])
    country, plan = handmade.country, handmade.plan()
    inputs, options = country.inputs(), country.options()
    assert with_office(asked, inputs, options, plan, handmade.choice, "F", time_limit_s=1) is None
    assert other_budgets(asked, inputs, options, plan, time_limit_s=1) is None
