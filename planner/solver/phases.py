"""Phases: yearly limits on cash, and benefit that counts from the year in which a node is reached.

Every arc of a plan is bought in one of the phases: its purchase is paid then, and a year of its operation in that phase
and in the ones after it, as long as operation is paid for. See docs/method/phases.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.rules import check_row

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.problem import Problem

FREE = -1
"""In ``Phases.lump``: an arc that is bought by itself. In ``Phases.most_new``: any number."""


@dataclass(frozen=True)
class Phases:
    """The phases of a problem, one after the other, a year each.

    Attributes
    ----------
    capex, opex
        ``(m,)`` int64 ≥ 0: what buying each arc takes, and a year of its operation, in cents.
    limit
        ``(t,)`` int64 ≥ 0: cash that each phase adds, in cents.
    carries
        ``(t,)`` bool: what is left of the phase is there for the next one; else it lapses.
    paid_years
        Years of operation that are paid for, from the phase in which an arc is bought; ≥ 0.
    weight
        ``(t,)`` > 0, never rising: what the prize of a node is worth that is reached in each phase.
    counted
        ``(n,)`` bool: nodes of which only so many may be reached in a phase; no arc leaves them.
    most_new
        ``(t,)`` int64: how many of these may be reached in each phase, `FREE` for any number.
    lump
        ``(m,)`` int32: arcs of the same number are bought together, when the first of those that the plan holds is
        needed; `FREE` for arcs that are bought by themselves.
    begun
        Groups of arcs, of each of which the first phase buys one: what stands when the phases begin.
    reached_first
        Nodes that are reached in the first phase, int32.
    """

    capex: NDArray[np.int64]
    opex: NDArray[np.int64]
    limit: NDArray[np.int64]
    carries: NDArray[np.bool_]
    paid_years: int
    weight: NDArray[np.float64]
    counted: NDArray[np.bool_]
    most_new: NDArray[np.int64]
    lump: NDArray[np.int32]
    begun: tuple[NDArray[np.int32], ...] = ()
    reached_first: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))

    def check(self, problem: Problem) -> None:
        """Check shapes and ranges.

        Raises
        ------
        ValueError
            If an array has another shape or type, or a number lies outside its range; if a node with a prize, or one
            that is counted, is left again: they must be the ends of branches.
        """
        for name, row in (("capex", self.capex), ("opex", self.opex)):
            check_row(name, row, np.int64, problem.n_arcs, 0)
        if len(self) == 0 or (self.limit < 0).any() or self.paid_years < 0:
            raise ValueError("phases: at least one, with a limit ≥ 0 and paid_years ≥ 0")
        if not (self.weight[-1] > 0 and (np.diff(self.weight) <= 0).all()):
            raise ValueError("weight: must be > 0 and never rise")
        if any(array.shape != self.limit.shape for array in (self.carries, self.weight, self.most_new)):
            raise ValueError("phases: limit, carries, weight and most_new must be of one length")
        if self.lump.shape != (problem.n_arcs,) or self.counted.shape != (problem.n_nodes,):
            raise ValueError("lump, counted: one entry for each arc, and for each node")
        numbers = [(group, problem.n_arcs) for group in self.begun] + [(self.reached_first, problem.n_nodes)]
        if any(each.dtype != np.int32 or ((each < 0) | (each >= size)).any() for each, size in numbers):
            raise ValueError("begun, reached_first: int32 numbers of arcs, and of nodes")
        if problem.cost_weight > 0.0:
            raise ValueError("cost_weight: with phases, costs have no weight")
        if problem.prize[0] > 0 or ((problem.prize > 0) | self.counted)[problem.tail].any():
            raise ValueError("prize, counted: with phases, such nodes are left by no arc")

    def __len__(self) -> int:
        """Return the number of phases."""
        return int(self.limit.size)

    @property
    def steps(self) -> NDArray[np.float64]:
        """What a prize loses from each phase to the next one, and after the last all that is left: ``(t,)`` ≥ 0."""
        return -np.diff(np.append(self.weight, 0.0))

    @property
    def starts(self) -> NDArray[np.int64]:
        """For each phase the first one whose money may be left for it, ``(t,)``."""
        starts = np.arange(len(self))
        for phase in range(1, len(self)):
            if self.carries[phase - 1]:
                starts[phase] = starts[phase - 1]
        return starts

    def purchases_in(self, bought: int, phase: int) -> int:
        """Return how often an arc's purchase is paid in the window that ends with a phase: once or not at all."""
        return int(self.starts[phase] <= bought <= phase)

    def years_in(self, bought: int, phase: int) -> int:
        """Return how many years of operation of an arc are paid in the window that ends with a phase."""
        first = max(bought, int(self.starts[phase]))
        return max(min(phase, bought + self.paid_years - 1) - first + 1, 0)

    def money(self, phase: int) -> int:
        """Return what the window that ends with a phase has to spend."""
        return int(self.limit[self.starts[phase] : phase + 1].sum())

    def cash(self, arcs: NDArray[np.int32], bought: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the cash of each phase, ``(t,)`` cents, of arcs bought in given phases."""
        cash = np.zeros(len(self), np.int64)
        np.add.at(cash, bought, self.capex[arcs])
        for phase in range(len(self)):
            runs = (bought <= phase) & (phase < bought + self.paid_years)
            cash[phase] += self.opex[arcs[runs]].sum()
        return cash

    def has_begun(self, problem: Problem, arcs: NDArray[np.int32], bought: NDArray[np.int64]) -> bool:
        """Whether arcs bought in given phases have in the first one what stands when it begins."""
        first = arcs[bought == 0]
        reached = np.isin(self.reached_first, problem.head[first]).all()
        return bool(reached) and all(np.isin(group, first).any() for group in self.begun)

    def keeps_limits(self, cash: NDArray[np.int64]) -> bool:
        """Whether the cash of each phase is there."""
        return all(
            int(cash[start : phase + 1].sum()) <= self.money(phase) for phase, start in enumerate(self.starts.tolist())
        )
