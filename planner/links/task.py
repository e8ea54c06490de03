"""What the search for the links of any technology needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from planner.catalogue import PriceList
    from planner.inputs import Inputs
    from planner.links.options import Places
    from planner.links.splices import Splices
    from planner.scenario import Scenario
    from planner.terrain import Elevation

K_STANDARD, FRESNEL_STANDARD = 4 / 3, 1.0
"""Effective earth radius factor at which the whole first Fresnel zone must be free."""


@dataclass(frozen=True)
class Task:
    """What every technology needs to know.

    Attributes
    ----------
    scenario : Scenario
    inputs : Inputs
    prices : PriceList
    elevation : Elevation
    places : Places
        Offices, sources, towers, hilltops, and where existing routes are fed and spliced into, n rows.
    open_to_links : (n,) bool
    feeds : (n,) bool
        Where networks begin.
    mast_money : (n, L, 4) int64
    splices : Splices or None
        The last of the places.
    """

    scenario: Scenario
    inputs: Inputs
    prices: PriceList
    elevation: Elevation
    places: Places
    open_to_links: NDArray[np.bool_]
    feeds: NDArray[np.bool_]
    mast_money: NDArray[np.int64]
    splices: Splices | None


def clearance_criteria(scenario: Scenario) -> tuple[tuple[float, float], ...]:
    """Return effective earth radius factor and share of the first Fresnel zone of each rule of clearance."""
    search = scenario.links.microwave
    return (K_STANDARD, FRESNEL_STANDARD), (search.k_low, search.fresnel_low)


def greatest_demand(scenario: Scenario) -> float:
    """Return the factor on all demand that links must be fit for: the greatest that `planner risk` may draw."""
    demand = scenario.uncertainty.demand
    return 1.0 if demand is None else demand.high
