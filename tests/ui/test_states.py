"""Every state of a run on the page, without a browser."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from planner.jobs import Journal
from planner.ui.text import literal

APP = Path(__file__).parents[2] / "app.py"
EXAMPLE = Path(__file__).parents[2] / "scenarios/demo"


@pytest.fixture
def show(monkeypatch):
    def run(*arguments, **query):
        monkeypatch.setattr(sys, "argv", ["app.py", *map(str, arguments)])
        page = AppTest.from_file(APP, default_timeout=60)
        for key, value in query.items():
            page.query_params[key] = value
        page.run()
        assert not page.exception
        return page

    return run


def texts(elements):
    return " ".join(element.value for element in elements)


def test_without_any_run_it_offers_to_make_one(show, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = show()
    assert "no run here yet" in texts(page.info)
    assert [button.label for button in page.button] == ["Make and solve an example"]


def test_the_run_of_the_command_line_comes_first_and_stands_in_the_address(show, home):
    page = show(home / "lost")
    assert page.query_params["run"] == "lost"
    assert "killed" in texts(page.error)


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
    assert "Make it again with" in texts(show(tmp_path / "demo").error).replace("\\", "")


def test_a_search_cancelled_before_it_knew_anything_has_no_figures(show, home, tmp_path):
    shutil.copytree(home / "demo", tmp_path / "demo")
    path = tmp_path / "demo/plan.json"
    document = json.loads(path.read_text())
    document["objective"] |= {"value": None, "bound": None}
    path.write_text(json.dumps({**document, "status": "cancelled", "termination": "cancelled"}))
    page = show(tmp_path / "demo")
    assert not page.metric
    assert "cancelled before the first one" in texts(page.caption)
    assert page.number_input


@pytest.fixture
def moved(home, tmp_path):
    """Return the solved run and its inputs, both of which may be changed."""
    shutil.copytree(EXAMPLE, tmp_path / "country")
    shutil.copytree(home / "demo", tmp_path / "runs/demo")
    path = tmp_path / "runs/demo/inputs.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"data_root": str(tmp_path / "country")}))
    return tmp_path / "runs/demo", tmp_path / "country/data"


@pytest.fixture
def started(monkeypatch):
    """Return the commands that the page starts, none of which is run."""
    commands = []
    monkeypatch.setattr("planner.ui.solving.start_detached", lambda _folder, command: commands.append(command))
    return commands


def click(page, label):
    (button,) = (button for button in page.button if button.label == label)
    return button.click().run()


def test_another_budget_on_the_same_inputs_is_solved_at_once(show, moved, started):
    run_dir, data = moved
    click(show(run_dir), "Solve with this budget")
    (command,) = started
    assert command[:4] == ["solve", str(run_dir / "scenario.yaml"), "--data-root", str(data.parent)]


def test_another_budget_on_other_inputs_is_solved_only_on_request(show, moved, started):
    run_dir, data = moved
    with (data / "offices.csv").open("a") as file:
        file.write("\n")
    page = click(show(run_dir), "Solve with this budget")
    assert "offices" in texts(page.warning)
    assert "changed since the run" in texts(page.warning)
    assert started == []
    click(page, "Solve with the inputs as they are now")
    assert len(started) == 1


def test_another_budget_without_an_input_is_not_solved(show, moved, started):
    run_dir, data = moved
    (data / "terrain.tif").unlink()
    page = click(show(run_dir), "Solve with this budget")
    assert "terrain" in texts(page.warning)
    assert "Solve with the inputs as they are now" not in {button.label for button in page.button}
    assert started == []


def test_a_run_without_its_record_cannot_be_solved_again(show, moved, started):
    run_dir, _data = moved
    (run_dir / "inputs.json").unlink()
    page = click(show(run_dir), "Solve with this budget")
    assert "inputs" in texts(page.error)
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
    (cancel,) = page.button
    cancel.click().run()
    assert (tmp_path / "run/cancel").exists()
    assert "Cancelling" in texts(page.markdown)
