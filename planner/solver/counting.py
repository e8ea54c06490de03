"""Counting the tree that the local search stands at: its sums after a change, what no longer pays, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.solver.kernel import lean
from planner.solver.standing import (
    CLOSED,
    CONNECTED,
    copy_sums,
    doom,
    link,
    new_round,
    note,
    set_share,
    touch,
    unlink,
)
from planner.solver.tree import OUTSIDE, fitting, walk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from planner.solver.desk import Desk
    from planner.solver.graph import Graph


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

    While a region is ``torn`` out, branches that do not pay count for the load: they may pay again once it has grown.
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
    pending = desk.standing.pending
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
    return work + settle_above(graph, parent, desk, price, keep_price)


@lean
def settle_above(graph: Graph, parent: NDArray[np.int32], desk: Desk, price: float, keep_price: float) -> int:
    """Count anew what lies above the nodes that are touched, cut what does not pay; return the work done."""
    standing = desk.standing
    size = standing.size
    if graph.capacitated:  # what flows above them may still count those that did not pay while the region was torn out
        for i in range(size[1]):
            if parent[standing.doomed[i]] >= 0:
                touch(desk, graph.tail[parent[standing.doomed[i]]])
    work = 0
    for i in range(size[0]):
        work += climb(graph, parent, desk, standing.touched[i], price, keep_price, False)
    for i in range(size[1]):
        v = standing.doomed[i]
        if parent[v] >= 0 and not pays(graph, parent, desk, v, keep_price):
            unlink(graph, parent, desk, v)
            work += cut_branch(parent, desk, v)
    return work


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
