"""Branch and bound over the offices: connected or not, each node priced by dual ascents.

A few large prizes that a budget cannot all take leave a gap that no price of money closes. Deciding them one by one
closes it: with the decisions made, the Lagrangian is evaluated anew around its parent's price, and reduced costs fix
what no better plan below that node can hold. After M. Leitner, I. Ljubić, M. Luipersbeck, M. Sinnl, "A dual
ascent-based branch-and-bound framework for the prize-collecting Steiner tree and related problems", INFORMS Journal on
Computing 30 (2018), here under a budget. What is small enough, or has nothing left to decide, goes to branch and cut.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from planner.solver.bound import Pricing, price_out, useful_price
from planner.solver.cuts import new_cut_list
from planner.solver.folding import count_own
from planner.solver.reduce import find_useful

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from planner.solver.cuts import CutList
    from planner.solver.graph import Graph

FIRST_STEP, STEPS = 0.3, 7
"""First step of the logarithm of the price at a node, and how many steps are tried."""
WORTH_REBUILDING = 0.9
SMALL = 2_500
"""Arcs of a node that goes to branch and cut."""
PROPOSALS = 12
"""A plan is grown in so many first nodes, and then in each node of this number."""


@dataclass(frozen=True)
class Decided:
    """A graph and the decisions made in it.

    Attributes
    ----------
    graph
        Its prizes are 0 where a node is decided to stay out.
    required
        ``(n,)``: nodes that every plan of this part holds.
    """

    graph: Graph
    required: NDArray[np.bool_]

    @classmethod
    def nothing(cls, graph: Graph) -> Decided:
        """Return a graph in which nothing is decided yet."""
        return cls(graph, np.zeros(graph.n_nodes, np.bool_))

    @property
    def undecided(self) -> NDArray[np.int64]:
        """Nodes with a prize that are not required; the root's is had in any case."""
        free = (self.graph.prize > 0) & ~self.required
        free[0] = False
        return np.flatnonzero(free)


def list_for_cuts(graph: Graph) -> CutList:
    """Return an empty list with room for the cuts that an ascent raises."""
    return new_cut_list(20 * graph.n_nodes, 50 * graph.n_arcs)


def ascent_cuts(part: Decided, price: float, stopped: Callable[[], bool] | None = None) -> CutList:
    """Return the cuts that the dual ascent raises at a price, until it is stopped."""
    cuts = list_for_cuts(part.graph)
    price_out(part.graph, price, cuts=cuts, required=part.required, stopped=stopped)
    return cuts


@dataclass(order=True)
class Node:
    """A part of the search, best ceiling first."""

    key: tuple[float, int]
    part: Decided = field(compare=False)
    pricing: Pricing = field(compare=False)


def lower_ceiling(part: Decided, price: float, budget: int, target: float, stopped: Callable[[], bool]) -> Pricing:
    """Return the best pricing found near a price; it stops once no plan of the part can be worth the target."""
    seen: dict[float, Pricing] = {}

    def ceiling(exponent: float) -> float:
        if exponent not in seen:
            near = useful_price(part.graph, budget, math.exp(exponent))
            seen[exponent] = price_out(part.graph, near, required=part.required, stopped=stopped)
        return seen[exponent].bound(budget)

    middle, step = math.log(price), FIRST_STEP
    best = ceiling(middle)
    for _ in range(STEPS):
        if best < target or stopped():
            break
        beside = min((middle - step, middle + step), key=ceiling)
        if ceiling(beside) < best:
            middle, best = beside, ceiling(beside)
        else:
            step /= 2.0
    return seen[middle]


def reduce_part(part: Decided, pricing: Pricing, budget: int, target: float) -> Decided | None:
    """Return the part without arcs that no plan worth the target can hold; None if that leaves no such plan."""
    graph = part.graph
    # Leaving out an undecided node costs what is left of its prize.
    required = part.required | ((graph.prize > 0) & (pricing.bound(budget) - pricing.spare < target))
    required[0] = False
    useful = find_useful(graph, pricing, budget, target)
    if np.count_nonzero(useful) > WORTH_REBUILDING * graph.n_arcs:
        return Decided(graph, required)
    if not useful.any():
        return None
    smaller = graph.subgraph(useful)
    number = np.full(int(graph.node.max()) + 1, -1)
    prized = np.flatnonzero(smaller.prize > 0)  # other nodes may be copies of one node of the problem
    number[smaller.node[prized]] = prized
    kept = number[graph.node[required]]
    if (kept < 0).any():
        return None
    held = np.zeros(smaller.n_nodes, np.bool_)
    held[kept] = True
    return Decided(smaller, held)


class Settling(Protocol):
    """What is done with a part beside splitting it."""

    def stopped(self) -> bool:
        """Whether to end soon, with whatever is known."""

    def propose(self, part: Decided, price: float) -> None:
        """Grow a plan in the part at a price of money."""

    def settle(self, part: Decided, price: float) -> float:
        """Search the part to its end; return the ceiling of what could not be settled, −inf if all could."""

    def affordable(self, part: Decided, price: float) -> bool:
        """Whether a plan within the budget may hold what is required; False is proven."""


class Branching:
    """The open nodes of one search, which can be taken up again.

    Parameters
    ----------
    part
        Holds every plan worth the target.
    price
        Where to start the search for the price of money (λ).
    target
        Least worth of the plans looked for; it may rise.
    settling
        What is done with a part beside splitting it.
    """

    def __init__(self, part: Decided, price: float, budget: int, target: float, settling: Settling) -> None:
        self.budget = budget
        self.target = target
        self.settling = settling
        self.open: list[Node] = []
        self.left_over = -math.inf
        self.pushed = self.taken = 0
        self.checked: dict[frozenset[int], bool] = {}
        self._push(part, price)

    @property
    def ceiling(self) -> float:
        """No plan worth the target is worth more; −inf if there is none."""
        return max(self.left_over, -self.open[0].key[0] if self.open else -math.inf)

    def _push(self, part: Decided, price: float) -> None:
        pricing = lower_ceiling(part, price, self.budget, self.target, self.settling.stopped)
        ceiling = pricing.bound(self.budget)
        if ceiling >= self.target:
            self.pushed += 1
            heapq.heappush(self.open, Node((-ceiling, self.pushed), part, pricing))

    def step(self) -> None:
        """Take up the open node of the highest ceiling: reduce it, then settle it or split it."""
        node = heapq.heappop(self.open)
        ceiling, price = -node.key[0], node.pricing.price
        part = reduce_part(node.part, node.pricing, self.budget, self.target) if ceiling >= self.target else None
        if part is None:
            return
        self.taken += 1
        if self.taken <= PROPOSALS or self.taken % PROPOSALS == 0:
            self.settling.propose(part, price)
        undecided = part.undecided
        if undecided.size == 0 or count_own(part.graph) <= SMALL:
            self.left_over = max(self.left_over, min(self.settling.settle(part, price), ceiling))
            return
        v = int(undecided[np.argmax(part.graph.prize[undecided])])
        if part.graph.prize[v] < ceiling - self.target and not self.can_afford(part, price):
            return
        self._split(part, v, price)

    def can_afford(self, part: Decided, price: float) -> bool:
        """Ask once for each set of required nodes; dual ascents do not see capacities."""
        if not part.graph.capacitated:
            return True
        held = frozenset(part.graph.node[part.required].tolist())
        if held not in self.checked:
            self.checked[held] = self.settling.affordable(part, price)
        return self.checked[held]

    def _split(self, part: Decided, v: int, price: float) -> None:
        """Push the part with node v required, and without its prize."""
        required, prize = part.required.copy(), part.graph.prize.copy()
        required[v] = True
        self._push(Decided(part.graph, required), price)
        prize[v] = 0.0
        self._push(Decided(part.graph._replace(prize=prize), part.required), price)
