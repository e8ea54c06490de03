"""``planner years``: in how few years all offices can be connected, in words and as JSON."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from planner.cli.commands import app
from planner.i18n import set_language

EXAMPLE = Path(__file__).parents[2] / "scenarios/demo"


@pytest.fixture(autouse=True)
def _english():
    yield
    set_language("en")


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_no_year_takes_more_than_there_is_and_all_offices_are_counted():
    result = call("years", EXAMPLE, "--limit", "25%", "--time-limit", 20, "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["at_least"] <= told["years"] == len(told["by_year"])
    assert sum(row["offices"] for row in told["by_year"]) == told["offices"]
    for row in told["by_year"]:
        assert round(100 * row["purchases"]) + round(100 * row["operation"]) == round(100 * row["spent"])
        assert row["spent"] <= told["limit"]
    # Four years of a quarter each do not pay for what runs meanwhile unless something is saved; three never do.
    assert told["years"] >= 4 or sum(row["spent"] for row in told["by_year"]) <= told["years"] * told["limit"]


def test_saving_up_is_never_slower():
    slow, fast = (
        json.loads(call("years", EXAMPLE, "--limit", "25%", "--time-limit", 20, "--json", *more).stdout)
        for more in ((), ("--carry-over",))
    )
    assert fast["years"] <= slow["years"]
    assert fast["at_least"] <= fast["years"]
    assert fast["by_year"][-1]["offices"] == fast["offices"]


def test_years_in_which_nothing_is_bought_are_explained():
    saved, spent = (
        call("years", EXAMPLE, "--limit", "25%", "--time-limit", 20, *more).stdout for more in (("--carry-over",), ())
    )
    assert "saved up first" in " ".join(saved.split())
    assert "saved up first" not in " ".join(spent.split())


def test_too_little_a_year_is_proven_and_said_in_french():
    result = call("years", EXAMPLE, "--limit", "1", "--lang", "fr")
    assert result.exit_code == 3
    assert "prouvé" in result.stdout


@pytest.mark.parametrize("limit", ["0", "-5", "120%", "much", "nan"])
def test_a_limit_that_is_none_is_told_by_its_option(limit):
    result = call("years", EXAMPLE, f"--limit={limit}")
    assert result.exit_code == 2
    assert "--limit" in result.stderr


def test_a_scenario_with_other_limits_is_refused(tmp_path):
    text = (EXAMPLE / "scenario.yaml").read_text(encoding="utf-8")
    (tmp_path / "scenario.yaml").write_text(text + "\nlimits: {max_hops: 3}\n", encoding="utf-8")
    result = call("years", tmp_path, "--limit", "5%", "--data-root", EXAMPLE)
    assert result.exit_code == 2
    assert "limits.max_hops" in result.stderr
