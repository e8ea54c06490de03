"""The stored plan as verification reads it: straight from the file, every field known, every number finite.

Unknown fields are refused on purpose: a figure that nobody checks has no place in a plan that counts as verified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.plan.verify.findings import Findings

if TYPE_CHECKING:
    from pathlib import Path

PLAN_FILE = "plan.json"


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


class Figure(Strict):
    """A figure of the climate; None: the height of rain is that of the latitude."""

    value: float | None
    source: str


class Climate(Strict):
    """What fades at a place are computed with."""

    rain_mm_h: Figure
    dn1_per_km: Figure
    vapour_g_m3: Figure
    isotherm_km: Figure


class Place(Strict):
    """A place of the planning graph that the plan touches."""

    id: str
    kind: Literal["office", "source", "relay", "junction"]
    lon: Longitude
    lat: Latitude
    region: str | None
    ground_m: float | None
    power: Literal["mains", "unknown", "owner", "solar", "extension"] | None
    power_availability: Share
    grid_km: NotNegative | None
    climate: Climate | None


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


class Office(Money):
    """One office, in or out; money is its package and transit."""

    id: str
    name: str
    lon: Longitude
    lat: Latitude
    region: str | None
    kind: str
    before: Literal["offline", "insufficient", "adequate", "unknown"]
    connected: bool
    technology: str | None
    parent: str | None
    hops: int | None
    demand_mbps: NotNegative
    availability: Share | None
    benefit: float
    people: NotNegative | None
    people_total: NotNegative | None
    position_known: bool
    monthly_cost_before: NotNegative | None
    year: int | None
    reason: str


class Line(Strict):
    """Geometry of a link."""

    type: Literal["LineString"]
    coordinates: list[tuple[Longitude, Latitude]]


class Link(Money):
    """One link of the arborescence."""

    id: str
    tail: str = Field(alias="from")
    head: str = Field(alias="to")
    technology: str
    option: str
    hop_weight: int
    shareable: bool
    region: str | None
    length_km: NotNegative
    capacity_mbps: NotNegative | None
    load_mbps: NotNegative
    availability: Share
    mast_from_m: NotNegative | None
    mast_to_m: NotNegative | None
    year: int | None
    geometry: Line | None


class BackupStep(Strict):
    """One link of a second path."""

    link: str
    reversed: bool


class Backup(Strict):
    """The second path of an office, from the root."""

    office: str
    path: list[BackupStep]


class Failure(Strict):
    """What a single failure cuts off."""

    what: Literal["place", "span"]
    id: str
    kind: str
    offices: int
    people: NotNegative
    offices_without: int
    people_without: NotNegative


class AsBuilt(Strict):
    """What is known of a link beside its estimate."""

    link: str
    tail: str = Field(alias="from")
    head: str = Field(alias="to")
    status: Literal["planned", "contracted", "built", "working"]
    spent: NotNegative | None
    spent_per_year: NotNegative | None
    spent_equipment: NotNegative | None
    funder: str | None
    mbps: NotNegative | None
    load_mbps: NotNegative


class Progress(Strict):
    """What has reached one status, over all or in one region or of one funder."""

    by: Literal["all", "region", "funder"]
    group: str | None
    status: Literal["planned", "contracted", "built", "working"]
    offices: int
    people: NotNegative
    capex: Amount


class Mast(Money):
    """One mast with what its site takes."""

    place: str
    region: str | None
    height_m: NotNegative
    breakdown: dict[str, dict[Measure, float]]
    existing_m: NotNegative
    year: int | None


class Data(Strict):
    """What the plan rests on, for readers."""

    synthetic: bool
    assumptions: list[str]
    notes: list[str]
    problems: list[dict[str, Any]]
    rows_excluded: int
    datasets: list[dict[str, Any]]
    rejections: list[dict[str, Any]]


class PlanDocument(Strict):
    """The whole of ``plan.json``."""

    schema_version: Literal[1]
    scenario: ScenarioNote
    status: Literal["optimal", "feasible", "infeasible", "cancelled", "error"]
    termination: str
    objective: Objective
    budgets: list[Budget]
    limits: dict[str, Any]
    floors: list[Floor]
    benefit_index: BenefitIndex
    services: list[Enabled]
    equity: Equity | None
    funders: list[Funder]
    phases: list[PhaseYear]
    after_phases: list[AfterYear]
    conflict: Conflict | None
    places: list[Place]
    totals: Totals
    technology_mix: list[Part]
    region_mix: list[RegionPart]
    cash_flow: CashFlow
    baselines: list[dict[str, Any]]
    offices: list[Office]
    reasons: dict[Literal["en", "fr"], list[str]]
    links: list[Link]
    backup_links: list[Link]
    backups: list[Backup]
    backup_cost: dict[Measure, Amount]
    failures: list[Failure]
    as_built: list[AsBuilt]
    progress: list[Progress]
    masts: list[Mast]
    data: Data
    versions: dict[str, str]
    trace: list[tuple[NotNegative, float | None, float | None]]


def read_document(run_dir: Path) -> tuple[PlanDocument | None, Findings]:
    """Read a stored plan; None where its form is not that of a plan, with what is wrong.

    Raises
    ------
    InputError
        There is no such file, it cannot be read, or nothing is wrong with it but fields that it lacks, as plans of
        earlier versions do.
    """
    path = run_dir / PLAN_FILE
    findings = Findings(_("Form of plan.json"))
    if not path.exists():
        message, remedy = (
            _("There is no plan here."),
            _("Give the folder of a finished run, or make one with: planner solve."),
        )
        raise InputError(Problem("no-plan", message, remedy, str(path)))
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = _("The plan cannot be read: {reason}.").format(reason=error)
        remedy = _("Name the folder of a run that ended; it holds plan.json.")
        raise InputError(Problem("no-plan", message, remedy, str(path))) from error
    try:
        plan = PlanDocument.model_validate_json(text)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        if all(fault["type"] == "missing" for fault in faults):
            raise InputError(_of_another_version(path, [fault["loc"] for fault in faults])) from error
        for fault in faults:
            where = ".".join(str(part) for part in fault["loc"])
            stated = fault["input"] if isinstance(fault["input"], str | float | int | None) else "…"
            findings.require(False, fault["msg"], where, stated, None)
        return None, findings
    findings.require(True, _("form"), PLAN_FILE, None, None)
    return plan, findings


def _of_another_version(path: Path, missing: list[tuple[int | str, ...]]) -> Problem:
    """Return the problem of a plan that lacks fields, each of which may be missing in many entries of a list."""
    names = dict.fromkeys(".".join("[]" if isinstance(part, int) else part for part in at) for at in missing)
    fields = ", ".join(name.replace(".[]", "[]") for name in names)
    message = _("The plan lacks what plans of this version have: {fields}. Another version of the program made it.")
    remedy = _("Solve its scenario again with: planner solve.")
    return Problem("old-plan", message.format(fields=fields), remedy, str(path))
