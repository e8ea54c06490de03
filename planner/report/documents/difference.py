"""The map of what differs between two plans: offices and links that one has and the other has not."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.i18n import _
from planner.marks import CHANGES, LEFT_OUT, MARKS
from planner.plan.compare import ADDED, CHANGED, DROPPED
from planner.report.documents.drawing import text_width
from planner.report.documents.ground import WIDTH, begin_map, draw_mark, end_map, ground_of
from planner.report.documents.map import CROWDED
from planner.wording import labelled, number, technology_heading

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from planner.plan.compare import Comparison
    from planner.plan.model import Plan
    from planner.report.documents.drawing import Drawing
    from planner.report.documents.ground import Ground

SAME, NEITHER = "same", "neither"
_MARKS = {**CHANGES, NEITHER: LEFT_OUT, "source": MARKS["source"]}
_LINES: dict[str, dict[str, object]] = {
    SAME: {"stroke": "#8a8a8a", "stroke_width": 1.0},
    DROPPED: {"stroke": "#d98a00", "stroke_width": 1.6, "stroke_dasharray": "3.2 2.2"},
    ADDED: {"stroke": "#00466e", "stroke_width": 1.8},
}
"""In the order in which they are drawn."""


def difference_drawing(compared: Comparison, first: Plan, second: Plan, run_dir: Path) -> Drawing:
    """Return the map of what differs from a first plan to a second.

    Parameters
    ----------
    compared : Comparison
        Of the two.
    first, second : Plan
    run_dir : Path
        Folder of a run of this country, for the picture of the terrain.
    """
    ground = ground_of(second.offices, run_dir)
    rows = _legend_rows()
    drawing = begin_map(ground, 14.0 * len(rows))
    _links(drawing, ground, first, second)
    _offices(drawing, ground, second, {office.id: office.change for office in compared.offices})
    top = end_map(drawing, ground)
    for line, entries in enumerate(rows):
        for kind, name, x in entries:
            y = top + 6 + 14 * line
            if kind in _LINES:
                drawing.line((x, y), (x + 28, y), **_LINES[kind])
            draw_mark(drawing, (x + 14, y), _MARKS[kind], 1.0)
            drawing.text((x + 33, y + 2.7), name, size=7.5)
    return drawing


def difference_words(compared: Comparison) -> str:
    """Return what the map shows, for readers who do not see it."""
    counts = [
        labelled(name, number(sum(office.change == kind for office in compared.offices)))
        for kind, name in _names().items()
        if kind in {ADDED, DROPPED, CHANGED}
    ]
    return " ".join([_("Map of the offices and links that differ."), "; ".join(counts)])


def _names() -> dict[str, str]:
    return {
        ADDED: _("In the second plan only"),
        DROPPED: _("In the first plan only"),
        CHANGED: _("Connected otherwise"),
        SAME: _("The same in both"),
        NEITHER: _("In neither"),
        "source": technology_heading("source"),
    }


def _legend_rows() -> list[list[tuple[str, str, float]]]:
    rows: list[list[tuple[str, str, float]]] = [[]]
    x = 0.0
    for kind, name in _names().items():
        wide = 34 + text_width(name, 7.5)
        if x + wide > WIDTH:
            rows.append([])
            x = 0.0
        rows[-1].append((kind, name, x))
        x += wide + 12
    return rows


def _links(drawing: Drawing, ground: Ground, first: Plan, second: Plan) -> None:
    """Draw links with a course; one that another option or direction builds along the same ends is the same."""
    ours, theirs = (_courses(plan) for plan in (first, second))
    for kind, style in _LINES.items():
        for key in {**ours, **theirs}:
            there = SAME if key in ours and key in theirs else ADDED if key in theirs else DROPPED
            if there == kind:
                points = [ground.at(lon, lat) for lon, lat in theirs.get(key) or ours[key]]
                drawing.polyline(points, stroke="#ffffff", stroke_width=2.6)
                drawing.polyline(points, **style)


def _courses(plan: Plan) -> dict[tuple[str, frozenset[str]], list[tuple[float, float]]]:
    links = plan.all_links
    columns = (links[name].tolist() for name in ("technology", "from", "to", "geometry"))
    return {
        (technology, frozenset((tail, head))): geometry["coordinates"]
        for technology, tail, head, geometry in zip(*columns, strict=True)
        if geometry is not None
    }


def _offices(drawing: Drawing, ground: Ground, plan: Plan, changes: Mapping[str, str]) -> None:
    """Draw offices, what differs on top."""
    smaller = max(min(1.0, math.sqrt(CROWDED / max(len(plan.offices), 1))), 0.35)
    columns = (plan.offices[name].tolist() for name in ("id", "lon", "lat", "connected"))
    offices = [
        (changes.get(name, SAME if connected else NEITHER), lon, lat)
        for name, lon, lat, connected in zip(*columns, strict=True)
        if math.isfinite(lon) and math.isfinite(lat)
    ]
    for kind in (NEITHER, SAME, CHANGED, DROPPED, ADDED):
        for change, lon, lat in offices:
            if change == kind:
                draw_mark(drawing, ground.at(lon, lat), _MARKS[kind], smaller)
    sources = plan.places[plan.places["kind"] == "source"]
    for lon, lat in zip(sources["lon"], sources["lat"], strict=True):
        draw_mark(drawing, ground.at(lon, lat), _MARKS["source"], max(smaller, 0.6))
