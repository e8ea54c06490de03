"""What a plan is to be best at and what it has to keep: objectives, budgets, limits and floors."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from planner.i18n import _
from planner.scenario.fields import Flag, Fraction, NotNegative, Section, Text, Whole, said
from planner.scenario.techniques import Technologies

Measure = Literal["programme_cost", "capex", "opex_per_year", "present_value"]

SCOPED = (*Technologies.model_fields, "source")
"""Technologies that the scope of a budget may name: those of links that cost money."""


class Amount(BaseModel, frozen=True):
    """A budget said in money, in the scenario's currency."""

    amount: float


class Share(BaseModel, frozen=True):
    """A budget said as a share (0 to 1) of the best known cost of connecting all; the solver's room resolves it."""

    share: float


LIMIT_SCHEMA = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": "^[0-9.,]+ ?%$"}]}
"""JSON schema of a limit."""

_PERCENTAGE = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*%")


class NoShareError(ValueError):
    """A percentage that is none of a whole: nothing of it, or more than all."""


def read_limit(value: Any) -> Amount | Share:
    """Return a limit as written: an amount, or a percentage of connecting all.

    Raises
    ------
    ValueError
        It is neither; `NoShareError`: a percentage of nothing, or of more than all.
    """
    if isinstance(value, Amount | Share):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf"):
        return Amount(amount=float(value))
    if isinstance(value, str) and (found := _PERCENTAGE.fullmatch(value.strip())):
        share = float(found[1].replace(",", ".")) / 100
        if 0 < share <= 1:
            return Share(share=share)
        raise NoShareError(
            _("A share is more than 0 % and at most 100 %: that connects all, and more money has nothing to pay for.")
        )
    raise ValueError(_("Say an amount of money, such as 2000000, or a share of connecting all, such as “20 %”."))


def _read_part(value: Any) -> Any:
    """Return a part of a whole, a percentage as its share of 1; what is no text is for the field to check."""
    if not isinstance(value, str):
        return value
    found = _PERCENTAGE.fullmatch(value.strip())
    share = float(found[1].replace(",", ".")) / 100 if found else 2.0
    if share > 1:
        raise ValueError(_("Say a share between 0 and 1, such as 0.3, or a percentage up to 100 %, such as “30 %”."))
    return share


Part = Annotated[
    Fraction,
    BeforeValidator(_read_part),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, LIMIT_SCHEMA["anyOf"][1]]}),
]
"""A part of a whole: 0.3 or 30 %."""


def say_limit(limit: Amount | Share) -> float | str:
    """Return a limit as it is written."""
    if isinstance(limit, Amount):
        return limit.amount
    per_cent = Decimal(f"{100 * limit.share:.12g}")
    return f"{per_cent:f} %"  # in digits: an exponent is not read back


def _scoped_technologies(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in SCOPED:
            message = _("There is no technology “{name}” whose money could be counted; there are: {known}.")
            raise ValueError(message.format(name=name, known=", ".join(SCOPED)))
    return names


class Scope(Section):
    """What a budget counts; what is left out does not narrow it."""

    regions: Annotated[
        tuple[Text, ...],
        said("Regions", "Links that lead into them, masts and offices in them; empty: everywhere."),
    ] = ()
    technologies: Annotated[
        tuple[Text, ...],
        AfterValidator(_scoped_technologies),
        said("Technologies", "Links of these, and the equipment of offices that they serve, no masts; empty: all."),
    ] = ()

    @model_validator(mode="before")
    @classmethod
    def _no_years(cls, value: Any) -> Any:
        if isinstance(value, dict) and "years" in value:
            message = _("A budget cannot be scoped by years in this version: leave “{name}” out of the scope.")
            raise ValueError(message.format(name="years"))
        return value

    @model_validator(mode="before")
    @classmethod
    def _no_funders(cls, value: Any) -> Any:
        if isinstance(value, dict) and "funders" in value:
            raise ValueError(
                _("A budget counts costs, whoever pays them: what a funder pays at most is its amount under “funders”.")
            )
        return value

    @property
    def everything(self) -> bool:
        """Whether all money counts."""
        return not (self.regions or self.technologies)


class Budget(Section):
    """An upper limit on a money column of the plan, or of a part of it."""

    name: Annotated[Text, said("Name", "How reports and the command line call it.")] = "programme"
    measure: Annotated[
        Measure,
        said("Measure", "The money column it binds; programme_cost: purchases and the funded years of operation."),
    ] = "programme_cost"
    scope: Annotated[
        Scope, said("Scope", "What it counts: {regions: […], technologies: […]}; left out: everything.")
    ] = Scope()
    limit: Annotated[
        Amount | Share,
        PlainValidator(read_limit),
        PlainSerializer(say_limit),
        WithJsonSchema(LIMIT_SCHEMA),
        said("Limit", "An amount, or a percentage of the best known cost of connecting all.", unit="currency or %"),
    ]

    @model_validator(mode="after")
    def _share_of_what(self) -> Budget:
        if isinstance(self.limit, Share) and not self.scope.everything:
            message = _(
                "A percentage is one of the cost of connecting all offices and says nothing of a part of it: give the "
                "limit of budget “{name}”, which has a scope, as an amount."
            )
            raise ValueError(message.format(name=self.name))
        return self


class Target(Section):
    """What a plan of least money has to reach: one of these."""

    offices_share: Annotated[
        Part | None, said("Share of offices", "Connected at least, those included that are connected already.")
    ] = None
    benefit_share: Annotated[Part | None, said("Share of benefit", "Of the benefit of all offices.")] = None
    connect_all: Annotated[Flag, said("Connect all", "Every office that is not excluded.")] = False

    @model_validator(mode="after")
    def _one(self) -> Target:
        if (self.offices_share is not None) + (self.benefit_share is not None) + self.connect_all != 1:
            raise ValueError(_("Say one target: offices_share, benefit_share or connect_all: true."))
        return self


class Objective(Section):
    """What is best."""

    sense: Annotated[Literal["max", "min"], said("Sense", "max: as much as possible; min: as little.")] = "max"
    measure: Annotated[
        Literal["benefit"] | Measure,
        said("Measure", "max: benefit, the sum that the section of that name weighs; min: a money column."),
    ] = "benefit"
    target: Annotated[
        Target | None,
        said("Target", "Of least money: {offices_share: 0.9}, {benefit_share: 0.9} or {connect_all: true}."),
    ] = None

    @model_validator(mode="after")
    def _fits(self) -> Objective:
        if self.sense == "max" and self.measure != "benefit":
            raise ValueError(_("Only benefit can be maximised; money is minimised: write sense: min."))
        if self.sense == "min" and self.measure == "benefit":
            raise ValueError(_("Benefit is maximised; to minimise, name a money column such as programme_cost."))
        if self.sense == "max" and self.target is not None:
            raise ValueError(_("A target belongs to least money (sense: min); as a lower limit, use limits.floors."))
        return self

    @property
    def told(self) -> str:
        """Sense and measure in a word, such as ``max benefit``."""
        return f"{self.sense} {self.measure}"


def stages(value: tuple[Objective, ...]) -> tuple[Objective, ...]:
    """Check that a list of objectives makes sense, one after the other.

    Raises
    ------
    ValueError
        It is empty, says the same twice, or asks for least money without saying for what.
    """
    if not value:
        raise ValueError(_("Say what is best: [{sense: max, measure: benefit}], or leave it out."))
    told = [objective.told for objective in value]
    twice = next((each for each in told if told.count(each) > 1), None)
    if twice is not None:
        raise ValueError(
            _("“{objective}” stands twice: a second time it has nothing to decide.").format(objective=twice)
        )
    if value[0].sense == "min" and value[0].target is None:
        raise ValueError(
            _("Least money for nothing is no plan: give the first objective a target, such as {connect_all: true}.")
        )
    if any(objective.target is not None for objective in value[1:]):
        raise ValueError(_("A target belongs to the first objective alone; later ones, and limits.floors, keep it."))
    return value


def different_names(value: tuple[Budget, ...]) -> tuple[Budget, ...]:
    """Check that no two budgets have the same name.

    Raises
    ------
    ValueError
        Two have.
    """
    names = [budget.name for budget in value]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(_("Two budgets are called “{name}”: give each its own name.").format(name=twice))
    return value


def _pair(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(value) not in {2, 3} or value[0] == value[1]:
        raise ValueError(_("Name the ids of both ends and, if wanted, the technology: [A, B] or [A, B, microwave]."))
    return value


LinkName = Annotated[tuple[Text, ...], AfterValidator(_pair)]
"""Both ends of a link, in either order, and maybe its technology."""


class Floor(Section):
    """A least share or number of what is connected, in each group of offices."""

    by: Annotated[
        Text | None,
        said("By", "Column that makes the groups: region, kind, before, or another of the offices; left out: all."),
    ] = None
    measure: Annotated[
        Literal["offices", "people", "benefit"], said("Measure", "What is counted of offices that are connected.")
    ] = "offices"
    share: Annotated[Part | None, said("Share", "Of the group's own, at least: 0.3 or 30 %.", unit="share")] = None
    count: Annotated[NotNegative | None, said("Number", "At least, in place of a share.")] = None
    groups: Annotated[tuple[Text, ...], said("Groups", "Only in these; empty: in every group.")] = ()

    @model_validator(mode="after")
    def _one(self) -> Floor:
        if (self.share is None) == (self.count is None):
            raise ValueError(_("A floor is a share or a count: say one of them."))
        if self.groups and self.by is None:
            raise ValueError(_("Groups need “by”, the column that makes them."))
        return self


class WorstFirst(Section):
    """Groups of offices whose shares come before the objective, that of the worst one first."""

    by: Annotated[
        Text, said("By", "Column that makes the groups: region, kind, before, or another of the offices.")
    ] = "region"
    measure: Annotated[
        Literal["offices", "people", "benefit"], said("Measure", "What is counted of offices that are connected.")
    ] = "people"
    groups: Annotated[tuple[Text, ...], said("Groups", "Only these; empty: every group.")] = ()


class Limits(Section):
    """What a plan must and may not do."""

    max_hops: Annotated[
        Whole | None, said("Most hops", "Microwave hops between an office and its source; null: any number.", ge=0)
    ] = None
    must_connect: Annotated[
        tuple[Text, ...], said("Offices to connect", "Ids of offices that every plan connects.")
    ] = ()
    exclude: Annotated[tuple[Text, ...], said("Excluded offices", "Ids of offices that no plan connects.")] = ()
    fix_links: Annotated[
        tuple[LinkName, ...],
        said("Links to build", "In every plan: pairs of ids with or without technology, such as [[A, B, fibre]]."),
    ] = ()
    forbid_links: Annotated[
        tuple[LinkName, ...],
        said("Links not to build", "In no plan: pairs of ids with or without technology, such as [[A, B], [root, C]]."),
    ] = ()
    floors: Annotated[
        tuple[Floor, ...],
        said("Floors", "Least parts that are connected, such as [{by: region, measure: offices, share: 0.3}]."),
    ] = ()
    worst_first: Annotated[
        WorstFirst | None,
        said(
            "Worst first",
            "Raise the share of the group that is worst off as far as can be, then of the next one: {by: region}.",
        ),
    ] = None
