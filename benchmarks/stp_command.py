"""What the benchmarks on STP files have in common: their command line, and the files that they write."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS = ("instance", "value", "bound", "status", "seconds")


def read_command(description: str | None, time_limit_s: float) -> argparse.Namespace:
    """Return what the command line asks for, and make the folder of the solutions."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--time-limit", type=float, default=time_limit_s)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--solutions", type=Path)
    asked = parser.parse_args()
    if asked.solutions is not None:
        asked.solutions.mkdir(parents=True, exist_ok=True)
    return asked


def write_table(rows: list[dict[str, Any]], path: Path) -> None:
    """Write the rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def write_solution(folder: Path, name: str, value: str, edges: Iterable[tuple[int, int]]) -> None:
    """Write the edges of a tree, one a line, below its value."""
    lines = [value, *(f"{u} {v}" for u, v in edges)]
    (folder / f"{name}.sol").write_text("\n".join(lines) + "\n", encoding="ascii")
