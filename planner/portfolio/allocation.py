"""One budget over many countries: which plan of each is worth most together, and what no choice of plans exceeds.

Numbers only. Each country is a curve: what its plans cost and bring, and a concave ceiling on what any plan of that
cost could. See docs/method/portfolio.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.envelope import upper_hull

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MOST_STATES = 20_000
"""States kept after each country; beyond that the choice is good, and no longer proven best among the known plans."""
_OUTWARD = 1e-12
"""Relative distance by which sums are rounded outward."""


@dataclass(frozen=True)
class Curve:
    """What money buys in one country.

    Attributes
    ----------
    cost : (k,) int64
        Money that each plan takes, in cents of the common currency.
    value : (k,) float64
        Benefit of each plan.
    ceiling : (v, 2) float64
        Money and benefit of a concave polyline above which no plan lies; level beyond its last vertex.
    """

    cost: NDArray[np.int64]
    value: NDArray[np.float64]
    ceiling: NDArray[np.float64]

    def at_most(self, money: float) -> float:
        """Return what no plan of so much money exceeds."""
        return float(np.interp(money, self.ceiling[:, 0], self.ceiling[:, 1]))

    def between(self, least: int, most: int) -> Curve:
        """Return what is left of the curve for a country that gets at least and at most so much.

        A plan that takes less than the least money has it all the same.
        """
        inside = self.cost <= most
        cost = np.maximum(self.cost[inside], least)
        money = self.ceiling[:, 0]
        kept = self.ceiling[(money > least) & (money < most)]
        ends = np.array([[float(place), self.at_most(place)] for place in sorted({least, most})])
        return Curve(cost, self.value[inside], upper_hull(np.concatenate([kept, ends])))


@dataclass(frozen=True)
class Allocation:
    """A choice of plans within one budget.

    Attributes
    ----------
    plan : (n,) int64
        For each country the plan that was chosen.
    spent : int
        Money of all of them, in cents.
    value, bound : float
        Their benefit together, and what no choice of plans within the budget exceeds, known or not.
    best_known : bool
        No other choice among the known plans is worth more.
    """

    plan: NDArray[np.int64]
    spent: int
    value: float
    bound: float
    best_known: bool


def allocate(curves: Sequence[Curve], budget: int) -> Allocation:
    """Choose one plan of each country so that they are worth most within a budget.

    Parameters
    ----------
    curves
        Each with a plan; the cheapest plans together are within the budget.
    budget
        In cents.

    Raises
    ------
    ValueError
        If there is no country, or one has no plan, or the cheapest plans together exceed the budget.
    """
    if not curves or any(curve.cost.size == 0 for curve in curves):
        raise ValueError("curves: each country needs a plan")
    if sum(int(curve.cost.min()) for curve in curves) > budget:
        raise ValueError("budget: the cheapest plans together exceed it")
    known = [upper_hull(np.stack([curve.cost.astype(np.float64), curve.value], axis=1)) for curve in curves]
    price = critical_price(known, budget)
    plan, best_known = choose(curves, budget, price)
    value = math.fsum(curve.value[k] for curve, k in zip(curves, plan.tolist(), strict=True))
    spent = sum(int(curve.cost[k]) for curve, k in zip(curves, plan.tolist(), strict=True))
    return Allocation(plan, spent, value, max(ceiling_of(curves, budget), value), best_known)


def ceiling_of(curves: Sequence[Curve], budget: int) -> float:
    """Return what no choice of plans within a budget in cents exceeds, known or not."""
    ceilings = [curve.ceiling for curve in curves]
    return ceiling_at(ceilings, budget, critical_price(ceilings, budget))


def critical_price(hulls: Sequence[NDArray[np.float64]], budget: int) -> float:
    """Return the price of money, in benefit per cent, at which concave curves together take just a budget.

    The pieces of all curves are taken by falling slope until one no longer fits: its slope; 0 if all fit.
    """
    slopes = np.concatenate([np.diff(hull[:, 1]) / np.diff(hull[:, 0]) for hull in hulls])
    widths = np.concatenate([np.diff(hull[:, 0]) for hull in hulls])
    order = np.argsort(-slopes, kind="stable")
    taken = np.cumsum(widths[order]) + sum(float(hull[0, 0]) for hull in hulls)
    beyond = np.flatnonzero(taken > budget)
    return float(slopes[order[beyond[0]]]) if beyond.size else 0.0


def ceiling_at(ceilings: Sequence[NDArray[np.float64]], budget: int, price: float) -> float:
    """Return the Lagrangian ceiling at a price: Σ max(ceiling − price · money) + price · budget, rounded outward."""
    parts = [float((vertices[:, 1] - price * vertices[:, 0]).max()) for vertices in ceilings]
    size = sum(float(vertices[-1, 1] + price * vertices[-1, 0]) for vertices in ceilings) + price * budget
    return sum(parts) + price * budget + _OUTWARD * size


def choose(curves: Sequence[Curve], budget: int, price: float) -> tuple[NDArray[np.int64], bool]:
    """Return the plans that are worth most within a budget, and whether that is proven of the known plans.

    A multiple-choice knapsack: undominated states (money, benefit) are carried from country to country, and those that
    cannot beat the best choice known are dropped, by the Lagrangian bound at ``price`` of what the rest can still add.
    """
    rest = np.zeros(len(curves) + 1)
    spare = np.zeros(len(curves) + 1, np.int64)
    for i in range(len(curves) - 1, -1, -1):
        rest[i] = rest[i + 1] + float((curves[i].value - price * curves[i].cost).max())
        spare[i] = spare[i + 1] + int(curves[i].cost.min())
    best = filled(curves, budget, price)
    floor = float(sum(curve.value[k] for curve, k in zip(curves, best.tolist(), strict=True)))
    spent, gained = np.zeros(1, np.int64), np.zeros(1)
    steps: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    whole = True
    for i, curve in enumerate(curves):
        total = (spent[:, None] + curve.cost[None, :]).ravel()
        value = (gained[:, None] + curve.value[None, :]).ravel()
        hope = value + rest[i + 1] + price * (budget - total)
        able = np.flatnonzero((total <= budget - spare[i + 1]) & (hope > floor * (1 + _OUTWARD)))
        order = able[np.lexsort((-value[able], total[able]))]
        better = value[order] > np.concatenate([[-np.inf], np.maximum.accumulate(value[order])[:-1]])
        kept = order[better]
        if kept.size > MOST_STATES:
            kept = np.sort(kept[np.argsort(-hope[kept], kind="stable")[:MOST_STATES]])
            kept = kept[np.argsort(total[kept], kind="stable")]
            whole = False
        if kept.size == 0:
            return best, whole
        steps.append((kept // curve.cost.size, kept % curve.cost.size))
        spent, gained = total[kept], value[kept]
    state = int(np.argmax(gained))
    if gained[state] <= floor:
        return best, whole
    for i in range(len(curves) - 1, -1, -1):
        before, plan = steps[i]
        best[i] = plan[state]
        state = int(before[state])
    return best, whole


def filled(curves: Sequence[Curve], budget: int, price: float) -> NDArray[np.int64]:
    """Return a good choice: from the cheapest plans on, exchanges that are worth the price, then any that still fit."""
    plan = np.array([int(np.argmin(curve.cost)) for curve in curves])
    plan = _climbed(curves, plan, budget, at_least=price)
    return _climbed(curves, plan, budget, at_least=0.0)


def _climbed(curves: Sequence[Curve], plan: NDArray[np.int64], budget: int, *, at_least: float) -> NDArray[np.int64]:
    """Return a choice after exchanges of one plan for a dearer one, the best ratio first, as long as one fits."""
    plan = plan.copy()
    left = budget - sum(int(curve.cost[k]) for curve, k in zip(curves, plan.tolist(), strict=True))
    offers = [_offer(curve, int(k), left, at_least) for curve, k in zip(curves, plan, strict=True)]
    while (i := max(range(len(curves)), key=lambda j: offers[j][0])) >= 0 and offers[i][0] > 0:
        chosen = offers[i][1]
        left -= int(curves[i].cost[chosen] - curves[i].cost[plan[i]])
        plan[i] = chosen
        for j, curve in enumerate(curves):
            if j == i or (offers[j][0] > 0 and curve.cost[offers[j][1]] - curve.cost[plan[j]] > left):
                offers[j] = _offer(curve, int(plan[j]), left, at_least)
    return plan


def _offer(curve: Curve, plan: int, left: int, at_least: float) -> tuple[float, int]:
    """Return the best ratio of more benefit to more money of a plan that the money left pays for, and which it is."""
    more = curve.cost - curve.cost[plan]
    gain = curve.value - curve.value[plan]
    ratio = np.where((more <= left) & (gain > 0), gain / np.maximum(more, 1e-9), 0.0)
    ratio[ratio < at_least] = 0.0
    k = int(np.argmax(ratio))
    return float(ratio[k]), k
