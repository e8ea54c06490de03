"""Cash flows worked by hand, year by year; parts add up, inflation and tax do what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.finance import (
    CAPEX,
    FLOWS,
    OPEX,
    PRESENT_VALUE,
    PROGRAMME_COST,
    Item,
    Terms,
    annuity,
    cash_flow,
    line_money,
    purchases,
    real_rate,
)

ONE = {"each": np.ones(1)}
PURCHASES, REPLACEMENTS, OPERATION, RESIDUAL, WORTH = range(len(FLOWS))

# Present values from the closed forms, a(r, n) = (1 − (1 + r)^−n) / r and v(r, n) = (1 + r)^−n, in decimal arithmetic:
# price, a year's operation, life | rate, horizon, paid at, tax | present value | purchases and five years of operation
BY_HAND = {
    # 600 (1 + v5) + 600 a10: replaced at 5, not at 10
    "LEO terminal and fee": ((600, 600, 5), (0.05, 10, "year_end", 0.0), 5703.16, 3600.0),
    # 12 000 (1 − 15/25 v10) + 300 a10
    "a kilometre of fibre": ((12_000, 300, 25), (0.08, 10, "year_end", 0.0), 10_678.03, 13_500.0),
    # 8 500 (1 + v7 − 4/7 v10) + 850 · 1.08 a10
    "radios, operation paid in advance": ((8500, 850, 7), (0.08, 10, "year_start", 0.0), 17_369.73, 12_750.0),
    # 40 000 (1 − 10/20 v10) + 1 000 a10
    "a tower": ((40_000, 1000, 20), (0.06, 10, "year_end", 0.0), 36_192.19, 45_000.0),
    # once, and worth nothing at the end
    "a survey": ((8700, 0, None), (0.08, 10, "year_end", 0.0), 8700.0, 8700.0),
    # 1 200 a15
    "a rent": ((0, 1200, None), (0.10, 15, "year_end", 0.0), 9127.30, 6000.0),
    # 3 000 (1 + v3 + v6 + v9 − 2/3 v10) + 3 600 a10
    "a VSAT of three years' life": ((3000, 3600, 3), (0.12, 10, "year_end", 0.0), 27_433.92, 21_000.0),
    # 1.18 (900 (1 + v4 + v8 − 1/2 v10) + 90 a10)
    "computers with tax of 18 %": ((900, 90, 4), (0.08, 10, "year_end", 0.18), 2883.02, 1593.0),
    # 900 (3 − 1/2) + 90 · 10
    "computers without discounting": ((900, 90, 4), (0.0, 10, "year_end", 0.0), 3150.0, 1350.0),
    # real rate 1.12 / 1.05 − 1 = 1/15: 5 000 (1 + v5) + 500 a10
    "a source at a nominal 12 % with 5 % inflation": ((5000, 500, 5), (1 / 15, 10, "year_end", 0.0), 12_187.53, 7500.0),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_ten_lines_by_hand_to_the_cent(name):
    (price, fee, life), (rate, years, at, tax), present, programme = BY_HAND[name]
    terms, item = Terms(rate, at, years, 5, tax), Item(name, price, fee, life)
    money = line_money([item], ONE, terms)[0]
    assert money[PRESENT_VALUE] == round(100 * present)
    assert money[PROGRAMME_COST] == round(100 * programme)
    assert cash_flow({item: 1.0}, terms)[:, WORTH].sum() == pytest.approx(100 * present, abs=0.5)


def test_a_table_by_hand_year_by_year():
    # at 10 %: two sets at 1 000 of 4 years' life, 100 a year each; 3 km at 10 000 of 20 years' life; a survey of 500
    units = {Item("set", 1000, 100, 4): 2.0, Item("plant", 10_000, 0, 20, "km"): 3.0, Item("survey", 500, 0, None): 1.0}
    flow = cash_flow(units, Terms(0.10, "year_end", 10, 5)) / 100
    expected = np.zeros((11, 4))
    expected[0, PURCHASES] = 2000 + 30_000 + 500
    expected[[4, 8], REPLACEMENTS] = 2000
    expected[1:, OPERATION] = 200
    expected[10, RESIDUAL] = 2000 * 2 / 4 + 30_000 / 2
    np.testing.assert_allclose(flow[:, :WORTH], expected, atol=1e-9)
    worth = [32_500, *(200 / 1.1**year for year in range(1, 11))]
    worth[4] += 2000 / 1.1**4
    worth[8] += 2000 / 1.1**8
    worth[10] -= 16_000 / 1.1**10
    np.testing.assert_allclose(flow[:, WORTH], worth, rtol=1e-12)


def test_nothing_is_bought_at_the_horizon_and_half_years_fall_into_the_year_that_they_end_in():
    flow = cash_flow({Item("set", 100, 0, 2.5): 1.0}, Terms(0.0, "year_end", 10, 5)) / 100
    assert flow[:, REPLACEMENTS].nonzero()[0].tolist() == [3, 5, 8]
    assert flow[:, RESIDUAL].sum() == 0


def test_operation_paid_in_advance_stands_a_year_earlier():
    item = {Item("fee", 0, 120, None): 1.0}
    early, late = (cash_flow(item, Terms(0.07, at, 10, 5))[:, OPERATION] for at in ("year_start", "year_end"))
    np.testing.assert_array_equal(early[:-1], late[1:])
    assert early[-1] == late[0] == 0


# The traps of accounting that other tools fall into, each with the figure that the fallen would give.


def test_capex_is_paid_when_it_is_spent_and_not_spread_as_an_annuity():
    # spread over ten years and discounted, 10 000 would seem to be worth 1 000 a10 = 6 710 at 8 %
    money = line_money([Item("works", 10_000, 0, None)], ONE, Terms(0.08, "year_end", 10, 5))[0]
    assert money[PRESENT_VALUE] == money[CAPEX] == 10_000_00


def test_the_default_budget_column_is_not_discounted():
    for rate in (0.0, 0.15):
        money = line_money([Item("service", 600, 1200, 3)], ONE, Terms(rate, "year_end", 10, 5))[0]
        assert money[PROGRAMME_COST] == (600 + 5 * 1200) * 100


def test_fees_are_a_cost_in_every_column_but_capex():
    without, dear = (
        line_money([Item("terminal", 600, 0, 5), Item("fee", 0, fee, None)], ONE, Terms(0.08, "year_end", 10, 5))[0]
        for fee in (0, 1200)
    )
    assert (dear > without).tolist() == [False, True, True, True]


items = st.builds(
    Item,
    name=st.just("item"),
    capex=st.integers(0, 10**8).map(lambda cents: cents / 100),
    opex_per_year=st.integers(0, 10**7).map(lambda cents: cents / 100),
    life_years=st.none() | st.sampled_from([1.0, 2.5, 3.0, 10 / 3, 7.0, 10.0, 25.0]),
)
some_terms = st.builds(
    Terms,
    discount_rate=st.sampled_from([-0.02, 0.0, 0.05, 0.12]),
    discount_at=st.sampled_from(["year_end", "year_start"]),
    horizon_years=st.integers(1, 30),
    funded_years=st.integers(0, 10),
    tax=st.sampled_from([0.0, 0.18]),
)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.dictionaries(items, st.floats(0, 500), max_size=5), some_terms)
def test_present_values_of_the_parts_add_up_to_the_whole(units, terms):
    whole = cash_flow(units, terms)
    apart = sum((cash_flow({item: number}, terms) for item, number in units.items()), np.zeros_like(whole))
    np.testing.assert_allclose(whole, apart, rtol=1e-12, atol=1e-6)
    closed = sum(
        100
        * (1 + terms.tax)
        * n
        * (item.capex * purchases(item.life_years, terms) + annuity(terms) * item.opex_per_year)
        for item, n in units.items()
    )
    # the same by two ways: year by year, and by the closed forms
    assert whole[:, WORTH].sum() == pytest.approx(closed, rel=1e-9, abs=1e-6)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(items, st.floats(0, 0.3), st.floats(0, 0.2), st.integers(1, 25))
def test_a_real_rate_is_the_same_as_rising_prices_at_the_nominal_one(item, nominal, inflation, years):
    terms = Terms(real_rate(nominal, inflation), "year_end", years, 0)
    flow = cash_flow({item: 1.0}, terms)
    if item.life_years is None or float(item.life_years).is_integer():  # else a payment lies inside a year
        paid = flow[:, PURCHASES] + flow[:, REPLACEMENTS] + flow[:, OPERATION] - flow[:, RESIDUAL]
        year = np.arange(years + 1)
        rising = (paid * (1 + inflation) ** year / (1 + nominal) ** year).sum()
        assert flow[:, WORTH].sum() == pytest.approx(rising, rel=1e-9, abs=1e-6)


@given(items, st.sampled_from([0.05, 0.18, 0.25]))
def test_tax_that_is_not_recovered_raises_every_payment(item, tax):
    plain, taxed = (line_money([item], ONE, Terms(0.08, "year_end", 10, 5, rate))[0] for rate in (0.0, tax))
    exact = (1 + tax) * np.array([100 * item.capex, 100 * item.opex_per_year])
    np.testing.assert_allclose(taxed[[CAPEX, OPEX]], exact, atol=0.51)
    assert taxed[PRESENT_VALUE] == pytest.approx((1 + tax) * plain[PRESENT_VALUE], abs=1.2)
