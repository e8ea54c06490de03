"""The frontier of one country, its budgets shared out among processes of this machine and of a cluster."""

import json
import signal
import threading
from contextlib import closing

import pytest
import yaml
from dask_processes import dask_processes, wait_until
from typer.testing import CliRunner

from planner.cli.commands import app
from planner.errors import PlannerError
from planner.jobs import frontier_run, workers
from planner.jobs.cancellation import request_cancel

distributed = pytest.importorskip("distributed", reason="the extra “distributed” is not installed")
WISHES = {"solver.gap": 0.0, "solver.time_limit_s": 120.0}
POINTS = 8


def frontier_of(folder):
    """Return what a frontier says, without what depends on the clock."""
    found = json.loads((folder / "frontier.json").read_text(encoding="utf-8"))
    return found["points"], found["ceiling"], found["termination"]


def some_office(folder):
    """Return an office that can be connected."""
    return frontier_of(folder)[0][-1]["offices"][0]


@pytest.fixture(scope="module")
def in_two_parts(country, tmp_path_factory):
    """Return the folder of a frontier that two processes have searched."""
    folder = tmp_path_factory.mktemp("spread") / "pool"
    frontier_run(country, folder, points=POINTS, workers=2, overrides=WISHES)
    return folder


def test_parts_have_the_values_of_the_whole(country, in_two_parts, tmp_path):
    """Both are exact: plans may differ, what they are worth does not."""
    frontier_run(country, tmp_path / "alone", points=POINTS, overrides=WISHES)
    points, _ceiling, ended = frontier_of(tmp_path / "alone")
    parts, ceiling, ended_too = frontier_of(in_two_parts)
    assert ended == ended_too == "gap"
    assert [point["limit"] for point in parts] == [point["limit"] for point in points]
    assert [point["value"] for point in parts] == pytest.approx([point["value"] for point in points], rel=2e-6)
    assert [point["bound"] for point in parts] == pytest.approx([point["bound"] for point in points], rel=2e-6)
    assert all(value >= best["value"] for best in points for x, value in ceiling if x >= best["limit"])


def test_a_cluster_finds_the_same_though_a_worker_is_killed(country, in_two_parts, tmp_path):
    """Both workers are held until each has its part; then one is killed, and the other does both."""
    with dask_processes(tmp_path, workers=2) as (address, processes):
        with closing(distributed.Client(address, set_as_default=False)) as client:
            wait_until(lambda: len(client.nthreads()) == len(processes))

        def kill_one_that_has_a_part():
            with closing(distributed.Client(address, set_as_default=False)) as client:
                wait_until(lambda: sum(map(len, client.processing().values())) >= len(processes))
            processes[0].send_signal(signal.SIGKILL)
            processes[1].send_signal(signal.SIGCONT)

        def hold_them(event):
            if event.phase == "solve" and not killer.ident:
                for process in processes:
                    process.send_signal(signal.SIGSTOP)
                killer.start()

        killer = threading.Thread(target=kill_one_that_has_a_part)
        folder = tmp_path / "run"
        cluster = workers.Cluster(address)
        frontier_run(country, folder, points=POINTS, cluster=cluster, overrides=WISHES, listener=hold_them)
        killer.join()
        assert [process.poll() for process in processes] == [-signal.SIGKILL, None]
    assert frontier_of(folder) == frontier_of(in_two_parts)


def test_cancelled_all_processes_stop_and_plans_stay(country, tmp_path):
    folder = tmp_path / "run"

    def cancel(event):
        if event.phase == "solve":
            request_cancel(folder)

    found = frontier_run(country, folder, points=POINTS, workers=2, overrides=WISHES, listener=cancel)
    assert found.termination == "cancelled"
    assert all(point.value <= point.bound for point in found.points)


def test_a_scheduler_that_is_lost_ends_the_frontier(country, tmp_path, monkeypatch):
    """It is gone once the parts are handed in."""

    class Gone(workers._ClusterExecutor):
        def __init__(self, _client):
            self.asked = 0

        def submit(self, _fn, /, *_given, **_named):
            return workers.Future()

        def count(self):
            self.asked += 1
            if self.asked > 1:
                raise PlannerError("The scheduler was lost.")
            return 2

    class Silent:
        def close(self, **_more):
            pass

    monkeypatch.setattr(workers, "_ClusterExecutor", Gone)
    monkeypatch.setattr("distributed.Client", lambda *_address, **_more: Silent())
    cluster = workers.Cluster("tcp://127.0.0.1:9")
    with pytest.raises(PlannerError, match="scheduler was lost"):
        frontier_run(country, tmp_path / "run", points=POINTS, cluster=cluster, overrides=WISHES)


def call(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)])


def test_the_command_shares_budgets_out(country, tmp_path):
    result = call("frontier", country, "--points", 3, "--workers", 2, "--gap", 0.2, "--out", tmp_path / "run", "--json")
    assert result.exit_code == 0, result.output
    assert len(json.loads(result.stdout)["points"]) == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--tls-cert", "me.pem"), "Certificates are for a scheduler, and none is named."),
        (("--scheduler", "tcp://127.0.0.1:9"), "The scheduler cannot be reached"),
        (("--workers", "2"), "its budgets are searched one by one, not in parts."),
    ],
)
def test_what_cannot_be_is_told(country, in_two_parts, tmp_path, options, words, monkeypatch):
    monkeypatch.setattr(workers, "_CONNECT_S", 0.5)
    asked = yaml.safe_load(country.read_text(encoding="utf-8"))
    if "--workers" in options:
        asked["limits"] = {"must_connect": [some_office(in_two_parts)]}
    file = tmp_path / "scenario.yaml"
    file.write_text(yaml.safe_dump(asked), encoding="utf-8")
    wishes = ("--points", 3, "--out", tmp_path / "run", "--data-root", country.parent, "--json")
    result = call("frontier", file, *wishes, *options)
    assert result.exit_code == 2
    assert any(words in problem["message"] for problem in json.loads(result.stdout)["problems"])
