"""The ITU-R's digital maps of climate, read from the package itur where the extra ``itu`` is installed.

The maps may not be passed on, so the program has none of them. Known traps of itur 0.4 that stay outside: its
`rainfall_rate` of arrays is right for 0.01 % alone, for which it reads a map, and ends its search elsewhere than the
Recommendation, so that rain rates are reckoned here from the monthly maps; results are astropy quantities, of a plain
number for a single place; which edition of a Recommendation answers is a setting of the whole process.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.radio import rain_rate_mm_h

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
    "rain_mm_h": lambda _model, lat, lon: rain_rate_of_maps(lon, lat, 0.01),
    # The lowest 65 m, not exceeded during 1 % of the year: dN1 of P.530.
    "dn1_per_km": lambda model, lat, lon: model.DN65(lat, lon, 1).value,
    # The median of the year, at the height of the map's own relief.
    "vapour_g_m3": lambda model, lat, lon: model.surface_water_vapour_density(lat, lon, 50).value,
    "isotherm_km": lambda model, lat, lon: model.isoterm_0(lat, lon).value,
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


def _model(recommendation: str) -> Any:
    """Return the module of itur for a Recommendation, set to the edition that is named."""
    number, version = recommendation.rpartition("P.")[2].split("-")
    model = import_module(f"itur.models.itu{number}")
    if model.get_version() != int(version):
        model.change_version(int(version))
    return model


@cache
def _monthly_rain() -> tuple[Callable[[Numbers], Numbers], ...]:
    """Return what interpolates each of P.837-7's twelve maps of monthly rain, mm; itur shows none of them."""
    utils, itu1144 = import_module("itur.utils"), import_module("itur.models.itu1144")
    return tuple(
        utils.load_data_interpolator(
            "837/v7_lat_mt.npz",
            "837/v7_lon_mt.npz",
            f"837/v7_mt_month{month:02d}.npz",
            itu1144.bilinear_2D_interpolator,
        )
        for month in range(1, 13)
    )


def rain_rate_of_maps(lon: Numbers, lat: Numbers, percentage: float | Numbers) -> Numbers:
    """Return the rain rate that the monthly maps give for a percentage of an average year, by P.837-7 Annex 1.

    Parameters
    ----------
    lon, lat : (n,) float64
        WGS84 degrees, longitudes from -180 to 180 or 0 to 360.
    percentage : float or (n,) float64

    Returns
    -------
    (n,) float64
        mm/h. The map of R0.01 is where the search starts; it is itself made so, at the points of its grid.
    """
    at = np.column_stack([lat, (lon + 180.0) % 360.0 - 180.0])
    temperature = _model("ITU-R P.1510-1").surface_month_mean_temperature
    first = _model(MAPS["rain_mm_h"]).rainfall_rate(lat, lon, 0.01)
    return rain_rate_mm_h(
        percentage,
        monthly_rain_mm=np.column_stack([of_month(at) for of_month in _monthly_rain()]),
        temperature_k=np.column_stack([np.ravel(temperature(lat, lon, month).value) for month in range(1, 13)]),
        first_mm_h=np.ravel(first.value),
    )


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
        found[:, column] = np.ravel(_READERS[figure](_model(recommendation), lat, lon))
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
