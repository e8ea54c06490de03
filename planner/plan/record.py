"""What a run says of where it comes from, and whether that is still what it was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel

from planner.catalogue import load_catalogue
from planner.errors import InputError, Problem
from planner.files import sha256_of
from planner.i18n import Language, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.scenario import Scenario

RECORD = "inputs.json"


class Stored(Protocol):
    """A plan, a frontier: what tells the scenario that it was made from, as ``plan.json`` does."""

    @property
    def scenario(self) -> Mapping[str, Any]:
        """Its hash among others."""


class Record(BaseModel):
    """What ``inputs.json`` says of where a run comes from; its other fields are for readers.

    ``prices`` is the hash of the price list in force; None in runs that do not tell.
    """

    class File(BaseModel):
        """One input file."""

        file: str
        sha256: str

    scenario_file: str
    data_root: str | None
    files: list[File]
    prices: str | None = None
    language: Language

    @property
    def data_folder(self) -> Path:
        """Where the run found its inputs."""
        return Path(self.data_root) if self.data_root else Path(self.scenario_file).parent


def read_record(run_dir: Path) -> Record:
    """Return the record of a run.

    Raises
    ------
    InputError
        There is none, or it cannot be understood.
    """
    path = run_dir / RECORD
    try:
        return Record.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = _("The record of the run's inputs cannot be read: {reason}.").format(reason=error)
        remedy = _("Name the folder of a run that ended; it holds inputs.json.")
        raise InputError(Problem("no-run", message, remedy, str(path))) from error


def changes_since(record: Record, scenario: Scenario, plan: Stored) -> list[Problem]:
    """Return what is no longer as it was when a plan was made: the scenario, each input file, else the prices.

    Parameters
    ----------
    record : Record
    scenario : Scenario
        Of the run, loaded with the folder in which its inputs are looked for.
    plan : Plan, or another result of a run
    """
    problems = _changed_scenario(scenario, plan)
    remedy = _("Put the file of the run back, name the folder of the original data with --data-root, or solve again.")
    for file in record.files:
        path = scenario.locate(file.file)
        if not path.is_file():
            message = _("This input of the run is gone; looked for at {path}.").format(path=path)
            problems.append(Problem("missing-file", message, remedy, file.file))
        elif sha256_of(path) != file.sha256:
            message = _("This input has changed since the run read it.")
            problems.append(Problem("changed-since", message, remedy, file.file))
    return problems or _changed_prices(record, scenario)


def prices_changed_since(record: Record, scenario: Scenario, plan: Stored) -> list[Problem]:
    """Return what keeps a plan's lines from being priced again: another scenario, or other prices; inputs aside."""
    return _changed_scenario(scenario, plan) or _changed_prices(record, scenario)


def _changed_scenario(scenario: Scenario, plan: Stored) -> list[Problem]:
    if scenario.hash == plan.scenario["hash"]:
        return []
    message = _("This is not the scenario that the plan was made from.")
    remedy = _("Put the scenario of the run back, or solve again.")
    return [Problem("changed-since", message, remedy, "scenario.yaml")]


def _changed_prices(record: Record, scenario: Scenario) -> list[Problem]:
    if record.prices in {None, load_catalogue(scenario).hash}:
        return []
    message = _("The prices that come with the program have changed since the run.")
    remedy = _("Solve again, or use the version of the program that the run names in inputs.json.")
    return [Problem("changed-since", message, remedy, RECORD)]
