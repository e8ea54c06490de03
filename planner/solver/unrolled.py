"""The phases of a problem as one graph: every node once for each phase in which it may be reached.

An arc bought in a phase runs between the copies of its ends of that phase; a free arc leads from each copy to that of
the next phase. A tree of this graph is thus a plan with its years, in which nothing is bought before what carries it.
A prize is split: the copy of each phase has what is lost by waiting for the next one, so that a node which is reached
in a phase collects, down the free arcs, what it is worth from then on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from planner.solver.coarse import capped, unit_of
from planner.solver.problem import MAX_MONEY, Problem
from planner.solver.rules import Floor, Limit, Ports, Rules
from planner.solver.tree import bare_tree, preorder

_Number = TypeVar("_Number", bound=np.generic)
FIRST = -1
"""Before the first phase."""

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.phases import Phases


@dataclass(frozen=True)
class Unrolled:
    """A problem over its phases.

    Attributes
    ----------
    problem
        Its arcs are those of the problem asked, phase after phase, then the free ones; its budget is what the last
        phase may have spent, its further limits those of the other phases, of new nodes, and of the problem asked.
    n_arcs
        Number of arcs of the problem asked.
    n_phases
        Number of phases.
    """

    problem: Problem
    n_arcs: int
    n_phases: int

    def bare(self, arcs: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the arcs of the problem asked that a plan of this one holds, parents before children.

        Free arcs inside a place may enter a node in several phases: the first time is the one that counts.
        """
        bought = arcs[arcs < self.n_phases * self.n_arcs]
        node = (self.problem.head[bought] - 1) // self.n_phases
        first = np.lexsort((bought // self.n_arcs, node))
        first = first[np.unique(node[first], return_index=True)[1]]
        kept = bought[np.sort(first)]
        # A node entered twice may have its children before the arc that counts.
        tail, head = self.problem.tail[kept], 1 + (self.problem.head[kept] - 1) // self.n_phases
        tail = np.where(tail > 0, 1 + (tail - 1) // self.n_phases, 0).astype(np.int32)
        parent = bare_tree(int(max(tail.max(initial=0), head.max(initial=0))) + 1)
        parent[head] = np.arange(kept.size, dtype=np.int32)
        return np.asarray(kept[parent[preorder(parent, tail)[1:]]] % self.n_arcs, np.int32)

    def over_years(self, asked: Problem, arcs: NDArray[np.int32], bought: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the arcs here of a plan with its years: as bought, and free ones for as long as something is added."""
        last = np.full(asked.n_nodes, FIRST, np.int64)
        last[asked.head[arcs]] = np.where(asked.prize[asked.head[arcs]] > 0, self.n_phases - 1, bought)
        last[asked.head[arcs][np.isin(asked.head[arcs], asked.rules.required)]] = self.n_phases - 1
        np.maximum.at(last, asked.tail[arcs], bought)
        waits = [
            self.n_phases * self.n_arcs + phase * (asked.n_nodes - 1) + node - 1
            for node, first in zip(asked.head[arcs].tolist(), bought.tolist(), strict=True)
            for phase in range(first, int(last[node]))
        ]
        return np.concatenate([bought * self.n_arcs + arcs, np.array(waits, np.int64)]).astype(np.int32)


def unroll(problem: Problem, phases: Phases) -> Unrolled:
    """Return a problem over its phases.

    It says nothing of lumps: what it proves of the best plan holds all the more of one that keeps to them.
    """
    count, n_arcs = len(phases), problem.n_arcs
    waiting = (problem.n_nodes - 1) * (count - 1)
    every = np.arange(1, problem.n_nodes)

    def at(node: NDArray[np.integer[Any]], phase: int) -> NDArray[np.int64]:
        return np.where(node == 0, 0, 1 + (node.astype(np.int64) - 1) * count + phase)

    def of_arcs(row: NDArray[_Number]) -> NDArray[_Number]:
        return np.concatenate([np.tile(row, count), np.zeros(waiting, row.dtype)])

    last = at(every, count - 1)
    size = 1 + (problem.n_nodes - 1) * count
    prize, demand, place = np.zeros(size), np.zeros(size), np.zeros(size, np.int32)
    place[0], demand[last] = problem.place[0], problem.demand[1:]
    for phase, step in enumerate(phases.steps.tolist()):
        prize[at(every, phase)] = problem.prize[1:] * step
        place[at(every, phase)] = problem.place[1:]
    tails = [at(problem.tail, phase) for phase in range(count)] + [at(every, phase) for phase in range(count - 1)]
    heads = [at(problem.head, phase) for phase in range(count)] + [at(every, phase + 1) for phase in range(count - 1)]
    hops = None if problem.hops is None else of_arcs(problem.hops)
    windows = [
        np.concatenate(
            [
                *(
                    phases.purchases_in(bought, phase) * phases.capex + phases.years_in(bought, phase) * phases.opex
                    for bought in range(count)
                ),
                np.zeros(waiting, np.int64),
            ]
        )
        for phase in range(count)
    ]
    windows = [capped(row, phases.money(phase)) for phase, row in enumerate(windows)]
    over_all = [Limit("budget", problem.cost, problem.budget)] if problem.budget < MAX_MONEY else []
    over_all += problem.rules.limits
    over_all = [replace(limit, cost=of_arcs(capped(limit.cost, limit.most))) for limit in over_all]
    # An arc stands here once for each phase: sums that were exact may be so no more.
    unit = unit_of([*windows, *(limit.cost for limit in over_all)])
    limits = [
        Limit(f"phase {phase}", row // unit, phases.money(phase) // unit) for phase, row in enumerate(windows[:-1])
    ]
    limits += _of_new(problem, phases, waiting)
    limits += [replace(limit, cost=limit.cost // unit, most=limit.most // unit) for limit in over_all]
    asked = problem.rules
    # Only the copy of the last phase has the demand: what cannot carry it must not reach the other copies either.
    too_narrow = np.flatnonzero(problem.capacity < problem.demand[problem.head])

    def copies(arcs: NDArray[np.int32]) -> NDArray[np.int32]:
        return (arcs + n_arcs * np.arange(count)[:, None]).ravel().astype(np.int32)

    def of_nodes(row: NDArray[np.float64]) -> NDArray[np.float64]:
        weight = np.zeros(size)
        weight[0], weight[last] = row[0], row[1:]
        return weight

    def ports() -> Ports | None:
        if asked.ports is None:
            return None
        uses = np.concatenate([np.tile(asked.ports.uses, count), np.zeros(waiting, np.bool_)])
        return Ports(uses, np.concatenate([asked.ports.most[:1], np.repeat(asked.ports.most[1:], count)]))

    rules = Rules(
        limits=tuple(limits),
        floors=tuple(Floor(floor.name, of_nodes(floor.weight), floor.least) for floor in asked.floors),
        required=np.concatenate([at(asked.required, count - 1), at(phases.reached_first, 0)]).astype(np.int32),
        excluded=np.concatenate([at(asked.excluded, phase) for phase in range(count)]).astype(np.int32),
        # The copies of the first phase have the numbers of the arcs themselves.
        held=(*(copies(group) for group in asked.held), *phases.begun),
        forbidden=copies(np.union1d(asked.forbidden, too_narrow).astype(np.int32)),
        ports=ports(),
    )
    unrolled = Problem(
        n_nodes=size,
        tail=np.concatenate(tails).astype(np.int32),
        head=np.concatenate(heads).astype(np.int32),
        cost=windows[-1] // unit,
        capacity=np.concatenate([np.tile(problem.capacity, count), np.full(waiting, np.inf)]),
        prize=prize,
        demand=demand,
        place=place,
        budget=phases.money(count - 1) // unit,
        rules=rules,
        hops=hops,
        hop_limit=problem.hop_limit,
    )
    return Unrolled(unrolled, n_arcs, count)


def _of_new(problem: Problem, phases: Phases, waiting: int) -> list[Limit]:
    """Return the limits on the nodes that are reached in each phase."""
    counts = phases.counted[problem.head].astype(np.int64)
    nothing, free = np.zeros_like(counts), np.zeros(waiting, np.int64)
    return [
        Limit(
            f"new {phase}",
            np.concatenate([*(counts if each == phase else nothing for each in range(len(phases))), free]),
            int(most),
        )
        for phase, most in enumerate(phases.most_new.tolist())
        if most >= 0
    ]
