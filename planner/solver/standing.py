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
from planner.solver.tree import OUTSIDE, fitting, walk

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
def set_up(graph: Graph, parent: NDArray[np.int32], desk: Desk, price: float, keep_price: float) -> int:
    """Cut, in place, what does not pay at ``keep_price``; list the children, count all sums anew.

    Returns
    -------
    int
        Number of nodes before the cuts.
    """
    desk.first[:] = -1
    desk.state[:] = CLOSED
    desk.state[0] = CONNECTED
    for v in range(parent.size):
        if parent[v] >= 0:
            link(graph, parent, desk, v)
    count = walk(0, desk.first, desk.following, desk.order, desk.stack)
    order = desk.field[:count]
    for i in range(count):  # cutting walks too
        order[i] = desk.order[i]
    root = desk.standing.root
    root.value[0] = root.gained[0] = graph.prize[0]
    root.cost[0] = root.spent[0] = 0
    new_round(desk)
    for v in order[:0:-1]:
        desk.state[v] = CONNECTED
        count_branch(graph, parent, desk, v, price, keep_price, False)
        settle(graph, parent, desk, v, price, keep_price)
    for v in order[1:]:
        if parent[v] >= 0 and not pays(graph, parent, desk, v, keep_price):
            unlink(graph, parent, desk, v)
            cut_branch(parent, desk, v)
    new_round(desk)
    return count


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


@lean
def settle(graph: Graph, parent: NDArray[np.int32], desk: Desk, v: int, price: float, keep_price: float) -> None:
    """Bring what node v adds to the sums of the root up to date; put it on the list if it does not pay."""
    a = parent[v]
    sums = desk.standing.sums
    value, cost, gained, spent = 0.0, 0, 0.0, 0
    if pays(graph, parent, desk, v, keep_price):
        value, cost = sums.value[v], sums.cost[v] + graph.cost[a]
        if sums.gained[v] > price * (sums.spent[v] + graph.cost[a]):
            gained, spent = sums.gained[v], sums.spent[v] + graph.cost[a]
    else:
        doom(desk, v)
    if graph.tail[a] == 0:
        set_share(desk, v, value, cost, gained, spent)


@lean
def pays(graph: Graph, parent: NDArray[np.int32], desk: Desk, v: int, keep_price: float) -> bool:
    """Say whether the branch below v pays for itself and the arc into v; not while it is yet to be counted."""
    sums = desk.standing.sums
    return bool(sums.value[v] > keep_price * (sums.cost[v] + graph.cost[parent[v]]))


@lean
def count_branch(
    graph: Graph, parent: NDArray[np.int32], desk: Desk, v: int, price: float, keep_price: float, torn: bool
) -> bool:
    """Add up the branches below v that pay, fit the arc into v to their load; return whether anything changed.

    While a region is ``torn`` out, branches that do not pay without it still stand: what they carry counts.
    """
    sums = desk.standing.sums
    value = gained = graph.prize[v]
    cost = spent = 0
    load = graph.demand[v]
    child = desk.first[v]
    while child >= 0:
        if pays(graph, parent, desk, child, keep_price):
            price_in = graph.cost[parent[child]]
            value += sums.value[child]
            cost += sums.cost[child] + price_in
            load += desk.load[child]
            if sums.gained[child] > price * (sums.spent[child] + price_in):
                gained += sums.gained[child]
                spent += sums.spent[child] + price_in
        elif torn:
            load += desk.load[child]
        child = desk.following[child]
    a = parent[v]
    if graph.capacitated:
        a = fitting(graph.larger, graph.capacity, a, load)
    if (
        a == parent[v]
        and cost == sums.cost[v]
        and value == sums.value[v]
        and spent == sums.spent[v]
        and gained == sums.gained[v]
        and load == desk.load[v]
    ):
        return False
    note(parent, desk, v)
    parent[v] = a
    desk.load[v] = load
    sums.value[v], sums.cost[v], sums.gained[v], sums.spent[v] = value, cost, gained, spent
    return True


@lean
def count_anew(
    graph: Graph, parent: NDArray[np.int32], desk: Desk, n_field: int, price: float, keep_price: float
) -> int:
    """Link what has grown in the field, bring all sums up to date, cut what does not pay; return the work done.

    The field is ``desk.field[:n_field]``; nodes elsewhere whose branch changed stand on the list `touched`.
    """
    standing = desk.standing
    pending, size = standing.pending, standing.size
    field = desk.field[:n_field]
    for v in field:
        pending[v] = 0
    for v in field:
        if parent[v] >= 0:
            link(graph, parent, desk, v)
            u = graph.tail[parent[v]]
            if pending[u] >= 0:
                pending[u] += 1
            else:
                touch(desk, u)
    work = n_field
    for v in field:
        count_up(graph, parent, desk, v, price, keep_price)
    for v in field:
        pending[v] = -1
        desk.state[v] = CONNECTED if parent[v] >= 0 else CLOSED
    touch_above_doomed(graph, parent, desk)
    for i in range(size[0]):
        work += climb(graph, parent, desk, standing.touched[i], price, keep_price, False)
    for i in range(size[1]):
        v = standing.doomed[i]
        if parent[v] >= 0 and not pays(graph, parent, desk, v, keep_price):
            unlink(graph, parent, desk, v)
            work += cut_branch(parent, desk, v)
    return work


@lean
def touch_above_doomed(graph: Graph, parent: NDArray[np.int32], desk: Desk) -> None:
    """Have what flows above them counted anew: it may count those that did not pay while the region was torn out."""
    standing = desk.standing
    for i in range(standing.size[1] if graph.capacitated else 0):
        v = standing.doomed[i]
        if parent[v] >= 0:
            touch(desk, graph.tail[parent[v]])


@lean
def count_up(graph: Graph, parent: NDArray[np.int32], desk: Desk, v: int, price: float, keep_price: float) -> None:
    """Count v and those above it in the field, as far as all their children in the field are counted."""
    pending = desk.standing.pending
    while pending[v] == 0 and parent[v] >= 0:
        pending[v] = -1
        count_branch(graph, parent, desk, v, price, keep_price, False)
        settle(graph, parent, desk, v, price, keep_price)
        v = graph.tail[parent[v]]
        if pending[v] > 0:
            pending[v] -= 1


@lean
def climb(
    graph: Graph, parent: NDArray[np.int32], desk: Desk, v: int, price: float, keep_price: float, torn: bool
) -> int:
    """Count v and what lies above it anew, as far as anything changes; return the number of nodes that did."""
    work = 0
    while v != 0 and parent[v] >= 0 and count_branch(graph, parent, desk, v, price, keep_price, torn):
        settle(graph, parent, desk, v, price, keep_price)
        v = graph.tail[parent[v]]
        work += 1
    return work


@lean
def cut_branch(parent: NDArray[np.int32], desk: Desk, top: int) -> int:
    """Take the branch below ``top``, which hangs in no list any more, out of the tree; return its size."""
    count = walk(top, desk.first, desk.following, desk.order, desk.stack)
    for v in desk.order[:count]:
        note(parent, desk, v)
        parent[v] = OUTSIDE
        desk.first[v] = -1
        desk.state[v] = CLOSED
    return count


@lean
def put_back(graph: Graph, parent: NDArray[np.int32], desk: Desk, price: float, keep_price: float) -> None:
    """Undo the round: everything noted stands as it stood."""
    standing = desk.standing
    notes = standing.notes
    count = notes.now[1]
    for i in range(count):
        v = notes.node[i]
        if parent[v] >= 0:
            unlink(graph, parent, desk, v)
    for i in range(count):
        v, a = notes.node[i], notes.arc[i]
        parent[v] = a
        desk.load[v] = notes.load[i]
        copy_sums(notes.sums, i, standing.sums, v)
        desk.state[v] = CONNECTED if a >= 0 else CLOSED
        if a >= 0:
            link(graph, parent, desk, v)
            settle(graph, parent, desk, v, price, keep_price)
