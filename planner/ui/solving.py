"""A budget field that starts a detached solve, and the watch over a run at work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from planner.errors import PlannerError
from planner.i18n import _
from planner.jobs import again, changed_inputs, read_events, request_cancel, run_state, start_detached
from planner.ui.address import use_address_language
from planner.ui.text import literal
from planner.wording import labelled, money, number, so_far

if TYPE_CHECKING:
    from pathlib import Path

    from planner import Plan
    from planner.errors import Problem

_CANCEL = "cancel"
_WISH = "another_budget"


@dataclass(frozen=True)
class _Wish:
    """Another budget that was asked for, kept in the session until it is agreed on what the plan would rest."""

    run_dir: Path
    amount: int
    command: list[str]
    changes: list[Problem]


def budget_form(plan: Plan, run_dir: Path) -> None:
    """Show the budget and solve again with another one; a plan without budget has none to change."""
    budget, currency = plan.budget, plan.scenario["currency"]
    if budget is None:
        return
    limit = round(budget["limit"])
    with st.form("budget"):
        amount = st.number_input(
            _("Budget ({currency})").format(currency=currency),
            min_value=0,
            value=limit,
            step=10 ** max(len(str(limit)) - 2, 0),
            help=_("What the programme may cost: purchases and the funded years of operation."),
        )
        st.caption(_("Now: {amount}").format(amount=literal(money(100 * budget["limit"], currency))))
        asked = st.form_submit_button(_("Solve with this budget"), type="primary", width="stretch")
    if asked:
        st.session_state.pop(_WISH, None)
        try:
            command = again(run_dir, str(budget["name"]), int(amount))
            st.session_state[_WISH] = _Wish(run_dir, int(amount), command, changed_inputs(run_dir, plan))
        except PlannerError as error:
            st.error(literal(str(error)))
    wish = st.session_state.get(_WISH)
    if wish and wish.run_dir == run_dir and _agreed(wish.changes):
        del st.session_state[_WISH]
        _start_and_show(_next_name(run_dir, wish.amount), wish.command)


def _agreed(changes: list[Problem]) -> bool:
    """Ask whether to solve on other inputs than the plan on screen, for then the two differ by more than money."""
    if not changes:
        return True
    lines = [f"- {literal(labelled(change.file or '', change.message))}" for change in changes]
    st.warning("\n".join([_("The new plan would rest on other inputs than this one:"), "", *lines]))
    return all(change.code != "missing-file" for change in changes) and st.button(
        _("Solve with the inputs as they are now")
    )


def offer_demonstration(home: Path) -> None:
    """Offer to make and solve the synthetic country, where there is no run yet."""
    if st.button(_("Make and solve an example"), type="primary"):
        _start_and_show(home / "demo", ["demo"])


@st.fragment(run_every=0.5)
def watch(run_dir: Path) -> None:
    """Show a run at work, with cancel; the page is drawn anew when it ends."""
    # A fragment runs by itself, in a thread that knows no language yet.
    use_address_language()
    if run_state(run_dir) != "running":
        st.rerun()
    events = read_events(run_dir)
    st.subheader(_("Solving"))
    st.write(literal(_latest(events, "message") or _("Starting")))
    gap = _latest(events, "gap")
    if gap is not None:
        value, bound = _latest(events, "incumbent"), _latest(events, "bound")
        st.write(literal(so_far(gap, least=value is not None and bound is not None and bound < value)))
    share = events[-1]["share"]
    if share is not None:
        st.progress(share)
    elapsed = (datetime.now(UTC) - datetime.fromisoformat(events[0]["time"])).total_seconds()
    st.caption(_("{seconds} s so far").format(seconds=number(elapsed)))
    if (run_dir / _CANCEL).exists():
        st.write(_("Cancelling: the best plan so far is kept."))
    else:
        st.button(_("Cancel"), key="cancel", on_click=request_cancel, args=(run_dir,))


def _latest(events: list[dict[str, Any]], key: str) -> Any:
    """Return what was told last."""
    return next((event[key] for event in reversed(events) if event[key] not in {None, ""}), None)


def _start_and_show(run_dir: Path, arguments: list[str]) -> None:
    try:
        start_detached(run_dir, arguments)
    except PlannerError as error:
        st.error(literal(str(error)))
        return
    st.query_params["run"] = run_dir.name
    st.rerun()


def _next_name(run_dir: Path, amount: int) -> Path:
    """Return a folder beside a run that says whose scenario and which budget it is for."""
    stem = f"{run_dir.name.partition('-budget-')[0]}-budget-{amount}"
    names = [stem, *(f"{stem}-{count}" for count in range(2, 1000))]
    return next(path for path in (run_dir.with_name(name) for name in names) if not path.exists())
