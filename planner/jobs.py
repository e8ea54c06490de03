"""Runs: the folder of one solve, its progress and its cancellation, in this process or detached from it.

A run folder tells its whole story in files, so that anybody (the command line, the app after a restart, a script on
another machine) can follow a run, cancel it or pick up its result without talking to the process that made it:

``scenario.yaml``, ``inputs.json``
    What was asked, and the fingerprint of every input.
``events.jsonl``
    One JSON object a line: time, phase, incumbent, bound, gap, message.
``log.txt``
    The same for people.
``hillshade.webp``, ``hillshade.json``
    The terrain for maps, and where it lies.
``plan.json``, ``plan.gpkg``
    The answer; they appear by atomic rename, ``plan.json`` last.
``cancel``
    A file of this name, made by anybody, stops the run within two seconds.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

import psutil

from planner.errors import CancelledError, InputError, PlannerError, Problem
from planner.files import write_whole
from planner.i18n import _, language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from planner.inputs import Inputs
    from planner.links import LinkOptions
    from planner.pipeline import Evaluation
    from planner.plan.plan import Plan
    from planner.scenario import Scenario
    from planner.solver import Progress

State = Literal["running", "done", "cancelled", "failed", "lost"]
"""``lost``: the process is gone without having said how it ended (killed, power cut)."""

_STARTING = "starting"
_LAST_PHASES: dict[str, State] = {"done": "done", "cancelled": "cancelled", "failed": "failed"}
_MADE_BY_RUNS = (
    "plan.json", "plan.gpkg", "cancel", "events.jsonl", "log.txt", "inputs.json", "hillshade.webp", "hillshade.json",
)  # fmt: skip
_started: list[subprocess.Popen[bytes]] = []
"""Detached runs of this process; kept so that those that end are reaped."""
_VERSIONED = ("postlink-planner", "numpy", "numba", "scipy", "rasterio", "pyproj", "shapely", "ortools")


@dataclass(frozen=True)
class Event:
    """One line of ``events.jsonl``.

    Attributes
    ----------
    seconds : float
        Since the start of the run.
    phase : str
        ``starting``, ``inputs``, ``links``, ``solve``, ``plan``, then one of ``done``, ``cancelled``, ``failed``.
    share : float or None
        How much of the phase is done, 0 to 1, where that is known.
    incumbent, bound, gap : float or None
        Of the search.
    message : str
        In the language of the run.
    """

    seconds: float
    phase: str
    share: float | None = None
    incumbent: float | None = None
    bound: float | None = None
    gap: float | None = None
    message: str = ""


class Journal:
    """Writes the events of a run to its folder and to a listener."""

    def __init__(self, run_dir: Path, listener: Callable[[Event], None] | None = None, pid: int | None = None) -> None:
        self._start = time.monotonic()
        self._listener = listener
        self._pid = os.getpid() if pid is None else pid
        self._events = (run_dir / "events.jsonl").open("a", encoding="utf-8", buffering=1)
        self._log = (run_dir / "log.txt").open("a", encoding="utf-8", buffering=1)

    def note(self, phase: str, message: str = "", **figures: float | None) -> None:
        """Record one event now."""
        event = Event(round(time.monotonic() - self._start, 3), phase, message=message, **figures)
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._events.write(json.dumps({"time": stamp, "pid": self._pid, **vars(event)}, ensure_ascii=False) + "\n")
        if message:
            self._log.write(f"{stamp} {phase}: {message}\n")
        if self._listener:
            self._listener(event)

    def close(self) -> None:
        """Close both files."""
        self._events.close()
        self._log.close()


@contextmanager
def _journal(run_dir: Path, listener: Callable[[Event], None] | None) -> Iterator[Journal]:
    """Open the journal of a run and make sure that its last line says how the run ended."""
    journal = Journal(run_dir, listener)
    try:
        yield journal
    except CancelledError as error:
        journal.note("cancelled", str(error))
        raise
    except PlannerError as error:
        journal.note("failed", str(error))
        raise
    except BaseException as error:
        journal.note("failed", f"{type(error).__name__}: {error}")
        raise
    finally:
        journal.close()


def create_run(run_dir: Path, *, force: bool = False) -> None:
    """Make an empty run folder.

    Parameters
    ----------
    run_dir : Path
    force : bool
        Replace the run that is in the folder; its plan is removed first, so that an old plan is never taken for the
        answer to a new scenario. Files that do not belong to a run are never touched.

    Raises
    ------
    InputError
        If the folder holds a run and ``force`` is not given, if a run is at work in it, or if it cannot be made.
    """
    if _made_for_us(run_dir):
        return
    require_free(run_dir, force=force)
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
        for path in _present(run_dir):
            path.unlink()
    except OSError as error:
        raise InputError(
            Problem(
                "run-folder",
                _("The run folder cannot be written: {reason}.").format(reason=error.strerror),
                _("Choose a folder that you may write to with --out."),
                file=str(run_dir),
            )
        ) from error


def require_free(run_dir: Path, *, force: bool = False) -> None:
    """Make sure that a run may be made in a folder, before anything is written to it.

    Raises
    ------
    InputError
        If the folder holds a run and ``force`` is not given, or if a run is at work in it.
    """
    if run_state(run_dir) == "running" and read_events(run_dir)[-1]["pid"] != os.getpid():
        raise InputError(
            Problem(
                "run-in-use",
                _("A run is at work in this folder."),
                _("Wait for it, cancel it, or choose another folder with --out."),
                file=str(run_dir),
            )
        )
    if _present(run_dir) and not force:
        raise InputError(
            Problem(
                "run-exists",
                _("This folder already holds a run."),
                _("Choose another folder with --out, or replace the run with --force."),
                file=str(run_dir),
            )
        )


def _present(run_dir: Path) -> list[Path]:
    """Return the files of a run that are in a folder."""
    return [path for path in (run_dir / name for name in _MADE_BY_RUNS) if path.exists()]


def solve_run(
    scenario_file: Path,
    run_dir: Path,
    *,
    data_root: Path | None = None,
    overrides: Mapping[str, object] | None = None,
    command: Sequence[str] = (),
    listener: Callable[[Event], None] | None = None,
    force: bool = False,
) -> Plan:
    """Read, link, solve and write one run; the whole main job.

    Parameters
    ----------
    scenario_file : Path
    run_dir : Path
        Made if it is not there.
    data_root : Path or None
        Folder that input files are relative to, if not the scenario's own.
    overrides : mapping or None
        Scenario fields by dotted path, e.g. ``{"solver.gap": 0.01}``.
    command : sequence of str
        How the run was called, for the record.
    listener : callable or None
        Receives each `Event`.
    force : bool
        Replace a run that is in the folder.

    Raises
    ------
    InputError
        Wrong input; nothing but the journal is written.
    CancelledError
        Cancelled before there was anything to write.
    """
    # The rooms of the pipeline pull in heavy libraries: the app and `planner --help` import this module without them.
    from planner.pipeline import solve  # noqa: PLC0415
    from planner.plan.store import write_run_files  # noqa: PLC0415
    from planner.scenario import load_scenario  # noqa: PLC0415

    scenario = load_scenario(scenario_file, data_root=data_root, overrides=overrides)
    _spare(scenario_file, run_dir)
    create_run(run_dir, force=force)
    with _journal(run_dir, listener) as journal, _cancellation(run_dir) as cancelled:
        inputs, options = _prepare(scenario, scenario_file, run_dir, data_root, command, journal, cancelled)
        journal.note("solve", _("Searching among {count} candidate links").format(count=len(options)))
        plan = solve(scenario, inputs, options, cancelled=cancelled, on_progress=_searching(journal))
        journal.note("plan", _("Writing the plan"))
        write_run_files(plan, run_dir)
        journal.note("cancelled" if plan.outcome.status == "cancelled" else "done", _("The plan is written."))
        return plan


def evaluate_run(
    scenario_file: Path,
    csv_path: Path,
    run_dir: Path,
    *,
    data_root: Path | None = None,
    command: Sequence[str] = (),
    listener: Callable[[Event], None] | None = None,
    force: bool = False,
) -> Evaluation:
    """Price somebody else's plan and write it as a run; the best plan of the same money lies in ``same-money``.

    Parameters
    ----------
    scenario_file, run_dir, data_root, command, listener, force
        As in `solve_run`.
    csv_path : Path
        Their plan: columns office, technology and, if it likes, parent.
    """
    from planner.pipeline import evaluate_plan  # noqa: PLC0415
    from planner.plan.store import write_run_files  # noqa: PLC0415
    from planner.scenario import dump_scenario, load_scenario  # noqa: PLC0415

    scenario = load_scenario(scenario_file, data_root=data_root)
    _spare(scenario_file, run_dir)
    create_run(run_dir, force=force)
    create_run(run_dir / "same-money", force=force)
    with _journal(run_dir, listener) as journal, _cancellation(run_dir) as cancelled:
        inputs, options = _prepare(scenario, scenario_file, run_dir, data_root, command, journal, cancelled)
        journal.note("solve", _("Pricing the plan, and searching what the same money could do"))
        found = evaluate_plan(scenario, inputs, options, csv_path, cancelled=cancelled, on_progress=_searching(journal))
        for plan, folder in ((found.ours, run_dir / "same-money"), (found.theirs, run_dir)):
            write_whole(folder / "scenario.yaml", dump_scenario(found.same_money))
            write_whole(folder / "inputs.json", (run_dir / "inputs.json").read_text(encoding="utf-8"))
            write_run_files(plan, folder)
        journal.note("done", _("The plan is written."))
        return found


def _spare(scenario_file: Path, run_dir: Path) -> None:
    """Refuse a run folder in which the run's ``scenario.yaml`` would replace the one that the user wrote."""
    if (run_dir / "scenario.yaml").resolve() in {scenario_file.resolve(), (scenario_file / "scenario.yaml").resolve()}:
        raise InputError(
            Problem(
                "run-folder",
                _("This folder holds the scenario itself; a run writes a scenario.yaml of its own."),
                _("Choose another folder with --out."),
                file=str(run_dir),
            )
        )


def _prepare(
    scenario: Scenario,
    scenario_file: Path,
    run_dir: Path,
    data_root: Path | None,
    command: Sequence[str],
    journal: Journal,
    cancelled: Callable[[], bool],
) -> tuple[Inputs, LinkOptions]:
    """Write what is asked into the run folder; read the inputs and build the candidate links."""
    from planner.inputs import read_inputs  # noqa: PLC0415
    from planner.links import build_links  # noqa: PLC0415
    from planner.report.hillshade import hillshade, map_bounds, write_hillshade  # noqa: PLC0415
    from planner.scenario import dump_scenario  # noqa: PLC0415

    def step(phase: str, message: str, share: float | None = None) -> None:
        if cancelled():
            raise CancelledError(_("Cancelled before the first plan."))
        journal.note(phase, message, share=share)

    step("inputs", _("Reading the inputs of “{name}”").format(name=scenario.name))
    write_whole(run_dir / "scenario.yaml", dump_scenario(scenario))
    inputs = read_inputs(scenario)
    record = _record(scenario_file, data_root, [vars(file) for file in inputs.files], scenario.solver.seed, command)
    write_whole(run_dir / "inputs.json", json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    step("links", _("Building candidate links for {count} offices").format(count=len(inputs.offices)))
    options = build_links(scenario, inputs, progress=lambda message, share: step("links", message, share))
    if inputs.terrain:
        step("links", _("Drawing the terrain"))
        bounds = map_bounds(options.places.lon, options.places.lat)
        write_hillshade(hillshade(inputs.terrain, bounds), run_dir)
    return inputs, options


def _searching(journal: Journal) -> Callable[[Progress], None]:
    """Return what tells the journal of better plans and bounds."""
    return lambda now: journal.note("solve", incumbent=now.value, bound=now.bound, gap=now.gap)


def start_detached(run_dir: Path, arguments: Sequence[str]) -> None:
    """Start ``planner ARGUMENTS --out RUN_DIR`` as a process that outlives this one.

    The app solves this way: a solve survives a reload of the page and a restart of the server. The folder exists and
    counts as running from here on; what the process prints on standard error goes to its ``log.txt``.

    Raises
    ------
    InputError
        As `create_run`.
    """
    create_run(run_dir)
    # The new process finds this line and takes the folder for its own, with whatever is in it: a cancel file too.
    _note_start(run_dir, os.getpid(), _("Starting"))
    options: dict[str, Any] = (
        {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS}  # type: ignore[attr-defined]
        if sys.platform == "win32"
        else {"start_new_session": True}
    )
    command = [sys.executable, "-m", "planner", *arguments, "--out", str(run_dir), "--quiet", "--lang", language()]
    quiet = subprocess.DEVNULL
    with (run_dir / "log.txt").open("a", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=log, **options)
    _started[:] = [child for child in (*_started, process) if child.poll() is None]
    # From here on the run lives as long as its own process.
    _note_start(run_dir, process.pid)


def _note_start(run_dir: Path, pid: int, message: str = "") -> None:
    journal = Journal(run_dir, pid=pid)
    journal.note(_STARTING, message)
    journal.close()


def _made_for_us(run_dir: Path) -> bool:
    """Return whether `start_detached` made the folder for this process.

    It was called by a parent; on Windows by one further up, as the interpreter of a virtual environment starts another.
    """
    events = read_events(run_dir)
    if not events or any(event["phase"] != _STARTING for event in events):
        return False
    return events[0]["pid"] in {parent.pid for parent in psutil.Process().parents()}


def request_cancel(run_dir: Path) -> None:
    """Ask the run in a folder to stop; it does within two seconds and keeps its best plan."""
    (run_dir / "cancel").touch()


def read_events(run_dir: Path) -> list[dict[str, Any]]:
    """Return the events so far; a last line that is still being written is left for the next call."""
    path = run_dir / "events.jsonl"
    if not path.exists():
        return []
    # Bytes, and no splitlines: the end may be half a character, and a message may hold other marks of a line's end.
    whole = path.read_bytes().rpartition(b"\n")[0]
    return [json.loads(line) for line in whole.split(b"\n") if line]


def run_state(run_dir: Path) -> State | None:
    """Return how far the run in a folder is, None if there is none."""
    events = read_events(run_dir)
    if not events:
        return None
    # Whoever started the run may note so after the run's own first words.
    last = next((event for event in reversed(events) if event["phase"] != _STARTING), events[-1])
    ended = _LAST_PHASES.get(last["phase"])
    return ended or ("running" if _alive(last) else "lost")


def _alive(event: dict[str, Any]) -> bool:
    """Return whether the process that an event speaks of still runs (its id may be reused)."""
    try:
        process = psutil.Process(event["pid"])
        told = datetime.fromisoformat(event["time"]).timestamp()
        return process.status() != psutil.STATUS_ZOMBIE and process.create_time() <= told + 1
    except psutil.NoSuchProcess:
        return False


@contextmanager
def _cancellation(run_dir: Path) -> Iterator[Callable[[], bool]]:
    """Give a function that says whether to stop: the cancel file, Ctrl-C or a polite kill."""
    asked: list[int] = []
    flag = run_dir / "cancel"
    before: dict[signal.Signals, Any] = {}
    # Only the main thread can catch signals; elsewhere (a notebook) they stay with whoever handles them.
    if threading.current_thread() is threading.main_thread():
        before = {
            number: signal.signal(number, lambda received, _frame: asked.append(received))
            for number in (signal.SIGINT, signal.SIGTERM)
        }
    looked = -1.0

    def cancelled() -> bool:
        # The search asks thousands of times a second; the file system is asked ten times.
        nonlocal looked
        now = time.monotonic()
        if not asked and now - looked > 0.1:
            looked = now
            if flag.exists():
                asked.append(0)
        return bool(asked)

    try:
        yield cancelled
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _record(
    scenario_file: Path, data_root: Path | None, files: list[dict[str, Any]], seed: int, command: Sequence[str]
) -> dict[str, Any]:
    """Return the content of ``inputs.json``: everything that is needed to say where a plan comes from."""
    return {
        "scenario_file": str(scenario_file.resolve()),
        "data_root": str(data_root.resolve()) if data_root else None,
        "files": files,
        "seed": seed,
        "command": list(command),
        "language": language(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _VERSIONED}},
    }
