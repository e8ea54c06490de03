"""Costs in units coarse enough to be added up in double precision, as the kernels do.

Rounded down, a cost over a limit that is rounded down too only loosens it: what is proven holds for the exact one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.problem import MAX_MONEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ROOM = 1.0 - 1e-9
"""Part of `planner.solver.problem.MAX_MONEY` that sums are brought below: they are estimated in double precision."""


def capped(cost: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return costs with those that a limit excludes by themselves just above it."""
    return np.minimum(cost, most + 1)


def unit_of(costs: Sequence[NDArray[np.int64]]) -> int:
    """Return the least number of cents, 1 as a rule, in which rows, rounded down, have exact sums."""
    largest = max((float(cost.sum(dtype=np.float64)) for cost in costs), default=0.0)
    return max(math.ceil(largest / (ROOM * MAX_MONEY)), 1)
