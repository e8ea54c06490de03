"""What second paths cost, and what a single failure cuts off, as sentences and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _, ngettext
from planner.wording import money, number

if TYPE_CHECKING:
    from planner.plan.model import Plan


def resilience_lines(plan: Plan) -> list[str]:
    """Return what second paths cost, and which failure cuts off most people, with them and without them."""
    worst, without = plan.failures.worst, plan.failures.worst_without
    lines = []
    if plan.backups:
        cost, currency = plan.backup_cost, plan.scenario["currency"]
        text = ngettext(
            "{n} office has a second path that shares no relay and no span with the first. Links added for "
            "that: {links}; it costs {programme} of programme cost, masts and transit included: {capex} once, "
            "{opex} a year.",
            "{n} offices have a second path that shares no relay and no span with the first. Links added for "
            "that: {links}; it costs {programme} of programme cost, masts and transit included: {capex} once, "
            "{opex} a year.",
            len(plan.backups),
        )
        lines.append(
            text.format(
                n=number(len(plan.backups)),
                links=number(len(plan.backup_links)),
                programme=money(100 * cost["programme_cost"], currency),
                capex=money(100 * cost["capex"], currency),
                opex=money(100 * cost["opex_per_year"], currency),
            )
        )
    if worst is not None:
        text = ngettext(
            "The single failure that cuts off most people is that of {what}: {people} people at {offices} office.",
            "The single failure that cuts off most people is that of {what}: {people} people at {offices} offices.",
            worst.offices,
        )
        lines.append(
            text.format(what=worst.told(called(plan)), people=number(worst.people), offices=number(worst.offices))
        )
    if plan.backups and without is not None:
        text = _("Without the second paths it would be that of {what}: {people} at {offices} offices.")
        lines.append(
            text.format(
                what=without.told(called(plan)),
                people=number(without.people_without),
                offices=number(without.offices_without),
            )
        )
    return lines


def failure_rows(plan: Plan, most: int) -> list[tuple[str, ...]]:
    """Return the worst failures: what fails; offices and people cut off, and how many if there were no second paths."""
    names = called(plan)
    rows = []
    for failure in plan.failures.every[:most]:
        counts = (failure.offices, failure.people, failure.offices_without, failure.people_without)
        rows.append((failure.told(names), *map(number, counts[: len(failure_headings(plan))])))
    return rows


def failure_headings(plan: Plan) -> tuple[str, ...]:
    """Return the headings of the figures in `failure_rows`; what second paths change is told where there are any."""
    cut_off = (_("Offices cut off"), _("People cut off"))
    return (*cut_off, _("Offices without second paths"), _("People without second paths")) if plan.backups else cut_off


def called(plan: Plan) -> dict[str, str]:
    """Return by which name and id offices are told; of those without a name nothing."""
    pairs = zip(plan.offices["id"], plan.offices["name"], strict=True)
    return {name: f"{title} ({name})" for name, title in pairs if title and title != name}


def second_path_rows(plan: Plan) -> list[tuple[str, str, str, str]]:
    """Return the office, its first and its second path, and how many links of that were bought for second paths."""
    bought = set(plan.backup_links["id"])
    into = dict(zip(plan.links["to"], plan.links["id"], strict=True))
    tail = dict(zip(plan.links["to"], plan.links["from"], strict=True))
    rows = []
    for backup in plan.backups:
        first, at = [], backup["office"]
        while at in into:
            first.append(into[at])
            at = tail[at]
        second = [step["link"] for step in backup["path"]]
        rows.append(
            (backup["office"], " → ".join(first[::-1]), " → ".join(second), number(len(bought.intersection(second))))
        )
    return rows
