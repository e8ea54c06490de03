"""Searching with phases: the plan worth most with its years."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.graph import chosen
from planner.plan.outcome import Outcome
from planner.question.answer import Answer, outcome_without_plan
from planner.question.asked import Kept
from planner.question.fairness import FAIRNESS_TIME, PRICE_TIME, Known, Settled, fairness_of, settle_worst_first
from planner.question.refused import explain_refusal
from planner.solver import Progress, Status, solve_phases
from planner.solver.conflict import ANY_PLAN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.plan.floors import FloorRow
    from planner.question.asked import Question
    from planner.solver import PhasedResult, Problem


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
    wanted, began = question.scenario.solver, time.monotonic()
    fairly = bool(question.floors) or question.scenario.limits.worst_first is not None
    search = _Search(question, cancelled)
    without = None
    if fairly:
        free = _Search(replace(question, floors=()), cancelled)
        best = free.look(free.problem(Kept()), wanted.gap, PRICE_TIME * wanted.time_limit_s).result
        without = None if best.value is None else (best.value, best.bound)
    fair = Settled()
    if question.scenario.limits.worst_first is not None:
        fair = settle_worst_first(question, search.any_plan, FAIRNESS_TIME * wanted.time_limit_s, cancelled)
    kept, offset = Kept(floors=question.floors_of(fair.floors)), time.monotonic() - began

    def tell(now: Progress) -> None:
        if on_progress is not None:
            on_progress(replace(now, seconds=offset + now.seconds))

    left = max(wanted.time_limit_s - offset, 0.0)
    start = None if fair.known is None else fair.known.plan
    found = search.look(search.problem(kept), wanted.gap, left, start, tell)
    result = found.result
    if result.value is None:
        nothing = outcome_without_plan(question, result.status)
        if result.status == Status.INFEASIBLE:
            nothing = replace(nothing, conflict=explain_refusal(question, kept, cancelled))
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
            trace=tuple((offset + seconds, value, bound) for seconds, value, bound in result.trace),
            fairness=fairness_of(question, fair, without) if fairly else None,
        ),
    )


class _Search:
    """Searches of one question with phases."""

    def __init__(self, question: Question, cancelled: Callable[[], bool] | None) -> None:
        self.question = question
        self.cancelled = cancelled

    def problem(self, kept: Kept) -> Problem:
        """Return the solver's problem."""
        return self.question.problem(self.question.scenario.objective[0], kept)

    def look(
        self,
        problem: Problem,
        gap: float,
        seconds: float,
        start: PhasedResult | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> PhasedResult:
        """Search for the plan worth most with its years."""
        assert self.question.phases is not None
        return solve_phases(
            problem,
            self.question.phases,
            gap=gap,
            time_limit_s=seconds,
            seed=self.question.scenario.solver.seed,
            cancelled=self.cancelled,
            on_progress=on_progress,
            start=None if start is None else (start.result.arcs, start.bought),
        )

    def any_plan(self, floors: Sequence[FloorRow], seconds: float) -> tuple[Status, Known | None]:
        """Look for any plan that has these floors at its end, as `planner.question.fairness.Finder`."""
        problem = self.problem(Kept(floors=self.question.floors_of(floors)))
        found = self.look(replace(problem, prize=np.zeros(problem.n_nodes)), ANY_PLAN, seconds)
        arcs = found.result.arcs
        known = None if found.result.value is None else Known(self.question.connected(arcs), found)
        return found.result.status, known
