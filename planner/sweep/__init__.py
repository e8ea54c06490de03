"""Many plans at once: scenarios × budgets × draws, by whatever processes there are, begun again where it was left.

See docs/method/sweep.md.
"""

from __future__ import annotations

import math
import time
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from planner._version import __version__
from planner.errors import PlannerError
from planner.i18n import _
from planner.sweep.cases import Case, Task, make_case, tasks_of, work_at
from planner.sweep.results import DRAWS, JOURNAL, TABLE, DoneTasks, write_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

__all__ = [
    "DRAWS",
    "JOURNAL",
    "TABLE",
    "Case",
    "DoneTasks",
    "Task",
    "Workers",
    "do_tasks",
    "make_case",
    "tasks_of",
    "work_at",
    "write_tables",
]

LEAST_CHUNK_S = 0.1
"""Work that is sent at once takes at least so long: sending takes some milliseconds."""
AHEAD = 2
"""Chunks for each worker that are sent before earlier ones have ended, so that none waits."""
MOST_LOSSES = 5
"""Times in a row that workers may be lost without a single task done between."""
_BETWEEN_LOOKS_S = 0.2


class Workers(Protocol):
    """Who does the work, here or elsewhere."""

    def submit(self, case: Case, tasks: Sequence[Task], version: str) -> Future[list[dict[str, Any] | None]]:
        """Have some tasks of a case done."""

    def count(self) -> int:
        """Return how many work at the same time now."""

    def renew(self) -> None:
        """Put others in the place of workers that were lost."""


def do_tasks(
    cases: Sequence[Case],
    tasks: Sequence[Task],
    done: DoneTasks,
    workers: Workers,
    *,
    cancelled: Callable[[], bool],
    on_progress: Callable[[int, int, float | None], None],
) -> bool:
    """Do the tasks that are not done yet; return whether all are in the end.

    Parameters
    ----------
    cases, tasks
        Tasks name their case by its number.
    done : DoneTasks
        What is known, and where answers are kept.
    workers : Workers
    cancelled : callable
        Asked several times a second; True ends with the tasks that are done.
    on_progress : callable
        Told how many tasks are done, of how many, and the seconds that the rest may take, None if not known.

    Raises
    ------
    PlannerError
        Workers are lost again and again, or whoever runs them is.
    """
    work = _Work(cases, tasks, done, workers, on_progress)
    work.tell()
    while work.left() and not cancelled():
        work.send()
        work.receive()
    work.drop()
    return not work.left()


@dataclass
class _Work:
    """Tasks that wait and tasks that are under way."""

    cases: Sequence[Case]
    tasks: Sequence[Task]
    done: DoneTasks
    workers: Workers
    on_progress: Callable[[int, int, float | None], None]
    waiting: list[Task] = field(init=False)
    under_way: dict[Future[list[dict[str, Any] | None]], list[Task]] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)
    losses: int = 0
    begun: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        # The last one first, as they are taken from the end; equal questions are asked once.
        open_ones = {task.key: task for task in self.tasks if task.key not in self.done.rows}
        self.waiting = list(reversed(open_ones.values()))
        self.total, self.first = len({task.key for task in self.tasks}), len(open_ones)

    def left(self) -> int:
        """Return how many tasks are not done."""
        return len(self.waiting) + sum(map(len, self.under_way.values()))

    def send(self) -> None:
        """Send chunks until every worker has enough before it."""
        while self.waiting and len(self.under_way) < AHEAD * max(self.workers.count(), 1):
            chunk = [self.waiting.pop()]
            case = chunk[0].case
            size = chunk_size(self.seconds.get(case), len(self.waiting) + 1, self.workers.count())
            while len(chunk) < size and self.waiting and self.waiting[-1].case == case:
                chunk.append(self.waiting.pop())
            try:
                future = self.workers.submit(self.cases[case], chunk, __version__)
            except BrokenExecutor:
                self.waiting += reversed(chunk)
                self.lose()
                return
            self.under_way[future] = chunk

    def receive(self) -> None:
        """Wait a moment for chunks that end; keep their answers."""
        ended = wait(self.under_way, timeout=_BETWEEN_LOOKS_S, return_when=FIRST_COMPLETED).done
        lost = False
        for future in ended:
            chunk = self.under_way.pop(future)
            try:
                found = [told for told in future.result() if told is not None]
            except (BrokenExecutor, CancelledError):  # a worker is gone, not the task's fault
                self.waiting += reversed(chunk)
                lost = True
                continue
            self.keep(chunk, found)
        if lost:
            self.lose()
        elif ended:
            self.tell()

    def keep(self, chunk: list[Task], found: list[dict[str, Any]]) -> None:
        """Keep answers, and how long they took."""
        if found:
            self.losses = 0
            self.done.add(found)
            mean = sum(told["seconds"] for told in found) / len(found)
            before = self.seconds.get(chunk[0].case, mean)
            self.seconds[chunk[0].case] = (before + mean) / 2
        answered = {told["row"]["key"] for told in found}
        self.waiting += [task for task in reversed(chunk) if task.key not in answered]

    def lose(self) -> None:
        """Go on with other workers, unless that has not helped several times."""
        self.losses += 1
        if self.losses >= MOST_LOSSES:
            text = _(
                "Workers were lost {n} times in a row without a task done: they may lack memory. What is done is kept; "
                "run the same again with fewer workers."
            )
            raise PlannerError(text.format(n=self.losses))
        for chunk in self.under_way.values():
            self.waiting += reversed(chunk)
        self.drop()
        self.workers.renew()

    def drop(self) -> None:
        """Let go of what is under way."""
        for future in self.under_way:
            future.cancel()
        self.under_way.clear()

    def tell(self) -> None:
        """Tell how many tasks are done and how long the rest may take."""
        n_done = self.total - self.left()
        now = n_done - (self.total - self.first)
        rest = (time.monotonic() - self.begun) / now * self.left() if now else None
        self.on_progress(n_done, self.total, rest)


def chunk_size(seconds: float | None, waiting: int, workers: int) -> int:
    """Return how many tasks to send at once: for at least `LEAST_CHUNK_S`, while every worker gets some.

    Parameters
    ----------
    seconds : float or None
        That a task of the case takes; None: not known yet.
    waiting, workers : int
    """
    if seconds is None:
        return 1
    enough = math.ceil(LEAST_CHUNK_S / max(seconds, 1e-3))
    return max(1, min(enough, math.ceil(waiting / max(workers, 1))))
