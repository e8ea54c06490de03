"""Benefit against budget: one search for many budgets at once.

Each evaluation of the Lagrangian is a line that bounds every budget, each plan is a plan of every budget that pays for
it, and the tree of one budget is where the search of the next smaller one starts. The local search goes where the gap
is widest; what it cannot close is left to the exact search of that budget.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.bound import Pricing, price_out
from planner.solver.curve import Frontier, Line, Point
from planner.solver.exact import Finish
from planner.solver.result import Termination
from planner.solver.search import CHUNK, CHUNK_PER_ARC, Search
from planner.solver.tree import find_arcs, tree_of_arcs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from planner.solver.problem import Problem

STEP = 0.25
"""Binary logarithm of the ratio of neighbouring prices of the sweep."""
OVERSHOOT = 3
"""Prices of the sweep beyond the one with the lowest ceiling for the outermost budget."""
FEWEST_PRICES = 80
"""Prices after which the sweep ends in either direction, whatever the ceilings do."""
SHARE = 0.15
"""Share of a chunk of local search for one visit of a budget."""
FIRST_VISITS = 10
"""Visits of a budget before the next smaller one starts from its tree."""
NEAR, WIDENING, FARTHEST = 0.0005, 4.0, 0.01
"""Relative distance from its ceiling at which plans of a budget are sought at first, by what it grows when none turns
up, and beyond which the budget is left to the exact search."""
PATIENCE = 4
"""Visits that bring nothing after which the distance grows."""


@dataclass(frozen=True)
class Headway:
    """One report from a running search: seconds since its start, budgets whose gap is closed, and of how many."""

    seconds: float
    closed: int
    budgets: int


def find_frontier(
    problem: Problem,
    budgets: Sequence[int],
    *,
    gap: float = 0.005,
    time_limit_s: float = 60.0,
    seed: int = 0,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Callable[[Headway], None] | None = None,
) -> Frontier:
    """Find for each budget a plan and a proven ceiling on the value of any plan; neither falls with the budget.

    Parameters
    ----------
    problem
        Its own budget is not looked at.
    budgets
        In cents, in any order; the answer has each once, the smallest first.
    gap
        Relative gap between value and bound at which the search of a budget ends.
    time_limit_s, seed, cancelled
        As in `planner.solver.solve`, for all budgets together.
    on_progress
        Told after each step.

    Raises
    ------
    ValueError
        If there is no budget, or a negative one.
    """
    asked = sorted(set(budgets))
    if not asked or asked[0] < 0:
        raise ValueError("budgets: at least one is needed, and all must be ≥ 0")
    return Trail(problem, asked, gap, seed, time_limit_s, cancelled, on_progress).follow()


class Trail:
    """The searches of all budgets, the smallest first, and what they tell each other."""

    def __init__(
        self,
        problem: Problem,
        budgets: Sequence[int],
        gap: float,
        seed: int,
        time_limit_s: float,
        cancelled: Callable[[], bool] | None,
        on_progress: Callable[[Headway], None] | None,
    ) -> None:
        self.problem = replace(problem, budget=budgets[-1])
        self.whole = Search(self.problem, seed, time_limit_s, cancelled, None)
        self.budgets = budgets
        self.gap = gap
        self.on_progress = on_progress
        self.lines: list[Line] = []
        self.searches: list[Search] = []
        self.guides: list[Pricing] = []
        self.nearness = [NEAR] * len(budgets)
        self.fruitless = [0] * len(budgets)

    def follow(self) -> Frontier:
        """Search until every gap is closed or the search is stopped."""
        self.sweep()
        for k in reversed(range(len(self.budgets))):
            if not self.stopped():
                self.begin(k)
        while not self.stopped() and (k := self.worst()) is not None:
            self.visit(k)
        self.finish()
        return self.conclude()

    def stopped(self) -> bool:
        """Whether time is up or somebody asked to stop."""
        return self.whole.stopped()

    def sweep(self) -> None:
        """Evaluate the Lagrangian at prices that are best for the smallest to the largest budget.

        Makes the search of every budget, which starts where its ceiling is lowest.
        """
        whole = self.whole
        self.searches = [whole.at_budget(budget) for budget in self.budgets]
        guides = [self.evaluate(0.0)] * len(self.budgets)
        if whole.graph.n_arcs > 0:
            middle = math.log2(whole.total) - math.log2(max(self.budgets[-1], 1)) - 1.5
            guides = [self.evaluate(2.0**middle)] * len(self.budgets)
            for end, step in ((-1, -STEP), (0, STEP)):
                self.sweep_towards(end, step, middle, guides)
        for search in self.searches:
            search.adopt(np.empty(0, np.int32), float(self.problem.prize[0]))
        self.guides = guides
        for k in range(len(self.budgets)):
            self.renew(k)

    def sweep_towards(self, end: int, step: float, middle: float, guides: list[Pricing]) -> None:
        """Evaluate prices from the middle up or down until the ceiling of the outermost budget rises."""
        fruitless, exponent = 0, middle + step
        for _ in range(FEWEST_PRICES):
            if self.stopped() or fruitless >= OVERSHOOT:
                break
            pricing = self.evaluate(2.0**exponent)
            fruitless += 1
            for k, budget in enumerate(self.budgets):
                if pricing.bound(budget) < guides[k].bound(budget):
                    guides[k] = pricing
                    if k == end % len(self.budgets):
                        fruitless = 0
            if step < 0 and pricing.reached_all:
                break  # a straight line from here on, down to price 0
            exponent += step

    def evaluate(self, price: float) -> Pricing:
        """Evaluate the Lagrangian on the whole graph for all budgets."""
        pricing = price_out(self.whole.graph, price)
        self.take_line(Line(pricing.intercept, pricing.price, self.budgets[-1]))
        return pricing

    def take_line(self, line: Line) -> None:
        """Lower the ceiling of every budget that a line holds for."""
        self.lines.append(line)
        for search, budget in zip(self.searches, self.budgets, strict=True):
            ceiling = line.at(budget)
            if ceiling < math.inf and search.note_ceiling(ceiling):
                search.price_of_money = line.price

    def begin(self, k: int) -> None:
        """Start the search of a budget from the tree of the next larger one, the first from the root."""
        search = self.searches[k]
        if not self.waits(k):
            return
        self.aim(k)
        above = next((other for other in self.searches[k + 1 :] if np.count_nonzero(other.tree >= 0)), None)
        if above is None:
            search.plant()
        else:
            arcs = above.graph.origin[above.tree[above.tree >= 0]]
            search.tree = tree_of_arcs(search.graph, find_arcs(search.graph, arcs))
        for _ in range(int(FIRST_VISITS)):
            if self.waits(k) and not self.stopped():
                self.visit(k)

    def waits(self, k: int) -> bool:
        """Whether the gap of a budget is open and local search may close it."""
        search = self.searches[k]
        return not self.closed(search) and self.nearness[k] <= FARTHEST and search.graph.n_arcs > 0

    def aim(self, k: int) -> None:
        """Leave out of the search of a budget what no plan near its ceiling can hold."""
        search = self.searches[k]
        assert search.bound is not None
        search.aim = search.bound * (1.0 - self.nearness[k])
        search.fix_arcs()

    def renew(self, k: int) -> None:
        """Give a budget the whole graph again, with what is known so far."""
        old, guide = self.searches[k], self.guides[k]
        assert old.value is not None
        assert old.bound is not None
        search = self.whole.at_budget(self.budgets[k])
        search.bound, search.plan, search.value = old.bound, old.plan, old.value
        search.price_of_money = old.price_of_money
        search.base_price, search.guide = guide.price, guide
        search.n_chunks = old.n_chunks
        if search.graph is not self.whole.graph and search.graph.n_arcs > 0:
            search.guide = price_out(search.graph, guide.price)
            search.note_bound(search.guide)
        search.tree = tree_of_arcs(search.graph, find_arcs(search.graph, search.plan))
        self.searches[k] = search

    def visit(self, k: int) -> None:
        """Search locally for a share of a chunk and tell the other budgets; aim lower when that brings nothing."""
        search = self.searches[k]
        before = search.gap
        if search.graph.n_arcs:
            search.improve(round(SHARE * min(CHUNK, CHUNK_PER_ARC * search.graph.n_arcs)))
            self.tell(k)
        self.fruitless[k] = self.fruitless[k] + 1 if search.gap == before else 0
        if self.closed(search):
            return
        if not search.graph.n_arcs or self.fruitless[k] >= PATIENCE:
            self.fruitless[k] = 0
            self.nearness[k] *= WIDENING
            self.renew(k)
            if self.nearness[k] <= FARTHEST:
                self.aim(k)

    def tell(self, k: int) -> None:
        """Tell the other budgets what the search of one has found and proven."""
        teller = self.searches[k]
        lines, teller.lines = teller.lines, []
        for intercept, price in lines:
            self.take_line(Line(intercept, price, teller.reach))
        cost = int(self.problem.cost[teller.plan].sum())
        for i, (search, budget) in enumerate(zip(self.searches, self.budgets, strict=True)):
            if i < k and teller.bound is not None:
                search.note_ceiling(teller.bound)
            if i != k and budget >= cost and teller.value is not None:
                search.adopt(teller.plan, teller.value)
        if self.on_progress is not None:
            n_closed = sum(self.closed(search) for search in self.searches)
            self.on_progress(Headway(time.monotonic() - self.whole.started, n_closed, len(self.budgets)))

    def closed(self, search: Search) -> bool:
        """Whether the gap of a budget is closed."""
        return search.proven(self.gap)

    def worst(self) -> int | None:
        """Return the budget of the widest gap among those that wait, None if there is none."""
        waiting = [k for k in range(len(self.budgets)) if self.waits(k)]
        return max(waiting, key=lambda k: self.searches[k].gap or 0.0, default=None)

    def finish(self) -> None:
        """Leave the open budgets to the exact search, each with its part of the time that is left, until all is spent."""
        while not self.stopped():
            waiting = [k for k, search in enumerate(self.searches) if not self.closed(search)]
            waiting = [k for k in waiting if self.searches[k].graph.n_arcs > 0]
            if not waiting:
                break
            for n_done, k in enumerate(waiting):
                search, now = self.searches[k], time.monotonic()
                if self.stopped() or self.closed(search):
                    continue
                search.deadline = now + (self.whole.deadline - now) / (len(waiting) - n_done)
                Finish(search, self.gap).close_gap()
                search.deadline = self.whole.deadline
                self.tell(k)

    def conclude(self) -> Frontier:
        """Put what the searches know into an answer."""
        points, trees = [], []
        for search, budget in zip(self.searches, self.budgets, strict=True):
            assert search.value is not None
            assert search.bound is not None
            cost = int(self.problem.cost[search.plan].sum())
            points.append(Point(budget, search.plan, cost, search.value, max(search.bound, search.value)))
            trees.append(search.plan)
        if self.stopped() and self.whole.was_cancelled:
            termination = Termination.CANCELLED
        else:
            every = all(self.closed(search) for search in self.searches)
            termination = Termination.GAP if every else Termination.TIME_LIMIT
        return Frontier(
            self.problem,
            self.whole.graph,
            points,
            trees,
            self.lines,
            whole_prizes=self.whole.whole_prizes,
            termination=termination,
            seconds=time.monotonic() - self.whole.started,
        )
