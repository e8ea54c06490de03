"""The world: synthetic countries of the real order of sizes, from their files to one budget over all of them.

    python -m benchmarks.world [--countries 150] [--offices 100000] [--points 40] [--gap 0.01] [--workers 2]
                               [--base-s 6] [--office-s 0.046] [--shares 5,10,20,40,80] [--out runs/world] [--json]

Sizes are offices that lack an adequate connection, from 20 to 15,000, 100,000 in all; with fewer countries, evenly
spaced ranks of the same 150. Every country is written with terrain, population, roads, fibre, towers and coverage,
read, its candidate links are built from nothing, and its frontier is found, for at most ``base-s + office-s · offices``
seconds; then five budgets are shared out. The same command in the same folder goes on where it was left: countries and
frontiers that are there are kept, their times too. Kernels are compiled first.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from concurrent.futures import as_completed
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from planner.demo import make_country
from planner.files import write_whole
from planner.jobs import portfolio_run, read_events
from planner.jobs.executors import new_executor
from planner.scenario import Share, dump_scenario, load_scenario
from planner.solver import compile_kernels

ALL_COUNTRIES, SMALLEST, LARGEST = 150, 20, 15_000
LACKING = 0.86
"""Share of the offices of a made-up country that lack an adequate connection."""
STAGES = {"inputs", "links", "solve", "done"}


def sizes_of_world(offices: int, countries: int) -> list[int]:
    """Return the sizes of countries, the largest first: from end to end on a logarithmic scale, so that they add up.

    Parameters
    ----------
    offices : int
        Of all 150 countries.
    countries : int
        How many of them: evenly spaced ranks.
    """
    place = np.linspace(1.0, 0.0, ALL_COUNTRIES)
    low, high = 0.1, 20.0
    for _step in range(60):
        power = (low + high) / 2
        sizes = SMALLEST * (LARGEST / SMALLEST) ** (place**power)
        low, high = (power, high) if sizes.sum() > offices else (low, power)
    places = np.floor((np.arange(countries) + 0.5) * ALL_COUNTRIES / countries).astype(int)
    return [round(size) for size in sizes[places].tolist()]


def write_country(folder: Path, size: int, seed: int, asked: dict[str, Any]) -> float:
    """Write a country and the question about it, unless both are there; return the seconds that it took."""
    kept = folder / "made.json"
    if kept.exists():
        seconds: float = json.loads(kept.read_text(encoding="utf-8"))["seconds"]
    else:
        begun = time.monotonic()
        make_country(folder, offices=max(round(size / LACKING), 10), seed=seed)
        seconds = time.monotonic() - begun
        write_whole(kept, json.dumps({"seconds": seconds}) + "\n")
    wishes = {
        "solver.gap": asked["gap"],
        "solver.time_limit_s": asked["base_s"] + asked["office_s"] * size,
    }
    write_whole(folder / "world.yaml", dump_scenario(load_scenario(folder, overrides=wishes)))
    return seconds


def stage_seconds(run_dir: Path) -> dict[str, float]:
    """Return the seconds of each stage of a run that it went through, from its events."""
    first: dict[str, float] = {}
    for event in read_events(run_dir):
        if event["phase"] in STAGES:
            first.setdefault(event["phase"], datetime.fromisoformat(event["time"]).timestamp())
    return {one: first[other] - first[one] for one, other in pairwise(first)}


def frontier_row(run_dir: Path) -> dict[str, Any]:
    """Return what a frontier comes to."""
    stored = json.loads((run_dir / "frontier.json").read_text(encoding="utf-8"))
    last = stored["points"][-1]["totals"]
    return {
        "connect_all": stored["budget"]["connect_all"],
        "reached": last["offices_newly_connected"] + last["offices_upgraded"],
        "termination": stored["termination"],
        **stage_seconds(run_dir),
    }


def portfolio_row(shared: dict[str, Any]) -> dict[str, Any]:
    """Return gaps of one budget: the countries' own by weight, the worst of them, all together and what is beyond."""
    built = [part for part in shared["countries"] if part["point"] is not None]
    own = sum(part["bound"] - part["value"] for part in built) / max(sum(part["value"] for part in built), 1e-9)
    return {
        "budget": shared["budget"],
        "countries": len(built),
        "offices": shared["offices"],
        "people": shared["people"],
        "own_gap": own,
        "worst_gap": max((part["gap"] for part in built), default=0.0),
        "gap": shared["gap"],
        "beyond": shared["gap"] - shared["gap_of_countries"],
    }


def memory_gb() -> float:
    """Return the most that this process or one of its children has held."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1e6


def processor_s() -> float:
    """Return the processor seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def run(asked: argparse.Namespace) -> dict[str, Any]:
    """Make the world, find its frontiers, share out; return the figures."""
    out: Path = asked.out
    sizes = sizes_of_world(asked.offices, asked.countries)
    names = [f"C{number:03d}" for number in range(len(sizes))]
    wishes = {"gap": asked.gap, "base_s": asked.base_s, "office_s": asked.office_s}
    begun = time.monotonic()
    with new_executor(asked.workers) as executor:
        futures = {
            executor.submit(write_country, out / "world" / name, size, seed, wishes): name
            for seed, (name, size) in enumerate(zip(names, sizes, strict=True))
        }
        made = {futures[future]: future.result() for future in as_completed(futures)}
    countries = [{"name": name, "scenario": f"world/{name}/world.yaml"} for name in names]
    head = {"schema_version": 1, "name": "The world (SYNTHETIC)", "currency": "USD"}
    file = out / "portfolio.yaml"
    write_whole(file, yaml.safe_dump({**head, "countries": countries}))
    runs = out / "portfolio"
    told = (lambda _event: None) if asked.json else (lambda event: print(f"{event.seconds:8.0f} s  {event.message}"))
    job = {"points": asked.points, "workers": asked.workers, "listener": told, "force": True}
    shares = [Share(share=float(share) / 100) for share in asked.shares.split(",")]
    found = portfolio_run(file, runs, budgets=shares, **job).document()
    rows = {name: frontier_row(runs / "countries" / name) for name in names}
    return {
        "load": os.getloadavg()[0],
        "workers": asked.workers,
        "countries": [
            {"name": name, "size": size, "make": made[name], **rows[name]}
            for name, size in zip(names, sizes, strict=True)
        ],
        "share_out_s": stage_seconds(runs)["solve"],
        "wall_s": time.monotonic() - begun,
        "processor_s": processor_s(),
        "memory_gb": memory_gb(),
        "budgets": [portfolio_row(shared) for shared in found["budgets"]],
    }


def report(found: dict[str, Any]) -> str:
    """Return the tables."""
    countries = found["countries"]
    sizes = [country["size"] for country in countries]
    lines = [
        f"{len(countries)} countries of {min(sizes):,} to {max(sizes):,} offices, {sum(sizes):,} in all",
        f"load {found['load']:.1f}, {found['workers']} processes",
        f"{'stage':26}{'all, s':>10}{'longest, s':>12}{'ms an office':>14}",
    ]
    for stage, name in (("make", "files"), ("inputs", "reading"), ("links", "candidate links"), ("solve", "frontier")):
        seconds = [country[stage] for country in countries]
        lines.append(f"{name:26}{sum(seconds):10.1f}{max(seconds):12.1f}{1000 * sum(seconds) / sum(sizes):14.1f}")
    lines.append(f"{'sharing out':26}{found['share_out_s']:10.1f}")
    lines.append(
        f"this call: {found['wall_s']:.0f} s of wall clock, {found['processor_s']:.0f} s of processor time; a process "
        f"held at most {found['memory_gb']:.2f} GB"
    )
    lines.append(f"{'budget':>16}{'offices':>10}{'people':>14}{'own gap':>10}{'worst':>9}{'together':>10}{'beyond':>9}")
    lines += [
        f"{row['budget']:16,.0f}{row['offices']:10,}{row['people']:14,.0f}{row['own_gap']:10.2%}{row['worst_gap']:9.2%}"
        f"{row['gap']:10.2%}{row['beyond']:9.3%}"
        for row in found["budgets"]
    ]
    return "\n".join(lines)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--countries", type=int, default=ALL_COUNTRIES)
    parser.add_argument("--offices", type=int, default=100_000)
    parser.add_argument("--points", type=int, default=40)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--base-s", type=float, default=6.0)
    parser.add_argument("--office-s", type=float, default=0.046)
    parser.add_argument("--shares", default="5,10,20,40,80")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("runs/world"))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    compile_kernels()
    found = run(asked)
    print(json.dumps(found, indent=1) if asked.json else report(found))


if __name__ == "__main__":
    main()
