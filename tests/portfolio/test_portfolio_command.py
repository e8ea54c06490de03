"""``planner portfolio``: one budget over countries, in files, as JSON and in words."""

import csv
import itertools
import json
import os
import signal
import subprocess
import sys
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from typer.testing import CliRunner

import planner.portfolio
from planner.cli.commands import app
from planner.errors import InputError, Problem
from planner.i18n import set_language
from planner.jobs import executors, investing, read_events, run_folder, run_state
from planner.portfolio import load_portfolio
from planner.scenario import dump_scenario

EXAMPLE = Path(__file__).parents[2] / "scenarios/demo"
PATIENCE_S = 60
CURVES = {"North": [(100, 50), (300, 90), (600, 120)], "South": [(200, 160), (500, 300)], "East": [(150, 20)]}
"""Money in thousands and benefit of the plans of made-up frontiers; their ceilings lie a tenth above."""


@pytest.fixture(autouse=True)
def _english():
    yield
    set_language("en")


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def lines_of(text):
    """Return the text of a terminal with its lines broken nowhere."""
    return " ".join(text.split())


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
            "totals": {"offices_newly_connected": int(benefit // 10), "offices_upgraded": 1, "people": 2 * benefit},
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


def test_what_stays_unspent_pays_for_no_step_of_any_country(portfolio, tmp_path):
    """Every step there is, by the curves themselves; what a country has to get and does not spend is there for it."""
    amounts = [90_000, 150_000, 340_000, 350_000, 620_000, 1_000_000, 1_500_000]
    asked = portfolio({"budgets": amounts}, East={"least": "40 %"}, South={"most": 300_000})
    for shared in solved(asked, tmp_path)["budgets"]:
        parts = shared["countries"]
        assert shared["unspent"] == shared["budget"] - sum(part["spent"] + part["kept_back"] for part in parts)
        for part in parts:
            plans = [(0, 0), *CURVES[part["name"]]]
            now = plans[0 if part["point"] is None else part["point"] + 1]
            dearer = [(1000 * (cost - now[0]), gain - now[1]) for cost, gain in plans if cost > now[0]]
            allowed = [step for step in dearer if 1000 * now[0] + step[0] <= (part["most"] or step[0] * 1000)]
            free = shared["unspent"] + part["kept_back"]
            assert all(price > free for price, _gain in allowed)
            if allowed:
                price, gain = max(allowed, key=lambda step: step[1] / step[0])
                more = part["next"]
                assert (more["money"], more["benefit"], more["beyond_unspent"]) == (price, gain, price - free)
            assert part["no_next"] == (None if allowed else "most" if dearer else "dearest")


@pytest.mark.parametrize(
    "limits",
    [
        {},
        {"North": {"least": "30 %"}},
        {"South": {"most": "20 %"}},
        {"North": {"least": 40_000}, "South": {"least": 250_000}},
        {"North": {"least": "30 %"}, "South": {"most": "35 %"}, "East": {"most": 90_000}},
    ],
)
def test_the_ceiling_rises_as_that_of_a_budget_of_a_thousand_more(portfolio, tmp_path, limits):
    """Shares of the budget, and what the least money of others leaves, grow with it."""
    amounts = [x + more for x in (310_000, 450_000, 900_000, 5_000_000) for more in (0, 1_000)]
    budgets = solved(portfolio({"budgets": amounts}, **limits), tmp_path)["budgets"]
    for one, other in zip(budgets[::2], budgets[1::2], strict=True):
        assert one["ceiling_per_1000"] == pytest.approx(other["bound"] - one["bound"], abs=1e-8)
    assert budgets[0]["ceiling_per_1000"] > 0
    assert budgets[-1]["ceiling_per_1000"] == 0


def test_unspent_money_its_reason_and_the_next_step_are_told(portfolio, tmp_path):
    def told(budget, **countries):
        result = call("portfolio", portfolio({"budgets": [budget]}, **countries), "--out", tmp_path / "o", "--force")
        assert result.exit_code == 0, result.output
        return result.stdout

    # 300,000 for North and South; South's next plan takes 300,000 more.
    said = told(350_000)
    assert "USD 50,000 stays unspent: it pays for no dearer plan that a country may get and that brings more" in said
    assert (
        "benefit in South: USD 300,000 more for 280 more people, 0.9333 of each 1,000. Of that, USD 50,000 is" in said
    )
    assert "unspent: USD 250,000 more is needed." in said
    assert "has a dash" not in said
    assert "stays unspent" not in told(300_000)
    # East keeps 136,000 of the 150,000 that its plan takes; 4,000 are left beside South's 200,000.
    said = told(340_000, East={"least": "40 %"}, South={"most": "60 %"}, North={"most": 0})
    assert "Of that, USD 140,000 is there, unspent or kept back for East: USD 10,000 more is needed." in said
    assert "“People per 1,000 more” has a dash where every dearer plan exceeds what the country may get" in said
    assert "at most: North, South." in said
    said = told(1_500_000)
    assert "USD 250,000 stays unspent: no dearer plan that brings more is known of any country." in said
    assert "has a dash where no dearer plan that brings more is known: North, South, East." in said
    said = told(1_500_000, South={"most": 300_000})
    assert "USD 550,000 stays unspent: every dearer plan that brings more exceeds what its country may get" in said


def test_a_choice_that_is_not_proven_best_claims_less(portfolio, tmp_path, monkeypatch):
    proven = planner.portfolio.allocate
    monkeypatch.setattr(planner.portfolio, "allocate", lambda *asked: replace(proven(*asked), best_known=False))
    result = call("portfolio", portfolio({"budgets": [350_000]}), "--out", tmp_path / "out")
    assert "USD 50,000 stays unspent in the best choice of the known plans that was found; another" in result.stdout
    assert "no other allowed choice" not in result.stdout


def test_the_terminal_says_what_benefit_counts(portfolio, tmp_path, make):
    for weights, words in (
        ({"people_underserved": 1.0}, "Benefit counts underserved people within reach;"),
        ({"people_underserved": 1.0, "rural": 50.0}, "Benefit counts underserved people within reach, rural × 50;"),
    ):
        scenario = make["scenario"](benefit={"weights": weights})
        file = portfolio({"budgets": [350_000]})
        for name in CURVES:
            (tmp_path / name / "scenario.yaml").write_text(dump_scenario(scenario), encoding="utf-8")
        assert words in call("portfolio", file, "--out", tmp_path / "out", "--force").stdout


def test_a_folder_without_a_plan_says_what_it_is_and_how_to_come_to_one(portfolio, tmp_path):
    solved(portfolio({"budgets": [350_000]}), tmp_path)
    for folder, what, field in (("out", "This is a portfolio", "limit_own"), ("North", "This is a frontier", "limit ")):
        for command in (("verify",), ("export", "--to", "kmz")):
            result = call(*command, tmp_path / folder)
            assert result.exit_code == 2
            assert what in result.stderr
            assert field in result.stderr
            assert "planner solve SCENARIO --budget" in result.stderr


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
        (
            {"budgets": [1000]},
            {"North": {"least": 900, "most": "1 %"}},
            "would have to get 900 at least, and may get less",
        ),
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
    equal = call("frontier", EXAMPLE, "--points", 3, "--gap", 0.3, "--out", frontier.parent, "--force")
    assert equal.exit_code == 0, equal.output
    assert solved(file, tmp_path, *asked) == first, "equal steps are not those that were asked for"
    stamp = frontier.stat().st_mtime_ns
    solved(file, tmp_path, *asked[:-4], "--gap", 0.4, "--workers", 1)
    assert frontier.stat().st_mtime_ns != stamp


def test_no_larger_budget_is_said_to_do_that_would_not(portfolio, tmp_path):
    """By the budget that keeps up with the least money North would have to get more than it may."""
    file = portfolio({"budgets": [300_000]}, North={"least": "25 %", "most": 80_000}, South={"least": 250_000})
    (shared,) = solved(file, tmp_path, code=3)["budgets"]
    assert shared["conflict"]["budget"] is None
    assert shared["conflict"]["instead"] == [["North", 75_000, 50_000], ["South", 250_000, 225_000]]
    # x = 250 + x / 4
    for budget in (333_334, 500_000, 2_000_000):
        refused = call("portfolio", file, "--out", tmp_path / "out", "--force", "--budget", budget)
        assert refused.exit_code == 2
        assert "and may get less" in " ".join(refused.stderr.split())
    spoken = call("portfolio", file, "--out", tmp_path / "out", "--force")
    assert "No larger budget would do" in spoken.stdout
    assert "USD 225,000.00 instead of USD 250,000.00" in spoken.stdout


@pytest.fixture
def searched(tmp_path, make, monkeypatch):
    """Return a maker of a portfolio of scenarios, whose frontiers a function finds; and those that were begun."""
    scenario, begun = make["scenario"](), []
    (tmp_path / "scenario.yaml").write_text(dump_scenario(scenario), encoding="utf-8")
    inputs = {"scenario_file": str(tmp_path / "scenario.yaml"), "data_root": None, "files": [], "prices": "x"}

    def find(file, folder, *, points, within, **_more):
        begun.append(folder.name)
        name = folder.name.partition("-")[0]
        ending = endings.get(name, "gap")
        if callable(ending):
            ending(within)
        with run_folder(folder) as journal:
            write_frontier_run(folder / "found", CURVES.get(name, CURVES["North"]), scenario)
            for made in ("scenario.yaml", "frontier.json"):
                (folder / "found" / made).rename(folder / made)
            (folder / "inputs.json").write_text(json.dumps(inputs), encoding="utf-8")
            journal.note("done")
        return SimpleNamespace(termination=ending)

    monkeypatch.setattr(investing, "frontier_run", find)
    endings = {}

    def asked(names, **how):
        endings.update(how)
        countries = [{"name": name, "scenario": "scenario.yaml"} for name in names]
        document = {"schema_version": 1, "name": "Some", "currency": "USD", "countries": countries, "budgets": [10**6]}
        file = tmp_path / "some.yaml"
        file.write_text(yaml.safe_dump(document), encoding="utf-8")
        return file

    return asked, begun


@pytest.mark.parametrize(
    "names", [["Congo (Rep.)", "Congo, Rep."], ["Mali", "MALI"], ["É", "E\N{COMBINING ACUTE ACCENT}"]]
)
def test_no_two_countries_share_a_folder(searched, tmp_path, names):
    """Whatever the disk: one that takes capitals for small letters, or composed letters for others."""
    asked, begun = searched
    result = call("portfolio", asked(names), "--workers", 1, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert len({unicodedata.normalize("NFC", name).casefold() for name in begun}) == 2
    stored = json.loads((tmp_path / "out/portfolio.json").read_text(encoding="utf-8"))
    assert len({Path(country["run"]).name for country in stored["countries"]}) == 2
    first = [country["run"] for country in stored["countries"]]
    result = call("portfolio", asked(names[::-1]), "--workers", 1, "--out", tmp_path / "again")
    again = json.loads((tmp_path / "again/portfolio.json").read_text(encoding="utf-8"))["countries"]
    assert [Path(country["run"]).name for country in again] == [Path(run).name for run in first[::-1]]


def failing(_run_dir):
    raise InputError(Problem("no-plan", "no such office", file="offices.csv"))


def test_after_the_fault_of_one_country_no_other_is_begun(searched, tmp_path):
    asked, begun = searched
    file = asked(["North", "South", "East"], South=failing)
    result = call("portfolio", file, "--workers", 1, "--out", tmp_path / "out", "--json")
    assert result.exit_code == 2
    assert [problem["file"] for problem in json.loads(result.stdout)["problems"]] == ["offices.csv"]
    assert begun == ["North", "South"]


def test_the_fault_of_one_country_is_told_while_another_is_at_work(searched, tmp_path, monkeypatch):
    """Whoever is at work is told to end; only then is the fault told."""
    monkeypatch.setattr(executors, "new_executor", ThreadPoolExecutor)
    told = []

    def patient(run_dir):
        begun = time.monotonic()
        while not (run_dir / "cancel").exists() and time.monotonic() < begun + PATIENCE_S:
            time.sleep(0.05)
        told.append(time.monotonic() - begun)

    asked, _begun = searched
    file = asked(["North", "South", "East"], North=patient, South=failing)
    result = call("portfolio", file, "--workers", 2, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "no such office" in result.stderr
    assert len(told) == 1
    assert told[0] < PATIENCE_S / 2


def test_once_one_country_is_cancelled_no_other_is_begun(searched, tmp_path):
    """Ctrl-C is heard by the search that is at work in this process."""
    asked, begun = searched
    file = asked(["North", "South", "East"], South="cancelled")
    result = call("portfolio", file, "--workers", 1, "--out", tmp_path / "out")
    assert result.exit_code == 4
    assert begun == ["North", "South"]
    told = [event["share"] for event in read_events(tmp_path / "out") if event["phase"] == "links"]
    assert told == [0, pytest.approx(1 / 3)], "as they end"
    assert run_state(tmp_path / "out") == "cancelled"


def test_a_process_that_is_lost_is_no_internal_error(searched, tmp_path):
    def lost(_run_dir):
        raise BrokenProcessPool("a child process terminated abruptly")

    asked, _begun = searched
    result = call("portfolio", asked(["North", "South"], South=lost), "--workers", 1, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "Internal error" not in result.stderr
    assert "fewer workers" in " ".join(result.stderr.split())


def test_a_process_that_is_killed_ends_the_portfolio(tmp_path, monkeypatch):
    """The other one is at work for a minute yet, and hears of it."""
    countries = [{"name": name, "scenario": str(EXAMPLE)} for name in ("North", "South")]
    document = {"schema_version": 1, "name": "Two", "currency": "USD", "countries": countries, "budgets": [400_000]}
    (tmp_path / "p.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    asked = ("--workers", "2", "--points", "3", "--gap", "0", "--time-limit", "600", "--out", str(tmp_path / "out"))
    command = [sys.executable, "-m", "planner", "portfolio", str(tmp_path / "p.yaml"), *asked]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        folders = [tmp_path / "out/countries" / name for name in ("North", "South")]
        deadline = time.monotonic() + 2 * PATIENCE_S
        while not all(any(event["phase"] == "solve" for event in read_events(folder)) for folder in folders):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        os.kill(read_events(folders[0])[-1]["pid"], signal.SIGKILL)
        _out, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert "fewer workers" in said
    assert run_state(tmp_path / "out") == "failed"


@pytest.mark.parametrize(
    ("changes", "of_east", "words"),
    [
        ({"currency": "EUR"}, {"rate": 0.9}, "East"),
        ({}, {"run": "schools"}, "benefit.weights"),
        ({}, {"run": "capex"}, "measure"),
    ],
)
def test_what_cannot_be_added_up_is_told_before_anything_is_searched(searched, tmp_path, make, changes, of_east, words):
    """North is still to be searched; what East's frontier reckons in is known."""
    write_frontier_run(tmp_path / "schools", CURVES["East"], make["scenario"](benefit={"weights": {"schools": 1.0}}))
    write_frontier_run(tmp_path / "capex", CURVES["East"], make["scenario"](), measure="capex")
    write_frontier_run(tmp_path / "kenya", CURVES["East"], make["scenario"](), currency="KES")
    countries = [{"name": "North", "scenario": "scenario.yaml", "rate": 0.9 if changes else 1.0}]
    countries.append({"name": "East", "run": "kenya", **of_east} | ({"rate": None} if changes else {}))
    document = {
        "schema_version": 1,
        "name": "Two",
        "currency": "USD",
        "countries": countries,
        "budgets": [1],
        **changes,
    }
    (tmp_path / "two.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    _asked, begun = searched
    result = call("portfolio", tmp_path / "two.yaml", "--out", tmp_path / "out")
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert begun == []
    assert not (tmp_path / "out").exists()


def test_the_users_own_portfolio_file_is_never_written_over(portfolio, tmp_path):
    file = portfolio({"budgets": [200_000]})
    before = file.read_text(encoding="utf-8")
    for force in ((), ("--force",)):
        result = call("portfolio", file, "--out", tmp_path, *force)
        assert result.exit_code == 2
        assert "portfolio.yaml" in result.stderr
        assert file.read_text(encoding="utf-8") == before


MONEY = {"budget", "missing", "spent", "unspent", "kept_back", "least", "most", "limit_own", "spent_own", "connect_all"}
MONEY |= {"money", "beyond_unspent"}


def money_in(document):
    """Yield every amount of money of a portfolio."""
    for key, value in document.items() if isinstance(document, dict) else enumerate(document):
        if isinstance(value, dict | list):
            yield from money_in(value)
        elif (isinstance(key, int) or key in MONEY) and isinstance(value, float):
            yield value


def test_money_is_whole_cents_and_benefits_are_added_up_without_the_last_digits_of_floats(portfolio, tmp_path, make):
    write_frontier_run(tmp_path / "tenth", [(75.56599, 0.1), (99.99999, 0.4)], make["scenario"]())
    write_frontier_run(tmp_path / "fifth", [(0.07, 0.2)], make["scenario"]())
    write_frontier_run(tmp_path / "third", [(33333.33, 0.3)], make["scenario"](), currency="XOF")
    runs = {"North": {"run": "tenth"}, "South": {"run": "fifth", "least": "3.3 %"}}
    file = portfolio({"budgets": [75_700.1, 75_700.2, 2]}, **runs, East={"run": "third", "rate": 0.0000019})
    stored = solved(file, tmp_path)
    assert list(money_in(stored)) == [round(money, 2) for money in money_in(stored)]
    shared = stored["budgets"][-1]
    # 33,333,330 · 0.0000019 = 63.333327, rounded up to the cent
    assert [part["spent"] for part in shared["countries"]] == [75_565.99, 70.0, 63.34]
    assert shared["spent"] == 75_699.33
    assert shared["value"] == 0.6
    assert shared["countries"][0]["next"]["benefit"] == 0.3


def test_a_budget_may_be_a_share_of_what_connecting_everyone_costs(portfolio, tmp_path, make):
    """North's dearest plan takes 600,000, South's 500,000, East's 150,000 at 0.5: 1,175,000."""
    write_frontier_run(tmp_path / "elsewhere", CURVES["East"], make["scenario"](), currency="XOF")
    file = portfolio({"budgets": ["20 %", 500_000]}, East={"run": "elsewhere", "rate": 0.5})
    shared, amount = solved(file, tmp_path)["budgets"]
    assert (shared["budget"], shared["share"]) == (235_000, 0.2)
    assert (amount["budget"], amount["share"]) == (500_000, None)
    asked = ("--budget", "100%", "--budget", "12,5 %", "--budget", "1175000")
    low, high = solved(file, tmp_path, *asked)["budgets"]
    assert (low["budget"], low["share"]) == (146_875, 0.125)
    assert (high["budget"], high["share"]) == (1_175_000, 1)
    assert high["spent"] == 1_175_000
    said = call("portfolio", file, "--out", tmp_path / "out", "--force", "--budget", "20%", "--budget", "12.5%").stdout
    assert "Budget: USD 235,000 (20 % of what connecting all offices costs)" in said.replace("\N{NO-BREAK SPACE}", " ")
    assert "Budget: USD 146,875 (12.50 % of what connecting all offices costs)" in said.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    small = call("portfolio", file, "--out", tmp_path / "small", "--budget", "0.00005%", "--lang", "fr").stdout
    assert "1 USD (0,000050 % du coût" in small.replace("\N{NO-BREAK SPACE}", " ")
    again = call("portfolio", tmp_path / "small/portfolio.yaml", "--out", tmp_path / "again", "--json")
    assert json.loads(again.stdout)["budgets"][0]["budget"] == 0.59


def test_a_budget_that_cannot_be_counted_in_cents_is_refused(portfolio, tmp_path):
    """Before anything is searched; a share once it is known what of."""
    counted = ((0.001, "less than a cent"), (1e16, "at most 1,000,000,000,000,000"), (1e300, "at most 1,0"))
    late = (("0.0000001 %", "less than a cent"),)
    for budget, words in counted + late:
        option = "--budget" if isinstance(budget, float) else "budgets[0]"
        for written, said in ([500, budget], ()), ([500], ("--budget", budget)):
            file = portfolio({"budgets": written})
            row = file.read_text(encoding="utf-8").splitlines().index("budgets:") + 3
            place = (None, None, option) if said else (str(file), row, "budgets[1]")
            result = call("portfolio", file, "--out", tmp_path / "out", "--force", "--json", *said)
            assert result.exit_code == 2, result.output
            (problem,) = json.loads(result.stdout)["problems"]
            assert words in problem["message"]
            assert (problem["file"], problem["row"], problem["column"], problem["value"]) == (*place, str(budget))
            assert problem["remedy"]


def test_least_and_most_are_money_that_can_be_counted(portfolio, tmp_path):
    result = call(
        "portfolio", portfolio({"budgets": [500]}, North={"most": 1e307}), "--out", tmp_path / "out", "--json"
    )
    assert result.exit_code == 2, result.output
    (problem,) = json.loads(result.stdout)["problems"]
    assert problem["column"] == "countries[0].most"
    assert "at most 1,000,000,000,000,000" in problem["message"]


@pytest.mark.parametrize("rate", [1e12, 1e-12])
def test_a_rate_at_which_plans_cost_what_nobody_can_mean_is_refused(portfolio, tmp_path, make, rate):
    write_frontier_run(tmp_path / "far", CURVES["East"], make["scenario"](), currency="XOF")
    file = portfolio({"budgets": [500]}, East={"run": "far", "rate": rate})
    result = call("portfolio", file, "--out", tmp_path / "out", "--json")
    assert result.exit_code == 2, result.output
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["file"], problem["column"], problem["value"]) == (str(file), "countries[2].rate", f"{rate:g}")
    assert "one XOF is worth in USD" in problem["remedy"]


def test_a_budget_that_cannot_be_shared_out_has_its_rows(portfolio, tmp_path):
    solved(portfolio({"budgets": [1_000, 500_000]}, North={"least": 2_000}), tmp_path, code=3)
    with (tmp_path / "out/portfolio.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    told = [(float(row["budget"]), row["country"], row["status"]) for row in rows]
    ends = {1_000: "infeasible", 500_000: "feasible"}
    assert told == [(budget, name, ends[budget]) for budget in ends for name in CURVES]
    assert {row[key] for row in rows[:3] for key in row} - {"1000.0", "infeasible", *CURVES} == {""}
    assert all(row["spent"] and row["people"] for row in rows[3:])


def test_the_same_currency_has_no_source_of_a_rate(portfolio, tmp_path, make):
    for name in ("kenya", "again"):
        write_frontier_run(tmp_path / name, CURVES["East"], make["scenario"](), currency="KES")
    said = {"run": "kenya", "rate": 0.0077, "rate_source": "central bank"}
    file = portfolio({"budgets": [500_000]}, South={"run": "again", "rate": 0.0077}, East=said)
    rates = solved(file, tmp_path)["rates"]
    assert {name: rate["source"] for name, rate in rates.items()} == {
        "North": None,
        "South": "user",
        "East": "central bank",
    }


def test_the_runs_own_portfolio_file_leads_to_the_same_countries(portfolio, tmp_path, make):
    """From the run's folder, which lies elsewhere; with the budgets that the command line said."""
    write_frontier_run(tmp_path / "far/elsewhere", CURVES["East"], make["scenario"](), currency="XOF")
    east = {"run": str(tmp_path / "far/elsewhere"), "rate": 0.5, "rate_source": "bank", "least": "5 %", "most": 10**6}
    file = portfolio(East=east)
    deep = tmp_path / "deep/er/run"
    first = call("portfolio", file, "--budget", "40%", "--budget", "1000000", "--out", deep, "--json")
    assert first.exit_code == 0, first.stderr
    again = call("portfolio", deep / "portfolio.yaml", "--out", tmp_path / "again", "--json")
    assert again.exit_code == 0, again.stderr
    told = [json.loads(result.stdout) for result in (first, again)]
    for document in told:
        for country in (*document["countries"], *(part for each in document["budgets"] for part in each["countries"])):
            country["run"] = str(Path(country["run"]).resolve())
    assert told[0] == told[1]
    paths = [country["run"] for country in yaml.safe_load((deep / "portfolio.yaml").read_text("utf-8"))["countries"]]
    assert paths == ["../../../North", "../../../South", str(tmp_path / "far/elsewhere")]


def test_faults_of_a_country_name_the_portfolio_its_line_and_the_country(portfolio, tmp_path, make):
    held = make["scenario"](limits={"must_connect": ["PO-1"]})
    write_frontier_run(tmp_path / "held", CURVES["East"], held)
    write_frontier_run(tmp_path / "kenya", CURVES["East"], make["scenario"](), currency="KES")
    file = tmp_path / "p.yaml"
    countries = (
        "{name: Lost, scenario: ../nowhere}",
        "{name: Gone, run: norun}",
        "{name: Rated, run: North, rate: 2}",
        "{name: Dear, run: kenya}",
        "{name: Held, run: held}",
    )
    head = "schema_version: 1\nname: Bad\ncurrency: USD\nbudgets: [1]\ncountries:\n"
    file.write_text(head + "".join(f"  - {country}\n" for country in countries), encoding="utf-8")
    result = call("portfolio", file, "--out", tmp_path / "out", "--json")
    assert result.exit_code == 2
    problems = json.loads(result.stdout)["problems"]
    told = [(each["file"], each["row"], each["column"], each["value"]) for each in problems]
    assert told[:4] == [
        (str(file), 6, "countries[0].scenario", "../nowhere"),
        (str(file), 7, "countries[1].run", "norun"),
        (str(file), 8, "countries[2].rate", "2"),
        (str(file), 9, "countries[3].rate", None),
    ]
    names = ["“Lost”", "“Gone”", "“Rated”", "“Dear”", f"“Held” ({file}, line 10, field countries[4])"]
    assert all(name in each["message"] for name, each in zip(names, problems, strict=True)), problems
    assert "planner new" not in problems[0]["remedy"]
    assert "starts from the portfolio file" in problems[0]["remedy"]
    assert told[4][::2] == (str(tmp_path / "held/scenario.yaml"), "limits.must_connect")


def test_least_and_most_that_cross_name_their_line(portfolio, tmp_path):
    file = portfolio({"budgets": [1000]}, South={"least": 900, "most": "1 %"})
    result = call("portfolio", file, "--out", tmp_path / "out", "--json")
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["file"], problem["column"]) == (str(file), "countries[1].most")
    assert file.read_text(encoding="utf-8").splitlines()[problem["row"] - 1].strip() == "most: 1 %"
    assert problem["value"] == "1 %"


def test_a_fault_in_the_search_of_a_country_names_it(searched, tmp_path):
    asked, _begun = searched
    file = asked(["North", "South"], South=failing)
    result = call("portfolio", file, "--workers", 1, "--out", tmp_path / "out", "--json")
    (problem,) = json.loads(result.stdout)["problems"]
    row = next(k for k, line in enumerate(file.read_text("utf-8").splitlines(), 1) if "name: South" in line)
    assert problem["file"] == "offices.csv"
    assert problem["message"] == f"“South” ({file}, line {row}, field countries[1]): no such office"


@pytest.mark.parametrize("share", ["120%", "0 %"])
@pytest.mark.parametrize(
    "command",
    [("portfolio", "--budget"), ("sweep", "--budget"), ("years", "--limit"), ("solve", "--budget", "programme=")],
)
def test_a_share_of_more_than_all_is_told_its_bounds(portfolio, tmp_path, monkeypatch, command, share):
    monkeypatch.chdir(tmp_path)  # where a run would lie, if it began
    name, option, *before = command
    subject = portfolio() if name == "portfolio" else EXAMPLE
    result = call(name, subject, option, "".join([*before, share]))
    assert result.exit_code == 2
    assert "more than 0 % and at most 100 %" in lines_of(result.stderr)
    assert "such as" not in lines_of(result.stderr)
    if name != "solve":  # a field of the scenario, whose help is told
        assert "Say a share above 0 % and up to 100 %" in lines_of(result.stderr)
