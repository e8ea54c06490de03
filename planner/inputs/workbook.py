"""XLSX workbooks: one sheet, values as last calculated."""

from __future__ import annotations

import warnings
import zipfile
from typing import TYPE_CHECKING

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.inputs.raw import RawTable, table_of_rows
from planner.wording import number

if TYPE_CHECKING:
    from pathlib import Path

MAX_UNPACKED_BYTES = 500_000_000
"""A sheet of a million rows of ten cells unpacks to less; zipfile never gives more of a part than it declares."""


def read_workbook(path: Path, file: str, *, sheet: str | None) -> RawTable:
    """Read a sheet, the first one if none is named.

    Raises
    ------
    InputError
        The file is no workbook, has no such sheet, or holds no table.
    """
    # Loaded for workbooks alone: it takes a tenth of the start of a run that reads none.
    from openpyxl import load_workbook  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        _refuse_bomb(path, file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # openpyxl's remarks on formatting that it does not know
            book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        message = _("The workbook cannot be read: {reason}.").format(reason=error)
        raise InputError(Problem("unreadable-file", message, _("Save it again as XLSX, or as CSV."), file)) from error
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
        rows = [(number, list(cells)) for number, cells in enumerate(page.iter_rows(values_only=True), start=1)]
    finally:
        book.close()
    header = rows[0][1] if rows else []
    return table_of_rows(header, rows[1:], file)


def _refuse_bomb(path: Path, file: str) -> None:
    """Refuse a workbook whose parts unpack to more than any honest one holds."""
    with zipfile.ZipFile(path) as parts:
        unpacked = sum(part.file_size for part in parts.infolist())
    if unpacked > MAX_UNPACKED_BYTES:
        message = _("The workbook unpacks to {size} MB, more than {limit} MB.").format(
            size=number(unpacked / 1e6), limit=number(MAX_UNPACKED_BYTES / 1e6)
        )
        raise InputError(Problem("unreadable-file", message, _("Save the sheet that matters as CSV."), file))
