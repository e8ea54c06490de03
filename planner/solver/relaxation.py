"""What the linear program at the root of branch and cut has proven, and what it leaves for searches near its ceiling.

A plan is worth less than the ceiling by the reduced cost of each arc that it holds: arcs that leave less than a target
go, by paths as in `planner.solver.reduce`. The rows that hold the ceiling up start the next program, so that this one
begins where the last one ended. After T. Polzin and S. Vahdati Daneshmand, "Improved algorithms for the Steiner problem
in networks", Discrete Applied Mathematics 112 (2001).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from planner.solver.reduce import MARGIN, through, useful_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.cuts import CutList
    from planner.solver.graph import Graph

TIGHT = 1e-6
"""Slack up to which a row holds the ceiling up."""


class Row(NamedTuple):
    """A row that every plan of a graph keeps: Σ weight · arcs − Σ drawn · nodes ≥ least."""

    arcs: NDArray[np.int32]
    weight: NDArray[np.float64]
    nodes: NDArray[np.int32]
    drawn: NDArray[np.float64]
    least: float

    def slack(self, arc_value: NDArray[np.float64], node_value: NDArray[np.float64]) -> float:
        """Return by how much a solution keeps the row."""
        return float(self.weight @ arc_value[self.arcs] - self.drawn @ node_value[self.nodes]) - self.least


def rows_of(cuts: CutList) -> list[Row]:
    """Return the rows of directed cuts."""
    return [cut_row(cuts.of(i).copy(), cuts.target[i : i + 1].copy()) for i in range(int(cuts.size[0]))]


def cut_row(arcs: NDArray[np.int32], target: NDArray[np.int32]) -> Row:
    """Return the row of one directed cut: who holds the target holds one of the arcs."""
    return Row(arcs, np.ones(arcs.size), target, np.ones(1), 0.0)


def tie(sources: NDArray[np.integer[Any]], arc: int) -> Row:
    """Return the row that an arc needs one of some others."""
    arcs = np.r_[sources, arc].astype(np.int32)
    return Row(arcs, np.r_[np.ones(sources.size), -1.0], arcs[:0], np.empty(0), 0.0)


def balance(graph: Graph, arc: int) -> Row:
    """Return the row that an arc needs one into its tail, from elsewhere than its head."""
    entering = np.arange(graph.in_start[graph.tail[arc]], graph.in_start[graph.tail[arc] + 1])
    return tie(entering[graph.tail[entering] != graph.head[arc]], arc)


@dataclass(frozen=True)
class Relaxation:
    """The last linear program of a root.

    Attributes
    ----------
    graph
        Whose plans are spoken of.
    floor
        Only plans worth more than this are: it is what the best plan known by then is worth, or more.
    ceiling
        None of them is worth more.
    reduced
        ``(m,)`` ≥ 0: by how much less a plan is worth for each arc that it holds, in units of benefit.
    rows
        The rows that the program's solution keeps just so.
    """

    graph: Graph
    floor: float
    ceiling: float
    reduced: NDArray[np.float64]
    rows: list[Row]

    def above(self, target: float) -> Relaxation:
        """Return what is left for plans worth a target, at least the floor."""
        return self.of(useful_within(self.graph, self.reduced, self.ceiling, target), max(self.floor, target))

    def near(self, n_arcs: int, held: NDArray[np.int32]) -> Relaxation:
        """Return the neighbourhood of so many arcs that cost plans least, and of the arcs ``held``."""
        lost = through(self.graph, self.reduced)
        rank = min(n_arcs, lost.size) - 1
        # Arcs of one path differ by the rounding of its sum.
        kept = lost <= np.partition(lost, rank)[rank] * (1.0 + MARGIN)
        kept[held] = True
        return self.of(kept, self.floor)

    def of(self, kept: NDArray[np.bool_], floor: float) -> Relaxation:
        """Return the relaxation of the arcs ``kept`` ``(m,)``, with the rows as far as they speak of these."""
        smaller = self.graph.subgraph(kept)
        rows = [row for row in self.moved(smaller) if row is not None]
        left = self.reduced[np.isin(self.graph.number, smaller.number)]
        return Relaxation(smaller, floor, self.ceiling, left, rows)

    def moved(self, smaller: Graph) -> list[Row | None]:
        """Return each row as far as it speaks of a subgraph; None for those that say nothing of it."""
        # Where less is drawn, arcs may carry all of it, and of two parallel ones the cheaper does.
        kept = np.isin(self.graph.number, smaller.number)
        arc = np.full(self.graph.n_arcs, -1, np.int32)
        arc[kept] = np.arange(smaller.n_arcs, dtype=np.int32)
        touched = np.zeros(self.graph.n_nodes, np.bool_)
        touched[[0, *self.graph.tail[kept], *self.graph.head[kept]]] = True
        node = np.where(touched, np.cumsum(touched) - 1, -1).astype(np.int32)
        node[touched] = np.where(smaller.prize > 0, node[touched], -1)  # others are in no plan, or in no row
        return [move(row, arc, node) for row in self.rows]


def move(row: Row, arc: NDArray[np.int32], node: NDArray[np.int32]) -> Row | None:
    """Return a row of the arcs and nodes that are left, by their new numbers; None if it says nothing any more."""
    arcs, nodes = arc[row.arcs], node[row.nodes]
    left, held = arcs >= 0, nodes >= 0
    if row.least <= 0.0 and not held.any() and (row.weight[left] >= 0.0).all():
        return None
    return Row(arcs[left], row.weight[left], nodes[held], row.drawn[held], row.least)
