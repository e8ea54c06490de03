"""The command that shares one budget out among countries."""

# Typer reads the annotations at run time: no postponed evaluation here.
import sys
from pathlib import Path
from typing import Annotated

import typer

from planner.cli.exporting import Template
from planner.cli.searching import (
    Force,
    Gap,
    Seed,
    TimeLimit,
    Workers,
    limit_option,
    new_run,
    processes,
    solver_overrides,
)
from planner.cli.session import DataRoot, DebugOption, JsonOption, LangOption, Out, QuietOption, session
from planner.errors import InfeasibleError
from planner.i18n import _


def portfolio(
    file: Annotated[Path, typer.Argument(metavar="PORTFOLIO.yaml", help=_("Countries that share a budget."))],
    budget: Annotated[
        list[str] | None,
        typer.Option(
            help=_("AMOUNT to share out, or SHARE% of connecting all, in place of the file's; several: one each."),
            show_default=False,
        ),
    ] = None,
    points: Annotated[
        int, typer.Option(help=_("Number of budgets of a frontier that is still to be found."), min=2, max=1000)
    ] = 40,
    workers: Workers = 0,
    gap: Gap = None,
    time_limit: TimeLimit = None,
    seed: Seed = None,
    report: Annotated[
        Path | None, typer.Option("--report", help=_("Write a document too, as .pdf or .docx."), show_default=False)
    ] = None,
    template: Template = None,
    out: Out = None,
    force: Force = False,
    data_root: DataRoot = None,
    lang: LangOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    from planner.jobs import portfolio_run
    from planner.report.documents.written import check_report, write_named
    from planner.report.portfolio import conflict_text, print_portfolio

    with session(lang, json=json, quiet=quiet, debug=debug, run=out) as here:
        check_report(report, template)
        budgets = [limit_option(text, "--budget") for text in budget or []]
        run_dir = new_run(out, file.stem)
        with here.progress() as progress:
            found = portfolio_run(
                file,
                run_dir,
                budgets=budgets,
                points=points,
                workers=processes(workers),
                overrides=solver_overrides(gap, time_limit, seed),
                data_root=data_root,
                command=sys.argv[1:],
                listener=progress.show,
                force=force,
            )
        if report is not None:
            from planner.report.documents.portfolio import build_portfolio

            write_named(build_portfolio(found), report, template=template)
        if json:
            here.document(found.document())
        elif not quiet:
            print_portfolio(found, here.out, run_dir)
        if report is not None:
            here.say(_("Written:") + f"\n  {report}")
        if found.conflicts:
            if json or quiet:
                for shared in found.budgets:
                    if shared.conflict is not None:
                        here.complain(conflict_text(shared.conflict, found.currency))
            raise typer.Exit(InfeasibleError.exit_code)
