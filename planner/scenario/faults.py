"""From pydantic's errors to problems that say where, what and how to mend it."""

from __future__ import annotations

import difflib
import re
import types
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from planner.errors import Problem
from planner.i18n import _
from planner.scenario.placing import value_as_typed
from planner.scenario.schema import Scenario
from planner.scenario.yaml_text import Location, field_path, line_of
from planner.wording import labelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

_CHOICE = re.compile(r"'((?:[^'\\]|\\.)*)'|([0-9]+)")
"""One of the choices in pydantic's sentence, such as ``'en' or 'fr'``: a text or a number."""


def problems_of(
    error: ValidationError, file: str, rows: Mapping[Location, int], root: type[BaseModel] = Scenario
) -> list[Problem]:
    """Return one problem per error, in the order of the file's lines; ``root`` is the schema of the file."""
    errors = error.errors(include_url=False)
    # A list whose entries are wrong is also reported as too short: that is no fault of its own.
    inner = {details["loc"][:-1] for details in errors} | {details["loc"][:-2] for details in errors}
    problems = [
        _problem(details, file, rows, root)
        for details in errors
        if not (details["type"] == "too_short" and details["loc"] in inner)
    ]
    return sorted(problems, key=lambda problem: (problem.row or 0, problem.column or ""))


def problem_at(details: ErrorDetails, at: Location, root: type[BaseModel]) -> Problem:
    """Return what is wrong at a location of content whose schema is ``root``; file and line are the caller's to add."""
    value = details["input"]
    shown = None if isinstance(value, dict | list | tuple | BaseModel) or value is None else value_as_typed(value)
    code, message = _said(details, at)
    remedy = _nearest(at, root) if code == "unknown-field" else _help(at, root)
    if code == "missing-field":
        shown = None
    return Problem(code, message, remedy, column=field_path(at) or None, value=shown)


def _problem(details: ErrorDetails, file: str, rows: Mapping[Location, int], root: type[BaseModel]) -> Problem:
    at = _in_the_file(details["loc"], rows, root)
    return replace(problem_at(details, at, root), file=file, row=line_of(at, rows))


def _in_the_file(loc: tuple[int | str, ...], rows: Mapping[Location, int], root: type[BaseModel]) -> Location:
    """Drop the parts that pydantic adds: names of union members and the marks of mapping keys."""
    at: Location = ()
    for part in loc:
        if (*at, part) in rows or _model(at, root) is not None:
            at = (*at, part)
    return at


def _said(details: ErrorDetails, at: Location) -> tuple[str, str]:
    """Return the problem's code and message."""
    kind = details["type"]
    context = {name: value_as_typed(value) for name, value in details.get("ctx", {}).items()}
    name = str(at[-1]) if at else ""
    if kind == "literal_error":
        context["expected"] = _choices(context["expected"])
    number, whole = _("A number is expected."), _("A whole number is expected.")
    mapping = _("A mapping (name: value) is expected.")
    says = {
        "extra_forbidden": ("unknown-field", _("There is no field “{name}” here.")),
        "missing": ("missing-field", _("The field “{name}” is missing.")),
        "greater_than": ("out-of-range", _("The value must be greater than {gt}.")),
        "greater_than_equal": ("out-of-range", _("The value must be at least {ge}.")),
        "less_than": ("out-of-range", _("The value must be less than {lt}.")),
        "less_than_equal": ("out-of-range", _("The value must be at most {le}.")),
        "float_type": ("wrong-type", number),
        "finite_number": ("wrong-type", number),
        "int_type": ("wrong-type", whole),
        "int_from_float": ("wrong-type", whole),
        "bool_type": ("wrong-type", _("true or false is expected.")),
        "string_type": ("wrong-type", _("Text is expected.")),
        "string_unicode": ("wrong-value", _("The text holds an escape that is only half of a character.")),
        "tuple_type": ("wrong-type", _("A list is expected.")),
        "dict_type": ("wrong-type", mapping),
        "model_type": ("wrong-type", mapping),
        "literal_error": ("wrong-value", _("Expected: {expected}.")),
        "string_too_short": ("wrong-value", _("The value may not be empty.")),
        "too_short": ("wrong-value", _("The value may not be empty.")),
        "too_long": ("out-of-range", _("The list may have at most {max_length} entries.")),
        "string_pattern_mismatch": ("wrong-value", _("The value does not have the expected form.")),
        "value_error": ("wrong-value", "{error}"),
    }
    code, message = says.get(kind, ("wrong-value", _("The value is none that may stand here.")))
    return code, message.format(**{"name": name, **context})


def _choices(told: str) -> str:
    """Return the choices of pydantic's English sentence in the user's language."""
    quoted = _("“{name}”")
    *others, last = (quoted.format(name=text) if text else digits for text, digits in _CHOICE.findall(told))
    return _("{others} or {last}").format(others=", ".join(others), last=last) if others else last


def _help(at: Location, root: type[BaseModel]) -> str:
    """Return the field's own help as remedy."""
    info = _field(at, root)
    if info is None and at and isinstance(at[-1], int):
        info = _field(at[:-1], root)  # what is said of a list is said of its entries
    if info is None or not info.title or not info.description:
        return ""
    return labelled(_(info.title), _(info.description))


def _nearest(at: Location, root: type[BaseModel]) -> str:
    """Return which field was probably meant, or which fields there are."""
    model = _model(at[:-1], root)
    return nearest(str(at[-1]), list(model.model_fields) if model else [])


def nearest(typed: str, names: Sequence[str]) -> str:
    """Return which name was probably meant, or which names there are."""
    close = difflib.get_close_matches(typed, names, n=1, cutoff=0.6)
    if close:
        return _("Did you mean “{name}”?").format(name=close[0])
    return _("Fields here: {names}.").format(names=", ".join(names)) if names else ""


def _field(at: Location, root: type[BaseModel]) -> FieldInfo | None:
    """Return the schema's field at a location, None where there is none."""
    model = _model(at[:-1], root) if at else None
    return model.model_fields.get(str(at[-1])) if model else None


def _model(at: Location, root: type[BaseModel]) -> type[BaseModel] | None:
    """Return the section of the schema at a location, None where there is none."""
    found: Any = root
    for part in at:
        models = list(_models(found))
        if not models:
            return None
        if get_origin(found) in {Union, types.UnionType}:  # a section that may be left out
            found = models[0]
        if isinstance(found, type) and issubclass(found, BaseModel):
            info = found.model_fields.get(str(part))
            found = getattr(found, "ADDED", None) if info is None else info.annotation
            if found is None:
                return None
        else:  # a list's position or a mapping's key: what the container holds
            found = models[0]
    return next(_models(found), None) if _is_section(found) else None


def _is_section(annotation: Any) -> bool:
    return get_origin(annotation) in {None, Union, types.UnionType}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the sections named in an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
