"""Services that offices can offer with the plan, as tables of every report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _
from planner.wording import number, sentence, service_name, share

if TYPE_CHECKING:
    from planner.plan.model import Plan


def enabled_headings() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the headings of the table of services: of its texts, and of its figures."""
    figures = (_("Mbit/s"), _("Availability"), _("Offices"), _("of them new"), _("People"), _("of them new"))
    return (_("Service"),), figures


def enabled_rows(plan: Plan) -> list[tuple[str, ...]]:
    """Return what each service needs, the offices that can offer it, and the people within their reach."""
    return [
        (
            sentence(service_name(service["name"])),
            number(service["min_mbps"], 1),
            share(service["availability"], 1),
            *(number(service[name]) for name in ("offices", "offices_gained", "people", "people_gained")),
        )
        for service in plan.services
    ]
