"""The figures of rain and air that microwave is planned with: those of the scenario, else those of its zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.catalogue.assumptions import Assumption
from planner.catalogue.estimates import USER
from planner.i18n import _

if TYPE_CHECKING:
    from planner.catalogue.estimates import Zone
    from planner.scenario import Scenario


@dataclass(frozen=True)
class RadioClimate:
    """What fades are computed with.

    Attributes
    ----------
    rain_mm_h : float
        R0.01, exceeded during 0.01 % of a year.
    dn1_per_km : float
        Refractivity gradient not exceeded during 1 % of a year.
    vapour_g_m3 : float
        Water vapour at the ground.
    roughness_m : float or None
        Of the terrain; None: the quick method of P.530.
    """

    rain_mm_h: float
    dn1_per_km: float
    vapour_g_m3: float
    roughness_m: float | None


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
    """Return the figures in force, each with its source: the user where the scenario gives it, else the zone's."""
    climate = scenario.climate
    found = []
    for field, of_zone in _of_zone(climate.zone).items():
        given = getattr(climate, field)
        user = Assumption(of_zone.name, given, of_zone.unit, given, given, USER, None, judgement=False)
        found.append(of_zone if given is None else user)
    if climate.roughness_m is not None:
        height = climate.roughness_m
        found.append(Assumption("climate.roughness_m", height, _("m"), height, height, USER, None, judgement=False))
    return tuple(found)


def radio_climate(scenario: Scenario) -> RadioClimate:
    """Return what fades are computed with."""
    in_force = {assumption.name: assumption.value for assumption in climate_assumptions(scenario)}
    return RadioClimate(
        rain_mm_h=in_force["climate.rain_mm_h"],
        dn1_per_km=in_force["climate.dn1_per_km"],
        vapour_g_m3=in_force["climate.vapour_g_m3"],
        roughness_m=in_force.get("climate.roughness_m"),
    )


def climate_notes(scenario: Scenario) -> tuple[str, ...]:
    """Return what a reader of plans must know of the climate: which of its figures are only those of the zone."""
    of_zone = [assumption for assumption in climate_assumptions(scenario) if assumption.source != USER]
    if not of_zone:
        return ()
    text = _("microwave: fades are those of climate zone {zone}, not of the place: {figures}.")
    figures = ", ".join(f"{assumption.name} {assumption.value:g} {assumption.unit}" for assumption in of_zone)
    return (text.format(zone=scenario.climate.zone, figures=figures),)
