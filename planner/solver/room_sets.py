"""Node sets that capacity cuts are looked for in: branches of a tree, areas that a relaxation holds together, and more.

The tree is that along which the relaxation sends most. Areas come from joining the ends of arcs, those of the largest
value first, as in Kruskal's algorithm: what several links feed a part each is one of them, and no branch. Further sets
grow from the places of the nodes that draw (`planner.solver.growing_sets`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray  # noqa: TC002  (numba looks at the fields)

from planner.solver.growing_sets import grow_sets
from planner.solver.tree import ROOT, bare_tree, list_children, walk

if TYPE_CHECKING:
    from planner.solver.graph import Graph


class NodeSets(NamedTuple):
    """Sets side by side: set i is ``nodes[start[i]:start[i + 1]]``."""

    start: NDArray[np.int64]
    nodes: NDArray[np.int32]


def find_sets(
    graph: Graph, arc_value: NDArray[np.float64], used: NDArray[np.int32], drawn: NDArray[np.float64]
) -> NodeSets:
    """Return sets without the root whose entering arcs may be asked for too little room.

    Parameters
    ----------
    arc_value
        ``(m,)``: a solution of the relaxation.
    used
        Arcs that it uses.
    drawn
        ``(n,)``: what nodes that it reaches draw.
    """
    length = np.full(graph.n_arcs, np.inf)
    length[used] = 1.001 - np.minimum(arc_value[used], 1.0)
    distance = graph.from_root(length)
    parent = bare_tree(graph.n_nodes)
    tight = used[distance[graph.tail[used]] + length[used] <= distance[graph.head[used]] * (1 + 1e-12)]
    parent[graph.head[tight]] = tight
    parent[0] = ROOT
    hanging = np.flatnonzero(np.isfinite(distance)).astype(np.int32)
    first, following = (np.full(graph.n_nodes, -1, np.int32) for _ in range(2))
    list_children(parent, graph.tail, hanging, first, following)
    inner = used[graph.tail[used] != 0]
    inner = inner[np.argsort(-arc_value[inner], kind="stable")]
    joined = join_ends(graph.n_nodes, graph.tail, graph.head, inner)
    listed = list_sets(parent.size, hanging, first, following, *joined)
    start, nodes = grow_sets(graph, arc_value, used, np.unique(graph.place[1:][drawn[1:] > 0.0]))
    return NodeSets(np.r_[listed.start, listed.start[-1] + start[1:]], np.r_[listed.nodes, nodes])


@njit(cache=True)
def join_ends(
    n: int, tail: NDArray[np.int32], head: NDArray[np.int32], arcs: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Join the ends of arcs, in this order; return the two halves of each area, nodes or n + an earlier area."""
    above = np.arange(n)
    area = np.arange(n)
    one, other = np.empty(arcs.size, np.int32), np.empty(arcs.size, np.int32)
    count = 0
    for a in arcs:
        u, v = tail[a], head[a]
        while above[u] != u:
            above[u] = above[above[u]]
            u = above[u]
        while above[v] != v:
            above[v] = above[above[v]]
            v = above[v]
        if u != v:
            one[count], other[count] = area[u], area[v]
            above[v] = u
            area[u] = n + count
            count += 1
    return one[:count], other[:count]


@njit(cache=True)
def list_sets(
    n: int,
    hanging: NDArray[np.int32],
    first: NDArray[np.int32],
    following: NDArray[np.int32],
    one: NDArray[np.int32],
    other: NDArray[np.int32],
) -> NodeSets:
    """List the branches of a tree, then the areas."""
    order, stack = np.empty(n, np.int32), np.empty(n + 2, np.int32)
    start = [0]
    nodes = [np.empty(0, np.int32)]
    for top in hanging:
        if top != 0:
            size = walk(top, first, following, order, stack)
            nodes.append(order[:size].copy())
            start.append(start[-1] + size)
    for i in range(one.size):
        size, waiting = 0, 1
        stack[0] = n + i
        while waiting > 0:
            waiting -= 1
            part = stack[waiting]
            if part < n:
                order[size] = part
                size += 1
            else:
                stack[waiting], stack[waiting + 1] = one[part - n], other[part - n]
                waiting += 2
        nodes.append(order[:size].copy())
        start.append(start[-1] + size)
    together = np.empty(start[-1], np.int32)
    for i in range(1, len(nodes)):
        together[start[i - 1] : start[i]] = nodes[i]
    return NodeSets(np.array(start), together)
