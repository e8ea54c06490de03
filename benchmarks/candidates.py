"""What the bounds on candidates lose: the same budget with the scenario's bounds, and with twice as many.

    python -m benchmarks.candidates [NAME …] [--budget 2500000] [--time-limit 60] [--gap 0.01] [--json]

For each scenario of ``tests/scenarios`` the links are built, from nothing and again from the cache, and one plan is
sought: with the bounds as they are, with ``links.max_candidates`` doubled, and with hilltops (`per_100_places` and
`max_number`) at once and twice. LEO is left out: where every office has it, candidates hardly matter. Printed are
options, processor seconds, value and ceiling. What a bound may lose is at most the ceiling with twice as many over
the value without. Data are read below ``PLANNER_SHARED``; kernels are compiled first.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.sight import shared_data
from planner.inputs import read_inputs
from planner.links import build_links
from planner.pipeline import solve
from planner.scenario import load_scenario
from planner.solver import compile_kernels

SCENARIOS = Path(__file__).parents[1] / "tests" / "scenarios"
NAMES = ("comoros", "comoros_roads")
HILLTOPS = "links.microwave.hilltops"
CASES: dict[str, dict[str, Any]] = {
    "as it is": {},
    "twice the candidates": {"links.max_candidates": 40},
    "hilltops": {f"{HILLTOPS}.enabled": True},
    "hilltops, twice as many": {
        f"{HILLTOPS}.enabled": True,
        f"{HILLTOPS}.per_100_places": 40.0,
        f"{HILLTOPS}.max_number": 400,
    },
}


def measure(name: str, case: str, asked: argparse.Namespace) -> dict[str, Any]:
    """Return the row of one scenario and one case."""
    overrides = {
        "budgets": [{"name": "programme", "limit": asked.budget}],
        "technologies.leo.enabled": False,
        "solver.time_limit_s": asked.time_limit,
        "solver.gap": asked.gap,
    }
    root = shared_data(name.partition("_")[0], "dem.tif").parents[1]
    scenario = load_scenario(SCENARIOS / name, data_root=root, overrides=overrides | CASES[case])
    with tempfile.TemporaryDirectory() as folder:
        begun = time.process_time()
        inputs = read_inputs(scenario)
        read_s = time.process_time() - begun
        build_links(scenario, inputs, cache_dir=Path(folder) / "first")  # whatever is still to be compiled
        begun = time.process_time()
        options = build_links(scenario, inputs, cache_dir=Path(folder) / "cold")
        cold_s = time.process_time() - begun
        begun = time.process_time()
        build_links(scenario, inputs, cache_dir=Path(folder) / "cold")
        cached_s = time.process_time() - begun
    outcome = solve(scenario, inputs, options).outcome
    return {
        "scenario": name,
        "case": case,
        "options": len(options),
        "places": len(options.places),
        "read_s": round(read_s, 2),
        "cold_s": round(cold_s, 2),
        "cached_s": round(cached_s, 2),
        "value": outcome.value,
        "bound": outcome.bound,
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.candidates", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--budget", type=float, default=2_500_000.0)
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args()
    compile_kernels()
    rows = []
    if not asked.json:
        print(f"load {os.getloadavg()[0]:.1f}, time limit {asked.time_limit:g} s, gap {asked.gap:.1%}")
        print(f"{'scenario':16}{'case':26}{'options':>9}{'cold s':>8}{'cached s':>9}{'value':>14}{'ceiling':>14}")
    for name in asked.names:
        for case in CASES:
            row = measure(name, case, asked)
            rows.append(row)
            if not asked.json:
                print(
                    f"{name:16}{case:26}{row['options']:9,}{row['cold_s']:8.1f}{row['cached_s']:9.2f}"
                    f"{row['value'] or 0:14,.0f}{row['bound'] or 0:14,.0f}",
                    flush=True,
                )
    if asked.json:
        print(json.dumps({"budget": asked.budget, "rows": rows, "load_1min": os.getloadavg()[0]}, indent=1))


if __name__ == "__main__":
    main()
