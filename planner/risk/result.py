"""What a study of uncertainty tells: ``risk.json``, which says everything, and ``risk.csv``, one row a draw."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.errors import InputError, Problem
from planner.files import write_whole
from planner.finance import MEASURES
from planner.i18n import _
from planner.plan.store import RISK_JSON

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from planner.links.choice import Choice
    from planner.plan.plan import Plan
    from planner.risk.robust import Robust
    from planner.risk.study import Assessment, Study

RISK_CSV = "risk.csv"
SCHEMA_VERSION = 1
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles that bands are told by."""


@dataclass(frozen=True)
class Risk:
    """A plan under uncertainty; money in currency.

    Attributes
    ----------
    scenario : mapping
        As in ``plan.json``.
    synthetic : bool
    budget : mapping
        name, measure, limit.
    settings : mapping
        draws asked for, seed, distribution, correlation, reoptimised, requested_gap.
    termination : str
        ``done`` or ``cancelled``: then the draws are those that were finished.
    figures : tuple of mapping
        The uncertain figures: name, group, unit, low, typical, high.
    plan : mapping
        The plan at typical prices: value, bound, offices and money.
    fixed : mapping
        Of the plan as it is, over all draws: share in which it fits its budget and its links, and in which some part of
        it keeps all limits; bands of money, of the benefit that it keeps.
    best : mapping or None
        Of the best plan of each draw: share of draws in which one was found that keeps all limits; bands of benefit, of
        the proven ceiling, of offices; regret; widest gap.
    offices : tuple of mapping
        Candidates: in_plan, kept_share, chosen_share.
    tornado : tuple of mapping
        Each figure alone at its low and its high: money, benefit kept and, of the widest, best benefit; these first.
    draws : tuple of mapping
        One row per draw, with the value of every figure.
    robust : mapping or None
        Of the plan that keeps most on average, of those tried: what it keeps, a proven ceiling on that, what it gains
        on the plan; None if it was not looked for.
    robust_choice : Choice or None
        Its links and offices; not told.
    """

    scenario: Mapping[str, Any]
    synthetic: bool
    budget: Mapping[str, Any]
    settings: Mapping[str, Any]
    termination: str
    figures: tuple[Mapping[str, Any], ...]
    plan: Mapping[str, Any]
    fixed: Mapping[str, Any]
    best: Mapping[str, Any] | None
    offices: tuple[Mapping[str, Any], ...]
    tornado: tuple[Mapping[str, Any], ...]
    draws: tuple[Mapping[str, Any], ...]
    robust: Mapping[str, Any] | None = None
    robust_choice: Choice | None = field(default=None, compare=False)

    def document(self) -> dict[str, Any]:
        """Return the content of ``risk.json``; the draws are in ``risk.csv``."""
        told = {name: value for name, value in vars(self).items() if name not in {"draws", "robust_choice"}}
        return {"schema_version": SCHEMA_VERSION, **told, "draws_done": len(self.draws)}


def write_risk(risk: Risk, run_dir: Path) -> None:
    """Write ``risk.csv``, then ``risk.json`` into a run folder; each appears whole or not at all."""
    table = io.StringIO()
    rows = csv.DictWriter(table, list(risk.draws[0]), lineterminator="\n")
    rows.writeheader()
    rows.writerows(risk.draws)
    write_whole(run_dir / RISK_CSV, table.getvalue())
    text = json.dumps(risk.document(), ensure_ascii=False, allow_nan=False, indent=1)
    write_whole(run_dir / RISK_JSON, text + "\n")


def read_risk(run_dir: Path) -> dict[str, Any]:
    """Return the content of ``risk.json``, with the fields that documents tell.

    Raises
    ------
    InputError
        If it is not there, cannot be read, is cut short, or lacks a field.
    """
    path = run_dir / RISK_JSON
    remedy = _("Make the study again with: planner risk; or take this file out of the folder.")
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = _("The study of risk cannot be read: {reason}.").format(reason=error.strerror)
        raise InputError(Problem("unreadable-risk", message, remedy, file=str(path))) from error
    except (ValueError, RecursionError) as error:
        message = _("This is not a whole study of risk: {reason}.").format(reason=error)
        raise InputError(Problem("bad-risk", message, remedy, file=str(path))) from error
    if lacking := _lacking(told):
        message = _("The study of risk lacks what studies of this version have: {fields}.")
        problem = Problem("bad-risk", message.format(fields=", ".join(lacking)), remedy, file=str(path))
        raise InputError(problem)
    whole: dict[str, Any] = told
    return whole


def _at(told: Any, name: str) -> Any:
    """Return what stands under a dotted name, None where nothing does."""
    for key in name.split("."):
        told = told.get(key) if isinstance(told, dict) else None
    return told


def _lacking(told: Any) -> list[str]:
    """Return the fields that documents tell and a study lacks, or has as something else than they are."""

    def no_amounts(inside: Any, names: Iterable[str]) -> list[str]:
        return [name for name in names if type(_at(inside, name)) not in {int, float}]

    if missing := no_amounts(told, ["draws_done"]):
        return missing
    if not told["draws_done"]:
        return []
    bands = [f"fixed.{name}.{cut}" for name in ("value_kept", "offices_kept", *MEASURES) for cut in band([0.0])]
    shares = [f"fixed.{name}" for name in ("within_budget_share", "overloaded_share", "keeps_limits_share")]
    plan = ["budget.limit", *(f"plan.{name}" for name in ("value", "offices", *MEASURES))]
    best = [] if _at(told, "best") is None else ["best.plan_share", "best.regret.mean"]
    lacking = no_amounts(told, [*plan, *shares, *bands, *best])
    lacking += [] if isinstance(_at(told, "scenario.hash"), str) else ["scenario.hash"]
    lacking += [] if _at(told, "budget.measure") in MEASURES else ["budget.measure"]
    lacking += [name for name in ("figures", "tornado") if not isinstance(_at(told, name), list)]
    amounts = [f"{side}.{name}" for side in ("low", "high") for name in ("figure", "cost", "value_kept")]
    for row in told["tornado"] if "tornado" not in lacking else ():
        lacking += [] if isinstance(_at(row, "name"), str) else ["tornado.name"]
        lacking += [f"tornado.{name}" for name in no_amounts(row, amounts)]
    return list(dict.fromkeys(lacking))


def tell(
    study: Study,
    plan: Plan,
    settings: Mapping[str, Any],
    points: NDArray[np.float64],
    found: Sequence[Assessment],
    swings: Sequence[tuple[Assessment, Assessment]],
    termination: str,
    robust: Robust | None = None,
) -> Risk:
    """Put what the draws have shown into words and figures.

    Parameters
    ----------
    study : Study
    plan : Plan
    settings : mapping
    points : (n, k) float64
        Values of the figures in each draw.
    found : sequence of Assessment
        One per draw.
    swings : sequence of (Assessment, Assessment)
        One pair per figure, alone at its low and at its high; empty if the study was cancelled before.
    termination : str
    robust : Robust or None
    """
    budget, outcome = plan.budgets[0], plan.outcome
    reoptimised = all(one.value is not None for one in found)
    return Risk(
        scenario=plan.scenario,
        synthetic=plan.data["synthetic"],
        budget={name: budget[name] for name in ("name", "measure", "limit")},
        settings=settings,
        termination=termination,
        figures=tuple(vars(figure) for figure in study.figures),
        plan={
            "value": outcome.value,
            "bound": outcome.bound,
            "offices": int(study.gains.sum()),
            **{measure: plan.totals[measure] for measure in MEASURES},
        },
        fixed=_fixed(study, found),
        best=_best(found) if reoptimised else None,
        offices=tuple(_offices(study, found, reoptimised=reoptimised)),
        tornado=tuple(_tornado(study, swings)),
        draws=tuple(
            _row(study, number, point, one, None if robust is None else float(robust.kept[number - 1]))
            for number, (point, one) in enumerate(zip(points, found, strict=True), 1)
        ),
        robust=None if robust is None else _robust(study, found, robust),
        robust_choice=None if robust is None else robust.choice,
    )


def band(values: Sequence[float]) -> dict[str, float]:
    """Return mean, extremes and quantiles of some values; each quantile is one of the values."""
    of = np.sort(np.asarray(values, dtype=np.float64))
    cuts = np.quantile(of, SHARES, method="inverted_cdf")
    named = {f"p{round(100 * share):02d}": float(cut) for share, cut in zip(SHARES, cuts, strict=True)}
    return {"mean": float(of.mean()), "least": float(of[0]), **named, "most": float(of[-1])}


def _fits(study: Study, one: Assessment) -> bool:
    return one.money[study.measure] <= study.limit_cents and not one.overloaded


def _fixed(study: Study, found: Sequence[Assessment]) -> dict[str, Any]:
    costs = [one.money[study.measure] for one in found]
    over = [max(cost - study.limit_cents, 0) / 100 for cost in costs]
    return {
        "fits_share": float(np.mean([_fits(study, one) for one in found])),
        "within_budget_share": float(np.mean([cost <= study.limit_cents for cost in costs])),
        "overloaded_share": float(np.mean([one.overloaded > 0 for one in found])),
        "keeps_limits_share": float(np.mean([one.keeps_limits for one in found])),
        "overrun": band(over),
        "value_kept": band([one.kept_value for one in found]),
        "offices_kept": band([len(one.kept) for one in found]),
        **{name: band([one.money[column] / 100 for one in found]) for column, name in enumerate(MEASURES)},
    }


def _best(found: Sequence[Assessment]) -> dict[str, Any]:
    values, bounds = [one.value or 0.0 for one in found], [one.bound or 0.0 for one in found]
    kept = [one.kept_value for one in found]
    there = [one.spent is not None for one in found]  # where there is no plan, the ceiling has no plan to stand above
    pairs = zip(values, bounds, there, strict=True)
    gaps = [(bound - value) / max(value, 1e-9) for value, bound, plan in pairs if plan]
    return {
        "plan_share": float(np.mean(there)),
        "value": band(values),
        "bound": band(bounds),
        "offices": band([len(one.chosen) for one in found]),
        "regret": band([value - have for value, have in zip(values, kept, strict=True)]),
        "regret_at_most": band([bound - have for bound, have in zip(bounds, kept, strict=True)]),
        "widest_gap": max(gaps, default=None),
    }


def _robust(study: Study, found: Sequence[Assessment], robust: Robust) -> dict[str, Any]:
    kept = np.array([one.kept_value for one in found])
    best = np.maximum([one.value or 0.0 for one in found], robust.kept)
    of_it = replace(study, choice=robust.choice)
    benefit = study.inputs.offices["benefit"].to_numpy(np.float64)
    return {
        "value": robust.value,
        "bound": robust.bound,
        "gap": (robust.bound - robust.value) / max(robust.value, 1e-9),
        "gain": robust.value - float(kept.mean()),
        "is_plan": robust.is_plan,
        "tried": robust.tried,
        "fits_share": float(robust.fits.mean()),
        "value_kept": band(robust.kept.tolist()),
        "regret": band((best - robust.kept).tolist()),
        "plan": {"value": float(benefit[of_it.gains].sum()), "offices": int(of_it.gains.sum())},
    }


def _offices(study: Study, found: Sequence[Assessment], *, reoptimised: bool) -> list[dict[str, Any]]:
    size = len(study.inputs.offices)
    kept, chosen = np.zeros(size), np.zeros(size)
    for one in found:
        kept[one.kept] += 1 / len(found)
        chosen[one.chosen] += 1 / len(found)
    exclude = study.inputs.offices["id"].isin(list(study.scenario.limits.exclude)).to_numpy()
    candidates = np.flatnonzero((study.inputs.offices["status_before"] != "adequate").to_numpy() & ~exclude)
    names = study.inputs.offices[["id", "name"]].to_numpy(object)
    return [
        {
            "id": names[row, 0],
            "name": names[row, 1],
            "in_plan": bool(study.gains[row]),
            "kept_share": round(float(kept[row]), 6) if study.gains[row] else None,
            "chosen_share": round(float(chosen[row]), 6) if reoptimised else None,
        }
        for row in candidates
    ]


def _tornado(study: Study, swings: Sequence[tuple[Assessment, Assessment]]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for figure, pair in zip(study.figures, swings, strict=False):
        sides = [
            {
                "figure": end,
                "cost": one.money[study.measure] / 100,
                "value_kept": one.kept_value,
                "value": one.value,
                "bound": one.bound,
            }
            for end, one in zip((figure.low, figure.high), pair, strict=True)
        ]
        rows.append({"name": figure.name, "low": sides[0], "high": sides[1]})
    # Stable: among equals the order is that of the catalogue, as where the widest are picked.
    order = np.argsort(-swing_widths(study, swings), kind="stable")
    return [rows[k] for k in order.tolist()]


def swing_widths(study: Study, swings: Sequence[tuple[Assessment, Assessment]]) -> NDArray[np.float64]:
    """Return how much each figure does: to the cost, as a share of the budget, or to the benefit, of the most kept.

    What makes links unreliable costs nothing, it takes away what the plan does: by cost alone it would stand last.
    """
    most = max((one.kept_value for pair in swings for one in pair), default=0.0) or 1.0
    money = [abs(high.money[study.measure] - low.money[study.measure]) for low, high in swings]
    lost = [abs(high.kept_value - low.kept_value) for low, high in swings]
    return np.maximum(np.array(money, np.float64) / max(study.limit_cents, 1), np.array(lost, np.float64) / most)


def _row(
    study: Study, number: int, point: NDArray[np.float64], one: Assessment, robust_kept: float | None
) -> dict[str, Any]:
    return {
        "draw": number,
        **{name: one.money[column] / 100 for column, name in enumerate(MEASURES)},
        "fits": _fits(study, one),
        "overloaded_links": one.overloaded,
        "keeps_limits": one.keeps_limits,
        "value_kept": one.kept_value,
        "offices_kept": len(one.kept),
        "best_value": one.value,
        "best_bound": one.bound,
        "best_spent": None if one.spent is None else one.spent / 100,
        "best_offices": None if one.spent is None else len(one.chosen),
        "robust_kept": robust_kept,
        **{figure.name: float(value) for figure, value in zip(study.figures, point, strict=True)},
    }
