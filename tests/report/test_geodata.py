"""GeoPackage, GeoJSON and KMZ: read by other programs, with every object of the plan in them."""

import json
import sqlite3
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from zipfile import ZipFile

import pandas as pd
import pyogrio
import pytest

from planner.i18n import use_language
from planner.report import geojson, geopackage, kmz

KML = "{http://www.opengis.net/kml/2.2}"


@pytest.fixture
def run(priced, tmp_path):
    return priced(tmp_path / "country")


def counts(program, path):
    """Return what GDAL's own reader counts in each layer of a file."""
    listed = subprocess.run(
        [program("ogrinfo"), "-ro", "-al", "-so", str(path)], capture_output=True, text=True, check=True
    )
    found, name = {}, ""
    for line in listed.stdout.splitlines():
        if line.startswith("Layer name:"):
            name = line.partition(": ")[2]
        elif line.startswith("Feature Count:"):
            found[name] = int(line.partition(": ")[2])
    return found


def test_geopackage_layers_and_styles(run, program, tmp_path):
    (path,) = geopackage.write(run, tmp_path)
    plan = run.plan
    between = int((plan.places["kind"] != "office").sum())
    assert counts(program, path) == {
        "offices": len(plan.offices), "links": len(plan.links), "masts": len(plan.masts), "places": between,
        "layer_styles": 4,
    }  # fmt: skip
    links = pyogrio.read_dataframe(path, layer="links")
    assert links.set_index("id")["capex"].to_dict() == (plan.links.set_index("id")["capex_cents"] / 100).to_dict()
    places = pyogrio.read_dataframe(path, layer="places").set_index("id")
    told = {
        row["id"]: row["climate"]
        for row in plan.places.to_dict("records")
        if row["climate"] and row["id"] in places.index
    }
    assert told
    assert {name: (places["rain_mm_h"][name], places["rain_mm_h_source"][name]) for name in told} == {
        name: (climate["rain_mm_h"]["value"], climate["rain_mm_h"]["source"]) for name, climate in told.items()
    }
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles")
        styles = {name: (column, default, ET.fromstring(qml)) for name, column, default, qml in rows.fetchall()}
        geometry = dict(connection.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall())
    connection.close()
    assert {name: column for name, (column, _default, _qml) in styles.items()} == geometry
    drawn = set(plan.links.loc[plan.links["geometry"].notna(), "technology"])
    values = {category.get("value") for category in styles["links"][2].iter("category")}
    assert values == drawn | {""}
    symbols = {symbol.get("name") for symbol in styles["links"][2].iter("symbol")}
    assert {category.get("symbol") for category in styles["links"][2].iter("category")} == symbols


def test_geojson_holds_the_columns_of_the_plan(run, program, tmp_path):
    document = run.plan.document()
    paths = geojson.write(run, tmp_path)
    for path, layer in zip(paths, ("offices", "links", "masts"), strict=True):
        assert path.name == f"country-{layer}.geojson"
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        records = [{key: value for key, value in row.items() if key != "geometry"} for row in document[layer]]
        assert [feature["properties"] for feature in features] == records
        assert counts(program, path) == {layer: len(records)}
    links = json.loads(paths[1].read_text(encoding="utf-8"))["features"]
    assert [feature["geometry"] for feature in links] == [row["geometry"] for row in document["links"]]


def test_kmz_has_folders_by_technology(run, program, tmp_path):
    (path,) = kmz.write(run, tmp_path)
    plan = run.plan
    drawn = plan.links[plan.links["geometry"].notna()]
    offices = plan.offices[plan.offices["connected"]]["technology"].value_counts()
    expected = {
        "Offices – Fibre": offices["fibre"],
        "Offices – Microwave": offices["microwave"],
        "Offices – Existing connection": offices["existing"],
        "Offices – Not connected": (~plan.offices["connected"]).sum(),
        "Links – Fibre": (drawn["technology"] == "fibre").sum(),
        "Links – Microwave": (drawn["technology"] == "microwave").sum(),
        "Masts": len(plan.masts),
    }
    assert counts(program, path) == expected
    with ZipFile(path) as archive:
        document = archive.read("doc.kml").decode()
        icons = {name for name in archive.namelist() if name.startswith("icons/")}
    hrefs = {node.text for node in ET.fromstring(document).iter(f"{KML}href")}
    assert hrefs == icons, "every icon is inside"
    assert "http" not in document.replace("http://www.opengis.net/kml/2.2", "")


def test_kmz_has_folders_by_year_where_the_plan_has_years(priced, handmade, tmp_path):
    plan = handmade.plan()
    years = pd.Series([2027, 2028] * len(plan.links), dtype="Int64")
    dated = replace(
        plan,
        links=plan.links.assign(year=years[: len(plan.links)]),
        offices=plan.offices.assign(year=years[: len(plan.offices)]),
    )
    (path,) = kmz.write(priced(tmp_path / "run", dated), tmp_path)
    with ZipFile(path) as archive:
        root = ET.fromstring(archive.read("doc.kml"))
    names = [folder.findtext(f"{KML}name") for folder in root.iter(f"{KML}Folder")]
    assert {name for name in names if name.startswith("Links – Fibre")} == {
        "Links – Fibre – 2027",
        "Links – Fibre – 2028",
    }
    begins = [node.text for node in root.iter(f"{KML}begin")]
    assert set(begins) == {"2027", "2028"}


def test_hostile_names_stay_text(priced, handmade, hostile, renamed, tmp_path):
    run = priced(tmp_path / "run", renamed(handmade.plan(), hostile))
    (path,) = kmz.write(run, tmp_path)
    with ZipFile(path) as archive:
        root = ET.fromstring(archive.read("doc.kml"))
    names = {node.findtext(f"{KML}name") for node in root.iter(f"{KML}Placemark")}
    assert set(hostile[:5]) <= names
    assert "a&b <i> " in names, "what XML cannot hold is a space"
    assert not [node for node in root.iter() if node.tag.endswith(("script", "img", "i"))]
    offices, *_others = geojson.write(run, tmp_path)
    read = [feature["properties"]["name"] for feature in json.loads(offices.read_text(encoding="utf-8"))["features"]]
    assert read[: len(hostile)] == hostile


def test_the_same_plan_gives_the_same_bytes(run, tmp_path):
    first, second = (
        [path.read_bytes() for path in (*kmz.write(run, tmp_path), *geojson.write(run, tmp_path))] for _time in range(2)
    )
    assert first == second


def test_french_folders(run, tmp_path):
    with use_language("fr"):
        (path,) = kmz.write(run, tmp_path)
    with ZipFile(path) as archive:
        document = archive.read("doc.kml").decode()
    assert "Bureaux – Fibre" in document
    assert "Bureaux – Non raccordé" in document
