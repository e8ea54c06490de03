"""A scenario as a commented file: every field with its help, what is given as it is, the rest by default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from planner.i18n import _
from planner.scenario.fields import Section
from planner.scenario.schema import Scenario
from planner.scenario.yaml_text import write_yaml
from planner.wording import labelled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo

_INDENT = "  "


def commented_scenario(given: Mapping[str, Any]) -> str:
    """Return ``given`` as the text of a scenario file with one line of help for every field.

    Parameters
    ----------
    given : mapping
        A scenario; what it leaves out stands in the text with its default.

    Raises
    ------
    pydantic.ValidationError
        It is no scenario.
    """
    head = _("# A planning scenario. Lines that start with # explain; fields that keep their value may be left out.")
    return f"{head}\n{_Outline().section(Scenario.model_validate(given), '')}"


class _Outline:
    """Writes sections; the fields of a kind of section are explained where it comes first."""

    def __init__(self) -> None:
        self._explained: set[type[Section]] = set()

    def section(self, section: Section, indent: str) -> str:
        """Return the lines of a section's fields."""
        content = section.model_dump(mode="json")
        explains = self._is_new(type(section))
        lines = []
        for name, field in type(section).model_fields.items():
            value = getattr(section, name)
            if explains:
                lines.append(f"{indent}# {_explained(field)}\n")
            if isinstance(value, Section):
                lines.append(f"{indent}{name}:\n{self.section(value, indent + _INDENT)}")
            elif isinstance(value, dict) and value and isinstance(next(iter(value.values())), Section):
                lines.append(f"{indent}{name}:\n")
                for key, entry in value.items():
                    lines.append(f"{indent}{_INDENT}{key}:\n{self.section(entry, indent + 2 * _INDENT)}")
            else:
                lines += [self._entries(field, indent), _plain(name, content[name], indent)]
        return "".join(lines)

    def _entries(self, field: FieldInfo, indent: str) -> str:
        """Return the help of the fields that the entries of a list or mapping have."""
        kinds = [kind for kind in get_args(field.annotation) if isinstance(kind, type) and issubclass(kind, Section)]
        fields = [item for kind in kinds if self._is_new(kind) for item in kind.model_fields.items()]
        return "".join(f"{indent}#   {name} – {_explained(inner)}\n" for name, inner in fields)

    def _is_new(self, kind: type[Section]) -> bool:
        is_new = kind not in self._explained
        self._explained.add(kind)
        return is_new


def _plain(name: str, value: Any, indent: str) -> str:
    """Return the lines of one field without explanation of what is inside."""
    text = write_yaml({name: _short(value)})
    return "".join(f"{indent}{line}\n" for line in text.splitlines())


def _short(value: Any) -> Any:
    """Return lists of sections without the fields that say nothing, so that a dataset stays readable."""
    if isinstance(value, list):
        return [_short(entry) for entry in value]
    if isinstance(value, dict):
        return {name: entry for name, entry in value.items() if entry not in (None, {}, [])}
    return value


def _explained(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    unit = f" [{_(str(extra['unit']))}]" if isinstance(extra, dict) else ""
    title, text = field.title or "", field.description or ""
    return labelled(_(title) + unit, _(text))
