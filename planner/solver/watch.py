"""How a search of SCIP's is watched: what it asks, what it tells, and how its errors come out."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from pyscipopt import SCIP_STAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray
    from pyscipopt import Model

POLL_S = 0.1

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Watch:
    """How the search is watched while it runs.

    Attributes
    ----------
    stopped
        Whether it shall end; asked several times a second, from another thread.
    proven
        Whether what has been told closes the gap; asked after each linear program, so that it ends at the same place on
        every machine.
    seconds_left
        Time until it has to end.
    node_limit
        Nodes of the tree after which it ends, −1 for no limit.
    note_ceiling
        Told the falling ceiling.
    propose
        Returns a tree within the budget that follows the ``(m,)`` values of the arcs in a relaxation, None if it finds
        none better than it had.
    note_plan
        Told the trees that the branching finds.
    """

    stopped: Callable[[], bool]
    proven: Callable[[], bool]
    seconds_left: float
    node_limit: int
    note_ceiling: Callable[[float], object]
    propose: Callable[[NDArray[np.float64]], NDArray[np.int32] | None]
    note_plan: Callable[[NDArray[np.int32]], None]


def guarded(watch: Watch, errors: list[BaseException]) -> Watch:
    """Return the watch with its calls guarded: SCIP loses the cause of what is raised in its callbacks.

    The first error is kept in ``errors`` and ends the search; `optimize` raises it.
    """

    def keep(call: Callable[P, R], otherwise: R) -> Callable[P, R]:
        def guard(*args: P.args, **kwargs: P.kwargs) -> R:
            if errors:
                return otherwise
            try:
                return call(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001  (raised again by `optimize`)
                errors.append(error)
                return otherwise

        return guard

    return replace(
        watch,
        stopped=keep(watch.stopped, True),
        proven=keep(watch.proven, True),
        note_ceiling=keep(watch.note_ceiling, None),
        propose=keep(watch.propose, None),
        note_plan=keep(watch.note_plan, None),
    )


@contextmanager
def numerical_troubles() -> Iterator[None]:
    """Let SCIP end where its linear programs cannot be solved: what was proven before holds, more is not known."""
    try:
        yield
    except Exception as error:  # PySCIPOpt tells SCIP's return codes apart by their texts alone
        if "error in LP solver" not in str(error):
            raise


@contextmanager
def interrupting(model: Model, stopped: Callable[[], bool]) -> Iterator[None]:
    """Interrupt the model, from another thread, once ``stopped`` says so."""
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(POLL_S):
            if stopped():
                # SCIP refuses between its stages; it is asked again at the next look.
                with suppress(Exception):
                    if model.getStage() == SCIP_STAGE.SOLVING:
                        model.interruptSolve()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
