"""Whether a raster's values can be heights in metres: unit tags, nodata values nobody declared, mountains too high."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.terrain.elevation import VOID_HEIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from planner.terrain.elevation import Heights
    from planner.terrain.tiles import Tile

PLAUSIBLE_M = (-12_000.0, 9_000.0)
"""Deepest sea, highest peak: beyond lies a nodata value that nobody declared."""
_USUAL_NODATA = 9999.0  # or its negative
HIGHEST_M = 8_849.0
_HIGHEST_FT = 29_100.0
_SLACK_M = 100.0
_SHARE = 1e-4  # of the known cells: fewer are spikes, not another unit
_TOPS = (
    (-26.0, -36.0, 52.0, 37.0, 5_895.0),  # Africa: Kilimanjaro
    (-26.0, -36.0, 66.0, 12.0, 5_895.0),  # with the islands east of it
    (-25.0, 34.0, 45.0, 72.0, 5_642.0),  # Europe: Elbrus
    (112.0, -45.0, 154.0, -10.5, 2_228.0),  # Australia: Kosciuszko
    (154.0, -55.0, 230.0, 25.0, 4_205.0),  # Pacific islands: Mauna Kea
    (-170.0, 14.0, -15.0, 84.0, 6_190.0),  # North America: Denali
    (-93.0, -57.0, -30.0, 13.5, 6_961.0),  # South America: Aconcagua
)
"""West, south, east, north in degrees, and the highest ground within in metres (summits as every atlas gives them)."""
_FEET = re.compile(r"\b(f(oo|ee)?t|ft_?us|us_?ft|foot_us)\b", re.IGNORECASE)


def highest_ground_m(box: tuple[float, ...]) -> float:
    """Return the height of the highest ground in a part of the world that holds a box (west, south, east, north)."""
    west, south, east, north = box
    tops = [
        top_m
        for left, bottom, right, top, top_m in _TOPS
        for turn in (-360.0, 0.0, 360.0)
        if left <= west + turn and east + turn <= right and bottom <= south and north <= top
    ]
    return min(tops, default=HIGHEST_M)


def refuse_feet(tiles: Iterable[Tile]) -> None:
    """Refuse rasters that say that their heights are in feet.

    Raises
    ------
    InputError
    """
    problems = [
        Problem(
            code="terrain-units",
            message=_("The raster says that its heights are in “{unit}”; metres are wanted.").format(unit=tile.unit),
            remedy=_('Convert them, for instance with `gdal_calc.py --calc="A*0.3048"`, and set the unit to metre.'),
            file=str(tile.path),
            value=tile.unit,
        )
        for tile in tiles
        if _FEET.search(tile.unit)
    ]
    if problems:
        raise InputError(problems)


@dataclass
class HeightCheck:
    """Takes the values of one raster part by part and notes those that are higher than any ground of the area.

    Attributes
    ----------
    limit_m : float
        Height of the highest ground of that part of the world.
    """

    limit_m: float
    _known: int = 0
    _too_high: int = 0
    _top: float = 0.0

    def heights(self, band: np.ma.MaskedArray[tuple[int, int], np.dtype[np.generic]], *, is_int16: bool) -> Heights:
        """Return what was read as heights, with ``VOID_HEIGHT`` wherever none is known."""
        data = np.ma.getdata(band)
        values: Heights = data.astype(np.int16) if is_int16 else data.astype(np.float32)
        lowest, highest = PLAUSIBLE_M
        with np.errstate(invalid="ignore"):
            stated: NDArray[np.bool_] = ~np.ma.getmaskarray(band) & (np.abs(values) != _USUAL_NODATA)
            known = stated & (values >= lowest) & (values <= highest)  # False for NaN
            too_high = stated & (values > self.limit_m + _SLACK_M) & (values <= _HIGHEST_FT)
        self._known += int(np.count_nonzero(known | too_high))
        if too_high.any():
            self._too_high += int(np.count_nonzero(too_high))
            self._top = max(self._top, float(values[too_high].max()))
        values[~known] = VOID_HEIGHT
        return values

    def refuse(self, file: str) -> None:
        """Refuse the raster if its heights can be no metres.

        Raises
        ------
        InputError
        """
        if self._too_high <= _SHARE * self._known:
            return
        message = _("The raster's heights reach {top} m; no ground of that part of the world is higher than {limit} m.")
        raise InputError(
            Problem(
                code="terrain-too-high",
                message=message.format(top=round(self._top), limit=round(self.limit_m)),
                remedy=_(
                    'If they are in feet, convert them, for instance with `gdal_calc.py --calc="A*0.3048"`; else '
                    "declare the value that stands for unknown (`gdal_translate -a_nodata`)."
                ),
                file=file,
                value=f"{self._top:.6g}",
            )
        )
