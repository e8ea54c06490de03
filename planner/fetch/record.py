"""What was fetched: a small file beside the data with source, licence, size and SHA-256 of each file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from planner.files import sha256_of, write_whole

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Fetched:
    """What a fetch has left in a folder.

    Attributes
    ----------
    files : tuple of Path
        In the order in which a scenario names them.
    sea : tuple of str
        Tiles that the source does not have: sea, or land that is not released.
    new, kept : int
        Files that came over the network, and that were there already.
    size_bytes : int
        Of all files.
    attribution : str
        What whoever shows the data has to say.
    record : Path
        The file that says all this.
    """

    files: tuple[Path, ...]
    sea: tuple[str, ...]
    new: int
    kept: int
    size_bytes: int
    attribution: str
    record: Path


class _Entry(BaseModel):
    url: str
    time: str
    size: int
    sha256: str


class _Kept(BaseModel):
    """What a record says on disk, but for the rest of its head."""

    source: str
    files: dict[str, _Entry]
    sea: dict[str, str]


@dataclass
class Record:
    """The record of one kind of data, kept on disk after every file, so that an interruption loses none."""

    path: Path
    head: dict[str, Any]
    entries: dict[str, _Entry] = field(default_factory=dict)
    sea: dict[str, str] = field(default_factory=dict)

    @classmethod
    def beside(cls, path: Path, **head: Any) -> Record:
        """Open the record at a path, or begin one; entries of another source are forgotten, and damaged records."""
        try:
            kept = _Kept.model_validate_json(path.read_bytes())
        except (OSError, ValueError):
            return cls(path, head)
        return cls(path, head, kept.files, kept.sea) if kept.source == head["source"] else cls(path, head)

    def has(self, file: Path) -> bool:
        """Return whether a file is there as it was fetched."""
        entry = self.entries.get(file.name)
        if entry is None or not file.is_file() or file.stat().st_size != entry.size:
            return False
        return sha256_of(file) == entry.sha256

    def note(self, file: Path, url: str) -> None:
        """Record a file that has just come."""
        self.entries[file.name] = _Entry(url=url, time=_now(), size=file.stat().st_size, sha256=sha256_of(file))
        self.keep()

    def note_sea(self, name: str) -> None:
        """Record that the source has no such tile."""
        self.sea[name] = _now()
        self.keep()

    def keep(self) -> None:
        """Write it."""
        files = {name: entry.model_dump() for name, entry in self.entries.items()}
        content = {**self.head, "files": files, "sea": self.sea}
        write_whole(self.path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
