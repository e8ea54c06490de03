"""The search's desk: working arrays that its kernels share, and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray  # noqa: TC002  (numba looks at the fields)

from planner.solver.standing import Standing, new_standing

if TYPE_CHECKING:
    from planner.solver.graph import Graph


class Guide(NamedTuple):
    """What growing minimises and how far it goes.

    Attributes
    ----------
    price
        Benefit that a cent is worth (λ).
    greed
        Weight of the priced cost beside the reduced cost.
    reduced
        ``(m,)``: reduced costs in units of benefit.
    wobble
        Relative size of the random change of every arc's guiding cost.
    salt
        Seed of that change.
    appetite
        A target is attached if its path costs at most this many times its worth.
    ban
        Share of the arcs, chosen by the salt, that may not be used.
    dislike
        Factor on the guiding cost of the direct services that could be swapped.
    foresight
        The first search leaves out what cannot carry 1 + (`ROUNDS` − 1) · foresight times the least demand; the last
        one asks for the least demand alone.
    """

    price: float
    greed: float
    reduced: NDArray[np.float64]
    wobble: float
    salt: np.uint64
    appetite: float
    ban: float
    dislike: float
    foresight: float


class Desk(NamedTuple):
    """Working arrays of the kernels, made once per search.

    Per node: ``state``; labels ``distance`` (guiding cost), ``spent`` (priced cost), ``room`` (what the path could
    still carry, ``measured`` in the search of that number), ``entry`` (last arc); ``worth`` of a target; children
    ``first``, ``following``, ``preceding``; ``order`` and ``stack`` of walks; ``load`` of the branch below; heap;
    ``path``; ``field``. Per place: ``entered`` (no more entries), ``seen`` (stamp of the last path or region that came
    by). ``clock`` gives the stamps and the number of the search.
    """

    state: NDArray[np.int8]
    distance: NDArray[np.float64]
    spent: NDArray[np.float64]
    room: NDArray[np.float64]
    measured: NDArray[np.int64]
    entry: NDArray[np.int32]
    worth: NDArray[np.float64]
    first: NDArray[np.int32]
    following: NDArray[np.int32]
    preceding: NDArray[np.int32]
    order: NDArray[np.int32]
    stack: NDArray[np.int32]
    load: NDArray[np.float64]
    heap: NDArray[np.int32]
    position: NDArray[np.int32]
    path: NDArray[np.int32]
    field: NDArray[np.int32]
    entered: NDArray[np.int8]
    seen: NDArray[np.int64]
    clock: NDArray[np.int64]
    standing: Standing


class Extent(NamedTuple):
    """How far the lists of a desk are filled for one growth.

    Attributes
    ----------
    free, field
        ``desk.field[:free]``: nodes that may be entered; ``desk.field[free:field]``: roots of torn-off branches.
    """

    free: int
    field: int


def new_desk(graph: Graph) -> Desk:
    """Return working arrays for a graph."""
    n, n_places = graph.n_nodes, graph.place_start.size - 1

    def ints() -> NDArray[np.int32]:
        return np.full(n, -1, np.int32)

    return Desk(
        state=np.zeros(n, np.int8),
        distance=np.full(n, np.inf),
        spent=np.zeros(n),
        room=np.zeros(n),
        measured=np.zeros(n, np.int64),
        entry=ints(),
        worth=np.zeros(n),
        first=ints(),
        following=ints(),
        preceding=ints(),
        order=ints(),
        stack=ints(),
        load=np.zeros(n),
        heap=ints(),
        position=ints(),
        path=ints(),
        field=ints(),
        entered=np.zeros(n_places, np.int8),
        seen=np.zeros(n_places, np.int64),
        clock=np.zeros(2, np.int64),
        standing=new_standing(n),
    )
