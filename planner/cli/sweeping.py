"""The command that finds many plans at once."""

# Typer reads the annotations at run time: no postponed evaluation here.
from pathlib import Path
from typing import Annotated

import typer

from planner.cli.searching import (
    Force,
    Gap,
    Scheduler,
    Seed,
    TimeLimit,
    TlsCaFile,
    TlsCert,
    TlsKey,
    Workers,
    cluster_of,
    file_of_scenario,
    limit_option,
    new_run,
    processes,
    solver_overrides,
)
from planner.cli.session import DataRoot, DebugOption, JsonOption, LangOption, Out, QuietOption, session
from planner.errors import CancelledError
from planner.i18n import _


def sweep(
    scenarios: Annotated[
        list[Path], typer.Argument(metavar="SCENARIO…", help=_("Scenario files (YAML) or their folders."))
    ],
    budget: Annotated[
        list[str] | None,
        typer.Option(
            help=_("AMOUNT or SHARE% of the only budget of each scenario, or NAME=AMOUNT; several: one each."),
            show_default=False,
        ),
    ] = None,
    draws: Annotated[
        int, typer.Option(help=_("Draws of prices and demand, beside typical ones."), min=0, max=100_000)
    ] = 0,
    workers: Workers = 0,
    scheduler: Scheduler = "",
    tls_ca: TlsCaFile = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    gap: Gap = None,
    time_limit: TimeLimit = None,
    seed: Seed = None,
    out: Out = None,
    force: Force = False,
    data_root: DataRoot = None,
    lang: LangOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    from planner.jobs import sweep_run
    from planner.report.sweep import print_sweep

    with session(lang, json=json, quiet=quiet, debug=debug, run=out) as here:
        asked = [text.rpartition("=") for text in budget or []]
        limits = [limit_option(amount, "--budget") for _name, _sign, amount in asked]
        cluster = cluster_of(scheduler, tls_ca, tls_cert, tls_key)
        run_dir = new_run(out, "sweep")
        with here.progress() as progress:
            found = sweep_run(
                [file_of_scenario(path) for path in scenarios],
                run_dir,
                limits=limits,
                budget_names=[name for name, sign, _amount in asked if sign],
                draws=draws,
                workers=processes(workers),
                cluster=cluster,
                data_root=data_root,
                overrides=solver_overrides(gap, time_limit, seed),
                listener=progress.show,
                force=force,
            )
        if json:
            here.document({"termination": found.termination, "tasks": found.total, "rows": list(found.rows)})
        elif not quiet:
            print_sweep(found, here.out, run_dir)
        if found.termination == "cancelled":
            raise typer.Exit(CancelledError.exit_code)
        if found.errors:
            if json or quiet:
                here.complain(_("Tasks that ended in an error: {n}.").format(n=found.errors))
            raise typer.Exit(1)
