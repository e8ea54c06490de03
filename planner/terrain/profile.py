"""One path at a time, plain and slow: the ground along a geodesic and the clearance above it.

It checks the fast line of sight and draws profile cards, so it goes its own way: true geodesics, distances in metres,
the textbook formulas, no code shared with the compiled loops.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.terrain.geodesy import EARTH_RADIUS_M, SPEED_OF_LIGHT_M_S, WGS84

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.terrain.elevation import Elevation


@dataclass(frozen=True, eq=False)
class Profile:
    """The ground under a path.

    Attributes
    ----------
    distance_m : ndarray of float64, shape (n,)
        From the first end (0) to the second (the geodesic's length), evenly spaced.
    ground_m : ndarray of float64, shape (n,)
        Bilinear ground height; NaN where unknown.
    surface_m : ndarray of float64, shape (n,)
        The same with what stands on the ground.
    """

    distance_m: NDArray[np.float64]
    ground_m: NDArray[np.float64]
    surface_m: NDArray[np.float64]


def terrain_profile(elevation: Elevation, lon0: float, lat0: float, lon1: float, lat1: float, step_m: float) -> Profile:
    """Sample the ground along the WGS84 geodesic at steps of at most ``step_m``, both ends included.

    Parameters
    ----------
    elevation : Elevation
        The ground.
    lon0, lat0, lon1, lat1 : float
        Ends in WGS84 degrees.
    step_m : float
        Longest step wanted.
    """
    _azimuth, _back, length_m = WGS84.inv(lon0, lat0, lon1, lat1)
    points = int(np.ceil(length_m / step_m)) + 1
    if points < 3:  # nothing between the ends
        lon, lat = np.array([lon0, lon1]), np.array([lat0, lat1])
    else:
        path = WGS84.inv_intermediate(
            lon0, lat0, lon1, lat1, npts=points, initial_idx=0, terminus_idx=0, return_back_azimuth=True
        )
        lon, lat = np.asarray(path.lons), np.asarray(path.lats)
    ground_m = elevation.sample(lon, lat)
    surface_m = ground_m if elevation.surface is None else elevation.sample_surface(lon, lat)
    return Profile(np.linspace(0.0, length_m, lon.size), ground_m, surface_m)


def clearance_m(
    profile: Profile,
    h0: float,
    h1: float,
    frequency_ghz: float,
    k: float,
    share: float,
    *,
    bare_ends_m: float = 0.0,
) -> NDArray[np.float64]:
    """Return by how much the ray between two antennas passes above ground, land cover, earth bulge and Fresnel share.

    Parameters
    ----------
    profile : Profile
        The ground between the ends.
    h0, h1 : float
        Antenna heights above ground at the first and second end, m.
    frequency_ghz : float
        Of the link.
    k : float
        Effective earth radius factor.
    share : float
        Share of the first Fresnel zone that must stay free.
    bare_ends_m : float
        Up to this distance from either end nothing stands on the ground.

    Returns
    -------
    ndarray of float64, shape (n,)
        Metres at each sample of the profile; negative where blocked, NaN where the ground is unknown. Bulge
        d1 d2 / (2 k R) and Fresnel radius √(λ d1 d2 / d): P.526-15 §4.5.1 and eq. (2).
    """
    d1 = profile.distance_m
    length_m = d1[-1]
    d2 = length_m - d1
    ray_m = (
        profile.ground_m[0]
        + h0
        + np.divide(d1, length_m, out=np.zeros_like(d1), where=length_m > 0.0)
        * (profile.ground_m[-1] + h1 - profile.ground_m[0] - h0)
    )
    bulge_m = d1 * d2 / (2.0 * k * EARTH_RADIUS_M)
    wavelength_m = SPEED_OF_LIGHT_M_S / (frequency_ghz * 1e9)
    fresnel_m = np.sqrt(np.divide(wavelength_m * d1 * d2, length_m, out=np.zeros_like(d1), where=length_m > 0.0))
    below_m = np.where(np.minimum(d1, d2) <= bare_ends_m, profile.ground_m, profile.surface_m)
    return np.asarray(ray_m - below_m - bulge_m - share * fresnel_m)
