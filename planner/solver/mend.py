"""Mending: turn a tree that keeps the budget of the surrogate into a plan that keeps every rule.

What rules ask for is attached by the shortest path; branches that bring least for what they take of a limit that is
exceeded are cut; what still fits is attached again. A heuristic: None says that this way led to no plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from planner.solver.paths import distances
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
        for number in range(terms.n_groups):
            if not self.hold(np.flatnonzero(terms.group == number)):
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
        if self.terms.ports.size:
            used = self.ports_used()
            closed |= (self.terms.port >= 0) & (used >= self.terms.ports)[self.terms.port]
        length = np.where(closed, np.inf, self.length)
        return distances(graph.out_start, graph.out_arcs, graph.head, length, np.flatnonzero(inside).astype(np.int32))

    def ports_used(self) -> NDArray[np.int64]:
        """Return how many ports of each place are taken."""
        port = self.terms.port[self.tree[self.tree >= 0]]
        return np.bincount(port[port >= 0], minlength=self.terms.ports.size)

    def attach_nearest(self, nodes: NDArray[np.int64], floor: tuple[NDArray[np.float64], float] | None) -> bool:
        """Attach nodes, the nearest for their weight first: all of them, or until a floor is met."""
        weight = np.ones(self.graph.n_nodes) if floor is None else floor[0]
        while True:
            inside = self.tree != OUTSIDE
            outside = nodes[~inside[nodes]]
            if outside.size == 0 or (floor is not None and weight[inside].sum() >= floor[1]):
                return floor is None or bool(weight[inside].sum() >= floor[1])
            distance = self.distances_outside()
            order = outside[np.argsort(distance[outside] / weight[outside], kind="stable")]
            if not any(np.isfinite(distance[v]) and self.attach(int(v), distance) for v in order[:MISSES]):
                return False

    def attach(self, target: int, distance: NDArray[np.float64]) -> bool:
        """Attach a node by the path along the distances; leave the tree as it was if that breaks a rule of trees."""
        graph, added, entered = self.graph, [], set()
        v = target
        while self.tree[v] == OUTSIDE:
            arcs = np.arange(graph.in_start[v], graph.in_start[v + 1])
            through = distance[graph.tail[arcs]] + self.length[arcs]
            fits = np.isfinite(through) & (through <= distance[v] * (1.0 + 1e-12))
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
        """Whether new nodes below ``base`` leave the tree within places, ports and capacities; larger arcs take over."""
        graph = self.graph
        if len(set(added)) < len(added) or base in added:
            return False
        places = graph.place[graph.head[self.tree[self.tree >= 0]]][self.crosses[self.tree[self.tree >= 0]]]
        if np.unique(places).size < places.size or (self.ports_used() > self.terms.ports).any():
            return False
        return not graph.capacitated or fit_arcs(graph, self.tree, preorder(self.tree, graph.tail))

    def hold(self, arcs: NDArray[np.int64]) -> bool:
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
        kept = cut_branches(
            graph.tail,
            self.tree,
            order,
            worth,
            cost_weight,
            terms.spend,
            terms.most,
            terms.weight,
            terms.least,
            terms.required,
            terms.group,
            terms.port,
            terms.ports,
        )
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


@njit(cache=True)
def cut_branches(
    tail: NDArray[np.int32],
    tree: NDArray[np.int32],
    order: NDArray[np.int32],
    worth: NDArray[np.float64],
    cost_weight: float,
    spend: NDArray[np.int64],
    most: NDArray[np.int64],
    weight: NDArray[np.float64],
    least: NDArray[np.float64],
    required: NDArray[np.bool_],
    group: NDArray[np.int32],
    port: NDArray[np.int32],
    ports: NDArray[np.int64],
) -> bool:
    """Cut from a tree, in place, the branches that bring least for what they take of limits that are exceeded.

    Then those go that cost more than they bring. Branches with what is required or held, or without which a floor is missed, stay. Returns whether all limits are
    kept in the end.
    """
    n, k, g = tree.size, most.size, least.size
    spent = np.zeros((n, k))
    has = np.zeros((n, g))
    value, bound_to = np.empty(n), np.zeros(n, np.bool_)
    while True:
        used_ports = np.zeros(ports.size, np.int64)
        for v in order:
            value[v], bound_to[v] = worth[v], required[v]
            for j in range(g):
                has[v, j] = weight[j, v]
            a = tree[v]
            for i in range(k):
                spent[v, i] = spend[i, a] if a >= 0 else 0.0
            if a >= 0:
                bound_to[v] |= group[a] >= 0
                value[v] -= cost_weight * spend[0, a]
                if port[a] >= 0:
                    used_ports[port[a]] += 1
        for i in range(order.size - 1, 0, -1):
            v = order[i]
            if tree[v] == OUTSIDE:
                continue
            u = tail[tree[v]]
            value[u] += value[v]
            bound_to[u] |= bound_to[v]
            for j in range(k):
                spent[u, j] += spent[v, j]
            for j in range(g):
                has[u, j] += has[v, j]
        best, best_ratio, fits = -1, np.inf, True
        burden, least_value = -1, 0.0
        for v in order[1:]:
            a = tree[v]
            relief = 0.0
            for j in range(k):
                excess = spent[0, j] - most[j]
                if excess > 0:
                    fits = False
                    relief += min(spent[v, j], excess) / excess
            if port[a] >= 0 and used_ports[port[a]] > ports[port[a]]:
                fits = False
                relief += 1.0
            if bound_to[v] or (relief == 0.0 and value[v] >= least_value):
                continue
            missed = False
            for j in range(g):
                missed |= has[0, j] - has[v, j] < least[j]
            if missed:
                continue
            if relief > 0.0 and value[v] / relief < best_ratio:
                best, best_ratio = v, value[v] / relief
            if value[v] < least_value:
                burden, least_value = v, value[v]
        if fits:
            best = burden
        if best < 0:
            return fits
        tree[best] = OUTSIDE
        count = 0
        for v in order:  # parents stand before children
            if v == best or (tree[v] >= 0 and tree[tail[tree[v]]] == OUTSIDE):
                tree[v] = OUTSIDE
            else:
                order[count] = v
                count += 1
        order = order[:count]
