"""Layers of roads: lines with a class, checked row by row and joined into one network."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from planner.errors import Problem
from planner.i18n import _
from planner.inputs.columns import ROAD_COLUMNS, plain_name
from planner.inputs.ground import ground_at
from planner.inputs.group import Group, read_group
from planner.inputs.lines import checked_lines, corners_of
from planner.inputs.reading import OSM_FILES
from planner.inputs.road_network import DUCT, NO_POLES, POLES, RURAL, URBAN, Cleaned, Lines, RoadNetwork, clean
from planner.kept import kept_arrays
from planner.numerals import to_numbers
from planner.scenario.datasets import RoadDataset
from planner.wording import number, share

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from planner.scenario import Scenario

    Geometries = NDArray[np.object_]
    Mask = NDArray[np.bool_]

_ENVIRONMENTS = {"": 0, "urban": URBAN, "urbain": URBAN, "urbaine": URBAN, "rural": RURAL, "rurale": RURAL}
_NO = frozenset(("", "no", "non", "false", "faux", "f", "n", "0"))


def read_roads(scenario: Scenario, terrain: Sequence[Path]) -> tuple[RoadNetwork | None, Group, tuple[str, ...]]:
    """Return the road network (None where the scenario has none or all are faulty), its rows, and what to know of it.

    Parameters
    ----------
    scenario : Scenario
    terrain : sequence of Path
        Empty where it cannot be read: then no road is tested against it.
    """
    datasets = [_of_openstreetmap(dataset) for dataset in scenario.inputs.roads]
    group = read_group(scenario, "roads", datasets, ROAD_COLUMNS, numeric=("layer",))
    classes = group.text("class")
    others = _of_other_classes(group, classes)
    geometry = checked_lines(group)
    _check_terrain(group, geometry, terrain)
    level, traits = _levels(group), _traits(group)
    rows = np.flatnonzero(group.sound)
    if len(rows) == 0:
        return None, group, ()
    gap_m = scenario.links.fibre.road_gap_m
    cleaned = _cleaned(_as_lines(geometry[rows], rows, level), gap_m)
    _warn_of_overlaps(group, cleaned.overlapping)
    names, index = np.unique(classes[rows].astype(np.str_), return_inverse=True)
    class_of = np.zeros(len(group), dtype=np.int64)
    class_of[rows] = index
    network = RoadNetwork(
        lon=cleaned.lon,
        lat=cleaned.lat,
        edges=cleaned.edges,
        road_class=class_of[cleaned.road],
        classes=tuple(names.tolist()),
        roads=len(rows),
        gaps=cleaned.gaps,
        trait=traits[cleaned.road],
    )
    return network, group, _notes(network, gap_m, others)


def _of_openstreetmap(dataset: RoadDataset) -> RoadDataset:
    """Return the dataset with the layer and the rows that are roads, where the file is OpenStreetMap's own."""
    if PurePosixPath(dataset.file).suffix.lower() not in OSM_FILES:
        return dataset
    return dataset.model_copy(update={"layer": dataset.layer or "lines", "where": dataset.where or "highway != None"})


def _of_other_classes(group: Group, classes: Geometries) -> int:
    """Leave out roads of classes that do not count, and return how many; a class that no road has is a fault."""
    before = int(group.left_out.sum())
    for k, part in enumerate(group.parts):
        if not isinstance(part.dataset, RoadDataset) or not part.dataset.classes:
            continue
        if "class" not in part.columns and "class" not in part.dataset.defaults:
            message = _("No column of the file is understood as “{name}”.").format(name="class")
            remedy = _("Say which it is: columns: {{{name}: …}}; the file has: {names}.").format(
                name="class", names=", ".join(part.table.columns)
            )
            group.problems.append(Problem("missing-column", message, remedy, part.dataset.file, 1, "class"))
            continue
        mine = group.part == k
        there = sorted({str(name) for name in classes[mine]} - {""})
        for name in part.dataset.classes:
            if name not in there:
                message = _("No road of the file is of this class.")
                remedy = _("Its classes: {names}.").format(names=", ".join(there))
                group.problems.append(
                    Problem("unknown-class", message, remedy, part.dataset.file, column="classes", value=name)
                )
        group.left_out |= mine & ~np.isin(classes.astype(np.str_), part.dataset.classes)
    return int(group.left_out.sum()) - before


def _check_terrain(group: Group, geometry: Geometries, terrain: Sequence[Path]) -> None:
    """Leave out roads without any known ground, and warn of those that run out of it."""
    if not terrain or not group.sound.any():
        return
    rows = np.flatnonzero(group.sound)
    xy, line = shapely.get_coordinates(geometry[rows], return_index=True)
    _inside, height = ground_at(terrain, xy[:, 0], xy[:, 1])
    known = np.bincount(line, np.isfinite(height), len(rows))
    outside, partly = np.zeros(len(group), dtype=bool), np.zeros(len(group), dtype=bool)
    outside[rows] = known == 0
    partly[rows] = (known > 0) & (known < np.bincount(line, minlength=len(rows)))
    corners = corners_of(shapely.bounds(geometry))
    message = _("The road lies outside the terrain; it is not used.")
    remedy = _("Give terrain that covers it, if it matters.")
    group.leave_out(outside, "outside-terrain", message, remedy, column="geometry", values=corners)
    message = _("The road runs out of the terrain; what lies outside is not used.")
    group.warn(partly, "outside-terrain", message, remedy, column="geometry", values=corners)


def _traits(group: Group) -> NDArray[np.int64]:
    """Return what the files say of each road's surroundings, ducts and poles; see `RoadNetwork`."""
    traits = np.zeros(len(group), dtype=np.int64)
    said = [_ENVIRONMENTS.get(plain_name(text), -1) for text in group.text("environment")]
    environment = np.array(said, dtype=np.int64)
    remedy = _("Write urban or rural, or leave the cell empty: then the land cover says, if there is one.")
    message = _("The environment is not understood.")
    group.fault(group.sound & (environment < 0), "bad-environment", message, remedy, column="environment")
    traits += np.maximum(environment, 0)
    for column, yes, no in (("duct", DUCT, 0), ("poles", POLES, NO_POLES)):
        told = np.array([text.casefold() for text in group.text(column)], dtype=object)
        denied = np.array([text in _NO for text in told], dtype=bool)
        traits += np.where(told == "", 0, np.where(denied, no, yes))
    return traits


def _levels(group: Group) -> NDArray[np.int64]:
    """Return the level of each road: bridges above the ground, tunnels below; the layer says how far.

    A layer alone counts only where the file tells neither bridges nor tunnels: it is often left on a road by mistake.
    """
    bridge, tunnel = (
        np.array([text.casefold() not in _NO for text in group.text(column)], dtype=bool)
        for column in ("bridge", "tunnel")
    )
    layer = np.zeros(len(group))
    if group.has("layer"):
        pieces = [to_numbers(group.cells["layer"][group.part == k], part.mark) for k, part in enumerate(group.parts)]
        layer = np.concatenate([piece[0] for piece in pieces])
        unclear = np.concatenate([piece[1] for piece in pieces]) | (layer != np.round(layer)) & np.isfinite(layer)
        message = _("The layer is no whole number; it is taken as not given.")
        remedy = _("Write 0 for the ground, 1 for what passes above it, -1 for what passes below.")
        group.warn(group.sound & unclear, "bad-layer", message, remedy, column="layer")
        layer = np.where(unclear | np.isnan(layer), 0.0, layer)
    told = np.array([{"bridge", "tunnel"} & part.columns.keys() != set() for part in group.parts], dtype=bool)
    layer = np.where(bridge | tunnel | ~told[group.part], layer, 0.0)
    plain = np.where(bridge, 1, np.where(tunnel, -1, 0))
    return np.where(layer != 0, layer, plain).astype(np.int64)


def _as_lines(geometry: Geometries, rows: NDArray[np.int64], level: NDArray[np.int64]) -> Lines:
    parts, of_row = shapely.get_parts(geometry, return_index=True)
    keep = shapely.get_num_points(parts) > 1
    parts, road = parts[keep], rows[of_row[keep]]
    xy, line = shapely.get_coordinates(parts, return_index=True)
    start = np.concatenate([[0], np.cumsum(np.bincount(line, minlength=len(parts)))]).astype(np.int64)
    return Lines(xy[:, 0], xy[:, 1], start, road, level[road])


def _cleaned(lines: Lines, gap_m: float) -> Cleaned:
    """Return what lines become, from the cache where they were cleaned before."""

    def reckon() -> dict[str, NDArray[np.generic]]:
        return {name: np.asarray(value) for name, value in vars(clean(lines, gap_m)).items()}

    asked = ("roads", repr(gap_m), *(column.tobytes() for column in vars(lines).values()))
    kept: dict[str, Any] = dict(kept_arrays(("inputs",), asked, reckon))
    return Cleaned(**{**kept, "gaps": int(kept["gaps"])})


def _warn_of_overlaps(group: Group, roads: NDArray[np.int64]) -> None:
    twice = np.zeros(len(group), dtype=bool)
    twice[roads] = True
    message = _("The road passes a part of itself twice; the part is taken once.")
    ids = group.text("id") if group.has("id") else None
    group.warn(twice, "self-overlap", message, _("Check how it was drawn."), column="geometry", values=ids)


def _notes(network: RoadNetwork, gap_m: float, others: int) -> tuple[str, ...]:
    note = _("Roads in use: {roads} ({km} km); separate pieces: {pieces}; gaps of at most {metres} m closed: {gaps}.")
    notes = [
        note.format(
            roads=network.roads,
            km=number(network.length_km(), 0),
            pieces=network.pieces,
            metres=f"{gap_m:g}",
            gaps=network.gaps,
        )
    ]
    if network.pieces > 1:
        note = _(
            "The largest piece of the roads holds {share} of their length; if the others should meet it, raise "
            "links.fibre.road_gap_m (now {metres} m) or mend how they are drawn."
        )
        notes.append(note.format(share=share(network.largest_share(), 1), metres=f"{gap_m:g}"))
    if others:
        notes.append(_("Roads of classes that do not count: {count}.").format(count=others))
    return tuple(notes)
