"""The search's desk: working arrays that its kernels share, and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray  # noqa: TC002  (numba looks at the fields)

from planner.solver.tree import list_children, walk

if TYPE_CHECKING:
    from planner.solver.graph import Graph

CLOSED, CONNECTED, FREE, ORPHAN, SERVED = 0, 1, 2, 3, 4
"""States of a node while growing: out of reach; in the tree; may be entered; root of a torn-off branch; a leaf in the
tree with a direct service from outside its place, which may be swapped for a path through its place."""


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
    still carry), ``entry`` (last arc); ``worth`` of a target; tree lists ``first``, ``following``, ``order``; ``net``
    and ``load`` of the subtree below; heap; ``path``. Per place: ``entered`` (no more entries), ``seen`` (stamp of the
    last path or region that came by). ``clock`` gives the stamps.
    """

    state: NDArray[np.int8]
    distance: NDArray[np.float64]
    spent: NDArray[np.float64]
    room: NDArray[np.float64]
    entry: NDArray[np.int32]
    worth: NDArray[np.float64]
    first: NDArray[np.int32]
    following: NDArray[np.int32]
    order: NDArray[np.int32]
    stack: NDArray[np.int32]
    members: NDArray[np.int32]
    net: NDArray[np.float64]
    load: NDArray[np.float64]
    cents: NDArray[np.int64]
    heap: NDArray[np.int32]
    position: NDArray[np.int32]
    path: NDArray[np.int32]
    field: NDArray[np.int32]
    entered: NDArray[np.int8]
    seen: NDArray[np.int64]
    clock: NDArray[np.int64]


class Extent(NamedTuple):
    """How far the lists of a desk are filled for one growth.

    Attributes
    ----------
    members
        ``desk.members[:members]``: nodes of the tree and of the torn-off branches.
    free, field
        ``desk.field[:free]``: nodes that may be entered; ``desk.field[free:field]``: roots of torn-off branches.
    """

    members: int
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
        entry=ints(),
        worth=np.zeros(n),
        first=ints(),
        following=ints(),
        order=ints(),
        stack=ints(),
        members=ints(),
        net=np.zeros(n),
        load=np.zeros(n),
        cents=np.zeros(n, np.int64),
        heap=ints(),
        position=ints(),
        path=ints(),
        field=ints(),
        entered=np.zeros(n_places, np.int8),
        seen=np.zeros(n_places, np.int64),
        clock=np.zeros(1, np.int64),
    )


@njit(cache=True)
def list_tree(graph: Graph, parent: NDArray[np.int32], desk: Desk, extent: Extent) -> int:
    """List the tree in ``desk.order``, and the children of its nodes and of the branches; return its size."""
    nodes = desk.path
    nodes[: extent.members] = desk.members[: extent.members]
    count = extent.members
    for v in desk.field[: extent.free]:
        if parent[v] >= 0:
            nodes[count] = v
            count += 1
    list_children(parent, graph.tail, nodes[:count], desk.first, desk.following)
    return walk(0, desk.first, desk.following, desk.order, desk.stack)
