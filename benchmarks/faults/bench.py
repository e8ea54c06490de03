"""Where runs are made and judged: what is whole, what is not, what the next run comes to."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyogrio

from planner.kept import _loaded
from planner.links import load_options
from planner.plan.store import read_plan
from planner.plan.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "scenarios/demo"


class Bench:
    """A folder with a cache, and the plan that every run must come to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = folder / "cache"
        self.started: list[subprocess.Popen[str]] = []
        assert self.solve("first").returncode == 0
        begun = time.monotonic()
        assert self.solve("first", "--force").returncode == 0
        self.seconds = time.monotonic() - begun
        self.plan = read_plan(folder / "first")

    def start(
        self, name: str, *more: str, scenario: Path = EXAMPLE, through: Sequence[str] = ("planner",), **how: Any
    ) -> subprocess.Popen[str]:
        """Start a run, through a module that runs the command line."""
        command = [sys.executable, "-m", *through, "solve", str(scenario), "--out", str(self.folder / name)]
        environment = {**os.environ, "PLANNER_CACHE_DIR": str(self.cache), "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [*command, "--gap", "0.1", "--quiet", *more],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how,
        )  # fmt: skip
        self.started = [other for other in (*self.started, process) if other.poll() is None]
        return process

    def close(self) -> None:
        """End whatever is still at work, as when the campaign is stopped."""
        for process in self.started:
            process.kill()
            process.wait()

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
        else:
            yield from self.same_plan(name)

    def same_plan(self, name: str) -> Iterator[str]:
        """Yield what is wrong if a run has come to another plan."""
        run = self.folder / name
        if not (run / "plan.json").exists() or not read_plan(run).links.equals(self.plan.links):
            yield "the run comes to another plan, or none"


def told(done: subprocess.CompletedProcess[str], code: int) -> list[str]:
    """Return what is wrong with how a run ended: its exit code, or words that are no explanation."""
    found = (
        [] if done.returncode == code else [f"exit code {done.returncode}, not {code}: {done.stderr.strip()[-300:]}"]
    )
    if re.search("Traceback|Internal error", done.stderr):
        found.append(done.stderr.strip()[-300:])
    return found
