"""Candidate links by the ids of their ends, as scenarios name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.errors import Problem
from planner.i18n import _
from planner.likeness import nearest_ids
from planner.links.options import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.errors import Severity
    from planner.links.options import LinkOptions

ROOT_ID = "root"
"""What links from the outside world are said to start from."""
SECTOR_MARK = "~sector:"


def base_of(sector: str) -> str:
    """Return the place of the base station of a sector: its id is ``~sector:TECHNOLOGY:PLACE``."""
    return sector.removeprefix(SECTOR_MARK).partition(":")[2]


def named_links(
    options: LinkOptions, names: Sequence[tuple[str, ...]], *, field: str, without: Severity
) -> tuple[list[NDArray[np.int64]], list[Problem]]:
    """Return the rows of ``LinkOptions`` that each name means, and what is wrong with the names.

    Parameters
    ----------
    options : LinkOptions
    names : sequence of tuple of str
        Ids of both ends, in either order, and maybe a technology.
    field : str
        Of the scenario, for the problems.
    without : {"error", "warning"}
        How grave it is that there is no such candidate; an unknown id always is an error.
    """
    rows_of = {name: row for row, name in enumerate(options.places.id.tolist())} | {ROOT_ID: ROOT}
    technology = options.technology()
    found, problems = [], []
    for name in names:
        unknown = [end for end in name[:2] if end not in rows_of]
        problems += [unknown_place(end, list(rows_of), field) for end in unknown]
        if unknown:
            found.append(np.empty(0, np.int64))
            continue
        one, other = (rows_of[end] for end in name[:2])
        between = ((options.u == one) & (options.v == other)) | ((options.u == other) & (options.v == one))
        rows = np.flatnonzero(between & ((technology == name[2]) if len(name) > 2 else True))
        if not len(rows):
            problems.append(_no_candidate(name, sorted(set(technology[between].tolist())), field, without))
        found.append(rows)
    return found, problems


def unknown_place(end: str, known: Sequence[str], field: str) -> Problem:
    """Return the problem of an id that no place has, with the nearest ones."""
    near = nearest_ids(end, known)
    remedy = _("The nearest ids are: {ids}.").format(ids=", ".join(near)) if near else _("Correct or remove it.")
    return Problem("unknown-place", _("No place has this id."), remedy, column=field, value=end)


def _no_candidate(name: tuple[str, ...], others: list[str], field: str, severity: Severity) -> Problem:
    message = (
        _("There is no candidate link of this technology between these places; there is: {technologies}.").format(
            technologies=", ".join(others)
        )
        if others
        else _("There is no candidate link between these places.")
    )
    remedy = _("Run “planner links” to see what is offered, or remove the pair.")
    return Problem("no-candidate", message, remedy, column=field, value=", ".join(name), severity=severity)
