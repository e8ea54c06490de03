"""Road layers: what is read, what is wrong with it, and what is told of the network."""

import sqlite3
import struct
import zlib

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.inputs.road_network import DUCT, NO_POLES, URBAN, edge_lengths_m

HEADER = "id,name,lon,lat,status_before\n"
OFFICE = "a,A,30.5,0.5,offline\n"


@pytest.fixture
def roads(country):
    """Return a writer of road layers; the country has one office."""
    country.write("offices.csv", HEADER + OFFICE)

    def write(lines, name="roads.gpkg", *, crs=4326, dataset=None, **columns):
        frame = gpd.GeoDataFrame(columns, geometry=list(lines), crs=crs)
        frame.to_file(country.folder / name)
        country.dataset("roads", file=name, **(dataset or {}))
        return country

    return write


def line(*points):
    return shapely.LineString(points)


WEST_EAST = line((30.4, 0.5), (30.6, 0.5))
SOUTH_NORTH = line((30.5, 0.4), (30.5, 0.6))


def problems(country, code):
    return [problem for problem in country.check().problems if problem.code == code]


@pytest.mark.parametrize("name", ["roads.gpkg", "roads.geojson", "roads.shp"])
def test_formats(roads, name):
    country = roads([WEST_EAST, shapely.MultiLineString([SOUTH_NORTH, line((30.7, 0.5), (30.71, 0.5))])], name)
    network = country.read().roads
    assert (network.roads, network.pieces, network.gaps, len(network.edges)) == (2, 2, 0, 5)
    report = country.check()
    assert report.problems == ()
    assert report.roads == {
        "roads": 2,
        "km": pytest.approx(network.length_km(), abs=1e-3),
        "pieces": 2,
        "gaps_closed": 0,
    }
    assert report.datasets[-1].group == "roads"
    assert any("separate pieces: 2" in note for note in report.assumptions)
    assert name in {file.file for file in country.read().files}


def test_without_roads_there_is_no_network(country):
    country.write("offices.csv", HEADER + OFFICE)
    assert country.read().roads is None
    assert country.check().roads == {}


def test_gaps_are_counted_with_the_scenario_s_own_limit(roads):
    country = roads([WEST_EAST, line((30.5, 0.5001), (30.5, 0.6))])  # 11 m short
    assert country.check().roads["gaps_closed"] == 0
    country.data["links"] = {"fibre": {"road_gap_m": 12.0}}
    assert country.check().roads["gaps_closed"] == 1
    assert any("12 m closed: 1" in note for note in country.check().assumptions)


def test_another_reference_system_is_reprojected(roads):
    utm = gpd.GeoSeries([WEST_EAST, SOUTH_NORTH], crs=4326).to_crs(32636)
    network = roads(utm, crs=32636).read().roads
    assert len(network.edges) == 4
    ends = network.lon[network.edges], network.lat[network.edges]
    np.testing.assert_allclose([ends[0].min(), ends[0].max(), ends[1].min(), ends[1].max()], [30.4, 30.6, 0.4, 0.6])


def test_a_file_without_reference_system(roads, country):
    roads([WEST_EAST], "roads.shp")
    (country.folder / "roads.prj").unlink()
    (fault,) = problems(country, "wrong-crs")
    assert (fault.file, fault.column, fault.severity) == ("roads.shp", "crs", "error")
    assert "EPSG" in fault.remedy
    country.dataset("roads", file="roads.shp", crs="EPSG:4326")
    assert country.check().problems == ()


@pytest.mark.parametrize("group", ["offices", "regions", "roads"])
def test_a_layer_in_a_grid_of_its_own_is_told(country, group):
    shapes = {"offices": shapely.Point(1, 2), "regions": shapely.box(0, 0, 9, 9), "roads": WEST_EAST}
    path = country.folder / "local.gpkg"
    gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapes[group]], crs=4326).to_file(path)
    with sqlite3.connect(path) as database:  # -1: a grid that stands nowhere on earth, says the standard
        for table in ("gpkg_contents", "gpkg_geometry_columns"):
            database.execute(f"UPDATE {table} SET srs_id = -1")
    database.close()
    country.write("offices.csv", HEADER + OFFICE)
    country.dataset(group, file="local.gpkg")
    (fault,) = problems(country, "wrong-crs")
    assert (fault.file, fault.column, fault.severity) == ("local.gpkg", "crs", "error")
    assert "No way is known" in fault.message


def test_what_is_no_line(roads, country):
    roads([WEST_EAST, shapely.Point(30.5, 0.5), shapely.box(30.4, 0.4, 30.5, 0.5)], "mixed.geojson")
    faults = problems(country, "not-a-line")
    assert [(fault.file, fault.row, fault.column, fault.value) for fault in faults] == [
        ("mixed.geojson", 3, "geometry", "Point"),
        ("mixed.geojson", 4, "geometry", "Polygon"),
    ]
    assert all(fault.severity == "error" and fault.remedy for fault in faults)
    country.dataset("roads", file="mixed.geojson", bad_rows="exclude")
    assert {problem.severity for problem in country.check().problems} == {"excluded"}
    assert country.read().roads.roads == 1


def test_features_without_geometry(roads, country):
    roads([WEST_EAST, None, shapely.LineString()])
    assert [fault.row for fault in problems(country, "empty-geometry")] == [3, 4]


def test_a_table_is_no_road_layer(country):
    country.write("offices.csv", HEADER + OFFICE)
    country.write("roads.csv", "id,class\n1,primary\n")
    country.dataset("roads", file="roads.csv")
    (fault,) = problems(country, "wrong-layer")
    assert fault.file == "roads.csv"


def test_coordinates_that_no_place_has(roads, country):
    roads([line((430000.0, 55000.0), (431000.0, 55000.0))])
    assert [fault.row for fault in problems(country, "bad-coordinates")] == [2]


def test_roads_beyond_the_terrain(roads, country):
    roads([WEST_EAST, line((30.6, 0.5), (31.2, 0.5)), line((31.1, 0.5), (31.2, 0.5)), line((30.05, 0.9), (30.1, 0.9))])
    faults = problems(country, "outside-terrain")
    assert [(fault.row, fault.severity) for fault in faults] == [(3, "warning"), (4, "excluded"), (5, "excluded")]
    assert country.read().roads.roads == 2
    report = country.check().datasets[-1]
    assert (report.read, report.used, report.excluded) == (4, 2, 2)


def test_a_line_without_length_and_one_over_itself(roads, country):
    back = line((30.4, 0.4), (30.45, 0.4), (30.42, 0.4))
    roads([WEST_EAST, line((30.5, 0.5), (30.5, 0.5)), back], id=["x", "y", "z"])
    assert [(fault.row, fault.severity) for fault in problems(country, "zero-length")] == [(3, "excluded")]
    assert [(fault.row, fault.value) for fault in problems(country, "self-overlap")] == [(4, "z")]
    assert country.read().roads.roads == 2


def test_classes_that_count(roads, country):
    lines = [WEST_EAST, SOUTH_NORTH, line((30.45, 0.4), (30.45, 0.6))]
    roads(lines, highway=["primary", "track", None], dataset={"classes": ["primary"]})
    network = country.read().roads
    assert (network.classes, network.roads) == (("primary",), 1)
    assert any("do not count: 2" in note for note in country.check().assumptions)


def test_a_class_that_no_road_has(roads, country):
    roads([WEST_EAST], rank=["primary"], dataset={"classes": ["primary", "motorway"], "columns": {"class": "rank"}})
    (fault,) = problems(country, "unknown-class")
    assert (fault.file, fault.column, fault.value) == ("roads.gpkg", "classes", "motorway")
    assert "primary" in fault.remedy


def test_classes_without_a_column_of_them(roads, country):
    roads([WEST_EAST], rank=["primary"], dataset={"classes": ["primary"]})
    (fault,) = problems(country, "missing-column")
    assert (fault.column, "rank" in fault.remedy) == ("class", True)


def test_each_piece_keeps_the_class_of_its_road(roads, country):
    roads([WEST_EAST, SOUTH_NORTH], fclass=["primary", "track"])
    network = country.read().roads
    length_km = np.bincount(network.road_class, edge_lengths_m(network.lon, network.lat, network.edges)) / 1000
    assert network.classes == ("primary", "track")
    np.testing.assert_allclose(length_km, [0.2 * 111.3195, 0.2 * 110.5744], rtol=1e-4)


@pytest.mark.parametrize(
    ("columns", "pieces"),
    [
        ({}, 1),
        ({"bridge": ["yes", None]}, 2),
        ({"bridge": ["T", "F"]}, 2),
        ({"bridge": ["no", None]}, 1),
        ({"tunnel": [None, "yes"]}, 2),
        ({"bridge": ["yes", "yes"]}, 1),
        ({"bridge": ["yes", "yes"], "layer": ["2", "1"]}, 2),
        ({"layer": [1, 0]}, 2),
        ({"layer": [1, 0], "bridge": ["no", "no"]}, 1),
    ],
)
def test_bridges_tunnels_and_layers(roads, country, columns, pieces):
    roads([WEST_EAST, SOUTH_NORTH], **columns)
    assert country.read().roads.pieces == pieces


def test_a_layer_that_is_no_number(roads, country):
    roads([WEST_EAST, SOUTH_NORTH], layer=["1;2", "0"])
    (warning,) = problems(country, "bad-layer")
    assert (warning.row, warning.value, warning.severity) == (2, "1;2", "warning")
    assert country.read().roads.pieces == 1


OSM = """<?xml version="1.0"?>
<osm version="0.6">
 <node id="1" lat="0.5" lon="30.4"/><node id="2" lat="0.5" lon="30.6"/>
 <node id="3" lat="0.4" lon="30.5"/><node id="4" lat="0.6" lon="30.5"/>
 <node id="5" lat="0.45" lon="30.4"/><node id="6" lat="0.45" lon="30.6"/>
 <way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/><tag k="bridge" v="yes"/></way>
 <way id="8"><nd ref="3"/><nd ref="4"/><tag k="highway" v="track"/></way>
 <way id="9"><nd ref="5"/><nd ref="6"/><tag k="waterway" v="river"/></way>
</osm>
"""


def _field(number, value):
    """A field of a protocol buffer: a number, or bytes."""

    def varint(n):
        out = b""
        while n > 127:
            out += bytes([n & 127 | 128])
            n >>= 7
        return out + bytes([n])

    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def _packed(numbers, *, signed=False):
    out = b""
    for n in numbers:
        out += _field(0, (n << 1) ^ (n >> 63) if signed else n)[1:]
    return out


def as_pbf():
    """The same as OSM, in the binary format (wiki.openstreetmap.org/wiki/PBF_Format)."""
    strings = ["", "highway", "primary", "bridge", "yes", "track", "waterway", "river"]
    table = b"".join(_field(1, text.encode()) for text in strings)
    places = [(30.4, 0.5), (30.6, 0.5), (30.5, 0.4), (30.5, 0.6), (30.4, 0.45), (30.6, 0.45)]
    lon, lat = (np.diff([0, *(round(place[k] * 1e7) for place in places)]).tolist() for k in (0, 1))
    nodes = (
        _field(1, _packed([1] * 6, signed=True))
        + _field(8, _packed(lat, signed=True))
        + _field(9, _packed(lon, signed=True))
    )

    def way(number, refs, tags):
        steps = np.diff([0, *refs]).tolist()
        keys, values = _packed(tags[::2]), _packed(tags[1::2])
        return _field(1, number) + _field(2, keys) + _field(3, values) + _field(8, _packed(steps, signed=True))

    ways = [way(7, [1, 2], [1, 2, 3, 4]), way(8, [3, 4], [1, 5]), way(9, [5, 6], [6, 7])]
    group = _field(2, nodes)
    block = _field(1, table) + _field(2, group) + _field(2, b"".join(_field(3, one) for one in ways))
    head = _field(4, b"OsmSchema-V0.6") + _field(4, b"DenseNodes")

    def blob(kind, content):
        body = _field(2, len(content)) + _field(3, zlib.compress(content))
        header = _field(1, kind) + _field(3, len(body))
        return struct.pack(">I", len(header)) + header + body

    return blob(b"OSMHeader", head) + blob(b"OSMData", block)


@pytest.mark.parametrize(("name", "content"), [("roads.osm", OSM), ("roads.osm.pbf", as_pbf())])
def test_openstreetmap(country, name, content):
    """Roads alone are taken, and bridges known, though the driver puts both into a bag of other tags."""
    country.write("offices.csv", HEADER + OFFICE)
    country.write(name, content)
    country.dataset("roads", file=name)
    assert country.check().problems == ()
    network = country.read().roads
    assert (network.classes, network.roads, network.pieces) == (("primary", "track"), 2, 2)
    assert np.sort(network.lon).tolist() == [30.4, 30.5, 30.5, 30.6]


def test_surroundings_ducts_and_poles(roads):
    country = roads(
        [WEST_EAST, SOUTH_NORTH],
        environment=["Urbain", None],
        duct=["yes", "no"],
        poles=[None, "no"],
    )
    network = country.read().roads
    of_road = {
        tuple(np.round(network.lon[edge], 6)): int(trait)
        for edge, trait in zip(network.edges, network.trait, strict=True)
    }
    assert of_road == {(30.4, 30.5): URBAN + DUCT, (30.5, 30.6): URBAN + DUCT, (30.5, 30.5): NO_POLES}


def test_an_unknown_environment(roads):
    (problem,) = problems(roads([WEST_EAST], environment=["desert"]), "bad-environment")
    assert (problem.row, problem.column, problem.value) == (2, "environment", "desert")


def test_pieces_that_do_not_meet_are_told(roads):
    country = roads([WEST_EAST, line((30.4, 0.6), (30.45, 0.6))])
    (note,) = [text for text in country.check().assumptions if "largest piece" in text]
    # 0.2 of 0.25 degrees of longitude
    assert "80.0 %" in note
    assert "road_gap_m" in note
