"""A synthetic country under uncertainty: draws re-optimised per second, and their gaps.

    python -m benchmarks.risk [--offices 300] [--draws 200] [--gap 0.01] [--time-limit 4.5] [--workers 2] [--json]

The candidate links are built and the plan at typical prices is found before the clock starts. Drawn are all prices in
force that have a range, and a factor of 0.8 to 1.3 on demand; each draw is priced, the plan cut back to its budget, and
a new plan found to the gap. The ten widest prices alone are re-optimised at low and high in the same time.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from planner.demo import make_country
from planner.inputs import read_inputs
from planner.jobs.executors import new_executor
from planner.links import build_links
from planner.pipeline import solve
from planner.risk import make_study, run_study
from planner.scenario import load_scenario


def measure(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Return what the study takes and finds."""
    path = make_country(folder / "country", offices=asked.offices, seed=asked.seed)
    uncertainty = {"demand": {"low": 0.8, "high": 1.3}, "gap": asked.gap, "time_limit_s": asked.time_limit}
    overrides = {"solver.gap": asked.gap, "uncertainty": uncertainty}
    scenario = load_scenario(path, overrides=overrides)
    inputs = read_inputs(scenario)
    options = build_links(scenario, inputs, cache_dir=folder / "cache")
    plan = solve(scenario, inputs, options)
    study = make_study(scenario, inputs, options, plan)
    begun, cpu = time.monotonic(), sum(os.times()[:4])
    with new_executor(asked.workers) as executor:
        risk = run_study(study, plan, executor, draws=asked.draws, reoptimise=True)
    seconds, cpu = time.monotonic() - begun, sum(os.times()[:4]) - cpu
    assert risk is not None
    assert risk.best is not None
    gaps = sorted((row["best_bound"] - row["best_value"]) / row["best_value"] for row in risk.draws)
    return {
        "offices": asked.offices,
        "links": len(options),
        "figures": len(study.figures),
        "draws": asked.draws,
        "workers": asked.workers,
        "seconds": seconds,
        "cpu_seconds": cpu,
        "at_gap_share": sum(gap <= asked.gap * (1 + 1e-9) for gap in gaps) / len(gaps),
        "median_gap": gaps[len(gaps) // 2],
        "mean_gap": sum(gaps) / len(gaps),
        "ninth_decile_gap": gaps[len(gaps) * 9 // 10],
        "widest_gap": gaps[-1],
        "within_budget_share": risk.fixed["within_budget_share"],
        "mean_regret_share": risk.best["regret"]["mean"] / risk.plan["value"],
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--offices", type=int, default=300)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--time-limit", type=float, default=4.5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        row = measure(asked, Path(folder))
    if asked.json:
        sys.stdout.write(json.dumps(row, indent=1) + "\n")
        return
    for name, value in row.items():
        sys.stdout.write(f"{name:20}{value:>14.4g}\n" if isinstance(value, float) else f"{name:20}{value:>14}\n")


if __name__ == "__main__":
    main()
