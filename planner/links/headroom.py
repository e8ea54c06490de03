"""Hops over ground that is higher than the elevation model says: what they bear, and the masts that they need then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.links.task import clearance_criteria
from planner.terrain import line_of_sight

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.catalogue import PriceList
    from planner.links.options import LinkOptions
    from planner.scenario import Scenario
    from planner.terrain import Elevation

STEP_M = 0.25
"""Headroom is found to this step, rounded down."""
ROUNDING_M = 1e-6
"""A mast is not bought higher for what sums of floating-point numbers leave."""


def headroom_m(
    options: LinkOptions, elevation: Elevation, prices: PriceList, scenario: Scenario, most_m: float
) -> NDArray[np.float64]:
    """Return by how much the ground under each hop may be higher until it is in the way, (m,).

    The search for candidates is asked again, with more and more of a margin, by bisection. The margin that it was asked
    with is there in any case: it is kept for just this error. Infinite where ``most_m`` is not in the way, for all
    other options, and for links that are contracted, built or working: what stands has its sight.

    Parameters
    ----------
    options : LinkOptions
    elevation : Elevation
        With what stands on the ground, as the options were built with.
    prices : PriceList
        That they were built with.
    scenario : Scenario
    most_m : float
    """
    room, margin_m = np.full(len(options), np.inf), scenario.links.microwave.margin_m
    frequency = {
        kind.name: option.frequency_ghz for option in prices.microwave for kind in (option.kind, option.diverse_kind)
    }
    ghz = np.array([frequency.get(kind.name, np.nan) for kind in options.kinds])[options.kind]
    hops = np.setdiff1d(np.flatnonzero(options.technology() == "microwave"), options.fixed)
    top = int(np.ceil((most_m - margin_m) / STEP_M))
    if top < 1:
        return room
    clear, blocked = np.zeros(len(hops), np.int64), np.full(len(hops), top)  # steps above the margin

    def look(asked: NDArray[np.int64], step: int) -> None:
        for one in np.unique(ghz[hops[asked]]).tolist():
            rows = asked[ghz[hops[asked]] == one]
            sees = _sees(options, elevation, scenario, hops[rows], one, margin_m + step * STEP_M)
            clear[rows[sees]], blocked[rows[~sees]] = step, step

    look(np.arange(len(hops)), top)
    while (searched := np.flatnonzero(blocked - clear > 1)).size:
        middle = (clear + blocked) // 2
        for step in np.unique(middle[searched]).tolist():
            look(searched[middle[searched] == step], step)
    room[hops] = np.where(clear == top, np.inf, margin_m + clear * STEP_M)
    return room


def _sees(
    options: LinkOptions,
    elevation: Elevation,
    scenario: Scenario,
    hops: NDArray[np.int64],
    frequency_ghz: float,
    margin_m: float,
) -> NDArray[np.bool_]:
    """Say which hops of one frequency are clear between their antennas over ground that is higher."""
    ends = np.column_stack([options.u[hops], options.v[hops]])
    pairs, of_hop = np.unique(ends, axis=0, return_inverse=True)
    sight = line_of_sight(
        elevation,
        options.places.lon,
        options.places.lat,
        pairs[:, 0].astype(np.uint32),
        pairs[:, 1].astype(np.uint32),
        heights_m=options.ladder_m,
        max_level=options.places.max_rung.astype(np.uint8),  # NO_MAST becomes NO_LEVEL
        frequency_ghz=frequency_ghz,
        criteria=clearance_criteria(scenario),
        margin_m=margin_m,
        bare_ends_m=scenario.links.microwave.bare_ends_m,
    )
    return np.asarray(sight.least_level[of_hop.reshape(-1), options.rung_u[hops]] <= options.rung_v[hops])


def on_higher_ground(options: LinkOptions, room_m: NDArray[np.float64], raised_m: float) -> LinkOptions:
    """Return options over ground that is higher between the ends of all hops.

    Both masts of a hop rise by what its headroom lacks, which lifts the whole ray by as much, to the next height that
    masts come in. A hop that would need more than is allowed at one of its ends carries nothing.

    Parameters
    ----------
    options : LinkOptions
    room_m : (m,) float64
        As from `headroom_m`.
    raised_m : float
        Below the headroom nothing changes, and masts are never lowered.
    """
    rows = np.flatnonzero(room_m < raised_m)
    if not len(rows):
        return options
    capacity, too_high, rungs = options.capacity_mbps.copy(), np.zeros(len(rows), np.bool_), []
    for place, rung in ((options.u, options.rung_u), (options.v, options.rung_v)):
        needed_m = options.ladder_m[rung[rows]] + raised_m - room_m[rows]
        needed = np.searchsorted(options.ladder_m, needed_m - ROUNDING_M)
        too_high |= needed > options.places.max_rung[place[rows]]
        rungs.append(needed)
    raised_u, raised_v = options.rung_u.copy(), options.rung_v.copy()
    for column, needed in zip((raised_u, raised_v), rungs, strict=True):
        column[rows[~too_high]] = needed[~too_high]
    capacity[rows[too_high]] = 0.0
    return replace(options, capacity_mbps=capacity, rung_u=raised_u, rung_v=raised_v)
