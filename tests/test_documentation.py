"""The documentation as web pages: built without a warning, complete in both languages, asking for nothing."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from planner.i18n import LANGUAGES
from planner.scenario import Scenario

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, DOCS / "site/build.py", "--out", out]
    subprocess.run([*map(str, command)], check=True, capture_output=True, text=True)
    return out


@pytest.fixture(scope="module")
def reference():
    spec = importlib.util.spec_from_file_location("reference", DOCS / "site/reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_both_languages_are_built_and_ask_for_nothing(site):
    pages = list(site.rglob("*.html"))
    assert {page.parent.name for page in pages} >= {"en", "fr", "method"}
    for language, name in (("en", "start"), ("en", "messages"), ("fr", "demarrage"), ("fr", "messages")):
        text = (site / language / f"{name}.html").read_text(encoding="utf-8")
        assert f'<html class="no-js" lang="{language}"' in text
    for page in pages:
        text = page.read_text(encoding="utf-8")
        fetched = re.findall(r'<(?:script|img|iframe|source)[^>]+src="(https?:)?//', text)
        fetched += re.findall(r'<link[^>]+rel="(?:stylesheet|preload)"[^>]+href="(https?:)?//', text)
        assert fetched == [], page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_of_a_scenario_is_told(reference, language):
    page = reference.pages(language)["scenario.md"]
    for name in Scenario.model_fields:
        assert f"| `{name}` |" in page
    # Of every depth: a mast height of microwave links, a share of value added tax, a floor.
    for inner in ("## links.microwave", "| `fresnel_low` |", "| `recoverable` |", "| `match` |", "| `worst_first` |"):
        assert inner in page
    assert page.count("\n## ") > 25


def test_messages_are_told_with_their_remedies_in_both_languages(reference):
    english, french = (reference.pages(language)["messages.md"] for language in ("en", "fr"))
    assert "| A report is written as PDF or DOCX. | Give a name that ends in .pdf or .docx. |" in english
    assert "| Un rapport s’écrit en PDF ou DOCX. | Donner un nom qui se termine par .pdf ou .docx. |" in french
    assert english.count("\n| ") == french.count("\n| ") > 100


def test_french_pages_keep_french_typography(reference):
    written = {page.name: page.read_text(encoding="utf-8") for page in (DOCS / "fr").glob("*.md")}
    made = {name: text for name, text in reference.pages("fr").items() if name != "columns.md"}
    for name, text in {**written, **made}.items():
        said = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
        said = re.sub(r"^\|[ -|]*\|$", "", said, flags=re.MULTILINE)
        assert not re.search(r"\w [;:?!%»]|« \w|\w'\w", said), (
            name,
            re.findall(r".{20}(?:\w [;:?!%»]|« \w|\w'\w)", said)[:5],
        )
    contents = written["index.md"]
    assert all(name.removesuffix(".md") in contents for name in written if name != "index.md")
