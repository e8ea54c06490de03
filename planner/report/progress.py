"""How far a plan is built, as sentences and as a table; and the sheet in which the next state is filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.i18n import _, ngettext
from planner.inputs.as_built import PLANNED
from planner.plan.progress import ALL, FUNDER, REGION
from planner.plan.what_if import some
from planner.wording import number

if TYPE_CHECKING:
    from planner.plan.model import Plan

MONITORED = (
    "from", "to", "technology", "option", "status", "spent", "spent_per_year", "spent_equipment", "mbps", "funder",
)  # fmt: skip
"""Columns of the input ``as_built``, in the order in which they are written for filling in."""


def progress_lines(plan: Plan) -> list[str]:
    """Return which links deliver less than they have to carry, of those that were measured."""
    measured = [row for row in plan.as_built if row["mbps"] is not None]
    if not measured:
        return []
    slow = [row["link"] for row in measured if row["mbps"] < row["load_mbps"]]
    text = ngettext("{n} link was measured.", "{n} links were measured.", len(measured))
    lines = [text.format(n=number(len(measured)))]
    if slow:
        text = ngettext(
            "{n} of them delivers less than the offices beyond it demand: {ids}.",
            "{n} of them deliver less than the offices beyond them demand: {ids}.",
            len(slow),
        )
        lines.append(text.format(n=number(len(slow)), ids=some(slow)))
    return [" ".join(lines)]


def progress_notes(plan: Plan) -> list[str]:
    """Return how the purchases by funder hang together with what funders pay."""
    names = {funder["name"] for funder in plan.funders}
    if not any(row["funder"] in names and row["status"] != "planned" for row in plan.as_built):
        return []
    return [
        _(
            "By funder everything counts that belongs to a link. What was entered as spent is charged to the funder of "
            "the row in full; the rest of these purchases, masts among it, is shared out among the funders by their "
            "terms."
        )
    ]


def progress_table(plan: Plan) -> tuple[tuple[str, str], tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return headings of texts and of figures, and the rows: offices, people and purchases by status."""
    statuses = {
        "planned": _("planned"),
        "contracted": _("contracted"),
        "built": _("built"),
        "working": _("working"),
    }
    rows = tuple(
        (_group(row), statuses[row["status"]], number(row["offices"]), number(row["people"]), number(row["capex"]))
        for row in plan.progress
    )
    return (_("Part of the plan"), _("Status")), (_("Offices"), _("People"), _("Purchases")), rows


def _group(row: dict[str, Any]) -> str:
    if row["by"] == ALL:
        return _("everything")
    if row["by"] == REGION:
        return _("region {name}").format(name=row["group"]) if row["group"] else _("no region")
    assert row["by"] == FUNDER
    return _("funder {name}").format(name=row["group"]) if row["group"] else _("no funder")


def monitored_rows(plan: Plan) -> list[tuple[Any, ...]]:
    """Return the links of a plan in the columns of the input ``as_built``: what was said of them, the rest empty.

    An estimate written as an amount would be read again as money that somebody has paid. A row leads as the plan's link
    does, but for one that says what equipment cost: that belongs to the office where the row leads.
    """
    told = {row["link"]: row for row in plan.as_built}
    unsaid = dict.fromkeys(MONITORED) | {"status": PLANNED}
    rows = []
    for link in plan.all_links[plan.all_links["technology"] != "existing"].to_dict("records"):
        said = unsaid | told.get(link["id"], {})
        row = said | {name: link[name] for name in ("from", "to", "technology", "option")}
        if said["spent_equipment"] is not None:
            row |= {name: said[name] for name in ("from", "to")}
        rows.append(tuple(row[name] for name in MONITORED))
    return rows
