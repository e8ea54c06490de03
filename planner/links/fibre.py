"""Fibre: least-cost trenches along the ground between places, as one network in which shared trenches are shared arcs.

From every place one search spreads over a slope-priced grid; where two regions meet, the cheapest way between their
places is kept (Mehlhorn 1988). These ways contain a minimum spanning tree of all places. A plan connects only some of
them, so the same is done for samples of the places: their ways are the long, direct ones. All ways together are one
graph; its branching points become junctions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.i18n import _
from planner.links.ground import Setting
from planner.links.junctions import Chains, contract
from planner.links.options import Rejection
from planner.links.polyline import price_polyline
from planner.links.spread import MARGIN, NOWHERE, Ground, crossings, mark_trench, spread, way_home
from planner.terrain import VOID_HEIGHT
from planner.terrain.cost_surface import resample
from planner.terrain.geodesy import earth_centred, surface_normals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.links.ground import GroundWeights
    from planner.links.options import Places
    from planner.terrain import Elevation
    from planner.terrain.cost_surface import Grid

MAX_LAND_CELLS, MAX_CELLS = 600_000, 6_000_000
"""Size of the search grid beyond which its cells are made larger than asked: for the search's time and for memory."""
SNAP_M = 500.0
"""A place on water (as the grid sees it) starts from the nearest land within this distance."""
SAMPLE_SHARES = (8, 32)
"""Ways are also sought among samples of one place in 8 and of one in 32."""
SAMPLED_SHARE, SAMPLED_PLACES = 4, 100
"""Samples of each size are drawn until together they hold one place in 4, or 100 places if that is more."""
DEGREE_DECIMALS = 6
_FEWEST_PLACES = 3
_WITHIN_CELL = [(down / 3, across / 3) for down in (-1, 0, 1) for across in (-1, 0, 1)]
"""Where in a cell of the grid the ground is looked up, as shares of its side."""


@dataclass(frozen=True)
class Trenches:
    """A network of trenches between places and junctions, m arcs.

    Attributes
    ----------
    junction_id : (j,) str
    junction_lon, junction_lat : (j,) float64
    u, v : (m,) int32
        Rows of the places; junction i is row n + i behind the n places.
    vertices : (k, 2) float64
        lon, lat of all polylines, each from u to v; ends at places are the places' own coordinates.
    start : (m + 1,) int64
        Polyline i is ``vertices[start[i]:start[i + 1]]``.
    ground : (m,) int64
        0 over open ground; from 1 on, along a road of that price.
    rejections : tuple of Rejection
    notes : tuple of str
    """

    junction_id: NDArray[np.str_]
    junction_lon: NDArray[np.float64]
    junction_lat: NDArray[np.float64]
    u: NDArray[np.int32]
    v: NDArray[np.int32]
    vertices: NDArray[np.float64]
    start: NDArray[np.int64]
    ground: NDArray[np.int64]
    rejections: tuple[Rejection, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Site:
    """How the places stand on the grid.

    Vertices of the trench graph are the N cells and, behind them, the places that share a cell with another or stand
    off the land.

    Attributes
    ----------
    grid : Grid
    ground : Ground
        Its cells, with a margin around.
    lon, lat : (N + n,) float64
        Of each vertex. A cell that holds places is drawn at the one nearest to its centre.
    cell : (n,) int64
        Cell at which each place joins the grid; `NOWHERE` if it does not.
    vertex : (n,) int64
        Vertex that stands for each place.
    """

    grid: Grid
    ground: Ground
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    cell: NDArray[np.int64]
    vertex: NDArray[np.int64]

    def cell_at(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the cell of each point; off the grid one of the margin, which is never passable."""
        row, col = self.grid.cell_of(lon, lat)
        return np.asarray((row + MARGIN) * self.ground.columns + col + MARGIN, dtype=np.int64)


def find_trenches(
    elevation: Elevation,
    places: Places,
    open_to_links: NDArray[np.bool_],
    *,
    feeds: NDArray[np.bool_],
    climb_factor: float,
    max_km: float,
    cell_m: float,
    weights: GroundWeights | None = None,
) -> Trenches:
    """Return the candidate trenches between places.

    Parameters
    ----------
    elevation : Elevation
    places : Places
    open_to_links : (n,) bool
        The others are left aside.
    feeds : (n,) bool
        Where networks begin: these places are in every sample.
    climb_factor : float
        Extra metres priced per metre of climb or fall.
    max_km : float
        Ways between neighbouring places that are longer on the ground are not offered.
    cell_m : float
        Side of the search grid's cells; see `search_cell_m`.
    weights : GroundWeights, optional
        What ground costs; else the same everywhere, and water is not crossed.
    """
    site = place_on_grid(elevation, places, open_to_links, search_cell_m(elevation, cell_m), weights)
    ways, too_long = _ways(site, feeds, climb_factor, max_km * 1000)
    own = np.flatnonzero((site.cell != NOWHERE) & (site.vertex != site.cell))
    edges = np.concatenate([ways, np.column_stack([site.cell[own], site.vertex[own]])])
    standing = site.vertex[site.cell != NOWHERE]
    cost = edge_cost(elevation, site.lon, site.lat, edges, climb_factor, weights)
    chains = contract(edges, cost, standing)
    vertex = np.where(site.cell == NOWHERE, NOWHERE, site.vertex)
    rejections = find_rejections(vertex, open_to_links, chains, too_long)
    return as_trenches(site.lon, site.lat, vertex, chains, rejections)


def search_cell_m(elevation: Elevation, asked_m: float) -> float:
    """Return the side of the search grid's cells: as asked, or larger where there would be too many of them."""
    heights = elevation.heights
    land = np.count_nonzero((heights != VOID_HEIGHT) & (heights > 0))
    times_too_many = max(land / MAX_LAND_CELLS, heights.size / MAX_CELLS)
    return max(asked_m, elevation.cell_m * float(np.sqrt(times_too_many)))


def place_on_grid(
    elevation: Elevation,
    places: Places,
    open_to_links: NDArray[np.bool_],
    cell_m: float,
    weights: GroundWeights | None = None,
) -> Site:
    """Return the search grid, with the places on it."""
    grid = resample(elevation, cell_m)
    rows, columns = grid.shape
    row, col = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    lon, lat = (
        np.asarray(np.round(np.pad(degrees, MARGIN), DEGREE_DECIMALS), np.float64) for degrees in grid.lonlat(row, col)
    )
    land, weight = _ground(elevation, grid, weights)
    columns += 2 * MARGIN
    row, col = grid.cell_of(places.lon, places.lat)
    centre_m = earth_centred(surface_normals(lon.ravel(), lat.ravel()))
    place_m = earth_centred(surface_normals(places.lon, places.lat))

    land[land] = np.isfinite(elevation.sample(lon.ravel()[land], lat.ravel()[land]))
    place_height_m = elevation.sample(places.lon, places.lat)
    usable = open_to_links & np.isfinite(place_height_m)
    cell = np.where(usable, (row + MARGIN) * columns + col + MARGIN, NOWHERE)
    afloat = np.flatnonzero(usable & ~land[cell])
    cell[afloat] = _nearest_land(place_m[afloat], centre_m, land)

    owner = _owners(places, cell, np.linalg.norm(place_m - centre_m[cell], axis=1))
    owner = owner[~np.isin(owner, afloat)]
    lon, lat = np.concatenate([lon.ravel(), places.lon]), np.concatenate([lat.ravel(), places.lat])
    lon[cell[owner]], lat[cell[owner]] = places.lon[owner], places.lat[owner]
    centre_m[cell[owner]] = place_m[owner]
    vertex = len(land) + np.arange(len(places))
    vertex[owner] = cell[owner]
    height_m = np.full(len(land), np.nan)
    height_m[land] = elevation.sample(lon[: len(land)][land], lat[: len(land)][land])
    return Site(grid, Ground(columns, land, centre_m, height_m, weight), lon, lat, cell, vertex)


def _ground(
    elevation: Elevation, grid: Grid, weights: GroundWeights | None
) -> tuple[NDArray[np.bool_], NDArray[np.float64] | None]:
    """Return which cells can be crossed, (N,), and what a metre costs in each; None where it is the same."""
    passable = grid.known & ~grid.sea
    if weights is None or (weights.cover is None and weights.water is None):
        return np.pad(passable, MARGIN).ravel(), None
    row, col = np.meshgrid(np.arange(grid.shape[0]), np.arange(grid.shape[1]), indexing="ij")
    if weights.water is not None:
        passable = grid.known
    else:
        passable = passable & ~weights.is_water[weights.codes_at(*grid.lonlat(row, col))]
    weight = np.zeros(grid.shape)
    for down, across in _WITHIN_CELL:
        lon, lat = (degrees.ravel() for degrees in grid.lonlat(row + down, col + across))
        setting = np.full(lon.size, Setting.OPEN, dtype=np.int64)
        weight += weights.at(elevation, lon, lat, setting).reshape(grid.shape) / len(_WITHIN_CELL)
    return np.pad(passable, MARGIN).ravel(), np.pad(weight, MARGIN, constant_values=1.0).ravel()


def _nearest_land(
    place_m: NDArray[np.float64], centre_m: NDArray[np.float64], land: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the nearest land cell of each place, `NOWHERE` beyond `SNAP_M`."""
    from scipy.spatial import KDTree  # noqa: PLC0415 - as in `planner.terrain.pairs`

    if len(place_m) == 0 or not land.any():
        return np.full(len(place_m), NOWHERE)
    cells = np.append(np.flatnonzero(land), NOWHERE)  # the tree answers its size where nothing is near
    _distance, nearest = KDTree(centre_m[land]).query(place_m, distance_upper_bound=SNAP_M)
    return np.asarray(cells[nearest])


def _owners(places: Places, cell: NDArray[np.int64], from_centre_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return, for each cell with places, the place nearest to its centre."""
    order = np.lexsort((places.id, places.lat, places.lon, from_centre_m, cell))
    order = order[cell[order] != NOWHERE]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = np.diff(cell[order]) != 0
    return np.asarray(order[first])


def _ways(site: Site, feeds: NDArray[np.bool_], climb_factor: float, max_m: float) -> tuple[NDArray[np.int64], int]:
    """Return the steps of all ways between neighbours, (e, 2) cells, and how many ways were too long."""
    seeds = np.unique(site.cell[site.cell != NOWHERE])
    kept_always = np.unique(site.cell[feeds & (site.cell != NOWHERE)])
    trench = np.zeros(len(site.ground.passable), dtype=np.uint16)
    found, too_long = [np.zeros((0, 2), dtype=np.int64)], 0
    for k, some in enumerate(sample_seeds(seeds, kept_always)):
        forest = spread(site.ground, some, climb_factor, trench)
        a, b, length_m = crossings(site.ground, forest, climb_factor)
        near = length_m <= max_m
        if k == 0:
            too_long = int(np.count_nonzero(~near))
        a, b = a[near], b[near]
        on_way = np.flatnonzero(way_home(np.concatenate([a, b]), forest.towards) & (forest.towards != NOWHERE))
        steps = np.concatenate([np.column_stack([on_way, forest.towards[on_way]]), np.column_stack([a, b])])
        mark_trench(trench, site.ground.columns, steps)
        found.append(steps)
    return np.concatenate(found), too_long


def sample_seeds(seeds: NDArray[np.int64], kept_always: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return the sets of cells among which ways are sought: all, then samples, with some cells in each."""
    samples = [seeds]
    rng = np.random.default_rng(0)  # the same places give the same samples, whatever their order in the input
    for share in SAMPLE_SHARES:
        size = len(seeds) // share
        if size >= _FEWEST_PLACES:
            draws = round(max(len(seeds) / SAMPLED_SHARE, SAMPLED_PLACES) / size)
            drawn = [rng.choice(seeds, size, replace=False) for _draw in range(draws)]
            samples += [np.union1d(some, kept_always) for some in drawn]
    return samples


def edge_cost(
    elevation: Elevation,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    edges: NDArray[np.int64],
    climb_factor: float,
    weights: GroundWeights | None = None,
    setting: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """Return the priced length of straight pieces between points, (e,), in km; all on open ground if not said."""
    vertices = np.column_stack([lon[edges.ravel()], lat[edges.ravel()]])
    start = 2 * np.arange(len(edges) + 1)
    ground = None
    if weights is not None:
        ground = weights, np.full(len(edges), Setting.OPEN, dtype=np.int64) if setting is None else setting
    return price_polyline(elevation, vertices, start, route_factor=1.0, climb_factor=climb_factor, ground=ground)[1]


def as_trenches(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    vertex: NDArray[np.int64],
    chains: Chains,
    rejections: tuple[Rejection, ...],
    ground: NDArray[np.int64] | None = None,
) -> Trenches:
    """Return chains between points as trenches between places and junctions.

    Parameters
    ----------
    lon, lat : (k,) float64
        Of all points.
    vertex : (n,) int64
        Point that stands for each place, `NOWHERE` for those left aside.
    chains : Chains
    rejections : tuple of Rejection
    ground : (m,) int64, optional
        Of each chain; else all run over open ground.
    """
    ends = np.concatenate([chains.first, chains.last])
    standing = np.flatnonzero(vertex != NOWHERE)
    junction = np.setdiff1d(ends, vertex[standing])
    row_of = np.concatenate([vertex[standing], junction])
    rows = np.concatenate([standing, len(vertex) + np.arange(len(junction))])
    order = np.argsort(row_of)
    row = rows[order][np.searchsorted(row_of[order], ends)].astype(np.int32)
    return Trenches(
        junction_id=_junction_names(lon[junction], lat[junction]),
        junction_lon=lon[junction],
        junction_lat=lat[junction],
        u=row[: len(chains)],
        v=row[len(chains) :],
        vertices=np.column_stack([lon[chains.node], lat[chains.node]]),
        start=chains.start,
        ground=np.zeros(len(chains), dtype=np.int64) if ground is None else ground,
        rejections=rejections,
    )


def _junction_names(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.str_]:
    """Return a name for each junction; of those above each other, as under a bridge, the later ones get a number."""
    times: dict[str, int] = {}
    names = []
    for x, y in zip(lon, lat, strict=True):
        name = f"~j{x:.6f},{y:.6f}"
        times[name] = times.get(name, 0) + 1
        names.append(name if times[name] == 1 else f"{name},{times[name]}")
    return np.array(names, dtype=np.str_)


def find_rejections(
    vertex: NDArray[np.int64], open_to_links: NDArray[np.bool_], chains: Chains, too_long: int
) -> tuple[Rejection, ...]:
    """Return how many places got no trench, and how many ways were too long.

    Parameters
    ----------
    vertex : (n,) int64
        Point that stands for each place, `NOWHERE` for those left aside.
    open_to_links : (n,) bool
    chains : Chains
    too_long : int
    """
    standing = vertex != NOWHERE
    alone = standing & ~np.isin(vertex, chains.node)
    counts = {
        _("place on unknown terrain, or farther than {distance} m from land").format(distance=int(SNAP_M)): (
            open_to_links & ~standing
        ),
        _("no way over land to another place within the longest length"): alone,
    }
    rejections = [Rejection("fibre", reason, int(mask.sum())) for reason, mask in counts.items() if mask.any()]
    if too_long:
        rejections.append(Rejection("fibre", _("way between neighbours longer than the longest length"), too_long))
    return tuple(rejections)
