"""The solver's face for phases: a plan with its years, and a proven ceiling on the value of any such plan.

Rounds of two steps that guide each other. The limits of all phases, weighed, are one budget of the unrolled graph; what
the search of one budget proves there holds for every plan with its years, and its tree is near the best one. On that
tree alone an integer program finds the years, and its relaxation tells the weights of the next round.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.bound import round_up
from planner.solver.coarse import capped, unit_of
from planner.solver.phases import FREE
from planner.solver.problem import MAX_MONEY
from planner.solver.result import Progress, Result, Status, relative_gap
from planner.solver.rules import Limit
from planner.solver.schedule import NEVER, Schedule
from planner.solver.solve import how_it_ended, solve
from planner.solver.surrogate import MARGIN, blend
from planner.solver.unrolled import Unrolled, unroll

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from planner.solver.phases import Phases
    from planner.solver.problem import Problem

FIRST_SHARE, ROUND_SHARE, LONGER = 0.12, 0.1, 1.5
"""Shares of the time for the first tree and for the search of the first round; what rounds get longer by."""
RULES_SHARE = 0.3
"""Share of the time for a tree that keeps all rules, where the first trees have no years that keep them."""
SCHEDULE_SHARE = 0.08
"""Largest share of the time for the years of one tree."""
GAP_SHARE = 0.25
"""Share of the gap asked for that the search of one budget has to reach; less where a round has brought nothing."""
ROOM = 1.5
"""What the money of trees is raised by that leave the years a choice: without one, the last limits seem to be worth
nothing."""
SMALL = 20_000
"""Arcs of an unrolled graph that is searched with all its limits, where one budget in their place leaves a gap."""
SMOOTH = 0.5
"""Part of the weights that a round keeps of those before it."""
ALL_MONEY = "all phases"
"""Name of the limit that what all phases have to spend is."""


@dataclass(frozen=True)
class PhasedResult:
    """A plan with its years.

    Attributes
    ----------
    result
        As that of `planner.solver.solve.solve`; values weigh prizes by the phase in which nodes are reached, there is
        no ``ceiling`` and no price of money.
    bought
        ``(k,)`` int64: the phase in which each of its arcs is bought.
    """

    result: Result
    bought: NDArray[np.int64]


def solve_phases(
    problem: Problem,
    phases: Phases,
    *,
    gap: float = 0.005,
    time_limit_s: float = 60.0,
    seed: int = 0,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    start: tuple[NDArray[np.int32], NDArray[np.int64]] | None = None,
) -> PhasedResult:
    """Find a plan with its years and a proven ceiling on the value of any plan with its years.

    Parameters
    ----------
    problem
        Its budget and rules hold for the whole plan, whatever the years.
    phases
    gap, time_limit_s, seed, cancelled, on_progress
        As for `planner.solver.solve.solve`.
    start
        Arcs of a plan, parents before children, and the phases in which they are bought; it keeps all limits and rules.

    Raises
    ------
    ValueError
        If the phases do not fit the problem.
    """
    phases.check(problem)
    search = _Search(problem, phases, seed, time_limit_s, cancelled, on_progress)
    if start is not None:
        search.take(*start)
        search.find_years(start[0])
    search.run(gap)
    return search.conclude(gap)


class _Search:
    """What is known so far."""

    def __init__(
        self,
        problem: Problem,
        phases: Phases,
        seed: int,
        time_limit_s: float,
        cancelled: Callable[[], bool] | None,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self.problem = problem
        self.phases = phases
        self.seed = seed
        self.time_limit_s = time_limit_s
        self.started = time.monotonic()
        self.cancelled = cancelled or (lambda: False)
        self.on_progress = on_progress
        self.was_cancelled = False
        self.infeasible = False
        self.plan, self.bought = np.empty(0, np.int32), np.empty(0, np.int64)
        self.value: float | None = None
        most = float(phases.weight[0]) * math.fsum(problem.prize)
        self.bound = most if most.is_integer() else round_up(most, most)
        self.trace: list[tuple[float, float | None, float | None]] = []
        self.weights: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        """Seconds until the end."""
        return max(self.time_limit_s - self.seconds, 0.0)

    def stopped(self) -> bool:
        """Whether time is up or somebody asked to stop."""
        self.was_cancelled = self.was_cancelled or self.cancelled()
        return self.was_cancelled or self.left <= 0.0

    def proven(self, gap: float) -> bool:
        """Whether value and bound are within the gap, or that there is no plan."""
        reached = relative_gap(self.value, self.bound)
        return self.infeasible or (reached is not None and reached <= gap)

    def run(self, gap: float) -> None:
        """Search until the gap is closed or the search is stopped."""
        if not self.problem.rules.any and not self.phases.begun and not self.phases.reached_first.size:
            self.take(np.empty(0, np.int32), np.empty(0, np.int64))  # nothing at all is a plan too
        if not self.problem.prize.any():  # whether there is any plan at all
            self.tree_with_rules(gap)
        if self.over(gap):
            return
        self.weigh(self.first_trees(gap))
        if self.value is None and self.problem.prize.any() and not self.over(gap):
            self.tree_with_rules(gap)
        if self.over(gap):
            return
        unrolled = unroll(self.problem, self.phases)
        if self.weights is None:
            self.weights = even_weights(unrolled.problem)
        closeness, share, turn = gap * GAP_SHARE, ROUND_SHARE, 0
        while not self.over(gap):
            before = self.value, self.bound
            self.find_years(self.search_unrolled(unrolled, 1.0, closeness, share * self.time_limit_s, turn))
            if (self.value, self.bound) == before and not self.over(gap):
                closeness *= GAP_SHARE
                if unrolled.problem.n_arcs <= SMALL:
                    self.search_exactly(unrolled, gap, share * self.time_limit_s, turn)
                else:
                    larger = self.search_unrolled(unrolled, ROOM, closeness, share * self.time_limit_s, turn)
                    self.find_years(larger)
                    self.weigh(larger)
            share, turn = share * LONGER, turn + 1

    def over(self, gap: float) -> bool:
        """Whether the gap is closed or the search has to end."""
        return self.proven(gap) or self.stopped()

    def first_trees(self, gap: float) -> NDArray[np.int32]:
        """Find years for a tree of all the money, and for a larger one; return the latter's arcs."""
        whole = whole_money(self.problem, self.phases)
        money, merit = even_weights(whole)
        arcs = np.empty(0, np.int32)
        for more in (1.0, ROOM):
            alone, _shift = one_budget(whole, money, merit, more)
            found = self.searched(alone, gap, FIRST_SHARE * self.time_limit_s, 0)
            self.infeasible = self.infeasible or (found.status == Status.INFEASIBLE and self.value is None)
            if found.value is not None and found.bound is not None:
                arcs = found.arcs
                self.lower(float(self.phases.weight[0]) * found.bound)
                self.find_years(arcs)
        return arcs

    def tree_with_rules(self, gap: float) -> None:
        """Find years for a tree that keeps every rule by itself: those of one budget in their place may keep none."""
        found = self.searched(whole_money(self.problem, self.phases), gap, RULES_SHARE * self.time_limit_s, 0)
        self.infeasible = self.infeasible or found.status == Status.INFEASIBLE
        if found.value is not None and found.bound is not None:
            self.lower(float(self.phases.weight[0]) * found.bound)
            self.find_years(found.arcs)

    def searched(
        self, problem: Problem, gap: float, seconds: float, turn: int, start: NDArray[np.int32] | None = None
    ) -> Result:
        """Search one budget for a while."""
        return solve(
            problem,
            gap=gap,
            time_limit_s=min(seconds, self.left),
            seed=self.seed + turn,
            cancelled=self.stopped,
            start=start,
        )

    def weigh(self, arcs: NDArray[np.int32]) -> None:
        """Move the weights towards what a unit of each limit and floor is worth on one tree."""
        prices = Schedule(self.problem, self.phases, arcs).prices()
        if prices is None or not prices[1].any():
            return
        old, share = self.weights or prices[1:], SMOOTH if self.weights else 0.0
        money, merit = (share * had + (1.0 - share) * now for had, now in zip(old, prices[1:], strict=True))
        self.weights = money, merit

    def search_unrolled(
        self, unrolled: Unrolled, more: float, gap: float, seconds: float, turn: int
    ) -> NDArray[np.int32]:
        """Search the unrolled graph under one budget, maybe a larger one; take in the ceiling, return the tree."""
        assert self.weights is not None
        alone, shift = one_budget(unrolled.problem, *self.weights, more)
        start = None if self.value is None else unrolled.over_years(self.problem, self.plan, self.bought)
        found = self.searched(alone, gap, seconds, turn, start)
        self.infeasible = self.infeasible or (found.status == Status.INFEASIBLE and self.value is None)
        if found.value is None or found.bound is None:
            return np.empty(0, np.int32)
        self.lower(math.nextafter(found.bound - shift, math.inf))
        return unrolled.bare(found.arcs)

    def search_exactly(self, unrolled: Unrolled, gap: float, seconds: float, turn: int) -> None:
        """Search the unrolled graph with all its limits: that leaves no gap but what lumps make."""
        start = None if self.value is None else unrolled.over_years(self.problem, self.plan, self.bought)
        found = self.searched(unrolled.problem, gap * GAP_SHARE, seconds, turn, start)
        self.infeasible = self.infeasible or (found.status == Status.INFEASIBLE and self.value is None)
        if found.value is not None and found.bound is not None:
            self.lower(found.bound)
            self.find_years(unrolled.bare(found.arcs))

    def find_years(self, arcs: NDArray[np.int32]) -> None:
        """Find the best years of a tree and take the plan in."""
        if self.stopped():
            return
        schedule = Schedule(self.problem, self.phases, arcs)
        found = schedule.solve(min(SCHEDULE_SHARE * self.time_limit_s, self.left), self.stopped)
        if found is not None:
            rows = in_use(self.problem, self.phases, arcs, found)
            self.take(arcs[rows], found[rows])

    def take(self, arcs: NDArray[np.int32], bought: NDArray[np.int64]) -> None:
        """Take in a plan if it is better."""
        reached = self.problem.prize[self.problem.head[arcs]] * self.phases.weight[bought]
        value = math.fsum(reached.tolist())
        if self.value is None or value > self.value:
            self.plan, self.value = arcs, value
            self.bought = put_off(self.problem, self.phases, arcs, bought)
            self.bound = max(self.bound, value)
            self.note()

    def lower(self, bound: float) -> None:
        """Take in a ceiling if it is lower."""
        bound = bound if self.value is None else max(bound, self.value)
        if bound < self.bound:
            self.bound = bound
            self.note()

    def note(self) -> None:
        """Note value and bound in the trace."""
        now = Progress(self.seconds, self.value, self.bound)
        self.trace.append((now.seconds, now.value, now.bound))
        if self.on_progress is not None:
            self.on_progress(now)

    def conclude(self, gap: float) -> PhasedResult:
        """Put what is known into a result."""
        status, termination = how_it_ended(self, gap)
        result = Result(
            status=status,
            termination=termination,
            arcs=self.plan,
            value=self.value,
            bound=None if self.value is None else self.bound,
            cost=int(self.problem.cost[self.plan].sum()),
            requested_gap=gap,
            trace=tuple(self.trace),
            prices=(),
            ceiling=np.empty((0, 2)),
        )
        return PhasedResult(result, self.bought)


def whole_money(problem: Problem, phases: Phases) -> Problem:
    """Return the problem with one more limit that every plan of the phases keeps, whatever its years.

    Everything is bought once, and runs for a year at least where operation is paid for.
    """
    most = int(phases.limit.sum())
    least = capped(phases.capex + min(phases.paid_years, 1) * phases.opex, most)
    unit = unit_of([least])
    least, most = least // unit, most // unit
    if problem.budget >= MAX_MONEY:
        return replace(problem, cost=least, budget=most)
    rules = problem.rules
    return replace(problem, rules=replace(rules, limits=(*rules.limits, Limit(ALL_MONEY, least, most))))


def even_weights(problem: Problem) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights under which all limits count the same, and no floor."""
    most = np.array([problem.budget, *(limit.most for limit in problem.rules.limits)], np.float64)
    return 1.0 / np.maximum(most, 1.0), np.zeros(len(problem.rules.floors))


def one_budget(
    problem: Problem, money: NDArray[np.float64], merit: NDArray[np.float64], more: float
) -> tuple[Problem, float]:
    """Return the problem with one budget in place of all limits, and what floors add to the value of plans at least.

    Parameters
    ----------
    problem
    money, merit
        Weights of the budget and the limits, and of the floors.
    more
        What the budget is raised by: ceilings of larger budgets hold for smaller ones.
    """
    floors = problem.rules.floors
    cost, budget, _unit = blend(problem, money)
    prize = problem.prize + merit @ np.array([floor.weight for floor in floors]).reshape(-1, problem.n_nodes)
    shift = float(merit @ np.array([floor.least for floor in floors])) * (1.0 - MARGIN) if floors else 0.0
    rules = replace(problem.rules, limits=(), floors=())
    return replace(problem, cost=cost, budget=min(round(more * budget), MAX_MONEY), prize=prize, rules=rules), shift


def in_use(problem: Problem, phases: Phases, arcs: NDArray[np.int32], bought: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows of the arcs that are bought and lead to a prize, or to a node that is counted or required."""
    ends = (problem.prize > 0) | phases.counted
    ends[problem.rules.required] = ends[phases.reached_first] = True
    used = np.zeros(problem.n_nodes, np.bool_)
    for row in range(arcs.size - 1, -1, -1):
        head = problem.head[arcs[row]]
        if bought[row] != NEVER and (ends[head] or used[head]):
            used[head] = used[problem.tail[arcs[row]]] = True
        else:
            used[head] = False
    return np.flatnonzero((bought != NEVER) & used[problem.head[arcs]])


def put_off(problem: Problem, phases: Phases, arcs: NDArray[np.int32], bought: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the phases with what is bought before it is needed put off, as far as the limits allow."""
    bought = bought.copy()
    position = {int(node): row for row, node in enumerate(problem.head[arcs].tolist())}
    units: dict[int, list[int]] = {}
    for row, lump in enumerate(phases.lump[arcs].tolist()):
        units.setdefault(lump if lump != FREE else FREE - 1 - row, []).append(row)
    children: list[list[int]] = [[] for _ in range(arcs.size)]
    for row, node in enumerate(problem.tail[arcs].tolist()):
        if node in position:
            children[position[node]].append(row)
    ends = ((problem.prize > 0) | phases.counted)[problem.head[arcs]]
    cash = phases.cash(arcs, bought)
    begun = np.isin(problem.head[arcs], phases.reached_first) | np.isin(
        arcs, np.concatenate([np.empty(0, np.int32), *phases.begun])
    )
    # What hangs on a unit comes behind its first arc.
    for unit in sorted(units.values(), key=lambda rows: -rows[0]):
        after = {child for row in unit for child in children[row]} - set(unit)
        needed = [int(bought[row]) for row in (*after, *(row for row in unit if ends[row]))]
        now = int(bought[unit[0]])
        if begun[unit].any():
            continue
        without = cash - phases.cash(arcs[unit], bought[unit])
        for phase in range(min(needed, default=now), now, -1):
            moved = without + phases.cash(arcs[unit], np.full(len(unit), phase))
            if phases.keeps_limits(moved):
                cash, bought[unit] = moved, phase
                break
    return bought
