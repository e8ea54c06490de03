"""Other ways into a place, technology by technology, on top of a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.finance import MEASURES
from planner.graph import NO_OPTION, Scope, cost_of
from planner.links.options import NO_MAST, ROOT
from planner.plan.alternatives import Standing, find_ways
from planner.plan.arborescence import NONE
from planner.plan.lines import ROOT_ID
from planner.plan.on_top import new_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from planner.links.options import LinkOptions
    from planner.plan.alternatives import Network
    from planner.plan.arborescence import Arborescence
    from planner.plan.on_top import NewLine


@dataclass(frozen=True)
class Way:
    """One way into a place.

    Attributes
    ----------
    technology : str
        Of the last link.
    option : str
        Name of what is bought for the last link; empty if the plan is at the place already.
    price : float
        In currency, on top of the plan: links, masts and, for an office, its own line.
    links : tuple of str
        Ids of the links to be built, the first one nearest to the source; empty if the plan is at the place already.
    hops : int
        From the root to the place.
    takes : dict of str to float
        What it takes of each budget, in currency.
    lines : tuple of NewLine
        What it buys.
    hangs_on : str
        Id of the place of the plan where it starts; ``root`` for the outside world.
    from_mast : bool
        Its first link starts from a mast there.
    """

    technology: str
    option: str
    price: float
    links: tuple[str, ...]
    hops: int
    takes: dict[str, float]
    lines: tuple[NewLine, ...]
    hangs_on: str
    from_mast: bool


@dataclass(frozen=True)
class Ledger:
    """What ways are held against.

    Attributes
    ----------
    offices : DataFrame
        ``Inputs.offices``.
    budgets : sequence of dict
        As plans have them.
    """

    offices: pd.DataFrame
    budgets: Sequence[Mapping[str, Any]]

    def takes(
        self, network: Network, options: LinkOptions, arcs: Sequence[int], own: tuple[int, NDArray[np.int64], str]
    ) -> dict[str, float]:
        """Return what arcs, and the own line of an office that a technology serves, take of each budget.

        ``own`` is the office's row (`NONE` for none), the four columns of its line in cents, and the technology.
        """
        parts, taken = network.parts.take(np.array(arcs, np.int64)), {}
        office, line, technology = own
        for budget in self.budgets:
            scope, measure = Scope(**budget["scope"]), MEASURES.index(budget["measure"])
            cents = int(cost_of(options, self.offices, parts, measure, scope).sum())
            if office != NONE:
                here = not scope.regions or self.offices["region"].iloc[office] in scope.regions
                counted = here and (not scope.technologies or technology in scope.technologies)
                cents += int(line[measure]) if counted else 0
            taken[budget["name"]] = cents / 100
        return taken


def link_id(options: LinkOptions, option: int, *, backwards: bool) -> str:
    """Return the id of a candidate link in one direction, as plans write it."""
    u, v = int(options.u[option]), int(options.v[option])
    names = [ROOT_ID if end == ROOT else str(options.places.id[end]) for end in ((v, u) if backwards else (u, v))]
    return f"{options.kinds[options.kind[option]].technology}:{names[0]}>{names[1]}"


def alone_above(tree: Arborescence, branch: int, held: NDArray[np.bool_]) -> list[int]:
    """Return the links above a branch that serve nobody else, such as the source that only one office uses.

    A link that is held is in every plan, and so is what it hangs from: the search ends there.

    Parameters
    ----------
    tree : Arborescence
    branch : int
        Row of a link.
    held : (k,) bool
        Links of the plan that are built, or that the scenario asks for.
    """
    rows, link = [], branch
    while link != NONE and not held[link]:
        rows.append(link)
        link = int(tree.parent[link])
    return [above for above in rows[1:] if tree.beyond[above] == 1 and not tree.spare.reserved_mbps[above]]


def takes_alone(options: LinkOptions, tree: Arborescence, branch: int, held: NDArray[np.bool_], *, measure: int) -> int:
    """Return what links and masts that only one office uses, and no other plan would have, cost in cents.

    Parameters
    ----------
    options : LinkOptions
    tree : Arborescence
    branch : int
        Row of the link that enters the office's place.
    held : (k,) bool
        As in `alone_above`.
    measure : int
        Column of `planner.finance.MEASURES`.
    """
    if held[branch] or tree.beyond[branch] != 1:
        return 0
    rows = [branch, *alone_above(tree, branch, held)]
    rungs = tree.mast_rung(options)
    cents = int(options.money[tree.option[rows], measure].sum())
    for place in tree.head[rows].tolist():
        cents += _mast_cents(options, place, int(rungs[place]), measure)
    # At the head of the link that is held: what the mast is higher for this office than that link needs it.
    last = int(tree.parent[rows[-1]])
    if last != NONE and held[last] and tree.beyond[last] == 1:
        place, needed = int(tree.head[last]), int(tree.rungs(options)[1][last])
        cents += _mast_cents(options, place, int(rungs[place]), measure)
        cents -= _mast_cents(options, place, needed, measure)
    return cents


def _mast_cents(options: LinkOptions, place: int, rung: int, measure: int) -> int:
    return 0 if rung == NO_MAST else int(options.mast_money[place, rung, measure])


def rest_of_plan(
    tree: Arborescence, place: int, held: NDArray[np.bool_], *, alone: bool
) -> tuple[Arborescence, NDArray[np.bool_]]:
    """Return what is left of a plan without the branch that enters a place.

    Parameters
    ----------
    tree : Arborescence
    place : int
    held : (k,) bool
        As in `alone_above`.
    alone : bool
        Links above that serve nobody else go too, see `alone_above`: whoever is served another way need not pay for
        them.

    Returns
    -------
    tree : Arborescence
        With the load of the branch taken from the links above it.
    keep : (k,) bool
        Its links that stay.
    """
    enters = (tree.head == place).astype(np.float64)
    keep = np.asarray(tree.down(enters, np.maximum) == 0)
    load, branch = tree.load_mbps.copy(), int(tree.entering[place])
    above = int(tree.parent[branch])
    while above != NONE:
        load[above] -= tree.load_mbps[branch]
        above = int(tree.parent[above])
    if alone:
        keep[alone_above(tree, branch, held)] = False
    return replace(tree, load_mbps=load), keep


def ways_into(
    network: Network,
    options: LinkOptions,
    tree: Arborescence,
    place: int,
    *,
    ledger: Ledger,
    demand_mbps: float,
    measure: int,
    office: int = NONE,
    not_by: int = NONE,
    held: NDArray[np.bool_],
) -> list[Way]:
    """Return the cheapest way of each technology into a place, cheapest first.

    The plan stands as it is, but for the branch that ``not_by`` enters the place with; of an office also without what
    above it serves nobody else.

    Parameters
    ----------
    network : Network
    options : LinkOptions
    tree : Arborescence
        Of the plan.
    place : int
    ledger : Ledger
    demand_mbps : float
        What must be carried.
    measure : int
        Column of `planner.finance.MEASURES`.
    office : int
        Row of the office that is to be served, `NONE` if the place is only to be reached.
    not_by : int
        Candidate link by which the plan enters the place now, `NONE` to keep the plan whole. Between places it is no
        other way to buy the same link otherwise, with another radio or another duct; from the root it is, as another
        provider's service.
    held : (k,) bool
        As in `alone_above`: these links stay, whoever is served another way.
    """
    keep = np.ones(len(tree), np.bool_)
    if not_by != NONE:
        tree, keep = rest_of_plan(tree, place, held, alone=office != NONE)
    standing = Standing.of(network, options, tree, keep)
    cents, capacity = network.money[:, measure], network.capacity
    terminal = int(network.terminal[office]) if office != NONE else NONE
    services = (network.tail == 0) & (network.head == network.ground(place))
    line = np.zeros(len(MEASURES), np.int64)
    if terminal != NONE:
        at_office = network.head == terminal
        line = network.money[at_office & (network.option == NO_OPTION)][0]
        services |= at_office & (network.tail == 0)
    if standing.entered[place]:
        row = int(tree.entering[place])
        if tree.residual_mbps(options)[row] < demand_mbps:
            return []
        name = str(options.technology()[tree.option[row]])
        own = (office, line, name)
        takes, bought = ledger.takes(network, options, [], own), new_lines(network, options, ledger.offices, [], own)
        at = str(options.places.id[place])
        return [Way(name, "", float(line[measure]) / 100, (), int(tree.hops[row]), takes, bought, at, from_mast=False)]

    # No way may run through the place itself: only what arrives there is compared.
    blocked = standing.entered.copy()
    blocked[place] = True
    ways = find_ways(network, replace(standing, entered=blocked), measure=measure, demand_mbps=demand_mbps)
    arriving = (network.place[network.head] == place) & (network.tail != 0) & (network.option != NO_OPTION)
    same_link = (network.option != NO_OPTION) & _same_link(options, not_by)[network.option]
    arcs = np.flatnonzero((arriving | services) & (capacity >= demand_mbps) & ~same_link)
    price = np.where(services[arcs], 0.0, ways.cents[network.tail[arcs]]) + cents[arcs]
    ends_at_office = network.head[arcs] == terminal
    price += np.where(ends_at_office, 0.0, float(line[measure]))
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
        from_plan = standing.node == network.tail[trail[0]]
        hops = int(network.hops[trail].sum() + standing.hops[from_plan].sum())
        own = (NONE if ends_at_office[best] else office, line, name)
        takes = ledger.takes(network, options, trail, own)
        bought = new_lines(network, options, ledger.offices, trail, own)
        start = _start(network, options, trail)
        kind = options.kinds[options.kind[network.option[arc]]].name
        found.append(Way(name, kind, float(price[best]) / 100, links, hops, takes, bought, *start))
    return sorted(found, key=lambda way: (way.price, way.technology))


def _same_link(options: LinkOptions, option: int) -> NDArray[np.bool_]:
    """Return which candidates are a link of the plan bought otherwise, or itself, (k,) bool."""
    if option == NONE:
        return np.zeros(len(options.u), np.bool_)
    u, v = int(options.u[option]), int(options.v[option])
    if ROOT in (u, v):
        return np.asarray(np.arange(len(options.u)) == option)
    along, against = (options.u == u) & (options.v == v), (options.u == v) & (options.v == u)
    return np.asarray((along | against) & (options.technology() == options.technology()[option]))


def _start(network: Network, options: LinkOptions, trail: Sequence[int]) -> tuple[str, bool]:
    """Return the place where a way starts, and whether its first link starts from a mast there."""
    first = next(arc for arc in trail if network.option[arc] != NO_OPTION)
    option = int(network.option[first])
    rung = options.rung_v[option] if network.reversed[first] else options.rung_u[option]
    place = int(network.place[network.tail[first]])
    return (ROOT_ID if place == NONE else str(options.places.id[place])), bool(rung != NO_MAST)
