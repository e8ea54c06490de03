"""What fairness asks for and costs, in the words of every report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _
from planner.wording import figure, money, share

if TYPE_CHECKING:
    from planner.plan.model import Plan


def settled_rows(plan: Plan) -> list[tuple[str, ...]]:
    """Return the groups whose shares were settled, worst first: group, share, what is proven, what the plan reaches."""
    levels = plan.equity["levels"] if plan.equity else []
    return [
        (
            f"{level['by']}: {level['group']}",
            share(level["share"], 1),
            share(min(level["bound"], 1.0), 1),
            share(level["reached"] / level["total"], 1),
        )
        for level in levels
    ]


def settled_headings() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the headings of the table of settled shares: of its texts, and of its figures."""
    return (_("Group"),), (_("Share at least"), _("At most, proven"), _("In the plan"))


def settled_note(plan: Plan) -> str:
    """Return what the table of settled shares says."""
    levels = plan.equity["levels"] if plan.equity else []
    if not levels:
        return ""
    names = {"offices": _("offices"), "people": _("people within reach"), "benefit": _("benefit")}
    text = _(
        "Shares of {what}, settled in this order: no plan that keeps those above a line brings this group and all "
        "below it together beyond the proven figure."
    )
    return text.format(what=names[levels[0]["measure"]])


def fairness_lines(plan: Plan) -> list[str]:
    """Return whether the worst came first, where that is not so, and what fairness costs.

    Empty where none is asked, and for somebody else's plan, of which no search has asked what it costs.
    """
    if plan.equity is None or plan.outcome.termination == "evaluated":
        return []
    unsettled = _(
        "Worst first was not settled: in its part of the time no plan was found, so that the shares of groups bind "
        "nothing here. Give more time (solver.time_limit_s)."
    )
    return [*([unsettled] if plan.equity.get("settled") is False else []), price_of_fairness(plan)]


def price_of_fairness(plan: Plan) -> str:
    """Return what floors and settled shares cost; empty where there are none."""
    equity = plan.equity
    if equity is None:
        return ""
    if equity["without"] is None:
        return _("What the best plan without floors would be worth was not found in the time given.")
    objective = plan.outcome.stages[0].objective if plan.outcome.stages else plan.outcome.objective
    without, price, most = equity["without"]["value"], equity["price"], equity["price_at_most"]

    def told(value: float) -> str:
        return figure(value) if objective == "benefit" else money(100 * value, plan.scenario["currency"])

    text = (
        _("Price of fairness: the best plan found without it has benefit {without}, this one {ours}: {part} less.")
        if objective == "benefit"
        else _("Price of fairness: the best plan found without it costs {without}, this one {ours}: {part} more.")
    )
    line = text.format(without=told(without), ours=told(equity["with"]["value"]), part=_part(price, without))
    if most is None:
        return line
    return line + " " + _("It is {part} at most, proven.").format(part=_part(most, without))


def _part(price: float, without: float) -> str:
    return share(price / without, 1) if without else "–"
