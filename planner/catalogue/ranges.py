"""The uncertain figures of a catalogue, and the catalogue that a draw of them makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.catalogue.figures import Figure, figures, replaced
from planner.errors import InputError, Problem
from planner.i18n import _
from planner.likeness import nearest_ids
from planner.scenario.yaml_text import field_path
from planner.wording import figure as told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.catalogue.estimates import Estimate
    from planner.catalogue.prices import PriceList
    from planner.catalogue.schema import Catalogue
    from planner.catalogue.works import Masts
    from planner.scenario import Scenario

_HELD = (
    "fibre.climb_factor",
    "fibre.urban_factor",
    "fibre.submarine_factor",
    "fibre.land_cover.",
    "microwave.clutter.",
)
"""What lengths are priced and lines of sight tested with on the ground: other figures would need all of it anew."""
_GROUPS = {"masts": "microwave", "sites": "microwave"}
"""Sections whose prices belong to a technology of another name."""


@dataclass(frozen=True)
class Uncertain:
    """A figure whose value is not certain.

    Attributes
    ----------
    name : str
        Its path in the catalogue, e.g. ``"leo.monthly_fee"``.
    group : str
        Technology, or section where it belongs to none; figures of one group are correlated.
    unit : str
        As the schema states it; money starts with ``currency``.
    low, typical, high : float
        Plans are made with ``typical``; low < high.
    """

    name: str
    group: str
    unit: str
    low: float
    typical: float
    high: float


def uncertain_figures(catalogue: Catalogue, prices: PriceList, scenario: Scenario) -> tuple[Uncertain, ...]:
    """Return the figures in force whose low differs from their high, in the order of the catalogue.

    Ranges are the scenario's, else the catalogue's, else the scenario's spread.

    Raises
    ------
    InputError
        The scenario names a figure that there is not, or gives a range that does not hold the typical value.
    """
    asked = scenario.uncertainty
    known = {field_path(entry.at): entry for entry in figures(catalogue) if entry.estimate is not None}
    sections = {str(entry.at[0]) for entry in known.values()}
    problems = [_unknown(name, "ranges", known) for name in asked.ranges if name not in known]
    problems += [_unknown(name, "fixed", {**known, **dict.fromkeys(sections)}) for name in asked.fixed
                 if name not in known and name not in sections]  # fmt: skip
    in_force = {assumption.name for assumption in prices.assumptions}
    found = []
    for name, entry in known.items():
        estimate = entry.estimate
        if (
            estimate is None
            or name not in in_force
            or name.startswith(_HELD)
            or {name, str(entry.at[0])} & {*asked.fixed}
        ):
            continue
        low, high = estimate.low, estimate.high
        if low == high:
            low, high = estimate.typical * (1 - asked.spread), estimate.typical * (1 + asked.spread)
        if (said := asked.ranges.get(name)) is not None:
            low, high = said.low, said.high
            if not low <= estimate.typical <= high:
                problems.append(_misses(name, estimate))
        if low < high:
            group = str(entry.at[0])
            found.append(Uncertain(name, _GROUPS.get(group, group), entry.unit, low, estimate.typical, high))
    if problems:
        raise InputError(problems)
    return tuple(found)


def _unknown(name: str, field: str, known: Mapping[str, object]) -> Problem:
    near = ", ".join(nearest_ids(name, list(known)))
    return Problem(
        "unknown-figure",
        _("The catalogue has no figure of this name."),
        _("The nearest names are: {names}. “planner check --prices” lists them all.").format(names=near or "–"),
        column=f"uncertainty.{field}",
        value=name,
    )


def _misses(name: str, estimate: Estimate) -> Problem:
    return Problem(
        "wrong-value",
        _("The range does not hold the figure that plans are made with, {typical}.").format(
            typical=told(estimate.typical)
        ),
        _("Widen the range, or give another typical figure in a catalogue file."),
        column=f"uncertainty.ranges.{name}",
    )


def drawn(catalogue: Catalogue, values: Mapping[str, float]) -> Catalogue:
    """Return a catalogue in which the named figures are certain to have the given values.

    A roof pole costs at most what the next taller mast does: nobody would buy it for more.
    """

    def change(entry: Figure) -> Estimate | None:
        value = values.get(field_path(entry.at))
        if entry.estimate is None or value is None:
            return entry.estimate
        return entry.estimate.model_copy(update={"low": value, "typical": value, "high": value})

    made: Catalogue = replaced(catalogue, change)
    return made.model_copy(update={"masts": _with_sensible_poles(made.masts)})


def _with_sensible_poles(masts: Masts) -> Masts:
    update = {}
    for name in ("office", "relay"):
        prices = getattr(masts, name)
        pole = prices.roof_pole
        taller = [height for height in masts.heights_m if pole is not None and height > pole.max_height_m]
        if pole is None or pole.price is None or not taller:
            continue
        most = prices.typical(taller[0])
        if most is not None and pole.price.typical > most:
            price = pole.price.model_copy(update={"low": most, "typical": most, "high": most})
            update[name] = prices.model_copy(update={"roof_pole": pole.model_copy(update={"price": price})})
    return masts.model_copy(update=update)
