"""The climate at the places of the inputs, put together again from scenario, office files and maps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.catalogue import RadioClimate, radio_climate
from planner.catalogue.itu_maps import MAPS, read_maps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.inputs import Inputs
    from planner.plan.verify.sites import Site
    from planner.scenario import Scenario


class Told(NamedTuple):
    """A figure and who says it."""

    value: float
    source: str


class Climates:
    """What is known of rain and air at every place of the inputs, and at hilltops."""

    def __init__(self, scenario: Scenario, inputs: Inputs, sites: Mapping[str, Site]) -> None:
        self._scenario = scenario
        self._of_country = radio_climate(scenario)
        figures = list(MAPS)
        rows = inputs.offices[["id", *figures]].to_dict("records")
        self._own = {row["id"]: {figure: float(row[figure]) for figure in figures} for row in rows}
        self._maps: dict[str, list[float]] = {}
        left_out = any(getattr(scenario.climate, figure) is None for figure in figures)
        if scenario.climate.source == "itu" and left_out:
            at = np.array([[site.lon, site.lat] for site in sites.values()]).reshape(-1, 2)
            self._maps = dict(zip(sites, read_maps(at[:, 0], at[:, 1]).tolist(), strict=True))

    def told(self, name: str) -> dict[str, Told]:
        """Return the figures of a place: its own before the scenario's, these before the map's and the zone's."""
        found = {}
        for column, figure in enumerate(MAPS):
            own, given = self._own.get(name, {}).get(figure, math.nan), getattr(self._scenario.climate, figure)
            if not math.isnan(own):
                found[figure] = Told(own, "office")
            elif given is not None:
                found[figure] = Told(float(given), "scenario")
            elif name in self._maps:
                found[figure] = Told(self._maps[name][column], MAPS[figure])
            else:
                value = float(getattr(self._of_country, figure))
                found[figure] = Told(value, "latitude" if figure == "isotherm_km" else "zone")
        return found

    def at(self, name: str) -> RadioClimate:
        """Return what fades at a place are reckoned with."""
        values = {figure: told.value for figure, told in self.told(name).items()}
        return RadioClimate(**values, roughness_m=self._scenario.climate.roughness_m)
