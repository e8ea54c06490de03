"""A finished run as the writers of documents and data see it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from planner.catalogue import load_catalogue, price_list
from planner.errors import InputError, Problem
from planner.i18n import _, use_language
from planner.plan.record import prices_changed_since, read_record
from planner.plan.store import read_plan
from planner.scenario import load_scenario

if TYPE_CHECKING:
    from pathlib import Path

    from planner.catalogue import PriceList
    from planner.plan.model import Plan
    from planner.plan.record import Record
    from planner.scenario import Scenario


@dataclass(frozen=True)
class ExportedRun:
    """A run with a plan, and what the user asked of its exports.

    Attributes
    ----------
    folder : Path
        Of the run.
    plan : Plan
    data_root : Path or None
        Folder that the scenario's files are relative to; None: where the run found them.
    anonymous : bool
        Leave out names in formats that are meant for publication.
    operator : str
        Organisation that builds and runs the network; empty where that is not known.
    with_inputs : bool
        Put the input files into the archive.
    template : Path or None
        Word document whose styles the DOCX is written in.
    """

    folder: Path
    plan: Plan
    data_root: Path | None = None
    anonymous: bool = False
    operator: str = ""
    with_inputs: bool = False
    template: Path | None = None

    @property
    def name(self) -> str:
        """Name of the run's folder, which the exported files are called by."""
        return self.folder.resolve().name

    @cached_property
    def record(self) -> Record:
        """What the run says of where it comes from."""
        return read_record(self.folder)

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as solved."""
        return load_scenario(self.folder, data_root=self.data_root or self.record.data_folder)

    @cached_property
    def prices(self) -> tuple[PriceList, PriceList]:
        """The price list of the plan with its names in the run's language, and in the language of now.

        Raises
        ------
        InputError
            If scenario or prices are no longer those that the plan was made from.
        """
        if changes := prices_changed_since(self.record, self.scenario, self.plan):
            raise InputError(changes)
        catalogue = load_catalogue(self.scenario)
        with use_language(self.record.language):
            then = price_list(catalogue, self.scenario)
        return then, price_list(catalogue, self.scenario)


def read_exported(
    folder: Path,
    *,
    data_root: Path | None = None,
    anonymous: bool = False,
    operator: str = "",
    with_inputs: bool = False,
    template: Path | None = None,
) -> ExportedRun:
    """Return a run for export.

    Parameters
    ----------
    folder, data_root, anonymous, operator, with_inputs, template
        As in `ExportedRun`.

    Raises
    ------
    InputError
        If there is no plan in the folder, or one that holds nothing: cancelled before the first plan, or infeasible.
    """
    plan = read_plan(folder)
    if plan.outcome.value is None:
        raise InputError(
            Problem(
                "no-plan",
                _("This run ended without a plan ({status}); there is nothing to export.").format(
                    status=plan.outcome.status
                ),
                _("Solve again with more time, or relax what log.txt says cannot be kept."),
                file=str(folder),
            )
        )
    return ExportedRun(folder, plan, data_root, anonymous, operator, with_inputs, template)
