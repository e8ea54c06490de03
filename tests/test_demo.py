"""The synthetic country: the same for a seed, readable by everybody's tools, consistent in itself, and labelled."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import geopandas
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from pyproj import Geod
from rasterio.features import geometry_mask
from scipy import fft
from scipy.sparse import csgraph
from scipy.spatial import KDTree

from planner.catalogue import load_catalogue, price_list
from planner.demo import make_country
from planner.demo.country import MIDDLE_LAT, MIDDLE_LON
from planner.demo.grid import Grid, bells
from planner.demo.landscape import make_landscape, noise
from planner.demo.names import make_names
from planner.demo.network import _land_graph, _town_links, make_network
from planner.demo.people import PEOPLE_PER_OFFICE
from planner.demo.settlement import choose_towns, sketch
from planner.inputs import read_inputs
from planner.scenario import load_scenario

if TYPE_CHECKING:
    from pathlib import Path

KM = 1000.0
SMALL = Grid(MIDDLE_LON, MIDDLE_LAT, 9, 240, 300)  # about 67 × 82 km at 280 m


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    """300 offices at the usual resolution."""
    return make_country(tmp_path_factory.mktemp("country"), seed=0).parent


@pytest.fixture(scope="module")
def offices(country):
    return pd.read_csv(country / "data/offices.csv")


@pytest.fixture(scope="module")
def terrain(country):
    with rasterio.open(country / "data/terrain.tif") as dataset:
        yield dataset


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_country(tmp_path):
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        make_country(tmp_path / name, offices=40, seed=seed)
    a, b, c = (digests(tmp_path / name) for name in "abc")
    assert len(a) == 12
    assert a == b
    assert a.keys() == c.keys()
    assert {name for name in a if a[name] == c[name]} == set()


def test_countries_of_different_seeds_have_names_and_hashes_of_their_own(tmp_path):
    """Commands that take several tell them apart by these; the country of no seed in particular keeps its name."""
    told = {seed: load_scenario(make_country(tmp_path / str(seed), offices=20, seed=seed)) for seed in (0, 7, 8)}
    assert told[0].name == "Velmora (SYNTHETIC)"
    assert told[7].name == "Velmora 7 (SYNTHETIC)"
    assert len({scenario.name for scenario in told.values()}) == len({s.hash for s in told.values()}) == 3


def test_making_it_again_in_the_same_folder_replaces_the_files(tmp_path):
    make_country(tmp_path, offices=20, seed=1)
    once = digests(tmp_path)
    make_country(tmp_path, offices=20, seed=1)
    assert digests(tmp_path) == once


def test_every_file_says_that_it_is_synthetic(country):
    for path in country.rglob("*"):
        if path.is_file():
            assert b"SYNTHETIC" in path.read_bytes(), path.name


def test_terrain_is_an_island_country_in_90_m_cells(terrain):
    heights = terrain.read(1)
    assert (terrain.crs.to_epsg(), heights.dtype, terrain.compression.value) == (4326, np.int16, "DEFLATE")
    geod = Geod(ellps="WGS84")
    bounds = terrain.bounds
    middle = (bounds.bottom + bounds.top) / 2
    width_m, height_m = (
        geod.inv(bounds.left, middle, bounds.right, middle)[2],
        geod.inv(bounds.left, bounds.bottom, bounds.left, bounds.top)[2],
    )
    # The frame is rounded up to whole blocks of 18 seconds of arc, half a kilometre.
    assert width_m / KM == pytest.approx(150, abs=2)
    assert height_m / KM == pytest.approx(120, abs=2)
    assert width_m / terrain.width == pytest.approx(90, abs=3)
    assert height_m / terrain.height == pytest.approx(90, abs=3)
    assert 0.35 < (heights > 0).mean() < 0.7
    assert heights.min() == 0  # sea; nothing below, no voids
    assert heights.max() > 1500
    edge = np.concatenate([heights[0], heights[-1], heights[:, 0], heights[:, -1]])
    assert (edge == 0).mean() > 0.97


def test_there_are_islands_and_a_level_lake(country, terrain):
    heights = terrain.read(1)
    land = geopandas.GeoSeries(
        [
            shapely.geometry.shape(area)
            for area, _one in rasterio.features.shapes(
                (heights > 0).astype(np.uint8), mask=heights > 0, transform=terrain.transform
            )
        ]
    )
    areas = np.sort(land.area.to_numpy() * 111.2**2 * np.cos(np.radians(MIDDLE_LAT)))[::-1]  # km²
    assert areas[0] > 5000
    assert (areas[1:] > 50).sum() >= 2
    with rasterio.open(country / "data/population.tif") as dataset:
        uninhabitable = dataset.read(1) == dataset.nodata
    # A population cell holds four of terrain: where all are above the sea and yet nobody can live, there is the lake.
    quarters = np.stack([heights[i::2, j::2] for i in (0, 1) for j in (0, 1)])
    lake = uninhabitable & (quarters > 0).all(axis=0)
    assert 10 < lake.sum() * 0.18**2 < 200  # km²
    assert np.ptp(quarters[:, lake]) == 0


def test_offices_stand_on_dry_land_each_in_its_own_place(country, offices, terrain):
    points = list(zip(offices.lon, offices.lat, strict=True))
    assert min(height for (height,) in terrain.sample(points)) > 0
    with rasterio.open(country / "data/population.tif") as population:
        assert min(people for (people,) in population.sample(points)) >= 0  # −1 on the lake
    assert len(offices) == 300
    assert offices.id.is_unique
    assert not offices.duplicated(["lon", "lat"]).any()


def test_offices_are_of_all_kinds_and_statuses(offices):
    assert set(offices.kind) == {"main", "branch", "agency"}
    shares = offices.status_before.value_counts(normalize=True)
    assert set(shares.index) == {"offline", "insufficient", "adequate", "unknown"}
    assert shares.offline > 0.4
    assert shares.min() > 0.05
    served = offices.status_before.isin(["adequate", "insufficient"])
    for column in ("technology_before", "mbps_before", "monthly_cost_before"):
        assert (offices[column].notna() == served).all()
    adequate = offices[offices.status_before == "adequate"]
    assert adequate.mbps_before.min() >= 20 > offices[offices.status_before == "insufficient"].mbps_before.max()
    assert offices.grid_hours_per_day.between(0, 24).all()
    assert offices.name.str.contains("[éèôâ]").any()


def test_offices_crowd_in_towns_with_a_rural_tail(offices):
    east, north = offices.lon * 111.2 * np.cos(np.radians(MIDDLE_LAT)), offices.lat * 111.2
    distance_km = KDTree(np.column_stack([east, north])).query(np.column_stack([east, north]), k=2)[0][:, 1]
    # On 9,500 km² of land, 300 offices thrown at random are 2.8 km from their nearest neighbour in the mean.
    assert np.median(distance_km) < 2.2
    assert np.quantile(distance_km, 0.97) > 4


@pytest.mark.parametrize(("count", "seed"), [(10, 0), (60, 1), (120, 2), (300, 0)])
def test_regions_cover_the_land_without_overlap_and_hold_their_offices(tmp_path, count, seed):
    folder = make_country(tmp_path, offices=count, seed=seed, terrain_arcsec=9).parent
    regions = geopandas.read_file(folder / "data/regions.geojson")
    assert 4 <= len(regions) <= 8
    assert regions.is_valid.all()
    assert regions.name.is_unique
    areas = shapely.area(regions.geometry)
    assert areas.sum() == pytest.approx(shapely.union_all(regions.geometry).area, rel=1e-9)
    with rasterio.open(folder / "data/terrain.tif") as dataset:
        outside = geometry_mask(regions.geometry, dataset.shape, dataset.transform)
        assert not (outside & (dataset.read(1) > 0)).any()
    offices = pd.read_csv(folder / "data/offices.csv")
    points = geopandas.GeoDataFrame(offices, geometry=shapely.points(offices.lon, offices.lat), crs=4326)
    joined = points.sjoin(regions.rename(columns={"name": "found"})[["found", "geometry"]], predicate="within")
    assert len(joined) == count
    assert (joined.found == joined.region).all()


def test_people_add_up_and_live_near_offices(country, offices):
    with rasterio.open(country / "data/population.tif") as dataset:
        people = dataset.read(1, masked=True).filled(0)
        rows, cols = np.nonzero(people)
        lon, lat = dataset.xy(rows, cols)
    expected = PEOPLE_PER_OFFICE * 300
    assert abs(people.sum() - expected) < 5 * np.sqrt(expected)  # the total is a Poisson count
    scale = np.array([111.2 * np.cos(np.radians(MIDDLE_LAT)), 111.2])
    distance_km = KDTree(offices[["lon", "lat"]] * scale).query(np.column_stack([lon, lat]) * scale)[0]
    near = np.average(distance_km <= 5, weights=people[rows, cols])
    assert 0.75 < near < 0.99


def test_fibre_joins_the_nodes_along_roads(country):
    fibre = geopandas.read_file(country / "data/fibre_routes.gpkg")
    roads = geopandas.read_file(country / "data/roads.gpkg")
    sources = pd.read_csv(country / "data/sources.csv")
    assert fibre.crs.to_epsg() == roads.crs.to_epsg() == 4326
    assert set(fibre.geometry.to_wkb()) <= set(roads.geometry.to_wkb())
    graph = nx.Graph((line.coords[0], line.coords[-1]) for line in fibre.geometry)
    assert nx.is_connected(graph)
    to_route = shapely.distance(shapely.union_all(fibre.geometry), shapely.points(sources.lon, sources.lat))
    assert max(to_route) < 0.7 * 18 / 3600  # within the cell of 18 seconds of arc where the route ends


def test_roads_reach_the_offices_of_the_main_island(country, offices):
    roads = geopandas.read_file(country / "data/roads.gpkg")
    graph = nx.Graph((line.coords[0], line.coords[-1]) for line in roads.geometry)
    largest = max(nx.connected_components(graph), key=len)
    on_net = roads[[line.coords[0] in largest for line in roads.geometry]]
    near = shapely.STRtree(on_net.geometry).query(
        shapely.points(offices.lon, offices.lat), predicate="dwithin", distance=0.011
    )[0]
    assert len(set(near)) / len(offices) > 0.8


def test_town_links_hold_the_minimum_spanning_tree():
    """The one search from all towns gives the same tree as a search from every town."""
    rng = np.random.default_rng(3)
    ground = sketch(make_landscape(SMALL, rng), 2)
    towns = choose_towns(ground, rng, 100)
    land = _land_graph(ground)
    sites = towns.row * ground.grid.cols + towns.col
    distance, _before, nearest = csgraph.dijkstra(land, indices=sites, min_only=True, return_predecessors=True)
    tree = csgraph.minimum_spanning_tree(_town_links(land, distance, nearest, sites)[0])
    every = csgraph.dijkstra(land, indices=sites)[:, sites]
    complete = nx.Graph()
    complete.add_nodes_from(range(len(sites)))
    complete.add_weighted_edges_from(
        (a, b, every[a, b]) for a in range(len(sites)) for b in range(a) if every[a, b] < np.inf
    )
    expected = nx.minimum_spanning_tree(complete).size(weight="weight")
    assert tree.sum() == pytest.approx(expected, rel=1e-12)


def test_fibre_is_the_tree_between_the_towns_that_have_it():
    rng = np.random.default_rng(3)
    ground = sketch(make_landscape(SMALL, rng), 2)
    towns = choose_towns(ground, rng, 100)
    none = np.zeros(0, dtype=np.int64)
    only_capital = np.arange(len(towns)) == 0
    assert make_network(ground, towns, only_capital, none, none).fibre == []
    two = make_network(ground, towns, np.arange(len(towns)) < 2, none, none)
    degree = nx.Graph((line.coords[0], line.coords[-1]) for line in two.fibre).degree
    lon, lat = ground.grid.lonlat(towns.row[:2], towns.col[:2])
    ends = {node for node, count in degree if count == 1}
    assert ends == set(zip(np.round(lon, 5), np.round(lat, 5), strict=True))
    assert all(count <= 2 for _node, count in degree)
    assert two.secondary == []


def test_towers_stand_higher_than_what_is_around_them(country, terrain):
    towers = pd.read_csv(country / "data/towers.csv")
    heights = terrain.read(1).astype(float)
    above = []
    for lon, lat in zip(towers.lon, towers.lat, strict=True):
        row, col = terrain.index(lon, lat)
        above.append(heights[row, col] - heights[max(row - 33, 0) : row + 34, max(col - 33, 0) : col + 34].mean())
    assert np.median(above) > 50  # over the mean of 6 km around
    assert towers.height_m.between(20, 60).all()
    assert towers.id.is_unique


def test_coverage_widens_as_speed_falls(country):
    coverage = geopandas.read_file(country / "data/coverage.geojson").sort_values("mbps", ascending=False)
    assert list(coverage.technology) == ["4G", "4G", "3G"]
    assert coverage.is_valid.all()
    fast, slow, wide = coverage.geometry
    assert slow.buffer(1e-5).contains(fast)
    assert wide.buffer(1e-5).contains(slow)


def test_noise_has_the_wavelengths_asked_for():
    grid = Grid(0.0, 0.0, 9, 240, 320)  # both sizes are fast ones, so that nothing is cropped
    field = noise(grid, np.random.default_rng(0), longest_km=20.0, shortest_km=2.0, fall=2.0)
    assert field.mean() == pytest.approx(0, abs=1e-12)
    assert field.std() == pytest.approx(1, rel=1e-12)
    power = np.abs(fft.fft2(field)) ** 2
    frequency = np.hypot(fft.fftfreq(240, grid.cell_km[0])[:, None], fft.fftfreq(320, grid.cell_km[1]))
    inside = (frequency > 1 / 20) & (frequency < 1 / 2)
    assert power[inside].sum() / power.sum() == pytest.approx(1, abs=1e-9)
    # Amplitude falls with the square of frequency, power with its fourth power: one octave is 16 times.
    low = power[(frequency > 0.1) & (frequency < 0.12)].mean()
    high = power[(frequency > 0.2) & (frequency < 0.24)].mean()
    assert low / high == pytest.approx(16, rel=0.35)  # of a few hundred random amplitudes


def test_bells_hold_their_weight():
    grid = Grid(0.0, 0.5, 30, 120, 120)
    one = np.array([60])
    field = bells(grid, one, one, sigma_km=np.array([4.0]), weight=np.array([7.0]))
    assert field.sum() == pytest.approx(7.0, rel=1e-3)  # cut off at four standard deviations
    assert np.unravel_index(field.argmax(), grid.shape) == (60, 60)


def test_names_are_different_and_have_accents():
    names = make_names(np.random.default_rng(0), 3000)
    assert len(set(names)) == 3000
    assert all(name[0].isupper() and name.isalpha() for name in names)


def test_large_countries_get_coarser_terrain_not_larger_files(tmp_path):
    folder = make_country(tmp_path, offices=2000, seed=0).parent
    with rasterio.open(folder / "data/terrain.tif") as dataset:
        assert dataset.res[0] * 3600 == pytest.approx(9)
        assert dataset.width * dataset.height < 10_000_000
    assert len(pd.read_csv(folder / "data/offices.csv")) == 2000


@pytest.mark.parametrize("wrong", [{"offices": 9}, {"terrain_arcsec": 7}])
def test_what_cannot_be_made_is_refused(tmp_path, wrong):
    with pytest.raises(ValueError, match=r"at least 10|1, 3 or 9"):
        make_country(tmp_path, **wrong)


def test_the_scenario_reads_without_a_remark(country, offices):
    scenario = load_scenario(country)
    inputs = read_inputs(scenario)
    assert inputs.problems == ()
    assert list(inputs.offices.id) == list(offices.id)
    assert inputs.offices.position_known.all()
    assert (inputs.sources.status == "built").all()
    assert len(inputs.sources) > 5
    assert len(inputs.towers) == 50
    assert inputs.regions is not None
    assert inputs.coverage is not None
    demand = inputs.offices.groupby("kind").demand_mbps.unique()
    assert {kind: values.tolist() for kind, values in demand.items()} == {"agency": [15], "branch": [40], "main": [100]}
    # Nearly everybody lives within reach of an office, and nobody is counted twice.
    with rasterio.open(country / "data/population.tif") as dataset:
        everybody = dataset.read(1, masked=True).sum()
    assert 0.8 * everybody < inputs.offices.people_total.sum() <= everybody


def test_the_countrys_prices_come_over_the_programs_own(country):
    scenario = load_scenario(country)
    catalogue = load_catalogue(scenario)
    assert catalogue.source.transit_per_mbps.typical == 2
    assert catalogue.fibre.plant_per_km.typical == 7000
    assert catalogue.leo.terminal.source != "SYNTHETIC"
    prices = price_list(catalogue, scenario)
    assert {option.technology for option in prices.services} == {"leo", "geo", "cellular"}
    assert prices.fibre is not None
    assert prices.microwave
