"""How much of the cache is kept, and how long: what was used last stays.

Nothing is locked. Each file goes by one call of the system, so a kill leaves the others; a process that has opened a
file reads it to the end, and one that comes too late builds its options anew.
"""

from __future__ import annotations

import math
import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.errors import InputError, Problem
from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GB_VARIABLE, DAYS_VARIABLE = "PLANNER_CACHE_GB", "PLANNER_CACHE_DAYS"
"""Environment variables: how large the cache may be, in units of 10⁹ bytes, and how many days unused files stay."""
DEFAULT_GB, DEFAULT_DAYS = 5.0, 90.0

_KEPT = re.compile(r"[0-9a-f]{64}\.(links|arrays)")
_WRITTEN = re.compile(r"\.[0-9a-f]{64}-[0-9a-f]{12}\.(links|arrays)")
"""Names of what is still being written, or was when its process was killed; see `planner.files.whole_file`."""
_DAY_S = 86_400.0
_WRITING_S = 3600.0
"""Nobody writes a file for longer; a run that does loses it and goes on, for it has what it built."""


@dataclass(frozen=True)
class Limits:
    """What the cache may hold: bytes in all, and days since a file was last used."""

    size: float
    days: float


@dataclass(frozen=True)
class Usage:
    """What the cache holds."""

    files: int
    size: int


def cache_limits() -> Limits:
    """Return the limits in force.

    Raises
    ------
    InputError
        An environment variable is no number from 0 up.
    """
    return Limits(1e9 * _setting(GB_VARIABLE, DEFAULT_GB), _setting(DAYS_VARIABLE, DEFAULT_DAYS))


def cache_usage(folder: Path) -> Usage:
    """Return how many files the cache in a folder has and how large they are."""
    sizes = [size for _used, size, _path in _files(folder)]
    return Usage(len(sizes), sum(sizes))


def mark_used(file: Path) -> None:
    """Note that a file of the cache was used now: it is the last one to go."""
    with suppress(OSError):  # a cache that may only be read is used all the same
        os.utime(file)


def prune(folder: Path, limits: Limits, now: float | None = None) -> None:
    """Remove what is too old, then what was used longest ago, until the rest is within the limits.

    Files of other names are never touched.

    Parameters
    ----------
    folder : Path
    limits : Limits
    now : float, optional
        Seconds since 1970; else the clock's.
    """
    now = time.time() if now is None else now
    total = 0
    for used, size, path in sorted(_files(folder), reverse=True):
        age_s = now - used
        being_written = path.name.startswith(".")
        too_old = age_s > (_WRITING_S if being_written else limits.days * _DAY_S)
        total += 0 if too_old else size
        if too_old or (total > limits.size and not being_written):
            with suppress(OSError):  # gone already, or still open where open files cannot go
                path.unlink()


def _files(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Give the time of last use, size and path of each file of the cache."""
    for path in folder.glob("*.*"):
        if _KEPT.fullmatch(path.name) or _WRITTEN.fullmatch(path.name):
            with suppress(OSError):  # another process removed it meanwhile
                told = path.stat()
                yield told.st_mtime, told.st_size, path


def _setting(variable: str, default: float) -> float:
    text = os.environ.get(variable)
    if not text:
        return default
    with suppress(ValueError):
        if 0 <= (amount := float(text)) < math.inf:
            return amount
    message = _("This environment variable limits the cache; a number from 0 up is expected.")
    remedy = _("Correct it, or remove it: then {default} holds.").format(default=f"{default:g}")
    raise InputError(Problem("bad-option", message, remedy, column=variable, value=text))
