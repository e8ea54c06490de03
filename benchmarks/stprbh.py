"""Steiner trees with revenues, budget and hop limits: the public instances, against their published optima.

    python -m benchmarks.stprbh PATH… --time-limit S [--quick] [--json] [--out FILE.csv] [--solutions DIR]

PATH is an ``.stp`` file or a folder of them. Values are compared with a ``reference.csv`` that lies beside the
instances: a value above the optimum, a bound below it, or another value called optimal is a contradiction, and the exit
code is 1. ``--quick`` takes every fourteenth instance. ``--solutions`` writes the edges of each plan in the file's own
node numbers, below a line with its value. Kernels are warm; times are those of the search alone.
"""

from __future__ import annotations

import csv
import json
import os
import statistics
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.stp_command import read_command, write_solution, write_table
from benchmarks.stp_format import read_stp
from planner.solver import Problem, Result, Status, compile_kernels, solve

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

QUICK = 14
"""Every so many instances make the quick set: of 276 some twenty of all kinds."""
PUBLISHED = ("seconds_reference_code", "seconds_sinnl_ljubic")


@dataclass(frozen=True)
class Instance:
    """One instance and what leads back to its file.

    Attributes
    ----------
    problem
        Arcs i and i + k are the two directions of edge i.
    edges
        ``(k, 2)``: the file's edges in its own node numbers.
    """

    name: str
    problem: Problem
    edges: NDArray[np.int64]


def read_instance(path: Path) -> Instance:
    """Read an instance; its root becomes node 0 and changes places with the file's first node."""
    file = read_stp(path)
    n, root = file.n_nodes, file.root
    if root is None:
        raise ValueError(f"{path}: no line 'Root v'")
    edges = np.column_stack([file.tail, file.head])
    number = np.arange(-1, n)
    number[1], number[root] = number[root], 0
    ends = number[edges].astype(np.int32)
    cost = np.array([int(each) for each in file.cost], np.int64)
    prize = np.zeros(n)
    prize[number[list(file.prizes)]] = [float(each) for each in file.prizes.values()]
    problem = Problem(
        n_nodes=n,
        tail=np.r_[ends[:, 0], ends[:, 1]],
        head=np.r_[ends[:, 1], ends[:, 0]],
        cost=np.r_[cost, cost],
        capacity=np.full(2 * len(edges), np.inf),
        prize=prize,
        demand=np.zeros(n),
        place=np.arange(n, dtype=np.int32),
        budget=file.whole_number("budget"),
        hops=np.ones(2 * len(edges), np.int8),
        hop_limit=file.whole_number("hoplimit"),
    )
    return Instance(file.name, problem, edges)


def list_files(paths: list[Path], quick: bool) -> list[Path]:
    """Return the instances that the paths name, in order."""
    files = [file for path in paths for file in (sorted(path.glob("*.stp")) if path.is_dir() else [path])]
    return files[::QUICK] if quick else files


def read_reference(folder: Path) -> dict[str, dict[str, str]]:
    """Return the published figures beside the instances, by instance."""
    path = folder / "reference.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["instance"]: row for row in csv.DictReader(stream)}


def measure(instance: Instance, known: dict[str, str], result: Result, seconds: float) -> dict[str, Any]:
    """Return the row of one instance."""
    row: dict[str, Any] = {
        "instance": instance.name,
        "value": result.value,
        "bound": result.bound,
        "status": result.status.value,
        "seconds": round(seconds, 3),
        "all_collected": result.value == instance.problem.prize.sum(),
    }
    if known:
        optimum = float(known["objective_incl_root"])
        above = (result.value or 0.0) > optimum
        below = result.bound is not None and result.bound < optimum
        other = result.status is Status.OPTIMAL and result.value != optimum and result.bound == result.value
        row |= {"optimum": optimum, "contradicts": above or below or other}
        row |= {name: float(known[name]) if known[name].replace(".", "").isdigit() else None for name in PUBLISHED}
    return row


def report(rows: list[dict[str, Any]]) -> str:
    """Return the table and what it comes to."""

    def seconds(row: dict[str, Any], name: str) -> str:
        return f"{row[name]:10.2f}" if row.get(name) is not None else f"{'–':>10}"

    lines = [f"{'instance':18}{'value':>8}{'bound':>8}  {'status':10}{'s':>8}{'reference':>10}{'S. & L.':>10}"]
    lines += [
        f"{row['instance']:18}{row['value']:8.0f}{row['bound']:8.0f}  {row['status']:10}{row['seconds']:8.2f}"
        + "".join(seconds(row, name) for name in PUBLISHED)
        + ("  CONTRADICTS" if row.get("contradicts") else "")
        for row in rows
    ]
    closed = sum(row["value"] == row["bound"] for row in rows)
    lines.append(f"{closed} of {len(rows)} proven to the unit, slowest {max(row['seconds'] for row in rows):.1f} s")
    hard = [row for row in rows if not row["all_collected"]]
    if hard:
        times = [f"{statistics.median(row['seconds'] for row in hard):.2f} s"]
        for name in PUBLISHED:
            published = [row[name] for row in hard if row.get(name) is not None]
            times += [f"{name} {statistics.median(published):.2f} of {len(published)}"] if published else []
        lines.append(f"median over the {len(hard)} in which not all can be collected: {', '.join(times)}")
    return "\n".join(lines)


def main() -> None:
    """Run the benchmark."""
    asked = read_command(__doc__, 100.0)
    compile_kernels()
    rows = []
    for file in list_files(asked.paths, asked.quick):
        instance = read_instance(file)
        began = time.monotonic()
        result = solve(instance.problem, gap=0.0, time_limit_s=asked.time_limit)
        seconds = time.monotonic() - began
        rows.append(measure(instance, read_reference(file.parent).get(instance.name, {}), result, seconds))
        if asked.solutions:
            edges = instance.edges[result.arcs % len(instance.edges)].tolist()
            write_solution(asked.solutions, instance.name, f"{result.value:g}", edges)
    if not rows:
        sys.exit("no .stp files")
    if asked.out:
        write_table(rows, asked.out)
    load = os.getloadavg()[0]
    if asked.json:
        print(json.dumps({"load": load, "time_limit_s": asked.time_limit, "rows": rows}, indent=1))
    else:
        print(f"load {load:.1f}, time limit {asked.time_limit:g} s")
        print(report(rows))
    sys.exit(1 if any(row.get("contradicts") for row in rows) else 0)


if __name__ == "__main__":
    main()
