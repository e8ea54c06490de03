"""How good a plan is, and the budgets it was made under."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OPTIMAL_GAP = 1e-4
"""A plan is called optimal if it is proven to be this close to the best one (relative)."""

_ROUNDING = 1e-9
"""Relative difference that the order of a sum may make."""


@dataclass(frozen=True)
class Budget:
    """One limit on money.

    Attributes
    ----------
    name : str
    measure : str
        One of `planner.finance.MEASURES`.
    limit_cents : int
    scope : mapping of str to sequence
        Which lines it counts: ``regions``, ``technologies``, ``years``; empty counts all.
    """

    name: str
    measure: str
    limit_cents: int
    scope: Mapping[str, Sequence[str | int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What the search says of its plan.

    Attributes
    ----------
    status : str
        ``optimal``, ``feasible``, ``infeasible``, ``cancelled`` or ``error``.
    termination : str
        Why the search ended: ``gap``, ``time_limit``, ``cancelled``, ``exhausted`` …
    sense : {"max", "min"}
    objective : str
        ``benefit`` or a money column.
    value, bound : float or None
        Of the plan; proven for every plan. None if the search was cancelled before it knew.
    requested_gap : float
    trace : tuple of (seconds, value, bound)
    price_of_money : float or None
        Benefit that one more unit of currency is worth at most, near this budget; None where unknown.
    """

    status: str
    termination: str
    sense: Literal["max", "min"]
    objective: str
    value: float | None
    bound: float | None
    requested_gap: float
    trace: tuple[tuple[float, float | None, float | None], ...]
    price_of_money: float | None = None

    @property
    def gap(self) -> float | None:
        """Relative gap, ``|bound − value| / max(|value|, 1e-9)``; None while either is unknown."""
        if self.value is None or self.bound is None:
            return None
        return abs(self.bound - self.value) / max(abs(self.value), 1e-9)


def surpass(outcome: Outcome, value: float) -> Outcome:
    """Return the outcome of a search with a better plan than its own, found some other way.

    What the search proved holds for that plan too.
    """
    seconds = outcome.trace[-1][0] if outcome.trace else 0.0
    better = replace(outcome, value=value, trace=(*outcome.trace, (seconds, value, outcome.bound)))
    reached = better.gap is not None and better.gap <= outcome.requested_gap
    return replace(better, termination="gap") if reached and outcome.status != "cancelled" else better


def settle(outcome: Outcome, value: float) -> Outcome:
    """Return the outcome with the value that the plan's own lines add up to.

    Parameters
    ----------
    outcome : Outcome
        Of a search that has a plan.
    value : float
        Recomputed from the plan.

    Raises
    ------
    RuntimeError
        If the search claims what the plan does not hold: another value, a bound on the wrong side, optimality or a
        requested gap that is not reached. Each is a fault of the program, none can be caused by input.
    """
    claimed, bound = outcome.value, outcome.bound
    slack = _ROUNDING * max(1.0, abs(value))
    if claimed is None or abs(claimed - value) > slack:
        raise RuntimeError(f"the search claims a value of {claimed}, the plan adds up to {value}")
    if bound is not None:
        better = bound - value if outcome.sense == "max" else value - bound
        if better < -slack:
            raise RuntimeError(f"the bound {bound} is on the wrong side of the value {value}")
        bound = max(bound, value) if outcome.sense == "max" else min(bound, value)
    settled = replace(outcome, value=value, bound=bound)
    gap = math.inf if settled.gap is None else settled.gap
    if outcome.status == "optimal" and gap > OPTIMAL_GAP + _ROUNDING:
        raise RuntimeError(f"the search claims an optimal plan with a gap of {gap}")
    if outcome.termination == "gap" and gap > outcome.requested_gap + _ROUNDING:
        raise RuntimeError(f"the search ended at a gap of {gap}, asked for was {outcome.requested_gap}")
    if outcome.status in {"optimal", "feasible"}:
        return replace(settled, status="optimal" if gap <= OPTIMAL_GAP else "feasible")
    return settled
