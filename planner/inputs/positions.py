"""Where the offices lie, before anything else of the inputs is there to check them against."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.inputs.columns import OFFICE_COLUMNS
from planner.inputs.group import read_group
from planner.inputs.places import read_coordinates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.scenario import Scenario


def office_positions(scenario: Scenario) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitude and latitude in degrees of the offices whose position can be read.

    Raises
    ------
    InputError
        No file of offices can be read, or none has a position.
    """
    group = read_group(scenario, "offices", scenario.inputs.offices, OFFICE_COLUMNS, numeric=("lon", "lat"))
    lon, lat = read_coordinates(group)
    known = group.sound & (np.abs(lon) <= 180) & (np.abs(lat) < 90)
    if not known.any():
        message, remedy = _("No office has a position."), _("See what “planner check” says of the offices.")
        raise InputError(group.problems or Problem("no-offices", message, remedy))
    return lon[known], lat[known]
