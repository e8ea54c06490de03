"""Five yearly phases on a real region and on the demonstration country: gap, time and verification.

    python -m benchmarks.phases [NAME …] [--shares 10,20,40] [--time-limit 60] [--gap 0.03] [--json]

Names are scenarios of ``tests/scenarios`` (their data where PLANNER_SHARED points to) and ``demo``, the synthetic
country of 300 offices. All the money is a share of the best known cost of connecting all offices, a fifth of it in each
year, with what is left carried over; the budget of the scenario is that share too. Every run is verified by ``planner
verify``, by the contract's referee where it is there, and by the sums of its printed years.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from planner.scenario import SCENARIO_FILE
from planner.scenario.yaml_text import parse_yaml, write_yaml

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("comoros", "demo")
YEARS = 5


def with_phases(source: Path, share: float, target: Path) -> None:
    """Write a scenario with five phases beside its data."""
    content: dict[str, Any] = parse_yaml(source.read_text(encoding="utf-8"), str(source)).data
    first = content["money"]["price_year"] + 1
    limit = f"{share / YEARS:g} %"
    content["phases"] = [{"year": first + year, "limit": limit, "carry_over": True} for year in range(YEARS)]
    content["budgets"] = [{"name": "programme", "limit": f"{share:g} %"}]
    target.write_text(write_yaml(content), encoding="utf-8")


def keeps_years(plan: dict[str, Any]) -> bool:
    """Whether the printed years keep their limits, reckoned from the printed lines in cents."""
    lines = [*plan["links"], *plan["masts"], *plan["offices"]]
    left, funded = 0, plan["scenario"]["funded_years"]
    for row in plan["phases"]:
        year = row["year"]
        spent = sum(round(100 * line["capex"]) for line in lines if line["year"] == year)
        spent += sum(
            round(100 * line["opex_per_year"])
            for line in lines
            if line["year"] is not None and line["year"] <= year < line["year"] + funded
        )
        left += round(100 * row["limit"]) - spent
        if left < 0 or spent != round(100 * row["spent"]):
            return False
        left = left if row["carry_over"] else 0
    return True


def measure(
    name: str, scenario: Path, root: Path, share: float, run_dir: Path, asked: argparse.Namespace
) -> dict[str, Any]:
    """Solve, verify and referee one run in processes of their own; return its row."""
    solve = [
        sys.executable, "-m", "planner", "solve", str(scenario), "--data-root", str(root), "--quiet",
        "--time-limit", str(asked.time_limit), "--gap", str(asked.gap), "--out", str(run_dir), "--force",
    ]  # fmt: skip
    begun = time.monotonic()
    subprocess.run(solve, check=True, cwd=ROOT)
    seconds = time.monotonic() - begun
    verify = [sys.executable, "-m", "planner", "verify", str(run_dir), "--data-root", str(root), "--quiet"]
    referee = Path(os.environ.get("PLANNER_SHARED", ROOT.parent / "shared")) / "tools" / "referee.py"
    checks = [verify, *([[sys.executable, str(referee), str(run_dir)]] if referee.exists() else [])]
    plan = json.loads((run_dir / "plan.json").read_text(encoding="utf-8"))
    return {
        "scenario": name,
        "share": share,
        "offices": [row["offices"] for row in plan["phases"]],
        "value": plan["objective"]["value"],
        "bound": plan["objective"]["bound"],
        "gap": plan["objective"]["gap"],
        "search_s": plan["trace"][-1][0],
        "wall_s": seconds,
        "verified": all(
            subprocess.run(check, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode == 0 for check in checks
        ),
        "years_kept": keeps_years(plan),
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--shares", default="20")
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--gap", type=float, default=0.03)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    shared = Path(os.environ.get("PLANNER_SHARED", ROOT.parent / "shared")).resolve()
    rows = []
    if not asked.json:
        print(f"load {os.getloadavg()[0]:.1f}, time limit {asked.time_limit:g} s, requested gap {asked.gap:.2%}")
        print(f"{'scenario':16}{'share':>6}{'gap':>9}{'search':>9}{'wall':>8}  checks  offices by year")
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        for name in asked.names:
            source, root = ROOT / "tests" / "scenarios" / name / SCENARIO_FILE, shared / "data"
            if name == "demo":
                from planner.demo import make_country  # noqa: PLC0415 - only this one needs it

                source = make_country(here / "country", offices=300, seed=0)
                root = source.parent
            for share in map(float, asked.shares.split(",")):
                scenario = here / f"{name}.yaml"
                with_phases(source, share, scenario)
                row = measure(name, scenario, root, share, here / "run", asked)
                rows.append(row)
                if not asked.json:
                    checks = "ok" if row["verified"] and row["years_kept"] else "FAIL"
                    figures = f"{share:5g} %{row['gap']:9.2%}{row['search_s']:8.1f}s{row['wall_s']:7.1f}s"
                    print(f"{name:16}{figures}  {checks:6}  {' '.join(map(str, row['offices']))}", flush=True)
    if asked.json:
        print(json.dumps({"load": os.getloadavg()[0], "rows": rows}, indent=1))
    sys.exit(0 if all(row["verified"] and row["years_kept"] and row["gap"] <= asked.gap for row in rows) else 1)


if __name__ == "__main__":
    main()
