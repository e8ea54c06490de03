"""Networks of the Open Fibre Data Standard (0.3): their nodes are sources, their spans are fibre routes.

Understood are the three publication formats: a JSON package of networks, and nodes or spans as GeoJSON or CSV, one file
each. https://open-fibre-data-standard.readthedocs.io
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import shape

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.inputs.ground import check_positions, ground_at, warn_of_sea
from planner.inputs.group import Group, Part, group_of
from planner.inputs.lines import checked_lines
from planner.inputs.places import read_coordinates, refuse_reserved
from planner.inputs.raw import FIRST_DATA_ROW, RawTable, cell
from planner.inputs.reading import require_file
from planner.inputs.status import read_status
from planner.inputs.text_table import read_text_table
from planner.likeness import nearest_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from planner.scenario import Dataset, Scenario

    Texts = NDArray[np.object_]

MBPS_PER_GBPS = 1000.0
"""Capacities of spans are in Gbit/s."""
_NODE_COLUMNS = ("id", "network", "name", "status", "kind", "access_point")
_SPAN_COLUMNS = ("id", "network", "name", "status", "start", "end", "capacity", "medium")
_NOT_OURS = ("layer", "where", "columns", "defaults")
_DEGREES = "OGC:CRS84"
_FIBRE, _NO = "fibre", "false"


@dataclass(frozen=True)
class Ofds:
    """Nodes and spans of all networks.

    Attributes
    ----------
    sources : DataFrame
        Nodes in use, with the columns of `Inputs.sources`.
    nodes, spans : Group
    span_ids, fed_by : (s,) object
        Of every row of ``spans``; ``fed_by`` is the id of the node that feeds it, empty where none that is in use does.
    capacity_mbps : (s,) float64
    lines : (s,) object
    """

    sources: pd.DataFrame
    nodes: Group
    spans: Group
    span_ids: Texts
    fed_by: Texts
    capacity_mbps: NDArray[np.float64]
    lines: Texts


@dataclass
class _Draft:
    """What one file holds: a row for each node and span."""

    nodes: list[dict[str, Any]] = field(default_factory=list)
    spans: list[dict[str, Any]] = field(default_factory=list)


def read_ofds(scenario: Scenario, terrain: Sequence[Path]) -> Ofds:
    """Read all networks; what cannot be used is listed.

    Parameters
    ----------
    scenario : Scenario
    terrain : sequence of Path
        Empty where it cannot be read.
    """
    problems: list[Problem] = []
    drafts: list[tuple[Dataset, _Draft]] = []
    for dataset in scenario.inputs.ofds:
        try:
            drafts.append((dataset, _read(dataset, scenario.locate(dataset.file))))
        except InputError as error:
            problems.extend(error.problems)
    of_nodes = [_part(dataset, draft.nodes, _NODE_COLUMNS) for dataset, draft in drafts if draft.nodes]
    of_spans = [_part(dataset, draft.spans, _SPAN_COLUMNS) for dataset, draft in drafts if draft.spans]
    nodes, spans = group_of("ofds_nodes", of_nodes, problems), group_of("ofds_spans", of_spans, [])
    several = len({*nodes.text("network"), *spans.text("network")}) > 1
    void_is_sea = scenario.inputs.terrain_voids == "sea"
    sources, usable = _sources(nodes, terrain, several=several, void_is_sea=void_is_sea)
    return _with_spans(sources, usable, nodes, spans, several=several)


def _part(dataset: Dataset, rows: list[dict[str, Any]], names: Iterable[str]) -> Part:
    columns = {name: np.array([cell(row.get(name)) for row in rows], dtype=object) for name in names}
    geometry = np.array([None, *(row.get("geometry") for row in rows)], dtype=object)[1:]
    numbers = np.array([row["row"] for row in rows], dtype=np.int64)
    table = RawTable(columns, numbers, geometry, dataset.crs or _DEGREES, in_file=len(rows))
    return Part(dataset, table, {name: name for name in names}, ".")


def _read(dataset: Dataset, path: Path) -> _Draft:
    """Return the rows of a file.

    Raises
    ------
    InputError
        The file is missing or unreadable, or no file of the standard.
    """
    if unused := [name for name in _NOT_OURS if getattr(dataset, name)]:
        message = _("The standard says what a file of it holds; “{names}” has no meaning here.")
        remedy = _("Leave it out, or give the lines under fibre_routes and the nodes under sources.")
        raise InputError(Problem("unused-field", message.format(names=", ".join(unused)), remedy, dataset.file))
    require_file(dataset.file, path)
    if path.suffix.lower() == ".csv":
        return _of_csv(
            read_text_table(path, dataset.file, encoding=dataset.encoding, delimiter=dataset.delimiter), dataset
        )
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        message = _("The file cannot be read: {reason}.").format(reason=error)
        raise InputError(Problem("unreadable-file", message, _standard(), dataset.file)) from error
    if isinstance(data, dict) and isinstance(data.get("networks"), list):
        return _of_package(data["networks"])
    if isinstance(data, dict) and data.get("type") == "FeatureCollection" and isinstance(data.get("features"), list):
        return _of_features(data["features"])
    message = _("The file is neither a package of networks nor a collection of nodes or spans.")
    raise InputError(Problem("not-ofds", message, _standard(), dataset.file))


def _standard() -> str:
    return _("Give a file of the Open Fibre Data Standard: JSON package, or nodes or spans as GeoJSON or CSV.")


def _mapping(value: Any) -> dict[str, Any]:
    """Return a mapping; anything else is one that lacks everything, which the checks of the rows tell."""
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _of_package(networks: list[Any]) -> _Draft:
    draft = _Draft()
    for network in map(_mapping, networks):
        name = str(network.get("name") or network.get("id") or "")
        for rows, key, geometry in ((draft.nodes, "nodes", "location"), (draft.spans, "spans", "route")):
            for entry in map(_mapping, _list(network.get(key))):
                rows.append(_row(entry, name, entry.get(geometry), FIRST_DATA_ROW + len(rows)))
    return draft


def _of_features(features: list[Any]) -> _Draft:
    draft = _Draft()
    for number, feature in enumerate(map(_mapping, features), start=FIRST_DATA_ROW):
        entry, geometry = _mapping(feature.get("properties")), feature.get("geometry")
        network = _mapping(entry.get("network"))
        name = str(network.get("name") or network.get("id") or "")
        is_span = {"start", "end"} & entry.keys() or str(_mapping(geometry).get("type", "")).endswith("LineString")
        (draft.spans if is_span else draft.nodes).append(_row(entry, name, geometry, number))
    return draft


def _row(entry: dict[str, Any], network: str, geometry: Any, number: int) -> dict[str, Any]:
    """Return a node or span of JSON as a row."""

    def joined(name: str) -> str:
        values = entry.get(name)
        return ";".join(map(str, values)) if isinstance(values, list) else str(values or "")

    def end(name: str) -> str:
        value = entry.get(name)
        return str((value.get("id") if isinstance(value, dict) else value) or "")

    return {
        "id": entry.get("id"),
        "network": network,
        "name": entry.get("name"),
        "status": entry.get("status"),
        "kind": joined("type"),
        "access_point": entry.get("accessPoint"),
        "start": end("start"),
        "end": end("end"),
        "capacity": entry.get("capacity"),
        "medium": joined("transmissionMedium"),
        "geometry": _shape(geometry),
        "row": number,
    }


def _shape(geometry: Any) -> Any:
    """Return a GeoJSON geometry as a shape, None where it is none."""
    try:
        return shape(geometry) if geometry else None
    # a part without rings is an IndexError, a coordinate of hundreds of digits an OverflowError
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError, shapely.errors.ShapelyError):
        return None


_CSV = {
    "nodes/0/": {"kind": "type", "access_point": "accessPoint", "geometry": "location"},
    "spans/0/": {"medium": "transmissionMedium", "geometry": "route"},
}


def _of_csv(table: RawTable, dataset: Dataset) -> _Draft:
    draft = _Draft()
    for prefix, renamed in _CSV.items():
        if f"{prefix}id" not in table.columns:
            continue
        names = {name: f"{prefix}{renamed.get(name, name)}" for name in (*_NODE_COLUMNS, *_SPAN_COLUMNS, "geometry")}
        rows = draft.nodes if prefix.startswith("nodes") else draft.spans
        for k, number in enumerate(table.row.tolist()):
            row = {name: table.columns[theirs][k] for name, theirs in names.items() if theirs in table.columns}
            wkt = shapely.from_wkt(row.get("geometry"), on_invalid="ignore")
            rows.append(row | {"network": table.columns["id"][k], "geometry": wkt, "row": number})
        return draft
    message = _("The file is neither a package of networks nor a collection of nodes or spans.")
    raise InputError(Problem("not-ofds", message, _standard(), dataset.file, 1))


def _ids(group: Group, *, several: bool) -> Texts:
    """Return ids, with the network's name before them where there are several; a row without one is a fault."""
    ids, network = group.text("id"), group.text("network")
    group.fault(ids == "", "missing-value", _("The value is missing."), _("Fill in the cell."), column="id")
    again = pd.Series(_keys(group, "id"), dtype=object).duplicated().to_numpy(np.bool_) & group.sound
    message, remedy = _("Another one of the network has the same id."), _("Give each its own id.")
    group.fault(again, "duplicate-id", message, remedy, column="id")
    own = np.array([f"{n}/{i}" if several else i for n, i in zip(network, ids, strict=True)], dtype=object)
    refuse_reserved(group, own)
    return own


def _sources(
    group: Group, terrain: Sequence[Path], *, several: bool, void_is_sea: bool
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the nodes in use as sources, and the place of each known node: empty where it is not in use."""
    ids = _ids(group, several=several)
    keys = _keys(group, "id")
    known = dict.fromkeys(keys, "")
    nowhere = group.sound & np.array([point is None for part in group.parts for point in _geometry(part)], dtype=bool)
    message, remedy = _("The node has no location; it is not used."), _("Fill in its coordinates.")
    group.leave_out(nowhere, "empty-geometry", message, remedy, column="name")
    lon, lat = read_coordinates(group)
    _warn_of_no_status(group)
    read_status(group, idle=_("The node is not in operation; nothing is connected to it."))
    closed = group.sound & np.array([text.casefold() == _NO for text in group.text("access_point")], dtype=bool)
    message = _("The node is no access point; nothing is connected to it.")
    remedy = _("Set accessPoint to true if the network may be entered there.")
    group.leave_out(closed, "no-access", message, remedy, column="access_point")
    if terrain:
        shown = np.array([f"{x:.10g}, {y:.10g}" for x, y in zip(lon, lat, strict=True)], dtype=object)
        outside = group.sound & (np.abs(lon) <= 180) & (np.abs(lat) <= 90) & ~ground_at(terrain, lon, lat)[0]
        message = _("The node lies outside the terrain; it is not used.")
        remedy = _("Give terrain that covers it, if it matters.")
        group.leave_out(outside, "outside-terrain", message, remedy, column="geometry", values=shown)
    exact = np.zeros(len(group), dtype=bool)
    check_positions(group, lon, lat, terrain=terrain, void_is_sea=void_is_sea, regions=None, approximate=exact)
    warn_of_sea(group, lon, lat, terrain=terrain, void_is_sea=void_is_sea, approximate=exact)
    sound = group.sound
    names, kinds = group.text("name"), group.text("kind", "fibre_node")
    frame = pd.DataFrame(
        {
            "id": ids[sound],
            "name": np.where(names == "", ids, names)[sound],
            "lon": lon[sound],
            "lat": lat[sound],
            "kind": kinds[sound],
            "capacity_mbps": np.full(int(sound.sum()), np.inf),
            "status": np.full(int(sound.sum()), "built", dtype=object),
        }
    )
    return frame, known | {keys[i]: str(ids[i]) for i in np.flatnonzero(sound)}


def _warn_of_no_status(group: Group) -> None:
    silent = group.sound & (group.text("status") == "")
    message, remedy = _("No status is given: it is taken as operational."), _("Fill in the status.")
    group.warn(silent, "no-status", message, remedy, column="status")


def _geometry(part: Part) -> Texts:
    assert part.table.geometry is not None
    return part.table.geometry


def _keys(group: Group, column: str) -> list[str]:
    """Return what each row names in a column, apart from what other networks call so."""
    return [f"{network}|{name}" for network, name in zip(group.text("network"), group.text(column), strict=True)]


def _with_spans(sources: pd.DataFrame, usable: dict[str, str], nodes: Group, spans: Group, *, several: bool) -> Ofds:
    ids = _ids(spans, several=several)
    lines = checked_lines(spans)
    capacity = MBPS_PER_GBPS * spans.numbers("capacity", np.inf)
    medium = spans.text("medium")
    other = spans.sound & np.array([bool(text) and _FIBRE not in text.casefold() for text in medium], dtype=bool)
    message = _("The span is no fibre; nothing is spliced into it.")
    spans.leave_out(other, "no-fibre", message, _("Correct transmissionMedium if it is."), column="medium")
    fed = np.full(len(spans), "", dtype=object)
    for column in ("end", "start"):  # of two nodes in use the start counts
        ends = spans.text(column)
        keys = _keys(spans, column)
        missing = np.array([bool(end) and key not in usable for end, key in zip(ends, keys, strict=True)], dtype=bool)
        for i in map(int, np.flatnonzero(spans.sound & missing)):
            near = nearest_ids(str(ends[i]), sorted(key.partition("|")[2] for key in usable))
            remedy = _("The nearest ids are: {ids}.").format(ids=", ".join(near)) if near else _("Give the nodes too.")
            one = np.arange(len(spans)) == i
            spans.fault(one, "unknown-node", _("The network has no node of this id."), remedy, column=column)
        fed = np.array([usable.get(key, "") or old for key, old in zip(keys, fed, strict=True)], dtype=object)
    _warn_of_no_status(spans)
    read_status(spans, idle=_("The span is not in operation; nothing is spliced into it."))
    return Ofds(sources, nodes, spans, ids, fed, capacity, lines)
