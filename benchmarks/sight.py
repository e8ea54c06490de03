"""Speed of the line of sight: pairs per second, next to plain NumPy and to the bare fetching of heights, in one run.

``python -m benchmarks.sight [--sites N] [--range-km R] [--json]`` scatters places over a made-up landscape of 10,000 by
10,000 cells of 93 m and takes all pairs within range, two clearance criteria and the full table of mast heights each.
``--comoros`` takes every place of that country's OpenStreetMap extract on 30 m terrain instead, read below
``PLANNER_SHARED`` (by default the folder ``shared`` beside the repository).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio

from benchmarks.landscape import make_landscape, scatter_places
from benchmarks.plain_sight import fetch_heights, plain_numpy
from planner.terrain import (
    NO_LEVEL,
    TWO_CRITERIA,
    Elevation,
    PathState,
    Sight,
    line_of_sight,
    open_elevation,
    pairs_within,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

LAYERS = ("post_offices", "public_sites", "places", "telecom")
SITES, RANGE_KM, SHORTEST_KM = 20_000, 50.0, 10.0
RASTER_CELLS = 10_000
FREQUENCY_GHZ = 7.0
LADDER_M = np.array([10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 80.0])
REPEATS, BASELINE_PAIRS = 3, 2000
TARGET_PAIRS_PER_S, TARGET_RATIO = 500_000, 30
_TILE, _CHUNK = 256, 4096


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


@dataclass(frozen=True)
class Task:
    """Places on their ground, and pairs of them."""

    elevation: Elevation
    lon: Numbers
    lat: Numbers
    u: NDArray[np.uint32]
    v: NDArray[np.uint32]

    def some(self, rows: NDArray[Any]) -> Task:
        """Return the task with some of the pairs."""
        return Task(self.elevation, self.lon, self.lat, self.u[rows], self.v[rows])

    def trace(self) -> Sight:
        """Run what is measured."""
        top = np.full(self.lon.size, LADDER_M.size - 1, np.uint8)
        return line_of_sight(
            self.elevation,
            self.lon,
            self.lat,
            self.u,
            self.v,
            heights_m=LADDER_M,
            max_level=top,
            frequency_ghz=FREQUENCY_GHZ,
        )

    def fetch(self) -> None:
        """Read the heights under the paths, as many threads, in the same kind of order."""
        row, col = self.elevation.to_pixel(self.lon, self.lat)
        tile = (row // _TILE) * 10_000 + col // _TILE
        order = np.lexsort((tile[self.v], tile[self.u]))
        heights: NDArray[np.int16] = np.asarray(self.elevation.heights, np.int16).reshape(-1)
        columns = self.elevation.shape[1]

        def some(first: int) -> None:
            rows = order[first : first + _CHUNK]
            fetch_heights(heights, columns, row, col, self.u[rows], self.v[rows])

        with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
            list(threads.map(some, range(0, order.size, _CHUNK)))


def median_s(action: Any) -> tuple[float, float]:
    """Return wall and processor seconds of the median of several runs."""
    runs = []
    for _ in range(REPEATS):
        wall, cpu = time.perf_counter(), time.process_time()
        action()
        runs.append((time.perf_counter() - wall, time.process_time() - cpu))
    return statistics.median(run[0] for run in runs), statistics.median(run[1] for run in runs)


def compare(task: Task, sight: Sight, count: int) -> dict[str, Any]:
    """Answer some of the pairs with plain NumPy, and count the answers that are alike.

    NumPy looks at one sample a cell and misses crests between two: it may find a lower mast enough, never a higher one
    needed by more than rounding of samples makes.
    """
    some = np.random.default_rng(1).choice(task.u.size, min(count, task.u.size), replace=False)
    ends = np.stack([task.u[some], task.v[some]], axis=1)
    plain_numpy(task.elevation, task.lon[ends[0]], task.lat[ends[0]], LADDER_M, FREQUENCY_GHZ)  # builds transformers
    began = time.perf_counter()
    plain = [plain_numpy(task.elevation, task.lon[pair], task.lat[pair], LADDER_M, FREQUENCY_GHZ) for pair in ends]
    elapsed_s = time.perf_counter() - began
    least = np.array([table for _state, table in plain])
    found = sight.least_level[some]
    least[[state != PathState.CLEAR for state, _table in plain]] = NO_LEVEL
    return {
        "numpy_pairs": int(some.size),
        "numpy_pairs_per_s": some.size / elapsed_s,
        "same_tables": int((found == least).all(axis=1).sum()),
        "more_generous": int((found < least).any(axis=1).sum()),
    }


def measure(elevation: Elevation, lon: Numbers, lat: Numbers, range_km: float, shortest_km: float) -> dict[str, Any]:
    """Run everything and return the figures."""
    u, v, length_km = pairs_within(lon, lat, range_km)
    task = Task(elevation, lon, lat, u, v)
    task.some(np.arange(min(1000, u.size))).trace()  # kernels are compiled

    def whole_way() -> None:
        ends = pairs_within(lon, lat, range_km)
        Task(elevation, lon, lat, *ends[:2]).trace()

    whole_s, whole_cpu_s = median_s(whole_way)
    far = task.some(np.flatnonzero(length_km >= shortest_km))
    sight = far.trace()
    wall_s, cpu_s = median_s(far.trace)
    open_paths = far.some(np.flatnonzero(sight.state == PathState.CLEAR))
    open_paths.some(np.arange(min(100, open_paths.u.size))).fetch()
    open_s, fetch_s = median_s(open_paths.trace)[1], median_s(open_paths.fetch)[1]
    found = {
        "places": int(lon.size),
        "all_pairs": int(u.size),
        "whole_s": whole_s,
        "whole_cpu_s": whole_cpu_s,
        "pairs": int(far.u.size),
        "shortest_km": shortest_km,
        "range_km": range_km,
        "raster": "{} × {}".format(*elevation.shape),
        "cell_m": elevation.cell_m,
        "rungs": int(LADDER_M.size),
        "criteria": TWO_CRITERIA,
        **{state.name.lower(): int((sight.state == state).sum()) for state in PathState},
        "pairs_per_s": far.u.size / wall_s,
        "pairs_per_cpu_s": far.u.size / cpu_s,
        "open_per_cpu_s": open_paths.u.size / open_s,
        "fetch_per_cpu_s": open_paths.u.size / fetch_s,
        "memory_share": fetch_s / open_s,
        **compare(far, sight, BASELINE_PAIRS),
        "cores": os.cpu_count(),
        "load_1min": os.getloadavg()[0],
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
    }
    return {**found, "ratio": found["pairs_per_s"] / found["numpy_pairs_per_s"]}


def as_text(found: dict[str, Any]) -> str:
    """Lay the figures out for reading."""
    lines = (
        "{places:,} places on {raster} cells of {cell_m:.0f} m; 2 criteria, hull, table of {rungs} heights per end",
        "coordinates to tables {whole_s:.1f} s ({whole_cpu_s:.1f} processor), {all_pairs:,} pairs to {range_km:g} km",
        "{pairs:,} pairs of {shortest_km:g} to {range_km:g} km: clear {clear:,}, blocked {blocked:,}, unknown {void:,}",
        "line of sight {pairs_per_s:>10,.0f} pairs/s (median of 3, warm); {pairs_per_cpu_s:,.0f} per processor second",
        "plain NumPy   {numpy_pairs_per_s:>10,.0f} pairs/s; of {numpy_pairs:,} pairs {same_tables:,} tables alike",
        "where they differ NumPy asks for more on {more_generous}: it overlooks crests between samples",
        "clear paths   {open_per_cpu_s:>10,.0f} per processor second, {memory_share:.0%} of the memory's limit",
        "their heights alone, fetched and not used, {fetch_per_cpu_s:,.0f}",
        "{cores} cores, load {load_1min:.2f}, peak memory {peak_gb:.2f} GB",
    )
    targets = f"ratio         {found['ratio']:>10,.0f} (targets: {TARGET_PAIRS_PER_S:,} pairs/s, ratio {TARGET_RATIO})"
    return "\n".join([line.format(**found) for line in lines] + [targets])


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sight", description=__doc__.splitlines()[0])
    parser.add_argument("--sites", type=int, default=SITES, help="places on the made-up landscape")
    parser.add_argument("--range-km", type=float, default=RANGE_KM, help="longest pair")
    parser.add_argument("--shortest-km", type=float, default=SHORTEST_KM, help="shortest pair that speed is stated for")
    parser.add_argument("--cells", type=int, default=RASTER_CELLS, help="rows and columns of the landscape")
    parser.add_argument("--comoros", action="store_true", help="real places and terrain instead")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    if options.comoros:
        lon, lat = read_places()
        elevation = open_elevation([shared_data("comoros", "dem.tif")], lon=lon, lat=lat, margin_km=5.0)
    else:
        elevation = make_landscape(options.cells)
        lon, lat = scatter_places(elevation, options.sites)
    found = measure(elevation, lon, lat, options.range_km, options.shortest_km)
    print(json.dumps(found, indent=2) if options.json else as_text(found))


if __name__ == "__main__":
    main()
