"""Places: who they are, where they lie, how tall their masts may be."""

import geopandas as gpd
import numpy as np
import pytest
from shapely import box

from planner.catalogue import MastClass, SiteClass
from planner.links.options import NO_MAST, PlaceKind
from planner.links.places import highest_rung, make_places, with_junctions
from planner.terrain import open_elevation

LADDER_M = np.array([6.0, 10.0, 20.0, 30.0, 40.0])


@pytest.fixture
def made(country, scenario):
    def make(inputs=None, **sections):
        inputs = country() if inputs is None else inputs
        elevation = open_elevation(inputs.terrain, lon=[30.03], lat=[-2.02], margin_km=10.0)
        return make_places(inputs, scenario(**sections), elevation, LADDER_M), elevation

    return make


@pytest.mark.parametrize(
    ("tallest_m", "rung"), [(5.9, NO_MAST), (6.0, 0), (9.0, 0), (10.0, 1), (29.9, 2), (40.0, 4), (99.0, 4)]
)
def test_highest_rung(tallest_m, rung):
    assert highest_rung(LADDER_M, np.array([tallest_m])).tolist() == [rung]


def test_columns_in_the_order_of_the_inputs(made):
    (places, open_to_links, _feeds), elevation = made()
    assert places.id.tolist() == [*(f"o{i}" for i in range(12)), "s0", "s1", "t0", "t1"]
    assert places.kind.tolist() == [PlaceKind.OFFICE] * 12 + [PlaceKind.SOURCE] * 2 + [PlaceKind.RELAY] * 2
    assert places.office.tolist() == [*range(12), -1, -1, -1, -1]
    np.testing.assert_array_equal(places.ground_m, elevation.sample(places.lon, places.lat))
    assert places.mast_class.tolist() == [MastClass.OFFICE] * 14 + [MastClass.RELAY] * 2
    assert places.site_class.tolist() == [SiteClass.OFFICE] * 14 + [SiteClass.TOWER, SiteClass.RENTED_TOWER]
    assert places.rent_per_year.tolist() == [0.0] * 15 + [900.0]
    assert places.existing_m.tolist() == [0.0] * 14 + [28.0, 28.0]
    assert open_to_links.all()


def test_masts_allowed(made):
    limits = {"microwave": {"max_mast_m": {"office": 10, "relay": 12}}}
    (places, _open, _feeds), _elevation = made(links=limits)
    # A tower of 28 m carries antennas up to 20 m, whatever may be built anew.
    assert places.max_rung.tolist() == [1] * 14 + [2, 2]


def test_who_takes_no_links(made, country):
    status = ["adequate", "adequate", "insufficient"] + ["offline"] * 9
    known = [True] * 11 + [False]
    inputs = country(status_before=status, is_source=[True] + [False] * 11, position_known=known)
    (places, open_to_links, feeds), _elevation = made(inputs)
    assert np.flatnonzero(~open_to_links).tolist() == [1, 11]
    assert places.id[feeds].tolist() == ["o0", "s0", "s1"], "the office that shares is a source like any other"
    assert np.isnan(places.ground_m[11])


def test_regions(made, country):
    west, east = box(29.9, -2.1, 30.03, -1.9), box(30.03, -2.1, 30.2, -1.9)
    regions = gpd.GeoDataFrame({"id": ["W", "E"], "name": ["West", "East"]}, geometry=[west, east], crs=4326)
    inputs = country(regions=regions, region="as the reader says")
    (places, _open, _feeds), elevation = made(inputs)
    assert set(places.region[:12]) == {"as the reader says"}
    assert places.region[12:].tolist() == ["W" if lon < 30.03 else "E" for lon in places.lon[12:]]
    more = with_junctions(places, np.array(["~j1"]), np.array([30.01]), np.array([-2.02]), regions, elevation)
    assert len(more) == 17
    assert (more.id[-1], more.kind[-1], more.region[-1]) == ("~j1", PlaceKind.JUNCTION, "W")
    assert (more.max_rung[-1], more.office[-1], more.existing_m[-1]) == (NO_MAST, -1, 0.0)
    assert more.ground_m[-1] == elevation.sample(30.01, -2.02)
