"""Who pays: funders with their amounts, and what each of them may pay for."""

from __future__ import annotations

from fractions import Fraction as Ratio
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, model_validator

from planner.i18n import _
from planner.scenario.fields import NotNegative, Number, Section, Text, Whole, said
from planner.scenario.rules import Scope

if TYPE_CHECKING:
    from pydantic import ValidationInfo

MOST_FUNDERS = 10
"""Every set of funders may make a limit of its own, so that their number is bounded."""
MATCH_DECIMALS = 3
"""Decimals of a matching rate: sums of costs times rates stay whole numbers."""


class FunderScope(Scope):
    """What a funder may pay for; what is left out does not narrow it."""

    kinds: Annotated[
        tuple[Text, ...],
        said("Kinds of offices", "Their equipment, links that arrive at them, masts at them; empty: everything."),
    ] = ()

    @property
    def everything(self) -> bool:
        """Whether it may pay for any line."""
        return super().everything and not self.kinds


def _few_decimals(value: float) -> float:
    if round(value, MATCH_DECIMALS) != value:
        raise ValueError(_("A matching rate has at most three decimals, such as 0.5 or 0.333."))
    return value


class Funder(Section):
    """Somebody who pays a part of the programme cost, and for what."""

    name: Annotated[Text, said("Name", "How reports call the funder.")]
    amount: Annotated[NotNegative, said("Amount", "What it pays at most.", unit="currency")]
    scope: Annotated[
        FunderScope,
        said("Scope", "What it may pay for: {regions: […], technologies: […], kinds: […]}; left out: everything."),
    ] = FunderScope()
    cost_kinds: Annotated[
        tuple[Literal["capex", "opex"], ...],
        said("Kinds of cost", "capex: purchases; opex: operation of the funded years.", min_length=1),
    ] = ("capex", "opex")
    opex_years: Annotated[
        Whole | None, said("Years of operation", "The first so many; null: all funded years.", unit="years", ge=1)
    ] = None
    match: Annotated[
        Number,
        AfterValidator(_few_decimals),
        said(
            "Matching rate",
            "Share that it pays at most of each cost; 0.5: others pay as much as it does.",
            unit="share",
            gt=0,
            le=1,
        ),
    ] = 1.0

    @model_validator(mode="after")
    def _years_of_operation(self) -> Funder:
        if self.opex_years is not None and "opex" not in self.cost_kinds:
            message = _("“{name}” pays for no operation: leave opex_years out, or add opex to cost_kinds.")
            raise ValueError(message.format(name=self.name))
        return self

    @property
    def rate(self) -> Ratio:
        """The matching rate as it is written, exactly."""
        return Ratio(str(self.match))

    @property
    def cents(self) -> int:
        """The amount in cents."""
        return round(100 * self.amount)

    def years(self, funded: int) -> int:
        """Return how many of the funded years of operation it may pay for."""
        if "opex" not in self.cost_kinds:
            return 0
        return funded if self.opex_years is None else self.opex_years


def sound_funders(value: tuple[Funder, ...], info: ValidationInfo) -> tuple[Funder, ...]:
    """Check that funders have names of their own and pay for years that are funded.

    Raises
    ------
    ValueError
        Two have the same name, there are too many, or one pays for more years of operation than the programme has.
    """
    names = [funder.name for funder in value]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(_("Two funders are called “{name}”: give each its own name.").format(name=twice))
    if len(value) > MOST_FUNDERS:
        message = _("There are {n} funders, at most {most} can be told apart: join those that pay for the same.")
        raise ValueError(message.format(n=len(value), most=MOST_FUNDERS))
    money = info.data.get("money")
    for funder in value:
        if money is not None and (funder.opex_years or 0) > money.funded_years:
            message = _(
                "“{name}” would pay for {years} years of operation, but money.funded_years is {funded}: no more years "
                "are part of the programme."
            )
            raise ValueError(message.format(name=funder.name, years=funder.opex_years, funded=money.funded_years))
    return value
