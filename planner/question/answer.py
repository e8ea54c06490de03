"""What was found, and what is told where nothing was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.plan.outcome import Outcome
from planner.solver import Status

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from planner.links.choice import Choice
    from planner.question.asked import Question
    from planner.scenario import Objective


@dataclass(frozen=True)
class Answer:
    """What was found.

    Attributes
    ----------
    choice : Choice or None
        None: no plan; the outcome says why.
    outcome : Outcome
    arcs : (k,) int32 or None
        The choice in the planning graph.
    """

    choice: Choice | None
    outcome: Outcome
    arcs: NDArray[np.int32] | None = None


def outcome_without_plan(question: Question, status: Status) -> Outcome:
    """Return the outcome of a search without a plan; one that has proven nothing is called an error."""
    first = question.scenario.objective
    said, ended = {
        Status.INFEASIBLE: ("infeasible", "exhausted"),
        Status.CANCELLED: ("cancelled", "cancelled"),
    }.get(status, ("error", "time_limit"))
    several = len(first) > 1
    return Outcome(
        status=said,
        termination=ended,
        sense=first[0].sense,
        objective="lexicographic" if several else first[0].measure,
        value=None,
        bound=None,
        requested_gap=question.scenario.solver.gap,
        trace=(),
        target=told_target(first[0]),
    )


def told_target(objective: Objective) -> dict[str, float | bool] | None:
    """Return the target of an objective as the scenario says it."""
    return None if objective.target is None else objective.target.model_dump(exclude_none=True, exclude_defaults=True)
