"""Arrays that took long to reckon, kept on disk by the content of what they were reckoned from."""

from __future__ import annotations

import hashlib
import io
import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from platformdirs import user_cache_dir

from planner._version import __version__
from planner.files import whole_file
from planner.retention import cache_limits, mark_used, prune

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[np.generic]]

CACHE_VARIABLE = "PLANNER_CACHE_DIR"
"""Environment variable that names another folder for the cache."""
_MAGIC = b"postlink-arrays-1\n"


def kept_arrays(rooms: Sequence[str], asked: Iterable[str | bytes], reckon: Callable[[], Arrays]) -> Arrays:
    """Return some arrays from the cache, or reckon them and keep them there.

    Parameters
    ----------
    rooms : sequence of str
        Code that they depend on, as in `code_hash`.
    asked : iterable of str or bytes
        Everything else that they depend on, contents rather than names; the first one says what they are.
    reckon : callable
        What it raises is the caller's; nothing is kept then.
    """
    key = hashlib.sha256(f"{__version__} {code_hash(*rooms)}".encode())
    for part in asked:
        piece = part.encode() if isinstance(part, str) else part
        key.update(f"{len(piece)} ".encode() + piece)
    file = cache_folder() / f"{key.hexdigest()}.arrays"
    if (stored := _loaded(file)) is not None:
        mark_used(file)
        return stored
    limits, arrays = cache_limits(), reckon()
    with suppress(OSError):  # a full disk or a read-only home costs time at the next run, not this one
        file.parent.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **arrays)
        content = buffer.getvalue()
        with whole_file(file) as temporary:
            temporary.write_bytes(_MAGIC + hashlib.sha256(content).digest() + content)
        prune(file.parent, limits)
    return arrays


def _loaded(file: Path) -> Arrays | None:
    """Return arrays as they were kept; None if the file is absent, unreadable, cut short or altered."""
    try:
        data = file.read_bytes()
    except OSError:
        return None
    head = len(_MAGIC) + hashlib.sha256().digest_size
    if data[:head] != _MAGIC + hashlib.sha256(data[head:]).digest():
        return None
    with np.load(io.BytesIO(data[head:]), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def cache_folder() -> Path:
    """Return where candidate links and arrays are kept if nothing else is said."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else Path(user_cache_dir("postlink-planner")) / "links"


@cache
def code_hash(*rooms: str) -> str:
    """Return a hash of the code in some rooms: a mended bug must not live on in what was kept."""
    package = Path(__file__).parent
    files = [file for room in rooms for file in sorted([package / room, *(package / room).glob("*.py")])]
    digest = hashlib.sha256()
    for file in files:
        if file.is_file():
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()
