"""Files in the STP format of SteinLib and the 11th DIMACS challenge, read as they are.

A file is a list of sections. What is read is the graph (``E u v cost`` edges, ``A u v cost`` arcs) and the terminals
(``T v``, ``TP v prize``, ``PV v revenue``, ``Root v``); whatever else stands as ``key value`` outside coordinates is
kept under ``extra`` in lower case. Numbers are decimals, exactly those of the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

ROOT_KEYS, PRIZE_KEYS = ("root", "rootp"), ("tp", "pv")


@dataclass(frozen=True)
class StpFile:
    """What one file says; nodes are numbered from 1, as in the file.

    Attributes
    ----------
    name
        Name of the file, without its ending.
    tail, head
        ``(m,)``: end nodes of each edge or arc.
    cost
        Their costs.
    directed
        Whether the lines are arcs.
    terminals
        Nodes that have to be reached.
    prizes
        Node to prize.
    root
        Node that the tree has to hold, None if the file names none.
    extra
        Further keys, in lower case, and what follows them on their line.
    """

    name: str
    n_nodes: int
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    cost: tuple[Decimal, ...]
    directed: bool
    terminals: tuple[int, ...]
    prizes: dict[int, Decimal]
    root: int | None
    extra: dict[str, str]

    def whole_number(self, key: str) -> int:
        """Return the whole number behind a further key.

        Raises
        ------
        ValueError
            If the file has no such line.
        """
        try:
            return int(self.extra[key])
        except (KeyError, ValueError):
            raise ValueError(f"{self.name}: no whole number for {key}") from None


@dataclass
class _Reading:
    """What has been read so far."""

    section: str = ""
    ends: list[tuple[int, int]] = field(default_factory=list)
    cost: list[Decimal] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    terminals: list[int] = field(default_factory=list)
    prizes: dict[int, Decimal] = field(default_factory=dict)
    root: int | None = None
    extra: dict[str, str] = field(default_factory=dict)

    def take(self, words: list[str]) -> None:
        """Take in one line."""
        key, values = words[0].lower(), words[1:]
        if key == "section":
            self.section = values[0].lower()
        elif key in ("end", "eof"):
            self.section = ""
        elif self.section == "coordinates":
            return
        elif key in ("e", "a") and self.section == "graph":
            self.kinds.add(key)
            self.ends.append((int(values[0]), int(values[1])))
            self.cost.append(Decimal(values[2]))
        elif key == "t":
            self.terminals.append(int(values[0]))
        elif key in PRIZE_KEYS:
            self.prizes[int(values[0])] = Decimal(values[1])
        elif key in ROOT_KEYS:
            self.root = int(values[0])
        else:
            self.extra[key] = " ".join(values)


def read_stp(path: Path) -> StpFile:
    """Read one file.

    Raises
    ------
    ValueError
        If a line is not understood, a node does not exist, or edges and arcs are mixed; names file and line.
    """
    reading = _Reading()
    with path.open(encoding="latin-1") as lines:
        for number, line in enumerate(lines, start=1):
            words = line.split()
            if words and not words[0].lower().startswith(("33d32945", "#")):
                try:
                    reading.take(words)
                except (ValueError, IndexError, InvalidOperation):
                    raise ValueError(f"{path}, line {number}: not understood: {line.strip()!r}") from None
    return conclude(path, reading)


def conclude(path: Path, reading: _Reading) -> StpFile:
    """Check what has been read and put it into one value."""
    try:
        n_nodes = int(reading.extra.pop("nodes"))
    except (KeyError, ValueError):
        raise ValueError(f"{path}: no line 'Nodes n'") from None
    named = {v for ends in reading.ends for v in ends} | set(reading.terminals) | set(reading.prizes)
    named |= set() if reading.root is None else {reading.root}
    wrong = sorted(v for v in named if not 1 <= v <= n_nodes)
    if wrong:
        raise ValueError(f"{path}: node {wrong[0]} is not among 1…{n_nodes}")
    if len(reading.kinds) > 1:
        raise ValueError(f"{path}: edges and arcs are mixed")
    ends = np.array(reading.ends, np.int64).reshape(-1, 2)
    return StpFile(
        name=path.stem,
        n_nodes=n_nodes,
        tail=ends[:, 0].copy(),
        head=ends[:, 1].copy(),
        cost=tuple(reading.cost),
        directed="a" in reading.kinds,
        terminals=tuple(reading.terminals),
        prizes=reading.prizes,
        root=reading.root,
        extra=reading.extra,
    )
