"""The linear program of branches: a plan is a trunk, and branches of which no two share a place.

A branch that hangs from the trunk by an arc that can be filled is small, and what it may hold is known exactly; so this
program, whose columns are the arcs of the trunk and whole branches, sees nearly all of what capacities do. Branches
enter as they are asked for (see `planner.solver.branch_pricing`). Those that come back to a place are cut off as far as
directed cuts do; so that these lower no arc's length below nothing, an arc of a cut may also be bought for itself. Its
ceiling is reckoned anew from the prices of the rows, and holds for every plan whatever they are. After E. Uchoa, R.
Fukasawa, J. Lysgaard, A. Pessoa, M. Poggi de Aragão, D. Andrade, "Robust branch-cut-and-price for the capacitated
minimum spanning tree problem over a large extended formulation", Mathematical Programming 112 (2008).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from pyscipopt import LP, SCIP_LPPARAM
from scipy.sparse import csr_matrix

from planner.solver.branch_arcs import as_tree, unfold
from planner.solver.branch_pricing import new_tables, price_branches, price_firsts
from planner.solver.root_program import EPSILON, ROUNDING, Fixed, in_steps, place_rows, ruled_rows, vertical
from planner.solver.terms import collects, terms_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from planner.solver.branches import BranchGraph
    from planner.solver.graph import Graph
    from planner.solver.problem import Problem
    from planner.solver.relaxation import Row

LEAST_LENGTH = 1e-10
"""Least length of an arc between places, as a share of the largest prize: a branch that goes round in a circle for
nothing would have no end."""
WORTH_ENTERING = 1e-6
"""Reduced worth, as a share of the largest prize, from which a branch or an arc enters the program."""
MOST_NEW = 600
"""Branches that enter at once."""
WORTH_KEEPING = 1e-9
"""Price of a row, as a share of the largest prize, from which it holds the ceiling up."""


class Packing:
    """The linear program of a graph's trunk and branches.

    Attributes
    ----------
    ceiling
        The lowest so far: no plan of the graph is worth more.
    found
        The branches that have entered, each as arcs, the first being the one that it hangs by; what they hold several
        times stands there as often.
    arc_value, trunk_value
        ``(m,)`` and ``(t,)``: how far the last solution holds each arc, for itself too, and the arcs of the trunk as
        such.
    rows
        Those that were added.
    holding
        Which of these hold the ceiling up in the last solution, or were added since.
    value
        What that solution is worth; the ceiling comes down to it.
    """

    def __init__(self, graph: Graph, asked: Problem, branches: BranchGraph) -> None:
        self.graph, self.branches = graph, branches
        self.tables = new_tables(graph, branches)
        self.inner = graph.place[graph.tail] == graph.place[graph.head]
        self.leads = np.where(self.inner, branches.n_places + graph.head, graph.place[graph.head]).astype(np.int64)
        self.inside = ~branches.end[graph.head]
        self.hangs = np.zeros(graph.n_arcs, np.bool_)
        self.hangs[branches.first_arcs] = True
        self._value(asked)
        self._rows(asked)
        self._links()
        self.found: list[NDArray[np.int32]] = []
        self.known: set[bytes] = set()
        self.spare: NDArray[np.int32] = np.empty(0, np.int32)
        self.rows: list[Row] = []
        self.holding = np.zeros(0, np.bool_)
        self.began = False
        self.columns = csr_matrix((0, graph.n_arcs))
        self.ceiling = self.value = math.inf
        self.arc_value = np.zeros(graph.n_arcs)
        self.trunk_value = np.zeros(branches.trunk_arcs.size)
        self._begin()

    def _value(self, asked: Problem) -> None:
        """Note what arcs and nodes are worth, in units of the largest."""
        graph = self.graph
        counts = collects(asked, graph)
        worth = np.zeros(graph.n_nodes)
        worth[counts] = asked.prize[graph.node[counts]]
        spent = asked.cost_weight * terms_of(asked, graph).spend[0]
        arc = worth[graph.head] - spent
        self.constant = float(worth[0])
        self.scale = float(np.abs(arc).max(initial=0.0)) or 1.0
        self.worth = arc / self.scale

    def _rows(self, asked: Problem) -> None:
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
        self.least = np.array([row.least for row in rows])
        self.most = np.array([row.most for row in rows])
        listed = [spread(graph, prized, row.columns, row.factor) for row in rows]
        self.matrix = sparse_rows(listed, graph.n_arcs)

    def _links(self) -> None:
        """Set up the rows by which what hangs from a node of the trunk, one for each place led to, needs the node."""
        graph, branches = self.graph, self.branches
        hanging = np.r_[branches.trunk_arcs, branches.first_arcs]
        hanging = hanging[graph.tail[hanging] != 0]
        base = branches.n_places + graph.n_nodes
        key, place = np.unique(graph.tail[hanging].astype(np.int64) * base + self.leads[hanging], return_inverse=True)
        self.link = np.full(graph.n_arcs, -1)
        self.link[hanging] = self.least.size + place
        node, leads = key // base, key % base
        # Arcs of the trunk into the node, but for those from where the link leads to.
        start = np.searchsorted(node, np.arange(graph.n_nodes + 1))
        rows, columns = [], []
        for i, a in enumerate(branches.trunk_arcs.tolist()):
            u, v = graph.tail[a], graph.head[a]
            for row in range(start[v], start[v + 1]):
                if leads[row] != (branches.n_places + u if self.inner[a] else graph.place[u]):
                    rows.append(self.least.size + row)
                    columns.append(i)
        n = self.least.size + key.size
        self.matrix = vertical(self.matrix, csr_matrix((key.size, graph.n_arcs)))
        self.least = np.r_[self.least, np.zeros(key.size)]
        self.most = np.r_[self.most, np.full(key.size, math.inf)]
        self.support = csr_matrix((np.ones(len(rows)), (rows, columns)), (n, branches.trunk_arcs.size))

    def _begin(self) -> None:
        """Begin the program with the arcs of the trunk, and with what stands in for what the rules ask for."""
        self.program = LP("packing", "maximize")
        self.program.setIntParam(SCIP_LPPARAM.SCALING, 0)
        unlimited = float(self.program.infinity())
        least, most = np.maximum(self.least, -unlimited), np.minimum(self.most, unlimited)
        self.program.addRows([[] for _ in least], lhss=least.tolist(), rhss=most.tolist())
        trunk = self.branches.trunk_arcs
        hung = self.link[trunk]
        linked = np.flatnonzero(hung >= 0)
        hangs = csr_matrix((np.ones(linked.size), (hung[linked], linked)), self.support.shape)
        self._add_columns((self.matrix[:, trunk] + self.support - hangs).T.tocsr(), self.worth[trunk])
        asked = np.flatnonzero(self.least > 0.0)
        stand_in = csr_matrix((np.ones(asked.size), (np.arange(asked.size), asked)), (asked.size, self.least.size))
        self._add_columns(stand_in, np.full(asked.size, -max(float(self.worth[self.worth > 0].sum()), 1.0)))
        self.offset = trunk.size + asked.size
        self.kinds = np.zeros(0, np.bool_)  # of the columns behind these: whether they are branches

    def _add_columns(self, columns: csr_matrix, worth: NDArray[np.float64]) -> None:
        """Add columns, given as rows of a matrix over the rows of the program."""
        entries = [
            list(zip(columns.indices[i:j].tolist(), columns.data[i:j].tolist(), strict=True))
            for i, j in pairwise(columns.indptr)
        ]
        n, unlimited = worth.size, float(self.program.infinity())
        self.program.addCols(entries, objs=worth.tolist(), lbs=[0.0] * n, ubs=[unlimited] * n)

    def solve(self, stopped: Callable[[], bool]) -> NDArray[np.float64] | None:
        """Solve the program as it stands; return the prices of its rows, None if there is no solution in time."""
        size = self.least.size + self.offset + self.kinds.size
        if not in_steps(self.program, size, stopped, dual=self.began):
            return None
        self.began = True
        solution = np.array(self.program.getPrimal())
        self.value = self.constant + self.scale * float(self.program.getObjVal())
        branches = solution[self.offset :][self.kinds]
        self.trunk_value = solution[: self.branches.trunk_arcs.size]
        self.arc_value = np.asarray(self.columns.T @ branches).ravel()
        self.arc_value[self.branches.trunk_arcs] += self.trunk_value
        self.arc_value[self.spare] += solution[self.offset :][~self.kinds]
        price = np.array(self.program.getDual())
        self.holding = price[price.size - len(self.rows) :] < -WORTH_KEEPING
        return price

    def look_for_branches(self, price: NDArray[np.float64]) -> int:
        """Lower the ceiling by what prices of the rows prove; let the best columns enter; return how many did."""
        price = np.where(np.isfinite(price), price, 0.0)
        price = np.where(np.isinf(self.most), np.minimum(price, 0.0), price)
        price = np.where(np.isinf(self.least), np.maximum(price, 0.0), price)
        gain = self.worth - self.matrix.T @ price
        capped = np.where(self.inside, np.minimum(gain, np.where(self.inner, 0.0, -LEAST_LENGTH)), gain)
        price_branches(self.graph, self.branches, capped, self.tables)
        worth, load = price_firsts(self.graph, self.branches, capped, self.tables)
        first = self.branches.first_arcs
        linked = self.link[first] >= 0
        worth[linked] += price[self.link[first[linked]]]
        self._prove(price, gain, worth)
        chosen = best_of_each(worth, self.graph.tail[first], self.leads[first], WORTH_ENTERING)[:MOST_NEW]
        new = []
        for i in chosen.tolist():
            arcs = unfold(self.graph, self.branches, capped, self.tables, int(first[i]), int(load[i]))
            key = np.sort(arcs).tobytes()
            if arcs.size and key not in self.known:
                self.known.add(key)
                new.append(arcs)
        self._enter(new)
        return len(new) + self._sell(gain)

    def _prove(self, price: NDArray[np.float64], gain: NDArray[np.float64], worth: NDArray[np.float64]) -> None:
        """Note the ceiling that prices prove, where arcs gain and branches by the first arcs are worth so much.

        A plan has each arc once, and one branch at most into each place.
        """
        trunk, first = self.branches.trunk_arcs, self.branches.first_arcs
        of_trunk = gain[trunk] - self.support.T @ price
        linked = self.link[trunk] >= 0
        of_trunk[linked] += price[self.link[trunk[linked]]]
        best = np.zeros(self.branches.n_places + self.graph.n_nodes)
        np.maximum.at(best, self.leads[first], worth)
        side = np.where(price > 0.0, self.most, self.least)
        given = np.where(price == 0.0, 0.0, side) * price
        capped = np.maximum(gain[self.inside], 0.0)
        earned = np.maximum(of_trunk, 0.0)
        size = np.abs(self.worth) + abs(self.matrix).T @ np.abs(price)
        terms = 2.0 + np.diff(self.matrix.tocsc().indptr)
        slip = self.graph.n_nodes * (EPSILON * float((terms * size).max(initial=0.0)) + LEAST_LENGTH)
        total = np.abs(given).sum() + best.sum() + earned.sum() + capped.sum()
        ceiling = math.fsum([slip, ROUNDING * (1.0 + total), *given, *best, *capped, *earned])
        ceiling = self.scale * ceiling + self.constant
        self.ceiling = min(self.ceiling, ceiling + ROUNDING * abs(ceiling))

    def _enter(self, new: list[NDArray[np.int32]]) -> None:
        """Let branches enter the program."""
        if not new:
            return
        start = np.cumsum([0, *(arcs.size for arcs in new)])
        arcs = np.concatenate(new)
        held = csr_matrix((np.ones(arcs.size), arcs, start), (len(new), self.graph.n_arcs))
        held.sum_duplicates()
        link = self.link[[part[0] for part in new]]
        linked = np.flatnonzero(link >= 0)
        hangs = csr_matrix((np.ones(linked.size), (linked, link[linked])), (len(new), self.least.size))
        self._add_columns((held @ self.matrix.T - hangs).tocsr(), np.asarray(held @ self.worth).ravel())
        self.columns = vertical(self.columns, held)
        self.kinds = np.r_[self.kinds, np.ones(len(new), np.bool_)]
        self.found += new

    def near_best(self, price: NDArray[np.float64], lost: float, most: int) -> Iterator[NDArray[np.int32]]:
        """Yield the branches that lower the worth of a plan by no more than an amount, the best ``most`` of them.

        Each is a tree: arcs above before those below. Those that hold a place twice, or carry too much, are left out.
        """
        price = np.r_[price, np.zeros(self.least.size - price.size)]  # rows may have been added since
        gain = self.worth - self.matrix.T @ price
        link = self.link[[arcs[0] for arcs in self.found]]
        worth = np.asarray(self.columns @ gain).ravel() + np.where(link >= 0, price[link], 0.0)
        order = np.argsort(-worth, kind="stable")
        for i in order[worth[order] >= -lost / self.scale][:most].tolist():
            tree = as_tree(self.graph, self.branches, self.tables, self.found[i])
            if tree is not None:
                yield tree

    def take(self, branches: Iterable[NDArray[np.integer[Any]]]) -> None:
        """Let branches of known plans enter: arcs, those above before those below, from a node of the trunk on."""
        new = []
        for arcs in branches:
            for part in self._below_trunk(arcs):
                key = np.sort(part).tobytes()
                if key not in self.known:
                    self.known.add(key)
                    new.append(part)
        self._enter(new)

    def _below_trunk(self, arcs: NDArray[np.integer[Any]]) -> list[NDArray[np.int32]]:
        """Split a branch at its arcs that count as the trunk's: the rest hangs from these, or from nothing any more."""
        hung: dict[int, list[int]] = {}
        parts: list[list[int]] = []
        for a in arcs.tolist():
            part = hung.get(int(self.graph.tail[a]))
            if part is None and self.hangs[a]:
                part = []
                parts.append(part)
            if part is not None:
                part.append(a)
                hung[int(self.graph.head[a])] = part
        return [np.array(part, np.int32) for part in parts]

    def cut(self, rows: Sequence[Row]) -> None:
        """Add rows that every plan keeps."""
        if not rows:
            return
        graph = self.graph
        self.rows += rows
        self.holding = np.r_[self.holding, np.ones(len(rows), np.bool_)]
        listed = []
        for row in rows:
            into = [np.arange(graph.in_start[v], graph.in_start[v + 1]) for v in row.nodes.tolist()]
            drawn = [np.full(part.size, -factor) for part, factor in zip(into, row.drawn.tolist(), strict=True)]
            listed.append((np.concatenate([row.arcs, *into]), np.concatenate([row.weight, *drawn])))
        added = sparse_rows(listed, graph.n_arcs)
        trunk, n = self.branches.trunk_arcs, len(rows)
        parts = [
            (added[:, trunk], np.arange(trunk.size)),
            (added @ self.columns.T, self.offset + np.flatnonzero(self.kinds)),
            (added[:, self.spare], self.offset + np.flatnonzero(~self.kinds)),
        ]
        entries: list[list[tuple[int, float]]] = [[] for _ in rows]
        for part, column in parts:
            found = part.tocoo()
            for i, j, factor in zip(found.row.tolist(), column[found.col].tolist(), found.data.tolist(), strict=True):
                if factor != 0.0:
                    entries[i].append((j, factor))
        unlimited = float(self.program.infinity())
        least = np.array([row.least for row in rows])
        self.program.addRows(entries, lhss=least.tolist(), rhss=[unlimited] * n)
        self.matrix = vertical(self.matrix, added)
        self.support = vertical(self.support, csr_matrix((n, trunk.size)))
        self.least, self.most = np.r_[self.least, least], np.r_[self.most, np.full(n, math.inf)]

    def _sell(self, gain: NDArray[np.float64]) -> int:
        """Let arcs that do not lead to an end, and gain by themselves, be bought for themselves; return how many."""
        arcs = np.setdiff1d(np.flatnonzero(self.inside & (gain > WORTH_ENTERING)), self.spare)
        if arcs.size:
            self._add_columns(self.matrix[:, arcs].T.tocsr(), self.worth[arcs])
            self.spare = np.r_[self.spare, arcs.astype(np.int32)]
            self.kinds = np.r_[self.kinds, np.zeros(arcs.size, np.bool_)]
        return int(arcs.size)


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


def best_of_each(
    worth: NDArray[np.float64], tail: NDArray[np.int32], leads: NDArray[np.int64], least: float
) -> NDArray[np.int64]:
    """Return the positions of the best above a worth for each pair of tail and place led to, the best first."""
    order = np.argsort(-worth, kind="stable")
    order = order[worth[order] > least]
    pair = tail[order].astype(np.int64) * (int(leads.max(initial=0)) + 1) + leads[order]
    _pairs, first = np.unique(pair, return_index=True)
    best: NDArray[np.int64] = order[np.sort(first)]
    return best
