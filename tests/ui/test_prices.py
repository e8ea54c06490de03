"""Prices in a form: what is changed becomes a wish about the scenario, with its range and its source."""

import shutil
from types import SimpleNamespace

import pandas as pd
from conftest import EXAMPLE

from planner.catalogue import load_catalogue
from planner.pipeline import check
from planner.scenario import load_scenario
from planner.ui.prices import _IN_FILES, _note, _with_wish, price_file


def test_prices_are_changed_in_a_form_with_their_range_and_source(show, home, monkeypatch):
    """A changed figure becomes an override of its technology, no longer under the name of the old source."""
    prices = [
        {"name": "leo.monthly_fee", "value": 120.0, "low": 80.0, "high": 180.0, "unit": "USD per month",
         "source": "Somebody 2024", "year": 2024, "judgement": False},
        {"name": "general.tower", "value": 1.0, "low": 1.0, "high": 1.0, "unit": "", "source": "x", "year": None,
         "judgement": False},
    ]  # fmt: skip
    monkeypatch.setattr("planner.ui.prices.errand_state", lambda _folder: "done")
    monkeypatch.setattr("planner.ui.prices.errand_answer", lambda _folder: {"prices": prices})
    page = show(home / "demo", page="scenario")
    (chosen,) = (box for box in page.selectbox if box.key == "prices-of-en")
    assert chosen.value == "leo"
    field = "technologies.leo.overrides.monthly_fee"
    before = {"low": 80.0, "typical": 120.0, "high": 180.0, "source": "Somebody 2024"}
    rows = {field: {**before, "unit": "USD per month"}}
    wishes = []
    edits = SimpleNamespace(wish=lambda *wish: wishes.append(wish))
    monkeypatch.setattr("planner.ui.prices.st.rerun", lambda: None)

    def table(*figures, source="Somebody 2024"):
        return pd.DataFrame([(field, "Monthly fee", "USD per month", *figures, source)])

    _note(table(80.0, 90.0, 180.0), rows, edits)
    assert wishes.pop() == (field, {"low": 80.0, "typical": 90.0, "high": 180.0, "source": "user"}, before)
    _note(table(80.0, 90.0, 180.0, source="Quote of May"), rows, edits)
    assert wishes.pop()[1]["source"] == "Quote of May"
    _note(table(80.0, 120.0, 180.0), rows, edits)
    assert wishes.pop()[1] == before  # as it was: no wish
    _note(table(95.0, 90.0, 180.0), rows, edits)
    assert not wishes
    plain = load_scenario(EXAMPLE)
    changed = load_scenario(EXAMPLE, overrides={field: {"low": 80.0, "typical": 90.0, "high": 180.0, "source": "user"}})
    assert load_catalogue(changed).leo.monthly_fee.typical == 90.0
    assert load_catalogue(plain).leo.monthly_fee.typical != 90.0


def test_office_equipment_is_a_bare_amount_of_the_scenario(monkeypatch):
    field = "package.main.router"
    rows = {field: {"low": 600.0, "typical": 600.0, "high": 600.0, "source": "user", "unit": "USD"}}
    wishes = []
    edits = SimpleNamespace(wish=lambda *wish: wishes.append(wish))
    monkeypatch.setattr("planner.ui.prices.st.rerun", lambda: None)
    errors = []
    monkeypatch.setattr("planner.ui.prices.st.error", errors.append)

    def table(*figures):
        return pd.DataFrame([(field, "Main, router", "USD", *figures, "user")])

    _note(table(600.0, 450.0, 600.0), rows, edits)
    assert wishes.pop() == (field, 450.0, 600.0)
    changed = load_scenario(EXAMPLE, overrides={field: 450.0})
    assert changed.package["main"].router == 450.0
    _note(table(500.0, 600.0, 700.0), rows, edits)
    assert not wishes
    assert len(errors) == 1


def test_prices_of_no_field_are_given_as_a_file_that_the_program_reads(tmp_path):
    """What the page writes lays the very same figures over the catalogue, whatever lay there before."""
    _report, _notes, assumptions = check(EXAMPLE)
    rows = {
        told.name: {"low": told.low, "typical": told.value, "high": told.high, "source": told.source}
        for told in assumptions
        if told.name.partition(".")[0] in _IN_FILES
    }
    assert {name.partition(".")[0] for name in rows} == set(_IN_FILES)
    plain = load_scenario(EXAMPLE)
    for factor in (1.0, 2.0):
        rows["masts.relay.lump"] = {**rows["masts.relay.lump"], "typical": 20_000.0 * factor, "high": 90_000.0}
        text = price_file(rows, plain.money.currency, plain.money.price_year)
        shutil.copytree(EXAMPLE.parent, tmp_path / f"land-{factor}")
        (tmp_path / f"land-{factor}" / "prices-of-mine.yaml").write_text(text, encoding="utf-8")
        scenario = load_scenario(
            tmp_path / f"land-{factor}",
            overrides={"catalogue": ["default", "data/prices.yaml", "prices-of-mine.yaml"]},
        )
        found, before = load_catalogue(scenario), load_catalogue(plain)
        assert found.masts.relay.lump.typical == 20_000.0 * factor
        assert found.power.panel_per_w.typical == before.power.panel_per_w.typical
        assert found.sites.tower_rent.low == before.sites.tower_rent.low


def test_the_form_shows_of_a_wish_what_is_a_figure():
    told = {"low": 80.0, "typical": 120.0, "high": 180.0, "source": "Somebody 2024", "unit": "USD per month"}
    assert _with_wish(told, {"typical": 90}) == {**told, "typical": 90}
    assert _with_wish(told, 95.0) == {**told, "low": 95.0, "typical": 95.0, "high": 95.0}
    assert _with_wish(told, "much") == _with_wish(told, {"typical": "much"}) == told
