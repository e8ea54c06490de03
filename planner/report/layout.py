"""Text that fits a terminal: lines are broken between words, tables too wide for it become lists, nothing is cut.

Where output goes to a file or another program, lines stay whole.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console

from planner.i18n import _
from planner.wording import labelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from planner.errors import Problem

UNBROKEN = 10_000
"""Width of what is no terminal."""
RULED = 80
"""Width of lines under titles, unless the terminal is narrower."""
GAP = 2
"""Blanks between columns."""

_BREAKS = re.compile(r" (?!(?<=\d )[A-Z]{3}\b)(?!(?<=\b[A-Z]{3} )\d)")
"""Between words, but not between an amount and its currency."""
_JOINTS = re.compile(r"(?<=[/\\_.,:>=])(?!(?<=\d.)\d)")
"""Where a word that is too long for a line is taken apart: behind these signs, but not inside a figure."""


def new_console(*, stderr: bool = False) -> Console:
    """Return a console as wide as the terminal, or as the variable ``COLUMNS`` says; anything else is unbroken."""
    console = Console(stderr=stderr, highlight=False, soft_wrap=True)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = UNBROKEN
    return console


def say(console: Console, text: str, *, style: str | None = None, hang: int = 0) -> None:
    """Print text, broken between words; each line keeps its own indent, and ``hang`` more where it goes on."""
    for line in text.split("\n"):
        body = line.lstrip(" ")
        indent = " " * (len(line) - len(body))
        for number, piece in enumerate(broken(body, console.width - len(indent) - hang, first=hang)):
            _print(console, f"{indent}{' ' * hang if number else ''}{piece}", style)


def say_title(console: Console, text: str) -> None:
    """Print a title with a line under it."""
    say(console, text, style="bold")
    width = max(cell_len(piece) for piece in broken(text, console.width))
    _print(console, "─" * min(max(width, RULED), console.width), "dim")


def broken(text: str, width: int, *, first: int = 0) -> list[str]:
    """Return text in lines of a width, the first of which may be ``first`` longer.

    Lines end between words; an amount stays with its currency, and blanks that may not be broken at (inside figures,
    before a French colon) hold. A word that is longer than a line is taken apart behind signs such as ``/``, else it
    stays whole.
    """
    lines, room = [""], width + first
    for word in _words(text):
        glue = " " if lines[-1] else ""
        if cell_len(lines[-1] + glue + word) <= room:
            lines[-1] += glue + word
            continue
        pieces = [word] if cell_len(word) <= width else _JOINTS.split(word)
        for piece in pieces:
            if cell_len(lines[-1] + glue + piece) <= room or not lines[-1]:
                lines[-1] += glue + piece
            else:
                lines.append(piece)
                room = width
            glue = ""
    return lines


@dataclass(frozen=True)
class Grid:
    """A table of texts.

    Attributes
    ----------
    words, figures : tuple of str
        Headings of the columns of text, which stand left and may be broken, and of those of figures, which stand right
        and may not.
    rows : tuple of tuple of str
        As many cells in each as there are headings.
    """

    words: tuple[str, ...]
    figures: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings."""
        return (*self.words, *self.figures)

    def widths(self, room: int) -> list[int] | None:
        """Return the widths of the columns within a room, None if they do not fit."""
        columns = list(zip(self.headings, *self.rows, strict=True))
        room -= GAP * (len(columns) - 1)
        natural = [max(map(cell_len, column)) for column in columns]
        if sum(natural) <= room:
            return natural
        texts, figures = columns[: len(self.words)], columns[len(self.words) :]
        fixed = [max(_longest(_words(heading)), _longest(cells)) for heading, *cells in figures]
        words = natural[: len(self.words)]
        for parts in (_words, _pieces):  # whole words first; then words taken apart
            least = [_longest(part for cell in column for part in parts(cell)) for column in texts]
            words = _shrunk(words, least, room - sum(fixed))
            if sum(words) + sum(fixed) <= room:
                return [*words, *fixed]
        return None


def print_grid(console: Console, grid: Grid, *, bold: int | None = None) -> None:
    """Print a table; where it is too wide, each row as a list of its cells.

    Parameters
    ----------
    console : Console
    grid : Grid
    bold : int or None
        The row that stands out.
    """
    widths = grid.widths(console.width)
    if widths is not None:
        for line in _row_lines(grid, grid.headings, widths):
            _print(console, line, "dim")
    for number, row in enumerate(grid.rows):
        lines = _listed(grid, row, console.width) if widths is None else _row_lines(grid, row, widths)
        for line in lines:
            _print(console, line, "bold" if number == bold else None)


def print_problems(console: Console, problems: Iterable[Problem]) -> None:
    """Print what ``planner check`` finds wrong: for each problem the place, and below it message and remedy."""
    words = {"error": _("error"), "excluded": _("excluded"), "warning": _("warning")}
    for problem in problems:
        place = problem.place or _("scenario")
        say(console, labelled(words[problem.severity], place), style="bold", hang=2)
        say(console, f"  {' '.join(filter(None, (problem.message, problem.remedy)))}")


def _print(console: Console, line: str, style: str | None = None) -> None:
    """Print a line as it is: what users' files hold is text, never markup."""
    console.print(line, style=style, markup=False, emoji=False)


def _words(text: str) -> list[str]:
    return _BREAKS.split(text)


def _pieces(text: str) -> list[str]:
    return [piece for word in _words(text) for piece in _JOINTS.split(word)]


def _longest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)


def _shrunk(widths: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Return widths made smaller, the widest first and none below its least, until they fit a room or cannot."""
    shrunk = list(widths)
    while sum(shrunk) > room:
        wide = [k for k, width in enumerate(shrunk) if width > least[k]]
        if not wide:
            break
        shrunk[max(wide, key=lambda k: shrunk[k])] -= 1
    return shrunk


def _row_lines(grid: Grid, cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """Yield the lines of a row in columns."""
    texts = [broken(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for k in range(max(map(len, texts))):
        line = []
        for column, (text, width) in enumerate(zip(texts, widths, strict=True)):
            piece = text[k] if k < len(text) else ""
            blank = " " * (width - cell_len(piece))
            line.append(piece + blank if column < len(grid.words) else blank + piece)
        yield (" " * GAP).join(line).rstrip(" ")


def _listed(grid: Grid, row: Sequence[str], width: int) -> Iterator[str]:
    """Yield a row as a list of its cells; the first one is its title."""
    yield from broken(row[0], width)
    for heading, cell in list(zip(grid.headings, row, strict=True))[1:]:
        if cell:
            yield from (f"  {piece}" for piece in broken(labelled(heading, cell), width - GAP))
