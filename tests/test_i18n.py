"""The French of the program: complete, with the same placeholders as the English, and set as French is set."""

import importlib.util
import io
import itertools
import os
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from planner.catalogue import load_catalogue, price_list
from planner.i18n import use_language
from planner.report.summary import print_summary
from planner.wording import item_name

ROOT = Path(__file__).parents[1]
NO_BREAK = "\N{NO-BREAK SPACE}"
# What stands for itself in every language: names of commands, conditions and pieces of YAML as users write them.
CODE = re.compile(
    r'kind == "tower" and height >= 20|`[^`]*`|\[\{sense: max, measure: benefit\}\]|\(nom: valeur\)'
    r"|(columns|exchange_rate): \{\{.*?\}\}|duplicates: |sense: min|connect_all: true|terrain_voids: sea"
)
FIELD = re.compile(r"\{[^{}]*\}")


@pytest.fixture(scope="module")
def messages():
    """Return the script that collects and compiles the texts."""
    path = ROOT / ".ci" / "messages.py"
    spec = importlib.util.spec_from_file_location("messages", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pairs(messages):
    """Return each English form with its French one; the French plural stands for the English plural."""
    found = []
    for message in messages.stored():
        if message.id:
            english = message.id if message.pluralizable else (message.id,)
            french = message.string if message.pluralizable else (message.string,)
            found += zip(english, french, strict=True)
    return found


def placeholders(text):
    """Return the fields of a format text; None where the braces are not those of a format."""
    try:
        return sorted((name, given, how) for _, name, given, how in string.Formatter().parse(text) if name is not None)
    except ValueError:
        return None


def test_every_text_has_french_and_the_compiled_file_is_fresh(messages):
    assert messages.faults() == []


def test_a_text_without_french_is_reported(messages):
    catalog = messages.stored()
    catalog.add("A text that nobody translated")
    catalog.add(("one text", "{n} texts"))

    assert messages.untranslated(catalog) == ["A text that nobody translated", "('one text', '{n} texts')"]


def test_placeholders_are_those_of_the_english(pairs):
    assert len(pairs) > 900
    assert [(english, french) for english, french in pairs if placeholders(english) != placeholders(french)] == []


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("straight quotes", r'"'),
        ("straight apostrophe", r"\w'\w"),
        ("English quotes", "[“”]"),
        ("no no-break space before a sign", f"[^{NO_BREAK}][;?!»]"),
        ("plain space before a sign", " [:;?!%»]"),
        ("no no-break space before a colon", r"[\w)]:(\s|$)"),
        ("no no-break space after an opening quote", f"«[^{NO_BREAK}]"),
    ],
)
def test_typography(pairs, fault, pattern):
    prose = {french: FIELD.sub("x", CODE.sub("", french)) for _, french in pairs}

    assert [french for french, text in prose.items() if re.search(pattern, text)] == [], fault


def test_help_is_french_down_to_its_headings():
    command = [sys.executable, "-m", "planner", "solve", "--help", "--lang", "fr"]
    shown = subprocess.run(
        command, capture_output=True, encoding="utf-8", check=True, env=os.environ | {"COLUMNS": "200"}
    ).stdout

    assert "Trouver le plan." in shown
    assert "[obligatoire]" in shown
    assert "Dossier où écrire." in shown


def test_summary_is_french(handmade, make):
    shown = io.StringIO()
    with use_language("fr"):
        plan = make["plan"](handmade.country, handmade.choice)
        print_summary(plan, Console(file=shown, width=200), Path("run"))
    words = set(re.findall(r"\w+", shown.getvalue().lower()))

    assert {"bureaux", "investissement", "coût", "dépensé"} <= words
    assert not words & {"the", "of", "and", "office", "offices", "links", "cost", "spent", "left", "year", "search"}


def test_reasons_and_cost_items_are_french(handmade, make):
    with use_language("fr"):
        reasons = make["plan"](handmade.country, handmade.choice).offices["reason"]
        items = [item_name(name) for name in ("mast", "fibre plant", "survey", "service fee", "a word of the user")]
    words = set(re.findall(r"\w+", " ".join(reasons).lower()))

    assert items == ["mât", "infrastructure de fibre", "étude de site", "abonnement", "a word of the user"]
    assert {"raccordé", "bénéfice"} <= words
    assert not words & {"the", "of", "its", "by", "connected", "out", "money"}


def test_every_cost_item_of_the_prices_has_a_name(make):
    """Items of the program's own catalogue are known to `item_name`: their French differs or is listed here."""
    scenario = make["scenario"]()
    prices = price_list(load_catalogue(scenario), scenario)
    kinds = [
        *prices.fibre.kinds,
        *(option.kind for option in (*prices.microwave, *prices.services)),
        prices.source_kind,
    ]
    listed = [*prices.packages.values(), *prices.site_items, *itertools.chain(*prices.mast_items), prices.transit_items]
    names = {item.name for items in (*(kind.items for kind in kinds), *listed) for item in items}
    with use_language("fr"):
        same = {name for name in names if item_name(name) == name}

    assert len(names) > 20
    assert same <= {"activation", "installation", "licence", "terminal"}
