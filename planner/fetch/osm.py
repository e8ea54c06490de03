"""Roads: the ways of OpenStreetMap that an Overpass server gives, cell by cell, in one GeoPackage."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import geopandas
import pyogrio
from shapely.geometry import LineString

from planner.errors import InputError, Problem
from planner.fetch.client import Client, TooLargeError
from planner.fetch.record import Fetched, Record
from planner.files import whole_file, write_whole
from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from planner.fetch.box import Box

OVERPASS_URL = "https://overpass-api.de/api/interpreter"
FILE = "roads.gpkg"
ROAD_CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential")
"""With their links (``primary_link``); tracks and paths are not where fibre is laid."""
GREATEST_NUMBER = 100
"""Cells of one degree; public servers ask not to be used for more."""

_TAGS = ("highway", "name", "bridge", "tunnel", "layer")
_CLASS = re.compile(r"[a-z_]+")
_DEEPEST = 4
_SECONDS = 180
_LICENCE = "https://opendatacommons.org/licenses/odbl/1-0/"
_ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"


def fetch_roads(
    box: Box,
    out: Path,
    *,
    url: str = OVERPASS_URL,
    classes: Sequence[str] = ROAD_CLASSES,
    client: Client | None = None,
    told: Callable[[str, float], None] = lambda _text, _share: None,
) -> Fetched:
    """Fetch the roads of a box into ``OUT/roads.gpkg``; a file of these roads that is there already is kept.

    Parameters
    ----------
    box : Box
    out : Path
        A scenario's folder; made if it is not there.
    url : str
        Of an Overpass server's interpreter.
    classes : sequence of str
        Values of ``highway``.
    client : Client or None
    told : callable
        Is told what is going on, and the share that is done.

    Raises
    ------
    InputError
        A class is no word of OpenStreetMap's, the box is too large, holds no road, or the server does not give it.
    """
    client = client or Client()
    for name in classes:
        if not _CLASS.fullmatch(name):
            message, remedy = _("This is no class of roads."), _("For instance: --classes primary,secondary,tertiary.")
            raise InputError(Problem("bad-option", message, remedy, column="--classes", value=name))
    cells = list(box.cells())
    if len(cells) > GREATEST_NUMBER:
        message = _("The box takes {count} cells of one degree.").format(count=len(cells))
        remedy = _(
            "Overpass is not made for whole continents. Download an extract (.osm.pbf), for instance from Geofabrik, "
            "and name it under inputs.roads: it is read as it is."
        )
        raise InputError(Problem("too-large-box", message, remedy, column="--bbox"))
    out.mkdir(parents=True, exist_ok=True)
    asked = {"box": box.as_list(), "classes": list(classes)}
    record = Record.beside(
        out / "roads.fetched.json",
        source=url,
        data="OpenStreetMap",
        licence=_LICENCE,
        attribution=_ATTRIBUTION,
        **asked,
    )
    file = out / FILE
    if record.has(file) and _said(record.path, asked):
        return Fetched((file,), (), 0, 1, file.stat().st_size, _ATTRIBUTION, record.path)
    ways: dict[int, dict[str, Any]] = {}
    kept = _answers(out, url, asked)
    for done, cell in enumerate(cells):
        told(_("Roads, cell {number} of {count}").format(number=done + 1, count=len(cells)), done / len(cells))
        for way in _cell(client, url, box.within(*cell), classes, kept / f"{cell[0]}_{cell[1]}.json"):
            ways[way["id"]] = way  # a way that reaches into several cells comes with each of them
    if not ways:
        message = _("OpenStreetMap has no road of these classes in the box.")
        remedy = _("Check the box (west, south, east, north) and the classes.")
        raise InputError(Problem("no-roads", message, remedy, url, column="--bbox", value=str(box.as_list())))
    _write(file, list(ways.values()))
    record.note(file, url)
    shutil.rmtree(kept, ignore_errors=True)
    return Fetched((file,), (), 1, 0, file.stat().st_size, _ATTRIBUTION, record.path)


def query(box: Box, classes: Sequence[str]) -> str:
    """Return the question in the language of Overpass: whole ways with their courses."""
    names = "|".join(classes)
    edges = ",".join(f"{edge:.7f}" for edge in (box.south, box.west, box.north, box.east))
    return f'[out:json][timeout:{_SECONDS}];way["highway"~"^({names})(_link)?$"]["area"!="yes"]({edges});out tags geom;'


def _answers(out: Path, url: str, asked: dict[str, Any]) -> Path:
    """Return the folder of answers that came before an interruption; those to another question are thrown away."""
    folder, question = out / ".roads", json.dumps({"url": url, **asked}, sort_keys=True)
    told = folder / "asked.json"
    if not told.exists() or told.read_text(encoding="utf-8") != question:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        write_whole(told, question)
    return folder


def _cell(client: Client, url: str, box: Box, classes: Sequence[str], kept: Path) -> list[dict[str, Any]]:
    if not kept.exists():
        write_whole(kept, json.dumps(list(_ways(client, url, box, classes)), ensure_ascii=False))
    found: list[dict[str, Any]] = json.loads(kept.read_bytes())
    return found


def _ways(client: Client, url: str, box: Box, classes: Sequence[str], depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the ways of a box; where the server finds it too much, those of its quarters."""
    try:
        yield from _ask(client, url, query(box, classes))
    except TooLargeError as error:
        if depth == _DEEPEST:
            message = _("The server has not enough time for even a small part of the box.")
            remedy = _("Try again later, ask for fewer classes (--classes), or use another server (--url).")
            raise InputError(Problem("fetch-failed", message, remedy, url)) from error
        for quarter in box.quarters():
            yield from _ways(client, url, quarter, classes, depth + 1)


def _ask(client: Client, url: str, question: str) -> list[dict[str, Any]]:
    content = client.post(url, {"data": question}, works_s=_SECONDS)
    try:
        return _ways_of(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # JSON of another shape
        message = _("The answer is none of an Overpass server.")
        remedy = _("Check the address; that of an Overpass server ends in /api/interpreter.")
        value = content[:80].decode("utf-8", "replace")
        raise InputError(Problem("not-overpass", message, remedy, url, value=value)) from error


def _ways_of(answer: Any) -> list[dict[str, Any]]:
    """Return the ways in an answer.

    Raises
    ------
    TooLargeError
        The answer says that it lacks some.
    ValueError, KeyError, TypeError, AttributeError
        It is none of an Overpass server.
    """
    elements = answer["elements"]
    # A question that ran out of time or memory is answered with status 200, half the ways, and this remark.
    if "error" in str(answer.get("remark", "")):
        raise TooLargeError
    ways = []
    for element in elements:
        course = [(float(at["lon"]), float(at["lat"])) for at in element.get("geometry") or () if at]
        if element.get("type") == "way" and len(course) > 1:
            tags = element.get("tags") or {}
            told = {name: tags.get(name) for name in _TAGS}
            ways.append(
                {
                    "id": int(element["id"]),
                    "tags": {name: None if value is None else str(value) for name, value in told.items()},
                    "course": course,
                }
            )
    return ways


def _write(file: Path, ways: list[dict[str, Any]]) -> None:
    columns = {"osm_id": [str(way["id"]) for way in ways]}
    columns |= {tag: [way["tags"][tag] for way in ways] for tag in _TAGS}
    lines = [LineString(way["course"]) for way in ways]
    frame = geopandas.GeoDataFrame(columns, geometry=lines, crs="EPSG:4326")
    with whole_file(file) as temporary:
        temporary.unlink()  # the writer would try to add to the empty file
        pyogrio.write_dataframe(
            frame, temporary, layer="roads", driver="GPKG", layer_options={"DESCRIPTION": _ATTRIBUTION}
        )


def _said(path: Path, asked: dict[str, Any]) -> bool:
    """Return whether the record on disk answers the same question."""
    told = json.loads(path.read_bytes())
    return all(told.get(name) == value for name, value in asked.items())
