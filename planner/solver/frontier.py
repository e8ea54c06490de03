"""Benefit against budget: one search for many budgets at once.

Each evaluation of the Lagrangian is a line that bounds every budget, each plan is a plan of every budget that pays for
it, and the tree of one budget is where the search of the next smaller one starts. The local search goes where the gap
is widest; what it cannot close is left to the exact search of that budget. Two budgets at a time are searched in two
threads, which tell each other what they found at set places: the answer does not depend on who was first.
"""

from __future__ import annotations

import math
import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from planner.solver.bound import Pricing, price_out
from planner.solver.curve import Frontier, Line, Point
from planner.solver.desk import new_desk
from planner.solver.dice import new_dice
from planner.solver.exact import Finish
from planner.solver.from_branches import has_program
from planner.solver.result import Termination
from planner.solver.search import CHUNK_PER_ARC, Search
from planner.solver.tree import find_arcs, tree_of_arcs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from planner.solver.problem import Problem

T = TypeVar("T")

STEP, OVERSHOOT = 0.25, 2
"""Binary logarithm of the ratio of neighbouring prices of the sweep, and prices beyond the best one for the outermost
budget."""
WIDE_STEP, WIDE_OVERSHOOT, WIDE_FROM = 0.5, 1, 300_000
"""The same for graphs of at least so many arcs, where an evaluation takes many seconds."""
MOST_PRICES = 80
"""Prices of the sweep in either direction at most."""
VISITS_A_PRICE = 3
"""Visits of a budget at one price: what moving it costs is about what the search of one visit costs, if that looks at
so many arcs for each of the graph as `planner.solver.search` says."""
FIRST_VISITS = 6
"""Visits of a budget before the next smaller one starts from its tree."""
NEAR, WIDENING, FARTHEST = 0.0001, 4.0, 0.03
"""Relative distance from its ceiling at which plans of a budget are sought at first, by what it grows when none turns
up, and beyond which the budget is left to the exact search."""
REPORT_S = 0.5
"""Time between two reports while the budgets are walked down."""
THREADS = 2
"""Budgets that are searched at the same time."""
PATIENCE = 6
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
        As in `planner.solver.solve`, for all budgets together; ``cancelled`` is asked from two threads.
    on_progress
        Told after each step.

    Raises
    ------
    ValueError
        If there is no budget, or a negative one; if the problem has rules, or a weight of costs.
    """
    if problem.rules.any or problem.cost_weight > 0.0:
        raise ValueError("problem: the frontier is that of the budget alone, without rules and weighed costs")
    asked = sorted(set(budgets))
    if not asked or asked[0] < 0:
        raise ValueError("budgets: at least one is needed, and all must be ≥ 0")
    return Trail(problem, asked, gap, seed, time_limit_s, cancelled, on_progress).follow()


class Trail:
    """The searches of all budgets, the smallest first, and what they tell each other.

    Parameters
    ----------
    problem, gap, seed, time_limit_s, cancelled, on_progress
        As in `find_frontier`.
    budgets
        Different ones, the smallest first.
    """

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
        self.failed = False
        self.whole = Search(self.problem, seed, time_limit_s, partial(self.is_over, cancelled), None)
        self.wide = self.whole.graph.n_arcs >= WIDE_FROM
        self.budgets = budgets
        self.gap = gap
        self.on_progress = on_progress
        self.lines: list[Line] = []
        self.guides: list[Pricing] = []  # for each budget the evaluation of its lowest ceiling
        self.searches: list[Search] = []
        self.known: list[NDArray[np.int32]] = []  # branches that programs of budgets begin with
        self.found: dict[int, list[NDArray[np.int32]]] = {}  # those that the last ones ended with
        # Where arcs can be filled no plan lies near a ceiling that does not see it.
        self.nearness = [FARTHEST if self.whole.graph.capacitated else NEAR] * len(budgets)
        self.fruitless = [0] * len(budgets)
        # What is drawn for a budget depends on no other one.
        self.dice = [new_dice(seed + k) for k in range(len(budgets))]
        self.orders = [np.random.default_rng([seed, k]) for k in range(len(budgets))]
        self.threads = ThreadPoolExecutor(THREADS)

    def follow(self) -> Frontier:
        """Search until every gap is closed or the search is stopped."""
        with self.threads:
            try:
                self.sweep()
                self.walk()
                if not has_program(self.whole.graph):  # whose exact search sees what keeps plans from their ceilings
                    while (worst := self.worst()) and not self.stopped():
                        self.visit(worst)
                self.finish()
            except BaseException:
                self.failed = True  # lets the other thread end, which is waited for
                raise
        return self.conclude()

    def is_over(self, cancelled: Callable[[], bool] | None) -> bool:
        """Whether somebody asked to stop, or an error ends the search."""
        return self.failed or (cancelled is not None and cancelled())

    def at_once(self, work: Callable[[int], T], numbers: Sequence[int]) -> list[T]:
        """Do the same for several budgets at the same time; return the answers in order."""
        if len(numbers) == 1:
            return [work(numbers[0])]
        return list(self.threads.map(work, numbers))

    def stopped(self) -> bool:
        """Whether time is up or somebody asked to stop."""
        return self.whole.stopped()

    def sweep(self) -> None:
        """Evaluate the Lagrangian at prices that are best for the smallest to the largest budget; make the searches."""
        evaluated = [price_out(self.whole.graph, 0.0, stopped=self.stopped)]
        if self.whole.graph.n_arcs > 0:
            middle = math.log2(self.whole.total) - math.log2(max(self.budgets[-1], 1)) - 1.5
            evaluated.append(price_out(self.whole.graph, 2.0**middle, stopped=self.stopped))
            step = WIDE_STEP if self.wide else STEP
            up_and_down = [(len(self.budgets) - 1, -step), (0, step)]
            found = self.at_once(lambda way: self.sweep_towards(*up_and_down[way], middle, evaluated[-1]), [0, 1])
            evaluated += [pricing for pricings in found for pricing in pricings]
        self.lines = [Line(pricing.intercept, pricing.price, self.budgets[-1]) for pricing in evaluated]
        guides = evaluated[1:] or evaluated  # nothing is searched where money has no price
        self.guides = [min(guides, key=lambda pricing: pricing.bound(budget)) for budget in self.budgets]
        for k, budget in enumerate(self.budgets):
            search = self.start_anew(k)
            search.adopt(np.empty(0, np.int32), float(self.problem.prize[0]))
            for line in self.lines:
                if search.note_ceiling(line.at(budget)):
                    search.prices = (line.price,)
            self.searches.append(search)

    def sweep_towards(self, outermost: int, step: float, middle: float, begun: Pricing) -> list[Pricing]:
        """Evaluate prices from the middle up or down until the ceiling of the outermost budget rises."""
        found: list[Pricing] = []
        fruitless, exponent, best = 0, middle, begun.bound(self.budgets[outermost])
        overshoot = WIDE_OVERSHOOT if self.wide else OVERSHOOT
        for _ in range(MOST_PRICES):
            exponent += step
            if self.stopped() or fruitless >= overshoot:
                break
            found.append(price_out(self.whole.graph, 2.0**exponent, stopped=self.stopped))
            ceiling = found[-1].bound(self.budgets[outermost])
            fruitless = 0 if ceiling < best else fruitless + 1
            best = min(ceiling, best)
            if step < 0 and found[-1].reached_all:
                break  # a straight line from here on, down to price 0
        return found

    def start_anew(self, k: int) -> Search:
        """Return a search of a budget on the whole graph that knows no plan and no ceiling."""
        search = self.whole.at_budget(self.budgets[k])
        search.dice, search.orders = self.dice[k], self.orders[k]
        search.guide = self.guides[k]
        search.base_price = search.guide.price
        if search.graph is not self.whole.graph:
            search.guide = price_out(search.graph, search.base_price, stopped=self.stopped)
            search.note_bound(search.guide)
        return search

    def renew(self, k: int) -> None:
        """Give the search of a budget the whole graph again, with what is known so far."""
        old, search = self.searches[k], self.start_anew(k)
        search.note_ceiling(math.inf if old.bound is None else old.bound)
        search.plan, search.value = old.plan, old.value
        search.prices, search.n_chunks = old.prices, old.n_chunks
        search.lines = [*old.lines, *search.lines]
        search.reach = min(old.reach, search.reach)  # out of time the new graph is larger, its lines reach no farther
        # An aim that leaves little leaves little of the tree.
        richer = np.count_nonzero(old.tree >= 0) > old.plan.size
        search.tree = transplant(search, tree_numbers(old)) if richer else search.tree_of_plan(old.plan)
        self.searches[k] = search

    def walk(self) -> None:
        """Walk down each part of the budgets in a thread of its own; then let all of them know what was found."""
        ends = [len(self.budgets) * i // THREADS for i in range(THREADS + 1)]
        walks = [self.threads.submit(self.walk_down, range(*part)) for part in pairwise(ends)]
        while wait(walks, REPORT_S).not_done:
            self.report()
        for walk in walks:
            walk.result()
        for k in range(len(self.budgets)):
            self.tell(k)
        self.report()

    def walk_down(self, part: range) -> None:
        """Start the searches of a part of the budgets, the largest first, and search each for a while."""
        try:
            for k in reversed(part):
                if self.waits(k) and not self.stopped():
                    self.start(k, part)
                for _ in range(FIRST_VISITS):
                    if self.waits(k) and not self.stopped():
                        self.visit([k], part)
        except BaseException:
            self.failed = True
            raise

    def start(self, k: int, part: range) -> None:
        """Start the search of a budget from the tree of the next larger one of its part, the first from the root."""
        search = self.searches[k]
        above = next((other for other in self.searches[k + 1 : part.stop] if (other.tree >= 0).any()), None)
        if above is None:
            search.desk = new_desk(search.graph)
            search.plant()
        else:
            search.tree = transplant(search, tree_numbers(above))
        self.aim(k)

    def waits(self, k: int) -> bool:
        """Whether the gap of a budget is open and local search may close it."""
        return not self.closed(k) and self.nearness[k] <= FARTHEST

    def closed(self, k: int) -> bool:
        """Whether the gap of a budget is closed."""
        return self.searches[k].proven(self.gap)

    def worst(self) -> list[int]:
        """Return the budgets of the widest gaps among those that wait, as many as there are threads."""
        waiting = [k for k in range(len(self.budgets)) if self.waits(k)]
        return sorted(waiting, key=lambda k: self.searches[k].gap or 0.0, reverse=True)[:THREADS]

    def aim(self, k: int) -> None:
        """Let the search of a budget look for plans near its ceiling only."""
        search = self.searches[k]
        assert search.bound is not None
        if search.graph.n_arcs > 0:
            search.aim_at(search.bound * (1.0 - self.nearness[k]))
        if search.desk is self.whole.desk:
            search.desk = new_desk(search.graph)  # another thread may work at the other one

    def visit(self, numbers: Sequence[int], part: range | None = None) -> None:
        """Search some budgets locally for a while, tell the others or a part of them; aim lower where it is no use."""
        before = [self.searches[k].gap for k in numbers]
        self.at_once(self.look, numbers)
        for k in numbers:
            self.tell(k, part)
        if part is None:
            self.report()
        stuck = []
        for k, gap in zip(numbers, before, strict=True):
            search = self.searches[k]
            self.fruitless[k] = self.fruitless[k] + 1 if search.gap == gap else 0
            if self.closed(k) or (search.graph.n_arcs > 0 and self.fruitless[k] < PATIENCE):
                continue
            self.fruitless[k] = 0
            self.nearness[k] *= WIDENING
            if self.waits(k):
                stuck.append(k)
        if stuck and not self.stopped():
            self.at_once(self.aim_lower, stuck)

    def look(self, k: int) -> None:
        """Search one budget locally for a while."""
        search = self.searches[k]
        if search.graph.n_arcs > 0:
            search.improve(CHUNK_PER_ARC * search.graph.n_arcs, keep_price=search.n_chunks % VISITS_A_PRICE > 0)

    def aim_lower(self, k: int) -> None:
        """Let a search begin again with the whole graph, for plans farther from its ceiling."""
        self.renew(k)
        self.aim(k)

    def tell(self, k: int, part: range | None = None) -> None:
        """Tell the other budgets what the search of one has found and proven; on its way a part tells itself alone."""
        teller = self.searches[k]
        told = range(len(self.budgets)) if part is None else part
        for intercept, price in teller.lines:
            self.take_line(Line(intercept, price, teller.reach), told)
        if part is None:
            self.lines += [Line(intercept, price, teller.reach) for intercept, price in teller.lines]
            teller.lines = []
        cost = cost_of(self.problem, teller.plan)
        for i in told:
            search = self.searches[i]
            if i < k and teller.bound is not None:
                search.note_ceiling(teller.bound)
            if self.budgets[i] >= cost and teller.value is not None:
                search.adopt(teller.plan, teller.value)

    def report(self) -> None:
        """Tell how many gaps are closed."""
        if self.on_progress is not None:
            n_closed = sum(self.closed(i) for i in range(len(self.budgets)))
            self.on_progress(Headway(time.monotonic() - self.whole.started, n_closed, len(self.budgets)))

    def take_line(self, line: Line, numbers: Sequence[int]) -> None:
        """Lower the ceilings of those of some budgets that a line holds for."""
        for k in numbers:
            if self.searches[k].note_ceiling(line.at(self.budgets[k])):
                self.searches[k].prices = (line.price,)

    def finish(self) -> None:
        """Leave the open budgets to the exact search, each with its part of the time left, until that is spent."""
        waiting = [k for k in range(len(self.budgets)) if not self.closed(k)]
        while waiting and not self.stopped():
            for first in range(0, len(waiting), THREADS):
                numbers = [k for k in waiting[first : first + THREADS] if not self.closed(k)]
                if numbers and not self.stopped():
                    share = min(1.0, THREADS / (len(waiting) - first))
                    self.at_once(partial(self.finish_one, share=share), numbers)
                for k in numbers:
                    self.tell(k)
                    self.known = self.found.pop(k, self.known)
                self.report()
            waiting = [k for k in waiting if not self.closed(k) and self.searches[k].graph.n_arcs > 0]

    def finish_one(self, k: int, share: float) -> None:
        """Search exactly under one budget, for a share of the time left at most."""
        self.renew(k)
        search = self.searches[k]
        if search.graph.n_arcs > 0:
            search.desk = new_desk(search.graph)
            now = time.monotonic()
            search.deadline = now + share * (self.whole.deadline - now)
            finish = Finish(search, self.gap)
            finish.from_branches.known = self.known
            finish.close_gap()
            self.found[k] = finish.from_branches.known

    def conclude(self) -> Frontier:
        """Put what the searches know into an answer."""
        points = []
        for search, budget in zip(self.searches, self.budgets, strict=True):
            assert search.value is not None
            assert search.bound is not None
            bound = max(search.bound, search.value)
            points.append(Point(budget, search.plan, cost_of(self.problem, search.plan), search.value, bound))
        if self.whole.was_cancelled or any(search.was_cancelled for search in self.searches):
            termination = Termination.CANCELLED
        else:
            open_ones = any(not self.closed(k) for k in range(len(self.budgets)))
            termination = Termination.TIME_LIMIT if open_ones else Termination.GAP
        found = Frontier(
            self.whole.graph,
            self.problem,
            points,
            self.lines,
            whole_prizes=self.whole.whole_prizes,
            termination=termination,
            seconds=time.monotonic() - self.whole.started,
        )
        # Time may be up before a budget is come to: a part of a larger one's plan may be better than a smaller one's.
        begun = [(search.tree >= 0).any() for search in self.searches]
        found.fill_in([k for k in range(len(begun)) if not (begun[k] or self.closed(k))])
        return found


def tree_numbers(search: Search) -> NDArray[np.int32]:
    """Return the tree that a search stands at, by the numbers of its arcs in the graph of all budgets."""
    return search.graph.number[search.tree[search.tree >= 0]]


def transplant(search: Search, numbers: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return what the graph of a search has of a tree, given by the numbers of its arcs."""
    return tree_of_arcs(search.graph, find_arcs(search.graph, numbers))


def cost_of(problem: Problem, arcs: NDArray[np.int32]) -> int:
    """Return the cost in cents of a plan."""
    return int(problem.cost[arcs].sum())
