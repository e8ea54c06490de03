"""The commands that look beyond one plan: other budgets, other prices."""

# Typer reads the annotations at run time: no postponed evaluation here.
import sys
from typing import Annotated

import typer

from planner.cli.searching import (
    Force,
    Gap,
    ScenarioFile,
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
from planner.errors import CancelledError, InfeasibleError
from planner.i18n import _


def frontier(
    scenario: ScenarioFile,
    points: Annotated[int, typer.Option(help=_("Number of budgets."), min=2, max=1000)] = 25,
    dense: Annotated[
        bool, typer.Option("--dense", help=_("Smaller steps at small budgets, as portfolios need."))
    ] = False,
    workers: Workers = 1,
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
    from planner.jobs import frontier_run
    from planner.report.frontier import print_frontier

    with session(lang, json=json, quiet=quiet, debug=debug, run=out) as here:
        cluster = cluster_of(scheduler, tls_ca, tls_cert, tls_key)
        scenario_file = file_of_scenario(scenario)
        run_dir = new_run(out, f"{scenario_file.resolve().parent.name}-frontier")
        with here.progress() as progress:
            found = frontier_run(
                scenario_file,
                run_dir,
                points=points,
                dense=dense,
                workers=processes(workers),
                cluster=cluster,
                data_root=data_root,
                overrides=solver_overrides(gap, time_limit, seed),
                command=sys.argv[1:],
                listener=progress.show,
                force=force,
            )
        if json:
            here.document(found.document())
        elif not quiet:
            print_frontier(found, here.out, run_dir)
        if found.termination == "cancelled":
            raise typer.Exit(CancelledError.exit_code)


def years(
    scenario: ScenarioFile,
    limit: Annotated[
        str, typer.Option(help=_("Cash of each year: an amount, or a share of connecting all such as 4%."))
    ],
    carry_over: Annotated[
        bool, typer.Option("--carry-over", help=_("What is left of a year is there for the next."))
    ] = False,
    time_limit: TimeLimit = None,
    seed: Seed = None,
    data_root: DataRoot = None,
    lang: LangOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    from planner.inputs import read_inputs
    from planner.links import build_links
    from planner.pipeline import years as fewest_years
    from planner.report.fewest import print_fewest, verdict
    from planner.scenario import load_scenario, placing

    with session(lang, json=json, quiet=quiet, debug=debug) as here:
        money = limit_option(limit)
        overrides = solver_overrides(None, time_limit, seed)
        asked = load_scenario(file_of_scenario(scenario), data_root=data_root, overrides=overrides)
        with placing(asked):
            inputs = read_inputs(asked)
            found = fewest_years(asked, inputs, build_links(asked, inputs), money, carry_over=carry_over)
        if json:
            here.document(found.document())
        elif not quiet:
            print_fewest(found, here.out)
        if found.years is None:
            if json or quiet:
                here.complain(verdict(found))
            raise typer.Exit(InfeasibleError.exit_code if found.at_least > found.most else 1)


def risk(
    scenario: ScenarioFile,
    draws: Annotated[int, typer.Option(help=_("Number of draws."), min=2, max=10_000)] = 200,
    reoptimise: Annotated[
        bool, typer.Option("--reoptimise", help=_("Look for the best plan of each draw too; takes longer."))
    ] = False,
    robust: Annotated[
        bool,
        typer.Option(
            "--robust", help=_("Look for the plan that keeps most on average over the draws too; takes longer.")
        ),
    ] = False,
    workers: Workers = 0,
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
    from planner.jobs import risk_run
    from planner.report.risk import print_risk

    with session(lang, json=json, quiet=quiet, debug=debug, run=out) as here:
        scenario_file = file_of_scenario(scenario)
        run_dir = new_run(out, f"{scenario_file.resolve().parent.name}-risk")
        with here.progress() as progress:
            found = risk_run(
                scenario_file,
                run_dir,
                draws=draws,
                reoptimise=reoptimise,
                robust=robust,
                workers=processes(workers),
                data_root=data_root,
                overrides=solver_overrides(gap, time_limit, seed),
                command=sys.argv[1:],
                listener=progress.show,
                force=force,
            )
        if json:
            here.document(found.document())
        elif not quiet:
            print_risk(found, here.out, run_dir)
        if found.termination == "cancelled":
            raise typer.Exit(CancelledError.exit_code)
