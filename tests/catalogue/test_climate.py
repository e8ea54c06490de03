"""Whose figures of rain and air hold at a place: the office's own, the scenario's, the map's, the zone's."""

from dataclasses import replace
from importlib import metadata

import numpy as np
import pandas as pd
import pytest

from planner.catalogue import itu_maps, load_catalogue, price_list, zone_notes
from planner.catalogue.climate import FIGURES, ClimateSource, RadioClimate, climate_at
from planner.errors import InputError

NOTHING = np.full((2, 4), np.nan)
LON, LAT = np.array([43.3, 101.7]), np.array([-11.7, 3.133])
MAP = np.array([[100.0, -79.0, 19.3, 4.5], [99.0, -76.0, 20.4, 4.6]])


@pytest.fixture
def maps(monkeypatch):
    """Stand in for the maps, so that the order of sources is tested where itur is absent too."""

    def read(lon, lat):
        assert lon.tolist() == LON.tolist()
        assert lat.tolist() == LAT.tolist()
        return MAP

    monkeypatch.setattr("planner.catalogue.climate.read_maps", read)


def words(source):
    return [[ClimateSource(code).key(figure) for figure, code in zip(FIGURES, row, strict=True)] for row in source]


def test_a_zone_holds_everywhere(make_scenario):
    table, source = climate_at(make_scenario(climate={"zone": "wet_tropics"}), LON, LAT, NOTHING)
    np.testing.assert_array_equal(table, [[95.0, -350.0, 20.0, np.nan]] * 2)
    assert words(source) == [["zone", "zone", "zone", "latitude"]] * 2


def test_maps_fill_in_what_is_left_out(make_scenario, maps):
    asked = make_scenario(climate={"zone": "wet_tropics", "source": "itu", "dn1_per_km": -300})
    table, source = climate_at(asked, LON, LAT, NOTHING)
    np.testing.assert_array_equal(table, np.where(np.array(FIGURES) == "dn1_per_km", -300.0, MAP))
    assert words(source) == [["ITU-R P.837-7", "scenario", "ITU-R P.836-6", "ITU-R P.839-4"]] * 2


@pytest.mark.parametrize("climate", [{}, {"rain_mm_h": 60.0, "isotherm_km": 4.2}, {"source": "itu"}])
def test_what_an_office_says_of_itself_comes_first(make_scenario, maps, climate):
    own = NOTHING.copy()
    own[1, 0], own[0, 3] = 140.0, 4.9
    table, source = climate_at(make_scenario(climate=climate), LON, LAT, own)
    others, from_others = climate_at(make_scenario(climate=climate), LON, LAT, NOTHING)
    assert (table[1, 0], table[0, 3]) == (140.0, 4.9)
    assert words(source)[1][0] == words(source)[0][3] == "office"
    left = np.isnan(own)
    np.testing.assert_array_equal(table[left], others[left])
    np.testing.assert_array_equal(source[left], from_others[left])


def test_a_scenario_that_says_everything_needs_no_map(make_scenario, monkeypatch):
    monkeypatch.setattr("planner.catalogue.climate.read_maps", None)
    everything = {"source": "itu", "rain_mm_h": 80, "dn1_per_km": -200, "vapour_g_m3": 18, "isotherm_km": 4.6}
    table, source = climate_at(make_scenario(climate=everything), LON, LAT, NOTHING)
    assert table.tolist() == [[80, -200, 18, 4.6]] * 2
    assert (source == ClimateSource.SCENARIO).all()


def test_only_a_zone_is_warned_of(make_scenario):
    offices = pd.DataFrame(NOTHING, columns=list(FIGURES))

    def notes(climate, offices):
        scenario = make_scenario(climate=climate)
        return zone_notes(scenario, price_list(load_catalogue(scenario), scenario), offices)

    assert notes({"source": "itu"}, offices) == ()
    assert notes({"rain_mm_h": 80, "dn1_per_km": -200, "vapour_g_m3": 18}, offices) == ()
    (note,) = notes({"zone": "wet_tropics"}, offices)
    assert "zone wet_tropics" in note
    assert "climate.rain_mm_h 95 mm/h, climate.dn1_per_km -350 N/km, climate.vapour_g_m3 20 g/m³." in note
    told = price_list(load_catalogue(make_scenario()), make_scenario(climate={"source": "itu", "isotherm_km": 4.5}))
    climate = {a.name: (a.value, a.source) for a in told.assumptions if a.name.startswith("climate.")}
    assert climate == {"climate.isotherm_km": (4.5, "user")}


def test_offices_that_know_better_than_the_zone(make_scenario):
    scenario = make_scenario(climate={"zone": "wet_tropics", "dn1_per_km": -200})
    offices = pd.DataFrame({"rain_mm_h": [80.0, np.nan, np.nan], "vapour_g_m3": [18.0, 19.0, 17.0]})
    offices[["dn1_per_km", "isotherm_km"]] = np.nan
    prices = price_list(load_catalogue(scenario), scenario)
    (note,) = zone_notes(scenario, prices, offices)
    assert "climate.rain_mm_h 95 mm/h (but at 1 of 3 offices, which has its own)" in note
    assert "climate.vapour_g_m3 20 g/m³ (at sources, towers and relays; every office has its own)" in note
    assert "dn1_per_km" not in note
    assert zone_notes(scenario, replace(prices, microwave=(), multipoint=()), offices) == ()


def test_places_alike_are_one_number():
    table = np.array([[95.0, -350.0, 20.0, np.nan], [95.0, -300.0, 20.0, np.nan], [np.nan] * 4])
    climate = RadioClimate.of_table(table, np.array([True, True, False]), None)
    assert (climate.rain_mm_h, climate.vapour_g_m3) == (95.0, 20.0)
    assert np.isnan(climate.isotherm_km)
    assert climate.dn1_per_km[:2].tolist() == [-350.0, -300.0]
    second = climate.at(np.array([1]))
    assert (second.rain_mm_h, second.dn1_per_km.tolist()) == (95.0, [-300.0])


def test_maps_without_the_package(monkeypatch):
    def absent(_name):
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "version", absent)
    with pytest.raises(InputError) as error:
        itu_maps.read_maps(LON, LAT)
    (problem,) = error.value.problems
    assert (problem.code, problem.column, problem.value) == ("maps-missing", "climate.source", "itu")
    assert 'pip install "itur' in problem.remedy
