"""Worst first: the share of the group that is worst off as high as it can be, then that of the next one, and so on.

All open groups are asked for the same share, which is raised by halving: each step is a question whether any plan keeps
all limits, answered with a plan or with a proof that there is none. Where no more can be had, the group that is worst
off in the plan found keeps its share, and the others go on.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from planner.plan.fairness import Fairness, Level
from planner.plan.floors import least_of, worst_first_rows
from planner.question.asked import Kept
from planner.question.served import serving
from planner.solver import Status, solve
from planner.solver.conflict import ANY_PLAN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.plan.floors import FloorRow
    from planner.question.asked import Question

NEAR = 0.01
"""Halving ends at this difference of shares; then it is asked for any more at all."""
MORE = 1e-6
"""By which a share has to rise to be more."""
LEAP = 0.04
"""First step by which shares are raised; it is doubled as long as there is a plan."""
LONGEST, SHORTEST_S = 0.5, 2.0
"""Part of the time left for a group that one question may take, and seconds that it is given at least."""
FIRST = 0.4
"""Part of the time left that a group is given at least: those that are settled first matter most."""


PRICE_TIME, FAIRNESS_TIME = 0.15, 0.4
"""Parts of the time limit for the best plan without floors, and for the shares of groups, worst first."""


class Known(NamedTuple):
    """A plan that was found: the offices it connects, (o,) bool, and the plan as whoever has found it keeps it."""

    connected: NDArray[np.bool_]
    plan: Any


Finder = Callable[[Sequence["FloorRow"], float], tuple[Status, Known | None]]
"""Looks for any plan that keeps some floors beside all limits, for so many seconds; infeasible: proven."""


@dataclass(frozen=True)
class Settled:
    """What was found: the shares, the floors that keep them, and a plan that does; no plan where none was found."""

    levels: tuple[Level, ...] = ()
    floors: tuple[FloorRow, ...] = ()
    known: Known | None = None


def settle_worst_first(
    question: Question, find: Finder, seconds: float, cancelled: Callable[[], bool] | None
) -> Settled:
    """Settle the shares of all groups that ``limits.worst_first`` makes, as far as time allows.

    Parameters
    ----------
    question : Question
    find : Finder
    seconds : float
        For all of it.
    cancelled : callable or None
    """
    search = _Search(question, find, time.monotonic() + seconds, cancelled)
    rows = [row for row in worst_first_rows(question.scenario, question.inputs.offices) if row.total > 0]
    status, known = find((), seconds)
    levels: list[Level] = []
    if known is None or status == Status.INFEASIBLE:
        return Settled()
    while rows:
        before = [(level.row, level.share) for level in levels]
        until = time.monotonic() + max(search.end - time.monotonic(), 0.0) * max(FIRST, 1 / len(rows))
        known, bound = search.raise_shares(rows, before, known, until)
        shares = [share_of(row, known) for row in rows]
        worst = int(np.argmin(shares))
        levels.append(Level(rows.pop(worst), shares[worst], max(bound, shares[worst])))
    return Settled(tuple(levels), tuple(asking(level.row, level.share) for level in levels), known)


def fairness_of(question: Question, fair: Settled, without: tuple[float, float | None] | None) -> Fairness:
    """Return what was settled, or that it was not, beside value and bound of the best plan without floors."""
    settled = None if question.scenario.limits.worst_first is None else fair.known is not None
    return Fairness(fair.levels, without, settled)


def share_of(row: FloorRow, known: Known) -> float:
    """Return the share of a group in a plan."""
    return row.reached(known.connected) / row.total


def asking(row: FloorRow, share: float) -> FloorRow:
    """Return a group with a share as its floor."""
    return replace(row, name=f"worst_first {row.name}", least=least_of(row.measure, share, row.total))


def none_between(rows: Sequence[FloorRow], least: float, more: float) -> bool:
    """Return whether no plan can have a least share above one and below another, whatever plans there are.

    The least share of a plan is that of some group, and what is counted in whole numbers has few: in steps of their
    greatest common divisor. Those of one group may lie between those of another.
    """
    if any((row.weight != np.floor(row.weight)).any() for row in rows):
        return False
    steps = [int(np.gcd.reduce(row.weight.astype(np.int64))) for row in rows]
    below = [math.floor(least * row.total / step) for row, step in zip(rows, steps, strict=True)]
    # The first share above is one of the next two, or this one where the product was rounded up.
    return not any(
        least < (count + further) * step / row.total < more
        for row, step, count in zip(rows, steps, below, strict=True)
        for further in range(3)
    )


class TreeFinder:
    """Looks for plans without years and second paths.

    Attributes
    ----------
    held : tuple of (k,) int32
        What fixed links were found to need: of each of these groups of arcs every plan holds one.
    """

    def __init__(self, question: Question, cancelled: Callable[[], bool] | None) -> None:
        self.question = question
        self.cancelled = cancelled
        self.held: tuple[NDArray[np.int32], ...] = ()

    def __call__(self, floors: Sequence[FloorRow], seconds: float) -> tuple[Status, Known | None]:
        """Look for any plan with these floors; its links all serve somebody."""
        question, until = self.question, time.monotonic() + seconds
        while True:
            kept = Kept(floors=question.floors_of(floors), held=self.held)
            problem = question.problem(question.scenario.objective[0], kept)
            found = solve(
                replace(problem, prize=np.zeros(problem.n_nodes)),
                gap=ANY_PLAN,
                time_limit_s=max(until - time.monotonic(), 0.0),
                seed=question.scenario.solver.seed,
                cancelled=self.cancelled,
            )
            if found.value is None:
                return found.status, None
            served = serving(question.graph, problem, found.arcs)
            if not served.cuts:
                return found.status, Known(question.connected(served.arcs), served.arcs)
            self.held = (*self.held, *served.cuts)


class _Search:
    """Questions whether there is any plan with given shares."""

    def __init__(self, question: Question, find: Finder, end: float, cancelled: Callable[[], bool] | None) -> None:
        self.question = question
        self.find = find
        self.end = end
        self.cancelled = cancelled

    def any_plan(self, asked: Sequence[tuple[FloorRow, float]], seconds: float) -> tuple[Status, Known | None]:
        """Look for any plan with these shares."""
        return self.find([asking(row, share) for row, share in asked], seconds)

    def raise_shares(
        self, rows: Sequence[FloorRow], before: Sequence[tuple[FloorRow, float]], known: Known, until: float
    ) -> tuple[Known, float]:
        """Raise the least share of some groups; return the best plan, and the share that none exceeds, proven."""
        reachable = self.question.reachable
        bound = min(row.reached(reachable) / row.total for row in rows)
        least, top, leap = min(share_of(row, known) for row in rows), bound, LEAP
        while (left := until - time.monotonic()) > 0 and least < bound and not (self.cancelled and self.cancelled()):
            halving = top - least > NEAR
            tried = min(least + leap, (least + top) / 2) if halving else least + MORE
            seconds = max(LONGEST * left, min(left, SHORTEST_S))
            status, found = self.any_plan([*before, *((row, tried) for row in rows)], seconds)
            if found is not None:
                leap *= 2
                known, least = found, max(tried, min(share_of(row, found) for row in rows))
                top = max(top, least)
                continue
            if status == Status.INFEASIBLE:
                bound = min(bound, tried)
            if not halving:
                # No more at all, or not within this time.
                if status != Status.INFEASIBLE:
                    return known, bound
                return known, least if none_between(rows, least, tried) else tried
            top = tried
        return known, bound
