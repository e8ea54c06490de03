"""What hops carry in spite of fades: the link budget of every hop against rain and layered air, by ITU-R P.530."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from planner.radio import (
    HORIZONTAL_DEG,
    annual_conversion_db,
    flat_fade_margin_db,
    gases_db_km,
    geoclimatic_factor,
    link_availability_pct,
    multipath_occurrence_pct,
    path_inclination_mrad,
    rain_001_db,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.catalogue import RadioClimate

    Numbers = NDArray[np.float64]

NO_STEP = -1
"""Modulation that says: even the slowest one fails more often than is allowed."""

SHORTEST_KM = 1e-3
"""Places may share their coordinates; nothing fades on a metre."""


@dataclass(frozen=True)
class Paths:
    """Paths of hops, p rows.

    Attributes
    ----------
    length_km : (p,) float64
    latitude_deg : (p,) float64
        Of the middle.
    ground_u_m, ground_v_m : (p,) float64
        Of both ends above sea level, not of the antennas, whose masts are not chosen yet. Masts of one height would
        make fades a little rarer; a taller one at the lower end makes the ray flatter than the ground is, and fades
        more frequent than they are reckoned.
    u, v : (p,) int64
        Places at the ends, rows of a climate that differs from place to place.
    """

    length_km: Numbers
    latitude_deg: Numbers
    ground_u_m: Numbers
    ground_v_m: Numbers
    u: NDArray[np.int64]
    v: NDArray[np.int64]

    def __getitem__(self, rows: NDArray[np.int64]) -> Paths:
        """Return some of the rows."""
        return Paths(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True)
class Fades:
    """What fades on paths in one frequency depend on, p rows; see `planner.radio.link_availability_pct`."""

    frequency_ghz: float
    unfaded_db: Numbers
    """Signal lost in free space and air."""
    rain_001_db: Numbers
    occurrence_pct: Numbers
    conversion_db: Numbers

    @classmethod
    def of(cls, paths: Paths, frequency_ghz: float, climate: RadioClimate) -> Fades:
        """Return the fades of paths, horizontally polarised: the polarisation that rain takes most from."""
        length_km = np.maximum(paths.length_km, SHORTEST_KM)
        rain_mm_h, dn1_per_km = path_climate(climate, paths.u, paths.v)
        air = air_db_km(frequency_ghz, climate, paths.u, paths.v)
        without_signal = flat_fade_margin_db(
            length_km, frequency_ghz, transmit_dbm=0.0, gain_dbi=0.0, threshold_dbm=0.0, gases_db_km=air
        )
        slope = path_inclination_mrad(length_km, paths.ground_u_m, paths.ground_v_m)
        return cls(
            frequency_ghz=frequency_ghz,
            unfaded_db=-without_signal,
            rain_001_db=rain_001_db(length_km, frequency_ghz, rate_001_mm_h=rain_mm_h, tilt_deg=HORIZONTAL_DEG),
            occurrence_pct=multipath_occurrence_pct(
                length_km,
                frequency_ghz,
                height1_m=paths.ground_u_m,
                height2_m=paths.ground_v_m,
                geoclimatic=geoclimatic_factor(dn1_per_km, climate.roughness_m),
                quick=climate.roughness_m is None,
            ),
            conversion_db=annual_conversion_db(length_km, paths.latitude_deg, slope),
        )

    def __getitem__(self, rows: NDArray[np.int64]) -> Fades:
        """Return some of the rows."""
        columns = (self.unfaded_db, self.rain_001_db, self.occurrence_pct, self.conversion_db)
        return Fades(self.frequency_ghz, *(column[rows] for column in columns))

    def availability(self, system_db: Numbers | float) -> Numbers:
        """Return the share of the year in which fades leave a signal, given what may be lost in all, (p,)."""
        percent = link_availability_pct(
            system_db - self.unfaded_db,
            frequency_ghz=self.frequency_ghz,
            rain_001_db=self.rain_001_db,
            occurrence_pct=self.occurrence_pct,
            conversion_db=self.conversion_db,
        )
        return np.asarray(percent / 100.0)


def path_climate(
    climate: RadioClimate, u: NDArray[np.int64], v: NDArray[np.int64]
) -> tuple[Numbers | float, Numbers | float]:
    """Return rain rate and refractivity gradient of paths between places; numbers where they are the same everywhere.

    Rain is that of the wetter end: heavy showers are a few kilometres wide, and the whole path pays for the one that
    stands over it. P.530 takes the gradient at the middle of the path; between the ends it is nearly straight, so that
    their mean stands for it.
    """
    rain, gradient = climate.rain_mm_h, climate.dn1_per_km
    return (
        rain if isinstance(rain, float) else np.maximum(rain[u], rain[v]),
        gradient if isinstance(gradient, float) else (gradient[u] + gradient[v]) / 2.0,
    )


def air_db_km(
    frequency_ghz: float, climate: RadioClimate, u: NDArray[np.int64], v: NDArray[np.int64]
) -> Numbers | float:
    """Return the specific attenuation of air of paths between places: the mean of both ends.

    It is reckoned place by place, 79 lines each, not path by path.
    """
    vapour = climate.vapour_g_m3
    if isinstance(vapour, float):
        return float(gases_db_km(frequency_ghz, vapour_g_m3=vapour))
    densities, of_place = np.unique(vapour, return_inverse=True)
    at_place = gases_db_km(frequency_ghz, vapour_g_m3=densities)[of_place]
    return np.asarray((at_place[u] + at_place[v]) / 2.0)


def fastest_steps(fades: Fades, system_db: Numbers, wanted: float) -> NDArray[np.int8]:
    """Return, of each path, the fastest modulation that works for the share of the year that is wanted.

    Parameters
    ----------
    fades : Fades
        p paths.
    system_db : (s,) float64
        What may be lost with each modulation, slowest first: it falls.
    wanted : float

    Returns
    -------
    (p,) int8
        `NO_STEP` where none does.
    """
    found = np.full(len(fades.unfaded_db), NO_STEP, dtype=np.int8)
    left = np.arange(len(found))
    for step in range(len(system_db) - 1, -1, -1):
        works = fades[left].availability(float(system_db[step])) >= wanted
        found[left[works]] = step
        left = left[~works]
    return found
