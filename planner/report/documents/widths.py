"""How wide the columns of a printed table are."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from planner.report.documents.drawing import text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.report.documents.blocks import Table

USUAL_PT, SMALL_PT, INSET_PT = 8.0, 7.0, 4.0
"""Text of tables, and the blank at each side of a cell."""
ABOVE_PT = 3.0
"""Blank above and below the text of a cell."""
CAPITAL_EM = 0.714
"""Height of a capital letter of our fonts: that of a line in a cell."""
SURELY = 1.01
"""The typesetter may find a text so much wider than we do."""
KEPT_ROWS, KEPT_LINES = 18, 40
"""Tables of no more rows and lines are kept on one page."""
SQUEEZED = 0.55
"""Beside a column of sentences the texts of others get so much of their natural width: they may take two lines."""
MEASURED = 400
"""So many different texts of a column are measured, the longest ones: measuring takes time."""

_OTHER_SIGNS = re.compile("[^ -~\u00a0-\u024f\u0370-\u03ff\u0400-\u052f\u2010-\u2027\u202f\u2212]")
"""What may be set in another font, or end a line."""
_BREAK = "\N{ZERO WIDTH SPACE}"
_JOINTS = re.compile(r"(?<=[/\\_.,:>=\-])(?=.)")


def column_widths(table: Table, room_pt: float, *, wider: float = 1.0) -> list[float]:
    """Return the widths of all columns within a room, points, blanks included.

    Figures get what they need. Of the texts the widest shrink first, none below its longest word as long as there is
    room for that.

    Parameters
    ----------
    table : Table
    room_pt : float
    wider : float
        How much wider than our own fonts those may be that the table is set in.
    """
    size = SMALL_PT if table.small else USUAL_PT
    words = len(table.words)
    widths, least = _natural(table, size, wider)
    if words and max(widths[:words]) > room_pt:
        longest = max(widths[:words])
        widths = [
            max(least[column], SQUEEZED * width) if column < words and width < longest else width
            for column, width in enumerate(widths)
        ]
    _shrink(widths, least, words, room_pt)
    spare = room_pt - sum(widths) - _unbroken(widths, table, size, wider, room_pt - sum(widths))
    if spare > 0:
        share = spare / (words or len(widths))
        return [width + share if column < (words or len(widths)) else width for column, width in enumerate(widths)]
    return widths


def small_if_tight(table: Table, room_pt: float, *, wider: float = 1.0) -> Table:
    """Return a table in small print if its longest words and figures do not fit the room in usual print."""
    if table.small or sum(_natural(table, USUAL_PT, wider)[1]) <= room_pt:
        return table
    return replace(table, small=True)


def _natural(table: Table, size: float, wider: float) -> tuple[list[float], list[float]]:
    """Return the widths that columns would like to have, figures what they need, and those of the longest words."""
    words = len(table.words)
    widths: list[float] = []
    least: list[float] = []
    for column, heading in enumerate(table.headings):
        cells = sorted({row[column] for row in table.rows}, key=len)[-MEASURED:]
        pieces = {piece for cell in cells for piece in cell.split(" ")} if column < words else set(cells)
        # A cell may be of the row of sums, which is bold like the headings.
        longest = max((text_width(piece, size, bold=True) for piece in {*pieces, *heading.split(" ")}), default=0.0)
        natural = max((text_width(cell, size, bold=True) for cell in cells), default=0.0)
        least.append(wider * longest + 2 * INSET_PT + 1)
        widths.append(max(least[-1], wider * natural + 2 * INSET_PT + 1 if column < words else 0.0))
    return widths, least


def _unbroken(widths: list[float], table: Table, size: float, wider: float, spare_pt: float) -> float:
    """Widen columns of figures to what their headings take in one line; return what that takes of the room.

    Those that lack least come first: half of what a heading lacks would leave a word alone on its second line.
    """
    taken = 0.0
    wished = [wider * text_width(heading, size, bold=True) + 2 * INSET_PT + 1 for heading in table.headings]
    figures = range(len(table.words), len(widths))
    for column in sorted(figures, key=lambda column: wished[column] - widths[column]):
        lacking = max(wished[column] - widths[column], 0.0)
        if taken + lacking <= spare_pt:
            widths[column] += lacking
            taken += lacking
    return taken


def _shrink(widths: list[float], least: list[float], words: int, room_pt: float) -> None:
    """Make the widest texts narrower until all fit, down to their longest words, then down to what is left."""
    for floor in (least, [0.3 * width for width in least]):
        while sum(widths) > room_pt:
            wide = [column for column in range(words) if widths[column] > floor[column] + 1e-6]
            if not wide:
                break
            first, *others = sorted(wide, key=lambda column: -widths[column])
            next_best = widths[others[0]] if others else 0.0
            step = max(widths[first] - next_best, 2.0)
            widths[first] = max(widths[first] - min(step, sum(widths) - room_pt), floor[first])
    if sum(widths) > room_pt:
        widths[:] = [width * room_pt / sum(widths) for width in widths]


def fits_a_page(table: Table, widths: Sequence[float]) -> bool:
    """Return whether a table is short enough to be kept on one page, whatever its cells take."""
    size = SMALL_PT if table.small else USUAL_PT
    rooms = [max(width - 2 * INSET_PT, 1.0) for width in widths]
    lines = 0
    for row in table.rows:
        # Lines end between words: a tenth of the room is lost.
        lines += max(math.ceil(1.1 * text_width(cell, size) / room) for cell, room in zip(row, rooms, strict=True)) or 1
        if lines > KEPT_LINES:
            return False
    return len(table.rows) <= KEPT_ROWS


def row_heights(table: Table, widths: Sequence[float]) -> list[float | None]:
    """Return the height of each row whose cells take one line, points; None for rows that are still to be measured."""
    size = SMALL_PT if table.small else USUAL_PT
    rooms = [width - 2 * INSET_PT for width in widths]
    height = CAPITAL_EM * size + 2 * ABOVE_PT
    bold = len(table.rows) - 1 if table.total else None
    return [
        height
        if all(_one_line(cell, size, room, bold=place == bold) for cell, room in zip(row, rooms, strict=True))
        else None
        for place, row in enumerate(table.rows)
    ]


def _one_line(cell: str, size: float, room: float, *, bold: bool) -> bool:
    """Return whether a text is certainly set in one line and in our own fonts."""
    if _OTHER_SIGNS.search(cell):
        return False
    return len(cell) * size <= room or SURELY * text_width(cell, size, bold=bold) <= room


def breakable(text: str, width_pt: float, *, small: bool) -> str:
    """Return a text in which words too wide for their column may be broken: behind signs that join, else anywhere."""
    size = SMALL_PT if small else USUAL_PT
    room = width_pt - 2 * INSET_PT
    if len(text) * size * 0.3 < room:
        return text
    return " ".join(_broken(word, size, room) for word in text.split(" "))


def _broken(word: str, size: float, room: float) -> str:
    if text_width(word, size) <= room:
        return word
    pieces = _JOINTS.split(word)
    # Letters are at most about as wide as they are high.
    some = max(int(room / size), 3)
    return _BREAK.join(
        piece
        if text_width(piece, size) <= room
        else _BREAK.join(piece[i : i + some] for i in range(0, len(piece), some))
        for piece in pieces
    )
