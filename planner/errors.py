"""The one exception family: every error a user can cause says where, what and how to mend it.

The exit code of each class is the contract's: 1 internal or failed verification, 2 wrong input or usage, 3 infeasible,
4 cancelled.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity = Literal["error", "excluded", "warning"]


@dataclass(frozen=True)
class Problem:
    """One fault in what the user gave: a row of the table that ``planner check`` shows.

    Attributes
    ----------
    code : str
        Stable short name of the kind of fault, e.g. ``"swapped-coordinates"``; tests and scripts rely on it.
    message : str
        What is wrong, in the user's language.
    remedy : str
        What to do about it, in the user's language.
    file, row, column, value
        Where: file as the user named it; row is 1-based as a spreadsheet counts (the header is row 1); value as text.
    severity : {"error", "excluded", "warning"}
        ``error`` stops the run; ``excluded``: the row was left out, as the scenario orders; ``warning`` informs.
    """

    code: str
    message: str
    remedy: str = ""
    file: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    severity: Severity = "error"

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON-ready mapping."""
        return asdict(self)

    @property
    def place(self) -> str:
        """Where it is, in the user's language: file, row, column and value, as far as they are known."""
        # What is in no file is in a scenario that has been read: tables are always named.
        of_scenario = (self.file or ".yaml").endswith((".yaml", ".yml"))
        row = _("line {row}") if of_scenario else _("row {row}")
        column = _("field {column}") if of_scenario else _("column {column}")
        if (self.column or "").startswith("--"):
            column = _("option {column}")
        elif self.file is None and (self.column or "").isupper():
            column = _("argument {column}")
        parts = (
            self.file or "",
            row.format(row=self.row) if self.row is not None else "",
            column.format(column=self.column) if self.column else "",
            _("value “{value}”").format(value=self.value) if self.value is not None else "",
        )
        return ", ".join(part for part in parts if part)

    def __str__(self) -> str:
        """Return one line: place, message, remedy."""
        text = " ".join(part for part in (self.message, self.remedy) if part)
        return _("{label}: {text}").format(label=self.place, text=text) if self.place else text


class PlannerError(Exception):
    """Base of every error that the program raises on purpose."""

    exit_code = 1


class InputError(PlannerError):
    """Wrong input or usage; carries every fault found, not only the first.

    Parameters
    ----------
    problems : iterable of Problem
        At least one.
    """

    exit_code = 2

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        """Let it travel between processes with its problems rather than with its message alone."""
        return type(self), (self.problems,)


class InfeasibleError(PlannerError):
    """No plan can keep all limits; the message says which and the smallest relaxation."""

    exit_code = 3


class CancelledError(PlannerError):
    """The user stopped the run before its first plan."""

    exit_code = 4


class VerificationError(PlannerError):
    """A stored plan does not hold what it says; the message lists the differences."""

    exit_code = 1
