"""A scheduler and two workers as processes of their own: one is killed in the middle, then the client."""

import json
import signal
import subprocess
import sys

import pytest
from dask_processes import WAIT_S, dask_processes, wait_until
from sweep_question import DRAWS, TASKS, WISHES

pytest.importorskip("distributed", reason="the extra “distributed” is not installed")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Return the address of a scheduler, and its two workers."""
    with dask_processes(tmp_path_factory.mktemp("cluster"), workers=2) as running:
        yield running


def start(country, address, folder):
    wishes = ["--gap", str(WISHES["solver.gap"]), "--time-limit", str(WISHES["solver.time_limit_s"])]
    budgets = ["--budget", "20%", "--budget", "250000", "--draws", str(DRAWS)]
    asked = ["sweep", str(country), *budgets, *wishes, "--scheduler", address, "--out", str(folder)]
    return subprocess.Popen([sys.executable, "-m", "planner", *asked], stderr=subprocess.PIPE, text=True)


def keys_of(folder):
    file = folder / "sweep.jsonl"
    if not file.exists():
        return []
    whole = file.read_bytes().rpartition(b"\n")[0]
    return [json.loads(line)["row"]["key"] for line in whole.splitlines()]


def test_a_worker_that_is_killed_in_the_middle_costs_nothing(cluster, country, serial, tmp_path, same_tables):
    address, workers = cluster
    folder = tmp_path / "run"
    client = start(country, address, folder)
    wait_until(lambda: len(keys_of(folder)) >= 4 or client.poll() is not None)
    workers[0].send_signal(signal.SIGKILL)
    known = len(keys_of(folder))
    _out, said = client.communicate(timeout=WAIT_S)
    assert client.returncode == 0, said
    assert known < TASKS, "it was killed too late to prove anything"
    keys = keys_of(folder)
    assert len(keys) == len(set(keys)) == TASKS
    assert same_tables(serial, folder)


def test_a_client_that_is_killed_goes_on_where_it_was(cluster, country, serial, tmp_path, same_tables):
    address, _workers = cluster
    folder = tmp_path / "run"
    client = start(country, address, folder)
    wait_until(lambda: len(keys_of(folder)) >= 3 or client.poll() is not None)
    client.kill()
    client.communicate()
    before = keys_of(folder)
    assert 3 <= len(before) < TASKS
    client = start(country, address, folder)
    _out, said = client.communicate(timeout=WAIT_S)
    assert client.returncode == 0, said
    keys = keys_of(folder)
    assert keys[: len(before)] == before, "what was done stands"
    assert len(keys) == len(set(keys)) == TASKS
    assert same_tables(serial, folder)
