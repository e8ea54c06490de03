"""Second paths: the cheapest one on top of a plan, two at once in the candidate network, and where there can be none.

Two paths of an office are apart if they share no span and, but for the office and the source where both begin, no
place. A span is a technology between two places, whatever its option; a sector is its base station's place. A second
path uses links of the plan for nothing where they have room for the office's demand, and pays for what is new.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue.kinds import AT_SOURCE
from planner.graph import NO_OPTION
from planner.links.choice import Backup
from planner.links.named import SECTOR_MARK, base_of
from planner.links.options import NO_MAST
from planner.plan.arborescence import NONE, follow
from planner.plan.lines import entering_links
from planner.solver import shortest_ways

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.links.choice import Choice
    from planner.links.options import LinkOptions
    from planner.plan.alternatives import Network
    from planner.plan.arborescence import Arborescence

FEW = 3
"""So many offices are tried in every order."""
PER_LINK = 1 / 1024
"""Of a cent: of paths of the same price the one of fewest links, which then enters no place twice."""


@dataclass(frozen=True)
class Ground:
    """What second paths are looked for in.

    Attributes
    ----------
    network : Network
        Without forbidden links.
    options : LinkOptions
    demand_mbps : (o,) float64
    measure : int
        Column of `planner.finance.MEASURES` that makes a path cheap.
    max_hops : int or None
        Of the second path too.
    span : (m,) int64
        Per option: its span; options of the same span are not apart.
    site : (n,) int64
        Per place: the place that it stands at.
    """

    network: Network
    options: LinkOptions
    demand_mbps: NDArray[np.float64]
    measure: int
    max_hops: int | None
    span: NDArray[np.int64]
    site: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        network: Network,
        options: LinkOptions,
        demand_mbps: NDArray[np.float64],
        *,
        measure: int,
        max_hops: int | None,
    ) -> Ground:
        """Return the ground of a network, its spans and sites numbered."""
        ends = np.sort(np.column_stack([options.u, options.v]), axis=1)
        technology = np.unique(options.technology(), return_inverse=True)[1]
        span = np.unique(np.column_stack([ends, technology]), axis=0, return_inverse=True)[1].ravel()
        row_of = {name: row for row, name in enumerate(options.places.id.tolist())}
        site = np.arange(len(row_of))
        for name, row in row_of.items():
            if name.startswith(SECTOR_MARK):
                site[row] = row_of[base_of(name)]
        return cls(network, options, demand_mbps, measure, max_hops, span.astype(np.int64), site)

    def place_of(self, office: int) -> int:
        """Return the place of an office."""
        return int(np.flatnonzero(self.options.places.office == office)[0])

    @property
    def begins(self) -> NDArray[np.bool_]:
        """Per option: it activates a source or is an existing connection; no span."""
        return np.isin(self.options.technology(), AT_SOURCE)


@dataclass(frozen=True)
class Found:
    """Second paths on top of a plan.

    Attributes
    ----------
    choice : Choice
        The plan with them.
    lacking : tuple of int
        Rows of offices for which there is none on top of this plan.
    """

    choice: Choice
    lacking: tuple[int, ...]


def find_second_paths(ground: Ground, choice: Choice, offices: Sequence[int]) -> Found:
    """Return a plan with second paths for offices, each the cheapest there is beside all the others.

    Up to three offices are taken in every order; then each path is sought anew beside the others for as long as that
    saves money.

    Parameters
    ----------
    ground : Ground
    choice : Choice
        Without second paths.
    offices : sequence of int
        Rows of connected offices.
    """
    base = follow(ground.options, choice, ground.demand_mbps)
    orders = permutations(offices) if len(offices) <= FEW else iter((tuple(offices),))
    best: tuple[tuple[int, int], Found] | None = None
    for order in orders:
        found = _in_order(ground, choice, order)
        cents = extra_money(ground, base, found.choice)[ground.measure]
        if best is None or (len(found.lacking), cents) < best[0]:
            best = (len(found.lacking), int(cents)), found
    if best is None:
        return Found(choice, ())
    return _improved(ground, base, best[1], best[0][1])


def _in_order(ground: Ground, choice: Choice, order: Sequence[int]) -> Found:
    lacking = []
    for office in order:
        tree = follow(ground.options, choice, ground.demand_mbps)
        path = cheapest_second_path(ground, tree, office)
        if path is None:
            lacking.append(office)
        else:
            choice = replace(choice, backups=(*choice.backups, path))
    return Found(choice, tuple(lacking))


def _improved(ground: Ground, base: Arborescence, found: Found, cents: int) -> Found:
    better = len(found.choice.backups) > 1
    while better:
        better = False
        for backup in found.choice.backups:
            others = replace(found.choice, backups=tuple(each for each in found.choice.backups if each is not backup))
            again = _in_order(ground, others, (backup.office,))
            now = int(extra_money(ground, base, again.choice)[ground.measure])
            if not again.lacking and now < cents:
                found, cents, better = replace(found, choice=again.choice), now, True
    return found


def extra_money(ground: Ground, base: Arborescence, choice: Choice) -> NDArray[np.int64]:
    """Return what the second paths of a choice cost on top of its links, (4,) cents."""
    options = ground.options
    tree = follow(options, choice, ground.demand_mbps)
    money = options.money[tree.spare.option].sum(axis=0)
    for sign, each in ((1, tree), (-1, base)):
        rung = each.mast_rung(options)
        at = np.flatnonzero(rung != NO_MAST)
        money = money + sign * options.mast_money[at, rung[at]].sum(axis=0)
    for office in tree.backed_by_source(options).tolist():
        money = money + _transit_due(ground, base, office)
    return np.asarray(money, np.int64)


def _transit_due(ground: Ground, tree: Arborescence, office: int) -> NDArray[np.int64]:
    """Return what IP transit adds to the line of an office whose second path begins at a source, (4,) cents."""
    options = ground.options
    link = entering_links(options, tree, len(ground.demand_mbps))[office]
    if tree.at_source(options)[link]:
        return np.zeros(options.money.shape[1], np.int64)
    return np.asarray(options.package_transit_money[office] - options.package_money[office], np.int64)


def cheapest_second_path(ground: Ground, tree: Arborescence, office: int) -> Backup | None:
    """Return the cheapest path of an office that is apart from its first, beside the other second paths of the plan.

    Parameters
    ----------
    ground : Ground
    tree : Arborescence
        Of the plan with the other second paths.
    office : int
        Row of a connected office.

    Returns
    -------
    Backup or None
        None if there is none.
    """
    usable = _usable(ground, tree, office)
    arcs = np.flatnonzero(usable)
    network = ground.network
    cost = _cost(ground, tree, office)[arcs] + PER_LINK * (network.option[arcs] != NO_OPTION)
    hops = None if ground.max_hops is None else network.hops[arcs]
    ends = network.tail[arcs], network.head[arcs]
    path = _shortest(ends, cost, len(network.place), int(network.terminal[office]), hops, ground.max_hops or 0)
    if path is None:
        return None
    links = arcs[path]
    links = links[network.option[links] != NO_OPTION]
    return Backup(office, network.option[links].astype(np.int32), network.reversed[links])


def _usable(ground: Ground, tree: Arborescence, office: int) -> NDArray[np.bool_]:
    """Return which arcs the second path of an office may take, (m,)."""
    network, options, place = ground.network, ground.options, ground.place_of(office)
    demand = ground.demand_mbps[office]
    taken = np.zeros(len(options))
    taken[tree.option] = tree.load_mbps + tree.spare.reserved_mbps
    taken[tree.spare.option] = tree.spare.load_mbps
    bought = np.zeros(len(options), np.bool_)
    bought[tree.option] = bought[tree.spare.option] = True
    allowed = (taken + demand <= options.capacity_mbps * (1 + 1e-12)) | (options.capacity_mbps == np.inf)
    # A second link of a technology between the same places has no name of its own.
    allowed &= bought | ~np.isin(ground.span, ground.span[bought])
    first, sites = _first_path(ground, tree, place)
    allowed &= ~np.isin(ground.span, ground.span[first]) | ground.begins
    links = network.option != NO_OPTION
    usable = np.ones(len(network.tail), np.bool_)
    usable[links] = allowed[network.option[links]]
    at = network.place[network.head]
    usable &= (at == NONE) | ~np.isin(ground.site[at], sites)
    # Services of other offices lead nowhere else.
    terminal = np.zeros(len(network.place), np.bool_)
    terminal[network.terminal[network.terminal != NONE]] = True
    terminal[network.terminal[office]] = False
    return np.asarray(usable & ~terminal[network.head])


def _first_path(ground: Ground, tree: Arborescence, place: int) -> tuple[list[int], list[int]]:
    """Return the options on the way to a place, and the sites on it that a second path may not touch."""
    options, sites = [], []
    row = int(tree.entering[place])
    while row != NONE:
        options.append(int(tree.option[row]))
        head = int(tree.head[row])
        if head != place and not ground.begins[tree.option[row]]:
            sites.append(int(ground.site[head]))
        row = int(tree.parent[row])
    return options, sites


def _cost(ground: Ground, tree: Arborescence, office: int) -> NDArray[np.float64]:
    """Return what each arc adds to the plan, (m,) cents: nothing for what stands there already."""
    network, options, parts = ground.network, ground.options, ground.network.parts
    links = network.option != NO_OPTION
    price = options.money[:, ground.measure].copy()
    price[tree.option] = price[tree.spare.option] = 0
    cost = np.zeros(len(network.tail))
    cost[links] = price[network.option[links]]
    # Rung -1, that of no mast at all, costs nothing.
    masts = np.pad(options.mast_money[:, :, ground.measure], ((0, 0), (0, 1)))
    stands = tree.mast_rung(options)[parts.place]
    taller = masts[parts.place, parts.rung] - masts[parts.place, np.maximum(parts.below, stands)]
    cost += np.maximum(taller, 0)
    at_source = (network.head == network.terminal[office]) & ~links
    cost[at_source] += _transit_due(ground, tree, office)[ground.measure]
    return cost


def _shortest(
    ends: tuple[NDArray[np.int32], NDArray[np.int32]],
    cost: NDArray[np.float64],
    size: int,
    target: int,
    hops: NDArray[np.int64] | None,
    most: int,
) -> NDArray[np.int64] | None:
    """Return the arcs of a cheapest way from node 0, of at most so many hops; None if there is none."""
    tail, head = (end.astype(np.int64) for end in ends)
    arc, layers = np.arange(len(tail)), 1
    if hops is not None:
        layers = min(most, int(hops.sum())) + 1
        layer = np.repeat(np.arange(layers), len(tail))
        tail, head, arc = (np.tile(values, layers) for values in (tail, head, arc))
        cost = np.tile(cost, layers)
        to = layer + hops[arc]
        kept = to < layers
        tail, head, arc, cost = (layer * size + tail)[kept], (to * size + head)[kept], arc[kept], cost[kept]
    distance, last = shortest_ways(tail, head, cost, size * layers)
    at = target + size * int(np.argmin(distance[target::size]))
    if not np.isfinite(distance[at]):
        return None
    path = []
    while at != 0:
        path.append(int(arc[last[at]]))
        at = int(tail[last[at]])
    return np.array(path[::-1], np.int64)


def two_links(ground: Ground, offices: Sequence[int], measure: int) -> tuple[dict[int, int], int]:
    """Return a part of the price of each link at offices with two paths, by option, and what these must pay of it.

    The part of a link is its price, up to that of the second cheapest span at the office; of a link between two such
    offices each takes half. Two paths end by links of two spans: an office pays the two smallest parts at least.

    Parameters
    ----------
    ground : Ground
    offices : sequence of int
        Rows.
    measure : int
        Column of `planner.finance.MEASURES`.
    """
    network, options = ground.network, ground.options
    places = {ground.place_of(office): office for office in offices}
    rebate: dict[int, int] = {}
    least = 0
    for place, office in places.items():
        touches = (network.place[network.head] == place) & (network.place[network.tail] != place)
        arcs = touches & (network.option != NO_OPTION) & (network.capacity >= ground.demand_mbps[office])
        rows = np.unique(network.option[arcs])
        other = np.where(options.u[rows] == place, options.v[rows], options.u[rows])
        price = options.money[rows, measure] // np.where(np.isin(other, list(places)), 2, 1)
        cheapest = np.full(int(ground.span.max(initial=0)) + 1, np.iinfo(np.int64).max)
        np.minimum.at(cheapest, ground.span[rows], price)
        two = np.sort(cheapest)[:2]
        for row, cents in zip(rows.tolist(), np.minimum(price, two[1]).tolist(), strict=True):
            rebate[row] = rebate.get(row, 0) + cents
        least += int(two.sum())
    return rebate, least
