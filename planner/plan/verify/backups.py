"""Second paths and single failures: each path leads to its office and shares no place and no span with the first.

Both are followed link by link, and what fails is taken out of the plan, from the document alone.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.i18n import _
from planner.plan.verify.backup_cost import check_backup_cost
from planner.plan.verify.findings import Findings
from planner.plan.verify.multipoint import host_of, is_multipoint
from planner.plan.verify.tree import FROM_ROOT, LIMIT, LOAD_TOLERANCE_MBPS, ROOT_ID, SERVICES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import Backup, Failure, Link, PlanDocument
    from planner.plan.verify.tree import Tree

ONE_WAY = SERVICES | FROM_ROOT | {LIMIT}
"""Technologies whose links lead away from the root alone, as those into and out of sectors do."""
TOLD = 10
"""So many failures stand in the document, and one more where it is the worst without second paths."""
RELATIVE = 1e-9


@dataclass(frozen=True)
class Step:
    """A link on a path, in the direction in which the path runs."""

    tail: str
    head: str
    link: Link

    @property
    def span(self) -> tuple[frozenset[str], str] | None:
        """What fails as one; None for the activation of a source and for an existing connection."""
        return None if self.link.technology in FROM_ROOT else (frozenset((self.tail, self.head)), self.link.technology)


def check_backups(plan: PlanDocument, tree: Tree, basis: Basis) -> Findings:
    """Check second paths and single failures."""
    findings = Findings(_("Second paths and failures"))
    links = {link.id: link for link in [*plan.links, *plan.backup_links]}
    for name, times in Counter(link.id for link in [*plan.links, *plan.backup_links]).items():
        findings.compare(_("id of a link, used once"), name, times, 1)
    asked = sorted(each.office for each in basis.scenario.redundancy) if plan.objective.value is not None else []
    findings.compare(
        _("offices with a second path"), basis.scenario.name, ", ".join(sorted(b.office for b in plan.backups)),
        ", ".join(asked),
    )  # fmt: skip
    offices = {office.id: office for office in plan.offices}
    seconds: dict[str, list[Step]] = {}
    carried: dict[str, list[float]] = defaultdict(list)
    for backup in plan.backups:
        office = offices.get(backup.office)
        connected = office is not None and office.connected and backup.office in tree.into
        if not findings.require(connected, _("connected, as the scenario asks"), backup.office, connected, True):
            continue
        path = _follow(backup, links, findings)
        if path is None or office is None:
            continue
        seconds[backup.office] = path
        for step in path:
            carried[step.link.id].append(office.demand_mbps)
        _check_apart(backup.office, list(_first(backup.office, tree)), path, findings)
        most = basis.scenario.limits.max_hops
        hops = sum(step.link.hop_weight for step in path)
        findings.require(most is None or hops <= most, _("hops within the limit"), backup.office, hops, most)
    _check_loads(plan, carried, findings)
    check_backup_cost(plan, tree, basis, findings)
    _check_failures(plan, tree, seconds, findings)
    return findings


def _follow(backup: Backup, links: Mapping[str, Link], findings: Findings) -> list[Step] | None:
    """Return the steps of a second path; None where it does not lead from the root to its office."""
    path, at, where = [], ROOT_ID, backup.office
    for step in backup.path:
        link = links.get(step.link)
        if not findings.require(link is not None, _("link of a second path"), where, step.link, None) or link is None:
            return None
        two_way = not step.reversed or not (link.technology in ONE_WAY or is_multipoint(link))
        findings.require(two_way, _("run against its direction"), link.id, step.reversed, False)
        tail, head = (link.head, link.tail) if step.reversed else (link.tail, link.head)
        if not findings.compare(_("place where the next link of a second path begins"), where, tail, at):
            return None
        path.append(Step(tail, head, link))
        at = head
    findings.compare(_("end of a second path"), where, at, backup.office)
    for place, times in Counter(step.head for step in path).items():
        findings.compare(_("times that a second path enters a place"), place, times, 1)
    fed = [step.link for step in path[:-1] if step.link.technology in SERVICES]
    findings.compare(_("links fed by a service that may not be shared"), where, len(fed), 0)
    return path if at == backup.office else None


def _first(office: str, tree: Tree) -> Iterator[Step]:
    """Yield the steps of an office's path in the plan, from the office to the root."""
    place = office
    while place != ROOT_ID:
        link = tree.into[place]
        yield Step(link.tail, link.head, link)
        place = link.tail


def _check_apart(office: str, first: Sequence[Step], second: Sequence[Step], findings: Findings) -> None:
    """Check that two paths share no span, and no place but the office and the source where both begin."""
    begins = {step.head for step in first if step.link.technology in FROM_ROOT}
    places, others = ({host_of(step.head) or step.head for step in path} - {office} for path in (first, second))
    shared = (places & others) - begins
    findings.compare(_("places that both paths pass"), office, ", ".join(sorted(shared)), "")
    spans, other_spans = ({step.span for step in path} - {None} for path in (first, second))
    findings.compare(_("spans that both paths use"), office, len(spans & other_spans), 0)


def _check_loads(plan: PlanDocument, carried: Mapping[str, Sequence[float]], findings: Findings) -> None:
    """Hold what second paths would carry, all at once, against what links have room for."""
    for link in plan.backup_links:
        load = math.fsum(carried.get(link.id, ()))
        findings.require(link.id in carried, _("used by a second path"), link.id, False, True)
        findings.compare(_("load in Mbit/s"), link.id, link.load_mbps, load, tolerance=LOAD_TOLERANCE_MBPS)
    own = {link.id: link.load_mbps for link in plan.links}
    for link in [*plan.links, *plan.backup_links]:
        if link.capacity_mbps is not None and link.id in carried:
            load = own.get(link.id, 0.0) + math.fsum(carried[link.id])
            findings.require(
                load <= link.capacity_mbps + LOAD_TOLERANCE_MBPS,
                _("load with second paths within the capacity in Mbit/s"), link.id, load, link.capacity_mbps,
            )  # fmt: skip


def _check_failures(plan: PlanDocument, tree: Tree, seconds: Mapping[str, Sequence[Step]], findings: Findings) -> None:
    """Take each place that passes traffic on, and each span, out of the plan, and count who is cut off."""
    cut, saved = _cut_off(plan, tree, seconds)
    stated = {(failure.what, failure.id, failure.kind): failure for failure in plan.failures}
    findings.compare(_("failures told"), "failures", len(stated), len(plan.failures))
    for thing, failure in stated.items():
        if findings.require(thing in cut, _("fails and cuts off somebody"), failure.id, True, thing in cut):
            _compare(failure, cut[thing], saved[thing], findings)
    left = sorted((math.fsum(cut[thing]) - math.fsum(saved[thing]) for thing in cut), reverse=True)
    told = sorted((failure.people for failure in plan.failures), reverse=True)
    for place, (people, expected) in enumerate(zip(told[:TOLD], left[:TOLD], strict=False), start=1):
        slack = RELATIVE * max(1.0, expected)
        findings.compare(
            _("people cut off by the failure in this place"), str(place), people, expected, tolerance=slack
        )
    findings.require(len(told) >= min(TOLD, len(cut)), _("failures told"), "failures", len(told), min(TOLD, len(cut)))
    worst = max((math.fsum(people) for people in cut.values()), default=0.0)
    most = max((failure.people_without for failure in plan.failures), default=0.0)
    slack = RELATIVE * max(1.0, worst)
    findings.compare(_("most people cut off without second paths"), "failures", most, worst, tolerance=slack)


Thing = tuple[str, str, str]


def _cut_off(
    plan: PlanDocument, tree: Tree, seconds: Mapping[str, Sequence[Step]]
) -> tuple[dict[Thing, list[float]], dict[Thing, list[float]]]:
    """Return the people of the offices that hang from each thing that may fail, and of those that are saved."""
    kinds = {place.id: place.kind for place in plan.places}
    cut: dict[Thing, list[float]] = defaultdict(list)
    saved: dict[Thing, list[float]] = defaultdict(list)
    for office in plan.offices:
        if not office.connected or office.before == "adequate" or office.id not in tree.into:
            continue
        second = seconds.get(office.id, ())
        kept = {end for step in second for end in (step.tail, step.head)} | {step.link.id for step in second}
        for step in _first(office.id, tree):
            things = [] if step.span is None else [("span", step.link.id, step.link.technology)]
            if any(child.head in tree.into for child in tree.out.get(step.head, ())):
                things.append(("place", step.head, kinds.get(step.head, "")))
            for thing in things:
                cut[thing].append(office.people or 0.0)
                if second and thing[1] not in kept:
                    saved[thing].append(office.people or 0.0)
    return cut, saved


def _compare(failure: Failure, cut: Sequence[float], saved: Sequence[float], findings: Findings) -> None:
    slack = RELATIVE * max(1.0, math.fsum(cut))
    findings.compare("offices", failure.id, failure.offices, len(cut) - len(saved))
    findings.compare("offices_without", failure.id, failure.offices_without, len(cut))
    people = math.fsum(cut) - math.fsum(saved)
    findings.compare("people", failure.id, failure.people, people, tolerance=slack)
    findings.compare("people_without", failure.id, failure.people_without, math.fsum(cut), tolerance=slack)
