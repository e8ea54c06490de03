"""Proven ceilings: dual ascent inside a Lagrangian over the budget.

A cent is given the price λ. What is left is a prize-collecting Steiner arborescence, whose dual ascent gives a lower
bound D(λ) on priced arcs plus missed prizes; no plan within a budget B is then worth more than Σ prizes − D(λ) + λB.
Where a cent of cost takes ρ from the value of a plan anyway, λ ≥ ρ and the ceiling is Σ prizes − D(λ) + (λ − ρ)B.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.ascent import begin_ascent, go_on
from planner.solver.cuts import new_cut_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from planner.solver.ascent import Ascent
    from planner.solver.cuts import CutList
    from planner.solver.graph import Graph

GRAIN_BITS = 50
"""The ascent counts benefit in grains: the sum of all prizes makes up to 2**50 of them."""
UNSPENDABLE, MOST_DUAL = 2**57, 2**60
"""Grains of a required node's prize; grains of all of them together, so that sums stay within int64."""
SLICE = 20_000_000
"""Arcs that an ascent looks at between two looks at the clock."""
ROUNDING = 2.0**-50
"""Relative margin that covers the few float operations around the exact ascent."""


@dataclass(frozen=True)
class Pricing:
    """One evaluation of the Lagrangian.

    Attributes
    ----------
    price
        λ, what the ascent took for a cent, in units of benefit.
    slope
        Benefit per cent of budget: the price less what a cent takes from the value of a plan anyway.
    intercept
        No plan of a budget B is worth more than ``intercept + slope · B``.
    reduced
        ``(m,)``: reduced costs in units of benefit, rounded down.
    spare
        ``(n,)``: what the ascent left of the prizes, in units of benefit, rounded down: any plan without the node is
        worth that much less than the ceiling.
    reached_all
        Whether the ascent reached the root from every prize: below this price the ceiling is a straight line.
    """

    price: float
    slope: float
    intercept: float
    reduced: NDArray[np.float64]
    spare: NDArray[np.float64]
    reached_all: bool

    def bound(self, budget: int) -> float:
        """Return the ceiling at a budget in cents."""
        return round_up(self.intercept + self.slope * budget, abs(self.intercept) + self.slope * budget)


def round_up(value: float, scale: float) -> float:
    """Return a number not below the true one, whose terms were of size ``scale`` at most."""
    return value + ROUNDING * scale


def useful_price(graph: Graph, budget: int, price: float) -> float:
    """Return the price nearest to ``price`` that can be best.

    No price lies below the weight of costs in the value; the weight itself is best where the budget does not bind.
    """
    if graph.cost_weight > 0.0 and graph.cost.sum() <= budget:
        return graph.cost_weight
    return max(price, graph.cost_weight)


def price_out(
    graph: Graph,
    price: float,
    weight: NDArray[np.float64] | None = None,
    cuts: CutList | None = None,
    required: NDArray[np.bool_] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Pricing:
    """Evaluate the Lagrangian at one price.

    Parameters
    ----------
    price
        λ, benefit per cent; at least the weight of costs in the value.
    weight
        ``(n,)`` > 0: order of the ascent, see `planner.solver.ascent.ascend`; None for the plain order.
    cuts
        Where the cuts that the ascent raises are noted, if that is wanted.
    required
        ``(n,)``: nodes that every plan in question holds; None for none.
    stopped
        Whether to leave early, asked a few times a second: the ascent is then left where it stands, which makes a
        higher ceiling.
    """
    assert price >= graph.cost_weight, "costs would count for less than the value says"
    total = math.fsum(graph.prize)
    priced, grain = in_grains(graph, price, total)
    spare = np.floor(graph.prize / grain).astype(np.int64)
    if required is not None:  # never to be given up; any finite price of doing so keeps the bound valid
        spare[required] = min(UNSPENDABLE, MOST_DUAL // max(int(np.count_nonzero(required)), 1))
    order = np.ones(graph.n_nodes) if weight is None else weight
    if cuts is not None:
        reduced = priced
        dual = climb(begin_ascent(graph.in_start, graph.tail, reduced, spare, order, cuts), stopped)
    else:  # cuts hold parallel arcs together: what they take from the cheapest they take from all
        left = priced[graph.cheapest]
        none = new_cut_list(0, 0)
        dual = climb(begin_ascent(graph.cheapest_start, graph.cheapest_tail, left, spare, order, none), stopped)
        reduced = priced - (priced[graph.cheapest] - left)[graph.group]
    reached_all = bool((spare[graph.prize > 0] > 0).all())
    ceiling = round_up(total - dual * grain, 2 * total + dual * grain)
    return Pricing(
        price, price - graph.cost_weight, ceiling, np.asarray(reduced * grain), np.asarray(spare * grain), reached_all
    )


def in_grains(graph: Graph, price: float, total: float) -> tuple[NDArray[np.int64], float]:
    """Return ``(m,)`` what arcs cost at a price in grains, and the grain in units of benefit; ``total`` is all prizes.

    Rounding prizes and costs down, and cutting off costs beyond all prizes, keeps the bound valid.
    """
    grain = 2.0 ** (math.frexp(total)[1] - GRAIN_BITS)
    rate = price / grain * (1.0 - 8 * ROUNDING)
    return np.minimum(graph.cost * rate, 2.0 ** (GRAIN_BITS + 1)).astype(np.int64), grain


def climb(ascent: Ascent, stopped: Callable[[], bool] | None) -> int:
    """Let an ascent run to its end, or until it is stopped; return the lower bound then."""
    while not go_on(ascent, SLICE) and not (stopped is not None and stopped()):
        pass
    return int(ascent.state[1])


def search_price(
    graph: Graph, budget: int, note: Callable[[Pricing], None], stopped: Callable[[], bool], sections: int = 10
) -> Pricing:
    """Find the price of money with the lowest ceiling: bracket its slope in steps of 2, then golden sections.

    Parameters
    ----------
    note
        Is told every evaluation.
    stopped
        Whether to leave early.

    Returns
    -------
    Pricing
        The best evaluation.
    """
    evaluated: dict[float, Pricing] = {}

    def ceiling(exponent: float) -> float:
        pricing = price_out(graph, graph.cost_weight + 2.0**exponent, stopped=stopped)
        note(pricing)
        evaluated[exponent] = pricing
        return pricing.bound(budget)

    total = math.fsum(graph.prize)
    middle = math.log2(total) - math.log2(max(budget, 1)) - 1.5
    best = ceiling(middle)
    for step in (1.0, -1.0):
        while not stopped():
            following = ceiling(middle + step)
            if following >= best:
                break
            middle, best = middle + step, following
            if step < 0 and evaluated[middle].reached_all:
                break  # a straight line from here on, up to price 0
    low, high = middle - 1.0, middle + 1.0
    inner = (math.sqrt(5.0) - 1.0) / 2.0
    left, right = high - inner * (high - low), low + inner * (high - low)
    at_left, at_right = ceiling(left), ceiling(right)
    for _ in range(sections):
        if stopped():
            break
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - inner * (high - low)
            at_left = ceiling(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + inner * (high - low)
            at_right = ceiling(right)
    return min(evaluated.values(), key=lambda pricing: pricing.bound(budget))
