"""Office lines: package and transit by kind and demand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.catalogue import load_catalogue, price_list
from planner.finance import CAPEX, OPEX, Terms, line_money
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


def test_lines_follow_the_kind_and_the_demand():
    prices = prices_of({"branch": {"router": 400}, "default": {"router": 100, "support_per_year": 12}})
    offices = pd.DataFrame({"kind": ["branch", "kiosk", "branch"], "demand_mbps": [10.0, 4.0, 0.1]})
    lines = office_lines(offices, prices, TERMS)
    np.testing.assert_array_equal(lines.package_money[:, CAPEX], [400_00, 100_00, 400_00])
    np.testing.assert_array_equal(lines.package_money[:, OPEX], [0, 12_00, 0])
    # 10 a month and Mbit/s
    np.testing.assert_array_equal(lines.package_transit_money[:, OPEX], [1_200_00, 12_00 + 480_00, 12_00])
    np.testing.assert_array_equal(lines.package_transit_money[:, CAPEX], lines.package_money[:, CAPEX])
    assert [items[0].capex for items in lines.office_items] == [400, 100, 400]


def test_each_line_is_the_price_of_the_items_it_names():
    prices = prices_of({})
    offices = pd.DataFrame({"kind": ["branch", "agency"] * 20, "demand_mbps": np.linspace(0.333, 77.7, 40)})
    lines = office_lines(offices, prices, TERMS)
    for row, demand in enumerate(offices["demand_mbps"]):
        quantity = {"each": np.ones(1), "mbps": np.array([demand])}
        items = lines.office_items[row]
        np.testing.assert_array_equal(lines.package_money[row], line_money(items, quantity, TERMS)[0])
        with_transit = line_money((*items, *lines.transit_items), quantity, TERMS)[0]
        np.testing.assert_array_equal(lines.package_transit_money[row], with_transit)


def test_an_empty_package_costs_nothing_and_no_office_is_no_line():
    prices = prices_of({"default": {}})
    lines = office_lines(pd.DataFrame({"kind": ["branch"], "demand_mbps": [10.0]}), prices, TERMS)
    assert lines.package_money.sum() == 0
    lines = office_lines(pd.DataFrame({"kind": [], "demand_mbps": []}), prices, TERMS)
    assert lines.package_money.shape == lines.package_transit_money.shape == (0, 4)
    assert lines.office_items == ()
