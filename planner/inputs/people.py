"""People within reach of each office, and what connecting it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.i18n import _, ngettext
from planner.inputs.catchment import Catchments, find_catchments, open_population, whole_people
from planner.inputs.ground import raster_contents
from planner.inputs.reading import require_file
from planner.kept import kept_arrays
from planner.scenario import PEOPLE_UNDERSERVED
from planner.wording import number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from planner.inputs.offices import ReadOffices
    from planner.scenario import Scenario


@dataclass(frozen=True)
class Reached:
    """People of each office, whole people within reach, and what was taken for granted."""

    people: NDArray[np.int64]
    assumptions: tuple[str, ...] = ()


def people_from_raster(scenario: Scenario, offices: ReadOffices, terrain: Sequence[Path]) -> Reached:
    """Count people within reach in the population raster; an office without any land of the raster is warned of.

    Raises
    ------
    InputError
        The raster cannot be read.
    """
    file = scenario.inputs.population
    assert file is not None
    frame, group = offices.frame, offices.group
    lon, lat = frame["lon"].to_numpy(np.float64), frame["lat"].to_numpy(np.float64)
    found = _catchments(scenario, file, terrain, lon, lat)
    outside = np.zeros(len(group), dtype=bool)
    outside[np.flatnonzero(group.sound)[~found.on_land]] = True
    message = _(
        "The population raster has no land at the office, which may lie in the sea: nobody is within its reach."
    )
    remedy = _("Check the coordinates, or give a raster that covers the place.")
    group.warn(outside, "outside-population", message, remedy, column="name")
    people = whole_people(found.people, frame["id"].to_numpy(dtype=object))
    said = _("{reached} of {total} people live within {km} km of an office on their own land (straight line).")
    reached, total, km = number(people.sum()), number(found.total), number(scenario.benefit.catchment_km, 3)
    return Reached(people, (said.format(reached=reached, total=total, km=km),))


def _catchments(
    scenario: Scenario, file: str, terrain: Sequence[Path], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> Catchments:
    """Return what each office has within reach, from the cache where it was counted before."""
    path, within_km = require_file(file, scenario.locate(file)), scenario.benefit.catchment_km

    def count() -> dict[str, NDArray[np.generic]]:
        with open_population(path, file) as raster:
            found = find_catchments(raster, terrain, lon, lat, within_km)
        return {"people": found.people, "total": np.array(found.total), "on_land": found.on_land}

    contents = raster_contents((path, *terrain))
    asked: list[str | bytes] = ["catchments", *contents, lon.tobytes(), lat.tobytes(), repr(within_km)]
    kept = kept_arrays(("inputs", "terrain"), asked, count)
    return Catchments(kept["people"].astype(np.float64), float(kept["total"]), kept["on_land"].astype(np.bool_))


def people_from_column(scenario: Scenario, offices: pd.DataFrame) -> Reached:
    """Take the offices' own population figures, and the scenario's number where there is none."""
    given = offices["population"].to_numpy(np.float64)
    missing = np.isnan(given)
    if not missing.any():
        return Reached(np.rint(given).astype(np.int64))
    rule = scenario.missing.population
    assert rule != "error", "reading the offices made it a fault"
    each = 1.0 if rule == "one" else float(rule)
    said = ngettext(
        "{n} office without a population figure counts {people} (missing.population).",
        "{n} offices without a population figure count {people} each (missing.population).",
        int(missing.sum()),
    )
    people = np.rint(np.where(missing, each, given)).astype(np.int64)
    return Reached(people, (said.format(n=number(missing.sum()), people=number(each, 3)),))


def add_people_and_benefit(
    scenario: Scenario, offices: pd.DataFrame, people_total: NDArray[np.int64]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the offices with ``people``, ``people_total`` and ``benefit``, and what was taken for granted.

    The benefit is the weighted sum of the columns, of which ``people_underserved`` is ``people``. An adequate office
    has none; an insufficient one has the increment: the share of its demand that it lacks today.
    """
    share = offices["share_underserved"].to_numpy(np.float64)
    people = np.rint(people_total * share).astype(np.int64)
    benefit = np.zeros(len(offices))
    for column, weight in scenario.benefit.weights.items():
        benefit += weight * (people if column == PEOPLE_UNDERSERVED else offices[column].to_numpy(np.float64))
    status, speed = offices["status_before"].to_numpy(dtype=object), offices["mbps_before"].to_numpy(np.float64)
    has = np.minimum(1.0, np.nan_to_num(speed) / offices["demand_mbps"].to_numpy(np.float64))
    benefit = np.where(status == "adequate", 0.0, np.where(status == "insufficient", benefit * (1 - has), benefit))
    unmeasured = int(np.count_nonzero((status == "insufficient") & np.isnan(speed)))
    said = ngettext(
        "{n} office with an insufficient connection of unknown speed counts as if it had none.",
        "{n} offices with an insufficient connection of unknown speed count as if they had none.",
        unmeasured,
    )
    frame = offices.assign(people=people, people_total=people_total, benefit=benefit)
    return frame.drop(columns=["population", "share_underserved"]), (said.format(n=unmeasured),) if unmeasured else ()
