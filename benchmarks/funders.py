"""Funders with overlapping earmarks, and floors in every region: gap, time and verification on two countries.

    python -m benchmarks.funders [NAME …] [--shares 10,20,40] [--time-limit 60] [--gap 0.02] [--marginal] [--json]

Countries are ``comoros`` of ``tests/scenarios``, with the data that PLANNER_SHARED points to, and ``demo``, the
synthetic country of 300 offices. Shares are parts in per cent of the best known cost of connecting all: half of the
money pays for three quarters of purchases at most, a quarter for purchases and three years of operation in half of the
regions, a quarter for anything. Floors ask in every region for people, three quarters of the part of all that the same
money reaches without floors. Every run is verified by ``planner verify`` and by the contract's referee.

``--marginal`` solves again with a tenth more of each funder's money: what that brings stands beside the estimate.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from planner.demo import make_country
from planner.inputs import read_inputs
from planner.jobs import solve_run
from planner.links import build_links
from planner.plan.verify import verify
from planner.question import cost_of_all
from planner.scenario import load_scenario

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("comoros", "demo")
MORE = 1.1


class Country:
    """A country with what connecting all of it costs."""

    def __init__(self, name: str, folder: Path, shared: Path) -> None:
        self.path = ROOT / "tests" / "scenarios" / name / "scenario.yaml"
        self.data_root: Path | None = shared / "data"
        if name == "demo":
            self.path, self.data_root = make_country(folder / "demo", offices=300), None
        scenario = load_scenario(self.path, data_root=self.data_root)
        inputs = read_inputs(scenario)
        options = build_links(scenario, inputs)
        budget = scenario.budgets[0]
        self.everything = cost_of_all(scenario, inputs, options, budget.measure, f"budgets.{budget.name}.limit") / 100
        offices = inputs.offices
        self.regions = sorted(set(offices["region"]) - {""})
        self.people = float(offices.loc[offices["status_before"] != "adequate", "people"].sum())

    def funders(self, money: float) -> list[dict[str, Any]]:
        """Return three funders who may pay for overlapping parts."""
        some = self.regions[: (len(self.regions) + 1) // 2]
        return [
            {"name": "bank", "amount": round(money / 2), "cost_kinds": ["capex"], "match": 0.75},
            {"name": "fund", "amount": round(money / 4), "scope": {"regions": some}, "opex_years": 3},
            {"name": "post", "amount": round(money / 4)},
        ]


def run_once(country: Country, run_dir: Path, asked: dict[str, Any], referee: Any) -> tuple[dict[str, Any], Any]:
    """Solve, verify and referee one run; return its row and the plan."""
    begun, used = time.monotonic(), time.process_time()
    plan = solve_run(country.path, run_dir, data_root=country.data_root, overrides=asked, force=True)
    wall, cpu = time.monotonic() - begun, time.process_time() - used
    document = json.loads((run_dir / "plan.json").read_text(encoding="utf-8"))
    row = {
        "offices": plan.totals["offices_newly_connected"] + plan.totals["offices_upgraded"],
        "status": plan.outcome.status,
        "value": plan.outcome.value,
        "bound": plan.outcome.bound,
        "gap": plan.gap,
        "search_s": plan.outcome.trace[-1][0] if plan.outcome.trace else None,
        "wall_s": wall,
        "cpu_s": cpu,
        "verify": not verify(run_dir, data_root=country.data_root).differences,
        "referee": None if referee is None else not referee(document),
    }
    return row, plan


def rows_of(country: Country, share: float, run_dir: Path, how: dict[str, Any], referee: Any, marginal: bool) -> Any:
    """Yield what is asked and the row of each run at one share."""
    money = share / 100 * country.everything
    funders = country.funders(money)
    row, plan = run_once(country, run_dir, {**how, "budgets": [], "funders": funders}, referee)
    row["funders"] = [{name: each[name] for name in ("name", "amount", "paid", "people")} for each in plan.funders]
    for told, funder in zip(row["funders"], plan.funders, strict=True):
        told["per_1000"] = funder["benefit_per_1000"]
    if marginal:
        for place, told in enumerate(row["funders"]):
            more = [dict(each) for each in funders]
            more[place]["amount"] = round(MORE * more[place]["amount"])
            again, _plan = run_once(country, run_dir, {**how, "budgets": [], "funders": more}, referee)
            told["again_per_1000"] = 1000 * (again["value"] - row["value"]) / (more[place]["amount"] - told["amount"])
    yield "funders", row
    budget = [{"name": "programme", "limit": round(money)}]
    plain, plan = run_once(country, run_dir, {**how, "budgets": budget}, referee)
    yield "neither", plain
    floor = {"by": "region", "measure": "people", "share": round(0.75 * plan.totals["people"] / country.people, 4)}
    row, plan = run_once(country, run_dir, {**how, "budgets": budget, "limits": {"floors": [floor]}}, referee)
    yield "floors", {**row, "price": plan.equity and plan.equity["price"]}


def referee_of(shared: Path) -> Any:
    """Return the contract's own checker of plans; None where it is not at hand."""
    file = shared / "tools" / "referee.py"
    spec = importlib.util.spec_from_file_location("referee", file) if file.exists() else None
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.referee


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--shares", default="10,20,40")
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--gap", type=float, default=0.02)
    parser.add_argument("--marginal", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    shared = Path(os.environ.get("PLANNER_SHARED", ROOT.parent / "shared")).resolve()
    how, rows = {"solver.time_limit_s": asked.time_limit, "solver.gap": asked.gap}, []
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.names:
            country = Country(name, Path(folder), shared)
            for share in map(float, asked.shares.split(",")):
                run_dir, referee = Path(folder) / "run", referee_of(shared)
                for what, found in rows_of(country, share, run_dir, how, referee, asked.marginal):
                    rows.append({"country": name, "share": share, "asked": what, "load": os.getloadavg()[0], **found})
                    if not asked.json:
                        show(rows[-1])
    if asked.json:
        print(json.dumps(rows, indent=1))
    held = [row for row in rows if row["asked"] != "neither"]
    sound = all(row["verify"] and row["referee"] is not False for row in rows)
    sys.exit(0 if sound and all(row["gap"] is not None and row["gap"] <= asked.gap for row in held) else 1)


def show(row: dict[str, Any]) -> None:
    """Print one row."""
    if row["value"] is None:
        print(f"{row['country']:10}{row['share']:4g} %  {row['asked']:9} no plan: {row['status']}", flush=True)
        return
    print(
        f"{row['country']:10}{row['share']:4g} %  {row['asked']:9}{row['offices']:5} offices"
        f"  value {row['value']:11.0f}  gap {row['gap']:7.2%}"
        f"  search {row['search_s']:5.1f} s  wall {row['wall_s']:5.1f} s  cpu {row['cpu_s']:5.1f} s"
        f"  load {row['load']:.1f}  verify {'ok' if row['verify'] else 'FAIL'}"
        f"  referee {'ok' if row['referee'] else 'FAIL' if row['referee'] is False else '–'}",
        flush=True,
    )
    for funder in row.get("funders", ()):
        again = f", again {funder['again_per_1000']:.0f}" if "again_per_1000" in funder else ""
        print(
            f"    {funder['name']:6} pays {funder['paid']:12.2f} of {funder['amount']:10.0f}, {funder['people']:8.0f} "
            f"people, 1,000 more: {funder['per_1000'] or 0.0:.0f}{again}",
            flush=True,
        )


if __name__ == "__main__":
    main()
