"""Charts of the app; colours are those of the map, and shapes or dashes tell the same once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from planner.i18n import _, language
from planner.ui.widgets import chart

if TYPE_CHECKING:
    from collections.abc import Mapping

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
"""Of Okabe and Ito."""
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])
_HEIGHT_PX = 330


def number_axis(title: str) -> alt.Axis:
    """Return an axis of figures as the language writes them."""
    # Vega knows no French thin blanks by itself.
    blank = "'\N{NARROW NO-BREAK SPACE}'" if language() == "fr" else "','"
    return alt.Axis(
        title=title,
        labelExpr=f"replace(format(datum.value, ',.12~g'), /,/g, {blank})",
        labelFlush=False,
        labelOverlap="greedy",
        labelSeparation=8,
    )


def frontier_chart(frontiers: Mapping[str, dict[str, Any]], name: str, amount: float | None = None) -> None:
    """Show benefit against budget of some scenarios: plans as lines, ceilings as thin lines above them."""
    rows = [
        {"scenario": title, "budget": point["limit"], "value": point["value"], "ceiling": point["bound"]}
        for title, frontier in frontiers.items()
        for point in frontier["points"]
    ]
    frame = pd.DataFrame(rows)
    currency = next(iter(frontiers.values()))["scenario"]["currency"]
    scale = alt.Scale(domain=list(frontiers), range=list(_COLOURS[: len(frontiers)]))
    dashes = alt.Scale(domain=list(frontiers), range=list(_DASHES[: len(frontiers)]))
    x = alt.X("budget:Q", axis=number_axis(_("Budget ({currency})").format(currency=currency)))
    legend = alt.Legend(title=None, orient="top", labelLimit=400)
    colour = alt.Color("scenario:N", scale=scale, legend=legend if len(frontiers) > 1 else None)
    base = alt.Chart(frame)
    band = base.mark_area(opacity=0.2).encode(x=x, y="value:Q", y2="ceiling:Q", color=colour)
    lines = base.mark_line(point=True).encode(
        x=x,
        y=alt.Y("value:Q", axis=number_axis(_("Benefit and proven ceiling"))),
        color=colour,
        strokeDash=alt.StrokeDash("scenario:N", scale=dashes, legend=None),
    )
    layers = [band, lines]
    if amount is not None:
        layers.append(alt.Chart(pd.DataFrame({"budget": [amount]})).mark_rule(color="#444").encode(x="budget:Q"))
    headings = {
        "scenario": _("Scenario"),
        "budget": _("Budget ({currency})").format(currency=currency),
        "value": _("Benefit"),
        "ceiling": _("At most"),
    }
    chart(alt.layer(*layers).properties(height=_HEIGHT_PX), frame.rename(columns=headings), name)
