"""The phases of a plan for readers: what each year has, takes, connects and leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _
from planner.report.layout import Grid
from planner.wording import number

if TYPE_CHECKING:
    from planner.plan.model import Plan


def phases_grid(plan: Plan) -> Grid:
    """Return one row for each phase, amounts in the scenario's currency; without phases no row."""
    names = ("limit", "carried_in", "purchases", "operation", "spent", "carried_out", "lapsed")
    shown = [name for name in names if name in {"limit", "spent"} or any(row[name] for row in plan.phases)]
    titles = {
        "limit": _("Limit"),
        "carried_in": _("From before"),
        "purchases": _("Purchases"),
        "operation": _("Operation"),
        "spent": _("Spent"),
        "carried_out": _("Carried over"),
        "lapsed": _("Lapsed"),
    }
    rows = [
        (str(row["year"]), number(row["offices"]), number(row["people"]), *(number(row[name]) for name in shown))
        for row in plan.phases
    ]
    return Grid((_("Year"),), (_("Offices"), _("People"), *(titles[name] for name in shown)), tuple(rows))


def after_words(plan: Plan) -> list[str]:
    """Return what is still committed after the last phase."""
    if not plan.after_phases:
        return []
    first, last = plan.after_phases[0]["year"], plan.after_phases[-1]["year"]
    amount = sum(round(100 * row["operation"]) for row in plan.after_phases) / 100
    if first == last:
        text = _(
            "After the last phase, in {first}, the funded year of operation takes another {currency} {amount}; no "
            "limit of a phase covers it."
        )
    else:
        text = _(
            "After the last phase, {first} to {last}, the funded years of operation take another {currency} {amount}; "
            "no limit of a phase covers them."
        )
    return [text.format(first=first, last=last, currency=plan.scenario["currency"], amount=number(amount))]


def phases_words(plan: Plan) -> list[str]:
    """Return how the figures of phases are meant."""
    if not plan.phases:
        return []
    return [
        _(
            "Each year pays its purchases, and a year of operation of everything that works in it. An office's benefit "
            "counts from its year on, discounted over the horizon: {year} counts in full, {last} as {share} of that."
        ).format(year=plan.phases[0]["year"], last=plan.phases[-1]["year"], share=number(plan.phases[-1]["weight"], 3)),
        *after_words(plan),
    ]


def since_purchase() -> str:
    """Return how the years of the cash flow count in a plan with phases."""
    return _(
        "With phases these years count from the purchase of each part, and present values are as of its year. What "
        "each calendar year takes is told with the phases."
    )
