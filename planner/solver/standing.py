"""The tree that the local search stands at, kept up to date where it changes and nowhere else.

Children hang from their node in doubly linked lists, and every node carries the sums of the branch below it, so that
the work of a round depends on the region that it tears out and on the ways from there to the root, not on the size of
the tree. What a round changes is noted first and can be put back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray  # noqa: TC002  (numba looks at the fields)

from planner.solver.kernel import lean

if TYPE_CHECKING:
    from planner.solver.desk import Desk
    from planner.solver.graph import Graph

CLOSED, CONNECTED, FREE, ORPHAN, SERVED = 0, 1, 2, 3, 4
"""States of a node while growing: out of reach; in the tree; may be entered; root of a torn-off branch; a leaf in the
tree with a direct service from outside its place, which may be swapped for a path through its place."""


class Sums(NamedTuple):
    """What the branch below each node comes to, the arc into the node left out.

    Attributes
    ----------
    value, cost
        Prizes and cost of its branches that pay at the price of keeping.
    gained, spent
        Prizes and cost of the part of them that is worth most at the price of money.
    """

    value: NDArray[np.float64]
    cost: NDArray[np.int64]
    gained: NDArray[np.float64]
    spent: NDArray[np.int64]


class Notes(NamedTuple):
    """How the nodes that a round changes stood before it.

    Attributes
    ----------
    node, arc, load
        The nodes in the order in which they were noted, the arcs into them, and what these carried.
    sums
        Their sums.
    stamp
        Per node: the last round in which it was noted.
    now
        ``(2,)``: this round, and the number of its notes.
    """

    node: NDArray[np.int32]
    arc: NDArray[np.int32]
    load: NDArray[np.float64]
    sums: Sums
    stamp: NDArray[np.int64]
    now: NDArray[np.int64]


class Standing(NamedTuple):
    """Sums, notes and lists of the tree that the local search stands at.

    Attributes
    ----------
    sums
        Of every node but the root.
    share
        What each child of the root adds to the sums of the root.
    root
        ``(1,)`` each: the sums of the root. It can have very many children: they are never added up anew.
    notes
        What can be put back.
    pending
        Work space of `count_anew`, per node: children in the field that are not yet counted; −1 outside the field.
    touched, doomed
        Lists of nodes whose branch changed, and of those that were seen not to pay.
    touched_in, doomed_in
        Per node: the last round in which it was put on them.
    size
        ``(2,)``: their lengths.
    """

    sums: Sums
    share: Sums
    root: Sums
    notes: Notes
    pending: NDArray[np.int32]
    touched: NDArray[np.int32]
    doomed: NDArray[np.int32]
    touched_in: NDArray[np.int64]
    doomed_in: NDArray[np.int64]
    size: NDArray[np.int64]


def new_sums(n: int) -> Sums:
    """Return the sums of n nodes without branches."""
    return Sums(np.zeros(n), np.zeros(n, np.int64), np.zeros(n), np.zeros(n, np.int64))


def new_standing(n: int) -> Standing:
    """Return the lists for a graph of n nodes."""
    return Standing(
        new_sums(n),
        new_sums(n),
        new_sums(1),
        Notes(
            np.empty(n, np.int32),
            np.empty(n, np.int32),
            np.empty(n),
            new_sums(n),
            np.zeros(n, np.int64),
            np.zeros(2, np.int64),
        ),
        np.full(n, -1, np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.zeros(2, np.int64),
    )


@lean
def new_round(desk: Desk) -> None:
    """Forget the notes: what stands now is what the next round can return to."""
    standing = desk.standing
    standing.notes.now[0] += 1
    standing.notes.now[1] = 0
    standing.size[:] = 0


@lean
def note(parent: NDArray[np.int32], desk: Desk, v: int) -> None:
    """Note how node v stands, once in a round, before anything of it changes."""
    notes, sums = desk.standing.notes, desk.standing.sums
    if notes.stamp[v] == notes.now[0]:
        return
    notes.stamp[v] = notes.now[0]
    i = notes.now[1]
    notes.now[1] += 1
    notes.node[i], notes.arc[i], notes.load[i] = v, parent[v], desk.load[v]
    copy_sums(sums, v, notes.sums, i)


@lean
def copy_sums(here: Sums, i: int, there: Sums, j: int) -> None:
    """Copy entry i of ``here`` to entry j of ``there``."""
    there.value[j], there.cost[j] = here.value[i], here.cost[i]
    there.gained[j], there.spent[j] = here.gained[i], here.spent[i]


@lean
def touch(desk: Desk, v: int) -> None:
    """Put node v on the list of those whose branch has changed."""
    standing = desk.standing
    if standing.touched_in[v] != standing.notes.now[0]:
        standing.touched_in[v] = standing.notes.now[0]
        standing.touched[standing.size[0]] = v
        standing.size[0] += 1


@lean
def doom(desk: Desk, v: int) -> None:
    """Put node v on the list of those that were seen not to pay."""
    standing = desk.standing
    if standing.doomed_in[v] != standing.notes.now[0]:
        standing.doomed_in[v] = standing.notes.now[0]
        standing.doomed[standing.size[1]] = v
        standing.size[1] += 1


@lean
def link(graph: Graph, parent: NDArray[np.int32], desk: Desk, v: int) -> None:
    """Hang node v into the list of the node that its arc leaves; it adds nothing to the sums of the root yet."""
    u = graph.tail[parent[v]]
    desk.preceding[v] = -1
    desk.following[v] = desk.first[u]
    if desk.first[u] >= 0:
        desk.preceding[desk.first[u]] = v
    desk.first[u] = v
    if u == 0:
        share = desk.standing.share
        share.value[v] = share.gained[v] = 0.0
        share.cost[v] = share.spent[v] = 0


@lean
def unlink(graph: Graph, parent: NDArray[np.int32], desk: Desk, v: int) -> None:
    """Take node v out of the list of the node that its arc leaves, and out of the sums of the root."""
    u = graph.tail[parent[v]]
    before, after = desk.preceding[v], desk.following[v]
    if before >= 0:
        desk.following[before] = after
    else:
        desk.first[u] = after
    if after >= 0:
        desk.preceding[after] = before
    if u == 0:
        set_share(desk, v, 0.0, 0, 0.0, 0)


@lean
def set_share(desk: Desk, v: int, value: float, cost: int, gained: float, spent: int) -> None:
    """Put what a child of the root adds to its sums in place of what it added before."""
    root, share = desk.standing.root, desk.standing.share
    root.value[0] += value - share.value[v]
    root.cost[0] += cost - share.cost[v]
    root.gained[0] += gained - share.gained[v]
    root.spent[0] += spent - share.spent[v]
    share.value[v], share.cost[v], share.gained[v], share.spent[v] = value, cost, gained, spent
