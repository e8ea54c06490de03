"""What stands already: source places and towers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.i18n import _
from planner.inputs.columns import SOURCE_COLUMNS, TOWER_COLUMNS, plain_name
from planner.inputs.ground import check_positions, warn_of_sea
from planner.inputs.group import Group, read_group
from planner.inputs.places import read_coordinates, read_identity, settle_duplicates
from planner.inputs.template import warn_of_examples

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from planner.scenario import Scenario

_BUILT = frozenset(("built", "operational", "in_service", "active", "construit", "en_service", "actif", ""))
_CLOSED = frozenset(("closed", "decommissioned", "ferme", "hors_service"))
_TOWER_NUMBERS = ("lon", "lat", "height_m", "rent_per_year", "grid_hours_per_day")
_PLANNED = re.compile(r"(planned|prevu|prevue|planifie|planifiee)_?(\d{4})?")


def read_sources(scenario: Scenario, terrain: Sequence[Path]) -> tuple[pd.DataFrame, Group]:
    """Read the source places; those that are planned or closed are listed and not used."""
    group = read_group(
        scenario, "sources", scenario.inputs.sources, SOURCE_COLUMNS, numeric=("lon", "lat", "capacity_mbps")
    )
    columns = _places(group, "s", scenario, terrain)
    columns["kind"] = group.text("kind", "fibre_node")
    columns["capacity_mbps"] = group.numbers("capacity_mbps", np.inf)
    columns["status"] = _status(group)
    return _frame(group, columns), group


def read_towers(scenario: Scenario, terrain: Sequence[Path]) -> tuple[pd.DataFrame, Group]:
    """Read the existing masts and towers."""
    group = read_group(scenario, "towers", scenario.inputs.towers, TOWER_COLUMNS, numeric=_TOWER_NUMBERS)
    columns = _places(group, "t", scenario, terrain)
    columns["height_m"] = group.numbers("height_m", required=True)
    columns["rent_per_year"] = group.numbers("rent_per_year")
    columns["owner"] = group.text("owner")
    columns["grid_hours_per_day"] = group.numbers("grid_hours_per_day", greatest=24.0)
    return _frame(group, columns), group


def _places(group: Group, letter: str, scenario: Scenario, terrain: Sequence[Path]) -> dict[str, NDArray[np.generic]]:
    void_is_sea = scenario.inputs.terrain_voids == "sea"
    ids, names = read_identity(group, letter)
    lon, lat = read_coordinates(group)
    exact = np.zeros(len(group), dtype=bool)
    warn_of_examples(group, ids, names, lon, lat)
    check_positions(group, lon, lat, terrain=terrain, void_is_sea=void_is_sea, regions=None, approximate=exact)
    warn_of_sea(group, lon, lat, terrain=terrain, void_is_sea=void_is_sea, approximate=exact)
    return {"id": settle_duplicates(group, ids, names, lon, lat), "name": names, "lon": lon, "lat": lat}


def _frame(group: Group, columns: dict[str, NDArray[np.generic]]) -> pd.DataFrame:
    return pd.DataFrame({name: values[group.sound] for name, values in columns.items()})


def _status(group: Group) -> NDArray[np.object_]:
    """Return ``built``, ``closed`` or ``planned YEAR``; what is not built is left out."""
    status = np.full(len(group), "", dtype=object)
    for i, text in enumerate(plain_name(text) for text in group.text("status")):
        planned = _PLANNED.fullmatch(text)
        if text in _BUILT:
            status[i] = "built"
        elif text in _CLOSED:
            status[i] = "closed"
        elif planned is not None:
            status[i] = f"planned {planned[2]}" if planned[2] else "planned"
    remedy = _("Write built, closed, or planned and the year, such as planned 2027.")
    group.fault(status == "", "bad-status", _("The status is not understood."), remedy, column="status")
    idle = group.sound & (status != "built")
    message = _("The source is not in operation; nothing is connected to it.")
    group.leave_out(idle, "source-not-built", message, _("Write “built” once it is."), column="status")
    return status


def keep_ids_apart(taken: pd.Series, frame: pd.DataFrame, word: str, group: Group) -> pd.DataFrame:
    """Return sources or towers with ids that are not taken: ``~source:ID``, and warn of each.

    The same building may well be in two files; as places of a plan they are two.
    """
    clash = frame["id"].isin(set(taken)).to_numpy()
    if not clash.any():
        return frame
    ids = frame["id"].astype(object).to_numpy()
    rows = np.zeros(len(group), dtype=bool)
    rows[np.flatnonzero(group.sound)[clash]] = True
    message = _("Another place has the same id; this one is called ~{word}:… in the plan.").format(word=word)
    group.warn(rows, "shared-id", message, _("Rename one of them if they are not the same place."), column="id")
    return frame.assign(id=np.where(clash, [f"~{word}:{text}" for text in ids], ids))
