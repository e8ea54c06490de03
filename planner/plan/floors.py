"""Floors: which offices each of them counts, and what it asks at least."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.i18n import _
from planner.scenario import Floor
from planner.wording import number, share

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from planner.scenario import Scenario, Target

BEFORE = "before"
"""What plans call the column ``status_before``, and floors may too."""
ROUNDING = 1e-9
"""Relative difference that the order of a sum, or a share that is no binary number, may make."""


@dataclass(frozen=True)
class FloorRow:
    """One floor in one group of offices.

    Attributes
    ----------
    name : str
        Tells it from the others.
    by, group : str or None
        Column and value that make the group; None for all offices.
    measure : {"offices", "people", "benefit"}
    least : float
        What connected offices have to come to.
    total : float
        What all offices of the group come to.
    weight : (o,) float64
        What each office counts once it is connected; 0 outside the group.
    standing : float
        What offices that are connected already come to.
    """

    name: str
    by: str | None
    group: str | None
    measure: str
    least: float
    total: float
    weight: NDArray[np.float64]
    standing: float

    def reached(self, connected: NDArray[np.bool_]) -> float:
        """Return what connected offices come to."""
        return math.fsum(self.weight[connected])

    def as_dict(self, connected: NDArray[np.bool_]) -> dict[str, Any]:
        """Return it as ``plan.json`` has it."""
        told = {"name": self.name, "by": self.by, "group": self.group, "measure": self.measure}
        return {**told, "least": self.least, "total": self.total, "reached": self.reached(connected)}


def floor_rows(scenario: Scenario, offices: pd.DataFrame) -> tuple[FloorRow, ...]:
    """Return the floors of a scenario, one row for each group; offices that are excluded count in none.

    Parameters
    ----------
    scenario : Scenario
    offices : DataFrame
        ``Inputs.offices``.
    """
    counted = ~offices["id"].isin(list(scenario.limits.exclude)).to_numpy()
    rows: list[FloorRow] = []
    for floor in scenario.limits.floors:
        for group, members in _groups(floor, offices, counted):
            rows.append(_row(floor, group, members, offices, {row.name for row in rows}))
    return tuple(rows)


def worst_first_rows(scenario: Scenario, offices: pd.DataFrame) -> tuple[FloorRow, ...]:
    """Return the groups of which the worst comes first, one row each, that ask for nothing yet."""
    asked = scenario.limits.worst_first
    if asked is None:
        return ()
    counted = ~offices["id"].isin(list(scenario.limits.exclude)).to_numpy()
    nothing = Floor(by=asked.by, measure=asked.measure, count=0.0, groups=asked.groups)
    return tuple(_row(nothing, group, members, offices, set()) for group, members in _groups(nothing, offices, counted))


def target_row(target: Target, scenario: Scenario, offices: pd.DataFrame) -> FloorRow:
    """Return the target of least money as a floor over all offices that are not excluded."""
    counted = ~offices["id"].isin(list(scenario.limits.exclude)).to_numpy()
    measure = "benefit" if target.benefit_share is not None else "offices"
    asked = target.benefit_share if target.benefit_share is not None else target.offices_share
    weight, standing = _weights(measure, counted, offices)
    total = math.fsum(weight)
    least = least_of(measure, 1.0 if asked is None else asked, total)
    return FloorRow("target", None, None, measure, least, total, weight, standing)


def floor_words(row: dict[str, Any]) -> str:
    """Return a floor as people read it: what, where, and how much at least."""
    # People are whole; the least is rounded up, so that what is told is enough.
    whole = row["measure"] != "benefit"
    least = number(math.ceil(row["least"] - ROUNDING)) if whole else number(row["least"], 1)
    total = number(row["total"], 0 if whole else 1)
    part = share(row["least"] / row["total"], 1) if row["total"] else "–"
    if row["group"] is None:
        text = {
            "offices": _("at least {least} of {total} offices ({part})"),
            "people": _("at least {least} of {total} people within reach ({part})"),
            "benefit": _("at least {least} of {total} of benefit ({part})"),
        }[row["measure"]]
    else:
        text = {
            "offices": _("{by} “{group}”: at least {least} of {total} offices ({part})"),
            "people": _("{by} “{group}”: at least {least} of {total} people within reach ({part})"),
            "benefit": _("{by} “{group}”: at least {least} of {total} of benefit ({part})"),
        }[row["measure"]]
    by = _("region") if row["by"] == "region" else row["by"]  # other columns are named as the user names them
    return text.format(by=by, group=row["group"], least=least, total=total, part=part)


def column_of(by: str) -> str:
    """Return the column of ``Inputs.offices`` that a floor names."""
    return "status_before" if by == BEFORE else by


def _groups(
    floor: Floor, offices: pd.DataFrame, counted: NDArray[np.bool_]
) -> Iterator[tuple[str | None, NDArray[np.bool_]]]:
    """Yield the groups of a floor with their offices; those of which the column says nothing are in none."""
    if floor.by is None:
        yield None, counted
        return
    values = offices[column_of(floor.by)].fillna("").astype(str).to_numpy(object)
    for group in floor.groups or sorted({value for value in values.tolist() if value}):
        yield group, counted & (values == group)


def _row(
    floor: Floor, group: str | None, members: NDArray[np.bool_], offices: pd.DataFrame, taken: set[str]
) -> FloorRow:
    weight, standing = _weights(floor.measure, members, offices)
    total = math.fsum(weight)
    least = float(floor.count) if floor.count is not None else least_of(floor.measure, floor.share or 0.0, total)
    stem = floor.measure if group is None else f"{floor.measure}, {floor.by}={group}"
    names = (stem, *(f"{stem} ({count})" for count in range(2, len(taken) + 3)))
    name = next(each for each in names if each not in taken)
    return FloorRow(name, floor.by, group, floor.measure, least, total, weight, standing)


def _weights(measure: str, members: NDArray[np.bool_], offices: pd.DataFrame) -> tuple[NDArray[np.float64], float]:
    """Return what offices count, and the sum of those that are connected already.

    People and benefit are those that a plan may gain: offices with an adequate connection have none of them.
    """
    adequate = (offices["status_before"] == "adequate").to_numpy()
    if measure == "offices":
        return members.astype(np.float64), float((members & adequate).sum())
    values = offices[measure].fillna(0.0).to_numpy(np.float64)
    return np.where(members & ~adequate, values, 0.0), 0.0


def least_of(measure: str, asked: float, total: float) -> float:
    """Return a share of a total: whole offices, rounded up."""
    if measure == "offices":
        return float(math.ceil(asked * total - ROUNDING * max(total, 1.0)))
    return asked * total
