"""What an explanation says of failures: the second path of an office, and what cuts off whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _, ngettext
from planner.wording import number

if TYPE_CHECKING:
    from planner.plan.failures import Failure
    from planner.plan.model import Plan


def resilience_of_office(plan: Plan, office: str) -> tuple[str, ...]:
    """Return the second path of an office, and which of all that it hangs from cuts off most people."""
    told = []
    bought = set(plan.backup_links["id"])
    for backup in plan.backups:
        if backup["office"] == office:
            steps = [step["link"] + (" *" if step["link"] in bought else "") for step in backup["path"]]
            told.append(_("Second path (* bought for second paths): {links}").format(links=" → ".join(steps)))
    above = _above(plan, office)
    worst = max(above, key=lambda each: (each.people, each.offices), default=None)
    if worst is not None:
        text = ngettext(
            "Of all that it hangs from, the failure of {what} would cut off most people: {people} at {n} office.",
            "Of all that it hangs from, the failure of {what} would cut off most people: {people} at {n} offices.",
            worst.offices,
        )
        told.append(text.format(what=worst.words, people=number(worst.people), n=worst.offices))
    return tuple(told)


def _above(plan: Plan, office: str) -> list[Failure]:
    """Return the failures of the places and spans on the first path of an office, itself not counted."""
    into = dict(zip(plan.links["to"], plan.links["id"], strict=True))
    tail = dict(zip(plan.links["to"], plan.links["from"], strict=True))
    names, at = set(), office
    while at in into:
        names |= {into[at], tail[at]}
        at = tail[at]
    return [failure for failure in plan.failures.every if failure.id in names]


def resilience_of_link(plan: Plan, link: str) -> tuple[str, ...]:
    """Return whom the failure of a link cuts off, and whose second path runs over it."""
    told = []
    failure = plan.failures.of(link)
    if failure is not None:
        text = ngettext(
            "If it fails, {n} office with {people} people within its reach is cut off.",
            "If it fails, {n} offices with {people} people within their reach are cut off.",
            failure.offices,
        )
        told.append(text.format(n=failure.offices, people=number(failure.people)))
    offices = [each["office"] for each in plan.backups if link in {step["link"] for step in each["path"]}]
    if offices:
        told.append(_("The second path of these offices uses it: {ids}.").format(ids=", ".join(offices)))
    return tuple(told)
