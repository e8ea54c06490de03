"""Which of several candidate links to take: the cheapest that carries what hangs from it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.links.options import NO_MAST, ROOT

if TYPE_CHECKING:
    from collections.abc import Collection

    from planner.plan.evaluate.network import Entry
    from planner.plan.evaluate.ways import Candidates

CAPACITY_SLACK = 1e-9
"""Relative: sums of demands may be taken in any order."""


@dataclass(frozen=True)
class Overload:
    """A link for which no candidate carries what hangs from it.

    Attributes
    ----------
    head : int
        The place that it enters.
    load_mbps, capacity_mbps : float
        What hangs from it; the most that any candidate carries.
    """

    head: int
    load_mbps: float
    capacity_mbps: float


def carried(entered: dict[int, Entry], draw_mbps: dict[int, float]) -> dict[int, float]:
    """Return the load of the link that enters each place.

    Parameters
    ----------
    entered : dict of int to Entry
        Parents before what hangs from them.
    draw_mbps : dict of int to float
        What each place draws itself, where it does.
    """
    load: dict[int, float] = defaultdict(float)
    for place, entry in reversed(entered.items()):
        load[place] += draw_mbps.get(place, 0.0)
        if entry.tail != ROOT:
            load[entry.tail] += load[place]
    return load


def fit(entered: dict[int, Entry], load_mbps: dict[int, float], candidates: Candidates) -> dict[int, int] | Overload:
    """Return the option that enters each place, or the first link that nothing can carry.

    From the root outward, each link is the one with enough capacity whose price, with what it adds to the masts that
    the links before it took, is lowest.
    """
    chosen: dict[int, int] = {}
    held: dict[int, int] = defaultdict(lambda: NO_MAST)
    for place, entry in entered.items():
        rows = candidates.between(entry.tail, place, entry.technology)
        capacity = candidates.options.capacity_mbps[rows]
        able = rows[load_mbps[place] <= capacity * (1 + CAPACITY_SLACK)]
        if len(able) == 0:
            return Overload(place, load_mbps[place], float(np.max(capacity)))
        row = candidates.cheapest(able, entry.tail, place, held[entry.tail])
        chosen[place] = row
        for end in {entry.tail, place} - {ROOT}:
            held[end] = max(held[end], candidates.rung(row, end))
    return chosen


def beyond(entered: dict[int, Entry], head: int) -> set[int]:
    """Return a place and all that hangs from it."""
    members = {head}
    for place, entry in entered.items():
        if entry.tail in members:
            members.add(place)
    return members


def idle(entered: dict[int, Entry], draw_mbps: Collection[int]) -> list[int]:
    """Return the places from which no drawing office hangs; existing connections stand for themselves."""
    serving: set[int] = set()
    for place, entry in reversed(entered.items()):
        if place in draw_mbps or place in serving or entry.technology == "existing":
            serving |= {place, entry.tail}
    return [place for place in entered if place not in serving]
