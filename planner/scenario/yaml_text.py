"""YAML as people write it: read strictly, so that nothing means something else than it looks like."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import yaml

from planner.errors import InputError, Problem
from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping

Location = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?|[-+]?\.[0-9]+([eE][-+]?[0-9]+)?")
_EXPONENT = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_GREATEST_SIZE = 5_000_000
_GREATEST_DEPTH = 50
_MOST_DIGITS = 300


@dataclass
class Document:
    """A parsed file.

    Attributes
    ----------
    data : object
        Mappings, lists, texts, numbers, true/false, None.
    rows : dict of location to int
        The 1-based line of every value, by its keys and list positions.
    """

    data: Any
    rows: dict[Location, int]


def parse_yaml(text: str, file: str) -> Document:
    """Parse one YAML document.

    Raises
    ------
    InputError
        With every trap found: tabs, duplicate keys, ``off`` and ``no``, ``1e6``, ``012``, ``1:30``, aliases.
    """
    if len(text) > _GREATEST_SIZE:
        raise InputError(Problem("yaml-syntax", _("The file is far too long for a scenario."), file=file))
    try:
        _refuse_depth(text, file)
        node = _composed(text)
    except yaml.MarkedYAMLError as error:
        raise InputError(_syntax_problem(error, text, file)) from error
    except (yaml.YAMLError, RecursionError) as error:
        message = _("The file is not readable as YAML: {reason}.").format(reason=str(error).splitlines()[0])
        raise InputError(Problem("yaml-syntax", message, file=file)) from error
    reader = _Reader(file)
    data = None if node is None else reader.value(node, ())
    if reader.problems:
        raise InputError(reader.problems)
    return Document(data, reader.rows)


def _refuse_depth(text: str, file: str) -> None:
    """Refuse what is nested deeper than any scenario: the compiled parser would exhaust the stack of the process."""
    depth = 0
    with suppress(yaml.YAMLError):  # refused by the parser itself, soon
        for event in yaml.parse(text, Loader=yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _GREATEST_DEPTH:
                message = _("Lists and mappings stand in one another more than {depth} deep.")
                row = None if event.start_mark is None else event.start_mark.line + 1
                raise InputError(Problem("yaml-syntax", message.format(depth=_GREATEST_DEPTH), file=file, row=row))


def _composed(text: str) -> yaml.Node | None:
    """Return the root of a document by the compiled parser, ten times as fast; refusals are told by the other one."""
    if yaml.__with_libyaml__:
        try:
            return yaml.compose(text, Loader=yaml.CSafeLoader)
        except yaml.YAMLError:
            pass
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    row = mark.line + 1 if mark else None
    lines = text.splitlines()
    if row is not None and row <= len(lines) and "\t" in lines[row - 1]:
        message = _("A tab stands in this line; YAML is indented with blanks.")
        return Problem("yaml-tab", message, _("Replace each tab by two blanks."), file=file, row=row)
    message = _("The line cannot be read as YAML: {reason}.").format(reason=error.problem or error.context)
    remedy = _("Look for a missing colon, quote or bracket here or in the line before.")
    return Problem("yaml-syntax", message, remedy, file=file, row=row)


@dataclass
class _Reader:
    """Turns YAML nodes into values and notes every trap."""

    file: str
    rows: dict[Location, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)

    def value(self, node: yaml.Node, at: Location) -> Any:
        self.rows[at] = node.start_mark.line + 1
        if id(node) in self._seen:
            self._note("yaml-alias", node, at, _("The value refers to another one (*…)."), _("Write it out in full."))
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*at, i)) for i, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)  # YAML has three kinds of nodes
        return self._scalar(node, at)

    def _mapping(self, node: yaml.MappingNode, at: Location) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._note("yaml-syntax", key_node, at, _("A name must be plain text."), _("Check the brackets."))
                continue
            # `12:` and `on:` as names: what is written counts, once the traps have been noted
            self._scalar(key_node, (*at, key_node.value))
            key = str(key_node.value)
            if key in mapping:
                message = _("“{key}” stands here a second time; only one can hold.").format(key=key)
                self._note("yaml-duplicate-key", key_node, (*at, key), message, _("Remove or rename one of them."))
            mapping[key] = self.value(value_node, (*at, key))
        return mapping

    def _scalar(self, node: yaml.ScalarNode, at: Location) -> Any:
        raw, kind = str(node.value), node.tag.removeprefix(_TAG)
        if kind == "null":
            return None
        if kind == "bool":
            return self._boolean(raw, node, at)
        if kind in {"int", "float"}:
            return self._number(raw, node, at)
        if kind not in {"str", "timestamp", "value"}:
            self._note("yaml-syntax", node, at, _("The tag {tag} is not understood.").format(tag=node.tag), "")
        elif not node.style and _EXPONENT.fullmatch(raw):
            message = _("YAML reads {value} as text, not as a number.").format(value=raw)
            remedy = _("Write {plain}; for text, put it in quotes.").format(plain=_plain(raw))
            self._note("yaml-number", node, at, message, remedy)
        return raw

    def _boolean(self, raw: str, node: yaml.ScalarNode, at: Location) -> bool:
        truth: Literal["true", "false"] = "true" if raw.lower() in {"true", "yes", "on"} else "false"
        if raw.lower() not in {"true", "false"}:
            message = _("YAML reads {value} as {truth}.").format(value=raw, truth=truth)
            remedy = _("Write {truth} if that is meant, or “{value}” in quotes for the word.").format(
                value=raw, truth=truth
            )
            self._note("yaml-boolean", node, at, message, remedy)
        return truth == "true"

    def _number(self, raw: str, node: yaml.ScalarNode, at: Location) -> int | float:
        if len(raw) > _MOST_DIGITS:
            message = _("The number has more than {digits} digits.").format(digits=_MOST_DIGITS)
            self._note("yaml-number", node, at, message, _("For text, put it in quotes."))
        elif _LEADING_ZERO.fullmatch(raw):
            plain = str(int(raw))
            try:
                octal = str(int(raw, 8))
            except ValueError:
                octal = _("text")
            message = _("YAML reads {value} as the octal number {octal}.").format(value=raw, octal=octal)
            remedy = _("Write {plain}; for text, such as a code, put it in quotes.").format(plain=plain)
            self._note("yaml-octal", node, at, message, remedy)
        elif not _DECIMAL.fullmatch(raw):
            message = _("{value} is not a plain decimal number.").format(value=raw)
            remedy = _("Write digits with a point for decimals; for text, put it in quotes.")
            self._note("yaml-number", node, at, message, remedy)
        else:
            return int(raw) if re.fullmatch(r"[-+]?[0-9]+", raw) else float(raw)
        return 0

    def _note(self, code: str, node: yaml.Node, at: Location, message: str, remedy: str) -> None:
        value = str(node.value) if isinstance(node, yaml.ScalarNode) else None
        row = node.start_mark.line + 1
        self.problems.append(Problem(code, message, remedy, self.file, row, field_path(at) or None, value))


def _plain(number: str) -> str:
    """Return a number as YAML understands it: in digits, or with a point and a sign where that would be long."""
    if 1e-6 <= abs(float(number)) < 1e15:
        return format(Decimal(number).normalize(), "f")
    mantissa, exponent = number.lower().split("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent if exponent[0] in '+-' else '+' + exponent}"


def field_path(at: Location) -> str:
    """Return a location as people say it: ``inputs.offices[0].file``."""
    path = ""
    for part in at:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def line_of(at: Location, rows: Mapping[Location, int]) -> int | None:
    """Return the line of the value, or of the nearest mapping around it that is in the file."""
    return next((rows[at[:size]] for size in range(len(at), -1, -1) if at[:size] in rows), None)


class _Writer(yaml.SafeDumper):
    """Writes YAML that `parse_yaml` reads back as the same values."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base class's signature
        return True


def _quoted_where_needed(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # PyYAML writes 1e6 bare, which is a trap to our own reader, and folds some line ends of Unicode.
    style = '"' if _EXPONENT.fullmatch(text) or not text.isprintable() else None
    return writer.represent_scalar(f"{_TAG}str", text, style=style)


_Writer.add_representer(str, _quoted_where_needed)


def write_yaml(data: Any) -> str:
    """Return ``data`` as YAML, keys in the given order, letters of every language as they are."""
    return yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=120)
