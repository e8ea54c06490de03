"""Ceilings and plans where arcs can be filled: the linear program of a trunk and branches, before any other.

Dual ascents do not see capacities, and the linear program of arcs sees them through cuts alone. The program of branches
(see `planner.solver.packing`) sees what each branch may hold: within a second its ceiling lies where hundreds of rounds
of cuts would bring the other. Plans are put together from its branches and those of the local search. What a better
plan leaves of the graph begins the next program, with its branches and rows.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.solver.bound import price_out
from planner.solver.branches import lay_out
from planner.solver.branching import Decided, ascent_cuts
from planner.solver.cuts import find_cuts, new_cut_list
from planner.solver.relaxation import Relaxation, rows_of
from planner.solver.tree import find_arcs, find_whole
from planner.solver.watch import numerical_troubles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.bound import Pricing
    from planner.solver.branches import BranchGraph
    from planner.solver.exact import Finish
    from planner.solver.graph import Graph
    from planner.solver.packing import Packing
    from planner.solver.relaxation import Row

MOST_ARCS, MANY_ARCS = 400_000, 60_000
"""Arcs of a graph whose program is solved, and from which it begins with the prices of a dual ascent."""
NEAR = 0.25
"""Plans are put together once few columns are new and the ceiling has come so near to what the program's solution is
worth, as a share of the gap."""
BETWEEN, CHUNKS = 3, 2
"""Rounds of cuts between two plans that are put together, and chunks of local search from there."""
NEAR_ARCS, NEAR_PER_PRIZE = 3_000, 10
"""Arcs of the neighbourhood where plans are put together first, if the graph has more, and how many for each prize at
least; never more than many."""
MOST_BRANCHES = 2_500
"""Branches of the program that a plan is put together from."""
MOST_KNOWN = 6_000
"""Branches that are kept from one program to the next."""
ROUNDS, REST = 6, 0.04
"""The program has come to rest once so many rounds have lowered its ceiling by less than this share of the gap."""
WORTH_REBUILDING = 0.8
"""The program begins anew once at most this share of its arcs is left."""
WORTH_A_TURN = 0.9
"""A turn that leaves more than this share of the gap was the last one until the gap has shrunk otherwise."""
CUTS_PER_ROUND, TOLERANCE = 100, 0.01
"""Directed cuts that are added at once, and the violation from which one is worth a row."""


class FromBranches:
    """The turns of one search.

    Parameters
    ----------
    finish
        Whose exact search this is.

    Attributes
    ----------
    known
        Branches to begin programs with, by the numbers of their arcs in the graph that was built first.
    first
        Arcs of the neighbourhood, by the same numbers: programs of more begin with these arcs of the trunk.
    price
        Of money in this turn.
    rounds
        Of cuts in this turn: the neighbourhood's plan counts for the first one of the whole graph.
    """

    def __init__(self, finish: Finish) -> None:
        self.finish = finish
        self.known: list[NDArray[np.int32]] = []
        self.last: Packing | None = None
        self.rounds = 0
        self.spent = math.inf
        self.first: NDArray[np.int32] = np.empty(0, np.int32)
        self.price = 0.0

    def take_turn(self, graph: Graph, pricing: Pricing) -> bool:
        """Lower the ceiling and better the plan until both rest; False if that would bring, or has brought, little.

        Parameters
        ----------
        graph, pricing
            What plans worth what is wanted can hold, and the price of money there.
        """
        finish = self.finish
        self.price = pricing.price
        before = self._gap()
        if not has_program(graph) or before > WORTH_A_TURN * self.spent or self._lay_out(graph) is None:
            return False
        self.rounds = 0
        whole = self._left(graph, pricing)
        far = graph.n_arcs > self._near_arcs(graph) and self.last is None
        left = self._look_near(whole, pricing) if far else whole
        while left is not None and not finish.over:
            branches = self._lay_out(left.graph)
            if branches is None:
                return False
            self.last = self._begin(left, branches)
            left = self._lower(self.last)
            self._keep(self.last)
        after = self._gap()
        self.spent = math.inf if after <= WORTH_A_TURN * before else after
        return finish.over or after <= WORTH_A_TURN * before

    def _lay_out(self, graph: Graph) -> BranchGraph | None:
        return lay_out(graph, cost_alone=not self.finish.search.asked.rules.any)

    def _begin(self, left: Relaxation, branches: BranchGraph) -> Packing:
        """Return the program of what is left, with the branches and rows that are known."""
        from planner.solver.packing import Packing  # noqa: PLC0415 - SciPy is needed only where links can be filled

        many = left.graph.n_arcs > MANY_ARCS
        first = np.isin(left.graph.number, self.first) if self.first.size or many else None
        packing = Packing(left.graph, self.finish.search.asked, branches, first)
        packing.take(self._branches_of(left.graph))
        if left.rows or many:
            self._solve(packing)  # with rows from the first that takes far longer
            packing.cut(left.rows)
        if many:
            stopped = self.finish.stopped
            packing.begin_at(price_out(left.graph, self.price, stopped=stopped), stopped)
        return packing

    def _solve(self, packing: Packing) -> NDArray[np.float64] | None:
        """Solve a program as it stands; return the prices of its rows, None if there is no solution in time."""
        price = None
        with numerical_troubles():
            price = packing.solve(self.finish.stopped)
        return price  # noqa: RET504 - None after a trouble

    def _keep(self, packing: Packing) -> None:
        """Keep the branches of a program for the next one: those that entered last."""
        self.known = [packing.graph.number[arcs] for arcs in packing.found[-MOST_KNOWN:]]

    def _look_near(self, left: Relaxation, pricing: Pricing) -> Relaxation | None:
        """Put plans together in a neighbourhood, which proves nothing; return what better ones leave, None if nothing.

        A better plan leaves a smaller program to prove ceilings with; of the rows, those are left that hold the
        neighbourhood's ceiling up.
        """
        finish = self.finish
        priced = price_out(left.graph, pricing.price, stopped=finish.stopped)
        whole = replace(left, reduced=priced.reduced)
        held = finish.search.tree_of_plan(finish.search.plan)
        near = whole.near(
            self._near_arcs(left.graph), find_arcs(left.graph, finish.search.graph.number[held[held >= 0]])
        )
        branches = self._lay_out(near.graph)
        if branches is not None:
            packing = self._begin(near, branches)
            self._lower(packing, proves=False)
            self.first = near.graph.number
            self._keep(packing)
            rows = [row for row, moved in zip(left.rows, left.moved(near.graph), strict=True) if moved is not None]
            left = replace(left, rows=list(compress(rows, packing.holding)))
        shrunk = None if finish.over else finish.shrink(finish.wanted)
        return None if shrunk is None else left.of(np.isin(left.graph.number, shrunk[0].number), -math.inf)

    def _near_arcs(self, graph: Graph) -> int:
        return min(max(NEAR_ARCS, NEAR_PER_PRIZE * int(np.count_nonzero(graph.prize))), MANY_ARCS)

    def _gap(self) -> float:
        search = self.finish.search
        return math.inf if search.bound is None else search.bound - search.least

    def _left(self, graph: Graph, pricing: Pricing) -> Relaxation:
        """Return what a graph leaves of the last program; if there was none, all of it with the ascent's cuts."""
        if self.last is None:
            rows = rows_of(ascent_cuts(Decided.nothing(graph), pricing.price, self.finish.stopped))
            return Relaxation(graph, -math.inf, math.inf, np.zeros(graph.n_arcs), rows)
        return self._what_is_left(self.last, np.isin(self.last.graph.number, graph.number))

    def _what_is_left(self, packing: Packing, kept: NDArray[np.bool_]) -> Relaxation:
        """Return the arcs of a program that are kept, with the rows that hold its ceiling up."""
        rows = list(compress(packing.rows, packing.holding))
        graph = packing.graph
        return Relaxation(graph, -math.inf, math.inf, np.zeros(graph.n_arcs), rows).of(kept, -math.inf)

    def _branches_of(self, graph: Graph) -> list[NDArray[np.integer[Any]]]:
        """Return the known branches, and those of the trees of the local search, that a graph has."""
        parts = self.finish.recombination.parts(graph, offered=False)
        return [*np.split(parts.arcs, parts.start[1:-1])[parts.trunk :], *find_whole(graph, self.known)]

    def _lower(self, packing: Packing, *, proves: bool = True) -> Relaxation | None:
        """Lower the ceiling until it rests; return what a better plan leaves if that is much less, else None.

        Parameters
        ----------
        proves
            Whether the program's ceiling is one; if it is not, it ends once a plan was put together.
        """
        finish, search = self.finish, self.finish.search
        target, ceilings = finish.wanted, [math.inf]
        while not finish.over and not at_rest(ceilings, search.least):
            price = self._solve(packing)
            if price is None:
                break
            packing.look_for_branches(price, finish.stopped)
            # A ceiling that comes down from good prices may wait while what the program is worth rises.
            apart = 0.0 if packing.best is None else packing.ceiling - packing.value
            ceilings.append(packing.ceiling + apart if packing.ceiling > search.least else packing.ceiling)
            if proves:
                search.note_ceiling(max(finish.below(target), packing.ceiling))
            if finish.over or not packing.settled:
                continue
            if packing.ceiling - packing.value < NEAR * (packing.ceiling - search.least):
                self.rounds += 1
                if self.rounds % BETWEEN == 1:
                    better = self._put_together(packing)
                    left = self._leaves(packing) if better and proves and not finish.over else None
                    if left is not None or not proves:
                        return left
            packing.cut(find_rows(packing))
        return None

    def _put_together(self, packing: Packing) -> bool:
        """Put a plan together from branches of the program and of the local search; return whether it is better.

        The local search then goes on from it for a while.
        """
        finish, search = self.finish, self.finish.search
        before, recombination, graph = search.value, finish.recombination, packing.graph
        trunk = packing.branches.trunk_arcs
        # What hangs from arcs that can be filled after all is not put together: nobody reckons what these carry.
        held = trunk[(packing.trunk_value > 0.0) & np.isinf(graph.capacity[trunk])]
        recombination.offer(graph, held, packing.near_best(packing.ceiling - search.least, MOST_BRANCHES))
        recombination.take(search.graph, search.tree)
        floor = search.least if search.value is None else search.value + search.shift
        tree = recombination.combine(graph, search.problem.budget, floor, finish.stopped, offered=True)
        if tree is not None:
            search.note_plan(graph, tree)
        if search.value != before:
            search.tree = search.tree_of_plan(search.plan)
        for _ in range(CHUNKS):
            if not finish.over:
                finish.improve()
        return search.value != before

    def _leaves(self, packing: Packing) -> Relaxation | None:
        """Return what plans worth what is wanted leave of a program, None if that is nearly all, or nothing."""
        shrunk = self.finish.shrink(self.finish.wanted)
        if shrunk is None:
            return None
        kept = np.isin(packing.graph.number, shrunk[0].number)
        if np.count_nonzero(kept) > WORTH_REBUILDING * kept.size:
            return None
        return self._what_is_left(packing, kept)


def has_program(graph: Graph) -> bool:
    """Whether a graph has arcs that can be filled, and not too many arcs."""
    return graph.capacitated and not graph.layered and graph.n_arcs <= MOST_ARCS


def at_rest(ceilings: list[float], floor: float) -> bool:
    """Whether the last rounds have hardly lowered the ceiling."""
    if ceilings[-1] <= floor:
        return True  # of a neighbourhood without the best plan
    if len(ceilings) <= ROUNDS or math.isinf(ceilings[-1 - ROUNDS]):
        return False
    return ceilings[-1 - ROUNDS] - ceilings[-1] < REST * (ceilings[-1] - floor)


def find_rows(packing: Packing) -> list[Row]:
    """Return directed cuts that the solution breaks; what is inside a place is priced as it is and needs none."""
    graph, free = packing.graph, packing.over.inner & packing.over.inside
    value = np.where(free, 1.0, np.minimum(packing.arc_value, 1.0))
    reached = np.minimum(np.bincount(graph.head, packing.arc_value, graph.n_nodes), 1.0)
    prized = np.flatnonzero(graph.prize[1:] > 0).astype(np.int32) + 1
    targets = prized[np.argsort(-reached[prized], kind="stable")]
    found = new_cut_list(CUTS_PER_ROUND, CUTS_PER_ROUND * graph.n_arcs)
    find_cuts(graph, value, reached, targets[reached[targets] > TOLERANCE], TOLERANCE, found)
    return rows_of(found)  # no cut holds an arc of value 1
