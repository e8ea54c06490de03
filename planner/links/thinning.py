"""Fewer arcs where a road network has many more branching points than there are places.

As with ways over open ground: among the places, and among those of each sample of them, the cheapest way across the
border of each two regions that touch is kept (Mehlhorn 1988). What is on no such way falls out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from planner.links.fibre import sample_seeds
from planner.links.spread import REUSE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.links.junctions import Chains

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_LEAST_COST = 1e-9
"""Of an arc, in km: to a sparse matrix an arc of no cost is none."""


def thin(chains: Chains, cost: Floats, standing: Ints, always: Ints) -> NDArray[np.bool_]:
    """Return which chains lie on a cheapest way between neighbours, among all places or a sample of them, (m,).

    Parameters
    ----------
    chains : Chains
        No two between the same ends.
    cost : (m,) float64
    standing : (n,) int64
        Where the places stand.
    always : (f,) int64
        Of these, what is in every sample.
    """
    point, flat = np.unique(np.concatenate([chains.first, chains.last]), return_inverse=True)
    u, v = flat.reshape(2, -1)
    kept = np.zeros(len(chains), dtype=np.bool_)
    for some in sample_seeds(np.intersect1d(standing, point), np.intersect1d(always, point)):
        weight = np.maximum(np.where(kept, REUSE * cost, cost), _LEAST_COST)
        kept |= _on_ways(u, v, weight, np.searchsorted(point, some), len(point))
    return kept


def _on_ways(u: Ints, v: Ints, weight: Floats, seeds: Ints, size: int) -> NDArray[np.bool_]:
    """Return which arcs lie on the cheapest ways between seeds whose regions touch."""
    graph = csr_array((np.tile(weight, 2), (np.concatenate([u, v]), np.concatenate([v, u]))), shape=(size, size))
    away, before, home = dijkstra(graph, indices=seeds, min_only=True, return_predecessors=True)
    low, high = np.minimum(home[u], home[v]), np.maximum(home[u], home[v])
    across = np.flatnonzero((low != high) & (low >= 0))
    order = across[np.lexsort((away[u[across]] + weight[across] + away[v[across]], high[across], low[across]))]
    best = order[np.r_[True, (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)][: len(order)]]
    on_way = np.zeros(size, dtype=np.bool_)
    ends = np.unique(np.concatenate([u[best], v[best]]))
    while len(ends):
        on_way[ends] = True
        ends = np.unique(before[ends])
        ends = ends[ends >= 0]
        ends = ends[~on_way[ends]]
    kept = np.zeros(len(u), dtype=np.bool_)
    kept[best] = True
    kept |= on_way[v] & (before[v] == u) | on_way[u] & (before[u] == v)
    return kept
