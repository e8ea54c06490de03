"""Searching with phases: the plan worth most with its years."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.graph import chosen
from planner.plan.fairness import Fairness
from planner.plan.outcome import Outcome
from planner.plan.refusal import Refusal
from planner.question.answer import Answer, outcome_without_plan
from planner.question.asked import Kept
from planner.question.refused import explain_refusal, phases_words
from planner.solver import Status, solve_phases

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.question.asked import Question
    from planner.solver import Progress


def answer_phases(
    question: Question,
    *,
    cancelled: Callable[[], bool] | None,
    on_progress: Callable[[Progress], None] | None,
) -> Answer:
    """Search for the plan that a scenario with phases asks for.

    Parameters
    ----------
    question : Question
        Its objective is the most benefit.
    cancelled, on_progress
        As in `planner.question.answer`.
    """
    wanted, phases = question.scenario.solver, question.phases
    assert phases is not None
    problem = question.problem(question.scenario.objective[0], Kept())
    found = solve_phases(
        problem,
        phases,
        gap=wanted.gap,
        time_limit_s=wanted.time_limit_s,
        seed=wanted.seed,
        cancelled=cancelled,
        on_progress=on_progress,
    )
    result = found.result
    if result.value is None:
        nothing = outcome_without_plan(question, result.status)
        if result.status == Status.INFEASIBLE:
            conflict = explain_refusal(question, Kept(), cancelled)
            if not conflict.limits:  # the money would do, but not in these years
                conflict = Refusal((phases_words(question),), minimal=False)
            nothing = replace(nothing, conflict=conflict)
        return Answer(None, nothing)
    first = question.scenario.phases[0].year
    offices = len(question.inputs.offices)
    choice = chosen(question.graph, question.options, result.arcs, offices, first + np.asarray(found.bought))
    was_cancelled = result.status == Status.CANCELLED
    return Answer(
        choice,
        Outcome(
            status="cancelled" if was_cancelled else "feasible",
            termination=str(result.termination),
            sense="max",
            objective="benefit",
            value=result.value,
            bound=result.bound,
            requested_gap=wanted.gap,
            trace=result.trace,
            fairness=Fairness((), None) if question.floors else None,
        ),
    )
