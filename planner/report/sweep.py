"""What ``planner sweep`` prints: each scenario and budget in a line, draws as a range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from planner.i18n import _
from planner.report.layout import Grid, print_grid, say
from planner.wording import figure, number, share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rich.console import Console


class Swept(Protocol):
    """How a sweep has ended; `planner.jobs` makes it."""

    @property
    def termination(self) -> str:
        """``done`` or ``cancelled``."""

    @property
    def rows(self) -> tuple[Mapping[str, Any], ...]:
        """Of the tasks that are done."""

    @property
    def total(self) -> int:
        """Tasks in all."""

    @property
    def known(self) -> int:
        """Tasks that were done before."""

    @property
    def errors(self) -> int:
        """Tasks that ended in an error."""


def print_sweep(found: Swept, console: Console, run_dir: Path) -> None:
    """Print what was found, and where the tables lie.

    Parameters
    ----------
    found : Swept
    console : Console
    run_dir : Path
    """
    print_grid(console, _table(found.rows))
    if any(row["draw"] for row in found.rows):
        text = _(
            "Benefit and offices are those at typical prices and demand; least, most and widest gap those of all draws."
        )
        say(console, text)
    console.print()
    if found.known:
        say(console, _("Plans that were known from before: {n} of {total}.").format(n=found.known, total=found.total))
    if found.termination == "cancelled":
        text = _("Cancelled: {n} of {total} plans are there; the same command goes on from here.")
        say(console, text.format(n=len(found.rows), total=found.total), style="bold yellow")
    if by_clock := sum(row["termination"] == "time_limit" for row in found.rows):
        text = _("Ended at their time limit, so that another run may differ in them: {n} of {total}.")
        say(console, text.format(n=by_clock, total=len(found.rows)))
    if found.errors:
        say(console, _("Tasks that ended in an error: {n}.").format(n=found.errors), style="red")
        first = next(row for row in found.rows if row["status"] == "error")
        say(console, f"  {first['message']}", style="red", hang=2)
    say(console, _("The results lie in {folder}:").format(folder=run_dir), style="bold")
    say(console, _("  sweep.parquet (a row for each plan), draws.parquet (what was drawn), sweep.jsonl, log.txt"))


def _table(rows: Sequence[Mapping[str, Any]]) -> Grid:
    """Return a row for each scenario and budget, in the order in which they were asked for."""
    groups: dict[tuple[str, float | None], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["scenario"], row["budget"]), []).append(row)
    headings = (_("Budget"), _("Plans"), _("Benefit"), _("Least"), _("Most"), _("Widest gap"), _("Offices gained"))
    lines = []
    for (scenario, budget), group in groups.items():
        planned = [row for row in group if row.get("value") is not None]
        values = [row["value"] for row in planned]
        typical = next((row for row in planned if row["draw"] == 0), None)
        gap = max((row["gap"] for row in planned), default=None)
        cells = (
            "–" if budget is None else number(budget),
            number(len(group)),
            "–" if typical is None else figure(typical["value"]),
            figure(min(values)) if values else "–",
            figure(max(values)) if values else "–",
            "–" if gap is None or gap > 1 else share(gap, 2),
            "–" if typical is None else number(typical["offices_newly_connected"] + typical["offices_upgraded"]),
        )
        lines.append((scenario, *cells))
    return Grid((_("Scenario"),), headings, tuple(lines))
