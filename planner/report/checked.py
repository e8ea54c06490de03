"""What ``planner check`` prints before the table of problems: what was read, and what is taken for granted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from planner.catalogue.schema import USER
from planner.i18n import _, ngettext
from planner.wording import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from planner.catalogue import Assumption
    from planner.inputs import CheckReport, DatasetReport


def print_checked(
    report: CheckReport, notes: Sequence[str], assumptions: Sequence[Assumption], console: Console
) -> None:
    """Print what a check found, problems aside.

    Parameters
    ----------
    report : CheckReport
    notes : sequence of str
        What is not offered and why.
    assumptions : sequence of Assumption
        Prices in force.
    console : Console
    """
    if report.datasets:
        console.print(_datasets(report.datasets))
    _list(_("Taken for granted"), report.assumptions, console)
    if report.defaults:
        _list(
            _("Left to their defaults in the scenario"),
            [f"{name} = {value}" for name, value in report.defaults.items()],
            console,
        )
    if assumptions:
        console.print(_prices(assumptions))
    _list(_("Not offered, and remarks on prices"), notes, console)
    errors = len(report.errors)
    other = len(report.problems) - errors
    verdict = (
        ngettext("{count} error stops the run.", "{count} errors stop the run.", errors).format(count=errors)
        if errors
        else _("Nothing stops the run.")
    )
    rest = ngettext("{count} row or figure to know about.", "{count} rows or figures to know about.", other)
    console.print(f"{verdict} {rest.format(count=other) if other else ''}".strip(), style="bold")


def _list(title: str, lines: Sequence[str], console: Console) -> None:
    if lines:
        console.print(title, style="bold")
        for line in lines:
            console.print(f"  {escape(line)}")


def _datasets(datasets: Sequence[DatasetReport]) -> Table:
    table = Table(title=_("Read"), title_justify="left", box=None, header_style="bold", pad_edge=False)
    for heading in (_("Data"), _("File"), _("Format"), _("Columns taken")):
        table.add_column(heading, overflow="fold")
    for heading in (_("Rows"), _("Used"), _("Excluded")):
        table.add_column(heading, justify="right")
    for dataset in datasets:
        names = {"\t": _("tab")}
        form = (dataset.layer, dataset.encoding, names.get(dataset.delimiter or "", dataset.delimiter))
        columns = [ours if ours == theirs else f"{ours} = {theirs}" for ours, theirs in dataset.columns.items()]
        table.add_row(
            dataset.group,
            escape(dataset.file),
            escape(" ".join(part for part in form if part)),
            escape(", ".join(columns)),
            *(number(figure) for figure in (dataset.read, dataset.used, dataset.excluded)),
        )
    return table


def _prices(assumptions: Sequence[Assumption]) -> Table:
    table = Table(
        title=_("Prices and rates in force"), title_justify="left", box=None, header_style="bold", pad_edge=False
    )
    table.add_column(_("Name"), overflow="fold")
    for heading in (_("Value"), _("Low"), _("High")):
        table.add_column(heading, justify="right")
    table.add_column(_("Unit"), overflow="fold")
    table.add_column(_("Source"), overflow="fold")
    for item in assumptions:
        name = _("user") if item.source == USER else item.source
        source = f"{name} {item.year or ''}".strip()
        if item.judgement:
            source = _("{source} (judgement)").format(source=source)
        table.add_row(
            item.name,
            *(number(figure, 4) for figure in (item.value, item.low, item.high)),
            item.unit,
            escape(source),
        )
    return table
