"""Where in its file a fault of a scenario stands that shows only beside the inputs or in the search."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from planner.errors import InputError, Problem
from planner.scenario.yaml_text import field_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from planner.scenario.schema import Scenario
    from planner.scenario.yaml_text import Document, Location

_PART = re.compile(r"[^.\[\]]+")


@dataclass(frozen=True)
class Written:
    """How a scenario stands in its file; no part of what it says, so that all are equal.

    Attributes
    ----------
    file : str
        As the user named it.
    rows : mapping of location to int
        Line of every value.
    texts : mapping of location to str
        Single values, as `value_as_typed` tells them.
    said_after : frozenset of str
        Field paths that were said after the file was read, for which it is not to blame.
    """

    file: str = field(compare=False)
    rows: Mapping[Location, int] = field(compare=False)
    texts: Mapping[Location, str] = field(compare=False)
    said_after: frozenset[str] = field(compare=False)

    @classmethod
    def of(cls, document: Document, file: str, said_after: Iterable[str]) -> Written:
        """Return it of a parsed file."""
        return cls(file, document.rows, dict(_texts(document.data, ())), frozenset(said_after))

    def placed(self, problem: Problem) -> Problem:
        """Return a problem with file and line, if it is one of a field that the file is to blame for."""
        column = problem.column or ""
        if any(column == name or column.startswith((f"{name}.", f"{name}[")) for name in self.said_after):
            return problem
        at = self._nearest(column)
        if field_path(at) == column:
            named = (
                place
                for place, text in self.texts.items()
                if place[: len(at)] == at and text == problem.value and place in self.rows
            )
            key: Location = (*at, problem.value or "")
            at = key if key in self.rows else next(named, at)
        # The line of the whole file says nothing of a field that is not in it.
        return replace(problem, file=self.file, row=self.rows[at] if at else None)

    def _nearest(self, column: str) -> Location:
        """Return where a field stands, or what is around it; names of figures, which are keys, hold points too."""
        paths = ((at, field_path(at)) for at in self.rows)
        around = (at for at, path in paths if column == path or column.startswith((f"{path}.", f"{path}[")))
        return max(around, key=len, default=())


def value_as_typed(value: Any) -> str:
    """Return a single value as people write it: whole numbers without a point, halves of characters as escapes."""
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
    return str(int(value) if whole else value).encode("utf-8", "backslashreplace").decode("utf-8")


def placed(problems: Iterable[Problem], scenario: Scenario) -> tuple[Problem, ...]:
    """Return problems with file and line of the scenario where they are of its fields and name no file.

    Parameters
    ----------
    problems : iterable of Problem
    scenario : Scenario
        One that was not loaded from a file has no places.
    """
    written = scenario.written
    return tuple(
        written.placed(problem) if written is not None and _of_field(problem, scenario) else problem
        for problem in problems
    )


@contextmanager
def placing(scenario: Scenario) -> Iterator[None]:
    """Give faults of a scenario that are raised inside their file and line."""
    try:
        yield
    except InputError as error:
        raise InputError(placed(error.problems, scenario)) from error


def _of_field(problem: Problem, scenario: Scenario) -> bool:
    first = _PART.match(problem.column or "")
    return problem.file is None and first is not None and first[0] in type(scenario).model_fields


def _texts(value: Any, at: Location) -> Iterator[tuple[Location, str]]:
    if isinstance(value, dict | list):
        for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(entry, (*at, key))
    elif value is not None:
        yield at, value_as_typed(value)
