"""Hostile tables in every format in which tables are read."""

# ruff: noqa: E501 - tables of cases are read across

from __future__ import annotations

import csv
import io
import sqlite3
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import geopandas
import numpy as np
import openpyxl
from hypothesis import strategies as st
from openpyxl.utils.exceptions import IllegalCharacterError
from shapely.geometry import Point

from benchmarks.hostile.values import as_json, mutated_bytes, nodes, scalars

if TYPE_CHECKING:
    from collections.abc import Sequence

    Rows = list[list[Any]]

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp1251", "latin-1")


@st.composite
def rows(draw: st.DrawFn, sound: Sequence[Sequence[Any]]) -> Rows:
    """Return a sound table with hostile cells, headers and widths."""
    table = [list(row) for row in sound]
    for _edit in range(draw(st.integers(1, 4))):
        i = draw(st.integers(0, len(table) - 1))
        row = table[i]
        match draw(st.integers(0, 6)):
            case 0 | 1 | 2 if row:
                row[draw(st.integers(0, len(row) - 1))] = draw(scalars)
            case 3 if row:
                row.append(row[draw(st.integers(0, len(row) - 1))])
            case 4 if row:
                del row[draw(st.integers(0, len(row) - 1)) :]
            case 5:
                table.insert(i, list(row))
            case _ if len(table) > 1:
                del table[i]
    return table


@st.composite
def csv_bytes(draw: st.DrawFn, sound: Sequence[Sequence[Any]]) -> bytes:
    """Return a text table in some encoding, with some delimiter."""
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=draw(st.sampled_from(";,\t|")),
        quoting=csv.QUOTE_ALL if draw(st.booleans()) else csv.QUOTE_MINIMAL,
    )
    writer.writerows(draw(rows(sound)))
    data = text.getvalue().encode(draw(st.sampled_from(ENCODINGS)), "replace")
    return draw(mutated_bytes(data)) if draw(st.booleans()) else data


@st.composite
def xlsx_bytes(draw: st.DrawFn, sound: Sequence[Sequence[Any]]) -> bytes:
    """Return a workbook; sometimes its parts are damaged, not only the archive around them."""
    book = openpyxl.Workbook()
    sheet = book.active
    for i, row in enumerate(draw(rows(sound)), start=1):
        for j, value in enumerate(row, start=1):
            try:
                sheet.cell(i, j).value = value
            except (IllegalCharacterError, ValueError, OverflowError):
                sheet.cell(i, j).value = "?"
    stream = io.BytesIO()
    try:
        book.save(stream)
    except (ValueError, OverflowError, TypeError):  # what cannot even be written
        return b"PK\x03\x04"
    data = stream.getvalue()
    match draw(st.integers(0, 3)):
        case 0:
            return draw(mutated_bytes(data))
        case 1:
            return draw(_damaged_part(data))
        case _:
            return data


@st.composite
def _damaged_part(draw: st.DrawFn, data: bytes) -> bytes:
    import zipfile  # noqa: PLC0415 - for this alone

    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        names = sorted(old.namelist())
        hit = draw(st.sampled_from(names))
        for name in names:
            content = old.read(name)
            if name == hit:
                match draw(st.integers(0, 4)):
                    case 0:
                        continue
                    case 1:
                        name = draw(st.sampled_from(["../../evil", "/evil", "xl\\evil", name + name]))  # noqa: PLW2901
                    case _:
                        content = draw(mutated_bytes(content))
            new.writestr(name, content)
    return stream.getvalue()


def _coordinate(value: Any) -> Any:
    return value if isinstance(value, int | float) else 0.0


@st.composite
def geojson_bytes(draw: st.DrawFn, sound: Sequence[Sequence[Any]], geometries: Sequence[Any]) -> bytes:
    """Return features of which some hold hostile properties or geometries."""
    header, *data = draw(rows(sound))
    names = [str(name) for name in header]
    features: list[Any] = []
    for i, row in enumerate(data):
        geometry = geometries[i % len(geometries)]
        if draw(st.integers(0, 3)) == 0:
            geometry = draw(hostile_geometry(geometry))
        features.append({"type": "Feature", "properties": dict(zip(names, row, strict=False)), "geometry": geometry})
    if draw(st.integers(0, 5)) == 0:
        features.append(draw(nodes))
    collection: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if draw(st.integers(0, 5)) == 0:
        name = draw(st.sampled_from(["EPSG:3857", "EPSG:0", "urn:ogc:def:crs:EPSG::32633", "", "ENGCRS[]"]))
        collection["crs"] = {"type": "name", "properties": {"name": name}}
    data_bytes = as_json(collection)
    return draw(mutated_bytes(data_bytes)) if draw(st.integers(0, 3)) == 0 else data_bytes


@st.composite
def hostile_geometry(draw: st.DrawFn, sound: Any) -> Any:  # noqa: PLR0911 - one return a kind
    """Return a geometry of the wrong kind, without extent, with holes outside, with coordinates from nowhere."""
    number = st.one_of(st.floats(), st.sampled_from([0.0, 180.0, -181.0, 1e308, -1e308, 10**400, None, "x"]))
    point = st.lists(number, max_size=4)
    match draw(st.integers(0, 6)):
        case 0:
            return draw(nodes)
        case 1:
            return {"type": "Point", "coordinates": draw(point)}
        case 2:
            return {"type": "LineString", "coordinates": draw(st.lists(point, max_size=4))}
        case 3:
            return {"type": "Polygon", "coordinates": draw(st.lists(st.lists(point, max_size=5), max_size=2))}
        case 4:
            return {"type": "GeometryCollection", "geometries": [sound, draw(nodes)]}
        case 5:
            return {"type": draw(st.sampled_from(["MultiPolygon", "MultiPoint", "Curve", ""])), "coordinates": []}
        case _:
            return {**sound, "coordinates": draw(st.lists(nodes, max_size=3))} if isinstance(sound, dict) else None


@st.composite
def kml_bytes(draw: st.DrawFn, sound: Sequence[Sequence[Any]]) -> bytes:
    """Return placemarks with hostile names, data and coordinates."""
    header, *data = draw(rows(sound))
    marks = []
    for row in data:
        fields = "".join(
            f'<Data name="{escape(str(name), {chr(34): ""})}"><value>{escape(str(value))}</value></Data>'
            for name, value in zip(header, row, strict=False)
        )
        place = draw(st.sampled_from(["30.5,0.5", "30.5,0.5,1e999", "nan,nan", "", "200,100", "1e308,1e308", "x"]))
        marks.append(
            f"<Placemark><name>{escape(str(row[:1]))}</name><ExtendedData>{fields}</ExtendedData>"
            f"<Point><coordinates>{place}</coordinates></Point></Placemark>"
        )
    text = f'<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{"".join(marks)}</Document></kml>'
    encoded = text.encode("utf-8", "replace")
    return draw(mutated_bytes(encoded)) if draw(st.booleans()) else encoded


def sound_geopackage(sound: Sequence[Sequence[Any]]) -> bytes:
    """Return a GeoPackage of points."""
    header, *data = sound
    columns = {name: [row[j] for row in data] for j, name in enumerate(header)}
    frame = geopandas.GeoDataFrame(
        columns, geometry=[Point(30.3 + 0.1 * i, 0.5) for i in range(len(data))], crs="EPSG:4326"
    )
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "t.gpkg"
        frame.to_file(path, layer="t", driver="GPKG")
        return path.read_bytes()


STATEMENTS = (
    "UPDATE t SET geom = NULL", "UPDATE t SET geom = x'00'", "UPDATE t SET geom = zeroblob(100)", "UPDATE t SET geom = 'text'",
    "UPDATE t SET geom = x'47500001E610000001E903000000000000000000000000000000000000'", "DELETE FROM t",
    "UPDATE t SET geom = x'4750000100000000' || substr(geom, 9)", "UPDATE gpkg_geometry_columns SET srs_id = 99999",
    "UPDATE gpkg_geometry_columns SET geometry_type_name = 'NONE'", "DELETE FROM gpkg_geometry_columns",
    "DELETE FROM gpkg_contents", "UPDATE gpkg_contents SET table_name = 'nowhere'", "DELETE FROM gpkg_spatial_ref_sys",
    "UPDATE gpkg_spatial_ref_sys SET definition = 'GEOGCS['", "UPDATE gpkg_contents SET srs_id = 3857", "DROP TABLE gpkg_contents",
    "UPDATE t SET id = zeroblob(1000)", "UPDATE t SET id = 9e999", "UPDATE t SET name = CAST(x'fffe00' AS TEXT)",
    "UPDATE t SET id = 1", "ALTER TABLE t ADD COLUMN lon BLOB", "PRAGMA user_version = 99", "PRAGMA application_id = 0",
    "CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT x FROM c",
)  # fmt: skip


@st.composite
def gpkg_bytes(draw: st.DrawFn, sound: bytes) -> bytes:
    """Return a GeoPackage whose tables were tampered with, or whose pages are damaged."""
    if draw(st.integers(0, 2)) == 0:
        return draw(mutated_bytes(sound))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.gpkg"
        path.write_bytes(sound)
        base = sqlite3.connect(path)
        for statement in draw(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=3)):
            try:
                base.execute("PRAGMA ignore_check_constraints = ON")
                # triggers of the format need functions that only GDAL has
                for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                    base.execute(f'DROP TRIGGER "{name}"')
                base.execute(statement)
            except sqlite3.Error:
                continue
        base.commit()
        base.close()
        return path.read_bytes()


def raster_bytes(values: Any, **profile: Any) -> bytes:
    """Return a GeoTIFF of one band."""
    from rasterio.io import MemoryFile  # noqa: PLC0415 - as above

    array = np.asarray(values)
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", height=array.shape[0], width=array.shape[1], count=1, dtype=array.dtype, **profile
        ) as dataset:
            dataset.write(array, 1)
        return bytes(memory.read())
