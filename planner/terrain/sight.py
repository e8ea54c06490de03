"""Line of sight between many pairs of places at once, with the masts it takes."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, cast

import numpy as np

from planner.terrain import ground_cells, sight_kernel, sight_walk, staircase
from planner.terrain.geodesy import (
    EARTH_RADIUS_M,
    SPEED_OF_LIGHT_M_S,
    earth_centred,
    great_circle_middles,
    surface_normals,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.terrain.elevation import Elevation, Heights

NO_LEVEL = staircase.NO_LEVEL
"""Stands in tables of rungs where no rung will do."""
TWO_CRITERIA: tuple[tuple[float, float], ...] = ((4 / 3, 1.0), (2 / 3, 0.6))
"""Clearance by (effective earth radius factor k, share of the first Fresnel zone); every one must hold.

ITU-R P.530-17 §2.2.2.1 without diversity, tropics.
"""

_TILE = 256  # cells: pairs that start in the same tile are traced one after the other, while it is in the cache
_MAX_TILES = 1 << 16  # per side; places farther out share a tile
_CHUNK = 4096  # pairs per task: long enough to hide the task's cost, short enough to balance threads
_MAX_LENGTH_M = 200_001.0  # beyond 200 km the quadratic path strays too far; a length here is the geodesic to some cm


class PathState(IntEnum):
    """What is known of a path."""

    CLEAR = sight_kernel.CLEAR
    """Some pair of usable rungs clears every criterion."""
    BLOCKED = sight_kernel.BLOCKED
    """Known terrain stands above the ray even between the highest usable rungs."""
    VOID = sight_kernel.VOID
    """No known terrain blocks it, but part of the ground is unknown: not offered."""


@dataclass(frozen=True, eq=False)
class Sight:
    """Line of sight of some pairs.

    Attributes
    ----------
    least_level : ndarray of uint8, shape (n_pairs, L)
        For each rung at u, the least rung at v that clears every criterion; ``NO_LEVEL`` (255) where none does.
    state : ndarray of uint8, shape (n_pairs,)
        A ``PathState`` per pair.
    voids : ndarray of uint16, shape (n_pairs,)
        Steps of a clear path, one cell long or shorter, that start over voids: 0 unless voids count as sea.
    """

    least_level: NDArray[np.uint8]
    state: NDArray[np.uint8]
    voids: NDArray[np.uint16]


def line_of_sight(
    elevation: Elevation,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    u: NDArray[np.uint32],
    v: NDArray[np.uint32],
    *,
    heights_m: NDArray[np.float64],
    max_level: NDArray[np.uint8],
    frequency_ghz: float,
    criteria: Sequence[tuple[float, float]] = TWO_CRITERIA,
    margin_m: float = 0.0,
    bare_ends_m: float = 0.0,
) -> Sight:
    """Find the pairs of mast heights at which each pair of places sees each other.

    Paths follow great circles over bilinear heights, whose crests between two samples are not missed. Swapping u and v
    gives the transposed table, exactly; the order of pairs and the number of threads change nothing.

    Parameters
    ----------
    elevation : Elevation
        The ground.
    lon, lat : ndarray of float64, shape (n_places,)
        WGS84 degrees.
    u, v : ndarray of uint32, shape (n_pairs,)
        Ends of each path, as indices of places.
    heights_m : ndarray of float64, shape (L,)
        Antenna heights above ground, rising; at most 255.
    max_level : ndarray of uint8, shape (n_places,)
        Highest usable rung of each place; ``NO_LEVEL`` where none is.
    frequency_ghz : float
        For the first Fresnel zone.
    criteria : sequence of (k, share)
        Every one must hold: the share of the first Fresnel zone stays free at effective earth radius k × 6371 km.
    margin_m : float
        Error of the terrain model, added to the ground between the ends, not at them: no rung below it is of use.
    bare_ends_m : float
        How far from either end nothing of what ``elevation.surface`` holds stands on the ground.

    Raises
    ------
    ValueError
        Rungs do not rise, are too many, or reach below the ground; a path is longer than 200 km.
    """
    rungs_m = np.ascontiguousarray(heights_m, np.float64)
    _check_rungs(rungs_m, max_level)
    if min(elevation.shape) < 2:
        raise ValueError("bilinear heights need a grid of at least 2 × 2 cells")
    # one set of types, so that the loops are compiled once
    u, v = (np.ascontiguousarray(ends, np.uint32) for ends in (u, v))
    max_level = np.ascontiguousarray(max_level, np.uint8)
    ground = _in_one_row(elevation.heights)
    is_covered = elevation.surface is not None
    surface = ground if elevation.surface is None else _in_one_row(elevation.surface)
    grid = ground_cells.Grid(ground, surface, *elevation.shape, is_covered, elevation.void_is_sea)
    places = ground_cells.Places(*elevation.to_pixel(lon, lat), elevation.sample(lon, lat), max_level)
    wavelength_m = SPEED_OF_LIGHT_M_S / (frequency_ghz * 1e9)
    rules = sight_walk.Rules(
        curvature=np.array([1.0 / (2.0 * k * EARTH_RADIUS_M) for k, _share in criteria]),
        fresnel=np.array([share * np.sqrt(wavelength_m) for _k, share in criteria]),
        lift_m=float(margin_m),
        bare_m=float(bare_ends_m),
        rungs_m=rungs_m,
    )
    normals = surface_normals(lon, lat)
    positions = earth_centred(normals)
    order = _order_by_tile(places.row, places.col, u, v)
    answers = sight_kernel.Answers(
        np.full((u.size, rungs_m.size), NO_LEVEL, np.uint8), np.empty(u.size, np.uint8), np.zeros(u.size, np.uint16)
    )

    def trace(first: int) -> None:
        pair = order[first : first + _CHUNK]
        start, end = u[pair], v[pair]
        length_m = _lengths_m(positions[start], positions[end])
        if not length_m.max() <= _MAX_LENGTH_M:  # also where a coordinate is not a number
            raise ValueError(f"a path is longer than {_MAX_LENGTH_M / 1000:.0f} km")
        middle = elevation.to_pixel(*great_circle_middles(normals[start], normals[end]))
        paths = sight_kernel.Paths(pair, *middle, length_m)
        sight_kernel.trace_paths(grid, places, u, v, paths, rules, answers)

    # Own threads over compiled loops that release the interpreter: they balance uneven paths and, unlike numba's
    # parallel loops, survive a later fork of the process.
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        for _done in threads.map(trace, range(0, u.size, _CHUNK)):
            pass
    return Sight(*answers)


def _check_rungs(rungs_m: NDArray[np.float64], max_level: NDArray[np.uint8]) -> None:
    if not 1 <= rungs_m.size <= NO_LEVEL or rungs_m[0] < 0.0 or (np.diff(rungs_m) <= 0.0).any():
        raise ValueError(f"antenna heights must be 1 to {NO_LEVEL} rising values from 0 m up")
    if ((max_level >= rungs_m.size) & (max_level != NO_LEVEL)).any():
        raise ValueError("max_level points beyond the ladder of antenna heights")


def _lengths_m(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return arc lengths between earth-centred positions: chords bent to the earth's mean curvature.

    The correction is 0.13 m at 50 km, and the ellipsoid's radii differ by 0.7 % from the mean one: the error against
    the geodesic stays below 2 cm up to 100 km.
    """
    chord_m = np.sqrt(((start - end) ** 2).sum(axis=1))
    return np.asarray(2.0 * EARTH_RADIUS_M * np.arcsin(chord_m / (2.0 * EARTH_RADIUS_M)))


def _order_by_tile(
    row: NDArray[np.float64], col: NDArray[np.float64], u: NDArray[np.uint32], v: NDArray[np.uint32]
) -> NDArray[np.intp]:
    """Return the pairs sorted by the tiles of their ends, so that paths traced together read the same ground."""
    down, across = (np.clip(np.nan_to_num(values) // _TILE, -1, _MAX_TILES).astype(np.int64) for values in (row, col))
    _tiles, tile = np.unique(down * (_MAX_TILES + 2) + across, return_inverse=True)
    return np.lexsort((tile[v], tile[u]))


def _in_one_row(heights: Heights) -> Heights:
    """Return heights cell after cell, as the plain arrays that kernels are compiled for."""
    return cast("Heights", np.asarray(heights).reshape(-1))
