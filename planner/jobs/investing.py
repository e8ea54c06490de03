"""One budget over many countries as a run: their frontiers, each a run of its own, and what the money does together."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from planner.errors import CancelledError, InputError, Problem
from planner.files import write_whole
from planner.i18n import _, language, use_language
from planner.jobs.cancellation import cancellation, request_cancel
from planner.jobs.executors import at_work
from planner.jobs.folder import run_folder
from planner.jobs.journal import run_state
from planner.jobs.solving import frontier_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor, Future
    from pathlib import Path

    from planner.i18n import Language
    from planner.jobs.journal import Event, Journal
    from planner.portfolio import CountryAsked, Portfolio, PortfolioAsked, Terms
    from planner.scenario import Amount, Scenario, Share

_BETWEEN_LOOKS_S = 0.2
_NOT_IN_NAMES = re.compile(r"[^\w-]+")


def portfolio_run(
    portfolio_file: Path,
    run_dir: Path,
    *,
    budgets: Sequence[float | Amount | Share] = (),
    points: int = 40,
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
    budgets : sequence of float, Amount or Share
        In place of those of the file, in the portfolio's currency, or of what connecting all costs in all countries.
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
    PlannerError
        A process was lost.
    """
    from planner.portfolio import dump_portfolio, load_portfolio, share_out, write_portfolio  # noqa: PLC0415

    asked = load_portfolio(portfolio_file)
    if budgets:
        asked = asked.with_budgets(budgets)
    if not asked.budgets:
        message, remedy = _("No budget is named."), _("Say budgets in the file, or --budget AMOUNT or SHARE%.")
        raise InputError(Problem("missing-field", message, remedy, str(portfolio_file), column="budgets"))
    job = _Frontiers(portfolio_file.absolute().parent, run_dir, data_root, overrides or {}, points, command)
    _spare(portfolio_file, run_dir)
    job.check(asked)
    with (
        run_folder(run_dir, force=force, listener=listener, command="portfolio") as journal,
        cancellation(run_dir) as cancelled,
    ):
        write_whole(run_dir / "portfolio.yaml", dump_portfolio(asked, job.folder, run_dir))
        countries = job.find(asked, workers, journal, cancelled)
        journal.note("solve", _("Sharing out among {count} countries").format(count=len(countries)))
        found = share_out(asked, countries, asked.budgets)
        write_portfolio(found, run_dir)
        journal.note("done", _("The portfolio is written."))
        return found


def _spare(portfolio_file: Path, run_dir: Path) -> None:
    """Refuse a run folder in which the run's ``portfolio.yaml`` would replace the one that the user wrote."""
    if (run_dir / "portfolio.yaml").resolve() == portfolio_file.resolve():
        message = _("This folder holds the portfolio file itself; a run writes a portfolio.yaml of its own.")
        raise InputError(Problem("run-folder", message, _("Choose another folder with --out."), file=str(run_dir)))


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
        """Refuse what no money can be shared out among, before a folder is made and hours are spent on frontiers.

        Raises
        ------
        InputError
            A frontier is not there and cannot be found, or countries cannot be added up.
        """
        from planner.portfolio import comparable  # noqa: PLC0415

        terms: list[Terms] = []
        problems: list[Problem] = []
        for country in asked.countries:
            try:
                with asked.reading(country):
                    terms.append(self._terms_of(country, asked.currency))
            except InputError as error:
                problems += error.problems
        if problems := problems or comparable(terms):
            raise InputError(problems)

    def _terms_of(self, country: CountryAsked, currency: str) -> Terms:
        """Return how a country reckons: as its frontier does, or will."""
        from planner.pipeline import only_budget  # noqa: PLC0415
        from planner.portfolio import (  # noqa: PLC0415
            Terms,
            rate_of,
            read_country,
            refuse_missing,
            refuse_what_has_to_be,
        )

        if country.run is not None:
            return read_country(country, self.folder / country.run, currency).terms
        refuse_missing(country, self._file_of(country))
        scenario = self.scenario_of(country)
        measure = only_budget(scenario, "frontier").measure
        refuse_what_has_to_be(scenario)
        rate_of(country, scenario.money.currency, currency)
        return Terms(country.name, measure, scenario.benefit.weights, self._file_of(country))

    def scenario_of(self, country: CountryAsked) -> Scenario:
        """Return the scenario of a country that names one."""
        from planner.scenario import load_scenario  # noqa: PLC0415

        return load_scenario(self._file_of(country), data_root=self.data_root, overrides=self.overrides)

    def _file_of(self, country: CountryAsked) -> Path:
        assert country.scenario is not None
        return self.folder / country.scenario

    def find(self, asked: PortfolioAsked, workers: int, journal: Journal, cancelled: Callable[[], bool]) -> list[Any]:
        """Return the countries with their frontiers, which are looked for where there are none yet."""
        from planner.portfolio import read_country  # noqa: PLC0415

        places = self.places_of(asked)
        missing: list[_Task] = []
        for country, folder in zip(asked.countries, places, strict=True):
            with asked.reading(country):
                if country.scenario is not None and not _still_good(folder, self.scenario_of(country), self.points):
                    missing.append(self._task(asked, country, folder))
        self._find_missing(missing, len(asked.countries), workers, journal, cancelled)
        found = []
        for country, folder in zip(asked.countries, places, strict=True):
            with asked.reading(country):
                found.append(read_country(country, folder, asked.currency))
        return found

    def _task(self, asked: PortfolioAsked, country: CountryAsked, folder: Path) -> _Task:
        file, overrides, command = self._file_of(country), dict(self.overrides), tuple(self.command)
        return _Task(asked, country, file, folder, self.points, self.data_root, overrides, command)

    def places_of(self, asked: PortfolioAsked) -> list[Path]:
        """Return the folder of each country's frontier; no two that are looked for share one, whatever the disk."""
        own = {country.name: _NOT_IN_NAMES.sub("-", country.name) for country in asked.countries if country.run is None}
        alike = [_alike(name) for name in own.values()]
        for country, name in own.items():
            if alike.count(_alike(name)) > 1:
                # What does not depend on the order of the countries: a later run finds the same frontier there.
                own[country] = f"{name}-{hashlib.sha256(country.encode()).hexdigest()[:8]}"
        return [
            self.run_dir / "countries" / own[country.name] if country.run is None else self.folder / country.run
            for country in asked.countries
        ]

    def _find_missing(
        self,
        tasks: Sequence[_Task],
        total: int,
        workers: int,
        journal: Journal,
        cancelled: Callable[[], bool],
    ) -> None:
        """Find frontiers; at the first fault, or once one is cancelled, none is begun and those under way end."""
        done, halted = total - len(tasks), False
        problems: list[Problem] = []

        def stopped() -> bool:
            if halted or cancelled():
                request_cancel(self.run_dir)  # other processes see the file, not the signal
            return halted or cancelled()

        _tell(journal, done, total)
        lost = _(
            "A process was lost: it may lack memory. Frontiers that are done are kept; run the same again with --force "
            "and fewer workers."
        )
        workers = min(workers, max(len(tasks), 1))
        with at_work(workers, partial(request_cancel, self.run_dir), lost) as executor:
            for future in _ended(executor, tasks, self.run_dir, workers, stopped):
                try:
                    whole = future.result() != "cancelled"
                except InputError as error:
                    problems += error.problems
                    whole = False
                if whole:
                    done += 1
                    _tell(journal, done, total)
                halted = halted or not whole
        if problems:
            raise InputError(problems)
        if done < total:
            raise CancelledError(_("Cancelled before all frontiers were there; those that are done are kept."))


def _alike(name: str) -> str:
    """Return what names have in common that are the same to some disks."""
    return unicodedata.normalize("NFC", name).casefold()


def _ended(
    executor: Executor, tasks: Sequence[_Task], run_dir: Path, at_once: int, stopped: Callable[[], bool]
) -> Iterator[Future[str]]:
    """Yield searches as they end; so many are under way at a time, and none is begun once ``stopped`` says so."""
    left = list(reversed(tasks))
    waiting: set[Future[str]] = set()
    while True:
        while left and len(waiting) < at_once and not stopped():
            waiting.add(executor.submit(_find_frontier, left.pop(), run_dir, language()))
        if not waiting:
            return
        stopped()  # whoever asks meanwhile is heard by those under way
        ended, waiting = wait(waiting, timeout=_BETWEEN_LOOKS_S, return_when=FIRST_COMPLETED)
        yield from ended


def _tell(journal: Journal, done: int, total: int) -> None:
    text = _("Frontiers of countries: {n} of {total}").format(n=done, total=total)
    journal.note("links", text, share=done / total)


@dataclass(frozen=True)
class _Task:
    """A frontier to be found."""

    asked: PortfolioAsked
    country: CountryAsked
    scenario_file: Path
    folder: Path
    points: int
    data_root: Path | None
    overrides: Mapping[str, object]
    command: tuple[str, ...]


def _find_frontier(task: _Task, run_dir: Path, lang: Language) -> str:
    """Find a frontier in whichever process this is, and return why its search ended."""
    try:
        with use_language(lang), task.asked.reading(task.country):
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
    from planner.pipeline import budgets_up_to  # noqa: PLC0415
    from planner.plan.frontier import read_frontier  # noqa: PLC0415
    from planner.plan.record import changes_since, read_record  # noqa: PLC0415

    if run_state(folder) != "done":
        return False
    try:
        stored, record = read_frontier(folder), read_record(folder)
    except InputError:
        return False
    limits = [round(100 * point["limit"]) for point in stored["points"]]
    wanted = budgets_up_to(round(100 * stored["budget"]["connect_all"]), points, dense=True)
    return limits == wanted and not changes_since(record, scenario, _Told(stored["scenario"]))


@dataclass(frozen=True)
class _Told:
    """What a stored frontier tells of its scenario."""

    scenario: Mapping[str, Any]
