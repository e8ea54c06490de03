"""Services that offices can offer with a plan: e-commerce, digital finance, e-government, public Wi-Fi, and others."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from planner.scenario import Scenario


def services_enabled(scenario: Scenario, offices: pd.DataFrame) -> tuple[dict[str, Any], ...]:
    """Return for each service of the scenario the offices that can offer it, and the people within their reach.

    An office can if it is connected, the speed that it is planned for is enough, and so is the availability of its
    whole chain.

    Parameters
    ----------
    scenario : Scenario
    offices : DataFrame
        Of the plan.
    """
    gains = offices["connected"] & (offices["before"] != "adequate")
    found = []
    for name, need in scenario.service.enables.items():
        can = offices["connected"] & (offices["demand_mbps"] >= need.min_mbps)
        can &= offices["availability"] >= need.availability
        people = offices["people_total"].fillna(0.0)
        found.append(
            {
                "name": name,
                **need.model_dump(mode="json"),
                "offices": int(can.sum()),
                "offices_gained": int((can & gains).sum()),
                "people": math.fsum(people[can]),
                "people_gained": math.fsum(people[can & gains]),
            }
        )
    return tuple(found)
