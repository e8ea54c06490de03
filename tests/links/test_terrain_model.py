"""What the scenario says of its terrain: surface or bare earth, land cover, voids."""

from dataclasses import replace

import numpy as np
import pytest
import rasterio

from planner.catalogue import load_catalogue, price_list
from planner.errors import InputError
from planner.links import build_links
from planner.links.build import read_terrain
from planner.links.cache import cache_file
from planner.plan.verify.basis import _elevation
from planner.terrain import VOID_HEIGHT

TREES = 10


@pytest.fixture
def forest(country, tmp_path):
    """Hills under trees, but for a clearing in the west."""
    inputs = country()
    with rasterio.open(inputs.terrain[0]) as terrain:
        profile, shape = terrain.profile, terrain.shape
    classes = np.full(shape, TREES, np.uint8)
    classes[:, : shape[1] // 3] = 60
    path = tmp_path / "cover.tif"
    with rasterio.open(path, "w", **(profile | {"dtype": "uint8", "nodata": 0})) as cover:
        cover.write(classes, 1)
    return replace(inputs, land_cover=(path,))


@pytest.fixture
def asking(scenario):
    def make(**inputs):
        files = {"offices": [{"file": "offices.csv"}], "terrain": ["terrain.tif"]}
        return lambda **sections: scenario(inputs=files | inputs, **sections)

    return make


@pytest.fixture
def built(tmp_path):
    def make(scenario, inputs):
        return build_links(scenario, inputs, cache_dir=tmp_path / "cache")

    return make


def hops(options):
    """Pairs in sight, with the lowest sum of masts."""
    rows = np.flatnonzero(options.technology() == "microwave")
    lowest = {}
    for i in rows:
        pair = options.places.id[options.u[i]], options.places.id[options.v[i]]
        masts_m = options.ladder_m[options.rung_u[i]] + options.ladder_m[options.rung_v[i]]
        lowest[pair] = min(lowest.get(pair, np.inf), masts_m)
    return lowest


def test_trees_count_on_bare_earth_and_not_on_a_surface(forest, asking, built):
    cover, every = {"land_cover": ["cover.tif"]}, {"max_candidates": 1000}  # no neighbour takes another's place
    surface = built(asking(**cover)(links=every), forest)
    bare = built(asking(**cover, terrain_model="bare_earth")(links=every), forest)
    plain = built(asking()(links=every), forest)
    assert hops(surface) == hops(plain)
    assert any("surface model" in note for note in surface.notes)
    assert not any("surface model" in note for note in bare.notes)
    assert set(hops(bare)) < set(hops(plain))
    assert all(masts_m >= hops(plain)[pair] for pair, masts_m in hops(bare).items())
    assert any(masts_m > hops(plain)[pair] for pair, masts_m in hops(bare).items())
    # nothing but microwave looks at trees
    for technology in ("fibre", "leo"):
        rows = [options.money[options.technology() == technology].tolist() for options in (plain, bare)]
        assert rows[0] == rows[1]


def test_open_ends_and_heights_are_the_scenarios(forest, asking, built):
    scenario = asking(land_cover=["cover.tif"], terrain_model="bare_earth")
    plain = hops(built(asking()(), forest))
    everywhere_open = {"microwave": {"bare_ends_m": 1e6}}
    assert hops(built(scenario(links=everywhere_open), forest)) == plain
    cut = {"microwave": {"overrides": {"clutter": {"tree cover": {"height_m": 0}}}}}
    assert hops(built(scenario(technologies=cut), forest)) == plain


def test_bare_earth_without_land_cover_is_remarked_on(country, asking, built):
    options = built(asking(terrain_model="bare_earth")(), country())
    assert any("no land cover" in note for note in options.notes)


def test_places_of_which_the_land_cover_says_nothing_are_counted(forest, asking, built):
    scenario, (path,) = asking(land_cover=["cover.tif"]), forest.land_cover
    assert not any("says nothing" in note for note in built(scenario(), forest).notes)
    with rasterio.open(path, "r+") as cover:
        classes = cover.read(1)
        classes[:, classes.shape[1] // 2 :] = 0
        cover.write(classes, 1)
        middle = cover.bounds.left + classes.shape[1] // 2 * cover.transform.a
    silent = sum((table["lon"] > middle).sum() for table in (forest.offices, forest.sources, forest.towers))
    every = sum(len(table) for table in (forest.offices, forest.sources, forest.towers))
    assert 0 < silent < every
    said = [note for note in built(scenario(links={"max_candidates": 21}), forest).notes if "says nothing" in note]
    assert len(said) == 1
    assert f"{silent} places of {every}" in said[0]


def test_classes_without_a_height_stop(forest, asking, built):
    scenario = asking(land_cover=["cover.tif"], terrain_model="bare_earth")
    removed = {"microwave": {"overrides": {"clutter": {"tree cover": None}}}}
    with pytest.raises(InputError) as error:
        built(scenario(technologies=removed), forest)
    assert [problem.code for problem in error.value.problems] == ["land-cover-class"]


def test_two_heights_of_a_class_are_refused(asking):
    twice = {"microwave": {"overrides": {"clutter": {"forest": {"code": TREES, "height_m": 25}}}}}
    with pytest.raises(InputError, match="two heights: 10"):
        load_catalogue(asking()(technologies=twice))


def test_every_class_of_the_default_table_has_a_source(asking):
    scenario = asking()()
    catalogue = load_catalogue(scenario)
    # ESA WorldCover, product user manual, table of classes
    assert sorted(price_list(catalogue, scenario).clutter_m) == [10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100]
    assert all(entry.height_m.source != "user" for entry in catalogue.microwave.clutter.values())


def test_hops_over_voids_that_are_sea_are_counted(country, asking, built, tmp_path):
    inputs = country()
    with rasterio.open(inputs.terrain[0]) as terrain:
        heights, profile = terrain.read(1), terrain.profile
    lon = np.concatenate([frame["lon"] for frame in (inputs.offices, inputs.sources, inputs.towers)])
    lat = np.concatenate([frame["lat"] for frame in (inputs.offices, inputs.sources, inputs.towers)])
    row, col = rasterio.transform.rowcol(profile["transform"], lon, lat)
    near = np.zeros(heights.shape, bool)
    for r, c in zip(row, col, strict=True):
        near[max(r - 3, 0) : r + 4, max(c - 3, 0) : c + 4] = True
    heights[~near] = VOID_HEIGHT  # every place an island
    path = tmp_path / "islands.tif"
    with rasterio.open(path, "w", **(profile | {"nodata": VOID_HEIGHT})) as file:
        file.write(heights, 1)
    islands = replace(inputs, terrain=(path,))
    unknown, sea = built(asking()(), islands), built(asking(terrain_voids="sea")(), islands)
    assert len(hops(sea)) > len(hops(unknown))
    assert any("unknown height" in rejection.reason for rejection in unknown.rejections)
    (note,) = (note for note in sea.notes if "voids" in note)
    assert "taken as sea" in note
    assert not any("voids" in note for note in unknown.notes)


def test_the_cache_tells_terrain_apart(country, asking, tmp_path):
    inputs = country()
    files = {
        cache_file(scenario, inputs, load_catalogue(scenario), tmp_path)
        for scenario in (
            asking()(),
            asking(terrain_model="bare_earth")(),
            asking(terrain_voids="sea")(),
            asking(land_cover=["cover.tif"])(),
            asking()(links={"microwave": {"bare_ends_m": 50}}),
            asking()(links={"microwave": {"margin_m": 5}}),
        )
    }
    assert len(files) == 6


@pytest.mark.parametrize(("enabled", "is_covered"), [("ptmp", True), ("microwave", True), ("fibre", False)])
def test_land_cover_is_in_the_way_of_any_radio_and_verification_agrees(forest, asking, enabled, is_covered):
    names = ("fibre", "microwave", "leo", "geo", "cellular", "leased", "ptmp")
    technologies = {name: {"enabled": name == enabled} for name in names}
    wanted = asking(terrain_model="bare_earth", land_cover=["cover.tif"])(technologies=technologies)
    prices = price_list(load_catalogue(wanted), wanted)
    for elevation in (read_terrain(wanted, forest, prices), _elevation(wanted, forest, prices)):
        assert (elevation.surface is not None) == is_covered
