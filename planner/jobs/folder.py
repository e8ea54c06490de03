"""Taking a folder for a run: one run at a time has it, also when two ask at the same instant.

Whoever wants a folder holds its ``.lock`` while it looks whether the folder is free and writes the first line of
``events.jsonl``, which names its process: from there on the folder is that run's until a last line says that it ended
or until the process is gone. The lock itself is the system's and goes with whoever held it, so that neither a run nor
an attempt that died in the middle keeps a folder for ever.
"""

from __future__ import annotations

import errno
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

import psutil

from planner.errors import InputError, Problem
from planner.files import held
from planner.i18n import _
from planner.jobs.journal import EVENTS, LOG, STARTING, Journal, alive, read_events, run_state, telling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from planner.jobs.journal import Event

_LOCK = ".lock"
_MADE_BY_RUNS = (
    "plan.json", "frontier.json", "frontier.csv", "risk.json", "risk.csv",
    "portfolio.json", "portfolio.csv", "sweep.parquet", "draws.parquet", "sweep.jsonl", EVENTS, "plan.gpkg", "cancel",
    "hillshade.webp", "hillshade.json", "regions.json", LOG, "inputs.json",
)  # fmt: skip
"""In the order in which they go: a folder never seems to hold the finished plan of a run that is being replaced."""
_SIGNS = (EVENTS, LOG, "inputs.json")
"""A folder that has one of these is a run's, however far the run that it was cleared for has come."""
_MOST_WRITE = ("scenario.yaml",)
"""What most commands write under names that users choose too."""
_ALSO_WRITES = {"demo": ("scenario.yaml", "country"), "portfolio": ("portfolio.yaml",), "sweep": ()}
"""What others write in its place, by command."""
_PARTS = ("same-money", "robust")
"""Folders with another plan of the same run."""
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
_HANDED_OVER = 2
"""Lines of a folder that waits for a detached run: its maker's, and the one that names the process that was started."""


@contextmanager
def run_folder(
    run_dir: Path,
    *,
    force: bool = False,
    listener: Callable[[Event], None] | None = None,
    resumed_by: str | None = None,
    command: str = "",
) -> Iterator[Journal]:
    """Take a folder for a run, and give its journal, whose last line will say which error ended the run, if one does.

    Parameters
    ----------
    run_dir : Path
        Made if it is not there. A folder that was taken for this process by `planner.jobs.start_detached` is its own,
        with whatever is in it: a cancel file too.
    force : bool
        Replace the run that is in the folder; its plan is removed first, so that an old plan is never taken for the
        answer to a new scenario. Files that do not belong to a run are never touched.
    listener : callable or None
        Receives each `Event`.
    resumed_by : str or None
        Name of a file from which a run that was there goes on; it stays, unless ``force`` is given.
    command : str
        What runs, where that writes other things than most do under names that users choose too.

    Raises
    ------
    InputError
        If the folder holds a run and ``force`` is not given, if it holds a user's own files of names that the run
        writes, if a run is at work in it, or if it cannot be written.
    """
    with entrance(run_dir):
        if not _handed_over(run_dir):
            make_free(run_dir, force=force, resumed_by=resumed_by, command=command)
        with _writing(run_dir):
            journal = Journal(run_dir, listener)
            journal.note(STARTING)
    with telling(journal), _room(run_dir):
        yield journal


@contextmanager
def entrance(run_dir: Path) -> Iterator[None]:
    """Make a folder if it is not there, and hold its lock: inside, nobody else takes the folder."""
    with ExitStack() as stack:
        with _writing(run_dir):
            run_dir.mkdir(parents=True, exist_ok=True)
            stack.enter_context(held(run_dir / _LOCK))
        yield


def make_free(run_dir: Path, *, force: bool = False, resumed_by: str | None = None, command: str = "") -> None:
    """Clear a folder for a new run, or for one that goes on from a file, under its lock.

    Raises
    ------
    InputError
        As `run_folder`.
    """
    if run_state(run_dir) == "running":
        raise InputError(
            Problem(
                "run-in-use",
                _("A run is at work in this folder."),
                _("Wait for it, cancel it, or choose another folder with --out."),
                file=str(run_dir),
            )
        )
    _spare_the_users(run_dir, _ALSO_WRITES.get(command, _MOST_WRITE))
    # Of a portfolio that came to no end the file stays: it may be the user's.
    own = (("portfolio.yaml",) if (run_dir / "portfolio.json").exists() else ()) + _MADE_BY_RUNS
    present = [path for path in (run_dir / name for name in own) if path.exists()]
    resumed = not force and resumed_by is not None and (run_dir / resumed_by).exists()
    if resumed:
        present = [path for path in present if path.name != resumed_by]
    elif present and not force:
        raise InputError(
            Problem(
                "run-exists",
                _("This folder already holds a run."),
                _("Choose another folder with --out, or replace the run with --force."),
                file=str(run_dir),
            )
        )
    with _writing(run_dir):
        for path in (*_of_parts(run_dir), *present):
            path.unlink()


def _spare_the_users(run_dir: Path, names: Sequence[str]) -> None:
    """Refuse a folder that no run has had yet and that holds what a run would write over.

    Raises
    ------
    InputError
    """
    theirs = [name for name in names if (run_dir / name).exists()]
    if theirs and not any((run_dir / sign).exists() for sign in _SIGNS):
        message = _("This folder is no run's, and holds what a run would write over: {names}.")
        raise InputError(
            Problem(
                "run-folder",
                message.format(names=", ".join(theirs)),
                _("Choose another folder with --out."),
                file=str(run_dir),
            )
        )


def _of_parts(run_dir: Path) -> list[Path]:
    """Return the files of the other plans of a run that is there; what a run has not made is not looked at."""
    if not (run_dir / EVENTS).exists():
        return []
    folders = [run_dir / part for part in _PARTS]
    made = [folder for folder in folders if any((folder / name).exists() for name in (EVENTS, "inputs.json"))]
    files = [folder / name for folder in made for name in ("scenario.yaml", *_MADE_BY_RUNS)]
    return [file for file in files if file.exists()]


def tell_failure(run_dir: Path, error: BaseException) -> None:
    """Note in a folder that waits for this process why its run never began; other folders are left alone."""
    # What cannot be written here has been said on standard error, and must not hide the error itself.
    with suppress(OSError, InputError):
        if read_events(run_dir):
            with entrance(run_dir):
                if _handed_over(run_dir):
                    journal = Journal(run_dir)
                    journal.note_end(error)
                    journal.close()


def _handed_over(run_dir: Path) -> bool:
    """Return whether a folder was taken for this process and waits for it.

    The process that was started is this one; on Windows it is one further up, as the interpreter of a virtual
    environment starts another.
    """
    events = read_events(run_dir)
    if len(events) != _HANDED_OVER or any(event["phase"] != STARTING for event in events):
        return False
    here = psutil.Process()
    return alive(events[-1]) and events[-1]["pid"] in {here.pid, *(parent.pid for parent in here.parents())}


@contextmanager
def _room(run_dir: Path) -> Iterator[None]:
    """Turn a disk that takes no more into an error that says what to do; other faults of the system stay what they are.

    Inside, the cache has its own ways: what cannot be kept there is built again.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise InputError(
            Problem(
                "run-folder",
                _("The run folder cannot be written: {reason}.").format(reason=error.strerror),
                _("Make room on the disk, or choose another folder with --out."),
                file=str(run_dir),
            )
        ) from error


@contextmanager
def _writing(run_dir: Path) -> Iterator[None]:
    """Turn the system's refusal to write into an error that names the folder."""
    try:
        yield
    except OSError as error:
        raise InputError(
            Problem(
                "run-folder",
                _("The run folder cannot be written: {reason}.").format(reason=error.strerror),
                _("Choose a folder that you may write to with --out."),
                file=str(run_dir),
            )
        ) from error
