"""The chart of works: a row for each kind of work, a column for each year, a bar over the years in which it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.report.documents.charts import DARK, LIGHT, MIDDLE, WIDTH
from planner.report.documents.drawing import Drawing, shortened, text_width
from planner.wording import number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROW, HEAD, GAP = 15.0, 18.0, 6.0
MOST_NAMES = 170.0
"""Room for the names of the rows at most."""


@dataclass(frozen=True)
class Band:
    """One row.

    Attributes
    ----------
    name : str
    count : mapping of year to int
        Pieces of work in each year; years without any are left out.
    """

    name: str
    count: Mapping[int, int]


def gantt_drawing(parts: Sequence[tuple[str, Sequence[Band]]], years: Sequence[int]) -> Drawing:
    """Return the chart of works.

    Parameters
    ----------
    parts : sequence of (heading, rows)
    years : sequence of int
        The columns, without gaps.
    """
    parts = [(heading, rows) for heading, rows in parts if rows]
    names = [row.name for _heading, rows in parts for row in rows]
    left = min(max((text_width(name, 7.5) for name in names), default=0.0) + 16, MOST_NAMES)
    height = HEAD + sum(HEAD + ROW * len(rows) + GAP for _heading, rows in parts)
    drawing = Drawing(WIDTH, height)
    step = (WIDTH - left - 8) / len(years)
    for column, year in enumerate(years):
        x = left + column * step
        drawing.text((x + step / 2, 12), str(year), anchor="middle", size=7.5, bold=True)
        drawing.line((x, HEAD), (x, height), stroke="#dddddd", stroke_width=0.5)
    y = HEAD
    for heading, rows in parts:
        drawing.text((4, y + 12), heading, size=7.5, bold=True)
        y += HEAD
        for band in rows:
            drawing.text((10, y + 10), shortened(band.name, 7.5, left - 14), size=7.5)
            _bar(drawing, band, years, (left, y), step)
            y += ROW
        y += GAP
    return drawing


def _bar(drawing: Drawing, band: Band, years: Sequence[int], at: tuple[float, float], step: float) -> None:
    """Draw a row: a thin line from the first year to the last, a bar in each year with work and its number."""
    columns = [column for column, year in enumerate(years) if band.count.get(year)]
    if not columns:
        return
    (x, y), most = at, max(band.count.values())
    start, end = x + columns[0] * step, x + (columns[-1] + 1) * step
    drawing.line((start + 2, y + ROW / 2), (end - 2, y + ROW / 2), stroke=DARK, stroke_width=0.8)
    for column in columns:
        count = band.count[years[column]]
        busy = 2 * count > most
        drawing.rectangle((x + column * step + 1.5, y + 2), step - 3, ROW - 4, fill=MIDDLE if busy else LIGHT)
        colour = "#ffffff" if busy else "#222222"
        middle = x + (column + 0.5) * step
        drawing.text((middle, y + 10), number(count), anchor="middle", size=7, colour=colour)
