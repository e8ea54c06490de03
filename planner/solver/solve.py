"""The solver's face for one budget: the best plan within it and its proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from planner.solver.everything import Everything, collects_only
from planner.solver.exact import Finish, begin
from planner.solver.graph import NotBuiltError
from planner.solver.result import OPTIMALITY_GAP, Result, Status, Termination
from planner.solver.search import Search

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from planner.solver.problem import Problem
    from planner.solver.result import Progress


def solve(
    problem: Problem,
    *,
    gap: float = 0.005,
    time_limit_s: float = 60.0,
    seed: int = 0,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    start: NDArray[np.int32] | None = None,
) -> Result:
    """Find a plan and a proven ceiling on the value of any plan.

    Parameters
    ----------
    gap
        Relative gap between value and bound at which the search ends.
    time_limit_s
        Seconds after which it ends; a kernel that is running is let finish.
    seed
        The same seed gives the same work in the same order; only a time limit can cut it off elsewhere.
    cancelled
        Asked several times a second, at times from another thread; True ends the search with the best plan so far.
    on_progress
        Told every better value or bound.
    start
        Arcs of an earlier plan to start from, which may cost more than the budget. Arcs that lie out of reach of the
        budget are left out with what hangs from them.

    Raises
    ------
    ValueError
        If ``start`` breaks a rule of the problem other than the budget.
    """
    try:
        search = Search(problem, seed, time_limit_s, cancelled, on_progress, may_fail=True)
    except NotBuiltError:
        return nothing_known(gap)
    search.find_price()
    if not search.was_cancelled:
        close_gap(search, gap, start)
    return conclude(search, gap)


def nothing_known(gap: float) -> Result:
    """Return the result of a search that was cancelled before it began."""
    return Result(
        status=Status.CANCELLED,
        termination=Termination.CANCELLED,
        arcs=np.empty(0, np.int32),
        value=None,
        bound=None,
        cost=0,
        requested_gap=gap,
        trace=(),
        prices=(),
        ceiling=np.empty((0, 2)),
    )


def close_gap(search: Search, gap: float, start: NDArray[np.int32] | None = None) -> None:
    """Go on from the first ceiling until the gap is closed or the search is stopped."""
    search.note_plan(search.graph, search.tree)
    if search.graph.n_arcs == 0:
        search.infeasible = search.value is None
    elif not search.infeasible:
        everything = Everything(search) if collects_only(search) else None
        begin(search, start)
        Finish(search, gap, everything).close_gap()


class Ended(Protocol):
    """What tells how a search ended."""

    was_cancelled: bool
    infeasible: bool
    value: float | None

    def proven(self, gap: float) -> bool:
        """Whether value and bound are within the relative gap, or that there is no plan."""


def how_it_ended(search: Ended, gap: float) -> tuple[Status, Termination]:
    """Return what a search that has ended has reached, and why it ended."""
    if search.was_cancelled:
        return Status.CANCELLED, Termination.CANCELLED
    status = Status.OPTIMAL if search.proven(OPTIMALITY_GAP) else Status.FEASIBLE
    if search.value is None:
        status = Status.INFEASIBLE if search.infeasible else Status.UNKNOWN
    return status, Termination.GAP if search.proven(gap) else Termination.TIME_LIMIT


def conclude(search: Search, gap: float) -> Result:
    """Put what the search knows into a result."""
    status, termination = how_it_ended(search, gap)
    return Result(
        status=status,
        termination=termination,
        arcs=search.plan,
        value=search.value,
        bound=None if search.value is None else search.bound,
        cost=int(search.asked.cost[search.plan].sum()),
        requested_gap=gap,
        trace=tuple(search.trace),
        prices=search.prices,
        ceiling=np.array(search.lines).reshape(-1, 2),
    )
