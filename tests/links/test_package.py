"""Office lines: package and transit by kind and demand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from planner.catalogue import load_catalogue, price_list
from planner.finance import CAPEX, OPEX, SURCHARGE, Item, PriceFactors, Terms, line_money
from planner.links.package import office_lines
from planner.scenario import Scenario

TERMS = Terms(0.08, "year_end", 10, 5)


def prices_of(package):
    scenario = Scenario.model_validate(
        {
            "schema_version": 1,
            "name": "packages",
            "money": {"currency": "USD", "price_year": 2024, "contingency": 0.0},
            "inputs": {"offices": [{"file": "offices.csv"}], "terrain": ["terrain.tif"]},
            "budgets": [{"limit": 1_000_000}],
            "package": package,
        }
    )
    return price_list(load_catalogue(scenario), scenario)


def lines_of(offices, prices, *, power=(), factors=PriceFactors()):  # noqa: B008 - never changes
    return office_lines(offices, [power] * len(offices), [factors] * len(offices), prices, TERMS)


def test_lines_follow_the_kind_and_the_demand():
    prices = prices_of({"branch": {"router": 400}, "default": {"router": 100, "support_per_year": 12}})
    offices = pd.DataFrame({"kind": ["branch", "kiosk", "branch"], "demand_mbps": [10.0, 4.0, 0.1]})
    lines = lines_of(offices, prices)
    np.testing.assert_array_equal(lines.package_money[:, CAPEX], [400_00, 100_00, 400_00])
    np.testing.assert_array_equal(lines.package_money[:, OPEX], [0, 12_00, 0])
    # 10 a month and Mbit/s
    np.testing.assert_array_equal(lines.package_transit_money[:, OPEX], [1_200_00, 12_00 + 480_00, 12_00])
    np.testing.assert_array_equal(lines.package_transit_money[:, CAPEX], lines.package_money[:, CAPEX])
    assert [items[0].capex for items in lines.office_items] == [400, 100, 400]


def test_each_line_is_the_price_of_the_items_it_names():
    prices = prices_of({})
    offices = pd.DataFrame({"kind": ["branch", "agency"] * 20, "demand_mbps": np.linspace(0.333, 77.7, 40)})
    lines = lines_of(offices, prices)
    for row, demand in enumerate(offices["demand_mbps"]):
        quantity = {"each": np.ones(1), "mbps": np.array([demand])}
        items = lines.office_items[row]
        np.testing.assert_array_equal(lines.package_money[row], line_money(items, quantity, TERMS)[0])
        with_transit = line_money((*items, *lines.transit_items), quantity, TERMS)[0]
        np.testing.assert_array_equal(lines.package_transit_money[row], with_transit)


def test_an_empty_package_costs_nothing_and_no_office_is_no_line():
    prices = prices_of({"default": {}})
    lines = lines_of(pd.DataFrame({"kind": ["branch"], "demand_mbps": [10.0]}), prices)
    assert lines.package_money.sum() == 0
    lines = lines_of(pd.DataFrame({"kind": [], "demand_mbps": []}), prices)
    assert lines.package_money.shape == lines.package_transit_money.shape == (0, 4)
    assert lines.office_items == ()


def test_power_and_the_prices_of_the_region_come_on_top():
    prices = prices_of({"default": {"router": 100, "training": 50}})
    power = (Item("solar panels", 1000.0, 20.0, 20.0, imported=True),)
    offices = pd.DataFrame({"kind": ["branch"], "demand_mbps": [10.0]})
    plain = lines_of(offices, prices, power=power)
    island = lines_of(offices, prices, power=power, factors=PriceFactors(freight=1.5, works=1.2))
    assert plain.package_money[0, CAPEX] == 1150_00
    # router and panels are imported, training is work on the spot; operation costs what it costs elsewhere
    assert island.package_money[0, CAPEX] == 1150_00 + 550_00 + 10_00
    assert island.package_money[0, OPEX] == plain.package_money[0, OPEX] == 20_00
    assert [item.capex for item in island.office_items[0] if item.name == SURCHARGE] == pytest.approx([50, 10, 500])
