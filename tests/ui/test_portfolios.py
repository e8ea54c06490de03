"""One budget for several countries on the donor's page: asked for from frontiers, told as the command has found it."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml
from conftest import click, texts

from planner.i18n import _, use_language
from planner.jobs import Journal, portfolio_run
from planner.portfolio import load_portfolio
from planner.portfolio_words import next_words, unspent_words, what_counts, whose_data
from planner.ui.portfolios import _asked_of
from planner.ui.text import literal


@pytest.fixture(scope="module")
def lands(home, tmp_path_factory):
    """Return a folder with the solved example, its frontier, and that of another country, dearer and less populous."""
    folder = tmp_path_factory.mktemp("lands")
    for name in ("demo", "demo-frontier"):
        shutil.copytree(home / name, folder / name)
    shutil.copytree(home / "demo-frontier", folder / "other-frontier")
    file = folder / "other-frontier/frontier.json"
    found = json.loads(file.read_text(encoding="utf-8"))
    found["scenario"] |= {"name": "<b>Other</b>", "currency": "XOF"}
    for point in found["points"]:
        point["spent"] *= 900
        point["value"] *= 0.5
        point["bound"] *= 0.5
        point["limit"] *= 900
    found["budget"]["connect_all"] *= 900
    found["ceiling"] = [[900 * money, 0.5 * value] for money, value in found["ceiling"]]
    file.write_text(json.dumps(found), encoding="utf-8")
    return folder


def write_portfolio(lands, **changes):
    countries = [
        {"name": "Velmora", "run": str(lands / "demo-frontier")},
        {"name": "<b>Other</b>", "run": str(lands / "other-frontier"), "rate": 0.0016},
    ]
    document = {"schema_version": 1, "name": "Both", "currency": "USD", "countries": countries, **changes}
    file = lands / "both.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def shared(lands):
    """Return the run of a budget that both countries share, and its folder of runs."""
    all_of_it = json.loads((lands / "demo-frontier/frontier.json").read_text(encoding="utf-8"))["budget"]["connect_all"]
    portfolio_run(write_portfolio(lands), lands / "both", budgets=[all_of_it * part for part in (0.2, 0.5, 1.0)])
    return lands / "both"


def test_without_a_second_frontier_it_says_what_is_missing(show, home):
    page = show(home / "demo", page="invest")
    assert "Two countries with a frontier are needed" in texts(page.markdown)


def test_a_budget_is_shared_out_by_the_command_on_a_file_of_the_session(show, lands, started):
    page = show(lands / "demo", page="invest")
    (countries,) = (box for box in page.multiselect if box.key == "portfolio-countries")
    assert set(countries.value) == {"demo-frontier", "other-frontier"}
    click(page, "Share it out")
    assert "Say the largest budget." in texts(page.error)  # their currencies differ: no sum to begin with
    (most,) = (field for field in page.number_input if field.label == "Largest budget")
    most.set_value(500_000.0)
    click(page, "Share it out")
    (command,) = started
    assert command[0] == "portfolio"
    assert command[2:12] == [f"--budget={50_000 * step}.00" for step in range(1, 11)]
    file = Path(command[1])
    assert file.is_relative_to(lands / "sessions" / page.query_params["session"])
    asked = load_portfolio(file)
    assert {country.name for country in asked.countries} == {"Velmora (SYNTHETIC)", "<b>Other</b>"}
    assert {Path(country.run) for country in asked.countries} == {lands / "demo-frontier", lands / "other-frontier"}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_budget_is_told_as_the_command_has_shared_it_out(show, shared, language):
    page = show(shared.parent / "demo", page="invest", lang=language)
    assert not page.error
    found = json.loads((shared / "portfolio.json").read_text(encoding="utf-8"))
    (slider,) = (slider for slider in page.select_slider if slider.key == "shared-both")
    with use_language(language):  # in which the test reads the options of the page
        slider.set_value(found["budgets"][2]["budget"]).run()
        assert not page.exception
        column = _("Money ({currency})").format(currency="USD")
        more = _("More than before ({currency})").format(currency="USD")
        (rows,) = (frame.value for frame in page.dataframe if column in frame.value)
    now, before = found["budgets"][2]["countries"], found["budgets"][1]["countries"]
    assert rows[column].tolist() == pytest.approx([part["spent"] for part in now], abs=0.51)
    added = [part["spent"] - was["spent"] for part, was in zip(now, before, strict=True)]
    assert rows[more].tolist() == pytest.approx(added, abs=0.51)
    assert "<b>" not in texts([*page.markdown, *page.info])
    with use_language(language):
        assert literal(what_counts(found["benefit_weights"])) in texts(page.caption)
        assert literal(whose_data(found["countries"])) in texts(page.warning)
        assert found["budgets"][2]["unspent"] > 0
        assert literal(unspent_words(found["budgets"][2], "USD")) in texts(page.caption)
        assert literal(next_words(found["budgets"][2], "USD")) in texts(page.info)


def test_a_shared_budget_is_no_run_with_a_plan(show, shared):
    page = show(shared.parent / "demo", page="plan")
    (runs,) = (box for box in page.selectbox if box.key == "run")
    assert runs.options == ["demo"]


def test_a_budget_that_cannot_be_shared_out_says_by_how_much(show, lands, tmp_path):
    folder = tmp_path / "lands"
    shutil.copytree(lands, folder, ignore=shutil.ignore_patterns("sessions", "both"))
    file = write_portfolio(folder)
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    for country in document["countries"]:
        country["least"] = 60_000
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    portfolio_run(file, folder / "both", budgets=[100_000.0])
    told = texts(show(folder / "demo", page="invest").error).replace("\\", "")
    assert "exceeds it by USD 20,000.00" in told


def test_one_at_work_is_watched_where_it_was_asked_for(show, lands, tmp_path):
    folder = tmp_path / "lands"
    shutil.copytree(lands, folder, ignore=shutil.ignore_patterns("sessions", "both"))
    (folder / "both-portfolio").mkdir()
    journal = Journal(folder / "both-portfolio")
    journal.note("links", "Frontiers of countries: 1 of 2", share=0.5)
    page = show(folder / "demo", page="invest")
    journal.close()
    assert literal("Frontiers of countries: 1 of 2") in texts(page.markdown)


def test_least_and_most_money_are_read_as_in_the_input_files_or_refused():
    here = SimpleNamespace(runs={"one": Path("one"), "two": Path("two")})

    def asked(*parts):
        rows = [
            (run, run.title(), "USD", 1.0, "", least, most) for run, (least, most) in zip(here.runs, parts, strict=True)
        ]
        return _asked_of(here, "USD", pd.DataFrame(rows))

    (one, two), faults = asked(("60 000", "1,234,567"), ("", "20 %"))
    assert (one["least"], one["most"], two["most"]) == (60_000.0, 1_234_567.0, "20 %")
    assert "least" not in two
    assert not faults
    _countries, faults = asked(("60,000", None), ("nan", "-1"))
    assert [(fault.column, fault.value) for fault in faults] == [
        ("One, At least", "60,000"), ("Two, At least", "nan"), ("Two, At most", "-1"),
    ]  # fmt: skip
    assert "Write 60000" in faults[0].remedy
