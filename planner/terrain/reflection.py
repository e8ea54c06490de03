"""Rays that the sea mirrors: on hops over water the second ray may put out the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.terrain.geodesy import EARTH_RADIUS_M, WGS84

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.terrain.elevation import Elevation

    Numbers = NDArray[np.float64]

_STANDARD_K = 4.0 / 3.0
_HALVINGS = 60
_CORNERS = 17  # of the geodesic: between two of them it is straight in degrees to 1 m over 50 km
_FIRST_SAMPLES = 64  # of a path: enough to find most of what stands in the way
_BLOCK = 512  # paths that are sampled at once


def mirror_km(length_km: Numbers, antenna_u_m: Numbers, antenna_v_m: Numbers) -> Numbers:
    """Return where a smooth sea mirrors a ray, from the first end, as if nothing else lay there.

    Parameters
    ----------
    length_km : (n,) float64
    antenna_u_m, antenna_v_m : (n,) float64
        Of the antennas above the sea.

    Returns
    -------
    (n,) float64
        NaN where an antenna does not stand above the sea, or lies below the horizon of that point.

    Notes
    -----
    Equal angles on the earth of k = 4/3: h1 / d1 = h2 / d2 with the heights over the plane that touches the sea at the
    point, h − d² / (2 k a) (P.530 §6.1.2.5 solves the same equation), by bisection.
    """
    length_m, bend = 1000.0 * np.asarray(length_km, np.float64), 1.0 / (2.0 * _STANDARD_K * EARTH_RADIUS_M)
    low, high = np.zeros(length_m.shape), length_m.copy()
    for _halving in range(_HALVINGS):
        d1 = (low + high) / 2.0
        d2 = length_m - d1
        beyond = (antenna_u_m - bend * d1**2) * d2 > (antenna_v_m - bend * d2**2) * d1
        low, high = np.where(beyond, d1, low), np.where(beyond, high, d1)
    d1, d2 = high, length_m - high
    seen = (antenna_u_m > bend * d1**2) & (antenna_v_m > bend * d2**2)
    return np.where(seen, d1 / 1000.0, np.nan)


def sea_mirrors(
    elevation: Elevation,
    ends_u: tuple[Numbers, Numbers],
    ends_v: tuple[Numbers, Numbers],
    antenna_u_m: Numbers,
    antenna_v_m: Numbers,
) -> NDArray[np.bool_]:
    """Return which paths have a second ray by the sea: it is mirrored on water, and no ground is in its way.

    Parameters
    ----------
    elevation : Elevation
        Water is the sea: ground that is not above 0, and voids that count as sea. Unknown ground stands in no way.
    ends_u, ends_v : tuple of two (n,) float64
        Longitudes and latitudes, WGS84 degrees.
    antenna_u_m, antenna_v_m : (n,) float64
        Of the antennas above the sea.

    Returns
    -------
    (n,) bool
    """
    azimuth, _back, length_m = WGS84.inv(*ends_u, *ends_v)
    at_m = 1000.0 * mirror_km(length_m / 1000.0, antenna_u_m, antenna_v_m)
    found = np.zeros(len(length_m), np.bool_)
    possible = np.flatnonzero(np.isfinite(at_m))
    if not len(possible):
        return found
    lon, lat, _back = WGS84.fwd(ends_u[0][possible], ends_u[1][possible], azimuth[possible], at_m[possible])
    wet = possible[elevation.sample(lon, lat) <= 0.0]
    for step_m in (float(length_m.max()) / _FIRST_SAMPLES, elevation.cell_m / 2.0):
        wet = wet[np.argsort(length_m[wet], kind="stable")]  # paths of a block take as many samples as its longest
        free = [np.zeros(0, np.bool_)]
        for start in range(0, len(wet), _BLOCK):
            rows = wet[start : start + _BLOCK]
            distance_m, ground_m = _grounds(elevation, ends_u, azimuth, length_m, rows, step_m)
            left_m = distance_m - at_m[rows, None]
            before = left_m < 0.0
            leg_m = np.where(before, at_m[rows, None], (length_m - at_m)[rows, None])
            antenna_m = np.where(before, antenna_u_m[rows, None], antenna_v_m[rows, None])
            away_m = np.abs(left_m)
            ray_m = antenna_m * away_m / leg_m - away_m * (leg_m - away_m) / (2.0 * _STANDARD_K * EARTH_RADIUS_M)
            free.append(~((ground_m > ray_m) & (ground_m > 0.0))[:, 1:-1].any(axis=1))
        wet = wet[np.concatenate(free)]
    found[wet] = True
    return found


def _grounds(
    elevation: Elevation,
    ends_u: tuple[Numbers, Numbers],
    azimuth: Numbers,
    length_m: Numbers,
    rows: NDArray[np.int64],
    step_m: float,
) -> tuple[Numbers, Numbers]:
    """Return distances from the first end and heights of the ground along paths, (rows, samples) each, in metres."""
    samples = max(int(np.ceil(float(length_m[rows].max()) / step_m)), 2) + 1
    corners = np.linspace(0.0, 1.0, _CORNERS)
    shape = (len(rows), _CORNERS)
    lon, lat, turn = (np.broadcast_to(end[rows, None], shape).ravel() for end in (*ends_u, azimuth))
    lon, lat, _back = WGS84.fwd(lon, lat, turn, (length_m[rows, None] * corners).ravel())
    lon, lat = np.reshape(lon, shape), np.reshape(lat, shape)
    lon = lon[:, :1] + (lon - lon[:, :1] + 180.0) % 360.0 - 180.0
    share = np.linspace(0.0, 1.0, samples)
    left = np.minimum((share * (_CORNERS - 1)).astype(np.int64), _CORNERS - 2)
    part = share * (_CORNERS - 1) - left
    between = [degrees[:, left] * (1.0 - part) + degrees[:, left + 1] * part for degrees in (lon, lat)]
    return length_m[rows, None] * share, elevation.sample(*between)
