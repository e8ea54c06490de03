"""What the solver answers: the chosen arcs, how good they are, and how good any plan could be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OPTIMALITY_GAP = 1e-4
"""Relative gap at which a plan counts as optimal."""


class Status(StrEnum):
    """What is known about the plan; unknown: none was found, and that there is one was not excluded."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Termination(StrEnum):
    """Why the search ended."""

    GAP = "gap"
    TIME_LIMIT = "time_limit"
    CANCELLED = "cancelled"


def relative_gap(value: float | None, bound: float | None) -> float | None:
    """Return ``|bound − value| / max(|value|, 1e-9)``, or None while either is unknown."""
    if value is None or bound is None:
        return None
    return abs(bound - value) / max(abs(value), 1e-9)


@dataclass(frozen=True)
class Progress:
    """One report from a running search: seconds since its start, best value, best bound."""

    seconds: float
    value: float | None
    bound: float | None

    @property
    def gap(self) -> float | None:
        """Relative gap, None while value or bound is unknown."""
        return relative_gap(self.value, self.bound)


@dataclass(frozen=True)
class Result:
    """A plan with its proof.

    Attributes
    ----------
    status, termination
        What is known about the plan; why the search ended.
    arcs
        ``(k,)`` int32: chosen arcs of the problem, parents before children.
    value, bound
        Sum of prizes of the plan, less the weight of its cost; a proven ceiling on that of any plan.
        None if the search was cancelled before it knew any.
    cost
        Sum of the costs of ``arcs`` in cents.
    requested_gap
        The relative gap that was asked for.
    trace
        ``(seconds, value, bound)``: seconds never decrease, values never fall, bounds never rise.
    prices
        Multipliers λ of the best Lagrangian ceiling, those of the budget and of each further limit: benefit that one
        more cent of it is worth. 0 where it does not bind; empty where the search ended before any ceiling.
    ceiling
        ``(k, 2)`` float64, intercept and slope: for every budget B in cents up to the problem's own no plan is
        worth more than ``min(intercept + slope · B)``.
    """

    status: Status
    termination: Termination
    arcs: NDArray[np.int32]
    value: float | None
    bound: float | None
    cost: int
    requested_gap: float
    trace: tuple[tuple[float, float | None, float | None], ...]
    prices: tuple[float, ...]
    ceiling: NDArray[np.float64]

    @property
    def price_of_money(self) -> float | None:
        """The multiplier of the budget: benefit that one more cent is worth; None where it is not known."""
        return self.prices[0] if self.prices else None

    @property
    def gap(self) -> float | None:
        """Relative gap ``|bound − value| / max(|value|, 1e-9)``."""
        return relative_gap(self.value, self.bound)


@dataclass(frozen=True)
class ConnectAll:
    """A cheap arborescence that reaches every prize, and the least that any such arborescence must cost.

    Attributes
    ----------
    cost
        Sum of the costs of ``arcs`` in cents.
    lower_bound
        Proven: no arborescence that reaches all prizes not listed in ``unreachable`` costs less (cents).
    arcs
        ``(k,)`` int32: chosen arcs of the problem, parents before children.
    unreachable
        Nodes with a prize to which no path from the root leads, whatever the money.
    unserved
        Nodes with a prize that a path leads to, but for which capacities left no room in this arborescence. While any
        is listed, ``cost`` leaves them out and may lie below ``lower_bound``.
    """

    cost: int
    lower_bound: int
    arcs: NDArray[np.int32]
    unreachable: NDArray[np.int32]
    unserved: NDArray[np.int32]
