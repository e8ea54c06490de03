"""Totals over ten years at 5 % that are known from elsewhere, recomputed from the catalogue.

The known totals count purchases, replacements and operation and sell nothing at the end; ours deduct the unused part of
the last life. Each test therefore adds that residual value back, worked out by hand, and must then meet the total.
"""

from __future__ import annotations

import numpy as np
import pytest

from planner.catalogue import MastClass, load_catalogue, price_list, terms
from planner.finance import PRESENT_VALUE, line_money

HEAD = "schema_version: 1\ncurrency: USD\nprice_year: 2024\n"
ROUNDED = 50.0
"""The totals are given to the nearest hundred."""


def present_value(items, scenario):
    one = {"each": np.ones(1), "km": np.ones(1)}
    return line_money(items, one, terms(scenario))[0, PRESENT_VALUE] / 100


def at_the_end(amount):
    return amount * 1.05**-10


def priced(make_scenario, text=""):
    scenario = make_scenario({"mine.yaml": HEAD + text})
    return price_list(load_catalogue(scenario), scenario), scenario


def test_leo_at_50_a_month(make_scenario):
    # terminal 600 for 5 years; without our installation, maintenance and electricity
    bare = "leo: {monthly_fee: 50, terminal_maintenance: 0, installation: 0, power_w: 0}\n"
    prices, scenario = priced(make_scenario, bare)
    # the second terminal is used up at year 10: no residual value
    assert present_value(prices.services[0].kind.items, scenario) == pytest.approx(5_700, abs=ROUNDED)


def bare_hop(make_scenario):
    # radios and antennas 8 500 for 7 years, maintenance 10 %; without our survey, spectrum and electricity
    bare = (
        "microwave: {spectrum_once: 0, spectrum_per_mhz: 0, radios: {standard: {survey: 0, power_w: 0, radios: 6300, "
        "antennas: {to 20 km: {price: 2200}}}}}\n"
    )
    prices, scenario = priced(make_scenario, bare)
    hop = next(option for option in prices.microwave if option.frequency_ghz == 18.7 and option.range_km == 20)
    return present_value(hop.kind.items, scenario) + at_the_end(8_500 * 4 / 7), prices, scenario


def test_a_bare_microwave_hop(make_scenario):
    total, _prices, _scenario = bare_hop(make_scenario)
    assert total == pytest.approx(21_100, abs=ROUNDED)


def test_a_microwave_hop_with_survey_and_a_20_m_mast(make_scenario):
    total, prices, scenario = bare_hop(make_scenario)
    survey = load_catalogue(make_scenario()).microwave.radios["standard"].survey.typical
    mast = prices.mast_items[MastClass.OFFICE][list(prices.ladder_m).index(20)]
    # ours: upkeep 2.5 % a year, and half of its 20 years left at the end
    upkeep = 0.025 * 20_000 * (1 - 1.05**-10) / 0.05
    bare_mast = present_value(mast, scenario) - upkeep + at_the_end(20_000 / 2)
    assert total + survey + bare_mast == pytest.approx(49_800, abs=ROUNDED)


def test_a_kilometre_of_fibre(make_scenario):
    prices, scenario = priced(make_scenario)
    # 15 of 25 years are left
    total = present_value(prices.fibre.kinds[0].items, scenario) + at_the_end(12_000 * 15 / 25)
    assert total == pytest.approx(14_300, abs=ROUNDED)
