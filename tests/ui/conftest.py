"""A home of runs for the app: one that was solved, and one in every other state that a run can be in."""

import json
import math
import os
import shutil
import sys
from pathlib import Path

import pytest
from serving import chromium, free_port, serving, watched
from streamlit.testing.v1 import AppTest

from planner.jobs import Journal, frontier_run, risk_run, solve_run
from planner.scenario import load_scenario

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "scenarios/demo/scenario.yaml"
NOBODY = 2**22 + 1
"""No process has this number: it is above the largest that Linux gives."""

FAST = {"solver.time_limit_s": 20.0, "solver.gap": 0.4}
PHASED = """phases:
  - {year: 2027, limit: 6 %, carry_over: true}
  - {year: 2028, limit: 6 %, carry_over: true}
  - {year: 2029, limit: 8 %}
funders:
  - {name: "<b>bank</b>", amount: 150000, cost_kinds: [capex], match: 0.75}
  - {name: the post, amount: 900000}
"""

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
    """Return a folder of runs; ``demo`` is solved, ``long`` is the same but would search for ten minutes.

    ``demo-frontier`` and ``demo-risk`` are the studies of ``demo``.
    """
    runs = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLANNER_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        quick = {"solver.gap": 0.2, "solver.time_limit_s": 2.0}
        solve_run(EXAMPLE, runs / "demo", overrides=quick)
        frontier_run(EXAMPLE, runs / "demo-frontier", points=4, overrides=quick)
        risk_run(EXAMPLE, runs / "demo-risk", draws=3, reoptimise=False, workers=1, overrides=quick)
        shutil.copytree(runs / "demo", runs / "long")
        scenario = runs / "long" / "scenario.yaml"
        text = scenario.read_text(encoding="utf-8")
        changed = text.replace("gap: 0.2", "gap: 0.0").replace("time_limit_s: 2.0", "time_limit_s: 600.0")
        assert changed.count("20 %") == 1  # more money than is proven to be best within a minute
        changed = changed.replace("20 %", "35 %")
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


def solve_variant(folder, name, rest, inputs=""):
    """Solve the example with other rules into a run of a name."""
    shutil.copytree(EXAMPLE.parent, folder / f"{name}-country")
    file = folder / f"{name}-country/scenario.yaml"
    text = file.read_text(encoding="utf-8").replace("  terrain: [", f"{inputs}  terrain: [", 1)
    file.write_text(text[: text.index("\nbudgets:")] + "\n" + rest, encoding="utf-8")
    return solve_run(file, folder / name, overrides=FAST)


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    """Return a folder of runs with more to tell: ``phased`` in years and by funders, ``twice`` with a second path."""
    folder = tmp_path_factory.mktemp("more-runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLANNER_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        phased = solve_variant(folder, "phased", PHASED)
        gained = phased.offices[phased.offices["connected"] & (phased.offices["before"] != "adequate")]
        office = gained.sort_values("people", ascending=False)["id"].iloc[0]
        link = phased.links[phased.links["technology"].isin(["leo", "cellular"])].iloc[0]
        row = f"{link['from']},{link['to']},{link['technology']},{link['option']},working,3.5,the post"
        built = folder / "as_built.csv"
        built.write_text(f"from,to,technology,option,status,mbps,funder\n{row}\n", encoding="utf-8")
        rest = f"budgets: [{{name: programme, limit: 40 %}}]\nredundancy: [{{office: {office}}}]\n"
        solve_variant(folder, "twice", rest, inputs=f"  as_built: [{{file: {built}}}]\n")
    return folder


@pytest.fixture(scope="session")
def environment(home):
    """Return the environment of a server: this checkout's program, links cached beside the runs, no browser opened."""
    # Servers start in another folder, where Python would find the program that is installed.
    program = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": program, "STREAMLIT_SERVER_HEADLESS": "true"}


@pytest.fixture
def show(monkeypatch):
    def run(*arguments, **query):
        monkeypatch.setattr(sys, "argv", ["app.py", *map(str, arguments)])
        query = {"page": "plan"} | query
        page = AppTest.from_file(ROOT / "app.py", default_timeout=60)
        for key, value in query.items():
            page.query_params[key] = value
        page.run()
        assert not page.exception
        return page

    return run


def texts(elements):
    return " ".join(element.value for element in elements)


def click(page, label):
    (button,) = (button for button in page.button if button.label == label)
    return button.click().run()


@pytest.fixture
def moved(home, tmp_path):
    """Return the solved run and its inputs, both of which may be changed."""
    shutil.copytree(EXAMPLE.parent, tmp_path / "country")
    shutil.copytree(home / "demo", tmp_path / "runs/demo")
    path = tmp_path / "runs/demo/inputs.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"data_root": str(tmp_path / "country")}))
    return tmp_path / "runs/demo", tmp_path / "country/data"


@pytest.fixture
def started(monkeypatch):
    """Return the commands that the page starts, none of which is run."""
    commands = []
    monkeypatch.setattr("planner.ui.runs.start_detached", lambda _folder, command: commands.append(command))
    return commands


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory):
    """Return a working directory that has nothing to do with the program or the runs."""
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(scope="session")
def app(home, elsewhere, environment):
    port = free_port()
    with serving(["planner", "app", home / "demo", "--port", port], port, elsewhere, environment) as address:
        yield address


@pytest.fixture
def page(browser):
    with watched(browser) as opened:
        yield opened
