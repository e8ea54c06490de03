"""The command that says how runs differ."""

# Typer reads the annotations at run time: no postponed evaluation here.
from pathlib import Path
from typing import Annotated

import typer

from planner.cli.session import DebugOption, JsonOption, LangOption, QuietOption, session
from planner.errors import InputError, Problem
from planner.i18n import _

RunDirs = Annotated[
    list[Path], typer.Argument(metavar="RUN RUN…", help=_("Run folders; the first is what others differ from."))
]


def compare(
    runs: RunDirs,
    lang: LangOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    from planner.plan.compare import compare as differences
    from planner.plan.record import read_record
    from planner.plan.store import read_plan
    from planner.report.compared import print_compared
    from planner.scenario import load_scenario

    with session(lang, json=json, quiet=quiet, debug=debug) as here:
        if len(runs) < 2:
            message, remedy = _("One run alone differs from nothing."), _("Name two runs or more.")
            raise InputError(Problem("bad-option", message, remedy, column="RUN"))
        read = [(read_plan(run), load_scenario(run), read_record(run)) for run in runs]
        found = [differences(read[0], other, name=str(run)) for run, other in zip(runs[1:], read[1:], strict=True)]
        if json:
            here.document(
                {
                    "first": str(runs[0]),
                    "compared": [
                        {"second": str(run), **compared.as_dict()}
                        for run, compared in zip(runs[1:], found, strict=True)
                    ],
                }
            )
        elif not quiet:
            for run, compared in zip(runs[1:], found, strict=True):
                print_compared(compared, (str(runs[0]), str(run)), read[0][0].scenario["currency"], here.out)
                here.out.print()
