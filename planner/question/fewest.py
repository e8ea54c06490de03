"""In how few years all offices can be connected with so much a year."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import InputError, Problem
from planner.finance import CAPEX, OPEX, PROGRAMME_COST
from planner.graph import build_graph, money_of
from planner.i18n import _
from planner.links.options import NO_MAST
from planner.plan.fewest import FewestYears
from planner.solver import FREE, MOST_PHASES, Money, fewest_phases

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.inputs import Inputs
    from planner.links import LinkOptions
    from planner.scenario import Scenario


def fewest_years(
    scenario: Scenario,
    inputs: Inputs,
    options: LinkOptions,
    limit_cents: int,
    *,
    carry_over: bool,
    synthetic: bool,
    cancelled: Callable[[], bool],
) -> FewestYears:
    """Find in how few years all offices can be connected that are not excluded.

    Parameters
    ----------
    scenario, inputs, options
        Of the scenario's limits only the offices that are excluded are heeded. What is contracted, built or working is
        in every plan: it was paid for before the first year, from which on its operation is paid.
    limit_cents : int
        Cash of each year.
    carry_over : bool
        What is left of a year is there for the next.
    synthetic : bool
    cancelled : callable
    """
    graph = build_graph(
        options, inputs.offices, measure=PROGRAMME_COST, budget_cents=0, exclude=scenario.limits.exclude
    )
    parts, counted = graph.parts, np.zeros(graph.problem.n_nodes, np.bool_)
    counted[graph.terminal] = True
    if not counted.any():
        raise InputError(
            Problem(
                "no-candidates",
                _("There is no office to connect."),
                _("All are connected already, or excluded by limits.exclude."),
                column="inputs.offices",
            )
        )
    capex, opex = money_of(options, inputs.offices, parts)[:, [CAPEX, OPEX]].T
    money = Money(
        capex=capex,
        opex=opex,
        lump=np.where(parts.rung != NO_MAST, parts.place, FREE).astype(np.int32),
        paid_years=scenario.money.funded_years,
        counted=counted,
        limit=limit_cents,
        carries=carry_over,
        begun=tuple(parts.arcs_of(np.array([row])) for row in options.fixed),
        reached_first=graph.nodes_of(options.fixed_offices),
        spent=_spent(options),
    )
    # Every office is to be connected, whatever its benefit.
    found = fewest_phases(
        replace(graph.problem, prize=counted.astype(np.float64)),
        money,
        time_limit_s=scenario.solver.time_limit_s,
        seed=scenario.solver.seed,
        cancelled=cancelled,
    )
    rows = []
    if found.count is not None:
        phases = money.phases(found.count)
        cash = phases.cash(found.arcs, found.bought)
        for year in range(found.count):
            now = found.arcs[found.bought == year]
            operation = int(cash[year]) - int(capex[now].sum())
            purchases = int(capex[now].sum()) - (money.spent if year == 0 else 0)  # what stands was paid for before
            amounts = {"purchases": purchases, "operation": operation, "spent": purchases + operation}
            rows.append(
                {
                    "year": year + 1,
                    "offices": int(counted[graph.problem.head[now]].sum()),
                    **{name: cents / 100 for name, cents in amounts.items()},
                }
            )
    return FewestYears(
        scenario=scenario.name,
        currency=scenario.money.currency,
        synthetic=synthetic,
        limit=limit_cents / 100,
        carry_over=carry_over,
        built=money.spent / 100,
        at_least=found.at_least,
        years=found.count,
        most=MOST_PHASES,
        offices=int(counted.sum()) - found.missed.size,
        left_out=tuple(inputs.offices["id"].to_numpy(object)[graph.terminal_office[found.missed]].tolist()),
        by_year=tuple(rows),
    )


def _spent(options: LinkOptions) -> int:
    """Return the purchases of what is contracted, built or working, in cents: links, their masts, their offices."""
    rung: dict[int, int] = {}
    for row in options.fixed.tolist():
        for end, at in ((options.u[row], options.rung_u[row]), (options.v[row], options.rung_v[row])):
            if at != NO_MAST:
                rung[int(end)] = max(rung.get(int(end), 0), int(at))
    masts = sum(int(options.mast_money[end, at, CAPEX]) for end, at in rung.items())
    links, offices = options.money[options.fixed, CAPEX], options.package_money[options.fixed_offices, CAPEX]
    return masts + int(links.sum()) + int(offices.sum())
