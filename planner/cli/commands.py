"""The commands of the contract, each a few lines over the public API."""

# Typer reads the annotations at run time: no postponed evaluation here.
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.comparing import compare
from planner.cli.explaining import explain
from planner.cli.exporting import export
from planner.cli.fetching import fetch, starter
from planner.cli.investing import portfolio
from planner.cli.looking import table
from planner.cli.searching import (
    Force,
    Gap,
    ScenarioFile,
    Seed,
    TimeLimit,
    file_of_scenario,
    new_run,
    solver_overrides,
)
from planner.cli.session import (
    DataRoot,
    DebugOption,
    JsonOption,
    LangOption,
    Out,
    QuietOption,
    RunDir,
    Session,
    loading,
    session,
)
from planner.cli.studying import frontier, risk, years
from planner.cli.sweeping import sweep
from planner.errors import CancelledError, InfeasibleError, InputError, Problem, VerificationError
from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.plan.plan import Plan

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=_(
        "Which post offices to connect, with which technology, within which budget, and how close the plan is to the "
        "best possible one."
    ),
)


@app.callback()
def every_command(lang: LangOption = "") -> None:
    """Take the language before the command as well as behind it; `planner.cli.main` has looked for it already."""
    with session(lang, json=False, quiet=False, debug=False):
        pass


@app.command(help=_("Make a complete synthetic country, solve it and show the plan."))
def demo(
    offices: Annotated[int, typer.Option(help=_("Number of post offices."), min=10, max=20000)] = 300,
    seed: Annotated[int, typer.Option(help=_("Seed of the random country."), min=0)] = 0,
    out: Out = None,
    force: Force = False,
    lang: LangOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    from planner.jobs import demo_run

    with session(lang, json=json, quiet=quiet, debug=debug, run=out) as here:
        folder = out or Path("runs") / f"demo-{offices}-{seed}"
        _run(here, partial(demo_run, folder, offices=offices, seed=seed, force=force), folder)


@app.command(help=_("Write a commented scenario folder with input templates."))
def new(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help=_("Folder to make."))],
    lang: LangOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    from planner.inputs import write_template

    with session(lang, json=json, quiet=quiet, debug=debug) as here:
        files = write_template(directory)
        if json:
            here.document({"files": [str(path) for path in files]})
        here.say(_("Written:") + "".join(f"\n  {path}" for path in files))
        here.say(_("Put your data in place of the examples, then: planner check {folder}").format(folder=directory))


app.command(help=_("Fetch open data into a scenario's folder: terrain (Copernicus GLO-30) or roads (OpenStreetMap)."))(
    fetch
)


app.command(
    help=_(
        "Write a scenario folder for a country without data at hand: its populated places stand in for post offices."
    )
)(starter)


app.command(help=_("Show a table or a layer as it is, and what its columns are taken for."))(table)


@app.command(help=_("Check the scenario and every input; show each problem with its remedy."))
def check(
    scenario: ScenarioFile,
    prices: Annotated[bool, typer.Option("--prices", help=_("List every price and rate in force."))] = False,
    data_root: DataRoot = None,
    lang: LangOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    from planner.pipeline import check as check_all
    from planner.report.checked import print_checked

    with session(lang, json=json, quiet=quiet, debug=debug) as here:
        report, notes, assumptions = check_all(scenario, data_root=data_root)
        if json:
            here.document(
                {**report.as_dict(), "notes": list(notes), "prices": [vars(assumption) for assumption in assumptions]}
            )
        elif not quiet:
            print_checked(report, notes, assumptions, here.out, prices=prices)
        if report.errors:
            raise typer.Exit(InputError.exit_code)


@app.command(help=_("Build the candidate links (or take them from the cache) and count them."))
def links(
    scenario: ScenarioFile,
    data_root: DataRoot = None,
    lang: LangOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    from planner.inputs import read_inputs
    from planner.jobs import Event
    from planner.links import build_links
    from planner.report.candidates import cache_state, candidate_counts, print_cache, print_candidates
    from planner.scenario import load_scenario, placing

    with session(lang, json=json, quiet=quiet, debug=debug) as here:
        asked = load_scenario(file_of_scenario(scenario), data_root=data_root)
        with here.progress() as progress, placing(asked):
            options = build_links(
                asked,
                read_inputs(asked),
                progress=lambda message, share: progress.show(Event(0.0, "links", share, message=message)),
            )
        if json:
            here.document({**candidate_counts(options), "cache": cache_state()})
        elif not quiet:
            print_candidates(options, here.out)
            print_cache(here.out)


@app.command(help=_("Find the plan."))
def solve(
    scenario: ScenarioFile,
    budget: Annotated[
        list[str] | None,
        typer.Option(
            help=_("NAME=AMOUNT or NAME=SHARE%, e.g. programme=2000000 or programme=20%."), show_default=False
        ),
    ] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(help=_("COLUMN=NUMBER: another weight of the benefit, e.g. rural=50."), show_default=False),
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
    from planner.jobs import solve_run

    with session(lang, json=json, quiet=quiet, debug=debug, run=out) as here:
        overrides = solver_overrides(gap, time_limit, seed)
        overrides |= dict(_budget_override(text) for text in budget or [])
        overrides |= dict(_weight_override(text) for text in weight or [])
        scenario_file = file_of_scenario(scenario)
        run_dir = new_run(out, scenario_file.resolve().parent.name)
        job = partial(solve_run, scenario_file, run_dir, data_root=data_root, overrides=overrides, force=force)
        _run(here, job, run_dir)


app.command(help=_("Find what each of a number of budgets can buy, and how much any plan could at most."))(frontier)
app.command(help=_("Find in how few years all offices can be connected with so much a year."))(years)
app.command(
    help=_(
        "Draw prices, demand, rain and terrain: what they do to the plan, and which offices are in whatever they are."
    )
)(risk)
app.command(help=_("Share one budget out among countries by their frontiers: where the next money brings most."))(
    portfolio
)
app.command(
    help=_(
        "Find many plans at once: scenarios, budgets, draws; on this machine or on a cluster; go on where it was left."
    )
)(sweep)


@app.command(help=_("Recompute everything of a stored plan without the solver; exit code 1 if anything differs."))
def verify(
    run: RunDir,
    data_root: DataRoot = None,
    lang: LangOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    from planner.plan.verify import verify as verify_run

    with session(lang, json=json, quiet=quiet, debug=debug) as here:
        report = verify_run(run, data_root=data_root)
        if json:
            here.document(report.as_dict())
        here.say(str(report))
        if report.differences:
            raise typer.Exit(VerificationError.exit_code)


@app.command(help=_("Price somebody else's plan (CSV: office, technology[, parent]) with the same costs and checks."))
def evaluate(
    scenario: ScenarioFile,
    plan: Annotated[Path, typer.Argument(metavar="PLAN.csv", help=_("The plan to price: CSV or XLSX."))],
    time_limit: TimeLimit = None,
    out: Out = None,
    force: Force = False,
    data_root: DataRoot = None,
    lang: LangOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    from planner.jobs import evaluate_run
    from planner.plan.evaluate.table import read_wishes
    from planner.report.evaluated import print_evaluated

    with session(lang, json=json, quiet=quiet, debug=debug, run=out) as here:
        read_wishes(plan)  # what is wrong with it is told before a folder is made
        run_dir = new_run(out, f"{plan.stem}-evaluated")
        with here.progress() as progress:
            found = evaluate_run(
                file_of_scenario(scenario),
                plan,
                run_dir,
                data_root=data_root,
                overrides={} if time_limit is None else {"solver.time_limit_s": time_limit},
                command=sys.argv[1:],
                listener=progress.show,
                force=force,
            )
        if json:
            own = [
                {"name": own.name, "measure": own.measure, "scope": dict(own.scope), "limit": own.limit_cents / 100}
                for own in found.own_budgets
            ]
            here.document(
                {
                    "theirs": found.theirs.document(),
                    "same_money": found.ours.document(),
                    "own_budgets": own,
                    "broken_rules": list(found.broken),
                    "refused": [problem.as_dict() for problem in found.refused],
                }
            )
        elif not quiet:
            print_evaluated(found, plan, here.out, run_dir)
        if found.ours.outcome.status == "cancelled":
            raise typer.Exit(CancelledError.exit_code)


app.command(
    help=_(
        "Say why an office or a link is in the plan or not, what it costs and what it would take; without ID, what "
        "binds the plan, what a failure cuts off and which offices come next."
    )
)(explain)
app.command(help=_("Write a run as documents and data: tables, maps, exchange formats, an archive."))(export)
app.command(help=_("Say how runs differ: settings, offices, money by technology and region."))(compare)


@app.command(name="app", help=_("Open the app in the browser."))
def open_app(
    run: Annotated[
        Path | None, typer.Argument(metavar="RUN", help=_("Run folder to open."), show_default=False)
    ] = None,
    port: Annotated[int, typer.Option(help=_("Port of the local server."), min=1024, max=65535)] = 8501,
    lang: LangOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    from streamlit.web.cli import main as streamlit

    from planner.i18n import language
    from planner.jobs import run_state

    with session(lang, json=json, quiet=quiet, debug=debug):
        if run and run_state(run) is None:
            raise InputError(
                Problem(
                    "no-run",
                    _("There is no run in this folder."),
                    _("Give a run folder, or none to see those in “runs”."),
                    file=str(run),
                )
            )
        script = Path(__file__).parents[1] / "ui" / "main.py"
        arguments = [*([str(run.resolve())] if run else []), "--lang", language()]
        # In this process: whoever ends it ends the server.
        streamlit(["run", str(script), "--server.port", str(port), "--", *arguments], standalone_mode=False)


def _run(here: Session, job: "Callable[..., Plan]", run_dir: Path) -> None:
    """Run the main job and show its result."""
    with loading():
        import planner.pipeline  # what the job needs
        import planner.plan.store  # noqa: F401
        from planner.report.summary import print_summary, verdict

    with here.progress() as progress:
        plan = job(command=sys.argv[1:], listener=progress.show)
    if here.json:
        here.document(plan.document())
    elif not here.quiet:
        print_summary(plan, here.out, run_dir)
    found = plan.outcome
    if found.value is None and (here.json or here.quiet):
        here.complain(str(found.conflict) if found.conflict else verdict(plan))
    if code := _EXIT_CODES.get(found.status):
        raise typer.Exit(code)


_EXIT_CODES = {"cancelled": CancelledError.exit_code, "infeasible": InfeasibleError.exit_code, "error": 1}


def _weight_override(text: str) -> tuple[str, object]:
    """Read ``COLUMN=NUMBER``."""
    name, _sign, figure = text.partition("=")
    try:
        return f"benefit.weights.{name}", float(figure)
    except ValueError as error:
        problem = Problem(
            "bad-option",
            _("A weight is given as COLUMN=NUMBER."),
            _("For instance: --weight people_underserved=1 --weight rural=50."),
            column="--weight",
            value=text,
        )
        raise InputError(problem) from error


def _budget_override(text: str) -> tuple[str, object]:
    """Read ``NAME=AMOUNT`` or ``NAME=SHARE%``; amounts are written as in the input files, with blanks or commas too."""
    from planner.numerals import amount_of

    name, sign, amount = text.partition("=")
    if not sign or not name or not amount:
        raise InputError(
            Problem(
                "bad-option",
                _("A budget is given as NAME=AMOUNT."),
                _("For instance: --budget programme=2000000 or --budget programme=20%."),
                column="--budget",
                value=text,
            )
        )
    # No number: a share, or a fault that the scenario's own check names.
    return f"budgets.{name}", amount_of(amount)
