"""Many solves in one process: its memory must stay flat."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil

from benchmarks.faults.bench import EXAMPLE, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.random import Generator

    from benchmarks.faults.bench import Bench

WARM = 20
"""Solves after which kernels are loaded and caches are full."""
GROWTH_MB, GROWTH_OBJECTS = 10.0, 500.0
"""For 100 solves, by a straight line through all after the warm ones; more is a finding.

A megabyte either way is the allocator's. Objects that Python counts tell of leaks that it has room for.
"""


def soaked(bench: Bench, _rng: Generator, solves: int) -> Iterator[str | None]:
    """Solve the example again and again, each time with another seed."""
    command = [sys.executable, "-m", "benchmarks.faults.soak", str(bench.folder), str(solves)]
    environment = {**os.environ, "PLANNER_CACHE_DIR": str(bench.cache), "PYTHONPATH": str(ROOT)}
    rows: list[dict[str, float]] = []
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        bench.started.append(process)
        assert process.stdout is not None
        for line in process.stdout:
            rows.append(json.loads(line))
            if len(rows) == WARM or len(rows) % 100 == 0:
                print(
                    f"    after {len(rows)} solves {rows[-1]['mb']:.1f} MB, {rows[-1]['objects']:.0f} objects",
                    flush=True,
                )
            yield None
    if len(rows) != solves:
        yield f"it ended with {process.returncode} after {len(rows)} solves"
    yield from growth(rows)


def growth(rows: Sequence[Mapping[str, float]]) -> Iterator[str]:
    """Yield what grows from solve to solve, by a straight line after the warm ones."""
    for what, allowed in (("mb", GROWTH_MB), ("objects", GROWTH_OBJECTS)):
        values = [row[what] for row in rows[WARM:]]
        each = 100 * np.polyfit(np.arange(len(values)), values, 1)[0] if len(values) >= WARM else 0.0
        print(f"    {each:+.2f} {what} for 100 solves", flush=True)
        if each > allowed:
            yield f"{each:+.2f} {what} for 100 solves"


def main() -> None:
    """Solve, and print memory and objects after each."""
    from planner.jobs import solve_run  # noqa: PLC0415 - the campaign itself solves nothing

    here = psutil.Process()
    folder, solves = Path(sys.argv[1]), int(sys.argv[2])
    for i in range(solves):
        asked = {"solver.gap": 0.1, "solver.seed": i}
        solve_run(EXAMPLE, folder / "soak", overrides=asked, force=True)
        gc.collect()
        told = {"mb": here.memory_info().rss / 1e6, "objects": len(gc.get_objects())}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
