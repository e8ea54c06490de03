"""What the arcs of the planning graph are made of, and what they take of a budget over everything or over a part."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd
    from numpy.typing import NDArray

    from planner.links.options import LinkOptions

NO_OPTION = -1
"""In ``Parts.option``: the arc is a mast level or an office line, not a link."""

NO_LINE, WITH_PACKAGE, WITH_TRANSIT = 0, 1, 2
"""In ``Parts.line``: no office's equipment; its package; its package and transit."""


@dataclass(frozen=True)
class Parts:
    """What each arc is made of: a link, steps of a mast at the place where it arrives, an office's own line; m rows.

    Attributes
    ----------
    option : (m,) int32
        Row in ``LinkOptions``, `NO_OPTION` for arcs that are no link.
    reversed : (m,) bool
        The arc runs from v to u of its option.
    place : (m,) int32
        Where the arc arrives.
    rung, below : (m,) int8
        Rungs of the mast there that the arc pays: up to ``rung``, from above ``below``.
    line : (m,) int8
        What of the office's own line it pays.
    office : (m,) int32
        Row of the office whose service the arc leads to, -1 for none.
    kind : (m,) int16
        Row in ``LinkOptions.kinds`` of the link by which the office is served, as far as budgets tell them apart.
    """

    option: NDArray[np.int32]
    reversed: NDArray[np.bool_]
    place: NDArray[np.int32]
    rung: NDArray[np.int8]
    below: NDArray[np.int8]
    line: NDArray[np.int8]
    office: NDArray[np.int32]
    kind: NDArray[np.int16]

    def arcs_of(self, options: NDArray[np.integer]) -> NDArray[np.int32]:
        """Return the arcs of some link options, in both directions."""
        return np.flatnonzero((self.option != NO_OPTION) & np.isin(self.option, options)).astype(np.int32)

    def take(self, arcs: NDArray[np.integer] | NDArray[np.bool_]) -> Parts:
        """Return the parts of some of the arcs."""
        return Parts(*(getattr(self, each.name)[arcs] for each in fields(self)))


@dataclass(frozen=True)
class Scope:
    """Which money a budget counts; empty: all.

    Attributes
    ----------
    regions : collection of str
        A link is in the region in which it arrives, a mast in that of its place, an office in its own.
    technologies : collection of str
        Of links, and of offices by the link that serves them. Masts have none: no budget of technologies counts them.
    """

    regions: Collection[str] = field(default=())
    technologies: Collection[str] = field(default=())


EVERYTHING = Scope()


def cost_of(options: LinkOptions, offices: pd.DataFrame, parts: Parts, measure: int, scope: Scope) -> NDArray[np.int64]:
    """Return what each arc takes of a budget, (m,) cents.

    Parameters
    ----------
    options : LinkOptions
    offices : DataFrame
        ``Inputs.offices``.
    parts : Parts
        Of a graph that tells the technologies of the scope apart.
    measure : int
        Column of `planner.finance.MEASURES`.
    scope : Scope
    """
    regions, names = list(scope.regions), list(scope.technologies)
    here = np.isin(options.places.region, regions) if regions else np.ones(len(options.places), np.bool_)
    at_home = offices["region"].isin(regions).to_numpy() if regions else np.ones(len(offices), np.bool_)
    technology = np.array([not names or kind.technology in names for kind in options.kinds], np.bool_)
    cost = np.zeros(len(parts.option), np.int64)
    links = np.flatnonzero((parts.option != NO_OPTION) & here[parts.place] & technology[parts.kind])
    cost[links] = options.money[parts.option[links], measure]
    if not names:
        # Row -1, that of no mast at all, costs nothing.
        price = np.pad(options.mast_money[:, :, measure], ((0, 0), (0, 1)))
        masts = np.flatnonzero((parts.rung != parts.below) & here[parts.place])
        place = parts.place[masts]
        cost[masts] += price[place, parts.rung[masts]] - price[place, parts.below[masts]]
    for line, money in ((WITH_PACKAGE, options.package_money), (WITH_TRANSIT, options.package_transit_money)):
        own = np.flatnonzero(parts.line == line)
        own = own[at_home[parts.office[own]] & technology[parts.kind[own]]]
        cost[own] += money[parts.office[own], measure]
    return cost


def hops_of(options: LinkOptions, parts: Parts) -> NDArray[np.int64]:
    """Return what each arc counts as hops, (m,)."""
    weight = np.array([kind.hop_weight for kind in options.kinds], np.int64)
    return np.where(parts.option == NO_OPTION, 0, weight[parts.kind])
