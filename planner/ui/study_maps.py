"""Maps of other things than a plan: rows of a table, differences of two plans, how robust offices are."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.i18n import _
from planner.marks import LEFT_OUT, MARKS, Mark, mark_picture
from planner.ui.map import Map, Placed, make_map
from planner.wording import share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from planner import Plan

_ADDED, _DROPPED, _OTHERWISE = MARKS["cellular"], LEFT_OUT, MARKS["geo"]
_ROWS = {
    "": MARKS["fibre"],
    "warning": MARKS["geo"],
    "excluded": LEFT_OUT,
    "error": replace(MARKS["cellular"], fill=LEFT_OUT.border, size_px=21),
}
"""Marks of rows by how bad what is wrong with them is; each has a shape and a colour of its own."""
_MARGIN = 0.06
_STEPS = (0.95, 0.75, 0.5, 0.25)
_SHADES = ((0, 58, 92), (0, 114, 178), (86, 180, 233), (160, 210, 240), (255, 255, 255))
"""From nearly always to seldom: blues that grow lighter, each with a size of its own."""


def points_map(points: Sequence[tuple[str, float, float, str]]) -> Map:
    """Return the map of rows of a table: label, lon, lat, and how bad what is wrong with the row is, "" for nothing."""
    # The worst is drawn last.
    points = sorted(points, key=lambda point: list(_ROWS).index(point[3]))
    placed = [Placed(_ROWS[severity], "", lon, lat, label) for label, lon, lat, severity in points]
    # A place that was mistyped may lie on another continent: the others say where to look.
    sound = [point for point in points if point[3] in {"", "warning"}] or points
    where = pd.DataFrame([(lon, lat) for _label, lon, lat, _severity in sound], columns=["lon", "lat"])
    # A little room around them: marks have a width.
    around = (where.max() - where.min()) * _MARGIN
    return make_map(placed, [], pd.concat([where - around, where + around]))


def points_legend() -> str:
    """Return the legend of `points_map` as HTML."""
    words = (_("Row without a problem"), _("Row with a warning"), _("Row that is left out"), _("Row with a fault"))
    return _legend(list(zip(_ROWS.values(), words, strict=True)))


def difference_map(
    changes: Sequence[Mapping[str, Any]], places: Mapping[str, tuple[float, float]], plan: Plan, run_dir: Path
) -> Map:
    """Return the map of what differs between two plans, office by office.

    Parameters
    ----------
    changes : sequence of mapping
        As “planner compare” tells them.
    places : mapping of str to (lon, lat)
    plan : Plan
        Whose offices that do not differ are drawn small.
    run_dir : Path
        With the picture of the terrain.
    """
    marks = {"added": _ADDED, "dropped": _DROPPED, "changed": _OTHERWISE}
    words = {"added": _("added"), "dropped": _("dropped"), "changed": _("served otherwise")}
    differ = {change["id"] for change in changes}
    rest = plan.offices[~plan.offices["id"].isin(differ)]
    placed: list[Placed] = [
        Placed(MARKS["existing"], str(name), lon, lat, _("Office {name}").format(name=called))
        for name, called, lon, lat in zip(rest["id"], rest["name"], rest["lon"], rest["lat"], strict=True)
    ]
    for change in changes:
        label = "\n".join((_("Office {name}").format(name=change["name"]), words[change["change"]]))
        placed.append(Placed(marks[change["change"]], change["id"], *places[change["id"]], label))
    return make_map(placed, [], plan.places, run_dir)


def difference_legend() -> str:
    """Return the legend of `difference_map` as HTML."""
    return _legend(
        [
            (_ADDED, _("Added")),
            (_DROPPED, _("Dropped")),
            (_OTHERWISE, _("Served otherwise")),
            (MARKS["existing"], _("No difference")),
        ]
    )


def robustness_map(plan: Plan, shares: Mapping[str, float], run_dir: Path) -> Map:
    """Return the map of how often each office is in, over the draws of a study."""
    placed: list[Placed] = []
    columns = (plan.offices[name] for name in ("id", "name", "lon", "lat"))
    for name, called, lon, lat in zip(*columns, strict=True):
        if name in shares:
            label = "\n".join(
                (_("Office {name}").format(name=called), _("In {share} of the draws").format(share=share(shares[name])))
            )
            placed.append(Placed(_shade(shares[name]), name, lon, lat, label))
    return make_map(placed, [], plan.places, run_dir)


def robustness_legend() -> str:
    """Return the legend of `robustness_map` as HTML."""
    words = [_("In at least {share} of the draws").format(share=share(step)) for step in _STEPS]
    return _legend([(_shade(step), text) for step, text in zip((*_STEPS, 0.0), (*words, _("Less often")), strict=True)])


def _shade(often: float) -> Mark:
    step = next((number for number, least in enumerate(_STEPS) if often >= least), len(_STEPS))
    border = (255, 255, 255) if step < len(_STEPS) else (150, 0, 0)
    return Mark(MARKS["fibre"].shape, _SHADES[step], border, 19 - 2 * step)


def _legend(keys: Sequence[tuple[Mark, str]]) -> str:
    rows = (f'<div class="key">{mark_picture(mark)} {html.escape(text)}</div>' for mark, text in keys)
    return f'<div class="legend">{"".join(rows)}</div>'
