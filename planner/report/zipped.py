"""Zip archives in which nothing but the content counts: one plan always gives the same file."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, ZipInfo

if TYPE_CHECKING:
    from pathlib import Path
    from zipfile import ZipFile

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest date that the format knows."""
_READABLE: Final = 0o644 << 16


def add_bytes(archive: ZipFile, name: str, content: bytes) -> None:
    """Add a part that is at hand."""
    archive.writestr(_entry(name), content)


def add_file(archive: ZipFile, name: str, path: Path) -> None:
    """Add a file, however large, without reading it as a whole."""
    entry = _entry(name)
    entry.file_size = path.stat().st_size
    with path.open("rb") as source, archive.open(entry, "w") as target:
        shutil.copyfileobj(source, target, 1 << 20)


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, _EPOCH)
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = _READABLE
    return entry
