"""Files that appear whole or not at all, and files that one process at a time can hold."""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path``; rename it into place when the block ends without an exception.

    The file is flushed to the disk before it is renamed, so that neither a kill nor a power cut leaves half of it. The
    temporary name starts with a dot and keeps the suffix, which some writers choose their format by.
    """
    # Made by open() rather than by tempfile, whose files only their owner may read: a result is as readable as any
    # other file of the user's.
    temporary = path.with_name(f".{path.stem}-{secrets.token_hex(6)}{path.suffix}")
    temporary.open("xb").close()
    try:
        yield temporary
        # Windows flushes only what is open for writing.
        with temporary.open("r+b") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Write a UTF-8 text file that appears whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a file that one holder at a time can have, process or thread; wait until it is free.

    The file is made if it is not there and stays, empty. The system lets go of it when its holder ends, however that
    happens: a lock is never left behind by the dead.
    """
    with path.open("ab") as file:
        _lock(file.fileno())
        try:
            yield
        finally:
            _unlock(file.fileno())


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_LOCK, 1)

    def _unlock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)

    def _unlock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
