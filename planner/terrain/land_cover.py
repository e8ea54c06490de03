"""Land cover: classes of the ground, and the heights of what stands there, laid over a bare-earth model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from pyproj import CRS, Transformer
from rasterio.enums import Resampling
from rasterio.warp import reproject

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.terrain.elevation import VOID_HEIGHT, Elevation
from planner.terrain.geodesy import unwrap_longitudes
from planner.terrain.room import make_grid
from planner.terrain.tiles import Cells, Tile, cells_on, describe_all, open_raster, read_cells, strips

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from planner.terrain.elevation import Heights

NO_COVER = 0
"""Class of places that no raster says anything about: 0 is the usual value for “no data”."""
_CLASSES = 256
_STRIP_CELLS = 1 << 20  # of the terrain; land cover has ten times as many and more
_UNMAPPED = -1.0  # in the table of heights: a class that has none


@dataclass(frozen=True, eq=False)
class Patch:
    """Classes of a rectangle of cells of one raster.

    Attributes
    ----------
    codes : (rows, columns) uint8
    transform : Affine
        From columns and rows, counted from the corner of the first cell, to the raster's coordinates.
    crs : CRS
    """

    codes: NDArray[np.uint8]
    transform: Affine
    crs: CRS

    @cached_property
    def _to_raster(self) -> Transformer:
        return Transformer.from_crs(4326, self.crs, always_xy=True)

    def at(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Return the class of the cell that holds each point, `NO_COVER` outside."""
        rows, columns = self.codes.shape
        x, y = self._to_raster.transform(lon, lat)
        if self.crs.is_geographic:
            x = unwrap_longitudes(np.asarray(x), (self.transform @ (columns / 2, rows / 2))[0])
        across, down = ~self.transform @ (np.asarray(x), np.asarray(y))
        inside = (across >= 0) & (across < columns) & (down >= 0) & (down < rows)
        across, down = (np.where(inside, np.floor(part), 0).astype(np.int64) for part in (across, down))
        return np.asarray(np.where(inside, self.codes[down, across], NO_COVER).astype(np.uint8))


@dataclass(frozen=True, eq=False)
class LandCover:
    """Classes around a terrain; where patches overlap, the first that says something counts."""

    patches: tuple[Patch, ...]

    def at(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Return the class at each point, `NO_COVER` where no patch says any."""
        codes = np.full(np.shape(lon), NO_COVER, dtype=np.uint8)
        for patch in self.patches:
            silent = codes == NO_COVER
            codes[silent] = patch.at(lon[silent], lat[silent])
        return codes


def open_land_cover(files: Sequence[Path], elevation: Elevation) -> LandCover:
    """Read the classes on the ground that a terrain covers.

    Parameters
    ----------
    files : sequence of Path
        Rasters of classes from 0 to 255, in any CRS and resolution.
    elevation : Elevation

    Raises
    ------
    InputError
        A file is missing, cannot be read, has no georeference or more than one band, or holds no classes.
    """
    rows, columns = elevation.shape
    patches = []
    for tile in describe_all(files):
        grid = Tile(tile.path, elevation.crs, elevation.transform, rows, columns, is_int16=False, unit="")
        whole = Cells(0, 0, tile.rows, tile.columns)
        # On the terrain's own grid each turn shows other cells; on another one each shows the same.
        boxes = {cells_on(piece, grid, Cells(0, 0, rows, columns)) & whole for piece in tile.turned()}
        patches += [_patch(tile, box) for box in sorted(boxes, key=attrgetter("top", "left")) if not box.is_empty]
    return LandCover(tuple(patches))


def _patch(tile: Tile, box: Cells) -> Patch:
    codes = make_grid(box.shape, np.uint8, NO_COVER)
    for part in strips(box):
        codes[part.top - box.top : part.bottom - box.top] = _classes(tile, part)
    return Patch(codes, tile.transform @ Affine.translation(box.left, box.top), tile.crs)


def is_silent(files: Sequence[Path], lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say where no file has a class, (n,) for n points in WGS84 degrees; only their cells are read.

    Raises
    ------
    InputError
        A file is missing, cannot be read, has no georeference or more than one band.
    """
    silent = np.ones(lon.shape, dtype=np.bool_)
    for tile in describe_all(files):
        x, y = Transformer.from_crs(4326, tile.crs, always_xy=True).transform(lon, lat)
        if tile.crs.is_geographic:
            x = unwrap_longitudes(np.asarray(x), (tile.transform @ (tile.columns / 2, tile.rows / 2))[0])
        across, down = (np.floor(part) for part in ~tile.transform @ (np.asarray(x), np.asarray(y)))
        inside = (across >= 0) & (across < tile.columns) & (down >= 0) & (down < tile.rows)
        asked = np.flatnonzero(silent & inside)
        middles = tile.transform @ (across[asked] + 0.5, down[asked] + 0.5)
        with open_raster(tile.path) as dataset:
            cells = dataset.sample(np.column_stack(middles), masked=True)
            silent[asked] = [bool(np.ma.getmaskarray(cell)[0]) or cell[0] == NO_COVER for cell in cells]
    return silent


def check_land_cover(files: Sequence[Path]) -> None:
    """Check what files of land cover say of themselves, without reading their cells.

    Raises
    ------
    InputError
        A file is missing, cannot be read, has no georeference or more than one band.
    """
    describe_all(files)


def with_land_cover(elevation: Elevation, files: Sequence[Path], heights_m: Mapping[int, float]) -> Elevation:
    """Return the terrain with a surface: each cell as high as the tallest class of land cover in it.

    Where no file has a class, nothing stands on the ground. Surfaces of whole metres are rounded up.

    Parameters
    ----------
    elevation : Elevation
        Bare earth.
    files : sequence of Path
        Rasters of classes from 0 to 255, in any CRS and resolution.
    heights_m : mapping of int to float
        By class.

    Raises
    ------
    InputError
        A file is missing, cannot be read, has no georeference or more than one band, holds no classes, or holds some
        without a height; or none covers any of the terrain.
    """
    tiles = describe_all(files)
    rows, columns = elevation.shape
    grid = Tile(tiles[0].path, elevation.crs, elevation.transform, rows, columns, is_int16=False, unit="")
    whole = Cells(0, 0, rows, columns)
    table = np.full(_CLASSES, _UNMAPPED, np.float32)
    table[list(heights_m)] = list(heights_m.values())
    surface: Heights = (
        make_grid(elevation.shape, np.int16, VOID_HEIGHT)
        if elevation.heights.dtype == np.int16
        else make_grid(elevation.shape, np.float32, VOID_HEIGHT)
    )
    unmapped = [np.zeros(_CLASSES, np.bool_) for _tile in tiles]
    is_covered = False
    for part in strips(whole, _STRIP_CELLS):
        tallest = np.zeros(part.shape, np.float32)
        for tile, unknown in zip(tiles, unmapped, strict=True):
            for piece in tile.turned():
                source = cells_on(piece, grid, part).widened(part) & Cells(0, 0, piece.rows, piece.columns)
                if source.is_empty or not _on_one_turn(piece, grid):
                    continue
                np.maximum(tallest, _tallest(piece, source, grid, part, table, unknown), out=tallest)
                is_covered = True
        ground = elevation.heights[part.top : part.bottom]
        known = ground != VOID_HEIGHT
        on_top = ground + (np.ceil(tallest) if ground.dtype == np.int16 else tallest)
        np.copyto(surface[part.top : part.bottom], on_top, where=known, casting="unsafe")
    _refuse(tiles, unmapped, is_covered=is_covered)
    return replace(elevation, surface=surface)


def _on_one_turn(tile: Tile, grid: Tile) -> bool:
    """Say whether longitudes of two files, counted as they are, overlap; True where one of them has none."""
    if not (tile.crs.is_geographic and grid.crs.is_geographic):
        return True
    (west, east), (left, right) = ((one.frame.c, one.frame.c + one.frame.a * one.columns) for one in (tile, grid))
    return bool(west < right and left < east)


def _classes(tile: Tile, cells: Cells) -> NDArray[np.uint8]:
    """Read some cells; `NO_COVER` where the file says that it knows nothing."""
    band = read_cells(tile, cells)
    classes = np.ma.getdata(band)
    stated = ~np.ma.getmaskarray(band) & (classes != NO_COVER)
    with np.errstate(invalid="ignore"):
        is_class = (classes >= 0) & (classes < _CLASSES) & (classes == np.floor(classes))
    if (stated & ~is_class).any():
        raise InputError(
            Problem(
                code="land-cover-no-classes",
                message=_("The land cover holds values that are no classes from 0 to 255."),
                remedy=_("Give a raster of classes, such as ESA WorldCover, not one of shares or heights."),
                file=str(tile.path),
                value=f"{float(classes[stated & ~is_class][0]):.6g}",
            )
        )
    return np.asarray(np.where(stated, classes, NO_COVER).astype(np.uint8))


def _tallest(
    tile: Tile, source: Cells, grid: Tile, part: Cells, table: NDArray[np.float32], unknown: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return the height of the tallest class in each cell of ``part``, and note classes without a height."""
    index = _classes(tile, source)
    heights_m = table[index]
    stated = index != NO_COVER
    unknown[np.unique(index[stated & (heights_m == _UNMAPPED)])] = True
    heights_m[~stated | (heights_m == _UNMAPPED)] = 0.0
    tallest = np.zeros(part.shape, np.float32)
    reproject(
        source=heights_m,
        destination=tallest,
        src_transform=tile.frame @ Affine.translation(source.left, source.top),
        src_crs=tile.crs.to_wkt(),
        dst_transform=grid.frame @ Affine.translation(part.left, part.top),
        dst_crs=grid.crs.to_wkt(),
        init_dest_nodata=False,
        resampling=Resampling.max,
    )
    return tallest


def _refuse(tiles: Sequence[Tile], unmapped: Sequence[NDArray[np.bool_]], *, is_covered: bool) -> None:
    problems = [
        Problem(
            code="land-cover-class",
            message=_("No height is known for these classes of the land cover: {classes}.").format(
                classes=", ".join(str(number) for number in np.flatnonzero(unknown))
            ),
            remedy=_(
                "Give each a height in metres (0 where nothing stands) under technologies.microwave.overrides.clutter, "
                "or in the catalogue under microwave.clutter."
            ),
            file=str(tile.path),
            value=str(np.flatnonzero(unknown)[0]),
        )
        for tile, unknown in zip(tiles, unmapped, strict=True)
        if unknown.any()
    ]
    if not problems and not is_covered:
        problems = [
            Problem(
                code="land-cover-elsewhere",
                message=_("No land-cover raster covers any of the terrain."),
                remedy=_("Give land cover of the area, or leave it out."),
                file=", ".join(str(tile.path) for tile in tiles),
            )
        ]
    if problems:
        raise InputError(problems)
