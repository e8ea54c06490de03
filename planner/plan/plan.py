"""From a choice to a plan: every line accounted for, every office given its reason."""

from __future__ import annotations

import math
import platform
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner._version import __version__
from planner.catalogue import terms
from planner.finance import MEASURES, weights_of_years
from planner.i18n import language
from planner.links.choice import Choice
from planner.links.named import named_links
from planner.plan.alternatives import Network, OfficeWays, Standing, office_ways
from planner.plan.arborescence import follow
from planner.plan.baselines import Wanting, baselines
from planner.plan.enabled import services_enabled
from planner.plan.flow import plan_cash_flow
from planner.plan.funding import fund
from planner.plan.index import benefit_index
from planner.plan.lines import (
    backup_lines,
    backup_paths,
    entering_links,
    link_lines,
    mast_lines,
    office_lines,
    office_transit,
    place_lines,
)
from planner.plan.model import Plan
from planner.plan.outcome import Budget, Outcome, settle
from planner.plan.progress import as_built_rows
from planner.plan.reasons import Case, in_every_language, office_reasons, without_plan
from planner.plan.tables import CENTS
from planner.plan.years import with_years, yearly

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from planner.inputs import Inputs
    from planner.links.options import LinkOptions
    from planner.plan.arborescence import Arborescence
    from planner.plan.floors import FloorRow
    from planner.scenario import Scenario

__all__ = ["Budget", "Outcome", "Plan", "build_plan"]

SYNTHETIC = "SYNTHETIC"
"""A scenario that says this in its name or description is about no real country, and everything shown says so too."""

_LIBRARIES = ("numpy", "scipy", "numba")


@dataclass(frozen=True)
class Surroundings:
    """What every plan of a scenario is told beside, whatever it chooses.

    Attributes
    ----------
    network : Network
        Of all candidate links that are allowed.
    alone : OfficeWays
        The cheapest way of each office from the root.
    forbidden : (k,) int64
        Candidate links that the scenario forbids.
    barred : (o,) bool
        Offices that only these would reach.
    """

    network: Network
    alone: OfficeWays
    forbidden: NDArray[np.int64]
    barred: NDArray[np.bool_]


def find_surroundings(scenario: Scenario, inputs: Inputs, options: LinkOptions) -> Surroundings:
    """Return what plans of a scenario are told beside: whoever makes one after a search finds it before, and sooner."""
    limits, measure = scenario.limits, MEASURES.index(scenario.measure)
    forbidden = forbidden_links(options, limits.forbid_links)
    network = Network.of(options, inputs.offices, limits.exclude, forbidden)
    demand_mbps = inputs.offices["demand_mbps"].to_numpy(np.float64)
    alone = office_ways(network, options, Standing.nowhere(options), demand_mbps, measure=measure)
    barred = np.zeros(len(inputs.offices), np.bool_)
    if forbidden.size and (out := np.isinf(alone.money[:, measure])).any():
        whole = Network.of(options, inputs.offices, limits.exclude)
        offered = office_ways(whole, options, Standing.nowhere(options), demand_mbps, measure=measure)
        barred = out & np.isfinite(offered.money[:, measure])
    return Surroundings(network, alone, forbidden, barred)


def build_plan(
    scenario: Scenario,
    inputs: Inputs,
    options: LinkOptions,
    choice: Choice | None,
    outcome: Outcome,
    budgets: Sequence[Budget],
    floors: Sequence[FloorRow] = (),
    phase_limits: Sequence[int] = (),
    *,
    reasoned: bool = True,
    around: Surroundings | None = None,
) -> Plan:
    """Account for a choice: places, links, masts, offices, their money and their reasons.

    Parameters
    ----------
    scenario : Scenario
    inputs : Inputs
    options : LinkOptions
    choice : Choice or None
    outcome : Outcome
        What the search says; checked against the plan's own lines. Without a value (cancelled before the first plan, or
        no plan keeps all limits) the choice is not looked at and the plan is empty.
    budgets : sequence of Budget
    floors : sequence of FloorRow
        Those that the plan keeps, target included.
    phase_limits : sequence of int
        Cents that each phase of the scenario adds; the choice then says the years.
    reasoned : bool
        Say of each office why it is in or out; without that its reason is empty, and thousands are done much sooner.
    around : Surroundings or None
        Those of scenario, inputs and options, where they are known already.

    Raises
    ------
    ValueError
        If the choice is no arborescence.
    RuntimeError
        If the plan breaks a budget or a capacity, or if the search claims what the plan does not hold.
    """
    planned = outcome.value is not None
    if choice is None or not planned:
        choice = _nothing(len(inputs.offices))
    demand_mbps = inputs.offices["demand_mbps"].to_numpy(np.float64)
    tree = follow(options, choice, demand_mbps)
    frames, entering = account(scenario, inputs, options, choice, tree)
    offices, links, spare, masts = frames
    _check_loads(links, tree.spare.reserved_mbps)
    _check_loads(spare, np.zeros(len(spare)))
    weights = _weights(scenario)
    links, masts, offices = with_years(options, tree, choice, (links, masts, offices), weights)
    frames = offices, links, spare, masts
    by_year = yearly(
        scenario.phases if planned else (), phase_limits, scenario.money.funded_years, weights, (links, masts, offices)
    )
    if planned:
        outcome = settle(outcome, _reached(*frames))

    limits = scenario.limits
    around = around or find_surroundings(scenario, inputs, options)
    gains = (offices["connected"] & (offices["before"] != "adequate")).to_numpy(np.bool_)
    transit = office_transit(options, tree, entering, gains)
    totals = [sum(int(frame[name].sum()) for frame in frames) for name in CENTS]
    reasons = {} if planned else in_every_language(lambda: [without_plan(outcome)] * len(offices))
    plan = Plan(
        scenario=_head(scenario),
        outcome=outcome,
        budgets=tuple(_within(budget, *frames) for budget in budgets),
        limits=limits.model_dump(mode="json"),
        floors=tuple(row.as_dict(choice.connected) for row in floors),
        benefit_index=benefit_index(
            scenario, inputs.offices, choice.connected, offices["benefit"].to_numpy(np.float64)
        ),
        services=services_enabled(scenario, offices),
        equity=_equity(outcome, choice.connected) if planned else None,
        funders=fund(scenario, tree, (links, masts, offices), outcome.funder_prices, inputs.as_built),
        cash_flow=plan_cash_flow(options, tree, transit, demand_mbps, totals, terms(scenario)),
        places=place_lines(options, tree),
        offices=_saying(offices, reasons),
        links=links,
        backup_links=spare,
        backups=backup_paths(options, tree, inputs.offices),
        as_built=as_built_rows(inputs.as_built, pd.concat([links, spare]) if len(spare) else links),
        backup_cost=_backup_cost(scenario, inputs, options, choice, totals),
        masts=masts,
        # Simple rules know no years: what they do with all the money at once compares with no plan of several years.
        baselines=()
        if scenario.phases
        else _beside(options, inputs.offices, around, _same_money(scenario, budgets, *frames)),
        data=_data(scenario, inputs, options),
        versions=_versions(),
        phases=tuple(by_year[0]),
        after_phases=tuple(by_year[1]),
        reasons=reasons,
    )
    return _told(plan, scenario, inputs, options, tree, around) if planned and reasoned else plan


def with_reasons(
    plan: Plan, scenario: Scenario, inputs: Inputs, options: LinkOptions, choice: Choice, around: Surroundings
) -> Plan:
    """Return a plan that was accounted for without reasons, with them; one without a value is returned as it is.

    Parameters
    ----------
    plan : Plan
    scenario, inputs, options, choice
        That it was made from.
    around : Surroundings
    """
    if plan.outcome.value is None:
        return plan
    tree = follow(options, choice, inputs.offices["demand_mbps"].to_numpy(np.float64))
    return _told(plan, scenario, inputs, options, tree, around)


def _told(
    plan: Plan, scenario: Scenario, inputs: Inputs, options: LinkOptions, tree: Arborescence, around: Surroundings
) -> Plan:
    """Say of each office why it is in or out."""
    limits, currency = scenario.limits, scenario.money.currency
    measure = MEASURES.index(scenario.measure)
    demand_mbps = inputs.offices["demand_mbps"].to_numpy(np.float64)
    standing = Standing.of(around.network, options, tree, np.ones(len(tree), np.bool_))
    extra = office_ways(around.network, options, standing, demand_mbps, measure=measure)
    entering = entering_links(options, tree, len(plan.offices))
    frames = plan.offices, plan.links, plan.backup_links, plan.masts
    case = Case(*frames, tree, entering, around.alone, extra, around.barred, limits, measure, currency)
    reasons = in_every_language(lambda: office_reasons(case, options))
    return replace(plan, offices=_saying(plan.offices, reasons), reasons=reasons)


def _saying(offices: pd.DataFrame, reasons: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """Return the offices with their reasons in the language of the run, empty where none are given."""
    return offices.assign(reason=pd.Series(reasons.get(language(), [""] * len(offices)), dtype=object))


def _weights(scenario: Scenario) -> dict[int, float]:
    """Return what a benefit is worth that begins in each year of the phases."""
    weights = weights_of_years(terms(scenario), len(scenario.phases))
    return {phase.year: weight for phase, weight in zip(scenario.phases, weights.tolist(), strict=True)}


def _backup_cost(
    scenario: Scenario, inputs: Inputs, options: LinkOptions, choice: Choice, totals: Sequence[int]
) -> dict[str, float]:
    """Return what a plan costs more than it would without second paths, in currency."""
    if not choice.backups:
        return dict.fromkeys(MEASURES, 0.0)
    alone = replace(choice, backups=())
    tree = follow(options, alone, inputs.offices["demand_mbps"].to_numpy(np.float64))
    frames, _entering = account(scenario, inputs, options, alone, tree)
    without = [sum(int(frame[name].sum()) for frame in frames) for name in CENTS]
    return {name: (cents - less) / 100 for name, cents, less in zip(MEASURES, totals, without, strict=True)}


Frames = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]
"""Offices, links, links of second paths, masts."""


def account(
    scenario: Scenario, inputs: Inputs, options: LinkOptions, choice: Choice, tree: Arborescence
) -> tuple[Frames, NDArray[np.int64]]:
    """Return the lines of a choice with their money, and the row of the link that enters each office's place."""
    offices, entering = office_lines(options, tree, choice, inputs.offices)
    links, spare = link_lines(options, tree), backup_lines(options, tree)
    return (offices, links, spare, mast_lines(options, tree, terms(scenario))), entering


def _nothing(n_offices: int) -> Choice:
    """Return the choice of nothing at all."""
    none = np.empty(0, dtype=np.int32)
    return Choice(none, none.astype(np.bool_), np.zeros(n_offices, np.bool_))


def _check_loads(links: pd.DataFrame, reserved_mbps: NDArray[np.float64]) -> None:
    overloaded = links[links["load_mbps"] + reserved_mbps > links["capacity_mbps"] * (1 + 1e-9)]
    if len(overloaded):
        raise RuntimeError(f"links carry more than they can: {', '.join(overloaded['id'].head(5))}")


def _within(budget: Budget, *frames: pd.DataFrame) -> dict[str, Any]:
    """Return a budget with what the plan spends of it; a plan that breaks it is a fault of the program."""
    spent = spent_cents(budget, *frames)
    if spent > budget.limit_cents:
        raise RuntimeError(f"the plan spends {spent} cents of budget {budget.name}, the limit is {budget.limit_cents}")
    return {
        "name": budget.name,
        "measure": budget.measure,
        "scope": _scope(budget),
        "limit": budget.limit_cents / 100,
        "spent": spent / 100,
    }


def spent_cents(budget: Budget, *frames: pd.DataFrame) -> int:
    """Return what lines take of a budget."""
    scope = _scope(budget)
    return sum(int(frame.loc[_in_scope(frame, scope), f"{budget.measure}_cents"].sum()) for frame in frames)


def _scope(budget: Budget) -> dict[str, list[Any]]:
    return {key: list(values) for key, values in budget.scope.items() if len(values)}


def _in_scope(frame: pd.DataFrame, scope: Mapping[str, list[Any]]) -> NDArray[np.bool_]:
    """Return which lines a budget counts: a mast has no technology, so that a budget of some does not pay for it."""
    counted = np.ones(len(frame), dtype=np.bool_)
    for key, column in (("regions", "region"), ("technologies", "technology"), ("years", "year")):
        if key in scope:
            counted &= frame[column].isin(scope[key]).to_numpy(np.bool_) if column in frame else False
    return counted


def forbidden_links(options: LinkOptions, names: Sequence[tuple[str, ...]]) -> NDArray[np.int64]:
    """Return the candidate links that a scenario forbids."""
    rows, _problems = named_links(options, names, field="limits.forbid_links", without="warning")
    return np.unique(np.concatenate([np.empty(0, np.int64), *rows]))


def _reached(offices: pd.DataFrame, *others: pd.DataFrame) -> dict[str, float]:
    """Return the benefit of a plan and its money, in currency."""
    money = {
        measure: sum(int(frame[f"{measure}_cents"].sum()) for frame in (offices, *others)) / 100 for measure in MEASURES
    }
    return {"benefit": math.fsum(offices.loc[offices["connected"], "benefit"]), **money}


def _same_money(scenario: Scenario, budgets: Sequence[Budget], *frames: pd.DataFrame) -> tuple[int, int]:
    """Return the column and the cents that simple rules get: those of the budget, else what the plan spends."""
    measure = scenario.measure
    over_all = [
        budget.limit_cents for budget in budgets if budget.measure == measure and not any(budget.scope.values())
    ]
    if over_all and scenario.objective[0].sense == "max":
        return MEASURES.index(measure), over_all[0]
    return MEASURES.index(measure), sum(int(frame[f"{measure}_cents"].sum()) for frame in frames)


def _beside(
    options: LinkOptions,
    offices: pd.DataFrame,
    around: Surroundings,
    money: tuple[int, int],
) -> tuple[dict[str, Any], ...]:
    """Return what simple rules would do for the same money for the offices that the scenario wants connected."""
    wanting = Wanting.of(offices, around.network)
    measure, limit_cents = money
    alone = around.alone.money[wanting.office]
    found = baselines(options, wanting, alone, measure=measure, limit_cents=limit_cents, forbidden=around.forbidden)
    return tuple(baseline.as_dict() for baseline in found)


def _equity(outcome: Outcome, connected: NDArray[np.bool_]) -> dict[str, Any] | None:
    """Return what fairness asks of a plan and costs, told of the first objective."""
    if outcome.fairness is None:
        return None
    first = outcome.stages[0] if outcome.stages else outcome
    return outcome.fairness.as_dict(connected, first.value or 0.0, first.bound, first.sense)


def _head(scenario: Scenario) -> dict[str, Any]:
    money, second = scenario.money, scenario.money.second_currency
    return {
        "name": scenario.name,
        "hash": scenario.hash,
        "currency": money.currency,
        "price_year": money.price_year,
        "horizon_years": money.horizon_years,
        "funded_years": money.funded_years,
        "discount_rate": money.discount_rate,
        "availability": scenario.service.availability,
        "real_discount_rate": terms(scenario).discount_rate,
        "second_currency": None if second is None else second.model_dump(mode="json"),
    }


def is_synthetic(scenario: Scenario) -> bool:
    """Whether a scenario says that it is about no real country."""
    return SYNTHETIC in scenario.name or SYNTHETIC in scenario.description


def _data(scenario: Scenario, inputs: Inputs, options: LinkOptions) -> dict[str, Any]:
    """Return what the plan rests on, with everything that was left out or taken for granted."""
    return {
        "synthetic": is_synthetic(scenario),
        "assumptions": list(inputs.assumptions),
        "notes": list(options.notes),
        "rows_excluded": sum(problem.severity == "excluded" for problem in inputs.problems),
        "problems": [problem.as_dict() for problem in inputs.problems],
        "datasets": [asdict(dataset) for dataset in inputs.datasets],
        "rejections": [asdict(rejection) for rejection in options.rejections],
    }


def _versions() -> dict[str, str]:
    return {
        "postlink-planner": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
    }
