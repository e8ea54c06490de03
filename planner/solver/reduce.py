"""Fixing by reduced costs: arcs that no plan better than the incumbent can hold.

Any plan that holds arc (u, v) holds a path from the root over it to a prize. Its value lies below the ceiling by at
least the reduced cost of that path; where this leaves no more than the incumbent has, the arc can go. After
C. W. Duin and A. Volgenant (1989) and T. Polzin and S. Vahdati Daneshmand (2001).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.solver.tree import bare_tree, preorder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.solver.bound import Pricing
    from planner.solver.graph import Graph

MARGIN = 1e-9
"""Relative margin for the float sums along paths."""


def find_useful(graph: Graph, pricing: Pricing, budget: int, target: float) -> NDArray[np.bool_]:
    """Return ``(m,)``: whether a plan within the budget that is worth ``target`` or more could hold the arc."""
    to_prize = graph.to_prizes(pricing.reduced)
    through = graph.from_root(pricing.reduced)[graph.tail] + pricing.reduced + to_prize[graph.head]
    ceiling = pricing.bound(budget)
    return through * (1.0 - MARGIN) <= ceiling - target + MARGIN * abs(ceiling)


def transfer_tree(parent: NDArray[np.int32], graph: Graph, smaller: Graph) -> NDArray[np.int32]:
    """Return what is left of a tree of ``graph`` in ``smaller``, which is a subgraph of it."""
    arc_of = np.full(int(max(graph.origin.max(initial=-1), smaller.origin.max(initial=-1))) + 1, -1, np.int32)
    arc_of[smaller.origin] = np.arange(smaller.n_arcs, dtype=np.int32)
    return tree_of_arcs(smaller, arc_of[graph.origin[parent[parent >= 0]]])


def tree_of_arcs(graph: Graph, arcs: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the tree of those of the graph's arcs (−1 is none) that hang together from the root, one into each node."""
    parent = bare_tree(graph.n_nodes)
    arcs = arcs[arcs >= 0]
    parent[graph.head[arcs]] = arcs
    hanging = preorder(parent, graph.tail)
    tree = bare_tree(graph.n_nodes)
    tree[hanging] = parent[hanging]
    return tree
