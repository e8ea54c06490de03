"""A picture of the terrain under the map: made once with the run, so that the map needs no network."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from affine import Affine
from rasterio.enums import Resampling
from rasterio.warp import reproject

from planner.files import whole_file, write_whole
from planner.inputs.ground import raster_contents
from planner.kept import kept_arrays

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

LONGEST_SIDE_PX = 1024
EARTH_RADIUS_M = 6_378_137.0
"""Of the sphere of EPSG:3857."""
HIGHEST_LATITUDE = 85.0
"""The web map's projection ends there."""
MARGIN = 0.05
"""Of the extent, on every side."""
SMALLEST_EXTENT_DEG = 0.05

_MERCATOR = "EPSG:3857"
_ROUND_THE_WORLD_M = 2 * np.pi * EARTH_RADIUS_M
_SEA = (214, 230, 242)
_LAND_LOW, _LAND_HIGH = np.array([222.0, 230.0, 208.0]), np.array([247.0, 241.0, 232.0])
STEEP = 0.6
"""Slope that a steep hillside is drawn with: flat countries show their hills, mountains do not hide what is on them."""
MOST_EXAGGERATED = 8.0
"""More would draw the noise of the measurement as hills."""
_CONTRAST = 0.5


def hillshade_bounds(file: Path) -> tuple[float, float, float, float] | None:
    """Return west, south, east and north of the picture from ``hillshade.json``; None if it does not tell them."""
    try:
        west, south, east, north = (float(value) for value in json.loads(file.read_text(encoding="utf-8"))["bounds"])
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    sound = -360 <= west < east <= 720 and -HIGHEST_LATITUDE <= south < north <= HIGHEST_LATITUDE
    return (west, south, east, north) if sound else None


@dataclass(frozen=True)
class Hillshade:
    """A picture and where it lies.

    Attributes
    ----------
    image : (rows, columns, 4) uint8
        RGBA in web Mercator, north up; unknown terrain is transparent.
    bounds : (4,) tuple of float
        West, south, east, north in degrees; east is beyond 180 if the picture crosses the antimeridian.
    """

    image: NDArray[np.uint8]
    bounds: tuple[float, float, float, float]


def map_bounds(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Return the frame of a map around some points, with a margin.

    Parameters
    ----------
    lon, lat : (n,) float64
        Degrees; n ≥ 1.

    Returns
    -------
    bounds : (4,) tuple of float
        West, south, east, north in degrees: the narrowest frame, be it across the antimeridian (then east > 180).
    """
    around = np.sort(lon % 360)
    gaps = np.diff(around, append=around[0] + 360)
    widest = int(np.argmax(gaps))
    west = (around[(widest + 1) % len(around)] + 180) % 360 - 180
    east = west + 360 - gaps[widest]
    west, east = _widened(float(west), float(east))
    south, north = _widened(float(lat.min()), float(lat.max()))
    return west, max(south, -HIGHEST_LATITUDE), east, min(north, HIGHEST_LATITUDE)


def hillshade(files: Sequence[Path], bounds: tuple[float, float, float, float]) -> Hillshade:
    """Shade the terrain inside bounds (as of `map_bounds`), with light from the north-west.

    Rasters may be in any projection; where several know a point, the first one counts. Heights of zero and less are
    flat blue: that is the sea, and also land that lies below its level.
    """
    west, south, east, north = bounds
    left, right = (np.radians(degrees) * EARTH_RADIUS_M for degrees in (west, east))
    bottom, top = (np.arctanh(np.sin(np.radians(degrees))) * EARTH_RADIUS_M for degrees in (south, north))
    pixel_m = max(right - left, top - bottom) / LONGEST_SIDE_PX
    width, height = (max(round(side / pixel_m), 2) for side in (right - left, top - bottom))
    ground = np.full((height, width), np.nan)
    for file in files:
        # What lies beyond the antimeridian is found on the other side of the world.
        for shift in (0.0, _ROUND_THE_WORLD_M) if east > 180 else (0.0,):
            target = Affine((right - left) / width, 0.0, left - shift, 0.0, (bottom - top) / height, top)
            part = _warped(file, target, ground.shape)
            ground = np.where(np.isnan(ground), part, ground)
    # A metre of the map is less on the ground the farther it is from the equator.
    scale = np.cos(np.radians((south + north) / 2))
    return Hillshade(_coloured(ground, pixel_m * scale), bounds)


def write_hillshade(files: Sequence[Path], bounds: tuple[float, float, float, float], run_dir: Path) -> None:
    """Write ``hillshade.webp`` and its bounds (as of `map_bounds`) into a run folder, as drawn before if it was."""

    def draw() -> dict[str, NDArray[np.generic]]:
        from PIL import Image  # noqa: PLC0415 - mostly the picture is there from the last run

        stream = io.BytesIO()
        Image.fromarray(hillshade(files, bounds).image).save(stream, format="WEBP", quality=75)
        return {"webp": np.frombuffer(stream.getvalue(), dtype=np.uint8)}

    asked = ("hillshade", *raster_contents(files), repr(bounds))
    with whole_file(run_dir / "hillshade.webp") as temporary:
        temporary.write_bytes(kept_arrays(("report/hillshade.py",), asked, draw)["webp"].tobytes())
    write_whole(run_dir / "hillshade.json", json.dumps({"bounds": bounds}) + "\n")


def _widened(low: float, high: float) -> tuple[float, float]:
    lacking = max(SMALLEST_EXTENT_DEG - (high - low), 0.0) / 2
    margin = MARGIN * (high - low) + lacking
    return low - margin, high + margin


def _warped(file: Path, target: Affine, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the heights of one raster on the picture's grid, NaN where it knows none."""
    heights = np.full(shape, np.nan)
    with rasterio.open(file) as source:
        reproject(
            rasterio.band(source, 1),
            heights,
            dst_transform=target,
            dst_crs=_MERCATOR,
            dst_nodata=np.nan,
            resampling=Resampling.bilinear,
        )
    return heights


def _coloured(ground: NDArray[np.float64], pixel_m: float) -> NDArray[np.uint8]:
    """Return RGBA of a height grid: a plane's brightness by the angle between its normal and the light at 45°."""
    known = np.isfinite(ground)
    heights = np.where(known, ground, 0.0)
    south, east = np.gradient(heights / pixel_m)
    steep = np.percentile(np.hypot(south, east)[known & (heights > 0)], 95) if (heights > 0).any() else 0.0
    exaggeration = min(STEEP / max(steep, 1e-9), MOST_EXAGGERATED)
    south, east = exaggeration * south, exaggeration * east
    # Light from the north-west and above, (-1, 1, √2) / 2; the normal of the surface is (-∂h/∂east, ∂h/∂south, 1).
    light = np.clip((east + south + np.sqrt(2)) / 2 / np.sqrt(1 + south**2 + east**2), 0, 1)
    flat = np.sqrt(0.5)
    top = np.percentile(heights[known], 98) if known.any() else 0.0
    share = np.clip(heights / max(top, 1.0), 0, 1)[..., None]
    tint = (_LAND_LOW + share * (_LAND_HIGH - _LAND_LOW)) * (1 + _CONTRAST * (light[..., None] - flat))
    image = np.empty((*ground.shape, 4), dtype=np.uint8)
    image[..., :3] = np.clip(tint, 0, 255)
    image[heights <= 0, :3] = _SEA
    image[..., 3] = np.where(known, 255, 0)
    return image
