"""Steiner trees from STP files: what is asked of the solver, and its answer in the file's own nodes and units.

Costs are scaled to whole numbers by the decimals that the file gives them; the prizes follow. The value of an answer is
added up again from its edges, in decimals.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from planner.solver import Problem, best_tree_anywhere, cheapest_tree, solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.stp_format import StpFile


@dataclass(frozen=True)
class Answer:
    """What the solver found for one file.

    Attributes
    ----------
    value, bound
        Cost of the edges plus prizes of the nodes left out, and what no tree is below; None if no tree was found.
    edges
        Ends of the tree's edges, as in the file.
    """

    value: Decimal | None
    bound: Decimal
    edges: tuple[tuple[int, int], ...]
    status: str
    seconds: float


def solve_file(file: StpFile, time_limit_s: float) -> Answer:
    """Solve what a file asks: all terminals, prizes from its root, or prizes from anywhere.

    Raises
    ------
    ValueError
        If the file asks for something else.
    """
    started = time.monotonic()
    if file.terminals and not file.prizes:
        return reach_all(file, time_limit_s, started)
    if file.prizes and not file.terminals:
        return collect(file, time_limit_s, started)
    raise ValueError(f"{file.name}: either terminals or prizes are understood")


def reach_all(file: StpFile, time_limit_s: float, started: float) -> Answer:
    """Answer the classical problem."""
    root = file.terminals[0] if file.root is None else file.root
    problem = problem_of(file, root)
    wanted = np.zeros(problem.n_nodes, np.bool_)
    wanted[renumbered(file, root)[list(file.terminals)]] = True
    wanted[0] = False
    tree = cheapest_tree(problem, wanted, time_limit_s=time_limit_s)
    edges = edges_of(file, tree.arcs)
    value = None if tree.cost is None else worth(file, edges, root)
    bound = Decimal(tree.lower_bound) / cost_scale(file)
    return Answer(value, bound, edges, str(tree.status), time.monotonic() - started)


def collect(file: StpFile, time_limit_s: float, started: float) -> Answer:
    """Answer the prize-collecting problem."""
    problem = problem_of(file, file.root)
    if file.root is None:
        free = best_tree_anywhere(problem, time_limit_s=time_limit_s)
        arcs, status, lead, root = free.arcs, free.status, free.bound - free.value, free.root
    else:
        result = solve(problem, gap=0.0, time_limit_s=time_limit_s)
        assert result.value is not None
        assert result.bound is not None
        arcs, status, lead, root = result.arcs, result.status, result.bound - result.value, file.root
    edges = edges_of(file, arcs)
    value = worth(file, edges, root)
    # Whole numbers have exact differences; others are known to the rounding of their sums.
    noise = 0.0 if lead.is_integer() else 1e-12 * math.fsum(problem.prize)
    bound = max(value - Decimal(lead + noise) / cost_scale(file), Decimal(0))
    return Answer(value, bound, edges, str(status), time.monotonic() - started)


def cost_scale(file: StpFile) -> int:
    """Return the least power of ten that makes all costs whole."""
    digits = max((-int(cost.normalize().as_tuple().exponent) for cost in file.cost), default=0)
    return int(10 ** max(digits, 0))


def renumbered(file: StpFile, root: int | None) -> NDArray[np.int64]:
    """Return the node of the problem for each of the file's: the root is node 0, which is apart if there is none."""
    number = np.arange(file.n_nodes + 1)
    if root is not None:
        number[1:root] = np.arange(1, root)
        number[root + 1 :] = np.arange(root, file.n_nodes)
        number[root] = 0
    return number


def problem_of(file: StpFile, root: int | None) -> Problem:
    """Return the problem at a price of 1 for each unit of scaled cost, with an arc each way for an edge."""
    number, scale = renumbered(file, root), cost_scale(file)
    tail, head = number[file.tail], number[file.head]
    cost = np.array([int(each * scale) for each in file.cost], np.int64)
    if not file.directed:
        tail, head, cost = np.r_[tail, head], np.r_[head, tail], np.r_[cost, cost]
    size = file.n_nodes + (root is None)
    prize = np.zeros(size)
    for node, each in file.prizes.items():
        prize[number[node]] = float(each * scale)
    return Problem(
        n_nodes=size,
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        cost=cost,
        capacity=np.full(tail.size, np.inf),
        prize=prize,
        demand=np.zeros(size),
        place=np.arange(size, dtype=np.int32),
        budget=int(cost.sum()),
        cost_weight=1.0,
    )


def edges_of(file: StpFile, arcs: NDArray[np.int32]) -> tuple[tuple[int, int], ...]:
    """Return the ends of the edges of some arcs."""
    chosen = arcs % len(file.cost) if len(file.cost) else arcs
    return tuple((int(file.tail[e]), int(file.head[e])) for e in chosen)


def worth(file: StpFile, edges: tuple[tuple[int, int], ...], root: int) -> Decimal:
    """Return the cost of the edges plus the prizes of the nodes that they leave out.

    Raises
    ------
    ValueError
        If the edges are no tree that holds the root, or leave out a terminal.
    """
    cheapest: dict[frozenset[int], Decimal] = {}
    for u, v, cost in zip(file.tail.tolist(), file.head.tolist(), file.cost, strict=True):
        ends = frozenset((u, v))
        cheapest[ends] = min(cost, cheapest.get(ends, cost))
    held = {root}
    for u, v in edges:
        if (u in held) == (v in held):
            raise ValueError(f"{file.name}: the edges are no tree")
        held |= {u, v}
    if not held.issuperset(file.terminals):
        raise ValueError(f"{file.name}: the tree leaves out a terminal")
    missed = sum((prize for node, prize in file.prizes.items() if node not in held), Decimal(0))
    return missed + sum((cheapest[frozenset(ends)] for ends in edges), Decimal(0))
