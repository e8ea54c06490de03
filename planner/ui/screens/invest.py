"""For donors: what the next money buys, who pays, who gains where, what is to be paid when, countries side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd
import streamlit as st

from planner.errors import PlannerError
from planner.i18n import _
from planner.ui.address import go
from planner.ui.charts import frontier_chart, number_axis
from planner.ui.frontiers import frontier_of, tranches
from planner.ui.plan_tabs import show_funders, show_years
from planner.ui.portfolios import show_portfolios
from planner.ui.runs import open_plan
from planner.ui.screens.plan import headline, plan_or_state
from planner.ui.tables import mix_table
from planner.ui.tiles import gained
from planner.ui.widgets import chart, table
from planner.wording import measure_name, nearness, scope_words

if TYPE_CHECKING:
    from planner import Plan
    from planner.ui.frame import Here

_COUNTRIES = 6


def show(here: Here) -> None:
    """Show the run that is chosen as an investment."""
    plan = plan_or_state(here)
    if plan is None:
        return
    assert here.run is not None
    headline(plan)
    if plan.outcome.value is None:
        return
    more, money, regions, years, countries, shared = st.tabs(
        [
            _("What more buys"),
            _("Money and funders"),
            _("Regions"),
            _("Year by year"),
            _("Countries side by side"),
            _("One budget for several countries"),
        ]
    )
    with more:
        _more(here, plan)
    with money:
        _money(plan)
    with regions:
        _regions(plan)
    with years:
        _years(plan)
    with countries:
        _countries(here)
    with shared:
        show_portfolios(here)


def _more(here: Here, plan: Plan) -> None:
    """Show the frontier, and step by step what each tranche adds: increments, told apart from totals."""
    assert here.run is not None
    frontier = frontier_of(here, here.run)
    if frontier is None:
        st.write(_("What more money buys is read from the frontier, which is not computed yet."))
        st.button(_("Scenario"), on_click=go, args=("scenario",), key="invest-to-scenario")
        return
    currency = plan.scenario["currency"]
    curve, steps = st.columns(2)
    rows = tranches(frontier)
    with curve:
        st.header(_("In all: benefit for the money"))
        frontier_chart(
            {plan.scenario["name"]: frontier}, "invest-frontier", float(plan.budget["limit"]) if plan.budget else None
        )
    with steps:
        st.header(_("Each step: cost of one more person"))
        priced = rows[rows["per_person"].notna()]
        bars = (
            alt.Chart(priced)
            .mark_rect(color="#0072b2", stroke="white")
            .encode(
                x=alt.X("from:Q", axis=number_axis(_("Budget ({currency})").format(currency=currency))),
                x2="to:Q",
                y=alt.Y("per_person:Q", axis=number_axis(_("{currency} per person").format(currency=currency))),
                y2=alt.datum(0),
            )
            .properties(height=330)
        )
        chart(bars, _tranche_table(rows, currency), "invest-steps")
    st.header(_("Tranches"))
    st.caption(_("Each row is what the next tranche adds to the one before, not what there is in all."))
    table(_tranche_table(rows, currency), "tranches")


def _tranche_table(rows: pd.DataFrame, currency: str) -> pd.DataFrame:
    headings = {
        "from": _("From ({currency})"),
        "to": _("To ({currency})"),
        "spent": _("More spent ({currency})"),
        "offices": _("More offices"),
        "people": _("More people"),
        "per_office": _("Per office ({currency})"),
        "per_person": _("Per person ({currency})"),
    }
    return rows.rename(columns={name: text.format(currency=currency) for name, text in headings.items()})


def _money(plan: Plan) -> None:
    currency = plan.scenario["currency"]
    st.header(_("Budgets and earmarks"))
    table(
        pd.DataFrame(
            {
                _("Name"): [budget["name"] for budget in plan.budgets],
                _("What it pays for"): [
                    "; ".join([measure_name(budget["measure"]), *scope_words(budget["scope"])])
                    for budget in plan.budgets
                ],
                _("Limit ({currency})").format(currency=currency): [budget["limit"] for budget in plan.budgets],
                _("Spent ({currency})").format(currency=currency): [budget["spent"] for budget in plan.budgets],
            }
        ),
        "invest-budgets",
    )
    if plan.funders:
        st.header(_("Funders"))
        show_funders(plan, "invest")
    st.header(_("Technologies"))
    table(mix_table(plan), "invest-mix")


def _regions(plan: Plan) -> None:
    currency = plan.scenario["currency"]
    offices = plan.offices.assign(region=plan.offices["region"].fillna(""))
    counted = offices.groupby("region").agg(offices=("id", "size"), connected=("connected", "sum")).reset_index()
    money = {row["region"] or "": row for row in plan.region_mix}
    frame = pd.DataFrame(
        {
            _("Region"): counted["region"],
            _("Offices"): counted["offices"],
            _("Connected"): counted["connected"],
            _("Share"): counted["connected"] / counted["offices"],
            _("Offices gained"): [money.get(name, {}).get("offices", 0) for name in counted["region"]],
            _("People within reach"): [money.get(name, {}).get("people", 0) for name in counted["region"]],
            _("Programme cost ({currency})").format(currency=currency): [
                money.get(name, {}).get("programme_cost", 0.0) for name in counted["region"]
            ],
        }
    )
    drawn = counted.assign(share=counted["connected"] / counted["offices"])
    bars = (
        alt.Chart(drawn)
        .mark_bar(color="#0072b2")
        .encode(
            y=alt.Y("region:N", sort="-x", axis=alt.Axis(title=None, labelLimit=250)),
            x=alt.X(
                "share:Q",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(title=_("Share of offices connected"), format=".0%"),
            ),
        )
    )
    chart(bars, frame, "invest-regions")
    table(frame, "regions")
    if plan.floors:
        st.header(_("Floors"))
        table(pd.DataFrame(plan.floors), "floors")


def _years(plan: Plan) -> None:
    if plan.phases:
        show_years(plan, "invest")
        st.header(_("From the purchase of each part on"))
    currency = plan.scenario["currency"]
    rows = pd.DataFrame(plan.cash_flow["years"])
    kinds = {
        "purchases": _("Purchases"),
        "operation": _("Operation"),
        "replacements": _("Replacements"),
        "residual_value": _("Residual value"),
    }
    drawn = rows.assign(residual_value=-rows["residual_value"]).melt("year", list(kinds), "kind", "amount")
    drawn["kind"] = drawn["kind"].map(kinds)
    bars = (
        alt.Chart(drawn)
        .mark_bar()
        .encode(
            x=alt.X("year:O", axis=alt.Axis(title=_("Year; 0 is the year of purchase"), labelAngle=0)),
            y=alt.Y("amount:Q", axis=number_axis(currency)),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=list(kinds.values()), range=["#0072b2", "#56b4e9", "#d55e00", "#999999"]),
                legend=alt.Legend(title=None, orient="top"),
            ),
        )
        .properties(height=320)
    )
    headings = {"year": _("Year"), **kinds, "present_value": _("Present value"), "net": _("Net")}
    frame = rows[list(headings)].rename(columns=headings)
    chart(bars, frame, "cash-flow")
    table(frame, "cash-flow-table")


def _countries(here: Here) -> None:
    """Show plans of several scenarios beside each other; amounts stay in the currency of each."""
    runs = {name: run for name, run in here.runs.items() if (run / "plan.json").exists()}
    current = here.run.name if here.run is not None else None
    chosen = st.multiselect(
        _("Runs"),
        list(runs),
        default=[name for name in runs if name == current] + [name for name in runs if name != current][:1],
        max_selections=_COUNTRIES,
        placeholder=_("Choose runs"),
        key="countries",
    )
    rows: list[dict[str, Any]] = []
    for name in chosen:
        try:
            plan = open_plan(runs[name])
        except PlannerError:
            continue
        if plan.outcome.value is None:
            continue
        totals, offices = plan.totals, gained(plan)
        rows.append(
            {
                _("Run"): name,
                _("Scenario"): plan.scenario["name"],
                _("Currency and price year"): f"{plan.scenario['currency']} {plan.scenario['price_year']}",
                _("Offices gained"): offices,
                _("People within reach"): totals["people"],
                _("Programme cost"): totals["programme_cost"],
                _("Cost per office"): totals["programme_cost"] / offices if offices else None,
                _("Cost per person"): totals["programme_cost"] / totals["people"] if totals["people"] else None,
                _("Against the best plan"): "?"
                if plan.gap is None
                else nearness(plan.gap, least=plan.outcome.sense == "min"),
            }
        )
    if rows:
        table(pd.DataFrame(rows), "countries-table")
