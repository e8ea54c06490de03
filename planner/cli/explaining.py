"""The command that says why: of an office, of a link, of the whole plan."""

# Typer reads the annotations at run time: no postponed evaluation here.
from pathlib import Path
from typing import Annotated

import typer

from planner.cli.session import DataRoot, DebugOption, JsonOption, LangOption, QuietOption, RunDir, session
from planner.errors import InputError, Problem
from planner.i18n import _

SEARCH_S = 10.0
"""Seconds for each of the searches behind what an office would change, unless told otherwise."""


def explain(
    run: RunDir,
    identifier: Annotated[
        str | None, typer.Argument(metavar="[ID]", help=_("Office or link; without it, the plan."), show_default=False)
    ] = None,
    time_limit: Annotated[
        float,
        typer.Option(
            "--time-limit",
            help=_(
                "Seconds for plans with an office that is left out, and as many for larger budgets; 0: none of these."
            ),
            min=0.0,
        ),
    ] = SEARCH_S,
    out: Annotated[
        Path | None, typer.Option("--out", help=_("Write a link's profile: FILE.svg or FILE.png."), show_default=False)
    ] = None,
    data_root: DataRoot = None,
    lang: LangOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    from planner.pipeline import explain_run, next_best_of_run
    from planner.report.documents.files import check_figure_name, write_profile
    from planner.report.explained import overview, print_overview
    from planner.report.sheets import print_sheet

    with session(lang, json=json, quiet=quiet, debug=debug) as here:
        if out is not None:
            check_figure_name(out)
            if identifier is None:
                message, remedy = _("A profile is that of a link."), _("Name the link, or leave --out out.")
                raise InputError(Problem("bad-option", message, remedy, column="--out", value=str(out)))
        if identifier is None:
            plan, budgets, unpaid = next_best_of_run(run, data_root=data_root, time_limit_s=time_limit)
            if json:
                here.document(overview(plan, budgets, unpaid))
            elif not quiet:
                print_overview(plan, budgets, here.out, unpaid)
            return
        explanation = explain_run(run, identifier, data_root=data_root, time_limit_s=time_limit)
        if out is not None:
            write_profile(explanation, out)  # first: what it cannot be written to is told in place of the result
        if json:
            here.document(explanation.as_dict())
        here.say(str(explanation))
        if explanation.sheet is not None and not json and not quiet:
            print_sheet(explanation.sheet, here.out, measure=explanation.measure, currency=explanation.currency)
        if out is not None:
            here.say(_("Written:") + f" {out}")
