"""The running search: incumbent, bound and trace, and the steps that better them."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.bound import Pricing, price_out, search_price
from planner.solver.desk import Desk, Extent, Guide, new_desk
from planner.solver.dice import new_dice
from planner.solver.graph import build_graph
from planner.solver.grow import grow
from planner.solver.improve import improve
from planner.solver.reduce import find_useful
from planner.solver.result import Progress, relative_gap
from planner.solver.standing import CLOSED, CONNECTED, FREE, new_round
from planner.solver.tree import bare_tree, check_plan, find_arcs, preorder, prune, topological_arcs, tree_of_arcs

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
ORDER_SPREAD = 0.1
"""Largest standard deviation of the logarithm of the weights that change the order of the ascent."""
WORTH_REBUILDING = 0.8
"""The graph is rebuilt once at most this share of its arcs is still useful."""
LEAST_STEP = 1e-6
"""Relative difference of two values that are not whole: linear programs tell no finer ones apart."""


class Search:
    """State of one `solve`: everything that is known so far about one problem.

    Attributes
    ----------
    graph
        The graph without useless arcs.
    tree
        Tree of the graph that the search stands at; it may cost more than the budget.
    plan
        The problem's arcs of the best plan within the budget, parents before children.
    value, bound
        Its value, and the best proven ceiling; ``bound`` is None before the first evaluation.
    price_of_money
        The price λ that gave the bound.
    heat
        Loss that the local search accepts on average.
    lines
        Intercept and price of the evaluations that hold for every smaller budget too.
    """

    def __init__(
        self,
        problem: Problem,
        seed: int,
        time_limit_s: float,
        cancelled: Callable[[], bool] | None,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self.problem = problem
        self.started = time.monotonic()
        self.deadline = self.started + time_limit_s
        self._cancelled = cancelled
        self._on_progress = on_progress
        self.was_cancelled = False
        self.trace: list[tuple[float, float | None, float | None]] = []
        self.graph: Graph = build_graph(problem, problem.budget)
        self.total = math.fsum(self.graph.prize)
        self.heat = self.total * min(MOST_HEAT, HEAT / max(int(np.count_nonzero(self.graph.prize)), 1))
        self.whole_prizes = bool((problem.prize == np.floor(problem.prize)).all()) and self.total < 2.0**53
        self.plan = np.empty(0, np.int32)
        self.value: float | None = None
        self.bound: float | None = None
        self.price_of_money: float | None = None
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

    @property
    def gap(self) -> float | None:
        """Relative gap between value and bound."""
        return relative_gap(self.value, self.bound)

    def proven(self, gap: float) -> bool:
        """Whether value and bound are known and within the relative gap."""
        reached = self.gap
        return reached is not None and reached <= max(gap, 0.0 if self.whole_prizes else 2 * LEAST_STEP)

    def stopped(self) -> bool:
        """Whether time is up or somebody asked to stop."""
        if self._cancelled is not None and not self.was_cancelled and self._cancelled():
            self.was_cancelled = True
        return self.was_cancelled or time.monotonic() >= self.deadline

    def note_bound(self, pricing: Pricing) -> None:
        """Take in one evaluation of the Lagrangian."""
        if self.whole_graph:  # arcs are fixed for one budget: what is left says nothing of other budgets
            self.lines.append((pricing.intercept, pricing.price))
        if self.note_ceiling(pricing.bound(self.problem.budget)):
            self.price_of_money = pricing.price

    def note_ceiling(self, ceiling: float) -> bool:
        """Take in a proven ceiling on the value of any plan; return whether it is lower than all before."""
        bound = min(float(math.floor(ceiling)) if self.whole_prizes and ceiling < self.total else ceiling, self.total)
        bound = max(bound, self.value or 0.0)
        if self.bound is not None and bound >= self.bound:
            return False
        self.bound = bound
        self._note()
        return True

    def note_plan(self, graph: Graph, tree: NDArray[np.int32]) -> None:
        """Take in a plan if it is better: a tree of the graph or of a part of it, without what leads to no prize."""
        kept, order = tree.copy(), preorder(tree, graph.tail)
        prune(graph, kept, order, order.size, 0.0, np.empty(kept.size), np.empty(kept.size))
        plan = graph.origin[topological_arcs(graph, kept)]
        prizes = self.problem.prize
        value = math.fsum([float(prizes[0]), *prizes[self.problem.head[plan]].tolist()])
        if self.value is None or value > self.value:
            self.plan, self.value = plan, value
            self._note()

    def _note(self) -> None:
        progress = Progress(time.monotonic() - self.started, self.value, self.bound)
        self.trace.append((progress.seconds, progress.value, progress.bound))
        if self._on_progress is not None:
            self._on_progress(progress)

    def find_price(self) -> None:
        """Bracket the price of money and evaluate the ceiling around it."""
        self.note_bound(price_out(self.graph, 0.0, stopped=self.stopped))
        if self.graph.n_arcs > 0:
            self.guide = search_price(self.graph, self.problem.budget, self.note_bound, self.stopped)
            self.base_price = self.guide.price

    def move_price(self, cost: int) -> None:
        """Raise the price of the search if its trees cost too much, lower it if they leave money; look at the bound.

        The ceiling is evaluated at the new price in a slightly new order of the ascent: that may better the bound,
        fixes arcs, and gives the growing other reduced costs.
        """
        step = PRICE_STEP * (1.0 if cost > self.problem.budget else -1.0)
        price = self.guide.price * math.exp(step * self.orders.random())
        price = min(max(price, self.base_price / PRICE_RANGE), self.base_price * PRICE_RANGE)
        spread = ORDER_SPREAD * self.orders.random() ** 2
        weight = np.exp(self.orders.normal(0.0, spread, self.graph.n_nodes))
        self.guide = price_out(self.graph, price, weight, stopped=self.stopped)
        self.note_bound(self.guide)
        self.fix_arcs()

    def fix_arcs(self) -> None:
        """Mark the arcs that no better plan can hold; rebuild the graph once there are many."""
        assert self.value is not None
        target = self.value + (1.0 if self.whole_prizes else 0.0)
        self.useful &= find_useful(self.graph, self.guide, self.problem.budget, target)
        if np.count_nonzero(self.useful) > WORTH_REBUILDING * self.graph.n_arcs:
            return
        smaller = self.graph.subgraph(self.useful)
        before = find_arcs(self.graph, smaller.origin)
        self.guide = replace(self.guide, reduced=self.guide.reduced[before])
        self.tree = tree_of_arcs(smaller, find_arcs(smaller, self.graph.origin[self.tree[self.tree >= 0]]))
        self.graph, self.desk = smaller, new_desk(smaller)
        self.useful = np.ones(smaller.n_arcs, np.bool_)
        self.whole_graph = False
        self.note_bound(price_out(smaller, 0.0, stopped=self.stopped))

    def start_from(self, arcs: NDArray[np.int32]) -> None:
        """Take an earlier plan, given by the problem's arcs, as the tree to search from."""
        check_plan(self.problem, arcs)
        self.tree = tree_of_arcs(self.graph, find_arcs(self.graph, arcs))

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

    def improve(self, work: int | None = None) -> None:
        """Search for better plans for one chunk of work, or as much as is given; then move the price."""
        assert self.value is not None
        if work is None:
            work = min(max(CHUNK, CHUNK_PER_ARC * self.graph.n_arcs), SMALL_CHUNK_PER_ARC * self.graph.n_arcs)
        self.n_chunks += 1
        for done in range(0, work, SLICE):
            if done and self.stopped():
                return
            _, cost = self._search(self.value, min(SLICE, work - done))
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
            self.guide.price * GENEROSITY[self.n_chunks % len(GENEROSITY)],
            self.guide.reduced,
            self.problem.budget,
            TILT,
            self.heat,
            floor,
            work,
            self.dice,
        )
        if value > max(floor, self.value or 0.0):
            self.note_plan(self.graph, best)
        return value, cost


def grow_everywhere(graph: Graph, desk: Desk, guide: Guide) -> NDArray[np.int32]:
    """Return a tree grown from the bare root over the whole graph."""
    parent = bare_tree(graph.n_nodes)
    desk.state[:] = FREE
    desk.state[0] = CONNECTED
    desk.entered[:] = 0
    desk.load[:] = 0.0
    desk.field[: graph.n_nodes - 1] = np.arange(1, graph.n_nodes)
    desk.worth[:] = graph.prize
    new_round(desk)
    grow(graph, parent, desk, Extent(graph.n_nodes - 1, graph.n_nodes - 1), guide)
    desk.state[:] = CLOSED
    return parent
