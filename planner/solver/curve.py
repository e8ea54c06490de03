"""The frontier as an answer: benefit against budget, with a plan and a proven ceiling at any budget."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.bound import round_up
from planner.solver.envelope import concave_ceiling
from planner.solver.knapsack import select_within
from planner.solver.layers import find_plan, plan_of_tree
from planner.solver.result import OPTIMALITY_GAP, Status, Termination, relative_gap
from planner.solver.tree import bare_tree, preorder, prune, tree_of_arcs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.solver.graph import Graph
    from planner.solver.problem import Problem

PLANS = 2
"""Plans of the next larger budgets from which a part is selected for a budget in between."""


@dataclass(frozen=True)
class Point:
    """One budget of a frontier.

    Attributes
    ----------
    budget
        In cents.
    arcs
        ``(k,)`` int32: the plan's arcs of the problem, parents before children.
    cost, value
        What they cost in cents, at most the budget, and the sum of their prizes.
    bound
        Proven ceiling on the value of any plan within the budget, at least ``value``.
    """

    budget: int
    arcs: NDArray[np.int32]
    cost: int
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """Relative gap ``(bound − value) / max(value, 1e-9)``."""
        gap = relative_gap(self.value, self.bound)
        assert gap is not None
        return gap

    @property
    def status(self) -> Status:
        """What is known about the plan."""
        return Status.OPTIMAL if self.gap <= OPTIMALITY_GAP else Status.FEASIBLE


@dataclass(frozen=True)
class Line:
    """No plan of a budget B up to ``reach`` is worth more than ``intercept + price · B``."""

    intercept: float
    price: float
    reach: int

    def at(self, budget: int) -> float:
        """Return the ceiling at a budget in cents, ``inf`` beyond the reach."""
        if budget > self.reach:
            return math.inf
        return round_up(self.intercept + self.price * budget, abs(self.intercept) + self.price * budget)


class Frontier:
    """Benefit against budget: a plan and a proven ceiling at every budget.

    Parameters
    ----------
    graph, problem
        The graph under the largest budget, and the problem.
    points
        What was asked for, by budget; values and bounds never fall.
    lines
        All lines of the ceiling.
    whole_prizes
        Whether all prizes are whole numbers.
    termination
        Why the search ended.
    seconds
        How long it took.
    """

    def __init__(
        self,
        graph: Graph,
        problem: Problem,
        points: Sequence[Point],
        lines: Sequence[Line],
        *,
        whole_prizes: bool,
        termination: Termination,
        seconds: float,
    ) -> None:
        self.problem = problem
        self.points = tuple(points)
        self.lines = tuple(lines)
        self.termination = termination
        self.seconds = seconds
        self._graph = graph
        self._whole_prizes = whole_prizes
        self._everything = math.fsum(problem.prize)
        # Plans by cost, each worth more than all before it: those of the points, and every answer since.
        self._known: list[Point] = []
        for point in self.points:
            self._remember(point)

    def ceiling(self, budget: int) -> float:
        """Return a proven ceiling on the value of any plan within a budget in cents; it never falls with the budget."""
        ceiling = min([self._everything, *(line.at(budget) for line in self.lines)])
        if self._whole_prizes and ceiling < self._everything:
            ceiling = float(math.floor(ceiling))
        return min([ceiling, *(point.bound for point in self.points if point.budget >= budget)])

    def concave_ceiling(self) -> NDArray[np.float64]:
        """Return the ceiling as a concave polyline, ``(v, 2)``: budget in cents, value; level beyond its end."""
        budgets, bounds = zip(*((point.budget, point.bound) for point in self.points), strict=True)
        return concave_ceiling(self.lines, budgets, bounds, max(self._everything, bounds[-1]))

    def at(self, budget: int) -> Point:
        """Return a plan within any budget in cents, and the ceiling there.

        The best plan known that it pays for, or the part of the next larger plans that is worth most, whichever is
        better. Answers are remembered: a later one for a larger budget is worth no less.

        Raises
        ------
        ValueError
            If the budget is negative.
        """
        if budget < 0:
            raise ValueError("budget: must be ≥ 0")
        best = self._best_known(budget)
        larger = [point for point in self.points if point.cost > budget]
        for point in larger[:PLANS]:
            best = self._select(point, budget, best)
        self._remember(best)
        return Point(budget, best.arcs, best.cost, best.value, max(self.ceiling(budget), best.value))

    def fill_in(self, numbers: Sequence[int]) -> None:
        """Answer some of the points, the smallest budget first, as budgets in between are answered."""
        for k in numbers:
            self.points = (*self.points[:k], self.at(self.points[k].budget), *self.points[k + 1 :])

    def _select(self, point: Point, budget: int, best: Point) -> Point:
        """Return the part of a point's plan that is worth most within a budget, if it is better than the best."""
        graph = self._graph
        tree = tree_of_arcs(graph, find_plan(self.problem, graph, point.arcs))
        order = preorder(tree, graph.tail)
        chosen = bare_tree(graph.n_nodes)
        price = point.value / point.cost
        found = select_within(graph, tree, order, order.size, price, budget, best.value, chosen)
        if found <= best.value:
            return best
        return max(best, make_point(self.problem, graph, chosen, budget), key=lambda each: each.value)

    def _best_known(self, budget: int) -> Point:
        place = bisect_right(self._known, budget, key=lambda point: point.cost)
        if place:
            return self._known[place - 1]
        return Point(budget, np.empty(0, np.int32), 0, float(self.problem.prize[0]), self._everything)

    def _remember(self, found: Point) -> None:
        place = bisect_right(self._known, found.cost, key=lambda point: point.cost)
        if place and self._known[place - 1].value >= found.value:
            return
        after = place
        while after < len(self._known) and self._known[after].value <= found.value:
            after += 1
        before = place - 1 if place and self._known[place - 1].cost == found.cost else place
        self._known[before:after] = [found]


def make_point(problem: Problem, graph: Graph, tree: NDArray[np.int32], budget: int) -> Point:
    """Return the plan of a tree of the graph without what leads to no prize; its bound is left open."""
    kept, order = tree.copy(), preorder(tree, graph.tail)
    prune(graph, kept, order, order.size, 0.0, np.empty(kept.size), np.empty(kept.size))
    arcs = plan_of_tree(problem, graph, kept)
    if arcs is None:  # two copies of a node in one place, which carry too much together
        arcs = np.empty(0, np.int32)
    value = math.fsum([float(problem.prize[0]), *problem.prize[problem.head[arcs]].tolist()])
    return Point(budget, arcs, int(problem.cost[arcs].sum()), value, math.inf)
