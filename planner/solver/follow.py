"""Plans that follow a relaxation: grown where the linear program has its arcs, then searched for a while.

The guiding cost of an arc falls with its value in the relaxation, as in the primal heuristics of I. Ljubić et al., "An
algorithmic framework for the exact solution of the prize-collecting Steiner tree problem", Mathematical Programming 105
(2006).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.solver.desk import Guide, new_desk
from planner.solver.dice import draw, new_dice, uniform
from planner.solver.grow import grow_everywhere
from planner.solver.improve import improve
from planner.solver.search import TILT, generous_price
from planner.solver.tree import bare_tree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.graph import Graph
    from planner.solver.search import Search

WORK = 300_000
"""Arcs looked at in the search that follows each growth."""
GREED = 0.02
"""Share of the priced cost that arcs of value 1 keep."""


class Follower:
    """Grows plans of one graph for one search.

    Parameters
    ----------
    price
        Benefit that a cent is worth (λ).
    turn
        Number of plans grown before: they are grown in different ways in turn.
    """

    def __init__(self, search: Search, graph: Graph, price: float, turn: int = 0) -> None:
        self.search = search
        self.graph = graph
        self.price = price
        self.desk = new_desk(graph)
        self.dice = new_dice(0)
        self.turn = turn

    def propose(self, value: NDArray[np.float64]) -> NDArray[np.int32] | None:
        """Return a plan better than all before that follows arc values ``(m,)``, None if none is found."""
        return self.grow(self.price * self.graph.cost * (1.0 - np.clip(value, 0.0, 1.0)))

    def grow(self, length: NDArray[np.float64]) -> NDArray[np.int32] | None:
        """Return a plan better than all before that is grown along short arcs, None if none is found."""
        search = self.search
        foresight = 3.0 * (self.turn % 2)
        wobble = 0.5 * uniform(self.dice) * (self.turn % 3 > 0)
        salt = np.uint64(draw(self.dice))  # as plain int, small and large ones would be of two types
        guide = Guide(self.price, GREED, length, wobble, salt, np.inf, 0.0, 1.0, foresight)
        tree = grow_everywhere(self.graph, self.desk, guide)
        best = bare_tree(self.graph.n_nodes)
        floor, value = search.least if search.value is None else search.value + search.shift, search.value
        found, _ = improve(
            self.graph,
            tree,
            best,
            self.desk,
            self.price,
            generous_price(self.graph, self.price, self.turn),
            length,
            search.problem.budget,
            TILT,
            search.heat,
            floor,
            WORK,
            self.dice,
        )
        self.turn += 1
        if found <= floor:
            return None
        search.note_plan(self.graph, best)
        return best if search.value != value else None

    def note(self, tree: NDArray[np.int32]) -> None:
        """Tell the search of a plan that the branching found, if it is better than all before."""
        self.search.note_plan(self.graph, tree)
