"""Mast prices by hand."""

import numpy as np
import pytest

from planner.catalogue import MastClass, SiteClass
from planner.finance import Item, Terms
from planner.links.masts import mast_money

TERMS = Terms(discount_rate=0.0, discount_at="year_end", horizon_years=10, funded_years=5)
POWER = ((), (Item("solar panels", 3000.0, 150.0, None),))


class Prices:
    """What `mast_money` reads of a price list: masts of 1,000 a metre that last for ever, rent 600 a year."""

    ladder_m = np.array([10.0, 20.0, 30.0])
    mast_items = (
        tuple((Item("mast", 1000 * h, 10 * h, 10.0),) for h in ladder_m),
        tuple((Item("mast", 2000 * h, 20 * h, 10.0),) for h in ladder_m),
    )
    site_items = ((), (Item("access", 5000.0, 0.0, None),), (Item("rent", 0.0, 600.0, None),), ())


@pytest.fixture
def towers(places_at):
    places = places_at([30.0] * 4, [-2.0] * 4)
    places.mast_class[1:] = MastClass.RELAY
    places.site_class[:] = [SiteClass.OFFICE, SiteClass.GREENFIELD, SiteClass.TOWER, SiteClass.RENTED_TOWER]
    places.existing_m[2:] = [20.0, 30.0]
    places.rent_per_year[3] = 450.25
    return places


def test_prices_by_hand(towers):
    money = mast_money(towers, Prices(), POWER, TERMS) / 100
    # capex, opex, present value without discount over 10 years, capex and 5 years of opex
    assert money[0].tolist() == [
        [10_000, 100, 11_000, 10_500],
        [20_000, 200, 22_000, 21_000],
        [30_000, 300, 33_000, 31_500],
    ]
    assert money[1, 0].tolist() == [25_000, 200, 27_000, 26_000]  # mast 20,000 and access 5,000
    assert money[2, 1].tolist() == [0, 600, 6_000, 3_000]  # on the tower that stands: rent alone
    assert money[2, 2].tolist() == [60_000, 1_200, 72_000, 66_000]  # taller than the tower: a new one and the rent
    assert money[3].tolist() == [[0, 450.25, 4_502.5, 2_251.25]] * 3


def test_power_where_there_are_no_mains_and_the_prices_of_the_region(towers):
    towers.power_class[1] = 1
    towers.freight[1], towers.works[1] = 2.0, 1.1
    money = mast_money(towers, Prices(), POWER, TERMS) / 100
    # mast 20,000, access 5,000 and panels 3,000; none of these items is marked as imported
    assert money[1, 0, 0] == pytest.approx(28_000 * 1.1)
    assert money[1, 0, 1] == 200 + 150


def test_nothing_on_offer(towers):
    prices = Prices()
    prices.mast_items = ()
    assert mast_money(towers, prices, POWER, TERMS).shape == (4, 3, 4)
    assert not mast_money(towers, prices, POWER, TERMS).any()


def test_falling_prices_are_refused(towers):
    prices = Prices()
    prices.mast_items = (tuple(reversed(prices.mast_items[0])), prices.mast_items[1])
    with pytest.raises(ValueError, match="fall with height"):
        mast_money(towers, prices, POWER, TERMS)
