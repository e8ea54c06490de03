"""The headline figures of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from planner.i18n import _
from planner.wording import (
    labelled,
    measure_name,
    money,
    money_short,
    nearness,
    number,
    quality,
    scope_words,
    share,
)

if TYPE_CHECKING:
    from planner import Plan


def verdict(plan: Plan) -> str:
    """Return how good the plan is, as a sentence that claims no more than is proven."""
    found = plan.outcome
    return quality(
        status=found.status,
        termination=found.termination,
        value=found.value,
        gap=found.gap,
        sense=found.sense,
        several=bool(found.stages),
    )


def show_tiles(plan: Plan, *, short: bool = False) -> None:
    """Show a row of tiles: label, figure, what it is to be held against, and help; ``short``: four of the seven."""
    rows = [_offices(plan), _people(plan), *_money(plan), _quality(plan)]
    if short:
        rows = [rows[0], rows[1], rows[4], rows[6]]
    for column, (label, figure, beside, told) in zip(st.columns(len(rows), gap="small"), rows, strict=True):
        column.metric(
            label,
            figure,
            delta=beside or None,
            delta_color="off",
            delta_arrow="off",
            help=told,
            border=True,
            height="stretch",
        )


def _offices(plan: Plan) -> tuple[str, str, str, str]:
    totals = plan.totals
    told = _("{new} newly connected, {upgraded} upgraded; {before} were adequate before.").format(
        new=number(totals["offices_newly_connected"]),
        upgraded=number(totals["offices_upgraded"]),
        before=number(totals["offices_connected"] - gained(plan)),
    )
    return _("Offices gained"), number(gained(plan)), _("of {total}").format(total=number(totals["offices"])), told


def _people(plan: Plan) -> tuple[str, str, str, str]:
    totals = plan.totals
    return (
        _("People within reach"),
        number(totals["people"]),
        "",
        _(
            "People without adequate service today whose nearest office is one of these, within the stated distance; "
            "{total} with those who have it."
        ).format(total=number(totals["people_total"])),
    )


def _money(plan: Plan) -> list[tuple[str, str, str, str]]:
    totals, currency = plan.totals, plan.scenario["currency"]
    cost, offices = 100 * totals["programme_cost"], gained(plan)
    return [
        (
            _("Purchases"),
            money_short(100 * totals["capex"], currency),
            "",
            _("First purchase with duties, freight and contingency: {amount}").format(
                amount=money(100 * totals["capex"], currency, exact=True)
            ),
        ),
        (
            _("Each year after"),
            money_short(100 * totals["opex_per_year"], currency),
            "",
            _("A full year of operation, which somebody must pay for ever after: {amount}").format(
                amount=money(100 * totals["opex_per_year"], currency, exact=True)
            ),
        ),
        _spent(plan),
        (
            _("Cost per office"),
            money_short(cost / offices, currency) if offices else "–",
            "",
            _("Programme cost divided by the offices gained."),
        ),
    ]


def _spent(plan: Plan) -> tuple[str, str, str, str]:
    """Return what the plan spends of its budget; without one, what it spends of the money that it makes least."""
    budget, currency = plan.budget, plan.scenario["currency"]
    if budget is None:
        spent = 100 * plan.totals[plan.measure]
        text = money(spent, currency, exact=True)
        return _("Money spent"), money_short(spent, currency), "", labelled(measure_name(plan.measure), text)
    spent, limit = 100 * budget["spent"], 100 * budget["limit"]
    told = _("{spent} of {limit}: purchases and {years} years of operation.")
    if budget["measure"] != "programme_cost" or budget["scope"]:
        what = "; ".join([measure_name(budget["measure"]), *scope_words(budget["scope"])])
        told = labelled(what, _("{spent} of {limit}."))
    return (
        _("Budget spent"),
        money_short(spent, currency),
        _("{share} used").format(share=share(spent / limit, 1) if limit else "–"),
        told.format(
            spent=money(spent, currency, exact=True),
            limit=money(limit, currency, exact=True),
            years=plan.scenario["funded_years"],
        ),
    )


def _quality(plan: Plan) -> tuple[str, str, str, str]:
    told = "?" if plan.gap is None else nearness(plan.gap, least=plan.outcome.sense == "min")
    return _("Against the best plan"), told, "", verdict(plan)


def gained(plan: Plan) -> int:
    """Return how many offices the plan connects or upgrades."""
    totals = plan.totals
    return int(totals["offices_newly_connected"] + totals["offices_upgraded"])
