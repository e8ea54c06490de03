"""What a run tells of itself, line by line, and what can be read from it: how far the run is and how it ended."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import psutil

from planner.errors import CancelledError, InfeasibleError, PlannerError
from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

State = Literal["running", "done", "cancelled", "failed", "lost"]
"""``lost``: the process is gone without having said how it ended (killed, power cut)."""

EVENTS, LOG = "events.jsonl", "log.txt"
STARTING = "starting"
_FIRST_PID = 1
_SAME_S = 0.5
_BY_TICKS = sys.platform == "linux"
"""Setting the clock moves the start of the machine and that of every process alike."""
_LAST_PHASES: dict[str, State] = {"done": "done", "cancelled": "cancelled", "failed": "failed"}


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
        In the language of the run; of a run that failed, the reason.
    """

    seconds: float
    phase: str
    share: float | None = None
    incumbent: float | None = None
    bound: float | None = None
    gap: float | None = None
    message: str = ""

    @property
    def least(self) -> bool:
        """Whether the search asks for as little as possible: its bound lies below what it has."""
        return self.bound is not None and self.incumbent is not None and self.bound < self.incumbent


class Journal:
    """Writes the events of a run to its folder and to a listener."""

    def __init__(self, run_dir: Path, listener: Callable[[Event], None] | None = None, pid: int | None = None) -> None:
        self._start = time.monotonic()
        self._listener = listener
        self._pid = os.getpid() if pid is None else pid
        self._since_boot = since_boot(self._pid)
        self._events = (run_dir / EVENTS).open("a", encoding="utf-8", buffering=1)
        self._log = (run_dir / LOG).open("a", encoding="utf-8", buffering=1)

    def note(self, phase: str, message: str = "", **figures: float | None) -> None:
        """Record one event now, and tell the listener."""
        event = self._write(phase, message, **figures)
        if self._listener:
            self._listener(event)

    def _write(self, phase: str, message: str, **figures: float | None) -> Event:
        event = Event(round(time.monotonic() - self._start, 3), phase, message=message, **figures)
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._events.write(
            json.dumps(
                {"time": stamp, "pid": self._pid, "since_boot": self._since_boot, **vars(event)}, ensure_ascii=False
            )
            + "\n"
        )
        if message:
            self._log.write(f"{stamp} {phase}: {message}\n")
        return event

    def note_end(self, error: BaseException) -> None:
        """Record that an error ended the run: its last line; whoever listens is told by the error itself."""
        if isinstance(error, CancelledError):
            self._write("cancelled", str(error))
        elif isinstance(error, KeyboardInterrupt):
            self.note("cancelled", _("Cancelled before the first plan."))  # no error tells it
        elif isinstance(error, InfeasibleError):
            self._write("done", str(error))  # that limits conflict is an answer
        elif isinstance(error, PlannerError):
            self._write("failed", str(error))
        else:
            self._write("failed", f"{type(error).__name__}: {error}")

    def close(self) -> None:
        """Close both files."""
        for file in (self._events, self._log):
            with suppress(OSError):  # a full disk: what was not written has been told as an error before
                file.close()


@contextmanager
def telling(journal: Journal) -> Iterator[Journal]:
    """Make sure that the last line of a journal says which error ended the run, if one did; close it."""
    try:
        yield journal
    except BaseException as error:
        with suppress(OSError):  # a full disk takes no last line, and must not hide the error
            journal.note_end(error)
        raise
    finally:
        journal.close()


def read_events(run_dir: Path) -> list[dict[str, Any]]:
    """Return the events so far; a last line that is still being written is left for the next call.

    Lines that a power cut or another program has spoilt tell nothing.
    """
    path = run_dir / EVENTS
    try:
        # Bytes, and no splitlines: the end may be half a character, and a message may hold other marks of a line's end.
        whole = path.read_bytes().rpartition(b"\n")[0]
    except (FileNotFoundError, NotADirectoryError):  # whoever names a file of a run names none
        return []
    return [event for line in whole.split(b"\n") if (event := _event(line)) is not None]


def _event(line: bytes) -> dict[str, Any] | None:
    """Return what a line of ``events.jsonl`` says, None if it is no event."""
    try:
        event = json.loads(line)
        datetime.fromisoformat(event["time"])
        sound = isinstance(event["phase"], str) and isinstance(event["pid"], int) and _FIRST_PID <= event["pid"] < 2**31
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return event if sound else None


def seconds_at_work(events: Sequence[dict[str, Any]]) -> float:
    """Return how long a run has been at work: as its last event says, and since then by the date.

    The run itself counts by a clock that nobody can set; the date is right again with the next event.
    """
    since = datetime.now(UTC) - datetime.fromisoformat(events[-1]["time"])
    return float(events[-1]["seconds"]) + max(since.total_seconds(), 0.0)


def run_state(run_dir: Path) -> State | None:
    """Return how far the run in a folder is, None if there is none."""
    events = read_events(run_dir)
    if not events:
        return None
    ended = _LAST_PHASES.get(events[-1]["phase"])
    return ended or ("running" if alive(events[-1]) else "lost")


def alive(event: dict[str, Any]) -> bool:
    """Return whether the process that an event speaks of still runs (its id may be reused).

    It is the same process if it began as long after the start of the machine as the one that told the event, whatever
    the clock has been set to since. Where the system does not reckon both by the same ticks, or the event does not say
    when its process began, it is if it was there when the event was told.
    """
    try:
        process = psutil.Process(event["pid"])
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        told, said = datetime.fromisoformat(event["time"]).timestamp(), event.get("since_boot")
        began = since_boot(event["pid"])
        if isinstance(said, float) and began is not None and (abs(said - began) < _SAME_S or _BY_TICKS):
            return abs(said - began) < _SAME_S
        return process.create_time() <= told + 1
    except psutil.NoSuchProcess:
        return False


def since_boot(pid: int) -> float | None:
    """Return seconds from the start of the machine to that of a process: setting the clock moves both alike."""
    try:
        boot = psutil.boot_time()  # first: psutil takes the last known one for the beginning of a process
        return round(psutil.Process(pid).create_time() - boot, 2)
    except psutil.Error:
        return None
