"""What the scenario asks for, where that is more than the most benefit within one budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.i18n import _
from planner.plan.floors import floor_words
from planner.report.documents.blocks import Bullets, Paragraph, Table
from planner.report.fairness import fairness_lines, settled_headings, settled_note, settled_rows
from planner.report.funding import funder_terms
from planner.wording import figure, labelled, measure_name, money, nearness, number, objective_words, scope_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.plan.model import Plan
    from planner.report.documents.blocks import Block

SHOWN = 5
"""So many offices or links of a limit are named; the rest is counted."""


def asked(plan: Plan) -> list[Block]:
    """Return objectives, budgets, floors and limits with what the plan reaches of them; nothing for a plain plan."""
    if plan.plain:
        return []
    lines = (*_objectives(plan), *(budget_words(budget, plan.scenario["currency"]) for budget in plan.budgets))
    return [
        Paragraph(_("The scenario asks for more than the most benefit within one budget:")),
        Bullets((*lines, *_funders(plan), *_floors(plan), *_limits(plan))),
        *_fairness(plan),
    ]


def _fairness(plan: Plan) -> Iterator[Block]:
    """Yield the shares that were settled, and what fairness costs."""
    rows = tuple(settled_rows(plan))
    if rows:
        yield Table(_("Shares of groups, worst first"), *settled_headings(), rows)
        yield Paragraph(settled_note(plan))
    for line in fairness_lines(plan):
        yield Paragraph(line)


def budget_words(budget: dict[str, Any], currency: str) -> str:
    """Return a budget with its scope and what the plan spends of it."""
    amounts = {name: money(100 * budget[name], currency, exact=True) for name in ("spent", "limit")}
    what = "; ".join([measure_name(budget["measure"]), *scope_words(budget["scope"])])
    return _("budget “{name}” ({what}): {spent} of {limit} are spent").format(name=budget["name"], what=what, **amounts)


def _objectives(plan: Plan) -> Iterator[str]:
    """Yield each objective with its value, and how near that is proven to be to the best."""
    found, currency = plan.outcome, plan.scenario["currency"]
    for stage in found.stages or (found,):
        value = stage.value or 0.0
        reached = figure(value) if stage.sense == "max" else money(100 * value, currency, exact=True)
        near = _("not searched") if stage.gap is None else nearness(stage.gap, least=stage.sense == "min")
        yield labelled(objective_words(stage.objective, stage.sense), f"{reached} ({near})")


def _funders(plan: Plan) -> Iterator[str]:
    """Yield funders with what they may pay for and what they pay."""
    for funder in plan.funders:
        amounts = {
            name: money(100 * funder[name], plan.scenario["currency"], exact=True) for name in ("paid", "amount")
        }
        text = _("funder “{name}” ({what}): pays {paid} of {amount}")
        yield text.format(name=funder["name"], what=funder_terms(funder), **amounts)


def _floors(plan: Plan) -> Iterator[str]:
    """Yield floors and target with what the plan reaches."""
    for row in plan.floors:
        yield _("{floor}; the plan reaches {reached}").format(floor=floor_words(row), reached=figure(row["reached"]))


def _limits(plan: Plan) -> Iterator[str]:
    """Yield the other limits by their names in the scenario."""
    for name in ("max_hops", "must_connect", "exclude", "fix_links", "forbid_links"):
        limit = plan.limits.get(name)
        if limit not in (None, []):
            yield labelled(f"limits.{name}", number(limit) if isinstance(limit, int) else _some(limit))


def _some(entries: Sequence[str | Sequence[str]]) -> str:
    told = [entry if isinstance(entry, str) else " – ".join(entry) for entry in entries[:SHOWN]]
    more = [_("… and {n} more").format(n=number(len(entries) - SHOWN))] if len(entries) > SHOWN else []
    return ", ".join([*told, *more])
