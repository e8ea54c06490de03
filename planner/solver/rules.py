"""What a plan has to keep beside its budget: further limits, floors, nodes and arcs it must or may not hold, ports."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from planner.solver.problem import Problem


@dataclass(frozen=True)
class Limit:
    """A further budget: Σ cost · x ≤ most, such as yearly opex, or the money of one region or technology.

    Attributes
    ----------
    name
        How messages call it.
    cost
        ``(m,)`` int64 ≥ 0: what each arc takes of it.
    most
        ≥ 0.
    """

    name: str
    cost: NDArray[np.int64]
    most: int


@dataclass(frozen=True)
class Floor:
    """A least sum over the nodes that are reached: Σ weight · y ≥ least, such as the offices of one region.

    Attributes
    ----------
    name
        How messages call it.
    weight
        ``(n,)`` float64 ≥ 0.
    least
        ≥ 0.
    """

    name: str
    weight: NDArray[np.float64]
    least: float


@dataclass(frozen=True)
class Ports:
    """How many links may leave a place: radios on one mast, cards in one rack.

    Attributes
    ----------
    uses
        ``(m,)`` bool: whether the arc takes a port of the place that it leaves; arcs inside a place take none.
    most
        ``(n,)`` int64 ≥ 0: ports of the node's place; its nodes have to agree.
    """

    uses: NDArray[np.bool_]
    most: NDArray[np.int64]


def _none() -> NDArray[np.int32]:
    return np.empty(0, np.int32)


@dataclass(frozen=True)
class Rules:
    """The rules of one problem.

    Attributes
    ----------
    limits, floors
        Rows that every plan keeps.
    required
        Nodes that every plan reaches.
    excluded
        Nodes that no plan enters, not even on the way.
    held
        Groups of arcs, of each of which every plan holds at least one: both directions of a link that is fixed.
    forbidden
        Arcs that no plan holds.
    ports
        None where places have as many as they like.
    """

    limits: tuple[Limit, ...] = ()
    floors: tuple[Floor, ...] = ()
    required: NDArray[np.int32] = field(default_factory=_none)
    excluded: NDArray[np.int32] = field(default_factory=_none)
    held: tuple[NDArray[np.int32], ...] = ()
    forbidden: NDArray[np.int32] = field(default_factory=_none)
    ports: Ports | None = None

    @property
    def any(self) -> bool:
        """Whether there is any rule that the search has to look at: what is excluded or forbidden is just left out."""
        return bool(self.limits or self.floors or self.held or self.required.size or self.ports is not None)

    @property
    def only_required(self) -> bool:
        """Whether there is no rule but that nodes are required."""
        return not (self.limits or self.floors or self.held or self.ports is not None)

    def check(self, n_nodes: int, n_arcs: int, place: NDArray[np.int32]) -> None:
        """Check shapes and ranges.

        Raises
        ------
        ValueError
            If an array has another shape or type, or a number lies outside its range.
        """
        for limit in self.limits:
            check_row(limit.name, limit.cost, np.int64, n_arcs, limit.most)
        for floor in self.floors:
            check_row(floor.name, floor.weight, np.float64, n_nodes, floor.least)
        for name, numbers, size in self._numbers(n_nodes, n_arcs):
            if numbers.dtype != np.int32 or numbers.ndim != 1 or ((numbers < 0) | (numbers >= size)).any():
                raise ValueError(f"{name}: expected int32 numbers in 0…{size - 1}")
        if (self.excluded == 0).any():
            raise ValueError("excluded: the root, node 0, is part of every plan")
        if self.ports is not None:
            check_row("ports", self.ports.most, np.int64, n_nodes, 0)
            if self.ports.uses.dtype != np.bool_ or self.ports.uses.shape != (n_arcs,):
                raise ValueError(f"ports: expected ({n_arcs},) bool for uses")
            most = np.full(int(place.max()) + 1, -1, np.int64)
            most[place] = self.ports.most
            if (most[place] != self.ports.most).any():
                raise ValueError("ports: the nodes of one place must agree")

    def _numbers(self, n_nodes: int, n_arcs: int) -> Iterator[tuple[str, NDArray[np.int32], int]]:
        yield "required", self.required, n_nodes
        yield "excluded", self.excluded, n_nodes
        yield "forbidden", self.forbidden, n_arcs
        for group in self.held:
            yield "held", group, n_arcs


def check_row(name: str, values: NDArray[Any], dtype: type, size: int, bound: float) -> None:
    """Check one row: its shape and type, and that nothing in it is negative or no number."""
    if values.dtype != dtype or values.shape != (size,):
        raise ValueError(f"{name}: expected ({size},) {np.dtype(dtype)}, got {values.shape} {values.dtype}")
    if not ((values >= 0) & (values < np.inf)).all() or not 0 <= bound < np.inf:
        raise ValueError(f"{name}: values and bound must be numbers ≥ 0")
    if float(values.sum(dtype=np.float64)) > 2.0**52:
        raise ValueError(f"{name}: values must add up to at most 2**52")


def broken_rules(problem: Problem, arcs: NDArray[np.int32]) -> list[str]:
    """Return the names of the rules, the budget among them, that a plan given by the problem's arcs does not keep."""
    rules = problem.rules
    reached = np.zeros(problem.n_nodes, np.bool_)
    reached[0] = True
    reached[problem.head[arcs]] = True
    broken = ["budget"] if int(problem.cost[arcs].sum()) > problem.budget else []
    broken += [limit.name for limit in rules.limits if int(limit.cost[arcs].sum()) > limit.most]
    broken += [floor.name for floor in rules.floors if math.fsum(floor.weight[reached]) < floor.least]
    if not reached[rules.required].all():
        broken.append("required")
    if reached[rules.excluded].any():
        broken.append("excluded")
    if not all(np.isin(group, arcs).any() for group in rules.held):
        broken.append("held")
    if np.isin(rules.forbidden, arcs).any():
        broken.append("forbidden")
    if rules.ports is not None:
        ports, tail = rules.ports, problem.tail[arcs[takes_port(problem, arcs)]]
        used = np.bincount(problem.place[tail], minlength=int(problem.place.max()) + 1)
        if (used[problem.place] > ports.most).any():
            broken.append("ports")
    return broken


def takes_port(problem: Problem, arcs: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return for each of the arcs whether it takes a port of the place that it leaves."""
    assert problem.rules.ports is not None
    leaves = problem.place[problem.tail[arcs]] != problem.place[problem.head[arcs]]
    return np.asarray(problem.rules.ports.uses[arcs] & leaves)
