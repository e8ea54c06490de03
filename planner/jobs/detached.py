"""Runs in a process of their own, which outlives the one that starts it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

from planner.i18n import _, language
from planner.jobs.folder import entrance, make_free
from planner.jobs.journal import LOG, STARTING, Journal, telling

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_started: list[subprocess.Popen[bytes]] = []
"""Detached runs of this process; kept so that those that end are reaped."""


def start_detached(run_dir: Path, arguments: Sequence[str]) -> None:
    """Start ``planner ARGUMENTS --out RUN_DIR`` as a process that outlives this one.

    The app solves this way: a solve survives a reload of the page and a restart of the server. The folder exists and
    counts as running from here on; what the process prints on standard error goes to its ``log.txt``.

    Raises
    ------
    InputError
        As `planner.jobs.run_folder`.
    """
    # The new process waits at the entrance until the folder names it, and then has it with whatever is in it.
    with entrance(run_dir):
        make_free(run_dir, command=arguments[0])
        with telling(Journal(run_dir)) as journal:
            journal.note(STARTING, _("Starting"))
            process = _launch(run_dir, arguments)
        # From here on the run lives as long as its own process.
        with telling(Journal(run_dir, pid=process.pid)) as journal:
            journal.note(STARTING)
    keep(process)


def detachment() -> dict[str, Any]:
    """Return what makes a process outlive the one that starts it, as arguments for `subprocess.Popen`."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS}
    return {"start_new_session": True}


def keep(process: subprocess.Popen[bytes]) -> None:
    """Remember a process of this one, and reap those that have ended."""
    _started[:] = [child for child in (*_started, process) if child.poll() is None]


def _launch(run_dir: Path, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "planner", *arguments, "--out", str(run_dir), "--quiet", "--lang", language()]
    quiet = subprocess.DEVNULL
    with (run_dir / LOG).open("a", encoding="utf-8") as log:
        return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=log, **detachment())
