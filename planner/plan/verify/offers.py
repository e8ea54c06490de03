"""What each link of a plan is: offered there, of that length and capacity, and priced as the price list says."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from pyproj import Geod

from planner.catalogue.fibre import BURIED
from planner.catalogue.kinds import OptionKind
from planner.i18n import _
from planner.plan.verify.along import RoadFinder
from planner.plan.verify.as_built import link_at_paid, rows_of_links
from planner.plan.verify.bought import ServiceFinder
from planner.plan.verify.cashflow import check_money
from planner.plan.verify.fading import SAME_SHARE, SHORTEST_KM, Carried, Hop, carried
from planner.plan.verify.findings import Findings
from planner.plan.verify.ground import Ground
from planner.plan.verify.limits import check_beginning, limit_mbps
from planner.plan.verify.multipoint import host_of, is_base, is_multipoint, may_host
from planner.plan.verify.regional import factors_at, with_surcharges
from planner.plan.verify.routes import ROUTE_MARK
from planner.plan.verify.sites import Site
from planner.plan.verify.tree import LIMIT, ROOT_ID, SERVICES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.catalogue import FibreOption, RadioOption
    from planner.finance import Item
    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import Link, Office, Place, PlanDocument
    from planner.scenario import Scenario

GEODESIC = Geod(ellps="WGS84")
LENGTH_TOLERANCE_KM = 1e-9
"""A micrometre: sums of segments may be taken in any order."""
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
        self._radios: dict[str, RadioOption] = {
            kind.name: replace(option, kind=kind)
            for option in prices.microwave
            for kind in (option.kind, option.diverse_kind)
        }
        self.services = ServiceFinder(basis)

    @property
    def scenario(self) -> Scenario:
        """The scenario of the plan."""
        return self._basis.scenario

    def site(self, name: str) -> Site | None:
        """Return a place of the inputs; None where they know none of the name."""
        return self._sites.get(name)

    def find(self, link: Link, site: Site) -> Offer | None:
        """Return what a link to a site has to be; None where nothing of that name is offered there."""
        prices = self._basis.prices
        if link.technology == "existing":
            return Offer(prices.existing_kind, 0.0, 0.0, site.capacity_mbps, 1.0)
        if link.technology == "source":
            return Offer(prices.source_kind, 0.0, 0.0, site.capacity_mbps, 1.0) if site.kind == "source" else None
        if link.technology == "fibre":
            return self._fibre(link, prices.fibre)
        if link.technology == "microwave":
            return self._hop(link)
        if is_multipoint(link):
            return self._multipoint(link)
        return self._limit(link) if link.technology == LIMIT else self._service(link, site)

    def _service(self, link: Link, site: Site) -> Offer | None:
        service = self.services.named(link.technology, link.option)
        if service is None or site.kind != "office":
            return None
        mbps = self.services.mbps(service, link.head, site)
        return Offer(service.kind, 0.0, 0.0, mbps, self.services.availability(service, link.head, site))

    def _multipoint(self, link: Link) -> Offer | None:
        """Return a base station, or a terminal within reach of one; between other ends there is none."""
        offered = {option.technology: option for option in self._basis.prices.multipoint}
        option, at = offered.get(link.technology), link.tail if is_base(link) else host_of(link.tail)
        host = self._sites.get(at)
        if option is None or host is None or not may_host(at, host, self._basis):
            return None
        if is_base(link):
            return Offer(option.base_kind, 0.0, 0.0, option.base_mbps, option.base_availability)
        office = self._sites.get(link.head)
        if office is None or office.kind != "office":
            return None
        radio = option.terminal
        length_km = GEODESIC.line_length([host.lon, office.lon], [host.lat, office.lat]) / 1000
        gives = self._carried(link, radio, length_km, (host, office))
        works = radio.availability * gives.share
        return Offer(radio.kind, length_km, 0.0, gives.capacity_mbps, works, radio.range_km)

    def _limit(self, link: Link) -> Offer | None:
        mbps = limit_mbps(link.head, self._basis)
        if mbps is None:
            return None
        name = "cell limit" if link.head.startswith("~cell:") else "provider limit"
        return Offer(OptionKind(LIMIT, name, 0, (), service=True), 0.0, 0.0, mbps, 1.0)

    def _fibre(self, link: Link, fibre: FibreOption | None) -> Offer | None:
        """Measure a trench along its stored vertices.

        A segment of geodesic length d between points whose heights differ by h is priced as route factor · weight of
        the ground · (d + climb factor · |h|), heights bilinear between the terrain's cell centres. What is priced as a
        trench along a road has to follow one. From a place that feeds a route nothing but the route leads on.
        """
        elevation = self._basis.elevation
        if fibre is None or link.geometry is None or elevation is None:
            return None
        lon, lat = (list(degrees) for degrees in zip(*link.geometry.coordinates, strict=True))
        if ROUTE_MARK in {link.tail[: len(ROUTE_MARK)], link.head[: len(ROUTE_MARK)]}:
            return self._along_route(link, fibre, lon, lat)
        kinds, route_factor, surroundings = fibre.kinds, fibre.route_factor, "open"
        method = BURIED
        for way, along_road in fibre.road_kinds.items():
            if link.option in {kind.name for kind in along_road}:
                kinds, route_factor, surroundings = along_road, fibre.road_route_factor, way.environment
                method = way.method
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
        length_km = math.fsum(length_m) / 1000
        works = _works(fibre, method, length_km, lit)
        return Offer(kinds[lit], length_km, priced_m / 1000, fibre.capacity_mbps, works)

    def _along_route(self, link: Link, fibre: FibreOption, lon: list[float], lat: list[float]) -> Offer | None:
        """Return what a link into an existing route, or along it to a splice, has to be: a splice lights one end."""
        found = self._basis.routes.capacity_mbps(link.tail, link.head)
        if found is None or fibre.splice is None or link.geometry is None:
            return None
        spliced, capacity_mbps = found
        if spliced and not self._basis.routes.follows(link.tail, link.head, link.geometry.coordinates):
            return None
        if not spliced and len(lon) != len(("source", "route")):
            return None
        length_km = math.fsum(GEODESIC.line_lengths(lon, lat)) / 1000
        works = _works(fibre, BURIED, length_km, int(spliced))
        kind = fibre.splice if spliced else fibre.route
        return Offer(kind, length_km, 0.0, min(capacity_mbps, fibre.capacity_mbps), works)

    def _hop(self, link: Link) -> Offer | None:
        radio = self._radios.get(link.option)
        a, b = self._sites.get(link.tail), self._sites.get(link.head)
        if radio is None or a is None or b is None:
            return None
        length_km = GEODESIC.line_length([a.lon, b.lon], [a.lat, b.lat]) / 1000
        gives = self._carried(link, radio, length_km, (a, b))
        return Offer(radio.kind, length_km, 0.0, gives.capacity_mbps, radio.availability * gives.share, radio.range_km)

    def _carried(self, link: Link, radio: RadioOption, length_km: float, ends: tuple[Site, Site]) -> Carried:
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
        near, far = (host_of(name) or name for name in (link.tail, link.head))
        climates = self._basis.climates.at(near), self._basis.climates.at(far)
        for gives in carried(hop, radio, climates):
            stated = gives.capacity_mbps == link.capacity_mbps
            if gives.share >= asked + (-SAME_SHARE if stated else SAME_SHARE):
                best = gives
        return best


def _works(fibre: FibreOption, method: str, length_km: float, lit: int) -> float:
    """Return the share of the year in which a section is neither cut nor its lit equipment out of order."""
    return float(fibre.terminal_availability**lit / (1 + length_km * fibre.cut_share_per_km[method]))


def check_offers(plan: PlanDocument, basis: Basis) -> Findings:
    """Compare every link with what it has to be, and its money with its price."""
    findings = Findings(_("Links and their prices"))
    finder, sites, built = OfferFinder(basis), basis.sites, rows_of_links(plan, basis)
    places = {place.id: place for place in plan.places}
    offices = {office.id: office for office in plan.offices}
    for link in [*plan.links, *plan.backup_links]:
        _check_ends(link, sites, places, findings)
        site = sites.get(link.head, JUNCTION)
        offer = finder.find(link, site)
        if not findings.require(offer is not None, _("offered there"), link.id, link.option, None) or offer is None:
            continue
        _compare(link, offer, findings)
        regions = [places[end].region for end in (link.tail, link.head) if end in places]
        estimated = with_surcharges(offer.priced(), factors_at(regions, basis))
        priced = link_at_paid(link, estimated, built, basis.terms.tax)
        check_money(link, link.id, priced, basis.terms, findings)
        if link.technology in {"microwave", "fibre"} or is_multipoint(link):
            asked = basis.scenario.service.availability
            findings.require(offer.availability >= asked, _("availability"), link.id, offer.availability, asked)
        if link.technology in SERVICES | {LIMIT}:
            check_beginning(link, finder.services, basis, findings)
        if link.technology in SERVICES:
            _check_service(link, offer, offices.get(link.head), finder, findings)
    return findings


def _compare(link: Link, offer: Offer, findings: Findings) -> None:
    """Compare the figures of a link with those that it has to have."""
    findings.compare("id", link.id, link.id, f"{link.technology}:{link.tail}>{link.head}")
    findings.compare("option", link.id, link.option, offer.kind.name)
    findings.compare("hop_weight", link.id, link.hop_weight, offer.kind.hop_weight)
    findings.compare("length_km", link.id, link.length_km, offer.length_km, tolerance=LENGTH_TOLERANCE_KM)
    reached = offer.length_km <= offer.longest_km
    findings.require(reached, _("length within reach, in km"), link.id, link.length_km, offer.longest_km)
    capacity_mbps = None if math.isinf(offer.capacity_mbps) else offer.capacity_mbps
    findings.compare("capacity_mbps", link.id, link.capacity_mbps, capacity_mbps)
    has_share = link.technology in {"microwave", "fibre", "geo"} or is_multipoint(link)
    same = SAME_SHARE if has_share else 0.0
    findings.compare("availability", link.id, link.availability, offer.availability, tolerance=same)
    findings.compare("shareable", link.id, link.shareable, link.technology not in SERVICES)


def _check_ends(link: Link, sites: Mapping[str, Site], places: Mapping[str, Place], findings: Findings) -> None:
    """Check that a link runs between its places, and touches none whose position is not known."""
    joins = link.technology not in SERVICES | {LIMIT, "source", "existing"}
    findings.compare(_("drawn"), link.id, link.geometry is not None, joins)
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


def _check_service(link: Link, offer: Offer, office: Office | None, finder: OfferFinder, findings: Findings) -> None:
    """Check the quality that the scenario asks of a service."""
    service = finder.services.named(link.technology, link.option)
    asked, site = finder.scenario.service, finder.site(link.head)
    if service is None or site is None:
        return  # said already
    for what, have, least in (
        (_("upload in Mbit/s"), service.up_mbps, asked.min_up_mbps),
        (_("availability"), offer.availability, asked.availability),
    ):
        findings.require(have >= least, what, link.id, have, least)
    if asked.max_latency_ms is not None:
        quick = service.latency_ms <= asked.max_latency_ms
        findings.require(quick, _("latency in ms"), link.id, service.latency_ms, asked.max_latency_ms)
    if service.fades is not None:
        stands, least = finder.services.elevation_deg(service.fades, site), service.fades.least_elevation_deg
        findings.require(stands >= least - 1e-9, _("elevation of the satellite in degrees"), link.id, stands, least)
    if office is not None:
        volume_gb = asked.volume_gb(office.demand_mbps)
        findings.require(
            volume_gb <= service.volume_gb, _("data volume in GB a month"), link.id, volume_gb, service.volume_gb
        )
    wants = office is not None and office.before != "adequate"
    findings.compare(_("serves an office without an adequate connection"), link.id, wants, True)
