"""Raster files as they lie beside each other: where each is, which of its cells a box holds, what they read."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from affine import Affine
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.terrain.geodesy import WGS84, contiguous_span, unwrap_longitudes
from planner.terrain.offline import refuse_network

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

KM_PER_DEGREE = 110.57  # shortest degree of latitude, so that a margin is never too small
OUTLINE_POINTS = 33  # per side of a box carried from one CRS into another
_FURTHEST_LATITUDE = 91.0  # degrees: grids registered by points reach half a cell beyond a pole
_SMALLEST_SIDE_M = 1e-3
SAME_GRID_TOLERANCE = 0.01  # of a cell, over a whole tile: below it, two grids are one
STRIP_CELLS = 1 << 24  # cells that are read, warped or filled at once


@dataclass(frozen=True)
class Tile:
    """What a raster file says of itself; ``turn`` is the shift in degrees that brings it beside the places."""

    path: Path
    crs: CRS
    transform: Affine
    rows: int
    columns: int
    is_int16: bool
    unit: str
    turn: float = 0.0

    @property
    def frame(self) -> Affine:
        """From cell corners to coordinates, beside the places."""
        return Affine.translation(self.turn, 0.0) @ self.transform

    def turned(self) -> Iterator[Tile]:
        """Yield the tile where it lies and, where longitudes wrap, one turn to either side."""
        for turn in (0.0, 360.0, -360.0) if self.crs.is_geographic else (0.0,):
            yield replace(self, turn=turn)


@dataclass(frozen=True)
class Cells:
    """A rectangle of whole cells: first row and column, and one past the last."""

    top: int
    left: int
    bottom: int
    right: int

    def __and__(self, other: Cells) -> Cells:
        return Cells(
            max(self.top, other.top),
            max(self.left, other.left),
            min(self.bottom, other.bottom),
            min(self.right, other.right),
        )

    def __or__(self, other: Cells) -> Cells:
        return Cells(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    def widened(self, part: Cells) -> Cells:
        """Return the rectangle with what interpolation onto ``part`` of another grid may reach beyond it."""
        down, across = (2 * (here // max(there, 1) + 2) for here, there in zip(self.shape, part.shape, strict=True))
        return Cells(self.top - down, self.left - across, self.bottom + down, self.right + across)

    @property
    def is_empty(self) -> bool:
        """Whether there is no cell."""
        return self.top >= self.bottom or self.left >= self.right

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.bottom - self.top, self.right - self.left


def describe_all(files: Sequence[Path]) -> list[Tile]:
    """Return what each file says of itself.

    Raises
    ------
    InputError
        A file is missing, cannot be read, has no georeference or more than one band. Every faulty file is named.
    """
    tiles: list[Tile] = []
    problems: list[Problem] = []
    for path in files:
        try:
            tiles.append(_describe(path))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return tiles


@contextmanager
def open_raster(path: Path) -> Iterator[rasterio.DatasetReader]:
    """Open a raster; whatever GDAL complains of, then or while reading, becomes an ``InputError``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # answered with an error of our own
            dataset = rasterio.open(path)
        with dataset:
            yield dataset
    except RasterioError as error:
        raise InputError(
            Problem(
                code="terrain-unreadable",
                message=_("The raster cannot be read: {reason}.").format(reason=str(error).rstrip(".")),
                remedy=_("Download or copy the file again; `gdalinfo` must be able to open it."),
                file=str(path),
            )
        ) from error


def lies_on_earth(dataset: rasterio.DatasetReader) -> bool:
    """Return whether the middle cell of a raster that has a CRS lies on earth and has a size."""
    frame = dataset.transform
    if not np.isfinite(frame[:6]).all() or frame.is_degenerate:
        return False
    column, row = dataset.width / 2, dataset.height / 2
    x, y = frame @ (np.array([column, column + 1, column]), np.array([row, row, row + 1]))
    try:
        crs = CRS.from_user_input(dataset.crs).to_2d()
        lon, lat = Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y)
    except ProjError:
        return False
    if not np.isfinite([lon, lat]).all() or np.abs(lat).max() > _FURTHEST_LATITUDE:
        return False
    sides_m = WGS84.inv(lon[[0, 0]], lat[[0, 0]], lon[1:], lat[1:])[2]
    return bool((sides_m > _SMALLEST_SIDE_M).all())


def _describe(path: Path) -> Tile:
    refuse_network(path, str(path))
    if not path.is_file():
        raise InputError(
            Problem(
                code="terrain-missing",
                message=_("The raster does not exist."),
                remedy=_("Correct the path in the scenario; it counts from the scenario file's folder."),
                file=str(path),
            )
        )
    with open_raster(path) as dataset:
        if dataset.crs is None or dataset.transform.is_identity or not lies_on_earth(dataset):
            raise InputError(
                Problem(
                    code="terrain-not-georeferenced",
                    message=_("The raster does not say where on earth it lies."),
                    remedy=_(
                        "Assign its coordinate system and corners, for instance with `gdal_translate -a_srs -a_ullr`."
                    ),
                    file=str(path),
                )
            )
        bands = [band for band in dataset.colorinterp if band != ColorInterp.alpha]
        if len(bands) != 1:
            raise InputError(
                Problem(
                    code="terrain-bands",
                    message=_("The raster has {count} bands; one is wanted.").format(count=len(bands)),
                    remedy=_(
                        "Give the raster of heights or classes itself, not a picture; `gdal_translate -b` takes out "
                        "one band."
                    ),
                    file=str(path),
                )
            )
        is_int16 = dataset.dtypes[0] in {"int16", "int8", "uint8"} and _is_unscaled(dataset)
        crs = CRS.from_user_input(dataset.crs)
        unit = dataset.units[0] or (crs.axis_info[2].unit_name if len(crs.axis_info) > 2 else "")
        return Tile(path, crs.to_2d(), dataset.transform, dataset.height, dataset.width, is_int16, unit)


def _is_unscaled(dataset: rasterio.DatasetReader) -> bool:
    return bool(dataset.scales[0] == 1.0 and dataset.offsets[0] == 0.0)


def box_around(lon: NDArray[np.float64], lat: NDArray[np.float64], margin_km: float) -> tuple[float, ...]:
    """Return west, south, east, north in degrees; east may lie beyond 180."""
    if lon.size == 0:
        raise ValueError("at least one place is needed to know which terrain to read")
    west, east = contiguous_span(lon)
    margin = margin_km / KM_PER_DEGREE
    south, north = max(float(lat.min()) - margin, -90.0), min(float(lat.max()) + margin, 90.0)
    widening = margin / max(np.cos(np.radians(max(abs(south), abs(north)))), 1e-3)
    return west - widening, south, east + widening, north


def box_text(box: tuple[float, ...]) -> str:
    """Return a box of degrees for a message."""
    west, south, east, north = box
    return f"{west:.3f}…{east:.3f}° E, {south:.3f}…{north:.3f}° N"


def outline(left: float, bottom: float, right: float, top: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a grid of points over a rectangle: extremes of a curved outline may lie inside its edges."""
    x, y = np.meshgrid(np.linspace(left, right, OUTLINE_POINTS), np.linspace(bottom, top, OUTLINE_POINTS))
    return x.ravel(), y.ravel()


def whole_cells(tile: Tile, x: NDArray[np.float64], y: NDArray[np.float64]) -> Cells:
    """Return the cells of ``tile``'s grid (unbounded) that hold points given in its CRS, and one cell around."""
    inverse = ~tile.frame
    finite = np.isfinite(x) & np.isfinite(y)  # points outside a projection's domain
    if not finite.any():
        return Cells(0, 0, 0, 0)
    col = inverse.a * x[finite] + inverse.b * y[finite] + inverse.c
    row = inverse.d * x[finite] + inverse.e * y[finite] + inverse.f
    return Cells(
        int(np.floor(row.min())) - 1,
        int(np.floor(col.min())) - 1,
        int(np.ceil(row.max())) + 1,
        int(np.ceil(col.max())) + 1,
    )


def cells_of_box(box: tuple[float, ...], tile: Tile) -> Cells:
    """Return the cells of the tile that lie in a longitude-latitude box."""
    lon, lat = outline(*box)
    x, y = Transformer.from_crs(4326, tile.crs, always_xy=True).transform(lon, lat)
    if tile.crs.is_geographic:
        x = unwrap_longitudes(x, lon)
    return whole_cells(tile, x, y) & Cells(0, 0, tile.rows, tile.columns)


def offset_on(first: Tile, tile: Tile) -> tuple[int, int] | None:
    """Return the rows and columns by which ``tile`` lies from ``first`` on the same grid; None on another grid."""
    if tile.crs != first.crs:
        return None
    step = ~first.frame @ tile.frame
    drift = max(abs(step.a - 1), abs(step.d)) * tile.columns + max(abs(step.e - 1), abs(step.b)) * tile.rows
    row, col = round(step.f), round(step.c)
    if drift + abs(step.f - row) + abs(step.c - col) > SAME_GRID_TOLERANCE:
        return None
    return row, col


def cells_on(first: Tile, tile: Tile, cells: Cells) -> Cells:
    """Return where some cells of ``tile`` lie on the grid of ``first``."""
    if (offset := offset_on(first, tile)) is not None:
        rows, columns = offset
        return Cells(cells.top + rows, cells.left + columns, cells.bottom + rows, cells.right + columns)
    col, row = outline(cells.left, cells.top, cells.right, cells.bottom)
    frame = tile.frame
    x, y = frame.a * col + frame.b * row + frame.c, frame.d * col + frame.e * row + frame.f
    x, y = Transformer.from_crs(tile.crs, first.crs, always_xy=True).transform(x, y)
    if first.crs.is_geographic:
        x = unwrap_longitudes(x, (first.frame @ (first.columns / 2, first.rows / 2))[0])
    return whole_cells(first, x, y)


def strips(cells: Cells, most: int | None = None) -> Iterator[Cells]:
    """Yield the cells in strips of whole rows of about ``most`` cells, small beside any memory."""
    tall = max((most or STRIP_CELLS) // max(cells.shape[1], 1), 1)
    for top in range(cells.top, cells.bottom, tall):
        yield Cells(top, cells.left, min(top + tall, cells.bottom), cells.right)


def read_cells(tile: Tile, cells: Cells) -> np.ma.MaskedArray[tuple[int, int], np.dtype[np.generic]]:
    """Read some cells, scaled; masked where the file says that it knows nothing."""
    height, width = cells.shape
    band: np.ma.MaskedArray[tuple[int, int], np.dtype[np.generic]]
    with open_raster(tile.path) as dataset:
        band = dataset.read(1, window=Window(cells.left, cells.top, width, height), masked=True)
        if not _is_unscaled(dataset):
            band = band * dataset.scales[0] + dataset.offsets[0]
    return band
