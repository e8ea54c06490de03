"""Where the places of a plan stand, from the inputs: position, region, ground, what stands there already."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import shapely

from planner.i18n import _
from planner.plan.verify.findings import Findings
from planner.plan.verify.hilltops import check_hilltops
from planner.plan.verify.limits import limit_site
from planner.plan.verify.multipoint import sector_site
from planner.plan.verify.power import supply_of
from planner.plan.verify.routes import ROUNDED_DEG
from planner.plan.verify.sites import Site, site_of_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.inputs import Inputs
    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import Place, PlanDocument
    from planner.terrain import Elevation

JUNCTION_MARK = "~j"
"""Ids of junctions go on with longitude and latitude."""
JUNCTION = Site("junction", 0.0, 0.0)
KM_PER_DEGREE = 111.2
REACH_KM = 2.0
"""A place this near to the outline of a region still belongs to it."""
SAME_FIGURE = 1e-9
DISTANCE_SHARE = 0.1
"""By how much two ways of measuring the distance to an outline may differ."""


def check_places(plan: PlanDocument, basis: Basis) -> Findings:
    """Compare the places with the inputs, and every region with where it lies."""
    findings = Findings(_("Places"))
    used = {end for link in [*plan.links, *plan.backup_links] for end in (link.tail, link.head)} - {"root"}
    places = {place.id: place for place in plan.places}
    for name in sorted(used | places.keys()):
        findings.compare(_("place that a link touches"), name, name in places, name in used)
    for place in plan.places:
        at_route = None if place.id in basis.sites else basis.routes.place(place.id)
        site = (
            basis.sites.get(place.id)
            or at_route
            or site_of_id(place.id, JUNCTION_MARK, JUNCTION)
            or limit_site(place.id, basis, plan)
            or sector_site(place.id, basis)
        )
        if not findings.require(site is not None, _("place of the inputs"), place.id, place.kind, None) or site is None:
            continue
        findings.compare("kind", place.id, place.kind, site.kind)
        near = 0.0 if at_route is None else ROUNDED_DEG
        findings.compare("lon", place.id, place.lon, site.lon, tolerance=near)
        findings.compare("lat", place.id, place.lat, site.lat, tolerance=near)
        if at_route is not None:  # region and ground are those where it stands
            site = replace(site, lon=place.lon, lat=place.lat)
        findings.compare("region", place.id, place.region, site.region or _region_at(basis.inputs, site, place.region))
        findings.compare("ground_m", place.id, place.ground_m, _ground_m(site, basis.elevation), tolerance=1e-6)
        supply = supply_of(place.id, site, basis, place)
        findings.compare("power", place.id, place.power, supply.word)
        findings.compare("power_availability", place.id, place.power_availability, supply.availability)
        findings.compare("grid_km", place.id, place.grid_km, supply.grid_km)
        _check_climate(place, site, basis, findings)
    _check_repeated_regions(plan, places, findings)
    check_hilltops(basis, findings)
    return findings


def _check_climate(place: Place, site: Site, basis: Basis, findings: Findings) -> None:
    """Compare the climate of a place, and who says so, with the inputs; junctions have none."""
    findings.compare(_("climate is told"), place.id, place.climate is not None, site.kind != "junction")
    if place.climate is None or site.kind == "junction":
        return
    for figure, told in basis.climates.told(place.id).items():
        stated = getattr(place.climate, figure)
        value = None if math.isnan(told.value) else told.value
        findings.compare(figure, place.id, stated.value, value, tolerance=SAME_FIGURE)
        findings.compare(_("source of {figure}").format(figure=figure), place.id, stated.source, told.source)


def _check_repeated_regions(plan: PlanDocument, places: Mapping[str, Place], findings: Findings) -> None:
    """Check that a link belongs to the region of its far end, a mast to that of its place."""
    for link in [*plan.links, *plan.backup_links]:
        if link.head in places:
            findings.compare("region", link.id, link.region, places[link.head].region)
    for mast in plan.masts:
        if mast.place in places:
            findings.compare("region", mast.place, mast.region, places[mast.place].region)


def _region_at(inputs: Inputs, site: Site, stated: str | None) -> str | None:
    """Return the id of the first region that holds a place, else of the nearest one within reach of its outline.

    Where two ways of measuring on the ground may find another one nearest, or in reach, the stated one counts.
    """
    if inputs.regions is None or not site.position_known:
        return None
    shrink = math.cos(math.radians(site.lat))
    outlines = shapely.transform(inputs.regions.geometry.to_numpy(), lambda xy: xy * [shrink, 1.0])
    away_km = KM_PER_DEGREE * shapely.distance(outlines, shapely.Point(site.lon * shrink, site.lat))
    ids = inputs.regions["id"].astype(str).to_numpy()
    nearest = int(away_km.argmin())  # of several that hold it, the first
    if away_km[nearest] == 0.0:
        return str(ids[nearest])
    most_km = min(float(away_km[nearest]), REACH_KM) * (1 + DISTANCE_SHARE)
    if stated in ids[away_km <= most_km].tolist() or (
        stated is None and away_km[nearest] > REACH_KM * (1 - DISTANCE_SHARE)
    ):
        return stated
    return str(ids[nearest]) if away_km[nearest] <= REACH_KM else None


def _ground_m(site: Site, elevation: Elevation | None) -> float | None:
    if elevation is None or not site.position_known:
        return None
    ground = float(elevation.sample(site.lon, site.lat))
    return None if math.isnan(ground) else ground
