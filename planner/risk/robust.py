"""A plan made for all draws at once: within the budget at typical prices, and worth most on average over the draws.

In each draw counts the best part of the plan that budget, links and limits allow at its prices; see
docs/method/risk.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.graph import chosen
from planner.i18n import use_language
from planner.plan.floors import floor_rows
from planner.plan.outcome import OPTIMAL_GAP
from planner.plan.plan import Budget, build_plan
from planner.risk.sampling import quantile
from planner.risk.study import price, trim, whole_plan
from planner.solver import compile_kernels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.inputs import Inputs
    from planner.links.choice import Choice
    from planner.links.options import LinkOptions
    from planner.plan.plan import Plan
    from planner.risk.study import Assessment, Priced, Study
    from planner.scenario import Scenario

PRUDENCE = (0.6, 0.7, 0.8, 0.9)
"""Shares of the distribution of every figure, on its dear side, at which plans are made in advance."""
ROBUST = "robust"
"""Folder of the robust plan in the run of the study."""
MOST_CANDIDATES = 24
"""Plans that are tried on all draws."""


@dataclass(frozen=True)
class Robust:
    """The plan that is worth most over the draws, of those tried.

    Attributes
    ----------
    choice : Choice
        Its links and offices.
    kept : (n,) float64
        Benefit that it keeps in each draw.
    fits : (n,) bool
        Draws in which nothing of it has to be cut.
    bound : float
        No plan that the budget allows at typical prices keeps more on average.
    tried : int
        How many plans were.
    is_plan : bool
        It is the plan that the study is of.
    """

    choice: Choice
    kept: NDArray[np.float64]
    fits: NDArray[np.bool_]
    bound: float
    tried: int
    is_plan: bool

    @property
    def value(self) -> float:
        """Mean of the benefit kept."""
        return float(self.kept.mean())


def robust_plan(scenario: Scenario, inputs: Inputs, options: LinkOptions, plan: Plan, choice: Choice) -> Plan:
    """Return the robust plan accounted for at typical prices, beside the ceiling that was proven for the plan there.

    Parameters
    ----------
    scenario, inputs, options
        That the plan was made from.
    plan : Plan
        That the study is of.
    choice : Choice
        As in `Robust`.
    """
    gains = choice.connected & (inputs.offices["status_before"] != "adequate").to_numpy()
    value = math.fsum(inputs.offices["benefit"].to_numpy(np.float64)[gains])
    bound = plan.outcome.bound
    outcome = replace(
        plan.outcome, status="feasible", termination="exhausted", value=value, trace=((0.0, value, bound),)
    )
    if outcome.gap is not None and outcome.gap <= OPTIMAL_GAP:
        outcome = replace(outcome, status="optimal")
    told = plan.budgets[0]
    budget = Budget(told["name"], told["measure"], round(100 * told["limit"]))
    floors = floor_rows(scenario, inputs.offices)
    return build_plan(scenario, inputs, options, choice, outcome, [budget], floors)


def prudent_points(study: Study, swings: Sequence[tuple[Assessment, Assessment]]) -> NDArray[np.float64]:
    """Return values of all figures on their dear sides, (p, k): plans made with them hold reserves.

    Parameters
    ----------
    study : Study
    swings : sequence of (Assessment, Assessment)
        Of each figure alone, at its low and at its high: says which side is the dear one.
    """
    low, typical, high = np.array([[one.low, one.typical, one.high] for one in study.figures]).T
    rises = np.array([at_high.money[study.measure] >= at_low.money[study.measure] for at_low, at_high in swings])
    shares = np.where(rises, np.array(PRUDENCE)[:, None], 1.0 - np.array(PRUDENCE)[:, None])
    return quantile(shares, low, typical, high, study.scenario.uncertainty.distribution)


def candidates(study: Study, found: Sequence[Assessment]) -> list[Choice]:
    """Return different plans that the budget allows at typical prices, that of the study first.

    Parameters
    ----------
    study : Study
    found : sequence of Assessment
        Re-optimised; the first are the most wanted. Their best plans are cut back to what typical prices allow.
    """
    at_typical = price(study, study.typical)
    plans = {_key(study.choice): study.choice}
    for one in found:
        if len(plans) == MOST_CANDIDATES:
            break
        plan = None if one.best is None else _within(replace(study, choice=one.best), at_typical)
        if plan is not None:
            plans.setdefault(_key(plan), plan)
    return list(plans.values())


def spread(found: Sequence[Assessment], measure: int) -> list[Assessment]:
    """Return assessments in an order of which every beginning spreads over dear and cheap draws."""
    by_cost = sorted(range(len(found)), key=lambda k: (found[k].money[measure], k))
    step, order = len(by_cost), []
    while step > 0:
        order += by_cost[step // 2 :: step]
        step //= 2
    return [found[k] for k in dict.fromkeys(order)]


def rate_all(
    study: Study, points: NDArray[np.float64], plans: Sequence[Choice]
) -> list[tuple[NDArray[np.float64], NDArray[np.bool_]] | None]:
    """Return for each draw what each plan keeps in it, and whether it fits; None for draws that were cancelled."""
    compile_kernels()
    with use_language(study.language):
        return [_rate(study, point, plans) for point in points]


def _rate(
    study: Study, point: NDArray[np.float64], plans: Sequence[Choice]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]] | None:
    priced, cancelled = price(study, point), study.watch()
    kept, fits = np.zeros(len(plans)), np.zeros(len(plans), np.bool_)
    for row, plan in enumerate(plans):
        of_it = replace(study, choice=plan)
        whole = whole_plan(of_it, priced)[2]
        fits[row] = whole is not None
        kept[row] = whole.value if whole is not None else trim(of_it, priced, cancelled).value or 0.0
        if cancelled():
            return None
    return kept, fits


def best_of(
    plans: Sequence[Choice],
    rated: Sequence[tuple[NDArray[np.float64], NDArray[np.bool_]]],
    bounds: Sequence[float],
    plan_bound: float,
) -> Robust:
    """Return the plan that keeps most on average, the first among equals, with its proof.

    Parameters
    ----------
    plans : sequence of Choice
    rated : sequence of ((p,) float64, (p,) bool)
        Of each draw, as from `rate_all`.
    bounds : sequence of float
        Proven ceiling of each draw.
    plan_bound : float
        Proven ceiling at typical prices: what is kept of a plan is part of one that is allowed there.
    """
    kept, fits = (np.array([one[which] for one in rated]) for which in range(2))
    best = int(np.argmax(kept.mean(axis=0)))
    ceiling = float(np.minimum(bounds, plan_bound).mean())
    return Robust(
        choice=plans[best],
        kept=kept[:, best],
        fits=fits[:, best],
        bound=max(ceiling, float(kept[:, best].mean())),
        tried=len(plans),
        is_plan=best == 0,
    )


def _within(study: Study, at_typical: Priced) -> Choice | None:
    """Return the part of a plan that budget, links and limits allow at typical prices, all of it if it fits.

    None where no part has all that has to be in a plan.
    """
    if whole_plan(study, at_typical)[2] is not None:
        return study.choice
    kept = trim(study, at_typical, study.watch())
    if kept.value is None:
        return None
    return chosen(at_typical.graph, at_typical.options, kept.arcs, len(study.inputs.offices))


def _key(plan: Choice) -> tuple[bytes, bytes]:
    order = np.argsort(plan.option)
    return plan.option[order].tobytes(), plan.connected.tobytes()
