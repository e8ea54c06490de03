"""The map of a plan: terrain, links, offices; with legend, scale and north."""

from __future__ import annotations

import io
import json
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from planner.i18n import _
from planner.marks import LEFT_OUT, MARKS, dashes_of, mark_of
from planner.report.documents.drawing import Drawing, text_width
from planner.report.hillshade import map_bounds
from planner.wording import labelled, number, technology_heading

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from planner.marks import Colour, Mark
    from planner.plan.model import Plan
    from planner.report.documents.drawing import Point

WIDTH, MOST_HEIGHT = 480.0, 345.0
MOST_PICTURE_PX = 1000
KM_PER_DEGREE = 111.195
"""Of latitude, on a sphere of 6371 km."""
LINE_PT = {"fibre": 1.8}
OTHER_LINE_PT = 1.2
MARK_PT = 0.5
"""Points on paper for a pixel of the app's marks."""
SCALE = 26.0
"""Height of the strip with scale and north."""
YEAR_COLOURS = ((68, 1, 84), (49, 104, 142), (53, 183, 121), (235, 165, 0))
"""Of the first to the last year, and in between; none of them is lost on the relief."""
CROWDED = 150
"""From so many offices on, marks get smaller, with the square root of their number."""


@dataclass(frozen=True)
class _Frame:
    """From longitude and latitude to points, by the web map's projection."""

    west: float
    north: float
    scale: float
    """Points per radian of longitude."""
    left: float
    """Where the map begins."""

    def at(self, lon: float, lat: float) -> Point:
        # East of the antimeridian the map goes on.
        east = math.radians((lon - self.west) % 360)
        return self.left + self.scale * east, self.scale * (_mercator(self.north) - _mercator(lat))


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
    bounds, picture = _terrain(run_dir)
    if bounds is None:
        bounds = map_bounds(plan.offices["lon"].to_numpy(np.float64), plan.offices["lat"].to_numpy(np.float64))
    west, south, east, north = bounds
    wide, high = math.radians(east - west), _mercator(north) - _mercator(south)
    scale = min(WIDTH / wide, MOST_HEIGHT / high)
    width, height = scale * wide, scale * high
    drawing = Drawing(WIDTH, height + (SCALE + 14 if by_year else _legend_height(plan)))
    left = (WIDTH - width) / 2
    frame = _Frame(west, north, scale, left)
    drawing.clip((left, 0), width, height)
    if picture is not None:
        drawing.picture((left, 0), width, height, picture, "jpeg")
    else:
        drawing.rectangle((left, 0), width, height, fill="#eef1ea")
    _links(drawing, frame, plan, years)
    _offices(drawing, frame, plan, years)
    drawing.unclip()
    drawing.rectangle((left, 0), width, height, fill="none", stroke="#777777", stroke_width=0.6)
    _scale_bar(drawing, (left, height + 15), scale, (south + north) / 2, width)
    _north(drawing, (left + width - 10, height + 14))
    if by_year:
        _year_legend(drawing, years, height + SCALE)
    else:
        _legend(drawing, plan, height + SCALE)
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


def _mercator(lat: float) -> float:
    return math.asinh(math.tan(math.radians(lat)))


def _terrain(run_dir: Path) -> tuple[tuple[float, float, float, float] | None, bytes | None]:
    """Return the bounds and the picture (JPEG) that the run keeps of its terrain, None where it has none."""
    image, told = run_dir / "hillshade.webp", run_dir / "hillshade.json"
    if not (image.exists() and told.exists()):
        return None, None
    west, south, east, north = json.loads(told.read_text(encoding="utf-8"))["bounds"]
    with Image.open(image) as stored:
        picture = Image.new("RGB", stored.size, (255, 255, 255))
        shade = stored.convert("RGBA")
        picture.paste(shade, mask=shade)
    picture.thumbnail((MOST_PICTURE_PX, MOST_PICTURE_PX))
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=88)
    return (west, south, east, north), content.getvalue()


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


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
    style: dict[str, object] = {"stroke": _hex(colour or mark_of(technology).fill), "stroke_width": width}
    if dashes_of(technology):
        style["stroke_dasharray"] = " ".join(f"{part * width:g}" for part in dashes_of(technology))
    return style


def _links(drawing: Drawing, frame: _Frame, plan: Plan, years: Mapping[int, Colour]) -> None:
    links = plan.all_links
    for technology, geometry, year in zip(links["technology"], links["geometry"], _years(links), strict=True):
        if geometry is not None:
            points = [frame.at(lon, lat) for lon, lat in geometry["coordinates"]]
            drawing.polyline(points, stroke="#ffffff", stroke_width=LINE_PT.get(technology, OTHER_LINE_PT) + 1)
            drawing.polyline(points, **_line_style(technology, years.get(year)))


def _years(lines: pd.DataFrame) -> list[int]:
    """Return the years of lines, 0 for those that have none."""
    return [int(year) for year in lines["year"].fillna(0)]


def _offices(drawing: Drawing, frame: _Frame, plan: Plan, years: Mapping[int, Colour]) -> None:
    """Draw offices, those left out first, and the sources on top."""
    smaller = min(1.0, math.sqrt(CROWDED / max(len(plan.offices), 1)))
    offices = plan.offices.sort_values("connected", kind="stable")
    for lon, lat, connected, technology, year in zip(
        *(offices[name] for name in ("lon", "lat", "connected", "technology")), _years(offices), strict=True
    ):
        if math.isfinite(lon) and math.isfinite(lat):
            mark = mark_of(technology) if connected else LEFT_OUT
            mark = replace(mark, fill=years[year]) if year in years else mark
            _mark(drawing, frame.at(lon, lat), mark, max(smaller, 0.35))
    sources = plan.places[plan.places["kind"] == "source"]
    for lon, lat in zip(sources["lon"], sources["lat"], strict=True):
        _mark(drawing, frame.at(lon, lat), MARKS["source"], max(smaller, 0.6))


def _mark(drawing: Drawing, at: Point, mark: Mark, size: float) -> None:
    radius = MARK_PT * size * mark.size_px / 2
    points = [(at[0] + radius * x, at[1] + radius * y) for x, y in mark.shape]
    drawing.polygon(points, fill=_hex(mark.fill), stroke=_hex(mark.border), stroke_width=f"{0.9 * size:.2f}")


def _scale_bar(drawing: Drawing, at: Point, scale: float, latitude: float, room: float) -> None:
    """Draw a bar of a round number of kilometres, true at the middle of the map."""
    point_km = math.degrees(1 / scale) * KM_PER_DEGREE * math.cos(math.radians(latitude))
    most = room / 3 * point_km
    power = 10.0 ** math.floor(math.log10(most))
    km = next(factor * power for factor in (5, 2, 1) if factor * power <= most)
    length, (x, y) = km / point_km, at
    for part, colour in enumerate(("#222222", "#ffffff", "#222222", "#ffffff")):
        drawing.rectangle(
            (x + part * length / 4, y - 1), length / 4, 3, fill=colour, stroke="#222222", stroke_width=0.5
        )
    drawing.text((x, y - 4), "0", size=7)
    drawing.text((x + length, y - 4), f"{number(km, 1)} km", size=7, anchor="end")


def _north(drawing: Drawing, at: Point) -> None:
    x, y = at
    drawing.polygon([(x, y - 11), (x + 5, y + 4), (x, y + 1), (x - 5, y + 4)], fill="#222222")
    drawing.text((x - 8, y + 4), _("N"), size=7.5, anchor="end", bold=True)


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


def _legend_height(plan: Plan) -> float:
    return SCALE + 14 * len(_legend_rows(plan))


def _year_legend(drawing: Drawing, years: Mapping[int, Colour], top: float) -> None:
    """Explain the colours of years; shapes are those of the map by technology."""
    x, y = 2.0, top + 6
    for year, colour in years.items():
        drawing.line((x, y), (x + 28, y), stroke=_hex(colour), stroke_width=LINE_PT["fibre"])
        _mark(drawing, (x + 14, y), replace(MARKS["fibre"], fill=colour), 1.0)
        drawing.text((x + 33, y + 2.7), str(year), size=7.5)
        x += 45 + text_width(str(year), 7.5)
    _mark(drawing, (x + 14, y), LEFT_OUT, 1.0)
    drawing.text((x + 33, y + 2.7), _("Not connected"), size=7.5)


def _legend(drawing: Drawing, plan: Plan, top: float) -> None:
    lines = set(plan.all_links.loc[plan.all_links["geometry"].notna(), "technology"])
    for row, entries in enumerate(_legend_rows(plan)):
        y = top + 6 + 14 * row
        for technology, name, x in entries:
            if technology in lines:
                drawing.line((x, y), (x + 28, y), **_line_style(technology))
            _mark(drawing, (x + 14, y), mark_of(technology) if technology else LEFT_OUT, 1.0)
            drawing.text((x + 33, y + 2.7), name, size=7.5)
