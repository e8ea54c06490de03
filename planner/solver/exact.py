"""Closing the gap: fix what no plan above a target can hold, then search what is left to its end.

No plan worth the target is the same as a ceiling below the target. What a target leaves is branched on by offices until
it is small enough for branch and cut. Where branching does not tell, which is where no prize is large, higher targets
leave less to search: either the ceiling falls to the target, or a plan above it is found, which then is the best there
is. Between these searches the local search goes on, for longer each time.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.ascent import ascend_noting_cuts
from planner.solver.bound import MOST_DUAL, Pricing, price_out, useful_price
from planner.solver.branch_and_cut import branch_and_cut, find_within
from planner.solver.branching import Branching, Decided, ascent_cuts, list_for_cuts
from planner.solver.cuts import new_cut_list
from planner.solver.folding import count_own
from planner.solver.follow import Follower
from planner.solver.from_branches import FromBranches, has_program
from planner.solver.from_rooms import FromRooms
from planner.solver.from_root import FromRoot
from planner.solver.recombine import Recombination
from planner.solver.reduce import find_useful
from planner.solver.search import LEAST_STEP
from planner.solver.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from planner.solver.branch_and_cut import Outcome
    from planner.solver.cuts import CutList
    from planner.solver.graph import Graph
    from planner.solver.relaxation import Row
    from planner.solver.search import Search

SWEEPS, FRUITLESS_SWEEPS = 60, 12
"""Evaluations of the Lagrangian that fix arcs for one target, and how many may bring nothing."""
PRICE_SPREAD, ORDER_SPREAD = 0.25, 0.5
"""Standard deviations of the logarithms of prices and of the weights that order the ascent."""
LEAST_COST_SWEEPS = 20
"""Evaluations of the ascent that fix arcs of the cheapest plan for given nodes."""
WORTH_REBUILDING = 0.98
PATIENCE, PATIENCE_CAPACITATED, PATIENCE_PACKED, PATIENCE_SHARE = 4, 25, 8, 0.3
"""The local search makes way once it has brought nothing for so many chunks, and for this share of all chunks; the
second where links can be filled: ceilings stay far off there, and the search still finds better plans; the third where
plans can be put together from the branches of a linear program then."""
SHARES = (0.5, 0.25, 0.1, 0.05, 0.02)
"""Shares of the gap, counted from the ceiling, at which higher targets lie."""
FIRST_NODES = 20
"""Nodes of the first search that may end without an answer; the next may have more."""
TINY = 1_000
"""Arcs of a graph that branch and cut searches to its end at once, even where links can be filled."""
SMALL, SMALL_LAYERED = 8_000, 3_000
"""Arcs of a graph that branch and cut searches to its end; the latter where hops count, of the problem's."""
LARGE, LARGE_CAPACITATED = 60_000, 8_000
"""Arcs of a graph that branch and cut may try."""
LARGE_PRIZE, TELLING = 0.25, 0.05
"""Branching is tried where a prize is larger than this share of the gap, and goes on while a turn of it lowers the
ceiling by the other share."""
INSIDE = 1.0 - 1e-9
"""Share of the gap that is aimed at: rounding must not leave it open."""
NODES_TO_AFFORD = 50
"""Nodes of branch and cut after which it is left open whether required nodes can be afforded."""
CHUNKS_BETWEEN = 2
"""Chunks of local search between turns of branching."""


def begin(search: Search, start: NDArray[np.int32] | None = None) -> None:
    """Plant the first trees, or take an earlier plan, and look once around each."""
    if start is not None:
        search.start_from(start)
        search.note_plan(search.graph, search.tree)  # the answer is no worse, however little time there is
    search.drop_needless()
    if start is None:
        search.plant()
    search.improve(1)


def shrink(
    graph: Graph, budget: int, target: float, price: float, rng: np.random.Generator, stopped: Callable[[], bool]
) -> tuple[Graph, Pricing] | None:
    """Return the graph of the plans worth at least ``target`` with its best pricing, None if there are none.

    The Lagrangian is evaluated around ``price`` in many orders of the ascent: each fixes other arcs.
    """
    best = pricing = price_out(graph, price, stopped=stopped)
    useful = np.ones(graph.n_arcs, np.bool_)
    fruitless = 0
    for _ in range(SWEEPS):
        useful &= find_useful(graph, pricing, budget, target)
        if best.bound(budget) < target or not useful.any():
            return None
        fruitless += 1
        if np.count_nonzero(useful) < WORTH_REBUILDING * graph.n_arcs:
            graph = graph.subgraph(useful)
            useful = np.ones(graph.n_arcs, np.bool_)
            fruitless = 0
        if fruitless > FRUITLESS_SWEEPS or stopped():
            break
        weight = np.exp(rng.normal(0.0, ORDER_SPREAD, graph.n_nodes))
        near = useful_price(graph, budget, best.price * math.exp(rng.normal(0.0, PRICE_SPREAD)))
        pricing = price_out(graph, near, weight, stopped=stopped)
        if pricing.bound(budget) < best.bound(budget):
            best = pricing
    return graph, best


def cheapest_part(
    part: Decided, budget: int, rng: np.random.Generator, stopped: Callable[[], bool]
) -> tuple[Graph, CutList] | None:
    """Return what plans within the budget that hold just the required nodes can use, and first cuts; None if nothing.

    The ascent is that of the Steiner arborescence in cents: its bound and reduced costs are exact. The prizes of the
    graph returned are 1 for each required node, and costs have no weight.
    """
    graph = part.graph._replace(prize=np.where(part.required, 1.0, 0.0), cost_weight=0.0)
    n_required = int(np.count_nonzero(part.required))
    cuts = new_cut_list(0, 0)
    for sweep in range(LEAST_COST_SWEEPS + 1):
        spare = np.where(graph.prize > 0, MOST_DUAL // n_required, 0)
        reduced = graph.cost.copy()
        order = np.exp(rng.normal(0.0, ORDER_SPREAD, graph.n_nodes)) if sweep % 4 else np.ones(graph.n_nodes)
        if sweep == LEAST_COST_SWEEPS:
            cuts = list_for_cuts(graph)
        least = ascend_noting_cuts(graph.in_start, graph.tail, reduced, spare, order, cuts)
        length = reduced.astype(np.float64)
        through = graph.from_root(length)[graph.tail] + length + graph.to_prizes(length)[graph.head]
        useful = through <= budget - least
        if least > budget or not useful.any():
            return None
        if stopped():
            break
        if sweep < LEAST_COST_SWEEPS and np.count_nonzero(useful) < WORTH_REBUILDING * graph.n_arcs:
            graph = graph.subgraph(useful)
            if np.count_nonzero(graph.prize) < n_required:
                return None
    return graph, cuts


def beyond(value: float, share: float) -> float:
    """Return the value that lies above another one by a share of its size."""
    return value + share * abs(value)


class Finish:
    """Local search and exact search in turns until the gap is closed.

    Parameters
    ----------
    search
        The running search: its plan, value and bound are bettered in place.
    gap
        Relative gap at which to end.
    instead
        Takes the turn of an exact search if it can, and says whether it did: another question whose answer is this
        one's.
    """

    def __init__(self, search: Search, gap: float, instead: Callable[[], bool] | None = None) -> None:
        self.search = search
        self.gap = gap
        self.instead = instead
        self.node_limit = FIRST_NODES
        self.branching: Branching | None = None
        self.from_root = FromRoot(self)
        self.recombination = Recombination()
        self.from_branches = FromBranches(self)
        self.from_rooms = FromRooms(self)

    @property
    def over(self) -> bool:
        """Whether the gap is closed or the search has to end."""
        return self.search.proven(self.gap) or self.search.stopped()

    @property
    def wanted(self) -> float:
        """The least worth of a plan that leaves the gap open."""
        search = self.search
        return self.target_at(search.least if search.value is None else beyond(search.value, self.gap * INSIDE))

    def close_gap(self) -> None:
        """Search until the gap is closed or the search is stopped."""
        while not self.over:
            self.search_locally()
            if not self.over:
                self.search_exactly()

    def stopped(self) -> bool:
        """Whether time is up or somebody asked to stop."""
        return self.search.stopped()

    def search_locally(self) -> None:
        """Let the local search go on until it has brought nothing for a while."""
        search = self.search
        patience = PATIENCE
        if search.graph.capacitated:
            patience = PATIENCE_PACKED if has_program(search.graph) else PATIENCE_CAPACITATED
        idle = 0
        while idle < max(patience, PATIENCE_SHARE * search.n_chunks) and not self.over:
            before = search.value
            self.improve()
            idle = idle + 1 if search.value == before else 0

    def improve(self) -> None:
        """Let the local search go on for a chunk; every so often put a plan together from what it has passed."""
        search = self.search
        search.improve()
        if search.graph.capacitated and not self.over:
            self.recombination.take_turn(search)

    def search_exactly(self) -> None:
        """Search to the end what is small enough; of what is not, look nearer to the ceiling or branch on it."""
        search = self.search
        if self.instead is not None and self.instead():
            return
        shrunk = self.shrink(self.wanted)
        if shrunk is None or search.stopped():
            return
        n_arcs = count_own(shrunk[0])
        if n_arcs > TINY and (self.from_branches.take_turn(*shrunk) or self.from_rooms.take_turn(*shrunk)):
            return
        if n_arcs <= (SMALL_LAYERED if shrunk[0].layered else SMALL):
            self.search_above(self.wanted, Decided.nothing(shrunk[0]), shrunk[1].price, -1, search.note_ceiling)
            return
        if self.from_root.take_turn(*shrunk):
            return
        large = n_arcs > LARGE
        if not (large and self.search_higher()):
            self.branch_while_telling(*shrunk)
            if not self.over and not large:
                self.search_higher()
        self.node_limit *= 2

    def branch_while_telling(self, graph: Graph, pricing: Pricing) -> None:
        """Branch on the offices, if there are large prizes, as long as that lowers the ceiling."""
        search = self.search
        assert search.bound is not None
        telling = search.worth(graph)[1:].max() > LARGE_PRIZE * (search.bound - search.least)
        while telling and not self.over:
            before = search.bound
            self.branch(graph, pricing)
            telling = before - search.bound >= TELLING * (before - search.least)
            for _ in range(CHUNKS_BETWEEN):
                if not self.over:
                    self.improve()

    def branch(self, graph: Graph, pricing: Pricing) -> None:
        """Branch on the offices, from where it was left or anew, for a number of nodes."""
        if self.branching is None:
            budget = self.search.problem.budget
            target = self.wanted + self.search.shift
            self.branching = Branching(Decided.nothing(graph), pricing.price, budget, target, self)
            self.note_branching(self.branching)
        for _ in range(self.node_limit):
            if self.over:
                break
            if not self.branching.open:
                self.branching = None
                break
            self.branching.target = self.wanted + self.search.shift
            self.branching.step()
            self.note_branching(self.branching)

    def note_branching(self, branching: Branching) -> None:
        """Take in what the branching has proven."""
        shift = self.search.shift
        self.search.note_ceiling(max(self.below(branching.target - shift), branching.ceiling - shift))

    def settle(self, part: Decided, price: float) -> float:
        """Search a part of the branching to its end; return the ceiling of what was not settled."""
        search, branching = self.search, self.branching
        assert branching is not None
        shift = search.shift
        if part.undecided.size or search.asked.rules.any or part.graph.cost_weight > 0.0:
            outcome = self.search_above(
                branching.target - shift,
                part,
                price,
                -1,
                lambda ceiling: search.note_ceiling(max(ceiling, branching.ceiling - shift)),
            )
            return -math.inf if outcome.complete else shift + outcome.ceiling
        value = math.fsum([part.graph.prize[0], *part.graph.prize[part.required]])
        return value if self.may_afford(part, price, -1) else -math.inf

    def affordable(self, part: Decided, price: float) -> bool:
        """Whether a plan within the budget may hold what is required; False is proven."""
        return self.may_afford(part, price, NODES_TO_AFFORD)

    def may_afford(self, part: Decided, price: float, node_limit: int) -> bool:
        """Look for the cheapest plan of what is required; return False if it is proven to cost too much."""
        if not part.required.any():
            return True
        search = self.search
        left = cheapest_part(part, search.problem.budget, search.orders, search.stopped)
        if left is None:
            return False
        graph, cuts = left
        if search.stopped() or graph.n_arcs > (SMALL if node_limit > 0 else LARGE):
            return True
        watch = self.watch(Follower(search, graph, price), node_limit, lambda _ceiling: None)
        return find_within(graph, search.problem.budget, graph.prize > 0, cuts, watch)

    def propose(self, part: Decided, price: float) -> None:
        """Grow a plan in a part."""
        assert self.branching is not None
        pricing = price_out(part.graph, price, required=part.required)
        Follower(self.search, part.graph, price, self.branching.taken).grow(pricing.reduced)

    def search_higher(self) -> bool:
        """Look for plans above a higher target that leaves a graph small enough to be tried; False if none does."""
        search = self.search
        for share in SHARES:
            target = self.target_above(share)
            shrunk = self.shrink(target)
            if shrunk is None or search.stopped():
                return True
            if count_own(shrunk[0]) <= (LARGE_CAPACITATED if shrunk[0].capacitated else LARGE):
                part, price = Decided.nothing(shrunk[0]), shrunk[1].price
                self.search_above(target, part, price, self.node_limit, search.note_ceiling)
                return True
        return False

    def target_above(self, share: float) -> float:
        """Return a target that leaves this share of the gap, counted from the ceiling, at least what is wanted."""
        search = self.search
        assert search.bound is not None
        return max(self.wanted, self.target_at(search.bound - (search.bound - search.least) * share))

    def target_at(self, value: float) -> float:
        """Return the least worth above a value, and above that of the best plan, that is worth looking for."""
        search = self.search
        assert search.bound is not None
        if search.whole_prizes:
            return min(max(math.floor(value) + 1.0, search.least + 1.0), search.bound)
        return min(max(value, beyond(search.least, LEAST_STEP), search.least + search.finest), search.bound)

    def below(self, target: float) -> float:
        """Return the ceiling if no plan is worth the target."""
        return target - 1.0 if self.search.whole_prizes else target

    def shrink(self, target: float) -> tuple[Graph, Pricing] | None:
        """Return the graph of the plans worth the target and its pricing; None if empty. Notes the ceiling."""
        search = self.search
        budget = search.problem.budget
        beyond = target + search.shift
        shrunk = shrink(search.graph, budget, beyond, search.base_price, search.orders, search.stopped)
        ceiling = -math.inf if shrunk is None else search.ceiling_of(shrunk[1])
        search.note_ceiling(max(self.below(target), ceiling))
        return shrunk

    def search_above(
        self,
        target: float,
        part: Decided,
        price: float,
        node_limit: int,
        note_ceiling: Callable[[float], object],
        rows: Sequence[Row] = (),
        at_rest: Callable[[], bool] | None = None,
    ) -> Outcome:
        """Look for the best plan of a part that is worth the target.

        Parameters
        ----------
        rows
            Rows to start from; the cuts of an ascent if there are none.
        at_rest
            Whether to end, asked after each linear program; where it is given the outcome tells of the root.
        """
        below = self.below(target)
        watch = self.watch(
            Follower(self.search, part.graph, price), node_limit, lambda ceiling: note_ceiling(max(below, ceiling))
        )
        if at_rest is not None:
            watch = replace(watch, proven=lambda: self.search.proven(self.gap) or at_rest())
        search = self.search
        floor = min(beyond(target, -LEAST_STEP), target - search.finest)
        floor = target - 0.5 if search.tells_units else floor
        cuts = new_cut_list(0, 0) if rows else ascent_cuts(part, price)
        relaxing = at_rest is not None
        outcome = branch_and_cut(part.graph, search.asked, floor, part.required, cuts, watch, rows, relaxing=relaxing)
        note_ceiling(max(below, outcome.ceiling))
        return outcome

    def watch(self, follower: Follower, node_limit: int, note_ceiling: Callable[[float], object]) -> Watch:
        """Return how branch and cut is watched."""
        return Watch(
            stopped=self.search.stopped,
            proven=lambda: self.search.proven(self.gap),
            seconds_left=self.search.deadline - time.monotonic(),
            node_limit=node_limit,
            note_ceiling=note_ceiling,
            propose=follower.propose,
            note_plan=follower.note,
        )
