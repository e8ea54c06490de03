"""Why there is no plan, in the words of the scenario."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.i18n import _
from planner.plan.floors import floor_words
from planner.plan.refusal import Refusal, Relaxation
from planner.plan.runner_up import link_id
from planner.question.asked import SHOWN, TARGET
from planner.solver import ALL_MONEY, Status, explain_conflict, solve, whole_money
from planner.solver.conflict import ANY_PLAN, FOUND, each_rule_left_out
from planner.wording import measure_name, money, number, scope_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.plan.floors import FloorRow
    from planner.plan.outcome import Budget
    from planner.question.asked import Kept, Question
    from planner.question.funding import FunderRow
    from planner.solver import Problem
    from planner.solver import Relaxation as Needed

SEARCH_S, LEAST_S, MOST_S = 10.0, 20.0, 120.0
"""Seconds for one question about a conflict; for all of them at least, and at most."""


def refused_at_once(question: Question) -> Refusal | None:
    """Return limits that contradict each other, or that no candidate could meet, before any search; None if none do."""
    limits, ids = question.scenario.limits, question.inputs.offices["id"].to_numpy(object)
    built = ids[list(question.options.fixed_offices)].tolist()
    required = (*question.scenario.required_offices, *built)
    both = [office for office in required if office in set(limits.exclude)]
    if both:
        names = some(both)
        return Refusal((*required_words(question, both), _("exclude: {ids}").format(ids=names)), minimal=True)
    for name, rows in zip(limits.fix_links, question.held, strict=True):
        if np.isin(rows, question.forbidden).all():
            told = (link_words("fix_links", name), _("forbid_links: all candidates between these places"))
            return Refusal(told, minimal=True)
    if required or question.all_floors:
        lost = np.isin(ids, list(required)) & ~question.reachable
        nowhere = lost & ~question.offered
        if nowhere.any():
            return Refusal(required_words(question, ids[nowhere].tolist()), minimal=True, remedy=_no_way())
        if lost.any():
            return Refusal((*required_words(question, ids[lost].tolist()), forbidden_words(question)), minimal=True)
        for row in question.all_floors:
            possible = float(row.weight[question.reachable].sum())
            if possible < row.least * (1 - 1e-12):
                return _out_of_reach(question, row, possible)
    return None


def explain_refusal(question: Question, kept: Kept, cancelled: Callable[[], bool] | None) -> Refusal:
    """Return which limits conflict and what would mend that, as far as a short search can tell."""
    objective = question.scenario.objective[0]
    problem = question.problem(objective, kept, all_as_floor=True)
    allowed = min(max(question.scenario.solver.time_limit_s, LEAST_S), MOST_S)
    deadline = time.monotonic() + allowed

    def stopped() -> bool:
        return time.monotonic() > deadline or (cancelled is not None and cancelled())

    how: dict[str, Any] = {"time_limit_s": SEARCH_S, "seed": question.scenario.solver.seed, "cancelled": stopped}
    words = _Words(question, question.main_budget(objective))
    if question.phases is not None:
        problem = whole_money(problem, question.phases)
        status = solve(problem, gap=ANY_PLAN, **how).status
        if status != Status.INFEASIBLE:
            return Refusal(words.all_limits(problem), False, remedy=_other_years() if status in FOUND else "")
    found = explain_conflict(problem, **how)
    told = dict.fromkeys(words.limit(name) for name in found.rules)
    relaxations = [each for relaxed in found.relaxations if (each := words.relaxation(relaxed)) is not None]
    if question.scenario.redundancy or question.phases is not None:
        # The conflict holds with second paths and years too; these may take more than would mend it.
        least = tuple(replace(each, proven=False, enough=False) for each in relaxations if each.proven)
        return Refusal(tuple(each for each in told if each), minimal=False, relaxations=least)
    return Refusal(tuple(each for each in told if each), found.minimal, tuple(relaxations))


class _Words:
    """The solver's names of rules in the words of the scenario."""

    def __init__(self, question: Question, main: Budget | None) -> None:
        self.question = question
        self.budgets = {f"budget {budget.name}": budget for budget in question.budgets}
        self.funding = {row.name: row for row in question.funding}
        if main is not None:
            self.budgets["budget"] = main
        elif question.funding:
            self.funding["budget"] = question.funding[0]
        self.floors = {row.name: row for row in question.all_floors}

    def limit(self, name: str) -> str:
        """Return what a rule of a conflict says; empty for what is no limit of the scenario."""
        kind, _blank, rest = name.partition(" ")
        if name in self.budgets:
            return self.budget(self.budgets[name])
        if name in self.funding:
            return self.funders(self.funding[name])
        if name in self.floors:
            return floor_limit(self.floors[name])
        if self.question.phases is not None and name in {ALL_MONEY, "budget"}:
            return phases_words(self.question)
        return self.named(kind, rest)

    def all_limits(self, problem: Problem) -> tuple[str, ...]:
        """Return what all rules of a problem of phases say; required offices in one line for each field."""
        nobody = replace(problem, rules=replace(problem.rules, required=np.empty(0, np.int32)))
        told = dict.fromkeys(self.limit(name) for name, _without in each_rule_left_out(nobody))
        offices = self.question.graph.terminal_office[problem.rules.required]
        names = self.question.inputs.offices["id"].to_numpy(object)[offices].tolist()
        return (*(each for each in told if each), *works_words(self.question), *required_words(self.question, names))

    def named(self, kind: str, rest: str) -> str:
        """Return what a rule about offices, links or hops says."""
        limits = self.question.scenario.limits
        if kind == "required":
            office = self.question.graph.terminal_office[int(rest)]
            return required_words(self.question, [str(self.question.inputs.offices["id"].iloc[office])])[0]
        if kind == "held" and int(rest) < len(limits.fix_links):
            return link_words("fix_links", limits.fix_links[int(rest)])
        if kind == "held" and int(rest) - len(limits.fix_links) < len(self.question.also_held):
            option = self.question.also_held[int(rest) - len(limits.fix_links)]
            return _("as built: {link}").format(link=link_id(self.question.options, option, backwards=False))
        return {
            "held": _("fix_links: a link that is built has to lead to an office that is connected"),
            "hops": _("max_hops: {n}").format(n=limits.max_hops),
            "forbidden": forbidden_words(self.question),
        }.get(kind, "")

    def budget(self, budget: Budget) -> str:
        """Return a budget with its limit, measure and scope."""
        return budget_words(budget, self.question.scenario.money.currency)

    def funders(self, row: FunderRow) -> str:
        """Return what a set of funders has, and what for."""
        if not row.members:
            return _("funders: some costs may not be paid in full by all of them together")
        text = (
            _("funders {names}: {amount} in all")
            if len(row.members) == len(self.question.scenario.funders)
            else _("funders {names}: {amount} in all for what the others may not pay")
        )
        return text.format(names=self.names(row), amount=self.amount(row.most / row.unit))

    def names(self, row: FunderRow) -> str:
        """Return the names of a set of funders."""
        return ", ".join(f"“{self.question.scenario.funders[each].name}”" for each in row.members)

    def amount(self, cents: float) -> str:
        """Return an amount to the cent."""
        return money(cents, self.question.scenario.money.currency, exact=True)

    def relaxation(self, needed: Needed) -> Relaxation | None:
        """Return what a limit would have to be."""
        currency = self.question.scenario.money.currency
        if needed.rule in self.budgets:
            budget = self.budgets[needed.rule]
            now, then = (money(cents, currency, exact=True) for cents in (needed.now, needed.needed))
            text = _("budget “{name}”: {then} instead of {now}").format(name=budget.name, then=then, now=now)
            return Relaxation(
                f"budget {budget.name}",
                needed.now / 100,
                needed.needed / 100,
                needed.proven,
                _sure(text, needed.proven),
            )
        if needed.rule in self.funding:
            return self.more_of_funders(self.funding[needed.rule], needed)
        if needed.rule in self.floors:
            row = self.floors[needed.rule]
            return _lower(row, needed.needed + row.standing, proven=needed.proven)
        if self.question.phases is not None and needed.rule in {ALL_MONEY, "budget"}:
            return self.more_in_phases(needed)
        if needed.rule == "hops":
            text = _("max_hops: {then} instead of {now}").format(then=int(needed.needed), now=int(needed.now))
            return Relaxation("max_hops", needed.now, needed.needed, needed.proven, _sure(text, needed.proven))
        return None

    def more_in_phases(self, needed: Needed) -> Relaxation:
        """Return what all phases would have to have."""
        now, then = self.amount(needed.now), self.amount(needed.needed)
        text = _("phases: {then} in all instead of {now}").format(then=then, now=now)
        return Relaxation("phases", needed.now / 100, needed.needed / 100, needed.proven, text)

    def more_of_funders(self, row: FunderRow, needed: Needed) -> Relaxation | None:
        """Return what a set of funders would have to have; None where their money is not what is lacking."""
        if not row.members:
            return None
        now, then = row.most // row.unit, math.ceil(needed.needed / row.unit)
        names = self.names(row)
        text = _("funders {names}: {then} in all instead of {now}").format(
            names=names, then=self.amount(then), now=self.amount(now)
        )
        # More from a funder loosens its other limits too: with several of them less may do.
        proven = needed.proven and len(self.question.funding) == 1
        limit = _("funders {names}").format(names=names)
        return Relaxation(limit, now / 100, then / 100, proven, _sure(text, proven))


def phases_words(question: Question) -> str:
    """Return the money of all phases as a limit."""
    years, currency = [phase.year for phase in question.scenario.phases], question.scenario.money.currency
    return _("phases: {first}–{last}, {limit} in all").format(
        first=years[0], last=years[-1], limit=money(sum(question.phase_limits), currency, exact=True)
    )


def works_words(question: Question) -> tuple[str, ...]:
    """Return how many offices may be connected or upgraded in each phase, as far as that is limited."""
    years = [f"{phase.year} ({phase.max_works})" for phase in question.scenario.phases if phase.max_works is not None]
    return (_("phases: most offices a year: {years}").format(years=some(years)),) if years else ()


def _out_of_reach(question: Question, row: FloorRow, possible: float) -> Refusal:
    """Return the refusal of a floor that not even all offices that can be connected would meet."""
    floor, lower = floor_limit(row), (_lower(row, possible, proven=True),)
    if float(row.weight[question.offered].sum()) < row.least * (1 - 1e-12):
        return Refusal((floor,), True, lower, _no_way())
    return Refusal((floor, forbidden_words(question)), True, lower)


def _lower(row: FloorRow, needed: float, *, proven: bool) -> Relaxation:
    """Return what a floor would have to be; whole offices, other figures rounded to the safe side."""
    then, now = (number(value, 0 if row.measure == "offices" else 3) for value in (needed, row.least))
    text = (
        _("floor “{name}”: {then} instead of {now}") if row.name != TARGET else _("target: {then} instead of {now}")
    ).format(name=row.name, then=then, now=now)
    return Relaxation(row.name, row.least, needed, proven, _sure(text, proven))


def _sure(text: str, proven: bool) -> str:
    return text if proven else _("{text} (a plan is known; less of a change may do)").format(text=text)


def required_words(question: Question, names: Sequence[str]) -> tuple[str, ...]:
    """Return which of the fields that require offices name these."""
    asked = set(question.scenario.limits.must_connect)
    twice = {each.office for each in question.scenario.redundancy} - asked
    by_limits, by_redundancy = ([name for name in names if name in having] for having in (asked, twice))
    built = [name for name in names if name not in asked | twice]
    told = [_("must_connect: {ids}").format(ids=some(by_limits))] if by_limits else []
    told += [redundancy_words(by_redundancy)] if by_redundancy else []
    return (*told, _("as built: {link}").format(link=some(built))) if built else tuple(told)


def floor_limit(row: FloorRow) -> str:
    """Return a floor with its group and number."""
    text = _("target: {text}") if row.name == TARGET else _("floor: {text}")
    return text.format(text=floor_words(row.as_dict(np.zeros(len(row.weight), np.bool_))))


def redundancy_words(names: Sequence[str]) -> str:
    """Return that offices get two paths."""
    return _("redundancy: {ids}").format(ids=some(names))


def budget_words(budget: Budget, currency: str) -> str:
    """Return a budget with its limit, measure and scope."""
    parts = [measure_name(budget.measure), *scope_words(budget.scope)]
    return _("budget “{name}”: at most {limit} ({what})").format(
        name=budget.name, limit=money(budget.limit_cents, currency, exact=True), what="; ".join(parts)
    )


def forbidden_words(question: Question) -> str:
    """Return which links are forbidden."""
    return _("forbid_links: {links}").format(
        links=some([f"[{', '.join(name)}]" for name in question.scenario.limits.forbid_links])
    )


def link_words(field: str, name: Sequence[str]) -> str:
    """Return a link that a field names."""
    return f"{field}: [{', '.join(name)}]"


def _no_way() -> str:
    return _("No candidate link and no service can connect them: see “planner links”, or name them in limits.exclude.")


def _other_years() -> str:
    return _(
        "With the money of all years at once there is a plan: single years stand in its way. Let money carry over "
        "(`carry_over: true`), move it to other years, or raise max_works."
    )


def some(ids: Sequence[str]) -> str:
    """Return the first ids and how many more there are."""
    more = [_("… and {n} more").format(n=len(ids) - SHOWN)] if len(ids) > SHOWN else []
    return ", ".join([*ids[:SHOWN], *more])
