"""What office files say of the climate at their places: rain, refractivity, vapour, isotherm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.i18n import _
from planner.inputs.columns import plain_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.inputs.group import Group

    Numbers = NDArray[np.float64]

CLIMATE_RANGES = {
    "rain_mm_h": (0.1, 300.0),
    "dn1_per_km": (-1500.0, -1.0),
    "vapour_g_m3": (0.1, 50.0),
    "isotherm_km": (0.0, 7.0),
}
"""Columns with the least and the greatest value that any place on earth may have."""
RAIN_ZONES_MM_H = {
    "A": 8.0, "B": 12.0, "C": 15.0, "D": 19.0, "E": 22.0, "F": 28.0, "G": 30.0, "H": 32.0, "J": 35.0, "K": 42.0,
    "L": 60.0, "M": 63.0, "N": 95.0, "P": 145.0, "Q": 115.0,
}  # fmt: skip
"""R0.01 of the rain zones of ITU-R P.837-1, Table 1."""


def read_climate(group: Group) -> dict[str, Numbers]:
    """Return the climate columns, NaN where a file says nothing; a rain zone stands in for a rain rate."""
    found = {
        name: group.numbers(name, least=least, greatest=greatest) for name, (least, greatest) in CLIMATE_RANGES.items()
    }
    zone = np.array([plain_name(text).upper() for text in group.text("rain_zone")], dtype=object)
    rates = np.array([RAIN_ZONES_MM_H.get(letter, np.nan) for letter in zone])
    remedy = _("Write a letter of ITU-R P.837-1: {letters}.").format(letters=", ".join(RAIN_ZONES_MM_H))
    unknown = (zone != "") & np.isnan(rates)
    group.fault(unknown, "unknown-rain-zone", _("There is no such rain zone."), remedy, column="rain_zone")
    found["rain_mm_h"] = np.where(np.isnan(found["rain_mm_h"]), rates, found["rain_mm_h"])
    return found
