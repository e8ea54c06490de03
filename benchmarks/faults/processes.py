"""Processes: killed, several in one folder, asked to stop."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING

from benchmarks.faults.bench import told
from planner.jobs import run_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.random import Generator

    from benchmarks.faults.bench import Bench

PHASES = ("starting", "inputs", "links", "solve", "plan")


def killed(bench: Bench, rng: Generator, kills: int) -> Iterator[str | None]:
    """Kill runs at random moments, every other one over a finished run, every fifth with an empty cache."""
    for i in range(kills):
        name = f"killed-{i}"
        if i % 2:
            shutil.copytree(bench.folder / "first", bench.folder / name)
        if i % 5 == 0:
            shutil.rmtree(bench.cache, ignore_errors=True)
        process = bench.start(name, "--force")
        time.sleep(rng.uniform(0, 1.2 * bench.seconds))
        process.kill()
        process.communicate()
        found = list(bench.halves(name))
        if run_state(bench.folder / name) not in {None, "lost", "done"}:
            found.append(f"the folder says {run_state(bench.folder / name)}")
        if i % 10 == 9:
            found += bench.next_run(name)
        yield "; ".join(found) or None
        shutil.rmtree(bench.folder / name, ignore_errors=True)


def together(bench: Bench, _rng: Generator) -> Iterator[str | None]:
    """Start several runs in one folder at once: one has it, the others say so."""
    for name in ("shared-1", "shared-2"):
        processes = [bench.start(name) for _process in range(3)]
        errors = [process.communicate()[1] for process in processes]
        codes = sorted(process.returncode for process in processes)
        found = [] if codes == [0, 2, 2] else [f"exit codes {codes}"]
        found += [error.strip()[-200:] for error in errors if error.strip() and "folder" not in error]
        yield "; ".join([*found, *bench.halves(name)]) or None


def cancelled(bench: Bench, _rng: Generator) -> Iterator[str | None]:
    """Ask runs to stop in each phase: by a file, by a polite kill, from the keyboard."""
    for phase in PHASES:
        for way in ("file", "SIGTERM", "SIGINT"):
            name = f"cancelled-{phase}-{way}"
            run = bench.folder / name
            process = bench.start(name, "--gap", "0", "--time-limit", "30")
            _wait_for(phase, run, process)
            if way == "file":
                (run / "cancel").touch()
            else:
                process.send_signal(getattr(signal, way))
            _out, err = process.communicate()
            done = subprocess.CompletedProcess(process.args, process.returncode, "", err)
            found = told(done, process.returncode) + list(bench.halves(name))
            if process.returncode not in {0, 4}:
                found.append(f"exit code {process.returncode}: {err.strip()[-200:]}")
            if run_state(run) not in {"cancelled", "done"}:
                found.append(f"the folder says {run_state(run)}")
            if process.returncode == 0 and not (run / "plan.json").exists():
                found.append("exit code 0 without a plan")
            yield f"{phase}, {way}: {'; '.join(found)}" if found else None


def _wait_for(phase: str, run: Path, process: subprocess.Popen[str]) -> None:
    while process.poll() is None:
        if (run / "events.jsonl").exists() and f'"phase": "{phase}"' in (run / "events.jsonl").read_text():
            return
        time.sleep(0.01)
