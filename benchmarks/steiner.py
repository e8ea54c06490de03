"""Steiner trees: classical, prize-collecting from anywhere, and prize-collecting from a root.

    python -m benchmarks.steiner PATH… --time-limit S [--quick] [--json] [--out FILE.csv] [--solutions DIR]

PATH is an ``.stp`` file, or a folder searched for them. Values are costs of edges plus prizes of nodes left out. Where
a ``reference.csv`` (columns file, best_known, status) lies in a folder above a file, values and bounds are compared
with it: what contradicts is reported, and the exit code is 1. ``--quick`` takes ten small files of all folders.
``--solutions`` writes a file for each tree: its value, then the ends of each edge; a tree of a single node, that of the
largest prize, has no edges. Kernels are warm; times are those of reading the graph into the solver and of the search.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any

from benchmarks.steiner_kind import Answer, solve_file
from benchmarks.stp_command import read_command, write_solution, write_table
from benchmarks.stp_format import read_stp
from planner.solver import compile_kernels

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

QUICK = 10
TOLERANCE = Decimal("1e-6")
"""References are given to so many decimals."""


@dataclass(frozen=True)
class Known:
    """The best value known, and whether none is better."""

    value: Decimal
    proven: bool


def find_files(paths: list[Path], *, quick: bool) -> list[Path]:
    """Return the files that the command line names, those of a folder together."""
    files = list(dict.fromkeys(chain(*(sorted(path.rglob("*.stp")) if path.is_dir() else [path] for path in paths))))
    if not quick:
        return files
    folders: dict[Path, list[Path]] = {}
    for file in sorted(files, key=lambda file: (file.stat().st_size, file.name)):
        folders.setdefault(file.parent, []).append(file)
    in_turn = [file for turn in zip_longest(*folders.values()) for file in turn if file is not None]
    return sorted(in_turn[:QUICK])


def read_known(file: Path) -> Known | None:
    """Return what a ``reference.csv`` in a folder above says of a file."""
    for folder in file.resolve().parents:
        table = folder / "reference.csv"
        if table.is_file():
            with table.open(encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines):
                    if row["file"] == file.resolve().relative_to(folder).as_posix():
                        return Known(Decimal(row["best_known"]), "optimal" in row["status"])
            return None
    return None


def contradiction(answer: Answer, known: Known | None) -> str:
    """Return what is wrong with an answer, an empty text if nothing is."""
    if answer.value is not None and answer.value < answer.bound:
        return "value below its own bound"
    if known is None:
        return ""
    if answer.bound > known.value + TOLERANCE:
        return f"bound above the known {known.value}"
    if known.proven and answer.value is not None and answer.value < known.value - TOLERANCE:
        return f"value below the optimum {known.value}"
    return ""


def measure(path: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Return the row of one file."""
    file = read_stp(path)
    answer = solve_file(file, asked.time_limit)
    known = read_known(path)
    if asked.solutions is not None and answer.value is not None:
        write_solution(asked.solutions, file.name, f"{answer.value.normalize():f}", answer.edges)
    return {
        "instance": file.name,
        "value": None if answer.value is None else f"{answer.value.normalize():f}",
        "bound": f"{answer.bound.quantize(TOLERANCE, 'ROUND_FLOOR').normalize():f}",
        "status": answer.status,
        "seconds": round(answer.seconds, 3),
        "known": None if known is None else f"{known.value.normalize():f}",
        "gap": None if not answer.value else float((answer.value - answer.bound) / answer.value),
        "wrong": contradiction(answer, known),
    }


def report(row: dict[str, Any]) -> str:
    """Return the line of one row."""
    gap = "–" if row["gap"] is None else f"{row['gap']:.4%}"
    return (
        f"{row['instance']:16}{row['value'] or '–':>18}{row['bound']:>18}{row['known'] or '–':>18}{gap:>11}"
        f"  {row['status']:9}{row['seconds']:8.2f}s  {row['wrong']}"
    )


def main() -> None:
    """Run the benchmark."""
    asked = read_command(__doc__, 30.0)
    compile_kernels()
    rows = []
    for path in find_files(asked.paths, quick=asked.quick):
        rows.append(measure(path, asked))
        if not asked.json:
            print(report(rows[-1]), flush=True)
    if asked.out is not None:
        write_table(rows, asked.out)
    wrong = [row["instance"] for row in rows if row["wrong"]]
    proven = sum(row["status"] == "optimal" for row in rows)
    if asked.json:
        print(json.dumps({"load": os.getloadavg()[0], "time_limit_s": asked.time_limit, "rows": rows}, indent=1))
    else:
        print(f"load {os.getloadavg()[0]:.1f}: {proven} of {len(rows)} proven, {len(wrong)} contradicted")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
