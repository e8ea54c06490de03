"""A table as its file holds it, whatever the format: cells, row numbers, geometry."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.errors import InputError, Problem
from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Cells = NDArray[np.object_]

FIRST_DATA_ROW = 2
"""Rows are counted as a spreadsheet does: the header is row 1. Features of a layer count as if they were exported."""


@dataclass(frozen=True)
class RawTable:
    """Cells of n rows.

    Attributes
    ----------
    columns : dict of str to (n,) object
        By the file's own header. Cells are text without outer blanks, numbers, booleans, or None where empty.
    row : (n,) int64
        Spreadsheet row.
    geometry : (n,) object or None
        Shapely geometries or None, for layers.
    crs : str or None
        Of the geometry; None where the file does not say.
    encoding, delimiter : str or None
        Of a text table.
    in_file : int
        Rows before any filter.
    """

    columns: dict[str, Cells]
    row: NDArray[np.int64]
    geometry: Cells | None = None
    crs: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    in_file: int = 0

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.row)

    def taken(self, mask: NDArray[np.bool_]) -> RawTable:
        """Return the rows where ``mask`` is true."""
        return RawTable(
            {name: cells[mask] for name, cells in self.columns.items()},
            self.row[mask],
            None if self.geometry is None else self.geometry[mask],
            self.crs,
            self.encoding,
            self.delimiter,
            self.in_file,
        )


def cell(value: Any) -> str | float | bool | None:
    """Return a value of any file format as a cell."""
    if value is None or isinstance(value, bool | np.bool_):
        return None if value is None else bool(value)
    if isinstance(value, int | float | np.integer | np.floating):
        try:
            return None if value != value else float(value)  # noqa: PLR0124 - NaN differs from itself
        except OverflowError:  # a whole number of hundreds of digits is told as it stands
            return str(value)
    return str(value).strip() or None


def as_text(value: str | float | bool | None) -> str | None:
    """Return a cell as the user would write it: whole numbers without a decimal point."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)


def table_of_rows(
    header: list[Any],
    rows: Sequence[tuple[int, Sequence[Any]]],
    file: str,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> RawTable:
    """Return the table of a header and numbered rows of cells; rows without any content are left out.

    Raises
    ------
    InputError
        Nothing in the file, the same header twice, or rows with more cells than the header.
    """
    names = [as_text(cell(name)) for name in header]
    if not any(names):
        remedy = _("The first row must name the columns and the rows below hold the data.")
        raise InputError(Problem("empty-file", _("The file holds no table."), remedy, file))
    problems = [
        Problem(
            "duplicate-column",
            _("Two columns have the name “{name}”.").format(name=name),
            _("Rename one of them."),
            file,
            1,
            name,
        )
        for name in sorted(name for name, times in Counter(names).items() if name and times > 1)
    ]
    cells: list[list[str | float | bool | None]] = []
    numbers: list[int] = []
    for number, values in rows:
        row = [cell(value) for value in values]
        if not any(value is not None for value in row):
            continue
        beyond = [value for k, value in enumerate(row) if value is not None and (k >= len(names) or not names[k])]
        if beyond:
            message = _("The row has a cell in a column without a name.")
            remedy = _("Name the column, or put text that holds the delimiter in quotes.")
            problems.append(Problem("unnamed-column", message, remedy, file, number, value=as_text(beyond[0])))
        cells.append([*row, *[None] * (len(names) - len(row))])
        numbers.append(number)
    if problems:
        raise InputError(problems)
    columns = {name: np.array([row[k] for row in cells] or [], dtype=object) for k, name in enumerate(names) if name}
    return RawTable(
        columns, np.array(numbers, dtype=np.int64), encoding=encoding, delimiter=delimiter, in_file=len(numbers)
    )
