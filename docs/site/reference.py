"""Pages that are made from the program itself: fields of a scenario, columns of tables, messages."""

from __future__ import annotations

import ast
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from planner.i18n import _, language, use_language
from planner.inputs import columns
from planner.scenario import Scenario
from planner.scenario.fields import Section
from planner.wording import labelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

    from planner.i18n import Language

_BEFORE_SIGNS = re.compile(" (?=[;:?!])")
TELLERS = re.compile("problem|note|fault|refuse|bad", re.IGNORECASE)
"""What the functions are called that are given a message and its remedy side by side."""
PACKAGE = Path(__file__).resolve().parents[2] / "planner"
TEXTS: dict[str, dict[Language, str]] = {
    "scenario": {"en": "Scenario reference", "fr": "Référence du scénario"},
    "scenario-intro": {
        "en": "Every field of `scenario.yaml`, from the schema of this version. Unknown fields are errors.",
        "fr": "Tous les champs de `scenario.yaml`, d’après le schéma de cette version. Un champ inconnu est une "
        "erreur.",
    },
    "columns": {"en": "Columns of the input tables", "fr": "Colonnes des tables d’entrée"},
    "columns-intro": {
        "en": "Columns are found by our name or by one of the others, whatever their case and accents; `columns` of a "
        "dataset names any other.",
        "fr": "Une colonne se trouve par notre nom ou par l’un des autres, quels que soient casse et accents ; "
        "`columns` d’un jeu de données en désigne une autre.",
    },
    "messages": {"en": "Troubleshooting by message", "fr": "Dépannage par message"},
    "messages-intro": {
        "en": "What the program says when something is wrong, and what helps; braces stand for what it names.",
        "fr": "Ce que dit le logiciel quand quelque chose ne va pas, et ce qui aide ; les accolades tiennent lieu de "
        "ce qu’il nomme.",
    },
    "field": {"en": "Field", "fr": "Champ"},
    "default": {"en": "Default", "fr": "Par défaut"},
    "meaning": {"en": "Meaning", "fr": "Sens"},
    "column": {"en": "Column", "fr": "Colonne"},
    "also": {"en": "Also found as", "fr": "Trouvée aussi comme"},
    "message": {"en": "Message", "fr": "Message"},
    "remedy": {"en": "Remedy", "fr": "Remède"},
}


def said(name: str) -> str:
    """Return a text of these pages in the language of now."""
    text = TEXTS[name][language()]
    return _BEFORE_SIGNS.sub("\N{NO-BREAK SPACE}", text) if language() == "fr" else text


def pages(of: Language) -> dict[str, str]:
    """Return the pages in a language as Markdown, by the name of their file."""
    with use_language(of):
        return {
            "scenario.md": _page("scenario", _sections()),
            "columns.md": _page("columns", _tables()),
            "messages.md": _page("messages", _messages()),
        }


def _page(name: str, lines: Iterator[str]) -> str:
    return "\n".join([f"# {said(name)}", "", said(f"{name}-intro"), "", *lines, ""])


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _head(*names: str) -> list[str]:
    return ["", _row(*map(said, names)), _row(*("---" for _name in names))]


def _sections() -> Iterator[str]:
    """Yield a heading and a table for each section of the schema, each kind once, where it comes first."""
    open_: list[tuple[str, type[Section]]] = [("scenario.yaml", Scenario)]
    seen: set[type[Section]] = set()
    while open_:
        path, kind = open_.pop(0)
        if kind in seen:
            continue
        seen.add(kind)
        yield from ("", f"## {path}", *_head("field", "default", "meaning"))
        for name, field in kind.model_fields.items():
            yield _row(f"`{name}`", _default(field), _explained(field))
            inner = name if kind is Scenario else f"{path}.{name}"
            open_ += [(inner, each) for each in _kinds(field.annotation)]


def _kinds(annotation: Any) -> Iterator[type[Section]]:
    """Yield the sections that a field or the entries of a field are made of."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for part in get_args(annotation):
        yield from _kinds(part)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, Section) or value in (None, (), [], {}):
        return ""
    if isinstance(value, dict) or (isinstance(value, (list, tuple)) and any(isinstance(one, Section) for one in value)):
        return "…"
    return f"`{json.dumps(value, ensure_ascii=False, default=str)}`"


def _explained(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    unit = f" [{_(str(extra['unit']))}]" if isinstance(extra, dict) else ""
    return labelled(f"**{_(field.title or '')}**{unit}", _(field.description or ""))


def _tables() -> Iterator[str]:
    for name in sorted(vars(columns)):
        if name.endswith("_COLUMNS") and isinstance(vars(columns)[name], dict):
            yield from ("", f"## {name.removesuffix('_COLUMNS').lower()}", *_head("column", "also"))
            for column, others in vars(columns)[name].items():
                yield _row(f"`{column}`", ", ".join(f"`{other}`" for other in others))


def _messages() -> Iterator[str]:
    """Yield every message that stands in the code beside its remedy."""
    yield from _head("message", "remedy")
    found = {pair for path in sorted(PACKAGE.rglob("*.py")) for pair in _problems(path)}
    for message, remedy in sorted((_(message), _(remedy)) for message, remedy in found):
        yield _row(message, remedy)


def _problems(path: Path) -> Iterator[tuple[str, str]]:
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            named = _named(function)
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and TELLERS.search(_called(node)):
                    texts = [_text(argument, named) for argument in node.args]
                    yield from ((one, other) for one, other in pairwise(texts) if one and other)


def _called(call: ast.Call) -> str:
    """Return the name of the function that is called."""
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _named(function: ast.AST) -> dict[str, list[tuple[int, str]]]:
    """Return the texts that a function gives each name, with their lines, the first one first."""
    found: dict[str, list[tuple[int, str]]] = {}
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            continue
        target, value = node.targets[0], node.value
        pairs = (
            zip(target.elts, value.elts, strict=True)
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts)
            else [(target, value)]
        )
        for name, text in pairs:
            if isinstance(name, ast.Name):
                found.setdefault(name.id, []).append((node.lineno, _text(text, {})))
    return {name: sorted(texts) for name, texts in found.items()}


def _text(node: ast.AST, named: dict[str, list[tuple[int, str]]]) -> str:
    """Return the literal of ``_("…")``, also behind ``.format(…)`` or a name; empty where there is none."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _text(node.func.value, named)
    if isinstance(node, ast.Name):
        before = [text for line, text in named.get(node.id, ()) if line <= node.lineno]
        return before[-1] if before else ""
    literal = node.args[0] if isinstance(node, ast.Call) and node.args else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
        return str(literal.value) if isinstance(literal, ast.Constant) else ""
    return ""
