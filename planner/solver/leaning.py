"""The local search between several rows: what its trees exceed becomes dearer to it, what they miss worth more.

The surrogate has the weights at which the ceiling is lowest. A tree that is best for it may still take too much of one
limit and leave another, or miss a floor, and mending costs value. So the search goes on at weights that lean against
what its last tree did: strategic oscillation, as in F. Glover, "Heuristics for integer programming using surrogate
constraints", Decision Sciences 8 (1977). Ceilings, fixing and proof do not lean.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.solver.problem import MAX_MONEY
from planner.solver.terms import terms_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.graph import Graph
    from planner.solver.problem import Problem
    from planner.solver.surrogate import Surrogate
    from planner.solver.terms import Terms

STEP = 0.3
"""Step of the logarithm of a weight, for a limit that is used twice over."""
FARTHEST = 3.0
"""How far the logarithm goes from the surrogate's own weight."""
LEAST_PART = 0.05
"""Part of all weighed limits, or of all prizes, that the rows have at least: what did not bind may do so elsewhere."""


class Leant(NamedTuple):
    """What the search looks at: a graph with other costs and prizes, its budget, and what to add to a value there."""

    graph: Graph
    budget: int
    shift: float


class Leaning:
    """Weights of limits and floors for the local search.

    Attributes
    ----------
    active
        Whether there is anything to lean between: several limits, or floors.
    """

    def __init__(self, problem: Problem, surrogate: Surrogate) -> None:
        self.problem, self.surrogate = problem, surrogate
        rules, slopes, merits = problem.rules, surrogate.slopes, surrogate.merits
        self.most = np.array([problem.budget, *(limit.most for limit in rules.limits)], np.float64)
        self.least = np.array([floor.least for floor in rules.floors])
        parts = np.array(slopes) * self.most
        self.active = problem.cost_weight == 0.0 and bool(parts.sum() > 0) and len(slopes) + len(merits) > 1
        self.money, self.merit = np.array(slopes), np.array(merits)
        if self.active:
            share = LEAST_PART / (len(slopes) + len(merits))
            self.money = np.maximum(self.money, share * parts.sum() / np.where(self.most > 0, self.most, np.inf))
            total = math.fsum(problem.prize)
            self.merit = np.maximum(self.merit, share * total / np.where(self.least > 0, self.least, np.inf))
        self.lean = np.zeros(len(slopes) + len(merits))
        self._known: tuple[Graph, Terms] | None = None

    def applied(self, graph: Graph) -> Leant:
        """Return what the search looks at in place of a graph of the surrogate."""
        budget, shift = self.surrogate.problem.budget, self.surrogate.shift
        if not self.active:
            return Leant(graph, budget, shift)
        terms, n_limits = self._terms(graph), self.most.size
        if n_limits > 1:
            money = self.money * np.exp(self.lean[:n_limits])
            money *= budget / max(float(money @ self.most), 1.0)  # in the surrogate's units: its price of money stays
            cost = np.minimum(money @ terms.spend, MAX_MONEY).astype(np.int64)
            graph, budget = graph._replace(cost=cost), min(int(money @ self.most), budget)
        if self.merit.size:
            more = self.merit * np.exp(self.lean[n_limits:]) - np.array(self.surrogate.merits)
            graph = graph._replace(prize=np.maximum(graph.prize + more @ terms.weight, 0.0))
            shift += float(more @ self.least)
        return Leant(graph, budget, shift)

    def learn(self, graph: Graph, tree: NDArray[np.int32]) -> None:
        """Lean against what a tree of the graph did."""
        if not self.active:
            return
        terms, arcs = self._terms(graph), tree[tree >= 0]
        use = terms.spend[:, arcs].sum(axis=1) / np.maximum(self.most, 1.0) - 1.0
        got = terms.weight[:, graph.head[arcs]].sum(axis=1) + terms.weight[:, 0]
        lack = 1.0 - got / np.where(self.least > 0, self.least, 1.0)
        self.lean += STEP * np.clip(np.concatenate([use, lack]), -1.0, 1.0)
        self.lean = np.clip(self.lean, -FARTHEST, FARTHEST)

    def _terms(self, graph: Graph) -> Terms:
        if self._known is None or self._known[0] is not graph:
            self._known = graph, terms_of(self.problem, graph)
        return self._known[1]
