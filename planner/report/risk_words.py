"""What a study of risk says of its limits, in sentences that the terminal and the proposal share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.i18n import _
from planner.wording import share

if TYPE_CHECKING:
    from collections.abc import Mapping


def limits_missed(fixed: Mapping[str, Any]) -> list[str]:
    """Return in how many draws no part of the plan was found that keeps all limits; nothing where there always was one.

    Parameters
    ----------
    fixed : mapping
        As in ``risk.json``.
    """
    if fixed["keeps_limits_share"] >= 1:
        return []
    text = _(
        "In {share} of the draws no part of it was found that keeps the budget and has all that has to be in a "
        "plan: these count as benefit 0."
    )
    return [text.format(share=share(1 - fixed["keeps_limits_share"]))]


def no_plan_found(best: Mapping[str, Any]) -> list[str]:
    """Return in how many draws no plan was found that keeps all limits; nothing where there always was one.

    Parameters
    ----------
    best : mapping
        As in ``risk.json``.
    """
    if best["plan_share"] >= 1:
        return []
    text = _("In {share} of the draws no plan was found that keeps all limits: these count as benefit 0.")
    return [text.format(share=share(1 - best["plan_share"]))]
