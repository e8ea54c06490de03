"""How one plan differs from another: settings, offices, money by technology and by region."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.errors import InputError, Problem
from planner.finance import MEASURES
from planner.i18n import _
from planner.scenario import Share
from planner.wording import money, setting_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from planner.plan.model import Plan
    from planner.plan.record import Record
    from planner.scenario import Scenario

ADDED, DROPPED, CHANGED = "added", "dropped", "changed"
COUNTED = ("offices_newly_connected", "offices_upgraded", "people", *MEASURES)
"""Totals that are set side by side, besides the value."""
SAME_PLACE_DEG = 0.1
"""About 10 km: positions are mended from run to run, and two countries of our own making number offices alike."""


@dataclass(frozen=True)
class Setting:
    """A field of the scenario that two runs do not share.

    Attributes
    ----------
    field : str
    first, second
        Its values, None where a scenario has no such field.
    first_amount, second_amount : float or None
        What a limit that is a share came to, in currency.
    """

    field: str
    first: Any
    second: Any
    first_amount: float | None = None
    second_amount: float | None = None

    def words(self, currency: str) -> tuple[str, str]:
        """Return both values as people read them, shares with what they came to."""
        told = ((self.first, self.first_amount), (self.second, self.second_amount))
        first, second = (
            setting_words(value, self.field) + ("" if amount is None else f" ({money(100 * amount, currency)})")
            for value, amount in told
        )
        return first, second


@dataclass(frozen=True)
class OfficeChange:
    """An office that gains in one plan only, or by another technology or from another place.

    Attributes
    ----------
    id, name, region
        Of the office.
    change : {"added", "dropped", "changed"}
        From the first plan to the second.
    first, second : str or None
        Technology in each.
    parent_first, parent_second : str or None
        What it hangs from in each.
    people : float or None
        Underserved people within its reach.
    reason : str
        What the second plan says of it, in that run's language.
    """

    id: str
    name: str
    region: str | None
    change: str
    first: str | None
    second: str | None
    parent_first: str | None
    parent_second: str | None
    people: float | None
    reason: str


@dataclass(frozen=True)
class Difference:
    """A figure in both plans, and the second less the first."""

    name: str
    first: float
    second: float
    difference: float


@dataclass(frozen=True)
class Comparison:
    """What differs from a first plan to a second.

    Attributes
    ----------
    settings : tuple of Setting
    inputs : tuple of str
        Input files that only one run has read, or that held something else.
    only_first, only_second : tuple of str
        Offices that only one of the scenarios has.
    offices : tuple of OfficeChange
        Added, dropped, changed; each by people, most first.
    totals : tuple of Difference
        The value, counts and money columns; before them, where a plan has phases, the benefit as if every office had
        been connected in the first year.
    technologies, regions : dict of str to tuple of Difference
        Money columns; of a technology its links and the equipment of its offices, ``"masts"`` apart; of a region all of
        its lines, ``""`` where there is none.
    """

    settings: tuple[Setting, ...]
    inputs: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    offices: tuple[OfficeChange, ...]
    totals: tuple[Difference, ...]
    technologies: dict[str, tuple[Difference, ...]]
    regions: dict[str, tuple[Difference, ...]]

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON-ready mapping."""
        return asdict(self)


def compare(
    first: tuple[Plan, Scenario, Record], second: tuple[Plan, Scenario, Record], *, name: str = ""
) -> Comparison:
    """Compare two plans.

    Parameters
    ----------
    first, second : tuple of Plan, Scenario, Record
    name : str
        Of the second run, for errors.

    Raises
    ------
    InputError
        If one of them holds no plan, or if they are in different currencies or of different countries.
    """
    plans = (first[0], second[0])
    _check(*plans, name)
    known = [set(plan.offices["id"]) for plan in plans]
    return Comparison(
        settings=_with_amounts(settings(first[1], second[1]), first, second),
        inputs=_inputs(first[2], second[2]),
        only_first=tuple(sorted(known[0] - known[1])),
        only_second=tuple(sorted(known[1] - known[0])),
        offices=_offices(*plans),
        totals=_totals(*plans),
        technologies=_by_technology(*plans),
        regions=_by_region(*plans),
    )


def _check(first: Plan, second: Plan, name: str) -> None:
    currencies = [plan.scenario["currency"] for plan in (first, second)]
    if any(plan.outcome.value is None for plan in (first, second)):
        message = _("One of the runs ended without a plan; there is nothing to compare.")
        raise InputError(Problem("no-plan", message, _("Name runs that hold a plan."), file=name))
    if currencies[0] != currencies[1]:
        message = _("The runs are in different currencies, {first} and {second}.")
        remedy = _("Solve one of the scenarios again in the currency of the other.")
        text = message.format(first=currencies[0], second=currencies[1])
        raise InputError(Problem("other-currency", text, remedy, file=name))
    if not _same_country(first.offices, second.offices):
        message = _("The runs are of different countries: their offices do not have the same names and places.")
        remedy = _("Name runs whose scenarios plan the same offices.")
        raise InputError(Problem("other-country", message, remedy, file=name))


def _same_country(first: pd.DataFrame, second: pd.DataFrame) -> bool:
    """Return whether two plans share offices: by id, and at least half of these at the same place, as far as known."""
    both = first[["id", "lon", "lat"]].merge(second[["id", "lon", "lat"]], on="id")
    placed = both.dropna()
    if placed.empty:
        return not both.empty
    far = np.hypot(placed["lon_x"] - placed["lon_y"], placed["lat_x"] - placed["lat_y"])
    return bool((far <= SAME_PLACE_DEG).mean() >= 0.5)


def settings(first: Scenario, second: Scenario) -> Iterator[Setting]:
    """Yield the fields that two scenarios do not share; lists are told whole, those of sections by position.

    A field that says nothing on one side and is not there on the other is no difference.
    """
    ours, theirs = (dict(_flat(scenario.model_dump(mode="json"), "")) for scenario in (first, second))
    fields = ours.keys() | theirs.keys()
    for field in sorted(fields):
        entries_differ = any(other.startswith((f"{field}[", f"{field}.")) for other in fields)  # one side has none
        silent = all(side.get(field) in (None, [], {}) for side in (ours, theirs))
        if ours.get(field) != theirs.get(field) and not silent and not entries_differ:
            yield Setting(field, ours.get(field), theirs.get(field))


def _with_amounts(
    found: Iterator[Setting], first: tuple[Plan, Scenario, Record], second: tuple[Plan, Scenario, Record]
) -> tuple[Setting, ...]:
    """Return settings with what the limits that are shares came to."""
    ours, theirs = (_amounts_of_shares(plan, scenario) for plan, scenario, _record in (first, second))
    return tuple(
        replace(setting, first_amount=ours.get(setting.field), second_amount=theirs.get(setting.field))
        for setting in found
    )


def _amounts_of_shares(plan: Plan, scenario: Scenario) -> dict[str, float]:
    """Return what the limits of a scenario that are shares came to in its plan, by their fields."""
    asked = {
        **{f"budgets[{position}].limit": budget.limit for position, budget in enumerate(scenario.budgets)},
        **{f"phases[{position}].limit": phase.limit for position, phase in enumerate(scenario.phases)},
    }
    rows = (*plan.budgets, *plan.phases)
    # A plan has a row for each; of one that has not, nothing is told.
    if len(rows) != len(asked):
        return {}
    return {
        field: float(row["limit"])
        for (field, limit), row in zip(asked.items(), rows, strict=True)
        if isinstance(limit, Share)
    }


def _flat(value: Any, at: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, entry in value.items():
            yield from _flat(entry, f"{at}.{key}" if at else str(key))
    elif isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        for position, entry in enumerate(value):
            yield from _flat(entry, f"{at}[{position}]")
    else:
        yield at, value


def _inputs(first: Record, second: Record) -> tuple[str, ...]:
    ours, theirs = ({file.file: file.sha256 for file in record.files} for record in (first, second))
    return tuple(sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)))


def _offices(first: Plan, second: Plan) -> tuple[OfficeChange, ...]:
    ours, theirs = (_gaining(plan) for plan in (first, second))
    told = {row["id"]: row for plan in (first, second) for row in plan.offices.to_dict("records")}
    changes = []
    for name in {**ours, **theirs}:
        one, other = ours.get(name), theirs.get(name)
        if one == other:
            continue
        kind = ADDED if one is None else DROPPED if other is None else CHANGED
        row = told[name]
        people = row["people"]
        changes.append(
            OfficeChange(
                id=str(name),
                name=row["name"],
                region=row["region"],
                change=kind,
                first=one and one[0],
                second=other and other[0],
                parent_first=one and one[1],
                parent_second=other and other[1],
                people=None if people is None or np.isnan(people) else float(people),
                reason=row["reason"] or "",
            )
        )
    order = {ADDED: 0, DROPPED: 1, CHANGED: 2}
    return tuple(sorted(changes, key=lambda change: (order[change.change], -(change.people or 0.0), change.id)))


def _gaining(plan: Plan) -> dict[Any, tuple[str, str]]:
    """Return technology and parent of the offices that are newly connected or upgraded."""
    offices = plan.offices[plan.offices["connected"] & (plan.offices["before"] != "adequate")]
    return {name: (technology, parent) for name, technology, parent in _columns(offices, "id", "technology", "parent")}


def _columns(frame: pd.DataFrame, *names: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(frame[name].tolist() for name in names), strict=True)


def _totals(first: Plan, second: Plan) -> tuple[Difference, ...]:
    plans = (first, second)
    ours, theirs = ({**plan.totals, "value": plan.benefit, "full_benefit": plan.full_benefit} for plan in plans)
    years = ("full_benefit",) if any(plan.phases for plan in plans) else ()
    return _differences(ours, theirs, (*years, "value", *COUNTED))


def _by_technology(first: Plan, second: Plan) -> dict[str, tuple[Difference, ...]]:
    ours, theirs = ({row["technology"]: row for row in plan.technology_mix} for plan in (first, second))
    return _side_by_side(ours, theirs)


def _by_region(first: Plan, second: Plan) -> dict[str, tuple[Difference, ...]]:
    ours, theirs = ({row["region"] or "": row for row in plan.region_mix} for plan in (first, second))
    return _side_by_side(ours, theirs)


def _side_by_side(
    first: Mapping[str, Mapping[str, Any]], second: Mapping[str, Mapping[str, Any]]
) -> dict[str, tuple[Difference, ...]]:
    nothing = dict.fromkeys(MEASURES, 0.0)
    return {
        name: _differences(first.get(name, nothing), second.get(name, nothing), MEASURES)
        for name in sorted(first.keys() | second.keys())
    }


def _differences(first: Mapping[str, Any], second: Mapping[str, Any], names: tuple[str, ...]) -> tuple[Difference, ...]:
    # To the cent: a difference of binary fractions would show more digits than there are.
    return tuple(Difference(name, first[name], second[name], round(second[name] - first[name], 2)) for name in names)
