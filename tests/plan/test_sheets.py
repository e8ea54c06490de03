"""Sheets of links against budgets worked by hand and against `planner.radio`."""

import math
from dataclasses import replace

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS

from planner import radio
from planner.catalogue import load_catalogue, price_list, radio_climate
from planner.finance import MEASURES, line_money
from planner.links import GroundWeights
from planner.plan.sheets import Engineer
from planner.plan.sheets.service import _elevations
from planner.radio import rain_height_of_latitude_km
from planner.terrain import Elevation
from planner.terrain.land_cover import LandCover, Patch

WGS84 = CRS.from_epsg(4326).to_wkt()
GROUND_M = 100.0


def ground(heights=None):
    """Return 100 m of flat ground around the conftest's places, or other heights, in cells of about 93 m."""
    heights = np.full((60, 400), GROUND_M, np.float32) if heights is None else heights
    return Elevation(heights, Affine(1 / 1200, 0.0, 29.99, 0.0, -1 / 1200, -1.975), WGS84)


def engineer(make, options, elevation=None, masts=None, cover=None):
    scenario = make["scenario"]()
    prices = price_list(load_catalogue(scenario), scenario)
    weights = GroundWeights.of(prices.fibre, cover, water_is_priced=False)
    return Engineer(
        scenario, options, prices, radio_climate(scenario), make["terms"], elevation or ground(), masts or {}, weights
    )


@pytest.fixture
def hop(handmade, make):
    """Return the engineer of one hop of the 7 GHz band, 12 km by its own account, and the radio it is built with."""
    plain = engineer(make, handmade.country.options())
    option = next(one for one in plain.prices.microwave if 7 < one.frequency_ghz < 8.6)
    country = handmade.country
    country.links = [country.links[handmade.rows["AC"]]]
    capacity = np.array([option.rates_mbps[-1]])
    options = country.options(kinds=(option.kind,), kind=np.zeros(1, np.int16), capacity_mbps=capacity)
    return engineer(make, options, masts={"A": 25.0}), option


def test_a_link_budget_worked_by_hand(hop):
    """Nothing here from `planner.radio` but the losses of air and rain, which stand against the ITU's tables."""
    planner, option = hop
    sheet = planner.sheet(0, backwards=False)
    lines = {entry.key: entry for entry in sheet.budget}
    ghz, km = option.frequency_ghz, 12.0
    gain = 10 * math.log10(0.55 * (math.pi * option.diameter_m * ghz * 1e9 / 299_792_458) ** 2)
    free = 92.45 + 20 * math.log10(km * ghz)
    air = km * float(radio.gases_db_km(ghz, vapour_g_m3=planner.climate.vapour_g_m3))
    assert lines["first_antenna"].value == pytest.approx(gain, abs=1e-9)
    assert lines["free_space"].value == pytest.approx(-free, abs=0.01)
    assert lines["gases"].value == pytest.approx(-air, abs=1e-9)
    received = option.transmit_dbm + 2 * gain - free - air
    assert lines["received"].value == pytest.approx(received, abs=0.01)
    used = next(step for step in sheet.steps if step.used)
    threshold = -114 + 10 * math.log10(option.channel_mhz) + radio.Modulation[used.modulation].above_noise_db
    assert lines["threshold"].value == pytest.approx(threshold, abs=1e-9)
    assert lines["fade_margin"].value == pytest.approx(received - threshold, abs=0.01)
    rain = radio.rain_001_db(km, ghz, rate_001_mm_h=planner.climate.rain_mm_h, tilt_deg=0.0)
    assert lines["rain_001"].value == pytest.approx(-float(rain), abs=1e-9)
    lost = sum(lines[key].value for key in ("rain_outage", "multipath_outage"))
    left = (1 - lost / 100) * option.availability
    assert lines["availability"].value == pytest.approx(100 * left, abs=1e-9)
    assert [step.used for step in sheet.steps] == [False] * (len(sheet.steps) - 1) + [True]


def test_the_lines_of_the_budget_add_up(hop):
    planner, _option = hop
    lines = {entry.key: entry.value for entry in planner.sheet(0, backwards=False).budget}
    on_the_way = ("transmit_power", "first_antenna", "free_space", "gases", "second_antenna")
    assert sum(lines[key] for key in on_the_way) == pytest.approx(lines["received"], abs=1e-9)
    assert lines["received"] - lines["threshold"] == pytest.approx(lines["fade_margin"], abs=1e-9)


def test_clearance_over_flat_ground_has_a_closed_form(hop):
    """Equal antennas: the least is in the middle, h − d² / (8 k R) − share · √(λ d) / 2."""
    planner, option = hop
    sheet = planner.sheet(0, backwards=False)
    length_m = 1000 * sheet.distance_km[-1]
    for rule, (k, share) in zip(sheet.criteria, ((4 / 3, 1.0), (2 / 3, 0.6)), strict=True):
        wave_m = 0.299792458 / option.frequency_ghz
        middle = 20 - length_m**2 / (8 * k * 6_371_000) - share * math.sqrt(wave_m * length_m) / 2
        assert rule.clearance_m == pytest.approx(middle, abs=0.05)
        assert rule.at_km == pytest.approx(length_m / 2000, abs=0.06)
    assert [end.mast_m for end in sheet.ends] == [25.0, 20.0]


def test_told_backwards_a_hop_is_the_same_in_the_mirror(hop):
    planner, _option = hop
    there, back = planner.sheet(0, backwards=False), planner.sheet(0, backwards=True)
    assert [end.place for end in there.ends] == ["A", "C"]
    assert [end.place for end in back.ends] == ["C", "A"]
    assert back.ground_m == pytest.approx(there.ground_m[::-1])
    assert back.budget == there.budget


def test_unknown_ground_under_a_hop_leaves_its_clearance_unknown(hop, make):
    planner, _option = hop
    heights = np.full((60, 400), GROUND_M, np.float32)
    heights[:, 75:78] = -32768
    sheet = engineer(make, planner.options, ground(heights)).sheet(0, backwards=False)
    assert None in sheet.ground_m
    assert [rule.clearance_m for rule in sheet.criteria] == [None, None]


def test_sections_of_a_trench_add_up_to_the_link(handmade, make):
    """A slope of 10 % along the trench: each metre of climb counts as three more."""
    country = handmade.country
    rising = np.tile(GROUND_M + np.arange(400, dtype=np.float32) * 9.3, (60, 1))
    elevation = ground(rising)
    drawn = np.column_stack([np.linspace(30.0 + 1 / 60, 30.0 + 2 / 60, 12), np.full(12, -2.0)])
    length_m = 2 * 927.66  # a minute of longitude at 2° south
    climb_m = 20 * 9.3
    plain = country.options()
    row = handmade.rows["JA"]
    priced_km = plain.priced_km.copy()
    priced_km[row] = 1.15 * (length_m + 3 * climb_m) / 1000
    start = np.zeros(len(plain) + 1, np.int64)
    start[row + 1 :] = len(drawn)
    options = country.options(geometry_start=start, geometry=drawn, priced_km=priced_km)
    sheet = engineer(make, options, elevation).sheet(row, backwards=False)
    assert sheet.route_factor == pytest.approx(1.15, rel=2e-3)
    assert sum(section.priced_km for section in sheet.sections) == pytest.approx(priced_km[row])
    assert sum(section.rise_m for section in sheet.sections) == pytest.approx(climb_m, rel=1e-3)
    assert [section.to_km for section in sheet.sections][:-1] == [section.from_km for section in sheet.sections][1:]
    per_km = [item for item in options.kinds[options.kind[row]].items if item.per == "km"]
    whole = line_money(per_km, {"km": priced_km[[row]]}, make["terms"])[0]
    for column, _measure in enumerate(MEASURES):
        told = sum(section.cents[column] for section in sheet.sections)
        assert told == pytest.approx(whole[column], abs=6 * len(sheet.sections))


def test_sections_cost_what_their_ground_costs(handmade, make):
    """The first half of a trench runs through a forest, whose ground costs 1.3 times as much."""
    country = handmade.country
    middle = 30.0 + 1.5 / 60
    codes = np.full((60, 400), 30, np.uint8)
    codes[:, : round((middle - 29.99) * 1200)] = 10
    cover = LandCover((Patch(codes, ground().transform, CRS.from_wkt(WGS84)),))
    drawn = np.column_stack([np.linspace(30.0 + 1 / 60, 30.0 + 2 / 60, 11), np.full(11, -2.0)])
    row = handmade.rows["JA"]
    priced_km = country.options().priced_km.copy()
    priced_km[row] = 1.15 * 1.15 * 2 * 0.92766
    start = np.zeros(len(priced_km) + 1, np.int64)
    start[row + 1 :] = len(drawn)
    options = country.options(geometry_start=start, geometry=drawn, priced_km=priced_km)
    sheet = engineer(make, options, cover=cover).sheet(row, backwards=False)
    assert sheet.route_factor == pytest.approx(1.15, rel=2e-3)
    first, last = sheet.sections
    assert last.priced_km / (last.to_km - last.from_km) == pytest.approx(1.15, rel=5e-3)
    assert first.priced_km + last.priced_km == pytest.approx(priced_km[row])


def test_a_geostationary_satellite_stands_overhead_at_the_equator(handmade, make):
    plain = engineer(make, handmade.country.options())
    service = next(one for one in plain.prices.services if one.technology == "geo")
    country = handmade.country
    country.links = []
    country.link("leo", None, "F")
    options = country.options(kinds=(service.kind,), kind=np.zeros(1, np.int16), capacity_mbps=np.array([10.0]))
    sheet = engineer(make, options).sheet(0, backwards=False)
    above, aside = sheet.looks
    assert above.elevation_deg == pytest.approx(90 - 2.0 * (1 + 6378 / (42164 - 6378)), abs=0.01)
    # tan e = (cos β − r / s) / sin β, β the angle at the earth's centre
    beta = math.acos(math.cos(math.radians(2)) * math.cos(math.radians(30)))
    by_hand = math.degrees(math.atan((math.cos(beta) - 6378 / 42164) / math.sin(beta)))
    assert aside.elevation_deg == pytest.approx(by_hand, abs=0.1)
    assert aside.rain_001_db > above.rain_wanted_db
    assert above.rain_001_db > above.rain_wanted_db > 0
    assert sheet.rain_height_km == 5.0
    assert sheet.frequency_ghz == service.fades.downlink_ghz == 11.7


@pytest.mark.parametrize(("latitude", "height"), [(0.0, 5.0), (43.0, 3.5), (-31.0, 4.0), (-80.0, 0.0)])
def test_rain_falls_from_lower_down_far_from_the_equator(latitude, height):
    assert rain_height_of_latitude_km(latitude) == pytest.approx(height)


def test_nobody_engineers_a_source(handmade, make):
    options = handmade.country.options()
    assert engineer(make, options).sheet(handmade.rows["S"], backwards=False) is None


def test_a_satellite_that_is_known_is_the_one_looked_at(make):
    """Ten degrees of longitude away at the equator: tan e = (cos β − r / s) / sin β."""
    scenario = make["scenario"]()
    prices = price_list(load_catalogue(scenario), scenario)
    fades = next(one for one in prices.services if one.technology == "geo").fades
    ((case, elevation),) = _elevations(replace(fades, satellite_longitude_deg=40.0), 30.0, 0.0, 0.0)
    beta = math.radians(10)
    by_hand = math.degrees(math.atan((math.cos(beta) - 6378 / 42164) / math.sin(beta)))
    assert case == "known"
    assert elevation == pytest.approx(by_hand, abs=0.01)
    assert [case for case, _elevation in _elevations(fades, 30.0, 0.0, 0.0)] == ["highest", "aside"]
    assert [case for case, _elevation in _elevations(None, 30.0, 0.0, 0.0)] == ["least"]
