"""Benefit against budget as it is told and stored: ``frontier.json``, which says everything, and ``frontier.csv``."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.errors import InputError, Problem
from planner.files import write_whole
from planner.finance import MEASURES
from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from planner.plan.model import Plan

FRONTIER_JSON, FRONTIER_CSV = "frontier.json", "frontier.csv"
SCHEMA_VERSION = 1

_FIGURES = ("offices_connected", "offices_newly_connected", "offices_upgraded", "people", *MEASURES)
"""Totals of each point's plan."""


@dataclass(frozen=True)
class FrontierPoint:
    """One budget and what the plan within it comes to; money in currency, as plans have it.

    Attributes
    ----------
    limit, spent : float
    value, bound, gap : float
        Benefit of the plan, the proven ceiling on that of any plan, and how far they are apart, relative to the value.
    status : str
        ``optimal`` or ``feasible``.
    totals : mapping of str to int or float
    offices, technologies : tuple of str
        Ids of those that the plan connects or upgrades, and by what.
    links : tuple of str
        Ids of the plan's links that have a course on the ground; keys of ``BenefitFrontier.links``.
    """

    limit: float
    spent: float
    value: float
    bound: float
    gap: float
    status: str
    totals: Mapping[str, float]
    offices: tuple[str, ...]
    technologies: tuple[str, ...]
    links: tuple[str, ...]

    @classmethod
    def of(cls, plan: Plan) -> FrontierPoint:
        """Return what a plan under one budget comes to."""
        (budget,) = plan.budgets
        found = plan.outcome
        assert found.value is not None
        assert found.bound is not None
        assert found.gap is not None
        offices = plan.offices
        gained = offices["connected"] & (offices["before"] != "adequate")
        return cls(
            limit=budget["limit"],
            spent=budget["spent"],
            value=found.value,
            bound=found.bound,
            gap=found.gap,
            status="optimal" if found.status == "optimal" else "feasible",
            totals={name: plan.totals[name] for name in _FIGURES},
            offices=tuple(offices.loc[gained, "id"]),
            technologies=tuple(offices.loc[gained, "technology"]),
            links=tuple(drawn_links(plan)),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is stored."""
        listed = {name: list(getattr(self, name)) for name in ("offices", "technologies", "links")}
        return {**vars(self), "totals": dict(self.totals), **listed}


def drawn_links(plan: Plan) -> dict[str, dict[str, Any]]:
    """Return technology and course of the links of a plan that have a course on the ground, by id."""
    links = plan.links[plan.links["geometry"].notna()]
    columns = (links[name] for name in ("id", "technology", "geometry"))
    return {
        name: {"technology": technology, "path": geometry["coordinates"]}
        for name, technology, geometry in zip(*columns, strict=True)
    }


def drawn_places(plan: Plan) -> list[dict[str, Any]]:
    """Return offices and sources with where they are, for the map of any point."""
    offices = plan.offices[["id", "name", "lon", "lat", "before"]].assign(kind="office")
    sources = plan.places.loc[plan.places["kind"] == "source", ["id", "lon", "lat", "kind"]]
    # An id is what a source is called by.
    sources = sources.assign(name=sources["id"], before=None)
    rows = [*offices.to_dict("records"), *sources.to_dict("records")]
    return [{str(column): value for column, value in row.items()} for row in rows]


@dataclass(frozen=True)
class BenefitFrontier:
    """Benefit against budget.

    Attributes
    ----------
    scenario : mapping
        As in ``plan.json``.
    name, measure : str
        Of the budget.
    connect_all : float
        Cost of the cheapest known plan that connects every office that can be: the largest budget.
    termination : str
        Why the search ended: ``gap``, ``time_limit`` or ``cancelled``.
    requested_gap, seconds : float
    points : tuple of FrontierPoint
        The smallest budget first; values and bounds never fall.
    ceiling : tuple of (float, float)
        Money and benefit of the vertices of a concave polyline above which no plan lies; level beyond the last one.
    without_plan : tuple of (float, bool)
        Budgets asked for at which no plan that keeps all limits was found, and whether it is proven that there is none.
    synthetic : bool
        The scenario is about no real country.
    places : sequence of mapping
        Offices and sources: id, name, lon, lat, kind, before.
    links : mapping of str to mapping
        Technology and path (lon, lat) of every link that a point has and that has a course on the ground.
    """

    scenario: Mapping[str, Any]
    name: str
    measure: str
    connect_all: float
    termination: str
    requested_gap: float
    seconds: float
    points: tuple[FrontierPoint, ...]
    ceiling: tuple[tuple[float, float], ...]
    without_plan: tuple[tuple[float, bool], ...]
    synthetic: bool
    places: Sequence[Mapping[str, Any]]
    links: Mapping[str, Mapping[str, Any]]

    def document(self) -> dict[str, Any]:
        """Return the content of ``frontier.json``."""
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": dict(self.scenario),
            "synthetic": self.synthetic,
            "budget": {"name": self.name, "measure": self.measure, "connect_all": self.connect_all},
            "termination": self.termination,
            "requested_gap": self.requested_gap,
            "seconds": self.seconds,
            "points": [point.as_dict() for point in self.points],
            "ceiling": [list(vertex) for vertex in self.ceiling],
            "without_plan": [{"limit": limit, "proven": proven} for limit, proven in self.without_plan],
            "places": [dict(place) for place in self.places],
            "links": {name: dict(link) for name, link in self.links.items()},
        }


def write_frontier(frontier: BenefitFrontier, run_dir: Path) -> None:
    """Write ``frontier.csv``, then ``frontier.json`` into a run folder; each appears whole or not at all."""
    write_whole(run_dir / FRONTIER_CSV, _as_csv(frontier.points))
    text = json.dumps(frontier.document(), ensure_ascii=False, allow_nan=False, indent=1)
    write_whole(run_dir / FRONTIER_JSON, text + "\n")


def read_frontier(run_dir: Path) -> dict[str, Any]:
    """Return the content of ``frontier.json`` of a run folder.

    Raises
    ------
    InputError
        If there is none, or it is no JSON object.
    """
    path = run_dir / FRONTIER_JSON
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        reason = "" if isinstance(stored, dict) else type(stored).__name__
    except OSError as error:
        reason = str(error.strerror)
    except (ValueError, RecursionError) as error:
        reason = str(error)
    if reason:
        message = _("The frontier cannot be read: {reason}.").format(reason=reason)
        raise InputError(Problem("no-frontier", message, where_from(), str(path)))
    return dict(stored)


def where_from() -> str:
    """Return how to come to a frontier that can be read."""
    return _("Name the folder of a finished run of: planner frontier.")


def _as_csv(points: Sequence[FrontierPoint]) -> str:
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(("limit", "spent", "value", "bound", "gap", "status", *_FIGURES))
    for point in points:
        figures = (point.totals[name] for name in _FIGURES)
        rows.writerow((point.limit, point.spent, point.value, point.bound, point.gap, point.status, *figures))
    return table.getvalue()
