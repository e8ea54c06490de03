"""The command that finds many plans at once."""

# Typer reads the annotations at run time: no postponed evaluation here.
from pathlib import Path
from typing import Annotated

import typer

from planner.cli.searching import (
    Force,
    Gap,
    Seed,
    TimeLimit,
    Workers,
    file_of_scenario,
    limit_option,
    new_run,
    processes,
    solver_overrides,
)
from planner.cli.session import DataRoot, DebugOption, JsonOption, LangOption, Out, QuietOption, session
from planner.errors import CancelledError, InputError, Problem
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
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help=_("Dask scheduler, such as tcp://host:8786."), show_default=False)
    ] = "",
    tls_ca: Annotated[
        Path | None,
        typer.Option("--tls-ca-file", help=_("PEM file of the authority, for tls:// addresses."), show_default=False),
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option("--tls-cert", help=_("PEM file of this client's certificate."), show_default=False)
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option("--tls-key", help=_("PEM file of this client's key."), show_default=False)
    ] = None,
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
    from planner.jobs.workers import Cluster
    from planner.report.sweep import print_sweep

    with session(lang, json=json, quiet=quiet, debug=debug, run=out) as here:
        asked = [text.rpartition("=") for text in budget or []]
        limits = [limit_option(amount, "--budget") for _name, _sign, amount in asked]
        files = (tls_ca, tls_cert, tls_key)
        if any(files) and not scheduler:
            message, remedy = _("Certificates are for a scheduler, and none is named."), _("Give --scheduler ADDRESS.")
            raise InputError(Problem("bad-option", message, remedy, column="--scheduler"))
        run_dir = new_run(out, "sweep")
        with here.progress() as progress:
            found = sweep_run(
                [file_of_scenario(path) for path in scenarios],
                run_dir,
                limits=limits,
                budget_names=[name for name, sign, _amount in asked if sign],
                draws=draws,
                workers=processes(workers),
                cluster=Cluster(scheduler, *(str(file) if file else None for file in files)) if scheduler else None,
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
