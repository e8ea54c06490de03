"""A layered graph folded back: one variable per arc of the problem, hops kept by cuts.

Every plan that reaches a prize holds a path to it through the layers, so it holds an arc of which some copy enters a
node set S around the prize: a cut of the layered graph is a cut of the folded one, each arc counted once. These are the
jump inequalities of G. Dahl, "Notes on polyhedra associated with hop-constrained paths", Operations Research Letters 25
(1999), in the wider form that layers give them. A tree that is no plan violates one: S holds what the tree does not
reach in the layers. After M. Sinnl, I. Ljubić, "A node-based layered graph approach for the Steiner tree problem with
revenues, budget and hop-constraints", Mathematical Programming Computation 8 (2016), where arcs are not layered either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.solver.cuts import CutList, find_cuts, new_cut_list, note_cut
from planner.solver.graph import Graph, assemble
from planner.solver.tree import OUTSIDE, tree_of_arcs

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Folding(NamedTuple):
    """A layered graph and the plain one below it.

    Attributes
    ----------
    layered, plain
        The two graphs.
    arc, node
        ``(m,)`` and ``(n,)`` of the layered graph: the plain graph's arc (−1 where there is none) and node.
    holder
        ``(n,)`` of the plain graph: the layered node that holds the prize, −1 where there is none.
    """

    layered: Graph
    plain: Graph
    arc: NDArray[np.int64]
    node: NDArray[np.int64]
    holder: NDArray[np.int64]

    def fold_tree(self, tree: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the plain tree of a layered one."""
        arcs = self.arc[tree[tree >= 0]]
        return tree_of_arcs(self.plain, arcs[arcs >= 0].astype(np.int32))

    def unfold_tree(self, tree: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return what of a plain tree the layers hold, as a layered tree."""
        layered = self.layered
        held = np.zeros(self.plain.n_arcs, np.bool_)
        held[tree[tree >= 0]] = True
        usable = np.r_[held, True][self.arc]
        reached = np.isfinite(layered.from_root(np.where(usable, 0.0, np.inf)))
        return tree_of_arcs(layered, np.flatnonzero(usable & reached[layered.tail]).astype(np.int32))

    def holds(self, tree: NDArray[np.int32]) -> bool:
        """Whether the layers hold all prizes that a plain tree reaches."""
        reached = np.flatnonzero((tree != OUTSIDE) & (self.holder >= 0))
        return bool((self.unfold_tree(tree)[self.holder[reached]] != OUTSIDE).all())

    def fold_nodes(self, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which plain nodes have a chosen copy."""
        folded = np.zeros(self.plain.n_nodes, np.bool_)
        folded[self.node[chosen]] = True
        return folded

    def spread(self, value: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the value of each layered arc: that of its plain arc, 1 where it has none."""
        return np.append(value, 1.0)[self.arc]

    def fold_cuts(self, cuts: CutList) -> CutList:
        """Return layered cuts as cuts of the plain graph, each once."""
        seen: set[tuple[int, bytes]] = set()
        folded = new_cut_list(int(cuts.size[0]), int(cuts.start[cuts.size[0]]))
        for i in range(int(cuts.size[0])):
            arcs = np.unique(self.arc[cuts.of(i)]).astype(np.int32)
            target = int(self.node[cuts.target[i]])
            if (target, arcs.tobytes()) not in seen:
                seen.add((target, arcs.tobytes()))
                note_cut(folded, target, arcs, arcs.size)
        return folded

    def find_cuts(
        self,
        value: NDArray[np.float64],
        reached: NDArray[np.float64],
        targets: NDArray[np.int32],
        tolerance: float,
        limit: int,
    ) -> CutList:
        """Return cuts of the layers that plain arc values violate, see `planner.solver.cuts.find_cuts`."""
        layered = self.layered
        node_value = np.zeros(layered.n_nodes)
        holders = self.holder[targets].astype(np.int32)
        node_value[holders] = reached[targets]
        cuts = new_cut_list(limit, limit * layered.n_arcs)
        find_cuts(layered, self.spread(value), node_value, holders, tolerance, cuts)
        return self.fold_cuts(cuts)


def count_own(graph: Graph) -> int:
    """Return how many of the problem's arcs a graph has, in whichever layers."""
    return int(np.unique(graph.origin).size) if graph.layered else graph.n_arcs


def fold(layered: Graph) -> Folding | None:
    """Return the folding of a layered graph, None if the plain graph cannot stand for it.

    That is where a parallel arc costs more and carries no more, but has fewer hops.
    """
    names, node = np.unique(layered.node, return_inverse=True)
    own = layered.origin >= 0
    origins, first, position = np.unique(layered.origin[own], return_index=True, return_inverse=True)
    arcs = np.flatnonzero(own)[first]
    n = names.size
    prize, demand, place = np.zeros(n), np.zeros(n), np.zeros(n, np.int32)
    np.maximum.at(prize, node, layered.prize)
    np.maximum.at(demand, node, layered.demand)
    place[node] = layered.place
    plain = assemble(
        node[layered.tail[arcs]].astype(np.int32),
        node[layered.head[arcs]].astype(np.int32),
        layered.cost[arcs],
        layered.capacity[arcs],
        origins,
        prize,
        demand,
        place,
        names,
        np.zeros(n, np.int32),
        layered.cost_weight,
    )
    if plain.n_arcs < origins.size:
        return None
    where = np.empty(origins.size, np.int64)
    where[np.searchsorted(origins, plain.origin)] = np.arange(plain.n_arcs)
    arc = np.full(layered.n_arcs, -1)
    arc[own] = where[position]
    holder = np.full(n, -1)
    prized = np.flatnonzero(layered.prize > 0)
    holder[node[prized]] = prized
    return Folding(layered, plain, arc, node, holder)
