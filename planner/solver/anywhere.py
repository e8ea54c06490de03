"""The best tree wherever it hangs: the prize-collecting Steiner tree without a root.

Every tree worth having holds a node with a prize, from which it can hang. Roots are tried in turn: the best tree that
holds the first, the best that holds the second but not the first, and so on; each search looks only for trees better
than the best so far. It ends as soon as no such tree is left without the roots tried. That is seen on a graph in which
an artificial root leads to every prize by arcs of one cost: a tree needs one of them, so that its cost can be added
again. After M. Leitner, I. Ljubić, M. Luipersbeck, M. Sinnl, "A dual ascent-based branch-and-bound framework for the
prize-collecting Steiner tree and related problems", INFORMS Journal on Computing 30 (2018), where roots are fixed in
turn as well; the artificial root is that of D. Rehfeldt, T. Koch, "On the exact solution of prize-collecting Steiner
tree problems", INFORMS Journal on Computing 34 (2022).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.bound import price_out, round_up
from planner.solver.graph import assemble
from planner.solver.program import FINEST
from planner.solver.reduce import find_useful
from planner.solver.result import Status, Termination
from planner.solver.search import LEAST_STEP, Search, has_whole_values
from planner.solver.solve import close_gap

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from planner.solver.graph import Graph
    from planner.solver.problem import Problem

ENTRY_SHARES = (1.0, 0.75, 0.5, 0.3, 0.15)
"""Costs of the artificial arcs that are tried, as shares of the value of the best tree."""
ROUNDS, ORDER_SPREAD = 4, 0.5
"""Orders of the ascent that are tried for each cost, and the standard deviation of the logarithm of their weights."""


@dataclass(frozen=True)
class FreeTree:
    """A tree that hangs from a node of its own choice, with its proof.

    Attributes
    ----------
    root
        Where it hangs.
    arcs
        ``(k,)`` int32: its arcs, parents before children.
    value, bound
        What it is worth, prizes less weighed cost, and what no tree is worth more than.
    """

    status: Status
    termination: Termination
    root: int
    arcs: NDArray[np.int32]
    value: float
    bound: float


def best_tree_anywhere(
    problem: Problem, *, time_limit_s: float = 60.0, seed: int = 0, cancelled: Callable[[], bool] | None = None
) -> FreeTree:
    """Find the tree that is worth most, wherever it hangs; a single node is one.

    Parameters
    ----------
    problem
        Its node 0 stands for the root that is to be chosen: it has no arcs and no prize. The opposite of every arc is
        an arc of the same cost. There is a weight of costs, and no budget, place or capacity that could bind.

    Raises
    ------
    ValueError
        If the problem is not of this kind.
    """
    check_free(problem)
    anywhere = Anywhere(problem, seed, time_limit_s, cancelled)
    anywhere.run()
    return anywhere.conclude()


def check_free(problem: Problem) -> None:
    """Check what `best_tree_anywhere` asks of a problem."""
    ends = np.sort(np.column_stack([problem.tail, problem.head]), axis=1)
    there = problem.tail < problem.head
    one_way = np.column_stack([ends, problem.cost])[there]
    other = np.column_stack([ends, problem.cost])[~there]
    symmetric = one_way.shape == other.shape and (one_way[np.lexsort(one_way.T)] == other[np.lexsort(other.T)]).all()
    if not symmetric or (ends == 0).any() or problem.prize[0] > 0:
        raise ValueError("problem: node 0 must have neither arcs nor a prize, each arc an opposite of the same cost")
    free = not np.isfinite(problem.capacity).any() and np.unique(problem.place).size == problem.n_nodes
    if not free or problem.cost_weight == 0.0 or problem.cost.sum() > problem.budget:
        raise ValueError("problem: costs must have a weight, and neither places nor capacities nor the budget bind")


class Anywhere:
    """The search over all roots.

    Attributes
    ----------
    root, arcs, value
        The best tree so far.
    left
        The problem's arcs that better trees without the roots tried can hold.
    pair
        ``(m,)``: a number for the two ends of each arc.
    prize
        ``(n,)``: the problem's prizes, 0 for the nodes that no such tree holds.
    ceiling
        No such tree is worth more; −inf once there is none.
    unsettled
        Highest ceiling of the searches that did not end.
    """

    def __init__(self, problem: Problem, seed: int, time_limit_s: float, cancelled: Callable[[], bool] | None) -> None:
        self.problem = problem
        self.seed = seed
        self.deadline = time.monotonic() + time_limit_s
        self.cancelled = cancelled
        self.was_cancelled = False
        self.orders = np.random.default_rng(seed)
        self.root = int(np.argmax(problem.prize))
        self.arcs = np.empty(0, np.int32)
        self.value = float(problem.prize[self.root])
        self.left = np.arange(problem.n_arcs, dtype=np.int32)
        self.pair = np.minimum(problem.tail, problem.head) * np.int64(problem.n_nodes)
        self.pair += np.maximum(problem.tail, problem.head)
        self.prize = problem.prize.copy()
        self.spare = problem.prize
        self.ceiling = self.total = math.fsum(problem.prize)
        self.whole = has_whole_values(problem, self.total)
        self.unsettled = -math.inf

    def stopped(self) -> bool:
        """Whether time is up or somebody asked to stop."""
        if self.cancelled is not None and not self.was_cancelled and self.cancelled():
            self.was_cancelled = True
        return self.was_cancelled or time.monotonic() >= self.deadline

    @property
    def target(self) -> float:
        """The least worth of a better tree."""
        if self.whole:
            return self.value + 1.0
        return max(self.value * (1.0 + LEAST_STEP), self.value + FINEST * self.total)

    def run(self) -> None:
        """Try roots until none that is left can be that of a better tree, or the search is stopped."""
        while not self.stopped():
            self.lower_ceiling()
            if self.ceiling == -math.inf:
                break
            self.search_from(int(np.argmax(np.where(self.prize > 0, 1.0 + self.spare, 0.0))))

    def lower_ceiling(self) -> None:
        """Bound the better trees that are left, and fix what none of them holds."""
        ceiling = math.fsum(self.prize)
        for share in ROUNDS * ENTRY_SHARES:
            if self.stopped() or not self.left_over(ceiling):
                break
            entry = int(share * self.value / self.problem.cost_weight)
            ceiling = min(ceiling, self.bound_with(entry, ceiling))
        self.ceiling = ceiling if self.left_over(ceiling) else -math.inf

    def left_over(self, ceiling: float) -> bool:
        """Whether a better tree may be left."""
        return ceiling >= self.target and bool((self.prize > 0).any())

    def bound_with(self, entry: int, lowest: float) -> float:
        """Return the ceiling of the better trees that are left, given what an artificial arc costs; fix by it."""
        problem = self.problem
        graph = enter_anywhere(problem, self.left, self.prize, entry)
        pricing = price_out(graph, graph.cost_weight, np.exp(self.orders.normal(0.0, ORDER_SPREAD, graph.n_nodes)))
        paid = problem.cost_weight * entry
        ceiling = round_up(pricing.intercept + paid, pricing.intercept + paid)
        ceiling = math.floor(ceiling) if self.whole else ceiling
        if ceiling < lowest:
            self.spare = np.zeros(problem.n_nodes)
            self.spare[graph.node] = pricing.spare
        useful = find_useful(graph, pricing, 0, self.target - paid)
        arcs = graph.origin[useful]
        # Both directions stay or go: the searches from a root rely on it.
        self.left = self.left[np.isin(self.pair[self.left], self.pair[arcs[arcs >= 0]])]
        entered = np.zeros(problem.n_nodes, np.bool_)
        entered[graph.node[graph.head[useful & (graph.origin < 0)]]] = True
        self.leave_out(~entered & (self.prize > 0))
        return ceiling

    def leave_out(self, nodes: NDArray[np.bool_]) -> None:
        """Take nodes ``(n,)`` with a prize out of what is left: no better tree that is left holds them."""
        self.prize[nodes] = 0.0
        self.left = self.left[~nodes[self.problem.tail[self.left]] & ~nodes[self.problem.head[self.left]]]

    def search_from(self, root: int) -> None:
        """Look for a better tree that holds a node, then take the node out."""
        problem = self.problem

        def number(nodes: NDArray[np.int32]) -> NDArray[np.int32]:
            return np.where(nodes == root, 0, nodes).astype(np.int32)

        prize = self.prize.copy()
        prize[[0, root]] = prize[root], 0.0
        rooted = replace(
            problem,
            tail=number(problem.tail[self.left]),
            head=number(problem.head[self.left]),
            cost=problem.cost[self.left],
            capacity=problem.capacity[self.left],
            prize=prize,
        )
        search = Search(rooted, self.seed, self.deadline - time.monotonic(), self.cancelled, None)
        search.expect_more_than(self.value)
        search.find_price()
        if not search.proven(0.0):
            close_gap(search, 0.0)
        assert search.value is not None
        assert search.bound is not None
        if search.value > self.value:
            self.root, self.arcs, self.value = root, self.left[search.plan], search.value
        if search.bound >= self.target:
            self.unsettled = max(self.unsettled, search.bound)
        gone = np.zeros(problem.n_nodes, np.bool_)
        gone[root] = True
        self.leave_out(gone)

    def conclude(self) -> FreeTree:
        """Return what is known."""
        bound = max(self.ceiling, self.unsettled, self.value if self.whole else self.target)
        closed = bound - self.value <= 2.0 * (self.target - self.value) * (not self.whole)
        if self.was_cancelled:
            status, termination = Status.CANCELLED, Termination.CANCELLED
        else:
            status = Status.OPTIMAL if closed else Status.FEASIBLE
            termination = Termination.GAP if closed else Termination.TIME_LIMIT
        return FreeTree(status, termination, self.root, self.arcs, self.value, bound)


def enter_anywhere(problem: Problem, left: NDArray[np.int32], prize: NDArray[np.float64], entry: int) -> Graph:
    """Return the graph of some arcs with an artificial arc, of origin −1, from node 0 to every prize."""
    prized = np.flatnonzero(prize > 0).astype(np.int32)
    return assemble(
        np.r_[problem.tail[left], np.zeros_like(prized)],
        np.r_[problem.head[left], prized],
        np.r_[problem.cost[left], np.full(prized.size, entry, np.int64)],
        np.full(left.size + prized.size, np.inf),
        np.r_[left, np.full(prized.size, -1, np.int32)],
        prize,
        problem.demand,
        problem.place,
        np.arange(problem.n_nodes, dtype=np.int32),
        np.zeros(problem.n_nodes, np.int32),
        problem.cost_weight,
    )
