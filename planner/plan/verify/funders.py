"""Who pays: every cent of every line, by somebody who may pay for it, within what each funder has."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from planner.i18n import _
from planner.plan.verify.as_built import STANDS, rows_of_links
from planner.plan.verify.findings import Findings
from planner.plan.verify.tree import ROOT_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import PlanDocument
    from planner.plan.verify.overall import Funder as Stated
    from planner.plan.verify.overall import Payment
    from planner.plan.verify.tree import Tree
    from planner.scenario import Funder

Name = tuple[str, str]
"""What a line is, and its id."""
MASTS = "masts"
RELATIVE = 1e-9
"""Shares of people may be added in any order."""


@dataclass(frozen=True)
class _Line:
    """A line of the plan as funders look at it; cents."""

    region: str | None
    technology: str | None
    kind: str | None
    capex: int
    opex_per_year: int


def check_funders(plan: PlanDocument, tree: Tree, basis: Basis) -> Findings:
    """Hold what funders pay against their conditions and against the costs of the plan."""
    findings = Findings(_("Funders"))
    asked = basis.scenario.funders
    findings.compare(_("funders"), basis.scenario.name, len(plan.funders), len(asked))
    if not asked or len(plan.funders) != len(asked):
        return findings
    lines = dict(_lines(plan))
    funded = basis.scenario.money.funded_years
    paid = _paid(plan, basis)
    for stated, funder in zip(plan.funders, asked, strict=True):
        _check_settings(stated, funder, funded, findings)
        _check_sums(stated, lines, findings)
        for payment in stated.payments:
            if payment.cost_kind == "opex" or (payment.line, payment.id) not in paid:
                _check_eligible(payment, funder, lines, funded, findings)
    _check_paid(plan, lines, paid, findings)
    _check_bills(plan, asked, lines, funded, paid, findings)
    _check_people(plan, tree, findings)
    return findings


def _paid(plan: PlanDocument, basis: Basis) -> dict[Name, str]:
    """Return who has paid for the purchases of what stands, of those lines of which the input says what was spent."""
    paid: dict[Name, str] = {}
    names = {funder.name for funder in basis.scenario.funders}
    for link, row in rows_of_links(plan, basis).items():
        if row["status"] in STANDS and row["funder"] in names:
            if not math.isnan(row["spent"]):
                paid["link", link] = row["funder"]
            if not math.isnan(row["spent_equipment"]):
                paid["office", str(row["to"])] = row["funder"]
    return paid


def _check_paid(plan: PlanDocument, lines: dict[Name, _Line], paid: dict[Name, str], findings: Findings) -> None:
    """Check that what a funder has paid for what stands is charged to that funder, and to nobody else."""
    charged: dict[Name, set[str]] = defaultdict(set)
    for stated in plan.funders:
        for payment in stated.payments:
            if payment.cost_kind == "capex":
                charged[payment.line, payment.id].add(stated.name)
    for name, funder in paid.items():
        if name in lines and lines[name].capex > 0:
            findings.compare(_("who has paid for what stands"), name[1], str(sorted(charged[name])), str([funder]))


def _lines(plan: PlanDocument) -> Iterator[tuple[Name, _Line]]:
    kinds = {office.id: office.kind for office in plan.offices}
    for link in plan.links:
        cents = link.cents("capex"), link.cents("opex_per_year")
        yield ("link", link.id), _Line(link.region, link.technology, kinds.get(link.head), *cents)
    for mast in plan.masts:
        cents = mast.cents("capex"), mast.cents("opex_per_year")
        yield ("mast", mast.place), _Line(mast.region, None, kinds.get(mast.place), *cents)
    for office in plan.offices:
        cents = office.cents("capex"), office.cents("opex_per_year")
        yield ("office", office.id), _Line(office.region, office.technology, office.kind, *cents)


def _check_settings(stated: Stated, funder: Funder, funded: int, findings: Findings) -> None:
    """Compare what is said of a funder with the scenario."""
    scope = {name: list(names) for name, names in funder.scope.model_dump().items() if names}
    years = (funder.opex_years or funded) if "opex" in funder.cost_kinds else 0
    for what, told, expected in (
        ("name", stated.name, funder.name),
        ("amount", round(100 * stated.amount), round(100 * funder.amount)),
        ("scope", str(sorted(stated.scope.items())), str(sorted(scope.items()))),
        ("cost_kinds", str(stated.cost_kinds), str(list(funder.cost_kinds))),
        ("opex_years", stated.opex_years, years),
        ("match", stated.match, funder.match),
    ):
        findings.compare(what, funder.name, told, expected)


def _check_sums(stated: Stated, lines: dict[Name, _Line], findings: Findings) -> None:
    """Add up what a funder pays: in all, by kind of cost, by region and by technology."""
    paid, where = 0, stated.name
    kinds: dict[str, int] = defaultdict(int)
    regions: dict[str | None, int] = defaultdict(int)
    technologies: dict[str | None, int] = defaultdict(int)
    for payment in stated.payments:
        cents, line = _cents(payment.amount), lines.get((payment.line, payment.id))
        if line is None:
            continue  # noted as not eligible
        paid += cents
        kinds[payment.cost_kind] += cents
        regions[line.region] += cents
        technologies[MASTS if payment.line == "mast" else line.technology] += cents
    findings.compare(_("paid, in cents"), where, _cents(stated.paid), paid)
    findings.require(paid <= _cents(stated.amount), _("paid within the amount"), where, stated.paid, stated.amount)
    findings.compare(_("left, in cents"), where, _cents(stated.left), _cents(stated.amount) - paid)
    findings.compare("capex", where, _cents(stated.capex), kinds["capex"])
    findings.compare("opex", where, _cents(stated.opex), kinds["opex"])
    told = {part.region: _cents(part.paid) for part in stated.regions}
    findings.compare(_("paid by region, in cents"), where, _text(told), _text(regions))
    by_technology: dict[str | None, int] = {part.technology: _cents(part.paid) for part in stated.technologies}
    findings.compare(_("paid by technology, in cents"), where, _text(by_technology), _text(technologies))


def _check_eligible(
    payment: Payment, funder: Funder, lines: dict[Name, _Line], funded: int, findings: Findings
) -> None:
    """Check that a funder pays for nothing but what its conditions allow."""
    line, scope = lines.get((payment.line, payment.id)), funder.scope
    years = 0 if "opex" not in funder.cost_kinds else funder.opex_years or funded
    allowed = line is not None and all(
        not names or value in names
        for names, value in (
            (scope.regions, line.region), (scope.technologies, line.technology), (scope.kinds, line.kind),
        )
    )  # fmt: skip
    if payment.cost_kind == "capex":
        in_time = "capex" in funder.cost_kinds and payment.from_year is None and payment.to_year is None
    else:
        first, last = payment.from_year or 0, payment.to_year or 0
        in_time = 1 <= first <= last <= years
    findings.require(allowed and in_time, _("paid for what it may pay for"), funder.name, payment.id, None)


def _check_bills(
    plan: PlanDocument,
    asked: tuple[Funder, ...],
    lines: dict[Name, _Line],
    funded: int,
    paid: dict[Name, str],
    findings: Findings,
) -> None:
    """Check that each line is paid once to the cent: its purchase, and each funded year of its operation."""
    bills: dict[tuple[Name, int, int], list[tuple[Funder, int]]] = defaultdict(list)
    for stated, funder in zip(plan.funders, asked, strict=True):
        for payment in stated.payments:
            span = payment.from_year or 0, payment.to_year or 0
            bills[(payment.line, payment.id), *span].append((funder, _cents(payment.amount)))
    years: dict[Name, list[int]] = defaultdict(list)
    for (name, first, last), shares in bills.items():
        line = lines.get(name)
        if line is None:
            continue
        cost = line.capex if last == 0 else (last - first + 1) * line.opex_per_year
        years[name] += range(first, last + 1)
        findings.compare(_("paid by all funders, in cents"), name[1], sum(cents for _funder, cents in shares), cost)
        for funder, cents in shares if last or name not in paid else ():
            most = math.ceil(Fraction(str(funder.match)) * cost)
            findings.require(cents <= most, _("within the matching rate"), f"{funder.name}, {name[1]}", cents, most)
    for name, line in lines.items():
        expected = [0] * (line.capex > 0) + list(range(1, funded + 1)) * (line.opex_per_year > 0)
        findings.compare(_("purchases (0) and years that are paid"), name[1], str(sorted(years[name])), str(expected))


def _check_people(plan: PlanDocument, tree: Tree, findings: Findings) -> None:
    """Share the people of each office in proportion to who pays for it and for its part of what it hangs from."""
    gains = {office.id: office for office in plan.offices if office.connected and office.before != "adequate"}
    drawing = {office.id for office in plan.offices if office.connected}
    beyond: dict[str, int] = defaultdict(int)
    for place in reversed(tree.order):
        beyond[place] += (place in drawing) and tree.into[place].technology != "existing"
        beyond[tree.into[place].tail] += beyond[place]
    own: list[dict[str, float]] = []
    chains: list[dict[str, float]] = []
    for stated in plan.funders:
        paid: dict[Name, int] = defaultdict(int)
        for payment in stated.payments:
            paid[payment.line, payment.id] += _cents(payment.amount)
        chain: dict[str, float] = {ROOT_ID: 0.0}
        for place in tree.order:
            link = tree.into[place]
            here = paid["link", link.id] + paid["mast", place]
            chain[place] = chain[link.tail] + here / max(beyond[place], 1)
        own.append({name: float(paid["office", name]) for name in gains})
        chains.append(chain)
    for number, stated in enumerate(plan.funders):
        parts = {}
        for name in gains:
            costs = [mine[name] + chain.get(name, 0.0) for mine, chain in zip(own, chains, strict=True)]
            parts[name] = costs[number] / sum(costs) if sum(costs) else 0.0
        findings.compare("offices", stated.name, stated.offices, sum(part > 0 for part in parts.values()))
        people = math.fsum(part * (gains[name].people or 0.0) for name, part in parts.items())
        slack = RELATIVE * max(1.0, people)
        findings.compare("people", stated.name, stated.people, people, tolerance=slack)


def _cents(amount: float) -> int:
    return round(100 * amount)


def _text(sums: dict[str | None, int]) -> str:
    return str(sorted((name or "", cents) for name, cents in sums.items()))
