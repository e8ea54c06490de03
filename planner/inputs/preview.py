"""A table as its file holds it, and what the program would take its columns for, before any scenario names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.inputs.columns import (
    COVERAGE_COLUMNS,
    FIBRE_ROUTE_COLUMNS,
    GRID_COLUMNS,
    OFFICE_COLUMNS,
    QUOTE_COLUMNS,
    REGION_COLUMNS,
    ROAD_COLUMNS,
    SOURCE_COLUMNS,
    TOWER_COLUMNS,
    match_columns,
)
from planner.inputs.offices import STATUS_WORDS as OFFICE_STATUS_WORDS
from planner.inputs.raw import as_text
from planner.inputs.reading import read_raw
from planner.inputs.status import STATUS_WORDS
from planner.scenario import Dataset

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {
    "offices": OFFICE_COLUMNS,
    "sources": SOURCE_COLUMNS,
    "towers": TOWER_COLUMNS,
    "regions": REGION_COLUMNS,
    "coverage": COVERAGE_COLUMNS,
    "power": GRID_COLUMNS,
    "quotes": QUOTE_COLUMNS,
    "fibre_routes": FIBRE_ROUTE_COLUMNS,
    "roads": ROAD_COLUMNS,
}
"""Kinds of data, as the scenario's ``inputs`` call them, with our columns of each."""
_VALUES = {"status_before": OFFICE_STATUS_WORDS, "status": STATUS_WORDS}
"""Of columns of ours in which only certain words may stand: meaning to words."""


@dataclass(frozen=True)
class Preview:
    """What a file holds.

    Attributes
    ----------
    columns : tuple of str
        Its own headers.
    rows : tuple of tuple of str or None
        Cells as text, the first rows only if so many were asked for.
    count : int
        Rows in the file.
    ours : tuple of str
        Our columns of this kind of data.
    mapping : dict of str to str
        Our column: the file's column that is taken for it by its name.
    values : dict of str to dict
        Of columns of ours in which only certain words may stand: meaning to the words that are understood.
    has_geometry : bool
        Positions are those of the layer.
    encoding, delimiter : str or None
        Of a text table.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    count: int
    ours: tuple[str, ...]
    mapping: dict[str, str]
    values: dict[str, dict[str, tuple[str, ...]]]
    has_geometry: bool
    encoding: str | None
    delimiter: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON-ready mapping."""
        return vars(self)


def preview(file: Path, kind: str, *, rows: int | None = None) -> Preview:
    """Read a file of offices, towers … as it is.

    Parameters
    ----------
    file : Path
    kind : str
        Key of `KINDS`.
    rows : int or None
        How many rows are wanted at most; all if None.

    Raises
    ------
    InputError
        There is no such kind of data, or the file cannot be read.
    """
    if kind not in KINDS:
        message, remedy = _("There is no such kind of data."), _("Kinds: {names}.").format(names=", ".join(KINDS))
        raise InputError(Problem("bad-option", message, remedy, column="--kind", value=kind))
    dataset = Dataset(file=file.name)
    table = read_raw(dataset, file)
    mapping, _faults = match_columns(table, dataset, KINDS[kind])
    cells = list(table.columns.values())
    wanted = len(table) if rows is None else min(rows, len(table))
    return Preview(
        columns=tuple(table.columns),
        rows=tuple(tuple(as_text(column[row]) for column in cells) for row in range(wanted)),
        count=len(table),
        ours=tuple(KINDS[kind]),
        mapping=mapping,
        values={name: words for name, words in _VALUES.items() if name in KINDS[kind]},
        has_geometry=table.geometry is not None,
        encoding=table.encoding,
        delimiter=table.delimiter,
    )
