"""The watch over what is at work: runs and errands, in plain words, with cancel."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import streamlit as st

from planner.i18n import _
from planner.jobs import errand_state, read_events, request_cancel, run_state, seconds_at_work, stop_errand
from planner.ui.address import use_address_language
from planner.ui.runs import written_otherwise
from planner.ui.session import read_only
from planner.ui.text import literal
from planner.wording import number, so_far

if TYPE_CHECKING:
    from pathlib import Path

_CANCEL, _EVENTS = "cancel", "events.jsonl"
_PATIENCE_S, _LOOK_S = 3.0, 0.02
_ALIVE_S = 1.0
"""Between looks at a process that tells nothing."""


@st.fragment(run_every=0.5)
def watch(run_dir: Path) -> None:
    """Show a run at work, with cancel; the page is drawn anew when it ends."""
    # A fragment runs by itself, in a thread that knows no language yet.
    use_address_language()
    if run_state(run_dir) != "running":
        st.rerun()
    events = read_events(run_dir)
    st.header(_("Solving"))
    told = _latest(events, "message") if written_otherwise(run_dir) is None else _phase(events[-1]["phase"])
    st.write(literal(told or _("Starting")))
    gap = _latest(events, "gap")
    if gap is not None:
        value, bound = _latest(events, "incumbent"), _latest(events, "bound")
        st.write(literal(so_far(gap, least=value is not None and bound is not None and bound < value)))
    share = events[-1]["share"]
    if share is not None:
        st.progress(share)
    st.caption(_("{seconds} s so far").format(seconds=number(seconds_at_work(events))))
    if (run_dir / _CANCEL).exists():
        st.write(_("Cancelling: the best plan so far is kept."))
        _await_end(run_dir)
    elif not read_only():
        st.button(_("Cancel"), key=f"cancel-{run_dir.name}", on_click=request_cancel, args=(run_dir,))


def _await_end(run_dir: Path) -> None:
    """Wait for a run that was cancelled: whoever pressed the button waits too, and the next look is far off.

    The run needs the processor to write what it has: that its file of events has grown is all that is looked at often.
    """
    file = run_dir / _EVENTS
    deadline = time.monotonic() + _PATIENCE_S
    seen, looked = -1, 0.0
    while time.monotonic() < deadline:
        size, now = file.stat().st_size, time.monotonic()
        if size != seen or now - looked > _ALIVE_S:
            seen, looked = size, now
            if run_state(run_dir) != "running":
                st.rerun()
        # Whoever goes to another page meanwhile need not wait: this is where the page may leave.
        st.session_state.get("session")
        time.sleep(_LOOK_S)


@st.fragment(run_every=0.5)
def watch_errand(folder: Path, words: str, *, boxed: bool = False) -> None:
    """Show that an errand is at work; the page is drawn anew when it ends.

    Parameters
    ----------
    folder : Path
    words : str
    boxed : bool
        In a box as high as that of the answer, so that nothing below it moves.
    """
    use_address_language()
    if errand_state(folder) != "running":
        st.rerun()
    left, right = st.columns([4, 1], vertical_alignment="center")
    (left.info if boxed else left.caption)(literal(words))
    right.button(_("Stop"), key=f"stop-{folder.name}", on_click=stop_errand, args=(folder,), width="stretch")


def _phase(phase: str) -> str:
    """Return what a run is at, for pages in another language than its own."""
    return {
        "inputs": _("Reading the inputs"),
        "links": _("Building candidate links"),
        "solve": _("Searching"),
        "plan": _("Writing the plan"),
    }.get(phase, _("Starting"))


def _latest(events: list[dict[str, Any]], key: str) -> Any:
    """Return what was told last."""
    return next((event[key] for event in reversed(events) if event[key] not in {None, ""}), None)
