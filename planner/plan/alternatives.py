"""Cheapest ways to connect an office: alone from the root, or on top of a plan.

A way is a shortest path in the planning graph, where masts are levels: its price is exact, masts included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.finance import MEASURES
from planner.graph import NO_OPTION, build_graph, hops_of, money_of
from planner.plan.arborescence import NONE
from planner.solver import shortest_ways

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from planner.graph import Parts
    from planner.links.options import LinkOptions
    from planner.plan.arborescence import Arborescence

_FROM_PLAN = -2
"""In ``Ways.arc``: the way starts here, at no cost, because the plan is here."""


@dataclass(frozen=True)
class Network:
    """The planning graph with every money column.

    Attributes
    ----------
    tail, head : (m,) int32
        Nodes; 0 is the root.
    money : (m, 4) int64
        Cents, columns `planner.finance.MEASURES`.
    capacity : (m,) float64
    option : (m,) int32
        Row in ``LinkOptions``, `planner.graph.NO_OPTION` for mast levels and office lines.
    reversed : (m,) bool
    place : (n,) int32
        Per node: its place, `NONE` for the root.
    terminal : (o,) int64
        Per office: its node, `NONE` for those that are no candidates.
    """

    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    money: NDArray[np.int64]
    capacity: NDArray[np.float64]
    parts: Parts
    hops: NDArray[np.int64]
    place: NDArray[np.int32]
    terminal: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        options: LinkOptions,
        offices: pd.DataFrame,
        exclude: Collection[str] = (),
        forbidden: Collection[int] = (),
    ) -> Network:
        """Build the network of all candidate links but those rows that are forbidden."""
        graph = build_graph(options, offices, measure=0, budget_cents=0, exclude=exclude)
        problem, parts = graph.problem, graph.parts
        terminal = np.full(len(offices), NONE, dtype=np.int64)
        terminal[graph.terminal_office[graph.terminal]] = graph.terminal
        kept = np.ones(problem.n_arcs, np.bool_)
        kept[parts.arcs_of(np.fromiter(forbidden, np.int64))] = False
        return cls(
            tail=problem.tail[kept],
            head=problem.head[kept],
            money=money_of(options, offices, parts)[kept],
            capacity=problem.capacity[kept],
            parts=parts.take(kept),
            hops=hops_of(options, parts)[kept],
            place=(problem.place - 1).astype(np.int32),
            terminal=terminal,
        )

    @property
    def option(self) -> NDArray[np.int32]:
        """Per arc: row in ``LinkOptions``, `planner.graph.NO_OPTION` for mast levels and office lines, (m,)."""
        return self.parts.option

    @property
    def reversed(self) -> NDArray[np.bool_]:
        """Per arc: it runs from v to u of its option, (m,)."""
        return self.parts.reversed

    @staticmethod
    def ground(place: int) -> int:
        """Return the node of a place at which no mast is needed (`planner.graph` puts them behind the root)."""
        return 1 + place


@dataclass(frozen=True)
class Standing:
    """Where a plan stands in the network: from here ways may start at no cost.

    Attributes
    ----------
    node : (s,) int64
        Ground nodes and mast levels that the plan uses.
    residual_mbps : (s,) float64
        What may be added there.
    entered : (p,) bool
        Per place: the plan enters it, so no other link may.
    hops : (s,) int64
        From the root to there.
    """

    node: NDArray[np.int64]
    residual_mbps: NDArray[np.float64]
    entered: NDArray[np.bool_]
    hops: NDArray[np.int64]

    @classmethod
    def nowhere(cls, options: LinkOptions) -> Standing:
        """Return the standing of an empty plan."""
        none = np.empty(0, dtype=np.int64)
        return cls(none, none.astype(np.float64), np.zeros(len(options.places), dtype=np.bool_), none)

    @classmethod
    def of(cls, network: Network, options: LinkOptions, tree: Arborescence, keep: NDArray[np.bool_]) -> Standing:
        """Return where those links of a plan stand that ``keep`` names, (k,) bool."""
        rows = np.flatnonzero(keep)
        row_of = np.full((len(options), 2), NONE, dtype=np.int64)
        row_of[tree.option[rows], tree.reversed[rows].astype(np.int64)] = rows
        row = np.where(network.option == NO_OPTION, NONE, row_of[network.option, network.reversed.astype(np.int64)])
        arcs = np.flatnonzero(row != NONE)
        is_terminal = np.zeros(len(network.place), dtype=np.bool_)
        is_terminal[network.terminal[network.terminal != NONE]] = True
        # A link stands on the levels at both ends; a service to an office alone feeds nothing further.
        nodes = np.concatenate([network.head[arcs], network.tail[arcs]]).astype(np.int64)
        nodes = np.unique(nodes[(nodes != 0) & ~is_terminal[nodes]])
        entering = tree.entering[network.place[nodes]]
        residual = tree.residual_mbps(options)[entering]
        entered = np.zeros(len(options.places), dtype=np.bool_)
        entered[tree.head[rows]] = True
        return cls(nodes, np.maximum(residual, 0.0), entered, tree.hops[entering].astype(np.int64))


@dataclass(frozen=True)
class Ways:
    """Cheapest ways to every node.

    Attributes
    ----------
    cents : (n,) float64
        Price by the measure of the search; ``inf`` where there is no way.
    before : (n,) int64
        Node before, `NONE` at the root and where there is no way.
    arc : (n,) int64
        Last arc of the way; negative where there is none.
    """

    cents: NDArray[np.float64]
    before: NDArray[np.int64]
    arc: NDArray[np.int64]

    def along(self, values: NDArray[np.float64], combine: np.ufunc) -> NDArray[np.float64]:
        """Return, per node, ``values`` of the nodes of its way combined (added, least), doubling the stride."""
        result, ancestor = values.copy(), self.before.copy()
        while (going := np.flatnonzero(ancestor != NONE)).size:
            result[going] = combine(result[going], result[ancestor[going]])
            ancestor[going] = ancestor[ancestor[going]]
        return result

    def trace(self, node: int) -> list[int]:
        """Return the arcs of the way to a node, from its start."""
        arcs: list[int] = []
        while self.arc[node] >= 0:
            arcs.append(int(self.arc[node]))
            node = int(self.before[node])
        return arcs[::-1]


def find_ways(network: Network, standing: Standing, *, measure: int, demand_mbps: float = 0.0) -> Ways:
    """Return the cheapest ways for an office of some demand from the root or from where a plan stands.

    Parameters
    ----------
    network : Network
    standing : Standing
    measure : int
        Column of `planner.finance.MEASURES` that makes a way cheap.
    demand_mbps : float
        Links that cannot carry it, and parts of the plan without so much left, are not used.
    """
    place = network.place
    inside = place[network.tail] == place[network.head]
    usable = (network.capacity >= demand_mbps) & (inside | ~standing.entered[place[network.head]])
    arcs = np.flatnonzero(usable)
    start = standing.node[standing.residual_mbps >= demand_mbps]
    tail = np.concatenate([network.tail[arcs], np.zeros(len(start), np.int64)])
    head = np.concatenate([network.head[arcs], start])
    cost = np.concatenate([network.money[arcs, measure].astype(np.float64), np.zeros(len(start))])
    arc = np.concatenate([arcs, np.full(len(start), _FROM_PLAN)])

    cents, last = shortest_ways(tail, head, cost, len(place))
    before, over = np.full(len(place), NONE, np.int64), np.full(len(place), NONE, np.int64)
    reached = np.flatnonzero(last >= 0)
    before[reached], over[reached] = tail[last[reached]], arc[last[reached]]
    return Ways(cents, before, over)


@dataclass(frozen=True)
class OfficeWays:
    """The cheapest way of each office, o rows.

    Attributes
    ----------
    money : (o, 4) float64
        Cents, office line included; ``inf`` where there is no way.
    technology : (o,) str
        Of the last link; empty where there is no way, or where the plan passes through the office's place.
    hops : (o,) int64
        From the root; a hop limit is not heeded. 0 where there is no way.
    """

    money: NDArray[np.float64]
    technology: NDArray[np.object_]
    hops: NDArray[np.int64]


def office_ways(
    network: Network, options: LinkOptions, standing: Standing, demand_mbps: NDArray[np.float64], *, measure: int
) -> OfficeWays:
    """Return each office's cheapest way that can carry its demand, as if no other office were added.

    Parameters
    ----------
    network : Network
    options : LinkOptions
    standing : Standing
    demand_mbps : (o,) float64
    measure : int
    """
    money = np.full((len(network.terminal), len(MEASURES)), np.inf)
    technology = np.full(len(network.terminal), "", dtype=object)
    hops = np.zeros(len(network.terminal), np.int64)
    before = np.zeros(len(network.place))
    before[standing.node] = standing.hops
    for offices, ways in each_by_its_own(network, standing, demand_mbps, measure=measure):
        nodes = network.terminal[offices]
        for column in range(len(MEASURES)):
            summed = ways.along(np.where(ways.arc >= 0, network.money[ways.arc, column], 0.0), np.add)
            money[offices, column] = np.where(np.isinf(ways.cents), np.inf, summed)[nodes]
        technology[offices] = _last_technology(network, options, ways, nodes)
        at_start = np.where(ways.arc == _FROM_PLAN, before, 0.0)
        counted = ways.along(np.where(ways.arc >= 0, network.hops[ways.arc], at_start), np.add)
        hops[offices] = counted[nodes].astype(np.int64)
    return OfficeWays(money, technology, hops)


def each_by_its_own(
    network: Network, standing: Standing, demand_mbps: NDArray[np.float64], *, measure: int
) -> Iterator[tuple[NDArray[np.int64], Ways]]:
    """Yield groups of offices with ways that can carry their demand, as if no other office were added.

    Every candidate office is in one group; one that nothing reaches has a way of infinite price.

    Parameters
    ----------
    network : Network
    standing : Standing
    demand_mbps : (o,) float64
    measure : int
    """
    residual = np.full(len(network.place), np.inf)
    residual[standing.node] = standing.residual_mbps
    todo = np.flatnonzero(network.terminal != NONE)
    # Most ways have room to spare, so one search serves nearly all; the rest are sought again by what they must carry.
    for least in (0.0, *np.unique(demand_mbps[todo])):
        ask = todo if least == 0 else todo[demand_mbps[todo] == least]
        if not len(ask):
            continue
        ways = find_ways(network, standing, measure=measure, demand_mbps=float(least))
        at_start = np.where(ways.arc == _FROM_PLAN, residual, np.inf)
        room = ways.along(np.where(ways.arc >= 0, network.capacity[ways.arc], at_start), np.minimum)
        nodes = network.terminal[ask]
        fits = np.isinf(ways.cents[nodes]) | (room[nodes] >= demand_mbps[ask])
        done = ask[fits]
        yield done, ways
        todo = np.setdiff1d(todo, done, assume_unique=True)


def _last_technology(
    network: Network, options: LinkOptions, ways: Ways, node: NDArray[np.int64]
) -> NDArray[np.object_]:
    """Return the technology of the last link on the way to each node."""
    node = node.copy()
    # Back through the office line and mast levels of the place to the link that arrives there.
    while True:
        arc = ways.arc[node]
        inner = (arc >= 0) & (network.option[arc] == NO_OPTION)
        if not inner.any():
            break
        node[inner] = ways.before[node[inner]]
    names = np.array([*(kind.technology for kind in options.kinds), ""], dtype=object)
    return names[np.where(arc >= 0, options.kind[network.option[arc]], len(options.kinds))]
