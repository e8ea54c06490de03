"""The commands of the contract: what they print, where, and with which exit code."""

import json
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

import planner.links
import planner.pipeline
from planner.catalogue import itu_maps
from planner.cli.commands import app
from planner.errors import InputError, Problem
from planner.i18n import set_language
from planner.jobs import run_state
from planner.plan.verify import basis

EXAMPLE = Path(__file__).parents[2] / "scenarios/demo"


@pytest.fixture(autouse=True)
def _english():
    yield
    set_language("en")


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "example"
    result = call("solve", EXAMPLE, "--out", folder, "--gap", "0.1", "--quiet")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    return folder


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_help_names_every_command_of_this_version():
    shown = call("--help").stdout
    assert all(
        name in shown
        for name in ("demo", "new", "check", "links", "solve", "frontier", "verify", "evaluate", "explain", "app")
    )


@pytest.mark.parametrize(("lang", "word"), [("en", "Find the plan"), ("fr", "Trouver le plan")])
def test_help_speaks_the_language(lang, word):
    command = [sys.executable, "-m", "planner", "solve", "--help", "--lang", lang]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "160"})
    assert word in shown.stdout


def test_json_is_one_document_and_nothing_else(run_dir, tmp_path):
    documents = {
        "check": call("check", EXAMPLE, "--json"),
        "links": call("links", EXAMPLE, "--json"),
        "solve": call("solve", EXAMPLE, "--json", "--gap", "0.1", "--out", tmp_path / "run"),
        "verify": call("verify", run_dir, "--json"),
    }
    for name, result in documents.items():
        assert result.exit_code == 0, (name, result.stderr)
        documents[name] = json.loads(result.stdout)
    assert documents["check"]["problems"] == []
    assert documents["check"]["prices"], "every price in force is listed"
    assert documents["links"]["options"] == sum(documents["links"]["by_technology"].values())
    assert documents["solve"] == json.loads((tmp_path / "run/plan.json").read_text())


def test_a_budget_on_the_command_line_binds(tmp_path):
    result = call("solve", EXAMPLE, "--budget", "programme=150000", "--json", "--out", tmp_path / "run", "--gap", "0.1")
    (budget,) = json.loads(result.stdout)["budgets"]
    assert budget["limit"] == 150000
    assert budget["spent"] <= 150000


def test_a_weight_on_the_command_line_is_one_of_the_benefit(tmp_path):
    result = call("solve", EXAMPLE, "--weight", "people_underserved=2", "--json", "--out", tmp_path, "--gap", "0.1")
    document = json.loads(result.stdout)
    (column,) = document["benefit_index"]["columns"]
    assert (column["column"], column["weight"]) == ("people_underserved", 2.0)
    assert column["gained"] == pytest.approx(document["objective"]["value"])


def test_a_share_is_a_share_of_connecting_all(tmp_path):
    limits = []
    for share in ("10%", "20%"):
        result = call(
            "solve", EXAMPLE, "--budget", f"programme={share}", "--json", "--out", tmp_path / share, "--gap", "0.5"
        )
        limits.append(json.loads(result.stdout)["budgets"][0]["limit"])
    assert limits[1] == pytest.approx(2 * limits[0], abs=0.015), "each is rounded to the cent"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["solve", "nowhere.yaml"], ["nowhere.yaml"]),
        (["solve", EXAMPLE, "--budget", "programme"], ["NAME=AMOUNT"]),
        (["solve", EXAMPLE, "--budget", "nobody=5"], ["nobody"]),
        (["solve", EXAMPLE, "--budget", "programme=much"], ["budgets[0].limit", "much"]),
        (["solve", EXAMPLE, "--budget", "programme=-5"], ["budgets[0].limit", "-5"]),
        (["solve", EXAMPLE, "--weight", "rural"], ["COLUMN=NUMBER"]),
        (["solve", EXAMPLE, "--weight", "rural=-1"], ["benefit.weights", "-1"]),
        (["verify", "nowhere"], ["nowhere"]),
        (["explain", "nowhere", "x"], ["nowhere"]),
        (["check", EXAMPLE, "--lang", "tlh"], ["tlh", "en", "fr"]),
        (["evaluate", EXAMPLE, "nowhere.csv"], ["nowhere.csv"]),
        (["solve"], ["SCENARIO"]),
        (["frontier", "nowhere.yaml"], ["nowhere.yaml"]),
        (["frontier", EXAMPLE, "--points", "1"], ["--points", "2"]),
        (["frontier", EXAMPLE, "--gap", "-1"], ["--gap"]),
    ],
)
def test_wrong_usage_is_exit_code_2_and_says_what(arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = call(*arguments)
    assert result.exit_code == 2, result.output
    assert all(word in result.stderr for word in words), result.stderr
    assert "Traceback" not in result.output


def test_debug_shows_where_an_error_comes_from_and_keeps_its_exit_code():
    result = call("solve", "nowhere.yaml", "--debug")
    assert result.exit_code == 2
    assert "Traceback" in result.stderr
    assert "planner/scenario/loading.py" in result.stderr.replace("\\", "/")


def test_a_demonstration_that_is_refused_leaves_the_country_of_the_run(run_dir, tmp_path):
    folder = tmp_path / "demo"
    (folder / "country").mkdir(parents=True)
    for name in ("plan.json", "events.jsonl"):
        (folder / name).write_text((run_dir / name).read_text())
    (folder / "country/scenario.yaml").write_text("of the run that is there")
    result = call("demo", "--offices", "10", "--out", folder)
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert [path.name for path in (folder / "country").iterdir()] == ["scenario.yaml"]
    assert (folder / "country/scenario.yaml").read_text() == "of the run that is there"


def test_wrong_input_as_json(tmp_path):
    broken = yaml.safe_load((EXAMPLE / "scenario.yaml").read_text())
    broken["solver"]["gapp"] = 1
    (tmp_path / "scenario.yaml").write_text(yaml.safe_dump(broken))
    result = call("solve", tmp_path, "--data-root", EXAMPLE, "--out", tmp_path / "run", "--json")
    assert result.exit_code == 2
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["code"], problem["column"]) == ("unknown-field", "solver.gapp")
    assert "gap" in problem["remedy"]
    assert not (tmp_path / "run").exists()


def test_a_changed_plan_fails_verification_with_exit_code_1(run_dir, tmp_path):
    for name in ("scenario.yaml", "inputs.json"):
        (tmp_path / name).write_text((run_dir / name).read_text())
    plan = json.loads((run_dir / "plan.json").read_text())
    plan["links"][0]["capex"] += 1
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    result = call("verify", tmp_path)
    assert result.exit_code == 1
    assert "capex" in result.stdout
    assert "Internal" not in result.stderr


def test_new_writes_a_scenario_that_checks(tmp_path):
    assert call("new", tmp_path / "country").exit_code == 0
    result = call("check", tmp_path / "country")
    assert result.exit_code == 2, "the terrain is the user's to bring"
    assert "terrain" in result.stdout
    assert call("new", tmp_path / "country").exit_code == 2, "nothing is overwritten"


def test_explain_speaks_of_an_office(run_dir):
    plan = json.loads((run_dir / "plan.json").read_text())
    for office in (next(o for o in plan["offices"] if not o["connected"]), plan["offices"][0]):
        result = call("explain", run_dir, office["id"])
        assert result.exit_code == 0, result.stderr
        assert office["id"] in result.stdout
    typed = plan["offices"][0]["id"][:-1]
    meant = sorted(office["id"] for office in plan["offices"] if office["id"].startswith(typed))
    result = call("explain", run_dir, typed)
    assert result.exit_code == 2
    assert ", ".join(meant[:5]) in result.stderr, "the nearest ids are named, those that start with it first"


def test_explain_speaks_of_no_other_inputs_than_the_plans(run_dir, tmp_path):
    shutil.copytree(EXAMPLE, tmp_path / "data-of-today")
    office = json.loads((run_dir / "plan.json").read_text())["offices"][0]["id"]
    elsewhere = ("--data-root", tmp_path / "data-of-today", "--json")
    assert call("explain", run_dir, office, *elsewhere).exit_code == 0
    with (tmp_path / "data-of-today/data/prices.yaml").open("a") as prices:
        prices.write("\n# a remark\n")
    (tmp_path / "data-of-today/data/terrain.tif").unlink()
    refused = call("explain", run_dir, office, *elsewhere)
    assert refused.exit_code == 2
    problems = json.loads(refused.stdout)["problems"]
    assert {(problem["code"], problem["file"]) for problem in problems} == {
        ("changed-since", "data/prices.yaml"),
        ("missing-file", "data/terrain.tif"),
    }
    assert all("--data-root" in problem["remedy"] for problem in problems)


def test_evaluate_prices_the_plan_that_was_found(run_dir, tmp_path, referee):
    """Our own plan handed in as somebody else's costs the same and is as good as the same money can do."""
    plan = json.loads((run_dir / "plan.json").read_text())
    services = [
        f"{office['id']};{office['technology']}"
        for office in plan["offices"]
        if office["technology"] in {"leo", "geo", "cellular"} and office["parent"] == "root"
    ]
    (tmp_path / "theirs.csv").write_text("\n".join(["office;technology", *services, "nobody;leo"]) + "\n")
    result = call("evaluate", EXAMPLE, tmp_path / "theirs.csv", "--out", tmp_path / "run", "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    bought = {office["id"]: office for office in found["theirs"]["offices"] if office["connected"]}
    assert {row.split(";")[0] for row in services} <= set(bought)
    for office in plan["offices"]:
        if f"{office['id']};{office['technology']}" in services:
            assert bought[office["id"]]["programme_cost"] == office["programme_cost"]
    assert [problem["value"] for problem in found["refused"]] == ["nobody"]
    assert found["same_money"]["objective"]["value"] >= found["theirs"]["objective"]["value"] - 1e-9
    for folder in (tmp_path / "run", tmp_path / "run/same-money"):
        assert referee(json.loads((folder / "plan.json").read_text())) == []
        assert call("verify", folder).exit_code == 0


def a_hop(run_dir):
    links = json.loads((run_dir / "plan.json").read_text())["links"]
    return max((link for link in links if link["technology"] == "microwave"), key=lambda link: link["length_km"])


def test_a_link_is_explained_with_its_budget_and_profile(run_dir, tmp_path):
    hop, picture = a_hop(run_dir), tmp_path / "profile.svg"
    told = json.loads(call("explain", run_dir, hop["id"], "--json", "--out", picture).stdout)["sheet"]
    lines = {entry["key"]: entry["value"] for entry in told["budget"]}
    assert lines["availability"] / 100 == pytest.approx(hop["availability"], abs=1e-12)
    assert told["capacity_mbps"] == hop["capacity_mbps"]
    assert [end["antenna_m"] for end in told["ends"]] == [hop["mast_from_m"], hop["mast_to_m"]]
    assert min(rule["clearance_m"] for rule in told["criteria"]) > 0
    assert picture.read_text().startswith("<svg")
    shown = call("explain", run_dir, hop["id"], "--lang", "fr").stdout
    assert "ITU-R P.525-4" in shown
    assert "Affaiblissement en espace libre" in shown


@pytest.mark.parametrize(
    ("module", "command"),
    [(planner.pipeline, ("explain",)), (planner.links, ("export", "--to", "xlsx")), (basis, ("verify",))],
)
def test_what_a_run_cannot_be_read_with_any_more_names_its_scenario(run_dir, monkeypatch, module, command):
    """Maps may have been removed since: whoever builds links or reads prices again misses them."""

    def missing(*_asked, **_more):
        raise InputError(Problem("maps-missing", "x", column="climate.source"))

    monkeypatch.setattr(module, "price_list" if module is basis else "build_links", missing)
    result = call(command[0], run_dir, *command[1:], "--json")
    assert result.exit_code == 2, result.output
    (problem,) = json.loads(result.stdout)["problems"]
    file = run_dir / "scenario.yaml"
    assert (problem["code"], problem["file"]) == ("maps-missing", str(file))
    assert file.read_text(encoding="utf-8").splitlines()[problem["row"] - 1].strip() == "source: zone"


@pytest.mark.parametrize(("name", "words"), [("profile.gif", ["--out", ".svg"]), ("profile.svg", ["--out", "profile"])])
def test_a_profile_that_cannot_be_is_refused(run_dir, tmp_path, name, words):
    office = json.loads((run_dir / "plan.json").read_text())["offices"][0]["id"]
    result = call("explain", run_dir, office, "--out", tmp_path / name)
    assert result.exit_code == 2
    assert all(word in result.stderr for word in words), result.stderr
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("command", ["check", "links", "solve"])
def test_maps_that_are_not_installed(command, tmp_path, monkeypatch):
    """Without the extra a scenario that asks for maps ends with exit code 2 and the remedy, in both languages."""
    scenario = yaml.safe_load((EXAMPLE / "scenario.yaml").read_text(encoding="utf-8"))
    scenario["climate"] = {"zone": "wet_tropics", "source": "itu"}
    path = tmp_path / "scenario.yaml"
    path.write_text(yaml.safe_dump(scenario, sort_keys=False), encoding="utf-8")

    version = metadata.version

    def absent(name):
        if name == "itur":
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(itu_maps.metadata, "version", absent)
    for lang, word in (("en", "not installed"), ("fr", "n’est pas installé")):
        more = ["--out", tmp_path / lang] if command == "solve" else []
        result = call(command, path, "--data-root", EXAMPLE, "--lang", lang, *more)
        told = " ".join((result.stdout + result.stderr).split())
        assert result.exit_code == 2
        assert word in told
        assert "climate.source" in told
        assert 'pip install "itur' in told


@pytest.mark.usefixtures("_cancelled_once_prepared")
def test_an_evaluation_that_was_cancelled_says_so(tmp_path):
    """What the same money could do is then as far as the search had come."""
    (tmp_path / "theirs.csv").write_text("office,technology\nPO-00004,leo\n")
    result = call("evaluate", EXAMPLE, tmp_path / "theirs.csv", "--out", tmp_path / "run", "--json")
    assert result.exit_code == 4, result.output
    assert json.loads(result.stdout)["same_money"]["status"] == "cancelled"
    assert run_state(tmp_path / "run") == run_state(tmp_path / "run/same-money") == "cancelled"


def test_a_profile_that_cannot_be_written_leaves_one_document_on_standard_output(run_dir, tmp_path):
    (tmp_path / "file").write_text("")
    result = call("explain", run_dir, a_hop(run_dir)["id"], "--json", "--out", tmp_path / "file/profile.svg")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"] == "InputError"


def test_the_app_is_not_opened_on_a_file_of_a_run(run_dir):
    result = call("app", run_dir / "plan.json")
    assert result.exit_code == 2
    assert "no run in this folder" in result.stderr
