"""The start: a solved example before any form, three ways on, and a tour of four steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from planner.i18n import _
from planner.jobs import run_state
from planner.ui.address import go, note
from planner.ui.frame import page_name
from planner.ui.map import show_map
from planner.ui.plan_maps import description, legend, plan_map
from planner.ui.runs import new_run_folder, open_plan, start_run
from planner.ui.screens.plan import warnings
from planner.ui.session import read_only
from planner.ui.starter import offer_starter
from planner.ui.text import literal
from planner.ui.tiles import show_tiles, verdict
from planner.ui.watching import watch

if TYPE_CHECKING:
    from pathlib import Path

    from planner.ui.frame import Here

_HEIGHT_PX = 330


def show(here: Here) -> None:
    """Show what the program does on an example, and where to go."""
    st.title(_("Which post offices to connect, with what, within which budget"))
    st.caption(
        _(
            "PostLink Planner finds the plan that reaches most people for the money, proves how near it is to the best "
            "possible one, and says why each office is in or out."
        )
    )
    left, right = st.columns([5, 3])
    with left:
        _example(here)
    with right:
        _ways_on(here)
    _tour()


def _example(here: Here) -> None:
    run = here.run
    if run is None:
        text = _("There is no run here yet. Make and solve a small synthetic country to see what a plan looks like.")
        st.info(_("There is no run here yet.") if read_only() else text)
        return
    state = run_state(run)
    if state == "running":
        watch(run)
    elif (run / "plan.json").exists():
        _show_solved(run)
    else:
        st.info(_("This run has no plan. Choose another one above."))


def _show_solved(run: Path) -> None:
    plan = open_plan(run)
    st.header(literal(plan.scenario["name"]))
    warnings(plan)
    st.caption(
        literal(
            _("Amounts in {currency} at prices of {year}. {verdict}").format(
                currency=plan.scenario["currency"], year=plan.scenario["price_year"], verdict=verdict(plan)
            )
        )
    )
    if plan.outcome.value is None:
        return
    show_tiles(plan, short=True)
    show_map(plan_map(plan, run), f"start-map-{run.name}", description(plan), height=_HEIGHT_PX)
    st.html(legend(plan))


def _ways_on(here: Here) -> None:
    with st.container(border=True):
        st.header(_("Explore the example"))
        st.write(
            _("Click offices and links on the map, see why each is in the plan, and what a little more would buy.")
        )
        if here.run is not None:
            st.button(_("Open the plan"), type="primary", width="stretch", key="explore", on_click=go, args=("plan",))
        elif not read_only():
            make_example(here)
    with st.container(border=True):
        st.header(_("Load my country"))
        st.write(_("Upload your list of offices as it is; the program says row by row what to mend."))
        st.button(_("Go to the data"), width="stretch", key="load", on_click=go, args=("data",))
        if not read_only():
            with st.expander(_("No list of offices at hand?"), expanded=st.session_state.get("starter") is not None):
                offer_starter(here.session, here.language)
    with st.container(border=True):
        st.header(_("Open a run"))
        st.write(_("Every run stays where it was made; come back to it at any time."))
        names = [name for name, run in here.runs.items() if (run / "plan.json").exists()]
        if names:
            st.selectbox(_("A run with a plan"), names, key="open-run", label_visibility="collapsed")
            st.button(
                _("Open this run"),
                width="stretch",
                key="open",
                on_click=lambda: go("plan", run=st.session_state["open-run"], selected=None),
            )


def make_example(here: Here) -> None:
    """Offer to make and solve the synthetic country."""
    if st.button(_("Make and solve an example"), type="primary", width="stretch", key="make-example"):
        run_dir = new_run_folder(here.session, "example")
        if start_run(run_dir, ["demo", "--offices", "60"]):
            note(run=run_dir.name)
            st.rerun()


def _tour() -> None:
    steps = {
        "data": _("Load offices, fibre nodes and terrain; mend the rows that the check points at."),
        "scenario": _("Set the budget and the rules; see at once what another budget would buy, then solve exactly."),
        "plan": _("Read the plan on the map; ask any office or link for its reasons and its costs."),
        "export": _("Take it away as a proposal, a workbook, maps and data, in English or French."),
    }
    st.header(_("The way in four steps"))
    for number, (column, (page, text)) in enumerate(zip(st.columns(4), steps.items(), strict=True), 1):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{number}. {page_name(page)}**")
            st.caption(text)
            st.button(_("Go to “{page}”").format(page=page_name(page)), key=f"tour-{page}", on_click=go, args=(page,))
