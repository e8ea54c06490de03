"""Second paths and failures under `planner verify`: a plan with them holds, and every change of it is noticed."""

import copy
import json

import pytest

from planner.demo import make_country
from planner.jobs import solve_run
from planner.plan.verify import PlanDocument, check_plan, read_basis, verify


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("backups")
    scenario = make_country(folder / "country", offices=40, seed=0, terrain_arcsec=9)
    wanting = [line.split(",")[0] for line in (folder / "country/data/offices.csv").read_text().splitlines()[1:]
               if ",offline," in line or ",insufficient," in line][:2]  # fmt: skip
    overrides = {
        "budgets.programme": "60 %",
        "solver.time_limit_s": 10.0,
        "redundancy": [{"office": name} for name in wanting],
    }
    solve_run(scenario, folder / "run", overrides=overrides)
    return folder / "run"


@pytest.fixture(scope="module")
def document(run):
    return json.loads((run / "plan.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def basis(run):
    return read_basis(run, None)[0]


def test_a_plan_with_second_paths_holds(run, document, referee):
    assert document["backups"]
    assert document["backup_links"]
    assert referee(document) == []
    report = verify(run)
    assert not report.differences, str(report)


def drop_backup(plan):
    plan["backups"].pop()


def reverse_step(plan):
    plan["backups"][0]["path"][-1]["reversed"] ^= True


def take_the_first_path(plan):
    """The second path becomes the first one."""
    into = {link["to"]: link for link in plan["links"]}
    at, path = plan["backups"][0]["office"], []
    while at != "root":
        path.append({"link": into[at]["id"], "reversed": False})
        at = into[at]["from"]
    plan["backups"][0]["path"] = path[::-1]


def cut_short(plan):
    plan["backups"][0]["path"].pop(0)


def cheapen(plan):
    plan["backup_cost"]["capex"] = round(plan["backup_cost"]["capex"] + 1000.0, 2)


def overload(plan):
    step = plan["backups"][0]["path"][-1]["link"]
    for link in (*plan["links"], *plan["backup_links"]):
        if link["id"] == step:
            link["capacity_mbps"] = 0.5


def move_load(plan):
    plan["backup_links"][0]["load_mbps"] += 1.0


def hide_failure(plan):
    plan["failures"].pop(0)


def shrink_failure(plan):
    plan["failures"][0]["people"] += 1.0


def count_others(plan):
    plan["failures"][0]["offices_without"] += 1


@pytest.mark.parametrize(
    "change",
    [
        drop_backup,
        reverse_step,
        take_the_first_path,
        cut_short,
        cheapen,
        overload,
        move_load,
        hide_failure,
        shrink_failure,
        count_others,
    ],
    ids=lambda change: change.__name__,
)
def test_every_change_is_noticed(document, basis, change):
    changed = copy.deepcopy(document)
    change(changed)
    findings = check_plan(PlanDocument.model_validate_json(json.dumps(changed)), basis)
    assert any(found.differences for found in findings)
