"""Where the places of a plan stand, from the inputs: position, region, ground, what stands there already."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from planner.i18n import _
from planner.plan.verify.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.inputs import Inputs
    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import Place, PlanDocument
    from planner.terrain import Elevation

JUNCTION_MARK = "~j"
"""Ids of junctions go on with longitude and latitude."""


@dataclass(frozen=True)
class Site:
    """A place as the inputs know it.

    Attributes
    ----------
    kind : str
    lon, lat : float
    region : str or None
        As the input says; None where it leaves that to the regions' outlines.
    position_known : bool
    existing_m : float
        Height of the mast that stands there, 0 if none.
    rent_per_year : float or None
        Of an existing tower, None where the owner's rent is not known.
    capacity_mbps : float
        What a source can pass on, or an office with an adequate connection beyond its own demand; infinite elsewhere.
    shares : bool
        False for offices with an adequate connection that serve as no source.
    """

    kind: str
    lon: float
    lat: float
    region: str | None = None
    position_known: bool = True
    existing_m: float = 0.0
    rent_per_year: float | None = None
    capacity_mbps: float = math.inf
    shares: bool = True


def sites_of(inputs: Inputs) -> dict[str, Site]:
    """Return all offices, sources and towers by id."""
    sites: dict[str, Site] = {}
    for row in inputs.offices.to_dict("records"):
        adequate = row["status_before"] == "adequate"
        spare_mbps = max(row["mbps_before"] - row["demand_mbps"], 0.0) if adequate else math.nan
        sites[row["id"]] = Site(
            kind="office",
            lon=row["lon"],
            lat=row["lat"],
            region=row["region"] or None,
            position_known=bool(row["position_known"]),
            capacity_mbps=math.inf if math.isnan(spare_mbps) else spare_mbps,
            shares=not adequate or bool(row["is_source"]),
        )
    for row in inputs.sources.to_dict("records"):
        sites[row["id"]] = Site("source", row["lon"], row["lat"], capacity_mbps=row["capacity_mbps"])
    for row in inputs.towers.to_dict("records"):
        rent = None if math.isnan(row["rent_per_year"]) else float(row["rent_per_year"])
        sites[row["id"]] = Site("relay", row["lon"], row["lat"], existing_m=row["height_m"], rent_per_year=rent)
    return sites


def check_places(plan: PlanDocument, basis: Basis, sites: Mapping[str, Site]) -> Findings:
    """Compare the places with the inputs, and every region with where it lies."""
    findings = Findings(_("Places"))
    used = {end for link in [*plan.links, *plan.backup_links] for end in (link.tail, link.head)} - {"root"}
    places = {place.id: place for place in plan.places}
    for name in sorted(used | places.keys()):
        findings.compare(_("place that a link touches"), name, name in places, name in used)
    for place in plan.places:
        site = sites.get(place.id) or _junction(place)
        if not findings.require(site is not None, _("place of the inputs"), place.id, place.kind, None) or site is None:
            continue
        findings.compare("kind", place.id, place.kind, site.kind)
        findings.compare("lon", place.id, place.lon, site.lon)
        findings.compare("lat", place.id, place.lat, site.lat)
        findings.compare("region", place.id, place.region, site.region or _region_at(basis.inputs, site))
        findings.compare("ground_m", place.id, place.ground_m, _ground_m(site, basis.elevation), tolerance=1e-6)
    _check_repeated_regions(plan, places, findings)
    return findings


def _check_repeated_regions(plan: PlanDocument, places: Mapping[str, Place], findings: Findings) -> None:
    """Check that a link belongs to the region of its far end, a mast to that of its place."""
    for link in [*plan.links, *plan.backup_links]:
        if link.head in places:
            findings.compare("region", link.id, link.region, places[link.head].region)
    for mast in plan.masts:
        if mast.place in places:
            findings.compare("region", mast.place, mast.region, places[mast.place].region)


def _junction(place: Place) -> Site | None:
    """Return where a junction stands: its id says it."""
    lon, comma, lat = place.id.removeprefix(JUNCTION_MARK).partition(",")
    if not place.id.startswith(JUNCTION_MARK) or not comma:
        return None
    try:
        return Site("junction", float(lon), float(lat))
    except ValueError:
        return None


def _region_at(inputs: Inputs, site: Site) -> str | None:
    """Return the first region whose outline holds a place."""
    if inputs.regions is None or not site.position_known:
        return None
    point = shapely.Point(site.lon, site.lat)
    holds = shapely.intersects(inputs.regions.geometry.to_numpy(), point)
    return str(inputs.regions["name"].to_numpy()[holds][0]) if holds.any() else None


def _ground_m(site: Site, elevation: Elevation | None) -> float | None:
    if elevation is None or not site.position_known:
        return None
    ground = float(elevation.sample(site.lon, site.lat))
    return None if math.isnan(ground) else ground
