"""Masts and office lines: allowed, and priced as the price list says."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from planner.catalogue import MastClass, SiteClass
from planner.finance import Item
from planner.i18n import _
from planner.plan.verify.along import RoadFinder
from planner.plan.verify.as_built import STANDS, at_paid, rows_of
from planner.plan.verify.cashflow import agrees, check_money, line_amounts
from planner.plan.verify.findings import Findings
from planner.plan.verify.hilltops import access_km
from planner.plan.verify.multipoint import antennas
from planner.plan.verify.overall import MEASURES
from planner.plan.verify.power import mast_supply, office_supply, supply_of
from planner.plan.verify.regional import factors_at, with_surcharges

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import Mast, Place, PlanDocument
    from planner.plan.verify.sites import Site
    from planner.plan.verify.tree import Tree

ROUNDING = "rounding"
"""Part of a breakdown that holds what rounding every item by itself leaves over."""


def check_masts(plan: PlanDocument, basis: Basis) -> Findings:
    """Compare every mast with what may stand there and what it costs."""
    findings = Findings(_("Masts and their prices"))
    sites = basis.sites
    ladder_m = basis.prices.ladder_m.tolist()
    places = {place.id: place for place in plan.places}
    roads = RoadFinder(basis.inputs.roads, ())
    for link in [*plan.links, *plan.backup_links]:
        heights_m = (link.tail, link.mast_from_m), (link.head, link.mast_to_m)
        for (end, height_m), needs in zip(heights_m, antennas(link), strict=True):
            findings.compare(_("antenna on a mast"), link.id, height_m is not None, needs)
            if height_m is not None and end in sites:
                tallest_m = _tallest_m(sites[end], basis)
                findings.require(height_m in ladder_m, _("antenna height on offer, in m"), link.id, height_m, None)
                findings.require(height_m <= tallest_m, _("antenna height allowed, in m"), link.id, height_m, tallest_m)
    for mast in plan.masts:
        site = sites.get(mast.place)
        offered = site is not None and mast.height_m in ladder_m and bool(basis.prices.mast_items)
        if not findings.require(offered, _("mast on offer, in m"), mast.place, mast.height_m, None) or site is None:
            continue
        findings.compare("existing_m", mast.place, mast.existing_m, site.existing_m)
        priced = mast_prices(mast, mast.height_m, places.get(mast.place), basis, roads)
        if not findings.require(bool(priced), _("road near a hilltop"), mast.place, None, None):
            continue
        best = next((some for some in priced if agrees(mast, some, basis.terms)), priced[0])
        check_money(mast, mast.place, best, basis.terms, findings)
        _check_breakdown(mast, best, basis, findings)
    _check_ports(plan, basis, findings)
    return findings


def mast_prices(
    mast: Mast, height_m: float, place: Place | None, basis: Basis, roads: RoadFinder
) -> list[list[tuple[Item, float]]]:
    """Return what a mast of some height at the place of one is priced from, for each track that may lead there."""
    site = basis.sites[mast.place]
    plain = _mast_items(site, basis.prices.ladder_m.tolist().index(height_m), height_m, basis)
    plain += mast_supply(supply_of(mast.place, site, basis, place), site, basis)
    factors = factors_at([mast.region], basis)
    tracks_km = access_km(site, basis, roads) if site.new else [0.0]
    return [with_surcharges(_priced(plain, km), factors) for km in tracks_km]


def _priced(items: Iterable[Item], track_km: float) -> list[tuple[Item, float]]:
    """Return the items with their quantities."""
    quantity = {"each": 1.0, "km": track_km}
    return [(item, quantity[item.per]) for item in items]


def _check_ports(plan: PlanDocument, basis: Basis, findings: Findings) -> None:
    """Check that no tower has more hops than it has room for; two antennas of one hop (diversity) are one."""
    hops = [link for link in [*plan.links, *plan.backup_links] if link.technology == "microwave"]
    at_end = Counter(end for link in hops for end in (link.tail, link.head))
    for name, count in sorted(at_end.items()):
        if name in basis.sites and math.isfinite(basis.sites[name].ports):
            most = basis.sites[name].ports
            findings.require(count <= most, _("hops that a tower has room for"), name, count, most)


def _tallest_m(site: Site, basis: Basis) -> float:
    """Return the greatest antenna height at a site: the scenario's limit, or the mast that stands there."""
    limits = basis.scenario.links.microwave.max_mast_m
    return max(limits.relay if site.kind == "relay" else limits.office, site.existing_m)


def _mast_items(site: Site, rung: int, height_m: float, basis: Basis) -> list[Item]:
    """Return what a mast is made of: itself where none that tall stands, its site, and at a tower the rent."""
    prices = basis.prices
    mast_class = MastClass.RELAY if site.kind == "relay" else MastClass.OFFICE
    mast = () if site.existing_m >= height_m else prices.mast_items[mast_class][rung]
    if site.kind != "relay":
        return [*mast, *prices.site_items[SiteClass.OFFICE]]
    if site.new:
        return [*mast, *prices.site_items[SiteClass.GREENFIELD]]
    if site.rent_per_year is None:
        return [*mast, *prices.site_items[SiteClass.TOWER]]
    rent = [Item("rent", 0.0, site.rent_per_year, None)] if site.rent_per_year > 0 else []
    return [*mast, *prices.site_items[SiteClass.RENTED_TOWER], *rent]


def _check_breakdown(mast: Mast, priced: list[tuple[Item, float]], basis: Basis, findings: Findings) -> None:
    """Compare each part with its item to the cent that rounding may take, and their sum with the line exactly."""
    where, funded = mast.place, basis.terms.funded_years
    names = {item.name for item, _number in priced}
    findings.compare(
        _("parts of a mast"), where, ", ".join(sorted(mast.breakdown.keys() - {ROUNDING})), ", ".join(sorted(names))
    )
    cents = {
        name: {measure: round(100 * part[measure]) for measure in MEASURES} for name, part in mast.breakdown.items()
    }
    for name, part in cents.items():
        same = [(item, number) for item, number in priced if item.name == name]
        exact = line_amounts(same, basis.terms)
        rounding = len(same) if same else len(priced) + 1  # half a cent for each, up and down
        for measure in ("capex", "opex_per_year", "present_value"):
            near = abs(part[measure] - getattr(exact, measure)) <= rounding
            findings.require(
                near, f"{name}: {measure}", where, part[measure] / 100, float(getattr(exact, measure)) / 100
            )
        programme = part["capex"] + funded * part["opex_per_year"]
        findings.compare(f"{name}: programme_cost", where, part["programme_cost"], programme)
    for measure in MEASURES:
        total = sum(part[measure] for part in cents.values())
        findings.compare(_("sum of parts: {measure}").format(measure=measure), where, total, mast.cents(measure))


def check_office_lines(plan: PlanDocument, tree: Tree, basis: Basis) -> Findings:
    """Compare every office's own line: its package, its power, and transit where its chain starts at a source."""
    findings = Findings(_("Office packages"))
    prices, places = basis.prices, {place.id: place for place in plan.places}
    sources = {"source", "existing"}
    technology = {link.id: link.technology for link in [*plan.links, *plan.backup_links]}
    backed = {each.office for each in plan.backups if each.path and technology.get(each.path[0].link) in sources}
    equipment = {str(row["to"]): float(row["spent_equipment"]) for row in rows_of(basis) if row["status"] in STANDS}
    for office in plan.offices:
        priced: list[tuple[Item, float]] = []
        factors = factors_at([office.region], basis)
        if office.connected and office.before != "adequate" and office.id in tree.into and office.id in basis.sites:
            supply = supply_of(office.id, basis.sites[office.id], basis, places.get(office.id))
            power = office_supply(supply, basis)
            items = [(item, 1.0) for item in (*prices.package_items(office.kind), *power)]
            spent = equipment.get(office.id, math.nan)
            priced = at_paid(with_surcharges(items, factors), basis.terms.tax, spent)
            if tree.first(office.id).technology in sources or office.id in backed:
                transit = [(item, office.demand_mbps) for item in prices.transit_items]
                priced += with_surcharges(transit, factors)
        check_money(office, office.id, priced, basis.terms, findings)
    return findings
