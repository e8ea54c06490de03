"""Mending: turn a tree that keeps the budget of the surrogate into a plan that keeps every rule.

What rules ask for is attached by the shortest path; branches that bring least for what they take of a limit that is
exceeded are cut; what still fits is attached again. A heuristic: None says that this way led to no plan.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from planner.solver.paths import distances
from planner.solver.shed import shed
from planner.solver.terms import groups_of
from planner.solver.tree import OUTSIDE, fitting, preorder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.graph import Graph
    from planner.solver.terms import Terms

MISSES = 30
"""Nodes in a row that did not fit, after which filling ends."""


def mend(
    graph: Graph, terms: Terms, worth: NDArray[np.float64], cost_weight: float, tree: NDArray[np.int32]
) -> NDArray[np.int32] | None:
    """Return a tree near the given one that keeps the rules, None if none is found.

    Parameters
    ----------
    worth, cost_weight
        ``(n,)`` prizes, and what a cent of cost takes from the value: branches that lower it go, if rules allow that.
    """
    mending = Mending(graph, terms, tree.copy())
    if not (mending.complete() and mending.cut(worth, cost_weight)):
        return None
    if cost_weight == 0.0:
        mending.fill()
    return mending.tree


class Mending:
    """One tree under repair.

    Attributes
    ----------
    tree
        ``(n,)``: the arc into each node; changed in place.
    """

    def __init__(self, graph: Graph, terms: Terms, tree: NDArray[np.int32]) -> None:
        self.graph = graph
        self.terms = terms
        self.tree = tree
        self.length = graph.cost.astype(np.float64) + 1.0
        self.crosses = graph.place[graph.tail] != graph.place[graph.head]

    def complete(self) -> bool:
        """Attach what is required, held, or short of a floor; return whether that was possible."""
        terms = self.terms
        for group in groups_of(terms):
            if not self.hold(group):
                return False
        missing = np.flatnonzero(terms.required & (self.tree == OUTSIDE))
        if missing.size and not self.attach_nearest(missing, None):
            return False
        for weight, least in zip(terms.weight, terms.least, strict=True):
            if not self.attach_nearest(np.flatnonzero(weight > 0), (weight, float(least))):
                return False
        return True

    def distances_outside(self) -> NDArray[np.float64]:
        """Return ``(n,)``: how far every node is from the tree along arcs that a path may use."""
        graph, inside = self.graph, self.tree != OUTSIDE
        entered = np.zeros(graph.place_start.size - 1, np.bool_)
        entered[graph.place[graph.head[self.tree[self.tree >= 0]]]] = True
        closed = (self.crosses & entered[graph.place[graph.head]]) | inside[graph.head]
        closed |= self.lack_ports(graph.all_arcs)
        length = np.where(closed, np.inf, self.length)
        return distances(graph.out_start, graph.out_arcs, graph.head, length, np.flatnonzero(inside).astype(np.int32))

    def ports_used(self) -> NDArray[np.int64]:
        """Return how many ports of each place are taken."""
        port = self.terms.port[self.tree[self.tree >= 0]]
        return np.bincount(port[port >= 0], minlength=self.terms.ports.size)

    def lack_ports(self, arcs: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return which arcs take a port of a place that has none left."""
        port = self.terms.port[arcs]
        return np.asarray((port >= 0) & (self.ports_used() >= self.terms.ports)[port])

    def attach_nearest(self, nodes: NDArray[np.int64], floor: tuple[NDArray[np.float64], float] | None) -> bool:
        """Attach nodes, the nearest for their weight first: all of them, or until a floor is met."""
        weight = np.ones(self.graph.n_nodes) if floor is None else floor[0]
        while True:
            inside = self.tree != OUTSIDE
            outside = nodes[~inside[nodes]]
            if outside.size == 0 or (floor is not None and math.fsum(weight[inside]) >= floor[1]):
                return floor is None or math.fsum(weight[inside]) >= floor[1]
            distance = self.distances_outside()
            order = outside[np.argsort(distance[outside] / weight[outside], kind="stable")]
            if not any(np.isfinite(distance[v]) and self.attach(int(v), distance) for v in order[:MISSES]):
                return False

    def attach(self, target: int, distance: NDArray[np.float64]) -> bool:
        """Attach a node by the path along the distances; leave the tree as it was if that breaks a rule of trees."""
        graph, added, entered = self.graph, [], set()
        v = target
        while self.tree[v] == OUTSIDE:
            arcs = np.arange(graph.in_start[v], graph.in_start[v + 1], dtype=np.int32)
            through = distance[graph.tail[arcs]] + self.length[arcs]
            fits = np.isfinite(through) & (through <= distance[v] * (1.0 + 1e-12)) & ~self.lack_ports(arcs)
            place = int(graph.place[v])
            if place in entered or self.is_entered(place):
                fits &= ~self.crosses[arcs]
            if not fits.any():
                break
            a = int(arcs[fits][np.argmin(through[fits])])
            if self.crosses[a]:
                entered.add(place)
            added.append(v)
            self.tree[v] = a
            v = int(graph.tail[a])
        else:
            if self.stands(v, added):
                return True
        self.tree[added] = OUTSIDE
        return False

    def is_entered(self, place: int) -> bool:
        """Whether an arc of the tree comes into a place from elsewhere."""
        graph = self.graph
        nodes = graph.place_nodes[graph.place_start[place] : graph.place_start[place + 1]]
        arcs = self.tree[nodes]
        return bool(self.crosses[arcs[arcs >= 0]].any())

    def stands(self, base: int, added: list[int]) -> bool:
        """Whether the tree with new nodes below ``base`` keeps to places, ports and capacities; enlarges arcs."""
        graph = self.graph
        if len(set(added)) < len(added) or base in added:
            return False
        places = graph.place[graph.head[self.tree[self.tree >= 0]]][self.crosses[self.tree[self.tree >= 0]]]
        if np.unique(places).size < places.size or (self.ports_used() > self.terms.ports).any():
            return False
        return not graph.capacitated or fit_arcs(graph, self.tree, preorder(self.tree, graph.tail))

    def hold(self, arcs: NDArray[np.int32]) -> bool:
        """Bring one of the arcs into the tree, if none is."""
        graph = self.graph
        if any(self.tree[graph.head[a]] == a for a in arcs):
            return True
        distance = self.distances_outside()
        for a in arcs[np.argsort(distance[graph.tail[arcs]], kind="stable")]:
            before = self.tree.copy()
            u, v = int(graph.tail[a]), int(graph.head[a])
            if self.tree[u] != OUTSIDE or (np.isfinite(distance[u]) and self.attach(u, distance)):
                self.tree[v] = a
                order = preorder(self.tree, graph.tail)
                if order.size == np.count_nonzero(self.tree != OUTSIDE) and self.stands(u, [v]):
                    return True
            self.tree[:] = before
        return False

    def cut(self, worth: NDArray[np.float64], cost_weight: float) -> bool:
        """Cut branches until every limit is kept and none lowers the value; return whether that was possible."""
        graph, terms = self.graph, self.terms
        order = preorder(self.tree, graph.tail)
        kept = shed(graph.tail, self.tree, order, worth, cost_weight, terms)
        return bool(kept) and (not graph.capacitated or fit_arcs(graph, self.tree, preorder(self.tree, graph.tail)))

    def fill(self) -> None:
        """Attach what still fits, the best for its cost first."""
        graph, terms = self.graph, self.terms
        distance = self.distances_outside()
        wanted = np.flatnonzero((graph.prize > 0) & (self.tree == OUTSIDE) & np.isfinite(distance))
        misses = 0
        for v in wanted[np.argsort(-graph.prize[wanted] / distance[wanted], kind="stable")].tolist():
            if misses == MISSES:
                return
            before = self.tree.copy()
            if self.attach(v, distance):
                held = self.tree[self.tree >= 0]
                if (terms.spend[:, held].sum(axis=1) <= terms.most).all():
                    misses = 0
                    continue
            self.tree[:] = before
            misses += 1


@njit(cache=True)
def fit_arcs(graph: Graph, tree: NDArray[np.int32], order: NDArray[np.int32]) -> bool:
    """Give every arc of the tree, in place, the cheapest parallel that carries its load; False if one cannot."""
    load = graph.demand.copy()
    for i in range(order.size - 1, 0, -1):
        v = order[i]
        a = fitting(graph.larger, graph.capacity, tree[v], load[v])
        if a < 0:
            return False
        tree[v] = a
        load[graph.tail[a]] += load[v]
    return True
