"""What ``planner check`` prints: the verdict and the problems, then what was read and what is taken for granted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _, ngettext
from planner.price_words import price_name
from planner.report.layout import Grid, print_grid, print_problems, say
from planner.wording import labelled, number, setting_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from planner.catalogue import Assumption
    from planner.inputs import CheckReport, DatasetReport


def print_checked(
    report: CheckReport, notes: Sequence[str], assumptions: Sequence[Assumption], console: Console, *, prices: bool
) -> None:
    """Print what a check found.

    Parameters
    ----------
    report : CheckReport
    notes : sequence of str
        What is not offered and why.
    assumptions : sequence of Assumption
        Prices in force.
    console : Console
    prices : bool
        List the prices; else they are counted.
    """
    say(console, _verdict(report), style="bold")
    print_problems(console, report.problems)
    if report.datasets:
        _title(console, _("Read"))
        print_grid(console, _datasets(report.datasets))
        for dataset in report.datasets:
            columns = [ours if ours == theirs else f"{ours} = {theirs}" for ours, theirs in dataset.columns.items()]
            told = _("Columns taken from {file}: {names}.").format(file=dataset.file, names=", ".join(columns))
            say(console, told, hang=2)
    _list(console, _("Taken for granted"), report.assumptions)
    defaults = [f"{name} = {setting_words(value, name)}" for name, value in report.defaults.items()]
    _list(console, _("Left to their defaults in the scenario"), defaults)
    _list(console, _("Not offered, and remarks on prices"), notes)
    if assumptions and prices:
        _list(console, _("Prices and rates in force"), [_price(item) for item in assumptions])
    elif assumptions:
        console.print()
        judged = sum(item.judgement for item in assumptions)
        text = _("{count} prices and rates are in force, {judged} of them by judgement; --prices lists them.")
        say(console, text.format(count=number(len(assumptions)), judged=number(judged)))


def _verdict(report: CheckReport) -> str:
    """Return in one line whether the scenario can be solved."""
    errors = len(report.errors)
    other = len(report.problems) - errors
    verdict = (
        ngettext("{count} error stops the run.", "{count} errors stop the run.", errors).format(count=errors)
        if errors
        else _("Nothing stops the run.")
    )
    rest = ngettext("{count} row or figure to know about.", "{count} rows or figures to know about.", other)
    return f"{verdict} {rest.format(count=other)}" if other else verdict


def _title(console: Console, title: str) -> None:
    console.print()
    say(console, title, style="bold")


def _list(console: Console, title: str, lines: Sequence[str]) -> None:
    if lines:
        _title(console, title)
        for line in lines:
            say(console, f"  {line}", hang=2)


def _datasets(datasets: Sequence[DatasetReport]) -> Grid:
    rows = []
    for dataset in datasets:
        names = {"\t": _("tab")}
        form = (dataset.layer, dataset.encoding, names.get(dataset.delimiter or "", dataset.delimiter))
        rows.append(
            (
                dataset.group,
                dataset.file,
                " ".join(part for part in form if part),
                *(number(figure) for figure in (dataset.read, dataset.used, dataset.excluded)),
            )
        )
    words = (_("Data"), _("File"), _("Format"))
    return Grid(words, (_("Rows"), _("Used"), _("Excluded")), tuple(rows))


def _price(item: Assumption) -> str:
    """Return a price with its range and its source; the name is the one by which a scenario overrides it."""
    value, low, high = (number(figure, 4) for figure in (item.value, item.low, item.high))
    certain = item.low == item.value == item.high
    text = _("{value} {unit}; {source}") if certain else _("{value} {unit}, {low} to {high}; {source}")
    told = text.format(value=value, unit=item.unit, low=low, high=high, source=item.origin)
    return f"{item.name} – {labelled(price_name(item.name), told)}"
