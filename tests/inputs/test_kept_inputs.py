"""Inputs are the same from the cache, and are read anew when what they come from has changed."""

import numpy as np
import pandas as pd
import pytest
import rasterio

from planner import terrain
from planner.demo import make_country
from planner.errors import InputError
from planner.inputs import ground, people, read_inputs, roads
from planner.scenario import load_scenario


@pytest.fixture
def country(tmp_path, monkeypatch):
    monkeypatch.setenv("PLANNER_CACHE_DIR", str(tmp_path / "cache"))
    return make_country(tmp_path / "country", offices=12, seed=3)


def asked(country, **overrides):
    """Return the country's scenario with its roads, and other rules."""
    return load_scenario(country, overrides={"inputs.roads": [{"file": "data/roads.gpkg"}], **overrides})


@pytest.fixture
def work(monkeypatch):
    """Return the names of the costly parts that were done."""
    done = []
    for module, name in ((people, "find_catchments"), (roads, "clean")):
        plain = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *asked, plain=plain, name=name: done.append(name) or plain(*asked))
    return done


def test_the_second_reading_is_the_same_without_the_work(country, work):
    scenario = asked(country)
    first, second = read_inputs(scenario), read_inputs(scenario)
    assert work == ["clean", "find_catchments"]
    pd.testing.assert_frame_equal(first.offices, second.offices)
    assert first.assumptions == second.assumptions
    assert first.roads.digest() == second.roads.digest()
    assert first.roads.told() == second.roads.told()


def test_other_content_and_other_rules_are_read_anew(country, work):
    before = read_inputs(asked(country))
    wider = read_inputs(asked(country, **{"benefit.catchment_km": 9}))
    assert wider.offices.people_total.sum() > before.offices.people_total.sum()
    read_inputs(asked(country, **{"links.fibre.road_gap_m": 0}))
    assert work == ["clean", "find_catchments", "find_catchments", "clean"]
    offices = country.parent / "data/offices.csv"
    table = pd.read_csv(offices)
    table["lon"] = np.roll(table["lon"], 1)
    table["lat"] = np.roll(table["lat"], 1)
    table.to_csv(offices, index=False)
    moved = read_inputs(asked(country))
    assert work[4:] == ["find_catchments"]
    assert moved.offices.people_total.tolist() != before.offices.people_total.tolist()
    raster = country.parent / "data/population.tif"
    with rasterio.open(raster, "r+") as dataset:
        dataset.write(2 * dataset.read(1), 1)
    doubled = read_inputs(asked(country))
    assert doubled.offices.people_total.sum() > 1.5 * moved.offices.people_total.sum()


def test_the_ground_at_places_is_looked_up_once(country, monkeypatch):
    opened = []
    plain = terrain.open_elevation
    monkeypatch.setattr(terrain, "open_elevation", lambda *asked, **more: opened.append(1) or plain(*asked, **more))
    files = load_scenario(country)
    files = [files.locate(name) for name in files.inputs.terrain]
    with rasterio.open(files[0]) as raster:
        lon, lat = (np.array([(low + high) / 2]) for low, high in (raster.bounds[::2], raster.bounds[1::2]))
    inside, height = ground.ground_at(files, lon, lat)
    assert opened == [1]
    again = ground.ground_at(files, lon, lat)
    assert opened == [1]
    assert (again[0].tolist(), again[1].tolist()) == (inside.tolist(), height.tolist()) == ([True], height.tolist())
    with rasterio.open(files[0], "r+") as raster:
        raster.write(np.full((1, *raster.shape), 777.0, raster.dtypes[0]))
    assert ground.ground_at(files, lon, lat)[1].tolist() == [777.0]
    # A tile of another name may lie elsewhere (HGT), whatever it holds.
    other = files[0].with_name("other.tif")
    other.write_bytes(files[0].read_bytes())
    ground.ground_at([other], lon, lat)
    assert opened == [1, 1, 1]
    other.unlink()
    with pytest.raises(InputError, match=r"other\.tif"):
        ground.ground_at([other], lon, lat)


def mosaic(file, part):
    """Write a raster that is put together from another one, without its pixels."""
    with rasterio.open(part) as raster:
        columns, rows, frame = raster.width, raster.height, raster.transform
    file.write_text(
        f'<VRTDataset rasterXSize="{columns}" rasterYSize="{rows}"><SRS>EPSG:4326</SRS>'
        f"<GeoTransform>{', '.join(map(str, frame.to_gdal()))}</GeoTransform>"
        '<VRTRasterBand dataType="Int16" band="1"><SimpleSource>'
        f'<SourceFilename relativeToVRT="1">{part.name}</SourceFilename><SourceBand>1</SourceBand>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )


def test_tiles_of_a_mosaic_of_mosaics_count(country):
    scenario = load_scenario(country)
    (tile,) = (scenario.locate(name) for name in scenario.inputs.terrain)
    inner, outer = tile.with_name("inner.vrt"), tile.with_name("outer.vrt")
    mosaic(inner, tile)
    mosaic(outer, inner)
    with rasterio.open(tile) as raster:
        lon, lat = (np.array([(low + high) / 2]) for low, high in (raster.bounds[::2], raster.bounds[1::2]))
    before = ground.ground_at([outer], lon, lat)[1].tolist()
    assert before == ground.ground_at([tile], lon, lat)[1].tolist() != [777.0]
    with rasterio.open(tile, "r+") as raster:
        raster.write(np.full((1, *raster.shape), 777.0, raster.dtypes[0]))
    assert ground.ground_at([outer], lon, lat)[1].tolist() == [777.0]


def test_a_file_that_comes_beside_a_raster_counts(country):
    scenario = load_scenario(country)
    (tile,) = (scenario.locate(name) for name in scenario.inputs.terrain)
    before = list(ground.raster_contents([tile]))
    tile.with_name(f"{tile.name}.aux.xml").write_text("<PAMDataset/>")
    assert len(list(ground.raster_contents([tile]))) == len(before) + 1
