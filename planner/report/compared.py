"""What ``planner compare`` prints: what was set differently, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.finance import MEASURES
from planner.i18n import _, ngettext
from planner.plan.compare import ADDED, CHANGED, DROPPED
from planner.report.layout import Grid, print_grid, say, say_title
from planner.wording import (
    figure,
    labelled,
    measure_name,
    number,
    sentence,
    technology_heading,
    technology_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.console import Console

    from planner.plan.compare import Comparison, Difference, OfficeChange

_EVERYONE = 1000
"""So many offices are listed; the rest is counted: JSON has them all."""


def print_compared(compared: Comparison, names: tuple[str, str], currency: str, console: Console) -> None:
    """Print the differences from one plan to another.

    Parameters
    ----------
    compared : Comparison
    names : tuple of two str
        Of the runs, as the user named them.
    currency : str
    console : Console
    """
    say_title(console, _("From {first} to {second}").format(first=names[0], second=names[1]))
    _print_causes(compared, currency, console)
    _head(console, _("What came of it, money in {currency}").format(currency=currency))
    print_grid(console, Grid(("",), (_("First"), _("Second"), _("Difference")), _total_rows(compared)))
    for title, rows, shown in (
        (_("Money by technology, second less first, in {currency}"), compared.technologies, technology_heading),
        (_("Money by region, second less first, in {currency}"), compared.regions, _region),
    ):
        grid = _money_grid(rows, shown)
        if grid.rows:
            _head(console, title.format(currency=currency))
            print_grid(console, grid)
    _print_offices(compared, console)


def _head(console: Console, title: str) -> None:
    console.print()
    say(console, title, style="bold")


def _print_causes(compared: Comparison, currency: str, console: Console) -> None:
    """Print what differs between scenarios, inputs and offices."""
    lines = [labelled(setting.field, " → ".join(setting.words(currency))) for setting in compared.settings]
    lines += [labelled(_("input"), name) for name in compared.inputs]
    for text, offices in (
        (_("offices of the first alone"), compared.only_first),
        (_("offices of the second alone"), compared.only_second),
    ):
        if offices:
            lines.append(labelled(text, number(len(offices))))
    _head(console, _("What was set differently") if lines else _("Scenario and inputs are the same."))
    for line in lines:
        say(console, f"  {line}", hang=2)


def _total_rows(compared: Comparison) -> tuple[tuple[str, ...], ...]:
    by_years = any(row.name == "full_benefit" for row in compared.totals)
    labels = {
        "full_benefit": _("Benefit, years left aside"),
        "value": _("Benefit, each office from its year on") if by_years else _("Benefit"),
        "offices_newly_connected": _("Newly connected"),
        "offices_upgraded": _("Upgraded"),
        "people": _("People"),
        **{measure: sentence(measure_name(measure)) for measure in MEASURES},
    }
    return tuple(
        (labels[row.name], *(_figure(row, value) for value in (row.first, row.second)), _signed(row, row.difference))
        for row in compared.totals
    )


def _figure(row: Difference, value: float) -> str:
    return figure(value) if row.name in {"full_benefit", "value"} else number(value)


def _signed(row: Difference, value: float) -> str:
    return ("+" if value > 0 else "") + _figure(row, value)


def _money_grid(rows: Mapping[str, tuple[Difference, ...]], shown: Callable[[str], str]) -> Grid:
    """Return the differences in money of what differs."""
    return Grid(
        ("",),
        tuple(sentence(measure_name(measure)) for measure in MEASURES),
        tuple(
            (shown(name), *(_signed(row, row.difference) for row in differences))
            for name, differences in rows.items()
            if any(row.difference for row in differences)
        ),
    )


def _region(name: str) -> str:
    return name or _("no region")


def _print_offices(compared: Comparison, console: Console) -> None:
    """Print the offices that differ, each with a line of what the second plan says of it."""
    for kind, title in (
        (ADDED, ngettext("{n} office added", "{n} offices added", _count(compared, ADDED))),
        (DROPPED, ngettext("{n} office dropped", "{n} offices dropped", _count(compared, DROPPED))),
        (
            CHANGED,
            ngettext("{n} office connected otherwise", "{n} offices connected otherwise", _count(compared, CHANGED)),
        ),
    ):
        offices = [office for office in compared.offices if office.change == kind]
        if offices:
            _head(console, title.format(n=number(len(offices))))
        for office in offices[:_EVERYONE]:
            say(console, f"  {_line(office)}", hang=2)
        if len(offices) > _EVERYONE:
            say(console, _("  … and {n} more: --json lists them").format(n=number(len(offices) - _EVERYONE)))


def _count(compared: Comparison, kind: str) -> int:
    return sum(office.change == kind for office in compared.offices)


def _line(office: OfficeChange) -> str:
    called = office.name if office.name == office.id else f"{office.name} ({office.id})"
    ways = [
        None if technology is None else technology_name(technology) + _from(parent)
        for technology, parent in ((office.first, office.parent_first), (office.second, office.parent_second))
    ]
    told = " → ".join(way for way in ways if way is not None)
    return labelled(f"{called}, {told}", office.reason)


def _from(parent: str | None) -> str:
    return "" if parent in {None, "root"} else " " + _("from {place}").format(place=parent)
