"""Lines of existing fibre: status, capacity, the source that feeds them; towers that stand, or do not."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

LINE = shapely.LineString([(30.4, 0.5), (30.5, 0.52), (30.6, 0.5)])


@pytest.fixture
def routes(country):
    """Return a writer of routes; the country has an office and two sources, of which one is planned."""
    country.write("offices.csv", "id,name,lon,lat,status_before\no,O,30.6,0.5,offline\n")
    country.write("sources.csv", "id,name,lon,lat,status\ns,S,30.4,0.5,built\nt,T,30.6,0.5,planned 2029\n")
    country.dataset("sources", file="sources.csv")

    def write(lines, *, dataset=None, **columns):
        gpd.GeoDataFrame(columns, geometry=list(lines), crs=4326).to_file(country.folder / "routes.gpkg")
        country.dataset("fibre_routes", file="routes.gpkg", **(dataset or {}))
        return country

    return write


def told(country, file="routes.gpkg"):
    return [(p.severity, p.code, p.row, p.column, p.value) for p in country.check().problems if p.file == file]


def test_routes_and_what_feeds_them(routes):
    country = routes(
        [LINE, shapely.MultiLineString([LINE, [(30.7, 0.3), (30.71, 0.3)]]), LINE],
        id=["a", "b", "c"],
        source=["s", None, None],
        capacity_mbps=[400.0, np.nan, np.nan],
        status=["built", "operational", "En service"],
    )
    inputs = country.read()
    found = inputs.fibre_routes
    assert found.id.tolist() == ["a", "b", "b#2", "c"]
    assert found.source.tolist() == ["s", "~route:b", "~route:b#2", "~route:c"]
    assert found.capacity_mbps.tolist() == [400.0, np.inf, np.inf, np.inf]
    assert np.diff(found.start).tolist() == [3, 3, 2, 3]
    own = inputs.sources[inputs.sources["kind"] == "fibre_route"]
    # at the vertex nearest to the office
    assert own[["id", "lon", "lat"]].to_numpy().tolist() == [
        ["~route:b", 30.6, 0.5], ["~route:b#2", 30.7, 0.3], ["~route:c", 30.6, 0.5],
    ]  # fmt: skip
    assert any("3 fibre routes name no source" in note for note in inputs.assumptions)


def test_what_is_not_usable_is_listed_and_why(routes):
    country = routes(
        [LINE, LINE, LINE, shapely.LineString([(50, 0), (51, 0)]), LINE],
        id=["a", "b", "c", "d", "e"],
        status=["planned 2028", "closed", "built", "built", "built"],
        source=[None, None, "t", None, "s"],
    )
    assert told(country) == [
        ("excluded", "not-in-operation", 2, "status", "planned 2028"),
        ("excluded", "not-in-operation", 3, "status", "closed"),
        ("excluded", "source-not-in-use", 4, "source", "t"),
        ("excluded", "outside-terrain", 5, "geometry", "50.000000, 0.000000"),
    ]
    assert country.read().fibre_routes.id.tolist() == ["e"]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"status": ["soon"]}, ("error", "bad-status", 2, "status", "soon")),
        ({"source": ["x"]}, ("error", "unknown-source", 2, "source", "x")),
        ({"capacity_mbps": ["lots"]}, ("error", "not-a-number", 2, "capacity_mbps", "lots")),
        ({"capacity_mbps": [-1.0]}, ("error", "negative-number", 2, "capacity_mbps", "-1")),
    ],
)
def test_wrong_rows(routes, columns, expected):
    assert told(routes([LINE], id=["a"], **columns)) == [expected]


def test_a_bad_row_may_be_left_out(routes):
    country = routes([LINE, LINE], id=["a", "b"], status=["soon", "built"], dataset={"bad_rows": "exclude"})
    assert country.read().fibre_routes.id.tolist() == ["b"]


def test_points_are_no_routes(routes):
    (problem,) = told(routes([shapely.Point(30.5, 0.5)], id=["a"]))
    assert problem[:2] == ("error", "not-a-line")


HEADER = "id,name,lon,lat,height_m,status,ports,rent_per_year\n"


@pytest.fixture
def towers(country):
    country.write("offices.csv", "id,name,lon,lat,status_before\no,O,30.6,0.5,offline\n")

    def write(*rows):
        country.write("towers.csv", HEADER + "".join(f"{row}\n" for row in rows))
        country.dataset("towers", file="towers.csv")
        return country

    return write


def test_towers_that_stand_and_those_that_do_not(towers):
    country = towers(
        "a,A,30.51,0.5,40,built,4,1200", "b,B,30.52,0.5,40,planned 2027,,", "c,C,30.53,0.5,40,closed,,",
        "d,D,30.54,0.5,40,,1,", "e,E,30.55,0.5,40,,,",
    )  # fmt: skip
    inputs = country.read()
    assert inputs.towers["id"].tolist() == ["a", "e"]
    assert inputs.towers["ports"].tolist() == [4.0, np.inf]
    assert told(country, "towers.csv") == [
        ("excluded", "not-in-operation", 3, "status", "planned 2027"),
        ("excluded", "not-in-operation", 4, "status", "closed"),
        ("excluded", "no-port", 5, "ports", "1"),
    ]


def test_a_tower_of_300_m_is_flagged(towers):
    country = towers("a,A,30.51,0.5,300,,,", "b,B,30.52,0.5,200,,,")
    assert told(country, "towers.csv") == [("warning", "implausible-height", 2, "height_m", "300")]
    assert country.read().towers["height_m"].tolist() == [300.0, 200.0]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("a,A,30.51,0.5,tall,,,", ("error", "not-a-number", 2, "height_m", "tall")),
        ("a,A,30.51,0.5,,,,", ("error", "missing-value", 2, "height_m", None)),
        ("a,A,30.51,0.5,40,,2.5,", ("error", "not-whole", 2, "ports", "2.5")),
        ("a,A,30.51,0.5,40,,-2,", ("error", "negative-number", 2, "ports", "-2")),
        ("a,A,30.51,0.5,40,ruined,,", ("error", "bad-status", 2, "status", "ruined")),
    ],
)
def test_wrong_towers(towers, row, expected):
    assert told(towers(row), "towers.csv") == [expected]


def test_land_cover_that_cannot_be_used(country, raster):
    country.write("offices.csv", "id,name,lon,lat,status_before\no,O,30.6,0.5,offline\n")
    country.data["inputs"]["land_cover"] = ["cover.tif"]
    assert [p.code for p in country.check().problems] == ["missing-file"]
    country.write("cover.tif", "no raster")
    assert [(p.code, p.file) for p in country.check().problems] == [("terrain-unreadable", "cover.tif")]
    raster(country.folder / "cover.tif", np.full((10, 10), 50, np.uint8), nodata=None)
    assert country.check().problems == ()
    assert [file.file for file in country.read().files][-1] == "cover.tif"
