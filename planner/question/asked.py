"""The question in numbers: the planning graph, and every budget, floor and limit as a rule of the solver."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import InputError
from planner.finance import MEASURES
from planner.graph import EVERYTHING, Scope, build_graph, cost_of, hops_of
from planner.i18n import _, ngettext
from planner.links.named import named_links
from planner.plan.alternatives import Network, Standing, office_ways
from planner.plan.floors import ROUNDING, FloorRow, floor_rows, target_row
from planner.question.budgets import resolved_budgets
from planner.question.funding import FunderRow, funder_rows, unpayable
from planner.solver import Floor, Limit, Rules
from planner.solver.problem import MAX_MONEY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from planner.errors import Problem as Fault
    from planner.graph import PlanningGraph
    from planner.inputs import Inputs
    from planner.links import LinkOptions
    from planner.plan.outcome import Budget
    from planner.scenario import Objective, Scenario
    from planner.solver import Problem

TARGET = "target"
"""Name of the floor that is the target of the objective."""
SHOWN = 5
"""So many ids are named in a note."""


@dataclass(frozen=True)
class Kept:
    """What a stage has to keep beside what the scenario says: what was reached before, and what fixed links need."""

    limits: tuple[Limit, ...] = ()
    floors: tuple[Floor, ...] = ()
    held: tuple[NDArray[np.int32], ...] = ()


@dataclass(frozen=True)
class Question:
    """A scenario over its candidate links.

    Attributes
    ----------
    scenario : Scenario
    inputs : Inputs
    options : LinkOptions
    graph : PlanningGraph
    budgets : tuple of Budget
    funding : tuple of FunderRow
        What the funders can pay for, as limits; empty without funders.
    floors : tuple of FloorRow
        Of the scenario's limits.
    target : FloorRow or None
        What least money has to reach.
    held : tuple of (k,) int64
        Option rows of each fixed link.
    forbidden : (f,) int64
        Option rows of forbidden links.
    faults : tuple of Problem
        What is doubtful about the limits, none of which stops the run.
    """

    scenario: Scenario
    inputs: Inputs
    options: LinkOptions
    graph: PlanningGraph
    budgets: tuple[Budget, ...]
    funding: tuple[FunderRow, ...]
    floors: tuple[FloorRow, ...]
    target: FloorRow | None
    held: tuple[NDArray[np.int64], ...]
    forbidden: NDArray[np.int64]
    faults: tuple[Fault, ...] = field(default=())

    @property
    def all_floors(self) -> tuple[FloorRow, ...]:
        """The floors, and the target as one of them."""
        return self.floors if self.target is None else (*self.floors, self.target)

    @property
    def plain(self) -> bool:
        """Whether nothing is asked but the most benefit within one budget over everything."""
        limits = self.scenario.limits
        rules = self.funding or self.floors or limits.must_connect or limits.fix_links or limits.max_hops is not None
        rules = rules or limits.worst_first is not None
        one_budget = len(self.budgets) == 1 and self.scenario.budgets[0].scope.everything
        return one_budget and not rules and [each.sense for each in self.scenario.objective] == ["max"]

    @cached_property
    def reachable(self) -> NDArray[np.bool_]:
        """Offices that are connected, or that some way of candidate links that are allowed leads to, (o,)."""
        return self._reachable(self.forbidden)

    @cached_property
    def offered(self) -> NDArray[np.bool_]:
        """Offices that would be `reachable` if no link were forbidden, (o,)."""
        return self._reachable(np.empty(0, np.int64))

    def _reachable(self, forbidden: NDArray[np.int64]) -> NDArray[np.bool_]:
        offices = self.inputs.offices
        network = Network.of(self.options, offices, self.scenario.limits.exclude, forbidden)
        demand = offices["demand_mbps"].to_numpy(np.float64)
        ways = office_ways(network, self.options, Standing.nowhere(self.options), demand, measure=0)
        return np.isfinite(ways.money[:, 0]) | (offices["status_before"] == "adequate").to_numpy()

    def cost(self, measure: str, scope: Scope = EVERYTHING) -> NDArray[np.int64]:
        """Return what each arc takes of a money column, (m,) cents."""
        return cost_of(self.options, self.inputs.offices, self.graph.parts, MEASURES.index(measure), scope)

    def main_budget(self, objective: Objective) -> Budget | None:
        """Return the budget that a stage is searched under; the others are limits beside it.

        None: all that the funders have is the budget, or, for least money, there is none.
        """
        over_all = [budget for budget in self.budgets if not budget.scope]
        if objective.sense == "min":
            same = [budget for budget in over_all if budget.measure == objective.measure]
            return min(same, key=lambda budget: budget.limit_cents, default=None)
        return next(iter(over_all or (() if self.funding else self.budgets)), None)

    def problem(self, objective: Objective, kept: Kept, *, all_as_floor: bool = False) -> Problem:
        """Return the solver's problem of one stage.

        Parameters
        ----------
        objective : Objective
        kept : Kept
        all_as_floor : bool
            The target of connecting all is one floor rather than a rule for each office.
        """
        main = self.main_budget(objective)
        everybody = self.funding[:1] if main is None and objective.sense == "max" else ()
        all_funders = next(iter(everybody), None)
        if main is not None:
            cost, cents = self.cost(main.measure, Scope(**main.scope)), main.limit_cents
        elif all_funders is not None:
            cost, cents = all_funders.cost, all_funders.most
        else:
            cost, cents = self.cost(objective.measure if objective.sense == "min" else "programme_cost"), MAX_MONEY
        most = self.scenario.limits.max_hops
        target = self.scenario.objective[0].target
        each = target is not None and target.connect_all and not all_as_floor
        rows = [row for row in self.all_floors if row.name != TARGET or not each]
        rules = Rules(
            limits=(
                *(self._limit(budget) for budget in self.budgets if budget is not main),
                *(self._funders_limit(row) for row in self.funding if row is not all_funders),
                *kept.limits,
            ),
            floors=(*(floor for row in rows if (floor := self.floor(row)) is not None), *kept.floors),
            required=self._required(everybody=each),
            held=(*(self.graph.parts.arcs_of(rows) for rows in self.held), *kept.held),
            forbidden=self.graph.parts.arcs_of(self.forbidden),
        )
        return replace(
            self.graph.problem,
            cost=cost,
            budget=cents,
            rules=rules,
            hops=None if most is None else hops_of(self.options, self.graph.parts).astype(np.int8),
            hop_limit=most,
        )

    def _limit(self, budget: Budget) -> Limit:
        return Limit(f"budget {budget.name}", self.cost(budget.measure, Scope(**budget.scope)), budget.limit_cents)

    def _funders_limit(self, row: FunderRow) -> Limit:
        return Limit(row.name, row.cost, row.most)

    def floor(self, row: FloorRow) -> Floor | None:
        """Return a floor over the nodes of offices, None if what stands already is enough."""
        missing = row.least - row.standing
        if missing <= 0:
            return None
        weight = np.zeros(self.graph.problem.n_nodes)
        at = self.graph.terminal
        weight[at] = row.weight[self.graph.terminal_office[at]]
        return Floor(row.name, weight, missing - (ROUNDING * max(1.0, missing) if row.measure != "offices" else 0.0))

    def _required(self, *, everybody: bool) -> NDArray[np.int32]:
        at = self.graph.terminal
        if everybody:
            return at
        asked = self.inputs.offices["id"].isin(list(self.scenario.limits.must_connect)).to_numpy()
        return at[asked[self.graph.terminal_office[at]]]


def ask(scenario: Scenario, inputs: Inputs, options: LinkOptions) -> Question:
    """Return the question that a scenario asks.

    Raises
    ------
    InputError
        If a limit names a place or a link that there is not, or a budget is a percentage of nothing.
    """
    limits = scenario.limits
    held, wrong = named_links(options, limits.fix_links, field="limits.fix_links", without="error")
    forbidden, doubtful = named_links(options, limits.forbid_links, field="limits.forbid_links", without="warning")
    faults = [*wrong, *doubtful]
    if any(fault.severity == "error" for fault in faults):
        raise InputError(fault for fault in faults if fault.severity == "error")
    budgets = resolved_budgets(scenario, inputs, options)
    scopes = [*(budget.scope for budget in scenario.budgets), *(funder.scope for funder in scenario.funders)]
    graph = build_graph(
        options,
        inputs.offices,
        measure=MEASURES.index(scenario.measure),
        budget_cents=0,
        exclude=limits.exclude,
        apart=sorted({frozenset(scope.technologies) for scope in scopes if scope.technologies}, key=sorted),
    )
    target = scenario.objective[0].target
    return Question(
        scenario=scenario,
        inputs=inputs,
        options=options,
        graph=graph,
        budgets=budgets,
        funding=funder_rows(scenario.funders, scenario.money.funded_years, options, inputs.offices, graph.parts),
        floors=floor_rows(scenario, inputs.offices),
        target=None if target is None else target_row(target, scenario, inputs.offices),
        held=tuple(held),
        forbidden=np.unique(np.concatenate([np.empty(0, np.int64), *forbidden])),
        faults=tuple(faults),
    )


def rule_notes(question: Question) -> tuple[str, ...]:
    """Return what is doubtful about limits: offices they count on that nothing leads to, links that are not there."""
    ids = question.inputs.offices["id"].to_numpy(object)
    notes = [*(str(fault) for fault in question.faults), *_unpaid(question)]
    limits = question.scenario.limits
    if not (limits.must_connect or question.all_floors):
        return tuple(notes)
    lost = ~question.reachable
    asked = np.isin(ids, list(limits.must_connect)) & lost
    if asked.any():
        notes.append(_lost(ids[asked].tolist(), "limits.must_connect"))
    for row in question.all_floors:
        counted = (row.weight > 0) & lost
        if counted.any():
            notes.append(_lost(ids[counted].tolist(), _("floor “{name}”").format(name=row.name)))
    return tuple(notes)


def _unpaid(question: Question) -> Iterator[str]:
    """Yield a note on costs that no funders may pay in full."""
    scenario = question.scenario
    if not any(row.members == () for row in question.funding):
        return
    funded = scenario.money.funded_years
    kinds = unpayable(scenario.funders, funded, question.options, question.inputs.offices, question.graph.parts)
    told = [
        _("purchases") if last == 0 else _("operation of years {first} to {last}").format(first=first, last=last)
        for first, last in kinds
    ]
    text = _(
        "For some candidates all funders together may not pay in full, whatever their amounts, and these are not "
        "built. What nobody pays in full: {costs}."
    )
    yield text.format(costs=", ".join(told))


def _lost(ids: Sequence[str], what: str) -> str:
    text = ngettext(
        "{what} counts {n} office that no candidate link or service that is allowed can connect: {ids}.",
        "{what} counts {n} offices that no candidate link or service that is allowed can connect: {ids}.",
        len(ids),
    )
    more = [_("… and {n} more").format(n=len(ids) - SHOWN)] if len(ids) > SHOWN else []
    return text.format(what=what, n=len(ids), ids=", ".join([*ids[:SHOWN], *more]))
