"""Coverage by polygon or site, lines of the grid, quotes; and what is wrong with them, row by row."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod
from shapely.geometry import LineString, Point, Polygon, box

from planner.inputs.coverage import circle
from planner.inputs.power import grid_distance_km

OFFICES = "id,lon,lat,region\na,30.5,0.5,North\nb,30.6,0.5,South\n"
QUOTES = "office,area,provider,technology,one_off,monthly,mbps,availability\n"


@pytest.fixture
def offices(country):
    country.write("offices.csv", OFFICES)
    return country


def told(country):
    return [(p.code, p.file, p.row, p.column, p.value) for p in country.check().problems]


def test_sites_cover_what_lies_within_their_radius(offices):
    offices.write(
        "sites.csv", "lon,lat,technology,operateur,rayon,debit\n30.5,0.5,4G,Azur,10,\n30.9,0.9,3G,Brio,2.5,4\n"
    )
    offices.dataset("coverage", file="sites.csv")
    coverage = offices.read().coverage
    assert coverage["technology"].tolist() == ["4G", "3G"]
    assert coverage["provider"].tolist() == ["Azur", "Brio"]
    assert coverage["mbps"].tolist() == pytest.approx([np.nan, 4], nan_ok=True)
    # a circle's area by the sphere's; the polygon of 72 corners is 0.13 % smaller
    area_m2, _perimeter = Geod(ellps="WGS84").geometry_area_perimeter(coverage.geometry[0])
    assert abs(area_m2) == pytest.approx(np.pi * 10_000**2, rel=2e-3)


def test_points_of_a_layer_are_sites_too(offices):
    frame = gpd.GeoDataFrame({"generation": ["4G", "4G"]}, geometry=[Point(30.5, 0.5), box(30, 0, 30.2, 0.2)], crs=4326)
    frame.to_file(offices.folder / "mixed.gpkg")
    offices.dataset("coverage", file="mixed.gpkg", defaults={"radius_km": 3})
    assert [area.geom_type for area in offices.read().coverage.geometry] == ["Polygon", "Polygon"]


def test_a_circle_goes_on_beyond_the_antimeridian():
    area = circle(179.99, -17.0, 5.0)
    for lon in (179.98, 180.0, -179.98):
        assert area.intersects(Point(lon, -17.0))
    assert not area.intersects(Point(-179.9, -17.0))
    assert area.bounds[0] >= -360


def test_a_coverage_polygon_that_crosses_itself_is_repaired_and_named(offices):
    bow = Polygon([(30.0, 0.0), (31.0, 1.0), (31.0, 0.0), (30.0, 1.0)])
    gpd.GeoDataFrame({"generation": ["4G"]}, geometry=[bow], crs=4326).to_file(offices.folder / "bow.gpkg")
    offices.dataset("coverage", file="bow.gpkg")
    (problem,) = offices.check().problems
    assert (problem.code, problem.row, problem.severity) == ("invalid-area", 2, "warning")
    assert problem.value == "30.5, 0.5"
    assert "outline" in problem.remedy
    assert shapely.is_valid(offices.read().coverage.geometry[0])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("lon,lat,technology\n30.5,0.5,4G\n", ("missing-value", "sites.csv", 2, "radius_km", None)),
        ("lon,lat,technology,radius_km\n30.5,0.5,4G,-2\n", ("negative-number", "sites.csv", 2, "radius_km", "-2")),
        ("lon,lat,technology,radius_km\n30.5,,4G,2\n", ("missing-value", "sites.csv", 2, "lat", None)),
        ("lon,lat,technology,radius_km\n305,0.5,4G,2\n", ("bad-coordinates", "sites.csv", 2, "lon, lat", "305, 0.5")),
        ("lon,lat,technology,radius_km\n30.5,0.5,,2\n", ("missing-value", "sites.csv", 2, "technology", None)),
        ("a,technology\n1,4G\n", ("wrong-layer", "sites.csv", None, None, None)),
    ],
)
def test_wrong_sites(offices, text, fault):
    offices.write("sites.csv", text)
    offices.dataset("coverage", file="sites.csv")
    assert fault in told(offices)


def test_lines_of_the_grid_and_what_is_none(offices):
    shapes = [LineString([(30.0, 0.5), (30.5, 0.5)]), Point(30, 0)]
    gpd.GeoDataFrame({"id": ["L1", "P"]}, geometry=shapes, crs=4326).to_file(offices.folder / "grid.gpkg")
    offices.dataset("power", file="grid.gpkg")
    assert told(offices) == [("not-a-line", "grid.gpkg", 3, "geometry", "Point")]
    offices.dataset("power", file="grid.gpkg", bad_rows="exclude")
    assert offices.read().grid["id"].tolist() == ["L1"]


def test_distance_to_the_grid_is_that_along_the_ground():
    grid = gpd.GeoDataFrame(
        geometry=[LineString([(30.0, 60.0), (31.0, 60.0)]), LineString([(40, 0), (40, 1)])], crs=4326
    )
    lon, lat = np.array([30.5, 32.0, 40.2, 30.0]), np.array([60.2, 60.0, 0.5, 60.0])
    geodesic = Geod(ellps="WGS84")
    expected = [
        geodesic.line_length([30.5, 30.5], [60.2, 60.0]) / 1000,
        geodesic.line_length([32.0, 31.0], [60.0, 60.0]) / 1000,
        geodesic.line_length([40.2, 40.0], [0.5, 0.5]) / 1000,
        0.0,
    ]
    np.testing.assert_allclose(grid_distance_km(grid, lon, lat), expected, rtol=1e-3, atol=1e-6)
    assert np.isinf(grid_distance_km(None, lon, lat)).all()


def test_distance_to_the_grid_across_the_antimeridian():
    grid = gpd.GeoDataFrame(geometry=[LineString([(179.9, -17.0), (179.95, -17.0)])], crs=4326)
    away = grid_distance_km(grid, np.array([-179.95]), np.array([-17.0]))
    assert away[0] == pytest.approx(Geod(ellps="WGS84").line_length([179.95, -179.95], [-17, -17]) / 1000, rel=1e-3)


def test_quotes(offices):
    rows = "a,,Azur,Fibre,500,80,20,99.5\n,south,Brio,VSAT,0,120,10,\n,,Cielo,leo,300,90,100,0.99\n"
    offices.write("quotes.csv", QUOTES + rows)
    offices.dataset("quotes", file="quotes.csv")
    quotes = offices.read().quotes
    assert quotes["technology"].tolist() == ["leased", "geo", "leo"]
    assert quotes["office"].tolist() == ["a", "", ""]
    assert quotes["area"].tolist() == ["", "South", ""]
    assert quotes["availability"].tolist() == pytest.approx([0.995, np.nan, 0.99], nan_ok=True)
    assert quotes["volume_gb"].isna().all()


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("z,,Azur,leo,0,80,20,", ("unknown-office", 2, "office", "z")),
        (",West,Azur,leo,0,80,20,", ("unknown-region", 2, "area", "West")),
        ("a,South,Azur,leo,0,80,20,", ("two-scopes", 2, "area", "South")),
        ("a,,Azur,pigeon,0,80,20,", ("unknown-technology", 2, "technology", "pigeon")),
        ("a,,Azur,leo,-5,80,20,", ("negative-number", 2, "one_off", "-5")),
        ("a,,Azur,leo,0,-80,20,", ("negative-number", 2, "monthly", "-80")),
        ("a,,Azur,leo,0,,20,", ("missing-value", 2, "monthly", None)),
        ("a,,Azur,leo,0,80,0,", ("out-of-range", 2, "mbps", "0")),
        ("a,,Azur,leo,0,80,20,120", ("out-of-range", 2, "availability", "120")),
        ("a,,Azur,leo,0,80,20,0", ("out-of-range", 2, "availability", "0")),
        ("a,,,leo,0,80,20,", ("missing-value", 2, "provider", None)),
    ],
)
def test_wrong_quotes(offices, row, fault):
    offices.write("quotes.csv", QUOTES + row + "\n")
    offices.dataset("quotes", file="quotes.csv")
    assert [(code, *rest) for code, _file, *rest in told(offices)] == [fault]
    assert all(problem.remedy for problem in offices.check().problems)


def test_prices_of_a_region_that_is_none(offices):
    offices.data["money"]["regions"] = {"North": {"freight": 1.5}, "Nort": {"works": 2}}
    ((code, file, row, column, value),) = told(offices)
    assert (code, column, value) == ("unknown-region", "money.regions", "Nort")
    assert file == str(offices.folder / "scenario.yaml")
    # A field stands where its value begins.
    assert (offices.folder / "scenario.yaml").read_text().splitlines()[row - 2 : row] == ["    Nort:", "      works: 2"]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [("grid_distance_km", "-1", "negative-number"), ("grid_distance_km", "far", "not-a-number")],
)
def test_wrong_distance_to_the_grid(country, column, value, code):
    country.write("offices.csv", f"id,lon,lat,{column}\na,30.5,0.5,{value}\n")
    assert told(country) == [(code, "offices.csv", 2, column, value)]


def test_a_provider_has_one_spelling(offices):
    """That of its share, else the first one: of two spellings each would have the share for itself."""
    offices.write("sites.csv", "lon,lat,technology,provider,radius_km\n30.5,0.5,4G,AZUR,10\n30.9,0.9,3G,Brio  Sud,2\n")
    offices.dataset("coverage", file="sites.csv")
    offices.write("quotes.csv", QUOTES + "a,,azur,leo,0,80,20,\n,,BRIO SUD,leo,0,80,20,\n,,Cielo,leo,0,80,20,\n")
    offices.dataset("quotes", file="quotes.csv")
    offices.data["links"] = {"services": {"provider_shares": {"Azur": 0.5}}}
    inputs = offices.read()
    assert inputs.coverage["provider"].tolist() == ["Azur", "Brio  Sud"]
    assert inputs.quotes["provider"].tolist() == ["Azur", "Brio  Sud", "Cielo"]
