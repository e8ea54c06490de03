"""Rasters of land cover classes: one byte a cell, in any CRS."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from affine import Affine
from pyproj import CRS, Transformer
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.terrain.geodesy import unwrap_longitudes

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

NO_COVER = 0
"""Class of places that the raster does not cover."""
_RIM_CELLS = 2
_OUTLINE = 33


@dataclass(frozen=True, eq=False)
class LandCover:
    """Classes of a rectangle of cells.

    Attributes
    ----------
    codes : (rows, columns) uint8
    transform : Affine
        From columns and rows, counted from the corner of the first cell, to the raster's coordinates.
    crs_wkt : str
    """

    codes: NDArray[np.uint8]
    transform: Affine
    crs_wkt: str

    @cached_property
    def _to_raster(self) -> Transformer | None:
        crs = CRS.from_wkt(self.crs_wkt)
        return None if crs.is_geographic else Transformer.from_crs(4326, crs, always_xy=True)

    def at(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Return the class of the cell that holds each point, `NO_COVER` outside."""
        rows, columns = self.codes.shape
        if self._to_raster is None:
            x, y = unwrap_longitudes(lon, (self.transform @ (columns / 2, rows / 2))[0]), lat
        else:
            x, y = self._to_raster.transform(lon, lat)
        across, down = ~self.transform @ (np.asarray(x), np.asarray(y))
        inside = (across >= 0) & (across < columns) & (down >= 0) & (down < rows)
        across, down = (np.where(inside, np.floor(part), 0).astype(np.int64) for part in (across, down))
        return np.asarray(np.where(inside, self.codes[down, across], NO_COVER).astype(np.uint8))


def open_land_cover(path: Path, file: str, *, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> LandCover:
    """Read the classes around some points.

    Parameters
    ----------
    path : Path
    file : str
        As the scenario names it.
    lon, lat : (n,) float64
        Corners of what is asked for, at least one; the rectangle around them is read.

    Raises
    ------
    InputError
        The file cannot be read, is no raster of one band of whole numbers from 0 to 255, or has no georeference.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path) as dataset:
                _check(dataset, file)
                crs = CRS.from_wkt(dataset.crs.to_wkt())
                window = _window(dataset, crs, lon, lat)
                corner = dataset.transform @ Affine.translation(window.col_off, window.row_off)
                codes = dataset.read(1, window=window)
                return LandCover(codes, corner, crs.to_wkt())
    except RasterioError as error:
        raise _unreadable(error, file) from error


def check_land_cover(path: Path, file: str) -> None:
    """Raise what `open_land_cover` would, without reading.

    Parameters
    ----------
    path : Path
    file : str
        As the scenario names it.

    Raises
    ------
    InputError
        As there.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path) as dataset:
                _check(dataset, file)
    except RasterioError as error:
        raise _unreadable(error, file) from error


def _unreadable(error: RasterioError, file: str) -> InputError:
    message = _("The file cannot be read: {reason}.").format(reason=error)
    return InputError(Problem("unreadable-file", message, _("Save it again as GeoTIFF."), file))


def _check(dataset: rasterio.DatasetReader, file: str) -> None:
    if dataset.crs is None:
        message = _("The raster says no coordinate reference system.")
        remedy = _("Save it again with one, as GeoTIFF.")
        raise InputError(Problem("wrong-crs", message, remedy, file))
    if dataset.count != 1 or dataset.dtypes[0] != "uint8":
        message = _("Land cover is one band of classes from 0 to 255.")
        remedy = _("Save it as GeoTIFF of one band of bytes.")
        raise InputError(Problem("wrong-raster", message, remedy, file, value=f"{dataset.count} × {dataset.dtypes[0]}"))


def _window(dataset: rasterio.DatasetReader, crs: CRS, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Window:
    """Return the whole cells of the raster around the box of points; none where they lie apart."""
    lon = unwrap_longitudes(lon, float(lon[0]))
    across, down = np.meshgrid(np.linspace(lon.min(), lon.max(), _OUTLINE), np.linspace(lat.min(), lat.max(), _OUTLINE))
    if crs.is_geographic:
        middle = (dataset.transform @ (dataset.width / 2, dataset.height / 2))[0]
        x, y = unwrap_longitudes(across, middle), down
    else:
        x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(across, down)
    column, row = ~dataset.transform @ (np.asarray(x), np.asarray(y))
    left, right = _clipped(column, dataset.width)
    top, bottom = _clipped(row, dataset.height)
    return Window(left, top, right - left, bottom - top)


def _clipped(cells: NDArray[np.float64], size: int) -> tuple[int, int]:
    """Return the first cell and one past the last, with a rim, as far as there are cells."""
    return (
        int(np.clip(np.floor(cells.min()) - _RIM_CELLS, 0, size)),
        int(np.clip(np.ceil(cells.max()) + _RIM_CELLS, 0, size)),
    )
