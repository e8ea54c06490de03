"""What the benefit of each office is made of, from the inputs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.i18n import _
from planner.plan.verify.findings import Findings
from planner.plan.verify.phases import weight_of

if TYPE_CHECKING:
    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import PlanDocument

RELATIVE = 1e-9
"""Sums may be taken in any order."""


def check_index(plan: PlanDocument, basis: Basis) -> Findings:
    """Weigh the columns again, office by office, and add them up."""
    findings = Findings(_("Benefit by column"))
    index, weights, where = plan.benefit_index, basis.scenario.benefit.weights, _("benefit")
    findings.compare("catchment_km", where, index.catchment_km, basis.scenario.benefit.catchment_km)
    told = [(each.column, each.weight) for each in index.columns]
    findings.compare(_("weights"), where, str(told), str(list(weights.items())))
    wanting = [office for office in plan.offices if office.before != "adequate"]
    findings.compare(
        _("offices"), where, str([row.id for row in index.offices]), str([office.id for office in wanting])
    )
    sums = [[0.0, 0.0] for _column in weights]
    for row, office in zip(index.offices, wanting, strict=False):
        given = basis.offices.get(office.id)
        if not findings.require(given is not None, _("office of the inputs"), office.id, office.id, None):
            continue
        assert given is not None
        gain = 1.0
        if office.before == "insufficient" and not math.isnan(given["mbps_before"]):
            gain = 1.0 - min(1.0, given["mbps_before"] / given["demand_mbps"])
        for place, (column, weight) in enumerate(weights.items()):
            figure = float(given["people" if column == "people_underserved" else column])
            at_once = gain * weight * figure
            part = at_once * (1.0 if office.year is None else weight_of(office.year, basis))
            stated = row.parts[place] if place < len(row.parts) else None
            findings.compare(column, office.id, stated, part, tolerance=RELATIVE * max(1.0, part))
            sums[place][0] += at_once
            sums[place][1] += part if office.connected else 0.0
    for summed, (total, gained) in zip(index.columns, sums, strict=False):
        slack = RELATIVE * max(1.0, total)
        findings.compare("all", summed.column, summed.all, total, tolerance=slack)
        findings.compare("gained", summed.column, summed.gained, gained, tolerance=slack)
    return findings
