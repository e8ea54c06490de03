"""The shape of a plan, from the links alone: an arborescence, what hangs from what, loads, hops, masts."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.i18n import LANGUAGES, _
from planner.plan.verify.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.plan.verify.document import Link, Office, PlanDocument

ROOT_ID = "root"
SERVICES = frozenset({"leo", "geo", "cellular", "leased"})
"""Technologies that end at the office; they begin at the root, or at a limit that they share."""
LIMIT = "limit"
FROM_ROOT = frozenset({"source", "existing"})
"""Technologies whose links start at the root; but for services and their limits all others join two places."""
LOAD_TOLERANCE_MBPS = 1e-6
"""Sums of demands may be taken in any order."""
PRODUCT_TOLERANCE = 1e-12
"""So may products of availabilities."""


@dataclass(frozen=True)
class Tree:
    """The plan's links as a tree.

    Attributes
    ----------
    order : tuple of str
        Places that hang from the root, parents first, without the root.
    into : dict of str to Link
        The link that enters each of them.
    out : dict of str to list of Link
        The links that leave each place.
    """

    order: tuple[str, ...]
    into: dict[str, Link]
    out: dict[str, list[Link]]

    def first(self, place: str) -> Link:
        """Return the link at the root end of a place's chain."""
        link = self.into[place]
        while link.tail != ROOT_ID:
            link = self.into[link.tail]
        return link


def check_tree(plan: PlanDocument) -> tuple[Tree, Findings]:
    """Follow the links from the root; check ids, entries, reach and what offices say of their link."""
    findings = Findings(_("Network"))
    _check_ids(plan, findings)
    tree = _follow(plan.links, findings)
    for link in plan.links:
        if link.technology not in SERVICES | {LIMIT}:
            starts, must = link.tail == ROOT_ID, link.technology in FROM_ROOT
            findings.compare(_("starts at the root, as its technology must or must not"), link.id, starts, must)
        if link.technology in SERVICES:
            findings.compare(_("links fed by a service that may not be shared"), link.id, len(tree.out[link.head]), 0)
    for office in plan.offices:
        _check_office(office, tree, findings)
    _check_reasons(plan, findings)
    _check_chains(plan, tree, findings)
    _check_loads(plan, tree, findings)
    _check_masts(plan, findings)
    return tree, findings


def _check_ids(plan: PlanDocument, findings: Findings) -> None:
    places = {place.id: place.kind for place in plan.places}
    for what, ids in (
        (_("id of an office, used once"), [office.id for office in plan.offices]),
        (_("id of a link, used once"), [link.id for link in plan.links]),
        (_("id of a place, used once"), [place.id for place in plan.places]),
        (_("masts at a place"), [mast.place for mast in plan.masts]),
    ):
        for name, times in Counter(ids).items():
            findings.compare(what, name, times, 1)
    findings.compare(_("reserved id"), ROOT_ID, ROOT_ID in places, False)
    links = [*plan.links, *plan.backup_links]
    used = {end for link in links for end in (link.tail, link.head)} | {mast.place for mast in plan.masts}
    for name in sorted(used - {ROOT_ID}):
        findings.require(name in places, _("listed among the places"), name, name in places, True)
    offices = {office.id for office in plan.offices}
    for name, kind in places.items():
        findings.compare(_("is an office"), name, kind == "office", name in offices)


def _follow(links: Iterable[Link], findings: Findings) -> Tree:
    """Walk from the root; every link must be met, and every place once."""
    into: dict[str, Link] = {}
    out: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        findings.require(link.tail != link.head, _("two different ends"), link.id, link.tail, link.head)
        findings.require(link.head != ROOT_ID, _("end of the link"), link.id, link.head, None)
        if findings.require(
            link.head not in into,
            _("entered by one link"),
            link.head,
            link.id,
            into[link.head].id if link.head in into else None,
        ):
            into[link.head] = link
            out[link.tail].append(link)
    order = [ROOT_ID]
    for place in order:
        order.extend(link.head for link in out.get(place, ()) if link.head != ROOT_ID)
    reached = set(order)
    for place, link in into.items():
        findings.require(place in reached, _("hangs from the root"), link.id, False, True)
    return Tree(tuple(order[1:]), {place: into[place] for place in order[1:]}, out)


def _check_office(office: Office, tree: Tree, findings: Findings) -> None:
    """Compare what an office says with the link that enters it."""
    link = tree.into.get(office.id)
    onward = len(tree.out.get(office.id, ()))
    if office.connected:
        if not findings.require(link is not None, _("reached from the root"), office.id, True, False) or link is None:
            return
        findings.compare("parent", office.id, office.parent, link.tail)
        findings.compare("technology", office.id, office.technology, link.technology)
    else:
        findings.require(
            link is None or onward > 0,
            _("entered, yet neither connected nor passed through"),
            office.id,
            office.connected,
            True,
        )
        for what, stated in (
            ("technology", office.technology),
            ("parent", office.parent),
            ("hops", office.hops),
            ("availability", office.availability),
        ):
            findings.compare(what, office.id, stated, None)
    findings.require(bool(office.reason), _("reason"), office.id, office.reason or None, _("a sentence"))


def _check_reasons(plan: PlanDocument, findings: Findings) -> None:
    """Each language has a sentence for each office, and the one beside the office is of them."""
    for known in LANGUAGES:
        told = [sentence for sentence in plan.reasons.get(known, []) if sentence]
        findings.compare(_("reasons in a language"), known, len(told), len(plan.offices))
    for office, *told in zip(plan.offices, *plan.reasons.values(), strict=False):
        findings.require(
            not told or office.reason in told, _("reason"), office.id, office.reason, told[0] if told else None
        )


def _check_chains(plan: PlanDocument, tree: Tree, findings: Findings) -> None:
    """Add up hop weights, and multiply availabilities of links and of the places' supplies, down the tree."""
    hops, availability = {ROOT_ID: 0}, {ROOT_ID: 1.0}
    supplied = {place.id: place.power_availability for place in plan.places}
    for place in tree.order:
        link = tree.into[place]
        hops[place] = hops[link.tail] + link.hop_weight
        availability[place] = availability[link.tail] * link.availability * supplied.get(place, 1.0)
    for office in plan.offices:
        if office.connected and office.id in hops:
            findings.compare("hops", office.id, office.hops, hops[office.id])
            expected = availability[office.id]
            findings.compare("availability", office.id, office.availability, expected, tolerance=PRODUCT_TOLERANCE)


def _check_loads(plan: PlanDocument, tree: Tree, findings: Findings) -> None:
    """Add up demands from the leaves and hold them against capacities."""
    offices = {office.id: office for office in plan.offices if office.connected}
    below: dict[str, list[float]] = defaultdict(list)
    for place in reversed(tree.order):
        link, office = tree.into[place], offices.get(place)
        if office is not None and link.technology != "existing":
            below[place].append(office.demand_mbps)
        load = math.fsum(below[place])
        below[link.tail].append(load)
        findings.compare(_("load in Mbit/s"), link.id, link.load_mbps, load, tolerance=LOAD_TOLERANCE_MBPS)
        if link.capacity_mbps is not None:
            findings.require(
                load <= link.capacity_mbps + LOAD_TOLERANCE_MBPS,
                _("load within the capacity in Mbit/s"), link.id, load, link.capacity_mbps,
            )  # fmt: skip
        leads = office is not None or any(child.head in tree.into for child in tree.out.get(place, ()))
        findings.require(leads, _("leads to a connected office"), link.id, False, True)


def _check_masts(plan: PlanDocument, findings: Findings) -> None:
    """Every mast is exactly as tall as the tallest antenna at its place; every antenna has its mast."""
    need = antenna_heights([*plan.links, *plan.backup_links])
    have = {mast.place: mast.height_m for mast in plan.masts}
    for place in sorted(need.keys() | have.keys()):
        findings.compare(_("mast height in m"), place, have.get(place), need.get(place))


def antenna_heights(links: Iterable[Link]) -> dict[str, float]:
    """Return the height of the tallest antenna of some links at each place, in m."""
    need: dict[str, float] = defaultdict(float)
    for link in links:
        for place, height_m in ((link.tail, link.mast_from_m), (link.head, link.mast_to_m)):
            if height_m is not None:
                need[place] = max(need[place], height_m)
    return need
