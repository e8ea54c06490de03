"""What a sweep has found: a journal, line by line as tasks end, and tables when all have."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from planner.files import whole_file
from planner.sweep.cases import TOTALS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from planner.sweep.cases import Task

JOURNAL, TABLE, DRAWS = "sweep.jsonl", "sweep.parquet", "draws.parquet"

_COLUMNS = {
    "scenario": pa.string(),
    "budget": pa.float64(),
    "draw": pa.int32(),
    "status": pa.string(),
    "termination": pa.string(),
    **dict.fromkeys(("value", "bound", "gap", "spent", *TOTALS), pa.float64()),
    "message": pa.string(),
    "key": pa.string(),
}


class DoneTasks:
    """The tasks that are done, kept on the disk as soon as each is.

    Parameters
    ----------
    folder : Path
        That of the sweep; what its journal holds is known from the start.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / JOURNAL
        self.rows: dict[str, dict[str, Any]] = {}
        whole = b""
        if self._path.exists():
            # A process that was killed may have left half a line: it is no result, and the next one starts afresh.
            whole = self._path.read_bytes()
            whole = whole[: whole.rfind(b"\n") + 1]
            for line in whole.splitlines():
                if (row := _row(line)) is not None:
                    self.rows[row["key"]] = row
        self._stream = self._path.open("ab")
        self._stream.truncate(len(whole))

    def add(self, found: Sequence[dict[str, Any]]) -> None:
        """Keep what some tasks have found; those that ended in an error are told but asked again another time."""
        for told in found:
            self.rows[told["row"]["key"]] = told["row"]
        lines = [json.dumps(told, ensure_ascii=False) for told in found if told["row"]["status"] != "error"]
        if lines:
            self._stream.write("".join(f"{line}\n" for line in lines).encode())
            self._stream.flush()
            os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Close the journal."""
        self._stream.close()


def _row(line: bytes) -> dict[str, Any] | None:
    """Return the row of a task; None for a line that a power cut or another program has spoilt: it is asked again."""
    try:
        row = json.loads(line)["row"]
        return row if isinstance(row["key"], str) else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def write_tables(folder: Path, tasks: Sequence[Task], rows: Sequence[dict[str, Any]]) -> None:
    """Write ``draws.parquet`` (what was drawn) and ``sweep.parquet`` (a row for each task); whole or not at all.

    The same tasks with the same answers give the same files, whoever did them and in which order.

    Parameters
    ----------
    folder : Path
    tasks, rows
        As many of each, in the order of the tasks.
    """
    drawn = {(task.case, task.draw): task for task in tasks if task.values}
    long = [
        (task.scenario, draw, name, value)
        for (_case, draw), task in sorted(drawn.items())
        for name, value in task.values.items()
    ]
    columns = list(zip(*long, strict=True)) if long else [()] * 4
    types = (pa.string(), pa.int32(), pa.string(), pa.float64())
    names = ("scenario", "draw", "figure", "value")
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    _write(pa.Table.from_arrays(arrays, names=list(names)), folder / DRAWS)
    table = pa.Table.from_arrays(
        [pa.array([row.get(name) for row in rows], kind) for name, kind in _COLUMNS.items()], names=list(_COLUMNS)
    )
    _write(table, folder / TABLE)


def _write(table: pa.Table, path: Path) -> None:
    with whole_file(path) as temporary:
        pq.write_table(table, temporary)
