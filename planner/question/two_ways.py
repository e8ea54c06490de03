"""Plans in which named offices have two paths: worst first where that is asked, and what fairness costs beside them."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from planner.question.answer import Answer
from planner.question.answering import answer
from planner.question.asked import Kept
from planner.question.fairness import FAIRNESS_TIME, PRICE_TIME, Known, Settled, fairness_of, settle_worst_first
from planner.question.redundant import Search, within
from planner.question.refused import explain_refusal, refused_at_once
from planner.scenario import Objective
from planner.solver import Status
from planner.solver.conflict import ANY_PLAN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.plan.floors import FloorRow
    from planner.question.asked import Question
    from planner.solver import Progress


def answer_with_second_paths(
    question: Question,
    *,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Answer:
    """Search for the plan that a scenario with redundancy asks for.

    Parameters
    ----------
    question : Question
        Of one objective.
    cancelled : callable or None
        Asked several times a second; True ends the search with the best plan so far.
    on_progress : callable or None
        Told every better plan or bound.

    Returns
    -------
    Answer
        The bound is that of plans without second paths, or lower. Infeasible, with the reason, where an office cannot
        have two paths, where they alone cost more than a budget, or where not even plans without them keep all limits;
        an error where no plan was found and none of that is so.
    """
    if refused_at_once(question) is not None:
        return answer(question)
    began, limit = time.monotonic(), question.scenario.solver.time_limit_s
    if (refusal := (first := Search(question, cancelled, on_progress)).refusal()) is not None:
        return Answer(None, replace(first.without_plan("infeasible", "exhausted"), conflict=refusal))
    fairly = bool(question.floors) or question.scenario.limits.worst_first is not None
    without = None
    if fairly:
        free = Search(within(replace(question, floors=()), PRICE_TIME * limit), cancelled, like=first).run().outcome
        without = None if free.value is None else (free.value, free.bound)
    fair = Settled()
    if question.scenario.limits.worst_first is not None:
        finder = partial(any_plan, question, first)
        fair = settle_worst_first(question, finder, FAIRNESS_TIME * limit, cancelled)
    asked = replace(question, floors=(*question.floors, *fair.floors))
    search = Search(within(asked, limit + began - time.monotonic()), cancelled, on_progress, like=first)
    if fair.known is not None:
        search.adopt(fair.known.plan)
    found = search.run()
    outcome = replace(found.outcome, fairness=fairness_of(question, fair, without) if fairly else None)
    if found.choice is None and outcome.status == "infeasible" and outcome.conflict is None:
        outcome = replace(outcome, conflict=explain_refusal(asked, Kept(), cancelled))
    return replace(found, outcome=outcome)


def any_plan(
    question: Question, first: Search, floors: Sequence[FloorRow], seconds: float
) -> tuple[Status, Known | None]:
    """Look for any plan with second paths that has these floors, as `planner.question.fairness.Finder`."""
    problem = question.graph.problem
    graph = replace(question.graph, problem=replace(problem, prize=np.zeros(problem.n_nodes)))
    scenario = question.scenario.model_copy(update={"objective": (Objective(),)})
    asked = replace(question, scenario=scenario, graph=graph, floors=(*question.floors, *floors))
    search = Search(within(asked, seconds, ANY_PLAN), first.asked_to_stop, like=first)
    found = search.run()
    if search.best is not None:
        return Status.FEASIBLE, Known(search.best.choice.connected, search.best)
    return (Status.INFEASIBLE if found.outcome.status == "infeasible" else Status.UNKNOWN), None
