"""Ceilings where arcs can be filled: the root's linear program with capacity cuts, before any branching.

Dual ascents do not see capacities, so that branching on offices lowers a ceiling that lies far off. The linear program
with capacity cuts sees most of it within seconds, if it is solved by itself, and if what no better plan can hold leaves
it between its rounds. What it leaves goes to branch and cut with its rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.solver.bound import price_out
from planner.solver.branching import Decided, ascent_cuts
from planner.solver.cuts import find_balances, find_cuts, new_cut_list
from planner.solver.follow import Follower
from planner.solver.reduce import through, useful_within
from planner.solver.relaxation import Row, balance, rows_of
from planner.solver.room_cuts import find_room_cuts
from planner.solver.watch import numerical_troubles

if TYPE_CHECKING:
    from planner.solver.bound import Pricing
    from planner.solver.exact import Finish
    from planner.solver.graph import Graph
    from planner.solver.relaxation import Relaxation
    from planner.solver.root_program import RootProgram

MOST_ARCS = 60_000
"""Arcs of a graph whose linear program is solved."""
FIRST_ARCS = 1_000
"""Arcs that the program begins with, those over which the ascent loses least; others enter as they are asked for."""
SHARES = (1.0, 0.5, 0.25, 0.1, 0.05, 0.02)
"""Shares of the gap, counted from the ceiling, at which targets lie."""
MOST_SEARCHED, FIRST_NODES = 8_000, 500
"""Arcs of what is left for a target that branch and cut searches, and nodes of its first search."""
ROUNDS, REST = 20, 0.01
"""The ceiling has come to rest once so many rounds of cuts have lowered it by less than this share of the gap."""
FEW_ARCS, REST_OF_FEW = 3_000, 0.04
"""Arcs up to which branching lowers a ceiling faster than more rounds do, and the share of the gap then."""
TOLERANCE = 0.01
"""Violation from which a cut is worth a row."""
CUTS_PER_ROUND, ROOM_CUTS_PER_ROUND = 100, 60
"""Rows that are added at once."""
BETWEEN, CHUNKS_BETWEEN = 5, 2
"""Rounds after which a plan is grown along the solution and the local search goes on for some chunks."""


class FromRooms:
    """The turns of one search.

    Parameters
    ----------
    finish
        Whose exact search this is.
    """

    def __init__(self, finish: Finish) -> None:
        self.finish = finish
        self.program: RootProgram | None = None
        self.target = -np.inf
        self.resting = False
        self.node_limit = FIRST_NODES

    def take_turn(self, graph: Graph, pricing: Pricing) -> bool:
        """Lower the ceiling, then search what that leaves for a target; False if there is nothing of the kind.

        Parameters
        ----------
        graph, pricing
            What plans worth what is wanted can hold, and the price of money there.
        """
        if not graph.capacitated or graph.layered or graph.n_arcs > MOST_ARCS:
            return False
        finish, search = self.finish, self.finish.search
        relaxation = self.relax(graph, pricing)
        if relaxation is None:
            return finish.over
        for share in SHARES:
            target = max(relaxation.floor, finish.target_above(share))
            above = relaxation.above(target)
            if above.graph.n_arcs == 0:
                search.note_ceiling(finish.below(target))
                return True
            if above.graph.n_arcs <= MOST_SEARCHED:
                part, note = Decided.nothing(above.graph), search.note_ceiling
                finish.search_above(target, part, pricing.price, self.node_limit, note, above.rows)
                self.node_limit *= 2
                return True
        return False

    def relax(self, graph: Graph, pricing: Pricing) -> Relaxation | None:
        """Lower the ceiling until it rests; return what is left for plans worth the target, None if nothing is told."""
        finish, search = self.finish, self.finish.search
        if self.program is None:
            from planner.solver.root_program import RootProgram  # noqa: PLC0415 - SciPy is needed only where links can be filled

            lost = through(graph, price_out(graph, pricing.price).reduced)
            first = lost <= np.partition(lost, min(FIRST_ARCS, lost.size) - 1)[min(FIRST_ARCS, lost.size) - 1]
            self.program = RootProgram(graph, search.asked, first)
            self.program.add(rows_of(ascent_cuts(Decided.nothing(graph), pricing.price)))
        program = self.program
        self.target = max(self.target, finish.wanted)
        program.leave_out(np.isin(program.graph.number, graph.number))
        follower = Follower(search, program.graph, pricing.price)
        ceilings: list[float] = []
        while not finish.over and not self._rests(ceilings):
            if not self._solve():
                return None
            self.target = max(self.target, finish.wanted)
            ceilings.append(program.ceiling)
            search.note_ceiling(max(finish.below(self.target), program.ceiling))
            if finish.over or not self._leave_out():
                break
            if len(ceilings) % BETWEEN == 0:
                follower.propose(program.arc_value)
                for _ in range(CHUNKS_BETWEEN):
                    finish.improve()
            program.drop_idle()
            rows = self._find_rows()
            self.resting = not rows
            program.add(rows)
        if finish.over:
            return None
        self.target = max(self.target, finish.wanted)
        return program.relaxation(self.target)

    def _solve(self) -> bool:
        """Solve the program; return whether its solution is known."""
        assert self.program is not None
        solved = False
        with numerical_troubles():
            solved = self.program.solve(self.finish.stopped)
        return solved  # noqa: RET504  (not assigned where the program has numerical troubles)

    def _rests(self, ceilings: list[float]) -> bool:
        """Whether the last rounds have hardly lowered the ceiling, or there are no cuts any more."""
        if len(ceilings) > ROUNDS:
            lowered = ceilings[-1 - ROUNDS] - ceilings[-1]
            assert self.program is not None
            few = np.count_nonzero(self.program.open) <= FEW_ARCS
            self.resting = self.resting or lowered < (REST_OF_FEW if few else REST) * (
                ceilings[-1] - self.finish.search.least
            )
        return self.resting

    def _leave_out(self) -> bool:
        """Leave out what only plans worth less than the target can hold; return whether anything is left."""
        program = self.program
        assert program is not None
        kept = useful_within(program.graph, program.reduced, program.ceiling, self.target)
        program.leave_out(kept)
        return bool(program.open.any())

    def _find_rows(self) -> list[Row]:
        """Return rows that the solution breaks: capacity cuts and balances, directed cuts once balances hold."""
        program = self.program
        assert program is not None
        graph, value = program.graph, program.arc_value
        cuts = find_room_cuts(graph, value, program.node_value, TOLERANCE, ROOM_CUTS_PER_ROUND)
        rows = [Row(cut.arcs, cut.room, cut.nodes, cut.drawn, cut.least) for cut in cuts]
        balances = [balance(graph, a) for a in find_balances(graph, value, TOLERANCE).tolist()]
        if balances:
            return rows + balances
        reached = np.asarray(np.bincount(graph.head, value, graph.n_nodes), np.float64)
        targets = program.prized[np.argsort(-reached[program.prized], kind="stable")]
        found = new_cut_list(CUTS_PER_ROUND, CUTS_PER_ROUND * graph.n_arcs)
        find_cuts(graph, value, reached, targets[reached[targets] > TOLERANCE], TOLERANCE, found)
        return rows + rows_of(found)
