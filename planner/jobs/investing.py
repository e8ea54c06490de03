"""One budget over many countries as a run: their frontiers, each a run of its own, and what the money does together."""

from __future__ import annotations

import re
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.errors import CancelledError, InputError, Problem
from planner.files import write_whole
from planner.i18n import _, language, use_language
from planner.jobs.cancellation import cancellation, request_cancel
from planner.jobs.executors import new_executor
from planner.jobs.folder import run_folder
from planner.jobs.journal import run_state
from planner.jobs.solving import frontier_run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from planner.i18n import Language
    from planner.jobs.journal import Event, Journal
    from planner.portfolio import CountryAsked, Portfolio, PortfolioAsked
    from planner.scenario import Scenario

_BETWEEN_LOOKS_S = 0.2
_NOT_IN_NAMES = re.compile(r"[^\w-]+")


def portfolio_run(
    portfolio_file: Path,
    run_dir: Path,
    *,
    budgets: Sequence[float] = (),
    points: int = 25,
    workers: int = 1,
    overrides: Mapping[str, object] | None = None,
    data_root: Path | None = None,
    command: Sequence[str] = (),
    listener: Callable[[Event], None] | None = None,
    force: bool = False,
) -> Portfolio:
    """Find the frontiers that are not there yet, share the budgets out, write ``portfolio.json`` and ``portfolio.csv``.

    Parameters
    ----------
    portfolio_file, run_dir : Path
    budgets : sequence of float
        In place of those of the file, in the portfolio's currency.
    points : int
        Budgets of a frontier that is still to be found.
    workers : int
        Frontiers that are looked for at the same time, each in a process of its own; 1: in this one.
    overrides, data_root, command, listener, force
        As in `planner.jobs.solve_run`, for the scenarios in the file. Frontiers below ``RUN/countries`` that were found
        from the same scenario, inputs and prices for as many budgets are kept.

    Raises
    ------
    InputError
        Wrong input of the portfolio, or of one of its countries.
    CancelledError
        Cancelled before all frontiers were there; those that are done are kept.
    """
    from planner.portfolio import load_portfolio, share_out, write_portfolio  # noqa: PLC0415

    asked = load_portfolio(portfolio_file)
    money = tuple(budgets) or asked.budgets
    if not money:
        message, remedy = _("No budget is named."), _("Say budgets in the file, or --budget AMOUNT.")
        raise InputError(Problem("missing-field", message, remedy, str(portfolio_file), column="budgets"))
    job = _Frontiers(portfolio_file.absolute().parent, run_dir, data_root, overrides or {}, points, command)
    job.check(asked)
    with run_folder(run_dir, force=force, listener=listener) as journal, cancellation(run_dir) as cancelled:
        write_whole(run_dir / "portfolio.yaml", portfolio_file.read_text(encoding="utf-8-sig"))
        countries = job.find(asked, workers, journal, cancelled)
        journal.note("solve", _("Sharing out among {count} countries").format(count=len(countries)))
        found = share_out(asked, countries, money)
        write_portfolio(found, run_dir)
        journal.note("done", _("The portfolio is written."))
        return found


@dataclass(frozen=True)
class _Frontiers:
    """Where the frontiers of countries lie, and how those that are not there are found."""

    folder: Path
    run_dir: Path
    data_root: Path | None
    overrides: Mapping[str, object]
    points: int
    command: Sequence[str]

    def check(self, asked: PortfolioAsked) -> None:
        """Refuse scenarios that no frontier can be found of, before a folder is made.

        Raises
        ------
        InputError
        """
        from planner.pipeline import only_budget  # noqa: PLC0415
        from planner.portfolio import refuse_what_has_to_be  # noqa: PLC0415

        for country in asked.countries:
            if country.scenario is not None:
                scenario = self.scenario_of(country)
                only_budget(scenario, "frontier")
                refuse_what_has_to_be(scenario)

    def scenario_of(self, country: CountryAsked) -> Scenario:
        """Return the scenario of a country that names one."""
        from planner.scenario import load_scenario  # noqa: PLC0415

        assert country.scenario is not None
        return load_scenario(self.folder / country.scenario, data_root=self.data_root, overrides=self.overrides)

    def find(self, asked: PortfolioAsked, workers: int, journal: Journal, cancelled: Callable[[], bool]) -> list[Any]:
        """Return the countries with their frontiers, which are looked for where there are none yet."""
        from planner.portfolio import read_country  # noqa: PLC0415

        missing: list[_Task] = []
        for country in asked.countries:
            if country.scenario is not None:
                file, folder = self.folder / country.scenario, self.place_of(country)
                if not _still_good(folder, self.scenario_of(country), self.points):
                    task = _Task(file, folder, self.points, self.data_root, dict(self.overrides), tuple(self.command))
                    missing.append(task)
        self._find_missing(missing, len(asked.countries), workers, journal, cancelled)
        return [read_country(country, self.place_of(country), asked.currency) for country in asked.countries]

    def place_of(self, country: CountryAsked) -> Path:
        """Return the folder of a country's frontier."""
        if country.run is not None:
            return self.folder / country.run
        return self.run_dir / "countries" / _NOT_IN_NAMES.sub("-", country.name)

    def _find_missing(
        self,
        tasks: Sequence[_Task],
        total: int,
        workers: int,
        journal: Journal,
        cancelled: Callable[[], bool],
    ) -> None:
        done = total - len(tasks)
        _tell(journal, done, total)
        with new_executor(min(workers, max(len(tasks), 1))) as executor:
            waiting: set[Future[str]] = set()
            for task in tasks:
                if not cancelled():
                    waiting.add(executor.submit(_find_frontier, task, self.run_dir, language()))
            while waiting:
                if cancelled():
                    # Other processes see the file, not the signal.
                    request_cancel(self.run_dir)
                    for future in waiting:
                        future.cancel()
                ended, waiting = wait(waiting, timeout=_BETWEEN_LOOKS_S, return_when=FIRST_COMPLETED)
                for future in ended:
                    if future.cancelled() or future.result() == "cancelled":
                        request_cancel(self.run_dir)
                    else:
                        done += 1
                        _tell(journal, done, total)
        if done < total:
            raise CancelledError(_("Cancelled before all frontiers were there; those that are done are kept."))


def _tell(journal: Journal, done: int, total: int) -> None:
    text = _("Frontiers of countries: {n} of {total}").format(n=done, total=total)
    journal.note("links", text, share=done / total)


@dataclass(frozen=True)
class _Task:
    """A frontier to be found."""

    scenario_file: Path
    folder: Path
    points: int
    data_root: Path | None
    overrides: Mapping[str, object]
    command: tuple[str, ...]


def _find_frontier(task: _Task, run_dir: Path, lang: Language) -> str:
    """Find a frontier in whichever process this is, and return why its search ended."""
    try:
        with use_language(lang):
            found = frontier_run(
                task.scenario_file,
                task.folder,
                points=task.points,
                dense=True,
                data_root=task.data_root,
                overrides=task.overrides,
                command=task.command,
                force=True,
                within=run_dir,
            )
    except CancelledError:
        return "cancelled"
    return found.termination


def _still_good(folder: Path, scenario: Scenario, points: int) -> bool:
    """Return whether a folder holds the finished frontier of a scenario as it, its inputs and prices are now."""
    from planner.plan.frontier import read_frontier  # noqa: PLC0415
    from planner.plan.record import changes_since, read_record  # noqa: PLC0415

    if run_state(folder) != "done":
        return False
    try:
        stored, record = read_frontier(folder), read_record(folder)
    except InputError:
        return False
    return len(stored["points"]) == points and not changes_since(record, scenario, _Told(stored["scenario"]))


@dataclass(frozen=True)
class _Told:
    """What a stored frontier tells of its scenario."""

    scenario: Mapping[str, Any]
