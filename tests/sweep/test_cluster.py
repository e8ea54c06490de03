"""A scheduler and two workers as processes of their own: one is killed in the middle, then the client."""

import json
import signal
import subprocess
import sys
from contextlib import closing

import pytest
from dask_processes import WAIT_S, dask_processes, wait_until
from sweep_question import DRAWS, TASKS, WISHES

from planner.errors import InputError, PlannerError
from planner.jobs import sweep_run, workers
from planner.sweep import DoneTasks, Task, do_tasks

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


class Deaf:
    """A client whose scheduler is gone."""

    def __init__(self, status, error):
        self.status, self.error = status, error

    def nthreads(self):
        raise self.error


@pytest.mark.parametrize(
    ("status", "error"), [("connecting", TimeoutError()), ("running", OSError("gone")), ("closed", AttributeError("x"))]
)
def test_a_scheduler_that_is_lost_is_told_with_what_to_do(tmp_path, status, error):
    tasks = [Task(0, "x", None, k, {}, f"key{k}") for k in range(3)]
    with closing(DoneTasks(tmp_path)) as done, pytest.raises(PlannerError, match="scheduler was lost") as caught:
        do_tasks(
            [None], tasks, done, workers._OnCluster(Deaf(status, error)), cancelled=bool, on_progress=lambda *_now: None
        )
    assert caught.value.exit_code == 1


def test_a_fault_of_ours_is_not_the_schedulers():
    with pytest.raises(AttributeError, match="ours"):
        workers._OnCluster(Deaf("running", AttributeError("ours"))).count()


def test_a_scheduler_that_never_answers_is_told(country, tmp_path, monkeypatch):
    """Some errors say nothing but their kind."""

    def silent(*_address, **_more):
        raise TimeoutError

    monkeypatch.setattr("distributed.Client", silent)
    with pytest.raises(InputError, match="cannot be reached: TimeoutError"):
        sweep_run([country], tmp_path / "run", overrides=WISHES, cluster=workers.Cluster("tcp://127.0.0.1:9"))
