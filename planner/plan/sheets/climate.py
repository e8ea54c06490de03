"""Which climate a sheet's figures were found with, and who says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue.climate import FIGURES, ClimateSource
from planner.links.fading import path_climate
from planner.plan.sheets.model import ClimateFigure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.plan.sheets.engineer import Engineer

SCENARIO = ClimateSource.SCENARIO.key("roughness_m")


def hop_climate(engineer: Engineer, near: int, far: int) -> tuple[ClimateFigure, ...]:
    """Return the climate of a hop: of both ends, and what the path is reckoned with."""
    rain_mm_h, dn1_per_km = path_climate(engineer.climate, np.array([near]), np.array([far]))
    vapour_g_m3 = float(engineer.options.places.climate[[near, far], FIGURES.index("vapour_g_m3")].mean())
    figures = [
        _figure(engineer, "rain_mm_h", (near, far), float(np.max(rain_mm_h))),
        _figure(engineer, "dn1_per_km", (near, far), float(np.max(dn1_per_km))),
        _figure(engineer, "vapour_g_m3", (near, far), vapour_g_m3),
    ]
    roughness_m = engineer.climate.roughness_m
    if roughness_m is not None:
        figures.append(ClimateFigure("roughness_m", roughness_m, (roughness_m,) * 2, (SCENARIO,) * 2))
    return tuple(figures)


def slant_climate(engineer: Engineer, place: int, rain_height_km: float) -> tuple[ClimateFigure, ...]:
    """Return the climate of a path to a satellite: rain, and how high it reaches."""
    source = _sources(engineer, "isotherm_km", (place,))
    rain_mm_h = float(np.max(engineer.climate.at(np.array([place])).rain_mm_h))
    return (
        _figure(engineer, "rain_mm_h", (place,), rain_mm_h),
        ClimateFigure("rain_height_km", rain_height_km, (rain_height_km,), source),
    )


def _figure(engineer: Engineer, figure: str, places: Sequence[int], used: float) -> ClimateFigure:
    ends = engineer.options.places.climate[list(places), FIGURES.index(figure)]
    return ClimateFigure(figure, used, tuple(ends.tolist()), _sources(engineer, figure, places))


def _sources(engineer: Engineer, figure: str, places: Sequence[int]) -> tuple[str, ...]:
    codes = engineer.options.places.climate_source[list(places), FIGURES.index(figure)]
    return tuple(ClimateSource(code).key(figure) for code in codes.tolist())
