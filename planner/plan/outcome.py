"""How good a plan is, and the budgets it was made under."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.plan.fairness import Fairness
    from planner.plan.refusal import Refusal

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
        Which lines it counts: ``regions``, ``technologies``; empty counts all.
    """

    name: str
    measure: str
    limit_cents: int
    scope: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """One of several objectives, reached without loss to those before it.

    Attributes
    ----------
    objective, sense, value, bound, trace
        As in `Outcome`; the bound is proven for plans that have what the stages before it reached. No bound and no
        trace: the search was cancelled before its turn.
    """

    objective: str
    sense: Literal["max", "min"]
    value: float
    bound: float | None
    trace: tuple[tuple[float, float | None, float | None], ...] = ()

    @property
    def gap(self) -> float | None:
        """Relative gap; None while there is no bound."""
        return relative_gap(self.value, self.bound)


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
        ``benefit``, a money column, or ``lexicographic`` where there are stages.
    value, bound : float or None
        Of the plan; proven for every plan. None if the search was cancelled before it knew.
    requested_gap : float
    trace : tuple of (seconds, value, bound)
    price_of_money : float or None
        Benefit that one more unit of currency is worth at most, near this budget; None where unknown.
    funder_prices : tuple of float
        The same for one more unit of each funder's money, an estimate; empty where unknown.
    target : mapping or None
        What least money had to reach, as the scenario says it.
    stages : tuple of Stage
        Of several objectives, in their order; sense, value, bound and trace above are those of `told_stage`.
    conflict : Refusal or None
        Why there is no plan, where that is proven.
    fairness : Fairness or None
        What was settled for groups of offices, and what the first objective is worth without it.
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
    funder_prices: tuple[float, ...] = ()
    target: Mapping[str, float | bool] | None = None
    stages: tuple[Stage, ...] = ()
    conflict: Refusal | None = None
    fairness: Fairness | None = None

    @property
    def gap(self) -> float | None:
        """Relative gap, ``|bound − value| / max(|value|, 1e-9)``; None while either is unknown."""
        return relative_gap(self.value, self.bound)


def relative_gap(value: float | None, bound: float | None) -> float | None:
    """Return ``|bound − value| / max(|value|, 1e-9)``; None while either is unknown."""
    if value is None or bound is None:
        return None
    return abs(bound - value) / max(abs(value), 1e-9)


def told_stage(stages: Sequence[Stage]) -> Stage:
    """Return the stage that stands for all: the first one, unless another is proven less well than optimal.

    A plan is thus called optimal only where every stage is.
    """
    unproven = [stage for stage in stages if stage.gap is None or stage.gap > OPTIMAL_GAP]
    return max(unproven, key=lambda stage: math.inf if stage.gap is None else stage.gap, default=stages[0])


def surpass(outcome: Outcome, value: float) -> Outcome:
    """Return the outcome of a search with a better plan than its own, found some other way.

    What the search proved holds for that plan too.
    """
    seconds = outcome.trace[-1][0] if outcome.trace else 0.0
    better = replace(outcome, value=value, trace=(*outcome.trace, (seconds, value, outcome.bound)))
    reached = better.gap is not None and better.gap <= outcome.requested_gap
    return replace(better, termination="gap") if reached and outcome.status != "cancelled" else better


def settle(outcome: Outcome, reached: Mapping[str, float]) -> Outcome:
    """Return the outcome with the values that the plan's own lines add up to.

    Parameters
    ----------
    outcome : Outcome
        Of a search that has a plan.
    reached : mapping of str to float
        Benefit and money columns, recomputed from the plan.

    Raises
    ------
    RuntimeError
        If the search claims what the plan does not hold: another value, a bound on the wrong side, optimality or a
        requested gap that is not reached. Each is a fault of the program, none can be caused by input.
    """
    if outcome.stages:
        return _settle_stages(outcome, reached)
    value, claimed = reached[outcome.objective], outcome.value
    if claimed is None or abs(claimed - value) > _ROUNDING * max(1.0, abs(value)):
        raise RuntimeError(f"the search claims a value of {claimed}, the plan adds up to {value}")
    return _checked(replace(outcome, value=value, bound=_bound_beside(value, outcome.bound, outcome.sense)))


def _settle_stages(outcome: Outcome, reached: Mapping[str, float]) -> Outcome:
    stages = []
    for stage in outcome.stages:
        value, sign = reached[stage.objective], 1.0 if stage.sense == "max" else -1.0
        if sign * (value - stage.value) < -_ROUNDING * max(1.0, abs(value)):
            raise RuntimeError(f"a later stage has lost {stage.objective}: {value}, reached was {stage.value}")
        bound = _bound_beside(value, stage.bound, stage.sense)
        trace = stage.trace
        if trace and (trace[-1][1], trace[-1][2]) != (value, bound):
            trace = (*trace, (trace[-1][0], value, bound))
        stages.append(replace(stage, value=value, bound=bound, trace=trace))
    told = told_stage(stages)
    return _checked(
        replace(outcome, stages=tuple(stages), sense=told.sense, value=told.value, bound=told.bound, trace=told.trace)
    )


def _bound_beside(value: float, bound: float | None, sense: str) -> float | None:
    """Return a bound that does not contradict a value by rounding."""
    if bound is None:
        return None
    better = bound - value if sense == "max" else value - bound
    if better < -_ROUNDING * max(1.0, abs(value)):
        raise RuntimeError(f"the bound {bound} is on the wrong side of the value {value}")
    return max(bound, value) if sense == "max" else min(bound, value)


def _checked(settled: Outcome) -> Outcome:
    """Return the outcome with the status that its gap deserves, if it claims no more."""
    gap = math.inf if settled.gap is None else settled.gap
    if settled.status == "optimal" and gap > OPTIMAL_GAP + _ROUNDING:
        raise RuntimeError(f"the search claims an optimal plan with a gap of {gap}")
    if settled.termination == "gap" and gap > settled.requested_gap + _ROUNDING:
        raise RuntimeError(f"the search ended at a gap of {gap}, asked for was {settled.requested_gap}")
    if settled.status in {"optimal", "feasible"}:
        return replace(settled, status="optimal" if gap <= OPTIMAL_GAP else "feasible")
    return settled
