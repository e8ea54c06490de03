"""Currency, time, and what is added to prices."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from planner.i18n import _
from planner.scenario.fields import Flag, Fraction, Number, Positive, Section, Text, Whole, said


class SecondCurrency(Section):
    """A currency in which reports tell the main amounts once more; nothing is reckoned in it."""

    currency: Annotated[str, said("Currency", "ISO 4217, three letters.", pattern="^[A-Z]{3}$")]
    rate: Annotated[Positive, said("Rate", "Worth of one unit of the scenario's currency in this one.")]
    source: Annotated[Text, said("Source", "Who says so, and of which day.")] = "user"


class Tax(Section):
    """Value added tax on every payment: purchases, with duties in them, and operation."""

    rate: Annotated[Number, said("Rate", "As a share: 0.18 is 18 %.", unit="share", ge=0, le=1)] = 0.0
    recoverable: Annotated[
        Flag, said("Recoverable", "true: it comes back and is no cost; false: it is part of every amount.")
    ] = False


class RegionPrices(Section):
    """What first purchases cost in a region, over what they cost elsewhere."""

    freight: Annotated[Number, said("Freight", "Imported goods, such as on an island.", unit="factor", ge=1)] = 1.0
    works: Annotated[Number, said("Works", "Works on the spot.", unit="factor", ge=1)] = 1.0


class Money(Section):
    """Currency, time and what is added to prices."""

    currency: Annotated[str, said("Currency", "Of every amount; ISO 4217, three letters.", pattern="^[A-Z]{3}$")]
    price_year: Annotated[Whole, said("Price year", "Year whose prices the amounts are in.", ge=1990, le=2100)]
    discount_rate: Annotated[
        Number, said("Discount rate", "A year, as a share: 0.08 is 8 %.", unit="share per year", ge=0, lt=1)
    ] = 0.08
    real: Annotated[Flag, said("Real rate", "true: without inflation; false: nominal, then say inflation too.")] = True
    inflation: Annotated[
        Number | None,
        said(
            "Inflation",
            "With a nominal rate: what prices rise by, as a share; present values are discounted by what is left of "
            "the rate. Amounts stay in the prices of the price year.",
            unit="share per year",
            ge=0,
            lt=1,
        ),
    ] = None
    discount_at: Annotated[
        Literal["year_end", "year_start"], said("Discounted at", "When a year's operation is paid.")
    ] = "year_end"
    horizon_years: Annotated[
        Whole, said("Horizon", "Years that present values look ahead.", unit="years", gt=0, le=100)
    ] = 10
    funded_years: Annotated[
        Whole, said("Funded years", "Years of operation that the programme pays for.", unit="years", ge=0)
    ] = 5
    contingency: Annotated[
        Fraction, said("Contingency", "Added to every purchase, as a share: 0.1 is 10 %.", unit="share")
    ] = 0.1
    duties: Annotated[
        Number, said("Duties", "Added to the price of equipment, as a share: 0.1 is 10 %.", unit="share", ge=0, le=3)
    ] = 0.0
    regions: Annotated[dict[Text, RegionPrices], said("Regional prices", "By id or name of a region; others: 1.")] = (
        Field(default_factory=dict)
    )
    vat: Annotated[Tax, said("Value added tax", "On purchases, duties in them, and on operation.")] = Tax()
    second_currency: Annotated[
        SecondCurrency | None, said("Second currency", "In which reports tell the main amounts once more.")
    ] = Field(default=None)

    @model_validator(mode="after")
    def _funded_within_horizon(self) -> Money:
        if self.funded_years > self.horizon_years:
            raise ValueError(
                _("funded_years ({funded}) may not exceed horizon_years ({horizon}).").format(
                    funded=self.funded_years, horizon=self.horizon_years
                )
            )
        return self

    @model_validator(mode="after")
    def _inflation_of_a_nominal_rate(self) -> Money:
        if self.inflation is not None and self.real:
            raise ValueError(
                _(
                    "inflation goes with a nominal discount rate only: write `real: false`, or leave inflation out if "
                    "the rate is real."
                )
            )
        return self

    @model_validator(mode="after")
    def _rate_above_inflation(self) -> Money:
        if self.inflation is not None and self.inflation > self.discount_rate:
            raise ValueError(
                _(
                    "inflation ({inflation}) may not exceed the nominal discount_rate ({nominal}): at a real rate "
                    "below zero, later payments would weigh more than earlier ones. Give a discount_rate of at least "
                    "inflation, or a real rate: `real: true` without inflation."
                ).format(inflation=self.inflation, nominal=self.discount_rate)
            )
        return self

    @model_validator(mode="after")
    def _another_currency(self) -> Money:
        if self.second_currency is not None and self.second_currency.currency == self.currency:
            raise ValueError(
                _("second_currency is {currency}, as the scenario's own: name another, or leave it out.").format(
                    currency=self.currency
                )
            )
        return self
