"""What ``planner new`` writes: a scenario in which every field is explained, and tables to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.errors import InputError, Problem
from planner.files import write_whole
from planner.i18n import _, language
from planner.scenario import SCENARIO_FILE
from planner.scenario.outline import commented_scenario

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from planner.inputs.group import Group

TABLES = {
    "offices.csv": (
        (
            "id,name,lon,lat,kind,status_before,mbps_before,monthly_cost_before,region,population,location_accuracy_m,"
            "grid_hours_per_day,grid_distance_km"
        ),
        "PO-001,Example post office,43.2551,-11.7022,branch,offline,,,,1200,10,24,",
    ),
    "sources.csv": (
        "id,name,lon,lat,kind,capacity_mbps,status",
        "FN-01,Example fibre node,43.2567,-11.6919,fibre_node,,built",
    ),
    "towers.csv": ("id,name,lon,lat,height_m,rent_per_year,owner", "TW-01,Example tower,43.3154,-11.6177,40,,"),
}

EXAMPLE_PROVIDER = "Example provider"
UNREAD_TABLES = {
    "coverage.csv": ("lon,lat,technology,provider,radius_km,mbps", f"43.2551,-11.7022,4G,{EXAMPLE_PROVIDER},8,15"),
    "quotes.csv": (
        "office,area,provider,technology,one_off,monthly,mbps,up_mbps,volume_gb,availability,latency_ms,term_months",
        f"PO-001,,{EXAMPLE_PROVIDER},leased,500,120,20,20,,0.995,20,36",
    ),
}
"""Tables that the scenario does not name yet: coverage and quotes that are none of the user's must not make a plan."""

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
        One of the files is there already, and nothing is written; or the folder cannot be made or written to.
    """
    named = {"name": directory.resolve().name or _EXAMPLE["name"], "language": language()}
    texts = {SCENARIO_FILE: commented_scenario(_EXAMPLE | named)}
    texts |= {name: "\n".join(lines) + "\n" for name, lines in (TABLES | UNREAD_TABLES).items()}
    there = [directory / name for name in texts if (directory / name).exists()]
    if there:
        message, remedy = _("The file is there already."), _("Choose another folder; nothing was written.")
        raise InputError([Problem("file-exists", message, remedy, str(path)) for path in there])
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            write_whole(directory / name, text)
    except OSError as error:
        message = _("The folder cannot be written: {reason}.").format(reason=error.strerror)
        remedy = _("Choose a folder that you may write to; no part of its path may be a file.")
        raise InputError(Problem("unwritable-folder", message, remedy, str(directory))) from error
    return [directory / name for name in texts]


def warn_of_examples(
    group: Group,
    ids: NDArray[np.object_],
    names: NDArray[np.object_],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
) -> None:
    """Warn of rows that are still the template's examples."""
    header, *rows = (line.split(",") for line in TABLES[f"{group.name}.csv"])
    examples = [dict(zip(header, row, strict=True)) for row in rows]
    unchanged = np.zeros(len(group), dtype=bool)
    for example in examples:
        same = (ids == example["id"]) & (names == example["name"])
        unchanged |= same & (lon == float(example["lon"])) & (lat == float(example["lat"]))
    _warn(group, unchanged, "id")


def warn_of_example_provider(group: Group) -> None:
    """Warn of rows that are still those of the template's provider."""
    _warn(group, group.sound & (group.text("provider") == EXAMPLE_PROVIDER), "provider")


def _warn(group: Group, unchanged: NDArray[np.bool_], column: str) -> None:
    message = _("This is the example row of the template.")
    group.warn(unchanged, "example-row", message, _("Put your own data in its place, or take it out."), column=column)
