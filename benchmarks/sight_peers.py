"""Line of sight against an independent peer: GRASS GIS ``r.viewshed``.

``python -m benchmarks.sight_peers`` warps a window of Grande Comore to UTM 38S and, from several observers, compares
what each sees: every cell within reach, k = 4/3, no Fresnel zone. GRASS comes from the system's packages (Debian:
``apt-get install grass-core``); terrain is read below ``PLANNER_SHARED``. ``margin`` is the ray's height above the
ground that comes nearest to it, negative where the ray passes below.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from pyproj import Transformer
from rasterio.enums import Resampling
from rasterio.transform import from_origin
from rasterio.warp import reproject

from benchmarks.sight import shared_data
from planner.terrain import Elevation, line_of_sight, open_elevation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Cells = NDArray[np.int64]

EPSG = 32738
WEST, NORTH, CELL_M, CELLS = 305_000.0, 8_722_000.0, 30.0, 1000
REACH_M = 20_000.0
OBSERVER_M, TARGET_M, CLOSE_M = 30.0, 10.0, 2.0
# the window's rows and columns: coast, slopes, plateau, near the summit
OBSERVERS = ((180, 400), (420, 330), (500, 500), (640, 610), (760, 640), (300, 620), (860, 450), (700, 820))
AGREE, AGREE_CLEAR, JACCARD = 0.999, 0.9999, 0.93


@dataclass(frozen=True)
class Comparison:
    """What two ways see from one observer."""

    observer: tuple[int, int]
    cells: int
    seen: int
    agree: float
    agree_clear: float
    jaccard: float
    peer_s: float
    own_s: float


def warp_window(target: Path) -> None:
    """Write the window of the national terrain in UTM, 30 m, whole metres."""
    heights = np.zeros((CELLS, CELLS), np.int16)
    transform = from_origin(WEST, NORTH, CELL_M, CELL_M)
    with rasterio.open(shared_data("comoros", "dem.tif")) as source:
        reproject(
            rasterio.band(source, 1), heights, dst_transform=transform, dst_crs=EPSG, resampling=Resampling.bilinear
        )
    with rasterio.open(
        target, "w", driver="GTiff", height=CELLS, width=CELLS, count=1, dtype="int16", crs=EPSG, transform=transform
    ) as written:
        written.write(heights, 1)


def centre(row: Cells, col: Cells) -> tuple[Any, Any]:
    """Return eastings and northings of the centres of cells."""
    return WEST + (col + 0.5) * CELL_M, NORTH - (row + 0.5) * CELL_M


class Grass:
    """A throw-away GRASS project that holds the terrain."""

    def __init__(self, folder: Path, terrain: Path) -> None:
        self.folder = folder
        self.project = folder / "project"
        subprocess.run(["grass", "-c", str(terrain), "-e", str(self.project)], check=True, capture_output=True)
        self.run("r.in.gdal", f"input={terrain}", "output=ground")
        self.run("g.region", "raster=ground")

    def run(self, *command: str) -> None:
        """Run one GRASS module in the project."""
        whole = ["grass", str(self.project / "PERMANENT"), "--exec", *command]
        subprocess.run(whole, check=True, capture_output=True)

    def seen_from(self, row: int, col: int) -> tuple[Flags, float]:
        """Return the cells that ``r.viewshed`` sees, and the seconds it took."""
        easting, northing = centre(np.array(row), np.array(col))
        began = time.perf_counter()
        self.run(
            "r.viewshed", "-c", "-r", "-b", "--overwrite", "refraction_coeff=0.25", "input=ground", "output=seen",
            f"coordinates={easting},{northing}", f"observer_elevation={OBSERVER_M}", f"target_elevation={TARGET_M}",
            f"max_distance={REACH_M}", "memory=1000",
        )  # fmt: skip
        elapsed = time.perf_counter() - began
        file = self.folder / "seen.tif"
        self.run("r.out.gdal", "--overwrite", "input=seen", f"output={file}", "type=Byte", "nodata=255")
        with rasterio.open(file) as dataset:
            return dataset.read(1) == 1, elapsed


def margins_from(elevation: Elevation, row: int, col: int, cells: Flags) -> tuple[NDArray[np.int64], float]:
    """Return, for each of ``cells``, in which range the ray's margin lies, and the seconds it took.

    0: above 2 m (seen even with both masts 2 m lower), 1: up to 2 m, 2: down to −2 m, 3: below −2 m.
    """
    rows, columns = np.nonzero(cells)
    where = centre(np.append(rows, row), np.append(columns, col))
    lon, lat = Transformer.from_crs(EPSG, 4326, always_xy=True).transform(*where)
    changes = np.array([-CLOSE_M, 0.0, CLOSE_M])
    ladder = np.concatenate([TARGET_M + changes, OBSERVER_M + changes])
    top = np.append(np.full(rows.size, 2, np.uint8), np.uint8(5))
    observer, targets = np.full(rows.size, rows.size, np.uint32), np.arange(rows.size, dtype=np.uint32)
    began = time.perf_counter()
    sight = line_of_sight(
        elevation,
        lon,
        lat,
        observer,
        targets,
        heights_m=ladder,
        max_level=top,
        frequency_ghz=7.0,
        criteria=[(4 / 3, 0.0)],
    )
    elapsed = time.perf_counter() - began
    return (sight.least_level[:, 3:] > np.arange(3)).sum(axis=1), elapsed


def compare(elevation: Elevation, grass: Grass, row: int, col: int) -> Comparison:
    """Compare both ways from one observer, on every cell within reach but its own."""
    down, across = np.ogrid[:CELLS, :CELLS]
    distance_m = np.hypot(down - row, across - col) * CELL_M
    cells = (distance_m > 0.0) & (distance_m < REACH_M - CELL_M)
    peer, peer_s = grass.seen_from(row, col)
    margin, own_s = margins_from(elevation, row, col, cells)
    own, other = margin <= 1, peer[cells]
    is_clear_cut = (margin == 0) | (margin == 3)
    same = own == other
    return Comparison(
        observer=(row, col),
        cells=int(cells.sum()),
        seen=int(own.sum()),
        agree=float(same.mean()),
        agree_clear=float(same[is_clear_cut].mean()),
        jaccard=float((own & other).sum() / (own | other).sum()),
        peer_s=peer_s,
        own_s=own_s,
    )


def main() -> None:
    """Print a table; end with code 1 where the two ways differ by more than is accepted."""
    if shutil.which("grass") is None:
        sys.exit("GRASS GIS not found: install it from the system's packages (Debian: apt-get install grass-core)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        terrain = folder / "terrain.tif"
        warp_window(terrain)
        edge = np.array([0, CELLS])
        lon, lat = Transformer.from_crs(EPSG, 4326, always_xy=True).transform(*centre(edge, edge))
        elevation = open_elevation([terrain], lon=lon, lat=lat, margin_km=5.0)
        grass = Grass(folder, terrain)
        found = [compare(elevation, grass, row, col) for row, col in OBSERVERS]
    print(
        "| observer (row, column) | cells | seen | agree % | agree where margin > 2 m % | Jaccard | GRASS s | own s |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for one in found:
        print(
            f"| {one.observer[0]}, {one.observer[1]} | {one.cells:,} | {one.seen:,} | {one.agree:.4%} "
            f"| {one.agree_clear:.4%} | {one.jaccard:.4f} | {one.peer_s:.1f} | {one.own_s:.2f} |"
        )
    cells = np.array([one.cells for one in found])
    agree, clear = (np.average([getattr(one, key) for one in found], weights=cells) for key in ("agree", "agree_clear"))
    jaccard = min(one.jaccard for one in found)
    print(f"all: agree {agree:.4%}, clear-cut {clear:.4%}, least Jaccard {jaccard:.4f}")
    if agree < AGREE or clear < AGREE_CLEAR or jaccard < JACCARD:
        sys.exit(1)


if __name__ == "__main__":
    main()
