"""A finished run as the writers of documents and data see it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from planner.catalogue import load_catalogue, price_list
from planner.catalogue.kinds import kinds_in
from planner.errors import InputError, Problem
from planner.i18n import _, language, use_language
from planner.plan.compare import compare
from planner.plan.record import changes_since, prices_changed_since, read_record
from planner.plan.store import read_plan
from planner.scenario import load_scenario, placing
from planner.wording import option_name

if TYPE_CHECKING:
    from pathlib import Path

    from planner.catalogue import PriceList
    from planner.catalogue.kinds import OptionKind
    from planner.catalogue.schema import Catalogue
    from planner.inputs import Inputs
    from planner.links import LinkOptions
    from planner.links.choice import Choice
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
    beside : tuple of ExportedRun
        Other runs of the same country that the workbook sets the plan beside.
    """

    folder: Path
    plan: Plan
    data_root: Path | None = None
    anonymous: bool = False
    operator: str = ""
    with_inputs: bool = False
    template: Path | None = None
    beside: tuple[ExportedRun, ...] = ()

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
    def catalogue(self) -> Catalogue:
        """The price catalogue of the plan.

        Raises
        ------
        InputError
            If scenario or prices are no longer those that the plan was made from.
        """
        if changes := prices_changed_since(self.record, self.scenario, self.plan):
            raise InputError(changes)
        return load_catalogue(self.scenario)

    @property
    def prices(self) -> PriceList:
        """The price list of the plan, its names in the language of now.

        Raises
        ------
        InputError
            As `catalogue`.
        """
        return price_list(self.catalogue, self.scenario)

    @cached_property
    def inputs(self) -> Inputs:
        """What the run was made from.

        Raises
        ------
        InputError
            If scenario, inputs or prices are no longer those that the plan was made from.
        """
        from planner.inputs import read_inputs  # noqa: PLC0415 - few formats need the readers of all inputs

        if changes := changes_since(self.record, self.scenario, self.plan):
            raise InputError(changes)
        with use_language(self.record.language), placing(self.scenario):
            return read_inputs(self.scenario)

    @cached_property
    def options(self) -> LinkOptions:
        """The candidate links of the run, with their names in its language; built again where they are gone.

        Raises
        ------
        InputError
            As `inputs`.
        """
        from planner.links import build_links  # noqa: PLC0415 - as above

        inputs = self.inputs
        # Links of the plan are found again by the names of their options, which are those of the run's language.
        with use_language(self.record.language), placing(self.scenario):
            return build_links(self.scenario, inputs)

    @cached_property
    def choice(self) -> Choice:
        """The plan's links among the candidates.

        Raises
        ------
        InputError
            As `inputs`, or if a link is no longer offered at the price that it has in the plan.
        """
        from planner.plan.recall import recall  # noqa: PLC0415 - as above

        return recall(self.plan, self.options, self.inputs.offices)

    def option_names(self) -> dict[tuple[str, str], str]:
        """Return the name of each option in the language of now, by technology and name in the run's language.

        Raises
        ------
        InputError
            As `inputs`.
        """
        kinds = {(kind.technology, kind.name): kind.name for kind in self.options.kinds}
        if language() != self.record.language:
            with use_language(self.record.language):
                then = self._kinds()
            kinds |= {(old.technology, old.name): new.name for old, new in zip(then, self._kinds(), strict=True)}
        return {kind: option_name(name) for kind, name in kinds.items()}

    def _kinds(self) -> list[OptionKind]:
        """Return all kinds that can be built or ordered, their names in the language of now."""
        from planner.catalogue.bought import bought_services  # noqa: PLC0415 - as above

        prices = self.prices
        return list(kinds_in((prices, bought_services(prices, self.inputs.coverage, self.inputs.quotes))))


def read_exported(
    folder: Path,
    *,
    data_root: Path | None = None,
    anonymous: bool = False,
    operator: str = "",
    with_inputs: bool = False,
    template: Path | None = None,
    beside: tuple[Path, ...] = (),
) -> ExportedRun:
    """Return a run for export.

    Parameters
    ----------
    folder, data_root, anonymous, operator, with_inputs, template
        As in `ExportedRun`.
    beside : tuple of Path
        Folders of other runs that the workbook sets the plan beside.

    Raises
    ------
    InputError
        If there is no plan in a folder, or one that holds nothing: cancelled before the first plan, or infeasible; or
        if a run beside it is of another country or in another currency.
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
    others = tuple(read_exported(other) for other in beside)
    run = ExportedRun(folder, plan, data_root, anonymous, operator, with_inputs, template, others)
    # Now, since some formats are written before the workbook.
    for other in others:
        compare((plan, run.scenario, run.record), (other.plan, other.scenario, other.record), name=str(other.folder))
    return run
