"""What a study of risk says of its limits and its figures: what terminal, proposal and app share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from planner.i18n import _
from planner.price_words import drawn_name
from planner.wording import figure, share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BY_FAR = 3.0
"""A figure of which the benefit tells so many times as much as the cost is told in words: its bar says little of it."""


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


def moves(tornado: Sequence[Mapping[str, Any]], limit: float) -> list[tuple[float, float]]:
    """Return what each figure does to the cost, as a share of the budget, and to the benefit, of the most kept.

    The larger of the two is what a tornado is in the order of.

    Parameters
    ----------
    tornado : sequence of mapping
        As in ``risk.json``.
    limit : float
        The budget, in currency.
    """
    most = max((row[side]["value_kept"] for row in tornado for side in ("low", "high")), default=0.0) or 1.0

    def between(row: Mapping[str, Any], name: str) -> float:
        return float(abs(row["high"][name] - row["low"][name]))

    return [(between(row, "cost") / max(limit, 0.01), between(row, "value_kept") / most) for row in tornado]


def with_bars(tornado: Sequence[Mapping[str, Any]], count: int) -> list[Mapping[str, Any]]:
    """Return the figures that a chart of costs shows, those that change the cost most first.

    They are picked by what they do to cost or benefit: one that is told to matter has a bar, if a short one.

    Parameters
    ----------
    tornado : sequence of mapping
        As in ``risk.json``: what does most stands first.
    count : int
        So many at most.
    """
    moving = [row for row in tornado if row["low"]["cost"] != row["high"]["cost"]]
    return sorted(moving[:count], key=lambda row: -abs(row["high"]["cost"] - row["low"]["cost"]))


def benefit_words(told: Mapping[str, Any]) -> list[str]:
    """Return what figures do to the benefit that change nothing of the cost, or far less, a sentence each.

    Parameters
    ----------
    told : mapping
        As in ``risk.json``.
    """
    stays = _(
        "With {name} at {low_figure} the plan keeps {low} of its benefit, at {high_figure} {high}; its cost stays."
    )
    less = _(
        "With {name} at {low_figure} the plan keeps {low} of its benefit, at {high_figure} {high}; its cost changes by "
        "less than {cost} of the budget."
    )
    lines = []
    for row, (cost, benefit) in zip(told["tornado"], moves(told["tornado"], told["budget"]["limit"]), strict=True):
        if benefit <= BY_FAR * cost:
            continue
        kept = {side: share(row[side]["value_kept"] / max(told["plan"]["value"], 1e-9)) for side in ("low", "high")}
        ends = {f"{side}_figure": figure(row[side]["figure"]) for side in ("low", "high")}
        text, above = (less if cost else stays), (math.floor(100 * cost) + 1) / 100
        lines.append(text.format(name=drawn_name(row["name"]), cost=share(above), **kept, **ends))
    return lines
