"""The command that shows a table before any scenario names it."""

# Typer reads the annotations at run time: no postponed evaluation here.
from pathlib import Path
from typing import Annotated

import typer

from planner.cli.session import DebugOption, JsonOption, LangOption, QuietOption, session
from planner.i18n import _


def table(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("Table or layer of any known format."))],
    kind: Annotated[str, typer.Option(help=_("What it holds: offices, sources, towers …"))] = "offices",
    rows: Annotated[int, typer.Option(help=_("Rows to show at most."), min=0)] = 10,
    lang: LangOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    from planner.inputs.preview import preview
    from planner.report.layout import Grid, print_grid
    from planner.wording import labelled, number

    with session(lang, json=json, quiet=quiet, debug=debug) as here:
        found = preview(file, kind, rows=rows)
        if json:
            here.document(found.as_dict())
        elif not quiet:
            grid = Grid(found.columns, (), tuple(tuple(cell or "" for cell in row) for row in found.rows))
            print_grid(here.out, grid)
        here.say(labelled(_("Rows in the file"), number(found.count)))
        for ours, theirs in found.mapping.items():
            here.say(_("{ours} is taken from “{theirs}”").format(ours=ours, theirs=theirs))
