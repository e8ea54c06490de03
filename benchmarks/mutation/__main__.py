"""Mutation tests: the share of small faults, one at a time, that the tests of a module notice.

    python -m benchmarks.mutation [--only NAME,…] [--sample 60] [--seed 1] [--json FILE]

A mutant is a module with one comparison, operator, figure, condition, statement or returned value changed. It lives in
memory alone, in a process of its own that is forked once the tests are collected, and is killed if a test of its
subject fails or does not end in time. Defaults of a dataclass are left as they are. Of each module so many mutants are
drawn (0: all). Printed are a row for each module and every mutant that survived; those in
`benchmarks.mutation.equivalent` cannot be noticed, each for the reason that stands there, and are not drawn.
Exit code 1 if the score of a room is below `ASKED`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from benchmarks.mutation.mutants import ROOT
from benchmarks.mutation.subjects import SUBJECTS
from benchmarks.mutation.trial import Trial

ASKED = 0.85
WRAPPED = "ignore:overflow encountered in scalar:RuntimeWarning"
"""Uncompiled, the dice of the search warn where their whole numbers wrap around, as they are meant to."""


def run(name: str, sample: int, seed: int) -> dict[str, object]:
    """Return what became of the mutants of a subject."""
    trial = Trial(SUBJECTS[name], sample, seed)
    options = ["-q", "-s", "-p", "no:cacheprovider", "-p", "no:nbmake", "-W", WRAPPED]
    pytest.main([*options, *SUBJECTS[name].tests], plugins=[trial])
    return trial.found


def main() -> int:
    """Run each subject in a process of its own: a module that was changed must not be there for the next."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="")
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--here", action="store_true", help="in this process: the one subject, into the file of --json")
    asked = parser.parse_args()
    if asked.here:
        asked.json.write_text(json.dumps(run(asked.only, asked.sample, asked.seed)), encoding="utf-8")
        return 0
    found: dict[str, dict[str, Any]] = {}
    print(f"{'subject':20} {'mutants':>8} {'equivalent':>11} {'drawn':>6} {'killed':>7} {'score':>7}")
    for name in asked.only.split(",") if asked.only else SUBJECTS:
        row = found[name] = _apart(name, asked.sample, asked.seed)
        score = row["killed"] / max(row["drawn"], 1)
        counts = f"{row['all']:8d} {row['equivalent']:11d} {row['drawn']:6d} {row['killed']:7d}"
        print(f"{name:20} {counts} {score:7.1%}", flush=True)
        for mutant in row["alive"]:
            print(f"    {mutant['line']}: {mutant['before']} → {mutant['after']} in {mutant['text']}", flush=True)
    below = _print_totals(found)
    if asked.json:
        asked.json.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    return 1 if below else 0


def _apart(name: str, sample: int, seed: int) -> dict[str, Any]:
    """Run a subject in a process of its own, uncompiled: a compiled kernel keeps the others as they were inside."""
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    with tempfile.TemporaryDirectory() as scratch:
        kept = Path(scratch) / "found.json"
        command = [sys.executable, "-m", "benchmarks.mutation", "--here", "--only", name, "--json", str(kept)]
        more = ["--sample", str(sample), "--seed", str(seed)]
        subprocess.run([*command, *more], check=True, stdout=subprocess.DEVNULL, cwd=ROOT, env=environment)
        found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return found


def _print_totals(found: dict[str, dict[str, Any]]) -> list[str]:
    below = []
    for room in dict.fromkeys(name.partition(".")[0] for name in found):
        rows = [row for name, row in found.items() if name.partition(".")[0] == room]
        drawn, killed = (sum(int(row[what]) for row in rows) for what in ("drawn", "killed"))
        print(f"{room:20} {'':8} {'':11} {drawn:6d} {killed:7d} {killed / max(drawn, 1):7.1%}")
        if killed < ASKED * drawn:
            below.append(room)
    return below


if __name__ == "__main__":
    sys.exit(main())
