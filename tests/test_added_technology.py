"""A technology added by a catalogue file alone, as docs/add_a_technology.md shows it."""

import json
import re
from pathlib import Path

import pytest
import yaml
from services_country import LIMIT, with_sections

from planner.catalogue import load_catalogue, price_list
from planner.demo import make_country
from planner.errors import InputError
from planner.jobs import solve_run
from planner.plan.verify import verify
from planner.scenario import load_scenario

PAGE = Path(__file__).parents[1] / "docs" / "add_a_technology.md"
NAME = "tv_white_space"


@pytest.fixture(scope="module")
def blocks():
    """Return the YAML blocks of the page, in order."""
    return re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.fixture(scope="module")
def country(tmp_path_factory, blocks):
    """Return the scenario of a small country whose catalogue has the page's technology."""
    path = make_country(tmp_path_factory.mktemp("added") / "country", offices=20, seed=1, terrain_arcsec=9)
    (path.parent / f"{NAME}.yaml").write_text(blocks[0], encoding="utf-8")
    files = [*yaml.safe_load(path.read_text(encoding="utf-8"))["catalogue"], f"{NAME}.yaml"]
    assert yaml.safe_load(blocks[1])["catalogue"][-1] == f"{NAME}.yaml"
    return with_sections(path, {"catalogue": files})


def test_a_plan_is_made_of_it_and_verified(country, tmp_path, referee):
    off = {name: {"enabled": False} for name in ("fibre", "microwave", "leo", "geo", "cellular", "leased")}
    # what a branch draws must fit on the channel
    alone = with_sections(country, {"technologies": {**off, NAME: {"overrides": {"mbps_per_office": 45}}}})
    solve_run(alone, tmp_path / "run", overrides={"budgets.programme": LIMIT, "solver.gap": 0.05})
    document = json.loads((tmp_path / "run" / "plan.json").read_text(encoding="utf-8"))
    used = [link for link in document["links"] if link["technology"] == NAME]
    served = [office for office in document["offices"] if office["technology"] == NAME]
    assert served
    assert {link["option"] for link in used} == {"base station", "terminal"}
    bases = [link["to"] for link in used if link["option"] == "base station"]
    assert len(set(bases)) == len(bases)
    assert all(sector.startswith(f"~sector:{NAME}:") for sector in bases)
    assert [str(difference) for difference in verify(tmp_path / "run").differences] == []
    assert referee(document) == []


def test_the_scenario_switches_it_off_and_changes_it(country, blocks):
    wider = with_sections(country, {"technologies": yaml.safe_load(blocks[2])["technologies"]})
    scenario = load_scenario(wider)
    (option,) = price_list(load_catalogue(scenario), scenario).multipoint
    assert (option.technology, option.terminal.range_km) == (NAME, 20.0)
    scenario = load_scenario(with_sections(country, {"technologies": {NAME: {"licensed": False}}}))
    prices = price_list(load_catalogue(scenario), scenario)
    assert prices.multipoint == ()
    assert any(NAME in note and "not licensed" in note for note in prices.notes)


def test_its_figures_are_listed_with_their_sources(country):
    scenario = load_scenario(with_sections(country, {"technologies": {}}))
    prices = price_list(load_catalogue(scenario), scenario)
    listed = {entry.name: entry for entry in prices.assumptions}
    assert listed[f"{NAME}.base"].source == "Quote of 3 March 2026"
    assert listed[f"{NAME}.base"].value == 7000


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        (lambda text: text.replace("  frequency_ghz: 0.6\n", ""), "unknown-section", NAME),
        (lambda text: text.replace(NAME, "fiber"), "unknown-technology", "technologies.tv_white_space"),
        (lambda text: text.replace(NAME, "TV white space"), "wrong-value", None),  # the remedy is in the message
        (lambda text: text.replace("life: 7", "life: -7"), "wrong-value", f"{NAME}.life"),
    ],
)
def test_wrong_entries_are_told(country, blocks, tmp_path, change, code, column):
    own = country.parent / f"{code}.yaml"
    own.write_text(change(blocks[0]), encoding="utf-8")
    scenario = load_scenario(
        with_sections(country, {"catalogue": ["default", own.name], "technologies": {NAME: {"enabled": True}}})
    )
    with pytest.raises(InputError) as error:
        load_catalogue(scenario)
    problem = error.value.problems[0]
    assert problem.code == code
    assert column is None or problem.column == column
    assert problem.remedy or "small letters" in problem.message
    own.unlink()
