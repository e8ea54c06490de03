"""Texts for users: collect them, merge them into the French catalogue, compile it; or check that all that is done.

    python .ci/messages.py            update planner/locale/fr and list what is not translated yet
    python .ci/messages.py --check    change nothing; exit code 1 if a text lacks French or the compiled file is old
"""

from __future__ import annotations

import ast
import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PO = ROOT / "planner" / "locale" / "fr" / "LC_MESSAGES" / "planner.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {"_": None, "ngettext": (1, 2)}


def collect() -> Catalog:
    """Return the texts of the code: `_()` and `ngettext()`, and titles and help of schema fields (`said()`)."""
    catalog = Catalog(project="PostLink Planner", fuzzy=False)
    for path in [*sorted((ROOT / "planner").rglob("*.py")), ROOT / "app.py"]:
        source = path.read_bytes()
        for _line, message, _comments, _context in extract("python", io.BytesIO(source), keywords=KEYWORDS):
            catalog.add(message)
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "said":
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        catalog.add(argument.value)
    return catalog


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
    catalog.update(collect(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def update() -> list[str]:
    """Write both files; return what lacks French."""
    catalog = merged()
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as stream:
        write_po(stream, catalog, sort_output=True, omit_header=False, no_location=True, width=120)
    with MO.open("wb") as stream:
        write_mo(stream, catalog)
    return untranslated(catalog)


def faults() -> list[str]:
    """Return what keeps the languages from being equal."""
    catalog = merged()
    found = [f"no French: {text!r}" for text in untranslated(catalog)]
    kept = {message.id for message in stored() if message.id}
    found += [f"no longer in the code: {text!r}" for text in kept - {message.id for message in catalog}]
    with MO.open("rb") as stream:
        compiled = {message.id: message.string for message in read_mo(stream) if message.id}
    if compiled != {message.id: message.string for message in catalog if message.id and message.string}:
        found.append(f"{MO.name} is older than {PO.name}: run make messages")
    return found


if __name__ == "__main__":
    lines = faults() if "--check" in sys.argv else update()
    print("\n".join(lines) or "French is complete.")  # noqa: T201
    sys.exit(bool(lines) and "--check" in sys.argv)
