"""Wrong figures of money, fairness and years: each is told with its place, what is wrong and what would be right."""

from pathlib import Path

import pytest
import yaml

from planner.catalogue import load_catalogue, price_list
from planner.errors import InputError
from planner.i18n import use_language
from planner.inputs import read_inputs
from planner.scenario import load_scenario

EXAMPLE = Path(__file__).parents[1] / "scenarios/demo"
FUNDER = {"name": "F", "amount": 1000}
PRICES = "schema_version: 1\ncurrency: USD\nprice_year: 2024\nfibre: {plant_life: -3}\n"
WRONG = {
    "a negative life": (
        {"catalogue": ["default", "prices.yaml"]}, "fibre.plant_life", "-3",
        "A figure is never negative", "Un chiffre n’est jamais négatif",
    ),
    "a rate over 1": (
        {"money": {"currency": "USD", "price_year": 2026, "discount_rate": 1.5}}, "money.discount_rate", "1.5",
        "must be less than 1", "doit être inférieure à 1",
    ),
    "a matching rate over 1": (
        {"funders": [FUNDER | {"match": 1.5}]}, "funders[0].match", "1.5", "must be at most 1", "doit être au plus 1",
    ),
    "a funder for an unknown region": (
        {"funders": [FUNDER | {"scope": {"regions": ["NOWHERE"]}}]}, "funders[0].scope.regions", "NOWHERE",
        "No region has this id", "Aucune région n’a cet identifiant",
    ),
    "a floor above 100 %": (
        {"limits": {"floors": [{"by": "region", "share": 1.2}]}}, "limits.floors[0].share", "1.2",
        "must be at most 1", "doit être au plus 1",
    ),
    "phases that sum to zero": (
        {"phases": [{"year": 2027, "limit": 0}, {"year": 2028, "limit": 0}]}, "phases", None,
        "there is nothing to spend", "il n’y a rien à dépenser",
    ),
}  # fmt: skip


def read_all(path):
    """Read a scenario, its prices and its inputs."""
    scenario = load_scenario(path, data_root=EXAMPLE)
    price_list(load_catalogue(scenario), scenario)
    read_inputs(scenario)


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("name", WRONG)
def test_it_is_told_where_and_what_in_both_languages(tmp_path, name, lang):
    sections, field, value, english, french = WRONG[name]
    content = yaml.safe_load((EXAMPLE / "scenario.yaml").read_text(encoding="utf-8")) | sections
    (tmp_path / "scenario.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    (tmp_path / "prices.yaml").write_text(PRICES, encoding="utf-8")
    with use_language(lang), pytest.raises(InputError) as caught:
        read_all(tmp_path / "scenario.yaml")
    (problem,) = caught.value.problems
    assert (problem.column, problem.value) == (field, value)
    assert {"en": english, "fr": french}[lang] in problem.message
    assert ({"en": "field ", "fr": "champ "}[lang] + field) in str(caught.value)
    assert str(caught.value).count(problem.message) == 1


def test_where_no_region_is_called_alike_all_are_listed(tmp_path):
    content = yaml.safe_load((EXAMPLE / "scenario.yaml").read_text(encoding="utf-8"))
    content["funders"] = [FUNDER | {"scope": {"regions": ["NOWHERE"]}}]
    (tmp_path / "scenario.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_all(tmp_path / "scenario.yaml")
    known = {str(region) for region in read_inputs(load_scenario(EXAMPLE / "scenario.yaml")).offices["region"]}
    remedy = caught.value.problems[0].remedy
    assert remedy.startswith("There are: ")
    assert set(remedy.removeprefix("There are: ").rstrip(".").split(", ")) >= known
