"""What second paths cost: their links, what masts cost more than they would without them, and transit."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from planner.i18n import _
from planner.plan.verify.along import RoadFinder
from planner.plan.verify.cashflow import agrees, line_amounts
from planner.plan.verify.masts import mast_prices
from planner.plan.verify.overall import MEASURES
from planner.plan.verify.regional import factors_at, with_surcharges
from planner.plan.verify.tree import FROM_ROOT, antenna_heights

if TYPE_CHECKING:
    from planner.finance import Item
    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import Mast, PlanDocument
    from planner.plan.verify.findings import Findings
    from planner.plan.verify.overall import Measure
    from planner.plan.verify.tree import Tree

OWN: tuple[Measure, ...] = ("capex", "opex_per_year", "present_value")
"""Columns that are reckoned from items; programme cost follows from the first two."""


def check_backup_cost(plan: PlanDocument, tree: Tree, basis: Basis, findings: Findings) -> None:
    """Compare what a plan says that second paths cost with what their lines, and taller masts, add up to."""
    exact = {measure: Decimal(sum(link.cents(measure) for link in plan.backup_links)) for measure in OWN}
    lines = 0
    alone_m, places = antenna_heights(plan.links), {place.id: place for place in plan.places}
    roads, ladder_m = RoadFinder(basis.inputs.roads, ()), {None, *basis.prices.ladder_m.tolist()}
    touched = antenna_heights(plan.backup_links)
    for mast in plan.masts:
        height_m = alone_m.get(mast.place)
        known = mast.place in basis.sites and {height_m, mast.height_m} <= ladder_m  # else said already
        if mast.place not in touched or height_m == mast.height_m or not known:
            continue
        lines += 1
        tracks = mast_prices(mast, mast.height_m, places.get(mast.place), basis, roads)
        track = next((row for row, some in enumerate(tracks) if agrees(mast, some, basis.terms)), 0)
        lower = [] if height_m is None else mast_prices(mast, height_m, places.get(mast.place), basis, roads)[track]
        _add(exact, mast, lower, basis)
    for office, items in _transit(plan, tree, basis):
        lines += 1
        amounts = line_amounts(with_surcharges(items, factors_at([office], basis)), basis.terms)
        for measure in OWN:
            exact[measure] += getattr(amounts, measure)
    funded = basis.terms.funded_years
    programme = exact["capex"] + funded * exact["opex_per_year"]
    for measure in MEASURES:
        stated = round(100 * plan.backup_cost.get(measure, 0.0))
        expected = programme if measure == "programme_cost" else exact[measure]
        # Each line that is not in the plan is rounded by itself.
        slack = lines * (1 + funded)
        findings.require(
            abs(stated - expected) <= slack, measure, _("second paths"), stated / 100, float(round(expected / 100, 2))
        )


def _add(exact: dict[Measure, Decimal], mast: Mast, lower: list[tuple[Item, float]], basis: Basis) -> None:
    """Add what a mast costs more than the lower one that would do without second paths."""
    amounts = line_amounts(lower, basis.terms)
    for measure in OWN:
        exact[measure] += mast.cents(measure) - getattr(amounts, measure)


def _transit(plan: PlanDocument, tree: Tree, basis: Basis) -> list[tuple[str | None, list[tuple[Item, float]]]]:
    """Return region and transit of the offices whose second path alone begins at a source."""
    technology = {link.id: link.technology for link in [*plan.links, *plan.backup_links]}
    offices = {office.id: office for office in plan.offices}
    told = []
    for backup in plan.backups:
        office = offices.get(backup.office)
        if office is None or office.id not in tree.into or not backup.path:
            continue
        begins = technology.get(backup.path[0].link) in FROM_ROOT
        if begins and tree.first(office.id).technology not in FROM_ROOT:
            told.append((office.region, [(item, office.demand_mbps) for item in basis.prices.transit_items]))
    return told
