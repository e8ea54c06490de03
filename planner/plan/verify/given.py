"""What a plan repeats from its scenario and inputs: offices, places, settings."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from planner.i18n import _
from planner.plan.verify.findings import Findings
from planner.plan.verify.phases import RELATIVE, weight_of
from planner.scenario import Amount

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from planner.inputs import Inputs
    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import Office, PlanDocument
    from planner.plan.verify.findings import Value
    from planner.scenario import Scenario

SYNTHETIC = "SYNTHETIC"
"""Word in the scenario's name or description by which a made-up country says so."""
DATASET_KEYS = ("group", "file", "layer", "in_file", "read", "used", "excluded")
PROBLEM_KEYS = ("code", "file", "row", "column", "value", "severity")
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
    rows = basis.offices
    stated = {office.id: office for office in plan.offices}
    for name in sorted(rows.keys() | stated.keys()):
        findings.compare(_("is an office of the inputs"), name, name in stated, name in rows)
    excluded = set(basis.scenario.limits.exclude)
    for name in rows.keys() & stated.keys():
        _check_office(stated[name], rows[name], basis, findings)
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
    first, several = scenario.objective[0], len(scenario.objective) > 1
    where = _("scenario")
    for what, stated, recomputed in (
        ("name", plan.scenario.name, scenario.name),
        ("hash", plan.scenario.hash, scenario.hash),
        ("currency", plan.scenario.currency, money.currency),
        ("price_year", plan.scenario.price_year, money.price_year),
        ("horizon_years", plan.scenario.horizon_years, money.horizon_years),
        ("funded_years", plan.scenario.funded_years, money.funded_years),
        ("discount_rate", plan.scenario.discount_rate, money.discount_rate),
        ("availability", plan.scenario.availability, scenario.service.availability),
        ("real_discount_rate", plan.scenario.real_discount_rate, basis.terms.discount_rate),
        ("second_currency", _text(plan.scenario.second_currency), _text(_second_currency(scenario))),
        ("objective", plan.objective.name, "lexicographic" if several else first.measure),
        # Of several, the ledger finds the one that is told.
        ("sense", plan.objective.sense, plan.objective.sense if several else first.sense),
        ("requested_gap", plan.objective.requested_gap, scenario.solver.gap),
        ("synthetic", plan.data.synthetic, any(SYNTHETIC in text for text in (scenario.name, scenario.description))),
    ):
        findings.compare(what, where, _plain(stated), _plain(recomputed))
    _check_budgets(plan, scenario, findings)
    findings.compare("limits", where, _text(plan.limits), _text(scenario.limits.model_dump(mode="json")))
    asked = None if first.target is None else first.target.model_dump(exclude_defaults=True)
    told = None if plan.objective.target is None else plan.objective.target.model_dump(exclude_defaults=True)
    findings.compare("target", where, _text(told), _text(asked))
    if several and plan.objective.value is not None:
        stages = [(stage.name, stage.sense) for stage in plan.objective.stages]
        findings.compare(
            "stages", where, _text(stages), _text([(each.measure, each.sense) for each in scenario.objective])
        )
    else:
        findings.compare("stages", where, len(plan.objective.stages), 0)


def _second_currency(scenario: Scenario) -> dict[str, Any] | None:
    second = scenario.money.second_currency
    return None if second is None else {"currency": second.currency, "rate": second.rate, "source": second.source}


def _check_budgets(plan: PlanDocument, scenario: Scenario, findings: Findings) -> None:
    """Compare the budget rows with the scenario's; one that is a share of connecting all has no amount there."""
    findings.compare(_("budgets"), scenario.name, len(plan.budgets), len(scenario.budgets))
    for stated, asked in zip(plan.budgets, scenario.budgets, strict=False):
        findings.compare("name", asked.name, stated.name, asked.name)
        findings.compare("measure", asked.name, stated.measure, asked.measure)
        scope = {name: names for name, names in asked.scope.model_dump(mode="json").items() if names}
        findings.compare("scope", asked.name, _text(stated.scope), _text(scope))
        if isinstance(asked.limit, Amount):
            findings.compare("limit", asked.name, stated.cents("limit"), round(100 * asked.limit.amount))


def _check_data(plan: PlanDocument, inputs: Inputs, findings: Findings) -> None:
    """Compare what the plan says of its inputs with what reading them says now."""
    data, where = plan.data, "data"
    excluded = sum(problem.severity == "excluded" for problem in inputs.problems)
    findings.compare("rows_excluded", where, data.rows_excluded, excluded)
    # Only what readers act on: wording may change between versions of the program.
    for what, keys, stated, recomputed in (
        ("datasets", DATASET_KEYS, data.datasets, [asdict(dataset) for dataset in inputs.datasets]),
        ("problems", PROBLEM_KEYS, data.problems, [problem.as_dict() for problem in inputs.problems]),
    ):
        findings.compare(what, where, len(stated), len(recomputed))
        for one, other in zip(stated, recomputed, strict=False):
            for key in keys:
                findings.compare(f"{what}: {key}", str(other["file"]), one.get(key), other[key])


def _check_office(office: Office, row: Mapping[Hashable, Any], basis: Basis, findings: Findings) -> None:
    for column in SAME_NAME:
        findings.compare(column, office.id, getattr(office, column), _plain(row[column]))
    findings.compare("region", office.id, office.region, row["region"] or None)
    findings.compare("before", office.id, office.before, row["status_before"])
    benefit = 0.0 if row["status_before"] == "adequate" else float(row["benefit"])
    benefit *= weight_of(office.year, basis)
    findings.compare("benefit", office.id, office.benefit, benefit, tolerance=RELATIVE * abs(benefit))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _plain(value: Any) -> Value:
    """Return a figure of the inputs as the plan writes it: null for what is not known."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
