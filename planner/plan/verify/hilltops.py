"""Relays on hilltops: where their ids say, where the scenario allows them."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

from pyproj import Geod

from planner.i18n import _
from planner.plan.verify.sites import Site, site_of_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.plan.verify.along import RoadFinder
    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import Place
    from planner.plan.verify.findings import Findings
    from planner.scenario import Scenario

HILLTOP_MARK = "~h"
"""Ids of hilltops go on with longitude and latitude."""
STEP_M = 10.0
"""A track to a hilltop is paid for in whole steps of this length."""
SAME_M = 0.5
"""The search measures along chords, and rounds the road's points to 0.1 m."""
GEODESIC = Geod(ellps="WGS84")
CHORD_M = 1.0
"""By how much the search, which measures straight through the earth, may take places for nearer than they are."""


def hilltops_of(places: Iterable[Place], scenario: Scenario) -> dict[str, Site]:
    """Return the hilltops among the places of a plan, by id; none where the scenario asks for none."""
    if not scenario.links.microwave.hilltops.enabled:
        return {}
    like = Site("relay", 0.0, 0.0, new=True)
    sites = {place.id: site_of_id(place.id, HILLTOP_MARK, like) for place in places}
    return {name: site for name, site in sites.items() if site is not None}


def access_km(site: Site, basis: Basis, roads: RoadFinder) -> list[float]:
    """Return how long the track to a hilltop is: to the nearest road, in whole steps.

    Where the distance lies within `SAME_M` of a step, both sides of it count. Beyond the reach that the scenario allows
    there is no track.
    """
    rules = basis.scenario.links.microwave.hilltops
    if basis.inputs.roads is None or basis.elevation is None:
        return [rules.access_km]
    away_m = roads.away_m(site.lon, site.lat, basis.elevation, 1000.0 * rules.road_within_km + STEP_M)
    if math.isinf(away_m):
        return []
    steps = {math.ceil(max(metres, 0.0) / STEP_M) for metres in (away_m - SAME_M, away_m, away_m + SAME_M)}
    return [step * STEP_M / 1000.0 for step in sorted(steps)]


def check_hilltops(basis: Basis, findings: Findings) -> None:
    """Check that hilltops of a plan are as few, and as far from each other and from towers, as the scenario says."""
    rules, hilltops = basis.scenario.links.microwave.hilltops, basis.hilltops
    if not hilltops:
        return
    inputs = basis.inputs
    places = len(inputs.offices) + len(inputs.sources) + len(inputs.towers)
    most = min(rules.max_number, int(rules.per_100_places * places / 100))
    findings.require(len(hilltops) <= most, _("hilltops at most"), "hilltops", len(hilltops), most)
    towers = [(name, site) for name, site in basis.sites.items() if site.kind == "relay" and not site.new]
    pairs = [*combinations(hilltops.items(), 2), *((top, tower) for top in hilltops.items() for tower in towers)]
    for (name, a), (_other, b) in pairs:
        away_m = GEODESIC.line_length([a.lon, b.lon], [a.lat, b.lat])
        holds = away_m + CHORD_M >= 1000 * rules.spacing_km
        findings.require(holds, _("spacing of hilltops, in km"), name, away_m / 1000, rules.spacing_km)
    for name, site in hilltops.items():
        ground_m = float("nan") if basis.elevation is None else float(basis.elevation.sample(site.lon, site.lat))
        findings.require(ground_m > 0, _("ground of a hilltop, in m"), name, ground_m, None)
