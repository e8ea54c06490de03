"""The linear program of one graph by itself: rows come and go, arcs leave, ceilings are proven by its multipliers.

Branch and cut solves the same program at its root, but carries an integer program's weight along: where hundreds of
rounds of capacity cuts are worth having, that is most of the time. Here is only the program. Its ceiling is reckoned
anew from the multipliers of the rows, which hold for every plan whatever the solver's tolerances were (A. Neumaier, O.
Shcherbina, "Safe bounds in linear and mixed-integer linear programming", Mathematical Programming 99 (2004)).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pyscipopt import LP, SCIP_LPPARAM
from scipy.sparse import csr_matrix

from planner.solver.relaxation import TIGHT, Relaxation
from planner.solver.terms import collects, terms_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from planner.solver.graph import Graph
    from planner.solver.problem import Problem
    from planner.solver.relaxation import Row

UNITS = 1_000.0
"""What a limit counts in the program: keeps its coefficients near those of the other rows."""
ROUNDING = 1e-9
"""Relative margin for the float sums of a ceiling."""
EPSILON = 2.0**-50
"""The same for one term of a reduced cost, a few roundings of its coefficient among them."""
WORTH_ENTERING = 1e-6
"""Reduced cost, as a share of the largest prize, from which an arc enters the program."""
SLICE, FEWEST_STEPS = 5_000_000, 20
"""Steps of the simplex method, times rows and columns, between two looks at whether to stop, and how many at least. No
other thread runs meanwhile."""
ROWS_AGE = 3
"""Linear programs after which a row that does not bind leaves."""


class Fixed(NamedTuple):
    """A row that stays: Σ factor · columns between two numbers."""

    columns: NDArray[np.int64]
    factor: NDArray[np.float64]
    least: float
    most: float


class RootProgram:
    """The linear program of the plans of a graph: columns for arcs first, then for the nodes with a prize.

    Most arcs are in no solution, and a simplex method takes longer for each that it looks at. So arcs enter the program
    once their reduced cost asks for them; the ceiling is reckoned over all that are open.

    Parameters
    ----------
    first
        ``(m,)``: arcs to begin with.

    Attributes
    ----------
    graph
        Whose plans are spoken of.
    open
        ``(m,)``: arcs that are left; what the others could be in is worth less than the highest target so far.
    rows
        The rows beside those that stay.
    arc_value, node_value
        ``(m,)`` and ``(n,)``: the last solution.
    ceiling
        No plan of the open arcs is worth more.
    reduced
        ``(m,)`` ≥ 0: by how much less a plan is worth for each arc that it holds.
    """

    def __init__(self, graph: Graph, asked: Problem, first: NDArray[np.bool_]) -> None:
        self.graph = graph
        self.open = np.ones(graph.n_arcs, np.bool_)
        self.prized = np.flatnonzero(graph.prize[1:] > 0).astype(np.int32) + 1
        self.column = np.full(graph.n_nodes, -1)
        self.column[self.prized] = graph.n_arcs + np.arange(self.prized.size)
        counts = collects(asked, graph)
        worth = np.zeros(graph.n_nodes)
        worth[counts] = asked.prize[graph.node[counts]]
        self.constant = float(worth[0])
        fixed = [*degree_rows(graph, self.column), *place_rows(graph), *ruled_rows(graph, asked, self.column)]
        weighed = asked.cost_weight * terms_of(asked, graph).spend[0]
        self.worth = np.r_[-weighed.astype(np.float64), worth[self.prized]]
        self.scale = float(np.abs(self.worth).max(initial=0.0))
        self.rows: list[Row] = []
        self.age: list[int] = []
        self.n_fixed = len(fixed)
        self.arc_value, self.node_value = np.zeros(graph.n_arcs), np.zeros(graph.n_nodes)
        self.reduced = np.zeros(graph.n_arcs)
        self.ceiling = math.inf
        self.program = LP("root", "maximize")
        self.program.setIntParam(SCIP_LPPARAM.SCALING, 0)  # coefficients are near 1: it takes longer than it saves
        self.unlimited = float(self.program.infinity())
        self.place_of = np.full(self.worth.size, -1)
        self.listed = np.empty(0, np.int64)
        self.least, self.most = np.empty(0), np.empty(0)
        self.matrix = csr_matrix((0, self.worth.size))
        self._enter(np.r_[np.flatnonzero(first), self.column[self.prized]])
        self._add([(row.columns, row.factor) for row in fixed], [r.least for r in fixed], [r.most for r in fixed])

    def add(self, rows: list[Row]) -> None:
        """Add rows that every plan keeps."""
        listed = [
            (np.r_[row.arcs, self.column[row.nodes]].astype(np.int64), np.r_[row.weight, -row.drawn]) for row in rows
        ]
        self._add(listed, [row.least for row in rows], [math.inf] * len(rows))
        self.rows += rows
        self.age += [0] * len(rows)

    def _add(
        self, listed: list[tuple[NDArray[np.int64], NDArray[np.float64]]], least: list[float], most: list[float]
    ) -> None:
        if not listed:
            return
        unlimited = self.unlimited
        self.program.addRows(
            [self._entries(columns, factor) for columns, factor in listed],
            lhss=[max(each, -unlimited) for each in least],
            rhss=[min(each, unlimited) for each in most],
        )
        self.least, self.most = np.r_[self.least, least], np.r_[self.most, most]
        start = np.cumsum([0, *(columns.size for columns, _ in listed)])
        columns, factor = (np.concatenate(part) for part in zip(*listed, strict=True))
        added = csr_matrix((factor, columns, start), (len(listed), self.worth.size))
        self.matrix = vertical(self.matrix, added)

    def _entries(self, columns: NDArray[np.int64], factor: NDArray[np.float64]) -> list[tuple[int, float]]:
        """Return a row as the program has it."""
        place = self.place_of[columns]
        known = place >= 0
        return list(zip(place[known].tolist(), factor[known].tolist(), strict=True))

    def _enter(self, columns: NDArray[np.int64]) -> None:
        """Let columns enter the program."""
        part = self.matrix[:, columns].tocsc()
        entries = [
            list(zip(part.indices[i:j].tolist(), part.data[i:j].tolist(), strict=True))
            for i, j in pairwise(part.indptr)
        ]
        n = columns.size
        self.program.addCols(entries, objs=self.worth[columns].tolist(), lbs=[0.0] * n, ubs=[1.0] * n)
        self.place_of[columns] = self.listed.size + np.arange(n)
        self.listed = np.r_[self.listed, columns]

    def solve(self, stopped: Callable[[], bool]) -> bool:
        """Solve the program as it stands; return whether its solution is known, which it is not if it was stopped."""
        while True:
            optimal = in_steps(self.program, self.least.size + self.listed.size, stopped)
            absent = self.place_of < 0
            absent[: self.graph.n_arcs] &= self.open
            if stopped():
                return False
            if not optimal:
                if not absent.any():
                    return False
                self._enter(np.flatnonzero(absent))  # what a floor asks for may not be there yet
                continue
            left = self._prove(np.array(self.program.getDual()))
            wanted = np.flatnonzero(absent & (left > WORTH_ENTERING * self.scale))
            if not wanted.size:
                break
            self._enter(wanted)
        value = np.zeros(self.worth.size)
        value[self.listed] = self.program.getPrimal()
        m = self.graph.n_arcs
        self.arc_value = np.clip(value[:m], 0.0, 1.0)
        self.node_value[self.prized] = value[m:]
        return True

    def _prove(self, price: NDArray[np.float64]) -> NDArray[np.float64]:
        """Reckon ceiling and reduced costs from the prices of the rows; return what these leave of each column.

        Any prices prove a ceiling: those that a row cannot have, or that are no numbers, are taken as 0.
        """
        price = np.where(np.isfinite(price), price, 0.0)
        price = np.where(np.isinf(self.most), np.minimum(price, 0.0), price)
        price = np.where(np.isinf(self.least), np.maximum(price, 0.0), price)
        side = np.where(price > 0.0, self.most, self.least)
        given = np.where(price == 0.0, 0.0, side) * price
        columns = self.matrix.T
        # Each sum is of terms that cancel: their number and sizes bound what rounding can do.
        size = np.abs(self.worth) + abs(columns) @ np.abs(price)
        terms = 1.0 + np.bincount(self.matrix.indices, minlength=size.size)
        left: NDArray[np.float64] = self.worth - columns @ price + EPSILON * terms * size
        m = self.graph.n_arcs
        left[:m][~self.open] = -math.inf
        earned = np.maximum(left, 0.0)
        margin = ROUNDING * (np.abs(given).sum() + earned.sum() + abs(self.constant))
        self.ceiling = math.fsum([self.constant, margin, *given, *earned])
        self.reduced = np.maximum(-left[:m], 0.0)
        return left

    def leave_out(self, kept: NDArray[np.bool_]) -> None:
        """Leave out the arcs that are not ``kept`` ``(m,)``."""
        place = self.place_of[: self.graph.n_arcs]
        for i in place[self.open & ~kept & (place >= 0)].tolist():
            self.program.chgBound(i, 0.0, 0.0)
        self.open &= kept

    def drop_idle(self) -> None:
        """Drop the rows that have not bound for some programs."""
        stays = np.ones(self.least.size, np.bool_)
        activity = self.matrix @ np.r_[self.arc_value, self.node_value[self.prized]]
        idle = activity - self.least > TIGHT
        for i, slack in enumerate(idle[self.n_fixed :].tolist()):
            self.age[i] = self.age[i] + 1 if slack else 0
            stays[self.n_fixed + i] = self.age[i] <= ROWS_AGE
        for i in np.flatnonzero(~stays)[::-1].tolist():
            self.program.delRows(i, i)
            del self.rows[i - self.n_fixed], self.age[i - self.n_fixed]
        self.least, self.most, self.matrix = self.least[stays], self.most[stays], self.matrix[stays]

    def relaxation(self, floor: float) -> Relaxation:
        """Return what is proven of the plans worth more than ``floor``."""
        rows = [row for row in self.rows if row.slack(self.arc_value, self.node_value) <= TIGHT]
        whole = Relaxation(self.graph, floor, self.ceiling, np.where(self.open, self.reduced, 0.0), rows)
        return whole.of(self.open, floor)


def in_steps(program: LP, size: int, stopped: Callable[[], bool], *, dual: bool = True) -> bool:
    """Solve a linear program of so many rows and columns; return whether that came to an end before it was stopped.

    Parameters
    ----------
    dual
        By the dual simplex method, which goes on from rows that were added; the primal one goes on from columns.
    """
    steps = max(SLICE // size, FEWEST_STEPS)
    program.setIntParam(SCIP_LPPARAM.LPITLIM, steps)
    while True:
        program.solve(dual)
        if program.isOptimal():
            return True
        if stopped() or program.getNIterations() < steps:
            return False


def vertical(upper: csr_matrix, lower: csr_matrix) -> csr_matrix:
    """Return two matrices as one, the second below the first."""
    return csr_matrix(
        (
            np.r_[upper.data, lower.data],
            np.r_[upper.indices, lower.indices],
            np.r_[upper.indptr, upper.indptr[-1] + lower.indptr[1:]],
        ),
        (upper.shape[0] + lower.shape[0], upper.shape[1]),
    )


def degree_rows(graph: Graph, column: NDArray[np.int64]) -> list[Fixed]:
    """One arc enters what is reached; what has no prize is left again."""
    rows = []
    for v in range(1, graph.n_nodes):
        into = np.arange(graph.in_start[v], graph.in_start[v + 1])
        ones = np.ones(into.size)
        if column[v] >= 0:
            rows.append(Fixed(np.r_[into, column[v]], np.r_[ones, -1.0], 0.0, 0.0))
        elif into.size:
            onwards = graph.out_arcs[graph.out_start[v] : graph.out_start[v + 1]]
            factor = np.r_[ones, -np.ones(onwards.size)]
            rows.append(Fixed(np.r_[into, onwards].astype(np.int64), factor, -math.inf, 0.0))
            if into.size > 1:
                rows.append(Fixed(into, ones, -math.inf, 1.0))
    return rows


def place_rows(graph: Graph, fewest: int = 2) -> list[Fixed]:
    """One arc from elsewhere enters a place.

    Parameters
    ----------
    fewest
        Arcs that lead to a place from elsewhere, for a row: one by itself is held once where columns are arcs.
    """
    crossing = np.flatnonzero(graph.place[graph.tail] != graph.place[graph.head])
    crossing = crossing[np.argsort(graph.place[graph.head[crossing]], kind="stable")]
    start = np.searchsorted(graph.place[graph.head[crossing]], np.arange(graph.place_start.size))
    parts = [crossing[first:last] for first, last in pairwise(start) if last - first >= fewest]
    return [Fixed(part, np.ones(part.size), -math.inf, 1.0) for part in parts]


def ruled_rows(graph: Graph, asked: Problem, column: NDArray[np.int64]) -> list[Fixed]:
    """Budget, limits, floors, and what is required: the rules that lower ceilings most."""
    terms = terms_of(asked, graph)
    rows = []
    for spend, most in zip(terms.spend, terms.most.tolist(), strict=True):
        if spend.sum() > most:
            arcs = np.flatnonzero(spend)
            rows.append(Fixed(arcs, spend[arcs] * (UNITS / max(most, 1)), -math.inf, UNITS if most else 0.0))
    for weight, least in zip(terms.weight, terms.least.tolist(), strict=True):
        nodes = np.flatnonzero((weight > 0) & (column >= 0))
        missing = least - float(weight[0])
        if nodes.size and missing > 0:
            rows.append(Fixed(column[nodes], weight[nodes] / max(least, 1.0), missing / max(least, 1.0), math.inf))
    required = np.flatnonzero(terms.required & (column >= 0))
    return [*rows, *(Fixed(column[v : v + 1], np.ones(1), 1.0, math.inf) for v in required)]
