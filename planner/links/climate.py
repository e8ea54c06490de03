"""The climate at the places of the planning graph: what offices say, else the scenario, the maps or the zone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue import RadioClimate
from planner.catalogue.climate import FIGURES, ClimateSource, climate_at
from planner.catalogue.itu_maps import MAPS
from planner.i18n import _, ngettext
from planner.links.options import PlaceKind
from planner.wording import figure, number

if TYPE_CHECKING:
    import pandas as pd

    from planner.links.options import Places
    from planner.scenario import Scenario


def with_climate(places: Places, offices: pd.DataFrame, scenario: Scenario) -> Places:
    """Return the places, offices first among them, with their climate.

    Raises
    ------
    InputError
        Maps are asked for and cannot be read.
    """
    table, source = places.climate.copy(), places.climate_source.copy()
    rows = np.flatnonzero(places.kind != PlaceKind.JUNCTION)
    table[: len(offices)] = offices[list(FIGURES)].to_numpy(np.float64)
    table[rows], source[rows] = climate_at(scenario, places.lon[rows], places.lat[rows], table[rows])
    return replace(places, climate=table, climate_source=source)


def climate_of(places: Places, scenario: Scenario) -> RadioClimate:
    """Return what fades at places are computed with."""
    has_radio = places.climate_source[:, 0] != ClimateSource.NONE
    return RadioClimate.of_table(places.climate, has_radio, scenario.climate.roughness_m)


def place_notes(places: Places) -> tuple[str, ...]:
    """Return which figures of the climate differ from place to place, and where they come from."""
    notes = []
    of_map = places.climate_source == ClimateSource.MAP
    ranges = [
        f"{name} {figure(column[rows].min())} – {figure(column[rows].max())} ({MAPS[name]})"
        for name, column, rows in zip(FIGURES, places.climate.T, of_map.T, strict=True)
        if rows.any()
    ]
    if ranges:
        notes.append(_("climate: maps of the ITU-R at each place: {figures}.").format(figures=", ".join(ranges)))
    own = places.climate_source == ClimateSource.OFFICE
    count = int(np.count_nonzero(own.any(axis=1)))
    if count:
        figures = ", ".join(name for name, rows in zip(FIGURES, own.T, strict=True) if rows.any())
        text = ngettext(
            "climate: {count} office has figures of its own: {figures}.",
            "climate: {count} offices have figures of their own: {figures}.",
            count,
        )
        notes.append(text.format(count=number(count), figures=figures))
    return tuple(notes)
