"""Shedding: cut from a tree the branches that bring least for what they take of limits that are exceeded."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray  # noqa: TC002  (numba looks at the fields)

from planner.solver.terms import Terms  # noqa: TC001  (numba looks at the fields)
from planner.solver.tree import OUTSIDE, ROUNDING


class Branches(NamedTuple):
    """What hangs from each node of a tree, itself included.

    Attributes
    ----------
    value
        ``(n,)``: prizes less weighed cost.
    fixed
        ``(n,)``: whether something of it is required or held.
    spent, has
        ``(n, k)`` and ``(n, g)``: what it takes of each limit and gives to each floor.
    taken
        ``(p,)``: ports taken at each place.
    """

    value: NDArray[np.float64]
    fixed: NDArray[np.bool_]
    spent: NDArray[np.float64]
    has: NDArray[np.float64]
    taken: NDArray[np.int64]


@njit(cache=True)
def shed(
    tail: NDArray[np.int32],
    tree: NDArray[np.int32],
    order: NDArray[np.int32],
    worth: NDArray[np.float64],
    cost_weight: float,
    terms: Terms,
) -> bool:
    """Cut branches, in place, until all limits are kept and none is left that costs more than it brings.

    Branches with what is required or held, or without which a floor is missed, stay.

    Parameters
    ----------
    order
        The tree's nodes, parents before children.
    worth, cost_weight
        ``(n,)`` prizes; what a cent of cost takes from the value.

    Returns
    -------
    bool
        Whether all limits are kept.
    """
    n = tree.size
    branches = Branches(
        np.zeros(n),
        np.zeros(n, np.bool_),
        np.zeros((n, terms.most.size)),
        np.zeros((n, terms.least.size)),
        np.zeros(terms.ports.size, np.int64),
    )
    while True:
        measure_branches(tail, tree, order, worth, cost_weight, terms, branches)
        fits, worst = choose_branch(tree, order, terms, branches)
        if worst < 0:
            return fits
        order = drop_branch(tail, tree, order, worst)


@njit(cache=True)
def measure_branches(
    tail: NDArray[np.int32],
    tree: NDArray[np.int32],
    order: NDArray[np.int32],
    worth: NDArray[np.float64],
    cost_weight: float,
    terms: Terms,
    branches: Branches,
) -> None:
    """Fill in what hangs from each node."""
    branches.taken[:] = 0
    for v in order:
        branches.value[v], branches.fixed[v] = worth[v], terms.required[v]
        branches.has[v, :] = terms.weight[:, v]
        branches.spent[v, :] = 0.0
        a = tree[v]
        if a >= 0:
            branches.spent[v, :] = terms.spend[:, a].astype(np.float64)
            branches.value[v] -= cost_weight * terms.spend[0, a]
            branches.fixed[v] |= terms.held[a]
            if terms.port[a] >= 0:
                branches.taken[terms.port[a]] += 1
    for i in range(order.size - 1, 0, -1):
        v = order[i]
        u = tail[tree[v]]
        branches.value[u] += branches.value[v]
        branches.fixed[u] |= branches.fixed[v]
        branches.spent[u, :] += branches.spent[v, :]
        branches.has[u, :] += branches.has[v, :]


@njit(cache=True)
def choose_branch(
    tree: NDArray[np.int32], order: NDArray[np.int32], terms: Terms, branches: Branches
) -> tuple[bool, int]:
    """Return whether all limits are kept, and the node from which to cut, −1 for none."""
    burden, burden_value = -1, 0.0
    best, best_ratio = -1, np.inf
    fits = (branches.spent[0, :] <= terms.most).all() and (branches.taken <= terms.ports).all()
    for v in order[1:]:
        relief = relief_of(v, tree[v], terms, branches)
        may_go = (
            not branches.fixed[v] and (branches.has[0, :] - branches.has[v, :] >= terms.least * (1.0 - ROUNDING)).all()
        )
        if may_go and relief > 0.0 and branches.value[v] / relief < best_ratio:
            best, best_ratio = v, branches.value[v] / relief
        if may_go and branches.value[v] < burden_value:
            burden, burden_value = v, branches.value[v]
    return bool(fits), burden if fits else best


@njit(cache=True)
def relief_of(v: int, a: int, terms: Terms, branches: Branches) -> float:
    """Return the shares of what is too much that go with a branch, summed over the limits and the ports."""
    relief = 0.0
    for k in range(terms.most.size):
        excess = branches.spent[0, k] - terms.most[k]
        if excess > 0.0:
            relief += min(branches.spent[v, k], excess) / excess
    p = terms.port[a]
    if p >= 0 and branches.taken[p] > terms.ports[p]:
        relief += 1.0
    return relief


@njit(cache=True)
def drop_branch(
    tail: NDArray[np.int32], tree: NDArray[np.int32], order: NDArray[np.int32], top: int
) -> NDArray[np.int32]:
    """Cut a branch, in place; return the nodes that are left, parents before children."""
    tree[top] = OUTSIDE
    count = 0
    for v in order:
        if v == top or (tree[v] >= 0 and tree[tail[tree[v]]] == OUTSIDE):
            tree[v] = OUTSIDE
        else:
            order[count] = v
            count += 1
    return order[:count]
