"""The bill and the workbook of a plan with solar sets, dear regions, quotes, shared limits and tax."""

import json
import math
from collections import defaultdict

import openpyxl
import pytest
from services_country import make_services_run

from planner.errors import InputError
from planner.finance import MEASURES
from planner.i18n import use_language
from planner.links import cache_folder
from planner.report.bill import bill_of_quantities
from planner.report.documents.blocks import Sheet
from planner.report.documents.proposal.annexes import annexes
from planner.report.exported import read_exported
from planner.report.workbook import write

TAX = 0.15


def read(folder, patch):
    patch.setenv("PLANNER_CACHE_DIR", str(folder.parent / "cache"))
    return read_exported(folder)


@pytest.fixture
def everything(services_run, monkeypatch):
    return read(services_run, monkeypatch)


def sums(bill):
    """Return the totals of a bill by part and item, before rounding, in currency."""
    found = defaultdict(float)
    for entry in bill.entries:
        found[entry.part, entry.item.name] += entry.capex
    return found


def test_the_bill_adds_up_to_the_cent_with_everything_in_it(everything):
    plan, bill = everything.plan, bill_of_quantities(everything)
    parts = (*bill.entries, *bill.remainders)
    capex, opex = (math.fsum(getattr(part, name) for part in parts) for name in ("capex", "opex_per_year"))
    assert (round(capex, 2), round(opex, 2)) == (plan.totals["capex"], plan.totals["opex_per_year"])
    lines = len(plan.links) + len(plan.masts) + len(plan.offices)
    assert math.fsum(abs(left.capex) for left in bill.remainders) <= 0.005 * lines
    bought = {(entry.part, entry.item.name) for entry in bill.entries}
    assert {("offices", "solar panels"), ("offices", "battery"), ("offices", "grid extension")} <= bought
    assert {("offices", "regional surcharge"), ("links", "regional surcharge")} <= bought
    leased = [entry for entry in bill.entries if (entry.technology, entry.part) == ("leased", "links")]
    quoted = (plan.links["technology"] == "leased").sum()
    # 400 and 12 · 95 as quoted, a contingency upon the first; everything taxed
    fees = math.fsum(entry.opex_per_year for entry in leased if entry.item.name == "service fee")
    assert fees == pytest.approx(quoted * 12 * 95 * (1 + TAX))
    assert all(entry.unit_capex >= 400 * (1 + TAX) for entry in leased if entry.item.name == "one-off fee")
    assert "limit" in set(plan.links["technology"])
    assert all(entry.technology != "limit" for entry in bill.entries), "limits cost nothing"


def test_masts_are_those_of_the_plans_own_breakdown(everything):
    """``plan.json`` says what masts are made of, each item rounded to the cent."""
    told = defaultdict(float)
    for breakdown in everything.plan.masts["breakdown"]:
        for name, amounts in breakdown.items():
            told[name] += amounts["capex"]
    told.pop("rounding", None)
    found = {name: amount for (part, name), amount in sums(bill_of_quantities(everything)).items() if part == "masts"}
    assert found == pytest.approx(told, abs=0.01 * len(everything.plan.masts))
    assert len([name for name, amount in found.items() if amount]) > 1


def test_the_workbook_reckons_it_to_the_cent(everything, reckoned, tmp_path):
    (path,) = write(everything, tmp_path)
    plan, values = everything.plan, reckoned(path)
    rows = {row[0]: row for row in values["Summary"].iter_rows(values_only=True) if row[0]}
    assert [round(cell, 6) for cell in rows["Total"][4:8]] == [plan.totals[name] for name in MEASURES]
    for part in plan.technology_mix:
        if part["technology"] in {"microwave", "cellular"}:
            row = rows[part["technology"].capitalize()]
            assert [round(cell, 6) for cell in row[4:8]] == [part[name] for name in MEASURES]
    flows = {row[0]: row for row in values["Cash flow"].iter_rows(values_only=True) if row[0]}
    assert flows["Total"][7] == pytest.approx(plan.totals["present_value"], abs=1e-6)
    assert flows["Difference"][7] == 0


def test_the_rate_of_tax_drives_every_amount(everything, reckoned, tmp_path):
    (path,) = write(everything, tmp_path)
    book = openpyxl.load_workbook(path)
    (cell,) = [row[1] for row in book["Assumptions"].iter_rows() if row[0].value == "Value added tax"]
    assert cell.value == TAX
    cell.value = 0
    book.save(path)
    rows = {row[0]: row for row in reckoned(path)["Summary"].iter_rows(values_only=True) if row[0]}
    untaxed = [everything.plan.totals[name] / (1 + TAX) for name in MEASURES]
    assert rows["Total"][4:8] == pytest.approx(untaxed, abs=0.01 * len(everything.plan.offices))


def test_the_proposal_says_that_tax_is_in_it(everything):
    blocks = annexes(everything, bill_of_quantities(everything))
    assert any("15.00 %" in getattr(block, "text", "").replace("\N{NO-BREAK SPACE}", " ") for block in blocks)
    (table,) = [block for block in blocks if getattr(block, "caption", "").startswith("Bill of quantities")]
    # What is bought at several prices has the range of them.
    pieces = [row for row in table.rows if row[3].replace(",", "").isdigit() and "–" not in row[4]]
    assert len(pieces) > 50
    for row in pieces:
        quantity, unit_price, price = (float(cell.split()[0].replace(",", "")) for cell in row[3:6])
        assert price == pytest.approx(quantity * unit_price, abs=0.5 + 0.005 * quantity), row


def test_hops_in_dear_regions_have_their_sheet(everything):
    plan = everything.plan
    hops = plan.links[plan.links["technology"] == "microwave"]
    assert set(hops["region"]) & set(everything.scenario.money.regions)
    sheets = [block for block in annexes(everything, bill_of_quantities(everything)) if isinstance(block, Sheet)]
    assert len(sheets) == len(hops)


def test_options_have_the_names_of_the_language_that_is_asked_for(tmp_path, monkeypatch):
    with use_language("fr"):
        run = read(make_services_run(tmp_path), monkeypatch)
    assert any("devis" in name for name in run.plan.links["option"])
    english = {entry.option for entry in bill_of_quantities(run).entries}
    assert any(name.endswith("quote 1") for name in english), english
    assert not [name for name in english if "devis" in name or "fibre le long" in name]
    names = set(run.option_names().values())
    assert {"limit of a provider", "limit of a satellite cell", "existing connection"} <= names
    with use_language("fr"):
        french = set(run.option_names().values())
    assert {"limite d’un fournisseur", "limite d’une cellule satellite"} <= french
    (path,) = write(run, tmp_path)
    shown = {row[4] for row in openpyxl.load_workbook(path)["Links"].iter_rows(min_row=5, values_only=True)}
    assert shown <= names


def test_links_that_are_gone_from_the_cache_are_built_again(everything, tmp_path, monkeypatch):
    monkeypatch.setenv("PLANNER_CACHE_DIR", str(tmp_path / "empty"))
    assert bill_of_quantities(everything).entries
    assert list(cache_folder().glob("*.links"))


def test_an_input_that_has_changed_is_told(services_run, everything, monkeypatch):
    record = json.loads((services_run / "inputs.json").read_text(encoding="utf-8"))
    first = everything.record.files[0]
    assert first.file == record["files"][0]["file"]
    first.sha256 = "0" * 64
    with pytest.raises(InputError) as caught:
        bill_of_quantities(everything)
    (problem,) = caught.value.problems
    assert (problem.code, problem.file) == ("changed-since", first.file)
