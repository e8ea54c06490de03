"""What ground costs along a trench: by land cover, in towns, under water; against figures counted by hand."""

import networkx as nx
import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS, Transformer

from planner.catalogue import load_catalogue, price_list
from planner.errors import InputError
from planner.links.fibre import find_trenches
from planner.links.ground import GroundWeights, Setting
from planner.links.polyline import price_polyline
from planner.terrain import Elevation
from planner.terrain.land_cover import NO_COVER, LandCover, Patch, open_land_cover

WGS84 = CRS.from_epsg(4326).to_wkt()
TREES, TOWN, WATER, PLAIN = 10, 50, 80, 30
CELL = 1 / 2400


@pytest.fixture
def fibre(scenario):
    asked = scenario()
    return price_list(load_catalogue(asked), asked).fibre


def patch(codes, west=30.0, north=-2.0, cell=CELL):
    return Patch(np.asarray(codes, np.uint8), Affine(cell, 0, west, 0, -cell, north), CRS.from_epsg(4326))


def cover(codes, west=30.0, north=-2.0, cell=CELL):
    return LandCover((patch(codes, west, north, cell),))


def halves(left, right, shape=(120, 160)):
    codes = np.full(shape, left, np.uint8)
    codes[:, shape[1] // 2 :] = right
    return cover(codes)


MIDDLE = 30.0 + 80 * CELL


def priced(elevation, weights, line, setting):
    start = np.array([0, len(line)])
    return price_polyline(
        elevation, np.array(line), start, route_factor=1.0, climb_factor=0.0,
        ground=(weights, np.array([setting])),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "left", "right", "expected"),
    [
        (Setting.OPEN, PLAIN, PLAIN, 1.0),
        (Setting.OPEN, TREES, PLAIN, 1.15),  # half of it at 1.3
        (Setting.OPEN, TREES, TREES, 1.3),
        (Setting.OPEN, TOWN, PLAIN, 1.55),  # half of it at 2.1
        (Setting.OPEN, WATER, PLAIN, 2.5),  # half of it at 4
        (Setting.ROAD, TREES, PLAIN, 1.0),  # a road in a forest is a road
        (Setting.ROAD, TOWN, PLAIN, 1.55),
        (Setting.ROAD, WATER, PLAIN, 1.0),  # over a bridge
        (Setting.URBAN, PLAIN, PLAIN, 2.1),
        (Setting.RURAL, TOWN, TOWN, 1.0),  # what the road says counts first
    ],
)
def test_a_line_across_two_kinds_of_ground(ground, fibre, setting, left, right, expected):
    elevation = ground(np.full((60, 80), 100.0))
    weights = GroundWeights.of(fibre, halves(left, right), water_is_priced=False)
    line = [(MIDDLE - 0.0097, -2.02), (MIDDLE + 0.0097, -2.02)]
    length_km, priced_km = priced(elevation, weights, line, setting)
    assert priced_km[0] / length_km[0] == pytest.approx(expected, rel=1e-12)  # 22 looks a side
    _length, back_km = priced(elevation, weights, line[::-1], setting)
    assert back_km[0] == pytest.approx(priced_km[0], rel=1e-12)


def test_without_land_cover_nothing_weighs(ground, fibre):
    elevation = ground(np.full((60, 80), 100.0))
    weights = GroundWeights.of(fibre, None, water_is_priced=False)
    length_km, priced_km = priced(elevation, weights, [(30.01, -2.02), (30.03, -2.02)], Setting.OPEN)
    assert priced_km.tolist() == length_km.tolist()


def two_places(places_at):
    return places_at([MIDDLE - 0.012, MIDDLE + 0.012], [-2.025, -2.025])


def search(elevation, places, weights):
    everything = np.ones(len(places), dtype=bool)
    return find_trenches(
        elevation, places, everything, feeds=~everything, climb_factor=0.0, max_km=50.0, cell_m=90.0, weights=weights
    )


def test_a_trench_goes_round_a_swamp(ground, places_at, fibre):
    """A wall of wetland (twice the price) that is cheaper to go round than to cross, and one that is not."""
    elevation, places = ground(np.full((60, 80), 100.0)), two_places(places_at)
    for thick, goes_round in ((50, True), (4, False)):
        codes = np.full((120, 160), PLAIN, np.uint8)
        codes[45:75, 80 - thick // 2 : 80 + thick // 2] = 90
        weights = GroundWeights.of(fibre, cover(codes), water_is_priced=False)
        trenches = search(elevation, places, weights)
        assert len(trenches.u) == 1
        inside = weights.codes_at(*trenches.vertices.T) == 90
        assert inside.any() != goes_round


def test_the_search_finds_the_cheapest_way_over_weighted_cells(ground, places_at, fibre):
    """Against Dijkstra over the same cells in networkx, both priced as the polyline is."""
    elevation, places = ground(np.full((60, 80), 100.0)), two_places(places_at)
    codes = np.random.default_rng(1).choice([PLAIN, TREES, 60, 90], (12, 16)).repeat(10, 0).repeat(10, 1)
    weights = GroundWeights.of(fibre, cover(codes), water_is_priced=False)
    trenches = search(elevation, places, weights)
    found_km = priced(elevation, weights, trenches.vertices.tolist(), Setting.OPEN)[1][0]
    rows, columns, cell = 60, 80, 1 / 1200
    lon, lat = 30.0 + (np.arange(columns) + 0.5) * cell, -2.0 - (np.arange(rows) + 0.5) * cell
    graph = nx.Graph()
    steps = [(0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (1, -2), (2, 1), (2, -1)]
    edges = [
        ((r, c), (r + down, c + across))
        for r in range(rows) for c in range(columns) for down, across in steps
        if r + down < rows and 0 <= c + across < columns
    ]  # fmt: skip
    line = np.array([[(lon[c], lat[r]) for r, c in edge] for edge in edges])
    cost = price_polyline(
        elevation, line.reshape(-1, 2), 2 * np.arange(len(edges) + 1), route_factor=1.0, climb_factor=0.0,
        ground=(weights, np.zeros(len(edges), dtype=np.int64)),
    )[1]  # fmt: skip
    graph.add_weighted_edges_from((a, b, each) for (a, b), each in zip(edges, cost, strict=True))
    ends = [(30, int((x - 30.0) / cell)) for x in places.lon]
    best_km = nx.dijkstra_path_length(graph, *ends)
    # cells are weighed by nine looks, pieces by one every 50 m; the places stand beside the centres of their cells
    assert found_km == pytest.approx(best_km, rel=0.06)


@pytest.mark.parametrize("by_cover", [False, True])
def test_water_is_forbidden_or_priced(ground, places_at, fibre, by_cover):
    heights = np.full((60, 80), 100.0)
    codes = np.full((120, 160), PLAIN if by_cover else NO_COVER, np.uint8)
    if by_cover:
        codes[:, 70:90] = WATER
    else:
        heights[:, 35:45] = 0.0
    elevation, places = ground(heights), two_places(places_at)
    for priced_water in (False, True):
        weights = GroundWeights.of(fibre, cover(codes) if by_cover else None, water_is_priced=priced_water)
        trenches = search(elevation, places, weights)
        assert len(trenches.u) == int(priced_water)
    length_km, priced_km = priced(elevation, weights, trenches.vertices.tolist(), Setting.OPEN)
    wide_km = 20 * CELL * 111.195 * np.cos(np.radians(2.025))
    # from shore to shore at 4, to a look on either side
    assert priced_km[0] - length_km[0] == pytest.approx(3 * wide_km, abs=3 * 0.12)


def test_classes_are_those_of_the_raster(tmp_path):
    """Read again from a file in a projection, cell by cell."""
    codes = np.random.default_rng(0).integers(0, 255, (40, 50)).astype(np.uint8)
    file = tmp_path / "cover.tif"
    transform = Affine(100, 0, 500_000, 0, -100, 9_800_000)
    with rasterio.open(
        file, "w", driver="GTiff", width=50, height=40, count=1, dtype="uint8", crs="EPSG:32736", transform=transform
    ) as out:
        out.write(codes, 1)
    ground = Elevation(np.zeros((60, 90), np.int16), Affine(1 / 60, 0, 32.5, 0, -1 / 60, -1.0), WGS84)
    found = open_land_cover([file], ground)
    row, column = np.divmod(np.arange(codes.size), 50)
    x, y = transform @ (column + 0.3, row + 0.6)
    lon, lat = Transformer.from_crs(32736, 4326, always_xy=True).transform(x, y)
    inside = (lon > 32.5) & (lat < -1.0)
    assert inside.sum() > 500
    assert found.at(lon[inside], lat[inside]).tolist() == codes.ravel()[inside].tolist()
    assert found.at(np.array([10.0]), np.array([50.0])).tolist() == [NO_COVER]


def test_across_the_antimeridian():
    raster = cover([[1, 2, 3, 4]], west=179.8, north=-16.0, cell=0.1)
    assert raster.at(np.array([179.85, -179.95, 180.05]), np.full(3, -16.05)).tolist() == [1, 3, 3]


def test_of_several_rasters_the_first_that_says_something_counts():
    both = LandCover((patch([[NO_COVER, 50]]), patch([[10, 10, 80]])))
    lon = 30.0 + CELL * np.array([0.5, 1.5, 2.5, 3.5])
    assert both.at(lon, np.full(4, -2.0 - CELL / 2)).tolist() == [10, 50, 80, NO_COVER]


def test_a_class_is_a_number_of_a_byte(scenario, tmp_path):
    for key in ("trees", "300", "-1"):
        asked = scenario(technologies={"fibre": {"overrides": {"land_cover": {key: 1.5}}}})
        with pytest.raises(InputError, match="0 to 255"):
            load_catalogue(asked)


@pytest.mark.parametrize("tiling", ["two tiles", "the whole world"])
@pytest.mark.parametrize("finer", [1, 2])
def test_beyond_the_antimeridian(tmp_path, tiling, finer):
    """A terrain from 177 to 183 degrees, as Fiji's is; land cover ends at 180, and goes on from -180."""
    cell = 0.05 / finer
    ground = Elevation(np.full((20, 120), 50, np.int16), Affine(0.05, 0, 177.0, 0, -0.05, -16.0), WGS84)
    codes = np.random.default_rng(0).integers(1, 255, (20 * finer, 120 * finer)).astype(np.uint8)
    west, east = np.split(codes, 2, axis=1)
    if tiling == "two tiles":
        parts = {"w.tif": (west, 177.0), "e.tif": (east, -180.0)}
    else:
        world = np.full((len(codes), round(360 / cell)), PLAIN, np.uint8)
        world[:, : east.shape[1]], world[:, -west.shape[1] :] = east, west
        parts = {"world.tif": (world, -180.0)}
    for name, (part, left) in parts.items():
        size = {"height": part.shape[0], "width": part.shape[1], "transform": Affine(cell, 0, left, 0, -cell, -16.0)}
        with rasterio.open(
            tmp_path / name, "w", driver="GTiff", count=1, dtype="uint8", crs="EPSG:4326", **size
        ) as out:
            out.write(part, 1)
    found = open_land_cover([tmp_path / name for name in parts], ground)
    row, column = np.divmod(np.arange(codes.size), codes.shape[1])
    lon, lat = 177.0 + (column + 0.5) * cell, -16.0 - (row + 0.5) * cell
    for turned in (lon, np.where(lon > 180, lon - 360, lon)):
        assert found.at(turned, lat).tolist() == codes.ravel().tolist()
    if finer == 1:
        assert sum(patch.codes.size for patch in found.patches) == codes.size, "nothing is read twice, or in vain"
