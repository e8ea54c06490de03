"""The command that says how runs differ."""

# Typer reads the annotations at run time: no postponed evaluation here.
from pathlib import Path
from typing import Annotated

import typer

from planner.cli.exporting import Template
from planner.cli.session import DebugOption, JsonOption, LangOption, QuietOption, session
from planner.errors import InputError, Problem
from planner.i18n import _, language

RunDirs = Annotated[
    list[Path], typer.Argument(metavar="RUN RUN…", help=_("Run folders; the first is what others differ from."))
]
Report = Annotated[
    Path | None,
    typer.Option("--report", help=_("Write the comparison of two to four runs as .pdf or .docx."), show_default=False),
]
FrontierRun = Annotated[
    Path | None,
    typer.Option("--frontier", help=_("Folder of a frontier that the report marks the plans on."), show_default=False),
]


def compare(
    runs: RunDirs,
    report: Report = None,
    frontier: FrontierRun = None,
    template: Template = None,
    lang: LangOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    from planner.plan.compare import compare as differences
    from planner.plan.record import read_record
    from planner.plan.store import read_plan
    from planner.report.compared import print_compared
    from planner.report.documents.comparison.written import write_report
    from planner.scenario import load_scenario

    with session(lang, json=json, quiet=quiet, debug=debug) as here:
        if len(runs) < 2:
            message, remedy = _("One run alone differs from nothing."), _("Name two runs or more.")
            raise InputError(Problem("bad-option", message, remedy, column="RUN"))
        if report is not None:
            write_report(runs, report, frontier=frontier, template=template)
            if json:
                here.document({"files": [str(report)]})
            here.say(_("Written:") + f"\n  {report}")
            return
        for option, given in (("--frontier", frontier), ("--template", template)):
            if given is not None:
                message, remedy = _("This option is for reports."), _("Add --report FILE.pdf or --report FILE.docx.")
                raise InputError(Problem("bad-option", message, remedy, column=option, value=str(given)))
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
            for run, compared, (plan, _scenario, record) in zip(runs[1:], found, read[1:], strict=True):
                print_compared(compared, (str(runs[0]), str(run)), read[0][0].scenario["currency"], here.out)
                if compared.offices and language() not in {record.language, *plan.reasons}:
                    text = _("Reasons are told in the language of that run; for yours: planner explain {run} OFFICE")
                    here.say(text.format(run=run))
                here.out.print()
