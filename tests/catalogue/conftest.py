"""Scenarios to price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from planner.scenario import Scenario, load_scenario
from planner.scenario.yaml_text import write_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN_MONEY = {
    "currency": "USD",
    "price_year": 2024,
    "discount_rate": 0.05,
    "horizon_years": 10,
    "funded_years": 5,
    "contingency": 0.0,
}
"""The default catalogue's own currency and year, and nothing added to its prices."""


@pytest.fixture
def make_scenario(tmp_path) -> Callable[..., Scenario]:
    """Return a maker of scenarios: further catalogue files by name, sections by keyword."""

    def make(files: dict[str, str] | None = None, money: dict[str, Any] | None = None, **sections: Any) -> Scenario:
        for name, text in (files or {}).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        content = {
            "schema_version": 1,
            "name": "prices",
            "money": {**PLAIN_MONEY, **(money or {})},
            "inputs": {"offices": [{"file": "offices.csv"}], "terrain": ["terrain.tif"]},
            "budgets": [{"limit": 1_000_000}],
            "catalogue": ["default", *(files or {})],
            **sections,
        }
        (tmp_path / "scenario.yaml").write_text(write_yaml(content), encoding="utf-8")
        return load_scenario(tmp_path / "scenario.yaml")

    return make
