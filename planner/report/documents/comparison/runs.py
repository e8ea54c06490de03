"""The runs of a comparison, and the frontier beside them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.plan.compare import compare, settings
from planner.plan.frontier import FRONTIER_JSON
from planner.plan.record import read_record
from planner.report.exported import read_exported
from planner.scenario import load_scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from planner.plan.compare import Comparison, Setting
    from planner.plan.model import Plan
    from planner.report.exported import ExportedRun

LETTERS = "ABCD"
"""What plans are called in tables."""
NO_BREAK = "\N{NO-BREAK SPACE}"
OF_A_FRONTIER = ("name", "description", "language", "solver.")
"""Fields of a scenario that change nothing of what a budget can buy; its limit is another."""


def plan_name(letter: str) -> str:
    """Return what a plan is called by."""
    return _("Plan {letter}").format(letter=letter).replace(" ", NO_BREAK)


@dataclass(frozen=True)
class ComparedRuns:
    """Two to four runs of one country.

    Attributes
    ----------
    runs : tuple of ExportedRun
    pairs : tuple of Comparison
        From the first run to each of the others.
    frontier : dict or None
        What ``frontier.json`` says, see docs/contract.md.
    on_frontier : tuple of bool
        Of each run, whether the frontier answers its scenario at other budgets.
    """

    runs: tuple[ExportedRun, ...]
    pairs: tuple[Comparison, ...]
    frontier: dict[str, Any] | None
    on_frontier: tuple[bool, ...]

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The plan of each run."""
        return tuple(run.plan for run in self.runs)

    @property
    def letters(self) -> str:
        """What each run is called by."""
        return LETTERS[: len(self.runs)]

    @property
    def synthetic(self) -> bool:
        """Whether any of the plans rests on invented data."""
        return any(plan.data["synthetic"] for plan in self.plans)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the runs' folders, with those above where that tells them apart."""
        names = [run.folder.resolve() for run in self.runs]
        parts = next(
            n
            for n in range(1, max(len(name.parts) for name in names) + 1)
            if len({name.parts[-n:] for name in names}) == len(set(names))
        )
        return tuple("/".join(name.parts[-parts:]) for name in names)

    def per_run(self, told: Callable[[ExportedRun], str]) -> tuple[str, ...]:
        """Return a text of each run."""
        return tuple(told(run) for run in self.runs)


def read_compared(folders: Sequence[Path], *, frontier: Path | None = None) -> ComparedRuns:
    """Return runs to compare.

    Parameters
    ----------
    folders : sequence of Path
        Of two to four runs; the first is what others differ from.
    frontier : Path or None
        Folder of a frontier of the same scenario; None: the first of the runs' folders that holds one.

    Raises
    ------
    InputError
        If there are too many runs for one report, if one holds no plan, if they are of different countries or
        currencies, or if there is no frontier where one was named.
    """
    if not 2 <= len(folders) <= len(LETTERS):
        message = _("A report compares two to four runs; these are {n}.").format(n=len(folders))
        remedy = _("Name fewer runs, or write several reports.")
        raise InputError(Problem("bad-option", message, remedy, column="RUN", value=str(folders[-1])))
    runs = tuple(read_exported(folder) for folder in folders)
    told = [(run.plan, run.scenario, run.record) for run in runs]
    pairs = tuple(compare(told[0], other, name=str(run.folder)) for run, other in zip(runs[1:], told[1:], strict=True))
    home = frontier or next((folder for folder in folders if (folder / FRONTIER_JSON).is_file()), None)
    if home is None:
        return ComparedRuns(runs, pairs, None, (False,) * len(runs))
    curve = _frontier(home)
    return ComparedRuns(runs, pairs, curve, tuple(_lies_on(run, curve, home) for run in runs))


def _frontier(folder: Path) -> dict[str, Any]:
    file = folder / FRONTIER_JSON
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        message = _("The frontier cannot be read: {reason}.").format(reason=error)
        remedy = _("Name the folder that “planner frontier” has written.")
        raise InputError(Problem("no-frontier", message, remedy, file=str(file), column="--frontier")) from error
    return dict(found)


def _lies_on(run: ExportedRun, frontier: dict[str, Any], home: Path) -> bool:
    """Return whether a plan answers what the frontier does at other budgets: by scenario, inputs and prices."""
    plan = run.plan
    if not plan.plain or plan.measure != frontier["budget"]["measure"] or not frontier["points"]:
        return False
    there, here = read_record(home), run.record
    same_files = {file.file: file.sha256 for file in there.files} == {file.file: file.sha256 for file in here.files}
    asked = settings(load_scenario(home), run.scenario)
    return same_files and there.prices == here.prices and all(_of_no_matter(setting) for setting in asked)


def _of_no_matter(setting: Setting) -> bool:
    return setting.field.startswith(OF_A_FRONTIER) or setting.field == "budgets[0].limit"
