"""What is built: in the plan, at what was spent on it; how far the plan is built, counted again."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from planner.finance import Item
from planner.i18n import _
from planner.plan.verify.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import Link, PlanDocument, Progress

    Priced = list[tuple[Item, float]]
    Row = Mapping[Hashable, Any]

STANDS = ("contracted", "built", "working")
RELATIVE = 1e-9


def rows_of(basis: Basis) -> list[Row]:
    """Return the rows of the input."""
    return [] if basis.inputs.as_built is None else list(basis.inputs.as_built.to_dict("records"))


def rows_of_links(plan: PlanDocument, basis: Basis) -> dict[str, Row]:
    """Return the rows of the input by the id of the link that they tell of, which may lead the other way."""
    links = [*plan.links, *plan.backup_links]
    told = {(str(row["technology"]), *sorted((str(row["from"]), str(row["to"])))): row for row in rows_of(basis)}
    known = {link.id: told.get((link.technology, *sorted((link.tail, link.head)))) for link in links}
    return {name: row for name, row in known.items() if row is not None}


def at_paid(priced: Iterable[tuple[Item, float]], tax: float, capex: float, opex_per_year: float = math.nan) -> Priced:
    """Return items so that purchases, or a year of operation, are what was paid with tax; NaN: as estimated."""
    items = list(priced)
    for name, paid in (("capex", capex), ("opex_per_year", opex_per_year)):
        if math.isnan(paid):
            continue
        total = (1 + tax) * math.fsum(getattr(item, name) * number for item, number in items)
        if total > 0:
            items = [(_times(item, name, paid / total), number) for item, number in items]
        elif paid > 0:
            items.append((_times(Item("as built", 1.0, 1.0, None), name, paid / (1 + tax), alone=True), 1.0))
    return items


def _times(item: Item, name: str, factor: float, *, alone: bool = False) -> Item:
    capex = item.capex * factor if name == "capex" else 0.0 if alone else item.capex
    opex = item.opex_per_year * factor if name == "opex_per_year" else 0.0 if alone else item.opex_per_year
    return replace(item, capex=capex, opex_per_year=opex)


def link_at_paid(link: Link, priced: Priced, rows: Mapping[str, Row], tax: float) -> Priced:
    """Return the items of a link at what was spent on it, as they are where nothing is said."""
    row = rows.get(link.id)
    if row is None or row["status"] not in STANDS:
        return priced
    return at_paid(priced, tax, float(row["spent"]), float(row["spent_per_year"]))


def check_as_built(plan: PlanDocument, basis: Basis) -> Findings:
    """Check that what is built is in the plan, and count again how far the plan is built."""
    findings, rows = Findings(_("As built")), rows_of_links(plan, basis)
    links = {link.id: link for link in [*plan.links, *plan.backup_links]}
    if plan.objective.value is not None:
        there = {(row["technology"], row["from"], row["to"]) for row in rows.values()}
        for row in rows_of(basis):
            if row["status"] in STANDS:
                technology, tail, head = ends = row["technology"], row["from"], row["to"]
                name = f"{technology}:{tail}>{head}"
                findings.require(ends in there, _("in the plan, as it is built"), name, ends in there, True)
    stated = {row.link: row for row in plan.as_built}
    findings.compare(_("links of which something is known"), "as_built", len(plan.as_built), len(rows))
    for name, row in rows.items():
        if findings.require(name in stated, _("told"), name, None, name):
            told = stated[name]
            findings.compare("from", name, told.tail, row["from"])
            findings.compare("to", name, told.head, row["to"])
            findings.compare("status", name, told.status, row["status"])
            findings.compare("funder", name, told.funder, row["funder"] or None)
            for column in ("spent", "spent_per_year", "spent_equipment", "mbps"):
                said = None if math.isnan(row[column]) else float(row[column])
                findings.compare(column, name, getattr(told, column), said)
            findings.compare("load_mbps", name, told.load_mbps, links[name].load_mbps)
    _check_progress(plan, rows, findings)
    return findings


def _check_progress(plan: PlanDocument, rows: Mapping[str, Row], findings: Findings) -> None:
    sums: dict[tuple[str, str | None, str], list[float]] = defaultdict(lambda: [0, 0.0, 0])
    for link, region, people, offices, cents in _lines(plan) if rows else ():
        row = rows.get(link)
        status = row["status"] if row else "planned"
        funder = (row["funder"] or None) if row else None
        for key in (("all", None, status), ("region", region, status), ("funder", funder, status)):
            for place, more in enumerate((float(offices), people, float(cents))):
                sums[key][place] += more
    stated: dict[tuple[str, str | None, str], Progress] = {
        (told.by, told.group, told.status): told for told in plan.progress
    }
    findings.compare(_("rows of progress"), "progress", len(plan.progress), len(sums))
    for key, (number, reach, cost) in sums.items():
        where = ", ".join(str(part) for part in key if part)
        if findings.require(key in stated, _("told"), where, None, where):
            told = stated[key]
            findings.compare("offices", where, told.offices, round(number))
            findings.compare("people", where, told.people, reach, tolerance=RELATIVE * max(1.0, reach))
            findings.compare("capex", where, round(100 * told.capex), round(cost))


def _lines(plan: PlanDocument) -> Iterator[tuple[str, str | None, float, int, int]]:
    """Yield the link that each line counts with, region, people, offices and purchases in cents."""
    into = {link.head: link.id for link in [*plan.backup_links, *plan.links]}
    for link in [*plan.links, *plan.backup_links]:
        yield link.id, link.region, 0.0, 0, link.cents("capex")
    for mast in plan.masts:
        yield into.get(mast.place, ""), mast.region, 0.0, 0, mast.cents("capex")
    for office in plan.offices:
        if office.connected and office.before != "adequate":
            yield into.get(office.id, ""), office.region, office.people or 0.0, 1, office.cents("capex")
