"""``planner portfolio``: one budget over countries, in files, as JSON and in words."""

import csv
import itertools
import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from planner.cli.commands import app
from planner.errors import InputError
from planner.i18n import set_language
from planner.jobs import run_state
from planner.portfolio import load_portfolio
from planner.scenario import dump_scenario

EXAMPLE = Path(__file__).parents[2] / "scenarios/demo"
CURVES = {"North": [(100, 50), (300, 90), (600, 120)], "South": [(200, 160), (500, 300)], "East": [(150, 20)]}
"""Money in thousands and benefit of the plans of made-up frontiers; their ceilings lie a tenth above."""


@pytest.fixture(autouse=True)
def _english():
    yield
    set_language("en")


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def write_frontier_run(folder, plans, scenario, *, currency="USD", measure="programme_cost"):
    """Write what a run of ``planner frontier`` leaves, with plans as told."""
    folder.mkdir(parents=True)
    (folder / "scenario.yaml").write_text(dump_scenario(scenario), encoding="utf-8")
    points = [
        {
            "limit": 1000.0 * money,
            "spent": 1000.0 * money,
            "value": float(benefit),
            "bound": 1.1 * benefit,
            "gap": 0.1,
            "status": "feasible",
            "totals": {"offices_newly_connected": benefit // 10, "offices_upgraded": 1, "people": 2 * benefit},
        }
        for money, benefit in plans
    ]
    ceiling = [[0.0, 0.0], *([1000.0 * money, 1.1 * benefit] for money, benefit in plans)]
    stored = {
        "schema_version": 1,
        "scenario": {"currency": currency, "price_year": scenario.money.price_year, "hash": scenario.hash},
        "synthetic": True,
        "budget": {"name": "programme", "measure": measure, "connect_all": points[-1]["limit"]},
        "termination": "gap",
        "points": points,
        "ceiling": ceiling,
    }
    (folder / "frontier.json").write_text(json.dumps(stored), encoding="utf-8")
    return folder


@pytest.fixture
def portfolio(tmp_path, make):
    """Return what writes a portfolio of three countries, with changes to the file and to countries."""
    for name, plans in CURVES.items():
        write_frontier_run(tmp_path / name, plans, make["scenario"]())

    def write(changes=None, **of_countries):
        countries = [{"name": name, "run": name, **of_countries.get(name, {})} for name in CURVES]
        document = {"schema_version": 1, "name": "Three", "currency": "USD", "countries": countries, **(changes or {})}
        file = tmp_path / "portfolio.yaml"
        file.write_text(yaml.safe_dump(document), encoding="utf-8")
        return file

    return write


def combinations(budget, rate=1.0):
    """Yield the benefit of every combination of plans that thousands of money pay for."""
    for plans in itertools.product(*([(0, 0), *plans] for plans in CURVES.values())):
        money = [plan[0] * (rate if name == "South" else 1) for name, plan in zip(CURVES, plans, strict=True)]
        if sum(money) <= budget:
            yield sum(plan[1] for plan in plans)


def solved(file, tmp_path, *more, code=0):
    result = call("portfolio", file, "--out", tmp_path / "out", "--force", "--json", *more)
    assert result.exit_code == code, result.stdout + result.stderr
    stored = json.loads((tmp_path / "out/portfolio.json").read_text(encoding="utf-8"))
    assert stored == json.loads(result.stdout)
    return stored


@pytest.mark.parametrize("rate", [1.0, 0.25])
def test_each_budget_has_the_best_combination_and_a_ceiling_above_it(portfolio, tmp_path, rate, make):
    if rate != 1:
        folder = tmp_path / "elsewhere"
        write_frontier_run(folder, CURVES["South"], make["scenario"](), currency="XOF")
    south = {} if rate == 1 else {"run": "elsewhere", "rate": rate}
    amounts = [50_000, 200_000, 350_000, 700_000, 1_500_000]
    stored = solved(portfolio({"budgets": amounts}, South=south), tmp_path)
    assert [shared["budget"] for shared in stored["budgets"]] == amounts
    for shared in stored["budgets"]:
        assert shared["value"] == max(combinations(shared["budget"] / 1000, rate)) <= shared["bound"]
        assert shared["spent"] <= shared["budget"]
        assert shared["spent"] == sum(part["spent"] for part in shared["countries"])
        assert shared["offices"] == sum(part["offices"] for part in shared["countries"])
        assert shared["people"] == 2 * shared["value"]
        assert 0 <= shared["gap_of_countries"] <= shared["gap"]
    with (tmp_path / "out/portfolio.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    told = [part["spent"] for shared in stored["budgets"] for part in shared["countries"]]
    assert [float(row["spent"]) for row in rows] == told
    assert run_state(tmp_path / "out") == "done"


def test_what_the_next_money_brings(portfolio, tmp_path):
    (shared,) = solved(portfolio({"budgets": [200_000]}), tmp_path)["budgets"]
    parts = {part["name"]: part for part in shared["countries"]}
    assert [parts[name]["point"] for name in CURVES] == [None, 0, None]
    assert parts["North"]["next"]["people_per_1000"] == pytest.approx(2 * 50 / 100)
    assert parts["South"]["next"]["benefit_per_1000"] == pytest.approx(140 / 300)
    assert shared["next"] == "North"


def test_least_money_is_kept_and_what_is_not_spent_of_it_is_told(portfolio, tmp_path):
    (shared,) = solved(portfolio({"budgets": [340_000]}, East={"least": "40 %"}), tmp_path)["budgets"]
    east = shared["countries"][-1]
    assert (east["least"], east["spent"], east["kept_back"]) == (136_000, 0, 136_000)
    assert shared["spent"] + east["kept_back"] <= 340_000
    assert shared["value"] == 160
    (shared,) = solved(portfolio({"budgets": [350_000]}, South={"most": 199_999}), tmp_path)["budgets"]
    assert shared["value"] == 90, "South can get no plan"
    assert shared["bound"] >= 90


def test_least_beyond_what_a_country_can_use_is_what_it_can_use(portfolio, tmp_path):
    (shared,) = solved(portfolio({"budgets": [500_000]}, East={"least": 400_000}), tmp_path)["budgets"]
    east = shared["countries"][-1]
    assert (east["least"], east["spent"]) == (150_000, 150_000)


def test_least_that_exceeds_the_budget_is_a_conflict_with_the_least_change(portfolio, tmp_path):
    file = portfolio(
        {"budgets": [300_000, 1_500_000]}, North={"least": 100_000}, South={"least": 250_000}, East={"least": "25 %"}
    )
    low, high = solved(file, tmp_path, code=3)["budgets"]
    conflict = low["conflict"]
    assert low["status"] == "infeasible"
    assert high["status"] == "feasible"
    assert conflict["missing"] == 125_000
    # x = 100 + 250 + x / 4
    assert conflict["budget"] == pytest.approx(466_666.67, abs=0.02)
    assert conflict["instead"] == [["South", 250_000, 125_000]]
    assert solved(file, tmp_path, "--budget", conflict["budget"])["budgets"][0]["conflict"] is None
    assert solved(file, tmp_path, "--budget", conflict["budget"] - 0.02, code=3)
    spoken = call("portfolio", file, "--out", tmp_path / "out", "--force")
    assert spoken.exit_code == 3
    assert "USD 125,000.00 instead of USD 250,000.00" in spoken.stdout


@pytest.mark.parametrize(
    ("changes", "countries", "words"),
    [
        ({"budgets": []}, {}, "--budget"),
        ({"currency": "EUR", "budgets": [1]}, {}, "rate"),
        ({"budgets": [1]}, {"North": {"rate": 2.0}}, "rate"),
        ({"budgets": [1]}, {"North": {"run": "nowhere"}}, "planner frontier"),
        ({"budgets": [1]}, {"North": {"scenario": "x"}}, "run or scenario"),
        ({"budgets": [1]}, {"North": {"name": "South"}}, "more than once"),
        ({"budgets": [1]}, {"North": {"least": "120 %"}}, "share of the whole budget"),
        ({"budgets": [1000]}, {"North": {"least": 900, "most": "1 %"}}, "get more than it may"),
        ({"budgets": [1], "colour": "red"}, {}, "colour"),
        ({"budgets": [-5]}, {}, "budgets"),
    ],
)
def test_wrong_input_names_file_field_and_remedy(portfolio, tmp_path, changes, countries, words):
    result = call("portfolio", portfolio(changes, **countries), "--out", tmp_path / "out")
    assert result.exit_code == 2, result.stdout + result.stderr
    assert words in result.stderr


def test_countries_that_count_otherwise_are_not_added_up(portfolio, tmp_path, make):
    other = make["scenario"](benefit={"weights": {"schools": 1.0}})
    write_frontier_run(tmp_path / "schools", CURVES["East"], other)
    write_frontier_run(tmp_path / "capex", CURVES["East"], make["scenario"](), measure="capex")
    for run, word in (("schools", "benefit.weights"), ("capex", "measure")):
        result = call("portfolio", portfolio({"budgets": [1]}, East={"run": run}), "--out", tmp_path / run / "out")
        assert result.exit_code == 2
        assert word in result.stderr


def test_a_country_in_which_something_has_to_be_built_is_refused(portfolio, tmp_path, make):
    held = make["scenario"](limits={"must_connect": ["PO-1"], "floors": [{"share": 0.1}]})
    write_frontier_run(tmp_path / "held", CURVES["East"], held)
    asked = (portfolio({"budgets": [1]}, East={"run": "held"}), "--out", tmp_path / "out", "--json")
    result = call("portfolio", *asked)
    assert result.exit_code == 2
    problems = json.loads(result.stdout)["problems"]
    assert [problem["column"] for problem in problems] == ["limits.must_connect", "limits.floors"]
    file = tmp_path / "held/scenario.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    assert {problem["file"] for problem in problems} == {str(file)}
    assert lines[problems[0]["row"] - 1].strip() == "- PO-1"
    assert lines[problems[1]["row"] - 1].strip().startswith("- ")
    assert problems[0]["row"] < problems[1]["row"]


@pytest.mark.parametrize("content", ["[1]", "{}", '{"points": [], "scenario": {}}', "{"])
def test_what_is_no_frontier_is_told(portfolio, tmp_path, content):
    file = portfolio({"budgets": [1]})
    (tmp_path / "North/frontier.json").write_text(content, encoding="utf-8")
    result = call("portfolio", file, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "frontier.json" in result.stderr


def test_errors_keep_their_places_between_processes(tmp_path):
    import pickle

    file = tmp_path / "p.yaml"
    file.write_text("schema_version: 2\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_portfolio(file)
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.problems == caught.value.problems
    assert again.problems[0].row == 1


@pytest.mark.parametrize(("lang", "words"), [("en", ["Country", "At most"]), ("fr", ["Pays", "Au plus", "Écart"])])
def test_the_tables_speak_the_language(portfolio, tmp_path, lang, words):
    file = portfolio({"budgets": [200_000, 700_000]})
    result = call("portfolio", file, "--out", tmp_path / "out", "--lang", lang)
    assert result.exit_code == 0
    assert all(word in result.stdout for word in words), result.stdout


def test_frontiers_of_scenarios_are_found_once(tmp_path):
    """A second run keeps what the first has found, until the scenario or the number of budgets changes."""
    file = tmp_path / "p.yaml"
    countries = [{"name": "Île", "scenario": str(EXAMPLE)}]
    document = {"schema_version": 1, "name": "One", "currency": "USD", "countries": countries}
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    asked = ("--budget", 400_000, "--points", 3, "--gap", 0.3, "--workers", 1)
    first = solved(file, tmp_path, *asked)
    frontier = tmp_path / "out/countries/Île/frontier.json"
    stamp = frontier.stat().st_mtime_ns
    limits = [point["limit"] for point in json.loads(frontier.read_text(encoding="utf-8"))["points"]]
    assert [limit / limits[-1] for limit in limits] == pytest.approx([1 / 9, 4 / 9, 1], abs=1e-6)
    assert solved(file, tmp_path, *asked) == first
    assert frontier.stat().st_mtime_ns == stamp
    solved(file, tmp_path, *asked[:-4], "--gap", 0.4, "--workers", 1)
    assert frontier.stat().st_mtime_ns != stamp
