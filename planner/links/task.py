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
    from planner.scenario import Scenario
    from planner.terrain import Elevation

K_STANDARD, FRESNEL_STANDARD = 4 / 3, 1.0
"""Effective earth radius factor at which the whole first Fresnel zone must be free."""


@dataclass(frozen=True)
class Task:
    """What every technology needs to know."""

    scenario: Scenario
    inputs: Inputs
    prices: PriceList
    elevation: Elevation
    places: Places
    open_to_links: NDArray[np.bool_]
    feeds: NDArray[np.bool_]
    mast_money: NDArray[np.int64]


def clearance_criteria(scenario: Scenario) -> tuple[tuple[float, float], ...]:
    """Return effective earth radius factor and share of the first Fresnel zone of each rule of clearance."""
    search = scenario.links.microwave
    return (K_STANDARD, FRESNEL_STANDARD), (search.k_low, search.fresnel_low)
