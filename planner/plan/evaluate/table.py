"""The rows of somebody else's plan, and what of them cannot be priced."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.inputs.raw import as_text
from planner.inputs.text_table import read_text_table

if TYPE_CHECKING:
    from pathlib import Path

    from planner.plan.evaluate.reasons import Reason


@dataclass(frozen=True)
class Wish:
    """One row of the table.

    Attributes
    ----------
    row : int
        As a spreadsheet counts.
    office : str
        Id of the place that is connected.
    technology : str
    parent : str
        Id of the place it hangs from; empty where the table leaves it open.
    """

    row: int
    office: str
    technology: str
    parent: str


@dataclass
class Refusals:
    """Rows that cannot be priced, with the reasons.

    Attributes
    ----------
    file : str
        Name of the table.
    problems : list of Problem
        With severity ``excluded``.
    """

    file: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, wish: Wish, reason: Reason) -> None:
        """Refuse one row."""
        value = getattr(wish, reason.column)
        self.problems.append(
            Problem(reason.code, reason.message, reason.remedy, self.file, wish.row, reason.column, value, "excluded")
        )


def read_wishes(csv_path: Path) -> tuple[list[Wish], list[Problem]]:
    """Return the rows of a table with columns office, technology and, if it likes, parent.

    Returns
    -------
    list of Wish
    list of Problem
        Rows without an office or a technology, with severity ``excluded``.

    Raises
    ------
    InputError
        The file cannot be read, holds no table or lacks a column.
    """
    file = str(csv_path)
    try:
        table = read_text_table(csv_path, file, encoding=None, delimiter=None)
    except OSError as error:
        message = _("The file cannot be read: {reason}.").format(reason=error.strerror)
        raise InputError(Problem("unreadable-file", message, _("Check the path of the plan."), file)) from error
    columns = {name.strip().lower(): cells for name, cells in table.columns.items()}
    if missing := [name for name in ("office", "technology") if name not in columns]:
        message = _("The plan has no column “{name}”.")
        remedy = _("Its columns are office, technology and, where wanted, parent.")
        raise InputError(
            [Problem("missing-column", message.format(name=name), remedy, file, 1, name) for name in missing]
        )
    wishes, problems = [], []
    parents = columns.get("parent", [None] * len(table))
    for row, office, technology, parent in zip(
        table.row.tolist(), columns["office"], columns["technology"], parents, strict=True
    ):
        texts = {"office": as_text(office), "technology": as_text(technology)}
        if empty := [name for name, text in texts.items() if not text]:
            message, remedy = _("The cell is empty."), _("Fill it in, or take the row out.")
            problems += [
                Problem("missing-value", message, remedy, file, row, name, severity="excluded") for name in empty
            ]
        else:
            wishes.append(Wish(row, texts["office"] or "", (texts["technology"] or "").lower(), as_text(parent) or ""))
    return wishes, problems
