"""The runs that a page may show: those of the folder that the app was started on, and those of the session."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from planner import read_plan
from planner.errors import PlannerError
from planner.i18n import LANGUAGES, _, language
from planner.jobs import start_detached
from planner.ui.address import asked, follow, note
from planner.ui.session import no_room
from planner.ui.text import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner import Plan
    from planner.i18n import Language
    from planner.ui.session import Session

_UNFIT = re.compile(r"[^\w-]+")
_TELLING = {
    "frontier": "frontier.json", "risk": "risk.json", "portfolio": "portfolio.yaml", "sweep": "sweep.jsonl",
}  # fmt: skip
"""What runs are asked for beside a plan, and the file by which one knows."""


def find_runs(session: Session) -> dict[str, Path]:
    """Return the runs by name, newest first; of two of the same name the session's own."""
    every = [path.parent for folder in (session.home, session.runs) for path in folder.glob("*/events.jsonl")]
    every.sort(key=_changed, reverse=True)
    runs: dict[str, Path] = {}
    for run in every:
        if run.name not in runs or run.parent == session.runs:
            runs[run.name] = run
    return runs


def with_plans(runs: dict[str, Path]) -> dict[str, Path]:
    """Return the runs that were asked for a plan, whatever became of it; those that ask for other things have none."""
    return {name: run for name, run in runs.items() if kind_of(run) in {"plan", "risk"}}


def kind_of(run_dir: Path) -> str:
    """Return what a run was asked for: ``frontier``, ``risk``, ``portfolio``, ``sweep`` or ``plan``."""
    for kind, file in _TELLING.items():
        if (run_dir / file).exists():
            return kind
    command = str(next(iter(_record(run_dir).get("command", [])), ""))
    for kind in _TELLING:
        # A run that has only been started has no record yet; the app names its runs by what they are for.
        if command == kind or (not command and f"-{kind}" in run_dir.name):
            return kind
    return "plan"


def command_of(run_dir: Path) -> list[str]:
    """Return how a run was called."""
    return [str(part) for part in _record(run_dir).get("command", [])]


def written_otherwise(run_dir: Path) -> Language | None:
    """Return the language of a run's own texts where it is another than that of the page."""
    told = _record(run_dir).get("language")
    return next((known for known in LANGUAGES if known == told != language()), None)


def choose_run(runs: dict[str, Path], first: str | None, home: Path) -> Path | None:
    """Show the choice of run; the address may only ever name one of those that are listed."""
    names = list(runs)
    if not names:
        return None
    wanted = asked("run") or first
    current = wanted if wanted in runs else names[0]
    follow("run", current)
    st.selectbox(
        _("Run"),
        names,
        label_visibility="collapsed",
        help=literal(str(home)),
        key="run",
        on_change=lambda: note(run=st.session_state["run"], selected=None),
    )
    note(run=current)
    return runs[current]


def unknown_run(runs: dict[str, Path]) -> str | None:
    """Return the name of the run that the address asks for, if there is none of it."""
    wanted = asked("run")
    return wanted if wanted is not None and wanted not in runs else None


def new_run_folder(session: Session, stem: str) -> Path:
    """Return a folder that no run has, named by what it is for."""
    stem = _UNFIT.sub("-", stem).strip("-")[:80] or "run"
    names = [stem, *(f"{stem}-{count}" for count in range(2, 1000))]
    taken = find_runs(session)
    return next(session.runs / name for name in names if name not in taken and not (session.runs / name).exists())


def start_run(run_dir: Path, arguments: Sequence[str]) -> bool:
    """Start a detached run in a session's folder of runs; what keeps it from starting is shown."""
    full = no_room(run_dir.parents[1])
    if full is not None:
        st.error(full)
        return False
    try:
        start_detached(run_dir, arguments)
    except PlannerError as error:
        st.error(literal(str(error)))
        return False
    return True


def open_plan(run_dir: Path) -> Plan:
    """Read the plan of a run in the language of the page, once per change of its file.

    Raises
    ------
    PlannerError
        As `planner.read_plan`.
    """
    return _read_plan(str(run_dir), (run_dir / "plan.json").stat().st_mtime_ns, language())


def open_document(path: Path) -> dict[str, Any]:
    """Read a result of a run (``frontier.json``, ``risk.json``), once per change of its file."""
    return _read_document(str(path), path.stat().st_mtime_ns)


# The very object, which pages read and never change: a copy of a large plan would cost each of them half a second.
# Streamlit keeps results by the arguments whose names do not start with an underscore.
@st.cache_resource(max_entries=8, show_spinner=False)
def _read_plan(run_dir: str, changed_ns: int, speech: Language) -> Plan:  # noqa: ARG001 - keys
    return read_plan(Path(run_dir))


@st.cache_resource(max_entries=16, show_spinner=False)
def _read_document(path: str, changed_ns: int) -> dict[str, Any]:  # noqa: ARG001 - a key
    document: dict[str, Any] = json.loads(Path(path).read_bytes())
    return document


def _record(run_dir: Path) -> dict[str, Any]:
    try:
        record = json.loads((run_dir / "inputs.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _changed(run_dir: Path) -> float:
    return (run_dir / "events.jsonl").stat().st_ctime
