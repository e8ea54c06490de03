"""Texts for users: collect them, merge them into the French catalogue, compile it; or check that all that is done.

python .ci/messages.py            update planner/locale/fr and list what is not translated yet
python .ci/messages.py --check    change nothing; exit code 1 if a text lacks French or the compiled file is old
"""

from __future__ import annotations

import ast
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PRICES = ROOT / "planner" / "catalogue" / "default.yaml"
PO = ROOT / "planner" / "locale" / "fr" / "LC_MESSAGES" / "planner.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {"_": None, "ngettext": (1, 2)}
FIELD_TEXTS = {"title", "description", "unit"}
TYPER_TEXTS = (
    "Aborted.",
    "Arguments",
    "Commands",
    "Error",
    "Missing command.",
    "No such command {name!r}.",
    "Options",
    "Try [blue]'{command_path} {help_option}'[/] for help.",
    "[default: {}]",
    "[required]",
)
"""What the help of the command line says besides our own texts; Typer looks them up where `planner.cli` says."""


def collect() -> Catalog:
    """Return the texts of the code, `_()`, `ngettext()`, titles, help and units of fields, and the prices' sources."""
    catalog = Catalog(project="PostLink Planner", fuzzy=False)
    for text in TYPER_TEXTS:
        catalog.add(text)
    for path in [*sorted((ROOT / "planner").rglob("*.py")), ROOT / "app.py"]:
        source = path.read_bytes()
        for _line, message, _comments, _context in extract("python", io.BytesIO(source), keywords=KEYWORDS):
            catalog.add(message)
        for node in ast.walk(ast.parse(source)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id == "_" and isinstance(node.args[0], ast.Constant):
                catalog.add(node.args[0].value)  # once more: Babel does not look into f-strings
            for text in field_texts(node, node.func.id):
                catalog.add(text)
    for source in sources(yaml.safe_load(PRICES.read_text(encoding="utf-8"))):
        catalog.add(source)
    return catalog


def field_texts(call: ast.Call, function: str) -> list[str]:
    """Return title, help and unit that a call gives to a field, if it does."""
    if function not in {"said", "Field"}:
        return []
    told = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg in FIELD_TEXTS)]
    return [each.value for each in told if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def sources(content: dict[str, Any]) -> Iterator[str]:
    """Yield where the program's own prices come from."""
    for key, value in content.items():
        if key == "source" and isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from sources(value)


def stored() -> Catalog:
    """Return the French catalogue as it is kept."""
    if not PO.exists():
        return Catalog(locale="fr", project="PostLink Planner", fuzzy=False)
    with PO.open("rb") as stream:
        return read_po(stream, locale="fr")


def untranslated(catalog: Catalog) -> list[str]:
    """Return the texts without French."""
    missing = []
    for message in catalog:
        parts = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and (not all(parts) or message.fuzzy):
            missing.append(str(message.id))
    return missing


def merged() -> Catalog:
    """Return the kept catalogue brought up to the code: new texts are empty, texts no longer used are gone."""
    catalog = stored()
    catalog.update(collect(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    catalog.header_comment = "# French texts of PostLink Planner."
    catalog.version = catalog.msgid_bugs_address = catalog.language_team = ""
    catalog.last_translator = "PostLink Planner"
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """Return the catalogue as gettext reads it."""
    stream = io.BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def update() -> list[str]:
    """Write both files; return what lacks French."""
    catalog = merged()
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as stream:
        write_po(stream, catalog, sort_output=True, omit_header=False, no_location=True, width=120)
    MO.write_bytes(compiled(catalog))
    return untranslated(catalog)


def faults() -> list[str]:
    """Return what keeps the languages from being equal."""
    catalog = merged()
    found = [f"no French: {text!r}" for text in untranslated(catalog)]
    kept = {message.id for message in stored() if message.id}
    found += [f"no longer in the code: {text!r}" for text in kept - {message.id for message in catalog}]
    if not MO.exists() or MO.read_bytes() != compiled(catalog):
        found.append(f"{MO.name} is older than {PO.name}: run make messages")
    return found


if __name__ == "__main__":
    lines = faults() if "--check" in sys.argv else update()
    print("\n".join(lines) or "French is complete.")  # noqa: T201
    sys.exit(bool(lines) and "--check" in sys.argv)
