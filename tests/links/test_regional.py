"""Prices by region, and which region a place is taken to lie in by the build and by verification."""

from dataclasses import replace
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
from shapely.geometry import box

from planner.inputs.areas import regions_at
from planner.links.regional import with_price_factors
from planner.plan.verify.places import _region_at
from planner.plan.verify.regional import factors_at
from planner.plan.verify.sites import Site
from planner.scenario.money import RegionPrices


def test_regions_of_one_name_all_have_its_prices(places_at):
    regions = gpd.GeoDataFrame(
        {"id": ["n1", "n2", "s"], "name": ["Isles", "Isles", "South"]},
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1)],
        crs=4326,
    )
    places = places_at(np.array([0.5, 1.5, 2.5]), np.full(3, 0.5))
    places = replace(places, region=np.array(["n1", "n2", "s"]))
    given = {"Isles": RegionPrices(freight=2.0), "n2": RegionPrices(freight=3.0), "South": RegionPrices(works=1.5)}
    scenario = SimpleNamespace(money=SimpleNamespace(regions=given))
    found = with_price_factors(places, scenario, regions)
    assert found.freight.tolist() == [2.0, 3.0, 1.0]
    assert found.works.tolist() == [1.0, 1.0, 1.5]
    basis = SimpleNamespace(scenario=scenario, inputs=SimpleNamespace(regions=regions))
    for row, region in enumerate(places.region.tolist()):
        assert factors_at([region], basis) == (found.freight[row], found.works[row])


def test_verification_finds_the_region_that_the_build_finds():
    """By id, although the names are others; beside the outlines too, up to 2 km away."""
    regions = gpd.GeoDataFrame(
        {"id": ["a", "b"], "name": ["Upper", "Lower"]},
        geometry=[box(10, 50, 10.5, 51), box(10.5, 50, 11, 51)],
        crs=4326,
    )
    rng = np.random.default_rng(4)
    lon, lat = rng.uniform(9.9, 11.1, 400), rng.uniform(49.95, 51.05, 400)
    found = regions_at(regions, lon, lat)
    assert set(found) == {"a", "b", ""}
    inputs = SimpleNamespace(regions=regions)
    for x, y, region in zip(lon, lat, found, strict=True):
        stated = region or None
        site = Site("source", float(x), float(y))
        assert _region_at(inputs, site, stated) == stated
        inside = 50 <= y <= 51 and 10 <= x <= 11
        if inside:
            assert _region_at(inputs, site, "b" if region == "a" else "a") == region
