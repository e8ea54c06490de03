"""Estimates, and what else every section of a catalogue is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, model_validator

from planner.i18n import _
from planner.scenario.fields import Flag, Fraction, NotNegative, Section, Text, Whole, said

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

USER = "user"
"""Source of an estimate that says none."""

Zone = Literal["wet_tropics", "temperate"]


class Estimate(Section):
    """A figure that somebody estimated: planning uses ``typical``."""

    typical: Annotated[NotNegative, said("Typical", "The figure that plans are made with.")]
    low: Annotated[NotNegative, said("Low", "Lowest credible figure; left out: the typical one.")]
    high: Annotated[NotNegative, said("High", "Highest credible figure; left out: the typical one.")]
    source: Annotated[Text, said("Source", "Name and document.")] = USER
    year: Annotated[Whole | None, said("Year", "Of the source.")] = None
    judgement: Annotated[Flag, said("Judgement", "true: no source states the figure.")] = False

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, given: Any) -> Any:
        """Understand a bare number, and a range that is not given."""
        if isinstance(given, str | bool | list):
            raise ValueError(  # noqa: TRY004 - pydantic turns a ValueError, and no TypeError, into a fault of the file
                _("Write a number without quotes, separators or exponent, such as 1000000 or 0.5.")
            )
        if isinstance(given, int | float):
            if given < 0:
                raise ValueError(_("A figure is never negative."))
            given = {"typical": given}
        if isinstance(given, dict):
            typical = given.get("typical")
            # A typical figure that is missing or wrong is told once, not for the range too.
            limit = typical if isinstance(typical, int | float) and typical >= 0 else 0.0
            given = {"low": limit, "high": limit, **given}
        return given

    @model_validator(mode="after")
    def _ordered(self) -> Estimate:
        if not self.low <= self.typical <= self.high:
            raise ValueError(
                _("Low {low}, typical {typical}, high {high} are not in ascending order.").format(
                    low=self.low, typical=self.typical, high=self.high
                )
            )
        return self

    def scaled(self, factor: float) -> Estimate:
        """Return the same estimate in another unit."""
        scaled = {name: getattr(self, name) * factor for name in ("low", "typical", "high")}
        return self.model_copy(update=scaled)


Price = Estimate | None
"""None: not known."""


def is_money(info: FieldInfo) -> bool:
    """Say whether a field holds an amount of money."""
    return unit_of(info).startswith("currency")


def unit_of(info: FieldInfo) -> str:
    """Return the unit of a field as the schema states it, empty if it has none."""
    extra = info.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def _without_removed(given: Any) -> Any:
    """Drop the entries that a later file set to null."""
    return {key: value for key, value in given.items() if value is not None} if isinstance(given, dict) else given


Removable = BeforeValidator(_without_removed)
"""Marks a mapping whose entries a later file removes by setting them to null."""


def _positive(life: Estimate) -> Estimate:
    if life.low <= 0:
        raise ValueError(_("A life must be longer than 0 years."))
    return life


def _some_hours(hours: Estimate) -> Estimate:
    if hours.low <= 0:
        raise ValueError(_("The time between failures must be longer than 0 hours."))
    return hours


def _some_share(share: Estimate) -> Estimate:
    if not 0 < share.low <= share.high <= 1:
        raise ValueError(_("A share that is divided by must be greater than 0 and at most 1."))
    return share


def _some_sun(hours: Estimate) -> Estimate:
    if not 0 < hours.low <= hours.high <= 24:
        raise ValueError(_("The hours of sun must be greater than 0 and at most 24 a day."))
    return hours


PositiveShare = Annotated[Estimate, AfterValidator(_some_share)]
SunHours = Annotated[
    Estimate, AfterValidator(_some_sun), said("Sun", "At full strength, in the poorest month.", unit="h per day")
]
Life = Annotated[Estimate, AfterValidator(_positive), said("Life", "After which it is bought again.", unit="years")]
Maintenance = Annotated[Price, said("Maintenance", "Repair, spares and visits.", unit="share of price per year")]
Power = Annotated[NotNegative, said("Power", "Mean electrical power of one set.", unit="W")]
Availability = Annotated[Fraction, said("Availability", "What the option delivers.", unit="share of the year")]
Mtbf = Annotated[
    Estimate, AfterValidator(_some_hours), said("Time between failures", "Mean, of one set of equipment.", unit="h")
]
Repair = Annotated[Estimate, said("Time to repair", "Mean; notice, travel and spares included.", unit="h")]
Supply = Annotated[Literal["build", "buy"], said("Supply", "build: works of one's own; buy: a provider's service.")]
Permitted = Annotated[
    Flag, said("Permitted", "Whether it may be used in this country; what may not is not offered, and listed.")
]
