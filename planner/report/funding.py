"""Who pays for what, and what more of each funder's money would bring, in words and tables of every report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.i18n import _, ngettext
from planner.wording import figure, money, number, scope_words, share, technology_heading

if TYPE_CHECKING:
    from planner.plan.model import Plan

STEP = 1000
"""Units of currency of which the worth is told."""
NOTHING = 0.01
"""Share of what a unit brings on average below which more of it is said to bring next to nothing."""


def funder_terms(funder: dict[str, Any]) -> str:
    """Return what a funder may pay for."""
    told = scope_words(funder["scope"]) or [_("anywhere")]
    if funder["cost_kinds"] == ["capex"]:
        told.append(_("purchases only"))
    elif "capex" not in funder["cost_kinds"]:
        told.append(
            ngettext("operation of {n} year only", "operation of {n} years only", funder["opex_years"]).format(
                n=funder["opex_years"]
            )
        )
    else:
        told.append(
            ngettext(
                "purchases and {n} year of operation", "purchases and {n} years of operation", funder["opex_years"]
            ).format(n=funder["opex_years"])
        )
    if funder["match"] < 1:
        told.append(_("at most {share} of each cost").format(share=share(funder["match"], 1)))
    return "; ".join(told)


def funder_headings() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the headings of the table of funders: of its texts, and of its figures."""
    figures = (_("Amount"), _("Paid"), _("Purchases"), _("Operation"), _("Left"), _("Offices"), _("People"))
    return (_("Funder"), _("May pay for")), figures


def funder_rows(plan: Plan) -> list[tuple[str, ...]]:
    """Return the table of funders with their sum; people in proportion to who pays for their offices."""
    columns = ("amount", "paid", "capex", "opex", "left")
    rows = [
        (
            funder["name"],
            funder_terms(funder),
            *(number(funder[name]) for name in columns),
            number(funder["offices"]),
            number(funder["people"]),
        )
        for funder in plan.funders
    ]
    if len(rows) > 1:
        sums = (number(sum(funder[name] for funder in plan.funders)) for name in columns)
        people = number(sum(funder["people"] for funder in plan.funders))
        rows.append((_("Total"), "", *sums, "", people))
    return rows


def paid_for(funder: dict[str, Any], currency: str) -> str:
    """Return what a funder's money pays for, by technology and by region."""
    if not funder["payments"]:
        return _("{name} pays for nothing in this plan.").format(name=funder["name"])

    def listed(parts: list[tuple[str, float]]) -> str:
        return ", ".join(f"{name} {money(100 * paid, currency)}" for name, paid in sorted(parts, key=lambda p: -p[1]))

    technologies = listed([(technology_heading(part["technology"]), part["paid"]) for part in funder["technologies"]])
    regions = listed([(part["region"] or _("no region"), part["paid"]) for part in funder["regions"]])
    text = _("{name} pays {paid}: {technologies}. By region: {regions}.")
    paid = money(100 * funder["paid"], currency)
    return text.format(name=funder["name"], paid=paid, technologies=technologies, regions=regions)


def worth_of_more(plan: Plan) -> list[str]:
    """Return for each funder what a little more of its money would bring; nothing where that is not known."""
    funders = [funder for funder in plan.funders if funder["benefit_per_1000"] is not None]
    if not funders:
        return []
    lines = []
    for funder in funders:
        worth, more = funder["benefit_per_1000"], money(100 * STEP, plan.scenario["currency"])
        if worth * plan.totals["programme_cost"] <= NOTHING * STEP * plan.benefit:
            text = _("{name}: more of its money would bring next to nothing; what is lacking is other money.")
        elif plan.benefit_is_people:
            text = _("{name}: {more} more would reach about {n} more people.")
        else:
            text = _("{name}: {more} more would bring about {n} more of benefit.")
        lines.append(text.format(name=funder["name"], more=more, n=figure(worth)))
    lines.append(
        _(
            "These are estimates for small changes: the multipliers of the limits that funders make, where the proven "
            "ceiling is lowest."
        )
    )
    return lines
