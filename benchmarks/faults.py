"""Faults of the machine: runs that are killed, disks that are full, folders that may not be written, damaged files.

    python -m benchmarks.faults [--kills 100] [--seed 1]

``planner solve`` of the example is run as a process of its own, again and again, and after each fault it is asked: is
every file in the folder whole, is every entry of the cache whole, is the exit code that of docs/contract.md, and does
the next run come to the same plan? Printed are cases and findings of each kind of fault; exit code 1 if there is any.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio

from planner.jobs import run_state
from planner.kept import _loaded
from planner.links import load_options
from planner.plan.store import read_plan
from planner.plan.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.random import Generator

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "scenarios/demo"
FULL_KB = (0, 1, 2, 4, 8, 16, 32, 64, 100)
"""Sizes beyond which no file can be written: another file is the first to fail at each."""
PHASES = ("starting", "inputs", "links", "solve", "plan")


class Bench:
    """A folder with a cache, and the plan that every run must come to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = folder / "cache"
        begun = time.monotonic()
        assert self.solve("first").returncode == 0
        begun = time.monotonic()
        assert self.solve("first", "--force").returncode == 0
        self.seconds = time.monotonic() - begun
        self.plan = read_plan(folder / "first")

    def start(self, name: str, *more: str, scenario: Path = EXAMPLE, **how: Any) -> subprocess.Popen[str]:
        """Start a run."""
        command = [sys.executable, "-m", "planner", "solve", str(scenario), "--out", str(self.folder / name)]
        environment = {**os.environ, "PLANNER_CACHE_DIR": str(self.cache), "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(
            [*command, "--gap", "0.1", "--quiet", *more],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how,
        )  # fmt: skip

    def solve(self, name: str, *more: str, **how: Any) -> subprocess.CompletedProcess[str]:
        """Run to the end."""
        process = self.start(name, *more, **how)
        out, err = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def halves(self, name: str) -> Iterator[str]:
        """Yield what is not whole in a run folder and in the cache."""
        run = self.folder / name
        for file in ("plan.json", "hillshade.json", "inputs.json", "regions.json"):
            if (run / file).exists():
                try:
                    json.loads((run / file).read_text(encoding="utf-8"))
                except ValueError as error:
                    yield f"{file}: {error}"
        if (run / "plan.json").exists():
            differences = verify(run).differences
            if differences:
                yield f"plan.json does not hold: {differences[0]}"
            if len(pyogrio.list_layers(run / "plan.gpkg")) != 3:
                yield "plan.gpkg is not whole"
        for entry in self.cache.glob("[!.]*"):
            load = {".links": load_options, ".arrays": _loaded}[entry.suffix]
            if load(entry) is None:
                yield f"cache: {entry.name} is not whole"

    def next_run(self, name: str) -> Iterator[str]:
        """Yield what is wrong with a run after the fault."""
        done = self.solve(name, "--force")
        if done.returncode != 0:
            yield f"the next run ends with {done.returncode}: {done.stderr.strip()[-200:]}"
        elif not read_plan(self.folder / name).links.equals(self.plan.links):
            yield "the next run comes to another plan"


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


def told(done: subprocess.CompletedProcess[str], code: int) -> list[str]:
    """Return what is wrong with how a run ended: its exit code, or words that are no explanation."""
    found = (
        [] if done.returncode == code else [f"exit code {done.returncode}, not {code}: {done.stderr.strip()[-300:]}"]
    )
    if re.search("Traceback|Internal error", done.stderr):
        found.append(done.stderr.strip()[-300:])
    return found


def full_disk(bench: Bench, _rng: Generator, _kills: int) -> Iterator[str | None]:
    """Let every write beyond some size of a file fail, with the cache empty and warm."""
    for kb in FULL_KB:

        def limited(size: int = 1024 * kb) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        name = f"full-{kb}"
        done = bench.solve(name, preexec_fn=limited)
        found = [] if done.returncode == 0 else told(done, 2)
        found += bench.halves(name)
        if done.returncode != 0 and (bench.folder / name / "plan.json").exists():
            found.append("a plan in the folder of a run that failed")
        found += bench.next_run(name)
        yield "; ".join(found) or None


def forbidden(bench: Bench, _rng: Generator, _kills: int) -> Iterator[str | None]:
    """Ask for folders in which nothing can be made, for the run and for the cache."""
    (bench.folder / "file").write_text("")
    for place in (bench.folder / "file/run", Path("/proc/run"), Path("/sys/run")):
        yield "; ".join(told(bench.solve(str(place)), 2)) or None
    cache, bench.cache = bench.cache, bench.folder / "file/cache"
    yield "; ".join(told(bench.solve("no-cache"), 0)) or None
    bench.cache = cache


def damaged_cache(bench: Bench, rng: Generator, _kills: int) -> Iterator[str | None]:
    """Cut, change or empty every entry of the cache."""
    for damage in ("cut", "changed", "empty", "longer"):
        bench.solve("warm", "--force")
        for file in bench.cache.glob("[!.]*"):
            data = bytearray(file.read_bytes())
            at = int(rng.integers(len(data)))
            data[at] ^= 1 << int(rng.integers(8))
            kinds = {"cut": data[:at], "changed": data, "empty": b"", "longer": file.read_bytes() + b"\0"}
            file.write_bytes(bytes(kinds[damage]))
        yield "; ".join(bench.next_run("damaged-cache")) or None


def cut_rasters(bench: Bench, rng: Generator, _kills: int) -> Iterator[str | None]:
    """Cut each raster short."""
    for raster in ("terrain.tif", "population.tif"):
        for share in (0.0, *rng.uniform(0.01, 0.99, 3)):
            country = bench.folder / "country"
            shutil.copytree(EXAMPLE, country, dirs_exist_ok=True)
            data = (EXAMPLE / "data" / raster).read_bytes()
            (country / "data" / raster).write_bytes(data[: int(share * len(data))])
            done = bench.solve("cut", "--force", scenario=country)
            # what is missing may never be read
            yield "; ".join([] if done.returncode == 0 else told(done, 2)) or None


def together(bench: Bench, _rng: Generator, _kills: int) -> Iterator[str | None]:
    """Start several runs in one folder at once: one has it, the others say so."""
    for name in ("shared-1", "shared-2"):
        processes = [bench.start(name) for _process in range(3)]
        errors = [process.communicate()[1] for process in processes]
        codes = sorted(process.returncode for process in processes)
        found = [] if codes == [0, 2, 2] else [f"exit codes {codes}"]
        found += [error.strip()[-200:] for error in errors if error.strip() and "folder" not in error]
        yield "; ".join([*found, *bench.halves(name)]) or None


def cancelled(bench: Bench, _rng: Generator, _kills: int) -> Iterator[str | None]:
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


FAULTS: dict[str, Callable[[Bench, Generator, int], Iterator[str | None]]] = {
    "killed": killed,
    "disk full": full_disk,
    "folder forbidden": forbidden,
    "cache damaged": damaged_cache,
    "raster cut": cut_rasters,
    "three at once": together,
    "cancelled": cancelled,
}


def main() -> int:
    """Run all faults."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=FAULTS)
    asked = parser.parse_args()
    total = 0
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch))
        print(f"{'fault':18} {'cases':>6} {'findings':>9}")
        for name, fault in FAULTS.items():
            if asked.only in {None, name}:
                found = list(fault(bench, np.random.default_rng(asked.seed), asked.kills))
                wrong = [text for text in found if text]
                total += len(wrong)
                print(f"{name:18} {len(found):6d} {len(wrong):9d}", flush=True)
                for text in wrong:
                    print(f"    {text}", flush=True)
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
