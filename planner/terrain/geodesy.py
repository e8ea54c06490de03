"""Places on the ellipsoid: earth-centred coordinates, great-circle middles, contiguous longitudes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyproj import Geod

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

WGS84 = Geod(ellps="WGS84")
EARTH_RADIUS_M = 6_371_000.0
"""Mean radius, for the bulge of the earth under a path (the value of the reference tables of P.526 practice)."""
SPEED_OF_LIGHT_M_S = 299_792_458.0


def surface_normals(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
    """Return the unit normals of the ellipsoid at ``lon, lat`` (degrees), shape (n, 3)."""
    lam, phi = np.radians(np.atleast_1d(lon)), np.radians(np.atleast_1d(lat))
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def earth_centred(normals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return earth-centred coordinates in metres, shape (n, 3), of the sea-level points with these normals."""
    eccentricity_squared = float(WGS84.es)
    prime_vertical_m = float(WGS84.a) / np.sqrt(1.0 - eccentricity_squared * normals[:, 2] ** 2)
    squash = np.array([1.0, 1.0, 1.0 - eccentricity_squared])
    return np.asarray(normals * prime_vertical_m[:, None] * squash)


def great_circle_middles(
    start: NDArray[np.float64], end: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitude and latitude (degrees) half way along great circles between surface normals.

    Geodetic latitudes are taken as spherical ones: within 0.4 m of the geodesic for paths up to 50 km. Swapping the
    ends changes no bit of the result.
    """
    x, y, z = (start + end).T
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))


def unwrap_longitudes(lon: NDArray[np.float64], near: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the longitudes shifted by whole turns so that each lies within 180° of ``near``."""
    return np.asarray(lon - 360.0 * np.round((lon - near) / 360.0))


def contiguous_span(lon: NDArray[np.float64]) -> tuple[float, float]:
    """Return west and east (degrees, west ≤ east) of the shortest arc that holds every longitude.

    The arc may run past 180°: places in Fiji at 179.9 and −179.9 span 179.9 to 180.1.
    """
    turned = np.unique(lon % 360.0)
    gaps = np.diff(turned, append=turned[0] + 360.0)
    widest = int(np.argmax(gaps))
    west = turned[(widest + 1) % turned.size]
    span = 360.0 - gaps[widest]
    west = float(unwrap_longitudes(np.array(west), 0.0))
    return west, west + float(span)
