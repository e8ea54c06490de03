"""Whether budgets, funders and limits speak of offices, places, regions and groups that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.errors import Problem
from planner.i18n import _, ngettext
from planner.inputs.columns import OFFICE_COLUMNS
from planner.likeness import nearest_ids

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    import geopandas as gpd
    import pandas as pd

    from planner.errors import Severity
    from planner.inputs.offices import ReadOffices
    from planner.scenario import Floor, Limits, Scenario, WorstFirst

GROUPING = {"region": "region", "kind": "kind", "before": "status_before", "technology_before": "technology_before"}
"""What floors call those of our own columns of the offices that make groups."""
FEW = 12
"""So many regions or kinds are listed where none has a similar name."""
MADE, ROOT_ID = "~", "root"
"""How ids begin that the program makes, which nobody knows before links are built; and the outside world."""


def grouping_columns(scenario: Scenario) -> tuple[str, ...]:
    """Return the columns of the office files that floors need beside our own."""
    asked = (floor.by for floor in _grouping(scenario.limits).values() if floor.by is not None)
    weighed = set(scenario.benefit.office_columns)
    return tuple(dict.fromkeys(by for by in asked if by not in GROUPING.keys() | OFFICE_COLUMNS.keys() | weighed))


def _grouping(limits: Limits) -> dict[str, Floor | WorstFirst]:
    """Return what makes groups of offices, by where it stands in the scenario."""
    found: dict[str, Floor | WorstFirst] = {
        f"limits.floors[{number}]": floor for number, floor in enumerate(limits.floors)
    }
    return found if limits.worst_first is None else {**found, "limits.worst_first": limits.worst_first}


def check_limits(
    scenario: Scenario,
    offices: ReadOffices,
    sources: pd.DataFrame,
    towers: pd.DataFrame,
    regions: gpd.GeoDataFrame | None,
) -> list[Problem]:
    """Return what budgets, funders and limits name and the inputs do not have.

    Parameters
    ----------
    scenario : Scenario
    offices : ReadOffices
    sources, towers : DataFrame
    regions : GeoDataFrame or None
    """
    limits = scenario.limits
    used = set(offices.frame["id"])
    read = {*used, *offices.group.text("id")}
    places = {*used, *sources["id"], *towers["id"], ROOT_ID}
    hints = {} if regions is None else dict(zip(regions["name"], regions["id"], strict=True))
    in_regions = {*offices.frame["region"], *hints.values()} - {""}
    problems = list(_unknown(limits.exclude, read, "limits.exclude", "unknown-office", _("No office has this id.")))
    twice = tuple(each.office for each in scenario.redundancy)
    for field, names in (("limits.must_connect", limits.must_connect), ("redundancy", twice)):
        problems += _unknown(names, read, field, "unknown-office", _("No office has this id."))
        problems += [
            Problem(
                "office-left-out",
                _("This office cannot be connected: its row was left out."),
                _("Mend its row, or take it out of the list."),
                column=field,
                value=name,
            )
            for name in names
            if name in read - used
        ]
    adequate = set(offices.frame["id"][offices.frame["status_before"] == "adequate"])
    problems += [
        Problem(
            "office-adequate",
            _("This office is adequately connected before the plan, which therefore plans no path of its own for it."),
            _("Take it out of the list, or correct its status_before."),
            column="redundancy",
            value=name,
        )
        for name in twice
        if name in adequate
    ]
    for field in ("fix_links", "forbid_links"):
        ends = [end for pair in getattr(limits, field) for end in pair[:2] if not end.startswith(MADE)]
        problems += _unknown(ends, places, f"limits.{field}", "unknown-place", _("No place has this id."))
    for number, budget in enumerate(scenario.budgets):
        column = f"budgets[{number}].scope.regions"
        message = _("No region has this id.")
        problems += _unknown(budget.scope.regions, in_regions, column, "unknown-region", message, hints)
    kinds = {kind for kind in offices.frame["kind"] if kind}
    for number, funder in enumerate(scenario.funders):
        column = f"funders[{number}].scope"
        message = _("No region has this id.")
        problems += _unknown(funder.scope.regions, in_regions, f"{column}.regions", "unknown-region", message, hints)
        message = _("No office is of this kind.")
        problems += _unknown(funder.scope.kinds, kinds, f"{column}.kinds", "unknown-kind", message)
    for column, floor in _grouping(limits).items():
        problems += _check_floor(floor, column, offices, scenario, hints)
    return problems


def _unknown(
    names: Iterable[str],
    known: Collection[str],
    column: str,
    code: str,
    message: str,
    hints: Mapping[str, str] | None = None,
) -> Iterator[Problem]:
    """Yield a problem for every name that is not known, with the nearest ones, or with what a hint says is meant.

    Where none is near, and there are few, all of them are told.
    """
    for name in dict.fromkeys(names):
        if name not in known:
            meant = (hints or {}).get(name)
            near = nearest_ids(name, sorted(known)) if meant is None else [meant]
            remedy = _("Correct or remove it.")
            if near:
                remedy = _("The nearest ids are: {ids}.").format(ids=", ".join(near))
            elif 0 < len(known) <= FEW:
                remedy = _("There are: {ids}.").format(ids=", ".join(sorted(known)))
            yield Problem(code, message, remedy, column=column, value=name)


def _check_floor(
    floor: Floor | WorstFirst, column: str, offices: ReadOffices, scenario: Scenario, regions: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield what is wrong with the column or the groups of a floor."""
    if floor.by is None:
        return
    by = f"{column}.by"
    if floor.by in OFFICE_COLUMNS and floor.by not in GROUPING:
        message = _("This column holds figures or names, no groups.")
        remedy = _("Name one of these, or a column of your own: {names}.").format(names=", ".join(GROUPING))
        yield Problem("no-groups", message, remedy, column=by, value=floor.by)
        return
    own = floor.by not in GROUPING
    if own and not offices.group.has(floor.by) and floor.by not in scenario.benefit.office_columns:
        message = _("The offices have no column of this name.")
        remedy = _("Name one of these, or a column of your own: {names}.").format(names=", ".join(GROUPING))
        yield Problem("unknown-column", message, remedy, column=by, value=floor.by)
        return
    values = offices.frame[GROUPING.get(floor.by, floor.by)].fillna("").astype(str)
    message = _("No office is in this group.")
    hints = regions if floor.by == "region" else None
    yield from _unknown(floor.groups, set(values) - {""}, f"{column}.groups", "unknown-group", message, hints)
    count = int(np.count_nonzero(values == ""))
    if count:
        text = ngettext(
            "{n} office says nothing in this column, so that no group of the floor counts it.",
            "{n} offices say nothing in this column, so that no group of the floor counts them.",
            count,
        ).format(n=count)
        severity: Severity = "warning"
        yield Problem("no-group", text, _("Fill in the column."), column=by, value=floor.by, severity=severity)
