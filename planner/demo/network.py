"""Roads between towns and out to the offices, and the fibre that lies along some of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array, csgraph, csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import LineString

    from planner.demo.settlement import Sketch, Towns

SLOPE_PENALTY = 14.0  # a road climbs 7 % at the price of twice its length
SHORTCUT = 0.55  # towns get a direct road where it is shorter than this share of the way round
NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))

Edges = set[tuple[int, int]]


@dataclass(frozen=True)
class Network:
    """Lines that meet only at their ends, longitude and latitude.

    Attributes
    ----------
    primary, secondary : list of LineString
        Roads between towns; roads from there to the offices.
    fibre : list of LineString
        Routes along primary roads.
    """

    primary: list[LineString]
    secondary: list[LineString]
    fibre: list[LineString]


def make_network(
    ground: Sketch, towns: Towns, has_fibre: NDArray[np.bool_], rows: NDArray[np.int64], cols: NDArray[np.int64]
) -> Network:
    """Return roads over land that avoid slopes, and fibre along those that join the towns that have it.

    Parameters
    ----------
    ground : Sketch
    towns : Towns
    has_fibre : (n,) bool
        Towns with a fibre node.
    rows, cols : (k,) int64
        Sketch cells of offices, each of which gets a road where one can reach it over land.
    """
    land = _land_graph(ground)
    sites = towns.row * ground.grid.cols + towns.col
    # One search from all towns at once: every cell learns its nearest town and the way there.
    distance, before, nearest = csgraph.dijkstra(land, indices=sites, min_only=True, return_predecessors=True)
    cost, meeting = _town_links(land, distance, nearest, sites)
    tree = csgraph.minimum_spanning_tree(cost)
    primary = {edge for pair in _with_shortcuts(cost, tree) for edge in _link_edges(before, meeting[pair])}
    fibre = {edge for pair in _between(tree, has_fibre) for edge in _link_edges(before, meeting[pair])}
    on_primary = {cell for edge in primary for cell in edge}
    reached = on_primary | set(sites.tolist())
    secondary = {edge for cell in (rows * ground.grid.cols + cols).tolist() for edge in _path_to(before, cell, reached)}
    stops = set(sites.tolist()) | (on_primary & {cell for edge in secondary for cell in edge})
    # A route joins towns, so each stretch of road between junctions has fibre along all of it or none.
    stretches = _stretches(primary, stops)
    with_fibre = [stretch for stretch in stretches if _edge(*stretch[:2]) in fibre]
    return Network(
        [_line(ground, stretch) for stretch in stretches],
        [_line(ground, stretch) for stretch in _stretches(secondary, stops)],
        [_line(ground, stretch) for stretch in with_fibre],
    )


def _land_graph(ground: Sketch) -> csr_array:
    """Return the cells and their eight neighbours, priced by length and slope; water is left out."""
    index = np.arange(ground.is_land.size).reshape(ground.grid.shape)
    tails, heads, costs = [], [], []
    for down, right in NEIGHBOURS:
        a = (slice(None, -down or None), slice(max(-right, 0), -right if right > 0 else None))
        b = (slice(down, None), slice(max(right, 0), right if right < 0 else None))
        on_land = ground.is_land[a] & ground.is_land[b]
        length_km = float(np.hypot(down * ground.grid.cell_km[0], right * ground.grid.cell_km[1]))
        slope = np.abs(ground.height_m[b] - ground.height_m[a])[on_land] / (1000 * length_km)
        tails.append(index[a][on_land])
        heads.append(index[b][on_land])
        costs.append(length_km * (1 + SLOPE_PENALTY * slope))
    tail, head, cost = np.concatenate(tails), np.concatenate(heads), np.concatenate(costs)
    both = (np.concatenate([cost, cost]), (np.concatenate([tail, head]), np.concatenate([head, tail])))
    return csr_array(coo_array(both, shape=(index.size, index.size)))


def _town_links(
    land: csr_array, distance: NDArray[np.float64], nearest: NDArray[np.int32], sites: NDArray[np.int64]
) -> tuple[csr_array, dict[tuple[int, int], tuple[int, int]]]:
    """Return the cost between neighbouring towns, a < b, and the edge over which each pair meets.

    Two towns are neighbours where their areas touch; the shortest paths between all towns' nearest neighbours, and so
    the spanning tree, are among these (Mehlhorn 1988).
    """
    edges = land.tocoo()
    town = np.full(land.shape[0], -1)
    town[sites] = np.arange(len(sites))
    town = np.where(nearest >= 0, town[np.maximum(nearest, 0)], -1)
    a, b = town[edges.row], town[edges.col]
    meets = (a >= 0) & (a < b)
    a, b, tail, head = a[meets], b[meets], edges.row[meets], edges.col[meets]
    cost = distance[tail] + edges.data[meets] + distance[head]
    order = np.lexsort((head, tail, cost, b, a))
    first = order[np.unique(a[order] * len(sites) + b[order], return_index=True)[1]]
    links = csr_array((cost[first], (a[first], b[first])), shape=(len(sites), len(sites)))
    meeting = {(int(a[i]), int(b[i])): (int(tail[i]), int(head[i])) for i in first}
    return links, meeting


def _with_shortcuts(links: csr_array, tree: csr_array) -> list[tuple[int, int]]:
    """Return the town pairs that get a road: the tree's, and those that it would send a long way round."""
    round_km = csgraph.shortest_path(tree, directed=False)
    pairs = links.tocoo()
    in_tree = tree.toarray()[pairs.row, pairs.col] > 0
    chosen = in_tree | (pairs.data < SHORTCUT * round_km[pairs.row, pairs.col])
    return list(zip(pairs.row[chosen].tolist(), pairs.col[chosen].tolist(), strict=True))


def _between(tree: csr_array, is_end: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the edges of a tree that lie on a way between two ends."""
    coo = tree.tocoo()
    edges = {(min(a, b), max(a, b)) for a, b in zip(coo.row.tolist(), coo.col.tolist(), strict=True)}
    while True:
        degree = np.bincount(np.array(sorted(edges), dtype=np.int64).ravel(), minlength=len(is_end))
        dangling = {edge for edge in edges if any(degree[town] == 1 and not is_end[town] for town in edge)}
        if not dangling:
            return sorted(edges)
        edges -= dangling


def _edge(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _path_to(before: NDArray[np.int32], cell: int, reached: set[int]) -> Edges:
    """Return the edges from a cell towards its town up to what is reached already, and count them as reached."""
    edges: Edges = set()
    while cell not in reached and before[cell] >= 0:
        reached.add(cell)
        ahead = int(before[cell])
        edges.add(_edge(cell, ahead))
        cell = ahead
    return edges


def _link_edges(before: NDArray[np.int32], meeting: tuple[int, int]) -> Edges:
    """Return the edges of the road between two towns that meet over an edge."""
    return {_edge(*meeting)} | _path_to(before, meeting[0], set()) | _path_to(before, meeting[1], set())


def _stretches(edges: Edges, stops: set[int]) -> list[list[int]]:
    """Join edges into chains of cells that end at stops, junctions and dead ends."""
    around: defaultdict[int, list[int]] = defaultdict(list)
    for a, b in sorted(edges):
        around[a].append(b)
        around[b].append(a)
    is_end = {cell for cell, neighbours in around.items() if len(neighbours) != 2 or cell in stops}
    chains: list[list[int]] = []
    walked: set[tuple[int, int]] = set()
    for end in sorted(is_end):
        for neighbour in around[end]:
            if (end, neighbour) in walked:
                continue
            chain = [end, neighbour]
            while chain[-1] not in is_end:
                chain.append(next(cell for cell in around[chain[-1]] if cell != chain[-2]))
            walked.add((chain[-1], chain[-2]))
            chains.append(chain)
    return chains


def _line(ground: Sketch, chain: list[int]) -> LineString:
    """Return the line through cell centres, with the steps of the cells smoothed."""
    cells = np.array(chain)
    lon, lat = ground.grid.lonlat(cells // ground.grid.cols, cells % ground.grid.cols)
    line = shapely.simplify(shapely.linestrings(np.column_stack([lon, lat])), 0.6 * ground.grid.step_deg)
    return shapely.transform(line, lambda points: np.round(points, 5))
