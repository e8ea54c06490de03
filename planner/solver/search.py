"""The running search: incumbent, bound and trace, and the steps that better them."""

from __future__ import annotations

import math
import time
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.bound import Pricing, price_out, round_up, search_price, useful_price
from planner.solver.desk import Guide, new_desk
from planner.solver.dice import new_dice
from planner.solver.graph import build_graph
from planner.solver.grow import grow_everywhere
from planner.solver.improve import improve
from planner.solver.layers import find_plan, plan_of_tree
from planner.solver.mend import mend
from planner.solver.program import finest_difference
from planner.solver.reduce import find_useful
from planner.solver.reductions import find_needed
from planner.solver.result import Progress, relative_gap
from planner.solver.rules import broken_rules
from planner.solver.surrogate import stand_in
from planner.solver.terms import collects, terms_of
from planner.solver.tree import bare_tree, check_plan, find_arcs, preorder, prune, tree_of_arcs

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from planner.solver.graph import Graph
    from planner.solver.problem import Problem

CHUNK, CHUNK_PER_ARC = 2_000_000, 25
"""Arcs looked at between two evaluations of the ceiling, at least, and per arc of the graph: 0.1 s and more. Counts,
not times: the order of work is the same on every machine."""
SMALL_CHUNK_PER_ARC = 500
"""At most so many per arc of a small graph."""
SLICE = 15_000_000
"""Arcs looked at between two looks at the clock: less than a second."""
TILT = 0.05
"""How much dearer money above the budget is to the search, and how much cheaper money left."""
HEAT, MOST_HEAT = 0.02, 1e-5
"""Loss that the search accepts on average, as a share of the mean prize and, at most, of all prizes: what a round may
lose is a matter of its region, not of the graph."""
GENEROSITY = (1.0, 0.7)
"""Shares of the price at which branches are cut, in turn: a generous tree leaves the knapsack something to choose."""
PLANTINGS = ((1.5, 0.0), (np.inf, 0.0), (np.inf, 3.0), (np.inf, 15.0))
"""Appetite and foresight of the first trees; the later ones are for graphs with capacities."""
PRICE_STEP, PRICE_RANGE = 0.1, 8.0
"""Largest relative step of the price of the search, and how far it may go from where the ceiling is lowest."""
FAR_BELOW, FAST = 0.9, 5.0
"""Where the trees of the search cost less than this share of the budget, the price falls faster by this factor."""
ORDER_SPREAD = 0.1
"""Largest standard deviation of the logarithm of the weights that change the order of the ascent."""
WORTH_REBUILDING = 0.8
"""The graph is rebuilt once at most this share of its arcs is still useful."""
LEAST_STEP = 1e-6
"""Relative difference of two values that are not whole: linear programs tell no finer ones apart."""
MOST_WHOLE = 1e9
"""Size of values up to which linear programs tell whole differences apart."""


class Search:
    """State of one `solve`: everything that is known so far about one problem.

    With ``may_fail`` a cancel while the graph is built raises `planner.solver.graph.NotBuiltError`; else it waits.

    Attributes
    ----------
    asked
        The problem as it was asked.
    problem
        The problem that is searched: the surrogate with one budget, which is the same where there are no rules.
    shift
        A plan that keeps the rules and is worth v is worth at least v + ``shift`` to the problem that is searched.
    graph
        The graph of that problem without useless arcs.
    tree
        Tree of the graph that the search stands at; it may cost more than the budget.
    plan
        The problem's arcs of the best plan within the budget, parents before children.
    value, bound
        Its value, and the best proven ceiling; None before there is any.
    infeasible
        Whether it is proven that no plan keeps the rules.
    finest
        Difference of values, unless they are whole, that is never told; 0 where prizes alone are summed.
    whole_prizes
        Whether all values are whole numbers, those of plans and so those of ceilings.
    prices
        What a cent of the budget, and one of each further limit, is worth where the bound was found; empty before.
    heat
        Loss that the local search accepts on average.
    lines, reach
        Intercept and slope of the evaluations that hold for other budgets too, and the largest such budget.
    aim
        Arcs go that no plan worth this can hold, even if no such plan is known; no ceiling found here lies below it.
    """

    def __init__(
        self,
        problem: Problem,
        seed: int,
        time_limit_s: float,
        cancelled: Callable[[], bool] | None,
        on_progress: Callable[[Progress], None] | None,
        *,
        may_fail: bool = False,
    ) -> None:
        self.asked = problem
        self.started = time.monotonic()
        self.deadline = self.started + time_limit_s
        self._cancelled = cancelled
        self._on_progress = on_progress
        self.was_cancelled = False
        self.trace: list[tuple[float, float | None, float | None]] = []
        surrogate = stand_in(problem, self.stopped)
        self.problem, self.shift, self.slopes = surrogate.problem, surrogate.shift, surrogate.slopes
        self.graph: Graph = build_graph(self.problem, self.problem.budget, cancelled if may_fail else None)
        self.reach = problem.budget
        self.total = math.fsum(self.worth(self.graph))
        self.heat = self.total * min(MOST_HEAT, HEAT / max(int(np.count_nonzero(self.graph.prize)), 1))
        self.finest = finest_difference(problem, self.total)
        self.whole_prizes = has_whole_values(problem, self.total)
        self.worst = -problem.cost_weight * float(problem.cost.sum())
        self.plan = np.empty(0, np.int32)
        self.value: float | None = None
        self.bound: float | None = None
        self.infeasible = False
        self.prices: tuple[float, ...] = ()
        self.lines: list[tuple[float, float]] = []
        self.whole_graph = True
        self.useful = np.ones(self.graph.n_arcs, np.bool_)
        self.dice = new_dice(seed)
        self.orders = np.random.default_rng(seed)
        self.desk = new_desk(self.graph)
        self.n_chunks = 0
        self.tree = bare_tree(self.graph.n_nodes)
        self.guide: Pricing
        self.base_price = 0.0
        self.aim = -math.inf

    @property
    def gap(self) -> float | None:
        """Relative gap between value and bound."""
        return relative_gap(self.value, self.bound)

    @property
    def least(self) -> float:
        """What a plan has to be worth more than to be news."""
        return self.worst - 1.0 if self.value is None else self.value

    def worth(self, graph: Graph) -> NDArray[np.float64]:
        """Return the ``(n,)`` prizes that were asked for of the nodes of a graph."""
        counts = collects(self.asked, graph)
        return np.where(counts, self.asked.prize[np.where(counts, graph.node, 0)], 0.0)

    @property
    def tells_units(self) -> bool:
        """Whether all values are whole, and of a size at which linear programs tell one unit apart."""
        return self.whole_prizes and max(self.total, abs(self.bound or 0.0)) <= MOST_WHOLE

    def proven(self, gap: float) -> bool:
        """Whether value and bound are known and within the relative gap, or that there is no plan."""
        if self.infeasible:
            return True
        reached = self.gap
        if reached is None or self.tells_units:
            return reached is not None and reached <= gap
        assert self.value is not None
        return reached <= max(gap, 2 * LEAST_STEP, 2 * self.finest / max(abs(self.value), 1e-9))

    def stopped(self) -> bool:
        """Whether time is up or somebody asked to stop."""
        if self._cancelled is not None and not self.was_cancelled and self._cancelled():
            self.was_cancelled = True
        return self.was_cancelled or time.monotonic() >= self.deadline

    def note_bound(self, pricing: Pricing) -> None:
        """Take in one evaluation of the Lagrangian."""
        ceiling = self.ceiling_of(pricing)
        slope = pricing.slope * self.slopes[0]
        if self.whole_graph:  # arcs are fixed for one budget: what is left says nothing of other budgets
            self.lines.append((round_up(ceiling - slope * self.asked.budget, 2.0 * abs(ceiling)), slope))
        if self.note_ceiling(max(ceiling, self.aim)) and self.whole_graph:
            self.prices = tuple(pricing.slope * share for share in self.slopes)

    def ceiling_of(self, pricing: Pricing) -> float:
        """Return what no plan that keeps the rules is worth more than, by one evaluation of the Lagrangian."""
        return math.nextafter(pricing.bound(self.problem.budget) - self.shift, math.inf)

    def note_ceiling(self, ceiling: float) -> bool:
        """Take in a proven ceiling on the value of any plan; return whether it is lower than all before."""
        if self.value is None and ceiling < self.worst:
            self.infeasible = True
            return False
        bound = min(float(math.floor(ceiling)) if self.whole_prizes and ceiling < self.total else ceiling, self.total)
        bound = max(bound, self.worst if self.value is None else self.value)
        if self.bound is not None and bound >= self.bound:
            return False
        self.bound = bound
        self._note()
        return True

    def note_plan(self, graph: Graph, tree: NDArray[np.int32]) -> None:
        """Take in a plan if it is better: a tree of the graph or of a part of it, mended if it breaks a rule."""
        sound = self.offer(self.plan_of(graph, tree, graph.cost_weight))
        if self.asked.rules.any and (not sound or self.asked.cost_weight > 0.0):
            mended = mend(graph, terms_of(self.asked, graph), self.worth(graph), self.asked.cost_weight, tree)
            if mended is not None:
                self.offer(self.plan_of(graph, mended, 0.0))

    def offer(self, plan: NDArray[np.int32] | None) -> bool:
        """Take in a plan, given by the problem's arcs, if it is better and keeps all rules; return whether it does."""
        if plan is None or broken_rules(self.asked, plan):
            return False
        # Arcs that carry more than they can have made way for dearer ones: the plan may cost more than its tree.
        if int(self.asked.cost[plan].sum()) <= self.asked.budget:
            self.adopt(plan, self.value_of(plan))
        return True

    def adopt(self, plan: NDArray[np.int32], value: float) -> None:
        """Take in a plan that keeps all rules, by the problem's arcs, parents before children, if it is better."""
        if self.value is None or value > self.value:
            self.plan, self.value = plan, value
            self._note()

    def value_of(self, plan: NDArray[np.int32]) -> float:
        """Return what a plan, given by the problem's arcs, is worth."""
        prizes = self.asked.prize
        spent = self.asked.cost_weight * int(self.asked.cost[plan].sum())
        return math.fsum([float(prizes[0]), *prizes[self.asked.head[plan]].tolist(), -spent])

    def plan_of(self, graph: Graph, tree: NDArray[np.int32], price: float) -> NDArray[np.int32] | None:
        """Return the problem's arcs of a tree, without what does not pay at a price; None if they carry too much."""
        kept, order = tree.copy(), preorder(tree, graph.tail)
        prune(graph, kept, order, order.size, price, np.empty(kept.size), np.empty(kept.size))
        return plan_of_tree(self.problem, graph, kept)

    def _note(self) -> None:
        progress = Progress(time.monotonic() - self.started, self.value, self.bound)
        self.trace.append((progress.seconds, progress.value, progress.bound))
        if self._on_progress is not None:
            self._on_progress(progress)

    def expect_more_than(self, value: float) -> None:
        """Look only for plans worth more than this: one of this worth is known elsewhere."""
        self.value = value

    def find_price(self) -> None:
        """Bracket the price of money and evaluate the ceiling around it."""
        graph, budget = self.graph, self.problem.budget
        self.guide = lowest = price_out(graph, graph.cost_weight, stopped=self.stopped)
        self.note_bound(lowest)
        if graph.n_arcs > 0 and useful_price(graph, budget, math.inf) == math.inf:
            self.guide = search_price(graph, budget, self.note_bound, self.stopped)
        if lowest.price > 0.0 and lowest.bound(budget) <= self.guide.bound(budget):
            self.guide = lowest
        self.base_price = self.guide.price

    def move_price(self, cost: int) -> None:
        """Raise the price of the search if its trees cost too much, lower it if they leave money; look at the bound.

        The ceiling is evaluated at the new price in a slightly new order of the ascent: that may better the bound,
        fixes arcs, and gives the growing other reduced costs.
        """
        step = PRICE_STEP * (1.0 if cost > self.problem.budget else -1.0)
        if 0 < cost < FAR_BELOW * self.problem.budget:
            step *= FAST
        price = self.guide.price * math.exp(step * self.orders.random())
        price = min(max(price, self.base_price / PRICE_RANGE), self.base_price * PRICE_RANGE)
        price = useful_price(self.graph, self.problem.budget, price)
        spread = ORDER_SPREAD * self.orders.random() ** 2
        weight = np.exp(self.orders.normal(0.0, spread, self.graph.n_nodes))
        self.guide = price_out(self.graph, price, weight, stopped=self.stopped)
        self.note_bound(self.guide)
        if not self.stopped():
            self.fix_arcs()

    def fix_arcs(self) -> None:
        """Mark the arcs that no better plan can hold; leave them out once there are many."""
        target = max(self.least + (1.0 if self.whole_prizes else 0.0), self.aim) + self.shift
        self.useful &= find_useful(self.graph, self.guide, self.problem.budget, target)
        self.rebuild_if_much_smaller()

    def aim_at(self, value: float) -> None:
        """Look for plans worth a value only: leave out what none of them can hold, except the arcs of the tree."""
        self.aim = value
        self.useful &= find_useful(self.graph, self.guide, self.problem.budget, value + self.shift)
        self.useful[self.tree[self.tree >= 0]] = True
        self.rebuild_if_much_smaller()

    def keep_only(self, numbers: NDArray[np.int32]) -> None:
        """Leave out all arcs but those of these numbers and those of the tree."""
        kept = np.zeros(self.graph.n_arcs, np.bool_)
        kept[find_arcs(self.graph, numbers)] = True
        kept[self.tree[self.tree >= 0]] = True
        self.useful &= kept
        self.rebuild_if_much_smaller()

    def drop_needless(self) -> None:
        """Leave out the arcs that some best plan does without."""
        if self.asked.rules.any and not self.asked.rules.only_required:
            return  # what costs more may be what a rule asks for
        self.useful &= find_needed(self.graph, self.problem.budget)
        if not self.useful.all():
            self.rebuild()

    def rebuild_if_much_smaller(self) -> None:
        """Leave the useless arcs out of the graph, once there are many."""
        if np.count_nonzero(self.useful) <= WORTH_REBUILDING * self.graph.n_arcs:
            self.rebuild()

    def rebuild(self) -> None:
        """Go on with the graph of the useful arcs."""
        smaller = self.graph.subgraph(self.useful)
        before = find_arcs(self.graph, smaller.number)
        self.guide = replace(self.guide, reduced=self.guide.reduced[before])
        self.tree = tree_of_arcs(smaller, find_arcs(smaller, self.graph.number[self.tree[self.tree >= 0]]))
        self.graph, self.desk = smaller, new_desk(smaller)
        self.useful = np.ones(smaller.n_arcs, np.bool_)
        self.whole_graph = False
        self.note_bound(price_out(smaller, smaller.cost_weight, stopped=self.stopped))

    def at_budget(self, budget: int) -> Search:
        """Return the search under a smaller budget, before any plan: it shares clock, dice and work space.

        To be called before arcs are fixed; ``lines`` of the search returned hold for every budget up to its ``reach``.
        """
        other = copy(self)
        other.problem = other.asked = replace(self.problem, budget=budget)
        other.plan, other.value, other.bound, other.prices = np.empty(0, np.int32), None, None, ()
        other.trace, other.lines = [], []
        # Out of time, the whole graph does: what is known of it holds for smaller budgets too.
        if not self.stopped() and not (within := self.graph.within(budget)).all():
            other.graph = self.graph.subgraph(within)
            other.desk, other.reach = new_desk(other.graph), budget
            other.total = math.fsum(other.worth(other.graph))
        other.useful = np.ones(other.graph.n_arcs, np.bool_)
        other.tree = bare_tree(other.graph.n_nodes)
        return other

    def start_from(self, arcs: NDArray[np.int32]) -> None:
        """Take an earlier plan, given by the problem's arcs, as the tree to search from."""
        check_plan(self.problem, arcs)
        self.tree = self.tree_of_plan(arcs)

    def tree_of_plan(self, arcs: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return what the graph has of a plan given by the problem's arcs."""
        return tree_of_arcs(self.graph, find_plan(self.problem, self.graph, arcs))

    def plant(self) -> None:
        """Grow trees from the root over the whole graph, modest and generous ones; go on from the best."""
        best, planted = -1.0, self.tree
        for appetite, foresight in PLANTINGS if self.graph.capacitated else PLANTINGS[:2]:
            if planted is not self.tree and self.stopped():
                break
            guide = Guide(self.guide.price, 0.3, self.guide.reduced, 0.0, np.uint64(1), appetite, 0.0, 1.0, foresight)
            self.tree = grow_everywhere(self.graph, self.desk, guide)
            value, _ = self._search(-1.0, 1)
            if value > best:
                best, planted = value, self.tree
        self.tree = planted

    def improve(self, work: int | None = None, *, keep_price: bool = False) -> None:
        """Search for better plans for one chunk of work, or as much as is given; then move the price, or keep it."""
        if work is None:
            work = min(max(CHUNK, CHUNK_PER_ARC * self.graph.n_arcs), SMALL_CHUNK_PER_ARC * self.graph.n_arcs)
        self.n_chunks += 1
        cost = 0  # nothing is searched on a graph without arcs
        for done in range(0, work, SLICE):
            if done and self.stopped():
                return
            floor = self.least if self.value is None else self.value + self.shift
            _, cost = self._search(floor, min(SLICE, work - done))
        if not keep_price:
            self.move_price(cost)

    def _search(self, floor: float, work: int) -> tuple[float, int]:
        """Run the kernel; return the best value found above the floor, and the cost of where it stands."""
        best = bare_tree(self.graph.n_nodes)
        value, cost = improve(
            self.graph,
            self.tree,
            best,
            self.desk,
            self.guide.price,
            generous_price(self.graph, self.guide.price, self.n_chunks),
            self.guide.reduced,
            self.problem.budget,
            TILT,
            self.heat,
            floor,
            work,
            self.dice,
        )
        if value > floor and (self.value is None or value > self.value + self.shift):
            self.note_plan(self.graph, best)
        return value, cost


def has_whole_values(problem: Problem, total: float) -> bool:
    """Whether the values of all plans are whole numbers that linear programs tell apart; ``total`` sums the prizes."""
    most = MOST_WHOLE if problem.cost_weight > 0.0 else 2.0**53
    whole = bool((problem.prize == np.floor(problem.prize)).all())
    return whole and total < most and float(problem.cost_weight).is_integer()


def generous_price(graph: Graph, price: float, turn: int) -> float:
    """Return the price at which branches are cut in a turn: what does not pay in any plan never stays."""
    return max(price * GENEROSITY[turn % len(GENEROSITY)], graph.cost_weight)
