"""Whether a run's inputs are still what they were."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from planner.catalogue import load_catalogue
from planner.errors import InputError
from planner.files import sha256_of
from planner.plan.record import Record, changes_since, read_record
from planner.scenario import load_scenario

EXAMPLE = Path(__file__).parents[2] / "scenarios/demo"
FILES = ("data/offices.csv", "data/terrain.tif", "data/prices.yaml")


@pytest.fixture
def country(tmp_path):
    shutil.copytree(EXAMPLE, tmp_path / "country")
    return tmp_path / "country"


@pytest.fixture
def changes(country):
    """Return what has changed now since the example was read, and a plan made of it."""
    as_it_was = load_scenario(EXAMPLE / "scenario.yaml")
    record = Record(
        scenario_file=str(country / "scenario.yaml"),
        data_root=None,
        files=[{"file": name, "sha256": sha256_of(EXAMPLE / name)} for name in FILES],
        prices=load_catalogue(as_it_was).hash,
        language="en",
    )
    plan = SimpleNamespace(scenario={"hash": as_it_was.hash})

    def found(**of_record):
        now = load_scenario(country / "scenario.yaml", data_root=record.data_folder)
        return [
            (problem.code, problem.file) for problem in changes_since(record.model_copy(update=of_record), now, plan)
        ]

    return found


def test_the_same_files_elsewhere_are_the_same_inputs(changes):
    assert changes() == []


def test_every_file_that_differs_or_is_gone_is_named(changes, country):
    with (country / "data/offices.csv").open("ab") as file:
        file.write(b"\n")
    (country / "data/terrain.tif").unlink()
    assert changes() == [("changed-since", "data/offices.csv"), ("missing-file", "data/terrain.tif")]


def test_another_scenario_is_named(changes, country):
    text = (country / "scenario.yaml").read_text()
    (country / "scenario.yaml").write_text(text.replace("discount_rate: 0.08", "discount_rate: 0.07"))
    assert (country / "scenario.yaml").read_text() != text
    assert changes() == [("changed-since", "scenario.yaml")]


def test_other_prices_of_the_program_are_told(changes):
    assert changes(prices="0" * 64) == [("changed-since", "inputs.json")]
    assert changes(prices=None) == [], "of a run that does not tell"


@pytest.mark.parametrize("text", [None, "", "{}", '{"files": 3}'])
def test_a_run_that_does_not_say_where_it_comes_from_is_an_error(tmp_path, text):
    if text is not None:
        (tmp_path / "inputs.json").write_text(text)
    with pytest.raises(InputError) as caught:
        read_record(tmp_path)
    assert [(problem.code, problem.file) for problem in caught.value.problems] == [
        ("no-run", str(tmp_path / "inputs.json"))
    ]
