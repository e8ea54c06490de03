"""The rows of all datasets of one kind while they are checked: columns of ours, and a ledger of faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.inputs.columns import match_columns
from planner.inputs.model import DatasetReport
from planner.inputs.raw import as_text
from planner.inputs.reading import read_raw
from planner.numerals import DecimalMark, decimal_mark, to_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.errors import Severity
    from planner.inputs.raw import RawTable
    from planner.scenario import Dataset, Scenario

    Mask = NDArray[np.bool_]
    Shown = NDArray[np.object_] | None


@dataclass(frozen=True)
class Part:
    """One dataset of a group, read and with its columns matched."""

    dataset: Dataset
    table: RawTable
    columns: dict[str, str]
    mark: DecimalMark | None

    def empty(self, column: str) -> Mask:
        """Return the rows where the file says nothing for a column of ours."""
        theirs = self.columns.get(column)
        if theirs is None:
            return np.ones(len(self.table), dtype=bool)
        return np.array([cell is None for cell in self.table.columns[theirs]], dtype=bool)


@dataclass
class Group:
    """The n rows of all parts, one after the other.

    Attributes
    ----------
    name : str
        ``offices``, ``sources``, …
    parts : list of Part
    part, row : (n,) int64
        Which part a row comes from, and its spreadsheet row there.
    cells : dict of str to (n,) object
        Our columns, defaults filled in; a column that neither file nor defaults know is not there.
    left_out : (n,) bool
        Rows with a fault: excluded, or the reason to stop.
    problems : list of Problem
    """

    name: str
    parts: list[Part]
    part: NDArray[np.int64]
    row: NDArray[np.int64]
    cells: dict[str, NDArray[np.object_]]
    left_out: Mask
    problems: list[Problem] = field(default_factory=list)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.row)

    @property
    def sound(self) -> Mask:
        """Rows without a fault so far."""
        return ~self.left_out

    def file(self, i: int) -> str:
        """Return the file of row i, as the scenario names it."""
        return str(self.parts[self.part[i]].dataset.file)

    def fault(self, rows: Mask, code: str, message: str, remedy: str, *, column: str, values: Shown = None) -> None:
        """Note a fault of some rows, one problem each; the rows are left out.

        Parameters
        ----------
        rows : (n,) bool
        code, message, remedy : str
        column : str
            One of ours; the problem names the file's own.
        values : (n,) object, optional
            What stands there; default: the cells of ``column``.
        """
        for i in map(int, np.flatnonzero(rows)):
            excluded = self.parts[self.part[i]].dataset.bad_rows == "exclude"
            self._note(i, code, message, remedy, column, values, "excluded" if excluded else "error")
        self.left_out |= rows

    def leave_out(self, rows: Mask, code: str, message: str, remedy: str, *, column: str, values: Shown = None) -> None:
        """Note rows that the scenario's own rule leaves out, whatever it says of bad rows."""
        for i in map(int, np.flatnonzero(rows)):
            self._note(i, code, message, remedy, column, values, "excluded")
        self.left_out |= rows

    def warn(self, rows: Mask, code: str, message: str, remedy: str, *, column: str, values: Shown = None) -> None:
        """Note a warning for some rows; they stay in use."""
        for i in map(int, np.flatnonzero(rows)):
            self._note(i, code, message, remedy, column, values, "warning")

    def _note(
        self, i: int, code: str, message: str, remedy: str, column: str, values: Shown, severity: Severity
    ) -> None:
        shown = self.cells.get(column) if values is None else values
        value = None if shown is None else as_text(shown[i])
        columns = self.parts[self.part[i]].columns
        theirs = ", ".join(columns.get(name, name) for name in column.split(", "))
        self.problems.append(Problem(code, message, remedy, self.file(i), int(self.row[i]), theirs, value, severity))

    def has(self, column: str) -> bool:
        """Return whether a file or a default gives the column."""
        return column in self.cells

    def text(self, column: str, default: str = "") -> NDArray[np.object_]:
        """Return a column as text, (n,) of str; ``default`` where it is empty."""
        if column not in self.cells:
            return np.full(len(self), default, dtype=object)
        texts = [as_text(cell) for cell in self.cells[column]]
        return np.array([default if text is None else text for text in texts], dtype=object)

    def numbers(
        self,
        column: str,
        default: float = np.nan,
        *,
        required: bool = False,
        least: float = 0.0,
        greatest: float = np.inf,
    ) -> NDArray[np.float64]:
        """Return a column as numbers, (n,); what is no number or out of range is a fault.

        Parameters
        ----------
        column : str
        default : float
            Where the cell is empty.
        required : bool
            An empty cell is a fault.
        least, greatest : float
        """
        if column not in self.cells:
            values, faulty = np.full(len(self), np.nan), np.zeros(len(self), dtype=bool)
        else:
            pieces = [to_numbers(self.cells[column][self.part == k], part.mark) for k, part in enumerate(self.parts)]
            values = np.concatenate([piece[0] for piece in pieces])
            faulty = np.concatenate([piece[1] for piece in pieces])
        remedy = _("Write a number such as 1234.5 or 1234,5; 1,234 alone could mean either.")
        self.fault(faulty, "not-a-number", _("A number is expected."), remedy, column=column)
        missing = np.isnan(values) & ~faulty
        if required:
            self.fault(missing, "missing-value", _("The value is missing."), _("Fill in the cell."), column=column)
        if least == 0:
            message = _("The number is negative.")
            self.fault(values < 0, "negative-number", message, _("Correct the sign or the value."), column=column)
        low, high = (values < least) & (least != 0), values > greatest
        message = _("The number must lie between {least} and {greatest}.").format(least=least, greatest=greatest)
        self.fault(low | high, "out-of-range", message, _("Correct the value."), column=column)
        return np.where(missing, default, values)

    def in_file_order(self) -> list[Problem]:
        """Return the problems by file and row; those of whole files come first."""
        files = list(dict.fromkeys(part.dataset.file for part in self.parts))
        place = {file: k for k, file in enumerate(files)}
        return sorted(self.problems, key=lambda problem: (place.get(problem.file or "", -1), problem.row or 0))

    def reports(self) -> list[DatasetReport]:
        """Return what became of each dataset."""
        reports = []
        for k, part in enumerate(self.parts):
            excluded = int(np.count_nonzero(self.left_out & (self.part == k)))
            defaulted = {name: int(np.count_nonzero(part.empty(name))) for name in part.dataset.defaults}
            reports.append(
                DatasetReport(
                    group=self.name,
                    file=part.dataset.file,
                    layer=part.dataset.layer,
                    encoding=part.table.encoding,
                    delimiter=part.table.delimiter,
                    columns=dict(part.columns),
                    defaulted={name: count for name, count in defaulted.items() if count},
                    in_file=part.table.in_file,
                    read=len(part.table),
                    used=len(part.table) - excluded,
                    excluded=excluded,
                )
            )
        return reports


def read_group(
    scenario: Scenario,
    name: str,
    datasets: Sequence[Dataset],
    known: dict[str, tuple[str, ...]],
    *,
    numeric: Sequence[str],
    extra: Sequence[str] = (),
    texts: Sequence[str] = (),
) -> Group:
    """Read all datasets of a kind and match their columns; faults of whole files are noted, the others are read on.

    Parameters
    ----------
    scenario : Scenario
    name : str
        Of the group.
    datasets : sequence of Dataset
    known : dict
        Our columns with their other usual names.
    numeric : sequence of str
        Our columns that hold numbers: they decide on a file's decimal mark.
    extra : sequence of str
        Further columns of ours, all numeric.
    texts : sequence of str
        Further columns of ours that hold text.
    """
    parts: list[Part] = []
    problems: list[Problem] = []
    for dataset in datasets:
        try:
            table = read_raw(dataset, scenario.locate(dataset.file))
        except InputError as error:
            problems.extend(error.problems)
            continue
        columns, faults = match_columns(table, dataset, known, (*extra, *texts))
        problems.extend(faults)
        numbers = [table.columns[columns[ours]] for ours in (*numeric, *extra) if ours in columns]
        parts.append(Part(dataset, table, columns, decimal_mark(numbers, table.delimiter)))
    return group_of(name, parts, problems)


def group_of(name: str, parts: list[Part], problems: list[Problem]) -> Group:
    """Return the rows of all parts, one after the other."""
    sizes = [len(part.table) for part in parts]
    return Group(
        name=name,
        parts=parts,
        part=np.repeat(np.arange(len(parts)), sizes),
        row=np.concatenate([np.empty(0, dtype=np.int64), *(part.table.row for part in parts)]),
        cells=_cells(parts),
        left_out=np.zeros(sum(sizes), dtype=bool),
        problems=problems,
    )


def _cells(parts: list[Part]) -> dict[str, NDArray[np.object_]]:
    """Return our columns over all parts, empty cells filled from the defaults."""
    names = dict.fromkeys(name for part in parts for name in (*part.columns, *part.dataset.defaults))
    cells: dict[str, NDArray[np.object_]] = {}
    for name in names:
        pieces = []
        for part in parts:
            theirs = part.columns.get(name)
            piece = (
                np.full(len(part.table), None, dtype=object) if theirs is None else part.table.columns[theirs].copy()
            )
            if name in part.dataset.defaults:
                piece[part.empty(name)] = part.dataset.defaults[name]
            pieces.append(piece)
        cells[name] = np.concatenate(pieces)
    return cells
