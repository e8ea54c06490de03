"""From candidate links to the planning graph that the solver sees, and back.

Masts are shared by all hops at a place and must be as tall as the tallest need. Place v is therefore expanded into a
ground node and one node per antenna height that some link needs there. Going up one level costs the difference in mast
price, going down is free, and a hop that arrives at a level pays the mast up to it. An arborescence enters each place
once, so what is paid at v is exactly the price of its tallest mast: no big-M, and a stronger relaxation.

Where a budget of some technologies counts the equipment of offices, it has to be known by which technology an office is
served. The nodes of its place then stand there once for each kind of technology that such budgets tell apart; a link
arrives at the copy of its own, and from all copies the same links lead on.

Every technology becomes arcs of this one graph; beyond this room nothing knows what fibre is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.graph.parts import EVERYTHING, NO_LINE, NO_OPTION, WITH_PACKAGE, WITH_TRANSIT, Parts, cost_of
from planner.links.choice import NO_YEAR, Choice, Years
from planner.links.options import NO_MAST, ROOT, LinkOptions
from planner.solver import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True)
class PlanningGraph:
    """The solver's problem with the way back to places and links.

    Attributes
    ----------
    problem : Problem
    parts : Parts
        What each arc is made of: from here other budgets than the problem's own are counted.
    terminal_office : (n,) int32
        Per node: row of the office whose service it stands for, -1 elsewhere.
    """

    problem: Problem
    parts: Parts
    terminal_office: NDArray[np.int32]

    @property
    def arc_option(self) -> NDArray[np.int32]:
        """Per arc: row in ``LinkOptions``, `NO_OPTION` for mast levels and office lines, (m,)."""
        return self.parts.option

    @property
    def arc_reversed(self) -> NDArray[np.bool_]:
        """Per arc: it runs from v to u of its option, (m,)."""
        return self.parts.reversed

    @property
    def terminal(self) -> NDArray[np.int32]:
        """Nodes that stand for the service of an office, (c,)."""
        return np.flatnonzero(self.terminal_office >= 0).astype(np.int32)

    def nodes_of(self, offices: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the nodes at which some offices, by their rows, are served."""
        at = self.terminal
        return np.asarray(at[np.isin(self.terminal_office[at], offices)], np.int32)


@dataclass(frozen=True)
class _Nodes:
    """The nodes of places: the ground, one per rung in use, and copies of these for kinds of technology.

    Attributes
    ----------
    place, rung : (l,) int64
        Levels in use, sorted by both.
    first_level, first_copy : int
        Node of the first level; of the first copy.
    ladder_size : int
    kind : (k,) int64
        Per kind of option: which copy of a place its links arrive at.
    sample : (c,) int64
        Per copy: a kind of option whose links arrive there; budgets do not tell it from the others that do.
    copied : (p,) bool
        Places of which there are copies.
    number : (b,) int64
        Per node of the first kind: its number among those that are copied, -1 for those that are not.
    """

    place: NDArray[np.int64]
    rung: NDArray[np.int64]
    first_level: int
    first_copy: int
    ladder_size: int
    kind: NDArray[np.int64]
    sample: NDArray[np.int64]
    copied: NDArray[np.bool_]
    number: NDArray[np.int64]

    @classmethod
    def of(cls, options: LinkOptions, apart: Sequence[frozenset[str]], offices: NDArray[np.int64]) -> _Nodes:
        """Collect the rungs that some option needs; ``offices`` are the places that may have copies, (c,)."""
        kind, sample = _told_apart(options, apart)
        size = len(options.ladder_m)
        ends = np.concatenate([options.u, options.v]).astype(np.int64)
        rungs = np.concatenate([options.rung_u, options.rung_v]).astype(np.int64)
        used = np.unique(ends[rungs != NO_MAST] * size + rungs[rungs != NO_MAST])
        place, first_level = used // size, 1 + len(options.places)
        copied = np.zeros(len(options.places), np.bool_)
        copied[offices] = len(sample) > 1
        number = np.full(first_level + len(place), -1, np.int64)
        own = np.concatenate([1 + np.flatnonzero(copied), first_level + np.flatnonzero(copied[place])])
        number[own] = np.arange(len(own))
        first_copy = first_level + len(place) + len(offices)
        return cls(place, used % size, first_level, first_copy, size, kind, sample, copied, number)

    @property
    def size(self) -> int:
        """Number of all nodes, terminals included."""
        return self.first_copy + (len(self.sample) - 1) * int((self.number >= 0).sum())

    def at(self, place: NDArray[np.int32], rung: NDArray[np.int8], copy: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the node of each (place, rung, copy): the ground node where no mast is needed."""
        key = self.place * self.ladder_size + self.rung
        wanted = place.astype(np.int64) * self.ladder_size + rung
        level = self.first_level + np.searchsorted(key, wanted)
        return self.copy(np.where(rung == NO_MAST, 1 + place.astype(np.int64), level), copy)

    def copy(self, node: NDArray[np.int64], copy: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the copies of nodes; those of places without any are their own."""
        number = self.number[node]
        per_copy = int((self.number >= 0).sum())
        return np.where((number < 0) | (copy == 0), node, self.first_copy + (copy - 1) * per_copy + number)


@dataclass(frozen=True)
class _Arcs:
    """A block of arcs before they are joined; all but the ends as in `Parts`."""

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    option: NDArray[np.int64]
    reversed: NDArray[np.bool_]
    rung: NDArray[np.int64]
    below: NDArray[np.int64]
    line: NDArray[np.int64]
    kind: NDArray[np.int64]

    @classmethod
    def of(cls, tail: NDArray[np.int64], head: NDArray[np.int64], **parts: NDArray[np.int64]) -> _Arcs:
        """Return arcs; what is not said of them they do not have."""

        def part(name: str, nothing: int) -> NDArray[np.int64]:
            return parts.get(name, np.full(len(tail), nothing, np.int64))

        backwards = part("reversed", 0).astype(np.bool_)
        return cls(
            tail, head, part("option", NO_OPTION), backwards, part("rung", NO_MAST), part("below", NO_MAST),
            part("line", NO_LINE), part("kind", 0),
        )  # fmt: skip


def build_graph(
    options: LinkOptions,
    offices: pd.DataFrame,
    *,
    measure: int,
    budget_cents: int,
    exclude: Collection[str] = (),
    apart: Sequence[frozenset[str]] = (),
) -> PlanningGraph:
    """Return the planning graph under one budget.

    Parameters
    ----------
    options : LinkOptions
    offices : DataFrame
        ``Inputs.offices``: columns id, status_before, region, benefit, demand_mbps.
    measure : int
        Column of `planner.finance.MEASURES` that the budget binds on.
    budget_cents : int
    exclude : collection of str
        Ids of offices that must not be connected; traffic may still pass through their places.
    apart : sequence of set of str
        Technologies that budgets count by themselves: `Parts` then tells which of them serves an office.
    """
    wanted = (offices["status_before"] != "adequate").to_numpy() & ~offices["id"].isin(list(exclude)).to_numpy()
    place_of_office = np.full(len(offices), -1, dtype=np.int64)
    at_office = np.flatnonzero(options.places.office >= 0)
    place_of_office[options.places.office[at_office]] = at_office
    candidates = np.flatnonzero(wanted & (place_of_office >= 0))
    nodes = _Nodes.of(options, apart, place_of_office[candidates])
    terminal = np.full(len(offices), -1, dtype=np.int64)
    terminal[candidates] = nodes.first_level + len(nodes.place) + np.arange(len(candidates))

    at_place = place_of_office[candidates]
    blocks = (
        _mast_arcs(nodes),
        _link_arcs(options, nodes),
        _root_arcs(options, terminal),
        _office_arcs(nodes, at_place, terminal[candidates]),
    )
    own_place = np.concatenate([[-1], np.arange(len(options.places)), nodes.place])
    copied = np.flatnonzero(nodes.number >= 0)
    copies = np.tile(own_place[copied], len(nodes.sample) - 1)
    node_place = np.concatenate([own_place, at_place, copies])
    terminal_office = np.full(nodes.size, -1, dtype=np.int32)
    terminal_office[terminal[candidates]] = candidates
    parts = _joined(blocks, node_place, terminal_office)
    prize, demand = np.zeros(nodes.size), np.zeros(nodes.size)
    prize[terminal[candidates]] = offices["benefit"].to_numpy(np.float64)[candidates]
    demand[terminal[candidates]] = offices["demand_mbps"].to_numpy(np.float64)[candidates]
    unlimited = parts.option == NO_OPTION
    problem = Problem(
        n_nodes=nodes.size,
        tail=np.concatenate([block.tail for block in blocks]).astype(np.int32),
        head=np.concatenate([block.head for block in blocks]).astype(np.int32),
        cost=cost_of(options, offices, parts, measure, EVERYTHING),
        capacity=np.where(unlimited, np.inf, options.capacity_mbps[parts.option]),
        prize=prize,
        demand=demand,
        place=(1 + node_place).astype(np.int32),
        budget=budget_cents,
    )
    return PlanningGraph(problem, parts, terminal_office)


def _told_apart(options: LinkOptions, apart: Sequence[frozenset[str]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return, per kind of option, to which of the technologies told apart it belongs, and a kind of option of each."""
    kind = np.zeros(len(options.kinds), np.int64)
    known: dict[tuple[bool, ...], int] = {}
    sample: list[int] = []
    for row in np.unique(options.kind[(options.u != ROOT) & ~options.bought()]).tolist():
        membership = tuple(options.kinds[row].technology in each for each in apart)
        if membership not in known:
            known[membership] = len(known)
            sample.append(row)
        kind[row] = known[membership]
    return kind, np.array(sample or [0], np.int64)


def _joined(blocks: Sequence[_Arcs], node_place: NDArray[np.int64], terminal_office: NDArray[np.int32]) -> Parts:
    def joined(name: str) -> NDArray[np.int64]:
        return np.concatenate([getattr(block, name) for block in blocks])

    head = joined("head")
    return Parts(
        option=joined("option").astype(np.int32),
        reversed=joined("reversed").astype(np.bool_),
        place=node_place[head].astype(np.int32),
        rung=joined("rung").astype(np.int8),
        below=joined("below").astype(np.int8),
        line=joined("line").astype(np.int8),
        office=terminal_office[head],
        kind=joined("kind").astype(np.int16),
    )


def chosen(
    graph: PlanningGraph,
    options: LinkOptions,
    arcs: NDArray[np.int32],
    n_offices: int,
    years: NDArray[np.int64] | None = None,
) -> Choice:
    """Return what a set of arcs means in links and offices.

    Adequate connections stand in every plan, whether or not anything hangs from them.

    Parameters
    ----------
    graph : PlanningGraph
    options : LinkOptions
        Those that the graph was built from.
    arcs : (k,) int32
        Arcs of an arborescence.
    n_offices : int
    years : (k,) int64 or None
        Calendar year in which each arc is bought; arcs of one mast say the same.
    """
    links = arcs[graph.arc_option[arcs] != NO_OPTION]
    rows, backwards = graph.arc_option[links], graph.arc_reversed[links]
    existing = np.flatnonzero(options.technology() == "existing").astype(np.int32)
    rest = np.setdiff1d(existing, rows, assume_unique=True)
    connected = np.zeros(n_offices, dtype=np.bool_)
    reached = graph.terminal_office[graph.problem.head[arcs]]
    connected[reached[reached >= 0]] = True
    connected[options.places.office[options.v[existing]]] = True
    return Choice(
        option=np.concatenate([rows, rest]).astype(np.int32),
        reversed=np.concatenate([backwards, np.zeros(len(rest), np.bool_)]),
        connected=connected,
        years=None if years is None else _years(graph, options, arcs, years, n_offices, len(rest)),
    )


def _years(
    graph: PlanningGraph,
    options: LinkOptions,
    arcs: NDArray[np.int32],
    years: NDArray[np.int64],
    n_offices: int,
    n_standing: int,
) -> Years:
    """Return the years of the links of a choice, which end with those that stand already, of masts and of offices."""
    parts = graph.parts
    stands = options.technology()[parts.option[arcs]] == "existing"
    link = np.where(stands, NO_YEAR, years)[parts.option[arcs] != NO_OPTION]
    mast, office = np.full(len(options.places), NO_YEAR, np.int64), np.full(n_offices, NO_YEAR, np.int64)
    raised = parts.rung[arcs] != NO_MAST
    mast[parts.place[arcs[raised]]] = years[raised]
    served = graph.terminal_office[graph.problem.head[arcs]] >= 0
    office[graph.terminal_office[graph.problem.head[arcs[served]]]] = years[served]
    return Years(np.concatenate([link, np.full(n_standing, NO_YEAR, np.int64)]), mast, office)


def _mast_arcs(nodes: _Nodes) -> _Arcs:
    """Return the arcs up (at the difference in price) and down (free) between the levels of each place."""
    node = nodes.first_level + np.arange(len(nodes.place))
    lowest = np.ones(len(node), dtype=np.bool_)
    lowest[1:] = nodes.place[1:] != nodes.place[:-1]
    under = np.where(lowest, 1 + nodes.place, node - 1)
    below = np.where(lowest, NO_MAST, np.concatenate([[NO_MAST], nodes.rung[:-1]]))
    level, copy = np.arange(len(node)), np.zeros(len(node), np.int64)
    for number in range(1, len(nodes.sample)):
        own = np.flatnonzero(nodes.copied[nodes.place])
        level, copy = np.concatenate([level, own]), np.concatenate([copy, np.full(len(own), number)])
    lower, upper = nodes.copy(under[level], copy), nodes.copy(node[level], copy)
    nothing = np.full(len(level), NO_MAST)
    return _Arcs.of(
        np.concatenate([lower, upper]),
        np.concatenate([upper, lower]),
        rung=np.concatenate([nodes.rung[level], nothing]),
        below=np.concatenate([below[level], nothing]),
    )


def _link_arcs(options: LinkOptions, nodes: _Nodes) -> _Arcs:
    """Return the directions of every option between two places; what arrives pays the mast at the head."""
    rows = np.flatnonzero((options.u != ROOT) & ~options.bought())
    backwards = np.repeat([False, True], len(rows))
    row = np.tile(rows, 2)
    near = np.where(backwards, options.v[row], options.u[row])
    far = np.where(backwards, options.u[row], options.v[row])
    rung_near = np.where(backwards, options.rung_v[row], options.rung_u[row])
    rung_far = np.where(backwards, options.rung_u[row], options.rung_v[row])
    # An office that is adequately connected hangs from the root by what it has: nothing else enters its place.
    fixed = np.zeros(len(options.places), dtype=np.bool_)
    fixed[options.v[options.technology() == "existing"]] = True
    once = np.flatnonzero(~fixed[far] & ~(backwards & options.directed()[row]))
    arc, copy = once, np.zeros(len(once), np.int64)
    for number in range(1, len(nodes.sample)):
        again = once[nodes.copied[near[once]]]
        arc, copy = np.concatenate([arc, again]), np.concatenate([copy, np.full(len(again), number)])
    kind = options.kind[row[arc]].astype(np.int64)
    return _Arcs.of(
        nodes.at(near[arc], rung_near[arc], copy),
        nodes.at(far[arc], rung_far[arc], nodes.kind[kind]),
        option=row[arc],
        reversed=backwards[arc].astype(np.int64),
        rung=rung_far[arc].astype(np.int64),
        kind=kind,
    )


def _root_arcs(options: LinkOptions, terminal: NDArray[np.int64]) -> _Arcs:
    """Return root → source, root → existing connection and limits of services at the ground, and services to offices.

    A service may begin at a limit, which is a place like any other; it ends at the office, and feeds nothing.
    """
    rows = np.flatnonzero((options.u == ROOT) | options.bought())
    at_ground = ~options.is_service()[rows]
    office = options.places.office[options.v[rows]]
    head = np.where(at_ground, 1 + options.v[rows].astype(np.int64), terminal[office])
    keep = head >= 0  # services of offices that are excluded or already adequate
    rows, head, at_ground = rows[keep], head[keep], at_ground[keep]
    return _Arcs.of(
        1 + options.u[rows].astype(np.int64),  # node 0 is the root
        head,
        option=rows,
        line=np.where(at_ground, NO_LINE, WITH_PACKAGE),
        kind=options.kind[rows].astype(np.int64),
    )


def _office_arcs(nodes: _Nodes, place: NDArray[np.int64], terminal: NDArray[np.int64]) -> _Arcs:
    """Return the arcs from the ground of an office to its service, from each copy of its place."""
    copy = np.repeat(np.arange(len(nodes.sample)), len(place))
    ground = np.tile(1 + place, len(nodes.sample))
    return _Arcs.of(
        nodes.copy(ground, copy),
        np.tile(terminal, len(nodes.sample)),
        line=np.full(len(copy), WITH_TRANSIT, np.int64),
        kind=nodes.sample[copy],
    )
