"""What ``planner links`` shows: candidate links by technology, and why others fell out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from rich.markup import escape
from rich.table import Table

from planner.i18n import _
from planner.wording import number, technology_name

if TYPE_CHECKING:
    from rich.console import Console

    from planner.links import LinkOptions


def candidate_counts(options: LinkOptions) -> dict[str, Any]:
    """Return counts by technology, rejections by reason and notes, JSON-ready."""
    names, counts = np.unique(options.technology(), return_counts=True)
    return {
        "places": len(options.places),
        "options": len(options),
        "by_technology": dict(zip(names.tolist(), counts.tolist(), strict=True)),
        "rejections": [vars(rejection) for rejection in options.rejections],
        "notes": list(options.notes),
    }


def print_candidates(options: LinkOptions, console: Console) -> None:
    """Print the same for people."""
    counts = candidate_counts(options)
    table = Table(
        title=_("Candidate links between {places} places").format(places=number(counts["places"])),
        title_justify="left", box=None, header_style="bold", pad_edge=False,
    )  # fmt: skip
    table.add_column(_("Technology"))
    table.add_column(_("Candidates"), justify="right")
    for technology, count in counts["by_technology"].items():
        table.add_row(technology_name(technology), number(count))
    console.print(table)
    if options.rejections:
        rejected = Table(title=_("Not offered"), title_justify="left", box=None, header_style="bold", pad_edge=False)
        for heading in (_("Technology"), _("Reason")):
            rejected.add_column(heading, overflow="fold")
        rejected.add_column(_("Count"), justify="right")
        for rejection in options.rejections:
            rejected.add_row(technology_name(rejection.technology), escape(rejection.reason), number(rejection.count))
        console.print(rejected)
    for note in options.notes:
        console.print(f"  {escape(note)}")
