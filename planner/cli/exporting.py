"""The command that writes a run as documents and data."""

# Typer reads the annotations at run time: no postponed evaluation here.
from pathlib import Path
from typing import Annotated

import typer

from planner.cli.session import DataRoot, DebugOption, JsonOption, LangOption, Out, QuietOption, RunDir, session
from planner.errors import InputError, Problem
from planner.i18n import _
from planner.report.exports import WRITERS

To = Annotated[
    list[str],
    typer.Option("--to", help=_("Formats, with commas: {names}.").format(names=", ".join(WRITERS)), metavar="FORMATS"),
]
WithInputs = Annotated[bool, typer.Option("--with-inputs", help=_("Put the input files into the archive (zip)."))]
Anonymous = Annotated[bool, typer.Option("--anonymous", help=_("Leave names of places and organisations out (ofds)."))]
Operator = Annotated[
    str,
    typer.Option("--operator", help=_("Organisation that builds and runs the network (ofds)."), show_default=False),
]
Template = Annotated[
    Path | None, typer.Option("--template", help=_("Word document whose styles are used (docx)."), show_default=False)
]
Beside = Annotated[
    list[Path] | None,
    typer.Option(
        "--beside", metavar="RUN", show_default=False,
        help=_("Another run of this country that the workbook sets the plan beside; up to three (xlsx)."),
    ),
]  # fmt: skip
MOST_BESIDE = 3


def export(
    run: RunDir,
    to: To,
    out: Out = None,
    with_inputs: WithInputs = False,
    anonymous: Anonymous = False,
    operator: Operator = "",
    template: Template = None,
    beside: Beside = None,
    data_root: DataRoot = None,
    lang: LangOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    from planner.report.exported import read_exported
    from planner.report.exports import export_run, formats

    with session(lang, json=json, quiet=quiet, debug=debug) as here:
        names = formats(to)
        for option, given, name in (
            ("--with-inputs", with_inputs, "zip"),
            ("--anonymous", anonymous, "ofds"),
            ("--operator", bool(operator), "ofds"),
            ("--template", template is not None, "docx"),
            ("--beside", bool(beside), "xlsx"),
        ):
            if given and name not in names:
                message = _("This option is for the format {name}, which is not among those asked for.")
                remedy = _("Add it: --to {names}.").format(names=",".join([*names, name]))
                raise InputError(Problem("bad-option", message.format(name=name), remedy, column=option))
        if anonymous and operator:
            message = _("An anonymous export names no organisation.")
            remedy = _("Give --anonymous or --operator, not both.")
            raise InputError(Problem("bad-option", message, remedy, column="--operator", value=operator))
        if beside and len(beside) > MOST_BESIDE:
            message = _("A workbook sets a plan beside three others at most; these are {n}.").format(n=len(beside))
            remedy = _("Name fewer runs, or write several workbooks.")
            raise InputError(Problem("bad-option", message, remedy, column="--beside", value=str(beside[-1])))
        exported = read_exported(
            run,
            data_root=data_root,
            anonymous=anonymous,
            operator=operator,
            with_inputs=with_inputs,
            template=template,
            beside=tuple(beside or ()),
        )
        files = export_run(exported, names, out or run / "export")
        if json:
            here.document({"files": [str(path) for path in files]})
        here.say(_("Written:") + "".join(f"\n  {path}" for path in files))
