"""Scenario files: reading, changing single fields, writing."""

from __future__ import annotations

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
        are named by position or by their ``name``; a budget alone means its limit:
        ``{"budgets.programme": 2_000_000}``.

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
    *way, last = name.replace("[", ".").replace("]", "").split(".")
    target: Any = document.data
    at: Location = ()
    if way == ["budgets"]:
        document.data.setdefault("budgets", [])
    for part in way:
        at = (*at, part if isinstance(target, dict) else _position(target, part) or 0)
        target = _inside(target, part)
    if (position := _position(target, last)) is not None:
        if way == ["budgets"] and isinstance(target[position], dict):
            target[position]["limit"] = value
            return (*at, position, "limit")
        target[position] = value
        return (*at, position)
    if isinstance(target, dict):
        target[last] = value
        return (*at, last)
    if isinstance(target, list) and way == ["budgets"]:
        message = _("The scenario has no budget “{name}”.").format(name=last)
        names = ", ".join(filter(None, _names(target)))
        remedy = _("Its budgets: {names}.").format(names=names) if names else _("It has none: add it under “budgets”.")
    else:
        message = _("There is no field “{name}” to set.").format(name=name)
        remedy = _("Name fields as in the scenario, such as solver.gap or budgets.programme.")
    raise InputError(Problem("unknown-field", message, remedy, file, column=name, value=value_as_typed(value)))


def _inside(target: Any, part: str) -> Any:
    """Return what ``part`` names in a mapping or list, None where it names nothing."""
    if isinstance(target, dict):
        return target.setdefault(part, {})
    position = _position(target, part)
    return None if position is None else target[position]


def _position(entries: Any, part: str) -> int | None:
    """Return the position of a list's entry by number or by name, None where there is none or no list."""
    if not isinstance(entries, list):
        return None
    if part.isdecimal():
        return int(part) if int(part) < len(entries) else None
    names = _names(entries)
    return names.index(part) if part in names else None


def _names(entries: list[Any]) -> list[str | None]:
    """Return the names of a list's entries, None where one has none."""
    default_name = Budget.model_fields["name"].default
    return [entry.get("name", default_name) if isinstance(entry, dict) else None for entry in entries]
