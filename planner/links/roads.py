"""Fibre along roads: the road network cut at places, ways across open ground where it does not reach, one graph of all.

Rules:

- Every place is joined to the nearest road by one connection over open ground of at most ``off_road_km``: straight
  where that is dry, or as the search over slope-priced ground finds it, whichever is priced lower.
- A place without such a connection, and every connected piece of the road network, is one region of open ground. For
  each two regions that touch the cheapest way between them is kept, up to ``max_km`` (Mehlhorn 1988): these ways hold a
  cheapest spanning tree of the regions. Where all places have a road and the roads are one piece there are none. Among
  places without a road ways are sought once more for samples of them, as without roads.
- Dead ends that lead to no place, rings and dearer parallels fall out; what runs between two branching points is one
  arc, cut where the ground changes.
- Where there are more than ``max_arcs`` arcs for each place they are thinned; see `planner.links.thinning`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.i18n import ngettext
from planner.inputs.road_network import TOUCH_M
from planner.links.connections import connect_places
from planner.links.fibre import (
    as_trenches,
    edge_cost,
    find_rejections,
    place_on_grid,
    sample_seeds,
    search_cell_m,
)
from planner.links.junctions import contract
from planner.links.road_graph import RoadGraph, Spots
from planner.links.spread import NOWHERE, crossings, mark_trench, spread, way_home
from planner.links.thinning import thin
from planner.terrain.geodesy import earth_centred, surface_normals
from planner.wording import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.inputs.road_network import RoadNetwork
    from planner.links.connections import Connections
    from planner.links.fibre import Site, Trenches
    from planner.links.junctions import Chains
    from planner.links.options import Places
    from planner.links.road_graph import RoadSearch
    from planner.links.spread import Forest
    from planner.terrain import Elevation

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

OPEN_GROUND = 0
"""In ``Trenches.ground``: no road."""


def find_road_trenches(
    elevation: Elevation,
    places: Places,
    open_to_links: Mask,
    network: RoadNetwork,
    search: RoadSearch,
    feeds: Mask,
) -> Trenches:
    """Return the candidate trenches between places, along roads where there are any; see the rules above.

    Parameters
    ----------
    elevation : Elevation
    places : Places
    open_to_links : (n,) bool
        The others are left aside.
    network : RoadNetwork
    search : RoadSearch
    feeds : (n,) bool
        Where networks begin: these places are in every sample.
    """
    cell_m = search_cell_m(elevation, search.cell_m)
    roads = RoadGraph.of(network, elevation, search.ground_of_edge)
    spots = roads.spots_every(cell_m / 2)
    on_grid = place_on_grid(elevation, places, open_to_links, cell_m, search.weights)
    site, spot_of_cell = _roads_on_grid(elevation, on_grid, spots)
    joined = connect_places(elevation, site, places, roads, spots, spot_of_cell, search, cell_m)
    ways, too_long = _ways_between(site, roads, spots, spot_of_cell, joined.place, search, feeds)
    graph = _assemble(site, places, roads, spots, spot_of_cell, joined, ways)
    chains, ground = _reduce(elevation, graph, search, feeds)
    alone = np.setdiff1d(np.flatnonzero(site.cell != NOWHERE), joined.place)
    rejections = find_rejections(graph.vertex, open_to_links, chains, too_long)
    trenches = as_trenches(graph.lon, graph.lat, graph.vertex, chains, rejections, ground)
    return replace(trenches, notes=_notes(len(alone), search.off_road_km))


def _notes(alone: int, off_road_km: float) -> tuple[str, ...]:
    note = ngettext(
        "fibre: {count} place has no road within {km} km; its trenches follow the terrain.",
        "fibre: {count} places have no road within {km} km; their trenches follow the terrain.",
        alone,
    )
    return (note.format(count=alone, km=number(off_road_km, 1)),) if alone else ()


def _roads_on_grid(elevation: Elevation, site: Site, spots: Spots) -> tuple[Site, Ints]:
    """Return the grid with a point of the road in each land cell that has one, and which position it is, (N,)."""
    cell = site.cell_at(spots.lon, spots.lat)
    rows = np.flatnonzero(site.ground.passable[cell])
    spot_of_cell = np.full(len(site.ground.passable), NOWHERE)
    away_m = np.linalg.norm(spots.position_m[rows] - site.ground.position_m[cell[rows]], axis=1)
    order = rows[np.lexsort((rows, away_m, cell[rows]))]
    first = np.r_[True, np.diff(cell[order]) != 0][: len(order)]
    chosen = order[first]
    spot_of_cell[cell[chosen]] = chosen
    lon, lat, vertex = site.lon.copy(), site.lat.copy(), site.vertex.copy()
    position_m, height_m = site.ground.position_m.copy(), site.ground.height_m.copy()
    lon[cell[chosen]], lat[cell[chosen]] = spots.lon[chosen], spots.lat[chosen]
    position_m[cell[chosen]] = spots.position_m[chosen]
    height_m[cell[chosen]] = elevation.sample(spots.lon[chosen], spots.lat[chosen])
    n_cells = len(site.ground.passable)
    moved = (site.cell != NOWHERE) & (spot_of_cell[site.cell] != NOWHERE)
    vertex[moved] = n_cells + np.flatnonzero(moved)  # the cell's point is now one of the road
    ground = replace(site.ground, position_m=position_m, height_m=height_m)
    return replace(site, ground=ground, lon=lon, lat=lat, vertex=vertex), spot_of_cell


@dataclass(frozen=True)
class _Ways:
    """Ways over open ground between regions.

    Attributes
    ----------
    steps : (k, 2) int64
        Between cells.
    cells : (c,) int64
        Cells of roads at which some of them end.
    joints : Spots
        Pairs of positions on two pieces of the network that share a cell: first ends, then second ends.
    """

    steps: Ints
    cells: Ints
    joints: Spots


def _ways_between(
    site: Site,
    roads: RoadGraph,
    spots: Spots,
    spot_of_cell: Ints,
    connected: Ints,
    search: RoadSearch,
    feeds: Mask,
) -> tuple[_Ways, int]:
    """Return the cheapest way between each two regions that touch, and how many were too long."""
    standing = site.cell != NOWHERE
    standing[connected] = False
    lonely = np.unique(site.cell[standing])
    road_cells = np.flatnonzero(spot_of_cell != NOWHERE)
    region = np.full(len(spot_of_cell), NOWHERE)
    region[lonely] = roads.piece.max(initial=-1) + 1 + np.arange(len(lonely))
    region[road_cells] = roads.piece[spots.edge[spot_of_cell[road_cells]]]
    joints = _joints(site, roads, spots, spot_of_cell)
    steps, too_long = [np.zeros((0, 2), dtype=np.int64)], 0
    if len(np.unique(region[region != NOWHERE])) > 1:
        trench = np.zeros(len(spot_of_cell), dtype=np.uint16)
        always = np.union1d(road_cells, site.cell[feeds & standing])
        samples = [np.union1d(lonely, road_cells), *sample_seeds(lonely, always)[1:]]
        for k, some in enumerate(samples):
            found, lost = _cheapest_ways(site, region, spread(site.ground, some, search.climb_factor, trench), search)
            too_long += lost if k == 0 else 0
            mark_trench(trench, site.ground.columns, found)
            steps.append(found)
    together = np.unique(np.concatenate(steps), axis=0)
    return _Ways(together, np.intersect1d(together, road_cells), joints), too_long


def _cheapest_ways(site: Site, region: Ints, forest: Forest, search: RoadSearch) -> tuple[Ints, int]:
    """Return the steps of the cheapest ways between regions, (k, 2), and how many pairs are too far apart."""
    ground = site.ground
    a, b, length_m = crossings(ground, forest, search.climb_factor)
    one, other = region[forest.home[a]], region[forest.home[b]]
    step_m = np.linalg.norm(ground.position_m[a] - ground.position_m[b], axis=1)
    step_m += search.climb_factor * np.abs(ground.height_m[a] - ground.height_m[b])
    step_m *= 0.5 * (ground.weights[a] + ground.weights[b])
    cost_m = forest.cost_m[a] + step_m + forest.cost_m[b]
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((cost_m, high, low))
    order = order[low[order] != high[order]]
    first = np.r_[True, (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)][: len(order)]
    best = order[first]
    near = best[length_m[best] <= search.max_km * 1000]
    a, b = a[near], b[near]
    on_way = np.flatnonzero(way_home(np.concatenate([a, b]), forest.towards) & (forest.towards != NOWHERE))
    steps = np.concatenate([np.column_stack([on_way, forest.towards[on_way]]), np.column_stack([a, b])])
    return steps, len(best) - len(near)


def _joints(site: Site, roads: RoadGraph, spots: Spots, spot_of_cell: Ints) -> Spots:
    """Return pairs of positions that join pieces of the network which share a cell, one pair for each two pieces."""
    cell = site.cell_at(spots.lon, spots.lat)
    owner = spot_of_cell[cell]
    piece = roads.piece[spots.edge]
    rows = np.flatnonzero((owner != NOWHERE) & (piece != piece[owner]))
    low, high = np.minimum(piece[rows], piece[owner[rows]]), np.maximum(piece[rows], piece[owner[rows]])
    away_m = np.linalg.norm(spots.position_m[rows] - spots.position_m[owner[rows]], axis=1)
    order = np.lexsort((rows, away_m, high, low))
    first = np.r_[True, (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)][: len(order)]
    best = rows[order[first]]
    return spots.taken(np.concatenate([best, owner[best]]))


@dataclass(frozen=True)
class _Graph:
    """Everything together: points, straight pieces between them, and the point of each place."""

    lon: Floats
    lat: Floats
    edges: Ints
    ground: Ints
    vertex: Ints


def _assemble(
    site: Site,
    places: Places,
    roads: RoadGraph,
    spots: Spots,
    spot_of_cell: Ints,
    joined: Connections,
    ways: _Ways,
) -> _Graph:
    """Cut the roads where something meets them, and put all points and pieces into one graph."""
    cells = np.union1d(joined.cells, ways.cells)
    cut, point = roads.cut(joined.foot.and_more(spots.taken(spot_of_cell[cells])).and_more(ways.joints))
    first_road = len(site.lon) + len(joined.lon)
    foot, end, joint = np.split(first_road + point, np.cumsum([len(joined.foot), len(cells)]))
    lon = np.concatenate([site.lon, joined.lon, cut.lon])
    lat = np.concatenate([site.lat, joined.lat, cut.lat])
    same = np.arange(len(lon))
    same[cells] = end

    vertex = np.where(site.cell == NOWHERE, NOWHERE, site.vertex)
    lonely = np.setdiff1d(np.flatnonzero(vertex != NOWHERE), joined.place)
    lonely = lonely[vertex[lonely] != site.cell[lonely]]
    on_road = _on_the_road(places, joined.place[: len(foot)], foot, lon, lat)
    place = joined.place[on_road]
    same[vertex[place]] = vertex[place] = foot[on_road]
    lon[vertex[place]], lat[vertex[place]] = places.lon[place], places.lat[place]

    joint = joint.reshape(2, -1).T
    own = np.column_stack([site.vertex[lonely], site.cell[lonely]])
    open_ground = same[np.concatenate([joined.steps, np.column_stack([joined.last, foot]), ways.steps, own, joint])]
    edges = np.concatenate([open_ground, first_road + cut.edges])
    ground = np.concatenate([np.full(len(open_ground), OPEN_GROUND), cut.ground])
    return _Graph(lon, lat, edges, ground, vertex)


def _on_the_road(places: Places, place: Ints, foot: Ints, lon: Floats, lat: Floats) -> Ints:
    """Return which straight connections are of places that stand on the road itself, one for each point of it."""
    place_m = earth_centred(surface_normals(places.lon[place], places.lat[place]))
    away_m = np.linalg.norm(place_m - earth_centred(surface_normals(lon[foot], lat[foot])), axis=1)
    order = np.lexsort((places.id[place], places.lat[place], places.lon[place], away_m, foot))
    order = order[away_m[order] <= TOUCH_M]
    return np.asarray(order[np.r_[True, np.diff(foot[order]) != 0][: len(order)]])


def _reduce(elevation: Elevation, graph: _Graph, search: RoadSearch, feeds: Mask) -> tuple[Chains, Ints]:
    """Return the arcs of the reduced graph and the ground of each: where it changes an arc ends."""
    size = len(graph.lon)
    setting = search.setting[graph.ground]
    priced_km = edge_cost(elevation, graph.lon, graph.lat, graph.edges, search.climb_factor, search.weights, setting)
    price = priced_km * search.price[graph.ground]
    key = np.sort(graph.edges, axis=1) @ [size, 1]
    order = np.lexsort((graph.ground, price, key))  # of several pieces between the same points the cheapest counts
    order = order[np.r_[True, np.diff(key[order]) != 0][: len(order)]]
    key, price, ground = key[order], price[order], graph.ground[order]

    def piece(steps: Ints) -> Ints:
        return np.searchsorted(key, np.sort(steps, axis=1) @ [size, 1])

    standing = graph.vertex[graph.vertex != NOWHERE]
    chains = contract(graph.edges[order], price, standing)
    steps, chain = _steps(chains)
    if len(chains) > search.max_arcs * len(standing):
        cost = np.bincount(chain, price[piece(steps)], len(chains)).astype(np.float64)
        steps = steps[thin(chains, cost, standing, graph.vertex[feeds & (graph.vertex != NOWHERE)])[chain]]
        steps, chain = _steps(contract(steps, price[piece(steps)], standing))
    on = ground[piece(steps)]
    turns = (chain[1:] == chain[:-1]) & (on[1:] != on[:-1])
    chains = contract(steps, price[piece(steps)], np.union1d(standing, steps[1:][turns, 0]))
    first = np.column_stack([chains.first, chains.node[chains.start[:-1] + 1]])
    return chains, ground[piece(first)]


def _steps(chains: Chains) -> tuple[Ints, Ints]:
    """Return the pieces of all chains, (k, 2), and the chain of each."""
    chain = np.repeat(np.arange(len(chains)), np.diff(chains.start))
    inner = chain[1:] == chain[:-1]
    return np.column_stack([chains.node[:-1], chains.node[1:]])[inner], chain[1:][inner]
