"""From candidate links to the planning graph that the solver sees, and back.

Masts are shared by all hops at a place and must be as tall as the tallest need. Place v is therefore expanded into a
ground node and one node per antenna height that some link needs there. Going up one level costs the difference in mast
price, going down is free, and a hop that arrives at a level pays the mast up to it. An arborescence enters each place
once, so what is paid at v is exactly the price of its tallest mast: no big-M, and a stronger relaxation.

Every technology becomes arcs of this one graph; beyond this room nothing knows what fibre is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.links.choice import Choice
from planner.links.options import NO_MAST, ROOT, LinkOptions
from planner.solver import Problem

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd
    from numpy.typing import NDArray

NO_OPTION = -1
"""In ``PlanningGraph.arc_option``: the arc is a mast level or an office line, not a link."""


@dataclass(frozen=True)
class PlanningGraph:
    """The solver's problem with the way back to places and links.

    Attributes
    ----------
    problem : Problem
    arc_option : (m,) int32
        Row in ``LinkOptions``, `NO_OPTION` for mast levels and office lines.
    arc_reversed : (m,) bool
        The arc runs from v to u of its option.
    terminal_office : (n,) int32
        Per node: row of the office whose service it stands for, -1 elsewhere.
    """

    problem: Problem
    arc_option: NDArray[np.int32]
    arc_reversed: NDArray[np.bool_]
    terminal_office: NDArray[np.int32]


@dataclass(frozen=True)
class _Levels:
    """Mast levels in use: one row per (place, rung), sorted."""

    place: NDArray[np.int64]
    rung: NDArray[np.int64]
    first_node: int

    @classmethod
    def of(cls, options: LinkOptions) -> _Levels:
        """Collect the rungs that some option needs."""
        size = len(options.ladder_m)
        ends = np.concatenate([options.u, options.v]).astype(np.int64)
        rungs = np.concatenate([options.rung_u, options.rung_v]).astype(np.int64)
        used = np.unique(ends[rungs != NO_MAST] * size + rungs[rungs != NO_MAST])
        return cls(used // size, used % size, 1 + len(options.places))

    def node(self, place: NDArray[np.int32], rung: NDArray[np.int8], ladder_size: int) -> NDArray[np.int64]:
        """Return the node of each (place, rung): the ground node where no mast is needed."""
        key = self.place * ladder_size + self.rung
        wanted = place.astype(np.int64) * ladder_size + rung
        level = self.first_node + np.searchsorted(key, wanted)
        return np.where(rung == NO_MAST, 1 + place.astype(np.int64), level)


@dataclass(frozen=True)
class _Arcs:
    """A block of arcs before they are joined."""

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    cost: NDArray[np.int64]
    capacity: NDArray[np.float64]
    option: NDArray[np.int64]
    reversed: NDArray[np.bool_]

    @classmethod
    def free(cls, tail: NDArray[np.int64], head: NDArray[np.int64], cost: NDArray[np.int64]) -> _Arcs:
        """Return arcs that are no links: without option, without limit."""
        size = len(tail)
        return cls(
            tail, head, cost, np.full(size, np.inf), np.full(size, NO_OPTION, np.int64), np.zeros(size, np.bool_)
        )


def build_graph(
    options: LinkOptions, offices: pd.DataFrame, *, measure: int, budget_cents: int, exclude: Collection[str] = ()
) -> PlanningGraph:
    """Return the planning graph under one budget.

    Parameters
    ----------
    options : LinkOptions
    offices : DataFrame
        ``Inputs.offices``: columns id, status_before, benefit, demand_mbps.
    measure : int
        Column of `planner.finance.MEASURES` that the budget binds on.
    budget_cents : int
    exclude : collection of str
        Ids of offices that must not be connected; traffic may still pass through their places.
    """
    levels = _Levels.of(options)
    wanted = (offices["status_before"] != "adequate").to_numpy() & ~offices["id"].isin(list(exclude)).to_numpy()
    place_of_office = np.full(len(offices), -1, dtype=np.int64)
    at_office = np.flatnonzero(options.places.office >= 0)
    place_of_office[options.places.office[at_office]] = at_office
    candidates = np.flatnonzero(wanted & (place_of_office >= 0))
    terminal = np.full(len(offices), -1, dtype=np.int64)
    terminal[candidates] = levels.first_node + len(levels.place) + np.arange(len(candidates))
    size = levels.first_node + len(levels.place) + len(candidates)

    blocks = (
        _mast_arcs(options, levels, measure),
        _link_arcs(options, levels, measure),
        _root_arcs(options, terminal, measure),
        _Arcs.free(
            1 + place_of_office[candidates], terminal[candidates], options.package_transit_money[candidates, measure]
        ),
    )
    # The root and the places, counted from 0; levels and terminals belong to the place they stand at.
    node_place = np.concatenate([np.arange(levels.first_node), 1 + levels.place, 1 + place_of_office[candidates]])
    prize, demand = np.zeros(size), np.zeros(size)
    prize[terminal[candidates]] = offices["benefit"].to_numpy(np.float64)[candidates]
    demand[terminal[candidates]] = offices["demand_mbps"].to_numpy(np.float64)[candidates]
    terminal_office = np.full(size, -1, dtype=np.int32)
    terminal_office[terminal[candidates]] = candidates
    problem = Problem(
        n_nodes=size,
        tail=np.concatenate([block.tail for block in blocks]).astype(np.int32),
        head=np.concatenate([block.head for block in blocks]).astype(np.int32),
        cost=np.concatenate([block.cost for block in blocks]),
        capacity=np.concatenate([block.capacity for block in blocks]),
        prize=prize,
        demand=demand,
        place=node_place.astype(np.int32),
        budget=budget_cents,
    )
    return PlanningGraph(
        problem=problem,
        arc_option=np.concatenate([block.option for block in blocks]).astype(np.int32),
        arc_reversed=np.concatenate([block.reversed for block in blocks]),
        terminal_office=terminal_office,
    )


def chosen(graph: PlanningGraph, options: LinkOptions, arcs: NDArray[np.int32], n_offices: int) -> Choice:
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
    )


def _mast_arcs(options: LinkOptions, levels: _Levels, measure: int) -> _Arcs:
    """Return the arcs up (at the difference in price) and down (free) between the levels of each place."""
    node = levels.first_node + np.arange(len(levels.place))
    price = options.mast_money[levels.place, levels.rung, measure]
    above_ground = np.ones(len(node), dtype=np.bool_)
    above_ground[1:] = levels.place[1:] != levels.place[:-1]
    below = np.where(above_ground, 1 + levels.place, node - 1)
    step = price - np.where(above_ground, 0, np.concatenate([[0], price[:-1]]))
    return _Arcs.free(
        np.concatenate([below, node]), np.concatenate([node, below]), np.concatenate([step, np.zeros_like(step)])
    )


def _link_arcs(options: LinkOptions, levels: _Levels, measure: int) -> _Arcs:
    """Return the directions of every option between two places; what arrives pays the mast at the head."""
    rows = np.flatnonzero((options.u != ROOT) & ~options.bought())
    size = len(options.ladder_m)
    near = levels.node(options.u[rows], options.rung_u[rows], size)
    far = levels.node(options.v[rows], options.rung_v[rows], size)

    def mast(place: NDArray[np.int32], rung: NDArray[np.int8]) -> NDArray[np.int64]:
        return np.where(rung == NO_MAST, 0, options.mast_money[place, rung, measure])

    price = options.money[rows, measure]
    arcs = _Arcs(
        tail=np.concatenate([near, far]),
        head=np.concatenate([far, near]),
        cost=np.concatenate(
            [
                price + mast(options.v[rows], options.rung_v[rows]),
                price + mast(options.u[rows], options.rung_u[rows]),
            ]
        ),
        capacity=np.tile(options.capacity_mbps[rows], 2),
        option=np.tile(rows, 2),
        reversed=np.repeat([False, True], len(rows)),
    )
    # An office that is adequately connected hangs from the root by what it has: nothing else enters its place.
    fixed = np.zeros(1 + len(options.places), dtype=np.bool_)
    fixed[1 + options.v[options.technology() == "existing"]] = True
    entered = np.concatenate([options.v[rows], options.u[rows]]).astype(np.int64)
    keep = ~fixed[1 + entered] & ~(arcs.reversed & options.directed()[arcs.option])
    return _Arcs(*(getattr(arcs, name)[keep] for name in ("tail", "head", "cost", "capacity", "option", "reversed")))


def _root_arcs(options: LinkOptions, terminal: NDArray[np.int64], measure: int) -> _Arcs:
    """Return root → source, root → existing connection and limits of services at the ground, and services to offices.

    A service may begin at a limit, which is a place like any other; it ends at the office, and feeds nothing.
    """
    rows = np.flatnonzero((options.u == ROOT) | options.bought())
    at_ground = ~options.is_service()[rows]
    office = options.places.office[options.v[rows]]
    head = np.where(at_ground, 1 + options.v[rows].astype(np.int64), terminal[office])
    package = np.where(at_ground, 0, options.package_money[office, measure])
    keep = head >= 0  # services of offices that are excluded or already adequate
    rows, head, package = rows[keep], head[keep], package[keep]
    return _Arcs(
        tail=1 + options.u[rows].astype(np.int64),  # node 0 is the root
        head=head,
        cost=options.money[rows, measure] + package,
        capacity=options.capacity_mbps[rows],
        option=rows,
        reversed=np.zeros(len(rows), dtype=np.bool_),
    )
