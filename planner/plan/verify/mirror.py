"""Whether the sea mirrors the ray of a hop, for one hop at a time, on the round earth of k = 4/3."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

if TYPE_CHECKING:
    from planner.terrain import Profile

EARTH_M = 4 / 3 * 6_371_000.0
SURE_M = 1.0
"""By how much ground has to reach into the mirrored ray, or to stay below it, to be sure of either."""
SURE_CELLS = 1.5
"""So many cells around the mirror have to be all sea, or all land, and ground in the way has to be so wide."""


def is_mirrored(profile: Profile, masts_m: tuple[float, float], cell_m: float) -> bool | None:
    """Return whether the sea mirrors a ray between two antennas; None where it is too close to call.

    The grazing angles of both ends are equal at the mirror: on a sphere, where the search for links bends a plane.
    """
    length_m, ground_m = float(profile.distance_m[-1]), profile.ground_m
    ends_m = [
        (0.0 if math.isnan(ground) else ground) + mast
        for ground, mast in zip((float(ground_m[0]), float(ground_m[-1])), masts_m, strict=True)
    ]
    if min(ends_m) <= 0 or length_m <= 0:
        return False

    def grazing(height_m: float, away_m: float) -> float:
        turn = away_m / EARTH_M
        up = (EARTH_M + height_m) * math.cos(turn) - EARTH_M
        return math.atan2(up, (EARTH_M + height_m) * math.sin(turn))

    def apart(at_m: float) -> float:
        return grazing(ends_m[0], at_m) - grazing(ends_m[1], length_m - at_m)

    at_m = float(brentq(apart, 0.0, length_m, xtol=1e-3))
    if grazing(ends_m[0], at_m) <= 0:
        return False
    near_m = SURE_CELLS * cell_m
    around = ground_m[np.abs(profile.distance_m - at_m) <= near_m] <= 0
    if not around.any():
        return False
    reaches = _reaches_m(profile, at_m, ends_m)
    if _widest(reaches > SURE_M) * (profile.distance_m[1] - profile.distance_m[0]) > near_m:
        return False
    return True if around.all() and float(reaches.max(initial=-math.inf)) < -SURE_M else None


def _reaches_m(profile: Profile, at_m: float, ends_m: list[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return by how much ground between the ends reaches above the ray to the mirror and on; sea never does."""
    d = profile.distance_m[1:-1]
    ground_m = np.where(profile.ground_m[1:-1] > 0, profile.ground_m[1:-1], -np.inf)
    first = d <= at_m
    leg_m = np.where(first, at_m, float(profile.distance_m[-1]) - at_m)
    away_m = np.abs(d - at_m)
    ray_m = np.where(first, ends_m[0], ends_m[1]) * away_m / leg_m - away_m * (leg_m - away_m) / (2 * EARTH_M)
    return np.asarray(ground_m - ray_m)


def _widest(flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    """Return the length of the longest run."""
    edges = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    runs = np.flatnonzero(edges < 0) - np.flatnonzero(edges > 0)
    return int(runs.max(initial=0))
