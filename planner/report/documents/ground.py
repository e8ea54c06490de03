"""The ground of maps: terrain, the way from longitude and latitude to paper, scale and north."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from planner.i18n import _
from planner.marks import colour_code
from planner.report.documents.drawing import Drawing
from planner.report.hillshade import hillshade_bounds, map_bounds
from planner.wording import number

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from planner.marks import Mark
    from planner.report.documents.drawing import Point

WIDTH, MOST_HEIGHT = 480.0, 345.0
MOST_PICTURE_PX = 1000
KM_PER_DEGREE = 111.195
"""Of latitude, on a sphere of 6371 km."""
MARK_PT = 0.5
"""Points on paper for a pixel of the app's marks."""
MARK_ROOM = 0.02
"""Of a side of the picture, around an office."""
SCALE = 26.0
"""Height of the strip with scale and north."""


@dataclass(frozen=True)
class Ground:
    """The ground of a map, by the web map's projection.

    Attributes
    ----------
    west, south, east, north : float
        Decimal degrees.
    scale : float
        Points per radian of longitude.
    left, width, height : float
        Where the map begins and how large it is, points.
    picture : bytes or None
        Of the terrain, JPEG.
    """

    west: float
    south: float
    east: float
    north: float
    scale: float
    left: float
    width: float
    height: float
    picture: bytes | None

    def at(self, lon: float, lat: float) -> Point:
        """Return where a place lies on paper."""
        # East of the antimeridian the map goes on.
        east = math.radians((lon - self.west) % 360)
        return self.left + self.scale * east, self.scale * (_mercator(self.north) - _mercator(lat))


def ground_of(offices: pd.DataFrame, run_dir: Path) -> Ground:
    """Return the ground under some offices.

    Parameters
    ----------
    offices : DataFrame
        With ``lon`` and ``lat``.
    run_dir : Path
        Folder of a run, for the picture of the terrain; without it the ground is plain.
    """
    bounds, picture = _terrain(run_dir, offices)
    if bounds is None:
        bounds = map_bounds(offices["lon"].to_numpy(np.float64), offices["lat"].to_numpy(np.float64))
    west, south, east, north = bounds
    wide, high = math.radians(east - west), _mercator(north) - _mercator(south)
    scale = min(WIDTH / wide, MOST_HEIGHT / high)
    width, height = scale * wide, scale * high
    return Ground(west, south, east, north, scale, (WIDTH - width) / 2, width, height, picture)


def begin_map(ground: Ground, legend_pt: float) -> Drawing:
    """Return a drawing with the ground in it; what follows is cut off at the border, until `end_map`.

    Parameters
    ----------
    ground : Ground
    legend_pt : float
        Height of what stands below scale and north.
    """
    drawing = Drawing(WIDTH, ground.height + SCALE + legend_pt)
    drawing.clip((ground.left, 0), ground.width, ground.height)
    if ground.picture is not None:
        drawing.picture((ground.left, 0), ground.width, ground.height, ground.picture, "jpeg")
    else:
        drawing.rectangle((ground.left, 0), ground.width, ground.height, fill="#eef1ea")
    return drawing


def end_map(drawing: Drawing, ground: Ground) -> float:
    """Draw border, scale and north; return where the legend begins."""
    drawing.unclip()
    left, height = ground.left, ground.height
    drawing.rectangle((left, 0), ground.width, height, fill="none", stroke="#777777", stroke_width=0.6)
    _scale_bar(drawing, (left, height + 15), ground)
    _north(drawing, (left + ground.width - 10, height + 14))
    return height + SCALE


def draw_mark(drawing: Drawing, at: Point, mark: Mark, size: float) -> None:
    """Draw a mark, ``size`` times as large as usual."""
    radius = MARK_PT * size * mark.size_px / 2
    points = [(at[0] + radius * x, at[1] + radius * y) for x, y in mark.shape]
    fill, border = colour_code(mark.fill), colour_code(mark.border)
    drawing.polygon(points, fill=fill, stroke=border, stroke_width=f"{0.9 * size:.2f}")


def _mercator(lat: float) -> float:
    return math.asinh(math.tan(math.radians(lat)))


def _terrain(run_dir: Path, offices: pd.DataFrame) -> tuple[tuple[float, float, float, float] | None, bytes | None]:
    """Return the bounds and the picture (JPEG) that the run keeps of its terrain, None where it has none.

    Edges of which nothing is known are cut off as far as no office is there.
    """
    image, told = run_dir / "hillshade.webp", run_dir / "hillshade.json"
    if not (image.exists() and told.exists()):
        return None, None
    if (bounds := hillshade_bounds(told)) is None:
        return None, None
    west, south, east, north = bounds
    try:
        with Image.open(image) as stored:
            shade = stored.convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError):  # a map without terrain is still a map
        return None, None
    # Pixels are even in longitude and in Mercator's latitude.
    known = np.asarray(shade)[..., 3] > 0
    across = (offices["lon"].to_numpy(np.float64) - west) % 360 / (east - west)
    lat = np.radians(offices["lat"].to_numpy(np.float64))
    top, high = _mercator(north), _mercator(north) - _mercator(south)
    down = (top - np.arcsinh(np.tan(lat))) / high
    left, right = _kept(np.logical_or.reduce(known, axis=0), across)
    upper, lower = _kept(np.logical_or.reduce(known, axis=1), down)
    height, width = known.shape
    shade = shade.crop((left, upper, right, lower))
    picture = Image.new("RGB", shade.size, (255, 255, 255))
    picture.paste(shade, mask=shade)
    picture.thumbnail((MOST_PICTURE_PX, MOST_PICTURE_PX))
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=88)
    south, north = (math.degrees(math.atan(math.sinh(top - edge / height * high))) for edge in (lower, upper))
    west, east = (west + edge / width * (east - west) for edge in (left, right))
    return (west, south, east, north), content.getvalue()


def _kept(known: NDArray[np.bool_], places: NDArray[np.float64]) -> tuple[int, int]:
    """Return the first pixel of a side that is kept, and the one behind the last: from what is known to all offices.

    Parameters
    ----------
    known : (n,) bool
        Whether anything is known of a row or column of pixels.
    places : (m,) float64
        Where offices lie, as shares of the side; NaN where that is not known.
    """
    size = len(known)
    inside = places[np.isfinite(places)] * size
    # A mark is some pixels wide.
    wanted = [*np.flatnonzero(known), *(inside - size * MARK_ROOM), *(inside + size * MARK_ROOM)]
    if not wanted:
        return 0, size
    return max(math.floor(min(wanted)), 0), min(math.floor(max(wanted)) + 1, size)


def _scale_bar(drawing: Drawing, at: Point, ground: Ground) -> None:
    """Draw a bar of a round number of kilometres, true at the middle of the map."""
    latitude = math.radians((ground.south + ground.north) / 2)
    point_km = math.degrees(1 / ground.scale) * KM_PER_DEGREE * math.cos(latitude)
    most = ground.width / 3 * point_km
    power = 10.0 ** math.floor(math.log10(most))
    km = next(factor * power for factor in (5, 2, 1) if factor * power <= most)
    length, (x, y) = km / point_km, at
    for part, colour in enumerate(("#222222", "#ffffff", "#222222", "#ffffff")):
        drawing.rectangle(
            (x + part * length / 4, y - 1), length / 4, 3, fill=colour, stroke="#222222", stroke_width=0.5
        )
    drawing.text((x, y - 4), "0", size=7)
    drawing.text((x + length, y - 4), f"{number(km, 1)} km", size=7, anchor="end")


def _north(drawing: Drawing, at: Point) -> None:
    x, y = at
    drawing.polygon([(x, y - 11), (x + 5, y + 4), (x, y + 1), (x - 5, y + 4)], fill="#222222")
    drawing.text((x - 8, y + 4), _("N"), size=7.5, anchor="end", bold=True)
