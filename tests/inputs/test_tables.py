"""Tables in every usual form give the same offices."""

import json
import tracemalloc

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.inputs.columns import plain_name
from planner.inputs.text_table import recognise_encoding
from planner.inputs.vector import read_layer
from planner.numerals import decimal_mark, to_numbers

FRENCH = """\
Identifiant;Nom;Région;Longitude;Latitude;Débit (Mbit/s);Habitants
1;Bureau de Poste d'Iconi;Île d'été;30,25;0,5;1,5;1 234
2;Médina;Île d'été;30,5;0,25;0,5;987
"""


def as_csv(delimiter: str, encoding: str) -> bytes:
    return FRENCH.replace(";", delimiter).encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
def test_french_headers_and_decimal_commas_in_any_encoding(country, encoding):
    country.write("offices.csv", as_csv(";", encoding))
    country.dataset("offices", file="offices.csv", columns={"mbps_before": "Débit (Mbit/s)", "region": "région"})
    inputs = country.read()
    offices = inputs.offices
    assert list(offices["id"]) == ["1", "2"]
    assert list(offices["name"]) == ["Bureau de Poste d'Iconi", "Médina"]
    assert list(offices["region"]) == ["Île d'été"] * 2
    assert list(offices["lon"]) == [30.25, 30.5]
    assert list(offices["lat"]) == [0.5, 0.25]
    assert list(offices["mbps_before"]) == [1.5, 0.5]
    assert list(offices["people_total"]) == [1234, 987]
    (report,) = inputs.datasets
    assert report.delimiter == ";"
    assert report.encoding == {"latin-1": "cp1252", "utf-8": "utf-8"}.get(encoding, report.encoding)
    assert report.columns == {
        "mbps_before": "Débit (Mbit/s)",
        "region": "Région",
        "id": "Identifiant",
        "name": "Nom",
        "lon": "Longitude",
        "lat": "Latitude",
        "population": "Habitants",
    }


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter_is_recognised(country, delimiter):
    rows = [["id", "name", "lon", "lat"], ["a", "x; y, z | w", "30.5", "0.5"], ["b", "", "30.6", "0.5"]]
    quoted = ['"' + cell + '"' if delimiter in cell else cell for row in rows for cell in row]
    lines = [delimiter.join(quoted[k : k + 4]) for k in range(0, len(quoted), 4)]
    country.write("offices.csv", "\r\n".join(lines) + "\r\n")
    inputs = country.read()
    assert inputs.datasets[0].delimiter == delimiter
    assert list(inputs.offices["name"]) == ["x; y, z | w", "b"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("код;имя\n1;Почтовое отделение Москва\n", "cp1251"),
        ("رمز;اسم\n1;مكتب بريد موروني الجمعية الوطنية\n", "cp1256"),
        ("id;nom\n1;Ngazidja\n", "ascii"),
    ],
)
def test_other_alphabets(text, encoding):
    assert text.encode(encoding).decode(recognise_encoding(text.encode(encoding))) == text


def test_rows_count_as_in_a_spreadsheet(country):
    country.write("offices.csv", 'id,name,lon,lat\na,"two\nlines",30.5,0.5\n\nb,B,30.6,x\n')
    (problem,) = country.check().errors
    assert problem.row == 4  # the blank line is row 3 of the sheet; the line break inside a cell makes no row


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Code": ["7", "8"],
            "Nom": ["Médina", "Iconi"],
            "type": ["branch", "agency"],
            "status_before": ["offline", "insuffisant"],
            "mbps": [np.nan, 2.5],
        }
    )


LON, LAT = [30.5, 30.25], [0.5, 0.25]


def write_csv(folder):
    frame().assign(lon=LON, lat=LAT).to_csv(folder / "o.csv", index=False)
    return {"file": "o.csv"}


def write_xlsx(folder):
    book = openpyxl.Workbook()
    book.active.append(["nothing", "here"])
    sheet = book.create_sheet("Bureaux")
    table = frame().assign(Longitude=LON, Latitude=["0,5", "0,25"], Code=[7, 8])
    sheet.append(list(table.columns))
    for row in table.astype(object).where(table.notna(), None).to_numpy().tolist():
        sheet.append(row)
    book.save(folder / "o.xlsx")
    return {"file": "o.xlsx", "layer": "Bureaux"}


def points(crs):
    return gpd.GeoDataFrame(frame(), geometry=gpd.points_from_xy(LON, LAT), crs=4326).to_crs(crs)


def write_geojson(folder):
    points(4326).to_file(folder / "o.geojson")
    return {"file": "o.geojson"}


def write_gpkg_in_metres(folder):
    gpd.GeoDataFrame(geometry=gpd.points_from_xy([0], [0]), crs=4326).to_file(folder / "o.gpkg", layer="first")
    points(32636).to_file(folder / "o.gpkg", layer="offices")
    return {"file": "o.gpkg", "layer": "offices"}


def write_gpkg_of_buildings(folder):
    buildings = points(32636)
    buildings.geometry = buildings.buffer(1)
    buildings.to_file(folder / "o.gpkg", layer="offices")
    return {"file": "o.gpkg"}


def write_csv_in_metres(folder):
    metres = points(32636)
    table = frame().assign(x=metres.geometry.x.map("{:.4f}".format), y=metres.geometry.y.map("{:.4f}".format))
    table.to_csv(folder / "o.csv", index=False)
    return {"file": "o.csv", "crs": "EPSG:32636"}


WRITERS = [write_csv, write_xlsx, write_geojson, write_gpkg_in_metres, write_gpkg_of_buildings, write_csv_in_metres]


@pytest.mark.parametrize("write", WRITERS)
def test_every_format_gives_the_same_offices(country, write):
    country.data["inputs"]["offices"] = [write(country.folder)]
    offices = country.read().offices
    assert list(offices["id"]) == ["7", "8"]
    assert list(offices["name"]) == ["Médina", "Iconi"]
    assert list(offices["kind"]) == ["branch", "agency"]
    assert list(offices["status_before"]) == ["offline", "insufficient"]
    assert np.isnan(offices["mbps_before"][0])
    assert offices["mbps_before"][1] == 2.5
    # 1e-6 degrees are 0.1 m: a point inside a hut and a coordinate of 0.1 mm are within that
    assert offices["lon"].tolist() == pytest.approx(LON, abs=1e-6)
    assert offices["lat"].tolist() == pytest.approx(LAT, abs=1e-6)


def test_one_long_cell_takes_its_own_room_alone(country):
    rows, letters = 2_000, 20_000
    texts = ["x" * letters, *("y" for _row in range(rows - 1))]
    path = country.folder / "o.gpkg"
    gpd.GeoDataFrame({"note": texts}, geometry=gpd.points_from_xy([30.5] * rows, [0.5] * rows), crs=4326).to_file(path)
    tracemalloc.start()
    try:
        table = read_layer(path, "o.gpkg", layer=None)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert table.columns["note"].tolist() == texts
    assert peak < rows * letters  # text of one width would take four bytes for each letter of the longest in each row


def test_a_geometry_that_is_missing_is_a_fault(country):
    features = [
        {"type": "Feature", "properties": {"id": "a"}, "geometry": {"type": "Point", "coordinates": [30.5, 0.5]}},
        {"type": "Feature", "properties": {"id": "b"}, "geometry": None},
    ]
    country.write("o.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    country.dataset("offices", file="o.geojson")
    (problem,) = country.check().errors
    assert (problem.code, problem.row, problem.column) == ("missing-value", 3, "geometry")


def test_the_same_condition_in_every_format(country):
    for write in WRITERS:
        (country.folder / "o.gpkg").unlink(missing_ok=True)
        country.data["inputs"]["offices"] = [
            {**write(country.folder), "where": 'Code == 8 and (type == "agency" or mbps > 100)'}
        ]
        inputs = country.read()
        assert list(inputs.offices["id"]) == ["8"]
        assert (inputs.datasets[0].in_file, inputs.datasets[0].read) == (2, 1)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('kind == "tower"', "ab"),
        ('kind != "tower"', "cd"),
        ("height >= 20", "bc"),
        ("height <= 20.5", "ab"),
        ("height > -1 and kind == 'tower'", "ab"),
        ("height == None", "d"),
        ("height != None", "abc"),
        ("height == 10 or height == 30", "ac"),
        ('kind in ["tower", "mast"]', "abc"),
        ('kind not in ["tower"]', "cd"),
        ("used == True", "ac"),
        ("used == False", "bd"),
        ('"owner name" == "X Y"', "a"),
        ('kind >= "n"', "ab"),
    ],
)
def test_conditions(country, condition, expected):
    country.write(
        "o.csv",
        "id,lon,lat,kind,height,used,owner name\n"
        "a,30.1,0.5,tower,10,True,X Y\nb,30.2,0.5,tower,20.5,no,\nc,30.3,0.5,mast,30,1,\nd,30.4,0.5,,,0,\n",
    )
    country.dataset("offices", file="o.csv", where=condition)
    assert "".join(country.read().offices["id"]) == expected


@pytest.mark.parametrize(
    "condition",
    [
        "id",
        "1 == 1",
        "id == id",
        "len(id) == 1",
        "id.lower() == 'a'",
        "id == 'a' + 'b'",
        "not id == 'a'",
        "1 < height < 3",
        "height < True",
        "id in other",
        "id == -'a'",
        "(x := 3) == 3",
        "id == f'{1}'",
        "id == 'a' if 1 else 2",
        "[x for x in id] == 1",
        "lambda: 1",
        "id ==",
        "id == 1; import os",
        "(" * 300 + "id == 1" + ")" * 300,
        "id is None",
        "id == 1j",
        "id == b'a'",
        "id == ...",
    ],
)
def test_conditions_can_do_nothing_else(country, condition):
    country.write("o.csv", "id,lon,lat,height\na,30.5,0.5,3\n")
    country.dataset("offices", file="o.csv", where=condition)
    (problem,) = country.check().errors
    assert problem.code == "bad-condition"


@pytest.mark.parametrize(
    ("texts", "mark", "values"),
    [
        (["1.5", "-3", "+2", ".5", "2.", "1e3"], ".", [1.5, -3, 2, 0.5, 2, 1000]),
        (["1,5", "1.234,5", "1.234"], ",", [1.5, 1234.5, 1234]),
        (["1,234.5", "1,234", "1,234,567"], ".", [1234.5, 1234, 1234567]),
        (["1 234,5", "1\u202f234", "−3,5", "1’234"], ",", [1234.5, 1234, -3.5, 1234]),
        (["0,254", "1,234"], ",", [0.254, 1.234]),
        (["1,234"], None, [np.nan]),
        (["1.234"], ".", [1.234]),
        (["12,34,567", "1,2,3", "1_000", "0x10", "nan", "inf", "1e", "--1", "1 2 x"], ".", [np.nan] * 9),
    ],
)
def test_numbers_as_people_write_them(texts, mark, values):
    cells = np.array(texts, dtype=object)
    found = decimal_mark([cells])
    if not np.isnan(values).all() or mark is None:
        assert found == mark
    numbers, faulty = to_numbers(cells, mark)
    np.testing.assert_array_equal(numbers, values)
    np.testing.assert_array_equal(faulty, np.isnan(values))


def test_a_semicolon_keeps_the_comma_free_for_decimals():
    cells = np.array(["43,254", "44,126"], dtype=object)
    assert decimal_mark([cells], ";") == ","
    assert decimal_mark([cells], ",") is None


@given(st.floats(-1e9, 1e9), st.sampled_from([".", ","]))
def test_a_written_number_reads_back(value, mark):
    text = f"{value:,.6f}"
    if mark == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    numbers, faulty = to_numbers(np.array([text], dtype=object), mark)
    assert not faulty[0]
    assert numbers[0] == float(f"{value:.6f}")


def test_cells_that_are_numbers_already_are_never_reinterpreted():
    cells = np.array([1.234, 7, "1,5", None, True], dtype=object)
    numbers, faulty = to_numbers(cells, ",")
    np.testing.assert_array_equal(numbers, [1.234, 7, 1.5, np.nan, np.nan])
    assert faulty.tolist() == [False] * 4 + [True]


def test_plain_names():
    assert plain_name("  Débit (Mbit/s) ") == "debit_mbit_s"
    assert plain_name("Île") == plain_name("ILE")
