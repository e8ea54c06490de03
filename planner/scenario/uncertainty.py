"""What is not known for certain: how widely prices, demand, rain and terrain may turn out to differ from the plan's."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from planner.i18n import _
from planner.scenario.fields import Fraction, NotNegative, Number, Positive, Section, Text, said


class Range(Section):
    """Lowest and highest credible value of a price, in the scenario's currency; the typical one is the catalogue's."""

    low: Annotated[NotNegative, said("Low", "Lowest credible value.")]
    high: Annotated[NotNegative, said("High", "Highest credible value.")]

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if self.low > self.high:
            message = _("Low {low} is above high {high}: exchange them.")
            raise ValueError(message.format(low=self.low, high=self.high))
        return self


class Factor(Section):
    """A factor on what the inputs say, the same for all offices."""

    low: Annotated[NotNegative, said("Low", "Lowest credible factor, at most 1.", le=1)]
    high: Annotated[NotNegative, said("High", "Highest credible factor, at least 1.", ge=1, le=10)]


class RainFactor(Section):
    """A factor on the rain rate exceeded 0.01 % of the year, the same at all places."""

    low: Annotated[Positive, said("Low", "Lowest credible factor, above 0 and at most 1.", le=1)]
    high: Annotated[Positive, said("High", "Highest credible factor, 1 to 5.", ge=1, le=5)]


class GroundError(Section):
    """What the ground under all hops is above the elevation model, in metres."""

    low: Annotated[
        Number,
        said(
            "Low",
            "Lowest credible error, at most 0: the ground is lower than the model says, which saves nothing.",
            unit="m",
            ge=-100,
            le=0,
        ),
    ]
    high: Annotated[
        Number,
        said(
            "High",
            "Highest credible error, at least 0: the ground is higher, and hops need higher masts.",
            unit="m",
            ge=0,
            le=100,
        ),
    ]


class Uncertainty(Section):
    """How `planner risk` draws prices, demand, rain and terrain."""

    distribution: Annotated[
        Literal["pert", "triangular"],
        said("Distribution", "Between low and high, peaked at typical; pert: more weight near typical."),
    ] = "pert"
    correlation: Annotated[
        Fraction,
        said("Correlation", "Of the prices of one technology, by rank: 0 independent, 1 all dear or cheap together."),
    ] = 0.5
    spread: Annotated[
        Number,
        said("Spread", "Of prices whose range nobody has given: 0.2 is 20 % down and up.", unit="share", ge=0, lt=1),
    ] = 0.0
    demand: Annotated[
        Factor | None, said("Demand", "Factor on the demand of all offices; left out: as the inputs say.")
    ] = None
    climate: Annotated[
        RainFactor | None,
        said("Rain", "Factor on the rain rate of all places; left out: as climate, offices or maps say."),
    ] = None
    terrain_m: Annotated[
        GroundError | None,
        said(
            "Terrain",
            "By how much the ground under all hops may be higher than the elevation model; "
            "left out: it is as the model says.",
            unit="m",
        ),
    ] = None
    ranges: Annotated[
        dict[Text, Range], said("Ranges", "By name as “planner check --prices” lists them, instead of the catalogue's.")
    ] = Field(default_factory=dict)
    gap: Annotated[Fraction, said("Gap", "Re-optimising a draw stops there.", unit="share")] = 0.01
    time_limit_s: Annotated[Number, said("Time limit", "Of re-optimising one draw.", unit="s", gt=0)] = 3.0
    fixed: Annotated[
        tuple[Text, ...], said("Fixed", "Names of prices, or of whole sections such as leo, that are certain.")
    ] = ()
