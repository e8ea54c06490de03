"""How a run is told to stop."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_FLAG = "cancel"


def cancel_file(run_dir: Path) -> Path:
    """Return the file whose appearance stops the run in a folder."""
    return run_dir / _FLAG


def request_cancel(run_dir: Path) -> None:
    """Ask the run in a folder to stop; it does within two seconds and keeps its best plan."""
    cancel_file(run_dir).touch()


@contextmanager
def cancellation(*run_dirs: Path, signals: bool = True) -> Iterator[Callable[[], bool]]:
    """Give a function that says whether to stop: the cancel file of one of some folders, Ctrl-C or a polite kill.

    Parameters
    ----------
    run_dirs : Path
    signals : bool
        False: Ctrl-C and kills stay with whoever handles them.
    """
    asked: list[int] = []
    flags = [cancel_file(run_dir) for run_dir in run_dirs]
    before: dict[signal.Signals, Any] = {}
    # Only the main thread can catch signals; elsewhere (a notebook) they stay with whoever handles them.
    if signals and threading.current_thread() is threading.main_thread():
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
            if any(flag.exists() for flag in flags):
                asked.append(0)
        return bool(asked)

    try:
        yield cancelled
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
