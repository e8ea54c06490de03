"""What a kilometre of trench costs by the ground it runs through, looked up anew along its stored vertices."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from pyproj import Transformer
from rasterio.windows import Window

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from planner.catalogue import FibreOption
    from planner.scenario import Scenario
    from planner.terrain import Elevation

EVERY_M = 50.0
"""Ground is looked up in the middle of equal parts of a straight piece, each at most this long."""
SILENT = 0
"""Class of land cover where the raster says nothing."""


class Ground:
    """Prices of ground over that of rural open ground."""

    def __init__(self, scenario: Scenario, fibre: FibreOption, elevation: Elevation) -> None:
        self._files = [scenario.locate(name) for name in scenario.inputs.land_cover]
        self._water_is_priced = scenario.links.fibre.water == "price"
        self._fibre, self._elevation = fibre, elevation

    def weights(self, lon: list[float], lat: list[float], length_m: list[float], surroundings: str) -> list[float]:
        """Return the mean price along each straight piece of a polyline.

        Parameters
        ----------
        lon, lat : list of float
        length_m : list of float
            Of the pieces.
        surroundings : str
            ``open`` for open ground; along a road ``urban`` or ``rural`` where the input says so, else empty.
        """
        if surroundings in {"urban", "rural"}:
            return [self._fibre.urban_factor if surroundings == "urban" else 1.0] * len(length_m)
        x, y, piece = [], [], []
        for k, metres in enumerate(length_m):
            a, b = (lon[k], lat[k]), (lon[k + 1] - 360.0 * round((lon[k + 1] - lon[k]) / 360.0), lat[k + 1])
            (x0, y0), (x1, y1) = min(a, b), max(a, b)
            parts = max(math.ceil(round(metres, 3) / EVERY_M), 1)
            for part in range(parts):
                along = (part + 0.5) / parts
                x.append(x0 + along * (x1 - x0))
                y.append(y0 + along * (y1 - y0))
                piece.append(k)
        price = self._prices(np.array(x), np.array(y), surroundings)
        return (np.bincount(piece, price) / np.bincount(piece)).tolist() if piece else []

    def _prices(self, lon: NDArray[np.float64], lat: NDArray[np.float64], surroundings: str) -> NDArray[np.float64]:
        fibre, code = self._fibre, self._codes(lon, lat)
        price = np.ones(len(code))
        if surroundings == "open":
            for number, factor in fibre.cover_factor.items():
                price[code == number] = factor
        price[np.isin(code, fibre.urban_codes)] = fibre.urban_factor
        if surroundings == "open":
            price[np.isin(code, fibre.water_codes)] = fibre.submarine_factor
            if self._water_is_priced:
                under_sea = self._elevation.sample(lon, lat) <= 0
                price[(code == SILENT) & under_sea] = fibre.submarine_factor
        return price

    def _codes(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the class of land cover at points; of several files the first that says something counts."""
        code = np.full(len(lon), SILENT, dtype=np.int64)
        for file in self._files:
            silent = np.flatnonzero(code == SILENT)
            code[silent] = _codes_in(file, lon[silent], lat[silent])
        return code


def _codes_in(file: Path, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the class of land cover at points, read from the raster's own cells."""
    code = np.full(len(lon), SILENT, dtype=np.int64)
    with rasterio.open(file) as raster:
        x, y = Transformer.from_crs(4326, raster.crs.to_wkt(), always_xy=True).transform(lon, lat)
        x = np.asarray(x)
        if raster.crs.is_geographic:
            middle = (raster.bounds.left + raster.bounds.right) / 2
            x = x - 360.0 * np.round((x - middle) / 360.0)
        column, row = (np.floor(part).astype(np.int64) for part in ~raster.transform @ (x, np.asarray(y)))
        inside = (column >= 0) & (column < raster.width) & (row >= 0) & (row < raster.height)
        if not inside.any():
            return code
        left, top = column[inside].min(), row[inside].min()
        size = column[inside].max() - left + 1, row[inside].max() - top + 1
        cells = raster.read(1, window=Window(int(left), int(top), int(size[0]), int(size[1])), masked=True)
        code[inside] = cells.filled(SILENT)[row[inside] - top, column[inside] - left]
    return code
