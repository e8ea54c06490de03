"""What is drawn: prices, demand, rain and terrain; and the candidate links at some values of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue import drawn, price_list, terms, uncertain_figures
from planner.catalogue.ranges import Uncertain
from planner.errors import InputError, Problem
from planner.i18n import _
from planner.links.headroom import headroom_m, on_higher_ground
from planner.links.reprice import reprice

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from planner.catalogue import Catalogue, PriceList
    from planner.inputs import Inputs
    from planner.links.options import LinkOptions
    from planner.scenario import Scenario

DEMAND = "demand"
"""Name of the factor on all demand among the uncertain figures."""
CLIMATE = "climate"
"""Name of the factor on the rain rate."""
TERRAIN = "terrain_m"
"""Name of what the ground is higher by than the elevation model says."""


def figures_of(scenario: Scenario, catalogue: Catalogue) -> tuple[Uncertain, ...]:
    """Return what is uncertain in a scenario: prices with a range, factors on demand and on rain, the height of ground.

    Raises
    ------
    InputError
        Nothing is, or a figure that the scenario names is not there.
    """
    asked = scenario.uncertainty
    figures = uncertain_figures(catalogue, price_list(catalogue, scenario), scenario)
    # Each is a group of its own: none goes with a price.
    margins = (
        (DEMAND, "demand", "factor", 1.0, asked.demand),
        (CLIMATE, "climate", "factor", 1.0, asked.climate),
        (TERRAIN, "terrain", "m", 0.0, asked.terrain_m),
    )
    figures += tuple(
        Uncertain(name, group, unit, of.low, typical, of.high)
        for name, group, unit, typical, of in margins
        if of is not None and of.low < of.high
    )
    if not figures:
        raise InputError(
            Problem(
                "nothing-uncertain",
                _("Neither prices nor anything else of this scenario has a range: there is nothing to draw."),
                _(
                    "Give low and high in a catalogue file, or uncertainty.spread, ranges, demand, climate or "
                    "terrain_m in the scenario."
                ),
                column="uncertainty",
            )
        )
    return figures


def in_draw(
    scenario: Scenario,
    inputs: Inputs,
    options: LinkOptions,
    catalogue: Catalogue,
    base: PriceList,
    room_m: NDArray[np.float64] | None,
    values: Mapping[str, float],
) -> tuple[LinkOptions, pd.DataFrame]:
    """Return candidate links and offices at some values of the uncertain figures.

    Parameters
    ----------
    scenario : Scenario
    inputs : Inputs
    options : LinkOptions
        At typical values.
    catalogue : Catalogue
    base : PriceList
        That the options were built with.
    room_m : (m,) float64 or None
        As from `room_of`.
    values : mapping
        By name of the figure; what it does not name is typical.
    """
    offices = _with_demand(inputs.offices, values.get(DEMAND, 1.0))
    of_catalogue = {name: value for name, value in values.items() if name not in {DEMAND, CLIMATE, TERRAIN}}
    prices = price_list(drawn(catalogue, of_catalogue), scenario, dominated=True)
    rain = values.get(CLIMATE, 1.0)
    found = reprice(options, inputs, offices, scenario, terms(scenario), prices, base, rain=rain)
    return found if room_m is None else on_higher_ground(found, room_m, values.get(TERRAIN, 0.0)), offices


def room_of(
    scenario: Scenario, inputs: Inputs, options: LinkOptions, catalogue: Catalogue
) -> NDArray[np.float64] | None:
    """Return by how much the ground under each hop may rise, (m,); None where that is not drawn.

    Raises
    ------
    InputError
        The terrain cannot be read.
    """
    asked = scenario.uncertainty.terrain_m
    if asked is None or asked.low == asked.high:
        return None
    # What reads it is loaded with the search for links, which other studies need not wait for.
    from planner.links.build import read_terrain  # noqa: PLC0415

    prices = price_list(catalogue, scenario)
    return headroom_m(options, read_terrain(scenario, inputs, prices), prices, scenario, asked.high)


def _with_demand(offices: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Return offices whose demand, where they still need a connection, is another one by a factor."""
    asks = (offices["status_before"] != "adequate").to_numpy()
    demand = offices["demand_mbps"].to_numpy(np.float64) * np.where(asks, factor, 1.0)
    return offices.assign(demand_mbps=demand)
