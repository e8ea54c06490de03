"""Two to four runs side by side: figures, what differs office by office on a map, frontiers overlaid."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from planner.errors import PlannerError
from planner.i18n import _, language
from planner.jobs import errand_answer, errand_state, start_errand
from planner.ui.address import asked, follow, note
from planner.ui.charts import frontier_chart
from planner.ui.comparison import offer_comparison
from planner.ui.frontiers import frontier_of
from planner.ui.map import show_map
from planner.ui.runs import kind_of, open_plan
from planner.ui.session import read_only
from planner.ui.study_maps import difference_legend, difference_map
from planner.ui.text import literal
from planner.ui.tiles import gained
from planner.ui.watching import watch_errand
from planner.ui.widgets import TABLE_HEIGHT_PX, table
from planner.wording import figure, measure_name, nearness, number, technology_heading

if TYPE_CHECKING:
    from pathlib import Path

    from planner import Plan
    from planner.ui.frame import Here

_MOST = 4
_ROW_PX = 35


def show(here: Here) -> None:
    """Show the runs that are chosen side by side."""
    st.title(_("Compare"))
    runs = {name: run for name, run in here.runs.items() if (run / "plan.json").exists()}
    if len(runs) < 2:
        st.info(_("Two runs with a plan are needed. Solve the scenario with another budget on the page “Scenario”."))
        return
    plans = _plans(runs, _choose(here, runs))
    if len(plans) < 2:
        st.info(_("Choose two to four runs."))
        return
    _figures(plans)
    first, *others = plans
    with_map, with_frontiers, with_settings, with_report = st.tabs(
        [_("Map of differences"), _("Frontiers"), _("Settings"), _("Report")]
    )
    second = others[0]
    if len(others) > 1:
        second = with_map.segmented_control(
            _("Difference from “{name}” to").format(name=first), others, default=others[0], required=True, key="second"
        )
    compared = _compared(here, runs[first], runs[second])
    with with_map:
        _differences(compared, plans[first], plans[second], runs[second])
    with with_frontiers:
        _frontiers(here, runs, plans)
    with with_settings:
        _settings(compared, first, second)
    with with_report:
        offer_comparison(here, [runs[name] for name in plans])


def _choose(here: Here, runs: dict[str, Path]) -> list[str]:
    """Return the names that are chosen, which the address keeps; first the run on screen and the newest other."""
    named = [name for name in (asked("with") or "").split("~") if name in runs]
    current = here.run.name if here.run is not None and here.run.name in runs else next(iter(runs))
    others = sorted((name for name in runs if name != current), key=lambda name: kind_of(runs[name]) == "risk")
    now = named or [current, *others[:1]]
    follow("compared", now)
    st.multiselect(
        _("Runs; the first is what the others differ from"),
        list(runs),
        max_selections=_MOST,
        key="compared",
        placeholder=_("Choose runs"),
        on_change=lambda: note(**{"with": "~".join(st.session_state["compared"])}),
    )
    return now


def _plans(runs: dict[str, Path], names: list[str]) -> dict[str, Plan]:
    plans = {}
    for name in names:
        try:
            plan = open_plan(runs[name])
        except PlannerError as error:
            st.error(literal(str(error)))
            continue
        if plan.outcome.value is None:
            st.warning(literal(_("“{name}” ended without a plan.").format(name=name)))
        else:
            plans[name] = plan
    return plans


def _figures(plans: dict[str, Plan]) -> None:
    rows: dict[str, list[str]] = {
        _("Scenario"): [plan.scenario["name"] for plan in plans.values()],
        _("Currency and price year"): [
            f"{plan.scenario['currency']} {plan.scenario['price_year']}" for plan in plans.values()
        ],
        _("Budget"): [number(plan.budget["limit"]) if plan.budget else "–" for plan in plans.values()],
        _("Offices gained"): [number(gained(plan)) for plan in plans.values()],
        _("People within reach"): [number(plan.totals["people"]) for plan in plans.values()],
        _("Benefit"): [figure(plan.benefit) for plan in plans.values()],
        _("First purchase (capex)"): [number(plan.totals["capex"]) for plan in plans.values()],
        _("Operation per year (opex)"): [number(plan.totals["opex_per_year"]) for plan in plans.values()],
        _("Programme cost"): [number(plan.totals["programme_cost"]) for plan in plans.values()],
        _("Present value"): [number(plan.totals["present_value"]) for plan in plans.values()],
        _("Against the best plan"): [
            "?" if plan.gap is None else nearness(plan.gap, least=plan.outcome.sense == "min")
            for plan in plans.values()
        ],
    }
    frame = pd.DataFrame(rows, index=list(plans)).T.rename_axis(_("Measure")).reset_index()
    table(frame, "compared-figures", height=_ROW_PX * (len(frame) + 1) + 3)


def _compared(here: Here, first: Path, second: Path) -> dict[str, Any] | None:
    """Return what “planner compare” finds; None while it is at work."""
    told = "\n".join(f"{run} {(run / 'plan.json').stat().st_mtime_ns}" for run in (first, second))
    folder = here.session.errands / f"compare-{hashlib.sha256(told.encode()).hexdigest()[:24]}-{language()}"
    state = errand_state(folder)
    if state is None and not read_only():
        start_errand(folder, ["compare", str(first), str(second)])
        state = "running"
    if state == "running":
        watch_errand(folder, _("Comparing …"))
        return None
    found = errand_answer(folder)
    if "error" in found:
        st.error(literal(found["message"]))
        return None
    compared: list[dict[str, Any]] = found.get("compared", [])
    return compared[0] if compared else None


def _differences(compared: dict[str, Any] | None, first: Plan, second: Plan, run: Path) -> None:
    if compared is None:
        return
    changes = compared["offices"]
    words = {"added": _("added"), "dropped": _("dropped"), "changed": _("technology or way changed")}
    counts = [sum(change["change"] == kind for change in changes) for kind in words]
    st.write(
        _(
            "From the first run to the second: {added} offices added, {dropped} dropped, {changed} served otherwise."
        ).format(added=number(counts[0]), dropped=number(counts[1]), changed=number(counts[2]))
    )
    places = {
        row["id"]: (row["lon"], row["lat"]) for plan in (first, second) for row in plan.offices.to_dict("records")
    }
    on_map, legend = st.columns([4, 1])
    with on_map:
        show_map(
            difference_map(changes, places, second, run),
            "difference-map",
            _("Map of the {n} offices that differ; the table below lists them.").format(n=number(len(changes))),
        )
    legend.html(difference_legend())
    rows = pd.DataFrame(
        {
            _("Office"): [change["id"] for change in changes],
            _("Name"): [change["name"] for change in changes],
            _("Region"): [change["region"] for change in changes],
            _("Change"): [words[change["change"]] for change in changes],
            _("First run"): [change["first"] and technology_heading(change["first"]) for change in changes],
            _("Second run"): [change["second"] and technology_heading(change["second"]) for change in changes],
            _("People within reach"): [change["people"] for change in changes],
            _("Why"): [change["reason"] for change in changes],
        }
    )
    if changes:
        table(rows, "compared-offices", height=TABLE_HEIGHT_PX)
    money = pd.DataFrame(
        [
            {
                _("Technology"): technology_heading(name),
                _("Measure"): measure_name(row["name"]),
                _("First run"): row["first"],
                _("Second run"): row["second"],
                _("Difference"): row["difference"],
            }
            for name, rows in compared["technologies"].items()
            for row in rows
        ]
    )
    st.header(_("Money by technology"))
    table(money, "compared-technologies")


def _frontiers(here: Here, runs: dict[str, Path], plans: dict[str, Plan]) -> None:
    found = {}
    for name in plans:
        frontier = frontier_of(here, runs[name])
        if frontier is not None:
            found[name] = frontier
    currencies = {frontier["scenario"]["currency"] for frontier in found.values()}
    if not found:
        st.write(_("No frontier is known for these runs; the page “Scenario” computes one."))
    elif len(currencies) > 1:
        st.write(_("These runs are in different currencies: their frontiers cannot be drawn on one axis."))
    else:
        frontier_chart(found, "compared-frontiers")


def _settings(compared: dict[str, Any] | None, first: str, second: str) -> None:
    if compared is None:
        return
    if not compared["settings"] and not compared["inputs"]:
        st.write(_("The two scenarios say the same."))
    settings = compared["settings"]
    frame = pd.DataFrame(
        {
            _("Field"): [setting["field"] for setting in settings],
            first: [str(setting["first"]) for setting in settings],
            second: [str(setting["second"]) for setting in settings],
        }
    )
    if len(frame):
        table(frame, "compared-settings")
    for file in compared["inputs"]:
        st.caption(literal(_("Another input: {file}").format(file=file)))
