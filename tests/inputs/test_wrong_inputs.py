"""Every wrong input is named with file, row, column, value and remedy; the table is the specification."""

import numpy as np
import pytest

from planner.errors import InputError

GOOD = "id,name,lon,lat\na,A,30.5,0.5\nb,B,30.6,0.5\n"

# text of offices.csv, further fields of its dataset, code, row, column, value
WRONG = {
    "no longitude": (GOOD + "c,C,,0.5\n", {}, "missing-value", 4, "lon", None),
    "no latitude": (GOOD + "c,C,30.5,\n", {}, "missing-value", 4, "lat", None),
    "neither": (GOOD + "c,C,,\n", {}, "missing-value", 4, "lon, lat", None),
    "text for a number": (GOOD + "c,C,east,0.5\n", {}, "not-a-number", 4, "lon", "east"),
    "degrees and minutes": (GOOD + "c,C,30°30'E,0.5\n", {}, "not-a-number", 4, "lon", "30°30'E"),
    "latitude beyond the pole": (GOOD + "c,C,30.5,95\n", {}, "bad-coordinates", 4, "lon, lat", "30.5, 95"),
    "metres for degrees": (GOOD + "c,C,500000,4200000\n", {}, "bad-coordinates", 4, "lon, lat", "500000, 4200000"),
    "exchanged": (GOOD + "c,C,0.5,30.5\n", {}, "swapped-coordinates", 4, "lon, lat", "0.5, 30.5"),
    "zero": (GOOD + "c,C,0,0\n", {}, "zero-coordinates", 4, "lon, lat", "0, 0"),
    "same id": (GOOD + "a,C,30.4,0.5\n", {}, "duplicate-id", 4, "id", "a"),
    "same row": (GOOD + "c,a,30.5,0.5\n", {}, "duplicate-row", 4, "name", "a"),
    "outside the terrain": (GOOD + "c,C,32.5,0.5\n", {}, "outside-terrain", 4, "lon, lat", "32.5, 0.5"),
    "in a hole of it": (GOOD + "c,C,30.1,0.9\n", {}, "in-void", 4, "lon, lat", "30.1, 0.9"),
    "reserved word": (GOOD + "root,C,30.4,0.5\n", {}, "reserved-id", 4, "id", "root"),
    "reserved sign": (GOOD + "~c,C,30.4,0.5\n", {}, "reserved-id", 4, "id", "~c"),
    "unknown status": (
        "id,lon,lat,status_before\na,30.5,0.5,offline\nb,30.6,0.5,maybe\n",
        {},
        "bad-status",
        3,
        "status_before",
        "maybe",
    ),
    "a status that says too little": (
        "id,lon,lat,status_before\na,30.5,0.5,non\nb,30.6,0.5,Oui\n",
        {},
        "bad-status",
        3,
        "status_before",
        "Oui",
    ),
    "negative number": (
        "id,lon,lat,people\na,30.5,0.5,-3\n",
        {},
        "negative-number",
        2,
        "people",
        "-3",
    ),
    "30 hours a day": (
        "id,lon,lat,grid_hours\na,30.5,0.5,30\n",
        {},
        "out-of-range",
        2,
        "grid_hours",
        "30",
    ),
    "no demand": ("id,lon,lat,demand\na,30.5,0.5,0\n", {}, "out-of-range", 2, "demand", "0"),
    "either 1234 or 1.234": ('id,lon,lat,people\na,30.5,0.5,"1,234"\n', {}, "not-a-number", 2, "people", "1,234"),
    "neither yes nor no": (
        "id,lon,lat,serves_as_source\na,30.5,0.5,perhaps\n",
        {},
        "not-yes-or-no",
        2,
        "serves_as_source",
        "perhaps",
    ),
    "accuracy in words unknown": (
        "id,lon,lat,location_accuracy_m\na,30.5,0.5,so-so\n",
        {},
        "not-a-number",
        2,
        "location_accuracy_m",
        "so-so",
    ),
    "no column for latitude": ("id,lon,breite\na,30.5,0.5\n", {}, "missing-column", 1, "lat", None),
    "mapped to no column": (GOOD, {"columns": {"name": "label"}}, "unknown-column", 1, "name", "label"),
    "no column of ours": (GOOD, {"columns": {"nmae": "name"}}, "unknown-column", None, "columns", "nmae"),
    "no default of ours": (GOOD, {"defaults": {"colour": "red"}}, "unknown-column", None, "defaults", "colour"),
    "two columns of a name": ("id,lon,lat,lat\na,30.5,0.5,1\n", {}, "duplicate-column", 1, "lat", None),
    "a cell without a column": (GOOD + "c,C,30.5,0.5,what\n", {}, "unnamed-column", 4, None, "what"),
    "nothing at all": ("", {}, "empty-file", None, None, None),
    "a header alone": ("id,name,lon,lat\n", {}, "empty-file", None, None, None),
    "a condition that takes nothing": (GOOD, {"where": 'id == "z"'}, "no-offices", None, None, None),
    "a condition that is a program": (
        GOOD,
        {"where": "__import__('os').system('x')"},
        "bad-condition",
        None,
        "where",
        "__import__('os').system('x')",
    ),
    "a condition on no column": (GOOD, {"where": "idd == 1"}, "unknown-column", None, "where", "idd"),
    "an unknown projection": (GOOD, {"crs": "EPSG:999999"}, "wrong-crs", None, "crs", "EPSG:999999"),
    "a projection of another planet": (GOOD, {"crs": "IAU_2015:49900"}, "wrong-crs", None, "crs", "IAU_2015:49900"),
    "an encoding that it is not": (
        GOOD + "c,\xe9,30.4,0.5\n",
        {"encoding": "ascii"},
        "unreadable-file",
        None,
        None,
        "ascii",
    ),
    "an encoding that is none": (GOOD, {"encoding": "klingon"}, "unreadable-file", None, None, "klingon"),
}


@pytest.mark.parametrize(("text", "fields", "code", "row", "column", "value"), WRONG.values(), ids=WRONG)
def test_wrong_offices_stop_the_run(country, text, fields, code, row, column, value):
    country.write("offices.csv", text)
    country.dataset("offices", file="offices.csv", **fields)
    with pytest.raises(InputError) as caught:
        country.read()
    (problem,) = (problem for problem in caught.value.problems if problem.severity == "error")
    assert (problem.code, problem.row, problem.column, problem.value) == (code, row, column, value)
    assert problem.severity == "error"
    assert problem.file == ("offices.csv" if code != "no-offices" else None)
    assert problem.message
    assert problem.remedy


ROWS = {
    name: case
    for name, case in WRONG.items()
    if case[3] is not None and case[3] > 1 and name != "a cell without a column"
}


@pytest.mark.parametrize(("text", "fields", "code", "row", "column", "value"), ROWS.values(), ids=ROWS)
def test_wrong_rows_can_be_excluded_and_are_listed(country, text, fields, code, row, column, value):
    country.write(
        "offices.csv", text.rstrip("\n") + "\nlast,30.45,0.45\n" if "name" not in text else text + "last,L,30.45,0.45\n"
    )
    country.dataset("offices", file="offices.csv", bad_rows="exclude", **fields)
    inputs = country.read()
    (problem,) = inputs.problems
    assert (problem.code, problem.row, problem.severity) == (code, row, "excluded")
    (report,) = inputs.datasets
    assert (report.excluded, report.used, report.in_file) == (1, report.read - 1, report.read)
    assert len(inputs.offices) == report.used
    assert "last" in set(inputs.offices["id"])


def test_a_missing_latitude_is_told_by_the_files_own_name_for_it(country):
    country.write("offices.csv", "id;Longitude;Latitude\na;30,5;0,5\nb;30,6;\n")
    (problem,) = country.check().errors
    assert (problem.code, problem.row, problem.column) == ("missing-value", 3, "Latitude")
    assert "latitude" in problem.message


def test_a_file_without_either_coordinate_is_told_both(country):
    country.write("offices.csv", "id,x_utm,y_utm\na,1,2\n")
    problems = country.check().errors
    assert [(p.code, p.row, p.column) for p in problems] == [("missing-column", 1, "lon"), ("missing-column", 1, "lat")]
    assert all("x_utm" in problem.remedy for problem in problems)


SEA = {
    "far out": ("30.95,0.5", True),
    "just off the coast": ("30.805,0.5", False),
    "on land": ("30.5,0.5", False),
}


@pytest.mark.parametrize(("place", "afloat"), SEA.values(), ids=SEA)
@pytest.mark.parametrize("group", ["offices", "sources", "towers"])
def test_places_in_the_sea_are_warned_of(country, group, place, afloat):
    country.write("offices.csv", "id,lon,lat\na,30.5,0.6\n" + (f"b,{place}\n" if group == "offices" else ""))
    if group != "offices":
        country.write(f"{group}.csv", f"id,lon,lat,height\nb,{place},30\n")
        country.dataset(group, file=f"{group}.csv")
    found = [(p.code, p.file, p.row, p.severity) for p in country.read().problems]
    row = 3 if group == "offices" else 2
    assert found == ([("in-the-sea", f"{group}.csv", row, "warning")] if afloat else [])


def test_a_population_raster_knows_the_land_better_than_the_terrain(country, raster):
    """A polder lies below the sea and has people; the sea has no cell."""
    people = np.full((100, 100), 5.0, np.float32)
    people[:, 90:] = -99.0
    raster(country.folder / "people.tif", people, nodata=-99.0)
    country.data["inputs"]["population"] = "people.tif"
    country.write("offices.csv", "id,lon,lat\npolder,30.85,0.5\nsea,30.97,0.5\n")
    (problem,) = country.read().problems
    assert (problem.code, problem.row, problem.severity) == ("outside-population", 3, "warning")
    assert "sea" in problem.message


def test_all_faults_of_all_files_are_told_at_once(country):
    country.write("offices.csv", GOOD + "c,C,,0.5\nd,D,32,0.5\ne,E,0.5,30.5\n")
    country.write("sources.csv", "id,lon,lat,capacity\ns,30.5,0.5,lots\n")
    country.write("towers.csv", "id,lon,lat,height\nt,30.5,0.5,\n")
    for group in ("sources", "towers"):
        country.dataset(group, file=f"{group}.csv")
    country.data["inputs"]["population"] = "people.tif"
    country.data["inputs"]["terrain"].append("nowhere.tif")
    country.data["limits"] = {"exclude": ["aa"]}
    report = country.check()
    lines = (country.folder / "scenario.yaml").read_text(encoding="utf-8").splitlines()
    (line,) = (number for number, text in enumerate(lines, start=1) if text.strip() in {"- aa", "exclude: [aa]"})
    assert {(problem.file, problem.row, problem.code) for problem in report.errors} == {
        ("offices.csv", 4, "missing-value"),
        ("nowhere.tif", None, "missing-file"),
        ("sources.csv", 2, "not-a-number"),
        ("towers.csv", 2, "missing-value"),
        ("people.tif", None, "missing-file"),
        (str(country.folder / "scenario.yaml"), line, "unknown-office"),
    }


OTHERS = {
    "source status": ("sources", "id,lon,lat,status\ns,30.5,0.5,dreamt\n", "bad-status", "status", "dreamt"),
    "source capacity": ("sources", "id,lon,lat,capacity\ns,30.5,0.5,-1\n", "negative-number", "capacity", "-1"),
    "source outside": ("sources", "id,lon,lat\ns,35,0.5\n", "outside-terrain", "lon, lat", "35, 0.5"),
    "tower without height": ("towers", "id,lon,lat,height\nt,30.5,0.5,\n", "missing-value", "height", None),
    "tower of no height": ("towers", "id,lon,lat,height\nt,30.5,0.5,tall\n", "not-a-number", "height", "tall"),
    "regions in a table": ("regions", "id,name\n1,North\n", "wrong-layer", None, None),
}


@pytest.mark.parametrize(("group", "text", "code", "column", "value"), OTHERS.values(), ids=OTHERS)
def test_wrong_sources_towers_and_regions(country, group, text, code, column, value):
    country.write("offices.csv", GOOD)
    country.write(f"{group}.csv", text)
    country.dataset(group, file=f"{group}.csv")
    with pytest.raises(InputError) as caught:
        country.read()
    (problem,) = caught.value.problems
    assert (problem.code, problem.file, problem.column, problem.value) == (code, f"{group}.csv", column, value)


FILES = {
    "not there": (None, "offices.csv", {}, "missing-file"),
    "of no known kind": (b"x", "offices.doc", {}, "unreadable-file"),
    "a picture called CSV": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "offices.csv", {}, "unreadable-file"),
    "no workbook": (b"PK nonsense", "offices.xlsx", {}, "unreadable-file"),
    "no GeoPackage": (b"nonsense", "offices.gpkg", {}, "unreadable-file"),
    "no GeoJSON": (b"{", "offices.geojson", {}, "unreadable-file"),
    "an empty GeoJSON": (b'{"type": "FeatureCollection", "features": []}', "offices.geojson", {}, "empty-file"),
    "without the layer": (
        b'{"type": "FeatureCollection", "features": []}',
        "offices.geojson",
        {"layer": "north"},
        "wrong-layer",
    ),
}


@pytest.mark.parametrize(("content", "name", "fields", "code"), FILES.values(), ids=FILES)
def test_wrong_files(country, content, name, fields, code):
    if content is not None:
        country.write(name, content)
    country.dataset("offices", file=name, **fields)
    (problem,) = country.check().errors
    assert (problem.code, problem.file) == (code, name)
    assert problem.remedy


def test_unreadable_terrain_is_named_as_the_scenario_names_it(country):
    country.write("offices.csv", GOOD)
    country.write("dem.tif", b"no raster")
    (problem,) = country.check().errors
    assert (problem.code, problem.file) == ("terrain-unreadable", "dem.tif")


@pytest.mark.parametrize("typed", ["alfa", "ALPHA"])
def test_an_excluded_id_that_no_office_has(country, typed):
    country.write("offices.csv", GOOD.replace("a,A", "alpha,A"))
    country.data["limits"] = {"exclude": [typed, "b"]}
    (problem,) = country.check().errors
    assert (problem.code, problem.column, problem.value) == ("unknown-office", "limits.exclude", typed)
    assert "alpha" in problem.remedy


def test_unknown_kind_needs_a_profile(country):
    country.write("offices.csv", "id,lon,lat,kind,demand\na,30.5,0.5,hub,\nb,30.6,0.5,hub,20\nc,30.7,0.5,branch,\n")
    country.data["service"] = {"profiles": {"branch": {}}, "default_profile": None}
    (problem,) = country.check().errors
    assert (problem.code, problem.row, problem.value) == ("unknown-kind", 2, "hub")


def test_input_files_are_not_touched(country):
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in [country.write("offices.csv", GOOD)]}
    country.read()
    path = country.folder / "offices.csv"
    assert before == {"offices.csv": (path.read_bytes(), path.stat().st_mtime_ns)}
