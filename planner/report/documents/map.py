"""The map of a plan: terrain, links, offices; with legend, scale and north."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from planner.i18n import _
from planner.marks import LEFT_OUT, MARKS, colour_code, dashes_of, mark_of
from planner.report.documents.drawing import text_width
from planner.report.documents.ground import WIDTH, begin_map, draw_mark, end_map, ground_of
from planner.wording import labelled, number, technology_heading

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from planner.marks import Colour
    from planner.plan.model import Plan
    from planner.report.documents.drawing import Drawing
    from planner.report.documents.ground import Ground

LINE_PT = {"fibre": 1.8}
OTHER_LINE_PT = 1.2
YEAR_COLOURS = ((68, 1, 84), (49, 104, 142), (53, 183, 121), (235, 165, 0))
"""Of the first to the last year, and in between; none of them is lost on the relief."""
CROWDED = 150
"""From so many offices on, marks get smaller, with the square root of their number."""


def years_of(plan: Plan) -> list[int]:
    """Return the years of the phases of a plan."""
    return [int(row["year"]) for row in plan.phases]


def map_drawing(plan: Plan, run_dir: Path, *, by_year: bool = False) -> Drawing:
    """Return the map of a plan.

    Parameters
    ----------
    plan : Plan
    run_dir : Path
        Folder of its run, for the picture of the terrain; without it the ground is plain.
    by_year : bool
        Colours tell the year of the phase instead of the technology; shapes and dashes still tell the technology.
    """
    years = dict(zip(years_of(plan), year_colours(len(plan.phases)), strict=True)) if by_year else {}
    ground = ground_of(plan.offices, run_dir)
    drawing = begin_map(ground, 14.0 if by_year else 14.0 * len(_legend_rows(plan)))
    _links(drawing, ground, plan, years)
    _offices(drawing, ground, plan, years)
    top = end_map(drawing, ground)
    if by_year:
        _year_legend(drawing, years, top)
    else:
        _legend(drawing, plan, top)
    return drawing


def map_words(plan: Plan) -> str:
    """Return what the map shows, for readers who do not see it."""
    said = _("Map of {n} offices and {m} links of the plan over the relief.")
    counts = [
        labelled(technology_heading(row["technology"]), number(row["offices"]))
        for row in plan.technology_mix
        if row["offices"]
    ]
    drawn = plan.all_links[plan.all_links["geometry"].notna()]
    left_out = labelled(_("Not connected"), number((~plan.offices["connected"]).sum()))
    text = said.format(n=number(len(plan.offices)), m=number(len(drawn)))
    return " ".join([text, _("Offices by technology:"), "; ".join([*counts, left_out])])


def year_colours(count: int) -> list[Colour]:
    """Return a colour for each of so many years: from dark to light, so that they differ in brightness too."""
    parts = [place / max(count - 1, 1) * (len(YEAR_COLOURS) - 1) for place in range(count)]
    found = []
    for part in parts:
        low = min(int(part), len(YEAR_COLOURS) - 2)
        ends = zip(YEAR_COLOURS[low], YEAR_COLOURS[low + 1], strict=True)
        red, green, blue = (round(first + (part - low) * (last - first)) for first, last in ends)
        found.append((red, green, blue))
    return found


def _line_style(technology: str, colour: Colour | None = None) -> dict[str, object]:
    width = LINE_PT.get(technology, OTHER_LINE_PT)
    style: dict[str, object] = {"stroke": colour_code(colour or mark_of(technology).fill), "stroke_width": width}
    if dashes_of(technology):
        style["stroke_dasharray"] = " ".join(f"{part * width:g}" for part in dashes_of(technology))
    return style


def _links(drawing: Drawing, ground: Ground, plan: Plan, years: Mapping[int, Colour]) -> None:
    links = plan.all_links
    for technology, geometry, year in zip(links["technology"], links["geometry"], _years(links), strict=True):
        if geometry is not None:
            points = [ground.at(lon, lat) for lon, lat in geometry["coordinates"]]
            drawing.polyline(points, stroke="#ffffff", stroke_width=LINE_PT.get(technology, OTHER_LINE_PT) + 1)
            drawing.polyline(points, **_line_style(technology, years.get(year)))


def _years(lines: pd.DataFrame) -> list[int]:
    """Return the years of lines, 0 for those that have none."""
    return [int(year) for year in lines["year"].fillna(0)]


def _offices(drawing: Drawing, ground: Ground, plan: Plan, years: Mapping[int, Colour]) -> None:
    """Draw offices, those left out first, and the sources on top."""
    smaller = min(1.0, math.sqrt(CROWDED / max(len(plan.offices), 1)))
    offices = plan.offices.sort_values("connected", kind="stable")
    for lon, lat, connected, technology, year in zip(
        *(offices[name] for name in ("lon", "lat", "connected", "technology")), _years(offices), strict=True
    ):
        if math.isfinite(lon) and math.isfinite(lat):
            mark = mark_of(technology) if connected else LEFT_OUT
            mark = replace(mark, fill=years[year]) if year in years else mark
            draw_mark(drawing, ground.at(lon, lat), mark, max(smaller, 0.35))
    sources = plan.places[plan.places["kind"] == "source"]
    for lon, lat in zip(sources["lon"], sources["lat"], strict=True):
        draw_mark(drawing, ground.at(lon, lat), MARKS["source"], max(smaller, 0.6))


def _entries(plan: Plan) -> list[tuple[str, str]]:
    """Return what the legend explains: technology, and its name."""
    present = set(plan.all_links["technology"])
    known = [name for name in MARKS if name in present]
    entries = [(name, technology_heading(name)) for name in (*known, *sorted(present - set(MARKS)))]
    return [*entries, ("", _("Not connected"))] if not plan.offices["connected"].all() else entries


def _legend_rows(plan: Plan) -> list[list[tuple[str, str, float]]]:
    rows: list[list[tuple[str, str, float]]] = [[]]
    x = 0.0
    for technology, name in _entries(plan):
        wide = 34 + text_width(name, 7.5)
        if x + wide > WIDTH and rows[-1]:
            rows.append([])
            x = 0.0
        rows[-1].append((technology, name, x))
        x += wide + 12
    return rows


def _year_legend(drawing: Drawing, years: Mapping[int, Colour], top: float) -> None:
    """Explain the colours of years; shapes are those of the map by technology."""
    x, y = 2.0, top + 6
    for year, colour in years.items():
        drawing.line((x, y), (x + 28, y), stroke=colour_code(colour), stroke_width=LINE_PT["fibre"])
        draw_mark(drawing, (x + 14, y), replace(MARKS["fibre"], fill=colour), 1.0)
        drawing.text((x + 33, y + 2.7), str(year), size=7.5)
        x += 45 + text_width(str(year), 7.5)
    draw_mark(drawing, (x + 14, y), LEFT_OUT, 1.0)
    drawing.text((x + 33, y + 2.7), _("Not connected"), size=7.5)


def _legend(drawing: Drawing, plan: Plan, top: float) -> None:
    lines = set(plan.all_links.loc[plan.all_links["geometry"].notna(), "technology"])
    for row, entries in enumerate(_legend_rows(plan)):
        y = top + 6 + 14 * row
        for technology, name, x in entries:
            if technology in lines:
                drawing.line((x, y), (x + 28, y), **_line_style(technology))
            draw_mark(drawing, (x + 14, y), mark_of(technology) if technology else LEFT_OUT, 1.0)
            drawing.text((x + 33, y + 2.7), name, size=7.5)
