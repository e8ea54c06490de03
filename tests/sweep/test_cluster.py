"""A scheduler and two workers as processes of their own: one is killed in the middle, then the client."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from sweep_question import DRAWS, TASKS, WISHES

pytest.importorskip("distributed", reason="the extra “distributed” is not installed")

WAIT_S = 300.0
"""For what takes seconds on a machine of its own."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Return the file that tells where the scheduler is, and the two workers, each of one thread."""
    folder = tmp_path_factory.mktemp("cluster")
    file = folder / "scheduler.json"
    python = [sys.executable, "-m"]
    where = ["--scheduler-file", str(file)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, "start_new_session": True}
    quiet["env"] = {**os.environ, "DASK_TEMPORARY_DIRECTORY": str(folder)}
    scheduler = subprocess.Popen(
        [*python, "distributed.cli.dask_scheduler", *where, "--host", "127.0.0.1", "--port", "0", "--no-dashboard"],
        **quiet,
    )
    wait_until(file.exists)
    workers = [
        subprocess.Popen(
            [*python, "distributed.cli.dask_worker", *where, "--nthreads", "1", "--no-nanny", "--no-dashboard"], **quiet
        )
        for _worker in range(2)
    ]
    yield json.loads(file.read_text(encoding="utf-8"))["address"], workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def wait_until(holds):
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline, "nothing happens"
        time.sleep(0.02)


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


def test_certificates_are_passed_on(monkeypatch, tmp_path):
    import distributed

    from planner.jobs.workers import Cluster, new_workers

    asked = {}

    class Client:
        def __init__(self, address, *, security, **_more):
            asked.update(address=address, security=security)

        def close(self, timeout):
            asked["closed"] = timeout

    monkeypatch.setattr(distributed, "Client", Client)
    cluster = Cluster("tls://host:8786", "ca.pem", "cert.pem", "key.pem")
    with new_workers(2, cluster, tmp_path, lambda: False):
        pass
    security = asked["security"]
    assert asked["address"] == "tls://host:8786"
    assert security.require_encryption
    told = security.tls_ca_file, security.tls_client_cert, security.tls_client_key
    assert told == ("ca.pem", "cert.pem", "key.pem")
    assert "closed" in asked
