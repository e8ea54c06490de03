"""Reader of STP files, the format of SteinLib and of the 11th DIMACS challenge.

A file is a list of sections, a section a list of lines, a line a key and its fields: ``E 1 21 7``, ``Nodes 50``,
``TP 4 12.5``. Keys and names of sections are taken without regard to case. Nodes keep the file's numbers, from 1.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Section:
    """One section: its lines in order, each a key in lower case and its fields."""

    name: str
    lines: tuple[tuple[str, tuple[str, ...]], ...]

    def rows(self, key: str) -> list[tuple[str, ...]]:
        """Return the fields of all lines of a key."""
        return [fields for found, fields in self.lines if found == key.lower()]

    def number(self, key: str) -> float | None:
        """Return the number that stands behind a key, None if the key is missing."""
        rows = self.rows(key)
        return float(rows[0][0]) if rows and rows[0] else None


@dataclass(frozen=True)
class StpFile:
    """The sections of a file, by name in lower case."""

    name: str
    sections: dict[str, Section]

    def section(self, name: str) -> Section:
        """Return a section, an empty one if the file has none of that name."""
        return self.sections.get(name.lower(), Section(name.lower(), ()))

    def number(self, key: str) -> float | None:
        """Return the number behind a key in whichever section has it, None if none has."""
        return next((n for s in self.sections.values() if (n := s.number(key)) is not None), None)

    def whole_number(self, key: str) -> int:
        """Return the whole number behind a key.

        Raises
        ------
        ValueError
            If no section has it.
        """
        value = self.number(key)
        if value is None or value != int(value):
            raise ValueError(f"{self.name}: no whole number for {key}")
        return int(value)

    def ends(self, key: str) -> NDArray[np.int64]:
        """Return ``(k, 2)``: the end nodes of the edges (``E``) or arcs (``A``)."""
        return np.array([row[:2] for row in self.section("graph").rows(key)], np.int64).reshape(-1, 2)

    def costs(self, key: str) -> NDArray[np.float64]:
        """Return ``(k,)``: the costs of the edges (``E``) or arcs (``A``)."""
        return np.array([row[2] for row in self.section("graph").rows(key)], np.float64)

    def marked(self, key: str) -> NDArray[np.int64]:
        """Return the nodes that lines like ``T v`` or ``TP v prize`` name, in order."""
        return np.array([row[0] for s in self.sections.values() for row in s.rows(key)], np.int64)

    def weights(self, key: str) -> NDArray[np.float64]:
        """Return the numbers behind the nodes of lines like ``TP v prize``, in order."""
        return np.array([row[1] for s in self.sections.values() for row in s.rows(key)], np.float64)


def read_stp(path: Path) -> StpFile:
    """Read a file.

    Raises
    ------
    ValueError
        If it is not an STP file or a section is not ended.
    """
    text = path.read_text(encoding="latin-1").splitlines()
    if not text or "33d32945" not in text[0].lower():
        raise ValueError(f"{path}: not an STP file")
    sections: dict[str, Section] = {}
    name: str | None = None
    lines: list[tuple[str, tuple[str, ...]]] = []
    for raw in text[1:]:
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        key, *fields = shlex.split(line) if '"' in line else line.split()
        key = key.lower()
        if key == "eof":
            break
        if key == "section":
            name, lines = " ".join(fields).lower(), []
        elif key == "end" and name is not None:
            sections[name] = Section(name, tuple(lines))
            name = None
        elif name is not None:
            lines.append((key, tuple(fields)))
    if name is not None:
        raise ValueError(f"{path}: section {name} has no end")
    return StpFile(path.stem, sections)
