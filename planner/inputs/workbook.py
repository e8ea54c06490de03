"""XLSX workbooks: one sheet, values as last calculated."""

from __future__ import annotations

import warnings
import zipfile
from typing import TYPE_CHECKING

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.inputs.raw import RawTable, table_of_rows

if TYPE_CHECKING:
    from pathlib import Path


def read_workbook(path: Path, file: str, *, sheet: str | None) -> RawTable:
    """Read a sheet, the first one if none is named.

    Raises
    ------
    InputError
        The file is no workbook, has no such sheet, or holds no table.
    """
    try:
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
