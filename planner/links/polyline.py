"""Lengths and priced lengths of polylines: what per-kilometre prices are multiplied by.

The priced length is a function of the stored vertices, the terrain and the land cover alone, so that anyone can
recompute it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.terrain.geodesy import WGS84

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.links.ground import GroundWeights
    from planner.terrain import Elevation


def price_polyline(
    elevation: Elevation,
    vertices: NDArray[np.float64],
    start: NDArray[np.int64],
    *,
    route_factor: float | NDArray[np.float64],
    climb_factor: float,
    ground: tuple[GroundWeights, NDArray[np.int64]] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the length and the priced length of each polyline.

    A segment of geodesic length d whose ends differ in height by h counts route_factor · w · (d + climb_factor · |h|):
    d times a factor that grows with the slope |h| / d, times the weight w of the ground that it runs through. Heights
    are bilinear between the terrain's cell centres.

    Parameters
    ----------
    elevation : Elevation
    vertices : (k, 2) float64
        lon, lat of all polylines, one after the other.
    start : (m + 1,) int64
        Polyline i is ``vertices[start[i]:start[i + 1]]``, at least one vertex.
    route_factor : float or (m,) float64
        What real trenches are longer than drawn ones.
    climb_factor : float
        Extra metres per metre of climb or fall.
    ground : tuple of GroundWeights and (m,) int64, optional
        Weights, and the `planner.links.ground.Setting` of each polyline; else all ground weighs 1.

    Returns
    -------
    length_km : (m,) float64
    priced_km : (m,) float64
        NaN where the height of a vertex is unknown.
    """
    lon, lat = vertices.T
    _azimuth, _back, length_m = WGS84.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    climb_m = np.abs(np.diff(elevation.sample(lon, lat)))
    polyline = np.repeat(np.arange(len(start) - 1), np.diff(start))
    inside = polyline[:-1] == polyline[1:]
    row, length_m, climb_m = polyline[:-1][inside], length_m[inside], climb_m[inside]
    size = len(start) - 1
    length_km = np.bincount(row, length_m, size) / 1000
    priced_m = length_m + climb_factor * climb_m
    if ground is not None:
        ends = lon[:-1][inside], lat[:-1][inside], lon[1:][inside], lat[1:][inside]
        priced_m = priced_m * ground[0].of_pieces(elevation, ends, length_m, ground[1][row])
    priced_km = route_factor * np.bincount(row, priced_m, size) / 1000
    return length_km, priced_km
