"""Worst first: the share of the group that is worst off as high as it can be, then that of the next one, and so on.

All open groups are asked for the same share, which is raised by halving: each step is a question whether any plan keeps
all limits, answered with a plan or with a proof that there is none. Where no more can be had, the group that is worst
off in the plan found keeps its share, and the others go on.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.plan.fairness import Level
from planner.plan.floors import least_of, worst_first_rows
from planner.question.asked import Kept
from planner.question.served import serving
from planner.solver import Status, solve
from planner.solver.conflict import ANY_PLAN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from planner.plan.floors import FloorRow
    from planner.question.asked import Question
    from planner.solver import Floor

    Arcs = NDArray[np.int32]

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


@dataclass(frozen=True)
class Settled:
    """What was found: the shares, the floors that keep them, and a plan that does; no plan where none was found."""

    levels: tuple[Level, ...]
    kept: Kept
    arcs: Arcs | None


def settle_worst_first(question: Question, seconds: float, cancelled: Callable[[], bool] | None) -> Settled:
    """Settle the shares of all groups that ``limits.worst_first`` makes, as far as time allows.

    Parameters
    ----------
    question : Question
    seconds : float
        For all of it.
    cancelled : callable or None
    """
    search = _Search(question, time.monotonic() + seconds, cancelled)
    rows = [row for row in worst_first_rows(question.scenario, question.inputs.offices) if row.total > 0]
    status, arcs = search.any_plan([], seconds)
    levels: list[Level] = []
    if arcs is None or status == Status.INFEASIBLE:
        return Settled((), Kept(), None)
    while rows:
        before = [(level.row, level.share) for level in levels]
        until = time.monotonic() + max(search.end - time.monotonic(), 0.0) * max(FIRST, 1 / len(rows))
        arcs, bound = search.raise_shares(rows, before, arcs, until)
        shares = [search.share(row, arcs) for row in rows]
        worst = int(np.argmin(shares))
        levels.append(Level(rows.pop(worst), shares[worst], max(bound, shares[worst])))
    floors = tuple(search.floor(level.row, level.share) for level in levels)
    kept = replace(search.kept, floors=tuple(floor for floor in floors if floor is not None))
    return Settled(tuple(levels), kept, arcs)


class _Search:
    """Questions whether there is any plan with given shares."""

    def __init__(self, question: Question, end: float, cancelled: Callable[[], bool] | None) -> None:
        self.question = question
        self.end = end
        self.cancelled = cancelled
        self.kept = Kept()

    def share(self, row: FloorRow, arcs: Arcs) -> float:
        """Return the share of a group in a plan."""
        office = self.question.graph.terminal_office[self.question.graph.problem.head[arcs]]
        return (row.standing + float(row.weight[office[office >= 0]].sum())) / row.total

    def floor(self, row: FloorRow, share: float) -> Floor | None:
        """Return a share of a group as a floor of the solver; None if what stands already is enough."""
        least = least_of(row.measure, share, row.total)
        return self.question.floor(replace(row, name=f"worst_first {row.name}", least=least))

    def any_plan(self, asked: Sequence[tuple[FloorRow, float]], seconds: float) -> tuple[Status, Arcs | None]:
        """Look for any plan with these shares; its links all serve somebody."""
        question, until = self.question, time.monotonic() + seconds
        floors = tuple(floor for row, share in asked if (floor := self.floor(row, share)) is not None)
        while True:
            kept = replace(self.kept, floors=floors)
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
                return found.status, served.arcs
            self.kept = replace(self.kept, held=(*self.kept.held, *served.cuts))

    def raise_shares(
        self, rows: Sequence[FloorRow], before: Sequence[tuple[FloorRow, float]], arcs: Arcs, until: float
    ) -> tuple[Arcs, float]:
        """Raise the least share of some groups; return the best plan, and the share that none exceeds, proven."""
        reachable = self.question.reachable
        bound = min(row.reached(reachable) / row.total for row in rows)
        least, top, leap = min(self.share(row, arcs) for row in rows), bound, LEAP
        while (left := until - time.monotonic()) > 0 and least < bound and not (self.cancelled and self.cancelled()):
            halving = top - least > NEAR
            tried = min(least + leap, (least + top) / 2) if halving else least + MORE
            seconds = max(LONGEST * left, min(left, SHORTEST_S))
            status, found = self.any_plan([*before, *((row, tried) for row in rows)], seconds)
            if found is not None:
                leap *= 2
                arcs, least = found, max(tried, min(self.share(row, found) for row in rows))
                top = max(top, least)
                continue
            if status == Status.INFEASIBLE:
                bound = min(bound, tried)
            if not halving:
                # No more at all, or not within this time.
                if status != Status.INFEASIBLE:
                    return arcs, bound
                # What is counted in whole numbers has no share in between.
                in_steps = all((row.weight == np.floor(row.weight)).all() and row.total * MORE < 1.0 for row in rows)
                return arcs, least if in_steps else tried
            top = tried
        return arcs, bound
