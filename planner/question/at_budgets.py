"""Many budgets: searched together where limits only leave out, else a search for each, two at a time.

Those that are searched together may be shared out among processes, in parts that are put together.

Each search has half of its equal part of the time at first, from the largest budget of its half of them down; the time
that is left goes to those that are still open, turn by turn, the widest gap first, for longer at each turn.

A plan of a smaller budget is one of a larger one too, and a ceiling of a larger one holds for the smaller ones,
whatever the limits. But the empty plan is none: small budgets may have no plan at all.
"""

from __future__ import annotations

import math
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from planner.question.answering import Run
from planner.question.asked import Kept
from planner.solver import Headway, Status, find_frontier, find_part, join_parts
from planner.solver.envelope import concave_ceiling
from planner.solver.result import Termination, relative_gap

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor, Future

    from numpy.typing import NDArray

    from planner.question.asked import Question
    from planner.solver import Part
    from planner.solver.curve import Line

THREADS = 2
"""Budgets that are searched at the same time: the kernels run without the lock of the interpreter."""
REPORT_S = 0.5
FIRST_SHARE = 0.5
"""Of its equal part of the time, for the first search of a budget."""
LONGER = 2.0
"""A search that begins again has so many times as long as the last one: less would only repeat it."""


@dataclass(frozen=True)
class Spread:
    """Who searches budgets in parts, all at the same time.

    Attributes
    ----------
    executor : Executor
    parts : int
        How many, at most: each of them is a search with a time limit of its own.
    new_cancelled : callable or None
        Makes, in the process of a part, what says whether to stop there; None: a part is not heard of until it ends.
    check : callable or None
        Called now and then while parts are under way: raises where whoever does them is lost.
    """

    executor: Executor
    parts: int
    new_cancelled: Callable[[], Callable[[], bool]] | None = None
    check: Callable[[], object] | None = None


@dataclass(frozen=True)
class AtBudget:
    """The plan of one budget, and the ceiling on all plans within it; budget in cents."""

    budget: int
    arcs: NDArray[np.int32]
    value: float
    bound: float


@dataclass(frozen=True)
class AtBudgets:
    """What is known of all budgets.

    Attributes
    ----------
    points : tuple of AtBudget
        The smallest budget first, of those that a plan was found for; values and bounds never fall.
    without : tuple of (int, bool)
        Budgets that none was found for, the smallest first, and whether it is proven that there is none.
    ceiling : (v, 2) float64
        Cents and benefit of a concave polyline above which no plan lies.
    termination : Termination
    seconds : float
    """

    points: tuple[AtBudget, ...]
    without: tuple[tuple[int, bool], ...]
    ceiling: NDArray[np.float64]
    termination: Termination
    seconds: float


def at_budgets(
    question: Question,
    budgets: Sequence[int],
    *,
    spread: Spread | None = None,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Callable[[Headway], None] | None = None,
) -> AtBudgets:
    """Find for each budget the plan worth most that keeps all limits, and a proven ceiling.

    No points: no plan was found within any of them.

    Parameters
    ----------
    question : Question
        With one budget over everything, whose amount is not looked at; its objective is the most benefit.
    budgets : sequence of int
        In cents, rising.
    spread : Spread or None
        Shares the budgets out among its parts, where limits only leave out.
    cancelled, on_progress
        As for `planner.solver.find_frontier`.

    Raises
    ------
    ValueError
        If budgets that each need a search of their own are to be spread.
    """
    if not question.only_leaves_out:
        if spread is not None:
            raise ValueError("spread: these budgets are searched one by one")
        return _one_by_one(question, budgets, cancelled, on_progress)
    if spread is not None:
        return _in_parts(question, budgets, spread, cancelled, on_progress)
    wanted = question.scenario.solver
    found = find_frontier(
        question.problem(question.scenario.objective[0], Kept()),
        budgets,
        gap=wanted.gap,
        time_limit_s=wanted.time_limit_s,
        seed=wanted.seed,
        cancelled=cancelled,
        on_progress=on_progress,
    )
    points = tuple(AtBudget(point.budget, point.arcs, point.value, point.bound) for point in found.points)
    return AtBudgets(points, (), found.concave_ceiling(), found.termination, found.seconds)


def _in_parts(
    question: Question,
    budgets: Sequence[int],
    spread: Spread,
    cancelled: Callable[[], bool] | None,
    on_progress: Callable[[Headway], None] | None,
) -> AtBudgets:
    """Have neighbouring budgets searched by a part each, and put together what they find."""
    wanted, started = question.scenario.solver, time.monotonic()
    problem = question.problem(question.scenario.objective[0], Kept())
    pieces = np.array_split(np.array(budgets, dtype=np.int64), min(spread.parts, len(budgets)))
    parts = [
        spread.executor.submit(
            find_part,
            problem,
            piece.tolist(),
            gap=wanted.gap,
            time_limit_s=wanted.time_limit_s,
            seed=wanted.seed,
            new_cancelled=spread.new_cancelled,
        )
        for piece in pieces
    ]
    while (found := _ended(parts, spread, cancelled)) is None:
        if on_progress is not None:
            n_closed = sum(part.result().n_closed(wanted.gap) for part in parts if _is_there(part))
            on_progress(Headway(time.monotonic() - started, n_closed, len(budgets)))
    if not found:
        return AtBudgets((), (), np.empty((0, 2)), Termination.CANCELLED, time.monotonic() - started)
    whole = join_parts(found, wanted.gap)
    points = tuple(AtBudget(point.budget, point.arcs, point.value, point.bound) for point in whole.points)
    given_up = len(found) < len(parts)
    return AtBudgets(
        points,
        (),
        _ceiling(points, problem.prize, whole.lines),
        Termination.CANCELLED if given_up else whole.termination,
        time.monotonic() - started,
    )


def _ended(parts: Sequence[Future[Part]], spread: Spread, cancelled: Callable[[], bool] | None) -> list[Part] | None:
    """Wait a moment; return what was found once no part is under way, None before; give those up that do not hear."""
    under_way = [part for part in parts if not part.done()]
    for part in wait(under_way, REPORT_S, FIRST_COMPLETED).done:
        part.result()  # an error ends all
    if spread.check is not None:
        spread.check()
    if cancelled is not None and cancelled():
        for part in under_way:
            part.cancel()  # those that have begun on this machine stop by themselves
    return [part.result() for part in parts if _is_there(part)] if all(part.done() for part in parts) else None


def _is_there(part: Future[Part]) -> bool:
    return part.done() and not part.cancelled()


def _one_by_one(
    question: Question,
    budgets: Sequence[int],
    cancelled: Callable[[], bool] | None,
    on_progress: Callable[[Headway], None] | None,
) -> AtBudgets:
    walk = _Walk(question, budgets, cancelled)
    ends = [len(budgets) * i // THREADS for i in range(THREADS + 1)]
    with ThreadPoolExecutor(THREADS) as threads:
        for works in (
            [partial(walk.down, range(*part)) for part in pairwise(ends)],
            [walk.go_on] * THREADS,
        ):
            begun = [threads.submit(walk.guarded, work) for work in works]
            while wait(begun, REPORT_S).not_done:
                _tell(walk, on_progress)
            for each in begun:
                each.result()
            _tell(walk, on_progress)
    return walk.conclude()


def _tell(walk: _Walk, on_progress: Callable[[Headway], None] | None) -> None:
    if on_progress is not None:
        n_closed = sum(map(walk.settled, range(len(walk.budgets))))
        on_progress(Headway(walk.seconds, n_closed, len(walk.budgets)))


class _Walk:
    """The searches of all budgets, the smallest first, and what they tell each other.

    Parameters
    ----------
    question, budgets, cancelled
        As for `at_budgets`.
    """

    def __init__(self, question: Question, budgets: Sequence[int], cancelled: Callable[[], bool] | None) -> None:
        self.question, self.budgets, self.cancelled = question, budgets, cancelled
        self.started, self.lock = time.monotonic(), Lock()
        self.stopped = self.failed = False
        count = len(budgets)
        self.arcs: list[NDArray[np.int32] | None] = [None] * count
        self.value = [-math.inf] * count
        self.bound = [math.fsum(question.graph.problem.prize)] * count
        self.without = [False] * count  # proven
        self.turns, self.turn = [0] * count, [0.0] * count  # searches so far, and seconds of the last one
        self.at_work = [False] * count
        self.exhausted = [False] * count  # a search ended before its time: another one would tell no more

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        """Seconds until the end."""
        return max(self.question.scenario.solver.time_limit_s - self.seconds, 0.0)

    def settled(self, k: int) -> bool:
        """Whether the gap of a budget is closed, or it is proven that it has no plan."""
        return self.without[k] or _closed(self.value[k], self.bound[k], self.question.scenario.solver.gap)

    def waits(self, k: int) -> bool:
        """Whether another search under a budget may tell more, and nobody is at it."""
        return not (self.settled(k) or self.exhausted[k] or self.at_work[k])

    def is_over(self) -> bool:
        """Whether somebody asked to stop, or an error ends all searches."""
        self.stopped = self.stopped or (self.cancelled is not None and self.cancelled())
        return self.failed or self.stopped

    def guarded(self, work: Callable[[], None]) -> None:
        """Do something; let the other thread end where it fails."""
        try:
            work()
        except BaseException:
            self.failed = True
            raise

    def down(self, part: range) -> None:
        """Search each budget of a part, the largest first, each from the plan of the next larger one."""
        start: NDArray[np.int32] | None = None
        for done, k in enumerate(reversed(part)):
            if self.without[k] or self.is_over():
                break
            self.visit(k, FIRST_SHARE * self.left / (len(part) - done), start)
            start = start if self.value[k] == -math.inf else self.arcs[k]

    def go_on(self) -> None:
        """Search on under the budgets that are open, until the time is spent."""
        while True:
            with self.lock:
                waiting = [k for k in range(len(self.budgets)) if self.waits(k)]
                if not waiting or self.left <= 0.0 or self.is_over():
                    return
                k = min(
                    waiting, key=lambda k: (self.turns[k], (self.value[k] - self.bound[k]) / max(self.bound[k], 1e-9))
                )
                self.at_work[k] = True
                seconds = min(max(THREADS * self.left / len(waiting), LONGER * self.turn[k]), self.left)
                start = self.arcs[k]
            self.visit(k, seconds, start)
            with self.lock:
                self.at_work[k] = False

    def visit(self, k: int, seconds: float, start: NDArray[np.int32] | None) -> None:
        """Search under one budget for a while, and tell the others what was found and proven."""
        (asked,), (objective,) = self.question.budgets, self.question.scenario.objective
        here = replace(self.question, budgets=(replace(asked, limit_cents=self.budgets[k]),))
        stage = Run(here, self.started, self.is_over, None).stage(objective, Kept(), seconds, start)
        with self.lock:
            self.turns[k], self.turn[k] = self.turns[k] + 1, seconds
            self.exhausted[k] = stage.result.termination == Termination.GAP
            self.stopped = self.stopped or stage.result.status == Status.CANCELLED
            if stage.result.status == Status.INFEASIBLE:
                for less in range(k + 1):  # nor is there any of less money
                    self.without[less] = True
            if stage.value is None:
                return
            for more in range(k, len(self.budgets)):
                if stage.value > self.value[more]:
                    self.arcs[more], self.value[more] = stage.arcs, stage.value
            for less in range(k + 1):
                self.bound[less] = min(self.bound[less], math.inf if stage.bound is None else stage.bound)

    def conclude(self) -> AtBudgets:
        """Put what is known into an answer."""
        everyone = range(len(self.budgets))
        points = tuple(
            AtBudget(self.budgets[k], arcs, self.value[k], max(self.bound[k], self.value[k]))
            for k in everyone
            if (arcs := self.arcs[k]) is not None
        )
        termination = Termination.GAP if all(map(self.settled, everyone)) else Termination.TIME_LIMIT
        return AtBudgets(
            points=points,
            without=tuple((self.budgets[k], self.without[k]) for k in everyone if self.arcs[k] is None),
            ceiling=_ceiling(points, self.question.graph.problem.prize) if points else np.empty((0, 2)),
            termination=Termination.CANCELLED if self.stopped else termination,
            seconds=self.seconds,
        )


def _closed(value: float, bound: float, gap: float) -> bool:
    reached = None if value == -math.inf else relative_gap(value, max(bound, value))
    return reached is not None and reached <= gap


def _ceiling(
    points: Sequence[AtBudget], prizes: NDArray[np.float64], lines: Sequence[Line] = ()
) -> NDArray[np.float64]:
    budgets, bounds = [point.budget for point in points], [point.bound for point in points]
    return concave_ceiling(lines, budgets, bounds, max(math.fsum(prizes), bounds[-1]))
