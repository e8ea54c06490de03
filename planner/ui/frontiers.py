"""Benefit against budget: which run has found it for a scenario, and what it says at a budget."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd
import yaml

from planner.i18n import _
from planner.jobs import run_state
from planner.ui.runs import kind_of, open_document
from planner.wording import technology_heading

if TYPE_CHECKING:
    from pathlib import Path

    from planner import Plan
    from planner.ui.frame import Here

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOT_OF_THE_FRONTIER = ("name", "description", "language", "solver")
"""Fields of a scenario that a frontier does not depend on, beside the limit of its budget."""


def frontier_run_of(here: Here, run_dir: Path) -> Path | None:
    """Return the newest run that looks, or has looked, for the frontier of a run's scenario."""
    question = _question(run_dir)
    same = [
        run
        for run in here.runs.values()
        if run != run_dir and kind_of(run) == "frontier" and question is not None and _question(run) == question
    ]
    useful = [run for run in same if (run / "frontier.json").exists() or run_state(run) == "running"]
    return next(iter(useful or same), None)


def frontier_of(here: Here, run_dir: Path) -> dict[str, Any] | None:
    """Return the content of ``frontier.json`` that belongs to a run's scenario; None if nobody has computed it."""
    run = run_dir if (run_dir / "frontier.json").exists() else frontier_run_of(here, run_dir)
    if run is None or not (run / "frontier.json").exists():
        return None
    found = open_document(run / "frontier.json")
    # Earlier versions of the program did not write what the map needs.
    return found if "places" in found else None


def point_at(frontier: dict[str, Any], amount: float, *others: dict[str, Any]) -> dict[str, Any] | None:
    """Return the best point that an amount pays for, of the frontier and of others; None if it pays for none."""
    affordable = [point for point in (*frontier["points"], *others) if point["spent"] <= amount]
    return max(affordable, key=lambda point: point["value"], default=None)


def own_point(plan: Plan) -> dict[str, Any]:
    """Return a plan as a point of a frontier is told, with the courses of its links."""
    gains = plan.offices[plan.offices["connected"] & (plan.offices["before"] != "adequate")]
    links = plan.links[plan.links["geometry"].notna()]
    return {
        "limit": plan.budget["limit"] if plan.budget else plan.totals[plan.measure],
        "spent": plan.budget["spent"] if plan.budget else plan.totals[plan.measure],
        "value": plan.benefit,
        "bound": plan.outcome.bound if plan.outcome.objective == "benefit" else None,
        "totals": plan.totals,
        "offices": gains["id"].tolist(),
        "technologies": gains["technology"].tolist(),
        "links": links["id"].tolist(),
        "drawn": {
            name: {"technology": technology, "path": geometry["coordinates"]}
            for name, technology, geometry in zip(links["id"], links["technology"], links["geometry"], strict=True)
        },
    }


def ceiling_at(frontier: dict[str, Any], amount: float, own: dict[str, Any]) -> float:
    """Return what no plan of an amount can exceed: the least ceiling of any budget that is not smaller."""
    points = [*frontier["points"], *([own] if own["bound"] is not None else [])]
    beyond = [float(point["bound"]) for point in points if point["limit"] >= amount * (1 - 1e-9)]
    return min(beyond, default=float(frontier["points"][-1]["bound"]))


def next_offices(frontier: dict[str, Any], plan: Plan, factor: float) -> tuple[float, pd.DataFrame] | None:
    """Return the nearest known budget of at least so many times a plan's, and the offices that its plan has on top."""
    assert plan.budget is not None
    larger = [point for point in frontier["points"] if point["limit"] >= factor * plan.budget["limit"]]
    if not larger:
        return None
    point = larger[0]
    have = set(plan.offices.loc[plan.offices["connected"], "id"])
    new = dict(zip(point["offices"], point["technologies"], strict=True))
    rows = plan.offices[plan.offices["id"].isin(set(new) - have)].sort_values("benefit", ascending=False)
    return point["limit"], pd.DataFrame(
        {
            _("Office"): rows["id"],
            _("Name"): rows["name"],
            _("Region"): rows["region"],
            _("Technology"): [technology_heading(new[name]) for name in rows["id"]],
            _("People within reach"): rows["people_total"],
            _("Benefit"): rows["benefit"],
        }
    )


def tranches(frontier: dict[str, Any]) -> pd.DataFrame:
    """Return step by step from budget to budget what the plan of the next one has on top of that before."""
    rows = []
    before: dict[str, Any] = {"limit": 0.0, "spent": 0.0, "totals": {}}
    for point in frontier["points"]:
        now, then = point["totals"], before["totals"]
        offices = sum(now[name] - then.get(name, 0) for name in ("offices_newly_connected", "offices_upgraded"))
        people, spent = now["people"] - then.get("people", 0), point["spent"] - before["spent"]
        rows.append(
            {
                "from": before["limit"],
                "to": point["limit"],
                "spent": spent,
                "offices": offices,
                "people": people,
                "per_office": spent / offices if offices > 0 and spent > 0 else None,
                "per_person": spent / people if people > 0 and spent > 0 else None,
            }
        )
        before = point
    return pd.DataFrame(rows)


def same_question(one: Path, other: Path) -> bool:
    """Return whether two runs ask the same, whatever the money."""
    asked = _question(one)
    return asked is not None and asked == _question(other)


def _question(run_dir: Path) -> str | None:
    """Return what a run asks, without how much money there is; None if it does not say."""
    file, record = run_dir / "scenario.yaml", run_dir / "inputs.json"
    if not (file.exists() and record.exists()):
        return None
    return _read_question(file, record, file.stat().st_mtime_ns, record.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _read_question(file: Path, record: Path, _file_ns: int, _record_ns: int) -> str | None:
    try:
        asked = yaml.load(file.read_bytes(), Loader=_LOADER)  # noqa: S506 - the safe loader, or the same in C
        inputs = json.loads(record.read_bytes())
        for name in _NOT_OF_THE_FRONTIER:
            asked.pop(name, None)
        for budget in asked["budgets"]:
            budget["limit"] = None
        files = sorted((one["file"], one["sha256"]) for one in inputs["files"])
        return json.dumps([asked, files, inputs["prices"]], sort_keys=True, default=str)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError):
        return None
