"""The rows of the linear program of branches, and the ceiling that prices of these rows prove.

Any prices prove one: what is left of the worth of each arc of the trunk, of the best branch into each place and of the
arcs that may be bought for themselves is added up (see `planner.solver.packing`). A dual ascent is such prices too, and
its ceiling is theirs.

Rows that tie what hangs to a node of the trunk are many, and hardly any of them matters. For those that a program
leaves out there is a price at hand: what the best thing that hangs there is worth. Nothing gains by hanging there then,
and what it was worth is what a way of the trunk to the node gains.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from planner.solver.bound import in_grains
from planner.solver.branch_pricing import new_tables, price_branches, price_firsts
from planner.solver.relaxation import Row
from planner.solver.root_program import EPSILON, ROUNDING, UNITS, Fixed, place_rows, ruled_rows, vertical
from planner.solver.terms import collects, terms_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from planner.solver.bound import Pricing
    from planner.solver.branches import BranchGraph
    from planner.solver.graph import Graph
    from planner.solver.problem import Problem

LEAST_LENGTH = 1e-10
"""Least length of an arc between places, as a share of the largest prize: a branch that goes round in a circle for
nothing would have no end."""
PASSES = 2
"""Hops of the trunk over which what hangs at its end is passed on to its beginning. All ways are counted, those that
share what hangs there too: with every hop they come to much more."""


class Priced(NamedTuple):
    """What prices of the rows leave of arcs and branches, in units of the largest worth.

    Attributes
    ----------
    price
        ``(r,)``: those of all rows.
    gain
        ``(m,)``: of each arc.
    capped
        ``(m,)``: the same as branches are priced by it: nothing but an end gains.
    first, load
        ``(f,)``: of the best branch by each arc out of the trunk, and the load that it carries.
    trunk
        ``(t,)``: of each arc of the trunk as such.
    """

    price: NDArray[np.float64]
    gain: NDArray[np.float64]
    capped: NDArray[np.float64]
    first: NDArray[np.float64]
    load: NDArray[np.int32]
    trunk: NDArray[np.float64]


class BranchRows:
    """The rows over arcs and branches of a graph.

    Attributes
    ----------
    worth, scale, constant
        ``(m,)``: of each arc, what it leads to less what it spends, in units of the largest; and what a plan without
        arcs is worth.
    matrix
        ``(r, m)``: how often a row counts an arc, of a branch or of the trunk.
    support
        ``(r, t)``: what hangs from a node may hang by the arcs of the trunk into it.
    link
        ``(m,)``: the row that ties an arc to the node that it hangs from, if it is the trunk's or a branch's first one;
        −1 for others, and for those that hang from the root.
    least, most
        ``(r,)``: what the sums lie between.
    links
        ``(r,)``: which of the rows are such ties.
    once, cents
        The row by which each node with a prize is entered once, in their order; and what the row of the budget, which
        is the first, counts as 1; 0 if there is none.
    supported, supported_start
        The ties that arc i of the trunk supports: ``supported[supported_start[i]:supported_start[i + 1]]``.
    """

    def __init__(self, graph: Graph, asked: Problem, branches: BranchGraph) -> None:
        self.graph, self.branches = graph, branches
        self.tables = new_tables(graph, branches)
        self.inner = graph.place[graph.tail] == graph.place[graph.head]
        self.leads = np.where(self.inner, branches.n_places + graph.head, graph.place[graph.head]).astype(np.int64)
        self.inside = ~branches.end[graph.head]
        spend = terms_of(asked, graph).spend[0]
        self._value(asked, spend)
        self._fixed(asked, spend)
        self._links()
        self._count_terms()

    @property
    def size(self) -> int:
        """Number of rows."""
        return int(self.least.size)

    def _value(self, asked: Problem, spend: NDArray[np.int64]) -> None:
        """Note what arcs and nodes are worth."""
        graph = self.graph
        counts = collects(asked, graph)
        worth = np.zeros(graph.n_nodes)
        worth[counts] = asked.prize[graph.node[counts]]
        arc = worth[graph.head] - asked.cost_weight * spend
        self.constant = float(worth[0])
        self.scale = float(np.abs(arc).max(initial=0.0)) or 1.0
        self.worth = arc / self.scale

    def _fixed(self, asked: Problem, spend: NDArray[np.int64]) -> None:
        """Set up the rows over arcs; what a row says of a node it says of the arcs into it."""
        graph = self.graph
        prized = np.flatnonzero(graph.prize[1:] > 0) + 1
        column = np.full(graph.n_nodes, -1)
        column[prized] = graph.n_arcs + np.arange(prized.size)
        ruled = ruled_rows(graph, asked, column)
        once = [
            Fixed(np.arange(graph.in_start[v], graph.in_start[v + 1]), np.ones(n), -math.inf, 1.0)
            for v, n in zip(prized.tolist(), np.diff(graph.in_start)[prized].tolist(), strict=True)
        ]
        rows = [*ruled, *place_rows(graph, 1), *once]
        self.once = len(rows) - len(once) + np.arange(len(once))
        self.cents = max(asked.budget, 1) / UNITS if spend.sum() > asked.budget else 0.0
        self.least = np.array([row.least for row in rows])
        self.most = np.array([row.most for row in rows])
        self.matrix = sparse_rows([spread(graph, prized, row.columns, row.factor) for row in rows], graph.n_arcs)

    def _links(self) -> None:
        """Set up the rows by which what hangs from a node of the trunk, one for each place led to, needs the node."""
        graph, branches = self.graph, self.branches
        trunk, first = branches.trunk_arcs, branches.first_arcs
        hanging = np.r_[trunk, first]
        hanging = hanging[graph.tail[hanging] != 0]
        base = branches.n_places + graph.n_nodes
        key, place = np.unique(graph.tail[hanging].astype(np.int64) * base + self.leads[hanging], return_inverse=True)
        fixed = self.size
        self.link = np.full(graph.n_arcs, -1)
        self.link[hanging] = fixed + place
        node, leads = key // base, key % base
        # Arcs of the trunk into the node, but for those from where the link leads to.
        start = np.searchsorted(node, np.arange(graph.n_nodes + 1))
        count = np.diff(start)[graph.head[trunk]]
        column = np.repeat(np.arange(trunk.size), count)
        row = np.arange(column.size) - np.repeat(np.cumsum(count) - count, count) + start[graph.head[trunk[column]]]
        origin = np.where(self.inner[trunk], branches.n_places + graph.tail[trunk], graph.place[graph.tail[trunk]])
        there = leads[row] != origin[column]
        column, row = column[there], fixed + row[there]
        size = fixed + key.size
        self.matrix = vertical(self.matrix, csr_matrix((key.size, graph.n_arcs)))
        self.least = np.r_[self.least, np.zeros(key.size)]
        self.most = np.r_[self.most, np.full(key.size, math.inf)]
        self.links = np.arange(size) >= fixed
        self.support = csr_matrix((np.ones(row.size), (row, column)), (size, trunk.size))
        self.supported, self.supported_start = row, np.append(0, np.cumsum(np.bincount(column, minlength=trunk.size)))

    def _count_terms(self) -> None:
        """Note how large the terms of each arc's sum over rows are, and how many: they bound what rounding can do."""
        self.sizes = abs(self.matrix)
        self.terms = 2.0 + np.bincount(self.matrix.indices, minlength=self.graph.n_arcs)

    def hung(self) -> csr_matrix:
        """Return ``(r, t)``: the arcs of the trunk that hang by each row."""
        link = self.link[self.branches.trunk_arcs]
        linked = np.flatnonzero(link >= 0)
        return csr_matrix((np.ones(linked.size), (link[linked], linked)), self.support.shape)

    def add(self, rows: Sequence[Row]) -> None:
        """Add rows that every plan keeps."""
        graph = self.graph
        listed = []
        for row in rows:
            into = [np.arange(graph.in_start[v], graph.in_start[v + 1]) for v in row.nodes.tolist()]
            drawn = [np.full(part.size, -factor) for part, factor in zip(into, row.drawn.tolist(), strict=True)]
            listed.append((np.concatenate([row.arcs, *into]), np.concatenate([row.weight, *drawn])))
        n = len(rows)
        self.matrix = vertical(self.matrix, sparse_rows(listed, graph.n_arcs))
        self.support = vertical(self.support, csr_matrix((n, self.support.shape[1])))
        self.least = np.r_[self.least, [row.least for row in rows]]
        self.most = np.r_[self.most, np.full(n, math.inf)]
        self.links = np.r_[self.links, np.zeros(n, np.bool_)]
        self._count_terms()

    def prices_of(self, pricing: Pricing) -> NDArray[np.float64]:
        """Return the prices that prove the ceiling of a dual ascent, but for rounding.

        The row that was added last is `ascent_row`.
        """
        price = np.zeros(self.size)
        if self.cents:
            price[0] = pricing.slope * self.cents / self.scale
        price[self.once] = pricing.spare[1:][self.graph.prize[1:] > 0] / self.scale
        price[-1] = -largest_spent(self.graph, pricing) / self.scale
        return price

    def price_out(
        self, price: NDArray[np.float64], absent: NDArray[np.bool_], stopped: Callable[[], bool]
    ) -> Priced | None:
        """Return what prices leave of arcs and branches; None if it was stopped.

        Parameters
        ----------
        price
            ``(r,)``: those that a row cannot have, or that are no numbers, are taken as 0.
        absent
            ``(r,)``: links whose price is to be what the best thing that hangs there is worth.
        """
        price = np.where(np.isfinite(price), price, 0.0)
        price = np.where(np.isinf(self.most), np.minimum(price, 0.0), price)
        price = np.where(np.isinf(self.least), np.maximum(price, 0.0), price)
        gain = self.worth - self.matrix.T @ price
        capped = np.where(self.inside, np.minimum(gain, np.where(self.inner, 0.0, -LEAST_LENGTH)), gain)
        if not price_branches(self.graph, self.branches, capped, self.tables, stopped):
            return None
        first, load = price_firsts(self.graph, self.branches, capped, self.tables)
        price, trunk = self._complete(price, absent, first, gain[self.branches.trunk_arcs])
        link = self.link[self.branches.first_arcs]
        first = first + np.where(link >= 0, price[link], 0.0)
        return Priced(price, gain, capped, first, load, trunk)

    def _complete(
        self,
        price: NDArray[np.float64],
        absent: NDArray[np.bool_],
        first: NDArray[np.float64],
        gain: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the prices with those of absent links, and what all of them leave of the arcs of the trunk."""
        link, hung = self.link[self.branches.first_arcs], self.link[self.branches.trunk_arcs]
        asked = np.zeros(self.size)
        linked = link >= 0
        np.maximum.at(asked, link[linked], first[linked])
        price = np.where(absent, -asked, price)
        tied = hung >= 0
        for _ in range(PASSES if absent.any() else 0):
            onward = gain - self.support.T @ price
            np.maximum.at(asked, hung[tied], onward[tied])
            more = np.where(absent, -asked, price)
            if (more == price).all():
                break
            price = more
        onward = gain - self.support.T @ price
        return price, onward + np.where(tied, price[hung], 0.0)

    def _size_of_links(self, price: NDArray[np.float64]) -> float:
        """Return how large the prices of links are, each term counted with the terms that its sum has."""
        branches = self.branches
        terms = 2.0 + np.diff(self.supported_start)
        hung, link = self.link[branches.trunk_arcs], self.link[branches.first_arcs]
        of_trunk = self.support.T @ price + np.where(hung >= 0, price[hung], 0.0)
        return float(terms @ of_trunk) + 2.0 * float(price[link[link >= 0]].sum())

    def prove(self, priced: Priced) -> float:
        """Return the ceiling that prices prove.

        A plan has each arc once, and one branch at most into each place.
        """
        price = priced.price
        best = np.zeros(self.branches.n_places + self.graph.n_nodes)
        np.maximum.at(best, self.leads[self.branches.first_arcs], priced.first)
        side = np.where(price > 0.0, self.most, self.least)
        given = np.where(price == 0.0, 0.0, side) * price
        bought = np.maximum(priced.gain[self.inside], 0.0)
        earned = np.maximum(priced.trunk, 0.0)
        size = np.abs(self.worth) + self.sizes.T @ np.abs(price)
        slip = self.graph.n_nodes * (EPSILON * float((self.terms * size).max(initial=0.0)) + LEAST_LENGTH)
        slip += EPSILON * self._size_of_links(np.abs(price))
        total = np.abs(given).sum() + best.sum() + earned.sum() + bought.sum()
        ceiling = math.fsum([slip, ROUNDING * (1.0 + total), *given, *best, *bought, *earned])
        ceiling = self.scale * ceiling + self.constant
        return ceiling + ROUNDING * abs(ceiling)


def ascent_row(graph: Graph, pricing: Pricing) -> Row:
    """Return the row that the cuts of a dual ascent come to, each counted as often as the ascent raised it.

    What it took from arcs is known to the grain; what it spent of prizes is taken for a little less.
    """
    priced, grain = in_grains(graph, pricing.price, math.fsum(graph.prize))
    weight = priced * grain - pricing.reduced
    arcs = np.flatnonzero(weight > 0.0).astype(np.int32)
    spent = spent_prizes(graph, pricing)
    nodes = np.flatnonzero(spent > 0.0).astype(np.int32)
    size = largest_spent(graph, pricing)
    return Row(arcs, weight[arcs] / size, nodes, spent[nodes] / size, 0.0)


def spent_prizes(graph: Graph, pricing: Pricing) -> NDArray[np.float64]:
    """Return ``(n,)``: what an ascent has spent of the prizes, or a little less; nothing of the root's."""
    margin = ROUNDING * graph.prize.max(initial=0.0)  # a grain of the sum of up to half a million prizes is less
    spent: NDArray[np.float64] = np.maximum(graph.prize - pricing.spare - margin, 0.0)
    spent[0] = 0.0
    return spent


def largest_spent(graph: Graph, pricing: Pricing) -> float:
    """Return the largest of them, 1 if nothing was spent."""
    return float(spent_prizes(graph, pricing).max(initial=0.0)) or 1.0


def spread(
    graph: Graph, prized: NDArray[np.int64], columns: NDArray[np.int64], factor: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return a row over arcs and prized nodes as one over arcs alone: a node is held as often as arcs into it are."""
    of_arcs = columns < graph.n_arcs
    nodes = prized[columns[~of_arcs] - graph.n_arcs]
    into = [np.arange(graph.in_start[v], graph.in_start[v + 1]) for v in nodes.tolist()]
    factors = [np.full(part.size, each) for part, each in zip(into, factor[~of_arcs].tolist(), strict=True)]
    return np.concatenate([columns[of_arcs], *into]).astype(np.int64), np.concatenate([factor[of_arcs], *factors])


def sparse_rows(listed: list[tuple[NDArray[np.int64], NDArray[np.float64]]], n: int) -> csr_matrix:
    """Return rows, given as columns and factors, as a matrix."""
    start = np.cumsum([0, *(columns.size for columns, _ in listed)])
    columns = np.concatenate([np.empty(0, np.int64), *(columns for columns, _ in listed)])
    factor = np.concatenate([np.empty(0), *(factor for _, factor in listed)])
    matrix = csr_matrix((factor, columns, start), (len(listed), n))
    matrix.sum_duplicates()
    return matrix
