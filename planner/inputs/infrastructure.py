"""What stands already: source places and towers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.i18n import _
from planner.inputs.columns import SOURCE_COLUMNS, TOWER_COLUMNS
from planner.inputs.ground import check_positions, warn_of_sea
from planner.inputs.group import Group, read_group
from planner.inputs.places import read_coordinates, read_identity, settle_duplicates
from planner.inputs.status import read_status
from planner.inputs.template import warn_of_examples

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from planner.scenario import Scenario

FEWEST_PORTS = 2
"""One antenna towards the source, one onwards."""
IMPLAUSIBLE_M = 200.0
"""Towers above are few in any country; feet or a slip of the pen are likelier."""
_TOWER_NUMBERS = ("lon", "lat", "height_m", "rent_per_year", "grid_hours_per_day", "ports")


def read_sources(scenario: Scenario, terrain: Sequence[Path]) -> tuple[pd.DataFrame, Group]:
    """Read the source places; those that are planned or closed are listed and not used."""
    group = read_group(
        scenario, "sources", scenario.inputs.sources, SOURCE_COLUMNS, numeric=("lon", "lat", "capacity_mbps")
    )
    columns = _places(group, "s", scenario, terrain)
    columns["kind"] = group.text("kind", "fibre_node")
    columns["capacity_mbps"] = group.numbers("capacity_mbps", np.inf)
    idle = _("The source is not in operation; nothing is connected to it.")
    columns["status"] = read_status(group, idle=idle)
    return _frame(group, columns), group


def read_towers(scenario: Scenario, terrain: Sequence[Path]) -> tuple[pd.DataFrame, Group]:
    """Read the existing masts and towers; those that are planned or closed are listed and not used."""
    group = read_group(scenario, "towers", scenario.inputs.towers, TOWER_COLUMNS, numeric=_TOWER_NUMBERS)
    columns = _places(group, "t", scenario, terrain)
    height_m = group.numbers("height_m", required=True)
    columns["height_m"] = height_m
    columns["rent_per_year"] = group.numbers("rent_per_year")
    columns["owner"] = group.text("owner")
    columns["ports"] = _ports(group)
    columns["grid_hours_per_day"] = group.numbers("grid_hours_per_day", greatest=24.0)
    read_status(group, idle=_("The tower is not in operation; no antenna is put on it."))
    tall = group.sound & (height_m > IMPLAUSIBLE_M)
    message = _("A tower of more than {metres} m is rare; the height is used as given.").format(
        metres=f"{IMPLAUSIBLE_M:g}"
    )
    group.warn(tall, "implausible-height", message, _("Check the unit: the height is in metres."), column="height_m")
    return _frame(group, columns), group


def _ports(group: Group) -> NDArray[np.float64]:
    """Return for how many more hops a tower has room, infinite where that is not said."""
    ports = group.numbers("ports", np.inf)
    part = group.sound & np.isfinite(ports) & (ports != np.round(ports))
    remedy = _("Write for how many more hops the tower has room, such as 4.")
    group.fault(part, "not-whole", _("A whole number is expected."), remedy, column="ports")
    few = group.sound & (ports < FEWEST_PORTS)
    message = _("A relay needs room for two hops; the tower is not used.")
    group.leave_out(few, "no-port", message, _("Correct the number if there is room."), column="ports")
    return ports


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
