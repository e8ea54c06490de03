"""Two paths at once in the candidate network: whether an office can have them, what they cost at least, what cuts it.

Places and spans each carry one path; sources may begin both. Where a flow of two units exists, so do two paths that are
apart; where it does not, one place or one span lies on every way (Menger's theorem).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.graph import NO_OPTION
from planner.plan.arborescence import NONE
from planner.solver import shortest_ways

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    from planner.plan.second_paths import Ground


@dataclass(frozen=True)
class TwoPaths:
    """Two paths of an office that are apart.

    Attributes
    ----------
    first, second : (k,) int32
        Rows of ``LinkOptions``, from the root to the office; hops and loads of others are not heeded.
    least_cents : int
        No two such paths cost less: links without masts.
    """

    first: NDArray[np.int32]
    second: NDArray[np.int32]
    least_cents: int


@dataclass(frozen=True)
class Cut:
    """What lies on every way to an office: a place, or an option between two places.

    Attributes
    ----------
    place, option : int
        Row, `NONE` for the one that it is not.
    """

    place: int
    option: int


class _Ways(NamedTuple):
    """Links in the direction in which they lead on, between places; -1 is the root."""

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    option: NDArray[np.int64]


def two_paths(ground: Ground, office: int) -> TwoPaths | Cut | None:
    """Return two paths of an office that are apart, or what every way to it has in common; None if there is no way."""
    ways, target = _ways(ground, office), ground.place_of(office)
    flow = _network(ground, ways)
    flow.set_nodes_supplies(np.array([0, 1 + 2 * target]), np.array([2, -2]))
    if flow.solve() == flow.OPTIMAL:
        used = flow.flows(np.arange(flow.num_arcs()))[len(ground.site) :]
        return TwoPaths(*_taken(ways, used, target), least_cents=int(flow.optimal_cost()) // 2)
    return _cut(ground, ways, target)


def _ways(ground: Ground, office: int) -> _Ways:
    """Return the links that can carry an office's demand; of each span in a direction the cheapest."""
    network, options = ground.network, ground.options
    terminals = network.terminal[network.terminal != NONE]
    other = np.zeros(len(network.place), np.bool_)
    other[terminals] = True
    other[network.terminal[office]] = False
    arcs = np.flatnonzero((network.option != NO_OPTION) & ~other[network.head])
    arcs = arcs[network.capacity[arcs] >= ground.demand_mbps[office]]
    option = network.option[arcs].astype(np.int64)
    order = np.lexsort((options.money[option, ground.measure], network.reversed[arcs], ground.span[option]))
    key = np.column_stack([ground.span[option], network.reversed[arcs]])[order]
    arcs = arcs[order[np.concatenate([[True], (key[1:] != key[:-1]).any(axis=1)])]] if len(arcs) else arcs
    place = network.place.astype(np.int64)
    return _Ways(place[network.tail[arcs]], place[network.head[arcs]], network.option[arcs].astype(np.int64))


def _network(ground: Ground, ways: _Ways) -> SimpleMinCostFlow:
    """Return the flow network: the gate of each place, then the ways."""
    # Only second paths need it, and it takes a tenth of a second to load.
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # noqa: PLC0415

    n = len(ground.site)
    flow = SimpleMinCostFlow()
    gates = np.arange(n)
    # Node 0 is the root; places are entered at 1 + 2p and left at 2 + 2p.
    flow.add_arcs_with_capacity_and_unit_cost(1 + 2 * gates, 2 + 2 * gates, np.ones(n, np.int64), np.zeros(n, np.int64))
    begins = ground.begins[ways.option]
    tail = np.where(ways.tail == NONE, 0, 2 + 2 * ways.tail)
    head = np.where(begins, 2 + 2 * ways.head, 1 + 2 * ways.head)
    cents = ground.options.money[ways.option, ground.measure]
    # Both paths may begin at one source, which is paid once: half for each. Doubled, so that halves stay whole.
    cost = np.where(begins, cents, 2 * cents)
    flow.add_arcs_with_capacity_and_unit_cost(tail, head, np.where(begins, 2, 1), cost)
    return flow


def _taken(ways: _Ways, used: NDArray[np.int64], target: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the two paths of a flow."""
    left = used.copy()
    paths = []
    for _path in range(2):
        at, options = NONE, []
        while at != target:
            way = int(np.flatnonzero((ways.tail == at) & (left > 0))[0])
            left[way] -= 1
            options.append(int(ways.option[way]))
            at = int(ways.head[way])
        paths.append(np.array(options, np.int32))
    return paths[0], paths[1]


def _cut(ground: Ground, ways: _Ways, target: int) -> Cut | None:
    """Return what lies on every way to a place, nearest to it; None if nothing leads there."""
    path = _path(ways, target, np.ones(len(ways.tail), np.bool_), len(ground.site))
    if path is None:
        return None
    for way in path[::-1]:
        option = int(ways.option[way])
        if not ground.begins[option]:
            without = ground.span[ways.option] != ground.span[option]
            if _path(ways, target, without, len(ground.site)) is None:
                return Cut(NONE, option)
        tail = int(ways.tail[way])
        if tail != NONE:
            without = (ways.tail != tail) & (ways.head != tail)
            if _path(ways, target, without, len(ground.site)) is None:
                return Cut(tail, NONE)
    raise RuntimeError(f"no two paths to place {target}, yet nothing lies on all of them")


def _path(ways: _Ways, target: int, kept: NDArray[np.bool_], n: int) -> list[int] | None:
    """Return the ways of a path of fewest links from the root; None if there is none."""
    rows = np.flatnonzero(kept)
    tail, head = ways.tail[rows] + 1, ways.head[rows] + 1
    _distance, last = shortest_ways(tail, head, np.ones(len(rows)), n + 1)
    at, path = target + 1, []
    while at != 0:
        if last[at] < 0:
            return None
        path.append(int(rows[last[at]]))
        at = int(tail[last[at]])
    return path[::-1]
