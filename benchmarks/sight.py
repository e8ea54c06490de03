"""Speed of the line of sight on the Comoros, next to plain NumPy in the same run.

``python -m benchmarks.sight [--quick] [--json]`` takes every place of the country's OpenStreetMap extract (post
offices, public sites, settlements, telecom sites), all pairs up to 50 km, 30 m terrain, two clearance criteria and the
full table of mast heights per pair. Data are read below ``PLANNER_SHARED`` (by default the folder ``shared`` beside the
repository).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio

from planner.terrain import (
    NO_LEVEL,
    TWO_CRITERIA,
    VOID_HEIGHT,
    Elevation,
    PathState,
    line_of_sight,
    open_elevation,
    pairs_within,
)
from planner.terrain.geodesy import EARTH_RADIUS_M, SPEED_OF_LIGHT_M_S, WGS84, great_circle_middles, surface_normals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

LAYERS = ("post_offices", "public_sites", "places", "telecom")
RANGE_KM = 50.0
FREQUENCY_GHZ = 7.0
LADDER_M = np.array([10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 80.0])
REPEATS = 3
TARGET_PAIRS_PER_S, TARGET_RATIO = 100_000, 10


def shared_data(*parts: str) -> Path:
    """Return a path below the shared data folder, or end with a message that names what is missing."""
    root = Path(os.environ.get("PLANNER_SHARED", Path(__file__).parents[2] / "shared"))
    path = root.joinpath("data", *parts)
    if not path.exists():
        sys.exit(f"{path} not found: set PLANNER_SHARED to the folder that holds data/")
    return path


def read_places(layers: tuple[str, ...] = LAYERS) -> tuple[Numbers, Numbers]:
    """Return longitudes and latitudes of all places of the Comoros."""
    file = shared_data("comoros", "osm.gpkg")
    points = [pyogrio.read_dataframe(file, layer=layer).geometry.representative_point() for layer in layers]
    return np.concatenate([p.x for p in points]), np.concatenate([p.y for p in points])


def bilinear(heights: NDArray[Any], row: Numbers, col: Numbers) -> Numbers:
    """Return heights between cell centres; NaN beside voids. The rows and columns must lie on the grid."""
    top = np.minimum(row.astype(np.int32), heights.shape[0] - 2)
    left = np.minimum(col.astype(np.int32), heights.shape[1] - 2)
    four = np.stack([heights[top, left], heights[top, left + 1], heights[top + 1, left], heights[top + 1, left + 1]])
    down, across = row - top, col - left
    upper, lower = four[0] * (1 - across) + four[1] * across, four[2] * (1 - across) + four[3] * across
    return np.where((four == VOID_HEIGHT).any(axis=0), np.nan, upper * (1 - down) + lower * down)


def plain_numpy(elevation: Elevation, lon: Numbers, lat: Numbers) -> tuple[PathState, NDArray[np.uint8]]:
    """Answer for one pair of places what ``line_of_sight`` answers, with NumPy over the samples of the path."""
    normals = surface_normals(lon, lat)
    middle = great_circle_middles(normals[:1], normals[1:])
    row, col = elevation.to_pixel(np.insert(lon, 1, middle[0]), np.insert(lat, 1, middle[1]))
    steps = max(int(np.ceil(np.hypot(row[2] - row[0], col[2] - col[0]))), 2)
    t = np.arange(1, steps) / steps
    weights = np.stack([(1 - t) * (1 - 2 * t), 4 * t * (1 - t), t * (2 * t - 1)])
    ground_m = bilinear(elevation.heights, row @ weights, col @ weights)
    end_m = bilinear(elevation.heights, row[[0, 2]], col[[0, 2]])
    length_m = WGS84.inv(lon[0], lat[0], lon[1], lat[1])[2]
    product = t * (1 - t) * length_m
    fresnel_m = np.sqrt(product * SPEED_OF_LIGHT_M_S / (FREQUENCY_GHZ * 1e9))
    allowances = [product * length_m / (2 * k * EARTH_RADIUS_M) + share * fresnel_m for k, share in TWO_CRITERIA]
    required_m = ground_m + np.maximum.reduce(allowances)
    known = np.isfinite(required_m)
    # the antenna height at the second end that each rung at the first end asks for
    needed_m = (required_m[known] - (1 - t[known]) * (end_m[0] + LADDER_M[:, None])) / t[known]
    level = np.searchsorted(LADDER_M, needed_m.max(axis=1, initial=-np.inf) - end_m[1])
    least = np.where(level < LADDER_M.size, level, NO_LEVEL).astype(np.uint8)
    if not np.isfinite(end_m).all():
        return PathState.VOID, np.full_like(least, NO_LEVEL)
    if least[-1] == NO_LEVEL:
        return PathState.BLOCKED, least
    if not known.all():
        return PathState.VOID, np.full_like(least, NO_LEVEL)
    return PathState.CLEAR, least


def measure(*, baseline_pairs: int) -> dict[str, Any]:
    """Run both ways and return the figures."""
    lon, lat = read_places()
    began = time.perf_counter()
    elevation = open_elevation([shared_data("comoros", "dem.tif")], lon=lon, lat=lat, margin_km=5.0)
    opened = time.perf_counter()
    u, v, length_km = pairs_within(lon, lat, RANGE_KM)
    paired = time.perf_counter()
    top = np.full(lon.size, LADDER_M.size - 1, np.uint8)

    def trace() -> tuple[float, float]:
        wall, cpu = time.perf_counter(), time.process_time()
        line_of_sight(elevation, lon, lat, u, v, heights_m=LADDER_M, max_level=top, frequency_ghz=FREQUENCY_GHZ)
        return time.perf_counter() - wall, time.process_time() - cpu

    sight = line_of_sight(elevation, lon, lat, u, v, heights_m=LADDER_M, max_level=top, frequency_ghz=FREQUENCY_GHZ)
    runs = [trace() for _ in range(REPEATS)]
    wall_s, cpu_s = (statistics.median(run[i] for run in runs) for i in (0, 1))

    some = np.random.default_rng(1).choice(u.size, baseline_pairs, replace=False)
    ends = np.stack([u[some], v[some]], axis=1)
    plain_numpy(elevation, lon[ends[0]], lat[ends[0]])  # coordinate transformers are built on first use
    began_plain = time.perf_counter()
    plain = [plain_numpy(elevation, lon[pair], lat[pair]) for pair in ends]
    plain_s = time.perf_counter() - began_plain
    same = sum(
        state == sight.state[n] and bool((least == sight.least_level[n]).all())
        for n, (state, least) in zip(some, plain, strict=True)
    )
    return {
        "places": int(lon.size),
        "pairs": int(u.size),
        "median_length_km": float(np.median(length_km)),
        "cell_m": elevation.cell_m,
        "rungs": int(LADDER_M.size),
        "criteria": TWO_CRITERIA,
        "clear": int((sight.state == PathState.CLEAR).sum()),
        "blocked": int((sight.state == PathState.BLOCKED).sum()),
        "void": int((sight.state == PathState.VOID).sum()),
        "open_s": opened - began,
        "pairs_s": paired - opened,
        "runs_s": [run[0] for run in runs],
        "pairs_per_s": u.size / wall_s,
        "pairs_per_cpu_s": u.size / cpu_s,
        "numpy_pairs": baseline_pairs,
        "numpy_pairs_per_s": baseline_pairs / plain_s,
        "ratio": u.size / wall_s / (baseline_pairs / plain_s),
        "same_decisions": same,
        "cores": os.cpu_count(),
        "load_1min": os.getloadavg()[0],
    }


def as_text(found: dict[str, Any]) -> str:
    """Lay the figures out for reading."""
    lines = (
        "{places} places, {pairs:,} pairs up to 50 km, {cell_m:.1f} m terrain, 2 criteria, {rungs} heights per end",
        "clear {clear:,}, blocked {blocked:,}, unknown ground {void:,}",
        "terrain read in {open_s:.2f} s, pairs found in {pairs_s:.2f} s; {cores} cores, load {load_1min:.2f}",
        "line of sight {pairs_per_s:>10,.0f} pairs/s (median of 3, warm); {pairs_per_cpu_s:,.0f} per CPU second",
        "plain NumPy   {numpy_pairs_per_s:>10,.0f} pairs/s ({numpy_pairs:,} of the pairs, {same_decisions:,} alike)",
    )
    targets = f"ratio         {found['ratio']:>10,.0f} (targets: {TARGET_PAIRS_PER_S:,} pairs/s, ratio {TARGET_RATIO})"
    return "\n".join([line.format(**found) for line in lines] + [targets])


def main() -> None:
    """Print the figures; end with code 1 where the two ways decide differently."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sight", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a smaller sample for the NumPy baseline")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    found = measure(baseline_pairs=300 if options.quick else 3000)
    if options.json:
        print(json.dumps(found, indent=2))
    else:
        print(as_text(found))
    if found["same_decisions"] != found["numpy_pairs"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
