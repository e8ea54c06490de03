"""The whole pipeline on real input: gap, time and verification at five budgets in two worlds.

    python -m benchmarks.scenarios [NAME …] [--shares 5,10,20,40,80] [--time-limit 60] [--gap 0.02] [--json]

Reads the scenarios of ``tests/scenarios`` and the data that PLANNER_SHARED points to. Every run is verified by
``planner verify`` and by the contract's referee. The budget is a share of the best known cost of connecting all.
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

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("comoros", "comoros_shared", "narok", "narok_shared")


def measure(name: str, share: float, run_dir: Path, shared: Path, time_limit_s: float, gap: float) -> dict[str, Any]:
    """Solve, verify and referee one run in processes of their own; return its row."""
    scenario = ROOT / "tests" / "scenarios" / name
    solve = [
        sys.executable, "-m", "planner", "solve", str(scenario), "--data-root", str(shared / "data"), "--quiet",
        "--budget", f"programme={share:g}%", "--time-limit", str(time_limit_s), "--gap", str(gap),
        "--out", str(run_dir), "--force",
    ]  # fmt: skip
    begun = time.monotonic()
    subprocess.run(solve, check=True, cwd=ROOT)
    seconds = time.monotonic() - begun
    verified = subprocess.run(
        [sys.executable, "-m", "planner", "verify", str(run_dir), "--quiet"], cwd=ROOT, check=False
    )
    referee = [sys.executable, str(shared / "tools" / "referee.py"), str(run_dir)]
    refereed = subprocess.run(referee, check=False, stdout=subprocess.DEVNULL)
    plan = json.loads((run_dir / "plan.json").read_text(encoding="utf-8"))
    wired = {"fibre", "microwave"}
    connected = [office for office in plan["offices"] if office["connected"]]
    return {
        "scenario": name,
        "share": share,
        "limit": plan["budgets"][0]["limit"],
        "offices": len(connected),
        "on_trees": sum(office["technology"] in wired for office in connected) / max(len(connected), 1),
        "value": plan["objective"]["value"],
        "bound": plan["objective"]["bound"],
        "gap": plan["objective"]["gap"],
        "search_s": plan["trace"][-1][0],
        "wall_s": seconds,
        "verify": verified.returncode == 0,
        "referee": refereed.returncode == 0,
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--shares", default="5,10,20,40,80")
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--gap", type=float, default=0.02)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    shared = Path(os.environ.get("PLANNER_SHARED", ROOT.parent / "shared")).resolve()
    heading = (
        f"{'scenario':16}{'share':>6}{'offices':>9}{'on trees':>10}{'gap':>9}{'search':>9}{'wall':>8}  verify referee"
    )
    rows = []
    if not asked.json:
        print(f"load {os.getloadavg()[0]:.1f}, time limit {asked.time_limit:g} s, requested gap {asked.gap:.2%}")
        print(heading)
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.names:
            for share in map(float, asked.shares.split(",")):
                row = measure(name, share, Path(folder) / "run", shared, asked.time_limit, asked.gap)
                rows.append(row)
                if not asked.json:
                    print(
                        f"{name:16}{share:5g} %{row['offices']:9}{row['on_trees']:10.0%}{row['gap']:9.2%}"
                        f"{row['search_s']:8.1f}s{row['wall_s']:7.1f}s  {'ok' if row['verify'] else 'FAIL':6} "
                        f"{'ok' if row['referee'] else 'FAIL'}",
                        flush=True,
                    )
    if asked.json:
        print(json.dumps({"load": os.getloadavg()[0], "rows": rows}, indent=1))
    sys.exit(0 if all(row["verify"] and row["referee"] and row["gap"] <= asked.gap for row in rows) else 1)


if __name__ == "__main__":
    main()
