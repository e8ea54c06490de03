"""The integer program of one graph: rows for degrees, places, budget and rules; cuts come later, as they are needed.

After I. Ljubić et al., "An algorithmic framework for the exact solution of the prize-collecting Steiner tree problem",
Mathematical Programming 105 (2006).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from pyscipopt import Model, quicksum

from planner.solver.layers import enters_once
from planner.solver.rules import broken_rules
from planner.solver.terms import Terms, collects, groups_of, terms_of
from planner.solver.tree import OUTSIDE, preorder, tree_of_arcs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from planner.solver.graph import Graph
    from planner.solver.problem import Problem

BUDGET_UNITS = 1_000.0
"""What the budget counts in the model: keeps its coefficients near those of the other rows."""
MARGIN = 1e-6
"""Relative tolerance of the linear programs, by which their ceiling is raised."""
FINEST = 1e-8
"""The same as a share of all prizes, where these and the weighted costs may nearly cancel each other out."""


class Program:
    """The model of one graph: the plan worth most within the budget, or the cheapest that holds what is required.

    Attributes
    ----------
    budget
        What the graph's costs may add up to.
    required
        ``(n,)``: nodes that the plan has to hold.
    asked
        The problem whose prizes are earned and whose rules are kept; None where the cost of the required nodes is
        minimised.
    arc
        Variables of the arcs: whether the plan holds them.
    node
        Variables of the nodes with a prize: whether the plan reaches them, by node.
    possible
        False where the graph lacks what the rules ask for: there is no plan then.
    constant
        What every plan is worth: the root's prize, which the model leaves out.
    """

    def __init__(self, graph: Graph, budget: int, required: NDArray[np.bool_], asked: Problem | None) -> None:
        self.graph = graph
        self.budget = budget
        self.required = required
        self.asked = asked
        self.possible = True
        self.model = Model()
        worth = np.zeros(graph.n_nodes)
        if asked is None:
            price, counted, self.finest = graph.cost * (BUDGET_UNITS / max(budget, 1)), required, 0.0
        else:
            terms = terms_of(asked, graph)
            price, counted = 0.0 - asked.cost_weight * terms.spend[0], graph.prize > 0
            counts = collects(asked, graph)
            worth[counts] = asked.prize[graph.node[counts]]
            self.finest = finest_difference(asked, math.fsum(worth))
        self.price = price
        self.worth = worth
        self.arc = [self.model.addVar(vtype="B", obj=each) for each in price.tolist()]
        self.prized = np.flatnonzero(counted[1:]).astype(np.int32) + 1
        self.node = {
            int(v): self.model.addVar(vtype="B", lb=float(required[v]), obj=float(worth[v])) for v in self.prized
        }
        for variable in self.node.values():
            self.model.chgVarBranchPriority(variable, 1)
        self.constant = float(worth[0])
        self._add_degrees()
        self._add_places()
        if asked is None:
            self.model.setMinimize()
        else:
            self.model.setMaximize()
            self._add_rules(asked, terms)

    def ceiling(self) -> float:
        """Return a number that no plan of the program is worth more than."""
        return self.rounded_up(float(self.model.getDualbound()))

    def rounded_up(self, value: float) -> float:
        """Return the ceiling on plans, by the value of a linear program."""
        ceiling = value + self.constant
        return ceiling + max(MARGIN * abs(ceiling), self.finest)

    def value_of(self, arc_value: NDArray[np.float64], node_value: NDArray[np.float64]) -> float:
        """Return the value of a linear program's solution."""
        return math.fsum([*(self.price * arc_value), *(self.worth * node_value)[self.prized]])

    def sum_of(self, arcs: NDArray[np.integer[Any]], weight: NDArray[np.floating[Any]] | None = None) -> Any:
        """Return the (weighted) sum of the variables of some arcs."""
        if weight is None:
            return quicksum(self.arc[a] for a in arcs)
        return quicksum(float(weight[a]) * self.arc[a] for a in arcs)

    def _add_degrees(self) -> None:
        """One arc enters what is reached; what has no prize is left again."""
        graph = self.graph
        for v in range(1, graph.n_nodes):
            entering = np.arange(graph.in_start[v], graph.in_start[v + 1])
            if v in self.node:
                self.model.addCons(self.sum_of(entering) == self.node[v])
            elif entering.size:
                leaving = graph.out_arcs[graph.out_start[v] : graph.out_start[v + 1]]
                self.model.addCons(self.sum_of(entering) <= self.sum_of(leaving))
                self.model.addCons(self.sum_of(entering) <= 1)

    def _add_places(self) -> None:
        """One arc from elsewhere enters a place."""
        graph = self.graph
        crossing = graph.place[graph.tail] != graph.place[graph.head]
        for p in range(graph.place_start.size - 1):
            nodes = graph.place_nodes[graph.place_start[p] : graph.place_start[p + 1]]
            entering = np.concatenate([np.arange(graph.in_start[v], graph.in_start[v + 1]) for v in nodes])
            entering = entering[crossing[entering]]
            if nodes.size > 1 and entering.size > 1:
                self.model.addCons(self.sum_of(entering) <= 1)

    def _add_rules(self, asked: Problem, terms: Terms) -> None:
        """Add the budget, and what else the problem asks of a plan."""
        graph = self.graph
        for spend, most in zip(terms.spend, terms.most.tolist(), strict=True):
            if spend.sum() > most:
                scaled = spend * (BUDGET_UNITS / max(most, 1))
                self.model.addCons(self.sum_of(np.flatnonzero(spend), scaled) <= (BUDGET_UNITS if most else 0.0))
        for weight, least in zip(terms.weight, terms.least.tolist(), strict=True):
            scale = 1.0 / max(least, 1.0)
            counted = [v for v in np.flatnonzero(weight).tolist() if v in self.node]
            missing = least - float(weight[0])
            self.possible &= math.fsum(weight[[0, *counted]]) >= least
            if counted and missing > 0:
                got = quicksum(float(weight[v] * scale) * self.node[v] for v in counted)
                self.model.addCons(got >= missing * scale)
        self._add_held(asked, terms)
        for p in np.unique(terms.port[terms.port >= 0]):
            arcs = np.flatnonzero(terms.port == p)
            if arcs.size > terms.ports[p]:
                self.model.addCons(self.sum_of(arcs) <= int(terms.ports[p]))
        for v in np.flatnonzero(terms.required):
            self.model.chgVarLb(self.node[int(v)], 1.0)
        present = [0, *graph.node[terms.required].tolist()]
        self.possible &= np.setdiff1d(asked.rules.required, present).size == 0

    def _add_held(self, asked: Problem, terms: Terms) -> None:
        """Of each group an arc is held, and hangs from the root with what it leads to."""
        graph = self.graph
        holder = {int(graph.node[v]): v for v in self.node}
        for arcs in groups_of(terms):
            self.possible &= arcs.size > 0
            if arcs.size:
                self.model.addCons(self.sum_of(arcs) >= 1)
            for a in arcs.tolist():  # what it leads to is reached: copies of a node do not say that by themselves
                reached = holder.get(int(asked.head[graph.origin[a]]))
                if reached is not None:
                    self.model.addCons(self.arc[a] <= self.node[reached])

    def read_tree(self, value: NDArray[np.float64]) -> NDArray[np.int32]:
        """Return the tree of the arcs of value 1 that hang together from the root."""
        return tree_of_arcs(self.graph, np.flatnonzero(value > 0.5).astype(np.int32))

    def loads(self, tree: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return ``(n,)``: what the arc into each node of the tree carries."""
        load = np.where(tree == OUTSIDE, 0.0, self.graph.demand)
        for v in preorder(tree, self.graph.tail)[:0:-1]:
            load[self.graph.tail[tree[v]]] += load[v]
        return load

    def keeps_limits(self, tree: NDArray[np.int32]) -> bool:
        """Whether a tree is within the budget, keeps the rules, and no arc of it carries too much."""
        held = tree[tree >= 0]
        if (self.loads(tree)[self.graph.head[held]] > self.graph.capacity[held]).any():
            return False
        told_apart = self.graph.capacitated or (self.asked is not None and self.asked.rules.any)
        if told_apart and not enters_once(self.graph, held):
            return False  # what two copies of a node stand for together carries more, or holds other arcs
        if self.asked is None:
            return bool(self.graph.cost[held].sum() <= self.budget)
        arcs = self.graph.origin[held]
        return not broken_rules(self.asked, arcs[(arcs >= 0) & (arcs < self.asked.n_arcs)])

    def values_of(self, tree: NDArray[np.int32]) -> Iterator[tuple[Any, float]]:
        """Return the variables that are not 0 in a plan, with their values."""
        for v in preorder(tree, self.graph.tail)[1:]:
            yield self.arc[tree[v]], 1.0
            if v in self.node:
                yield self.node[int(v)], 1.0


def finest_difference(asked: Problem, total: float) -> float:
    """Return the difference of two values below which linear programs with weighted costs tell nothing."""
    return FINEST * total if asked.cost_weight > 0.0 else 0.0
