"""A home of runs for the app: one that was solved, and one in every other state that a run can be in."""

import json
import math
import os
import shutil
from pathlib import Path

import pytest

from planner.jobs import Journal, solve_run
from planner.scenario import load_scenario

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "scenarios/demo/scenario.yaml"
NOBODY = 2**22 + 1
"""No process has this number: it is above the largest that Linux gives."""

HOSTILE_TITLE = "![a](https://outside.invalid/a.png) <b>bold</b> $x$ :red[r] `c` :material/home:"
HOSTILE_NAMES = ["<img src=x onerror=alert(1)>", "@@=alert(2)", "{label}"]


def end(home, name, phase, message, pid=None):
    """Make a run that ended, or was lost, without a plan."""
    (home / name).mkdir()
    journal = Journal(home / name, pid=pid)
    journal.note("inputs", "Reading")
    journal.note(phase, message)
    journal.close()


def loneliest(offices, places):
    """Return the offices in the order of how far the nearest other place is: nothing lies over the first."""

    def alone_deg(office):
        return min(
            math.hypot(office["lon"] - place["lon"], office["lat"] - place["lat"])
            for place in [*offices, *places]
            if place["id"] != office["id"]
        )

    return sorted(offices, key=alone_deg, reverse=True)


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """Return a folder of runs; ``demo`` is solved, ``long`` is the same but would search for ten minutes."""
    runs = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLANNER_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        solve_run(EXAMPLE, runs / "demo", overrides={"solver.gap": 0.2, "solver.time_limit_s": 2.0})
        shutil.copytree(runs / "demo", runs / "long")
        scenario = runs / "long" / "scenario.yaml"
        text = scenario.read_text(encoding="utf-8")
        changed = text.replace("gap: 0.2", "gap: 0.0").replace("time_limit_s: 2.0", "time_limit_s: 600.0")
        assert changed != text
        scenario.write_text(changed, encoding="utf-8")
        plan = json.loads((runs / "long/plan.json").read_text(encoding="utf-8"))
        plan["scenario"]["hash"] = load_scenario(scenario).hash
        (runs / "long/plan.json").write_text(json.dumps(plan), encoding="utf-8")

        shutil.copytree(runs / "demo", runs / "hostile")
        plan = json.loads((runs / "hostile/plan.json").read_text(encoding="utf-8"))
        plan["scenario"]["name"] = HOSTILE_TITLE
        plan["data"]["synthetic"] = False
        plan["data"]["rows_excluded"] = 1
        plan["data"]["problems"] = [
            {"code": "x", "message": HOSTILE_TITLE, "remedy": "", "file": "o.csv", "row": 3, "column": "lon",
             "value": "<b>", "severity": "excluded"}
        ]  # fmt: skip
        for office, name in zip(loneliest(plan["offices"], plan["places"]), HOSTILE_NAMES, strict=False):
            office["name"] = name
        (runs / "hostile/plan.json").write_text(json.dumps(plan), encoding="utf-8")

        end(runs, "failed", "failed", "offices.csv, row 3: no longitude")
        end(runs, "cancelled", "cancelled", "Cancelled before the first plan.")
        end(runs, "lost", "links", "Searching", pid=NOBODY)
        yield runs


@pytest.fixture(scope="session")
def environment(home):
    """Return the environment of a server: this checkout's program, links cached beside the runs, no browser opened."""
    # Servers start in another folder, where Python would find the program that is installed.
    program = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": program, "STREAMLIT_SERVER_HEADLESS": "true"}
