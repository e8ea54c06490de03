"""All prizes at once: the cheapest plan that collects them, sought while nothing says that it costs too much.

As long as all prizes may be affordable, the ceiling gives no reason to leave anything out, and plans that lack one or
two abound. What all of them cost is another question, with ceilings and directions of its own: that of the Steiner
arborescence. It is answered once such a plan is within the budget, or none can be.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.bound import round_up
from planner.solver.exact import Finish, begin
from planner.solver.problem import MAX_MONEY
from planner.solver.search import Search
from planner.solver.terms import collects

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.problem import Problem


def collects_only(search: Search) -> bool:
    """Whether nothing is asked for but prizes within one budget, and arcs carry whatever they have to."""
    asked = search.asked
    return not asked.rules.any and asked.cost_weight == 0.0 and not search.graph.capacitated


def cheapest_of_all(problem: Problem, wanted: NDArray[np.int32]) -> Problem:
    """Return the problem of the least money for the wanted nodes, whatever the budget."""
    rules = replace(problem.rules, required=wanted)
    return replace(problem, prize=np.zeros(problem.n_nodes), cost_weight=1.0, budget=MAX_MONEY, rules=rules)


class Everything:
    """The search for the cheapest plan that collects all prizes, one turn after another.

    Parameters
    ----------
    search
        The search for the most prizes, before arcs are fixed: it takes in such a plan, or the ceiling without one.
    """

    def __init__(self, search: Search) -> None:
        self.search = search
        counts = collects(search.asked, search.graph)
        counts[0] = False
        self.wanted = np.unique(search.graph.node[counts]).astype(np.int32)
        self.finish: Finish | None = None

    def __call__(self) -> bool:
        """Take one turn and return True if all prizes may be affordable: no other search can lower the ceiling then."""
        search = self.search
        if search.bound is None or search.bound < search.total or not self.wanted.size:
            return False
        if self.finish is None:
            self.finish = self._begin()
        else:
            self.finish.search_locally()
            if not self.finish.over:
                self.finish.search_exactly()
        found = self.finish.search
        if self._fits(found):
            search.adopt(found.plan, search.value_of(found.plan))
        elif self._is_too_dear(found):
            without_least = search.total - float(search.asked.prize[self.wanted].min())
            search.note_ceiling(without_least if search.whole_prizes else round_up(without_least, search.total))
        return True

    def _begin(self) -> Finish:
        search = self.search
        cheapest = cheapest_of_all(search.asked, self.wanted)
        sought: Search | None = None

        def stopped() -> bool:
            return search.stopped() or (sought is not None and (self._fits(sought) or self._is_too_dear(sought)))

        sought = Search(cheapest, 0, search.deadline - time.monotonic(), stopped, None)
        sought.find_price()
        begin(sought)
        return Finish(sought, 0.0)

    def _fits(self, found: Search) -> bool:
        return found.value is not None and found.value >= -float(self.search.asked.budget)

    def _is_too_dear(self, found: Search) -> bool:
        return found.infeasible or (found.bound is not None and found.bound < -float(self.search.asked.budget))
