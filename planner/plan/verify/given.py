"""What a plan repeats from its scenario and inputs: offices, places, settings."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from planner.i18n import _
from planner.plan.verify.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from planner.inputs import Inputs
    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import Office, PlanDocument
    from planner.plan.verify.findings import Value

SAME_NAME = (
    "name",
    "lon",
    "lat",
    "kind",
    "demand_mbps",
    "people",
    "people_total",
    "position_known",
    "monthly_cost_before",
)
"""Columns of the offices that the plan repeats under the same name."""


def check_given(plan: PlanDocument, basis: Basis) -> Findings:
    """Compare what the plan repeats with scenario and inputs."""
    findings = Findings(_("Scenario and offices"))
    _check_settings(plan, basis, findings)
    _check_data(plan, basis.inputs, findings)
    rows = {str(row["id"]): row for row in basis.inputs.offices.to_dict("records")}
    stated = {office.id: office for office in plan.offices}
    for name in sorted(rows.keys() | stated.keys()):
        findings.compare(_("is an office of the inputs"), name, name in stated, name in rows)
    excluded = set(basis.scenario.limits.exclude)
    for name in rows.keys() & stated.keys():
        _check_office(stated[name], rows[name], findings)
        if plan.objective.value is not None:
            keeps = stated[name].technology == "existing"
            findings.compare(_("keeps what it has"), name, keeps, rows[name]["status_before"] == "adequate")
        findings.require(
            not (stated[name].connected and name in excluded and stated[name].before != "adequate"),
            _("excluded by the scenario"), name, stated[name].connected, False,
        )  # fmt: skip
    return findings


def _check_settings(plan: PlanDocument, basis: Basis, findings: Findings) -> None:
    scenario, money = basis.scenario, basis.scenario.money
    where = _("scenario")
    for what, stated, recomputed in (
        ("name", plan.scenario.name, scenario.name),
        ("hash", plan.scenario.hash, scenario.hash),
        ("currency", plan.scenario.currency, money.currency),
        ("price_year", plan.scenario.price_year, money.price_year),
        ("horizon_years", plan.scenario.horizon_years, money.horizon_years),
        ("funded_years", plan.scenario.funded_years, money.funded_years),
        ("discount_rate", plan.scenario.discount_rate, money.discount_rate),
        ("requested_gap", plan.objective.requested_gap, scenario.solver.gap),
        ("budgets", [budget.name for budget in plan.budgets], [budget.name for budget in scenario.budgets]),
    ):
        findings.compare(what, where, _plain(stated), _plain(recomputed))
    findings.compare("limits", where, _text(plan.limits), _text({"exclude": scenario.limits.exclude}))


def _check_data(plan: PlanDocument, inputs: Inputs, findings: Findings) -> None:
    """Compare what the plan says of its inputs with what reading them says now."""
    data, where = plan.data, "data"
    excluded = sum(problem.severity == "excluded" for problem in inputs.problems)
    findings.compare("rows_excluded", where, data.rows_excluded, excluded)
    for what, stated, recomputed in (
        ("datasets", data.datasets, [asdict(dataset) for dataset in inputs.datasets]),
        ("problems", data.problems, [problem.as_dict() for problem in inputs.problems]),
    ):
        findings.compare(what, where, len(stated), len(recomputed))
        for one, other in zip(stated, recomputed, strict=False):
            findings.compare(what, where, _text(one), _text(other))


def _check_office(office: Office, row: Mapping[Hashable, Any], findings: Findings) -> None:
    for column in SAME_NAME:
        findings.compare(column, office.id, getattr(office, column), _plain(row[column]))
    findings.compare("region", office.id, office.region, row["region"] or None)
    findings.compare("before", office.id, office.before, row["status_before"])
    benefit = 0.0 if row["status_before"] == "adequate" else float(row["benefit"])
    findings.compare("benefit", office.id, office.benefit, benefit)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _plain(value: Any) -> Value:
    """Return a figure of the inputs as the plan writes it: null for what is not known."""
    if isinstance(value, list):
        return ", ".join(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
