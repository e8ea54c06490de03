"""What a plan may say beyond offices and links: years, who pays, second paths and failures, how far it is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd
import streamlit as st

from planner.i18n import _, ngettext
from planner.marks import colour_code, mark_of
from planner.ui.charts import number_axis
from planner.ui.text import literal
from planner.ui.widgets import chart, table
from planner.wording import number, scope_words, share, technology_heading

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from planner import Plan

_FAILURES = 10


def more_tabs(plan: Plan) -> dict[str, Callable[[Plan, str], None]]:
    """Return title and content of the tabs that a plan has something for; each is told the plan and the run's name."""
    tabs: dict[str, Callable[[Plan, str], None]] = {}
    if plan.phases:
        tabs[_("Years")] = show_years
    if plan.funders:
        tabs[_("Who pays")] = show_funders
    if plan.backups or plan.failures.every:
        tabs[_("Failures")] = show_failures
    if plan.as_built:
        tabs[_("As built")] = show_progress
    return tabs


def choose_year(plan: Plan, run: str) -> int | None:
    """Show the slider of years of a plan with phases, and return the year that the map is to show; None: the end."""
    years = [row["year"] for row in plan.phases]
    if len(years) < 2:
        return None
    return int(st.select_slider(_("Map at the end of"), years, value=years[-1], key=f"year-{run}"))


def second_path(plan: Plan, selected: str | None) -> list[str]:
    """Return the links of the second path of an office, if it has one."""
    return next(([step["link"] for step in one["path"]] for one in plan.backups if one["office"] == selected), [])


def show_years(plan: Plan, run: str) -> None:
    """Show what is connected and spent in each year of the programme."""
    currency = plan.scenario["currency"]
    st.header(_("Offices connected or upgraded, year by year"))
    gained = plan.offices[plan.offices["connected"] & (plan.offices["before"] != "adequate")]
    counted = gained.groupby(["year", "technology"]).size().rename("offices").reset_index()
    counted["year"] = counted["year"].astype(int).astype(str)
    names = sorted(counted["technology"].unique())
    years = [str(row["year"]) for row in plan.phases]
    counted["kind"] = counted["technology"].map(technology_heading)
    scale = alt.Scale(
        domain=[technology_heading(name) for name in names], range=[colour_code(mark_of(name).fill) for name in names]
    )
    bars = (
        alt.Chart(counted)
        .mark_bar()
        .encode(
            y=alt.Y("year:O", scale=alt.Scale(domain=years), axis=alt.Axis(title=None)),
            x=alt.X("sum(offices):Q", axis=alt.Axis(title=_("Offices"), tickMinStep=1)),
            color=alt.Color("kind:N", scale=scale, legend=alt.Legend(title=None, orient="top", labelLimit=250)),
            order=alt.Order("kind:N"),
        )
        .properties(height=alt.Step(34))
    )
    frame = counted.pivot_table(index="year", columns="kind", values="offices", fill_value=0).reset_index()
    chart(bars, frame.rename(columns={"year": _("Year")}), f"{run}-years")
    rows = pd.DataFrame(plan.phases)
    rows["year"] = rows["year"].astype(str)  # no figure: it has no thousands
    headings = {
        "year": _("Year"),
        "offices": _("Offices"),
        "people": _("People"),
        "limit": _("Limit ({currency})"),
        "carried_in": _("From before ({currency})"),
        "purchases": _("Purchases ({currency})"),
        "operation": _("Operation ({currency})"),
        "spent": _("Spent ({currency})"),
        "carried_out": _("Carried over ({currency})"),
        "lapsed": _("Lapsed ({currency})"),
    }
    table(_headed(rows, headings, currency), f"{run}-phases")
    text = _(
        "Each year pays its purchases, and a year of operation of everything that works in it. An office's benefit "
        "counts from its year on, discounted over the horizon: {year} counts in full, {last} as {share} of that."
    )
    first, last = plan.phases[0], plan.phases[-1]
    st.caption(literal(text.format(year=first["year"], last=last["year"], share=number(last["weight"], 3))))
    if plan.after_phases:
        text = _(
            "After the last phase, {first} to {last}, the funded years of operation take another {currency} {amount}; "
            "no limit of a phase covers them."
        )
        amount = sum(round(100 * row["operation"]) for row in plan.after_phases) / 100
        ends = {"first": plan.after_phases[0]["year"], "last": plan.after_phases[-1]["year"]}
        st.caption(literal(text.format(**ends, currency=currency, amount=number(amount))))


def show_funders(plan: Plan, run: str) -> None:
    """Show who pays how much, for what and where."""
    currency = plan.scenario["currency"]
    frame = pd.DataFrame(list(plan.funders))
    frame["terms"] = [_terms(funder) for funder in plan.funders]
    headings = {
        "name": _("Funder"),
        "terms": _("May pay for"),
        "amount": _("Amount ({currency})"),
        "paid": _("Paid ({currency})"),
        "capex": _("Purchases ({currency})"),
        "opex": _("Operation ({currency})"),
        "left": _("Left ({currency})"),
        "offices": _("Offices"),
        "people": _("People"),
    }
    table(_headed(frame, headings, currency), f"{run}-funders")
    parts = [
        {"funder": funder["name"], "what": technology_heading(part["technology"]), "paid": part["paid"]}
        for funder in plan.funders
        for part in funder["technologies"]
    ]
    if parts:
        names = {part["what"]: key["technology"] for part, key in zip(parts, _all_parts(plan), strict=True)}
        scale = alt.Scale(domain=list(names), range=[colour_code(mark_of(name).fill) for name in names.values()])
        bars = (
            alt.Chart(pd.DataFrame(parts))
            .mark_bar()
            .encode(
                y=alt.Y("funder:N", sort=[funder["name"] for funder in plan.funders], axis=alt.Axis(title=None)),
                x=alt.X("sum(paid):Q", axis=number_axis(_("Paid ({currency})").format(currency=currency))),
                color=alt.Color("what:N", scale=scale, legend=alt.Legend(title=None, orient="top", labelLimit=250)),
            )
            .properties(height=alt.Step(34))
        )
        drawn = pd.DataFrame(parts).rename(
            columns={
                "funder": _("Funder"),
                "what": _("Technology"),
                "paid": _("Paid ({currency})").format(currency=currency),
            }
        )
        chart(bars, drawn, f"{run}-paid")
    regions = [
        {
            _("Funder"): funder["name"],
            _("Region"): part["region"] or _("no region"),
            _("Paid ({currency})").format(currency=currency): part["paid"],
        }
        for funder in plan.funders
        for part in funder["regions"]
    ]
    if regions:
        st.header(_("By region"))
        table(pd.DataFrame(regions), f"{run}-paid-regions")


def show_failures(plan: Plan, run: str) -> None:
    """Show second paths, and which single failures cut off most people."""
    if plan.backups:
        st.header(_("Offices with a second path"))
        st.caption(_("Choose a row: the map marks its second path."))
        bought = set(plan.backup_links["id"])
        names = dict(zip(plan.offices["id"], plan.offices["name"], strict=True))
        paths = [[step["link"] for step in backup["path"]] for backup in plan.backups]
        ids = [backup["office"] for backup in plan.backups]
        frame = pd.DataFrame(
            {
                _("Office"): ids,
                _("Name"): [names[one] for one in ids],
                _("Second path"): [" → ".join(path) for path in paths],
                _("Links bought for it"): [len(bought.intersection(path)) for path in paths],
            }
        )
        table(frame, f"{run}-backups", ids=ids)
    st.header(_("Single failures that cut off most people"))
    worst = plan.failures.every[:_FAILURES]
    frame = pd.DataFrame(
        {
            _("What fails"): [failure.words for failure in worst],
            _("Offices cut off"): [failure.offices for failure in worst],
            _("People cut off"): [failure.people for failure in worst],
        }
    )
    if plan.backups:
        frame[_("Offices without second paths")] = [failure.offices_without for failure in worst]
        frame[_("People without second paths")] = [failure.people_without for failure in worst]
    table(frame, f"{run}-failures")


def show_progress(plan: Plan, run: str) -> None:
    """Show how far the plan is built, and what was measured."""
    currency = plan.scenario["currency"]
    statuses = {"planned": _("planned"), "contracted": _("contracted"), "built": _("built"), "working": _("working")}
    frame = pd.DataFrame(
        {
            _("Part of the plan"): [_part(row) for row in plan.progress],
            _("Status"): [statuses[row["status"]] for row in plan.progress],
            _("Offices"): [row["offices"] for row in plan.progress],
            _("People"): [row["people"] for row in plan.progress],
            _("Purchases ({currency})").format(currency=currency): [row["capex"] for row in plan.progress],
        }
    )
    table(frame, f"{run}-progress")
    st.header(_("Links that are contracted, built or working"))
    frame = pd.DataFrame(
        {
            _("Link"): [row["link"] for row in plan.as_built],
            _("Status"): [statuses[row["status"]] for row in plan.as_built],
            _("Funder"): [row["funder"] for row in plan.as_built],
            _("Measured (Mbit/s)"): [row["mbps"] for row in plan.as_built],
            _("Load (Mbit/s)"): [row["load_mbps"] for row in plan.as_built],
        }
    )
    table(frame, f"{run}-as-built", ids=frame[_("Link")].tolist())


def _headed(rows: pd.DataFrame, headings: Mapping[str, str], currency: str) -> pd.DataFrame:
    return rows[list(headings)].rename(
        columns={name: text.format(currency=currency) for name, text in headings.items()}
    )


def _all_parts(plan: Plan) -> list[dict[str, Any]]:
    return [part for funder in plan.funders for part in funder["technologies"]]


def _terms(funder: Mapping[str, Any]) -> str:
    """Return what a funder may pay for."""
    told = scope_words(funder["scope"]) or [_("anywhere")]
    if funder["cost_kinds"] == ["capex"]:
        told.append(_("purchases only"))
    else:
        text = ngettext(
            "purchases and {n} year of operation", "purchases and {n} years of operation", funder["opex_years"]
        )
        if "capex" not in funder["cost_kinds"]:
            text = ngettext("operation of {n} year only", "operation of {n} years only", funder["opex_years"])
        told.append(text.format(n=funder["opex_years"]))
    if funder["match"] < 1:
        told.append(_("at most {share} of each cost").format(share=share(funder["match"], 1)))
    return "; ".join(told)


def _part(row: Mapping[str, Any]) -> str:
    """Return the part of the plan that a row of its progress adds up."""
    if row["by"] == "all":
        return _("everything")
    if row["by"] == "region":
        return _("region {name}").format(name=row["group"]) if row["group"] else _("no region")
    return _("funder {name}").format(name=row["group"]) if row["group"] else _("no funder")
