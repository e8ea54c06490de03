"""XLSX workbooks: one sheet, values as last calculated."""

from __future__ import annotations

import warnings
import zipfile
from typing import IO, TYPE_CHECKING, Any

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.inputs.raw import RawTable, table_of_rows
from planner.wording import number

if TYPE_CHECKING:
    from pathlib import Path

MAX_CELLS = 30_000_000
"""A row is as wide as its last cell, and a million rows with something in the last column would not fit in memory."""
MAX_UNPACKED_BYTES = 500_000_000
"""A sheet of a million rows of ten cells unpacks to less; zipfile never gives more of a part than it declares."""


def read_workbook(path: Path, file: str, *, sheet: str | None) -> RawTable:
    """Read a sheet, the first one if none is named.

    Raises
    ------
    InputError
        The file is no workbook, has no such sheet, or holds no table.
    """
    try:
        _refuse_bomb(path, file)
        with path.open("rb") as stream:  # openpyxl does not close what it fails on
            rows = _rows(stream, file, sheet)
    except InputError:
        raise
    except (
        Exception
    ) as error:  # of a damaged part whatever it comes to: faults of XML, zlib, types, keys, places in lists
        reason = str(error) or type(error).__name__
        message = _("The workbook cannot be read: {reason}.").format(reason=reason)
        raise InputError(Problem("unreadable-file", message, _("Save it again as XLSX, or as CSV."), file)) from error
    header = rows[0][1] if rows and rows[0][0] == 1 else []
    return table_of_rows(header, rows[1:], file)


def _rows(stream: IO[bytes], file: str, sheet: str | None) -> list[tuple[int, list[Any]]]:
    """Return the rows of a sheet that hold anything, with their numbers."""
    # Loaded for workbooks alone: it takes a tenth of the start of a run that reads none.
    from openpyxl import load_workbook  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl's remarks on formatting that it does not know
        book = load_workbook(stream, read_only=True, data_only=True)
    try:
        if sheet is not None and sheet not in book.sheetnames:
            raise InputError(
                Problem(
                    "wrong-layer",
                    _("The workbook has no sheet “{sheet}”.").format(sheet=sheet),
                    _("Its sheets: {names}.").format(names=", ".join(book.sheetnames)),
                    file,
                    value=sheet,
                )
            )
        page = book[sheet] if sheet is not None else book.worksheets[0]
        # Each row would be filled up to the width that the sheet claims to have.
        page.reset_dimensions()
        rows, count = [], 0
        for number_of_row, cells in enumerate(page.iter_rows(values_only=True), start=1):
            count += len(cells)
            if count > MAX_CELLS:
                message = _("The sheet has more than {limit} cells.").format(limit=number(MAX_CELLS))
                remedy = _("Save the columns that matter as CSV.")
                raise InputError(Problem("unreadable-file", message, remedy, file, number_of_row))
            if any(value is not None for value in cells):
                rows.append((number_of_row, list(cells)))
        return rows
    finally:
        book.close()


def _refuse_bomb(path: Path, file: str) -> None:
    """Refuse a workbook whose parts unpack to more than any honest one holds."""
    with zipfile.ZipFile(path) as parts:
        unpacked = sum(part.file_size for part in parts.infolist())
    if unpacked > MAX_UNPACKED_BYTES:
        message = _("The workbook unpacks to {size} MB, more than {limit} MB.").format(
            size=number(unpacked / 1e6), limit=number(MAX_UNPACKED_BYTES / 1e6)
        )
        raise InputError(Problem("unreadable-file", message, _("Save the sheet that matters as CSV."), file))
