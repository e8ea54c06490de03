"""Names and sources of the program's own prices in both languages."""

import re

from planner.catalogue.estimates import USER
from planner.catalogue.figures import figures
from planner.catalogue.loading import load_catalogue
from planner.catalogue.prices import price_list
from planner.i18n import use_language
from planner.price_words import _WORDS, drawn_name, price_group, price_name
from planner.scenario.yaml_text import field_path

HEAD = "schema_version: 1\ncurrency: USD\nprice_year: 2024\n"
FIXED = "\N{NO-BREAK SPACE}"
OWN_NAME = re.compile(r"\d+G?")  # a generation of mobile telephony, a class of land cover


def test_every_price_of_the_program_has_a_name_in_words(make_scenario):
    catalogue = load_catalogue(make_scenario())
    keys = [field_path(one.at) for one in figures(catalogue) if one.estimate is not None]
    assert len(keys) > 100
    for key in keys:
        group, *parts = key.split(".")
        assert all(part in _WORDS or OWN_NAME.fullmatch(part) for part in parts), key
        with use_language("fr"):
            assert price_group(group).lower() != group or group == "fibre", key


def test_names_are_put_together_as_the_language_does():
    assert price_name("leo.monthly_fee") == "Low-orbit satellite (LEO): monthly fee"
    assert price_name("exchange_rate.KES") == "Exchange rate: KES"
    assert price_name("source.transit_per_mbps") == "Fibre nodes: IP transit, per Mbit/s and month"
    assert price_name("wimax.mine") == "Wimax: mine"  # a technology and a key that only the user's file knows
    assert drawn_name("demand") == "demand of all offices"
    assert drawn_name("leo.monthly_fee") == "low-orbit satellite (LEO): monthly fee"
    with use_language("fr"):
        assert price_name("money.vat.rate") == f"Argent{FIXED}: taxe sur la valeur ajoutée, taux"


def test_sources_are_told_in_the_readers_language_and_the_users_own_as_they_are(make_scenario):
    text = HEAD + "leo: {installation: {typical: 5, source: Wet ground floor}}\n"
    scenario = make_scenario({"mine.yaml": text})
    english = {one.name: one for one in price_list(load_catalogue(scenario), scenario).assumptions}
    with use_language("fr"):
        french = {one.name: one for one in price_list(load_catalogue(scenario), scenario).assumptions}
        assert french["masts.life"].origin == "Acier galvanisé 2024 (appréciation)"
    assert english["masts.life"].origin == "Galvanised steel 2024 (judgement)"
    assert french["masts.life"].source == "Acier galvanisé"
    assert french["leo.installation"].source == english["leo.installation"].source == "Wet ground floor"
    assert french["money.contingency"].source == USER


def test_what_a_study_of_risk_draws_beside_prices_is_named_as_a_group_too():
    groups = ("demand", "climate", "terrain")
    assert [price_group(group) for group in groups] == ["Demand", "Climate", "Terrain"]
    with use_language("fr"):
        assert [price_group(group) for group in groups] == ["Demande", "Climat", "Relief"]
