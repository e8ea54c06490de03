"""A workbook with few kinds of cells: texts that stay texts, numbers, and formulas with their value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

import xlsxwriter
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LONGEST_TEXT: Final = 32_767
"""A cell holds no more characters."""
READ_AS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A text that starts so would be a formula once somebody edits it; such cells are marked as text for ever."""

_MONEY = "#,##0.00;[Red]-#,##0.00;–"
_STYLES: Final[Mapping[str, dict[str, Any]]] = {
    "title": {"bold": True, "font_size": 16},
    "heading": {"bold": True, "font_size": 12, "top": 2},
    "note": {"italic": True, "font_color": "#444444", "text_wrap": True, "valign": "top"},
    "warning": {"bold": True, "font_color": "#9C0006", "bg_color": "#FFC7CE"},
    "head": {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter"},
    "text": {"indent": 1},
    "money": {"num_format": _MONEY},
    "real": {"num_format": "#,##0.00"},
    "exact": {"num_format": "#,##0.######"},
    "degrees": {"num_format": "0.000000"},
    "whole": {"num_format": "#,##0"},
    "share": {"num_format": "0.00%"},
    "factor": {"num_format": "0.000000;-0.000000;–"},
}
_VARIANTS: Final[Mapping[str, dict[str, Any]]] = {
    "": {},
    "input": {"bg_color": "#FFF8DC", "font_color": "#00349A", "border": 1, "border_color": "#B0A060"},
    "total": {"bold": True, "top": 1, "bg_color": "#E8EEF5"},
    "was": {"font_color": "#666666"},
}


class Book:
    """A workbook under construction; ``with`` writes it to its file at the end."""

    def __init__(self, path: Path) -> None:
        # Nothing that a user wrote is taken for a formula, a link or a number.
        guarded = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(str(path), guarded)
        self._formats: dict[tuple[str, bool], Format] = {}

    def __enter__(self) -> Self:
        """Return the book."""
        return self

    def __exit__(self, failed: type[BaseException] | None, *_error: object) -> None:
        """Write the file; one that failed is closed too, so that its parts leave the disk."""
        self._book.close()

    def sheet(self, name: str) -> Sheet:
        """Add a sheet behind the others."""
        return Sheet(self, self._book.add_worksheet(name))

    def name_cell(self, name: str, sheet: Sheet, row: int, column: int) -> None:
        """Give a cell a name that formulas of every sheet may use."""
        self._book.define_name(name, f"={sheet.at(row, column)}")

    def style(self, style: str, *, quoted: bool = False) -> Format:
        """Return the format of a style: a base such as ``"money"``, or a base and a variant, ``"money total"``."""
        if (style, quoted) not in self._formats:
            base, _space, variant = style.partition(" ")
            properties = {**_STYLES[base], **_VARIANTS[variant], **({"quote_prefix": True} if quoted else {})}
            self._formats[style, quoted] = self._book.add_format(properties)
        return self._formats[style, quoted]


class Sheet:
    """A sheet of a `Book`; rows and columns count from 0."""

    def __init__(self, book: Book, sheet: Worksheet) -> None:
        self._book, self._sheet = book, sheet
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P / &N")

    def at(self, row: int, column: int) -> str:
        """Return a reference to a cell from any sheet."""
        return f"{self._quoted}!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"

    def span(self, first_row: int, last_row: int, column: int) -> str:
        """Return a reference to part of a column from any sheet."""
        return f"{self._quoted}!{xl_range_abs(first_row, column, last_row, column)}"

    @property
    def _quoted(self) -> str:
        name: str = self._sheet.get_name()
        return "'" + name.replace("'", "''") + "'"

    def text(self, row: int, column: int, text: str | None, style: str = "text") -> None:
        """Write a text; a longer one than a cell can hold ends in an ellipsis."""
        held = text or ""
        if len(held) > LONGEST_TEXT:
            held = held[: LONGEST_TEXT - 1] + "…"
        quoted = held.startswith(READ_AS_FORMULA)
        self._sheet.write_string(row, column, held, self._book.style(style, quoted=quoted))

    def number(self, row: int, column: int, value: float | None, style: str) -> None:
        """Write a number; nothing where it is not known."""
        known = value is not None and value == value and abs(value) != float("inf")  # noqa: PLR0124 - NaN
        if known:
            self._sheet.write_number(row, column, value, self._book.style(style))
        else:
            self._sheet.write_blank(row, column, None, self._book.style(style))

    def formula(self, row: int, column: int, formula: str, value: float | str, style: str) -> None:
        """Write a formula with the value that it has now: programs that do not reckon show that."""
        self._sheet.write_formula(row, column, formula, self._book.style(style), value)

    def note(self, row: int, text: str, columns: int, *, lines: int = 2, style: str = "note") -> None:
        """Write a text over several columns."""
        self._sheet.set_row(row, 15 * lines)
        self._sheet.merge_range(row, 0, row, columns - 1, "", self._book.style(style))
        self.text(row, 0, text, style)

    def widths(self, *widths: float) -> None:
        """Set the widths of the first columns, in characters."""
        for column, width in enumerate(widths):
            self._sheet.set_column(column, column, width)

    def hide(self, first: int, last: int) -> None:
        """Hide columns that serve formulas only."""
        self._sheet.set_column(first, last, None, None, {"hidden": True})

    def head(self, row: int, headings: Sequence[str]) -> None:
        """Write a row of headings that is repeated on every page and stays in view."""
        self._sheet.set_row(row, 32)
        for column, heading in enumerate(headings):
            self.text(row, column, heading, "head")

    def keep_in_view(self, row: int, column: int = 0) -> None:
        """Keep what is above a row and left of a column in view, on paper the row above it."""
        self._sheet.freeze_panes(row, column)
        self._sheet.repeat_rows(row - 1)

    def filter(self, row: int, last_row: int, columns: int) -> None:
        """Let readers filter a table by its headings."""
        self._sheet.autofilter(row, 0, last_row, columns - 1)

    def only(self, row: int, column: int, rule: Mapping[str, Any]) -> None:
        """Refuse what breaks a rule in an input cell, in XlsxWriter's words."""
        self._sheet.data_validation(row, column, row, column, dict(rule))

    def rows(self, first_row: int, styles: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Write rows of a table, each column in its style, and return the row behind the last."""
        row = first_row
        for values in rows:
            for column, (style, value) in enumerate(zip(styles, values, strict=True)):
                if style.startswith("text"):
                    self.text(row, column, value, style)
                else:
                    self.number(row, column, value, style)
            row += 1
        return row
