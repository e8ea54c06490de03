"""A sweep as a run: many plans at once, begun again where it was left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.errors import CancelledError, InputError, Problem
from planner.i18n import _
from planner.jobs.cancellation import cancellation, request_cancel
from planner.jobs.folder import run_folder
from planner.jobs.workers import new_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from planner.jobs.journal import Event, Journal
    from planner.jobs.workers import Cluster
    from planner.scenario import Amount, Scenario, Share
    from planner.sweep import Case, Task


@dataclass(frozen=True)
class Swept:
    """How a sweep has ended.

    Attributes
    ----------
    termination : str
        ``done`` or ``cancelled``.
    rows : tuple of mapping
        Of the tasks that are done, in their order.
    total : int
        Tasks in all.
    known : int
        Tasks that were done before this run began.
    """

    termination: str
    rows: tuple[Mapping[str, Any], ...]
    total: int
    known: int

    @property
    def errors(self) -> int:
        """How many tasks ended in an error."""
        return sum(row["status"] == "error" for row in self.rows)


def _refuse_namesakes(files: Sequence[Path], names: Sequence[str]) -> None:
    """Refuse scenarios of one name: the tables tell them apart by it."""
    seen: dict[str, Path] = {}
    for file, name in zip(files, names, strict=True):
        if name in seen:
            message = _("The scenario in {file} has the same name: plans of the two could not be told apart.")
            remedy = _("Give one of them another name.")
            problem = Problem(
                "same-name", message.format(file=seen[name]), remedy, str(file), column="name", value=name
            )
            raise InputError(problem)
        seen[name] = file


def _refuse_other_budgets(files: Sequence[Path], scenarios: Sequence[Scenario], names: Sequence[str]) -> None:
    """Refuse scenarios whose only budget has another name than the limits are for."""
    problems = []
    for file, scenario in zip(files, scenarios, strict=True):
        # Whoever has none or several is refused once there are limits.
        own = scenario.budgets[0].name if len(scenario.budgets) == 1 else None
        for name in dict.fromkeys(names):
            if own is not None and name != own:
                message = _("The only budget of this scenario is called “{own}”.").format(own=own)
                remedy = _("Say that name, or none: --budget AMOUNT.")
                problems.append(Problem("unknown-field", message, remedy, str(file), column="--budget", value=name))
    if problems:
        raise InputError(problems)


def sweep_run(
    scenario_files: Sequence[Path],
    run_dir: Path,
    *,
    limits: Sequence[Amount | Share] = (),
    budget_names: Sequence[str] = (),
    draws: int = 0,
    workers: int = 1,
    cluster: Cluster | None = None,
    data_root: Path | None = None,
    overrides: Mapping[str, object] | None = None,
    listener: Callable[[Event], None] | None = None,
    force: bool = False,
) -> Swept:
    """Find the plan of every scenario, budget and draw; write ``sweep.parquet`` and ``draws.parquet``.

    Parameters
    ----------
    scenario_files : sequence of Path
    run_dir : Path
        If it holds a sweep, what that has done of these tasks is not done again.
    limits : sequence of Amount or Share
        Of the only budget of each scenario; empty: as the scenario has them.
    budget_names : sequence of str
        What that budget has to be called; empty: anything.
    draws : int
        Beside the plan at typical prices and demand.
    workers : int
        Processes of this machine; 1: this one.
    cluster : Cluster or None
        Who works instead.
    data_root, overrides, listener
        As in `planner.jobs.solve_run`.
    force : bool
        Begin anew, or replace another run that is in the folder.

    Raises
    ------
    InputError
        Wrong input; or the cluster cannot be reached.
    PlannerError
        Workers are lost again and again, or the scheduler is.
    CancelledError
        Cancelled while the scenarios were prepared.
    """
    from planner.scenario import load_scenario  # noqa: PLC0415
    from planner.sweep import JOURNAL, DoneTasks, do_tasks, write_tables  # noqa: PLC0415

    scenarios = [load_scenario(file, data_root=data_root, overrides=overrides) for file in scenario_files]
    _refuse_namesakes(scenario_files, [scenario.name for scenario in scenarios])
    _refuse_other_budgets(scenario_files, scenarios, budget_names)
    with (
        run_folder(run_dir, force=force, listener=listener, resumed_by=JOURNAL, command="sweep") as journal,
        cancellation(run_dir) as cancelled,
    ):
        done = DoneTasks(run_dir)
        try:
            cases, tasks = _prepare(scenarios, limits, draws, journal, cancelled)
            known = len({task.key for task in tasks} & set(done.rows))

            def stop() -> bool:
                # Other processes see the file, not the signal.
                if cancelled():
                    request_cancel(run_dir)
                return cancelled()

            with new_workers(workers, cluster, run_dir, stop) as hands:
                whole = do_tasks(cases, tasks, done, hands, cancelled=stop, on_progress=_teller(journal))
        finally:
            done.close()
        answered = [task for task in tasks if task.key in done.rows]
        rows = [{**done.rows[task.key], "scenario": task.scenario, "draw": task.draw} for task in answered]
        write_tables(run_dir, answered, rows)
        ended = "done" if whole else "cancelled"
        journal.note(ended, _("The tables are written."))
        return Swept(ended, tuple(rows), len(tasks), known)


def _prepare(
    scenarios: Sequence[Scenario],
    limits: Sequence[Amount | Share],
    draws: int,
    journal: Journal,
    cancelled: Callable[[], bool],
) -> tuple[list[Case], list[Task]]:
    """Read all inputs, build all candidate links, and say what is to be done."""
    from planner.scenario import placing  # noqa: PLC0415
    from planner.sweep import make_case, tasks_of  # noqa: PLC0415

    begun = 0

    def step(message: str, share: float) -> None:
        if cancelled():
            raise CancelledError(_("Cancelled while the scenarios were prepared; what was done before is kept."))
        journal.note("links", message, share=(begun + share) / len(scenarios))

    cases: list[Case] = []
    tasks: list[Task] = []
    for number, scenario in enumerate(scenarios):
        begun = number
        step(_("Preparing “{name}”").format(name=scenario.name), 0.0)
        with placing(scenario):
            cases.append(make_case(scenario, step))
            tasks += tasks_of(cases[-1], number, limits, draws)
    return cases, tasks


def _teller(journal: Journal) -> Callable[[int, int, float | None], None]:
    def tell(n_done: int, total: int, rest_s: float | None) -> None:
        text = _("Plans found: {n} of {total}").format(n=n_done, total=total)
        if rest_s is not None and n_done < total:
            text = _("{done}; about {time} left").format(done=text, time=_duration(rest_s))
        journal.note("solve", text, share=n_done / max(total, 1))

    return tell


def _duration(seconds: float) -> str:
    """Return a duration roughly, in one unit."""
    if seconds >= 2 * 3600:
        return _("{n} h").format(n=round(seconds / 3600))
    if seconds >= 2 * 60:
        return _("{n} min").format(n=round(seconds / 60))
    return _("{n} s").format(n=max(round(seconds), 1))
