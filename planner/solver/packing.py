"""The linear program of branches: a plan is a trunk, and branches of which no two share a place.

A branch that hangs from the trunk by an arc that can be filled is small, and what it may hold is known exactly; so this
program, whose columns are the arcs of the trunk and whole branches, sees nearly all of what capacities do. Branches
enter as they are asked for (see `planner.solver.branch_pricing`), and so do arcs of the trunk and the rows that tie
what hangs to it: hardly any are in a solution. Branches that come back to a place are cut off as far as directed cuts
do; so that these lower no arc's length below nothing, an arc of a cut may also be bought for itself. The ceiling is
reckoned anew from the prices of the rows (see `planner.solver.branch_rows`), and holds for every plan whatever they
are. After E. Uchoa, R. Fukasawa, J. Lysgaard, A. Pessoa, M. Poggi de Aragão, D. Andrade, "Robust branch-cut-and-price
for the capacitated minimum spanning tree problem over a large extended formulation", Mathematical Programming 112
(2008).
"""

from __future__ import annotations

import math
from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from pyscipopt import LP, SCIP_LPPARAM
from scipy.sparse import csr_matrix

from planner.solver.branch_arcs import as_tree, unfold
from planner.solver.branch_rows import BranchRows, ascent_row
from planner.solver.root_program import in_steps, vertical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from planner.solver.bound import Pricing
    from planner.solver.branch_rows import Priced
    from planner.solver.branches import BranchGraph
    from planner.solver.graph import Graph
    from planner.solver.problem import Problem
    from planner.solver.relaxation import Row

WORTH_ENTERING = 1e-6
"""Reduced worth, as a share of the largest prize, from which a branch or an arc enters the program."""
MOST_NEW, MOST_BEHIND = 600, 1_500
"""Branches that enter at once by links that are there; arcs of the trunk and branches that enter with what hangs behind
them."""
FEW_NEW, FEW_PER_PRIZE = 60, 0.1
"""Columns that are few: so many, or so many for each prize if that is more."""
INWARD, STEP = 0.9, 0.2
"""How far prices lie on the way to those that proved the lowest ceiling, at first and at most; by how much less they do
once few columns gain there, and by half of it more once the ceiling has come down."""
MOST_WAYS = 300
"""Places into which the best arcs of the trunk enter at once."""
WORTH_KEEPING = 1e-9
"""Price of a row, as a share of the largest prize, from which it holds the ceiling up."""
TRUNK, BRANCH, SPARE, STAND_IN = range(4)
"""Kinds of columns: arcs of the trunk, branches, arcs bought for themselves, what stands in for what rules ask for."""


class Packing:
    """The linear program of a graph's trunk and branches.

    Parameters
    ----------
    first
        ``(m,)``: the arcs of the trunk to begin with; None for all.

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
    listed, standing
        The rows that the program has, in its order, and ``(r,)`` the place of each there; −1 for links that nothing
        hangs by.
    kind, item
        What each column is: its kind, and which of them.
    settled
        Whether few columns were new when they were last looked for.
    best
        The prices that proved the ceiling, if the program began with some (see `begin_at`), these until then.
    """

    def __init__(
        self, graph: Graph, asked: Problem, branches: BranchGraph, first: NDArray[np.bool_] | None = None
    ) -> None:
        self.graph, self.branches = graph, branches
        self.over = BranchRows(graph, asked, branches)
        self.hangs = np.zeros(graph.n_arcs, np.bool_)
        self.hangs[branches.first_arcs] = True
        self.found: list[NDArray[np.int32]] = []
        self.known: set[bytes] = set()
        self.spare: NDArray[np.int32] = np.empty(0, np.int32)
        self.rows: list[Row] = []
        self.holding = np.zeros(0, np.bool_)
        self.began = False
        self.columns = csr_matrix((0, graph.n_arcs))
        self.ceiling = self.value = math.inf
        self.priced: Priced | None = None
        self.inward = INWARD
        self.few = max(FEW_NEW, int(FEW_PER_PRIZE * np.count_nonzero(graph.prize)))
        self.settled = False
        self.best: NDArray[np.float64] | None = None
        self.arc_value = np.zeros(graph.n_arcs)
        self.trunk_value = np.zeros(branches.trunk_arcs.size)
        self.kind, self.item = np.empty(0, np.int8), np.empty(0, np.int64)
        self.in_program = np.zeros(branches.trunk_arcs.size, np.bool_)
        self.hung = self.over.hung()
        self._begin(first)

    def _begin(self, first: NDArray[np.bool_] | None) -> None:
        """Begin the program with arcs of the trunk, and with what stands in for what the rules ask for."""
        over = self.over
        self.program = LP("packing", "maximize")
        self.program.setIntParam(SCIP_LPPARAM.SCALING, 0)
        self.unlimited = float(self.program.infinity())
        self.standing = np.full(over.size, -1)
        self.listed = np.empty(0, np.int64)
        self._list_rows(np.flatnonzero(~over.links), [[] for _ in range(np.count_nonzero(~over.links))])
        asked = np.flatnonzero(over.least > 0.0)
        stand_in = csr_matrix((np.ones(asked.size), (np.arange(asked.size), asked)), (asked.size, over.size))
        dear = max(float(over.worth[over.worth > 0].sum()), 1.0)
        self._add_columns(stand_in, np.full(asked.size, -dear), STAND_IN, asked)
        trunk = self.branches.trunk_arcs
        self._extend(np.arange(trunk.size) if first is None else np.flatnonzero(first[trunk]))

    def _list_rows(self, rows: NDArray[np.integer[Any]], entries: list[list[tuple[int, float]]]) -> None:
        """Put rows into the program, with their entries in the columns that it has."""
        least = np.maximum(self.over.least[rows], -self.unlimited)
        most = np.minimum(self.over.most[rows], self.unlimited)
        self.program.addRows(entries, lhss=least.tolist(), rhss=most.tolist())
        self.standing[rows] = self.listed.size + np.arange(rows.size)
        self.listed = np.r_[self.listed, rows]

    def _open(self, links: NDArray[np.integer[Any]]) -> None:
        """Put those links into the program that it does not have: something is about to hang by them."""
        links = np.unique(links[links >= 0])
        links = links[self.standing[links] < 0]
        if not links.size:
            return
        column = np.full(self.in_program.size, -1)
        of_trunk = np.flatnonzero(self.kind == TRUNK)
        column[self.item[of_trunk]] = of_trunk
        entries = []
        for link in links.tolist():
            inside = self.over.support.indices[self.over.support.indptr[link] : self.over.support.indptr[link + 1]]
            entries.append([(i, 1.0) for i in column[inside].tolist() if i >= 0])
        self._list_rows(links, entries)

    def _extend(self, trunk: NDArray[np.int64]) -> None:
        """Let arcs of the trunk, by their positions there, enter the program."""
        trunk = trunk[~self.in_program[trunk]]
        if not trunk.size:
            return
        arcs = self.branches.trunk_arcs[trunk]
        self._open(self.over.link[arcs])
        self.in_program[trunk] = True
        columns = self.over.matrix[:, arcs] + self.over.support[:, trunk] - self.hung[:, trunk]
        self._add_columns(columns.T.tocsr(), self.over.worth[arcs], TRUNK, trunk)

    def _add_columns(
        self, columns: csr_matrix, worth: NDArray[np.float64], kind: int, item: NDArray[np.integer[Any]]
    ) -> None:
        """Add columns, given as rows of a matrix over all rows: the program has what of them stands in its own."""
        place = self.standing[columns.indices]
        entries = []
        for i, j in pairwise(columns.indptr):
            standing = np.flatnonzero(place[i:j] >= 0) + i
            entries.append(list(zip(place[standing].tolist(), columns.data[standing].tolist(), strict=True)))
        n = worth.size
        self.program.addCols(entries, objs=worth.tolist(), lbs=[0.0] * n, ubs=[self.unlimited] * n)
        self.kind = np.r_[self.kind, np.full(n, kind, np.int8)]
        self.item = np.r_[self.item, item]

    def solve(self, stopped: Callable[[], bool]) -> NDArray[np.float64] | None:
        """Solve the program as it stands; return the prices of all rows, None if there is no solution in time."""
        size = self.listed.size + self.kind.size
        if not in_steps(self.program, size, stopped, dual=self.began):
            return None
        self.began = True
        solution = np.array(self.program.getPrimal())
        self.value = self.over.constant + self.over.scale * float(self.program.getObjVal())

        def held(kind: int, n: int) -> NDArray[np.float64]:
            value = np.zeros(n)
            value[self.item[self.kind == kind]] = solution[self.kind == kind]
            return value

        trunk = self.branches.trunk_arcs
        self.trunk_value = held(TRUNK, trunk.size)
        self.arc_value = np.asarray(self.columns.T @ held(BRANCH, len(self.found))).ravel()
        self.arc_value[trunk] += self.trunk_value
        self.arc_value += held(SPARE, self.graph.n_arcs)
        price = np.zeros(self.over.size)
        price[self.listed] = self.program.getDual()
        self.holding = price[price.size - len(self.rows) :] < -WORTH_KEEPING
        return price

    def begin_at(self, pricing: Pricing, stopped: Callable[[], bool] = lambda: False) -> None:
        """Begin with the prices of a dual ascent: prices are then looked at on the way from the best to the program's.

        A program of few columns has wild prices, at which much seems to gain that no plan can hold; nearer to prices
        that have proven themselves, what gains is of use, and the ceiling begins with theirs. After A. Pessoa, R.
        Sadykov, E. Uchoa, F. Vanderbeck, "Automation and combination of linear-programming based stabilization
        techniques in column generation", INFORMS Journal on Computing 30 (2018).
        """
        if pricing.slope > 0.0 and not self.over.cents:
            return  # no row of the program asks for that price of money
        self.cut([ascent_row(self.graph, pricing)])
        self.best = self.over.prices_of(pricing)
        self._look(self.best, stopped)

    def look_for_branches(self, price: NDArray[np.float64], stopped: Callable[[], bool] = lambda: False) -> int:
        """Lower the ceiling by what prices of the rows prove; let the best columns enter; return how many did."""
        n_new = self._look(price, stopped) if self.best is None else self._look_inward(price, self.best, stopped)
        self.settled = n_new <= self.few
        return n_new

    def _look_inward(self, price: NDArray[np.float64], best: NDArray[np.float64], stopped: Callable[[], bool]) -> int:
        """Do the same on the way from the best prices to those of the program, nearer to these while little gains."""
        n_new, before = 0, self.ceiling
        best = np.r_[best, np.zeros(price.size - best.size)]
        while n_new <= self.few and not stopped():
            n_new += self._look(self.inward * best + (1.0 - self.inward) * price, stopped)
            if self.inward == 0.0:
                break
            if n_new <= self.few:
                self.inward = max(self.inward - STEP, 0.0)
        if self.ceiling < before:
            self.inward = min(INWARD, self.inward + STEP / 2)
        return n_new

    def _look(self, price: NDArray[np.float64], stopped: Callable[[], bool]) -> int:
        """Do the same at one set of prices."""
        priced = self.over.price_out(price, self.standing < 0, stopped)
        if priced is None:
            return 0
        self.priced = priced
        ceiling = self.over.prove(priced)
        if ceiling < self.ceiling:
            self.ceiling = ceiling
            if self.best is not None:
                self.best = priced.price
        first = self.branches.first_arcs
        chosen = best_of_each(priced.first, self.graph.tail[first], self.over.leads[first], WORTH_ENTERING)
        trunk, hanging = self._wanted(priced)
        new = self._unfold(priced, np.r_[chosen[:MOST_NEW], hanging])
        entered = int(np.count_nonzero(self.in_program))
        self._extend(trunk)
        self._enter(new)
        entered = int(np.count_nonzero(self.in_program)) - entered
        return len(new) + entered + self._sell(priced.gain)

    def _wanted(self, priced: Priced) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return what gains by the trunk: positions of its arcs, the best into each place, and of first arcs.

        What an arc gains may hang by links that the program does not have: with it comes what is best to hang there,
        and what is best to hang behind that, on to the ends.
        """
        trunk, n = self.branches.trunk_arcs, self.in_program.size
        best = best_of_each(priced.trunk, np.zeros_like(trunk), self.over.leads[trunk], WORTH_ENTERING)[:MOST_WAYS]
        behind = self._best_behind(priced) if (self.standing < 0).any() else np.empty(0, np.int64)
        hanging: set[int] = set()
        wanted, waiting = set(best.tolist()), deque(best.tolist())
        while waiting and behind.size and len(wanted) + len(hanging) < MOST_BEHIND:
            t = waiting.popleft()
            for link in self.over.supported[self.over.supported_start[t] : self.over.supported_start[t + 1]].tolist():
                if behind[link] < 0:
                    continue
                i, behind[link] = int(behind[link]), -1
                if i >= n:
                    hanging.add(i - n)
                elif i not in wanted:
                    wanted.add(i)
                    waiting.append(i)
        return np.array(sorted(wanted), np.int64), np.array(sorted(hanging), np.int64)

    def _best_behind(self, priced: Priced) -> NDArray[np.int64]:
        """Return for each link that the program does not have what is best to hang there; −1 where nothing gains.

        A position among the arcs of the trunk, or, behind these, among the first arcs.
        """
        over, branches = self.over, self.branches
        link = over.link[np.r_[branches.trunk_arcs, branches.first_arcs]]
        left = np.r_[priced.trunk, priced.first]
        order = np.lexsort((left, link))
        behind = np.full(over.size, -1)
        linked = order[link[order] >= 0]
        behind[link[linked]] = linked  # the last one stays: the best
        behind[(self.standing >= 0) | (priced.price >= -WORTH_ENTERING)] = -1
        return behind

    def _unfold(self, priced: Priced, positions: NDArray[np.int64]) -> list[NDArray[np.int32]]:
        """Return the best branches by some of the first arcs, but those that have entered before."""
        new = []
        for i in positions.tolist():
            a, load = int(self.branches.first_arcs[i]), int(priced.load[i])
            arcs = unfold(self.graph, self.branches, priced.capped, self.over.tables, a, load)
            key = np.sort(arcs).tobytes()
            if arcs.size and key not in self.known:
                self.known.add(key)
                new.append(arcs)
        return new

    def _enter(self, new: list[NDArray[np.int32]]) -> None:
        """Let branches enter the program."""
        if not new:
            return
        over = self.over
        start = np.cumsum([0, *(arcs.size for arcs in new)])
        arcs = np.concatenate(new)
        held = csr_matrix((np.ones(arcs.size), arcs, start), (len(new), self.graph.n_arcs))
        held.sum_duplicates()
        link = over.link[[part[0] for part in new]]
        self._open(link)
        linked = np.flatnonzero(link >= 0)
        hangs = csr_matrix((np.ones(linked.size), (linked, link[linked])), (len(new), over.size))
        number = len(self.found) + np.arange(len(new))
        self._add_columns((held @ over.matrix.T - hangs).tocsr(), np.asarray(held @ over.worth).ravel(), BRANCH, number)
        self.columns = vertical(self.columns, held)
        self.found += new

    def near_best(self, lost: float, most: int) -> Iterator[NDArray[np.int32]]:
        """Yield the branches that lower the worth of a plan by no more than an amount, the best ``most`` of them.

        Each is a tree: arcs above before those below. Those that hold a place twice, or carry too much, are left out.
        """
        if self.priced is None:
            return
        price = np.r_[self.priced.price, np.zeros(self.over.size)]  # of rows that were added since: nothing
        link = self.over.link[[arcs[0] for arcs in self.found]]
        worth = np.asarray(self.columns @ self.priced.gain).ravel() + np.where(link >= 0, price[link], 0.0)
        order = np.argsort(-worth, kind="stable")
        for i in order[worth[order] >= -lost / self.over.scale][:most].tolist():
            tree = as_tree(self.graph, self.branches, self.over.tables, self.found[i])
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
        self.rows += rows
        self.holding = np.r_[self.holding, np.ones(len(rows), np.bool_)]
        self.over.add(rows)
        self.hung = vertical(self.hung, csr_matrix((len(rows), self.hung.shape[1])))
        self.standing = np.r_[self.standing, np.full(len(rows), -1)]
        new = self.over.size - len(rows) + np.arange(len(rows))
        added = self.over.matrix[new]
        parts = [
            (added[:, self.branches.trunk_arcs[self.item[self.kind == TRUNK]]], TRUNK),
            (added @ self.columns.T, BRANCH),
            (added[:, self.item[self.kind == SPARE]], SPARE),
        ]
        entries: list[list[tuple[int, float]]] = [[] for _ in rows]
        for part, kind in parts:
            found, column = part.tocoo(), np.flatnonzero(self.kind == kind)
            for i, j, factor in zip(found.row.tolist(), column[found.col].tolist(), found.data.tolist(), strict=True):
                if factor != 0.0:
                    entries[i].append((j, factor))
        self._list_rows(new, entries)

    def _sell(self, gain: NDArray[np.float64]) -> int:
        """Let arcs that do not lead to an end, and gain by themselves, be bought for themselves; return how many."""
        arcs = np.setdiff1d(np.flatnonzero(self.over.inside & (gain > WORTH_ENTERING)), self.spare)
        if arcs.size:
            self._add_columns(self.over.matrix[:, arcs].T.tocsr(), self.over.worth[arcs], SPARE, arcs)
            self.spare = np.r_[self.spare, arcs.astype(np.int32)]
        return int(arcs.size)


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
