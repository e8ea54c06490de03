"""What each link of a plan is: offered there, of that length and capacity, and priced as the price list says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

from planner.catalogue import radio_climate
from planner.i18n import _
from planner.plan.verify.along import RoadFinder
from planner.plan.verify.cashflow import check_money
from planner.plan.verify.fading import SAME_SHARE, SHORTEST_KM, Carried, Hop, carried
from planner.plan.verify.findings import Findings
from planner.plan.verify.ground import Ground
from planner.plan.verify.routes import ROUTE_MARK
from planner.plan.verify.sites import Site
from planner.plan.verify.tree import ROOT_ID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.catalogue import FibreOption, MicrowaveOption, ServiceOption
    from planner.catalogue.kinds import OptionKind
    from planner.finance import Item
    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import Link, Office, Place, PlanDocument

GEODESIC = Geod(ellps="WGS84")
LENGTH_TOLERANCE_KM = 1e-9
"""A micrometre: sums of segments may be taken in any order."""
SERVICES = frozenset({"leo", "geo", "cellular"})
"""Technologies that end at the office."""
JUNCTION = Site("junction", math.nan, math.nan)
"""Any place that the inputs do not name."""


@dataclass(frozen=True)
class Offer:
    """What a link has to be.

    Attributes
    ----------
    kind : OptionKind
    length_km, priced_km : float
    capacity_mbps, availability : float
    longest_km : float
        What the equipment reaches; infinite where that does not depend on length.
    """

    kind: OptionKind
    length_km: float
    priced_km: float
    capacity_mbps: float
    availability: float
    longest_km: float = math.inf

    def priced(self) -> list[tuple[Item, float]]:
        """Return the items with their quantities."""
        quantity = {"each": 1.0, "km": self.priced_km}
        return [(item, quantity[item.per]) for item in self.kind.items]


class OfferFinder:
    """Finds, from prices, inputs and terrain, what a stated link has to be."""

    def __init__(self, basis: Basis) -> None:
        prices = basis.prices
        self._basis = basis
        self._sites = basis.sites
        self._roads = RoadFinder(basis.inputs.roads, () if prices.fibre is None else prices.fibre.road_factor)
        self._climate = radio_climate(basis.scenario)
        self._radios: dict[str, MicrowaveOption] = {option.kind.name: option for option in prices.microwave}
        self._services: dict[tuple[str, str], ServiceOption] = {
            (option.technology, option.kind.name): option for option in prices.services
        }

    def find(self, link: Link, site: Site) -> Offer | None:
        """Return what a link to a site has to be; None where nothing of that name is offered there."""
        prices = self._basis.prices
        if link.technology == "existing":
            return Offer(prices.existing_kind, 0.0, 0.0, site.capacity_mbps, 1.0)
        if link.technology == "source":
            return Offer(prices.source_kind, 0.0, 0.0, site.capacity_mbps, 1.0) if site.kind == "source" else None
        if link.technology == "fibre":
            return None if prices.fibre is None else self._fibre(link, prices.fibre)
        if link.technology == "microwave":
            return self._hop(link)
        service = self._services.get((link.technology, link.option))
        if service is None or site.kind != "office":
            return None
        return Offer(service.kind, 0.0, 0.0, self._service_mbps(service, site), service.availability)

    def _fibre(self, link: Link, fibre: FibreOption) -> Offer | None:
        """Measure a trench along its stored vertices.

        A segment of geodesic length d between points whose heights differ by h is priced as route factor · weight of
        the ground · (d + climb factor · |h|), heights bilinear between the terrain's cell centres. What is priced as a
        trench along a road has to follow one. From a place that feeds a route nothing but the route leads on.
        """
        elevation = self._basis.elevation
        if link.geometry is None or elevation is None:
            return None
        lon, lat = (list(degrees) for degrees in zip(*link.geometry.coordinates, strict=True))
        if ROUTE_MARK in {link.tail[: len(ROUTE_MARK)], link.head[: len(ROUTE_MARK)]}:
            return self._along_route(link, fibre, lon, lat)
        kinds, route_factor, surroundings = fibre.kinds, fibre.route_factor, "open"
        availability = fibre.availability
        for way, along_road in fibre.road_kinds.items():
            if link.option in {kind.name for kind in along_road}:
                kinds, route_factor, surroundings = along_road, fibre.road_route_factor, way.environment
                availability = fibre.method_availability[way.method]
                if not self._roads.follows(lon, lat, way):
                    return None
        length_m = GEODESIC.line_lengths(lon, lat)
        ground_m = elevation.sample(lon, lat).tolist()
        weights = Ground(self._basis.scenario, fibre, elevation).weights(lon, lat, length_m, surroundings)
        pieces = zip(weights, length_m, pairwise(ground_m), strict=True)
        priced_m = route_factor * math.fsum(w * (d + fibre.climb_factor * abs(b - a)) for w, d, (a, b) in pieces)
        if math.isnan(priced_m):  # over unknown ground nothing is priced
            return None
        lit = sum(end in self._sites for end in (link.tail, link.head))  # junctions are not lit
        return Offer(kinds[lit], math.fsum(length_m) / 1000, priced_m / 1000, fibre.capacity_mbps, availability)

    def _along_route(self, link: Link, fibre: FibreOption, lon: list[float], lat: list[float]) -> Offer | None:
        """Return what a link into an existing route, or along it to a splice, has to be."""
        found = self._basis.routes.capacity_mbps(link.tail, link.head)
        if found is None or fibre.splice is None or link.geometry is None:
            return None
        spliced, capacity_mbps = found
        if spliced and not self._basis.routes.follows(link.tail, link.head, link.geometry.coordinates):
            return None
        if not spliced and len(lon) != len(("source", "route")):
            return None
        length_km = math.fsum(GEODESIC.line_lengths(lon, lat)) / 1000
        carries = min(capacity_mbps, fibre.capacity_mbps)
        return Offer(fibre.splice if spliced else fibre.route, length_km, 0.0, carries, fibre.availability)

    def _hop(self, link: Link) -> Offer | None:
        radio = self._radios.get(link.option)
        a, b = self._sites.get(link.tail), self._sites.get(link.head)
        if radio is None or a is None or b is None:
            return None
        length_km = GEODESIC.line_length([a.lon, b.lon], [a.lat, b.lat]) / 1000
        gives = self._carried(link, radio, length_km, (a, b))
        return Offer(radio.kind, length_km, 0.0, gives.capacity_mbps, radio.availability * gives.share, radio.range_km)

    def _carried(self, link: Link, radio: MicrowaveOption, length_km: float, ends: tuple[Site, Site]) -> Carried:
        """Return what a hop carries: the fastest modulation that fades leave for the share of the year asked.

        Where a modulation reaches that share, or misses it, by less than `SAME_SHARE`, the stated one counts.
        """
        elevation, scenario = self._basis.elevation, self._basis.scenario
        lon, lat = [end.lon for end in ends], [end.lat for end in ends]
        heights = [0.0, 0.0] if elevation is None else elevation.sample(lon, lat).tolist()
        ground_m = tuple(0.0 if math.isnan(height) else height for height in heights)
        hop = Hop(max(length_km, SHORTEST_KM), math.fsum(lat) / 2, (ground_m[0], ground_m[1]))
        asked = max(scenario.links.microwave.availability, scenario.service.availability / radio.availability)
        best = Carried(0.0, 0.0)
        for gives in carried(hop, radio, self._climate):
            stated = gives.capacity_mbps == link.capacity_mbps
            if gives.share >= asked + (-SAME_SHARE if stated else SAME_SHARE):
                best = gives
        return best

    def _service_mbps(self, service: ServiceOption, site: Site) -> float:
        """Return what a service delivers at a site; a cellular one where coverage reaches it, as fast as that says."""
        if service.generation is None:
            return service.max_mbps
        coverage = self._basis.inputs.coverage
        if coverage is None or not site.position_known:
            return 0.0
        here = shapely.intersects(coverage.geometry.to_numpy(), shapely.Point(site.lon, site.lat))
        of_generation = coverage["technology"].astype(str).str.casefold().to_numpy() == service.generation.casefold()
        speeds = coverage["mbps"].to_numpy(np.float64)[here & of_generation]
        return float(np.where(np.isnan(speeds), service.max_mbps, speeds).max(initial=0.0))


def check_offers(plan: PlanDocument, basis: Basis) -> Findings:
    """Compare every link with what it has to be, and its money with its price."""
    findings = Findings(_("Links and their prices"))
    finder, sites = OfferFinder(basis), basis.sites
    places = {place.id: place for place in plan.places}
    offices = {office.id: office for office in plan.offices}
    for link in [*plan.links, *plan.backup_links]:
        _check_ends(link, sites, places, findings)
        site = sites.get(link.head, JUNCTION)
        offer = finder.find(link, site)
        if not findings.require(offer is not None, _("offered there"), link.id, link.option, None) or offer is None:
            continue
        _compare(link, offer, findings)
        check_money(link, link.id, offer.priced(), basis.terms, findings)
        if link.technology == "microwave":
            asked = basis.scenario.service.availability
            findings.require(offer.availability >= asked, _("availability"), link.id, offer.availability, asked)
        if link.technology in SERVICES:
            _check_service(link, offices.get(link.head), basis, findings)
    return findings


def _compare(link: Link, offer: Offer, findings: Findings) -> None:
    """Compare the figures of a link with those that it has to have."""
    findings.compare("id", link.id, link.id, f"{link.technology}:{link.tail}>{link.head}")
    findings.compare("option", link.id, link.option, offer.kind.name)
    findings.compare("hop_weight", link.id, link.hop_weight, int(link.technology == "microwave"))
    findings.compare("length_km", link.id, link.length_km, offer.length_km, tolerance=LENGTH_TOLERANCE_KM)
    reached = offer.length_km <= offer.longest_km
    findings.require(reached, _("length within reach, in km"), link.id, link.length_km, offer.longest_km)
    capacity_mbps = None if math.isinf(offer.capacity_mbps) else offer.capacity_mbps
    findings.compare("capacity_mbps", link.id, link.capacity_mbps, capacity_mbps)
    same = SAME_SHARE if link.technology == "microwave" else 0.0
    findings.compare("availability", link.id, link.availability, offer.availability, tolerance=same)
    findings.compare("shareable", link.id, link.shareable, link.technology not in SERVICES)
    findings.compare("year", link.id, link.year, None)


def _check_ends(link: Link, sites: Mapping[str, Site], places: Mapping[str, Place], findings: Findings) -> None:
    """Check that a link runs between its places, and touches none whose position is not known."""
    findings.compare(_("drawn"), link.id, link.geometry is not None, link.tail != ROOT_ID)
    if link.geometry is None or link.tail == ROOT_ID:
        return
    for end, vertex in ((link.tail, link.geometry.coordinates[0]), (link.head, link.geometry.coordinates[-1])):
        place = places.get(end)
        if place is not None:
            findings.compare(_("end of the line, longitude"), link.id, vertex[0], place.lon)
            findings.compare(_("end of the line, latitude"), link.id, vertex[1], place.lat)
        site = sites.get(end, JUNCTION)
        findings.require(site.position_known, _("end whose position is known"), link.id, end, None)
        findings.require(site.shares, _("end that may pass traffic on"), link.id, end, None)
    if link.technology == "microwave":
        findings.compare(_("vertices of a hop"), link.id, len(link.geometry.coordinates), 2)


def _check_service(link: Link, office: Office | None, basis: Basis, findings: Findings) -> None:
    """Check the quality that the scenario asks of a service."""
    service = next(
        option
        for option in basis.prices.services
        if (option.technology, option.kind.name) == (link.technology, link.option)
    )
    asked = basis.scenario.service
    at_least = (
        (_("upload in Mbit/s"), service.up_mbps, asked.min_up_mbps),
        (_("availability"), service.availability, asked.availability),
    )
    for what, have, least in at_least:
        findings.require(have >= least, what, link.id, have, least)
    if asked.max_latency_ms is not None:
        quick = service.latency_ms <= asked.max_latency_ms
        findings.require(quick, _("latency in ms"), link.id, service.latency_ms, asked.max_latency_ms)
    wants = office is not None and office.before != "adequate"
    findings.compare(_("serves an office without an adequate connection"), link.id, wants, True)
