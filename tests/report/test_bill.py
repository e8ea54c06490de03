"""The bill of quantities: against sums reckoned by hand, and against the plan to the cent."""

import math
from collections import Counter
from dataclasses import replace

import pytest

from planner.errors import InputError
from planner.finance import FLOWS, MEASURES, Item, Terms, cash_flow
from planner.plan.verify.cashflow import unit_amounts
from planner.report.bill import bill_of_quantities
from planner.report.cashflow import replaced_in, rounding_of_present_values, yearly_flows


def totals(bill):
    """Add a bill up, measure by measure."""
    parts = (*bill.entries, *bill.remainders)
    capex, opex = (math.fsum(getattr(part, name) for part in parts) for name in ("capex", "opex_per_year"))
    present = [entry.present_value(bill.terms) for entry in bill.entries]
    present += [left.capex + left.opex_per_year * annuity(bill.terms) + left.present_value for left in bill.remainders]
    amounts = (capex, opex, math.fsum(present), capex + bill.terms.funded_years * opex)
    return dict(zip(MEASURES, amounts, strict=True))


def annuity(given):
    """Return the present value of 1 a year, summed year by year."""
    first = 0 if given.discount_at == "year_start" else 1
    return math.fsum((1 + given.discount_rate) ** -year for year in range(first, first + given.horizon_years))


def test_quantities_of_the_handmade_plan(priced, tmp_path):
    bill = bill_of_quantities(priced(tmp_path / "run"))
    quantity = Counter()
    for entry in bill.entries:
        quantity[entry.item.name] += entry.quantity
    assert quantity == {
        "activation": 1,
        "trench": 10 + 5 + 3,  # the 10 km that A, B and C share are dug once
        "terminals": 3,
        "radios": 2,
        "mast": 3,  # at C, D and E; the one at A stands
        "power": 4,
        "rent": 1,
        "router": 4,
        "support": 4,
        "transit": 10 + 10 + 20 + 10,  # A, B, C, E; D has what it needs
    }


def test_the_bill_of_the_handmade_plan_adds_up(handmade, priced, tmp_path):
    plan = handmade.plan()
    bill = bill_of_quantities(priced(tmp_path / "run", plan))
    assert totals(bill) == pytest.approx({name: plan.totals[name] for name in MEASURES}, abs=1e-6)
    assert all(abs(left.capex) < 1e-6 for left in bill.remainders), "whole amounts leave nothing to round"


def test_the_bill_of_a_real_price_list_adds_up_to_the_cent(example):
    bill = bill_of_quantities(example)
    found = totals(bill)
    assert {name: round(found[name], 2) for name in MEASURES} == {name: example.plan.totals[name] for name in MEASURES}
    lines = len(example.plan.links) + len(example.plan.masts) + len(example.plan.offices)
    assert math.fsum(abs(left.capex) for left in bill.remainders) <= 0.005 * lines


@pytest.mark.parametrize(
    ("column", "word"), [("money", "link source:root>S"), ("mast_money", "A was"), ("package_money", "A was")]
)
def test_other_prices_are_refused(handmade, priced, tmp_path, column, word):
    options = handmade.country.options()
    dearer = {"package_money": options.package_money + 1, "package_transit_money": options.package_transit_money + 1}
    if column != "package_money":
        dearer = {column: getattr(options, column) + 1}
    with pytest.raises(InputError) as caught:
        bill_of_quantities(priced(tmp_path / "run", None, replace(options, **dearer)))
    (problem,) = caught.value.problems
    assert problem.code == "changed-since"
    assert word in problem.message


def test_items_that_miss_their_lines_are_a_fault_of_the_program(handmade, priced, tmp_path):
    options = handmade.country.options()
    kinds = tuple(replace(kind, items=kind.items[:-1]) for kind in options.kinds)
    with pytest.raises(RuntimeError, match="miss"):
        bill_of_quantities(priced(tmp_path / "run", None, replace(options, kinds=kinds)))


def test_cash_flows_are_worth_what_the_plan_says(example):
    bill = bill_of_quantities(example)
    years = yearly_flows(bill)
    worth = math.fsum(year.present_value for year in years) + rounding_of_present_values(bill)
    assert round(worth, 2) == example.plan.totals["present_value"]
    assert round(years[0].purchases, 2) == example.plan.totals["capex"]
    assert round(math.fsum(year.programme for year in years), 2) == example.plan.totals["programme_cost"]
    operation = math.fsum(year.operation for year in years)
    assert operation == pytest.approx(bill.terms.horizon_years * example.plan.totals["opex_per_year"])


@pytest.mark.parametrize("life_years", [0.4, 1.0, 2.5, 3.0, 10 / 3, 4.0, 10.0, 25.0, None])
@pytest.mark.parametrize(("rate", "at"), [(0.0, "year_end"), (0.08, "year_end"), (0.08, "year_start")])
def test_one_item_year_by_year(priced, tmp_path, make, life_years, rate, at):
    bill = bill_of_quantities(priced(tmp_path / "run"))
    given = replace(make["terms"], discount_rate=rate, discount_at=at)
    item = replace(bill.entries[0].item, capex=1000.0, opex_per_year=70.0, life_years=life_years)
    alone = replace(bill, entries=(replace(bill.entries[0], item=item, quantity=1.0),), remainders=(), terms=given)
    years = yearly_flows(alone)
    exact = unit_amounts(item, given)
    assert math.fsum(year.present_value for year in years) == pytest.approx(float(exact.present_value) / 100)
    bought = 1 + (0 if life_years is None else math.ceil(10 / life_years - 1e-9) - 1)
    assert math.fsum(year.purchases + year.replacements for year in years) == pytest.approx(1000.0 * bought)


def test_years_of_replacement():
    assert [year for year in range(11) for _count in range(*replaced_in(year, 4.0, 10))] == [4, 8]
    assert [year for year in range(11) for _count in range(*replaced_in(year, 5.0, 10))] == [5], "none at the horizon"
    assert [year for year in range(3) for _count in range(*replaced_in(year, 0.4, 2))] == [1, 1, 2, 2]


@pytest.mark.parametrize(("life", "horizon"), [(2.5, 10), (3.5, 31), (0.7, 7), (5.0, 10), (12.0, 10), (10 / 3, 10)])
def test_replacements_stand_in_the_years_of_plan_json(life, horizon):
    item, given = Item("radios", 100.0, 0.0, life), Terms(0.0, "year_end", horizon, 1)
    flow = cash_flow({item: 1.0}, given)[:, FLOWS.index("replacements")]
    counted = [100 * 100.0 * len(range(*replaced_in(year, life, horizon))) for year in range(horizon + 1)]
    assert counted == pytest.approx(flow.tolist())
