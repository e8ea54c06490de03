"""Linear programs in sparse rows: the one place that knows by whom they are solved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Row = tuple["NDArray[np.int64]", "NDArray[np.float64]", float]
"""Columns, their factors, and what their sum is at most."""


class Optimum(NamedTuple):
    """Solution of a linear program.

    Attributes
    ----------
    value
        Of the objective.
    x
        ``(n,)``: the variables.
    price
        ``(m,)`` ≥ 0: what one more unit of each row adds to the objective.
    """

    value: float
    x: NDArray[np.float64]
    price: NDArray[np.float64]


def maximise(
    objective: NDArray[np.float64], rows: Sequence[Row], least: NDArray[np.float64], most: NDArray[np.float64]
) -> Optimum | None:
    """Return the largest objective within rows and bounds of the variables ``(n,)``; None if there is no solution."""
    # Few searches need a linear program, and this library takes a fifth of a second to load.
    from scipy.optimize import linprog  # noqa: PLC0415
    from scipy.sparse import csr_array  # noqa: PLC0415

    start = np.cumsum([0, *(columns.size for columns, _factors, _most in rows)])
    columns = np.concatenate([np.empty(0, np.int64), *(row[0] for row in rows)])
    factors = np.concatenate([np.empty(0), *(row[1] for row in rows)])
    matrix: Any = csr_array((factors, columns, start), shape=(len(rows), objective.size))
    bounds: Any = np.column_stack([least, most])
    found = linprog(-objective, A_ub=matrix, b_ub=np.array([row[2] for row in rows]), bounds=bounds, method="highs")
    if found.status != 0 or found.x is None or found.fun is None:
        return None
    return Optimum(-float(found.fun), np.asarray(found.x), np.maximum(-np.asarray(found.ineqlin.marginals), 0.0))
