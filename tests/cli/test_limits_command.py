"""Limits on the command line: exit codes, messages, and commands that do not heed them."""

import csv
import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from planner.cli.commands import app
from planner.i18n import set_language

EXAMPLE = Path(__file__).parents[2] / "scenarios/demo"


@pytest.fixture(autouse=True)
def _english():
    yield
    set_language("en")


@pytest.fixture
def asked(tmp_path):
    """Return a maker of scenarios: the example with other sections."""

    def make(**sections):
        scenario = yaml.safe_load((EXAMPLE / "scenario.yaml").read_text(encoding="utf-8")) | sections
        (tmp_path / "scenario.yaml").write_text(yaml.safe_dump(scenario), encoding="utf-8")
        return tmp_path

    return make


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.mark.parametrize(("lang", "word"), [("en", "cannot be kept together"), ("fr", "Il n’y a pas de plan")])
def test_limits_that_conflict_are_exit_code_3_and_told(asked, tmp_path, lang, word):
    budgets = [{"name": "programme", "limit": 50}]
    with (EXAMPLE / "data/offices.csv").open(encoding="utf-8") as file:
        office = next(row["id"] for row in csv.DictReader(file) if row["status_before"] == "offline")
    folder = asked(budgets=budgets, limits={"must_connect": [office]})
    told = ("--data-root", EXAMPLE, "--out", tmp_path / lang, "--lang", lang)
    result = call("solve", folder, *told)
    assert result.exit_code == 3, result.output
    assert word in result.stdout
    assert "programme" in result.stdout
    document = json.loads((tmp_path / lang / "plan.json").read_text())
    assert document["status"] == "infeasible"
    (relaxed,) = (each for each in document["conflict"]["relaxations"] if each["limit"] == "budget programme")
    assert relaxed["needed"] > relaxed["now"] == 50.0
    assert call("verify", tmp_path / lang, "--data-root", EXAMPLE).exit_code == 0
    if lang == "en":
        as_json = call("solve", folder, *told, "--force", "--json")
        assert as_json.exit_code == 3
        assert json.loads(as_json.stdout)["conflict"]["limits"] == document["conflict"]["limits"]
        assert word in as_json.stderr


@pytest.mark.parametrize(
    ("sections", "fields"),
    [
        ({"redundancy": [{"office": "PO-00004"}]}, ["redundancy"]),
        ({"limits": {"worst_first": {"by": "region"}}}, ["limits.worst_first"]),
        (
            {
                "objective": [{"sense": "min", "measure": "capex", "target": {"connect_all": True}}],
                "budgets": [],
            },
            ["objective", "budgets"],
        ),
    ],
)
@pytest.mark.parametrize("command", ["frontier", "risk"])
def test_commands_that_do_not_heed_a_limit_say_so_and_stop(asked, tmp_path, command, sections, fields):
    assert refused(command, asked(**sections), tmp_path) == sorted(fields)


@pytest.mark.parametrize(("lang", "place"), [("en", "field phases: "), ("fr", "champ phases : ")])
@pytest.mark.parametrize("command", ["frontier", "risk", "portfolio"])
def test_what_is_refused_is_told_once_and_leaves_no_folder(asked, tmp_path, command, lang, place):
    folder = asked(phases=[{"year": 2030, "limit": 1000}], money={"currency": "USD", "price_year": 2025})
    given = folder
    if command == "portfolio":
        given = tmp_path / "portfolio.yaml"
        country = {"name": "Here", "scenario": "scenario.yaml"}
        content = {"name": "two", "currency": "USD", "budgets": [100], "countries": [country]}
        given.write_text(json.dumps({"schema_version": 1, **content}))
    result = call(command, given, "--data-root", EXAMPLE, "--out", tmp_path / "run", "--lang", lang)
    assert result.exit_code == 2, result.output
    assert " ".join(result.stderr.split()).replace("\u202f", " ").replace("\xa0", " ").count(place) == 1
    assert not (tmp_path / "run").exists()


def faults(*arguments):
    """Return code, file, row and column of each fault that a command ends with."""
    result = call(*arguments, "--data-root", EXAMPLE, "--json")
    assert result.exit_code == 2, result.output
    told = json.loads(result.stdout)["problems"]
    return [tuple(problem[name] for name in ("code", "file", "row", "column")) for problem in told]


def all_offices():
    with (EXAMPLE / "data/offices.csv").open(encoding="utf-8") as file:
        return [row["id"] for row in csv.DictReader(file)]


def test_a_share_of_nothing_names_the_line_of_its_own_budget(asked, tmp_path):
    """Nobody can be connected; of two budgets it is the second one that is a share of that."""
    north = {"name": "north", "limit": 5, "scope": {"technologies": ["leo"]}}
    limits = {"exclude": all_offices()}
    file = asked(budgets=[north, {"limit": "20 %", "name": "second"}], limits=limits) / "scenario.yaml"
    row = file.read_text(encoding="utf-8").splitlines().index("- limit: 20 %") + 1
    out = ("--out", tmp_path / "run", "--force")
    assert faults("solve", file, *out) == [("no-candidates", str(file), row, "budgets[1].limit")]
    # the file is not to blame for what the command line says
    said = ("--budget", "second=30%")
    assert faults("solve", file, *said, *out) == [("no-candidates", None, None, "budgets[1].limit")]
    file = asked(budgets=[{"limit": "20 %", "name": "all"}], limits=limits) / "scenario.yaml"
    row = file.read_text(encoding="utf-8").splitlines().index("- limit: 20 %") + 1
    assert faults("frontier", file, *out) == [("no-candidates", str(file), row, "budgets[0].limit")]


def test_a_plan_of_nothing_has_no_next_best_offices(asked, tmp_path):
    file = asked(budgets=[{"limit": 1000, "name": "all"}], limits={"exclude": all_offices()}) / "scenario.yaml"
    run = tmp_path / "run"
    made = call("solve", file, "--out", run, "--data-root", EXAMPLE)
    assert made.exit_code == 0, made.output
    told = call("explain", run, "--data-root", EXAMPLE)
    assert told.exit_code == 0, told.output
    assert "where offices can be connected at all" in " ".join(told.output.split())


def test_candidates_that_are_missing_are_placed_by_every_command_alike(asked, tmp_path):
    """Fibre starts at sources, not at the root."""
    inputs = yaml.safe_load((EXAMPLE / "scenario.yaml").read_text(encoding="utf-8"))["inputs"]
    file = asked(inputs={**inputs, "as_built": [{"file": "built.csv"}]}) / "scenario.yaml"
    text = f"from,to,technology,status\nroot,{all_offices()[3]},fibre,built\n"
    (tmp_path / "built.csv").write_text(text, encoding="utf-8")
    row = file.read_text(encoding="utf-8").splitlines().index("  - file: built.csv") + 1
    expected = [("no-candidate", str(file), row, "inputs.as_built")]
    assert faults("links", file) == expected
    assert faults("solve", file, "--out", tmp_path / "run") == expected


def refused(command, folder, tmp_path):
    result = call(command, folder, "--data-root", EXAMPLE, "--out", tmp_path / "run", "--json")
    assert result.exit_code == 2, result.output
    problems = json.loads(result.stdout)["problems"]
    assert {problem["code"] for problem in problems} == {"not-heeded"}
    return sorted(problem["column"] for problem in problems)


def test_every_budget_is_set_by_name_and_scopes_hold(asked, tmp_path, referee):
    budgets = [
        {"name": "programme", "limit": "20 %"},
        {"name": "space", "measure": "opex_per_year", "limit": 1, "scope": {"technologies": ["leo", "geo"]}},
    ]
    arguments = ("--budget", "space=9000", "--data-root", EXAMPLE, "--out", tmp_path / "run", "--gap", "0.2")
    result = call("solve", asked(budgets=budgets), *arguments)
    assert result.exit_code == 0, result.output
    assert "technologies: low-orbit satellite (LEO)" in " ".join(result.stdout.split())
    document = json.loads((tmp_path / "run/plan.json").read_text())
    assert referee(document) == []
    (space,) = document["budgets"][1:]
    assert (space["limit"], space["scope"]) == (9000.0, {"technologies": ["leo", "geo"]})
    assert space["spent"] <= 9000.0
    office = next(office["id"] for office in document["offices"] if not office["connected"])
    explained = call("explain", tmp_path / "run", office)
    assert explained.exit_code == 0, explained.output
    assert "Budget “space”" in explained.stdout
