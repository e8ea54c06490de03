"""What is built, filled into the sheet that a workbook has for it: read back, kept, priced and verified."""

import copy
import json
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from planner.demo import make_country
from planner.inputs import read_inputs
from planner.jobs import solve_run
from planner.plan.verify import PlanDocument, check_plan, read_basis, verify
from planner.plan.verify.sight import check_sight
from planner.report.exported import read_exported
from planner.report.workbook import write
from planner.scenario import load_scenario


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Solve, export, fill the sheet in, and solve again with half the money and what is built."""
    folder = tmp_path_factory.mktemp("built")
    scenario = make_country(folder / "country", offices=30, seed=2, terrain_arcsec=9)
    quick = {"solver.time_limit_s": 5.0}
    solve_run(scenario, folder / "first", overrides={**quick, "budgets.programme": "40 %"})
    (path,) = write(read_exported(folder / "first"), folder)
    book = openpyxl.load_workbook(path)
    sheet = book["Monitoring"]
    states = ["working", "built", "contracted", "planned"]
    column = {cell.value: cell.column for cell in sheet[1]}
    for number, row in enumerate(range(2, sheet.max_row + 1)):
        sheet.cell(row, column["status"], states[number % 4])
        if states[number % 4] != "planned" and number % 3 == 0:
            sheet.cell(row, column["spent"], 1000.25 + number)
            sheet.cell(row, column["spent_per_year"], 321.5)
            if str(sheet.cell(row, column["to"]).value).startswith("PO-"):
                sheet.cell(row, column["spent_equipment"], 2222.2)
        sheet.cell(row, column["mbps"], 12.5)
        sheet.cell(row, column["funder"], ["IDA", "AFD"][number % 2])
    book.save(folder / "filled.xlsx")
    overrides = {
        **quick,
        "budgets.programme": "60 %",
        "inputs.as_built": [{"file": str(folder / "filled.xlsx"), "layer": "Monitoring"}],
    }
    solve_run(scenario, folder / "run", overrides=overrides)
    return folder / "run"


@pytest.fixture(scope="module")
def document(run):
    return json.loads((run / "plan.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def basis(run):
    return read_basis(run, None)[0]


def test_the_plan_holds_and_keeps_what_is_built(run, document, basis, referee):
    assert referee(document) == []
    report = verify(run)
    assert not report.differences, str(report)
    ids = {link["id"] for link in document["links"]}
    built = basis.inputs.as_built
    fixed = built[built["status"] != "planned"]
    assert len(fixed) >= 5
    assert {f"{r['technology']}:{r['from']}>{r['to']}" for r in fixed.to_dict("records")} <= ids
    capex = {link["id"]: link["capex"] for link in document["links"]}
    for row in fixed[fixed["spent"].notna()].to_dict("records"):
        assert capex[f"{row['technology']}:{row['from']}>{row['to']}"] == row["spent"]


def test_a_workbook_of_it_adds_up_too(run, tmp_path):
    (path,) = write(read_exported(run), tmp_path)
    sheet = openpyxl.load_workbook(path, data_only=True)["Monitoring"]
    assert sheet.max_row > 1


def test_its_sheet_says_again_what_was_said(run, document, basis, tmp_path):
    """Of the plan's links; those of which nothing was said are planned, without amounts."""
    (path,) = write(read_exported(run), tmp_path)
    dataset = {"file": str(path), "layer": "Monitoring"}
    scenario = load_scenario(run.parent / "country" / "scenario.yaml", overrides={"inputs.as_built": [dataset]})
    columns = ["status", "spent", "spent_per_year", "spent_equipment", "mbps", "funder"]
    first, second = (
        rows.set_index(rows["technology"] + ":" + rows["from"] + ">" + rows["to"])
        for rows in (basis.inputs.as_built, read_inputs(scenario).as_built)
    )
    links = {link["id"] for link in document["links"] if link["technology"] != "existing"}
    assert set(second.index) == links
    stated = [name for name in first.index if name in links]
    assert first.loc[stated, "spent"].isna().any()
    assert first.loc[stated, "spent_equipment"].notna().any()
    pd.testing.assert_frame_equal(second.loc[stated, columns], first.loc[stated, columns])
    new = second.drop(index=stated)
    assert len(new)
    assert set(new["status"]) == {"planned"}
    assert new[["spent", "spent_per_year", "spent_equipment", "mbps"]].isna().all(axis=None)


def forget(plan):
    plan["as_built"].pop()


def advance(plan):
    plan["as_built"][-1]["status"] = "working" if plan["as_built"][-1]["status"] != "working" else "built"


def other_funder(plan):
    plan["as_built"][0]["funder"] = "EIB"


def faster(plan):
    plan["as_built"][0]["mbps"] += 1.0


def other_end(plan):
    row = plan["as_built"][0]
    row["from"], row["to"] = row["to"], row["from"]


def spent_more(plan):
    next(row for row in plan["as_built"] if row["spent"])["spent"] += 1.0


def run_for_nothing(plan):
    next(row for row in plan["as_built"] if row["spent_per_year"])["spent_per_year"] = None


def equipment_forgotten(plan):
    next(row for row in plan["as_built"] if row["spent_equipment"])["spent_equipment"] = None


def more_progress(plan):
    plan["progress"][0]["offices"] += 1


def cheaper_progress(plan):
    plan["progress"][0]["capex"] = round(plan["progress"][0]["capex"] + 1, 2)


def estimate_again(plan):
    paid = {1000.25 + number for number in range(0, 60, 3)}
    link = next(link for link in plan["links"] if link["capex"] in paid)
    link["capex"] = round(link["capex"] * 2, 2)


@pytest.mark.parametrize(
    "change",
    [
        forget, advance, other_funder, faster, other_end, spent_more, run_for_nothing, equipment_forgotten,
        more_progress, cheaper_progress, estimate_again,
    ],
    ids=lambda change: change.__name__,
)  # fmt: skip
def test_every_change_is_noticed(document, basis, change):
    changed = copy.deepcopy(document)
    change(changed)
    findings = check_plan(PlanDocument.model_validate_json(json.dumps(changed)), basis)
    assert any(found.differences for found in findings)


@pytest.mark.parametrize("status", ["built", "planned"])
def test_space_diversity_is_asked_of_hops_that_do_not_stand(document, basis, status):
    """A hop over land that stands may have a second antenna nevertheless; a new one may not."""
    changed = copy.deepcopy(document)
    link = next(link for link in changed["links"] if link["technology"] == "microwave")
    plain = next(radio for radio in basis.prices.microwave if radio.kind.name == link["option"])
    link["option"] = plain.diverse_kind.name
    told = {"technology": "microwave", "from": link["to"], "to": link["from"], "option": link["option"]}
    rows = pd.DataFrame([told | {"status": status}])
    asked = replace(basis, inputs=replace(basis.inputs, as_built=rows))
    found = check_sight(PlanDocument.model_validate_json(json.dumps(changed)), asked)
    assert len(found.differences) == (status == "planned")


@pytest.fixture(scope="module")
def in_years(run):
    """Solve the same again over three years, of which the first has the money for what is built."""
    phases = [{"year": 2027, "limit": "27 %"}, {"year": 2028, "limit": "12 %"}, {"year": 2029, "limit": "12 %"}]
    overrides = {
        "solver.time_limit_s": 5.0,
        "phases": phases,
        "budgets": [],
        "inputs.as_built": [{"file": str(run.parent / "filled.xlsx"), "layer": "Monitoring"}],
    }
    solve_run(run.parent / "country" / "scenario.yaml", run.parent / "in_years", overrides=overrides)
    return run.parent / "in_years"


def test_what_is_built_stands_in_the_first_of_several_years(in_years, referee):
    document = json.loads((in_years / "plan.json").read_text(encoding="utf-8"))
    assert referee(document) == []
    report = verify(in_years)
    assert not report.differences, str(report)
    basis = read_basis(in_years, None)[0]
    built = {row["link"] for row in document["as_built"] if row["status"] != "planned"}
    years = {link["id"]: link["year"] for link in document["links"]}
    assert {years[name] for name in built} == {2027}
    assert {year for year in years.values() if year} > {2027}
    for link in document["links"]:
        if link["id"] in built:
            link["year"] = 2028
            break
    findings = check_plan(PlanDocument.model_validate_json(json.dumps(document)), basis)
    assert any((where.where, where.what) == (link["id"], "year") for found in findings for where in found.differences)
