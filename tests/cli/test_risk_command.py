"""``planner risk``: in files, as JSON and in words; wrong options are told."""

import csv
import json
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

import planner.risk
from planner.cli.commands import app
from planner.demo import make_country
from planner.i18n import set_language
from planner.jobs import run_state


@pytest.fixture(autouse=True)
def _english():
    yield
    set_language("en")


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    """Return a small country of which only the fee of satellites is uncertain."""
    path = make_country(tmp_path_factory.mktemp("risk") / "country", offices=12, seed=2, terrain_arcsec=9)
    certain = ["general", "fibre", "masts", "sites", "microwave", "source", "geo", "cellular", "package"]
    certain += ["leo.terminal", "leo.terminal_life", "leo.terminal_maintenance", "leo.installation"]
    path.write_text(path.read_text() + f"\nuncertainty: {{fixed: [{', '.join(certain)}]}}\n")
    return path


@pytest.fixture(scope="module")
def run(country):
    folder = country.parent / "run"
    arguments = ("--draws", 6, "--reoptimise", "--workers", 1, "--gap", 0.05, "--out", folder)
    return folder, call("risk", country, *arguments)


def test_a_study_is_told_and_written_beside_its_plan(run):
    folder, result = run
    assert result.exit_code == 0, result.stderr
    assert "6 draws of" in result.stdout
    assert "monthly fee" in result.stdout
    assert run_state(folder) == "done"
    stored = json.loads((folder / "risk.json").read_text())
    plan = json.loads((folder / "plan.json").read_text())
    assert stored["plan"]["value"] == plan["objective"]["value"]
    assert stored["plan"]["programme_cost"] == plan["totals"]["programme_cost"]
    assert stored["settings"]["draws"] == stored["draws_done"] == 6
    assert len((folder / "risk.csv").read_text().splitlines()) == 7
    assert call("verify", folder).exit_code == 0


def test_json_is_the_stored_document_and_words_are_french(country, run):
    folder, _result = run
    result = call("risk", country, "--draws", 2, "--workers", 1, "--gap", 0.05, "--json", "--out", folder.parent / "j")
    assert json.loads(result.stdout)["best"] is None
    french = call(
        "risk", country, "--draws", 2, "--workers", 1, "--gap", 0.05, "--lang", "fr", "--out", folder.parent / "f"
    )
    assert "2 tirages" in french.stdout
    assert "--reoptimise" in french.stdout


@pytest.mark.parametrize("options", [("--draws", "1"), ("--draws", "many"), ("--workers", "-1")])
def test_wrong_options_end_with_code_2(country, options):
    assert call("risk", country, *options).exit_code == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{correlation: 2}", "at most 1"),
        ("{distribution: normal}", "pert"),
        ("{demand: {low: 1.2, high: 1.5}}", "at most 1"),
        ("{demand: 1.5}", "mapping"),
        ("{spread: 20}", "less than 1"),
        ("{ranges: {leo.monthly_fee: {low: 200, high: 100}}}", "exchange them"),
        ("{ranges: {leo.monthly_fee: {low: -1, high: 100}}}", "at least 0"),
        ("{ranges: {leo.monthly_fee: 100}}", "mapping"),
        ("{sigma: 1}", "sigma"),
    ],
)
def test_a_wrong_section_names_field_and_remedy(country, tmp_path, text, told):
    own = Path(tmp_path / "scenario.yaml")
    own.write_text(country.read_text().rpartition("\nuncertainty:")[0] + f"\nuncertainty: {text}\n")
    result = call("risk", own, "--data-root", country.parent, "--out", tmp_path / "run")
    assert result.exit_code == 2
    assert "uncertainty" in result.stderr
    assert told in result.stderr
    assert not (tmp_path / "run").exists()


def test_the_robust_plan_is_a_run_that_verify_accepts(country):
    folder = country.parent / "robust-run"
    called = call("risk", country, "--draws", 3, "--robust", "--workers", 1, "--gap", 0.05, "--out", folder)
    assert called.exit_code == 0, called.output
    assert "tried" in called.output
    told = json.loads((folder / "risk.json").read_text())["robust"]
    plan = json.loads((folder / "robust" / "plan.json").read_text())
    assert plan["objective"]["value"] == pytest.approx(told["plan"]["value"])
    assert told["value"] <= told["bound"]
    assert call("verify", folder / "robust").exit_code == 0


def test_where_no_plan_keeps_all_limits_nothing_is_studied(country, tmp_path):
    """An empty plan that keeps everything would be a study of nothing; it ends as solve does."""
    asked = yaml.safe_load(country.read_text(encoding="utf-8"))
    with (country.parent / "data/offices.csv").open(encoding="utf-8") as file:
        office = next(row["id"] for row in csv.DictReader(file) if row["status_before"] == "offline")
    asked |= {"limits": {"must_connect": [office]}, "budgets": [{"name": "programme", "limit": 50}]}
    own = tmp_path / "scenario.yaml"
    own.write_text(yaml.safe_dump(asked), encoding="utf-8")
    told = ("--data-root", country.parent, "--out")
    solved = call("solve", own, *told, tmp_path / "solved", "--json")
    result = call("risk", own, "--draws", 2, "--workers", 1, *told, tmp_path / "run", "--json")
    assert result.exit_code == solved.exit_code == 3, result.output
    assert solved.stderr.endswith(json.loads(result.stdout)["message"] + "\n")
    assert not (tmp_path / "run/risk.json").exists()
    assert json.loads((tmp_path / "run/plan.json").read_text())["status"] == "infeasible"
    assert run_state(tmp_path / "run") == run_state(tmp_path / "solved") == "done"


@pytest.mark.parametrize(
    ("error", "words"), [(BrokenProcessPool("gone"), "fewer workers"), (ValueError("ours"), "ours")]
)
def test_an_error_in_the_middle_stops_other_processes(country, tmp_path, monkeypatch, error, words):
    def broken(*_study, **_more):
        raise error

    monkeypatch.setattr(planner.risk, "run_study", broken)
    result = call("risk", country, "--draws", 2, "--workers", 1, "--gap", 0.05, "--out", tmp_path / "run")
    assert result.exit_code == 1
    assert words in result.stderr
    assert ("Internal error" in result.stderr) == (words == "ours")
    assert (tmp_path / "run/cancel").exists() == (words == "ours")
    assert run_state(tmp_path / "run") == "failed"
