"""The years of a plan, reckoned again from its lines: cash, order of works, benefit from the year of connection."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.i18n import _
from planner.plan.verify.as_built import STANDS, rows_of_links
from planner.plan.verify.findings import Findings
from planner.plan.verify.tree import ROOT_ID
from planner.scenario import Amount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import Link, Mast, Office, PlanDocument
    from planner.plan.verify.overall import PhaseYear
    from planner.plan.verify.tree import Tree
    from planner.scenario import Phase

RELATIVE = 1e-9
"""Sums of benefits and people, and of discount factors, may be taken in any order."""


def weight_of(year: int | None, basis: Basis) -> float:
    """Return what a benefit is worth that begins in a year: a sum over the years until the horizon, discounted."""
    phases, terms = basis.scenario.phases, basis.terms
    if year is None or not phases:
        return 1.0
    worth = [(1 + terms.discount_rate) ** -passed for passed in range(terms.horizon_years)]
    return math.fsum(worth[max(year - phases[0].year, 0) :]) / math.fsum(worth)


def check_phases(plan: PlanDocument, tree: Tree, basis: Basis) -> Findings:
    """Hold the years of a plan against its own lines and the phases of its scenario."""
    findings = Findings(_("Years"))
    phases = basis.scenario.phases if plan.objective.value is not None else ()
    findings.compare(_("phases"), basis.scenario.name, len(plan.phases), len(phases))
    _check_years(plan, {phase.year for phase in phases}, findings)
    if not phases:
        findings.compare("after_phases", basis.scenario.name, len(plan.after_phases), 0)
        return findings
    _check_order(plan, tree, findings)
    _check_begun(plan, phases[0].year, basis, findings)
    left = 0
    for stated, phase in zip(plan.phases, phases, strict=False):
        left = _check_phase(plan, stated, phase, left, basis, findings)
    _check_after(plan, phases[-1].year, basis.terms.funded_years, findings)
    return findings


def _bought(plan: PlanDocument) -> Iterator[Link | Mast | Office]:
    yield from plan.links
    yield from plan.backup_links
    yield from plan.masts
    yield from plan.offices


def _check_years(plan: PlanDocument, years: set[int], findings: Findings) -> None:
    """Check that every line that is bought has a year of the phases, and no other line has any."""
    for link in (*plan.links, *plan.backup_links):
        has = bool(years) and link.technology != "existing"
        findings.require((link.year in years) if has else link.year is None, _("year"), link.id, link.year, None)
    for mast in plan.masts:
        holds = mast.year in years if years else mast.year is None
        findings.require(holds, _("year"), mast.place, mast.year, None)
    for office in plan.offices:
        has = bool(years) and office.connected and office.before != "adequate"
        findings.require(
            (office.year in years) if has else office.year is None, _("year"), office.id, office.year, None
        )


def _check_order(plan: PlanDocument, tree: Tree, findings: Findings) -> None:
    """Check that nothing is built after what hangs on it."""
    masts = {mast.place: mast.year or 0 for mast in plan.masts}
    for link in plan.links:
        own = link.year or 0
        if link.tail != ROOT_ID and link.tail in tree.into:
            above = tree.into[link.tail].year or 0
            findings.require(
                above <= own, _("built no later than what hangs on it"), tree.into[link.tail].id, above, own
            )
        for place, height in ((link.tail, link.mast_from_m), (link.head, link.mast_to_m)):
            if height and place in masts:
                findings.require(
                    masts[place] <= own, _("built no later than what hangs on it"), place, masts[place], own
                )
    for office in plan.offices:
        if office.year is not None and office.id in tree.into:
            own = tree.into[office.id].year or 0
            findings.require(
                own <= office.year, _("built no later than what hangs on it"), tree.into[office.id].id, own, office.year
            )


def _check_begun(plan: PlanDocument, first: int, basis: Basis, findings: Findings) -> None:
    """Check that what is built, and the offices that it leads to, are bought in the first year."""
    built = {name: str(row["to"]) for name, row in rows_of_links(plan, basis).items() if row["status"] in STANDS}
    offices = {office.id: office for office in plan.offices}
    for link in plan.links:
        if link.id in built:
            findings.compare(_("year"), link.id, link.year, first)
            if built[link.id] in offices:
                findings.compare(_("year"), built[link.id], offices[built[link.id]].year, first)


def _operation(plan: PlanDocument, year: int, funded_years: int) -> int:
    """Return the cents of a year's operation of all lines that work in it and are still funded."""
    return sum(
        line.cents("opex_per_year")
        for line in _bought(plan)
        if line.year is not None and line.year <= year < line.year + funded_years
    )


def _check_phase(
    plan: PlanDocument, stated: PhaseYear, phase: Phase, left: int, basis: Basis, findings: Findings
) -> int:
    """Reckon one phase; return what is left for the next one."""
    where = str(phase.year)
    findings.compare("year", where, stated.year, phase.year)
    findings.compare("carry_over", where, stated.carry_over, phase.carry_over)
    findings.compare("max_works", where, stated.max_works, phase.max_works)
    if isinstance(phase.limit, Amount):
        findings.compare("limit", where, stated.cents("limit"), round(100 * phase.limit.amount))
    purchases = sum(line.cents("capex") for line in _bought(plan) if line.year == phase.year)
    operation = _operation(plan, phase.year, basis.terms.funded_years)
    available, spent = left + stated.cents("limit"), purchases + operation
    rest = available - spent
    for what, cents in (
        ("carried_in", left),
        ("available", available),
        ("purchases", purchases),
        ("operation", operation),
        ("spent", spent),
        ("carried_out", rest if phase.carry_over else 0),
        ("lapsed", 0 if phase.carry_over else rest),
    ):
        findings.compare(what, where, stated.cents(what), cents)
    findings.require(spent <= available, _("spent within the limit"), where, spent / 100, available / 100)
    new = [office for office in plan.offices if office.year == phase.year]
    findings.compare("offices", where, stated.offices, len(new))
    if phase.max_works is not None:
        findings.require(len(new) <= phase.max_works, "max_works", where, len(new), phase.max_works)
    for what, figure, expected in (
        ("people", stated.people, math.fsum(office.people or 0.0 for office in new)),
        ("benefit", stated.benefit, math.fsum(office.benefit for office in new)),
        ("weight", stated.weight, weight_of(phase.year, basis)),
    ):
        findings.compare(what, where, figure, expected, tolerance=RELATIVE * max(1.0, abs(expected)))
    return rest if phase.carry_over else 0


def _check_after(plan: PlanDocument, last: int, funded_years: int, findings: Findings) -> None:
    """Check the funded operation of the years after the last phase."""
    stated = {row.year: round(100 * row.operation) for row in plan.after_phases}
    years = {year: _operation(plan, year, funded_years) for year in range(last + 1, last + funded_years + 1)}
    expected = {year: cents for year, cents in years.items() if cents}
    for year in sorted(stated.keys() | expected.keys()):
        findings.compare("operation", str(year), stated.get(year), expected.get(year))
