"""Runs in a process of their own: the folder is theirs from the start, and tells why they never began."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.i18n import use_language
from planner.jobs import read_events, run_state, solve_run, start_detached, tell_failure
from planner.jobs.detached import _started

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "scenarios/demo/scenario.yaml"
PATIENCE_S = 120


@pytest.fixture(autouse=True)
def _leaves_nothing_running():
    yield
    for process in _started:
        process.wait(PATIENCE_S)


def ended(run_dir):
    deadline = time.monotonic() + PATIENCE_S
    while run_state(run_dir) == "running":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return run_state(run_dir)


@pytest.fixture
def misspelt(tmp_path):
    (tmp_path / "misspelt.yaml").write_text(EXAMPLE.read_text().replace("solver:", "solvers:"))
    return tmp_path / "misspelt.yaml"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["solve", "nowhere.yaml"], "nowhere.yaml: The scenario file is not there."),
        (["solve", "misspelt.yaml"], "There is no field “solvers” here."),
        (["solve", EXAMPLE, "--budget", "nobody=5"], "nobody"),
        (["solve", EXAMPLE, "--budget", "programme"], "A budget is given as NAME=AMOUNT."),
        (["evaluate", "nowhere.yaml", "plan.csv"], "nowhere.yaml: The scenario file is not there."),
        (["evaluate", EXAMPLE, "nowhere.csv"], "nowhere.csv: The file cannot be read"),
    ],
)
def test_a_run_that_never_begins_says_why(misspelt, monkeypatch, arguments, reason):
    monkeypatch.chdir(misspelt.parent)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    Path("plan.csv").write_text("office,technology\n")
    run_dir = misspelt.parent / "run"
    start_detached(run_dir, [str(argument) for argument in arguments])
    assert ended(run_dir) == "failed"
    told = read_events(run_dir)
    assert reason in told[-1]["message"]
    assert [event["phase"] for event in told[:-1]] == ["starting"] * 2
    assert not (run_dir / "plan.json").exists()


def test_it_says_so_in_the_language_of_whoever_started_it(tmp_path):
    with use_language("fr"):
        start_detached(tmp_path / "run", ["solve", str(tmp_path / "nowhere.yaml")])
    assert ended(tmp_path / "run") == "failed"
    assert "Le fichier du scénario" in read_events(tmp_path / "run")[-1]["message"]


def test_whoever_started_it_may_go_at_once(tmp_path):
    """The folder is the new process's also when nobody is left who could say so."""
    code = (
        "import pathlib, sys\n"
        "from planner.jobs import start_detached\n"
        "start_detached(pathlib.Path(sys.argv[1]), sys.argv[2:])\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "run"), "solve", "nowhere.yaml"]
    subprocess.run(command, check=True, cwd=ROOT)
    assert ended(tmp_path / "run") == "failed"
    assert "nowhere.yaml" in read_events(tmp_path / "run")[-1]["message"]


def test_a_folder_that_waits_for_a_run_is_nobody_elses(tmp_path):
    start_detached(tmp_path / "run", ["solve", str(tmp_path / "nowhere.yaml")])
    with pytest.raises(InputError):
        solve_run(EXAMPLE, tmp_path / "run")
    with pytest.raises(InputError):
        start_detached(tmp_path / "run", ["solve", str(EXAMPLE)])
    assert ended(tmp_path / "run") == "failed"
    assert "nowhere.yaml" in read_events(tmp_path / "run")[-1]["message"]


def test_an_error_is_told_in_no_folder_but_ones_own(tmp_path):
    start_detached(tmp_path / "run", ["solve", str(tmp_path / "nowhere.yaml")])
    ended(tmp_path / "run")
    before = read_events(tmp_path / "run")
    tell_failure(tmp_path / "run", InputError(()))
    tell_failure(tmp_path / "nothing", InputError(()))
    assert read_events(tmp_path / "run") == before
    assert not (tmp_path / "nothing").exists()
