"""``planner frontier``: benefit against budget, in files, as JSON and in words."""

import csv
import json
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from typer.testing import CliRunner

from planner.cli.commands import app
from planner.i18n import set_language
from planner.jobs import read_events, run_state
from planner.report.frontier import _verdict

EXAMPLE = Path(__file__).parents[2] / "scenarios/demo"
POINTS = 5


@pytest.fixture(autouse=True)
def _english():
    yield
    set_language("en")


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "frontier"
    result = call("frontier", EXAMPLE, "--points", POINTS, "--gap", "0.2", "--out", folder, "--quiet")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    return folder


def test_the_files_say_the_same_and_neither_curve_falls(run_dir):
    stored = json.loads((run_dir / "frontier.json").read_text())
    points = stored["points"]
    assert len(points) == POINTS
    assert points[-1]["limit"] == stored["budget"]["connect_all"]
    for one, other in pairwise([{"limit": 0, "value": 0, "bound": 0}, *points]):
        assert one["limit"] < other["limit"]
        assert one["value"] <= other["value"]
        assert one["bound"] <= other["bound"]
    for point in points:
        assert point["spent"] <= point["limit"]
        assert point["spent"] == point["totals"][stored["budget"]["measure"]], "the budget binds on what is printed"
        assert point["value"] <= point["bound"]
        assert point["gap"] == pytest.approx((point["bound"] - point["value"]) / point["value"])
        gained = point["totals"]["offices_newly_connected"] + point["totals"]["offices_upgraded"]
        assert len(point["offices"]) == gained
    with (run_dir / "frontier.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["value"]) for row in rows] == [point["value"] for point in points]
    assert [float(row["programme_cost"]) for row in rows] == [point["totals"]["programme_cost"] for point in points]


def test_a_map_can_be_drawn_of_every_point(run_dir):
    stored = json.loads((run_dir / "frontier.json").read_text())
    places = {place["id"]: (place["lon"], place["lat"]) for place in stored["places"]}
    with (EXAMPLE / "data/offices.csv").open(encoding="utf-8") as file:
        assert {name for name in places if name.startswith("PO-")} == {row["id"] for row in csv.DictReader(file)}
    for point in stored["points"]:
        ends = {
            tuple(round(degrees, 5) for degrees in end)
            for link in point["links"]
            for end in (stored["links"][link]["path"][0], stored["links"][link]["path"][-1])
        }
        for office, technology in zip(point["offices"], point["technologies"], strict=True):
            if technology in {"fibre", "microwave"}:
                assert tuple(round(degrees, 5) for degrees in places[office]) in ends, "its link leads to it"
    assert set(stored["links"]) == {link for point in stored["points"] for link in point["links"]}


def test_a_solve_at_a_budget_of_the_frontier_lies_below_its_ceiling(run_dir, tmp_path):
    point = json.loads((run_dir / "frontier.json").read_text())["points"][1]
    budget = f"programme={point['limit']}"
    result = call("solve", EXAMPLE, "--budget", budget, "--gap", "0.1", "--json", "--out", tmp_path / "run")
    objective = json.loads(result.stdout)["objective"]
    assert objective["value"] <= point["bound"] * (1 + 1e-9)
    assert point["value"] <= objective["bound"] * (1 + 1e-9)


def test_the_run_tells_its_story(run_dir):
    assert run_state(run_dir) == "done"
    told = [event for event in read_events(run_dir) if event["phase"] == "solve" and event["share"] is not None]
    assert told[-1]["share"] == 1.0
    assert json.loads((run_dir / "inputs.json").read_text())["command"] is not None
    assert not (run_dir / "plan.json").exists()


def test_a_folder_with_a_frontier_is_replaced_only_when_asked(run_dir):
    before = (run_dir / "frontier.json").read_bytes()
    result = call("frontier", EXAMPLE, "--points", POINTS, "--out", run_dir)
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert (run_dir / "frontier.json").read_bytes() == before


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ["Benefit", "At most", "Gap", "Offices", "frontier.json"]), ("fr", ["Bénéfice", "Au plus", "Bureaux"])],
)
def test_the_table_speaks_the_language(lang, words, tmp_path):
    result = call("frontier", EXAMPLE, "--points", 3, "--gap", "0.5", "--out", tmp_path / "run", "--lang", lang)
    assert result.exit_code == 0, result.stderr
    assert all(word in result.stdout for word in words), result.stdout


def test_json_is_the_file(tmp_path):
    result = call("frontier", EXAMPLE, "--points", 2, "--gap", "0.5", "--out", tmp_path / "run", "--json")
    assert json.loads(result.stdout) == json.loads((tmp_path / "run/frontier.json").read_text())


@pytest.mark.usefixtures("_cancelled_once_prepared")
def test_cancelled_it_keeps_what_is_known_and_says_so(tmp_path):
    """The word comes before the search begins: points and ceilings are those of nothing tried."""
    result = call("frontier", EXAMPLE, "--points", 3, "--gap", "0", "--out", tmp_path / "run", "--json")
    assert result.exit_code == 4, result.stderr
    stored = json.loads((tmp_path / "run/frontier.json").read_text())
    assert stored["termination"] == "cancelled"
    assert all(point["value"] <= point["bound"] for point in stored["points"])
    assert run_state(tmp_path / "run") == "cancelled"


@pytest.mark.usefixtures("_cancelled_once_prepared")
def test_cancelled_before_the_first_plan_it_does_not_claim_that_there_is_none(tmp_path):
    """Limits that have something built are searched budget by budget: the empty plan is none."""
    asked = yaml.safe_load((EXAMPLE / "scenario.yaml").read_text(encoding="utf-8"))
    with (EXAMPLE / "data/offices.csv").open(encoding="utf-8") as file:
        asked["limits"] = {"must_connect": [next(csv.DictReader(file))["id"]]}
    own = tmp_path / "scenario.yaml"
    own.write_text(yaml.safe_dump(asked), encoding="utf-8")
    result = call("frontier", own, "--points", 3, "--data-root", EXAMPLE, "--out", tmp_path / "run", "--json")
    assert result.exit_code == 4, result.output
    assert json.loads(result.stdout)["error"] == "CancelledError"
    assert run_state(tmp_path / "run") == "cancelled"


@pytest.mark.parametrize(
    ("termination", "gaps", "told"),
    [
        ("gap", (0.005, 0.01), "At every budget the gap that was asked for is reached; the widest is 1.00 %."),
        ("time_limit", (0.005, 0.07), "The search ended at its time limit; the widest gap is 7.00 %."),
    ],
)
def test_it_is_told_whether_the_gap_that_was_asked_for_is_reached(termination, gaps, told):
    points = [SimpleNamespace(gap=gap) for gap in gaps]
    said = _verdict(SimpleNamespace(termination=termination, requested_gap=0.01, points=points))
    assert said.replace("\N{NO-BREAK SPACE}", " ").startswith(told)
