"""Searches of large graphs that start from the linear program at their root.

Its ceiling lies lower than that of any dual ascent, and its reduced costs tell near which arcs the best plans are. So
the program is solved once, to where its ceiling comes to rest. Then branch and cut looks, in turns, for better plans
among the arcs that cost plans least, a neighbourhood that grows once it has been searched to its end (E. Danna, E.
Rothberg, C. Le Pape, "Exploring relaxation induced neighborhoods to improve MIP solutions", Mathematical Programming
102 (2005)), and for any plan in the upper part of the gap, which lowers the ceiling where there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.solver.branching import Decided
from planner.solver.layers import find_plan

if TYPE_CHECKING:
    from planner.solver.bound import Pricing
    from planner.solver.exact import Finish
    from planner.solver.graph import Graph
    from planner.solver.relaxation import Relaxation

MOST_ARCS = 200_000
"""Arcs of a graph whose linear program is solved."""
ROUNDS, REST = 10, 0.01
"""The ceiling has come to rest once so many rounds of cuts have lowered it by less than this share of the gap."""
FIRST_NEAR, FIRST_NODES = 12_000, 50
"""Arcs of the first neighbourhood, and nodes of the first searches of one and of the upper part of the gap."""
GROWTH = 1.5
"""How much larger a neighbourhood that was searched to its end becomes; how many more nodes one has that was not."""
MOST_NODES = 10**9
"""Largest limit of nodes."""
UPPER = 0.5
"""Share of the gap that is searched first, counted from the ceiling."""


class FromRoot:
    """The turns of one search.

    Parameters
    ----------
    finish
        Whose exact search this is.
    """

    def __init__(self, finish: Finish) -> None:
        self.finish = finish
        self.relaxation: Relaxation | None = None
        self.n_near = FIRST_NEAR
        self.near_limit = self.upper_limit = FIRST_NODES
        self.upper = UPPER

    def take_turn(self, graph: Graph, pricing: Pricing) -> bool:
        """Search from the root's program of a graph, solved in the first turn; False if there is none.

        Parameters
        ----------
        graph, pricing
            What plans worth more than the best one can hold, and the price of money there.
        """
        if graph.capacitated or graph.layered or graph.n_arcs > MOST_ARCS:
            return False
        finish = self.finish
        if self.relaxation is None:
            self.relaxation = self.relax(graph, pricing.price)
        if self.relaxation is None:
            return finish.over
        if not finish.over:
            self.look_near(self.relaxation, pricing.price)
        if not finish.over:
            self.look_above(self.relaxation, pricing.price)
        if not finish.over:
            self.leave_out(self.relaxation)
        return True

    def relax(self, graph: Graph, price: float) -> Relaxation | None:
        """Solve the root's program to where its ceiling comes to rest."""
        finish, search = self.finish, self.finish.search
        ceilings: list[float] = []

        def note(ceiling: float) -> None:
            ceilings.append(ceiling)
            search.note_ceiling(ceiling)

        def at_rest() -> bool:
            if len(ceilings) <= ROUNDS:
                return False
            return ceilings[-1 - ROUNDS] - ceilings[-1] < REST * (ceilings[-1] - search.least)

        wanted = finish.wanted
        outcome = finish.search_above(wanted, Decided.nothing(graph), price, 1, note, at_rest=at_rest)
        if outcome.relaxation is not None:
            search.note_ceiling(max(finish.below(wanted), outcome.relaxation.ceiling))
        return outcome.relaxation

    def look_near(self, relaxation: Relaxation, price: float) -> None:
        """Search the neighbourhood for plans better than the best one."""
        finish, search = self.finish, self.finish.search
        held = find_plan(search.problem, relaxation.graph, search.plan)
        near = relaxation.near(self.n_near, held)
        part = Decided.nothing(near.graph)
        outcome = finish.search_above(finish.wanted, part, price, self.near_limit, lambda _ceiling: None, near.rows)
        if outcome.complete:
            self.n_near = int(self.n_near * GROWTH)
        else:
            self.near_limit = more_nodes(self.near_limit)

    def look_above(self, relaxation: Relaxation, price: float) -> None:
        """Search the upper part of the gap."""
        finish, search = self.finish, self.finish.search
        assert search.bound is not None
        target = max(finish.wanted, finish.target_at(search.bound - (search.bound - search.least) * self.upper))
        above = relaxation.above(target)
        if above.graph.n_arcs == 0:
            search.note_ceiling(finish.below(target))
            return
        part = Decided.nothing(above.graph)
        outcome = finish.search_above(target, part, price, self.upper_limit, search.note_ceiling, above.rows)
        if outcome.complete:
            self.upper = min(self.upper * GROWTH, 1.0)
        else:
            self.upper /= GROWTH
            self.upper_limit = more_nodes(self.upper_limit)

    def leave_out(self, relaxation: Relaxation) -> None:
        """Take from the local search what no better plan can hold."""
        finish = self.finish
        finish.search.keep_only(relaxation.above(finish.wanted).graph.number)


def more_nodes(limit: int) -> int:
    """Return the next limit of nodes."""
    return min(int(limit * GROWTH), MOST_NODES)
