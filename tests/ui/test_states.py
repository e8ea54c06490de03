"""Every state of a run on the page, without a browser."""

import json
import shutil
from pathlib import Path

import pytest
from conftest import click, texts

from planner import load_scenario, read_plan
from planner.i18n import LANGUAGES
from planner.jobs import Journal, changed_inputs
from planner.ui.text import literal


def test_where_there_is_no_run_a_solved_example_is_on_screen(show, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = show(page="start")
    assert page.metric
    assert "SYNTHETIC DATA" in texts(page.warning)
    run = tmp_path / "runs" / "sessions" / page.query_params["session"] / "runs" / "example"
    # If this fails, prices, schema or results have changed since it was packed: python .ci/example.py
    assert changed_inputs(run, read_plan(run)) == []
    assert len(show(page="scenario", session=page.query_params["session"]).select_slider) == 1


def test_without_the_example_it_offers_to_make_one(show, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("planner.ui.frame.EXAMPLE", tmp_path / "nothing.zip")
    page = show(page="start")
    assert "no run here yet" in texts(page.info)
    assert "Make and solve an example" in [button.label for button in page.button]


def test_the_run_of_the_command_line_comes_first_and_stands_in_the_address(show, home):
    page = show(home / "lost")
    assert page.query_params["run"] == "lost"
    assert "killed" in texts(page.error)


def test_a_run_that_is_made_anew_is_read_anew(show, moved):
    run, _data = moved
    page = show(run)
    document = json.loads((run / "plan.json").read_text(encoding="utf-8"))
    document["scenario"]["name"] = "Made anew"
    (run / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    page.run()
    assert texts(page.title) == "Made anew"


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_are_told_in_the_language_of_the_page(show, home, language):
    document = json.loads((home / "demo/plan.json").read_text(encoding="utf-8"))
    row = next(i for i, office in enumerate(document["offices"]) if office["connected"])
    page = show(home / "demo", lang=language, selected=document["offices"][row]["id"])
    assert literal(document["reasons"][language][row]) in texts(page.markdown)


def test_a_failed_run_shows_its_log(show, home):
    page = show(home / "demo", run="failed")
    assert "failed" in texts(page.error)
    assert "offices.csv, row 3: no longitude" in texts(page.code)


def test_every_reason_of_a_failure_is_shown_as_it_is(show, tmp_path):
    (tmp_path / "run").mkdir()
    journal = Journal(tmp_path / "run")
    journal.note("failed", "o.csv, row 3: no *longitude*\nscenario.yaml: there is no field [gapp](x) here")
    journal.close()
    (error,) = show(tmp_path / "run").error
    assert error.value.split("\n") == [
        "This run failed:",
        "",
        "- " + literal("o.csv, row 3: no *longitude*"),
        "- " + literal("scenario.yaml: there is no field [gapp](x) here"),
    ]


def test_a_run_cancelled_too_early_says_so(show, home):
    assert "cancelled before the first plan" in texts(show(home / "demo", run="cancelled").info)


@pytest.mark.parametrize("asked", ["../demo", "/etc", "demo/../../secret", "nobody"])
def test_the_address_names_runs_and_never_opens_paths(show, home, tmp_path, asked):
    shutil.copytree(home, tmp_path / "runs")
    shutil.copytree(home / "demo", tmp_path / "secret")
    page = show(tmp_path / "runs/failed", run=asked)
    assert literal(asked) in texts(page.warning)
    assert page.query_params["run"] in {path.name for path in (tmp_path / "runs").iterdir()}


def test_a_plan_that_cannot_be_read_is_an_error_with_a_remedy(show, home, tmp_path):
    shutil.copytree(home / "demo", tmp_path / "demo")
    (tmp_path / "demo/plan.json").write_text("{}")
    assert "Solve its scenario again with" in texts(show(tmp_path / "demo").error).replace("\\", "")


def test_a_search_cancelled_before_it_knew_anything_has_no_figures(show, home, tmp_path):
    shutil.copytree(home / "demo", tmp_path / "demo")
    path = tmp_path / "demo/plan.json"
    document = json.loads(path.read_text())
    document["objective"] |= {"value": None, "bound": None}
    path.write_text(json.dumps({**document, "status": "cancelled", "termination": "cancelled"}))
    page = show(tmp_path / "demo")
    assert not page.metric
    assert "cancelled before the first one" in texts(page.caption)
    assert "Change the scenario" in [button.label for button in page.button]


def test_another_budget_on_the_same_inputs_is_solved_at_once(show, moved, started):
    run_dir, data = moved
    click(show(run_dir, page="scenario"), "Solve exactly")
    (command,) = started
    assert command[0] == "solve"
    assert command[2:] == ["--data-root", str(data.parent)]
    # The scenario that is solved is one that the page has written, in the session's own folder.
    assert Path(command[1]).is_relative_to(run_dir.parent / "sessions")
    assert load_scenario(command[1], data_root=data.parent).hash == load_scenario(run_dir).hash


def test_another_budget_on_other_inputs_is_solved_only_on_request(show, moved, started):
    run_dir, data = moved
    with (data / "offices.csv").open("a") as file:
        file.write("\n")
    page = click(show(run_dir, page="scenario"), "Solve exactly")
    assert "offices" in texts(page.warning)
    assert "changed since the run" in texts(page.warning)
    assert started == []
    click(page, "Solve with the inputs as they are now")
    assert len(started) == 1


def test_another_budget_without_an_input_is_not_solved(show, moved, started):
    run_dir, data = moved
    (data / "terrain.tif").unlink()
    page = click(show(run_dir, page="scenario"), "Solve exactly")
    assert "terrain" in texts(page.warning)
    assert "Solve with the inputs as they are now" not in {button.label for button in page.button}
    assert started == []


def test_a_run_without_its_record_cannot_be_solved_again(show, moved, started):
    run_dir, _data = moved
    (run_dir / "inputs.json").unlink()
    page = click(show(run_dir, page="scenario"), "Solve exactly")
    assert literal("inputs.json") in texts(page.error)
    assert started == []


def test_a_run_at_work_is_told_in_plain_words(show, tmp_path):
    (tmp_path / "run").mkdir()
    journal = Journal(tmp_path / "run")
    journal.note("links", "Searching fibre routes", share=0.4)
    journal.note("solve", incumbent=100.0, bound=103.0, gap=0.0301)
    page = show(tmp_path / "run")
    journal.close()
    told = texts(page.markdown).replace("\\", "")
    assert "Searching fibre routes" in told
    assert "within 3.0 % of the best plan under these inputs" in told
    click(page, "Cancel")
    assert (tmp_path / "run/cancel").exists()
    assert "Cancelling" in texts(page.markdown)
