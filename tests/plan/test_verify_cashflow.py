"""Costs year by year, against sums done by hand and against the closed forms of the accounting."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.finance import CAPEX, OPEX, PRESENT_VALUE, Item, Terms, line_money
from planner.plan.verify.cashflow import line_amounts, rounds_to, unit_amounts

AT_END = Terms(discount_rate=0.08, discount_at="year_end", horizon_years=10, funded_years=5)
AT_START = Terms(discount_rate=0.08, discount_at="year_start", horizon_years=10, funded_years=5)


@pytest.mark.parametrize(
    ("item", "terms", "present"),
    [
        # bought once
        (Item("survey", 1000.0, 0.0, None), AT_END, 1000.0),
        # bought again after five years, not at the horizon
        (Item("radio", 1000.0, 0.0, 5.0), AT_END, 1000 + 1000 / 1.08**5),
        # bought in years 0, 4 and 8; half of the last life is left at year 10
        (Item("radio", 1000.0, 0.0, 4.0), AT_END, 1000 + 1000 / 1.08**4 + 1000 / 1.08**8 - 500 / 1.08**10),
        # three fifths of the life are left
        (Item("plant", 1000.0, 0.0, 25.0), AT_END, 1000 - 600 / 1.08**10),
        # a life of half years
        (Item("radio", 1000.0, 0.0, 7.5), AT_END, 1000 + 1000 / 1.08**7.5 - 1000 * (2 / 3) / 1.08**10),
        (Item("fee", 0.0, 100.0, None), AT_END, sum(100 / 1.08**year for year in range(1, 11))),
        (Item("fee", 0.0, 100.0, None), AT_START, sum(100 / 1.08**year for year in range(10))),
    ],
)
def test_present_values_by_hand(item, terms, present):
    assert float(unit_amounts(item, terms).present_value) == pytest.approx(100 * present, rel=1e-14)


def test_quantities_multiply_and_items_add():
    items = [(Item("plant", 12_000.0, 300.0, 25.0, "km"), 2.5), (Item("terminal", 500.0, 50.0, 10.0), 2.0)]
    amounts = line_amounts(items, AT_END)
    assert amounts.capex == 100 * (30_000 + 1000)
    assert amounts.opex_per_year == 100 * (750 + 100)


@settings(derandomize=True, deadline=None)
@given(
    capex=st.floats(0, 1e6),
    opex=st.floats(0, 1e5),
    life=st.none() | st.floats(0.5, 60) | st.sampled_from([1.0, 2.0, 2.5, 10 / 3, 5.0, 10.0, 20.0]),
    units=st.floats(0, 1000),
    rate=st.floats(0, 0.3),
    horizon=st.integers(1, 40),
    timing=st.sampled_from(["year_end", "year_start"]),
)
def test_the_accounting_rounds_the_same_amounts(capex, opex, life, units, rate, horizon, timing):
    terms = Terms(rate, timing, horizon, 0)
    item = Item("anything", capex, opex, life, "km")
    amounts = line_amounts([(item, units)], terms)
    row = line_money([item], {"km": np.array([units])}, terms)[0]
    # The closed forms carry sixteen digits: beyond ten million the last cent is theirs to miss.
    slack = float(amounts.present_value) * 1e-13
    assert abs(row[CAPEX] - amounts.capex) <= Decimal("0.50001") + Decimal(slack)
    assert abs(row[OPEX] - amounts.opex_per_year) <= Decimal("0.50001") + Decimal(slack)
    assert abs(row[PRESENT_VALUE] - amounts.present_value) <= Decimal("0.50001") + Decimal(slack)


@pytest.mark.parametrize(
    ("cents", "amount", "holds"),
    [(12, "12.4999", True), (12, "12.5", True), (13, "12.5", True), (12, "12.501", False), (13, "12.499", False)],
)
def test_half_a_cent_may_go_either_way_and_no_more(cents, amount, holds):
    assert rounds_to(cents, Decimal(amount)) is holds
