"""In which phase each arc of one tree is bought, and which branches are not bought at all.

The integer program has for every arc and phase whether the arc is bought by then; its relaxation is tight, because what
hangs on an arc is bought no earlier than the arc. The relaxation also tells what a cent of each limit is worth: with
these weights the limits of the whole graph become one budget (see `planner.solver.phased`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pyscipopt import Model, quicksum

from planner.solver.linear import maximise
from planner.solver.phases import FREE
from planner.solver.problem import MAX_MONEY
from planner.solver.rules import broken_rules
from planner.solver.tree import ROUNDING
from planner.solver.watch import interrupting, numerical_troubles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from pyscipopt import Variable

    from planner.solver.phases import Phases
    from planner.solver.problem import Problem

NEVER = -1
"""Phase of an arc that is not bought."""
NEAR = 1e-3
"""Relative gap at which the program of one tree is left: other trees have more to give."""
TIGHTER = 1e-7
"""What limits are tightened by, as a share, where the tolerance of the program has let one be exceeded."""
OBJECTIVE = 1_000.0
"""What all prizes add up to in the program: keeps its coefficients near those of the other rows."""


@dataclass(frozen=True)
class Row:
    """A row Σ factor · x ≤ ``most`` over the variables of a schedule.

    Attributes
    ----------
    column, factor
        ``(k,)``: the variables, arc · phases + phase, and what each takes.
    most
        At most so much; a floor is a row with negative factors.
    """

    column: NDArray[np.int64]
    factor: NDArray[np.float64]
    most: float


class Schedule:
    """The program of one tree.

    Attributes
    ----------
    arcs
        ``(k,)`` int32: arcs of the problem, parents before children.
    """

    def __init__(self, problem: Problem, phases: Phases, arcs: NDArray[np.int32]) -> None:
        self.problem = problem
        self.phases = phases
        self.arcs = arcs
        self.position = {int(node): row for row, node in enumerate(problem.head[arcs].tolist())}
        self.parent = np.array([self.position.get(node, NEVER) for node in problem.tail[arcs].tolist()], np.int64)
        self.worth = problem.prize[problem.head[arcs]]

    def at(self, row: int, phase: int) -> int:
        """Return the variable that says whether an arc is bought by a phase."""
        return row * len(self.phases) + phase

    def columns(self, rows: NDArray[np.int64], phase: int) -> NDArray[np.int64]:
        """Return the variables that say whether arcs are bought by a phase."""
        return rows * len(self.phases) + phase

    def limits(self) -> list[Row]:
        """Return the rows that are weighed, in the order of the unrolled problem's budget and limits."""
        count, problem, rules = len(self.phases), self.problem, self.problem.rules
        rows = [self._window(count - 1), *(self._window(phase) for phase in range(count - 1))]
        rows += [self._new(phase, int(most)) for phase, most in enumerate(self.phases.most_new) if most != FREE]
        bought = self.columns(np.arange(self.arcs.size), count - 1)
        costs = [(limit.cost, limit.most) for limit in rules.limits]
        if problem.budget < MAX_MONEY:
            costs.insert(0, (problem.cost, problem.budget))
        return [*rows, *(Row(bought, cost[self.arcs].astype(np.float64), most) for cost, most in costs)]

    def floors(self) -> list[Row]:
        """Return the floors as rows that are negative."""
        bought = self.columns(np.arange(self.arcs.size), len(self.phases) - 1)
        head = self.problem.head[self.arcs]
        return [Row(bought, -floor.weight[head], floor.weight[0] - floor.least) for floor in self.problem.rules.floors]

    def _window(self, phase: int) -> Row:
        """Return the cash of the window that ends with a phase: sums over what is bought by then telescope."""
        columns, factors, every = [], [], np.arange(self.arcs.size)
        last = len(self.phases)
        for bought in range(last):
            # Bought in a phase is bought by it less bought by the one before.
            taken = self._taken(bought, phase) - (self._taken(bought + 1, phase) if bought + 1 < last else 0)
            columns.append(every * last + bought)
            factors.append(taken.astype(np.float64))
        return Row(np.concatenate(columns), np.concatenate(factors), self.phases.money(phase))

    def _taken(self, bought: int, phase: int) -> NDArray[np.int64]:
        phases = self.phases
        once, years = phases.purchases_in(bought, phase), phases.years_in(bought, phase)
        return once * phases.capex[self.arcs] + years * phases.opex[self.arcs]

    def _new(self, phase: int, most: int) -> Row:
        """Return how many counted nodes are reached in a phase."""
        rows = np.flatnonzero(self.phases.counted[self.problem.head[self.arcs]])
        now, before = self.columns(rows, phase), self.columns(rows, phase - 1)
        if phase == 0:
            return Row(now, np.ones(rows.size), most)
        return Row(np.concatenate([now, before]), np.repeat([1.0, -1.0], rows.size), most)

    def loads(self) -> list[Row]:
        """Return what arcs carry, as rows, of those that the whole tree would load with more than they can.

        A tree of the unrolled problem may: only what is reached until the last phase has a demand there.
        """
        demand = self.problem.demand[self.problem.head[self.arcs]]
        load = demand.copy()
        for row in range(self.arcs.size - 1, -1, -1):
            if self.parent[row] != NEVER:
                load[self.parent[row]] += load[row]
        capacity = self.problem.capacity[self.arcs]
        too_much = np.flatnonzero(load > capacity * (1.0 + ROUNDING))
        beyond: dict[int, list[int]] = {int(row): [] for row in too_much}
        for row in np.flatnonzero(demand > 0.0).tolist() if too_much.size else ():
            above = row
            while above != NEVER:
                if above in beyond:
                    beyond[above].append(row)
                above = int(self.parent[above])
        last = len(self.phases) - 1
        return [
            Row(self.columns(np.array(rows, np.int64), last), demand[rows], float(capacity[arc]))
            for arc, rows in beyond.items()
        ]

    def _orders(self) -> Iterator[tuple[int, int]]:
        """Yield pairs of variables of which the first is no larger than the second."""
        for row, above in enumerate(self.parent.tolist()):
            for phase in range(len(self.phases)):
                if phase + 1 < len(self.phases):
                    yield self.at(row, phase), self.at(row, phase + 1)
                if above != NEVER:
                    yield self.at(row, phase), self.at(above, phase)

    def prices(self) -> tuple[float, NDArray[np.float64], NDArray[np.float64]] | None:
        """Return the ceiling of the tree, and what a unit of each limit and floor is worth; None without any."""
        if self.arcs.size == 0:
            return None
        limits, floors = self.limits(), self.floors()
        pairs = np.array(list(self._orders()), np.int64).reshape(-1, 2)
        orders = [Row(pair, np.array([1.0, -1.0]), 0.0) for pair in pairs]
        weighed = map(_scaled, (*limits, *floors))
        rows = [(row.column, row.factor, row.most) for row in (*weighed, *map(_scaled, self.loads()), *orders)]
        objective = (self.worth[:, None] * self.phases.steps).ravel()
        found = maximise(objective, rows, self._least(), np.ones(objective.size))
        if found is None:
            return None
        unit = np.array([_size(row) for row in (*limits, *floors)])
        weight = found.price[: unit.size] / unit
        return found.value, weight[: len(limits)], weight[len(limits) :]

    def _least(self) -> NDArray[np.float64]:
        """Return the least values of the variables: required nodes are reached by the end, what has begun at once."""
        least = np.zeros(self.arcs.size * len(self.phases))
        begun = np.isin(self.problem.head[self.arcs], self.phases.reached_first)
        for group in self.phases.begun:
            begun |= np.isin(self.arcs, group)
        least[np.flatnonzero(begun) * len(self.phases)] = 1.0
        rows = np.flatnonzero(np.isin(self.problem.head[self.arcs], self.problem.rules.required))
        least[rows * len(self.phases) + len(self.phases) - 1] = 1.0
        return least

    def solve(self, time_limit_s: float, stopped: Callable[[], bool]) -> NDArray[np.int64] | None:
        """Return the phase in which each arc is bought, ``(k,)``, `NEVER` where it is not; None if none is found.

        Parameters
        ----------
        time_limit_s
            Seconds for the search.
        stopped
            Asked several times a second, from another thread; True ends the search with the best it has.
        """
        required = {*self.problem.rules.required.tolist(), *self.phases.reached_first.tolist()} - {0}
        if not required <= self.position.keys():
            return None
        for tighter in (0.0, TIGHTER):
            found = self._search(time_limit_s, stopped, tighter)
            if found is None or self.keeps(found):
                return found
        return None

    def keeps(self, phase: NDArray[np.int64]) -> bool:
        """Whether the arcs that are bought keep all limits, to the cent, and carry no more than they can."""
        held = phase != NEVER
        arcs, problem = self.arcs[held], self.problem
        new = phase[held][self.phases.counted[problem.head[arcs]]]
        most = self.phases.most_new
        few = (np.bincount(new, minlength=len(self.phases)) <= np.where(most == FREE, new.size, most)).all()
        carried = all(
            row.factor[held[row.column // len(self.phases)]].sum() <= row.most * (1.0 + ROUNDING)
            for row in self.loads()
        )
        return bool(
            few
            and carried
            and self.phases.has_begun(problem, arcs, phase[held])
            and self.phases.keeps_limits(self.phases.cash(arcs, phase[held]))
            and not broken_rules(problem, arcs)
        )

    def _search(self, time_limit_s: float, stopped: Callable[[], bool], tighter: float) -> NDArray[np.int64] | None:
        """Search with limits that are tighter by a share of what they allow: the program knows no exact sums."""
        model, bought = self._model(time_limit_s, tighter)
        with interrupting(model, stopped), numerical_troubles():
            model.optimizeNogil()
        if model.getNSols() == 0:
            return None
        found = model.getBestSol()
        by_then = np.array([model.getSolVal(found, variable) > 0.5 for variable in bought])
        by_then = by_then.reshape(self.arcs.size, len(self.phases))
        return np.where(by_then[:, -1], by_then.argmax(axis=1), NEVER)

    def _model(self, time_limit_s: float, tighter: float) -> tuple[Model, list[Variable]]:
        model, count = Model(), len(self.phases)
        model.hideOutput()
        total = math.fsum(self.worth) or 1.0
        gain = (OBJECTIVE / total * self.worth[:, None] * self.phases.steps).ravel()
        bought = [
            model.addVar(vtype="B", obj=each, lb=least)
            for each, least in zip(gain.tolist(), self._least().tolist(), strict=True)
        ]
        for limit in map(_scaled, (*self.limits(), *self.floors(), *self.loads())):
            most = limit.most - tighter
            parts = zip(limit.column.tolist(), limit.factor.tolist(), strict=True)
            model.addCons(quicksum(factor * bought[each] for each, factor in parts if factor) <= most)
        for lower, upper in self._orders():
            model.addCons(bought[lower] <= bought[upper])
        self._hold(model, bought)
        for first, row in self._lumped():
            last = bought[self.at(row, count - 1)]
            for phase in range(count):
                model.addCons(bought[self.at(row, phase)] >= bought[self.at(first, phase)] + last - 1)
                model.addCons(bought[self.at(row, phase)] <= bought[self.at(first, phase)])
        model.setMaximize()
        model.setParam("limits/time", max(time_limit_s, 0.0))
        model.setParam("misc/catchctrlc", False)
        model.setParam("limits/gap", NEAR)
        model.setParam("numerics/feastol", 1e-9)
        return model, bought

    def _hold(self, model: Model, bought: list[Variable]) -> None:
        """Keep one arc of each group that has to be held, in use: something hangs on it, or it ends at a prize."""
        last = len(self.phases) - 1
        children: dict[int, list[int]] = {}
        for row, above in enumerate(self.parent.tolist()):
            children.setdefault(above, []).append(row)
        for group in self.problem.rules.held:
            rows = np.flatnonzero(np.isin(self.arcs, group)).tolist()
            model.addCons(quicksum(bought[self.at(row, last)] for row in rows) >= 1)
        if not self.problem.rules.held:
            return
        ends = (self.worth > 0.0) | self.phases.counted[self.problem.head[self.arcs]]
        for row in np.flatnonzero(~ends).tolist():
            after = quicksum(bought[self.at(child, last)] for child in children.get(row, []))
            model.addCons(bought[self.at(row, last)] <= after)

    def _lumped(self) -> Iterator[tuple[int, int]]:
        """Yield pairs of arcs that are bought together: the first of each lump, and another."""
        lump = self.phases.lump[self.arcs]
        first: dict[int, int] = {}
        for row in np.flatnonzero(lump != FREE).tolist():
            if lump[row] in first:
                yield first[int(lump[row])], row
            else:
                first[int(lump[row])] = row


def _size(row: Row) -> float:
    return max(abs(row.most), 1.0)


def _scaled(row: Row) -> Row:
    """Return a row in units of what it allows."""
    return Row(row.column, row.factor / _size(row), row.most / _size(row))
