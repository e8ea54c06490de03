"""What must be said wherever a plan stands beside simple rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _

if TYPE_CHECKING:
    from planner.plan.model import Plan


def what_rules_heed(plan: Plan) -> list[str]:
    """Return that simple rules are bound by less than the plan; nothing where money is all that binds it.

    Parameters
    ----------
    plan : Plan
    """
    if plan.plain:
        return []
    return [_("These rules heed the money and what is excluded or forbidden, none of the other limits.")]
