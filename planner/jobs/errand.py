"""Commands that make no run (explain, compare, check, export): in a process of their own, with the answer in a folder.

A folder tells of one errand, so that whoever comes back after a reload or a restart finds it:

``errand.json``
    Process, time and command.
``answer.json``
    What the command prints with ``--json``; it is whole once the process is gone.
``log.txt``
    What it prints on standard error.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psutil

from planner.files import held, write_whole
from planner.i18n import language
from planner.jobs.detached import detachment, keep
from planner.jobs.journal import LOG, alive, since_boot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from planner.jobs.journal import State

_ERRAND, _ANSWER, _LOCK = "errand.json", "answer.json", ".lock"


def start_errand(folder: Path, arguments: Sequence[str], *, memory_mb: int | None = None) -> None:
    """Start ``planner ARGUMENTS --json`` as a process that outlives this one; an errand at work is left to finish.

    Parameters
    ----------
    folder : Path
        Made if it is not there; an earlier answer in it is replaced.
    arguments : sequence of str
        The command's name first.
    memory_mb : int or None
        The process may have no more address space than this, where the system knows such a limit: for files from
        people whom nobody knows.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder / _LOCK):
        if errand_state(folder) == "running":
            return
        (folder / _ERRAND).unlink(missing_ok=True)
        # Options stand before what may begin with a dash behind “--”.
        name, *rest = arguments
        command = [sys.executable, "-m", "planner", name, "--json", "--lang", language(), *rest]
        with (folder / _ANSWER).open("wb") as answer, (folder / LOG).open("wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=answer, stderr=log, **detachment())
        keep(process)
        if memory_mb is not None and hasattr(psutil.Process, "rlimit"):
            with suppress(psutil.NoSuchProcess):
                psutil.Process(process.pid).rlimit(psutil.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
        told = {
            "pid": process.pid,
            "since_boot": since_boot(process.pid),
            "time": datetime.now(UTC).isoformat(),
            "command": list(arguments),
        }
        write_whole(folder / _ERRAND, json.dumps(told, ensure_ascii=False) + "\n")


def errand_state(folder: Path) -> State | None:
    """Return how far the errand of a folder is, None if there is none; ``lost``: it ended without an answer."""
    told = _read(folder / _ERRAND)
    if told is None:
        return None
    if alive(told):
        return "running"
    answer = _read(folder / _ANSWER)
    if answer is None:
        return "lost"
    return "failed" if "error" in answer else "done"


def errand_answer(folder: Path) -> dict[str, Any]:
    """Return the answer of an errand that is ``done``; of one that ``failed``, ``message`` and ``problems``."""
    return _read(folder / _ANSWER) or {}


def stop_errand(folder: Path) -> None:
    """End the process of an errand, which writes nothing but its own answer and whole files."""
    told = _read(folder / _ERRAND)
    if told is not None and alive(told):
        with suppress(psutil.NoSuchProcess):
            psutil.Process(told["pid"]).terminate()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
