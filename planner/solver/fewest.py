"""The fewest phases of equal money in which everything can be reached, between a proven floor and a plan.

The floor: cash of every phase, weighed by μ_t ≥ 0, is at most the weighed money. An arc bought in phase t takes
μ_t · capex + (μ_t + … of the years paid) · opex of it, and so at least the least of these over t; an arborescence of
those least costs that is proven to cost more than all the weighed money excludes that many phases. A linear program
finds the weights under which work whose yearly operation is ρ of its purchase takes most at its cheapest time; ρ is
that of a plan, and others. Where what is left is carried over, weights may not rise: then all phases weigh the same.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.coarse import capped, unit_of
from planner.solver.connect import connect_all, least_cost
from planner.solver.linear import maximise
from planner.solver.objectives import solve_cheapest
from planner.solver.phases import Phases
from planner.solver.problem import MAX_MONEY
from planner.solver.schedule import NEVER, Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from planner.solver.problem import Problem
    from planner.solver.result import ConnectAll

MOST_PHASES = 100
"""Where a plan needs more, none is told."""
RATIOS = (0.0, 0.05, 0.2, 1.0)
"""Yearly operation over purchase that weights are made for."""
YEARS_COUNTED = (1, 5, 20)
"""Years of operation that the cheapest trees are sought for."""
MARGIN = 1e-12
"""Relative margin for the sums that are rounded."""
TRY_S = 15.0
"""Seconds for the years of one tree in one phase fewer."""
TREE_SHARE, TREE_GAP = 0.15, 0.01
"""Of the time, for each of the trees in which something stands, and how near they come to the cheapest."""


@dataclass(frozen=True)
class Money:
    """What arcs take, and what each phase has.

    Attributes
    ----------
    capex, opex, lump, paid_years
        As in `planner.solver.phases.Phases`.
    counted
        ``(n,)`` bool: nodes that are to be reached.
    limit
        Cents of each phase.
    carries
        Whether what is left is there for the next phase.
    begun, reached_first
        As in `planner.solver.phases.Phases`: what stands when the phases begin.
    spent
        Cents of purchases of what stands, which the first phase has beside its limit.
    """

    capex: NDArray[np.int64]
    opex: NDArray[np.int64]
    lump: NDArray[np.int32]
    paid_years: int
    counted: NDArray[np.bool_]
    limit: int
    carries: bool
    begun: tuple[NDArray[np.int32], ...] = ()
    reached_first: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    spent: int = 0

    def price(self, years: int) -> NDArray[np.int64]:
        """Return what arcs take with so many years of operation, ``(m,)``, in units in which it can be added up."""
        price = capped(self.capex + years * self.opex, MOST_PHASES * self.limit)
        return price // unit_of([price])

    def phases(self, count: int) -> Phases:
        """Return so many phases of this money; to be reached early is worth a little more."""
        limit = np.full(count, self.limit, np.int64)
        limit[0] += self.spent
        return Phases(
            capex=self.capex,
            opex=self.opex,
            limit=limit,
            carries=np.full(count, self.carries),
            paid_years=self.paid_years,
            weight=np.linspace(2.0, 1.0, count),
            counted=self.counted,
            most_new=np.full(count, -1, np.int64),
            lump=self.lump,
            begun=self.begun,
            reached_first=self.reached_first,
        )

    def standing(self, problem: Problem, arcs: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return which arcs of a tree, parents first, the first phase has to buy, ``(k,)``: what stands, and under it.

        What is bought together with any of these is among them.
        """
        position = {int(node): row for row, node in enumerate(problem.head[arcs].tolist())}
        above = [position.get(node, NEVER) for node in problem.tail[arcs].tolist()]
        lump = self.lump[arcs]
        stands = np.isin(problem.head[arcs], self.reached_first)
        for group in self.begun:
            stands |= np.isin(arcs, group)
        known = -1
        while known < np.count_nonzero(stands):  # a mast may bring what it hangs from, and that another mast
            known = int(np.count_nonzero(stands))
            for row in range(arcs.size - 1, -1, -1):
                if stands[row] and above[row] != NEVER:
                    stands[above[row]] = True
            stands |= (lump >= 0) & np.isin(lump, lump[stands])
        return stands


@dataclass(frozen=True)
class Fewest:
    """How few phases will do.

    Attributes
    ----------
    at_least
        Proven: with fewer phases not everything can be reached that can be reached at all.
    count
        Phases of the plan, None where none is known within `MOST_PHASES`.
    arcs, bought
        ``(k,)``: the plan's arcs, parents before children, and their phases, the first being 0.
    missed
        Nodes that the plan leaves out, because nothing leads there or there is no room for them.
    """

    at_least: int
    count: int | None
    arcs: NDArray[np.int32]
    bought: NDArray[np.int64]
    missed: NDArray[np.int32]


def fewest_phases(
    problem: Problem,
    money: Money,
    *,
    time_limit_s: float = 60.0,
    seed: int = 0,
    cancelled: Callable[[], bool] = lambda: False,
) -> Fewest:
    """Find in how few phases everything that can be reached is reached.

    Parameters
    ----------
    problem
        Every counted node has a prize; neither its budget nor its rules are looked at.
    money
    time_limit_s, seed, cancelled
        As for `planner.solver.solve`; connecting all, which comes first, is cut short by neither.
    """
    deadline = time.monotonic() + time_limit_s

    def stopped() -> bool:
        return cancelled() or time.monotonic() >= deadline

    prices = [min(years, money.paid_years) for years in YEARS_COUNTED] if money.paid_years else [0]
    trees = [connect_all(replace(problem, cost=money.price(years)), seed=seed) for years in prices]
    missed = min((_missed(tree) for tree in trees), key=len)
    wanted = problem.prize.copy()
    wanted[missed] = 0.0
    ratios: tuple[float, ...] = RATIOS
    if not money.carries and money.paid_years and (bought_for := int(money.capex[trees[0].arcs].sum())):
        ratios = (int(money.opex[trees[0].arcs].sum()) / bought_for, *RATIOS)
    at_least = exclude(replace(problem, prize=wanted), money, ratios if not money.carries else RATIOS[:1], stopped)
    # A tree that leaves more out than another one is no plan of the same question.
    whole = [tree.arcs for tree in trees if np.array_equal(_missed(tree), missed)]
    if money.begun or money.reached_first.size:
        whole = _with_standing(replace(problem, prize=wanted), money, prices, time_limit_s, seed, cancelled)
    best: tuple[NDArray[np.int32], NDArray[np.int64]] | None = None
    for tree_arcs in whole:
        found = pack(problem, money, tree_arcs)
        if found is not None and (best is None or found.max(initial=0) < best[1].max(initial=0)):
            best = tree_arcs, found
    if best is None:
        return Fewest(at_least, None, np.empty(0, np.int32), np.empty(0, np.int64), missed)
    arcs, bought = best
    reached = np.intersect1d(problem.head[arcs], np.flatnonzero(money.counted)).astype(np.int32)
    asked = replace(problem, budget=MAX_MONEY, rules=replace(problem.rules, required=reached))
    while bought.max(initial=0) + 1 > at_least and not cancelled():
        left = min(deadline - time.monotonic(), TRY_S)
        fewer = Schedule(asked, money.phases(int(bought.max())), arcs).solve(left, cancelled) if left > 0 else None
        if fewer is None:
            break
        bought = fewer
    return Fewest(at_least, int(bought.max(initial=0)) + 1, arcs, bought, missed)


def _with_standing(
    problem: Problem,
    money: Money,
    prices: Sequence[int],
    time_limit_s: float,
    seed: int,
    cancelled: Callable[[], bool],
) -> list[NDArray[np.int32]]:
    """Return cheap trees that reach every node with a prize and hold what stands, by prices of so many years each."""
    rules = replace(problem.rules, required=np.flatnonzero(problem.prize > 0.0).astype(np.int32), held=money.begun)
    found = [
        solve_cheapest(
            replace(problem, cost=money.price(years), budget=MAX_MONEY, rules=rules),
            0.0,
            gap=TREE_GAP,
            time_limit_s=TREE_SHARE * time_limit_s,
            seed=seed,
            cancelled=cancelled,
        )
        for years in prices
    ]
    return [each.arcs for each in found if each.value is not None]


def _missed(tree: ConnectAll) -> NDArray[np.int32]:
    return np.union1d(tree.unreachable, tree.unserved)


def exclude(problem: Problem, money: Money, ratios: Sequence[float], stopped: Callable[[], bool]) -> int:
    """Return a proven least number of phases; `MOST_PHASES` + 1 where all up to that are excluded.

    What is excluded when the search is stopped stays so.
    """
    at_least = 1
    for ratio in ratios:
        # A plan of fewer phases is one of more: halve the numbers in question.
        low, high = at_least, MOST_PHASES + 1
        step = at_least
        while low < high and not stopped():
            middle = min(low + step - 1, (low + high) // 2)
            if is_excluded(problem, money, middle, ratio):
                low, step = middle + 1, 2 * step
            else:
                high = middle
        at_least = low
        if at_least > MOST_PHASES:
            break
    return at_least


def is_excluded(problem: Problem, money: Money, count: int, ratio: float) -> bool:
    """Whether so many phases are proven to be too few by the weights of a ratio."""
    weight = weights_for(ratio, count, money)
    runs = [weight[phase : phase + money.paid_years].sum() for phase in range(count)]
    dear = np.min([weight[phase] * money.capex + runs[phase] * money.opex for phase in range(count)], axis=0)
    most = math.ceil((money.limit * float(weight.sum()) + money.spent * float(weight[0])) * (1.0 + MARGIN))
    cost = np.floor(dear * (1.0 - MARGIN)).astype(np.int64)
    # What stands is in every plan, bought in the first phase: whoever uses it pays nothing more.
    at_first = np.floor((weight[0] * money.capex + runs[0] * money.opex) * (1.0 - MARGIN)).astype(np.int64)
    for group in money.begun:
        most -= int(at_first[group].min())
        cost[group] = 0
    if most < 0:
        return True
    cost = capped(cost, most)
    unit = unit_of([cost])
    return least_cost(replace(problem, cost=cost // unit)) > most // unit


def weights_for(ratio: float, count: int, money: Money) -> NDArray[np.float64]:
    """Return the weights, the largest being 1, under which work of a ratio takes most of the weighed money."""
    if money.carries or not money.paid_years or count == 1:
        return np.ones(count)
    # Variables: the weights, which add up to 1 at most, and what the work takes of them at least.
    spans = [np.arange(phase, min(phase + money.paid_years, count)) for phase in range(count)]
    rows = [
        (np.append(span, count), np.append(np.where(span == phase, -1.0 - ratio, -ratio), 1.0), 0.0)
        for phase, span in enumerate(spans)
    ]
    whole = (np.arange(count), np.ones(count), 1.0)
    found = maximise(np.append(np.zeros(count), 1.0), [*rows, whole], np.zeros(count + 1), np.full(count + 1, np.inf))
    weight = np.ones(count) if found is None else np.maximum(found.x[:-1], 0.0)
    return np.asarray(weight / weight.max())


def pack(problem: Problem, money: Money, arcs: NDArray[np.int32]) -> NDArray[np.int64] | None:
    """Return in which phase each arc of a tree is bought, all of them as soon as they fit; None if too many phases.

    What stands is bought in the first phase, and so is what it hangs from. Where money is carried over, it is saved up:
    all the rest is bought in the last phase.
    """
    stands = money.standing(problem, arcs)
    if money.carries:
        for count in range(1, MOST_PHASES + 1):
            phases, at_last = money.phases(count), np.where(stands, 0, count - 1)
            if phases.keeps_limits(phases.cash(arcs, at_last)):
                return at_last
        return None
    units = list(_units(problem, money, arcs))
    bought = np.full(arcs.size, NEVER, np.int64)
    bought[stands] = 0
    units = [(above, rows) for above, rows in units if not stands[rows[0]]]
    for phase in range(MOST_PHASES):
        runs = (bought != NEVER) & (phase < bought + money.paid_years)
        left = money.limit - int(money.opex[arcs[runs]].sum())
        if phase == 0:
            left += money.spent - int(money.capex[arcs[stands]].sum())
            if left < 0:
                return None
        waiting = []
        for above, rows in units:
            price = int(money.capex[arcs[rows]].sum()) + min(money.paid_years, 1) * int(money.opex[arcs[rows]].sum())
            if price <= left and (above == NEVER or bought[above] != NEVER):
                bought[rows], left = phase, left - price
            else:
                waiting.append((above, rows))
        units = waiting
        if not units:
            return bought
    return None


def _units(problem: Problem, money: Money, arcs: NDArray[np.int32]) -> Iterator[tuple[int, list[int]]]:
    """Yield what is bought together, parents first: the row that it hangs from, and its own rows."""
    position = {int(node): row for row, node in enumerate(problem.head[arcs].tolist())}
    lump = money.lump[arcs]
    members: dict[int, list[int]] = {}
    for row, number in enumerate(lump.tolist()):
        members.setdefault(number if number >= 0 else -2 - row, []).append(row)
    for rows in sorted(members.values()):
        yield position.get(int(problem.tail[arcs[rows[0]]]), NEVER), rows
