"""Numbers as people write them: decimal points and commas, blanks between thousands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

DecimalMark = Literal[".", ","]

_BLANKS = dict.fromkeys(map(ord, " \u00a0\u2009\u202f'’"), None) | {ord("−"): "-"}
_PLAIN = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_GROUPS_OF_POINTS = re.compile(r"[-+]?[0-9]{1,3}(\.[0-9]{3})+")
_GROUPS_OF_COMMAS = re.compile(r"[-+]?[0-9]{1,3}(,[0-9]{3})+")
_ONE_GROUP_OF_COMMAS = re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}")


def decimal_mark(columns: Iterable[NDArray[np.object_]], delimiter: str | None = None) -> DecimalMark | None:
    """Return the decimal mark of a file from all its numbers; None where nothing in it decides.

    1.234,5 and 1,5 say comma; 1,234.5 and 1,234,567 say point. Where all numbers with a comma look like 1,234, a
    semicolon between cells says comma, since it is there to keep the comma free; otherwise they could be either.
    """
    undecided = False
    for text in (cell.translate(_BLANKS) for cells in columns for cell in cells if isinstance(cell, str)):
        if "," not in text or text.strip("+-0123456789.,eE"):
            continue
        if "." in text:
            return "," if text.rindex(",") > text.rindex(".") else "."
        if text.count(",") == 1 and not _ONE_GROUP_OF_COMMAS.fullmatch(text):
            return ","
        if text.count(",") > 1:
            return "."
        undecided = True
    if undecided:
        return "," if delimiter == ";" else None
    return "."


def to_numbers(cells: NDArray[np.object_], mark: DecimalMark | None) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the cells as numbers and which of them are none.

    Parameters
    ----------
    cells : (n,) object
        Texts, numbers, None.
    mark : {".", ",", None}
        Decimal mark of the file; None: a text with a comma is no number.

    Returns
    -------
    values : (n,) float64
        NaN where empty or no number.
    faulty : (n,) bool
        True where something stands that is no number.
    """
    values = np.full(len(cells), np.nan)
    faulty = np.zeros(len(cells), dtype=bool)
    for i, cell in enumerate(cells):
        if cell is None:
            continue
        value = None if isinstance(cell, bool) else _number(cell, mark) if isinstance(cell, str) else float(cell)
        if value is None or not np.isfinite(value):
            faulty[i] = True
        else:
            values[i] = value
    return values, faulty


def _number(text: str, mark: DecimalMark | None) -> float | None:
    digits = text.translate(_BLANKS)
    if mark == "," and ("," in digits or _GROUPS_OF_POINTS.fullmatch(digits)):
        whole, _comma, rest = digits.partition(",")
        if "." in whole and not _GROUPS_OF_POINTS.fullmatch(whole):
            return None
        digits = f"{whole.replace('.', '')}.{rest}" if rest else whole.replace(".", "")
    elif mark == "." and "," in digits:
        whole, point, rest = digits.partition(".")
        if not _GROUPS_OF_COMMAS.fullmatch(whole):
            return None
        digits = whole.replace(",", "") + point + rest
    return float(digits) if _PLAIN.fullmatch(digits) else None


def amount_of(text: str) -> float | str:
    """Return an amount written as in the input files, with blanks or commas too; what is no number stays text."""
    cells = np.array([text.strip()], dtype=object)
    (value,), (faulty,) = to_numbers(cells, decimal_mark([cells]))
    return text if faulty else float(value)


def both_readings(text: str) -> tuple[str, str] | None:
    """Return the two numbers that a text such as 1,234 could be, as 1234 and 1.234; None where it is no such text."""
    digits = text.strip().translate(_BLANKS)
    if not _ONE_GROUP_OF_COMMAS.fullmatch(digits):
        return None
    return digits.replace(",", ""), str(float(digits.replace(",", ".")))
