"""The main job: from a scenario file to a run folder with a plan."""

from __future__ import annotations

import json
import multiprocessing
import platform
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from planner.errors import CancelledError, InfeasibleError, InputError, PlannerError, Problem
from planner.files import write_whole
from planner.i18n import _, language
from planner.jobs.cancellation import cancel_file, cancellation, request_cancel
from planner.jobs.folder import run_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from planner.evaluation import Evaluation
    from planner.inputs import Inputs
    from planner.jobs.journal import Event, Journal
    from planner.jobs.workers import Cluster
    from planner.links import LinkOptions
    from planner.plan.frontier import BenefitFrontier
    from planner.plan.plan import Plan
    from planner.risk import Risk
    from planner.scenario import Scenario
    from planner.solver import Headway, Progress

_VERSIONED = ("postlink-planner", "numpy", "numba", "scipy", "rasterio", "pyproj", "shapely", "ortools", "pyscipopt")


def solve_run(
    scenario_file: Path,
    run_dir: Path,
    *,
    data_root: Path | None = None,
    overrides: Mapping[str, object] | None = None,
    command: Sequence[str] = (),
    listener: Callable[[Event], None] | None = None,
    force: bool = False,
) -> Plan:
    """Read, link, solve and write one run; the whole main job.

    Parameters
    ----------
    scenario_file : Path
    run_dir : Path
        Made if it is not there.
    data_root : Path or None
        Folder that input files are relative to, if not the scenario's own.
    overrides : mapping or None
        Scenario fields by dotted path, e.g. ``{"solver.gap": 0.01}``.
    command : sequence of str
        How the run was called, for the record.
    listener : callable or None
        Receives each `Event`.
    force : bool
        Replace a run that is in the folder.

    Raises
    ------
    InputError
        Wrong input: a scenario that cannot be read makes no folder; of anything else the journal tells.
    CancelledError
        Cancelled before there was anything to write.
    """
    # The rooms of the pipeline pull in heavy libraries: the app and `planner --help` import this module without them.
    from planner.scenario import load_scenario  # noqa: PLC0415

    scenario = load_scenario(scenario_file, data_root=data_root, overrides=overrides)
    _spare(scenario_file, run_dir)
    # Whoever asks a run to stop may do so from its first line on.
    with cancellation(run_dir) as cancelled, run_folder(run_dir, force=force, listener=listener) as journal:
        return _solve(journal, scenario, scenario_file, run_dir, data_root, command, cancelled)


def demo_run(
    run_dir: Path,
    *,
    offices: int,
    seed: int,
    command: Sequence[str] = (),
    listener: Callable[[Event], None] | None = None,
    force: bool = False,
) -> Plan:
    """Make a synthetic country in ``RUN_DIR/country`` and solve it.

    Parameters
    ----------
    run_dir, command, listener, force
        As in `solve_run`.
    offices, seed : int
        Of the country.
    """
    from planner.demo import make_country  # noqa: PLC0415
    from planner.scenario import load_scenario  # noqa: PLC0415

    # The country lies in the run's folder: a run that stays must keep the one that it was made from.
    with (
        cancellation(run_dir) as cancelled,
        run_folder(run_dir, force=force, listener=listener, command="demo") as journal,
    ):
        journal.note("inputs", _("Making a country of {count} offices").format(count=offices))
        scenario_file = make_country(run_dir / "country", offices=offices, seed=seed)
        return _solve(journal, load_scenario(scenario_file), scenario_file, run_dir, None, command, cancelled)


def _solve(
    journal: Journal,
    scenario: Scenario,
    scenario_file: Path,
    run_dir: Path,
    data_root: Path | None,
    command: Sequence[str],
    cancelled: Callable[[], bool],
) -> Plan:
    """Read, link, solve and write, in a folder that has been taken."""
    from planner.pipeline import solve  # noqa: PLC0415
    from planner.plan.store import write_run_files  # noqa: PLC0415
    from planner.scenario import placing  # noqa: PLC0415

    with placing(scenario):
        inputs, options = _prepare(scenario, scenario_file, run_dir, data_root, command, journal, cancelled)
        journal.note("solve", _("Searching among {count} candidate links").format(count=len(options)))
        plan = solve(scenario, inputs, options, cancelled=cancelled, on_progress=_searching(journal))
    journal.note("plan", _("Writing the plan"))
    write_run_files(plan, run_dir)
    found = plan.outcome
    # That no plan keeps all limits is an answer; plan.json has it in full.
    text = str(found.conflict) if found.conflict is not None else _("The plan is written.")
    journal.note("cancelled" if found.status == "cancelled" else "done", text)
    return plan


def evaluate_run(
    scenario_file: Path,
    csv_path: Path,
    run_dir: Path,
    *,
    data_root: Path | None = None,
    overrides: Mapping[str, object] | None = None,
    command: Sequence[str] = (),
    listener: Callable[[Event], None] | None = None,
    force: bool = False,
) -> Evaluation:
    """Price somebody else's plan and write it as a run; the best plan of the same money lies in ``same-money``.

    Parameters
    ----------
    scenario_file, run_dir, data_root, overrides, command, listener, force
        As in `solve_run`.
    csv_path : Path
        Their plan: columns office, technology and, if it likes, parent.
    """
    from planner.evaluation import evaluate_plan  # noqa: PLC0415
    from planner.plan.store import write_run_files  # noqa: PLC0415
    from planner.scenario import dump_scenario, load_scenario, placing  # noqa: PLC0415

    scenario = load_scenario(scenario_file, data_root=data_root, overrides=overrides)
    _spare(scenario_file, run_dir)
    beside = run_dir / "same-money"
    with (
        run_folder(run_dir, force=force, listener=listener) as journal,
        run_folder(beside, force=force) as journal_beside,
        cancellation(run_dir) as cancelled,
        placing(scenario),
    ):
        inputs, options = _prepare(scenario, scenario_file, run_dir, data_root, command, journal, cancelled)
        journal.note("solve", _("Pricing the plan, and searching what the same money could do"))
        found = evaluate_plan(scenario, inputs, options, csv_path, cancelled=cancelled, on_progress=_searching(journal))
        for plan, of, folder in (
            (found.ours, found.same_money, beside),
            (found.theirs, found.of_theirs, run_dir),
        ):
            write_whole(folder / "scenario.yaml", dump_scenario(of))
            write_whole(folder / "inputs.json", (run_dir / "inputs.json").read_text(encoding="utf-8"))
            write_run_files(plan, folder)
        ended = "cancelled" if found.ours.outcome.status == "cancelled" else "done"
        for told in (journal_beside, journal):
            told.note(ended, _("The plan is written."))
        return found


def frontier_run(
    scenario_file: Path,
    run_dir: Path,
    *,
    points: int,
    dense: bool = False,
    data_root: Path | None = None,
    overrides: Mapping[str, object] | None = None,
    command: Sequence[str] = (),
    listener: Callable[[Event], None] | None = None,
    force: bool = False,
    within: Path | None = None,
    workers: int = 1,
    cluster: Cluster | None = None,
) -> BenefitFrontier:
    """Find benefit against budget, and write ``frontier.json`` and ``frontier.csv`` into a run folder.

    Parameters
    ----------
    scenario_file, run_dir, data_root, overrides, command, listener, force
        As in `solve_run`.
    points : int
        Number of budgets.
    dense : bool
        Smaller steps at small budgets.
    within : Path or None
        Folder of a larger run that this one is a part of: its cancel file stops this one too.
    workers : int
        Processes of this machine among which the budgets are shared out; 1: this one searches all.
    cluster : Cluster or None
        Who searches instead.
    """
    from planner.jobs.workers import new_spread  # noqa: PLC0415
    from planner.pipeline import frontier, only_budget  # noqa: PLC0415
    from planner.plan.frontier import write_frontier  # noqa: PLC0415
    from planner.scenario import load_scenario, placing  # noqa: PLC0415

    scenario = load_scenario(scenario_file, data_root=data_root, overrides=overrides)
    only_budget(scenario, "frontier")
    _spare(scenario_file, run_dir)
    folders = (run_dir,) if within is None else (run_dir, within)
    # A process of a pool leaves signals to its parent: one that did not end at a kill would keep the parent waiting.
    signals = within is None or multiprocessing.parent_process() is None
    with (
        run_folder(run_dir, force=force, listener=listener) as journal,
        cancellation(*folders, signals=signals) as cancelled,
        placing(scenario),
    ):
        inputs, options = _prepare(scenario, scenario_file, run_dir, data_root, command, journal, cancelled)
        journal.note("solve", _("Searching among {count} candidate links").format(count=len(options)))
        told = -1

        def tell(now: Headway) -> None:
            nonlocal told
            if now.closed != told:
                told = now.closed
                text = _("Budgets done: {n} of {total}").format(n=now.closed, total=now.budgets)
                journal.note("solve", text, share=now.closed / now.budgets)

        def stop() -> bool:
            if workers > 1 and cancelled():
                request_cancel(run_dir)  # other processes see the file, not the signal
            return cancelled()

        with new_spread(workers, cluster, run_dir) as spread:
            found = frontier(
                scenario, inputs, options, points=points, dense=dense, spread=spread, cancelled=stop, on_progress=tell
            )
        write_frontier(found, run_dir)
        journal.note("cancelled" if found.termination == "cancelled" else "done", _("The frontier is written."))
        return found


def risk_run(
    scenario_file: Path,
    run_dir: Path,
    *,
    draws: int,
    reoptimise: bool,
    workers: int,
    robust: bool = False,
    data_root: Path | None = None,
    overrides: Mapping[str, object] | None = None,
    command: Sequence[str] = (),
    listener: Callable[[Event], None] | None = None,
    force: bool = False,
) -> Risk:
    """Find the plan, draw prices and demand, write what they do to it: the plan's files, ``risk.json``, ``risk.csv``.

    Parameters
    ----------
    scenario_file, run_dir, data_root, overrides, command, listener, force
        As in `solve_run`.
    draws : int
    reoptimise : bool
        Look for the best plan of each draw too.
    workers : int
        Processes that work at the same time.
    robust : bool
        Look for the plan that keeps most on average too; it becomes a run of its own in the folder `ROBUST`.

    Raises
    ------
    InputError
        As `solve_run`; or nothing is uncertain.
    InfeasibleError
        No plan keeps all limits, so that there is nothing to study.
    PlannerError
        No plan was found in the time given; or a process was lost.
    CancelledError
        Cancelled before the first plan, or before the first draw was done.
    """
    from planner.jobs.executors import at_work  # noqa: PLC0415
    from planner.pipeline import only_budget, solve  # noqa: PLC0415
    from planner.plan.store import write_run_files  # noqa: PLC0415
    from planner.risk import ROBUST, make_study, robust_plan, run_study, write_risk  # noqa: PLC0415
    from planner.scenario import load_scenario, placing  # noqa: PLC0415

    scenario = load_scenario(scenario_file, data_root=data_root, overrides=overrides)
    only_budget(scenario, "risk")
    _spare(scenario_file, run_dir)
    with (
        run_folder(run_dir, force=force, listener=listener) as journal,
        cancellation(run_dir) as cancelled,
        placing(scenario),
    ):
        inputs, options = _prepare(scenario, scenario_file, run_dir, data_root, command, journal, cancelled)
        journal.note("solve", _("Searching among {count} candidate links").format(count=len(options)))
        plan = solve(scenario, inputs, options, cancelled=cancelled, on_progress=_searching(journal))
        write_run_files(plan, run_dir)
        _refuse_nothing(plan)
        if cancelled():
            raise CancelledError(_("Cancelled before the first draw was done; the plan is written."))
        study = make_study(scenario, inputs, options, plan, cancel_file=cancel_file(run_dir))

        def stop() -> bool:
            # Other processes see the file, not the signal.
            if cancelled():
                request_cancel(run_dir)
            return cancelled()

        def told(done: int, total: int) -> None:
            text = _("Draws and single figures done: {n} of {total}").format(n=done, total=total)
            journal.note("solve", text, share=done / total)

        lost = _("A process was lost: it may lack memory. Run the same again with --force and fewer workers.")
        with at_work(workers, partial(request_cancel, run_dir), lost) as executor:
            risk = run_study(
                study,
                plan,
                executor,
                draws=draws,
                reoptimise=reoptimise,
                robust=robust,
                cancelled=stop,
                on_progress=told,
            )
        if risk is None:
            raise CancelledError(_("Cancelled before the first draw was done; the plan is written."))
        write_risk(risk, run_dir)
        if risk.robust_choice is not None:
            made = robust_plan(scenario, inputs, options, plan, risk.robust_choice)
            (run_dir / ROBUST).mkdir(exist_ok=True)
            for name in ("scenario.yaml", "inputs.json"):
                write_whole(run_dir / ROBUST / name, (run_dir / name).read_text(encoding="utf-8"))
            write_run_files(made, run_dir / ROBUST)
        journal.note(risk.termination, _("The study of risk is written."))
        return risk


def _refuse_nothing(plan: Plan) -> None:
    """Refuse to go on from a plan that was not found.

    Raises
    ------
    InfeasibleError
        It is proven that there is none.
    CancelledError
        The search was cancelled before the first one.
    PlannerError
        None was found in the time given.
    """
    from planner.report.summary import verdict  # noqa: PLC0415

    found = plan.outcome
    if found.value is None:
        kinds = {"infeasible": InfeasibleError, "cancelled": CancelledError}
        raise kinds.get(found.status, PlannerError)(str(found.conflict) if found.conflict else verdict(plan))


def _spare(scenario_file: Path, run_dir: Path) -> None:
    """Refuse a run folder in which the run's ``scenario.yaml`` would replace the one that the user wrote."""
    if (run_dir / "scenario.yaml").resolve() in {scenario_file.resolve(), (scenario_file / "scenario.yaml").resolve()}:
        raise InputError(
            Problem(
                "run-folder",
                _("This folder holds the scenario itself; a run writes a scenario.yaml of its own."),
                _("Choose another folder with --out."),
                file=str(run_dir),
            )
        )


def _prepare(
    scenario: Scenario,
    scenario_file: Path,
    run_dir: Path,
    data_root: Path | None,
    command: Sequence[str],
    journal: Journal,
    cancelled: Callable[[], bool],
) -> tuple[Inputs, LinkOptions]:
    """Write what is asked into the run folder; read the inputs and build the candidate links."""
    from planner.inputs import read_inputs  # noqa: PLC0415
    from planner.links import build_links  # noqa: PLC0415
    from planner.report.hillshade import map_bounds, write_hillshade  # noqa: PLC0415
    from planner.report.outlines import write_outlines  # noqa: PLC0415
    from planner.scenario import dump_scenario  # noqa: PLC0415
    from planner.solver import kernels_are_compiled  # noqa: PLC0415

    def step(phase: str, message: str, share: float | None = None) -> None:
        if cancelled():
            raise CancelledError(_("Cancelled before the first plan."))
        journal.note(phase, message, share=share)

    if not kernels_are_compiled():
        step("inputs", _("The first run after an installation compiles for some minutes; later ones begin at once."))
    step("inputs", _("Reading the inputs of “{name}”").format(name=scenario.name))
    write_whole(run_dir / "scenario.yaml", dump_scenario(scenario))
    inputs = read_inputs(scenario)
    record = _record(scenario, scenario_file, data_root, inputs, command)
    write_whole(run_dir / "inputs.json", json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    step("links", _("Building candidate links for {count} offices").format(count=len(inputs.offices)))
    options = build_links(scenario, inputs, progress=lambda message, share: step("links", message, share))
    if inputs.terrain:
        step("links", _("Drawing the terrain"))
        bounds = map_bounds(options.places.lon, options.places.lat)
        write_hillshade(inputs.terrain, bounds, run_dir)
    if inputs.regions is not None:
        write_outlines(inputs.regions, run_dir)
    return inputs, options


def _searching(journal: Journal) -> Callable[[Progress], None]:
    """Return what tells the journal of better plans and bounds."""
    return lambda now: journal.note("solve", incumbent=now.value, bound=now.bound, gap=now.gap)


def _record(
    scenario: Scenario, scenario_file: Path, data_root: Path | None, inputs: Inputs, command: Sequence[str]
) -> dict[str, Any]:
    """Return the content of ``inputs.json``: everything that is needed to say where a plan comes from."""
    from planner.catalogue import load_catalogue  # noqa: PLC0415

    used = (*_VERSIONED, *(("itur",) if scenario.climate.source == "itu" else ()))
    return {
        "scenario_file": str(scenario_file.resolve()),
        "data_root": str(data_root.resolve()) if data_root else None,
        "files": [vars(file) for file in inputs.files],
        "prices": load_catalogue(scenario).hash,
        "seed": scenario.solver.seed,
        "command": list(command),
        "language": language(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in used}},
    }
