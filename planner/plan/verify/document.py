"""The stored plan as verification reads it: straight from the file, every field known, every number finite.

Unknown fields are refused on purpose: a figure that nobody checks has no place in a plan that counts as verified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, ValidationError

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.plan.absent import no_plan
from planner.plan.verify.findings import Findings
from planner.plan.verify.overall import (
    AfterYear,
    Amount,
    BenefitIndex,
    Budget,
    CashFlow,
    Conflict,
    Enabled,
    Equity,
    Floor,
    Funder,
    Latitude,
    Longitude,
    Measure,
    Money,
    NotNegative,
    Objective,
    Part,
    PhaseYear,
    RegionPart,
    ScenarioNote,
    Share,
    Strict,
    Totals,
)

if TYPE_CHECKING:
    from pathlib import Path

PLAN_FILE = "plan.json"


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
        raise InputError(no_plan(path))
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
