"""Who does independent pieces of work: this process, or several on this machine, behind one interface."""

from __future__ import annotations

import multiprocessing
import signal
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from planner.errors import PlannerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = ParamSpec("P")
T = TypeVar("T")


class InThisProcess(Executor):
    """Does each piece of work at once, where it is handed in."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Return the finished future."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - a future keeps whatever was raised, for whoever asks for its result
            future.set_exception(error)
        return future


def new_executor(workers: int) -> Executor:
    """Return an executor; use it as a context manager, so that its processes end.

    Parameters
    ----------
    workers : int
        1: this process. Processes start from nothing (spawn), alike on every system; each loads the compiled kernels
        from the cache.
    """
    if workers == 1:
        return InThisProcess()
    spawn = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(max_workers=workers, mp_context=spawn, initializer=_leave_interrupts_to_the_parent)
    # A pool watches the processes that it had when it last did something: one that is started for a later piece of work
    # and then lost would not be missed before another ends. Asked at once for nothing, it starts all of them.
    wait([executor.submit(_nothing) for _worker in range(workers)])
    return executor


@contextmanager
def at_work(workers: int, stop: Callable[[], None], lost: str) -> Iterator[Executor]:
    """Give an executor; an error drops what waits and stops what is under way, so that it is told soon.

    Parameters
    ----------
    workers : int
        As for `new_executor`.
    stop : callable
        Tells work that is under way to end.
    lost : str
        What to tell where the system has ended a process.

    Raises
    ------
    PlannerError
        The system has ended a process.
    """
    executor = new_executor(workers)
    try:
        yield executor
    except BrokenExecutor as error:
        raise PlannerError(lost) from error
    except BaseException:
        stop()
        raise
    finally:
        executor.shutdown(cancel_futures=True)


def _nothing() -> None:
    """Let a pool start a process and hear of it."""


def _leave_interrupts_to_the_parent() -> None:
    """Ignore Ctrl-C, which a terminal sends to every process of a group: the parent ends the work in good order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
