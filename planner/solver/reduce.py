"""Fixing by reduced costs: arcs that no plan better than the incumbent can hold.

Any plan that holds arc (u, v) holds a path from the root over it to a prize. Its value lies below the ceiling by at
least the reduced cost of that path; where this leaves no more than the incumbent has, the arc can go. After
C. W. Duin and A. Volgenant (1989) and T. Polzin and S. Vahdati Daneshmand (2001).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from planner.solver.bound import Pricing
    from planner.solver.graph import Graph

MARGIN = 1e-9
"""Relative margin for the float sums along paths."""


def find_useful(graph: Graph, pricing: Pricing, budget: int, target: float) -> NDArray[np.bool_]:
    """Return ``(m,)``: whether a plan within the budget that is worth ``target`` or more could hold the arc."""
    return useful_within(graph, pricing.reduced, pricing.bound(budget), target)


def useful_within(graph: Graph, reduced: NDArray[np.float64], ceiling: float, target: float) -> NDArray[np.bool_]:
    """Return ``(m,)``: whether the reduced costs that lie under a ceiling leave a target to plans that hold the arc."""
    return through(graph, reduced) * (1.0 - MARGIN) <= ceiling - target + MARGIN * abs(ceiling)


def through(graph: Graph, reduced: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``(m,)``: the least reduced cost of a path from the root over the arc to a prize."""
    return graph.from_root(reduced)[graph.tail] + reduced + graph.to_prizes(reduced)[graph.head]
