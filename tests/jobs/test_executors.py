"""Work at the same time: an error is told soon, and says what to do where a process was lost."""

import os
import signal
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from threading import Event

import pytest

from planner.errors import PlannerError
from planner.jobs.executors import at_work, new_executor

PATIENCE_S = 60


def fail():
    raise ValueError("ours")


def test_an_error_drops_what_waits_and_stops_what_is_under_way(monkeypatch):
    monkeypatch.setattr("planner.jobs.executors.new_executor", ThreadPoolExecutor)
    stop, begun = Event(), []

    def last(number):
        begun.append(number)
        assert stop.wait(PATIENCE_S)

    before = time.monotonic()
    futures = []

    def work(executor):
        futures.extend([executor.submit(fail), *(executor.submit(last, number) for number in range(5))])
        for future in wait(futures, return_when=FIRST_COMPLETED).done:
            future.result()

    with pytest.raises(ValueError, match="ours"), at_work(2, stop.set, "lost") as executor:
        work(executor)
    assert time.monotonic() - before < PATIENCE_S / 2
    assert len(begun) <= 2
    assert sum(future.cancelled() for future in futures) >= 3


@pytest.mark.parametrize("workers", [1, 2])
def test_a_process_that_is_lost_is_told_with_what_to_do(workers):
    with pytest.raises(PlannerError, match="fewer workers") as caught, at_work(workers, fail, "fewer workers"):
        raise BrokenProcessPool("a child process terminated abruptly")
    assert caught.value.exit_code == 1


def test_work_that_ends_well_is_stopped_by_nobody():
    with at_work(1, fail, "lost") as executor:
        assert executor.submit(len, "four").result() == 4


def say_who_and_wait(file):
    file.write_text(str(os.getpid()))
    time.sleep(PATIENCE_S)


@pytest.mark.skipif(os.name == "nt", reason="no signal kills a process unheard there")
@pytest.mark.parametrize("killed", [0, 1])
@pytest.mark.parametrize("turn", range(3))
def test_whichever_process_is_lost_is_missed_at_once(tmp_path, killed, turn):
    """Not only when another one has come to its end."""
    files = [tmp_path / str(number) for number in range(2)]
    with new_executor(2) as executor:
        futures = [executor.submit(say_who_and_wait, file) for file in files]
        deadline = time.monotonic() + PATIENCE_S / 2
        while not all(file.exists() and file.read_text() for file in files):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.kill(int(files[killed].read_text()), signal.SIGKILL)
        for future in futures:
            assert isinstance(future.exception(timeout=PATIENCE_S / 4), BrokenProcessPool)
