"""Other ways into a place, technology by technology, on top of a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.graph import NO_OPTION
from planner.links.options import ROOT
from planner.plan.alternatives import Standing, find_ways
from planner.plan.arborescence import NONE
from planner.plan.lines import ROOT_ID

if TYPE_CHECKING:
    from planner.links.options import LinkOptions
    from planner.plan.alternatives import Network
    from planner.plan.arborescence import Arborescence


@dataclass(frozen=True)
class Way:
    """One way into a place.

    Attributes
    ----------
    technology : str
        Of the last link.
    price : float
        In currency, on top of the plan: links, masts and, for an office, its own line.
    links : tuple of str
        Ids of the links to be built, the first one nearest to the source; empty if the plan is at the place already.
    """

    technology: str
    price: float
    links: tuple[str, ...]


def link_id(options: LinkOptions, option: int, *, backwards: bool) -> str:
    """Return the id of a candidate link in one direction, as plans write it."""
    u, v = int(options.u[option]), int(options.v[option])
    names = [ROOT_ID if end == ROOT else str(options.places.id[end]) for end in ((v, u) if backwards else (u, v))]
    return f"{options.kinds[options.kind[option]].technology}:{names[0]}>{names[1]}"


def without_branch(tree: Arborescence, place: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which links of a plan neither enter a place nor hang from it, (k,) bool."""
    enters = (tree.head == place).astype(np.float64)
    return np.asarray(tree.down(enters, np.maximum) == 0)


def ways_into(
    network: Network,
    options: LinkOptions,
    tree: Arborescence,
    place: int,
    *,
    demand_mbps: float,
    measure: int,
    office: int = NONE,
    not_by: int = NONE,
) -> list[Way]:
    """Return the cheapest way of each technology into a place, cheapest first.

    The plan stands as it is, but for the branch that ``not_by`` enters the place with.

    Parameters
    ----------
    network : Network
    options : LinkOptions
    tree : Arborescence
        Of the plan.
    place : int
    demand_mbps : float
        What must be carried.
    measure : int
        Column of `planner.finance.MEASURES`.
    office : int
        Row of the office that is to be served, `NONE` if the place is only to be reached.
    not_by : int
        Candidate link by which the plan enters the place now, `NONE` to keep the plan whole.
    """
    keep = np.ones(len(tree), np.bool_) if not_by == NONE else without_branch(tree, place)
    standing = Standing.of(network, options, tree, keep)
    cents, capacity = network.money[:, measure], network.capacity
    terminal = int(network.terminal[office]) if office != NONE else NONE
    services = (network.tail == 0) & (network.head == network.ground(place))
    own_line = 0
    if terminal != NONE:
        at_office = network.head == terminal
        own_line = int(cents[at_office & (network.option == NO_OPTION)][0])
        services |= at_office & (network.tail == 0)
    if standing.entered[place]:
        return _passing(options, tree, place, demand_mbps, own_line)

    # No way may run through the place itself: only what arrives there is compared.
    blocked = standing.entered.copy()
    blocked[place] = True
    ways = find_ways(network, replace(standing, entered=blocked), measure=measure, demand_mbps=demand_mbps)
    arriving = (network.place[network.head] == place) & (network.tail != 0) & (network.option != NO_OPTION)
    arcs = np.flatnonzero((arriving | services) & (capacity >= demand_mbps) & (network.option != not_by))
    price = np.where(services[arcs], 0.0, ways.cents[network.tail[arcs]]) + cents[arcs]
    ends_at_office = network.head[arcs] == terminal
    price += np.where(ends_at_office, 0.0, own_line)
    technology = options.technology()[network.option[arcs]]
    found = []
    for name in np.unique(technology[np.isfinite(price)]).tolist():
        same = np.flatnonzero(technology == name)
        best = same[np.argmin(price[same])]
        arc = int(arcs[best])
        trail = [*ways.trace(int(network.tail[arc])), arc]
        links = tuple(
            link_id(options, int(network.option[step]), backwards=bool(network.reversed[step]))
            for step in trail
            if network.option[step] != NO_OPTION
        )
        found.append(Way(name, float(price[best]) / 100, links))
    return sorted(found, key=lambda way: (way.price, way.technology))


def _passing(options: LinkOptions, tree: Arborescence, place: int, demand_mbps: float, own_line: int) -> list[Way]:
    """Return the way of an office whose place the plan passes through: its own line, if the chain has room."""
    row = int(tree.entering[place])
    if tree.residual_mbps(options)[row] < demand_mbps:
        return []
    return [Way(str(options.technology()[tree.option[row]]), own_line / 100, ())]
