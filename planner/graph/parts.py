"""What the arcs of the planning graph are made of, and what they take of a budget over everything or over a part."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np

from planner.finance import MEASURES

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
    """Which money a budget or a funder counts; empty: all.

    Attributes
    ----------
    regions : collection of str
        A link is in the region in which it arrives, a mast in that of its place, an office in its own.
    technologies : collection of str
        Of links, and of offices by the link that serves them. Masts have none: no budget of technologies counts them.
    kinds : collection of str
        Of offices: their own equipment, links that arrive at their places, and masts there.
    """

    regions: Collection[str] = field(default=())
    technologies: Collection[str] = field(default=())
    kinds: Collection[str] = field(default=())


EVERYTHING = Scope()


@dataclass(frozen=True)
class Lines:
    """What arcs pay for, line by line: first links, then masts, then offices' own equipment; no arc twice in a row.

    Attributes
    ----------
    arcs : tuple of (k,) int64
        Of each of the three.
    money : tuple of (k, 4) int64
        Cents, columns of `planner.finance.MEASURES`.
    """

    arcs: tuple[NDArray[np.int64], ...]
    money: tuple[NDArray[np.int64], ...]
    options: LinkOptions
    offices: pd.DataFrame
    parts: Parts

    def counted(self, scope: Scope) -> tuple[NDArray[np.bool_], ...]:
        """Return which lines a scope counts: links, masts, offices' own."""
        places, parts = self.options.places, self.parts
        links, masts, own = self.arcs
        here, at_home = np.ones(len(places), np.bool_), np.ones(len(self.offices), np.bool_)
        if len(scope.regions):
            here &= np.isin(places.region, list(scope.regions))
            at_home &= self.offices["region"].isin(list(scope.regions)).to_numpy()
        if len(scope.kinds):
            of_kind = self.offices["kind"].isin(list(scope.kinds)).to_numpy()
            at_home &= of_kind
            here &= np.append(of_kind, False)[places.office]  # -1, no office, reads the last entry
        names = scope.technologies
        technology = np.array([not len(names) or kind.technology in names for kind in self.options.kinds], np.bool_)
        return (
            here[parts.place[links]] & technology[parts.kind[links]],
            here[parts.place[masts]] & (not len(names)),
            at_home[parts.office[own]] & technology[parts.kind[own]],
        )


def lines_of(options: LinkOptions, offices: pd.DataFrame, parts: Parts) -> Lines:
    """Return what the arcs of a graph pay for.

    Parameters
    ----------
    options : LinkOptions
    offices : DataFrame
        ``Inputs.offices``.
    parts : Parts
        Of a graph that tells apart the technologies of all scopes in question.
    """
    links = np.flatnonzero(parts.option != NO_OPTION)
    masts = np.flatnonzero(parts.rung != parts.below)
    own = np.flatnonzero(parts.line != NO_LINE)
    # Row -1, that of no mast at all, costs nothing.
    price, place = np.pad(options.mast_money, ((0, 0), (0, 1), (0, 0))), parts.place[masts]
    steps = price[place, parts.rung[masts]] - price[place, parts.below[masts]]
    office, transit = parts.office[own], (parts.line[own] == WITH_TRANSIT)[:, None]
    equipment = np.where(transit, options.package_transit_money[office], options.package_money[office])
    return Lines((links, masts, own), (options.money[parts.option[links]], steps, equipment), options, offices, parts)


def cost_of(options: LinkOptions, offices: pd.DataFrame, parts: Parts, measure: int, scope: Scope) -> NDArray[np.int64]:
    """Return what each arc takes of a budget, (m,) cents.

    Parameters
    ----------
    options, offices, parts
        As in `lines_of`.
    measure : int
        Column of `planner.finance.MEASURES`.
    scope : Scope
    """
    lines, cost = lines_of(options, offices, parts), np.zeros(len(parts.option), np.int64)
    for arcs, money, counted in zip(lines.arcs, lines.money, lines.counted(scope), strict=True):
        cost[arcs[counted]] += money[counted, measure]
    return cost


def money_of(options: LinkOptions, offices: pd.DataFrame, parts: Parts) -> NDArray[np.int64]:
    """Return what each arc costs, whoever pays, (m, 4) cents, columns of `planner.finance.MEASURES`.

    Parameters
    ----------
    options, offices, parts
        As in `lines_of`.
    """
    lines, money = lines_of(options, offices, parts), np.zeros((len(parts.option), len(MEASURES)), np.int64)
    for arcs, each in zip(lines.arcs, lines.money, strict=True):
        money[arcs] += each
    return money


def hops_of(options: LinkOptions, parts: Parts) -> NDArray[np.int64]:
    """Return what each arc counts as hops, (m,)."""
    weight = np.array([kind.hop_weight for kind in options.kinds], np.int64)
    return np.where(parts.option == NO_OPTION, 0, weight[parts.kind])
