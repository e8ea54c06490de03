"""The scenario: one question, said in full. Every field carries its title, unit and help."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PrivateAttr, ValidationInfo

from planner.i18n import Language, _
from planner.scenario.datasets import InputFiles, Missing
from planner.scenario.fields import FilePath, Fraction, Number, Section, Text, Whole, said
from planner.scenario.funding import Funder, sound_funders
from planner.scenario.money import Money  # noqa: TC001 - pydantic looks at it
from planner.scenario.needs import Benefit, Climate, Package, Service
from planner.scenario.phases import Phase, one_after_another
from planner.scenario.placing import Written  # noqa: TC001 - pydantic looks at it
from planner.scenario.redundancy import Redundancy, different_offices
from planner.scenario.rules import Budget, Limits, Measure, Objective, different_names, stages
from planner.scenario.techniques import Links, Technologies
from planner.scenario.uncertainty import Uncertainty

DEFAULT_CATALOGUE = "default"
"""The word by which a scenario names the program's own catalogue."""


class Solver(Section):
    """When to stop."""

    gap: Annotated[Fraction, said("Gap", "Stop once the plan is proven this near the best.", unit="share")] = 0.005
    time_limit_s: Annotated[Number, said("Time limit", "Stop then, with the best plan.", unit="s", gt=0)] = 60.0
    seed: Annotated[Whole, said("Seed", "The same seed gives the same plan.", ge=0)] = 0


def _something_to_spend(value: tuple[Budget, ...], info: ValidationInfo) -> tuple[Budget, ...]:
    wanted = info.data.get("objective")
    others = info.data.get("phases") == () and info.data.get("funders") == ()
    if not value and wanted and wanted[0].sense == "max" and others:
        raise ValueError(
            _("The most benefit needs a budget, phases or funders; without any, ask for least money (sense: min).")
        )
    return value


def _under_budgets_alone(value: tuple[Redundancy, ...], info: ValidationInfo) -> tuple[Redundancy, ...]:
    for name in ("phases", "funders"):
        if value and info.data.get(name):
            message = _("Second paths and {name} do not go together yet: leave one of them out.")
            raise ValueError(message.format(name=name))
    return value


def _one_objective(value: tuple[Redundancy, ...], info: ValidationInfo) -> tuple[Redundancy, ...]:
    if value and len(info.data.get("objective", ())) > 1:
        message = _("Second paths are planned for one objective: leave the later ones out, or redundancy.")
        raise ValueError(message)
    return value


class Scenario(Section):
    """A planning question: inputs, prices, rules and budget. Load it with `load_scenario`."""

    schema_version: Annotated[Literal[1], said("Schema version", "1.")]
    name: Annotated[Text, said("Name", "Short; reports carry it.")]
    description: Annotated[str, said("Description", "What the scenario asks, for readers.")] = ""
    language: Annotated[Language, said("Language", "Of reports: en or fr.")] = "en"
    money: Annotated[Money, said("Money", "Currency, time and what is added to prices.")]
    inputs: Annotated[InputFiles, said("Inputs", "The files that are read.")]
    missing: Annotated[Missing, said("Missing values", "What to do where the files say nothing.")] = Missing()
    service: Annotated[Service, said("Service", "The service level that counts as connected.")] = Service()
    package: Annotated[
        dict[Text, Package],
        said("Office package", "Equipment by kind, “default” for other kinds; without any, the catalogue's package."),
    ] = Field(default_factory=dict)
    benefit: Annotated[Benefit, said("Benefit", "What connecting an office is worth.")] = Benefit()
    climate: Annotated[Climate, said("Climate", "What rain does to radio links.")] = Climate()
    catalogue: Annotated[
        tuple[FilePath, ...],
        said("Catalogue", "Prices: “default” is the program's own; later files override earlier ones.", min_length=1),
    ] = (DEFAULT_CATALOGUE,)
    technologies: Annotated[Technologies, said("Technologies", "Which may be used.")] = Technologies()
    links: Annotated[Links, said("Links", "How candidate links are searched.")] = Links()
    objective: Annotated[
        tuple[Objective, ...],
        AfterValidator(stages),
        said("Objective", "What is best; of several, each within what those before it have reached."),
    ] = (Objective(),)
    phases: Annotated[
        tuple[Phase, ...],
        AfterValidator(one_after_another),
        said("Phases", "Years of the programme, each with its money; without any, nothing is said of years."),
    ] = ()
    funders: Annotated[
        tuple[Funder, ...],
        AfterValidator(sound_funders),
        said("Funders", "Who pays the programme cost, every cent of it; empty: budgets alone limit money."),
    ] = ()
    budgets: Annotated[
        tuple[Budget, ...],
        AfterValidator(different_names),
        AfterValidator(_something_to_spend),
        said("Budgets", "Upper limits on money, all of which a plan keeps; least money needs none."),
    ] = ()
    limits: Annotated[Limits, said("Limits", "What a plan must and may not do.")] = Limits()
    redundancy: Annotated[
        tuple[Redundancy, ...],
        AfterValidator(different_offices),
        AfterValidator(_one_objective),
        AfterValidator(_under_budgets_alone),
        said("Redundancy", "Offices with a second path that shares no relay and no span with the first."),
    ] = ()
    uncertainty: Annotated[Uncertainty, said("Uncertainty", "What “planner risk” draws.")] = Uncertainty()
    solver: Annotated[Solver, said("Solver", "When to stop.")] = Solver()

    # where relative paths are looked up, in this order; no part of what the scenario says
    _folders: tuple[Path, ...] = PrivateAttr(default=())
    _written: Written | None = PrivateAttr(default=None)

    @property
    def written(self) -> Written | None:
        """How it stands in its file; None for one that was not loaded from any."""
        return self._written

    @property
    def required_offices(self) -> tuple[str, ...]:
        """Ids of offices that every plan connects: those asked for, and those that get two paths."""
        asked = (*self.limits.must_connect, *(each.office for each in self.redundancy))
        return tuple(dict.fromkeys(asked))

    @property
    def budget(self) -> Budget | None:
        """The budget that plans are told against: the first over everything, else the first; None without any."""
        over_all = (budget for budget in self.budgets if budget.scope.everything)
        return next(over_all, self.budgets[0] if self.budgets else None)

    @property
    def measure(self) -> Measure:
        """The money column that single amounts are told in: that of least money, else of the budget."""
        first = self.objective[0]
        if first.measure != "benefit":
            return first.measure
        return self.budget.measure if self.budget else "programme_cost"

    @property
    def hash(self) -> str:
        """SHA-256 of what the scenario says: the same on every machine, whatever the order of keys or the folder."""
        said_in_full = self.model_dump(mode="json")
        text = json.dumps(said_in_full, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def locate(self, file: str) -> Path:
        """Return the absolute path of a file that the scenario names; in the first folder if it is nowhere."""
        candidates = [(folder / file).resolve() for folder in self._folders] or [Path(file).resolve()]
        return next((path for path in candidates if path.is_file()), candidates[0])

    def assumed(self) -> dict[str, Any]:
        """Return every value that the scenario file left to its default, by field path, JSON-ready."""
        return dict(_unset(self, self.model_dump(mode="json"), ""))


def _unset(section: Section, dumped: dict[str, Any], prefix: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name in type(section).model_fields:
        value, path = getattr(section, name), f"{prefix}{name}"
        if isinstance(value, Section):
            found += _unset(value, dumped[name], f"{path}.")
        elif name not in section.model_fields_set:
            found.append((path, dumped[name]))
    return found


def scenario_json_schema() -> dict[str, Any]:
    """Return the JSON schema of ``scenario.yaml`` with titles, units and help, for editors and forms."""
    return Scenario.model_json_schema()
