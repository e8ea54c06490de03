"""A picture of the terrain under the map: made once with the run, so that the map needs no network."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from PIL import Image
from rasterio.enums import Resampling
from rasterio.transform import from_bounds
from rasterio.vrt import WarpedVRT

from planner.files import whole_file, write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

LONGEST_SIDE_PX = 1024
_SEA = (222, 235, 247)
_LAND_LOW, _LAND_HIGH = np.array([226.0, 232.0, 214.0]), np.array([245.0, 240.0, 232.0])


@dataclass(frozen=True)
class Hillshade:
    """A picture and where it lies.

    Attributes
    ----------
    image : (rows, columns, 4) uint8
        RGBA; unknown terrain is transparent.
    bounds : (4,) tuple of float
        West, south, east, north in degrees.
    """

    image: NDArray[np.uint8]
    bounds: tuple[float, float, float, float]


def hillshade(files: Sequence[Path], bounds: tuple[float, float, float, float]) -> Hillshade:
    """Shade the terrain inside bounds (west, south, east, north in degrees), light from the north-west.

    The picture is in plain longitude and latitude, which at the size of a country differs from the web map's projection
    by less than a pixel per thousand; sea (height ≤ 0) is flat blue.
    """
    west, south, east, north = bounds
    aspect = (east - west) * np.cos(np.radians((south + north) / 2)) / (north - south)
    width = LONGEST_SIDE_PX if aspect >= 1 else max(int(LONGEST_SIDE_PX * aspect), 2)
    height = max(int(LONGEST_SIDE_PX / aspect), 2) if aspect >= 1 else LONGEST_SIDE_PX
    ground = np.full((height, width), np.nan)
    target = from_bounds(west, south, east, north, width, height)
    for file in files:
        options = {"crs": "EPSG:4326", "transform": target, "width": width, "height": height}
        with (
            rasterio.open(file) as source,
            WarpedVRT(source, **options, resampling=Resampling.average, add_alpha=source.nodata is None) as tile,
        ):
            part = tile.read(1, masked=True).astype(np.float64).filled(np.nan)
            known = (tile.dataset_mask() > 0) & np.isfinite(part)
        ground[known & np.isnan(ground)] = part[known & np.isnan(ground)]
    cell_m = (north - south) * 111_320 / height
    return Hillshade(_coloured(ground, cell_m), bounds)


def write_hillshade(picture: Hillshade, run_dir: Path) -> None:
    """Write ``hillshade.webp`` and its bounds into a run folder."""
    with whole_file(run_dir / "hillshade.webp") as temporary:
        Image.fromarray(picture.image).save(temporary, quality=70)
    write_whole(run_dir / "hillshade.json", json.dumps({"bounds": picture.bounds}) + "\n")


def _coloured(ground: NDArray[np.float64], cell_m: float) -> NDArray[np.uint8]:
    """Return RGBA of a height grid: Horn's slope and aspect lit at 45°, exaggerated so that hills show."""
    filled = np.nan_to_num(ground, nan=0.0)
    down, across = np.gradient(filled * 3 / cell_m)
    normal = 1 / np.sqrt(1 + down**2 + across**2)
    light = np.clip((1 + across + down) / np.sqrt(3) * normal, 0, 1)
    top = np.nanpercentile(ground, 98) if np.isfinite(ground).any() else 1.0
    share = np.clip(filled / max(top, 1.0), 0, 1)[..., None]
    colour = (_LAND_LOW + share * (_LAND_HIGH - _LAND_LOW)) * (0.62 + 0.55 * light[..., None])
    image = np.empty((*ground.shape, 4), dtype=np.uint8)
    image[..., :3] = np.clip(colour, 0, 255)
    image[filled <= 0, :3] = _SEA
    image[..., 3] = np.where(np.isnan(ground), 0, 255)
    return image
