"""Why a row of somebody else's plan cannot be priced, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from planner.i18n import _
from planner.wording import number

if TYPE_CHECKING:
    from collections.abc import Iterable


class Reason(NamedTuple):
    """Why a row is refused, and in which column the cause stands."""

    code: str
    column: Literal["office", "technology", "parent"]
    message: str
    remedy: str


def unknown_office() -> Reason:
    """Say that no place has the id."""
    return Reason(
        "unknown-office",
        "office",
        _("No office or place of the scenario has this id."),
        _("Use the ids of the scenario's offices."),
    )


def excluded_office() -> Reason:
    """Say that the scenario leaves the office out."""
    return Reason(
        "excluded-office",
        "office",
        _("The scenario excludes this office (limits.exclude)."),
        _("Leave the row out, or take the office out of limits.exclude."),
    )


def duplicate_office(row: int) -> Reason:
    """Say that an earlier row names the same place."""
    message = _("Row {row} names this office already.").format(row=row)
    return Reason("duplicate-office", "office", message, _("Name each office once."))


def unknown_technology(offered: Iterable[str]) -> Reason:
    """Say that the word means nothing, or that the scenario does not allow it."""
    return Reason(
        "unknown-technology",
        "technology",
        _("This technology is not offered in the scenario."),
        _("Use one of: {names}.").format(names=", ".join(offered)),
    )


def not_offered_here() -> Reason:
    """Say that the scenario offers the technology, but not there."""
    return Reason(
        "technology-not-offered",
        "technology",
        _("This technology is not offered at this office."),
        _("“planner links” tells why candidates were rejected; choose another technology."),
    )


def already_adequate() -> Reason:
    """Say that the office needs no connection."""
    return Reason(
        "already-adequate",
        "technology",
        _("The office is adequately connected before the plan begins."),
        _("Leave the row out, or correct the office's status."),
    )


def wrong_parent() -> Reason:
    """Say that a service has a parent, or that a network starts at the root."""
    return Reason(
        "wrong-parent",
        "parent",
        _("A service comes from the root, fibre and microwave from a place."),
        _("Leave the parent of a service empty; for fibre and microwave name the place that the link comes from."),
    )


def unknown_parent() -> Reason:
    """Say that no place has the parent's id."""
    return Reason(
        "unknown-parent",
        "parent",
        _("No place of the scenario has this id."),
        _("Name a source, an office, a relay or a junction; or leave the parent empty."),
    )


def parent_not_connected() -> Reason:
    """Say that nothing enters the parent."""
    return Reason(
        "parent-not-connected",
        "parent",
        _("The parent is not connected by this plan."),
        _("Give the parent a row of its own that can be priced; or leave the parent empty."),
    )


def parent_cannot_share() -> Reason:
    """Say that the parent has a satellite or cellular service."""
    return Reason(
        "parent-cannot-share",
        "parent",
        _("The parent has a satellite or cellular service, which may not be shared."),
        _("Name another parent, or connect the parent by fibre or microwave."),
    )


def circle() -> Reason:
    """Say that the parents lead back to the row."""
    return Reason(
        "circle",
        "parent",
        _("The parents lead in a circle back to this office."),
        _("Let one office of the circle hang from a source."),
    )


def no_candidate() -> Reason:
    """Say that no link of the technology leads from the parent."""
    return Reason(
        "no-candidate",
        "parent",
        _("No candidate link of this technology leads from the parent to this office."),
        _("Leave the parent empty to see from where the office can be reached, or choose another technology."),
    )


def no_way() -> Reason:
    """Say that no way leads from the network."""
    return Reason(
        "no-candidate",
        "technology",
        _("No way of candidate links of this technology leads from the network to this office."),
        _("Choose another technology, or give the places in between rows of their own."),
    )


def overloaded(place: str, load_mbps: float, capacity_mbps: float) -> Reason:
    """Say that too much hangs from a link."""
    return Reason(
        "no-capacity",
        "office",
        _(
            "The link that enters {place} would have to carry {load} Mbit/s; the largest candidate carries "
            "{capacity} Mbit/s."
        ).format(place=place, load=number(load_mbps, 1), capacity=number(capacity_mbps, 1)),
        _("Hang this office from another place, or choose another technology for it."),
    )


def leads_nowhere() -> Reason:
    """Say that a place that is no office carries nothing."""
    return Reason(
        "leads-nowhere",
        "office",
        _("This place is no office, and no office that can be priced hangs from it."),
        _("Leave the row out, or hang an office from it."),
    )
