"""What differs between two plans, against changes made by hand."""

import json
import math
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from planner.cli.commands import app
from planner.errors import InputError
from planner.finance import MEASURES
from planner.i18n import set_language
from planner.plan.compare import compare, settings
from planner.plan.record import Record
from planner.plan.store import write_run_files
from planner.scenario import Floor, Funder, dump_scenario


@pytest.fixture(autouse=True)
def _english():
    yield
    set_language("en")


def record(**files):
    listed = [{"file": f"{name}.csv", "sha256": sha256} for name, sha256 in files.items()]
    return Record(scenario_file="scenario.yaml", data_root=None, files=listed, language="en")


@pytest.fixture
def first(handmade, make):
    """Return the handmade plan: A, B by fibre, C by microwave from A, E by microwave from D."""
    return make["plan"](handmade.country, handmade.choice), make["scenario"](), record(offices="1", towers="2")


@pytest.fixture
def second(handmade, make):
    """Return a plan without C, with B by satellite and with F."""
    rows = handmade.rows
    chosen = [rows[name] for name in ("S", "SJ", "JA", "D", "DE", "leo B", "leo F")]
    choice = handmade.country.choice(chosen, "ABDEF")
    scenario = make["scenario"](budgets=[{"name": "programme", "limit": 150_000}], solver={"gap": 0.02})
    return make["plan"](handmade.country, choice), scenario, record(offices="1", towers="3", roads="4")


def test_offices_added_dropped_and_changed(first, second):
    compared = compare(first, second)
    told = [(office.id, office.change, office.first, office.second) for office in compared.offices]
    assert told == [
        ("F", "added", None, "leo"), ("C", "dropped", "microwave", None), ("B", "changed", "fibre", "leo"),
    ]  # fmt: skip
    reasons = second[0].offices.set_index("id")["reason"]
    assert all(office.reason == reasons[office.id] for office in compared.offices)
    assert [office.people for office in compared.offices] == [500.0, 600.0, 2000.0]


def test_there_and_back_are_opposite(first, second):
    there, back = compare(first, second), compare(second, first)
    assert {office.id for office in there.offices if office.change == "added"} == {
        office.id for office in back.offices if office.change == "dropped"
    }
    for name in ("technologies", "regions"):
        for key, rows in getattr(there, name).items():
            assert [row.difference for row in rows] == [-row.difference for row in getattr(back, name)[key]]


def test_money_differences_add_up_to_those_of_the_totals(first, second):
    compared = compare(first, second)
    totals = {row.name: row.difference for row in compared.totals}
    for place, measure in enumerate(MEASURES):
        expected = second[0].totals[measure] - first[0].totals[measure]
        assert totals[measure] == pytest.approx(expected)
        for parts in (compared.technologies, compared.regions):
            assert math.fsum(rows[place].difference for rows in parts.values()) == pytest.approx(expected)
    # B leaves 3 km of trench and its terminals; E and F stay as they are.
    assert compared.technologies["leo"][0].difference == 2 * (600 + 400)
    assert totals["offices_newly_connected"] == 0
    assert totals["value"] == 50 - 60


def test_the_value_is_benefit_whatever_was_asked_for(first, second):
    cost = first[0].totals["programme_cost"]
    found = replace(first[0].outcome, sense="min", objective="programme_cost", value=cost, bound=cost, trace=())
    (value,) = [
        row for row in compare((replace(first[0], outcome=found), *first[1:]), second).totals if row.name == "value"
    ]
    assert value.first == pytest.approx(first[0].offices.loc[first[0].offices["connected"], "benefit"].sum())


def test_settings_and_inputs(first, second):
    compared = compare(first, second)
    assert {setting.field: (setting.first, setting.second) for setting in compared.settings} == {
        "budgets[0].limit": (100_000, 150_000),
        "solver.gap": (0.005, 0.02),
    }
    assert compared.inputs == ("roads.csv", "towers.csv")


def test_a_list_that_one_side_has_is_told_entry_by_entry(first):
    """The empty list of the other side is no field of its own beside them."""
    alone = first[1]
    paid = alone.model_copy(update={"funders": (Funder(name="bank", amount=10.0),)})
    assert not alone.funders
    fields = {setting.field for setting in settings(alone, paid)}
    assert "funders" not in fields
    assert "funders[0].name" in fields


def test_what_is_empty_on_one_side_and_not_there_on_the_other_is_no_difference(first):
    alone = first[1]
    floor = Floor(by="region", share=0.3)
    floored = alone.model_copy(update={"limits": alone.limits.model_copy(update={"floors": (floor,)})})
    told = {setting.field: (setting.first, setting.second) for setting in settings(alone, floored)}
    assert told == {f"limits.floors[0].{name}": (None, getattr(floor, name)) for name in ("by", "measure", "share")}


def test_a_budget_that_is_a_share_is_told_with_what_it_came_to(first, make):
    asked = make["scenario"](budgets=[{"name": "programme", "limit": "20 %"}])
    compared = compare((first[0], asked, first[2]), first)
    (setting,) = compared.settings
    assert (setting.first, setting.second) == ("20 %", 100_000)
    assert (setting.first_amount, setting.second_amount) == (first[0].budgets[0]["limit"], None)
    limit = f"{first[0].budgets[0]['limit']:,.0f}"
    assert setting.words("USD") == (f"20 % (USD {limit})", "100,000")


def test_the_language_of_reasons_is_told_only_where_it_is_another(first, second, tmp_path):
    told_in_both = {known: tuple(second[0].offices["reason"]) for known in ("en", "fr")}
    runs = [
        run(tmp_path / name, replace(plan, reasons=reasons), scenario, known)
        for name, (plan, scenario, known), reasons in (
            ("one", first, {}), ("two", second, told_in_both), ("three", second, {}),
        )
    ]  # fmt: skip
    for other, told in ((runs[1], False), (runs[2], True)):
        shown = CliRunner().invoke(app, ["compare", runs[0], other, "--lang", "fr"])
        assert shown.exit_code == 0, shown.output
        assert ("dans la langue de ce calcul" in " ".join(shown.stdout.split())) is told


def test_a_plan_does_not_differ_from_itself(first):
    compared = compare(first, first)
    assert (compared.settings, compared.inputs, compared.offices) == ((), (), ())
    assert all(row.difference == 0 for row in compared.totals)


def test_offices_that_one_scenario_lacks(first, second):
    fewer = replace(second[0], offices=second[0].offices[second[0].offices["id"] != "G"].reset_index(drop=True))
    compared = compare(first, (fewer, *second[1:]))
    assert (compared.only_first, compared.only_second) == (("G",), ())


def test_other_currencies_are_refused(first, second):
    other = replace(second[0], scenario={**second[0].scenario, "currency": "KMF"})
    with pytest.raises(InputError) as caught:
        compare(first, (other, *second[1:]), name="runs/two")
    (problem,) = caught.value.problems
    assert (problem.code, problem.file) == ("other-currency", "runs/two")
    assert "KMF" in problem.message


def run(folder, plan, scenario, known):
    folder.mkdir()
    write_run_files(plan, folder)
    (folder / "scenario.yaml").write_text(dump_scenario(scenario), encoding="utf-8")
    (folder / "inputs.json").write_text(known.model_dump_json(), encoding="utf-8")
    return str(folder)


def test_the_command_tells_both_ways(first, second, tmp_path):
    runs = [run(tmp_path / "one", *first), run(tmp_path / "two", *second), run(tmp_path / "three", *first)]
    told = CliRunner().invoke(app, ["compare", *runs, "--json"])
    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    assert [compared["second"] for compared in document["compared"]] == runs[1:]
    assert [office["id"] for office in document["compared"][0]["offices"]] == ["F", "C", "B"]
    assert document["compared"][1]["offices"] == []
    shown = CliRunner().invoke(app, ["compare", *runs[:2]])
    assert shown.exit_code == 0, shown.output
    for words in (
        "solver.gap: 0.005 → 0.02",
        "1 office added",
        "1 office dropped",
        "1 office connected otherwise",
        "Office F",
    ):
        assert words in shown.stdout
    french = CliRunner().invoke(app, ["compare", *runs[:2], "--lang", "fr"])
    assert "1 bureau ajouté" in french.stdout


def test_one_run_alone_is_wrong_usage(first, tmp_path):
    result = CliRunner().invoke(app, ["compare", run(tmp_path / "one", *first)])
    assert result.exit_code == 2
    assert "RUN" in result.stderr
