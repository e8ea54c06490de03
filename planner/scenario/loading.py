"""Scenario files: reading, changing single fields, writing."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.scenario.faults import problems_of
from planner.scenario.placing import Written, value_as_typed
from planner.scenario.rules import Budget
from planner.scenario.schema import Scenario
from planner.scenario.yaml_text import Document, field_path, parse_yaml, write_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.scenario.yaml_text import Location

SCENARIO_FILE = "scenario.yaml"

_BUDGETS: Location = ("budgets",)
_WEIGHTS: Location = ("benefit", "weights")
_POSITION = re.compile(r"\[([0-9]{1,9})\](?:\.|(?=\[)|$)")
_FIRST_NAME = re.compile(r"[^.\[]+")


def load_scenario(
    path: str | Path, *, data_root: str | Path | None = None, overrides: Mapping[str, Any] | None = None
) -> Scenario:
    """Read and check a scenario; its input files are not opened.

    Parameters
    ----------
    path : path
        The file, or the folder that holds ``scenario.yaml``.
    data_root : path, optional
        Where relative paths are looked up before the scenario's own folder.
    overrides : mapping of str to value, optional
        Field path to value, said after reading: ``{"solver.gap": 0.01, "inputs.terrain[0]": "dem.tif"}``. List entries
        are named by position in brackets or by their ``name``; a budget alone means its limit:
        ``{"budgets.programme": 2_000_000}``. Names may hold points: ``{"budgets.Phase 1.2": 500_000}``.

    Raises
    ------
    InputError
        With every fault: file, line, field path, value, remedy.
    """
    file = Path(path)
    if file.is_dir():
        file /= SCENARIO_FILE
    document = parse_yaml(_read(file), str(file))
    if not isinstance(document.data, dict):
        message = _("A scenario is a mapping of fields (name: value); this file is not.")
        raise InputError(
            Problem("not-a-mapping", message, _("Start from the file that “planner new” writes."), str(file))
        )
    # Copies: a later override may reach into the value of an earlier one, which is the caller's.
    said_after = {
        field_path(_override(document, name, deepcopy(value), str(file))) for name, value in (overrides or {}).items()
    }
    try:
        scenario = Scenario.model_validate(document.data)
    except ValidationError as error:
        problems = problems_of(error, str(file), document.rows)
        # The file is not to blame for what was said after it was read.
        raise InputError(
            replace(problem, file=None, row=None) if problem.column in said_after else problem for problem in problems
        ) from error
    folders = [Path(data_root).absolute()] if data_root is not None else []
    # Set once, here; no part of the content.
    scenario._folders = (*folders, file.absolute().parent)  # noqa: SLF001
    scenario._written = Written.of(document, str(file), said_after)  # noqa: SLF001
    return scenario


def dump_scenario(scenario: Scenario) -> str:
    """Return the scenario in full as YAML, defaults written out, its hash in the first line.

    Reading it again gives a scenario of the same hash.
    """
    header = _("# Scenario in full, as solved. SHA-256 of what it says:")
    return f"{header} {scenario.hash}\n{write_yaml(scenario.model_dump(mode='json'))}"


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        message, remedy = (
            _("The scenario file is not there."),
            _("Check the path; “planner new” writes a new scenario."),
        )
        raise InputError(Problem("missing-file", message, remedy, str(file))) from error
    except UnicodeDecodeError as error:
        message, remedy = _("The file is not UTF-8 text."), _("Save it as UTF-8 in your editor.")
        raise InputError(Problem("unreadable-file", message, remedy, str(file))) from error
    except OSError as error:
        message = _("The file cannot be read: {reason}.").format(reason=error.strerror)
        raise InputError(Problem("unreadable-file", message, file=str(file))) from error


def _override(document: Document, name: str, value: Any, file: str) -> Location:
    """Set one field of the parsed file and return where it is; sections that are not in the file are made."""
    target: Any = document.data
    at: Location = ()
    rest = name
    while (step := _step(target, at, rest)) is not None:
        part, rest = step
        if not rest:
            return _set(target, (*at, part), value)
        if isinstance(target, dict) and target.get(part) is None:  # not in the file, or left empty there
            target[part] = [] if rest.startswith("[") or (*at, part) == _BUDGETS else {}
        target, at = target[part], (*at, part)
    if at == _BUDGETS and isinstance(target, list) and not rest.startswith("["):
        message = _("The scenario has no budget “{name}”.").format(name=rest)
        names = ", ".join(_places_of_names(target, at))
        remedy = _("Its budgets: {names}.").format(names=names) if names else _("It has none: add it under “budgets”.")
    else:
        message = _("There is no field “{name}” to set.").format(name=name)
        remedy = _("Name fields as in the scenario, such as solver.gap or budgets.programme.")
    raise InputError(Problem("unknown-field", message, remedy, file, column=name, value=value_as_typed(value)))


def _step(target: Any, at: Location, path: str) -> tuple[str | int, str] | None:
    """Return what a path names first in a mapping or list, and the path behind it; None where it names nothing there.

    Names that are there come first, the longest of them, for points and brackets may be parts of a name.
    """
    if at == _WEIGHTS and isinstance(target, dict):
        return path, ""  # a column of the offices, whatever it is called
    places = _places_of_names(target, at)
    known = (name for name in places if path == name or path.startswith((f"{name}.", f"{name}[")))
    if longest := max(known, key=len, default=""):
        return places[longest], path[len(longest) :].removeprefix(".")
    if isinstance(target, list) and (found := _POSITION.match(path)) and int(found[1]) < len(target):
        return int(found[1]), path[found.end() :]
    first = _FIRST_NAME.match(path)
    if isinstance(target, dict) and first:
        return first[0], path[first.end() :].removeprefix(".")
    return None


def _set(target: Any, at: Location, value: Any) -> Location:
    """Set an entry of a mapping or list and return where the value is; of a budget it is the limit."""
    if at[:-1] == _BUDGETS and isinstance(at[-1], int) and isinstance(target[at[-1]], dict):
        target, at = target[at[-1]], (*at, "limit")
    target[at[-1]] = value
    return at


def _places_of_names(target: Any, at: Location) -> dict[str, str | int]:
    """Return the keys of a mapping, or the positions of a list's entries, by their names as the scenario reads them."""
    if isinstance(target, dict):
        return {str(name): name for name in target}
    if not isinstance(target, list):
        return {}
    default = Budget.model_fields["name"].default if at == _BUDGETS else None
    names = [entry.get("name", default) if isinstance(entry, dict) else None for entry in target]
    return {str(name).strip(): position for position, name in enumerate(names) if name is not None}
