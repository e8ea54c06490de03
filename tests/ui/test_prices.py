"""Prices in a form: what is changed becomes a wish about the scenario, with its range and its source."""

from types import SimpleNamespace

import pandas as pd
from conftest import EXAMPLE

from planner.catalogue import load_catalogue
from planner.scenario import load_scenario
from planner.ui.prices import _note


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
    (chosen,) = (box for box in page.selectbox if box.key == "prices-of")
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
