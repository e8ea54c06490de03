"""What a kilometre of trench costs by the ground it runs through: open ground by land cover, towns, water."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from planner.terrain.land_cover import NO_COVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.catalogue import FibreOption
    from planner.terrain import Elevation
    from planner.terrain.land_cover import LandCover

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

SAMPLE_M = 50.0
"""Along a straight piece, ground is looked up at the middle of equal parts of at most this length."""
_CODES = 256


class Setting(IntEnum):
    """Row of `GroundWeights.table`: what decides on the price of a piece."""

    OPEN = 0
    """Open ground: the class of land cover."""
    ROAD = 1
    """A road of which the input does not say where it runs: urban classes of land cover."""
    URBAN = 2
    RURAL = 3


@dataclass(frozen=True)
class GroundWeights:
    """Prices of ground over that of rural open ground.

    Attributes
    ----------
    table : (4, 256) float64
        By `Setting` and class of land cover.
    cover : LandCover or None
    water : float or None
        Price of water; None where no trench crosses it. Where the land cover is silent, what is not above sea level
        is water.
    is_water : (256,) bool
        Classes that are water.
    """

    table: Floats
    cover: LandCover | None
    water: float | None
    is_water: NDArray[np.bool_]

    @classmethod
    def of(cls, fibre: FibreOption, cover: LandCover | None, *, water_is_priced: bool) -> GroundWeights:
        """Return the weights that a price list gives.

        Parameters
        ----------
        fibre : FibreOption
        cover : LandCover or None
        water_is_priced : bool
        """
        table = np.ones((len(Setting), _CODES))
        urban, wet = (np.array(codes, dtype=np.int64) for codes in (fibre.urban_codes, fibre.water_codes))
        for code, factor in fibre.cover_factor.items():
            table[Setting.OPEN, code] = factor
        table[Setting.OPEN, urban] = table[Setting.ROAD, urban] = table[Setting.URBAN] = fibre.urban_factor
        is_water = np.zeros(_CODES, dtype=np.bool_)
        is_water[wet] = True
        table[Setting.OPEN, wet] = fibre.submarine_factor
        return cls(table, cover, fibre.submarine_factor if water_is_priced else None, is_water)

    def codes_at(self, lon: Floats, lat: Floats) -> NDArray[np.uint8]:
        """Return the class of land cover of points, `NO_COVER` where it is not known."""
        if self.cover is None:
            return np.full(np.shape(lon), NO_COVER, dtype=np.uint8)
        return self.cover.at(lon, lat)

    def at(self, elevation: Elevation, lon: Floats, lat: Floats, setting: Ints) -> Floats:
        """Return the weight of points, (n,)."""
        codes = self.codes_at(lon, lat)
        weight = self.table[setting, codes]
        if self.water is not None:
            silent = np.flatnonzero((setting == Setting.OPEN) & (codes == NO_COVER))
            wet = elevation.sample(lon[silent], lat[silent]) <= 0
            weight[silent[wet]] = self.water
        return weight

    def of_pieces(
        self, elevation: Elevation, ends: tuple[Floats, Floats, Floats, Floats], length_m: Floats, setting: Ints
    ) -> Floats:
        """Return the mean weight along straight pieces (in degrees), (s,).

        A piece of length d is looked up in the middle of each of ceil(d / `SAMPLE_M`) equal parts.

        Parameters
        ----------
        elevation : Elevation
        ends : tuple of four (s,) float64
            lon and lat of the first ends, then of the others.
        length_m : (s,) float64
        setting : (s,) int64
            `Setting` of each.
        """
        if self.cover is None and self.water is None:
            return np.asarray(self.table[setting, NO_COVER])
        lon0, lat0, lon1, lat1 = _in_order(*ends)
        parts = np.maximum(np.ceil(np.round(length_m, 3) / SAMPLE_M).astype(np.int64), 1)
        piece = np.repeat(np.arange(len(parts)), parts)
        first = np.cumsum(parts) - parts
        along = (np.arange(len(piece)) - first[piece] + 0.5) / parts[piece]
        lon = lon0[piece] + along * (lon1 - lon0)[piece]
        lat = lat0[piece] + along * (lat1 - lat0)[piece]
        weight = self.at(elevation, lon, lat, setting[piece])
        return np.asarray(np.bincount(piece, weight, len(parts)) / parts)


def _in_order(lon0: Floats, lat0: Floats, lon1: Floats, lat1: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return pieces from west to east (or south to north), unwrapped: a piece weighs the same both ways."""
    lon1 = lon1 - 360.0 * np.round((lon1 - lon0) / 360.0)
    turned = (lon1 < lon0) | ((lon1 == lon0) & (lat1 < lat0))
    return (
        np.where(turned, lon1, lon0),
        np.where(turned, lat1, lat0),
        np.where(turned, lon0, lon1),
        np.where(turned, lat0, lat1),
    )
