"""Elevation files read into one grid around the places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from pyproj import Transformer
from rasterio.enums import Resampling
from rasterio.warp import reproject

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.terrain.elevation import VOID_HEIGHT, Elevation
from planner.terrain.plausible import HeightCheck, highest_ground_m, refuse_feet
from planner.terrain.room import make_grid
from planner.terrain.tiles import (
    Cells,
    Tile,
    box_around,
    box_text,
    cells_of_box,
    cells_on,
    describe_all,
    offset_on,
    read_cells,
    strips,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import ArrayLike

    from planner.terrain.elevation import Heights


def open_elevation(
    files: Sequence[Path], *, lon: ArrayLike, lat: ArrayLike, margin_km: float, void_is_sea: bool = False
) -> Elevation:
    """Read the ground heights around the places.

    Only the part of the files that covers the places and the margin is read, strip by strip. Tiles on the same grid are
    laid side by side; a tile in another CRS or resolution is warped (bilinear) onto the grid of the first file that
    covers a place. Where tiles overlap, the earlier file wins and later ones fill its voids. A grid larger than the
    memory allowed (`planner.terrain.room`) lies in a file.

    Parameters
    ----------
    files : sequence of Path
        GeoTIFF, VRT, HGT or whatever GDAL reads; one band of heights in metres.
    lon, lat : array_like of float, shape (n,)
        WGS84 degrees of all places; at least one.
    margin_km : float
        How far beyond the outermost places heights are wanted.
    void_is_sea : bool
        Whether voids are sea at height 0, not unknown ground.

    Raises
    ------
    InputError
        A file is missing, cannot be read, has no georeference or more than one band of values, says that its heights
        are in feet, or has heights that no ground of its part of the world has; or none covers the area of the places.
        Every faulty file is named.
    """
    tiles = describe_all(files)
    refuse_feet(tiles)
    box = box_around(np.asarray(lon, np.float64), np.asarray(lat, np.float64), margin_km)
    pieces = [piece for tile in tiles for piece in tile.turned() if not cells_of_box(box, piece).is_empty]
    if not pieces:
        raise InputError(
            Problem(
                code="terrain-elsewhere",
                message=_("No elevation raster covers the area of the places ({box}).").format(box=box_text(box)),
                remedy=_("Check the coordinates of the places, or give elevation files of their area."),
                file=", ".join(str(file) for file in files),
            )
        )
    first = pieces[0]
    _refuse_cut(first, box)
    extent = cells_on(first, pieces[0], cells_of_box(box, pieces[0]))
    for piece in pieces[1:]:
        extent |= cells_on(first, piece, cells_of_box(box, piece))
    is_int16 = all(piece.is_int16 for piece in pieces)
    heights: Heights = (
        make_grid(extent.shape, np.int16, VOID_HEIGHT) if is_int16 else make_grid(extent.shape, np.float32, VOID_HEIGHT)
    )
    for piece in pieces:
        check = HeightCheck(highest_ground_m(box))
        if offset_on(first, piece) is None:
            _warp_into(heights, extent, first, piece, cells_of_box(box, piece), check)
        else:
            _paste_into(heights, extent, first, piece, check)
        check.refuse(str(piece.path))
    frame = first.frame @ Affine.translation(extent.left, extent.top)
    return Elevation(heights, frame, first.crs.to_wkt(), void_is_sea=void_is_sea)


def _refuse_cut(tile: Tile, box: tuple[float, ...]) -> None:
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


def _fill_voids(heights: Heights, extent: Cells, cells: Cells, values: Heights) -> None:
    """Lay values of some cells of the grid into the voids there."""
    target = heights[
        cells.top - extent.top : cells.bottom - extent.top, cells.left - extent.left : cells.right - extent.left
    ]
    rounded = np.round(values) if target.dtype == np.int16 else values
    np.copyto(target, rounded, where=target == VOID_HEIGHT, casting="unsafe")


def _paste_into(heights: Heights, extent: Cells, first: Tile, tile: Tile, check: HeightCheck) -> None:
    """Lay a tile of the same grid into ``heights``."""
    rows, columns = offset_on(first, tile) or (0, 0)
    for part in strips(extent & Cells(rows, columns, tile.rows + rows, tile.columns + columns)):
        on_tile = Cells(part.top - rows, part.left - columns, part.bottom - rows, part.right - columns)
        _fill_voids(heights, extent, part, check.heights(read_cells(tile, on_tile), is_int16=tile.is_int16))


def _warp_into(heights: Heights, extent: Cells, first: Tile, tile: Tile, cells: Cells, check: HeightCheck) -> None:
    """Warp some cells of a tile of another grid into ``heights``."""
    for part in strips(cells_on(first, tile, cells) & extent):
        source = cells_on(tile, first, part).widened(part) & cells
        if source.is_empty:
            continue
        values = check.heights(read_cells(tile, source), is_int16=tile.is_int16)
        warped = np.full(part.shape, VOID_HEIGHT, np.float32)
        reproject(
            source=values.astype(np.float32),
            destination=warped,
            src_transform=tile.frame @ Affine.translation(source.left, source.top),
            src_crs=tile.crs.to_wkt(),
            src_nodata=VOID_HEIGHT,
            dst_transform=first.frame @ Affine.translation(part.left, part.top),
            dst_crs=first.crs.to_wkt(),
            dst_nodata=VOID_HEIGHT,
            resampling=Resampling.bilinear,
        )
        _fill_voids(heights, extent, part, warped)
