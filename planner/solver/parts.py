"""A frontier whose budgets are searched in parts, each wherever there is room for it, and put together.

A plan of a smaller budget is one of a larger one too, and what is proven of a larger one holds for smaller ones, no
matter who found it: what is put together is a frontier like any other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from planner.solver.frontier import find_frontier
from planner.solver.result import Termination

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.solver.curve import Line, Point
    from planner.solver.problem import Problem


@dataclass(frozen=True)
class Part:
    """What was found for some budgets, without the graph: it travels between processes.

    Attributes
    ----------
    points : tuple of Point
        By budget.
    lines : tuple of Line
        Of the ceiling.
    termination : Termination
    seconds : float
    """

    points: tuple[Point, ...]
    lines: tuple[Line, ...]
    termination: Termination
    seconds: float

    def n_closed(self, gap: float) -> int:
        """Return how many of the budgets have a gap of at most so much."""
        return sum(point.gap <= gap for point in self.points)


def find_part(
    problem: Problem,
    budgets: Sequence[int],
    *,
    gap: float,
    time_limit_s: float,
    seed: int,
    new_cancelled: Callable[[], Callable[[], bool]] | None = None,
) -> Part:
    """Search some of a frontier's budgets.

    Parameters
    ----------
    problem, budgets, gap, time_limit_s, seed
        As in `planner.solver.find_frontier`.
    new_cancelled : callable or None
        Makes, in whichever process this is, what says whether to stop.
    """
    cancelled = None if new_cancelled is None else new_cancelled()
    found = find_frontier(problem, budgets, gap=gap, time_limit_s=time_limit_s, seed=seed, cancelled=cancelled)
    return Part(found.points, found.lines, found.termination, found.seconds)


def join_parts(parts: Sequence[Part], gap: float) -> Part:
    """Put parts of different budgets of one problem together.

    Parameters
    ----------
    parts : sequence of Part
        At least one.
    gap : float
        That was asked for.
    """
    lines = tuple(line for part in parts for line in part.lines)
    points = _carried_up([point for part in parts for point in part.points])
    above = math.inf
    for k in reversed(range(len(points))):
        above = min(above, points[k].bound, *(line.at(points[k].budget) for line in lines))
        points[k] = replace(points[k], bound=max(above, points[k].value))
    ended = [part.termination for part in parts]
    whole = Part(tuple(points), lines, Termination.TIME_LIMIT, max(part.seconds for part in parts))
    if Termination.CANCELLED in ended:
        return replace(whole, termination=Termination.CANCELLED)
    if set(ended) == {Termination.GAP} or whole.n_closed(gap) == len(points):
        return replace(whole, termination=Termination.GAP)
    return whole


def _carried_up(points: Sequence[Point]) -> list[Point]:
    """Return points by budget, each with the best plan of its own and of all smaller budgets."""
    told: list[Point] = []
    for point in sorted(points, key=lambda point: point.budget):
        best = max(told[-1], point, key=lambda each: each.value) if told else point
        told.append(replace(best, budget=point.budget, bound=point.bound))
    return told
