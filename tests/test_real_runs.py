"""The whole pipeline on real input: found, verified by our own checker and by the contract's."""

import json
import os
from pathlib import Path

import pytest
from removal import check_by_removal

from planner.demo import make_country
from planner.jobs import solve_run
from planner.plan.verify import verify

SCENARIOS = Path(__file__).parent / "scenarios"
DATA = Path(os.environ.get("PLANNER_SHARED", Path(__file__).parents[2] / "shared")) / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not here")


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """Return a function that solves a scenario once and gives its folder."""
    folders = {}

    def run(name, share):
        if (name, share) not in folders:
            folder = tmp_path_factory.mktemp("runs") / name
            overrides = {"budgets.programme": f"{share} %", "solver.gap": 0.02, "solver.time_limit_s": 10.0}
            solve_run(SCENARIOS / name, folder, data_root=DATA, overrides=overrides)
            folders[name, share] = folder
        return folders[name, share]

    return run


@pytest.mark.parametrize(
    ("name", "share"), [("comoros", 20), ("comoros_shared", 40), ("comoros_roads", 40), ("khasi", 20)]
)
def test_a_plan_of_a_real_region_holds(solved, referee, name, share):
    folder = solved(name, share)
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert referee(plan) == []
    report = verify(folder)
    assert not report.differences, str(report)
    assert plan["totals"]["offices_newly_connected"] > 0


def test_where_satellite_is_not_licensed_and_demand_is_high_offices_share_links(solved):
    plan = json.loads((solved("comoros_shared", 40) / "plan.json").read_text(encoding="utf-8"))
    connected = [office["technology"] for office in plan["offices"] if office["connected"]]
    assert sum(technology in {"fibre", "microwave"} for technology in connected) >= len(connected) / 2
    assert "leo" not in connected


def test_rows_without_coordinates_are_listed_one_by_one(solved):
    plan = json.loads((solved("khasi", 20) / "plan.json").read_text(encoding="utf-8"))
    excluded = [problem for problem in plan["data"]["problems"] if problem["severity"] == "excluded"]
    rows = {problem["row"] for problem in excluded}
    assert len(rows) == 146
    assert {problem["code"] for problem in excluded} == {"missing-value"}
    assert plan["totals"]["offices"] == 36


def test_sorting_centres_of_comoros_stay_connected_whatever_relay_or_span_fails(tmp_path, referee):
    names = ["way/432094885", "node/4195403792", "way/405078477"]
    check_run_with_second_paths(SCENARIOS / "comoros_shared", tmp_path / "run", names, referee, share=40, root=DATA)


def test_sorting_centres_of_the_demonstration_country_stay_connected(tmp_path, referee):
    scenario = make_country(tmp_path / "country", offices=60, seed=0)
    names = ["PO-00005", "PO-00011", "PO-00019"]
    check_run_with_second_paths(scenario, tmp_path / "run", names, referee, share=60, root=None)


def check_run_with_second_paths(scenario, folder, names, referee, *, share, root):
    overrides = {
        "budgets.programme": f"{share} %",
        "solver.gap": 0.02,
        "solver.time_limit_s": 20.0,
        "redundancy": [{"office": name} for name in names],
    }
    solve_run(scenario, folder, data_root=root, overrides=overrides)
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert referee(plan) == []
    check_by_removal(plan, names)
    report = verify(folder)
    assert not report.differences, str(report)
