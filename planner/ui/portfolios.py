"""One budget for several countries: asked for from their frontiers, found by the command, shown budget by budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd
import streamlit as st
import yaml

from planner.errors import InputError
from planner.files import write_whole
from planner.i18n import LANGUAGES, _, language
from planner.jobs import run_state
from planner.portfolio_words import next_words, unspent_words, what_counts, whose_data, without_next
from planner.ui.address import asked, follow, go, note
from planner.ui.amounts import typed_amount
from planner.ui.charts import number_axis
from planner.ui.offered import offer_file
from planner.ui.runs import kind_of, new_run_folder, open_document, start_run
from planner.ui.screens.plan import show_end_without_result
from planner.ui.session import read_only
from planner.ui.text import literal
from planner.ui.watching import watch
from planner.ui.widgets import chart, table
from planner.wording import figure, labelled, money, money_short, nearness, number

if TYPE_CHECKING:
    from pathlib import Path

    from planner.errors import Problem
    from planner.ui.frame import Here

_STEPS = 10
"""Budgets that are shared out, in equal steps up to the largest."""
_MOST_COUNTRIES = 12
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#999999")
"""Of Okabe and Ito; the last one is for all countries that have none of their own."""


def show_portfolios(here: Here) -> None:
    """Show how a budget is shared out among countries, and offer to share another one out."""
    st.header(_("Where the next money goes"))
    runs = {run.name: run for run in here.runs.values() if kind_of(run) == "portfolio"}
    if runs:
        run = _choose(runs)
        state = run_state(run)
        if state == "running":
            watch(run)
        elif (run / "portfolio.json").exists():
            _show(open_document(run / "portfolio.json"), run)
        else:
            show_end_without_result(run, state)
    else:
        st.write(
            _(
                "One budget for several countries is shared out so that all plans together bring most; the frontier of "
                "each country says what its part buys."
            )
        )
    if not read_only():
        with st.expander(_("Share a budget out among countries"), expanded=not runs):
            _ask(here)


def _choose(runs: dict[str, Path]) -> Path:
    wanted = asked("portfolio")
    current = wanted if wanted in runs else next(iter(runs))
    follow("portfolio", current)
    if len(runs) > 1:
        st.selectbox(
            _("Shared budget"),
            list(runs),
            key="portfolio",
            on_change=lambda: note(portfolio=st.session_state["portfolio"]),
        )
    return runs[current]


def _ask(here: Here) -> None:
    """Ask for countries, rates and the largest budget, and start the command."""
    found = {
        run.name: open_document(run / "frontier.json")
        for run in here.runs.values()
        if (run / "frontier.json").exists() and kind_of(run) == "frontier"
    }
    if len(found) < 2:
        st.write(_("Two countries with a frontier are needed; the page “Scenario” computes one."))
        st.button(_("Scenario"), on_click=go, args=("scenario",), key="portfolio-to-scenario")
        return
    names = st.multiselect(
        _("Countries"),
        list(found),
        default=list(found)[:2],
        format_func=lambda name: labelled(_title(found[name], name), name),
        max_selections=_MOST_COUNTRIES,
        placeholder=_("Choose frontiers"),
        key="portfolio-countries",
    )
    if len(names) < 2:
        st.caption(_("Choose at least two."))
        return
    stamp = "~".join(names)
    with st.form(f"portfolio-{stamp}", border=False):
        title, code, largest = st.columns([3, 1, 2])
        called = title.text_input(_("Name"), _("Shared budget"), max_chars=80)
        first = found[names[0]]["scenario"]["currency"]
        currency = code.text_input(_("Currency"), first, max_chars=3)
        together = sum(found[name]["budget"]["connect_all"] for name in names)
        same = all(found[name]["scenario"]["currency"] == first for name in names)
        most = largest.number_input(
            _("Largest budget"),
            min_value=1.0,
            value=float(round(together)) if same else None,
            step=float(10 ** max(len(str(round(together))) - 2, 0)),
            format="%.0f",
            help=_("Ten budgets in equal steps up to this one are shared out."),
        )
        rows = st.data_editor(
            pd.DataFrame(
                {
                    "run": names,
                    _("Country"): _different([_title(found[name], name) for name in names], names),
                    _("Currency"): [found[name]["scenario"]["currency"] for name in names],
                    _("Exchange rate"): [None if not same else 1.0 for _name in names],
                    _("Source of the rate"): ["" for _name in names],
                    _("At least"): ["" for _name in names],
                    _("At most"): ["" for _name in names],
                }
            ),
            hide_index=True,
            disabled=["run", _("Currency")],
            column_config={"run": None, _("Exchange rate"): st.column_config.NumberColumn(min_value=0.0)},
            placeholder="–",
            key=f"portfolio-rows-{stamp}",
        )
        st.caption(
            _(
                "Exchange rate: what one unit of the country's currency is worth in that of the budget. At least, at "
                "most: an amount, or a share of the budget such as 20 %."
            )
        )
        pressed = st.form_submit_button(_("Share it out"), type="primary")
    if pressed and most is None:
        st.error(_("Say the largest budget."))
    elif pressed and most is not None:
        _start(here, called or _("Shared budget"), (currency or first).upper(), float(most), rows)


def _title(frontier: dict[str, Any], run: str) -> str:
    return str(frontier["scenario"].get("name") or run)


def _different(titles: list[str], runs: list[str]) -> list[str]:
    """Return titles of which no two are alike: those that are have the name of the run beside them."""
    return [
        title if titles.count(title) == 1 else labelled(title, run) for title, run in zip(titles, runs, strict=True)
    ]


def _start(here: Here, called: str, currency: str, most: float, rows: pd.DataFrame) -> None:
    """Write the portfolio file into the session's folder, and start the command on it."""
    countries, faults = _asked_of(here, currency, rows)
    if faults:
        st.error("  \n".join(literal(str(fault)) for fault in faults))
        return
    run_dir = new_run_folder(here.session, f"{called}-portfolio")
    file = here.session.folder / "portfolios" / f"{run_dir.name}.yaml"
    document = {"schema_version": 1, "name": called, "currency": currency, "countries": countries}
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, yaml.safe_dump(document, allow_unicode=True, sort_keys=False))
    budgets = [f"--budget={most * step / _STEPS:.2f}" for step in range(1, _STEPS + 1)]
    report = ["--report", str(_report(run_dir, language()))]
    if start_run(run_dir, ["portfolio", str(file), *budgets, *report]):
        note(portfolio=run_dir.name)
        st.rerun()


def _asked_of(here: Here, currency: str, rows: pd.DataFrame) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Return the countries as the portfolio file has them, and what is wrong with their least and most money."""
    countries: list[dict[str, Any]] = []
    faults: list[Problem] = []
    for run, name, own, rate, source, least, most in rows.itertuples(index=False):
        country: dict[str, Any] = {"name": str(name or run), "run": str(here.runs[run])}
        if own != currency and pd.notna(rate):
            country["rate"] = float(rate)
        if source:
            country["rate_source"] = str(source)
        for key, heading, cell in (("least", _("At least"), least), ("most", _("At most"), most)):
            text = "" if pd.isna(cell) else str(cell).strip()
            try:
                country |= {key: typed_amount(text, f"{country['name']}, {heading}", zero=True)} if text else {}
            except InputError as error:
                faults += error.problems
        countries.append(country)
    return countries, faults


def _report(run_dir: Path, of: str) -> Path:
    return run_dir / of / "portfolio.pdf"


def _show(document: dict[str, Any], run: Path) -> None:
    """Show one of the budgets, who gets what of it and of the step before, and all of them as a chart."""
    currency, budgets = document["currency"], document["budgets"]
    st.subheader(literal(document["name"]))
    if document["synthetic"]:
        st.warning(literal(whose_data(document["countries"])))
    st.caption(literal(what_counts(document["benefit_weights"])))
    for line in document["notes"]:
        st.caption(literal(line))
    amounts = [shared["budget"] for shared in budgets]
    chosen = amounts[len(amounts) // 2]
    if len(amounts) > 1:
        label = _("Budget ({currency})").format(currency=currency)
        chosen = st.select_slider(label, amounts, value=chosen, format_func=number, key=f"shared-{run.name}")
    at = amounts.index(chosen)
    shared, before = budgets[at], budgets[at - 1] if at else None
    if shared["conflict"] is not None:
        _conflict(shared["conflict"], currency)
    else:
        _tiles(shared, currency)
        _next(shared, currency)
        st.caption(_("“More than before”: what this budget adds to the one that is a step smaller."))
        table(_countries(shared, before, currency), f"{run.name}-countries")
        for line in without_next(shared, _("People per 1,000 more")):
            st.caption(literal(line))
    _chart(budgets, currency, run.name)
    for of in LANGUAGES:
        if _report(run, of).exists():
            offer_file(_report(run, of), of)


def _conflict(conflict: dict[str, Any], currency: str) -> None:
    text = _("This budget cannot be shared out: what the countries have to get exceeds it by {amount}.")
    lines = [text.format(amount=money(100 * conflict["missing"], currency, exact=True))]
    lines += [labelled(name, money(100 * least, currency, exact=True)) for name, least in conflict["least"]]
    st.error("  \n".join(map(literal, lines)))


def _tiles(shared: dict[str, Any], currency: str) -> None:
    tiles = (
        (_("Spent"), money_short(100 * shared["spent"], currency)),
        (_("Offices gained"), number(shared["offices"])),
        (_("People within reach"), number(shared["people"])),
        (_("Benefit"), figure(shared["value"])),
        (_("Against the best plan"), nearness(shared["gap"], least=False)),
    )
    for column, (label, text) in zip(st.columns(len(tiles), gap="small"), tiles, strict=True):
        column.metric(label, text, border=True, height="stretch")


def _next(shared: dict[str, Any], currency: str) -> None:
    """Say what stays unspent, and where the next money would go."""
    if unspent := unspent_words(shared, currency):
        st.caption(literal(unspent))
    if text := next_words(shared, currency):
        st.info(literal(text))


def _countries(shared: dict[str, Any], before: dict[str, Any] | None, currency: str) -> pd.DataFrame:
    """Return a row for each country: what it gets of a budget, and how much more than of the one before."""
    parts = shared["countries"]
    was = {part["name"]: part["spent"] for part in (before or {"countries": []})["countries"]}
    return pd.DataFrame(
        {
            _("Country"): [part["name"] for part in parts],
            _("Money ({currency})").format(currency=currency): [part["spent"] for part in parts],
            _("More than before ({currency})").format(currency=currency): [
                part["spent"] - was.get(part["name"], 0.0) for part in parts
            ],
            _("Share"): [part["spent"] / shared["budget"] for part in parts],
            _("Offices gained"): [part["offices"] for part in parts],
            _("People within reach"): [part["people"] for part in parts],
            _("People per 1,000 more"): [part["next"] and part["next"]["people_per_1000"] for part in parts],
        }
    )


def _chart(budgets: list[dict[str, Any]], currency: str, run: str) -> None:
    """Show what each country gets of each budget; those that get least of the largest share a colour."""
    rows = pd.DataFrame(
        [
            {"budget": shared["budget"], "country": part["name"], "money": part["spent"]}
            for shared in budgets
            for part in shared["countries"]
        ]
    )
    if rows.empty:
        return
    largest = rows.groupby("country")["money"].max().sort_values(ascending=False, kind="stable")
    own = list(largest.index) if len(largest) <= len(_COLOURS) else list(largest.index[: len(_COLOURS) - 1])
    rows["country"] = rows["country"].where(rows["country"].isin(own), _("others"))
    names = [*own, *([_("others")] if len(own) < len(largest) else [])]
    bars = (
        alt.Chart(rows)
        .mark_bar(stroke="white", strokeWidth=1)
        .encode(
            x=alt.X(
                "budget:O",
                axis=alt.Axis(
                    title=_("Budget ({currency})").format(currency=currency),
                    labelAngle=0,
                    labelExpr=number_axis("").labelExpr,
                    labelOverlap="greedy",
                ),
            ),
            y=alt.Y("sum(money):Q", axis=number_axis(_("Money ({currency})").format(currency=currency))),
            color=alt.Color(
                "country:N",
                scale=alt.Scale(domain=names, range=list(_COLOURS[: len(names)])),
                legend=alt.Legend(title=None, orient="top", labelLimit=250),
            ),
            order=alt.Order("rank:Q"),
        )
        .transform_calculate(rank=f"indexof({names!r}, datum.country)")
        .properties(height=320)
    )
    headings = {
        "budget": _("Budget ({currency})").format(currency=currency),
        "country": _("Country"),
        "money": _("Money ({currency})").format(currency=currency),
    }
    chart(bars, rows.rename(columns=headings), f"{run}-shared")
