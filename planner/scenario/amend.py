"""One field of a scenario file changed where it stands: comments and everything else stay as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from planner.errors import InputError, Problem
from planner.files import write_whole
from planner.i18n import _
from planner.scenario.loading import load_scenario
from planner.scenario.yaml_text import field_path, parse_yaml

if TYPE_CHECKING:
    from pathlib import Path


def amend(file: Path, section: str, name: str, value: Any) -> None:
    """Write ``value`` into the field ``name`` of a section such as ``inputs``.

    Raises
    ------
    InputError
        The file is no scenario, or the field does not stand where it can be changed safely; the file stays as it was.
    """
    text = file.read_bytes().decode("utf-8")  # with the line ends that it has
    before = parse_yaml(text, str(file)).data
    if not isinstance(before, dict):
        before = {}
    wanted = {**before, section: {**(before.get(section) or {}), name: value}}
    amended = _amended(text, section, name, _flow(value))
    if amended is None or parse_yaml(amended, str(file)).data != wanted:
        message = _("The field cannot be written into the file as it stands.")
        remedy = _("Write it by hand: {text}").format(text=f"{name}: {_flow(value)}")
        raise InputError(Problem("not-amended", message, remedy, str(file), column=field_path((section, name))))
    write_whole(file, amended)
    try:
        load_scenario(file)
    except InputError:
        write_whole(file, text)
        raise


def _amended(text: str, section: str, name: str, flow: str) -> str | None:
    inside = _field(yaml.compose(text, Loader=yaml.SafeLoader), section)
    if not isinstance(inside, yaml.MappingNode) or not inside.value:
        return None
    node = _field(inside, name)
    if node is not None:
        # A block list starts on the line below its name; a comment between the two is left alone, and so is the field.
        head = text[: node.start_mark.index].rstrip()
        return f"{head} {flow}{text[_end(node) :]}" if head.endswith(":") else None
    if inside.flow_style:
        return None
    first = inside.value[0][0].start_mark
    line_end = "\r\n" if "\r\n" in text else "\n"
    return f"{text[: first.index]}{name}: {flow}{line_end}{' ' * first.column}{text[first.index :]}"


def _field(node: yaml.Node | None, name: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    found: yaml.Node | None = next((value for key, value in node.value if key.value == name), None)
    return found


def _end(node: Any) -> int:
    """Return where a value ends; PyYAML counts the comments below a block to it."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(node, yaml.MappingNode) else last)


def _flow(value: Any) -> str:
    """Return a value in one line."""
    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**6, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")
