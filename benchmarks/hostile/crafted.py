"""Files made by hand to do harm: bombs, paths out of archives, dimensions beyond memory."""

# ruff: noqa: E501 - tables of cases are read across

from __future__ import annotations

import codecs
import io
import json
import zipfile
from typing import Any

import openpyxl
from affine import Affine
from rasterio.io import MemoryFile

DEEP = 100_000
"""Brackets in one another: more than any stack holds."""
BILLION_LAUGHS = (
    '<!DOCTYPE b [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12)) + "]>"
)
OUTSIDE = '<!DOCTYPE b [<!ENTITY a11 SYSTEM "file:///etc/passwd">]>'


def crafted_cases(reader: str) -> dict[str, bytes]:
    """Return what a reader of this name is given, by what it is."""
    name = reader.split(" ", maxsplit=1)[0]
    suffix = name.rpartition(".")[2]
    makers = {
        "csv": _tables,
        "xlsx": _workbooks,
        "geojson": _features,
        "kml": _markup,
        "gpkg": lambda: {"header alone": b"SQLite format 3\0" + b"\xff" * 84, "empty": b""},
        "json": _json,
        "yaml": _yaml,
        "tif": _rasters,
        "journals": _json,
    }
    return makers[suffix if suffix in makers else name]()


def _tables() -> dict[str, bytes]:
    wide = ",".join(f"c{i}" for i in range(1_000_000))
    return {
        "empty": b"",
        "a mark alone": codecs.BOM_UTF8,
        "zeros": b"\0" * 100_000,
        "a million columns": f"id,name,lon,lat,{wide}\nA,a,30.5,0.5\n".encode(),
        "a million times one column": b"id," * 1_000_000 + b"\n",
        "a quote without end": b'id,name,lon,lat\n"' + b"a,\n" * 2_000_000,
        "a cell of megabytes": b"id,name,lon,lat\nA," + b"a" * 20_000_000 + b",30.5,0.5\n",
        "half a character": "id;name\nA;é\n".encode("utf-16")[:-1],
        "quotes alone": b'"' * 3_000_001,
        "line ends alone": b"\r" * 3_000_000,
        "two encodings": "id,name,lon,lat\nA,é,30.5,0.5\n".encode() + "B,é,30.4,0.5\n".encode("cp1252"),
        "headers twice": b"id,id,lon,lat,lon\nA,B,30.5,0.5,1\n",
    }


def _workbook(**parts: str) -> bytes:
    """Return a workbook of which some parts are as given."""
    book = openpyxl.Workbook()
    book.active.append(["id", "name", "lon", "lat"])
    sound, harmful = io.BytesIO(), io.BytesIO()
    book.save(sound)
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(harmful, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.pop(name, "") or old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return harmful.getvalue()


_SHEET = "xl/worksheets/sheet1.xml"


def _sheet(dimension: str, rows: str, *, head: str = "") -> str:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?>{head}<worksheet xmlns="{space}"><dimension ref="{dimension}"/><sheetData>{rows}</sheetData></worksheet>'


def _workbooks() -> dict[str, bytes]:
    header = '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>'
    last = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    wide = "".join(f'<row r="{i}"><c r="XFD{i}"><v>1</v></c></row>' for i in range(2, 200_000))
    text = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a11;</t></is></c></row>'
    return {
        "empty": b"",
        "no workbook": _zipped({"a.txt": b"a"}),
        "a bomb": _zipped({"xl/workbook.xml": b"\0" * 600_000_000}),
        "paths outside": _workbook(**{"../../evil": "x", "/evil": "x"}),
        "claims all cells": _workbook(**{_SHEET: _sheet("A1:XFD1048576", header)}),
        "the last cell": _workbook(**{_SHEET: _sheet("A1:XFD1048576", header + last)}),
        "wide rows": _workbook(**{_SHEET: _sheet("A1", header + wide)}),
        "entities": _workbook(**{_SHEET: _sheet("A1", text, head=BILLION_LAUGHS)}),
        "a file as entity": _workbook(**{_SHEET: _sheet("A1", text, head=OUTSIDE)}),
    }


def _zipped(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _features() -> dict[str, bytes]:
    point = {"type": "Point", "coordinates": [30.5, 0.5]}
    many = {"type": "Feature", "geometry": point, "properties": {f"c{i}": i for i in range(20_000)}}
    deep = b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
    return {
        "empty": b"",
        "deep coordinates": deep + b'{"type":"Polygon","coordinates":' + b"[" * DEEP + b"]" * DEEP + b"}}]}",
        "deep collections": deep + b'{"type":"GeometryCollection","geometries":[' * 5_000 + b"]}" * 5_000 + b"}]}",
        "many columns": json.dumps({"type": "FeatureCollection", "features": [many]}).encode(),
        "another driver": _other_driver(),
    }


def _other_driver() -> bytes:
    """Return a description of a layer elsewhere, which GDAL recognises whatever the file is called."""
    return (
        b'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/http://192.0.2.1/a.geojson</SrcDataSource>'
        b"</OGRVRTLayer></OGRVRTDataSource>"
    )


def _markup() -> dict[str, bytes]:
    def kml(head: str, text: str) -> bytes:
        mark = f"<Placemark><name>{text}</name><Point><coordinates>30.5,0.5</coordinates></Point></Placemark>"
        space = "http://www.opengis.net/kml/2.2"
        return f'<?xml version="1.0"?>{head}<kml xmlns="{space}"><Document>{mark}</Document></kml>'.encode()

    return {
        "empty": b"",
        "entities": kml(BILLION_LAUGHS, "&a11;"),
        "a file as entity": kml(OUTSIDE, "&a11;"),
        "deep": kml("", "<a>" * DEEP + "</a>" * DEEP),
        "another driver": _other_driver(),
    }


def _json() -> dict[str, bytes]:
    return {
        "empty": b"",
        "deep lists": b"[" * DEEP + b"]" * DEEP + b"\n",
        "deep mappings": b'{"networks":' * DEEP + b"1" + b"}" * DEEP + b"\n",
        "a number of many digits": b'{"schema_version": ' + b"9" * 5_000 + b"}\n",
        "half a pair": b'{"networks": [{"name": "\\ud800", "nodes": [{"id": "\\ud800"}]}]}\n',
        "infinities": b'{"schema_version": 1e999, "networks": [{"nodes": [{"id": NaN}]}]}\n',
        "zeros": b"\0" * 100_000 + b"\n",
    }


def _yaml() -> dict[str, bytes]:
    laughs = "a0: &a0 [ha]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12))
    return {
        "empty": b"",
        "aliases": laughs.encode(),
        "an alias of itself": b"a: &a [*a]\n",
        "merged": b"a: &a {b: 1}\nc: {<<: [*a, *a]}\n",
        "tags that run code": b'name: !!python/object/apply:os.system ["touch /tmp/evil"]\n',
        "deep lists": b"a: " + b"[" * DEEP,
        "deep mappings": b"{a: " * 3_000 + b"1" + b"}" * 3_000,
        "deep by indentation": "".join(f"{' ' * i}a:\n" for i in range(2_000)).encode(),
        "a long list": b"- a\n" * 1_200_000,
        "a number of many digits": b"schema_version: " + b"9" * 5_000 + b"\n",
        "two documents": b"a: 1\n---\nb: 2\n",
        "utf-16": "name: é\n".encode("utf-16"),
        "zeros": b"\0" * 1_000,
        "binary": b"name: !!binary AAAA\nset: !!set {a}\n",
    }


def _rasters() -> dict[str, bytes]:
    return {
        "empty": b"",
        "header alone": b"II*\0\x08\0\0\0",
        "10¹² cells": _sparse(1_000_000, 1_000_000),
        "one endless row": _sparse(1, 1_000_000_000),
        "elsewhere by a description": (
            b'<VRTDataset rasterXSize="50" rasterYSize="50"><SRS>EPSG:4326</SRS><GeoTransform>30,0.02,0,1,0,-0.02'
            b'</GeoTransform><VRTRasterBand dataType="Int16" band="1"><SimpleSource><SourceFilename>/vsicurl/http://192.0.2.1/a.tif'
            b"</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
        ),
    }


def _sparse(rows: int, columns: int) -> bytes:
    """Return a GeoTIFF of some kilobytes that says to be as large as that."""
    more: dict[str, Any] = {
        "SPARSE_OK": True,
        "tiled": True,
        "blockxsize": 32_768,
        "blockysize": 32_768,
        "BIGTIFF": "YES",
    }
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", height=rows, width=columns, count=1, dtype="int16", crs="EPSG:4326",
            transform=Affine(1 / columns, 0, 30, 0, -1 / rows, 1), **more,
        ):  # fmt: skip
            pass
        return bytes(memory.read())
