"""What ``planner new`` writes: a scenario in which every field is explained, and tables to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.errors import InputError, Problem
from planner.files import write_whole
from planner.i18n import _
from planner.scenario import SCENARIO_FILE
from planner.scenario.outline import commented_scenario

if TYPE_CHECKING:
    from pathlib import Path

TABLES = {
    "offices.csv": (
        "id,name,lon,lat,kind,status_before,mbps_before,monthly_cost_before,region,population,location_accuracy_m",
        "PO-001,Example post office,43.2551,-11.7022,branch,offline,,,,1200,10",
    ),
    "sources.csv": (
        "id,name,lon,lat,kind,capacity_mbps,status",
        "FN-01,Example fibre node,43.2567,-11.6919,fibre_node,,built",
    ),
    "towers.csv": ("id,name,lon,lat,height_m,rent_per_year,owner", "TW-01,Example tower,43.3154,-11.6177,40,,"),
}

_EXAMPLE = {
    "schema_version": 1,
    "name": "my-country",
    "money": {"currency": "USD", "price_year": 2026},
    "inputs": {
        "offices": [{"file": "offices.csv"}],
        "sources": [{"file": "sources.csv"}],
        "towers": [{"file": "towers.csv"}],
        "terrain": ["terrain.tif"],
    },
    "service": {"profiles": {"branch": {}}},
    "budgets": [{"name": "programme", "limit": 1_000_000}],
}


def write_template(directory: Path) -> list[Path]:
    """Write a scenario folder to start from and return its files.

    Raises
    ------
    InputError
        One of the files is there already: nothing is overwritten, nothing written.
    """
    texts = {SCENARIO_FILE: commented_scenario(_EXAMPLE)}
    texts |= {name: "\n".join(lines) + "\n" for name, lines in TABLES.items()}
    there = [directory / name for name in texts if (directory / name).exists()]
    if there:
        message, remedy = _("The file is there already."), _("Choose another folder; nothing was written.")
        raise InputError([Problem("file-exists", message, remedy, str(path)) for path in there])
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_whole(directory / name, text)
    return [directory / name for name in texts]
