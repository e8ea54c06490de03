"""The scenario: one question, said in full. Every field carries its title, unit and help."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)

from planner.i18n import Language, _
from planner.scenario.datasets import InputFiles, Missing
from planner.scenario.fields import FilePath, Fraction, Number, Section, Text, Whole, said
from planner.scenario.money import Money  # noqa: TC001 - pydantic looks at it
from planner.scenario.needs import Benefit, Climate, Package, Service
from planner.scenario.techniques import Links, Technologies
from planner.scenario.uncertainty import Uncertainty

DEFAULT_CATALOGUE = "default"
"""The word by which a scenario names the program's own catalogue."""

Measure = Literal["programme_cost", "capex", "opex_per_year", "present_value"]


class Amount(BaseModel, frozen=True):
    """A budget said in money, in the scenario's currency."""

    amount: float


class Share(BaseModel, frozen=True):
    """A budget said as a share (0 to 1) of the best known cost of connecting all; the solver's room resolves it."""

    share: float


_PERCENTAGE = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*%")


def _limit(value: Any) -> Amount | Share:
    if isinstance(value, Amount | Share):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf"):
        return Amount(amount=float(value))
    if isinstance(value, str) and (found := _PERCENTAGE.fullmatch(value.strip())):
        share = float(found[1].replace(",", ".")) / 100
        if 0 < share <= 1:
            return Share(share=share)
    raise ValueError(_("Say an amount of money, such as 2000000, or a share of connecting all, such as “20 %”."))


def _say_limit(limit: Amount | Share) -> float | str:
    return limit.amount if isinstance(limit, Amount) else f"{100 * limit.share:.12g} %"


class Budget(Section):
    """An upper limit on a money column of the plan."""

    name: Annotated[Text, said("Name", "How reports and the command line call it.")] = "programme"
    measure: Annotated[
        Measure,
        said("Measure", "The money column it binds; programme_cost: purchases and the funded years of operation."),
    ] = "programme_cost"
    limit: Annotated[
        Amount | Share,
        PlainValidator(_limit),
        PlainSerializer(_say_limit),
        WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": "^[0-9.,]+ ?%$"}]}),
        said("Limit", "An amount, or a percentage of the best known cost of connecting all.", unit="currency or %"),
    ]

    @model_validator(mode="before")
    @classmethod
    def _no_scope(cls, value: Any) -> Any:
        if isinstance(value, dict) and "scope" in value:
            raise ValueError(_("This version binds one budget over everything: leave “scope” out."))
        return value


def _one_budget(value: Any) -> Any:
    if isinstance(value, list) and len(value) != 1:
        raise ValueError(_("This version binds exactly one budget; the scenario has {n}.").format(n=len(value)))
    return value


class Objective(Section):
    """What is best."""

    sense: Annotated[Literal["max"], said("Sense", "max: as much as possible.")] = "max"
    measure: Annotated[
        Literal["benefit"], said("Measure", "benefit: the sum that the section of that name weighs.")
    ] = "benefit"


def _only_benefit(value: Any) -> Any:
    if value not in ([{"sense": "max", "measure": "benefit"}], (Objective(),)):
        raise ValueError(_("This version maximises benefit: write [{sense: max, measure: benefit}], or leave it out."))
    return value


class Limits(Section):
    """What a plan may not do."""

    exclude: Annotated[tuple[Text, ...], said("Excluded offices", "Ids of offices that no plan connects.")] = ()


class Solver(Section):
    """When to stop."""

    gap: Annotated[Fraction, said("Gap", "Stop once the plan is proven this near the best.", unit="share")] = 0.005
    time_limit_s: Annotated[Number, said("Time limit", "Stop then, with the best plan.", unit="s", gt=0)] = 60.0
    seed: Annotated[Whole, said("Seed", "The same seed gives the same plan.", ge=0)] = 0


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
        BeforeValidator(_only_benefit),
        said("Objective", "This version: [{sense: max, measure: benefit}]."),
    ] = (Objective(),)
    budgets: Annotated[tuple[Budget, ...], BeforeValidator(_one_budget), said("Budgets", "This version: exactly one.")]
    limits: Annotated[Limits, said("Limits", "What a plan may not do.")] = Limits()
    uncertainty: Annotated[Uncertainty, said("Uncertainty", "What “planner risk” draws.")] = Uncertainty()
    solver: Annotated[Solver, said("Solver", "When to stop.")] = Solver()

    # where relative paths are looked up, in this order; no part of what the scenario says
    _folders: tuple[Path, ...] = PrivateAttr(default=())

    @property
    def budget(self) -> Budget:
        """The one budget."""
        return self.budgets[0]

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
