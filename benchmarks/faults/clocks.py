"""Clocks that are set while a run is at work, forward and back."""

from __future__ import annotations

import json
import shutil
import time
from datetime import datetime
from typing import TYPE_CHECKING

from benchmarks.faults.set_clock import SetClock
from planner.errors import InputError
from planner.jobs import read_events, request_cancel, run_state
from planner.jobs.folder import make_free

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.random import Generator

    from benchmarks.faults.bench import Bench

JUMPS_S = (60.0, 3600.0, 25 * 3600.0, 400 * 86_400.0)
"""A correction, a zone, a day, a battery that was empty; each forward and back."""
THROUGH = "benchmarks.faults.set_clock"


def clock_set(bench: Bench, rng: Generator) -> Iterator[str | None]:
    """Set the clock in the middle of a run, with the cache warm and empty; for good, or right again afterwards."""
    looks = len(read_events(bench.folder / "first"))
    cache = bench.cache
    for size in JUMPS_S:
        for jump in (size, -size):
            for again in (False, True):
                first = int(rng.integers(2, looks))  # the first event says what the clock was
                last = int(rng.integers(first + 1, looks + 1))
                jumps = {first: jump, **({last: 0.0} if again else {})}
                bench.cache = bench.folder / f"cache-{'empty' if again else 'warm'}"
                if again:
                    shutil.rmtree(bench.cache, ignore_errors=True)
                elif not bench.cache.exists():
                    shutil.copytree(cache, bench.cache)
                yield _named(jumps, _one(bench, jumps))
                bench.cache = cache
    for jump in JUMPS_S[-1], -JUMPS_S[-1]:
        yield _named({2: jump}, _stopped(bench, jump, "--time-limit", "3"))
        yield _named({2: jump}, _stopped(bench, jump, "--time-limit", "60", cancel=True))


def _named(jumps: dict[int, float], found: list[str]) -> str | None:
    return f"{jumps}: {'; '.join(found)}" if found else None


def _start(bench: Bench, name: str, jumps: dict[int, float], *more: str) -> subprocess.Popen[str]:
    schedule = ",".join(f"{look}:{seconds}" for look, seconds in jumps.items())
    shutil.rmtree(bench.folder / name, ignore_errors=True)
    return bench.start(name, *more, through=(THROUGH, schedule))


def _one(bench: Bench, jumps: dict[int, float]) -> list[str]:
    """Run to the end, with somebody who looks on; return what is wrong."""
    process = _start(bench, "clock", jumps)
    found = _watched(process, bench.folder / "clock", jumps)
    _out, err = process.communicate()
    if process.returncode != 0:
        return [*found, f"exit code {process.returncode}: {err.strip()[-300:]}"]
    found += _journal(bench.folder / "clock", jumps)
    found += bench.halves("clock")
    found += bench.same_plan("clock")
    if run_state(bench.folder / "clock") != "done":
        found.append(f"the folder says {run_state(bench.folder / 'clock')}")
    return found


def _watched(process: subprocess.Popen[str], run: Path, jumps: dict[int, float]) -> list[str]:
    """Look at a run until it ends, by the clock of the machine and by the one that was set."""
    found: set[str] = set()
    while process.poll() is None:
        for ahead in (0.0, *jumps.values()):
            with SetClock.moved_start(ahead):
                state = run_state(run)
                refused = _refused(run) if state == "running" else True
            # a run that ended between the two looks has told so by now
            if process.poll() is None and state not in {None, "running", "done"}:
                found.add(f"somebody whose clock is {ahead:g} s ahead finds a run at work {state}")
            if process.poll() is None and not refused and run_state(run) == "running":
                found.add(f"somebody whose clock is {ahead:g} s ahead may take the folder of a run at work")
        time.sleep(0.05)
    return sorted(found)


def _refused(run: Path) -> bool:
    """Return whether a folder is kept from another run; nothing of it is touched if it is not."""
    try:
        make_free(run)
    except InputError as error:
        return [problem.code for problem in error.problems] in (["run-in-use"], ["run-exists"])
    return False


def _journal(run: Path, jumps: dict[int, float]) -> Iterator[str]:
    """Yield what is wrong with the events of a run whose clock was set."""
    lines, events = (run / "events.jsonl").read_bytes().splitlines(), read_events(run)
    if len(lines) != len(events) or any(json.loads(line) != event for line, event in zip(lines, events, strict=False)):
        yield f"{len(lines)} lines tell {len(events)} events"
    seconds = [event["seconds"] for event in events]
    if seconds != sorted(seconds) or not 0 <= seconds[0] <= seconds[-1] < 600:
        yield f"the run took {seconds[0]:g} to {seconds[-1]:g} s"
    first, jump = next(iter(jumps.items()))
    if len(events) > first:
        # by how much the date is ahead of the clock that nobody can set
        before, after = (
            datetime.fromisoformat(events[i]["time"]).timestamp() - seconds[i] for i in (first - 2, first - 1)
        )
        if abs(after - before - jump) > 1.0:
            yield "the clock was not set: this case says nothing"


def _stopped(bench: Bench, jump: float, *more: str, cancel: bool = False) -> list[str]:
    """Let a search that would go on for long end by its limit, or by a cancel file, under a clock that was set."""
    process = _start(bench, "clock", {2: jump}, "--gap", "0", *more)
    run, begun = bench.folder / "clock", time.monotonic()
    if cancel:
        while process.poll() is None and not any(event["phase"] == "solve" for event in read_events(run)):
            time.sleep(0.02)
        begun = time.monotonic()
        request_cancel(run)
    _out, err = process.communicate()
    found = list(bench.halves("clock"))
    if process.returncode not in ({0, 4} if cancel else {0}):
        found.append(f"exit code {process.returncode}: {err.strip()[-300:]}")
    if time.monotonic() - begun > 10 * bench.seconds + 30:
        found.append(f"it took {time.monotonic() - begun:.0f} s to end")
    if run_state(run) not in ({"cancelled", "done"} if cancel else {"done"}):
        found.append(f"the folder says {run_state(run)}")
    return found
