"""The workbook: the plan to the cent, reckoned again when an assumption changes, and nothing of a user's is run."""

import math
from dataclasses import replace

import openpyxl
import pytest

from planner.finance import FLOWS, MEASURES, Item, cash_flow
from planner.i18n import use_language
from planner.report.bill import bill_of_quantities
from planner.report.workbook import write

SHEETS = [
    "Summary",
    "Assumptions",
    "Quantities",
    "Cash flow",
    "Offices",
    "Links",
    "Masts",
    "Monitoring",
    "Comparison",
    "Sources",
]


def rows_of(sheet):
    return {row[0]: row for row in sheet.iter_rows(values_only=True) if row[0] not in {None, ""}}


def money_row(sheet, label):
    return dict(zip(MEASURES, rows_of(sheet)[label][4:8], strict=True))


@pytest.fixture(scope="module")
def book(example, tmp_path_factory):
    (path,) = write(example, tmp_path_factory.mktemp("book"))
    return path


def test_values_that_come_with_the_workbook_are_those_of_the_plan(example, book):
    values = openpyxl.load_workbook(book, data_only=True)
    assert values.sheetnames == SHEETS
    totals = {name: example.plan.totals[name] for name in MEASURES}
    assert money_row(values["Summary"], "Total") == totals
    for part in example.plan.technology_mix:
        if part["technology"] in {"microwave", "cellular"}:
            row = rows_of(values["Summary"])[part["technology"].capitalize()]
            assert row[1:4] == (part["offices"], part["links"], pytest.approx(part["length_km"]))
            assert row[4:8] == tuple(part[name] for name in MEASURES)
    for sheet, frame in (
        ("Offices", example.plan.offices),
        ("Links", example.plan.links),
        ("Masts", example.plan.masts),
    ):
        assert values[sheet].max_row == 4 + len(frame)


def test_other_runs_stand_beside_the_plan_and_follow_its_assumptions(example, reckoned, tmp_path):
    (path,) = write(replace(example, beside=(example,)), tmp_path)
    values = reckoned(path)
    rows, totals = rows_of(values["Scenarios"]), example.plan.totals
    for heading, measure in (("Purchases (USD)", "capex"), ("Programme cost (USD)", "programme_cost")):
        lines = [row for row in values["Scenarios"].iter_rows(values_only=True) if row[0] == heading]
        assert lines[0][1:3] == (totals[measure], totals[measure])
        assert lines[1][2] == 0, "the same run differs by nothing"
    gained = totals["offices_newly_connected"] + totals["offices_upgraded"]
    each = round(totals["programme_cost"] / gained, 2)
    assert rows["Programme cost per office"][1:3] == (each, each)
    formulas = openpyxl.load_workbook(path)["Scenarios"]
    (money,) = [row for row in formulas.iter_rows(max_row=16) if row[0].value == "Programme cost (USD)"]
    assert str(money[1].value).startswith("='Summary'!"), "the plan's money follows the assumptions"
    assert isinstance(money[2].value, (int, float)), "that of the other run does not"


def test_totals_are_formulas(book):
    formulas = openpyxl.load_workbook(book)
    for label in ("Total", "Offices connected, with those connected before"):
        cells = rows_of(formulas["Summary"])[label]
        assert all(str(cell).startswith("=") for cell in cells[1:] if cell not in {None, ""})
    quantities = [row[7] for row in formulas["Quantities"].iter_rows(min_row=5, values_only=True) if row[4]]
    assert all(cell.startswith("=E") for cell in quantities)


def test_libreoffice_reckons_the_plan_to_the_cent(example, book, reckoned):
    values = reckoned(book)
    summary = rows_of(values["Summary"])
    totals = {name: example.plan.totals[name] for name in MEASURES}
    assert {name: round(amount, 6) for name, amount in money_row(values["Summary"], "Total").items()} == totals
    assert all(amount == 0 for amount in summary["Difference: what the assumptions were changed by"][4:8])
    for label, name in (
        ("Offices connected, with those connected before", "offices_connected"),
        ("Offices newly connected", "offices_newly_connected"), ("Offices upgraded", "offices_upgraded"),
        ("Underserved people within reach of them", "people"), ("People within reach of them", "people_total"),
    ):  # fmt: skip
        assert summary[label][1] == pytest.approx(example.plan.totals[name]), label
    for part in example.plan.technology_mix:
        if part["technology"] in {"microwave", "cellular"}:
            row = summary[part["technology"].capitalize()]
            assert row[1:4] == (part["offices"], part["links"], pytest.approx(part["length_km"]))
            assert [round(cell, 6) for cell in row[4:8]] == [part[name] for name in MEASURES]
    flows = rows_of(values["Cash flow"])
    assert flows["Total"][7] == pytest.approx(totals["present_value"], abs=1e-6)
    assert flows["Total"][9] == pytest.approx(totals["programme_cost"], abs=1e-6)
    assert flows["Difference"][7] == 0
    (budget,) = example.plan.budgets
    assert summary[budget["name"]][1:3] == (budget["limit"], pytest.approx(budget["spent"]))
    wrong = [
        cell.coordinate
        for sheet in values
        for row in sheet.iter_rows()
        for cell in row
        if str(cell.value).startswith("#")
    ]
    assert wrong == []


@pytest.mark.parametrize(("rate", "at", "horizon", "funded"), [(0.03, "year_start", 13, 3), (0.0, "year_end", 31, 0)])
def test_changed_assumptions_drive_everything(example, book, reckoned, tmp_path, rate, at, horizon, funded):
    bill = bill_of_quantities(example)
    changed = openpyxl.load_workbook(book)
    sheet = changed["Assumptions"]
    for row, value in enumerate((rate, int(at == "year_end"), horizon, funded), start=5):
        sheet.cell(row, 2, value)
    dearer = bill.entries[-1].item
    for row in sheet.iter_rows(min_row=14):
        if (row[4].value, row[5].value, row[6].value) == (dearer.capex, dearer.opex_per_year, dearer.life_years):
            row[4].value = 2 * dearer.capex + 100
            row[6].value = 3.5
    path = tmp_path / "changed.xlsx"
    changed.save(path)

    given = replace(bill.terms, discount_rate=rate, discount_at=at, horizon_years=horizon, funded_years=funded)
    first = 0 if at == "year_start" else 1
    annuity = math.fsum((1 + rate) ** -year for year in range(first, first + horizon))
    entries = [
        replace(entry, item=replace(entry.item, capex=2 * dearer.capex + 100, life_years=3.5))
        if (entry.item.capex, entry.item.opex_per_year, entry.item.life_years)
        == (dearer.capex, dearer.opex_per_year, dearer.life_years)
        else entry
        for entry in bill.entries
    ]
    parts = (*entries, *bill.remainders)
    capex, opex = (math.fsum(getattr(part, name) for part in parts) for name in ("capex", "opex_per_year"))
    present = [entry.present_value(given) for entry in entries]
    present += [left.capex + left.opex_per_year * annuity + left.present_value for left in bill.remainders]
    values = reckoned(path)
    found = money_row(values["Summary"], "Total")
    expected = {
        "capex": capex, "opex_per_year": opex, "present_value": math.fsum(present),
        "programme_cost": capex + funded * opex,
    }  # fmt: skip
    assert found == pytest.approx(expected, abs=0.0051)
    flows = rows_of(values["Cash flow"])
    assert flows["Difference"][7] == pytest.approx(0, abs=0.0051)
    assert flows["Total"][9] == pytest.approx(found["programme_cost"], abs=0.0101)


@pytest.mark.parametrize(("life", "horizon"), [(2.5, 10), (3.5, 31), (0.7, 7)])
def test_libreoffice_replaces_in_the_years_of_plan_json(priced, handmade, reckoned, tmp_path, life, horizon):
    run = priced(tmp_path / "run", handmade.plan())
    (path,) = write(run, tmp_path)
    changed = openpyxl.load_workbook(path)
    sheet = changed["Assumptions"]
    sheet.cell(7, 2, horizon)
    for row in sheet.iter_rows(min_row=14):
        if row[6].value is not None:
            row[6].value = life
    changed.save(tmp_path / "changed.xlsx")
    bill = bill_of_quantities(run)
    given = replace(bill.terms, horizon_years=horizon)
    bought = {
        Item(str(place), entry.capex, 0.0, life): 1.0
        for place, entry in enumerate(bill.entries)
        if entry.item.life_years is not None
    }
    expected = cash_flow(bought, given) / 100
    rows = list(
        reckoned(tmp_path / "changed.xlsx")["Cash flow"].iter_rows(min_row=5, max_row=5 + horizon, values_only=True)
    )
    assert [row[2] for row in rows] == pytest.approx(expected[:, FLOWS.index("replacements")].tolist(), abs=0.01)
    assert sum(row[2] for row in rows) > 0
    residual = [-row[4] for row in rows]
    assert residual == pytest.approx(expected[:, FLOWS.index("residual_value")].tolist(), abs=0.01)


def test_names_stay_text(priced, handmade, hostile, renamed, tmp_path):
    (path,) = write(priced(tmp_path / "run", renamed(handmade.plan(), hostile)), tmp_path)
    sheet = openpyxl.load_workbook(path)["Offices"]
    cells = {cell.value: cell for (cell,) in sheet.iter_rows(min_row=5, min_col=2, max_col=2)}
    for name in hostile[:5]:
        assert cells[name].data_type == "s"
        assert cells[name].quotePrefix == (name[0] in "=+-@"), name
    raw = [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert raw == []


def test_what_offices_share_is_paid_once(priced, handmade, tmp_path):
    plan = handmade.plan()
    (path,) = write(priced(tmp_path / "run", plan), tmp_path)
    book = openpyxl.load_workbook(path, data_only=True)
    links = list(book["Links"].iter_rows(min_row=5, values_only=True))
    (trench,) = [row for row in links if row[0] == "fibre:S>~j1"]
    assert trench[12] == 10 * 1000 + 500, "10 km and its terminals, though A, B and C hang from it"
    columns = [column for column, cell in enumerate(book["Links"][4]) if "Purchases" in str(cell.value)]
    assert sum(row[columns[0]] for row in links) == plan.links["capex_cents"].sum() / 100


def test_french_names_of_sheets_and_headings(priced, handmade, tmp_path):
    with use_language("fr"):
        (path,) = write(priced(tmp_path / "run"), tmp_path)
    book = openpyxl.load_workbook(path, data_only=True)
    assert book.sheetnames == [
        "Résumé", "Hypothèses", "Quantités", "Flux de trésorerie", "Bureaux", "Liaisons", "Mâts", "Suivi",
        "Comparaison", "Sources",
    ]  # fmt: skip
    assert "Technologie" in [cell.value for cell in book["Bureaux"][4]]
    assert (
        handmade.plan().totals["offices_newly_connected"]
        == rows_of(book["Résumé"])["Bureaux nouvellement raccordés"][1]
    )


def test_what_a_funder_pays_is_added_up_by_its_very_name(priced, handmade, reckoned, tmp_path):
    paid = {"EU*": [100.0, 0.5], "EUROPE": [200.0], "eu*": [7.25], "<5": [50.0], "=A1": [3.0]}
    payment = {"line": "link", "id": "leo:root>A", "cost_kind": "capex"}
    funders = tuple(
        {
            "name": name, "amount": 1000.0, "paid": sum(amounts), "left": 1000.0 - sum(amounts), "scope": {},
            "cost_kinds": ["capex"], "opex_years": 0, "match": 1.0, "offices": 0, "people": 0.0,
            "benefit_per_1000": None, "payments": [{**payment, "amount": amount} for amount in amounts],
        }
        for name, amounts in paid.items()
    )  # fmt: skip
    (path,) = write(priced(tmp_path / "run", replace(handmade.plan(), funders=funders)), tmp_path)
    rows = rows_of(reckoned(path)["Funders"])
    assert {name: rows[name][3] for name in paid} == {name: sum(amounts) for name, amounts in paid.items()}
