"""Services that offices can offer, counted again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.i18n import _
from planner.plan.verify.findings import Findings

if TYPE_CHECKING:
    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import PlanDocument

RELATIVE = 1e-9
"""People may be added in any order."""


def check_enabled(plan: PlanDocument, basis: Basis) -> Findings:
    """Count offices and people by service, by what the scenario asks of each."""
    findings = Findings(_("Services enabled"))
    asked = basis.scenario.service.enables
    findings.compare(_("services"), basis.scenario.name, str([each.name for each in plan.services]), str(list(asked)))
    for stated in plan.services:
        need = asked.get(stated.name)
        if need is None:
            continue
        for what, told, expected in (
            ("min_mbps", stated.min_mbps, need.min_mbps),
            ("availability", stated.availability, need.availability),
            ("source", stated.source, need.source),
        ):
            findings.compare(what, stated.name, told, expected)
        able = [
            office
            for office in plan.offices
            if office.connected
            and office.demand_mbps >= need.min_mbps
            and (office.availability or 0.0) >= need.availability
        ]
        new = [office for office in able if office.before != "adequate"]
        findings.compare("offices", stated.name, stated.offices, len(able))
        findings.compare("offices_gained", stated.name, stated.offices_gained, len(new))
        for what, told, offices in (("people", stated.people, able), ("people_gained", stated.people_gained, new)):
            people = math.fsum(office.people_total or 0.0 for office in offices)
            findings.compare(what, stated.name, told, people, tolerance=RELATIVE * max(1.0, people))
    return findings
