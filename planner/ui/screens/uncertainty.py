"""Uncertainty: what prices and demand may do to the plan; bands, never lone figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd
import streamlit as st

from planner.i18n import _
from planner.jobs import run_state
from planner.price_words import drawn_name, price_group
from planner.risk_words import benefit_words, with_bars
from planner.ui.charts import number_axis
from planner.ui.edits import Edits
from planner.ui.frontiers import same_question
from planner.ui.map import show_map
from planner.ui.runs import kind_of, new_run_folder, open_document, start_run
from planner.ui.screens.plan import plan_or_state, show_end_without_result, warnings
from planner.ui.session import read_only
from planner.ui.study_maps import robustness_legend, robustness_map
from planner.ui.text import literal
from planner.ui.watching import watch
from planner.ui.widgets import TABLE_HEIGHT_PX, chart, table
from planner.wording import measure_name, money, money_short, number, sentence, share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from planner import Plan
    from planner.ui.frame import Here

_WIDEST = 12


def show(here: Here) -> None:
    """Show the study of the run that is chosen, or offer to make it."""
    plan = plan_or_state(here)
    if plan is None:
        return
    assert here.run is not None
    st.title(_("Uncertainty"))
    st.caption(
        literal(
            _("{name}. Amounts in {currency} at prices of {year}.").format(
                name=plan.scenario["name"], currency=plan.scenario["currency"], year=plan.scenario["price_year"]
            )
        )
    )
    warnings(plan)
    study = _study_of(here, plan, here.run)
    if study is not None and run_state(study) == "running":
        watch(study)
    elif study is not None and (study / "risk.json").exists():
        _show_study(open_document(study / "risk.json"), plan, study)
    else:
        if study is not None:
            show_end_without_result(study, run_state(study))
        _offer(here)


def _study_of(here: Here, plan: Plan, run_dir: Path) -> Path | None:
    """Return the newest study of the same scenario and budget; that at work, if there is one."""
    if (run_dir / "risk.json").exists():
        return run_dir
    studies = [run for run in here.runs.values() if kind_of(run) == "risk"]
    for run in studies:
        if run_state(run) == "running" and same_question(run, run_dir):
            return run
    for run in studies:
        document = run / "risk.json"
        if document.exists() and open_document(document)["scenario"]["hash"] == plan.scenario["hash"]:
            return run
    return None


def _offer(here: Here) -> None:
    assert here.run is not None
    st.write(
        _(
            "Prices and demand are known within ranges. A study draws them many times, and tells how often the plan "
            "stays within its budget, which figures matter most, and which offices are in whatever they are."
        )
    )
    if read_only():
        return
    with st.form("risk"):
        draws = st.select_slider(_("Draws"), (20, 50, 100, 200, 500), value=50)
        again = st.checkbox(_("Look for the best plan of each draw too (takes minutes)"))
        pressed = st.form_submit_button(_("Start the study"), type="primary")
    if pressed:
        run_dir = new_run_folder(here.session, f"{here.run.name}-risk")
        arguments = Edits(here).save(run_dir.name, with_wishes=False)
        options = ["--draws", str(draws), *(["--reoptimise"] if again else [])]
        if start_run(run_dir, ["risk", *arguments, *options]):
            st.rerun()


def _show_study(risk: dict[str, Any], plan: Plan, study: Path) -> None:
    currency, fixed, budget = risk["scenario"]["currency"], risk["fixed"], risk["budget"]
    cost = fixed[budget["measure"]]
    tiles = [
        (_("Stays within its budget"), share(fixed["within_budget_share"]), _("of the draws")),
        (
            _("Its cost, 9 of 10 draws"),
            f"{money_short(100 * cost['p05'], currency)} – {money_short(100 * cost['p95'], currency)}",
            measure_name(budget["measure"]),
        ),
        (
            _("Offices it keeps, 9 of 10 draws"),
            f"{number(fixed['offices_kept']['p05'])} – {number(fixed['offices_kept']['p95'])}",
            _("of {total}").format(total=number(risk["plan"]["offices"])),
        ),
    ]
    if risk["best"] is not None:
        regret = risk["best"]["regret"]
        tiles.append((_("Regret, 9 of 10 draws"), f"{number(regret['p05'])} – {number(regret['p95'])}", _("benefit")))
    for column, (label, text, beside) in zip(st.columns(len(tiles)), tiles, strict=True):
        column.metric(label, text, delta=beside, delta_color="off", delta_arrow="off", border=True, height="stretch")
    st.caption(
        _("{n} draws; between low and high of each figure, typical most likely.").format(n=number(risk["draws_done"]))
    )
    costs, widest, offices, ranges = st.tabs([_("Cost"), _("What matters most"), _("Office by office"), _("Ranges")])
    with costs:
        _costs(risk, study, currency)
    with widest:
        _tornado(risk, currency)
    with offices:
        _offices(risk, plan, study)
    with ranges:
        _ranges(risk, currency)


def _costs(risk: dict[str, Any], study: Path, currency: str) -> None:
    measure = risk["budget"]["measure"]
    draws = pd.read_csv(study / "risk.csv", usecols=[measure])
    title = _("{measure} ({currency})").format(measure=measure_name(measure), currency=currency)
    bars = (
        alt.Chart(draws)
        .mark_bar(color="#0072b2")
        .encode(
            x=alt.X(f"{measure}:Q", bin=alt.Bin(maxbins=25), axis=number_axis(title)),
            y=alt.Y("count():Q", axis=alt.Axis(title=_("Draws"), tickMinStep=1)),
        )
    )
    limit = alt.Chart(pd.DataFrame({"limit": [risk["budget"]["limit"]]})).mark_rule(
        color="#d55e00", strokeDash=[6, 3], strokeWidth=2
    )
    drawing = alt.layer(bars, limit.encode(x="limit:Q")).properties(height=300)
    chart(drawing, draws.rename(columns={measure: sentence(title)}), "risk-costs")
    st.caption(literal(_("Dashed: the budget, {limit}.").format(limit=money(100 * risk["budget"]["limit"], currency))))


def _tornado(risk: dict[str, Any], currency: str) -> None:
    if not risk["tornado"]:
        st.write(_("The study was cancelled before this was known."))
        return
    title = _("{measure} ({currency})").format(measure=measure_name(risk["budget"]["measure"]), currency=currency)
    base = alt.Chart(_ends(with_bars(risk["tornado"], _WIDEST))).encode(
        y=alt.Y("figure:N", sort=None, axis=alt.Axis(title=None, labelLimit=280))
    )
    bars = base.mark_bar(color="#56b4e9", height=14).encode(
        x=alt.X("low:Q", scale=alt.Scale(zero=False), axis=number_axis(title)), x2="high:Q"
    )
    ends = [
        base.mark_point(shape=shape, color="#003a5c", filled=True, size=60).encode(x=f"{side}:Q")
        for side, shape in (("low", "triangle-left"), ("high", "triangle-right"))
    ]
    line = alt.Chart(pd.DataFrame({"plan": [risk["plan"][risk["budget"]["measure"]]]})).mark_rule(color="#444")
    headings = {
        "figure": _("Figure"), "low": _("Cost at low"), "high": _("Cost at high"),
        "kept_low": _("Kept at low"), "kept_high": _("Kept at high"), "at_low": _("Low"), "at_high": _("High"),
    }  # fmt: skip
    every = _ends(risk["tornado"]).rename(columns=headings)
    chart(alt.layer(bars, *ends, line.encode(x="plan:Q")).properties(height=340), every, "tornado")
    st.caption(_("Each figure alone at its low (◄) and its high (►), all others typical; the line is the plan."))
    st.caption(_("Of the figures that change the cost, those are shown that do most to it or to the benefit kept."))
    for words in benefit_words(risk):
        st.caption(literal(words))


def _ends(tornado: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return what the plan costs and keeps with each figure at its low and at its high."""
    columns = [f"{of}{side}" for of in ("", "kept_", "at_") for side in ("low", "high")]
    names = [(name, side) for name in ("cost", "value_kept", "figure") for side in ("low", "high")]
    rows = [(drawn_name(row["name"]), *(row[side][name] for name, side in names)) for row in tornado]
    return pd.DataFrame(rows, columns=["figure", *columns])


def _offices(risk: dict[str, Any], plan: Plan, study: Path) -> None:
    column = "chosen_share" if risk["settings"]["reoptimised"] else "kept_share"
    text = (
        _("How often each office is in the best plan of a draw.")
        if column == "chosen_share"
        else _("How often the plan keeps each of its offices when the budget has to hold: the dearest go first.")
    )
    st.write(text)
    shares = {office["id"]: office[column] for office in risk["offices"] if office[column] is not None}
    on_map, legend = st.columns([4, 1])
    with on_map:
        show_map(
            robustness_map(plan, shares, study),
            "robustness",
            _("Map of {n} offices by how robust they are; the table below lists them.").format(n=number(len(shares))),
        )
    legend.html(robustness_legend())
    named = {office["id"]: office["name"] for office in risk["offices"]}
    frame = pd.DataFrame(
        {_("Office"): list(shares), _("Name"): [named[name] for name in shares], _("Share"): list(shares.values())}
    ).sort_values(_("Share"), ascending=False)
    table(frame, "robustness-offices", height=TABLE_HEIGHT_PX)


def _ranges(risk: dict[str, Any], currency: str) -> None:
    frame = pd.DataFrame(risk["figures"])[["name", "group", "unit", "low", "typical", "high"]]
    headings = [_("Figure"), _("Group"), _("Unit"), _("Low"), _("Typical"), _("High")]
    frame["name"] = frame["name"].map(drawn_name)
    frame["group"] = frame["group"].map(price_group)
    frame["unit"] = [_(unit).replace(_("currency"), currency) for unit in frame["unit"]]
    frame.columns = pd.Index(headings)
    table(frame, "ranges", height=TABLE_HEIGHT_PX)
