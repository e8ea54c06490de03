"""What was settled for groups of offices, and what fairness costs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.i18n import _
from planner.plan.verify.findings import Findings

if TYPE_CHECKING:
    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import PlanDocument
    from planner.plan.verify.overall import Level

RELATIVE = 1e-9
"""Sums of people and benefits may be taken in any order."""


def check_equity(plan: PlanDocument, basis: Basis) -> Findings:
    """Hold the shares of groups against the plan, and the price of fairness against its objective."""
    findings = Findings(_("Equity"))
    limits, planned = basis.scenario.limits, plan.objective.value is not None
    asked = planned and (bool(limits.floors) or limits.worst_first is not None)
    findings.compare(_("fairness is told"), basis.scenario.name, plan.equity is not None, asked)
    if plan.equity is None:
        return findings
    for level in plan.equity.levels:
        _check_level(level, plan, basis, findings)
    groups, settled = [level.group for level in plan.equity.levels], plan.equity.settled
    findings.compare(_("worst first is told"), basis.scenario.name, settled is not None, limits.worst_first is not None)
    # Where no plan was found in the time for it, nothing is settled: neither some groups nor all.
    findings.compare(
        _("groups"), basis.scenario.name, str(sorted(groups)), str([] if settled is False else _groups(basis))
    )
    _check_price(plan, findings)
    return findings


def _members(group: str, basis: Basis) -> dict[str, float]:
    """Return what each office of a group counts; offices that are excluded are in none."""
    asked = basis.scenario.limits.worst_first
    if asked is None:
        return {}
    column = "status_before" if asked.by == "before" else asked.by
    found = {}
    for name, row in basis.offices.items():
        if name in basis.scenario.limits.exclude or str(row[column]) != group:
            continue
        figure = 1.0 if asked.measure == "offices" else float(row[asked.measure])
        lost = asked.measure != "offices" and (row["status_before"] == "adequate" or math.isnan(figure))
        found[name] = 0.0 if lost else figure
    return found


def _groups(basis: Basis) -> list[str]:
    """Return the groups that there are and in which there is something to count."""
    asked = basis.scenario.limits.worst_first
    if asked is None:
        return []
    column = "status_before" if asked.by == "before" else asked.by
    named = asked.groups or {str(row[column]) for row in basis.offices.values()} - {"", "nan"}
    return sorted(group for group in named if math.fsum(_members(group, basis).values()) > 0)


def _check_level(level: Level, plan: PlanDocument, basis: Basis, findings: Findings) -> None:
    asked = basis.scenario.limits.worst_first
    if not findings.require(asked is not None, _("group that the scenario asks for"), level.group, level.group, None):
        return
    assert asked is not None
    findings.compare("by", level.group, level.by, asked.by)
    findings.compare("measure", level.group, level.measure, asked.measure)
    members = _members(level.group, basis)
    total = math.fsum(members.values())
    reached = math.fsum(members[office.id] for office in plan.offices if office.connected and office.id in members)
    slack = RELATIVE * max(1.0, total)
    findings.compare("total", level.group, level.total, total, tolerance=slack)
    findings.compare("reached", level.group, level.reached, reached, tolerance=slack)
    findings.require(
        reached >= level.share * total - slack, _("share reached"), level.group, level.reached, level.share * total
    )
    findings.require(level.bound >= level.share - RELATIVE, _("bound not below"), level.group, level.bound, level.share)


def _check_price(plan: PlanDocument, findings: Findings) -> None:
    """Check what the first objective is worth with and without fairness, and the difference."""
    assert plan.equity is not None
    equity, where = plan.equity, _("price of fairness")
    first = plan.objective.stages[0] if plan.objective.stages else plan.objective
    findings.compare("value", where, equity.fair.value, first.value)
    findings.compare("bound", where, equity.fair.bound, first.bound)
    sign, without = 1.0 if first.sense == "max" else -1.0, equity.without
    if without is None:
        findings.compare("price", where, equity.price, None)
        return
    slack = RELATIVE * max(1.0, abs(without.value))
    findings.compare("price", where, equity.price, sign * (without.value - equity.fair.value), tolerance=slack)
    most = None if without.bound is None else sign * (without.bound - equity.fair.value)
    findings.compare("price_at_most", where, equity.price_at_most, most, tolerance=slack)
