"""The running search: incumbent, bound and trace, and the steps that better them."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.bound import Pricing, price_out, search_price
from planner.solver.dice import new_dice
from planner.solver.graph import build_graph
from planner.solver.grow import CONNECTED, FREE, Desk, Guide, grow, new_desk
from planner.solver.improve import improve
from planner.solver.result import Progress, relative_gap
from planner.solver.tree import bare_tree, topological_arcs

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from planner.solver.graph import Graph
    from planner.solver.problem import Problem

CHUNK = 1_000_000
"""Labels settled between two looks at the clock: about 0.2 s. A count, not a time: the order of work is the same on
every machine."""
TILT = 0.1
HEAT = 1e-5


class Search:
    """State of one `solve`: everything that is known so far about one problem.

    Attributes
    ----------
    graph
        The graph without useless arcs.
    best
        Tree of the best plan within the budget.
    value, bound
        Its value, and the best proven ceiling; ``bound`` is None before the first evaluation.
    pricing
        The evaluation of the Lagrangian that gave the bound.
    """

    def __init__(
        self,
        problem: Problem,
        seed: int,
        deadline: float,
        cancelled: Callable[[], bool] | None,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self.problem = problem
        self.started = time.monotonic()
        self.deadline = self.started + deadline
        self._cancelled = cancelled
        self._on_progress = on_progress
        self.was_cancelled = False
        self.trace: list[tuple[float, float | None, float | None]] = []
        self.graph: Graph = build_graph(problem, problem.budget)
        self.total = math.fsum(self.graph.prize)
        self.whole_prizes = bool((problem.prize == np.floor(problem.prize)).all()) and self.total < 2.0**53
        self.best = bare_tree(self.graph.n_nodes)
        self.value: float | None = None
        self.bound: float | None = None
        self.pricing: Pricing | None = None
        self.lines: list[tuple[float, float]] = []
        self.dice = new_dice(seed)
        self.orders = np.random.default_rng(seed)
        self.desk = new_desk(self.graph)

    @property
    def gap(self) -> float | None:
        """Relative gap between value and bound."""
        return relative_gap(self.value, self.bound)

    def stopped(self) -> bool:
        """Whether time is up or somebody asked to stop."""
        if self._cancelled is not None and self._cancelled():
            self.was_cancelled = True
        return self.was_cancelled or time.monotonic() >= self.deadline

    def note_bound(self, pricing: Pricing) -> None:
        """Take in one evaluation of the Lagrangian."""
        self.lines.append((pricing.intercept, pricing.price))
        bound = pricing.bound(self.problem.budget)
        if self.whole_prizes:
            bound = math.floor(bound)
        if self.bound is None or bound < self.bound:
            self.bound = max(bound, self.value or 0.0)
            self.pricing = pricing
            self._note()

    def note_value(self, value: float) -> None:
        """Take in the value of a better plan, which stands in ``best``."""
        self.value = value if self.bound is None else min(value, self.bound)
        self._note()

    def _note(self) -> None:
        progress = Progress(time.monotonic() - self.started, self.value, self.bound)
        self.trace.append((progress.seconds, progress.value, progress.bound))
        if self._on_progress is not None:
            self._on_progress(progress)

    def find_price(self) -> None:
        """Bracket the price of money and evaluate the ceiling around it."""
        self.note_bound(price_out(self.graph, 0.0))
        if self.total > 0 and self.problem.budget > 0 and not self.stopped():
            search_price(self.graph, self.problem.budget, self.note_bound, self.stopped)

    def reorder_ascent(self) -> None:
        """Evaluate the ceiling once more near the best price, in another order of the ascent."""
        assert self.pricing is not None
        if self.pricing.price > 0:
            weight = np.exp(self.orders.normal(0.0, 0.5, self.graph.n_nodes))
            price = self.pricing.price * math.exp(self.orders.normal(0.0, 0.01))
            self.note_bound(price_out(self.graph, price, weight))

    def first_tree(self) -> NDArray[np.int32]:
        """Grow a tree from the root over the whole graph at the best price."""
        assert self.pricing is not None
        guide = Guide(self.pricing.price, 0.3, self.pricing.reduced, 0.0, np.uint64(1), 1.5)
        return grow_everywhere(self.graph, self.desk, guide)

    def improve(self, parent: NDArray[np.int32], work: int = CHUNK) -> None:
        """Search for better plans from a tree, in place, for one chunk of work."""
        assert self.pricing is not None
        before = -1.0 if self.value is None else self.value
        value, _ = improve(
            self.graph,
            parent,
            self.best,
            self.desk,
            self.pricing.price,
            self.pricing.reduced,
            self.problem.budget,
            TILT,
            HEAT * self.total,
            before,
            work,
            self.dice,
        )
        if value > before:
            self.note_value(value)

    def arcs(self) -> NDArray[np.int32]:
        """Return the problem's arcs of the best plan, parents before children."""
        return self.graph.origin[topological_arcs(self.graph, self.best)]


def grow_everywhere(graph: Graph, desk: Desk, guide: Guide) -> NDArray[np.int32]:
    """Return a tree grown from the bare root over the whole graph."""
    parent = bare_tree(graph.n_nodes)
    desk.state[:] = FREE
    desk.state[0] = CONNECTED
    desk.entered[:] = 0
    desk.load[:] = 0.0
    desk.field[: graph.n_nodes - 1] = np.arange(1, graph.n_nodes)
    desk.worth[:] = graph.prize
    grow(graph, parent, desk, graph.n_nodes - 1, guide)
    return parent
