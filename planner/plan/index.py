"""What the benefit is made of: the weighted columns, office by office and in all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.scenario import PEOPLE_UNDERSERVED

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from planner.scenario import Scenario


def benefit_index(
    scenario: Scenario, offices: pd.DataFrame, connected: NDArray[np.bool_], worth: NDArray[np.float64]
) -> dict[str, Any]:
    """Return the parts of the benefit of each office, of all offices, and of those that gain.

    Parameters
    ----------
    scenario : Scenario
    offices : DataFrame
        ``Inputs.offices``; its benefit is the weighted sum, less what an insufficient connection serves already.
    connected : (o,) bool
    worth : (o,) float64
        Benefit of each office in the plan: with phases, that from the year of connection on, discounted.
    """
    weights = scenario.benefit.weights
    wants = (offices["status_before"] != "adequate").to_numpy()
    figures = [
        weight * offices["people" if column == PEOPLE_UNDERSERVED else column].to_numpy(np.float64)
        for column, weight in weights.items()
    ]
    whole, benefit = np.sum(figures, axis=0), np.where(wants, offices["benefit"].to_numpy(np.float64), 0.0)
    at_once, in_plan = (
        [np.divide(each, whole, out=np.zeros(len(offices)), where=whole > 0) * values for values in figures]
        for each in (benefit, np.where(wants, worth, 0.0))
    )
    columns = [
        {"column": column, "weight": weight, "all": math.fsum(every), "gained": math.fsum(part[connected & wants])}
        for (column, weight), every, part in zip(weights.items(), at_once, in_plan, strict=True)
    ]
    rows = [
        {"id": name, "parts": [float(part[at]) for part in in_plan]}
        for at, name in enumerate(offices["id"].tolist())
        if wants[at]
    ]
    return {"catchment_km": scenario.benefit.catchment_km, "columns": columns, "offices": rows}
