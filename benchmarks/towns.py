"""Random towns: how near the best plan the solver gets, and how soon.

    python -m benchmarks.towns PATH… | --offices N [--seed S]
        [--budget 10,20] [--satellite PRICE] [--capacity] [--hops H] [--gap G] --time-limit S
        [--against highs|scip] [--json]

PATH is an instance (``towns-1000-0.npz``), or a folder of them. The budget is a share of 60,000 per office. With
``--hops`` no more than so many microwave hops may lie between an office and its source. With ``--against`` a compact
model of the same problem is solved as well (`benchmarks.towns_compact`), both to the proven gap of ``--gap``, and the
times until then are compared on the same instances in the same run. Kernels are warm; times are those of the search
alone.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import sys
from pathlib import Path
from typing import Any

from benchmarks.towns_compact import PEERS
from benchmarks.towns_kind import Towns, make_towns, read_towns, towns_problem
from planner.solver import Result, solve

PROVEN = {
    ("towns-100-0", 20): 201_582,
    ("towns-300-0", 10): 432_325,
    ("towns-300-0", 20): 631_242,
    ("towns-1000-0", 10): 1_660_754,
    ("towns-3000-0", 10): 5_016_807,
}
"""Optimal values that come with the frozen instances (satellite at its own price, no capacities)."""
GAPS = (0.05, 0.02, 0.01, 0.005, 0.002)


def measure(towns: Towns, percent: float, asked: argparse.Namespace) -> dict[str, Any]:
    """Return the row of one instance and budget."""
    problem = towns_problem(
        towns, percent / 100, satellite_cost=asked.satellite, capacities=asked.capacity, hop_limit=asked.hops
    )
    runs = [solve(problem, gap=asked.gap, time_limit_s=asked.time_limit) for _turn in range(3 if asked.against else 1)]
    result = sorted(runs, key=lambda run: run.trace[-1][0])[len(runs) // 2]
    row: dict[str, Any] = {
        "instance": towns.name,
        "budget": percent,
        "arcs": problem.n_arcs,
        "value": result.value,
        "bound": result.bound,
        "gap": result.gap,
        "seconds": result.trace[-1][0],
        "seconds_to_gap": {str(goal): seconds_to(result, goal) for goal in (*GAPS, asked.gap)},
    }
    known = PROVEN.get((towns.name, round(percent)))
    if known is not None and asked.satellite is None and not asked.capacity and asked.hops is None:
        row["proven_optimum"] = known
        row["consistent"] = (result.value or 0.0) <= known <= (result.bound or 0.0)
    if asked.against:
        other = PEERS[asked.against](problem, gap=asked.gap, time_limit_s=10 * asked.time_limit)
        ours = seconds_to(result, asked.gap)
        row["peer"] = {"name": asked.against, **other}
        row["consistent"] = (result.value or 0.0) <= other["bound"] * (1 + 1e-6) and other["value"] <= (
            result.bound or 0.0
        ) * (1 + 1e-6)
        row["ratio"] = other["seconds"] / ours if ours else None
        row["peer"]["finished"] = other["seconds"] < 10 * asked.time_limit  # else the ratio is at least that
    return row


def seconds_to(result: Result, gap: float) -> float | None:
    """Return after how many seconds the gap was reached, None if it was not."""
    return next((t for t, v, b in result.trace if v and b is not None and (b - v) / v <= gap), None)


def instances(asked: argparse.Namespace) -> list[Towns]:
    """Return what the command line names, smallest first."""
    files = [file for path in asked.paths for file in (sorted(path.glob("towns-*.npz")) if path.is_dir() else [path])]
    named = [
        read_towns(file) for file in sorted(files, key=lambda file: [int(n) for n in re.findall(r"\d+", file.stem)])
    ]
    made = [make_towns(asked.offices, seed) for seed in asked.seed] if asked.offices else []
    return [*named, *made]


def report(rows: list[dict[str, Any]]) -> str:
    """Return the table."""
    headings = (("instance", -16), ("budget", 7), ("arcs", 9), ("value", 12), ("bound", 12), ("gap", 9), ("to 1 %", 9))
    lines = ["".join(f"{text:{'<' if width < 0 else '>'}{abs(width)}}" for text, width in headings)]
    for row in rows:
        to_one = row["seconds_to_gap"]["0.01"]
        other = ""
        if "peer" in row:
            least = "" if row["peer"]["finished"] else ">"
            other = f"{least:>2}{row['peer']['seconds']:.1f}s{least:>4}{row['ratio'] or float('nan'):.0f}"
        mark = "" if row.get("consistent", True) else "  CONTRADICTS"
        lines.append(
            f"{row['instance']:16}{row['budget']:5g} %{row['arcs']:9}{row['value']:12.0f}{row['bound']:12.0f}"
            f"{row['gap']:9.3%}{f'{to_one:8.2f}s' if to_one is not None else '       –'}{other}{mark}"
        )
    gaps = [max(row["gap"], 1e-6) for row in rows]
    lines.append(f"geometric mean gap {statistics.geometric_mean(gaps):.3%}, worst {max(gaps):.3%}")
    ratios = [row["ratio"] for row in rows if row.get("ratio")]
    if ratios:
        least = "" if all(row["peer"]["finished"] for row in rows) else "at least "
        mean = statistics.geometric_mean(ratios)
        lines.append(f"geometric mean of times {rows[0]['peer']['name']} / ours: {least}{mean:.1f}")
    return "\n".join(lines)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--offices", type=int)
    parser.add_argument("--seed", type=int, nargs="+", default=[0])
    parser.add_argument("--budget", default="10,20")
    parser.add_argument("--satellite", type=int)
    parser.add_argument("--capacity", action="store_true")
    parser.add_argument("--hops", type=int)
    parser.add_argument("--gap", type=float, default=1e-4)
    parser.add_argument("--time-limit", type=float, default=30.0)
    parser.add_argument("--against", choices=sorted(PEERS))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.against and (asked.capacity or asked.hops is not None):
        parser.error("the compact model has no capacities and hops: --against goes without --capacity and --hops")
    solve(towns_problem(make_towns(30, 0), 0.2), gap=0.0, time_limit_s=1.0)  # compiles or loads the kernels
    rows = [measure(towns, float(percent), asked) for towns in instances(asked) for percent in asked.budget.split(",")]
    load = os.getloadavg()[0]
    if asked.json:
        print(json.dumps({"load": load, "time_limit_s": asked.time_limit, "rows": rows}, indent=1))
    else:
        print(f"load {load:.1f}, time limit {asked.time_limit:g} s")
        print(report(rows))
    sys.exit(0 if all(row.get("consistent", True) for row in rows) else 1)


if __name__ == "__main__":
    main()
