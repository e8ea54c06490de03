"""The national assessment: what stands today, and what is known of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from planner.i18n import _, ngettext
from planner.report.documents.blocks import Bullets, Heading, Paragraph, Table
from planner.scenario import InputFiles
from planner.wording import labelled, number

if TYPE_CHECKING:
    import pandas as pd

    from planner.plan.model import Plan
    from planner.report.documents.blocks import Block

SHOWN = 15
"""So many problems are listed; the rest is counted."""
STATES = ("offline", "insufficient", "unknown", "adequate")


def assessment(plan: Plan) -> list[Block]:
    """Return offices by state and region, and the card of the input data."""
    blocks: list[Block] = [
        Heading(_("National assessment"), new_page=True),
        Paragraph(_state_text(plan)),
        Table(
            _("Post offices today, by region"),
            (_("Region"),),
            (_("Offices"), _("Offline"), _("Too slow"), _("Unknown"), _("Adequate"), _("People within reach")),
            tuple(_rows(plan)),
            total=True,
        ),
        Heading(_("Input data"), 2),
        Paragraph(_("What the plan was computed from; rows that could not be used are counted as excluded.")),
        Table(
            _("Input data"),
            (_("Data"), _("File")),
            (_("Rows"), _("Used"), _("Excluded")),
            tuple(
                (
                    _group_name(str(one["group"])),
                    str(one["file"]),
                    *(number(one[name]) for name in ("read", "used", "excluded")),
                )
                for one in plan.data["datasets"]
            ),
        ),
    ]
    if problems := plan.data["problems"]:
        blocks += [Paragraph(_("What was noticed while reading, in the words of the run:"))]
        blocks += [Bullets(tuple(_problems(problems)))]
    if plan.data["assumptions"]:
        blocks += [Paragraph(_("What was taken for granted, in the words of the run:"))]
        blocks += [Bullets(tuple(plan.data["assumptions"]))]
    return blocks


def _group_name(group: str) -> str:
    """Return what a kind of input data is called: the title of its field in the scenario."""
    field = InputFiles.model_fields.get(group)
    return _(field.title) if field is not None and field.title else group


def region_name(region: str | None) -> str:
    """Return the name of a region in tables."""
    return region or _("(no region)")


def by_region(frame: pd.DataFrame) -> dict[str | None, pd.DataFrame]:
    """Return the rows of each region, by name, those without one last."""
    named = sorted({region for region in frame["region"] if region})
    found: dict[str | None, Any] = {region: frame[frame["region"] == region] for region in named}
    nowhere = frame[frame["region"].map(lambda region: not region).astype(bool)]
    return {**found, None: nowhere} if len(nowhere) else found


def _state_text(plan: Plan) -> str:
    """Return how many offices are in which state, without those that none is in."""
    states = {state: int((plan.offices["before"] == state).sum()) for state in STATES}
    words = {
        "offline": ngettext("{n} is offline", "{n} are offline", states["offline"]),
        "insufficient": ngettext(
            "{n} has a connection that is too slow", "{n} have a connection that is too slow", states["insufficient"]
        ),
        "unknown": _("of {n} the state is unknown"),
        "adequate": ngettext("{n} is adequately connected", "{n} are adequately connected", states["adequate"]),
    }
    parts = ", ".join(words[state].format(n=number(count)) for state, count in states.items() if count)
    return _("Of {total} post offices {parts}.").format(total=number(len(plan.offices)), parts=parts)


def _rows(plan: Plan) -> list[tuple[str, ...]]:
    rows = [_row(region_name(region), offices) for region, offices in by_region(plan.offices).items()]
    return [*rows, _row(_("Total"), plan.offices)]


def _row(name: str, offices: pd.DataFrame) -> tuple[str, ...]:
    states = [int((offices["before"] == state).sum()) for state in STATES]
    people = math.fsum(offices["people_total"].dropna())
    return (name, number(len(offices)), *map(number, states), number(people))


def _problems(problems: list[dict[str, Any]]) -> list[str]:
    told = []
    order = {"excluded": 0, "warning": 1}
    for problem in sorted(problems, key=lambda one: order.get(one["severity"], 2))[:SHOWN]:
        place = [str(problem["file"] or "")]
        if problem["row"] is not None:
            place.append(_("row {row}").format(row=problem["row"]))
        if problem["column"]:
            place.append(str(problem["column"]))
        word = _("excluded") if problem["severity"] == "excluded" else _("warning")
        said = labelled(", ".join(filter(None, place)) or _("scenario"), str(problem["message"]))
        told.append(f"{said} ({word})")
    more = len(problems) - SHOWN
    if more > 0:
        told.append(
            ngettext("… and {n} more, in plan.json", "… and {n} more, in plan.json", more).format(n=number(more))
        )
    return told
