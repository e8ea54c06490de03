"""What ``planner links`` shows: candidate links by technology, why others fell out, and where they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from rich.markup import escape
from rich.table import Table

from planner.i18n import _, ngettext
from planner.links import cache_folder, cache_limits, cache_usage
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
    )
    console.print(labelled(_("Cache of candidate links"), state["folder"]), markup=False)
    console.print(
        "  "
        + told.format(
            n=number(state["files"]),
            size=number(state["bytes"] / 1e6, 1),
            limit=number(state["limit_bytes"] / 1e6, 1),
            days=number(state["limit_days"], 1),
        ),
        markup=False,
    )
