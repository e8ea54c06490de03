"""Reading what has become of an earlier plan: words in both languages, and every kind of wrong row."""

import pandas as pd
import pytest

from planner.demo import make_country
from planner.errors import InputError
from planner.inputs import check_scenario, read_inputs
from planner.scenario import load_scenario


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    return make_country(tmp_path_factory.mktemp("as_built"), offices=12, seed=0, terrain_arcsec=9)


def read(country, text, **dataset):
    (country.parent / "built.csv").write_text(text, encoding="utf-8")
    overrides = {"inputs.as_built": [{"file": "built.csv", **dataset}]}
    return read_inputs(load_scenario(country, overrides=overrides)).as_built


def test_columns_and_states_are_known_in_both_languages(country):
    english = read(
        country,
        "from,to,technology,status,spent,spent_per_year,mbps,funder\n"
        "root,PO-00004,leo,working,1234.5,600,18,IDA\n,PO-00005,leo,contracted,,,,\nroot,PO-00006,leo,,,,,\n",
    )
    french = read(
        country,
        "de;vers;technologie;statut;depense;depense_par_an;debit_mesure;bailleur\n"
        "root;PO-00004;leo;en service;1234,5;600;18;IDA\n;PO-00005;leo;contracté;;;;\nroot;PO-00006;leo;prévu;;;;\n",
    )
    for table in (english, french):
        assert table["status"].tolist() == ["working", "contracted", "planned"]
        assert table["from"].tolist() == ["root"] * 3
        assert table["spent"].tolist()[0] == 1234.5
        assert table["mbps"].tolist()[0] == 18.0
        assert table["funder"].tolist() == ["IDA", "", ""]


def test_a_scenario_without_it_knows_nothing(country):
    assert read_inputs(load_scenario(country)).as_built is None


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("root,PO-00004,leo,finished,,", "bad-status", "status"),
        ("root,,leo,built,,", "missing-value", "to"),
        ("root,PO-00004,,built,,", "missing-value", "technology"),
        ("root,PO-0004,leo,built,,", "unknown-place", "to"),
        ("FN-9,PO-00004,leo,built,,", "unknown-place", "from"),
        ("root,PO-00004,leo,built,-5,", "negative-number", "spent"),
        ("root,PO-00004,leo,built,much,", "not-a-number", "spent"),
        ("root,PO-00004,leo,planned,5,", "spent-on-planned", "spent"),
        ("root,PO-00005,cellular,built,,", "entered-twice", "to"),
        ("root,PO-00005,leo,planned,,", "told-twice", "from, to"),
        ("PO-00005,root,leo,built,,", "told-twice", "from, to"),
    ],
)
def test_wrong_rows_are_told_with_row_and_column(country, row, code, column):
    text = f"from,to,technology,status,spent,mbps\nroot,PO-00005,leo,built,,\n{row}\n"
    with pytest.raises(InputError) as caught:
        read(country, text)
    assert [(problem.code, problem.row, problem.column) for problem in caught.value.problems] == [(code, 3, column)]
    assert caught.value.problems[0].remedy
    # bad rows may be left out instead
    assert read(country, text, bad_rows="exclude")["to"].tolist() == ["PO-00005"]


def test_a_link_told_twice_names_both_rows(country):
    """First planned, then built the other way round: one of the two is wrong, and nobody but the user knows which."""
    text = "from,to,technology,status\nPO-00004,PO-00005,fibre,planned\nPO-00005,PO-00004,fibre,built\n"
    with pytest.raises(InputError) as caught:
        read(country, text)
    (problem,) = caught.value.problems
    assert (problem.row, problem.value) == (3, "PO-00005 > PO-00004")
    assert "Row 2 of built.csv" in problem.message
    # another technology between the same places is another link
    assert len(read(country, text.replace("fibre,built", "microwave,built"))) == 2


@pytest.mark.parametrize("amount", ["spent", "spent_per_year", "spent_equipment"])
def test_no_amount_of_what_is_only_planned_is_passed_over(country, amount):
    text = f"from,to,technology,status,{amount}\nroot,PO-00005,leo,planned,5\n"
    with pytest.raises(InputError) as caught:
        read(country, text)
    assert [(each.code, each.column) for each in caught.value.problems] == [("spent-on-planned", amount)]


@pytest.mark.parametrize("place", ["FN-0", "~J12", "root"])
def test_equipment_is_of_offices_only(country, place):
    """A source, a place that the program makes, and the outside world have none; sums leave the row out."""
    here = read_inputs(load_scenario(country)).sources["id"].iloc[0] if place == "FN-0" else place
    text = (
        "from,to,technology,status,spent_equipment,funder\n"
        f"PO-00004,{here},fibre,built,5000.01,Own money\nroot,PO-00005,leo,built,5000,Own money\n"
    )
    report = read_with_funders(country, text, FUNDERS)
    (problem,) = report.errors
    assert (problem.file, problem.row, problem.column) == ("built.csv", 2, "spent_equipment")
    assert (problem.code, problem.value) == ("equipment-without-office", "5000.01")
    assert problem.remedy
    assert not [each for each in report.problems if each.code.startswith("funder-")]


def read_with_funders(country, text, funders):
    (country.parent / "built.csv").write_text(text, encoding="utf-8")
    overrides = {"inputs.as_built": [{"file": "built.csv"}], "funders": funders}
    return check_scenario(country, overrides=overrides)


FUNDERS = [{"name": "World Bank", "amount": 1000.0}, {"name": "Own money", "amount": 5000.0}]


def test_funders_are_those_of_the_scenario(country):
    text = "from,to,technology,status,funder\nroot,PO-00004,leo,built,Own money\nroot,PO-00005,leo,built,Wold Bank\n"
    report = read_with_funders(country, text, FUNDERS)
    (problem,) = report.errors
    assert (problem.code, problem.row, problem.column, problem.value) == ("unknown-funder", 3, "funder", "Wold Bank")
    assert problem.file == "built.csv"
    assert "“World Bank”" in problem.remedy
    # without funders in the scenario the column is free
    assert read(country, text)["funder"].tolist() == ["Own money", "Wold Bank"]


@pytest.mark.parametrize(("second", "row"), [("400.00", None), ("400.01", 4)])
def test_sums_over_what_a_funder_gives_are_told(country, second, row):
    text = (
        "from,to,technology,status,spent,spent_equipment,funder\nroot,PO-00004,leo,built,500,100,World Bank\n"
        f"root,PO-00006,leo,built,4000,,Own money\nroot,PO-00005,leo,working,,{second},World Bank\n"
    )
    report = read_with_funders(country, text, FUNDERS)
    told = [problem for problem in report.problems if problem.code == "funder-overspent"]
    assert [(problem.row, problem.severity, problem.value) for problem in told] == (
        [] if row is None else [(row, "warning", "World Bank")]
    )
    assert all("1,000.01 in all; it gives USD 1,000.00" in problem.message for problem in told)
    assert not report.errors


STATED = {"name": "Own money", "amount": 5000.0}
GIVER = {"name": "World Bank", "amount": 5000.0}
NOT_ELIGIBLE, OVER_SHARE = "funder-not-eligible", "funder-over-share"


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({}, None),
        ({"match": 0.75}, OVER_SHARE),
        ({"cost_kinds": ["opex"]}, NOT_ELIGIBLE),
        ({"scope": {"technologies": ["fibre"]}}, NOT_ELIGIBLE),
        ({"scope": {"technologies": ["fibre"]}, "match": 0.75}, NOT_ELIGIBLE),
        ({"scope": {"technologies": ["fibre", "leo"]}}, None),
        ({"scope": {"kinds": ["HERE"]}}, None),
        ({"scope": {"kinds": ["no such kind"]}}, NOT_ELIGIBLE),
        ({"scope": {"regions": ["HERE"]}}, None),
        ({"scope": {"regions": ["nowhere"]}}, NOT_ELIGIBLE),
    ],
)
def test_purchases_that_their_funder_may_not_pay_are_told(country, terms, code):
    """Region and kind are those that the country's own file of offices gives to the place."""
    offices = pd.read_csv(country.parent / "data" / "offices.csv").set_index("id")
    places = read_inputs(load_scenario(country)).offices.set_index("id")
    here = {"kinds": str(offices.loc["PO-00004", "kind"]), "regions": str(places.loc["PO-00004", "region"])}
    scope = {name: [here.get(name, "") if one == "HERE" else one for one in names]
             for name, names in terms.get("scope", {}).items()}  # fmt: skip
    text = (
        "from,to,technology,status,spent,spent_equipment,funder\nroot,PO-00004,leo,built,,100,World Bank\n"
        "root,PO-00005,leo,built,100,,Own money\nroot,PO-00006,leo,contracted,,,World Bank\n"
    )
    report = read_with_funders(country, text, [{**GIVER, **terms, "scope": scope}, STATED])
    told = [(each.code, each.row, each.severity, each.column) for each in report.problems if "funder-" in each.code]
    assert told == ([] if code is None else [(code, 2, "warning", "funder")])
    assert not [each for each in report.errors if each.file]  # a scope that names nothing is an error of its own
