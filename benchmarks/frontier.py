"""Random towns: many budgets at once against one, in one run.

    python -m benchmarks.frontier PATH… [--points 25] [--gap 0.005] [--time-limit 60] [--quick] [--json]

PATH is an instance (``towns-1000-0.npz``), or a folder of them. Budgets run from 2 to 50 % of 60,000 per office; one
solve is at 20 %. Both stop at the gap. ``--quick`` takes 7 points and instances of up to 300 offices. Kernels are warm;
times are those of the search alone.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.towns import instances
from benchmarks.towns_kind import BUDGET_PER_OFFICE, Towns, make_towns, towns_problem
from planner.solver import compile_kernels, find_frontier, solve

FIRST, LAST, MIDDLE = 0.02, 0.5, 0.2
"""Shares of the outermost budgets, and of the one that is solved alone."""
IN_BETWEEN = 40
"""Budgets in between that are asked for, to see how long an answer takes."""


def measure(towns: Towns, asked: argparse.Namespace) -> dict[str, Any]:
    """Return the row of one instance."""
    problem = towns_problem(towns, MIDDLE)
    money = BUDGET_PER_OFFICE * towns.offices
    begun = time.monotonic()
    alone = solve(problem, gap=asked.gap, time_limit_s=asked.time_limit)
    one = time.monotonic() - begun
    budgets = [round(share * money) for share in np.linspace(FIRST, LAST, asked.points)]
    begun = time.monotonic()
    frontier = find_frontier(problem, budgets, gap=asked.gap, time_limit_s=asked.time_limit)
    all_of_them = time.monotonic() - begun
    answers, waits = [], []
    for budget in np.linspace(0.5 * FIRST * money, LAST * money, IN_BETWEEN):
        begun = time.monotonic()
        answers.append(frontier.at(round(budget)))
        waits.append(time.monotonic() - begun)
    curves = (frontier.points, answers)
    consistent = (alone.value or 0.0) <= frontier.ceiling(problem.budget) and frontier.at(problem.budget).value <= (
        alone.bound or 0.0
    )
    return {
        "instance": towns.name,
        "one_solve_s": one,
        "one_solve_gap": alone.gap,
        "frontier_s": all_of_them,
        "ratio": all_of_them / one,
        "worst_gap": max(point.gap for point in frontier.points),
        "monotone": all(a.value <= b.value and a.bound <= b.bound for curve in curves for a, b in pairwise(curve)),
        "termination": str(frontier.termination),
        "slowest_answer_s": max(waits),
        "worst_gap_in_between": max(answer.gap for answer in answers if answer.budget >= budgets[0]),
        "consistent": consistent,
    }


def report(rows: list[dict[str, Any]]) -> str:
    """Return the table."""
    headings = [("one, s", 8), ("all, s", 8), ("ratio", 7), ("worst gap", 11)]
    headings += [("monotone", 10), ("between", 9), ("answer", 9)]
    lines = [f"{'instance':16}" + "".join(f"{text:>{width}}" for text, width in headings)]
    for row in rows:
        mark = "" if row["consistent"] else "  CONTRADICTS"
        lines.append(
            f"{row['instance']:16}{row['one_solve_s']:8.2f}{row['frontier_s']:8.2f}{row['ratio']:7.1f}"
            f"{row['worst_gap']:11.3%}{'yes' if row['monotone'] else 'NO':>10}{row['worst_gap_in_between']:9.2%}"
            f"{1000 * row['slowest_answer_s']:6.0f} ms{mark}"
        )
    return "\n".join(lines)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--points", type=int, default=25)
    parser.add_argument("--gap", type=float, default=0.005)
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    towns = instances(argparse.Namespace(paths=asked.paths, offices=None))
    if asked.quick:
        asked.points, towns = min(asked.points, 7), [one for one in towns if one.offices <= 300]
    compile_kernels()
    small = towns_problem(make_towns(30, 0), MIDDLE)
    find_frontier(small, [small.budget // 2, small.budget], time_limit_s=1.0).at(small.budget // 3)
    rows = [measure(one, asked) for one in towns]
    load = os.getloadavg()[0]
    if asked.json:
        print(json.dumps({"load": load, "time_limit_s": asked.time_limit, "rows": rows}, indent=1))
    else:
        print(f"load {load:.1f}, {asked.points} budgets, gap {asked.gap:.2%}, time limit {asked.time_limit:g} s")
        print(report(rows))
    sys.exit(0 if all(row["consistent"] and row["monotone"] for row in rows) else 1)


if __name__ == "__main__":
    main()
