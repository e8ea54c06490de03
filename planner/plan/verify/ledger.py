"""Sums of a plan: totals, budgets, objective, proof and trace, from the document alone."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from planner.i18n import _
from planner.plan.verify.findings import Findings
from planner.plan.verify.overall import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.plan.verify.document import Link, Mast, Office, PlanDocument
    from planner.plan.verify.overall import Budget, Money, Objective

PROVEN_GAP = 1e-4
"""Relative gap up to which a plan counts as optimal."""
RELATIVE = 1e-9
"""Sums of benefits, people and lengths may be taken in any order."""
MASTS, BACKUPS = "masts", "backups"
"""Names of the parts of the technology mix that hold all masts, and all links that are bought for second paths."""


def check_ledger(plan: PlanDocument) -> Findings:
    """Add everything up again."""
    findings = Findings(_("Totals and budgets"))
    for measure in MEASURES:
        parts = sum(line.cents(measure) for line in _lines(plan))
        findings.compare(measure, _("totals"), plan.totals.cents(measure), parts)
    for budget in plan.budgets:
        spent = sum(line.cents(budget.measure) for line in _lines(plan) if _in_scope(line, budget))
        findings.compare(_("spent, in cents"), budget.name, budget.cents("spent"), spent)
        findings.require(
            budget.cents("spent") <= budget.cents("limit"),
            _("spent within the limit"),
            budget.name,
            budget.spent,
            budget.limit,
        )
    connected = [office for office in plan.offices if office.connected]
    new = [office for office in connected if office.before != "adequate"]
    totals = plan.totals
    for what, stated, recomputed in (
        (_("offices"), totals.offices, len(plan.offices)),
        (_("offices connected"), totals.offices_connected, len(connected)),
        (_("offices newly connected"), totals.offices_newly_connected, sum(o.before != "insufficient" for o in new)),
        (_("offices upgraded"), totals.offices_upgraded, sum(o.before == "insufficient" for o in new)),
    ):
        findings.compare(what, _("totals"), stated, recomputed)
    _check_people(plan, new, findings)
    _check_mix(plan, findings)
    _check_regions(plan, findings)
    return findings


def _check_people(plan: PlanDocument, new: Sequence[Office], findings: Findings) -> None:
    totals, where = plan.totals, _("totals")
    for what, stated, parts in (
        ("people", totals.people, [office.people or 0.0 for office in new]),
        ("people_total", totals.people_total, [office.people_total or 0.0 for office in new]),
    ):
        findings.compare(what, where, stated, math.fsum(parts), tolerance=RELATIVE * max(1.0, stated))
    saved = [office.monthly_cost_before or 0.0 for office in new if office.before == "insufficient"]
    cents = sum(round(1200 * fee) for fee in saved)
    findings.compare("fees_saved_per_year", where, round(100 * totals.fees_saved_per_year), cents)
    unknown = [office for office in plan.offices if not office.position_known]
    findings.compare("offices_position_unknown", where, totals.offices_position_unknown, len(unknown))
    gained = {office.id for office in new}
    connected = sum(office.id in gained for office in unknown)
    short = sum((office.availability or 0.0) < plan.scenario.availability for office in new)
    findings.compare("offices_below_availability", where, totals.offices_below_availability, short)
    findings.compare("offices_connected_position_unknown", where, totals.offices_connected_position_unknown, connected)


def _check_mix(plan: PlanDocument, findings: Findings) -> None:
    """Split the plan by technology; masts and second paths are parts of their own, so that all parts add up."""
    parts = {part.technology: part for part in plan.technology_mix}
    expected = {link.technology for link in plan.links} | ({MASTS} if plan.masts else set())
    expected |= {BACKUPS} if plan.backup_links else set()
    findings.compare(_("parts of the technology mix"), MASTS, len(plan.technology_mix), len(expected))
    for name in sorted(expected):
        if not findings.require(name in parts, _("part of the technology mix"), name, None, name):
            continue
        part = parts[name]
        links = plan.backup_links if name == BACKUPS else [link for link in plan.links if link.technology == name]
        offices = [office for office in plan.offices if office.connected and office.technology == name]
        lines: list[Money] = [*plan.masts] if name == MASTS else [*links, *offices]
        people = math.fsum(office.people or 0.0 for office in offices if office.before != "adequate")
        findings.compare("offices", name, part.offices, len(offices))
        findings.compare("links", name, part.links, len(links))
        findings.compare("people", name, part.people, people, tolerance=RELATIVE * max(1.0, people))
        length_km = math.fsum(link.length_km for link in links)
        findings.compare("length_km", name, part.length_km, length_km, tolerance=RELATIVE * max(1.0, length_km))
        for measure in MEASURES:
            findings.compare(measure, name, part.cents(measure), sum(line.cents(measure) for line in lines))


def _check_regions(plan: PlanDocument, findings: Findings) -> None:
    """Split the plan by region; what has none is a part of its own, so that all parts add up."""
    lines: list[Link | Mast | Office] = [*plan.links, *plan.backup_links, *plan.masts, *plan.offices]
    parts = {part.region: part for part in plan.region_mix}
    expected = {line.region for line in lines}
    findings.compare(_("parts of the regions"), _("totals"), len(plan.region_mix), len(expected))
    for region in sorted(expected, key=str):
        where = region or _("no region")
        if not findings.require(region in parts, _("part of the regions"), where, None, where):
            continue
        part, own = parts[region], [line for line in lines if line.region == region]
        offices = [office for office in plan.offices if office.region == region and office.connected]
        new = [office for office in offices if office.before != "adequate"]
        people = math.fsum(office.people or 0.0 for office in new)
        findings.compare("offices", where, part.offices, len(new))
        findings.compare("people", where, part.people, people, tolerance=RELATIVE * max(1.0, people))
        for measure in MEASURES:
            findings.compare(measure, where, part.cents(measure), sum(line.cents(measure) for line in own))


def _lines(plan: PlanDocument) -> Iterator[Money]:
    """Yield every line that costs money, once."""
    yield from plan.links
    yield from plan.backup_links
    yield from plan.masts
    yield from plan.offices


def _in_scope(line: Money, budget: Budget) -> bool:
    """Say whether a line counts against a budget: every list of its scope that is not empty must name it."""
    own = {"regions": "region", "technologies": "technology"}
    return all(not names or getattr(line, own[kind], None) in names for kind, names in budget.scope.items())


def check_proof(plan: PlanDocument) -> Findings:
    """Check that value, bound, gap, status, termination and trace say the same."""
    findings = Findings(_("Objective and proof"))
    objective = plan.objective
    if objective.value is None:
        _check_nothing(plan, findings)
        return findings
    value = objective.value
    if objective.stages:
        _check_stages(plan, findings)
    else:
        findings.compare(
            _("sum of benefits") if objective.name == "benefit" else _("sum of costs"),
            _("objective"),
            value,
            _reached(plan, objective.name),
            tolerance=_rounding(objective.name, value),
        )
    _check_gap(plan, objective, value, findings)
    _check_trace(plan.trace, objective, value, findings)
    return findings


def _reached(plan: PlanDocument, name: str) -> float | None:
    """Return what a plan has of an objective; None for one that there is not."""
    if name == "benefit":
        return math.fsum(office.benefit for office in plan.offices if office.connected)
    measure = next((measure for measure in MEASURES if measure == name), None)
    return None if measure is None else sum(line.cents(measure) for line in _lines(plan)) / 100


def _rounding(name: str, value: float) -> float:
    """Return by how much an objective may differ from its sum: money by nothing that shows."""
    return RELATIVE * max(1.0, abs(value)) if name == "benefit" else 0.0


def _check_stages(plan: PlanDocument, findings: Findings) -> None:
    """Add up each of several objectives; the one that is told is the one that is proven least well."""
    objective = plan.objective
    for stage in objective.stages:
        rounding = _rounding(stage.name, stage.value)
        findings.compare(_("value of a stage"), stage.name, stage.value, _reached(plan, stage.name), tolerance=rounding)
        gap = None if stage.bound is None else abs(stage.bound - stage.value) / max(abs(stage.value), 1e-9)
        findings.compare(_("gap of a stage"), stage.name, stage.gap, gap, tolerance=RELATIVE * max(1.0, gap or 0.0))
        if stage.bound is not None:
            sign = 1.0 if stage.sense == "max" else -1.0
            slack = RELATIVE * max(1.0, abs(stage.value))
            findings.require(
                sign * (stage.bound - stage.value) >= -slack,
                _("bound on the safe side of the value"), stage.name, stage.bound, stage.value,
            )  # fmt: skip
    gaps = [math.inf if stage.gap is None else stage.gap for stage in objective.stages]
    widest = max(range(len(gaps)), key=lambda place: gaps[place])
    told = objective.stages[widest if gaps[widest] > PROVEN_GAP else 0]
    for what in ("sense", "value", "bound", "gap"):
        findings.compare(what, _("objective"), getattr(objective, what), getattr(told, what))


def _check_nothing(plan: PlanDocument, findings: Findings) -> None:
    """Check a run that was cancelled before its first plan: no value, no gap, no links."""
    findings.require(
        plan.status in {"cancelled", "infeasible", "error"},
        _("status of a run without a plan"),
        _("objective"),
        plan.status,
        "cancelled",
    )
    findings.compare(_("links of a run without a plan"), _("objective"), len(plan.links), 0)
    findings.compare(_("gap of a run without a plan"), _("objective"), plan.objective.gap, None)


def _check_gap(plan: PlanDocument, objective: Objective, value: float, findings: Findings) -> None:
    bound, where = objective.bound, _("objective")
    if bound is None:
        findings.compare(_("status of a plan without a bound"), where, plan.status, "cancelled")
        findings.compare(_("gap of a plan without a bound"), where, objective.gap, None)
        return
    slack, sign = RELATIVE * max(1.0, abs(value)), 1.0 if objective.sense == "max" else -1.0
    findings.require(sign * (bound - value) >= -slack, _("bound on the safe side of the value"), where, bound, value)
    gap = abs(bound - value) / max(abs(value), 1e-9)
    findings.compare(_("gap"), where, objective.gap, gap, tolerance=RELATIVE * max(1.0, gap))
    if plan.status != "cancelled":
        findings.compare(_("status"), where, plan.status, "optimal" if gap <= PROVEN_GAP else "feasible")
    else:
        findings.compare(_("termination"), where, plan.termination, "cancelled")
    if plan.termination == "gap":
        findings.require(
            gap <= objective.requested_gap + RELATIVE,
            _("gap within the one asked for"),
            where,
            gap,
            objective.requested_gap,
        )


def _check_trace(
    trace: Sequence[tuple[float, float | None, float | None]], objective: Objective, value: float, findings: Findings
) -> None:
    """Time runs forward, values and bounds only get better and stay apart; the end is the objective."""
    where, slack = _("trace"), RELATIVE * max(1.0, abs(value))
    sign = 1.0 if objective.sense == "max" else -1.0
    if not findings.require(bool(trace), _("entries"), where, 0, 1):
        return
    for before, after in pairwise(trace):
        findings.require(before[0] <= after[0], _("seconds never run backwards"), where, after[0], before[0])
    values = [entry[1] for entry in trace if entry[1] is not None]
    bounds = [entry[2] for entry in trace if entry[2] is not None]
    for worse, better in pairwise(values):
        findings.require(sign * (better - worse) >= -slack, _("value never gets worse"), where, better, worse)
    for looser, tighter in pairwise(bounds):
        findings.require(sign * (looser - tighter) >= -slack, _("bound never gets looser"), where, tighter, looser)
    for _seconds, found, proven in trace:
        if found is not None and proven is not None:
            findings.require(
                sign * (proven - found) >= -slack, _("bound on the safe side of the value"), where, proven, found
            )
    findings.compare(_("last value"), where, values[-1] if values else None, value, tolerance=slack)
    findings.compare(_("last bound"), where, bounds[-1] if bounds else None, objective.bound, tolerance=slack)
