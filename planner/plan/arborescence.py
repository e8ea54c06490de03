"""The shape of a choice: which link hangs from which, what each carries, how far each place is from its source."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue.kinds import AT_SOURCE
from planner.links.options import NO_MAST, ROOT
from planner.plan.spare import Spare, spare_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.links.choice import Backup, Choice
    from planner.links.options import LinkOptions

NONE = -1
"""No link, or no place."""


@dataclass(frozen=True)
class Arborescence:
    """Chosen links, one row each, parents before children.

    Attributes
    ----------
    option : (k,) int32
        Row in ``LinkOptions``.
    reversed : (k,) bool
        The link runs from v to u of its option.
    tail, head : (k,) int32
        Places; the tail is nearer to the source, `ROOT` for first links.
    depth : (k,) int64
        How many links lie above.
    parent : (k,) int32
        Row of the link that enters the tail, `NONE` for first links.
    first : (k,) int32
        Row of the first link of the chain.
    hops : (k,) int32
        Sum of hop weights from the root up to and with this link.
    availability : (k,) float64
        Product of the availabilities of links and of the supplies at their heads likewise.
    load_mbps : (k,) float64
        Demand of the connected offices at the head and beyond; those with an existing connection draw nothing.
    beyond : (k,) int64
        How many offices that is.
    entering : (n,) int32
        Per place: row of the link that enters it, `NONE` where the plan does not reach.
    backups : tuple of Backup
        Second paths of offices.
    spare : Spare
        What these take beside the links above.
    """

    option: NDArray[np.int32]
    reversed: NDArray[np.bool_]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    depth: NDArray[np.int64]
    parent: NDArray[np.int32]
    first: NDArray[np.int32]
    hops: NDArray[np.int32]
    availability: NDArray[np.float64]
    load_mbps: NDArray[np.float64]
    beyond: NDArray[np.int64]
    entering: NDArray[np.int32]
    backups: tuple[Backup, ...]
    spare: Spare

    def __len__(self) -> int:
        """Return the number of links."""
        return len(self.option)

    def down(self, values: NDArray[np.float64], combine: np.ufunc) -> NDArray[np.float64]:
        """Return ``values`` of all links of the chain, (k,), combined (added, least, …) from the root to each link."""
        result = values.copy()
        for level in levels_of(self.depth)[1:]:
            result[level] = combine(result[level], result[self.parent[level]])
        return result

    def residual_mbps(self, options: LinkOptions) -> NDArray[np.float64]:
        """Return what may still be added at the head of each link without overloading its chain."""
        taken = self.load_mbps + self.spare.reserved_mbps
        return self.down(options.capacity_mbps[self.option] - taken, np.minimum)

    def at_source(self, options: LinkOptions) -> NDArray[np.bool_]:
        """Return, per link, whether its chain starts at a source or at an existing connection."""
        return np.isin(options.technology()[self.option[self.first]], AT_SOURCE)

    def backed_by_source(self, options: LinkOptions) -> NDArray[np.int64]:
        """Return the rows of offices whose second path starts at a source or at an existing connection."""
        starts = np.array([backup.option[0] for backup in self.backups], dtype=np.int64)
        rows = np.array([backup.office for backup in self.backups], dtype=np.int64)
        return rows[np.isin(options.technology()[starts], AT_SOURCE)]

    def rungs(self, options: LinkOptions) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        """Return the rung of the antenna at the tail and at the head of each link."""
        at_u, at_v = options.rung_u[self.option], options.rung_v[self.option]
        return np.where(self.reversed, at_v, at_u), np.where(self.reversed, at_u, at_v)

    def mast_rung(self, options: LinkOptions) -> NDArray[np.int8]:
        """Return, per place, the highest rung that a link needs there, second paths included, `NO_MAST` if none."""
        rung = np.full(len(options.places), NO_MAST, dtype=np.int8)
        ends = (self.tail, self.head, self.spare.tail, self.spare.head)
        for place, needed in zip(ends, (*self.rungs(options), *self.spare.rungs(options)), strict=True):
            np.maximum.at(rung, place[place != ROOT], needed[place != ROOT])
        return rung


def follow(options: LinkOptions, choice: Choice, demand_mbps: NDArray[np.float64]) -> Arborescence:
    """Return the links of a choice in the order in which they hang from the root, with what they carry.

    Parameters
    ----------
    options : LinkOptions
    choice : Choice
    demand_mbps : (o,) float64
        Per office row.

    Raises
    ------
    ValueError
        If the links are no arborescence from the root: a place is entered twice, a link hangs on nothing or on
        itself, leads to no connected office, or a connected office is not reached.
    """
    u, v = options.u[choice.option], options.v[choice.option]
    tail, head = np.where(choice.reversed, v, u), np.where(choice.reversed, u, v)
    if (head == ROOT).any():
        raise ValueError("a link leads back to the root")
    depth = _depth(tail, head, options)
    order = np.lexsort((head, depth))
    tail, head, depth = tail[order], head[order], depth[order]
    option, backwards = choice.option[order], choice.reversed[order]

    entering = np.full(len(options.places), NONE, dtype=np.int32)
    entering[head] = np.arange(len(head))
    parent = np.where(tail == ROOT, NONE, entering[tail]).astype(np.int32)
    weight = np.array([kind.hop_weight for kind in options.kinds], dtype=np.int32)[options.kind[option]]
    load, beyond = _own_demand(options, choice, option, head, demand_mbps)
    hops = weight.copy()
    availability = options.availability[option] * options.places.supply_availability[head]
    first = np.arange(len(option), dtype=np.int32)
    levels = levels_of(depth)
    for level in levels[1:]:
        above = parent[level]
        hops[level] += hops[above]
        availability[level] *= availability[above]
        first[level] = first[above]
    for level in reversed(levels[1:]):
        np.add.at(load, parent[level], load[level])
        np.add.at(beyond, parent[level], beyond[level])
    idle = np.flatnonzero((beyond == 0) & (options.technology()[option] != "existing"))
    if len(idle):
        raise ValueError(f"the link to {options.places.id[head[idle[0]]]} leads to no connected office")
    spare = spare_of(options, choice.backups, option, demand_mbps)
    return Arborescence(
        option, backwards, tail, head, depth, parent, first, hops, availability, load, beyond, entering,
        choice.backups, spare,
    )  # fmt: skip


def levels_of(depth: NDArray[np.int64]) -> list[slice]:
    """Return the rows of each depth.

    Rows of one level are independent of each other, so a pass over it is one array operation.
    """
    edges = np.searchsorted(depth, np.arange(depth.max(initial=0) + 2))
    return [slice(start, stop) for start, stop in pairwise(edges)]


def _depth(tail: NDArray[np.int32], head: NDArray[np.int32], options: LinkOptions) -> NDArray[np.int64]:
    """Return how many links lie above each link, by doubling the stride towards the root."""
    names = options.places.id
    entering = np.full(len(options.places), NONE, dtype=np.int64)
    entering[head] = np.arange(len(head))
    twice = np.flatnonzero(entering[head] != np.arange(len(head)))
    if len(twice):
        raise ValueError(f"place {names[head[twice[0]]]} is entered by two links")
    ancestor = np.where(tail == ROOT, NONE, entering[tail])
    hanging = (ancestor == NONE) & (tail != ROOT)
    if hanging.any():
        raise ValueError(f"no chosen link enters place {names[tail[hanging][0]]}, from which another one starts")
    depth: NDArray[np.int64] = (ancestor != NONE).astype(np.int64)
    for _round in range(len(tail).bit_length() + 1):
        going = np.flatnonzero(ancestor != NONE)
        if not len(going):
            return depth
        depth[going] += depth[ancestor[going]]
        ancestor[going] = ancestor[ancestor[going]]
    raise ValueError(f"the links around place {names[head[going[0]]]} form a circle")


def _own_demand(
    options: LinkOptions,
    choice: Choice,
    option: NDArray[np.int32],
    head: NDArray[np.int32],
    demand_mbps: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return what the office at the head of each link draws, and 1 where one draws."""
    office = options.places.office[head]
    served = (office != NONE) & choice.connected[office]
    reached = np.zeros_like(choice.connected)
    reached[office[served]] = True
    missed = np.flatnonzero(choice.connected & ~reached)
    if len(missed):
        raise ValueError(f"office row {missed[0]} is connected, but no chosen link enters its place")
    draws = served & (options.technology()[option] != "existing")
    return np.where(draws, demand_mbps[office], 0.0), draws.astype(np.int64)
