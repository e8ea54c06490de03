"""What ``planner links`` shows: candidate links by technology, why others fell out, and where they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from planner.i18n import _, ngettext
from planner.links import cache_folder, cache_limits, cache_usage
from planner.report.layout import Grid, print_grid, say
from planner.wording import labelled, number, technology_name

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


def cache_state() -> dict[str, Any]:
    """Return where candidate links are kept, how much that is and how much it may be, JSON-ready."""
    folder, limits = cache_folder(), cache_limits()
    used = cache_usage(folder)
    return {
        "folder": str(folder.absolute()),
        "files": used.files,
        "bytes": used.size,
        "limit_bytes": round(limits.size),
        "limit_days": limits.days,
    }


def print_cache(console: Console) -> None:
    """Print the same for people."""
    state = cache_state()
    told = ngettext(
        "{n} file, {size} MB; the limit is {limit} MB, and what was not used for {days} days is removed",
        "{n} files, {size} MB; the limit is {limit} MB, and what was not used for {days} days is removed",
        state["files"],
    ).format(
        n=number(state["files"]),
        size=number(state["bytes"] / 1e6, 1),
        limit=number(state["limit_bytes"] / 1e6, 1),
        days=number(state["limit_days"], 1),
    )
    say(console, labelled(_("Cache of candidate links"), state["folder"]), hang=2)
    say(console, f"  {told}")
