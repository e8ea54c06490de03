"""Money against closed forms worked by hand and against a year-by-year loop in decimal arithmetic."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.finance import (
    CAPEX,
    OPEX,
    PRESENT_VALUE,
    PROGRAMME_COST,
    SURCHARGE,
    Item,
    PriceFactors,
    Terms,
    annuity,
    at_actual,
    line_money,
    purchases,
    real_rate,
    surcharged,
    weights_of_years,
)


def terms(rate=0.05, years=10, at="year_end", funded=5):
    return Terms(rate, at, years, funded)


def money(items, terms, *, km=1.0, mbps=1.0):
    quantity = {"each": np.ones(1), "km": np.full(1, km), "mbps": np.full(1, mbps)}
    return line_money(items, quantity, terms)[0]


@pytest.mark.parametrize(
    ("rate", "years", "at", "expected"),
    [
        # Present value of 1 a year, interest tables: 5 % over 10 years, 8 % over 20 years
        (0.05, 10, "year_end", 7.721735),
        (0.08, 20, "year_end", 9.818147),
        # an annuity due is an ordinary one times 1 + r
        (0.05, 10, "year_start", 7.721735 * 1.05),
        (0.0, 7, "year_end", 7.0),
        (0.0, 7, "year_start", 7.0),
        (0.25, 1, "year_end", 0.8),
        (0.25, 1, "year_start", 1.0),
    ],
)
def test_annuity_is_that_of_the_tables(rate, years, at, expected):
    assert annuity(terms(rate, years, at)) == pytest.approx(expected, abs=1e-5)  # tables: six digits


def test_a_tiny_rate_is_close_to_none():
    # series: H - r·H(H+1)/2
    assert annuity(terms(1e-9, 10)) == pytest.approx(10 - 1e-9 * 55, abs=1e-13)


@pytest.mark.parametrize(
    ("life", "rate", "years", "expected"),
    [
        # bought at 0 and 5; the replacement due at 10, the horizon itself, is not bought
        (5, 0.05, 10, 1 + 1.05**-5),
        (10, 0.05, 10, 1.0),
        # bought at 0 and 7; 4 of the second 7 years are left at 10
        (7, 0.05, 10, 1 + 1.05**-7 - 4 / 7 * 1.05**-10),
        # longer than the horizon: 15 of 25 years are left
        (25, 0.05, 10, 1 - 15 / 25 * 1.05**-10),
        # bought at 0, 4 and 8; 2 of 4 years are left
        (4, 0.08, 10, 1 + 1.08**-4 + 1.08**-8 - 2 / 4 * 1.08**-10),
        # without interest only what is used up is paid: 10 years of 7 and of 25
        (7, 0.0, 10, 10 / 7),
        (25, 0.0, 10, 10 / 25),
        (5, 0.0, 10, 2.0),
        (2.5, 0.10, 10, 1 + 1.1**-2.5 + 1.1**-5 + 1.1**-7.5),
        # a third of the horizon that binary fractions cannot hold: bought three times, not four
        (10 / 3, 0.0, 10, 3.0),
        (None, 0.05, 10, 1.0),
    ],
)
def test_purchases_by_hand(life, rate, years, expected):
    assert purchases(life, terms(rate, years)) == pytest.approx(expected, rel=1e-12)


def test_purchases_do_not_depend_on_when_operation_is_paid():
    assert purchases(7, terms(at="year_start")) == purchases(7, terms(at="year_end"))


def test_columns_of_a_line_by_hand():
    # 12 000 and 300 a year per km over 2.5 km, 8 500 and 850 a year of 5 years' life
    items = [Item("plant", 12_000, 300, None, "km"), Item("radios", 8_500, 850, 5)]
    columns = money(items, terms(), km=2.5)
    assert columns[CAPEX] == 38_500_00
    assert columns[OPEX] == 1_600_00
    assert columns[PROGRAMME_COST] == (38_500 + 5 * 1_600) * 100
    assert columns[PRESENT_VALUE] == round(100 * (30_000 + 8_500 * (1 + 1.05**-5) + 1_600 * (1 - 1.05**-10) / 0.05))


def test_the_residual_value_never_lowers_what_a_funder_commits():
    short, long = ([Item("plant", 10_000, 0, life)] for life in (10, 50))
    assert money(short, terms())[PROGRAMME_COST] == money(long, terms())[PROGRAMME_COST] == 10_000_00
    assert money(long, terms())[PRESENT_VALUE] < money(short, terms())[PRESENT_VALUE]


def test_programme_cost_is_made_of_the_rounded_amounts():
    # a third of a cent a year: nothing in a year, and nothing in five of them
    columns = money([Item("fee", 0, 0.0033, None)], terms())
    assert columns[OPEX] == 0
    assert columns[PROGRAMME_COST] == 0


def test_an_amount_that_is_not_finite_is_no_price():
    with pytest.raises(ValueError, match="finite"):
        money([Item("plant", 1, 0, None, "km")], terms(), km=np.nan)


def test_lines_are_independent_of_each_other():
    items = [Item("plant", 12_345.678, 99.9, 25, "km"), Item("port", 500, 12, 5)]
    km = np.array([0.0, 0.1234, 17.3, 250.0])
    together = line_money(items, {"km": km, "each": np.ones(4)}, terms())
    apart = [line_money(items, {"km": km[i : i + 1], "each": np.ones(1)}, terms())[0] for i in range(4)]
    np.testing.assert_array_equal(together, apart)


def present_value_by_the_year(item, terms):
    """Pay for everything when it happens, and sell what is left at the horizon; lives in whole years."""
    with localcontext() as context:
        context.prec = 60
        rate, price, fee = (Decimal(value) for value in (terms.discount_rate, item.capex, item.opex_per_year))
        total, discount = Decimal(0), Decimal(1)
        age = None
        for _year in range(terms.horizon_years):
            if age is None or (item.life_years is not None and age == item.life_years):
                total += price * discount
                age = 0
            end = discount / (1 + rate)
            total += fee * (discount if terms.discount_at == "year_start" else end)
            age, discount = age + 1, end
        if item.life_years is not None:
            total -= price * discount * (Decimal(item.life_years) - age) / Decimal(item.life_years)
        return total


some_terms = st.builds(
    Terms,
    discount_rate=st.sampled_from([0.0, 0.01, 0.05, 0.08, 0.2]),
    discount_at=st.sampled_from(["year_end", "year_start"]),
    horizon_years=st.integers(1, 40),
    funded_years=st.integers(0, 10),
)
some_items = st.builds(
    Item,
    name=st.just("item"),
    capex=st.integers(0, 10**9).map(lambda cents: cents / 100),
    opex_per_year=st.integers(0, 10**8).map(lambda cents: cents / 100),
    life_years=st.none() | st.integers(1, 50),
)


@given(some_items, some_terms)
def test_present_value_agrees_with_paying_year_by_year(item, terms):
    exact = 100 * present_value_by_the_year(item, terms)
    # half a cent of rounding and 1e-14 of at most 5e10 cents
    assert abs(int(money([item], terms)[PRESENT_VALUE]) - exact) <= Decimal("0.501")


@given(st.lists(some_items, min_size=1, max_size=6), some_terms)
def test_the_parts_of_a_line_add_up(items, terms):
    whole = money(items, terms)
    parts = sum(money([item], terms).astype(int) for item in items)
    # each rounding is off by half a cent at most; of the programme cost by that of its parts
    slack = (len(items) + 1) / 2
    assert np.all(np.abs(whole - parts)[:PROGRAMME_COST] <= slack)
    assert abs(whole[PROGRAMME_COST] - parts[PROGRAMME_COST]) <= slack * (1 + terms.funded_years)
    assert whole[PROGRAMME_COST] == whole[CAPEX] + terms.funded_years * whole[OPEX]


@given(some_items, some_terms)
def test_a_longer_life_never_costs_more(item, terms):
    if item.life_years is not None:
        longer = Item(item.name, item.capex, item.opex_per_year, 2 * item.life_years)
        assert money([longer], terms)[PRESENT_VALUE] <= money([item], terms)[PRESENT_VALUE] + 1


@pytest.mark.parametrize("rate", [0.0, 1e-9, 0.03, 0.08, 0.25])
@pytest.mark.parametrize("at", ["year_end", "year_start"])
def test_a_benefit_that_begins_later_is_worth_what_its_years_are(rate, at):
    """A unit a year, discounted one by one, from each year on."""
    years = [(1 + rate) ** -t for t in range(1, 13)]
    wanted = [sum(years[k:]) / sum(years) for k in range(5)]
    assert weights_of_years(terms(rate, 12, at), 5) == pytest.approx(wanted, rel=1e-7 if rate == 1e-9 else 1e-12)


def test_rates_above_inflation():
    # Fisher: 1.10 / 1.04 = 1.0576923
    assert real_rate(0.10, 0.04) == pytest.approx(0.0576923, abs=1e-7)


def test_items_at_what_was_spent():
    """Two radios of 100 and 30 km at 10, estimated at 500 and 15 a year, cost 1,000 and 15 with a tax of 25 %."""
    items = (Item("radios", 100.0, 5.0, 10.0), Item("trench", 10.0, 0.5 / 3, 25.0, "km"))
    quantity = {"each": 2.0, "km": 30.0}
    found = at_actual(items, quantity, {"capex": 1000.0, "opex_per_year": 15.0}, 0.25)
    # estimated: 500 and 15 without tax; spent without tax: 800 and 12
    assert [(item.name, item.per) for item in found] == [("radios", "each"), ("trench", "km")]
    assert [item.capex for item in found] == pytest.approx([160.0, 16.0])
    assert [item.opex_per_year for item in found] == pytest.approx([4.0, 0.4 / 3])


def test_what_was_not_told_stays_as_estimated():
    items = (Item("radios", 100.0, 5.0, 10.0),)
    assert at_actual(items, {"each": 1.0}, {}, 0.2) == items
    assert at_actual(items, {"each": 1.0}, {"capex": float("nan")}, 0.2) == items
    (only,) = at_actual(items, {"each": 1.0}, {"opex_per_year": 12.0}, 0.2)
    assert (only.capex, only.opex_per_year) == (100.0, pytest.approx(10.0))


def test_what_was_spent_where_nothing_was_estimated_is_an_item_of_its_own():
    items = (Item("radios", 0.0, 5.0, 10.0),)
    kept, more = at_actual(items, {"each": 2.0}, {"capex": 120.0}, 0.2)
    assert kept == items[0]
    assert (more.capex, more.opex_per_year, more.life_years, more.per) == (pytest.approx(100.0), 0.0, None, "each")
    (more,) = at_actual((), {"each": 1.0}, {"opex_per_year": 60.0}, 0.2)
    assert (more.capex, more.opex_per_year) == (0.0, pytest.approx(50.0))
    # nothing was estimated, nothing was spent: nothing is added
    assert at_actual(items, {"each": 2.0}, {"capex": 0.0}, 0.2) == items


def test_surcharges_of_a_region():
    """Freight for what is imported, works for the rest, on first purchases alone."""
    radio = Item("radios", 100.0, 5.0, 10.0, imported=True)
    trench, fee = Item("trench", 10.0, 1.0, 25.0, "km"), Item("fee", 0.0, 7.0, None)
    found = surcharged((radio, trench, fee), PriceFactors(freight=1.6, works=1.25))
    assert found[:3] == (radio, trench, fee)
    assert [
        (item.name, item.capex, item.opex_per_year, item.life_years, item.per, item.imported) for item in found[3:]
    ] == [
        (SURCHARGE, pytest.approx(60.0), 0.0, 10.0, "each", True),
        (SURCHARGE, pytest.approx(2.5), 0.0, 25.0, "km", False),
    ]
    assert surcharged((radio, trench), PriceFactors(works=0.5))[2:] == (Item(SURCHARGE, -5.0, 0.0, 25.0, "km"),)
    assert surcharged((radio, trench), PriceFactors()) == (radio, trench)
