"""Searching: the objectives of a scenario, one after the other, each without loss to those before it."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from planner.graph import chosen
from planner.plan.outcome import Outcome, Stage
from planner.question.answer import Answer, outcome_without_plan, told_target
from planner.question.asked import Kept
from planner.question.fairness import FAIRNESS_TIME, PRICE_TIME, Settled, TreeFinder, fairness_of, settle_worst_first
from planner.question.phased import answer_phases
from planner.question.refused import explain_refusal, refused_at_once
from planner.question.served import serving
from planner.solver import Floor, Limit, Progress, Status, solve, solve_cheapest
from planner.solver.result import Termination

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from planner.question.asked import Question
    from planner.scenario import Objective
    from planner.solver import Problem, Result

    Trace = tuple[tuple[float, float | None, float | None], ...]

ROUNDING_CENTS = 1e-3
"""A bound on a sum of whole cents is lifted to the next whole cent, unless it lies above one by no more than this."""


class Found(NamedTuple):
    """What one stage has found, in the units of plans; the names of its limits beside the budget."""

    result: Result
    arcs: NDArray[np.int32]
    value: float | None
    bound: float | None
    trace: Trace
    kept: Kept
    limits: tuple[str, ...]


def answer(
    question: Question,
    *,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    start: NDArray[np.int32] | None = None,
    alone: bool = True,
) -> Answer:
    """Search for the plan that a scenario asks for.

    Parameters
    ----------
    question : Question
    cancelled : callable or None
        Asked several times a second; True ends the search with the best plan so far.
    on_progress : callable or None
        Told every better plan or bound of the stage at work.
    start : (k,) int32 or None
        Arcs of an earlier plan that keeps all limits but the budget that the search is under.
    alone : bool
        False: a part of another search, which itself puts the worst first, looks for the price of fairness, and says
        why there is no plan.
    """
    wanted, objectives = question.scenario.solver, question.scenario.objective
    at_once = refused_at_once(question)
    if at_once is not None:
        nothing = outcome_without_plan(question, Status.INFEASIBLE)
        return Answer(None, replace(nothing, conflict=at_once))
    if question.phases is not None:
        return answer_phases(question, cancelled=cancelled, on_progress=on_progress)
    started = time.monotonic()
    run = Run(question, started, cancelled, on_progress)
    without = _without_fairness(run) if alone else None
    fair, kept = Settled(), Kept()
    if alone and question.scenario.limits.worst_first is not None:
        finder = TreeFinder(question, cancelled)
        fair = settle_worst_first(question, finder, FAIRNESS_TIME * wanted.time_limit_s, cancelled)
        kept = Kept(floors=question.floors_of(fair.floors), held=finder.held)
        start = start if fair.known is None else fair.known.plan
    found: list[Found] = []
    for number, objective in enumerate(objectives):
        left = max(started + wanted.time_limit_s - time.monotonic(), 0.0)
        stage = run.stage(objective, kept, left / (len(objectives) - number), found[-1].arcs if found else start)
        if stage.value is None:
            break
        found.append(stage)
        if stage.result.status == Status.CANCELLED:
            break
        kept = _with_reached(question, objective, stage, number)
    if not found:
        nothing = outcome_without_plan(question, stage.result.status)
        if alone and stage.result.status == Status.INFEASIBLE:
            nothing = replace(nothing, conflict=explain_refusal(question, stage.kept, cancelled))
        return Answer(None, nothing)
    choice = chosen(question.graph, question.options, found[-1].arcs, len(question.inputs.offices))
    outcome = _outcome(question, found, stage.result.status)
    if question.floors or (alone and question.scenario.limits.worst_first is not None):
        outcome = replace(outcome, fairness=fairness_of(question, fair, without))
    return Answer(choice, outcome, found[-1].arcs)


def _without_fairness(run: Run) -> tuple[float, float | None] | None:
    """Return value and bound of the first objective without floors; None where there are none, or no plan is found."""
    question = run.question
    if not question.floors and question.scenario.limits.worst_first is None:
        return None
    alone = replace(run, question=replace(question, floors=()), on_progress=None)
    seconds = PRICE_TIME * question.scenario.solver.time_limit_s
    stage = alone.stage(question.scenario.objective[0], Kept(), seconds, None)
    return None if stage.value is None else (stage.value, stage.bound)


@dataclass(frozen=True)
class Run:
    """What all stages of a search share."""

    question: Question
    started: float
    cancelled: Callable[[], bool] | None
    on_progress: Callable[[Progress], None] | None

    def stage(self, objective: Objective, kept: Kept, time_limit_s: float, start: NDArray[np.int32] | None) -> Found:
        """Search one stage, again where a fixed link serves nobody; all within one time limit."""
        before = time.monotonic()
        while True:
            problem = self.question.problem(objective, kept)
            offset = time.monotonic() - self.started
            left = max(time_limit_s - (time.monotonic() - before), 0.0)
            result = self._search(problem, objective, left, start, offset)
            served = serving(self.question.graph, problem, result.arcs)
            if result.value is None or not served.cuts:
                return _told(problem, objective, result, served.arcs, offset, kept)
            if result.status == Status.CANCELLED or left <= 0.0:
                return _told(problem, objective, replace(result, value=None), served.arcs[:0], offset, kept)
            kept = replace(kept, held=(*kept.held, *served.cuts))

    def _search(
        self, problem: Problem, objective: Objective, left: float, start: NDArray[np.int32] | None, offset: float
    ) -> Result:
        wanted = self.question.scenario.solver
        how: dict[str, Any] = {
            "gap": wanted.gap,
            "time_limit_s": left,
            "seed": wanted.seed,
            "cancelled": self.cancelled,
            "on_progress": self._teller(objective, offset),
            "start": start,
        }
        return solve(problem, **how) if objective.sense == "max" else solve_cheapest(problem, 0.0, **how)

    def _teller(self, objective: Objective, offset: float) -> Callable[[Progress], None] | None:
        """Return what tells of progress in the units of plans: the solver's value of least money is negative cents."""
        tell, unit = self.on_progress, 1.0 if objective.sense == "max" else -0.01
        if tell is None:
            return None

        def told(now: Progress) -> None:
            value, bound = (None if each is None else unit * each for each in (now.value, now.bound))
            tell(Progress(offset + now.seconds, value, bound))

        return told


def _told(
    problem: Problem, objective: Objective, result: Result, arcs: NDArray[np.int32], offset: float, kept: Kept
) -> Found:
    """Return the result of a stage in the units of plans: benefit, or currency."""
    limits = tuple(limit.name for limit in problem.rules.limits)
    if result.value is None:
        return Found(result, arcs, None, None, (), kept, limits)
    if objective.sense == "max":
        value, bound, unit = math.fsum(problem.prize[problem.head[arcs]]), result.bound, 1.0
    else:
        cents = int(problem.cost[arcs].sum())
        value, unit = cents / 100, 0.01
        bound = None if result.bound is None else min(max(math.ceil(result.bound - ROUNDING_CENTS), 0), cents) / 100
    trace: list[tuple[float, float | None, float | None]] = [
        (offset + seconds, None if had is None else unit * had, None if proven is None else unit * proven)
        for seconds, had, proven in result.trace
    ]
    last = trace[-1] if trace else (offset, None, None)
    if (last[1], last[2]) != (value, bound):
        trace.append((last[0], value, bound))
    return Found(result, arcs, value, bound, tuple(trace), kept, limits)


def _with_reached(question: Question, objective: Objective, stage: Found, number: int) -> Kept:
    """Return what the next stage has to keep: what this one has reached, and what fixed links were found to need."""
    name, problem = f"stage {number + 1}", question.graph.problem
    if objective.sense == "max":
        floor = Floor(name, problem.prize, math.fsum(problem.prize[problem.head[stage.arcs]]))
        return replace(stage.kept, floors=(*stage.kept.floors, floor))
    cost = question.cost(objective.measure)
    limit = Limit(name, cost, int(cost[stage.arcs].sum()))
    return replace(stage.kept, limits=(*stage.kept.limits, limit))


def _outcome(question: Question, found: list[Found], last: Status) -> Outcome:
    """Return the outcome of a search with a plan."""
    objectives, wanted = question.scenario.objective, question.scenario.solver
    stages = [
        Stage(objective.measure, objective.sense, stage.value or 0.0, stage.bound, stage.trace)
        for objective, stage in zip(objectives, found, strict=False)
    ]
    # What was not searched any more is what it happens to be in this plan.
    stages += [
        Stage(objective.measure, objective.sense, -math.inf if objective.sense == "max" else math.inf, None)
        for objective in objectives[len(found) :]
    ]
    first, status = stages[0], "cancelled" if last == Status.CANCELLED else "feasible"
    outcome = Outcome(
        status=status,
        termination="cancelled" if status == "cancelled" else _termination(stages, found, wanted.gap),
        sense=first.sense,
        objective=first.objective,
        value=first.value,
        bound=first.bound,
        requested_gap=wanted.gap,
        trace=first.trace,
        price_of_money=_price_of_money(question, found[0]) if len(objectives) == 1 else None,
        funder_prices=_funder_prices(question, found[0]) if objectives[0].sense == "max" else (),
        target=told_target(objectives[0]),
    )
    return outcome if len(objectives) == 1 else replace(outcome, objective="lexicographic", stages=tuple(stages))


def _termination(stages: list[Stage], found: list[Found], gap: float) -> str:
    """Return why the search ended; exhausted: the arithmetic tells no finer differences than are left."""
    if len(found) < len(stages) or any(stage.result.termination != Termination.GAP for stage in found):
        return "time_limit"
    return "gap" if all(stage.gap is not None and stage.gap <= gap for stage in stages) else "exhausted"


def _price_of_money(question: Question, stage: Found) -> float | None:
    """Return benefit per unit of currency, not per cent; with further rules a search has no such price."""
    price = stage.result.price_of_money
    return None if price is None or not question.plain or not math.isfinite(price) else 100 * price


def _funder_prices(question: Question, stage: Found) -> tuple[float, ...]:
    """Return, per funder, what the multipliers of all limits that it is part of come to, per unit of currency."""
    priced = dict(zip(["budget", *stage.limits], stage.result.prices, strict=False))
    if not priced:
        return ()
    total = [0.0] * len(question.scenario.funders)
    for row in question.funding:
        for each in row.members:
            total[each] += 100 * row.unit * priced.get(row.name, priced["budget"])
    return tuple(total)
