"""Many budgets: searched together where limits only leave out, else a search for each, the largest first.

A plan of a smaller budget is one of a larger one too, and a ceiling of a larger one holds for the smaller ones,
whatever the limits. But the empty plan is none: small budgets may have no plan at all.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.question.answering import Run
from planner.question.asked import Kept
from planner.solver import Headway, Status, find_frontier
from planner.solver.envelope import concave_ceiling
from planner.solver.result import Termination, relative_gap

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from planner.question.asked import Question


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
    cancelled, on_progress
        As for `planner.solver.find_frontier`.
    """
    if not question.only_leaves_out:
        return _one_by_one(question, budgets, cancelled, on_progress)
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


def _one_by_one(
    question: Question,
    budgets: Sequence[int],
    cancelled: Callable[[], bool] | None,
    on_progress: Callable[[Headway], None] | None,
) -> AtBudgets:
    started, wanted = time.monotonic(), question.scenario.solver
    (asked,), (objective,) = question.budgets, question.scenario.objective
    found: list[AtBudget] = []
    without: list[tuple[int, bool]] = []
    bound, start, stopped = math.fsum(question.graph.problem.prize), None, False
    for done, budget in enumerate(reversed(budgets)):
        left = max(started + wanted.time_limit_s - time.monotonic(), 0.0)
        here = replace(question, budgets=(replace(asked, limit_cents=budget),))
        stage = Run(here, started, cancelled, None).stage(objective, Kept(), left / (len(budgets) - done), start)
        stopped = stage.result.status == Status.CANCELLED
        if stage.result.status == Status.INFEASIBLE:
            # Nor is there any of less money.
            without += [(less, True) for less in reversed(budgets[: len(budgets) - done])]
            break
        if stage.value is not None:
            bound = bound if stage.bound is None else min(bound, stage.bound)
            start = stage.arcs
        found.append(AtBudget(budget, stage.arcs, -math.inf if stage.value is None else stage.value, bound))
        if stopped:
            without += [(less, False) for less in reversed(budgets[: len(budgets) - done - 1])]
            break
        if on_progress is not None:
            n_closed = sum(_closed(point, wanted.gap) for point in found)
            on_progress(Headway(time.monotonic() - started, n_closed, len(budgets)))
    points = _never_falling(found[::-1])
    without = [*((point.budget, False) for point in points[::-1] if point.value == -math.inf), *without]
    points = tuple(point for point in points if point.value > -math.inf)
    open_ones = any(not _closed(point, wanted.gap) for point in points) or any(not sure for _least, sure in without)
    termination = Termination.TIME_LIMIT if open_ones else Termination.GAP
    return AtBudgets(
        points=points,
        without=tuple(without[::-1]),
        ceiling=_ceiling(points, question) if points else np.empty((0, 2)),
        termination=Termination.CANCELLED if stopped else termination,
        seconds=time.monotonic() - started,
    )


def _closed(point: AtBudget, gap: float) -> bool:
    reached = relative_gap(point.value, point.bound)
    return reached is not None and reached <= gap


def _never_falling(points: list[AtBudget]) -> tuple[AtBudget, ...]:
    """Return points, the smallest budget first, each with the plan of a smaller one where that is worth more.

    A budget that no plan was found for has the value −∞.
    """
    best: list[AtBudget] = []
    for point in points:
        if best and best[-1].value > point.value:
            point = replace(point, arcs=best[-1].arcs, value=best[-1].value)  # noqa: PLW2901
        best.append(replace(point, bound=max(point.bound, point.value)))
    return tuple(best)


def _ceiling(points: tuple[AtBudget, ...], question: Question) -> NDArray[np.float64]:
    budgets, bounds = [point.budget for point in points], [point.bound for point in points]
    return concave_ceiling((), budgets, bounds, math.fsum(question.graph.problem.prize))
