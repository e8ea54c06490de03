"""Who makes the sheets: terrain, prices and climate read once for any number of links."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue import load_catalogue, price_list, terms
from planner.links import ground_weights, read_terrain
from planner.links.climate import climate_of
from planner.plan.sheets.hop import hop_sheet
from planner.plan.sheets.service import service_sheet
from planner.plan.sheets.trench import trench_sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.catalogue import PriceList, RadioClimate
    from planner.finance import Terms
    from planner.inputs import Inputs
    from planner.links import GroundWeights, LinkOptions
    from planner.plan.sheets.model import Sheet
    from planner.scenario import Scenario
    from planner.terrain import Elevation


@dataclass(frozen=True)
class Engineer:
    """What all sheets of a run need.

    Attributes
    ----------
    scenario : Scenario
    options : LinkOptions
    prices : PriceList
    climate : RadioClimate
        Of the places.
    terms : Terms
    elevation : Elevation or None
        None where the inputs name no terrain: sheets then have no profile.
    mast_m : mapping of str to float
        Height of the mast that the plan has at a place.
    weights : GroundWeights or None
        What the ground costs; None where it costs the same everywhere.
    """

    scenario: Scenario
    options: LinkOptions
    prices: PriceList
    climate: RadioClimate
    terms: Terms
    elevation: Elevation | None
    mast_m: Mapping[str, float]
    weights: GroundWeights | None = None

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        inputs: Inputs,
        options: LinkOptions,
        mast_m: Mapping[str, float],
        prices: PriceList | None = None,
    ) -> Engineer:
        """Read what sheets need; the scenario's price list is made unless it is given.

        Raises
        ------
        InputError
            Prices or terrain are wrong.
        """
        known = prices or price_list(load_catalogue(scenario), scenario)
        elevation = read_terrain(scenario, inputs, known) if inputs.terrain else None
        return cls(
            scenario=scenario,
            options=options,
            prices=known,
            climate=climate_of(options.places, scenario),
            terms=terms(scenario),
            elevation=elevation,
            mast_m=mast_m,
            weights=None
            if elevation is None or known.fibre is None
            else ground_weights(scenario, inputs.land_cover, known.fibre, elevation),
        )

    def sheet(self, option: int, *, backwards: bool) -> Sheet | None:
        """Return the sheet of a candidate link.

        Parameters
        ----------
        option : int
            Row of the link options.
        backwards : bool
            Tell it from v to u.

        Returns
        -------
        HopSheet, TrenchSheet, ServiceSheet or None
            None for what nobody engineers (sources, existing connections and routes), and where catalogue or terrain do
            not say enough.
        """
        kind = self.options.kinds[self.options.kind[option]]
        if kind.technology == "microwave" and self.elevation is not None:
            # Not by its items: in dearer regions a surcharge stands behind them.
            named = ((radio, each) for radio in self.prices.microwave for each in (radio.kind, radio.diverse_kind))
            radio = next((replace(radio, kind=each) for radio, each in named if each.name == kind.name), None)
            return None if radio is None else hop_sheet(self, self.elevation, radio, option, backwards=backwards)
        laid = any(item.per == "km" for item in kind.items)
        if kind.technology == "fibre" and laid and self.elevation is not None and self.prices.fibre is not None:
            return trench_sheet(self, self.elevation, self.prices.fibre, option, backwards=backwards)
        # Names are those of the run's language: services are found again by what they are made of.
        offered = [one for one in self.prices.services if one.technology == kind.technology]
        service = next((one for one in offered if one.kind.items == kind.items[: len(one.kind.items)]), None)
        return None if service is None else service_sheet(self, service, option)

    def place_name(self, place: int) -> str:
        """Return the id of a place."""
        return str(self.options.places.id[place])

    def known(self, height_m: float) -> float | None:
        """Return a height, None where it is unknown."""
        return float(height_m) if np.isfinite(height_m) else None
