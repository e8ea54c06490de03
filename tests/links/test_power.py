"""Supplies by hand: who needs a solar set, how large, and when a line to the grid costs less."""

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString

from planner.catalogue import SiteClass, load_catalogue, price_list, terms
from planner.catalogue.power import Supply
from planner.links.power import find_supplies


@dataclasses.dataclass
class Given:
    """What `find_supplies` reads of the inputs."""

    offices: pd.DataFrame
    sources: pd.DataFrame
    towers: pd.DataFrame
    grid: gpd.GeoDataFrame | None = None


def given(hours, km, *, tower_hours=(), grid=None, status="offline"):
    offices = pd.DataFrame({"grid_hours_per_day": hours, "grid_distance_km": km, "status_before": status}, dtype=object)
    towers = pd.DataFrame({"grid_hours_per_day": np.array(tower_hours, dtype=np.float64)})
    return Given(offices, pd.DataFrame({"id": []}), towers, grid)


@pytest.fixture
def prices(scenario):
    asked = scenario(money={"currency": "USD", "price_year": 2024, "discount_rate": 0.0, "contingency": 0.0})
    return price_list(load_catalogue(asked), asked).power, terms(asked)


def test_supply_by_hours_and_distance(places_at, prices):
    nan = np.nan
    hours = [24, 20, 19.9, 0, 0, 0, nan, nan, nan, nan]
    km = [nan, nan, 0.1, nan, 0.1, 30, nan, 0.5, 0.6, 30]
    expected = [
        *(Supply.MAINS, Supply.MAINS, Supply.SOLAR),  # 20 hours are enough; weak mains are no reason for a line
        *(Supply.SOLAR, Supply.EXTENSION, Supply.SOLAR),  # no mains: 100 m of line cost less than a set, 30 km do not
        *(Supply.ASSUMED, Supply.MAINS, Supply.SOLAR, Supply.SOLAR),
    ]
    places = places_at([30.0] * 10, [-2.0] * 10)
    found = find_supplies(places, given(hours, km), *prices)
    assert found.places.supply.tolist() == expected
    np.testing.assert_array_equal(np.isfinite(found.places.grid_km), np.array(expected) == Supply.EXTENSION)


def test_a_set_is_sized_from_load_sun_and_autonomy(places_at, prices):
    found = find_supplies(places_at([30.0] * 2, [-2.0] * 2), given([0, 12], [np.nan] * 2), *prices)
    panels, battery = found.office_items[0]
    # 150 W day and night are 3.6 kWh; 4.5 h of sun at 70 % give 3.15 kWh a kW; two days at 80 % are 9 kWh of battery
    assert panels.capex == pytest.approx(3600 / 3.15 * 1.6)
    assert battery.capex == pytest.approx(3.6 * 2 / 0.8 * 300)
    assert panels.opex_per_year == pytest.approx(0.05 * panels.capex)
    assert (panels.life_years, battery.life_years) == (20, 7)
    # mains for half of the day leave half of both
    assert [item.capex for item in found.office_items[1]] == pytest.approx([panels.capex / 2, battery.capex / 2])
    # radios on a mast at the office, 60 W, have a set of their own
    mast = found.mast_items[found.places.power_class[0]]
    assert [item.capex for item in mast] == pytest.approx([panels.capex * 60 / 150, battery.capex * 60 / 150])
    assert found.places.supply_availability.tolist() == [0.998, 0.998]


def test_towers_have_their_owners_power_and_hilltops_their_own(places_at, prices):
    places = places_at([30.0] * 4, [-2.0] * 4, kind=[0, 2, 2, 2])
    places.site_class[1:] = [SiteClass.TOWER, SiteClass.RENTED_TOWER, SiteClass.GREENFIELD]
    found = find_supplies(places, given([24], [np.nan], tower_hours=[np.nan, 6]), *prices)
    assert found.places.supply.tolist() == [Supply.MAINS, Supply.OWNER, Supply.SOLAR, Supply.SOLAR]
    capex = [sum(item.capex for item in found.mast_items[code]) for code in found.places.power_class]
    assert capex[:2] == [0, 0]
    assert capex[2] == pytest.approx(0.75 * capex[3])  # 18 hours are missing
    assert capex[3] == pytest.approx(3600 / 3.15 * 1.6 + 9 * 300)  # 150 W


def test_lines_of_the_grid_tell_the_distance(places_at, prices):
    grid = gpd.GeoDataFrame(geometry=[LineString([(30.0, -2.0), (30.0, -1.9)])], crs=4326)
    places = places_at([30.002, 30.3, 30.01], [-1.95] * 3, kind=[0, 0, 2])
    places.site_class[2] = SiteClass.GREENFIELD
    places.position_known[1] = False
    found = find_supplies(places, given([np.nan] * 2, [np.nan] * 2, grid=grid), *prices)
    assert found.places.supply[0] == Supply.MAINS  # 222 m
    assert found.places.supply[1] == Supply.ASSUMED  # where it is, nobody knows
    assert found.places.supply[2] in {Supply.SOLAR, Supply.EXTENSION}


def test_the_cheaper_by_present_value_is_taken(places_at, prices):
    power, money_terms = prices
    for km in np.linspace(0.0, 1.5, 16):
        found = find_supplies(places_at([30.0], [-2.0]), given([0], [km]), power, money_terms)
        items = power.extension(round(float(km), 3)), power.solar_set(power.office_w, 0.0)
        # nothing is discounted: purchases less what is left of the last life, and ten years of upkeep
        worth = [sum(_ten_years(item) for item in way) for way in items]
        assert (found.places.supply[0] == Supply.EXTENSION) == (worth[0] < worth[1])


def _ten_years(item):
    return item.capex * 10 / item.life_years + 10 * item.opex_per_year


def test_offices_that_keep_what_they_have_are_not_planned_for(places_at, prices):
    found = find_supplies(places_at([30.0], [-2.0]), given([0], [np.nan], status="adequate"), *prices)
    assert (found.places.supply[0], found.places.supply_availability[0], found.office_items) == (0, 1.0, ((),))
    assert found.notes == ()


def test_what_is_lacking_and_what_is_taken_for_granted_is_told(places_at, prices):
    found = find_supplies(places_at([30.0] * 3, [-2.0] * 3), given([4, np.nan, 0], [np.nan, np.nan, 0.05]), *prices)
    assert found.notes == (
        "power: 2 offices lack adequate mains; their packages hold solar sets (1) or grid extensions (1).",
        "power: nothing is known of 1 office; it is taken to have adequate mains.",
    )
