"""Whether explanations are true: offices that a plan leaves out are forced in, and the objective changes as was said.

    python -m benchmarks.explain [SCENARIO] [--offices 50] [--budget 20] [--gap 0.01] [--time-limit 60] [--seed 1]

SCENARIO is a folder of ``tests/scenarios`` (data: PLANNER_SHARED) or any scenario. The plan is solved to the gap; for
each of the offices, drawn at random among those left out that can be connected, the range is asked of ``with_office``,
as ``planner explain`` does, and the plan is solved anew from nothing with ``limits.must_connect`` and another seed.
Counted are offices whose change lies in the range, and ranges that are narrow: at most twice the gap and 0.2 %, both of
the value of the plan.
``--json`` writes all rows.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.inputs import read_inputs
from planner.links import build_links
from planner.pipeline import solve
from planner.plan.recall import recall
from planner.question import with_office
from planner.scenario import load_scenario

if TYPE_CHECKING:
    from planner.inputs import Inputs
    from planner.links import LinkOptions
    from planner.plan.plan import Plan
    from planner.scenario import Scenario

ROOT = Path(__file__).resolve().parents[1]
ROUNDING = 1e-9
"""Relative: sums of benefits may be taken in any order."""


def candidates(plan: Plan, options: LinkOptions, inputs: Inputs) -> list[str]:
    """Return the offices that the plan leaves out and that some candidate link or service leads to."""
    touched = np.unique(np.concatenate([options.u, options.v]))
    offices = np.unique(options.places.office[touched[touched >= 0]])
    reached = set(inputs.offices["id"].to_numpy()[offices[offices >= 0]])
    out = plan.offices[~plan.offices["connected"]]
    return [name for name in out["id"] if name in reached]


def measure(
    scenario: Scenario, inputs: Inputs, options: LinkOptions, plan: Plan, office: str, time_limit_s: float
) -> dict[str, Any]:
    """Return what was said of one office and what came of it."""
    choice = recall(plan, options, inputs.offices)
    begun = time.process_time()
    said = with_office(scenario, inputs, options, plan, choice, office, time_limit_s=time_limit_s)
    said_s = time.process_time() - begun
    assert said is not None
    limits = scenario.limits.model_copy(update={"must_connect": (*scenario.limits.must_connect, office)})
    solver = scenario.solver.model_copy(update={"seed": scenario.solver.seed + 1})
    begun = time.process_time()
    forced = solve(scenario.model_copy(update={"limits": limits, "solver": solver}), inputs, options)
    row: dict[str, Any] = {"office": office, "said_s": said_s, "solved_s": time.process_time() - begun}
    value = plan.outcome.value
    if said.change is None or forced.outcome.value is None or value is None:
        agree = bool(said.refused) == (forced.outcome.status == "infeasible")
        return row | {"low": None, "high": None, "change": None, "held": agree, "narrow": agree, "width": 0.0}
    change, slack = forced.outcome.value - value, ROUNDING * max(abs(value), 1.0)
    width = (said.change[1] - said.change[0]) / value
    return row | {
        "low": said.change[0],
        "high": said.change[1],
        "change": change,
        "gap": forced.gap,
        "held": said.change[0] - slack <= change <= said.change[1] + slack,
        "width": width,
        "narrow": width <= 2 * scenario.solver.gap + 0.002,
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="?", default="comoros")
    parser.add_argument("--offices", type=int, default=50)
    parser.add_argument("--budget", type=float, default=20.0)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    folder = ROOT / "tests" / "scenarios" / asked.scenario
    shared = Path(os.environ.get("PLANNER_SHARED", ROOT.parent / "shared")).resolve() / "data"
    known = folder.is_dir()
    scenario = load_scenario(
        folder if known else Path(asked.scenario),
        data_root=shared if known else None,
        overrides={
            "solver.gap": asked.gap,
            "solver.time_limit_s": asked.time_limit,
            "budgets.programme": f"{asked.budget:g} %",
        },
    )
    inputs = read_inputs(scenario)
    options = build_links(scenario, inputs)
    plan = solve(scenario, inputs, options)
    left_out = candidates(plan, options, inputs)
    rng = np.random.default_rng(asked.seed)
    drawn = rng.choice(left_out, min(asked.offices, len(left_out)), replace=False).tolist()
    if not asked.json:
        print(
            f"load {os.getloadavg()[0]:.1f}; plan {plan.outcome.value:.6g}, gap {plan.gap:.2%}, asked {asked.gap:.2%}"
        )
    rows = []
    for office in drawn:
        row = measure(scenario, inputs, options, plan, office, asked.time_limit)
        rows.append(row)
        if not asked.json:
            told = {name: f"{row[name]:.6g}" for name in ("low", "high", "change") if row[name] is not None}
            print(office, told, f"width {row['width']:.2%}", "held" if row["held"] else "MISSED", flush=True)
    held, narrow = sum(row["held"] for row in rows), sum(row["narrow"] for row in rows)
    if asked.json:
        print(json.dumps({"load": os.getloadavg()[0], "gap": plan.gap, "rows": rows}, indent=1))
    else:
        seconds = [float(np.median([row[name] for row in rows])) for name in ("said_s", "solved_s")]
        print(f"{held} of {len(rows)} as said, {narrow} of {len(rows)} narrow enough")
        print(f"median processor time: {seconds[0]:.1f} s to say, {seconds[1]:.1f} s to solve anew")
    sys.exit(0 if held == narrow == len(rows) else 1)


if __name__ == "__main__":
    main()
