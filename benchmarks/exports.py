"""Processor time and memory of each export of a run.

``python -m benchmarks.exports RUN… [--formats xlsx,gpkg] [--json]`` writes every format of every run once into a folder
that is thrown away. Times are those of the processor, without reading the run; memory is the most that the process ever
held, so that one run and one format a call tells most.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from planner.report.exported import read_exported
from planner.report.exports import WRITERS, export_run

TARGET_S = 5.0
"""For each format of a country of some hundred offices; a workbook of 2,000 offices has twice that."""


def measure(folder: Path, names: list[str]) -> dict[str, Any]:
    """Return what one run's exports take."""
    run = read_exported(folder)
    found: dict[str, Any] = {"run": run.name, "offices": len(run.plan.offices), "links": len(run.plan.links)}
    with tempfile.TemporaryDirectory() as scratch:
        for name in names:
            before = time.process_time()
            files = export_run(run, [name], Path(scratch))
            size = sum(file.stat().st_size for file in files)
            found[name] = {"cpu_s": round(time.process_time() - before, 2), "kB": size // 1000}
    found["peak_MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--formats", default=",".join(WRITERS))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    measured = [measure(folder, asked.formats.split(",")) for folder in asked.runs]
    if asked.json:
        print(json.dumps({"load": os.getloadavg()[0], "runs": measured}, indent=1))
        return
    print(f"load {os.getloadavg()[0]:.1f}")
    for row in measured:
        print(f"{row['run']}: {row['offices']} offices, {row['links']} links, {row['peak_MB']} MB at most")
        for name in asked.formats.split(","):
            verdict = "ok" if row[name]["cpu_s"] <= TARGET_S else "slow"
            print(f"  {name:8} {row[name]['cpu_s']:6.2f} s {row[name]['kB']:8} kB  {verdict}")


if __name__ == "__main__":
    main()
