"""What a stored plan says of itself as a whole, as verification reads it: what was asked, what it reaches and costs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _whole_cents(amount: float) -> float:
    if round(amount, 2) != amount:
        raise ValueError("an amount of money has at most two decimals")
    return amount


Amount = Annotated[float, Field(ge=0), AfterValidator(_whole_cents)]
Signed = Annotated[float, AfterValidator(_whole_cents)]
Share = Annotated[float, Field(ge=0, le=1)]
NotNegative = Annotated[float, Field(ge=0)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Measure = Literal["capex", "opex_per_year", "present_value", "programme_cost"]
MEASURES: tuple[Measure, ...] = ("capex", "opex_per_year", "present_value", "programme_cost")


class Strict(BaseModel):
    """Base: no unknown field, no silent conversion, no NaN."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, populate_by_name=True)


class Money(Strict):
    """The four money columns."""

    capex: Amount
    opex_per_year: Amount
    present_value: Amount
    programme_cost: Amount

    def cents(self, measure: Measure) -> int:
        """Return one column as integer cents."""
        return round(100 * float(getattr(self, measure)))


class ScenarioNote(Strict):
    """What the plan says of its scenario."""

    name: str
    hash: str
    currency: str
    price_year: int
    horizon_years: int
    funded_years: int
    discount_rate: float
    availability: Share
    real_discount_rate: float
    second_currency: dict[str, str | float] | None


class Stage(Strict):
    """One of several objectives."""

    name: str
    sense: Literal["max", "min"]
    value: float
    bound: float | None
    gap: float | None


class Target(Strict):
    """What least money has to reach."""

    offices_share: Share | None = None
    benefit_share: Share | None = None
    connect_all: bool | None = None


class Objective(Strict):
    """What was maximised or minimised, and how good it is."""

    name: str
    sense: Literal["max", "min"]
    value: float | None
    bound: float | None
    gap: float | None
    requested_gap: float
    price_of_money: float | None
    target: Target | None
    stages: list[Stage]


class Floor(Strict):
    """One floor in one group of offices."""

    name: str
    by: str | None
    group: str | None
    measure: Literal["offices", "people", "benefit"]
    least: NotNegative
    total: NotNegative
    reached: NotNegative


class Column(Strict):
    """One weighted column of the benefit."""

    column: str
    weight: NotNegative
    all: NotNegative
    gained: NotNegative


class Parts(Strict):
    """What the benefit of an office is made of, in the order of the columns."""

    id: str
    parts: list[NotNegative]


class BenefitIndex(Strict):
    """What the benefit is made of."""

    catchment_km: NotNegative
    columns: list[Column]
    offices: list[Parts]


class Enabled(Strict):
    """A service, what it needs, and the offices that can offer it."""

    name: str
    min_mbps: NotNegative
    availability: Share
    source: str
    offices: int
    offices_gained: int
    people: NotNegative
    people_gained: NotNegative


class Level(Strict):
    """A group whose share was settled, worst first."""

    by: str
    group: str
    measure: Literal["offices", "people", "benefit"]
    total: NotNegative
    share: Share
    bound: NotNegative
    reached: NotNegative


class Worth(Strict):
    """Value and bound of the first objective."""

    value: float
    bound: float | None


class Equity(Strict):
    """What fairness asks and costs."""

    settled: bool | None
    levels: list[Level]
    without: Worth | None
    fair: Worth = Field(alias="with")
    price: NotNegative | None
    price_at_most: NotNegative | None


class Payment(Strict):
    """What a funder pays of one line: of its purchase, or of some years of its operation."""

    line: Literal["link", "mast", "office"]
    id: str
    cost_kind: Literal["capex", "opex"]
    from_year: int | None
    to_year: int | None
    amount: Amount


class RegionPaid(Strict):
    """What a funder pays in one region; None: of lines of no region."""

    region: str | None
    paid: Amount


class TechnologyPaid(Strict):
    """What a funder pays for one technology; masts are called so."""

    technology: str
    paid: Amount


class Funder(Strict):
    """One funder and what it pays for."""

    name: str
    amount: Amount
    scope: dict[Literal["regions", "technologies", "kinds"], list[str]]
    cost_kinds: list[Literal["capex", "opex"]]
    opex_years: int
    match: Share
    paid: Amount
    left: Amount
    capex: Amount
    opex: Amount
    offices: int
    people: NotNegative
    benefit_per_1000: NotNegative | None
    regions: list[RegionPaid]
    technologies: list[TechnologyPaid]
    payments: list[Payment]


class Relaxation(Strict):
    """What one limit would have to be."""

    limit: str
    now: float
    needed: float
    proven: bool
    text: str
    enough: bool = True


class Conflict(Strict):
    """Why there is no plan."""

    limits: list[str]
    minimal: bool
    relaxations: list[Relaxation]
    remedy: str


class Budget(Strict):
    """One budget row."""

    name: str
    measure: Measure
    scope: dict[Literal["regions", "technologies"], list[str]]
    limit: Amount
    spent: Amount

    def cents(self, figure: Literal["limit", "spent"]) -> int:
        """Return one figure as integer cents."""
        return round(100 * (self.limit if figure == "limit" else self.spent))


class PhaseYear(Strict):
    """One phase: what it has, what it takes, what it leaves."""

    year: int
    carry_over: bool
    max_works: int | None
    limit: Amount
    carried_in: Amount
    available: Amount
    purchases: Amount
    operation: Amount
    spent: Amount
    carried_out: Amount
    lapsed: Amount
    weight: Share
    offices: int
    people: NotNegative
    benefit: NotNegative

    def cents(self, figure: str) -> int:
        """Return one amount as integer cents."""
        return round(100 * float(getattr(self, figure)))


class AfterYear(Strict):
    """Funded operation of a year after the last phase."""

    year: int
    operation: Amount


class Totals(Money):
    """Sums over the plan."""

    offices: int
    offices_connected: int
    offices_newly_connected: int
    offices_upgraded: int
    offices_position_unknown: int
    offices_connected_position_unknown: int
    offices_below_availability: int
    people: NotNegative
    people_total: NotNegative
    fees_saved_per_year: Amount


class Part(Money):
    """What one technology has of the plan."""

    technology: str
    offices: int
    people: NotNegative
    links: int
    length_km: NotNegative


class RegionPart(Money):
    """What one region has of the plan; None: lines of no region."""

    region: str | None
    offices: int
    people: NotNegative


class FlowYear(Strict):
    """What is paid in one year; net and present value may be negative at the horizon, where things are sold."""

    year: int
    purchases: Amount
    replacements: Amount
    operation: Amount
    residual_value: Amount
    present_value: Signed
    net: Signed


class CashFlow(Strict):
    """The plan's payments year by year."""

    years: list[FlowYear]
    rounding: Signed
