"""What people read: the verdict first, nothing cut at 80 columns, remedies that help."""

import json
import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from planner.cli.commands import app
from planner.i18n import set_language
from planner.scenario import load_scenario

EXAMPLE = Path(__file__).parents[2] / "scenarios/demo"


@pytest.fixture(autouse=True)
def _english():
    yield
    set_language("en")


def call(*arguments, **env):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env=env)


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "example"
    assert call("solve", EXAMPLE, "--out", folder, "--gap", "0.1", "--quiet").exit_code == 0
    return folder


@pytest.fixture(scope="module")
def theirs(run_dir):
    """Return a table of all satellite offices of the plan, and one row that means nothing."""
    plan = json.loads((run_dir / "plan.json").read_text())
    rows = [f"{office['id']};LEO" for office in plan["offices"] if office["technology"] == "leo"]
    assert rows
    (run_dir.parent / "theirs.csv").write_text("\n".join(["Bureau;Technologie", *rows, "nobody;LEO"]) + "\n")
    return run_dir.parent / "theirs.csv", len(rows)


def test_check_puts_verdict_and_problems_first_and_prices_behind_an_option(tmp_path):
    assert call("new", tmp_path / "country").exit_code == 0
    plain = call("check", tmp_path / "country").stdout.splitlines()
    assert plain[0].startswith("1 error stops the run. 3 rows")
    assert plain[1].startswith("error: terrain.tif")
    assert plain[3].startswith("warning: offices.csv, row 2")
    assert "--prices" in plain[-1]
    with_prices = call("check", tmp_path / "country", "--prices").stdout
    (count,) = re.findall(r"^(\d+) prices", plain[-1])
    listed = with_prices[with_prices.index("Prices and rates in force") :].splitlines()
    assert len([line for line in listed if line]) == 1 + int(count), "a title, one line each"
    document = json.loads(call("check", tmp_path / "country", "--json").stdout)
    assert len(document["prices"]) == int(count)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_nothing_is_cut_at_80_columns(run_dir, theirs, tmp_path, lang):
    plan = json.loads((run_dir / "plan.json").read_text())
    inside = max(plan["offices"], key=lambda office: office["hops"] or 0)["id"]
    outside = next(office["id"] for office in plan["offices"] if not office["connected"])
    calls = {
        "check": ("check", EXAMPLE, "--prices"),
        "links": ("links", EXAMPLE),
        "solve": ("solve", EXAMPLE, "--gap", "0.1", "--out", tmp_path / "run"),
        "verify": ("verify", run_dir),
        "explain": ("explain", run_dir, inside),
        "explain outside": ("explain", run_dir, outside),
        "evaluate": ("evaluate", EXAMPLE, theirs[0], "--out", tmp_path / "evaluated"),
        "wrong": ("solve", EXAMPLE, "--budget", "nobody=5"),
    }
    for name, arguments in calls.items():
        narrow, wide = (call(*arguments, "--lang", lang, *more, COLUMNS=columns) for columns, more in (
            ("80", ()), ("10000", ("--force",) if "--out" in arguments else ())
        ))  # fmt: skip
        for line in (*narrow.stdout.splitlines(), *narrow.stderr.splitlines()):
            # Only what nobody can break, such as the path of a temporary folder, may be longer.
            assert cell_len(line) <= 80 or " " not in line.strip(), (name, line)
        assert "…" not in narrow.stdout.replace("… and", "").replace("… et", ""), name
        if name not in {"solve", "evaluate"}:  # a search may end elsewhere the second time
            assert sorted(narrow.stdout.split()) == sorted(wide.stdout.split()), name


def test_verify_ends_with_its_verdict(run_dir, tmp_path):
    result = call("verify", run_dir)
    assert result.stdout.splitlines()[-1].startswith("The plan holds: all ")
    assert json.loads(call("verify", run_dir, "--json").stdout)["holds"] is True
    for name in ("scenario.yaml", "inputs.json"):
        (tmp_path / name).write_text((run_dir / name).read_text())
    plan = json.loads((run_dir / "plan.json").read_text())
    plan["totals"]["people_total"] += 1
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    result = call("verify", tmp_path)
    assert result.exit_code == 1
    assert re.match(r"The plan does not hold: 1 of [\d,]+ checks differs\.", result.stdout.splitlines()[-1])
    assert json.loads(call("verify", tmp_path, "--json").stdout)["holds"] is False


def test_evaluate_says_first_what_it_refused_and_names_the_scenarios_budget(run_dir, theirs, tmp_path, monkeypatch):
    table, priced = theirs
    monkeypatch.chdir(tmp_path)
    result = call("evaluate", EXAMPLE, table)
    assert result.exit_code == 0, result.stderr
    first, second, third, *_rest = result.stdout.splitlines()
    assert f"{priced} office" in first
    assert "1 row was refused" in first
    limit = json.loads((run_dir / "plan.json").read_text())["budgets"][0]["limit"]
    assert "within the scenario's own budget “programme”" in second
    assert f"USD {limit:,.0f}" in second
    assert third.startswith("Its benefit: ")
    assert "excluded: " in result.stdout
    assert "column Bureau, value “nobody”" in result.stdout
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder.name.startswith("theirs-evaluated-")
    assert {"plan.json", "same-money"} <= {path.name for path in folder.iterdir()}


def test_evaluate_takes_a_time_limit_of_its_own(theirs, tmp_path):
    result = call("evaluate", EXAMPLE, theirs[0], "--time-limit", "0.25", "--out", tmp_path / "run", "--json")
    assert result.exit_code == 0, result.stderr
    for folder in (tmp_path / "run", tmp_path / "run/same-money"):
        assert load_scenario(folder).solver.time_limit_s == 0.25


def test_a_budget_that_the_scenario_does_not_have_is_told_with_those_it_has(tmp_path):
    result = call("solve", EXAMPLE, "--budget", "program=5", "--out", tmp_path / "run")
    assert result.exit_code == 2
    assert "“program”" in result.stderr
    assert "Its budgets: programme." in result.stderr


def test_a_budget_below_the_cheapest_office_says_what_that_costs(run_dir, tmp_path):
    plan = json.loads((run_dir / "plan.json").read_text())
    cheapest = min(
        (rule["cheapest"] for rule in plan["baselines"] if rule["cheapest"]), key=lambda one: one["programme_cost"]
    )
    below = cheapest["programme_cost"] - 0.01
    result = call("solve", EXAMPLE, "--budget", f"programme={below}", "--out", tmp_path / "below")
    assert result.exit_code == 0
    assert "This plan is worth nothing" in result.stdout
    (name,) = (office["name"] for office in plan["offices"] if office["id"] == cheapest["office"])
    told = f"the cheapest, {name} ({cheapest['office']}), costs USD {cheapest['programme_cost']:,.2f} (programme cost)"
    assert told in result.stdout
    assert "times as much" not in result.stdout
    enough = call("solve", EXAMPLE, "--budget", f"programme={below + 0.01}", "--out", tmp_path / "enough", "--json")
    totals = json.loads(enough.stdout)["totals"]
    assert totals["offices_newly_connected"] + totals["offices_upgraded"] == 1


@pytest.mark.parametrize("amount", ["150 000", "150000,00", "150.000,00", "150,000.00", "1.5e5"])
def test_a_budget_is_written_as_people_write_amounts(tmp_path, amount):
    result = call("solve", EXAMPLE, "--budget", f"programme={amount}", "--out", tmp_path, "--gap", "0.5", "--json")
    assert json.loads(result.stdout)["budgets"][0]["limit"] == 150_000


def test_an_amount_that_could_be_either_is_none(tmp_path):
    result = call("solve", EXAMPLE, "--budget", "programme=150,000", "--out", tmp_path)
    assert result.exit_code == 2
    assert "150,000" in result.stderr


def test_a_table_that_is_none_leaves_no_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text("a;b\n1;2\n")
    result = call("evaluate", EXAMPLE, "table.csv")
    assert result.exit_code == 2
    assert "the file has: a, b" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_the_language_may_stand_before_the_command(tmp_path):
    before, behind = call("--lang", "fr", "check", tmp_path), call("check", tmp_path, "--lang", "fr")
    assert before.exit_code == behind.exit_code == 2
    assert before.stdout == behind.stdout
    assert "Rien" not in before.stdout
    assert "erreur" in before.stdout
    assert call("--lang", "tlh", "check", tmp_path).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        (("check", EXAMPLE, "--lang", "tlh"), "option --lang"),
        (("solve", EXAMPLE, "--budget", "nobody=5"), "field budgets.nobody"),
        (("solve", EXAMPLE, "--budget", "programme=much"), "field budgets[0].limit"),
        (("verify", "nowhere"), "nowhere/plan.json: There is no plan here."),
    ],
)
def test_what_is_no_column_is_not_called_one(arguments, place):
    assert place in call(*arguments).stderr.replace("\\", "/")


def test_new_where_nothing_can_be_written_is_an_input_error(tmp_path):
    (tmp_path / "file").write_text("mine")
    result = call("new", tmp_path / "file")
    assert result.exit_code == 2
    assert str(tmp_path / "file") in result.stderr
    assert "Choose a folder" in result.stderr
