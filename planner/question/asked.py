"""The question in numbers: the planning graph, and every budget, floor and limit as a rule of the solver."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue import terms
from planner.errors import InputError
from planner.finance import MEASURES, weights_of_years
from planner.graph import EVERYTHING, NO_OPTION, Scope, build_graph, cost_of, hops_of
from planner.i18n import _, ngettext
from planner.links.named import named_links
from planner.links.options import NO_MAST
from planner.plan.alternatives import Network, Standing, office_ways
from planner.plan.floors import ROUNDING, FloorRow, floor_rows, target_row
from planner.plan.on_top import cost_words
from planner.question.budgets import resolved_budgets, resolved_phases
from planner.question.funding import FunderRow, funder_rows, unpayable
from planner.solver import FREE, Floor, Limit, Phases, Rules
from planner.solver.problem import MAX_MONEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
    phase_limits : tuple of int
        Cents that each phase of the scenario adds.
    also_held : tuple of int
        Option rows that the search has to hold beside those of fixed links: what is built, or a first path that leaves
        room for a second.
    kept_free_mbps : mapping of int to float
        By option row: what second paths may need of its capacity.
    rebate_cents : mapping of int to int
        By option row: what the search takes it to be cheaper by, in the measure of the budget that it is under.
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
    phase_limits: tuple[int, ...] = field(default=())
    also_held: tuple[int, ...] = ()
    kept_free_mbps: Mapping[int, float] = field(default_factory=dict)
    rebate_cents: Mapping[int, int] = field(default_factory=dict)

    @property
    def all_floors(self) -> tuple[FloorRow, ...]:
        """The floors, and the target as one of them."""
        return self.floors if self.target is None else (*self.floors, self.target)

    @property
    def plain(self) -> bool:
        """Whether nothing is asked but the most benefit within one budget over everything."""
        return self.only_leaves_out and self.scenario.limits.max_hops is None

    @property
    def only_leaves_out(self) -> bool:
        """Whether all that is asked beside the most benefit within one budget only leaves out: offices, links, hops.

        Plans of a smaller budget are then plans of a larger one, and so the budgets of a frontier help each other.
        """
        limits = self.scenario.limits
        rules = bool(self.floors or self.scenario.required_offices or limits.fix_links or self.also_held)
        rules = rules or bool(self.funding) or limits.worst_first is not None
        one_budget = len(self.budgets) == 1 and self.scenario.budgets[0].scope.everything
        one_budget = one_budget and not self.phase_limits
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

    @cached_property
    def phases(self) -> Phases | None:
        """The phases of the scenario in the numbers of the graph; None where it has none."""
        asked, parts = self.scenario.phases, self.graph.parts
        if not asked:
            return None
        counted = np.zeros(self.graph.problem.n_nodes, np.bool_)
        counted[self.graph.terminal] = True
        return Phases(
            capex=self.cost("capex"),
            opex=self.cost("opex_per_year"),
            limit=np.array(self.phase_limits, np.int64),
            carries=np.array([phase.carry_over for phase in asked]),
            paid_years=self.scenario.money.funded_years,
            weight=weights_of_years(terms(self.scenario), len(asked)),
            counted=counted,
            most_new=np.array([FREE if phase.max_works is None else phase.max_works for phase in asked], np.int64),
            # A plan has one mast at a place: all steps that it is raised by are bought together.
            lump=np.where(parts.rung != NO_MAST, parts.place, FREE).astype(np.int32),
            # What is built stands when the first year ends.
            begun=tuple(parts.arcs_of(np.array([row])) for row in self.options.fixed),
            reached_first=self.graph.nodes_of(self.options.fixed_offices),
        )

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
            floors=(*self.floors_of(rows), *kept.floors),
            required=self._required(everybody=each),
            held=(
                *(self.graph.parts.arcs_of(rows) for rows in self.held),
                *(self.graph.parts.arcs_of(np.array([row])) for row in self.also_held),
                *kept.held,
            ),
            forbidden=self.graph.parts.arcs_of(self.forbidden),
        )
        return replace(
            self.graph.problem,
            cost=self._rebated(cost),
            capacity=self._capacity(),
            budget=cents,
            rules=rules,
            hops=None if most is None else hops_of(self.options, self.graph.parts).astype(np.int8),
            hop_limit=most,
        )

    def _capacity(self) -> NDArray[np.float64]:
        """Return what each arc can carry, (m,), without what is kept free."""
        capacity = self.graph.problem.capacity
        for option, mbps in self.kept_free_mbps.items():
            capacity = capacity.copy()
            arcs = self.graph.parts.arcs_of(np.array([option]))
            capacity[arcs] = np.maximum(capacity[arcs] - mbps, 0.0)
        return capacity

    def _rebated(self, cost: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the cost of each arc, (m,), less the rebate on its link."""
        if not self.rebate_cents:
            return cost
        rebate = np.zeros(len(self.options), np.int64)
        rebate[list(self.rebate_cents)] = list(self.rebate_cents.values())
        links = self.graph.parts.option != NO_OPTION
        less = np.where(links, rebate[np.where(links, self.graph.parts.option, 0)], 0)
        return np.maximum(cost - less, 0)

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

    def floors_of(self, rows: Iterable[FloorRow]) -> tuple[Floor, ...]:
        """Return those of some floors that ask for more than what stands already."""
        return tuple(floor for row in rows if (floor := self.floor(row)) is not None)

    def connected(self, arcs: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return the offices that a plan given by its arcs connects, with those connected adequately before, (o,)."""
        connected = (self.inputs.offices["status_before"] == "adequate").to_numpy().copy()
        office = self.graph.terminal_office[self.graph.problem.head[arcs]]
        connected[office[office >= 0]] = True
        return connected

    def _required(self, *, everybody: bool) -> NDArray[np.int32]:
        at = self.graph.terminal
        if everybody:
            return at
        asked = self.inputs.offices["id"].isin(list(self.scenario.required_offices)).to_numpy().copy()
        asked[self.options.fixed_offices] = True
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
        funding=funder_rows(
            scenario.funders, scenario.money.funded_years, options, inputs.offices, graph.parts, inputs.as_built
        ),
        floors=floor_rows(scenario, inputs.offices),
        target=None if target is None else target_row(target, scenario, inputs.offices),
        held=tuple(held),
        forbidden=np.unique(np.concatenate([np.empty(0, np.int64), *forbidden])),
        faults=tuple(faults),
        phase_limits=resolved_phases(scenario, inputs, options),
        also_held=tuple(options.fixed.tolist()),
    )


def rule_notes(question: Question) -> tuple[str, ...]:
    """Return what is doubtful about limits: offices they count on that nothing leads to, links that are not there."""
    ids = question.inputs.offices["id"].to_numpy(object)
    notes = [*(str(fault) for fault in question.faults), *_unpaid(question)]
    scenario = question.scenario
    if not (scenario.required_offices or question.all_floors):
        return tuple(notes)
    lost = ~question.reachable
    twice = [each.office for each in scenario.redundancy]
    for field_name, names in (("limits.must_connect", scenario.limits.must_connect), ("redundancy", twice)):
        asked = np.isin(ids, list(names)) & lost
        if asked.any():
            notes.append(_lost(ids[asked].tolist(), field_name))
    for row in question.all_floors:
        counted = (row.weight > 0) & lost
        if counted.any():
            notes.append(_lost(ids[counted].tolist(), _("floor “{name}”").format(name=row.name)))
    return tuple(notes)


def unpaid_costs(question: Question) -> tuple[str, ...]:
    """Return in words which kinds of cost all funders together may not pay in full for some candidate."""
    if not any(row.members == () for row in question.funding):
        return ()
    scenario = question.scenario
    funded = scenario.money.funded_years
    inputs, parts = question.inputs, question.graph.parts
    kinds = unpayable(scenario.funders, funded, question.options, inputs.offices, parts, inputs.as_built)
    return tuple(cost_words(first, last) for first, last in kinds)


def _unpaid(question: Question) -> Iterator[str]:
    """Yield a note on costs that no funders may pay in full."""
    told = unpaid_costs(question)
    text = _(
        "For some candidates all funders together may not pay in full, whatever their amounts, and these are not "
        "built. What nobody pays in full: {costs}."
    )
    if told:
        yield text.format(costs=", ".join(told))


def _lost(ids: Sequence[str], what: str) -> str:
    text = ngettext(
        "{what} counts {n} office that no candidate link or service that is allowed can connect: {ids}.",
        "{what} counts {n} offices that no candidate link or service that is allowed can connect: {ids}.",
        len(ids),
    )
    more = [_("… and {n} more").format(n=len(ids) - SHOWN)] if len(ids) > SHOWN else []
    return text.format(what=what, n=len(ids), ids=", ".join([*ids[:SHOWN], *more]))
