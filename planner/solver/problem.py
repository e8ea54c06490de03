"""What the solver is asked: a rooted graph with prizes, costs, capacities and one budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_MONEY = 2**52
"""Largest sum of arc costs in cents: sums stay exact in int64 and in float64."""


@dataclass(frozen=True)
class Problem:
    """Budgeted prize-collecting Steiner arborescence.

    Choose an arborescence out of node 0 that maximises its value, the sum of the prizes of its nodes less
    ``cost_weight`` times the sum of its arc costs, so that this sum stays within ``budget``, no arc carries more than
    its capacity, and no place is entered by two arcs from other places. Arcs inside a place (mast levels, terminals)
    are free of the last rule.

    Attributes
    ----------
    n_nodes
        Number of nodes; node 0 is the root.
    tail, head
        ``(m,)`` int32: end nodes of each arc. Parallel arcs are allowed.
    cost
        ``(m,)`` int64: money in cents, ≥ 0.
    capacity
        ``(m,)`` float64: Mbit/s an arc carries, ≥ 0; ``inf`` means unlimited.
    prize
        ``(n_nodes,)`` float64 ≥ 0: earned when the node is in the arborescence.
    demand
        ``(n_nodes,)`` float64 ≥ 0: Mbit/s drawn when the node is in the arborescence.
    place
        ``(n_nodes,)`` int32 ≥ 0: the place that the node belongs to; the root has one of its own.
    budget
        Money that may be spent, in cents, ≥ 0.
    cost_weight
        What a cent spent takes from the value of a plan, ≥ 0: 0 where only the budget counts, above where money has a
        fixed price, within the budget.

    Raises
    ------
    ValueError
        If shapes disagree or a number lies outside its range.
    """

    n_nodes: int
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    cost: NDArray[np.int64]
    capacity: NDArray[np.float64]
    prize: NDArray[np.float64]
    demand: NDArray[np.float64]
    place: NDArray[np.int32]
    budget: int
    cost_weight: float = 0.0

    def __post_init__(self) -> None:
        """Check shapes and ranges once, so that no kernel has to."""
        if self.n_nodes < 1:
            raise ValueError("a problem needs at least its root, node 0")
        if self.budget < 0:
            raise ValueError("budget: must be ≥ 0")
        if not 0.0 <= self.cost_weight < np.inf:
            raise ValueError("cost_weight: must be ≥ 0")
        self._check_shapes()
        self._check_ranges()

    def _check_shapes(self) -> None:
        for name, dtype, size in (
            ("tail", np.int32, self.tail.size),
            ("head", np.int32, self.tail.size),
            ("cost", np.int64, self.tail.size),
            ("capacity", np.float64, self.tail.size),
            ("prize", np.float64, self.n_nodes),
            ("demand", np.float64, self.n_nodes),
            ("place", np.int32, self.n_nodes),
        ):
            array = getattr(self, name)
            if array.dtype != dtype or array.shape != (size,):
                raise ValueError(f"{name}: expected ({size},) {np.dtype(dtype)}, got {array.shape} {array.dtype}")

    def _check_ranges(self) -> None:
        for name, low, high in (
            ("tail", 0, self.n_nodes - 1),
            ("head", 0, self.n_nodes - 1),
            ("cost", 0, MAX_MONEY),
            ("capacity", 0, np.inf),
            ("prize", 0, np.finfo(np.float64).max),
            ("demand", 0, np.finfo(np.float64).max),
            ("place", 0, np.iinfo(np.int32).max),
        ):
            values = getattr(self, name)
            if not ((values >= low) & (values <= high)).all():  # written so that nan fails too
                raise ValueError(f"{name}: values must lie in {low}…{high}")
        if float(self.cost.sum(dtype=np.float64)) > MAX_MONEY:
            raise ValueError("cost: values must add up to at most 2**52 cents")
        if (self.place[1:] == self.place[0]).any():
            raise ValueError("place: the root must be a place of its own")

    @property
    def n_arcs(self) -> int:
        """Number of arcs."""
        return int(self.tail.size)
