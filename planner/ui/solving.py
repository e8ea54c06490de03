"""A budget field that starts a detached solve, and the watch over a run at work."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from planner.i18n import _
from planner.jobs import read_events, request_cancel, run_state, start_detached
from planner.ui.figures import gap_in_words, money

if TYPE_CHECKING:
    from pathlib import Path

    from planner import Plan


def budget_form(plan: Plan, run_dir: Path) -> None:
    """Show the budget and solve again with another one."""
    budget = plan.budgets[0]
    currency = plan.scenario["currency"]
    with st.form("budget"):
        amount = st.number_input(
            _("Budget ({currency})").format(currency=currency),
            min_value=0,
            value=round(budget["limit"]),
            step=max(round(budget["limit"] / 20, -3), 1000),
            help=_("What the programme may cost: purchases and the funded years of operation."),
        )
        st.caption(money(amount, currency))
        if st.form_submit_button(_("Solve with this budget"), type="primary"):
            st.query_params["run"] = _start(run_dir, str(budget["name"]), int(amount))
            st.rerun()


@st.fragment(run_every=0.5)
def watch(run_dir: Path) -> None:
    """Show a run at work, with cancel; the page is drawn anew when it ends."""
    if run_state(run_dir) not in {"running", None}:
        st.rerun()
    last = _last_figures(read_events(run_dir))
    st.subheader(_("Solving"))
    st.write(last["message"] or _("Starting"))
    if last["gap"] is not None:
        st.write(gap_in_words("feasible", last["gap"]))
    st.progress(last["share"] or 0.0, text=_("{seconds:.0f} s so far").format(seconds=last["seconds"]))
    if (run_dir / "cancel").exists():
        st.write(_("Cancelling: the best plan so far is kept."))
    elif st.button(_("Cancel"), key="cancel"):
        request_cancel(run_dir)


def _last_figures(events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the newest event with the last message and gap that were told."""
    latest = {"seconds": 0.0, "share": None, **(events[-1] if events else {})}
    for key in ("message", "gap"):
        latest[key] = next((event[key] for event in reversed(events) if event[key]), None)
    return latest


def _start(run_dir: Path, budget: str, amount: int) -> str:
    """Start a solve of the same scenario with another budget; return the name of its run folder."""
    record = json.loads((run_dir / "inputs.json").read_text(encoding="utf-8"))
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S-%f")
    new = run_dir.parent / f"{run_dir.name.partition('@')[0]}@{amount}-{stamp}"
    root = ["--data-root", record["data_root"]] if record["data_root"] else []
    start_detached(new, ["solve", record["scenario_file"], "--budget", f"{budget}={amount}", *root])
    return new.name
