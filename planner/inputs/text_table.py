"""Text tables: CSV with any usual delimiter and encoding."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.inputs.raw import RawTable, table_of_rows

if TYPE_CHECKING:
    from pathlib import Path

DELIMITERS = (";", "\t", "|", ",")
_SAMPLE_ROWS = 50
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MOSTLY = 0.5  # of the letters of a table are Latin: their high byte is zero in UTF-16
_WESTERN = "cp1252"
_EIGHT_BIT = (_WESTERN, "cp1251", "cp1256")  # Western, Cyrillic, Arabic


def read_text_table(path: Path, file: str, *, encoding: str | None, delimiter: str | None) -> RawTable:
    """Read a CSV; what is not given is recognised.

    Raises
    ------
    InputError
        The file cannot be decoded or holds no table.
    """
    text, encoding = _decode(path.read_bytes(), file, encoding)
    delimiter = delimiter or _delimiter(text)
    try:
        reader = enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1)
        # Empty lines count, and a file may hold millions of them.
        rows = [(number, cells) for number, cells in reader if cells]
    except csv.Error as error:
        message = _("The text table cannot be read: {reason}.").format(reason=error)
        raise InputError(Problem("unreadable-file", message, _("Save it again as CSV UTF-8."), file)) from error
    header = rows[0][1] if rows and rows[0][0] == 1 else []
    return table_of_rows(list(header), rows[1:], file, encoding=encoding, delimiter=delimiter)


def _decode(data: bytes, file: str, encoding: str | None) -> tuple[str, str]:
    """Return the text and its encoding."""
    found = encoding or recognise_encoding(data)
    message = _("The file is not text in the encoding {encoding}.").format(encoding=found)
    remedy = _("Save it as CSV UTF-8, or say its “encoding” in the dataset, such as cp1252.")
    problem = Problem("unreadable-file", message, remedy, file, value=encoding)
    try:
        text = data.decode(found)
    except (UnicodeDecodeError, LookupError) as error:
        raise InputError(problem) from error
    if "\0" in text:  # no text has zeros in it
        raise InputError(problem)
    return text, found


def recognise_encoding(data: bytes) -> str:
    """Return the encoding of a text.

    A byte-order mark decides; then UTF-8, which no other text of some length happens to be; then UTF-16 by its zero
    bytes. Of the 8-bit encodings, Windows Western is taken wherever its letters make words: short tables are too little
    for statistics, which would call French Central European. Only where they make none are Cyrillic and Arabic tried.
    """
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return name
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if b"\0" not in data:
            return "utf-8"
    for name, high_bytes in (("utf-16-le", data[1::2]), ("utf-16-be", data[0::2])):
        if high_bytes.count(0) > _MOSTLY * len(high_bytes):
            return name
    # Loaded for files of unknown encoding alone.
    from charset_normalizer import from_bytes  # noqa: PLC0415

    matches = from_bytes(data, cp_isolation=list(_EIGHT_BIT))
    best = matches.best()
    if best is None or any(_WESTERN in match.could_be_from_charset for match in matches):
        return _WESTERN
    return best.encoding


def _delimiter(text: str) -> str:
    """Return the delimiter that splits the first rows into the most columns of the same number."""

    def columns(delimiter: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            sizes = [len(row) for row, _i in zip(reader, range(_SAMPLE_ROWS), strict=False) if row]
        except csv.Error:
            return 0, 0
        if not sizes or sizes[0] < 2:
            return 0, 0
        return sum(size == sizes[0] for size in sizes), sizes[0]

    return max(DELIMITERS, key=columns) if any(columns(delimiter) != (0, 0) for delimiter in DELIMITERS) else ","
