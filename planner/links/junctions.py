"""From a bundle of routes on a grid to a small graph: a trench that two routes share is one arc.

Routes that run together and part again leave vertices where three or more edges meet. Those become junctions; every
chain of vertices between two places or junctions becomes one arc with its polyline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Chains:
    """Arcs between kept vertices, m rows.

    Attributes
    ----------
    node : (k,) int64
        Vertices of all chains, one chain after the other, both ends included.
    start : (m + 1,) int64
        Chain i is ``node[start[i]:start[i + 1]]``; its first end is smaller than its last.
    """

    node: NDArray[np.int64]
    start: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of chains."""
        return len(self.start) - 1

    @property
    def first(self) -> NDArray[np.int64]:
        """One end of each chain, (m,)."""
        return self.node[self.start[:-1]]

    @property
    def last(self) -> NDArray[np.int64]:
        """The other end of each chain, (m,)."""
        return self.node[self.start[1:] - 1]


def contract(edges: NDArray[np.int64], cost: NDArray[np.float64], terminals: NDArray[np.int64]) -> Chains:
    """Return the chains between terminals and junctions of an undirected graph.

    Dead ends that lead to no terminal, loops, and all but the cheapest of parallel chains are left out, since no
    cheapest tree uses them; this is repeated until nothing more falls out.

    Parameters
    ----------
    edges : (e, 2) int64
        Vertices of each edge; an edge may be given more than once and in either direction.
    cost : (e,) float64
        Of each edge, positive or zero; compares parallel chains. The same edge has the same cost each time.
    terminals : (t,) int64
        Vertices that stay whatever their degree.

    Returns
    -------
    Chains
        Sorted by their ends.
    """
    edges, first_seen = np.unique(np.sort(edges, axis=1), axis=0, return_index=True)
    cost = cost[first_seen]
    proper = edges[:, 0] != edges[:, 1]
    edges, cost = edges[proper], cost[proper]
    while True:
        vertex, flat = np.unique(edges, return_inverse=True)
        compact = flat.reshape(-1, 2)
        fixed = np.isin(vertex, terminals)
        start, edge_of, neighbour = _incidence(compact, len(vertex))
        node, used, chain_start, edge_start = _walk(start, edge_of, neighbour, fixed)
        chains = Chains(vertex[node], chain_start)
        chain_cost = np.add.reduceat(cost[used], edge_start[:-1]) if len(used) else np.zeros(0)
        keep = _worthwhile(chains, chain_cost, vertex[fixed])
        if keep.all():
            return _sorted(chains, chain_cost)
        kept = used[np.repeat(keep, np.diff(edge_start))]
        edges, cost = edges[np.sort(kept)], cost[np.sort(kept)]


def _incidence(
    edges: NDArray[np.int64], n_vertices: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return, vertex by vertex, the edges that end there and their other ends, with the offsets of each vertex."""
    ends = edges.T.ravel()
    order = np.argsort(ends, kind="stable")
    start = np.zeros(n_vertices + 1, dtype=np.int64)
    np.cumsum(np.bincount(ends, minlength=n_vertices), out=start[1:])
    return start, order % len(edges) if len(edges) else order, edges[:, ::-1].T.ravel()[order]


@njit(cache=True)
def _walk(
    start: NDArray[np.int64], edge_of: NDArray[np.int64], neighbour: NDArray[np.int64], fixed: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Follow each edge from every kept vertex to the next kept vertex.

    Returns
    -------
    node, used, node_start, edge_start
        Vertices and edges of the chains with their offsets. Chains end at terminals and at vertices of degree other
        than two; rings without such a vertex are left out.
    """
    n_edges = len(edge_of) // 2
    done = np.zeros(n_edges, dtype=np.bool_)
    node = np.empty(3 * n_edges, dtype=np.int64)  # a chain has one vertex more than edges
    used = np.empty(n_edges, dtype=np.int64)
    node_start = np.zeros(n_edges + 1, dtype=np.int64)
    edge_start = np.zeros(n_edges + 1, dtype=np.int64)
    n_chains = n_node = n_used = 0
    for origin in range(len(start) - 1):
        if start[origin + 1] - start[origin] == 2 and not fixed[origin]:
            continue
        for slot in range(start[origin], start[origin + 1]):
            edge, here = edge_of[slot], neighbour[slot]
            if done[edge]:
                continue
            node[n_node] = origin
            n_node += 1
            while True:
                done[edge] = True
                used[n_used] = edge
                node[n_node] = here
                n_used += 1
                n_node += 1
                if start[here + 1] - start[here] != 2 or fixed[here]:
                    break
                ahead = start[here] if edge_of[start[here]] != edge else start[here] + 1
                edge, here = edge_of[ahead], neighbour[ahead]
            n_chains += 1
            node_start[n_chains], edge_start[n_chains] = n_node, n_used
    return node[:n_node], used[:n_used], node_start[: n_chains + 1], edge_start[: n_chains + 1]


def _worthwhile(chains: Chains, cost: NDArray[np.float64], terminals: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which chains some cheapest tree between terminals may use, (m,)."""
    ends = np.sort(np.column_stack([chains.first, chains.last]), axis=1)
    order = np.lexsort((cost, ends[:, 1], ends[:, 0]))
    keep = np.zeros(len(chains), dtype=np.bool_)
    keep[order] = np.r_[True, (np.diff(ends[order], axis=0) != 0).any(axis=1)][: len(order)]
    keep &= ends[:, 0] != ends[:, 1]
    vertex, degree = np.unique(ends, return_counts=True)
    dangling = vertex[(degree == 1) & ~np.isin(vertex, terminals)]
    return np.asarray(keep & ~np.isin(ends, dangling).any(axis=1))


def _sorted(chains: Chains, cost: NDArray[np.float64]) -> Chains:
    """Return the chains from their smaller to their larger end, in the order of their ends."""
    low, high = np.minimum(chains.first, chains.last), np.maximum(chains.first, chains.last)
    order = np.lexsort((cost, high, low))
    parts = [chains.node[chains.start[i] : chains.start[i + 1]] for i in order]
    parts = [part if part[0] <= part[-1] else part[::-1] for part in parts]
    start = np.zeros(len(parts) + 1, dtype=np.int64)
    np.cumsum([len(part) for part in parts], out=start[1:])
    return Chains(np.concatenate(parts) if parts else np.zeros(0, np.int64), start)
