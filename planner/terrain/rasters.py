"""Reading elevation rasters: any CRS, several tiles, holes, both sides of the antimeridian."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from affine import Affine
from pyproj import CRS, Transformer
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.warp import reproject
from rasterio.windows import Window

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.terrain.elevation import VOID_HEIGHT, Elevation
from planner.terrain.geodesy import contiguous_span, unwrap_longitudes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    from planner.terrain.elevation import Heights

KM_PER_DEGREE = 110.57  # shortest degree of latitude, so that a margin is never too small
OUTLINE_POINTS = 33  # per side of a box carried from one CRS into another
SAME_GRID_TOLERANCE = 0.01  # of a cell, over a whole tile: below it, two grids are one
PLAUSIBLE_M = (-12_000.0, 9_000.0)  # deepest sea, highest peak: beyond lies an undeclared nodata value
USUAL_NODATA = -9999.0


@dataclass(frozen=True)
class _Tile:
    """What a raster file says of itself; ``turn`` is the shift in degrees that brings it beside the places."""

    path: Path
    crs: CRS
    transform: Affine
    rows: int
    columns: int
    is_int16: bool
    turn: float = 0.0

    @property
    def frame(self) -> Affine:
        return Affine.translation(self.turn, 0.0) @ self.transform

    def turned(self) -> Iterator[_Tile]:
        """Yield the tile where it lies and, where longitudes wrap, one turn to either side."""
        for turn in (0.0, 360.0, -360.0) if self.crs.is_geographic else (0.0,):
            yield _Tile(self.path, self.crs, self.transform, self.rows, self.columns, self.is_int16, turn)


@dataclass(frozen=True)
class _Cells:
    """A rectangle of whole cells: first row and column, and one past the last."""

    top: int
    left: int
    bottom: int
    right: int

    def __and__(self, other: _Cells) -> _Cells:
        return _Cells(
            max(self.top, other.top),
            max(self.left, other.left),
            min(self.bottom, other.bottom),
            min(self.right, other.right),
        )

    def __or__(self, other: _Cells) -> _Cells:
        return _Cells(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    @property
    def is_empty(self) -> bool:
        return self.top >= self.bottom or self.left >= self.right

    @property
    def shape(self) -> tuple[int, int]:
        return self.bottom - self.top, self.right - self.left


def open_elevation(files: Sequence[Path], *, lon: ArrayLike, lat: ArrayLike, margin_km: float) -> Elevation:
    """Read the ground heights around the places.

    Only the part of the files that covers the places and the margin is read. Tiles on the same grid are laid side by
    side; a tile in another CRS or resolution is warped (bilinear) onto the grid of the first file that covers a place.
    Where tiles overlap, the earlier file wins and later ones fill its voids.

    Parameters
    ----------
    files : sequence of Path
        GeoTIFF, VRT, HGT or whatever GDAL reads; one band of heights in metres.
    lon, lat : array_like of float, shape (n,)
        WGS84 degrees of all places; at least one.
    margin_km : float
        How far beyond the outermost places heights are wanted.

    Raises
    ------
    InputError
        A file is missing, cannot be read, has no georeference or more than one band of values; or none covers the
        area of the places. Every faulty file is named.
    """
    tiles = _describe_all(files)
    box = _box_around(np.asarray(lon, np.float64), np.asarray(lat, np.float64), margin_km)
    pieces = [piece for tile in tiles for piece in tile.turned() if not _cells_of_box(box, piece).is_empty]
    if not pieces:
        raise InputError(
            Problem(
                code="terrain-elsewhere",
                message=_("No elevation raster covers the area of the places ({box}).").format(box=_box_text(box)),
                remedy=_("Check the coordinates of the places, or give elevation files of their area."),
                file=", ".join(str(file) for file in files),
            )
        )
    first = pieces[0]
    _refuse_cut(first, box)
    extent = _cells_on(first, pieces[0], _cells_of_box(box, pieces[0]))
    for piece in pieces[1:]:
        extent |= _cells_on(first, piece, _cells_of_box(box, piece))
    heights = np.full(extent.shape, VOID_HEIGHT, np.int16 if all(piece.is_int16 for piece in pieces) else np.float32)
    for piece in pieces:
        if _offset_on(first, piece) is None:
            _warp_into(heights, extent, first, piece, _cells_of_box(box, piece))
        else:
            _paste_into(heights, extent, first, piece)
    frame = first.frame @ Affine.translation(extent.left, extent.top)
    return Elevation(heights=heights, transform=frame, crs_wkt=first.crs.to_wkt())


def _describe_all(files: Sequence[Path]) -> list[_Tile]:
    tiles: list[_Tile] = []
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
def _open(path: Path) -> Iterator[rasterio.DatasetReader]:
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
                message=_("The elevation raster cannot be read: {reason}.").format(reason=str(error).rstrip(".")),
                remedy=_("Download or copy the file again; `gdalinfo` must be able to open it."),
                file=str(path),
            )
        ) from error


def _describe(path: Path) -> _Tile:
    if not path.is_file():
        raise InputError(
            Problem(
                code="terrain-missing",
                message=_("The elevation raster does not exist."),
                remedy=_("Correct the path in the scenario; it counts from the scenario file's folder."),
                file=str(path),
            )
        )
    with _open(path) as dataset:
        if dataset.crs is None or dataset.transform.is_identity:
            raise InputError(
                Problem(
                    code="terrain-not-georeferenced",
                    message=_("The elevation raster does not say where on earth it lies."),
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
                    message=_("The raster has {count} bands; an elevation raster has one.").format(count=len(bands)),
                    remedy=_(
                        "Give the raster of heights itself, not a picture; `gdal_translate -b` takes out one band."
                    ),
                    file=str(path),
                )
            )
        is_int16 = dataset.dtypes[0] in {"int16", "int8", "uint8"} and _is_unscaled(dataset)
        crs = CRS.from_user_input(dataset.crs).to_2d()
        return _Tile(path, crs, dataset.transform, dataset.height, dataset.width, is_int16)


def _is_unscaled(dataset: rasterio.DatasetReader) -> bool:
    return bool(dataset.scales[0] == 1.0 and dataset.offsets[0] == 0.0)


def _box_around(lon: NDArray[np.float64], lat: NDArray[np.float64], margin_km: float) -> tuple[float, ...]:
    """Return west, south, east, north in degrees; east may lie beyond 180."""
    if lon.size == 0:
        raise ValueError("at least one place is needed to know which terrain to read")
    west, east = contiguous_span(lon)
    margin = margin_km / KM_PER_DEGREE
    south, north = max(float(lat.min()) - margin, -90.0), min(float(lat.max()) + margin, 90.0)
    widening = margin / max(np.cos(np.radians(max(abs(south), abs(north)))), 1e-3)
    return west - widening, south, east + widening, north


def _refuse_cut(tile: _Tile, box: tuple[float, ...]) -> None:
    """Refuse a projection that tears the area of the places apart at the antimeridian, as Web Mercator does."""
    west, south, east, north = box
    if tile.crs.is_geographic or (west > -180.0 and east < 180.0):
        return
    seam = 180.0 if east >= 180.0 else -180.0
    x, y = Transformer.from_crs(4326, tile.crs, always_xy=True).transform(
        [seam - 1e-6, seam + 1e-6], [(south + north) / 2] * 2
    )
    if not np.hypot(x[1] - x[0], y[1] - y[0]) < abs(tile.transform.a) + abs(tile.transform.e):
        raise InputError(
            Problem(
                code="terrain-cut",
                message=_("The raster's coordinate system is cut at longitude 180°, where the places lie."),
                remedy=_("Warp it to longitudes and latitudes, for instance with `gdalwarp -t_srs EPSG:4326`."),
                file=str(tile.path),
            )
        )


def _box_text(box: tuple[float, ...]) -> str:
    west, south, east, north = box
    return f"{west:.3f}…{east:.3f}° E, {south:.3f}…{north:.3f}° N"


def _outline(left: float, bottom: float, right: float, top: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a grid of points over a rectangle: extremes of a curved outline may lie inside its edges."""
    x, y = np.meshgrid(np.linspace(left, right, OUTLINE_POINTS), np.linspace(bottom, top, OUTLINE_POINTS))
    return x.ravel(), y.ravel()


def _whole_cells(tile: _Tile, x: NDArray[np.float64], y: NDArray[np.float64]) -> _Cells:
    """Return the cells of ``tile``'s grid (unbounded) that hold points given in its CRS, and one cell around."""
    inverse = ~tile.frame
    finite = np.isfinite(x) & np.isfinite(y)  # points outside a projection's domain
    if not finite.any():
        return _Cells(0, 0, 0, 0)
    col = inverse.a * x[finite] + inverse.b * y[finite] + inverse.c
    row = inverse.d * x[finite] + inverse.e * y[finite] + inverse.f
    return _Cells(
        int(np.floor(row.min())) - 1,
        int(np.floor(col.min())) - 1,
        int(np.ceil(row.max())) + 1,
        int(np.ceil(col.max())) + 1,
    )


def _cells_of_box(box: tuple[float, ...], tile: _Tile) -> _Cells:
    """Return the cells of the tile that lie in a longitude-latitude box."""
    lon, lat = _outline(*box)
    x, y = Transformer.from_crs(4326, tile.crs, always_xy=True).transform(lon, lat)
    if tile.crs.is_geographic:
        x = unwrap_longitudes(x, lon)
    return _whole_cells(tile, x, y) & _Cells(0, 0, tile.rows, tile.columns)


def _offset_on(first: _Tile, tile: _Tile) -> tuple[int, int] | None:
    """Return the rows and columns by which ``tile`` lies from ``first`` on the same grid; None on another grid."""
    if tile.crs != first.crs:
        return None
    step = ~first.frame @ tile.frame
    drift = max(abs(step.a - 1), abs(step.d)) * tile.columns + max(abs(step.e - 1), abs(step.b)) * tile.rows
    row, col = round(step.f), round(step.c)
    if drift + abs(step.f - row) + abs(step.c - col) > SAME_GRID_TOLERANCE:
        return None
    return row, col


def _cells_on(first: _Tile, tile: _Tile, cells: _Cells) -> _Cells:
    """Return where some cells of ``tile`` lie on the grid of ``first``."""
    if (offset := _offset_on(first, tile)) is not None:
        rows, columns = offset
        return _Cells(cells.top + rows, cells.left + columns, cells.bottom + rows, cells.right + columns)
    col, row = _outline(cells.left, cells.top, cells.right, cells.bottom)
    frame = tile.frame
    x, y = frame.a * col + frame.b * row + frame.c, frame.d * col + frame.e * row + frame.f
    x, y = Transformer.from_crs(tile.crs, first.crs, always_xy=True).transform(x, y)
    if first.crs.is_geographic:
        x = unwrap_longitudes(x, (first.frame @ (first.columns / 2, first.rows / 2))[0])
    return _whole_cells(first, x, y)


def _read(tile: _Tile, cells: _Cells) -> Heights:
    """Read some cells, with ``VOID_HEIGHT`` wherever the height is unknown."""
    height, width = cells.shape
    with _open(tile.path) as dataset:
        band = dataset.read(1, window=Window(cells.left, cells.top, width, height), masked=True)
        if not _is_unscaled(dataset):
            band = band * dataset.scales[0] + dataset.offsets[0]
    data = np.ma.getdata(band)
    values: Heights = data.astype(np.int16) if tile.is_int16 else data.astype(np.float32)
    lowest, highest = PLAUSIBLE_M
    with np.errstate(invalid="ignore"):
        known = (values >= lowest) & (values <= highest) & (values != USUAL_NODATA)  # False for NaN
    values[np.ma.getmaskarray(band) | ~known] = VOID_HEIGHT
    return values


def _fill_voids(target: Heights, values: Heights) -> None:
    rounded = np.round(values) if target.dtype == np.int16 else values
    np.copyto(target, rounded, where=target == VOID_HEIGHT, casting="unsafe")


def _paste_into(heights: Heights, extent: _Cells, first: _Tile, tile: _Tile) -> None:
    """Lay a tile of the same grid into ``heights``."""
    rows, columns = _offset_on(first, tile) or (0, 0)
    on_tile = _Cells(extent.top - rows, extent.left - columns, extent.bottom - rows, extent.right - columns)
    cells = on_tile & _Cells(0, 0, tile.rows, tile.columns)
    top, left = cells.top - on_tile.top, cells.left - on_tile.left
    height, width = cells.shape
    _fill_voids(heights[top : top + height, left : left + width], _read(tile, cells))


def _warp_into(heights: Heights, extent: _Cells, first: _Tile, tile: _Tile, cells: _Cells) -> None:
    """Warp some cells of a tile of another grid into ``heights``."""
    warped = np.full(heights.shape, VOID_HEIGHT, np.float32)
    reproject(
        source=_read(tile, cells).astype(np.float32),
        destination=warped,
        src_transform=tile.frame @ Affine.translation(cells.left, cells.top),
        src_crs=tile.crs.to_wkt(),
        src_nodata=VOID_HEIGHT,
        dst_transform=first.frame @ Affine.translation(extent.left, extent.top),
        dst_crs=first.crs.to_wkt(),
        dst_nodata=VOID_HEIGHT,
        resampling=Resampling.bilinear,
    )
    _fill_voids(heights, warped)
