"""What makes candidate links others: the content of every file that they come from, and how great demand may be."""

import hashlib

import geopandas as gpd
import pandas as pd
import pytest

from planner.catalogue import load_catalogue
from planner.demo import make_country
from planner.inputs import read_inputs
from planner.inputs.named import named_files
from planner.links.cache import cache_file
from planner.scenario import load_scenario


@pytest.fixture
def country(tmp_path, monkeypatch):
    monkeypatch.setenv("PLANNER_CACHE_DIR", str(tmp_path / "cache"))
    return make_country(tmp_path / "country", offices=12, seed=3, terrain_arcsec=9)


def read(country, **overrides):
    scenario = load_scenario(country, overrides=overrides)
    return scenario, read_inputs(scenario)


def key(country, **overrides):
    scenario, inputs = read(country, **overrides)
    return cache_file(scenario, inputs, load_catalogue(scenario)).stem


def dataset(country, group):
    """Return what the scenario says of its only file of a group, and the table in it."""
    (given,) = getattr(load_scenario(country).inputs, group)
    return given.model_dump(mode="json", exclude_defaults=True), pd.read_csv(country.parent / given.file)


def built(status):
    return pd.DataFrame({"from": ["root"], "to": ["PO-00004"], "technology": ["leo"], "status": [status]})


def test_what_is_built_makes_no_other_links(country):
    file = country.parent / "built.csv"
    asked = {"inputs.as_built": [{"file": "built.csv"}]}
    keys = set()
    for status in ("planned", "working"):
        built(status).to_csv(file, index=False)
        keys.add(key(country, **asked))
    assert len(keys) == 1


def test_a_file_that_holds_offices_beside_what_is_built_counts(country):
    given, offices = dataset(country, "offices")
    asked = {
        "inputs.offices": [{**given, "file": "network.xlsx", "layer": "offices"}],
        "inputs.as_built": [{"file": "network.xlsx", "layer": "built"}],
    }

    def write():
        with pd.ExcelWriter(country.parent / "network.xlsx") as book:
            offices.to_excel(book, sheet_name="offices", index=False)
            built("built").to_excel(book, sheet_name="built", index=False)

    write()
    before = key(country, **asked)
    assert key(country, **asked) == before
    offices.loc[0, "lon"] += 0.001
    write()
    assert key(country, **asked) != before


@pytest.fixture
def shapes(country):
    """Return what names the sources as a Shapefile, and a writer of it by the capacity of the first one."""
    given, sources = dataset(country, "sources")
    asked = {**given, "file": "data/sources.shp", "columns": {"capacity_mbps": "capacity"}}
    table = sources[["id", "name", "kind"]].assign(capacity=1000.0)

    def write(capacity):
        table.loc[0, "capacity"] = capacity
        points = gpd.points_from_xy(sources["lon"], sources["lat"])
        frame = gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326")
        frame.to_file(country.parent / "data/sources.shp")

    write(500.0)
    return {"inputs.sources": [asked]}, write


def test_all_of_a_shapefile_counts(country, shapes):
    """Its attributes lie beside the .shp, which stays byte for byte what it was."""
    asked, write = shapes
    shape = country.parent / "data/sources.shp"
    plain, before = shape.read_bytes(), key(country, **asked)
    write(600.0)
    assert shape.read_bytes() == plain
    assert key(country, **asked) != before
    write(500.0)
    shape.with_suffix(".qix").write_bytes(b"an index says nothing new")
    assert key(country, **asked) == before


def test_all_of_a_shapefile_is_recorded(country, shapes):
    recorded = {file.file: file.sha256 for file in read(country, **shapes[0])[1].files}
    for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
        content = (country.parent / f"data/sources{suffix}").read_bytes()
        assert recorded[f"data/sources{suffix}"] == hashlib.sha256(content).hexdigest()


def test_the_parts_of_a_shapefile_that_is_only_linked_to_are_found(country, shapes):
    home, elsewhere = country.parent / "data", country.parent / "store"
    elsewhere.mkdir()
    for file in list(home.glob("sources.*")):
        if file.suffix != ".csv":
            file.rename(elsewhere / file.name)
    (home / "sources.shp").symlink_to(elsewhere / "sources.shp")
    scenario, inputs = read(country, **shapes[0])
    assert inputs.sources["capacity_mbps"].iloc[0] == 500.0
    assert {"data/sources.shp", str(elsewhere / "sources.dbf")} <= {*named_files(scenario)}
    assert all(scenario.locate(file.file).is_file() for file in inputs.files)


def test_links_know_how_great_demand_may_be(country):
    keys = [key(country, **{"uncertainty.demand": {"low": 0.8, "high": high}}) for high in (1.0, 1.3)]
    assert keys[0] != keys[1]
    assert keys[0] == key(country), "no more than what the inputs say"
    assert keys[1] == key(country, **{"uncertainty.demand": {"low": 0.5, "high": 1.3}})
