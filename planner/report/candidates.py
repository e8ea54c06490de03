"""What ``planner links`` shows: candidate links by technology, and why others fell out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from planner.i18n import _
from planner.report.layout import Grid, print_grid, say
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
    title = _("Candidate links between {places} places").format(places=number(counts["places"]))
    say(console, title, style="bold")
    rows = tuple((technology_name(name), number(count)) for name, count in counts["by_technology"].items())
    print_grid(console, Grid((_("Technology"),), (_("Candidates"),), rows))
    if options.rejections:
        console.print()
        say(console, _("Not offered"), style="bold")
        rejected = tuple(
            (technology_name(item.technology), item.reason, number(item.count)) for item in options.rejections
        )
        print_grid(console, Grid((_("Technology"), _("Reason")), (_("Count"),), rejected))
    for note in options.notes:
        say(console, f"  {note}", hang=2)
