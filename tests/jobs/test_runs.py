"""Runs: complete or absent, whatever happens to the process; cancelled through a file."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from planner.errors import CancelledError, InputError
from planner.jobs import (
    read_events,
    request_cancel,
    run_state,
    solve_run,
    start_detached,
)
from planner.plan.store import read_plan
from planner.plan.verify import verify
from planner.solver import warm

EXAMPLE = Path(__file__).parents[2] / "scenarios/demo/scenario.yaml"
KILLS, KILLS_PER_CACHE = 20, 5


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    return {**os.environ, "PLANNER_CACHE_DIR": str(tmp_path_factory.mktemp("cache"))}


def solve_command(run_dir, *more):
    return [sys.executable, "-m", "planner", "solve", str(EXAMPLE), "--out", str(run_dir), "--gap", "0.1", *more]


@pytest.fixture(scope="module")
def finished(tmp_path_factory, environment):
    """Return the folder of a run that was let finish, and how long it took once everything was compiled."""
    run_dir = tmp_path_factory.mktemp("runs") / "finished"
    subprocess.run(solve_command(run_dir, "--quiet"), env=environment, check=True)
    begun = time.monotonic()
    subprocess.run(solve_command(run_dir, "--quiet", "--force"), env=environment, check=True)
    return run_dir, time.monotonic() - begun


def test_a_run_folder_tells_its_story(finished, referee):
    run_dir, _seconds = finished
    assert run_state(run_dir) == "done"
    events = read_events(run_dir)
    assert [
        phase for phase in ("inputs", "links", "solve", "plan", "done") if phase in {e["phase"] for e in events}
    ] == [
        "inputs",
        "links",
        "solve",
        "plan",
        "done",
    ]
    seconds = [event["seconds"] for event in events]
    assert seconds == sorted(seconds)
    record = json.loads((run_dir / "inputs.json").read_text())
    assert {file["file"] for file in record["files"]} >= {"data/offices.csv", "data/terrain.tif", "data/prices.yaml"}
    assert referee(json.loads((run_dir / "plan.json").read_text())) == []
    assert not verify(run_dir).differences


@pytest.mark.parametrize("compiled", [False, True])
def test_the_first_run_says_that_it_compiles(tmp_path, monkeypatch, compiled):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kernels"))
    if compiled:
        (tmp_path / "kernels").mkdir()
        warm._mark().touch()
    told = []

    def tell(event):
        if event.phase == "inputs":
            told.append(event.message)
            raise KeyboardInterrupt  # heard enough

    with pytest.raises(KeyboardInterrupt):
        solve_run(EXAMPLE, tmp_path / "run", listener=tell)
    assert ("compiles for some minutes" in told[0]) != compiled


def test_killed_at_any_moment_it_leaves_whole_files_and_a_sound_cache(tmp_path, environment, finished, referee):
    """Every kill falls at another moment of the run, writing the result and the cache among them."""
    whole, seconds = finished
    moments = np.random.default_rng(20261123).uniform(0.0, 1.1 * seconds, KILLS)
    for group in range(0, KILLS, KILLS_PER_CACHE):
        # A new cache now and then, so that writing it is hit as well as reading it.
        surroundings = {**environment, "PLANNER_CACHE_DIR": str(tmp_path / f"cache-{group}")}
        for i, moment in enumerate(moments[group : group + KILLS_PER_CACHE], start=group):
            run_dir = tmp_path / f"killed-{i}"
            process = subprocess.Popen(solve_command(run_dir, "--quiet"), env=surroundings)
            time.sleep(moment)
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert run_state(run_dir) in {None, "lost", "done"}
            if (run_dir / "plan.json").exists():
                assert referee(json.loads((run_dir / "plan.json").read_text())) == []
                assert len(gpd.read_file(run_dir / "plan.gpkg", layer="offices")) == 60
        subprocess.run(solve_command(run_dir, "--quiet", "--force"), env=surroundings, check=True)
        again, first = read_plan(run_dir), read_plan(whole)
        assert again.links.equals(first.links), "the same plan from whatever the killed runs left in the cache"


def test_a_cancel_file_stops_a_detached_run_and_keeps_its_best_plan(tmp_path, environment, monkeypatch, referee):
    monkeypatch.setenv("PLANNER_CACHE_DIR", environment["PLANNER_CACHE_DIR"])
    run_dir = tmp_path / "cancelled"
    start_detached(run_dir, ["solve", str(EXAMPLE), "--gap", "0", "--time-limit", "600"])
    assert run_state(run_dir) == "running"
    with pytest.raises(InputError, match="at work"):
        solve_run(EXAMPLE, run_dir, force=True)
    deadline = time.monotonic() + 120
    while not any(event["incumbent"] for event in read_events(run_dir)) and run_state(run_dir) == "running":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    request_cancel(run_dir)
    while run_state(run_dir) == "running":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    document = json.loads((run_dir / "plan.json").read_text())
    assert referee(document) == []
    if run_state(run_dir) == "cancelled":
        assert (document["status"], document["termination"]) == ("cancelled", "cancelled")
    else:  # proven optimal before the cancel came
        assert document["status"] == "optimal"


def test_cancelled_before_the_first_plan_it_says_so(tmp_path):
    run_dir = tmp_path / "run"

    def cancel(event):
        if event.phase == "inputs":
            request_cancel(run_dir)
            time.sleep(0.2)  # the folder is looked at ten times a second, and what follows may take less than that

    with pytest.raises(CancelledError):
        solve_run(EXAMPLE, run_dir, listener=cancel)
    assert run_state(run_dir) == "cancelled"
    assert not (run_dir / "plan.json").exists()


def test_a_failed_run_keeps_its_reason(tmp_path):
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(EXAMPLE.read_text().replace("offices.csv", "nowhere.csv"))
    with pytest.raises(InputError):
        solve_run(scenario, tmp_path / "run")
    assert run_state(tmp_path / "run") == "failed"
    assert "nowhere.csv" in (tmp_path / "run/log.txt").read_text()


@pytest.mark.parametrize("named", ["scenario.yaml", "."])
def test_the_scenario_of_the_user_is_never_written_over(tmp_path, named):
    text = "# my own words\n" + EXAMPLE.read_text()
    (tmp_path / "scenario.yaml").write_text(text)
    with pytest.raises(InputError, match="holds the scenario itself"):
        solve_run(tmp_path / named, tmp_path, data_root=EXAMPLE.parent, force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["scenario.yaml"]
    assert (tmp_path / "scenario.yaml").read_text() == text
