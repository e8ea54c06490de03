"""The figures of rain and air that radio is planned with: the office's own, the scenario's, the maps', the zone's."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from planner import wording
from planner.catalogue.assumptions import Assumption
from planner.catalogue.estimates import USER
from planner.catalogue.itu_maps import MAPS, read_maps
from planner.i18n import _, ngettext

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from planner.catalogue.estimates import Zone
    from planner.catalogue.prices import PriceList
    from planner.scenario import Scenario

    Numbers = NDArray[np.float64]

FIGURES = tuple(MAPS)
"""Figures that a place may have of its own, the columns of tables of climate."""


class ClimateSource(IntEnum):
    """Where a figure of a place comes from."""

    NONE = -1
    """Junctions have no radio."""
    ZONE = 0
    SCENARIO = 1
    MAP = 2
    OFFICE = 3
    LATITUDE = 4
    """The height of rain where no isotherm is known."""

    def key(self, figure: str) -> str:
        """Return the word of the contract for it, the Recommendation for figures of a map."""
        return MAPS[figure] if self is ClimateSource.MAP else self.name.lower()


@dataclass(frozen=True)
class RadioClimate:
    """What fades are computed with, everywhere the same or place by place.

    Attributes
    ----------
    rain_mm_h : float or (n,) float64
        R0.01, exceeded during 0.01 % of a year.
    dn1_per_km : float or (n,) float64
        Refractivity gradient not exceeded during 1 % of a year.
    vapour_g_m3 : float or (n,) float64
        Water vapour at the ground.
    roughness_m : float or None
        Of the terrain; None: the quick method of P.530.
    isotherm_km : float or (n,) float64
        Height of 0 °C above the sea; NaN: the rain height is that of the latitude.
    """

    rain_mm_h: float | Numbers
    dn1_per_km: float | Numbers
    vapour_g_m3: float | Numbers
    roughness_m: float | None
    isotherm_km: float | Numbers = math.nan

    @classmethod
    def of_table(cls, table: Numbers, has_radio: NDArray[np.bool_], roughness_m: float | None) -> RadioClimate:
        """Return the climate of a table of places; what is the same wherever there is radio is one number.

        Parameters
        ----------
        table : (n, 4) float64
            Columns are `FIGURES`.
        has_radio : (n,) bool
        roughness_m : float or None
        """
        columns: dict[str, float | Numbers] = {}
        for figure, column in zip(FIGURES, table.T, strict=True):
            values = np.unique(column[has_radio])
            columns[figure] = float(values[0]) if len(values) == 1 else column
        return cls(**columns, roughness_m=roughness_m)

    def at(self, places: NDArray[np.int64]) -> RadioClimate:
        """Return the climate of some of the places."""
        columns = {figure: getattr(self, figure) for figure in FIGURES}
        chosen = {figure: column if np.ndim(column) == 0 else column[places] for figure, column in columns.items()}
        return RadioClimate(**chosen, roughness_m=self.roughness_m)


def _of_zone(zone: Zone) -> dict[str, Assumption]:
    """Return the figures of a climate zone, by field of the scenario."""
    rain, gradient, vapour = {
        "temperate": ((42.0, 22.0, 60.0), (-200.0, -300.0, -100.0), (7.5, 5.0, 15.0)),
        "wet_tropics": ((95.0, 63.0, 145.0), (-350.0, -600.0, -200.0), (20.0, 15.0, 25.0)),
    }[zone]
    rain_zones = {"temperate": _("K; low: E, high: L"), "wet_tropics": _("N; low: M, high: P")}[zone]
    of_rain = _("ITU-R P.837-1, rain zone {zones}; replace it by P.837-7 at the place").format(zones=rain_zones)
    of_gradient = _("Order of the maps of ITU-R P.453; replace it by their value at the place")
    of_vapour = _("ITU-R P.835: 7.5 in the mean of the earth, 20 at low latitudes")
    listed = (
        ("rain_mm_h", rain, _("mm/h"), of_rain, 1994, False),
        ("dn1_per_km", gradient, _("N/km"), of_gradient, None, True),
        ("vapour_g_m3", vapour, _("g/m³"), of_vapour, 2017, False),
    )
    return {
        field: Assumption(f"climate.{field}", value, unit, low, high, source, year, judgement)
        for field, (value, low, high), unit, source, year, judgement in listed
    }


def climate_assumptions(scenario: Scenario) -> tuple[Assumption, ...]:
    """Return the figures that hold in the whole country, each with its source: the user, else the zone.

    Those of maps differ from place to place: they are told with the places.
    """
    climate = scenario.climate
    found = []
    for field, of_zone in _of_zone(climate.zone).items():
        given = getattr(climate, field)
        if given is not None:
            found.append(_stated(field, given, of_zone.unit))
        elif climate.source == "zone":
            found.append(of_zone)
    for field, unit in (("isotherm_km", _("km")), ("roughness_m", _("m"))):
        given = getattr(climate, field)
        if given is not None:
            found.append(_stated(field, given, unit))
    return tuple(found)


def _stated(field: str, given: float, unit: str) -> Assumption:
    return Assumption(f"climate.{field}", given, unit, given, given, USER, None, judgement=False)


def radio_climate(scenario: Scenario) -> RadioClimate:
    """Return what fades are computed with where neither an office nor a map says anything else."""
    climate = scenario.climate
    figures = {field: assumption.value for field, assumption in _of_zone(climate.zone).items()}
    figures["isotherm_km"] = math.nan
    given = {field: getattr(climate, field) for field in FIGURES}
    figures |= {field: value for field, value in given.items() if value is not None}
    return RadioClimate(**figures, roughness_m=climate.roughness_m)


def climate_at(scenario: Scenario, lon: Numbers, lat: Numbers, own: Numbers) -> tuple[Numbers, NDArray[np.int8]]:
    """Return the figures of places, and where each comes from: the place itself, else the scenario, the map, the zone.

    Parameters
    ----------
    scenario : Scenario
    lon, lat : (n,) float64
    own : (n, 4) float64
        What the inputs say of the places, NaN where nothing; columns are `FIGURES`.

    Returns
    -------
    table : (n, 4) float64
    source : (n, 4) int8
        `ClimateSource`.

    Raises
    ------
    InputError
        Maps are asked for and cannot be read.
    """
    everywhere = radio_climate(scenario)
    given = np.array([getattr(scenario.climate, figure) is not None for figure in FIGURES])
    table = np.tile(np.array([getattr(everywhere, figure) for figure in FIGURES]), (len(lon), 1))
    otherwise = np.where(np.array(FIGURES) == "isotherm_km", ClimateSource.LATITUDE, ClimateSource.ZONE)
    source = np.tile(np.where(given, ClimateSource.SCENARIO, otherwise).astype(np.int8), (len(lon), 1))
    if scenario.climate.source == "itu" and not given.all():
        table[:, ~given] = read_maps(lon, lat)[:, ~given]
        source[:, ~given] = ClimateSource.MAP
    stated = np.isfinite(own)
    return np.where(stated, own, table), np.where(stated, np.int8(ClimateSource.OFFICE), source)


def zone_notes(scenario: Scenario, prices: PriceList, offices: pd.DataFrame) -> tuple[str, ...]:
    """Return what a reader of plans must know of the climate: which of its figures are only those of the zone.

    Parameters
    ----------
    scenario : Scenario
    prices : PriceList
    offices : pandas.DataFrame
        With the columns `FIGURES`, NaN where an office says nothing of itself.
    """
    of_zone = [assumption for assumption in climate_assumptions(scenario) if assumption.source != USER]
    if not of_zone or not (prices.microwave or prices.multipoint):
        return ()
    have = offices[list(FIGURES)].notna().sum()
    told = [
        _zone_figure(assumption, int(have[assumption.name.rpartition(".")[2]]), len(offices)) for assumption in of_zone
    ]
    text = _("microwave: fades are those of climate zone {zone}, not of the place: {figures}.")
    return (text.format(zone=scenario.climate.zone, figures=", ".join(told)),)


def _zone_figure(assumption: Assumption, have: int, offices: int) -> str:
    """Return a figure of the zone, and at how many offices it does not count since they have their own."""
    said = f"{assumption.name} {wording.figure(assumption.value)} {assumption.unit}"
    if not have:
        return said
    if have == offices:
        return _("{figure} (at sources, towers and relays; every office has its own)").format(figure=said)
    text = ngettext(
        "{figure} (but at {count} of {total} offices, which has its own)",
        "{figure} (but at {count} of {total} offices, which have their own)",
        have,
    )
    return text.format(figure=said, count=wording.number(have), total=wording.number(offices))
