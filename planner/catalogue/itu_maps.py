"""The ITU-R's digital maps of climate, read from the package itur where the extra ``itu`` is installed.

The maps may not be passed on, so the program has none of them. Known traps of itur 0.4 that stay outside: its
`rainfall_rate` of arrays is right for 0.01 % alone, which is all that is asked here; results are astropy quantities,
of a plain number for a single place; which edition of a Recommendation answers is a setting of the whole process.
"""

from __future__ import annotations

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.errors import InputError, Problem
from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Reader = Callable[[Any, Numbers, Numbers], Any]

MAPS: dict[str, str] = {
    "rain_mm_h": "ITU-R P.837-7",
    "dn1_per_km": "ITU-R P.453-13",
    "vapour_g_m3": "ITU-R P.836-6",
    "isotherm_km": "ITU-R P.839-4",
}
"""What the maps give, in the order of `read_maps`, and the Recommendation that each figure is of."""

_READERS: dict[str, Reader] = {
    # R0.01 has a map of its own in P.837-7.
    "rain_mm_h": lambda model, lat, lon: model.rainfall_rate(lat, lon, 0.01),
    # The lowest 65 m, not exceeded during 1 % of the year: dN1 of P.530.
    "dn1_per_km": lambda model, lat, lon: model.DN65(lat, lon, 1),
    # The median of the year, at the height of the map's own relief.
    "vapour_g_m3": lambda model, lat, lon: model.surface_water_vapour_density(lat, lon, 50),
    "isotherm_km": lambda model, lat, lon: model.isoterm_0(lat, lon),
}


def maps_version() -> str:
    """Return the version of the package that the maps are read from, without importing it.

    Raises
    ------
    InputError
        It is not installed.
    """
    try:
        return metadata.version("itur")
    except metadata.PackageNotFoundError:
        message = _("The package itur, which has the maps of the ITU-R, is not installed.")
        remedy = _("Install the extra “itu” with: {command}. Or set climate.source to “zone”.").format(
            command='pip install "itur>=0.4,<0.5"'
        )
        problem = Problem("maps-missing", message, remedy, column="climate.source", value="itu")
        raise InputError(problem) from None


def read_maps(lon: Numbers, lat: Numbers) -> Numbers:
    """Return what the maps say at places, in the order of `MAPS`.

    Importing itur takes about two seconds, so that this module does so only here.

    Parameters
    ----------
    lon, lat : (n,) float64
        WGS84 degrees, longitudes from -180 to 180 or 0 to 360.

    Returns
    -------
    (n, 4) float64
        Bilinear between the grid points of each map (P.1144).

    Raises
    ------
    InputError
        itur is not installed, or a map says nothing at a place, as that of P.836 near the poles.
    """
    maps_version()
    found = np.empty((len(lon), len(MAPS)))
    if not len(lon):
        return found
    for column, (figure, recommendation) in enumerate(MAPS.items()):
        number, version = recommendation.rpartition("P.")[2].split("-")
        model = import_module(f"itur.models.itu{number}")
        if model.get_version() != int(version):
            model.change_version(int(version))
        found[:, column] = np.ravel(_READERS[figure](model, lat, lon).value)
    silent = np.argwhere(~np.isfinite(found))
    if len(silent):
        place, column = silent[0]
        figure = list(MAPS)[column]
        message = _("The map of {recommendation} says nothing at {lat}, {lon}.").format(
            recommendation=MAPS[figure], lat=f"{lat[place]:g}", lon=f"{lon[place]:g}"
        )
        remedy = _("Give climate.{figure} in the scenario.").format(figure=figure)
        raise InputError(Problem("map-silent", message, remedy, column="climate.source", value="itu"))
    return found
