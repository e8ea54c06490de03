"""Runs: the folder of one solve, its progress and its cancellation, in this process or detached from it.

A run folder tells its whole story in files, so that anybody (the command line, the app after a restart, a script) can
follow a run, cancel it or pick up its result without talking to the process that made it. Whether it is still at work
can be told on its own machine only: from another one it counts as lost until its last line says how it ended.

``scenario.yaml``, ``inputs.json``
    What was asked, and the fingerprint of every input.
``events.jsonl``
    One JSON object a line: time, phase, incumbent, bound, gap, message. The first line takes the folder for the run,
    the last one says how the run ended.
``log.txt``
    The same for people.
``hillshade.webp``, ``hillshade.json``
    The terrain for maps, and where it lies.
``regions.json``
    Outlines of the regions for maps, where there are any.
``plan.json``, ``plan.gpkg``
    The answer; they appear by atomic rename, ``plan.json`` last.
``frontier.json``, ``frontier.csv``
    The answer of a run that asked for benefit against budget, in place of a plan.
``portfolio.json``, ``portfolio.csv``
    The answer of a run that shared a budget out among countries; their frontiers are runs below ``countries``.
``sweep.jsonl``, ``sweep.parquet``, ``draws.parquet``
    The answers of a run of many plans as they come, from which it goes on if it was stopped; then as tables.
``risk.json``, ``risk.csv``
    What draws of prices and demand do to the plan, beside it.
``cancel``
    A file of this name, made by anybody, stops the run within two seconds.
``.lock``
    Held for the moment in which a run takes the folder, so that no two runs can.

Runs of many plans are loaded when they are first asked for: the one plan of a solve needs no pool of processes.
"""

import importlib
from typing import TYPE_CHECKING, Any

from planner.jobs.cancellation import request_cancel
from planner.jobs.detached import start_detached
from planner.jobs.errand import errand_answer, errand_state, start_errand, stop_errand
from planner.jobs.folder import run_folder, tell_failure
from planner.jobs.journal import Event, Journal, State, read_events, run_state, seconds_at_work
from planner.jobs.origin import changed_inputs, read_wishes, revise
from planner.jobs.solving import demo_run, evaluate_run, frontier_run, risk_run, solve_run

if TYPE_CHECKING:
    from planner.jobs.investing import portfolio_run
    from planner.jobs.sweeping import sweep_run

_OF_MANY_PLANS = {"portfolio_run": "planner.jobs.investing", "sweep_run": "planner.jobs.sweeping"}

__all__ = [
    "Event",
    "Journal",
    "State",
    "changed_inputs",
    "demo_run",
    "errand_answer",
    "errand_state",
    "evaluate_run",
    "frontier_run",
    "portfolio_run",
    "read_events",
    "read_wishes",
    "request_cancel",
    "revise",
    "risk_run",
    "run_folder",
    "run_state",
    "seconds_at_work",
    "solve_run",
    "start_detached",
    "start_errand",
    "stop_errand",
    "sweep_run",
    "tell_failure",
]


def __getattr__(name: str) -> Any:
    """Load a run of many plans on first use (PEP 562)."""
    if name not in _OF_MANY_PLANS:
        raise AttributeError(f"module 'planner.jobs' has no attribute {name!r}")
    return getattr(importlib.import_module(_OF_MANY_PLANS[name]), name)
