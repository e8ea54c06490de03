"""What is drawn: prices, demand and rain; and the candidate links at some values of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue import drawn, price_list, terms, uncertain_figures
from planner.catalogue.ranges import Uncertain
from planner.errors import InputError, Problem
from planner.i18n import _
from planner.links.reprice import reprice

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from planner.catalogue import Catalogue, PriceList
    from planner.inputs import Inputs
    from planner.links.options import LinkOptions
    from planner.scenario import Scenario

DEMAND = "demand"
"""Name of the factor on all demand among the uncertain figures."""
CLIMATE = "climate"
"""Name of the factor on the rain rate."""


def figures_of(scenario: Scenario, catalogue: Catalogue) -> tuple[Uncertain, ...]:
    """Return what is uncertain in a scenario: prices with a range, and factors on demand and on rain.

    Raises
    ------
    InputError
        Nothing is, or a figure that the scenario names is not there.
    """
    asked = scenario.uncertainty
    figures = uncertain_figures(catalogue, price_list(catalogue, scenario), scenario)
    # Each is a group of its own: none goes with a price.
    for name, factor in ((DEMAND, asked.demand), (CLIMATE, asked.climate)):
        if factor is not None and factor.low < factor.high:
            figures += (Uncertain(name, name, "factor", factor.low, 1.0, factor.high),)
    if not figures:
        raise InputError(
            Problem(
                "nothing-uncertain",
                _("Neither prices nor anything else of this scenario has a range: there is nothing to draw."),
                _(
                    "Give low and high in a catalogue file, or uncertainty.spread, ranges, demand or climate in the "
                    "scenario."
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
    values : mapping
        By name of the figure; what it does not name is typical.
    """
    offices = _with_demand(inputs.offices, values.get(DEMAND, 1.0))
    of_catalogue = {name: value for name, value in values.items() if name not in {DEMAND, CLIMATE}}
    prices = price_list(drawn(catalogue, of_catalogue), scenario, dominated=True)
    rain = values.get(CLIMATE, 1.0)
    return reprice(options, inputs, offices, scenario, terms(scenario), prices, base, rain=rain), offices


def _with_demand(offices: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Return offices whose demand, where they still need a connection, is another one by a factor."""
    asks = (offices["status_before"] != "adequate").to_numpy()
    demand = offices["demand_mbps"].to_numpy(np.float64) * np.where(asks, factor, 1.0)
    return offices.assign(demand_mbps=demand)
