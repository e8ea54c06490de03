"""The search for plans in which named offices have two paths: what the second ones cost is kept free of the budgets.

The search knows one path to each place. So the plan is searched for without second paths first, whose ceiling holds for
every plan with them, for they only cost. Then the second paths are added; what they cost is taken off the budgets, the
first paths are held, and the plan is searched for again until both fit. Then other first paths are tried: those of the
best plan of less money, and those of the cheapest two paths of each office.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.finance import MEASURES
from planner.i18n import _
from planner.plan.alternatives import Network
from planner.plan.arborescence import NONE, follow
from planner.plan.outcome import Outcome
from planner.plan.plan import account, spent_cents
from planner.plan.refusal import Refusal
from planner.plan.runner_up import link_id
from planner.plan.second_paths import Ground, find_second_paths, two_links
from planner.plan.two_paths import Cut, TwoPaths, two_paths
from planner.question.answer import Answer
from planner.question.answering import answer
from planner.question.refused import budget_words, redundancy_words
from planner.scenario import Objective
from planner.solver import Progress
from planner.wording import money

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from planner.links.choice import Choice
    from planner.question.asked import Question

FIRST_SHARE, CEILING_SHARE, NEXT_SHARE = 0.35, 0.2, 0.35
"""Of the time limit for the plan without second paths; of what is left for a lower ceiling, and for each search."""
LEAST_S = 1e-3
ROUNDS = 4
"""So often at most a plan is searched for again with what its second paths turned out to cost."""


@dataclass(frozen=True)
class _Plan:
    """A plan with second paths: its value, and what it spends of each budget with and without them."""

    choice: Choice
    value: float
    spent: Mapping[str, int]
    extra: Mapping[str, int]


def within(question: Question, seconds: float, gap: float | None = None) -> Question:
    """Return a question that has so many seconds, and maybe another gap."""
    asked = {"time_limit_s": max(seconds, LEAST_S), **({} if gap is None else {"gap": gap})}
    solver = question.scenario.solver.model_copy(update=asked)
    return replace(question, scenario=question.scenario.model_copy(update={"solver": solver}))


class _Held(NamedTuple):
    """Options that the plan has to hold, and what second paths may need of their capacity, in Mbit/s."""

    options: tuple[int, ...] = ()
    kept_free_mbps: Mapping[int, float] = MappingProxyType({})


class Search:
    """One search: the best plan so far, the ceiling, and what is left to try.

    Parameters
    ----------
    question : Question
        Of one objective. That the worst comes first is not looked at.
    cancelled, on_progress
        As in `planner.question.answer`.
    like : Search or None
        Another one over the same links and limits of hops, whose ways are these.
    """

    def __init__(
        self,
        question: Question,
        cancelled: Callable[[], bool] | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        like: Search | None = None,
    ) -> None:
        self.question = question
        self.asked_to_stop, self.on_progress = cancelled, on_progress
        self.began = time.monotonic()
        self.objective = question.scenario.objective[0]
        offices = question.inputs.offices
        row_of = {name: row for row, name in enumerate(offices["id"])}
        self.offices = [row_of[each.office] for each in question.scenario.redundancy]
        self.ground: Ground = self._ground() if like is None else like.ground
        self.pairs: Mapping[int, TwoPaths | Cut | None] = (
            {office: two_paths(self.ground, office) for office in self.offices} if like is None else like.pairs
        )
        self.best: _Plan | None = None
        self.bound: float | None = None
        self.trace: list[tuple[float, float | None, float | None]] = []

    def _ground(self) -> Ground:
        question, offices = self.question, self.question.inputs.offices
        limits = question.scenario.limits
        return Ground.of(
            Network.of(question.options, offices, limits.exclude, question.forbidden.tolist()),
            question.options,
            offices["demand_mbps"].to_numpy(np.float64),
            measure=MEASURES.index(question.scenario.measure),
            max_hops=limits.max_hops,
        )

    @property
    def seconds(self) -> float:
        """Seconds since the search began."""
        return time.monotonic() - self.began

    @property
    def left_s(self) -> float:
        """Seconds that are left."""
        return max(self.question.scenario.solver.time_limit_s - self.seconds, 0.0)

    @property
    def stopped(self) -> bool:
        """Whether somebody asked to stop."""
        return self.asked_to_stop is not None and self.asked_to_stop()

    @property
    def done(self) -> bool:
        """Whether the gap is closed, the time is over, or somebody asked to stop."""
        outcome = self.outcome("feasible", "gap")
        closed = outcome.gap is not None and outcome.gap <= outcome.requested_gap
        return closed or self.left_s <= 0.0 or self.stopped

    def refusal(self) -> Refusal | None:
        """Return why no plan can have these second paths, where that is known before any search."""
        for office, found in self.pairs.items():
            name = str(self.question.inputs.offices["id"].iloc[office])
            if isinstance(found, Cut):
                return Refusal((redundancy_words([name]),), minimal=True, remedy=self._cut_words(found, name))
            if isinstance(found, TwoPaths) and (broken := self._too_dear(office, found)):
                return Refusal((*broken, redundancy_words([name])), minimal=False, remedy=self._dear_words(found))
        return None

    def _too_dear(self, office: int, found: TwoPaths) -> list[str]:
        """Return the budgets that not even two paths of this office alone would keep."""
        line = int(self.question.options.package_money[office, self.ground.measure])
        measure = MEASURES[self.ground.measure]
        return [
            budget_words(budget, self.question.scenario.money.currency)
            for budget in self.question.budgets
            if not budget.scope and budget.measure == measure and found.least_cents + line > budget.limit_cents
        ]

    def _dear_words(self, found: TwoPaths) -> str:
        least = money(found.least_cents, self.question.scenario.money.currency, exact=True)
        return _("Two paths that share nothing cost at least {least} there, masts and equipment not counted.").format(
            least=least
        )

    def _cut_words(self, cut: Cut, office: str) -> str:
        options = self.question.options
        if cut.place != NONE:
            name = str(options.places.id[cut.place])
            text = _("Every way to {office} passes through {place}. A second path needs a link or a service beside it.")
            return text.format(office=office, place=name)
        name = link_id(options, cut.option, backwards=False)
        text = _("Every way to {office} uses the span {span}. A second path needs a link or a service beside it.")
        return text.format(office=office, span=name)

    def adopt(self, plan: _Plan) -> None:
        """Begin with a plan of a search that had the same limits and maybe another objective."""
        self.best = replace(plan, value=self._value(plan.choice))

    def run(self) -> Answer:
        """Search for the ceiling, then for plans with second paths."""
        first = self._search({}, _Held(), FIRST_SHARE * self.left_s, None)
        if first.choice is None:
            return first if self.best is None else self._answer()
        self.bound = first.outcome.bound
        self.trace = [(seconds, None, bound) for seconds, _value, bound in first.outcome.trace if bound is not None]
        self._lower_ceiling()
        extra = self._settle(first)
        if extra is not None and not self.done:
            # Where less money is left, another tree may be best, and leave cheaper second paths.
            self._settle(self._search(extra, _Held(), NEXT_SHARE * self.left_s, first.arcs))
        for held in self._first_paths():
            if self.done:
                break
            reserve = (extra or {}) if self.best is None else self.best.extra
            self._settle(self._search(reserve, held, NEXT_SHARE * self.left_s, None))
        if self.best is None and self.objective.sense == "max":
            self._settle_for_little()
        return self._answer()

    def _settle_for_little(self) -> None:
        """Where nothing fits, begin with the cheapest trees: the more a plan connects, the less is left for paths."""
        measure = MEASURES[self.ground.measure]
        scenario = self.question.scenario.model_copy(update={"objective": (Objective(sense="min", measure=measure),)})
        cheapest = replace(self.question, scenario=scenario)
        for held in (_Held(), *self._first_paths()):
            if self.best is not None or self.done:
                return
            self._settle(self._search({}, held, NEXT_SHARE * self.left_s, None, cheapest))

    def _lower_ceiling(self) -> None:
        """Prove a lower ceiling: two links end at each named office, of which a plan without second paths pays one.

        Where H is a plan with second paths and T its tree, and each named office s takes a part c'' ≤ c of the price c
        of the links at its place, cost(H) ≥ (c − Σ c'')(T) + Σ K, K being the least that two links of different spans
        at s cost by c''. So no H within the budget is worth more than the best T at the prices c − Σ c'' within the
        budget less Σ K; in the search for least money Σ K comes on top.
        """
        main = self.question.main_budget(self.objective)
        if not self.bound:
            return
        if (main is not None and main.scope) or (main is None and self.objective.sense == "max"):
            return
        measure = main.measure if main is not None else self.objective.measure
        rebate, least = two_links(self.ground, self.offices, MEASURES.index(measure))
        reserve = {} if main is None else {main.name: least}
        asked = replace(self.question, rebate_cents=rebate)
        found = self._search(reserve, _Held(), CEILING_SHARE * self.left_s, None, asked)
        bound = found.outcome.bound
        if bound is None or self.bound is None:
            return
        if self.objective.sense == "min":
            bound += least / 100
        better = bound < self.bound if self.objective.sense == "max" else bound > self.bound
        if better:
            self.bound = bound
            self.trace.append((self.seconds, None, bound))

    def _first_paths(self) -> list[_Held]:
        """Return first paths to hold so that there are second ones: one of two for all offices, then for each alone."""
        pairs = [pair for pair in self.pairs.values() if isinstance(pair, TwoPaths)]
        groups = [[pair.first for pair in pairs], [pair.second for pair in pairs]]
        if len(pairs) > 1:
            groups += [[path] for pair in pairs for path in (pair.first, pair.second)]
        return [_Held(tuple(dict.fromkeys(np.concatenate(paths).tolist()))) for paths in groups]

    def _settle(self, found: Answer) -> Mapping[str, int] | None:
        """Add second paths to a plan; hold its first ones, and search again with what the second cost kept free.

        Once both fit, what the second paths use of the plan is held as well, and kept free: they stay as cheap as they
        are, and money that is left over goes to other offices.

        Returns
        -------
        dict of str to int, or None
            What the second paths cost at first of each budget, in cents; None if there are none for some office.
        """
        plan = None if found.choice is None else self._with_second_paths(found.choice)
        if plan is None or found.choice is None:
            return None
        self._note(plan)
        first, held = plan.extra, self._held_by(plan)
        reserve, tried = first, []
        for _round in range(ROUNDS):
            if self.done or reserve in tried or not self.question.budgets:
                break
            tried.append(reserve)
            found = self._search(reserve, held, NEXT_SHARE * self.left_s, found.arcs)
            plan = None if found.choice is None else self._with_second_paths(found.choice)
            if plan is None:
                break
            self._note(plan)
            fits = self._fits(plan)
            reserve = {name: cents if fits else max(cents, reserve[name]) for name, cents in plan.extra.items()}
            held = self._held_by(plan) if fits else held
        return first

    def _held_by(self, plan: _Plan) -> _Held:
        """Return the options on first paths and, of a plan that fits, what second paths use of its links."""
        tree = follow(self.question.options, plan.choice, self.ground.demand_mbps)
        options: dict[int, None] = {}
        for office in self.offices:
            row = int(tree.entering[self.ground.place_of(office)])
            while row != NONE:
                options[int(tree.option[row])] = None
                row = int(tree.parent[row])
        if not self._fits(plan):
            return _Held(tuple(options))
        reserved = zip(tree.option.tolist(), tree.spare.reserved_mbps.tolist(), strict=True)
        free = {option: mbps for option, mbps in reserved if mbps > 0}
        return _Held(tuple(options | dict.fromkeys(free)), free)

    def _search(
        self,
        reserve: Mapping[str, int],
        held: _Held,
        seconds: float,
        start: NDArray[np.int32] | None,
        question: Question | None = None,
    ) -> Answer:
        """Search for a plan without second paths that leaves some money of each budget."""
        question = question or self.question
        budgets = tuple(
            replace(budget, limit_cents=max(budget.limit_cents - reserve.get(budget.name, 0), 0))
            for budget in question.budgets
        )
        asked = replace(
            within(question, seconds),
            budgets=budgets,
            also_held=(*question.also_held, *held.options),
            kept_free_mbps=held.kept_free_mbps,
        )
        # A start has to keep every limit but the one that the search is under.
        startable = len(budgets) == 1 and self.objective.sense == "max"
        tell, started = None if self.on_progress is None else self._tell, start if startable else None
        return answer(asked, cancelled=self.asked_to_stop, on_progress=tell, start=started, alone=False)

    def _tell(self, now: Progress) -> None:
        assert self.on_progress is not None
        bound = now.bound if self.bound is None else self.bound
        self.on_progress(Progress(self.seconds, None if self.best is None else self.best.value, bound))

    def _with_second_paths(self, choice: Choice) -> _Plan | None:
        """Return a plan with the cheapest second paths that it leaves; None where it leaves none for some office."""
        found = find_second_paths(self.ground, choice, self.offices)
        if found.lacking:
            return None
        without, spent = self._spent(choice), self._spent(found.choice)
        extra = {name: spent[name] - without[name] for name in without}
        return _Plan(found.choice, self._value(found.choice), spent, extra)

    def _value(self, choice: Choice) -> float:
        """Return what a plan is worth, or costs, by the objective of this search."""
        if self.objective.sense == "min":
            return self._total(choice, self.objective.measure)
        offices = self.question.inputs.offices
        gained = choice.connected & (offices["status_before"] != "adequate").to_numpy()
        return float(offices["benefit"].to_numpy(np.float64)[gained].sum())

    def _spent(self, choice: Choice) -> dict[str, int]:
        question = self.question
        tree = follow(question.options, choice, self.ground.demand_mbps)
        frames, _entering = account(question.scenario, question.inputs, question.options, choice, tree)
        return {budget.name: spent_cents(budget, *frames) for budget in question.budgets}

    def _total(self, choice: Choice, measure: str) -> float:
        question = self.question
        tree = follow(question.options, choice, self.ground.demand_mbps)
        frames, _entering = account(question.scenario, question.inputs, question.options, choice, tree)
        return sum(int(frame[f"{measure}_cents"].sum()) for frame in frames) / 100

    def _fits(self, plan: _Plan) -> bool:
        return all(plan.spent[budget.name] <= budget.limit_cents for budget in self.question.budgets)

    def _note(self, plan: _Plan) -> None:
        """Keep a plan that fits and is better than the best so far."""
        sign = 1.0 if self.objective.sense == "max" else -1.0
        if self._fits(plan) and (self.best is None or sign * (plan.value - self.best.value) > 0):
            self.best = plan
            self.trace.append((max(self.seconds, self.trace[-1][0] if self.trace else 0.0), plan.value, self.bound))
            if self.on_progress is not None:
                self.on_progress(Progress(self.seconds, plan.value, self.bound))

    def _answer(self) -> Answer:
        if self.best is None:
            said = ("cancelled", "cancelled") if self.stopped else ("error", "time_limit")
            return Answer(None, self.without_plan(*said))
        if self.stopped:
            return Answer(self.best.choice, self.outcome("cancelled", "cancelled"))
        settled = self.outcome("feasible", "gap")
        if settled.gap is None or settled.gap > settled.requested_gap:
            settled = replace(settled, termination="time_limit" if self.left_s <= 0.0 else "exhausted")
        return Answer(self.best.choice, settled)

    def without_plan(self, status: str, termination: str) -> Outcome:
        """Return the outcome of a search without a plan."""
        return replace(self.outcome(status, termination), value=None, bound=None, trace=())

    def outcome(self, status: str, termination: str) -> Outcome:
        """Return what the search knows now."""
        target = self.objective.target
        return Outcome(
            status=status,
            termination=termination,
            sense=self.objective.sense,
            objective=self.objective.measure,
            value=None if self.best is None else self.best.value,
            bound=self.bound,
            requested_gap=self.question.scenario.solver.gap,
            trace=tuple(self.trace),
            target=None if target is None else target.model_dump(exclude_none=True, exclude_defaults=True),
        )
