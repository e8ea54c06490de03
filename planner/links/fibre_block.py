"""Fibre as link options: trenches priced by the ground they run through, in the ways that are worth choosing from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.catalogue import SiteClass, terms
from planner.catalogue.fibre import AERIAL, DUCT, RoadWay
from planner.finance import line_money
from planner.i18n import _
from planner.inputs.reading import require_file
from planner.inputs.road_network import DUCT as HAS_DUCT
from planner.inputs.road_network import NO_POLES, RURAL, URBAN
from planner.links.block import Block
from planner.links.fibre import find_trenches, search_cell_m
from planner.links.ground import GroundWeights, Setting
from planner.links.options import PlaceKind
from planner.links.places import with_junctions
from planner.links.polyline import price_polyline
from planner.links.road_graph import RoadSearch
from planner.links.roads import find_road_trenches
from planner.terrain.land_cover import open_land_cover

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.catalogue import FibreOption
    from planner.catalogue.kinds import OptionKind
    from planner.finance import Per
    from planner.inputs.road_network import RoadNetwork
    from planner.links.fibre import Trenches
    from planner.links.options import Places
    from planner.links.task import Task

    Ints = NDArray[np.int64]


class _RoadGround(NamedTuple):
    """Roads that cost the same: class with a price of its own, surroundings, and ways to lay fibre along them."""

    road_class: str
    environment: str
    methods: tuple[str, ...]


_SETTINGS = {"": Setting.ROAD, "urban": Setting.URBAN, "rural": Setting.RURAL}


def find_fibre(task: Task, fibre: FibreOption) -> tuple[Block, Places]:
    """Return trenches, and the places with the junctions of the trenches behind them.

    Raises
    ------
    InputError
        The land cover cannot be read.
    """
    search = task.scenario.links.fibre
    weights = _weights(task, fibre)
    of_edge, grounds = _road_grounds(task, fibre)
    trenches = _trenches(task, fibre, weights, of_edge, grounds)
    setting = np.array([Setting.OPEN, *(_SETTINGS[ground.environment] for ground in grounds)], dtype=np.int64)
    length_km, priced_km = price_polyline(
        task.elevation,
        trenches.vertices,
        trenches.start,
        route_factor=np.where(trenches.ground > 0, fibre.road_route_factor, fibre.route_factor),
        climb_factor=fibre.climb_factor,
        ground=(weights, setting[trenches.ground]),
    )
    kinds, row, kind = _ways(task, fibre, trenches, grounds, priced_km)
    used_m = search_cell_m(task.elevation, search.cell_m)
    note = _("fibre: routes are searched on cells of {used} m instead of {asked} m, the terrain being large.")
    count = np.diff(trenches.start)
    vertex = np.repeat(trenches.start[row], count[row]) + _counted(count[row])
    block = Block.of(
        kinds,
        u=trenches.u[row],
        v=trenches.v[row],
        kind=kind,
        capacity_mbps=np.full(len(row), fibre.capacity_mbps),
        availability=_availability(fibre, kinds)[kind],
        length_km=length_km[row],
        priced_km=priced_km[row],
        vertices=trenches.vertices[vertex],
        vertex_count=count[row],
        rejections=trenches.rejections,
        notes=(
            *((note.format(used=round(used_m), asked=round(search.cell_m)),) if used_m > search.cell_m else ()),
            *trenches.notes,
        ),
    )
    names = trenches.junction_id, trenches.junction_lon, trenches.junction_lat
    return block, with_junctions(task.places, *names, task.inputs.regions, task.elevation)


def _counted(counts: Ints) -> Ints:
    """Return 0, 1, … for each count, one after the other."""
    first = np.cumsum(counts) - counts
    return np.asarray(np.arange(int(counts.sum())) - np.repeat(first, counts))


def _weights(task: Task, fibre: FibreOption) -> GroundWeights:
    """Return what ground costs, by the scenario's land cover if it has one."""
    file, cover = task.scenario.inputs.land_cover, None
    if file is not None:
        rows, columns = task.elevation.shape
        corners = np.array([0, 0, rows, rows]) - 0.5, np.array([0, columns, 0, columns]) - 0.5
        lon, lat = task.elevation.to_lonlat(*corners)
        cover = open_land_cover(require_file(file, task.scenario.locate(file)), file, lon=lon, lat=lat)
    return GroundWeights.of(fibre, cover, water_is_priced=task.scenario.links.fibre.water == "price")


def _road_grounds(task: Task, fibre: FibreOption) -> tuple[Ints, tuple[_RoadGround, ...]]:
    """Return the ground of each edge of the roads, counted from 1, and the grounds."""
    roads = task.inputs.roads
    if roads is None:
        return np.zeros(0, dtype=np.int64), ()
    known = [_ground_of(roads, fibre, int(road_class), int(trait)) for road_class, trait in _distinct(roads)[0]]
    grounds = tuple(sorted(set(known)))
    index = np.array([grounds.index(ground) + 1 for ground in known], dtype=np.int64)
    return index[_distinct(roads)[1]], grounds


def _distinct(roads: RoadNetwork) -> tuple[Ints, Ints]:
    """Return the pairs of class and traits that edges have, and the pair of each edge."""
    pairs, which = np.unique(np.column_stack([roads.road_class, roads.traits]), axis=0, return_inverse=True)
    return pairs, which.ravel()


def _ground_of(roads: RoadNetwork, fibre: FibreOption, road_class: int, trait: int) -> _RoadGround:
    name = roads.classes[road_class]
    allowed = {AERIAL: not trait & NO_POLES, DUCT: bool(trait & HAS_DUCT)}
    methods = tuple(method for method in fibre.method_price if allowed.get(method, True))
    environment = "urban" if trait & URBAN else "rural" if trait & RURAL else ""
    return _RoadGround(name if name in fibre.road_factor else "", environment, methods)


def _trenches(
    task: Task, fibre: FibreOption, weights: GroundWeights, of_edge: Ints, grounds: tuple[_RoadGround, ...]
) -> Trenches:
    """Return trenches along roads where the scenario gives any, else over the terrain."""
    search, roads = task.scenario.links.fibre, task.inputs.roads
    # Hilltops are for radio: trenches are the same with and without them.
    open_to_links = task.open_to_links & (task.places.site_class != SiteClass.GREENFIELD)
    if roads is None:
        return find_trenches(
            task.elevation,
            task.places,
            open_to_links,
            feeds=task.feeds,
            climb_factor=fibre.climb_factor,
            max_km=search.max_km,
            cell_m=search.cell_m,
            weights=weights,
        )
    along = [
        fibre.road_route_factor
        * fibre.road_factor[ground.road_class]
        * min(fibre.method_price[method] for method in ground.methods)
        for ground in grounds
    ]
    rules = RoadSearch(
        climb_factor=fibre.climb_factor,
        max_km=search.max_km,
        off_road_km=search.off_road_km,
        cell_m=search.cell_m,
        ground_of_edge=of_edge,
        price=np.array([fibre.route_factor, *along]),
        setting=np.array([Setting.OPEN, *(_SETTINGS[ground.environment] for ground in grounds)], dtype=np.int64),
        weights=weights,
        max_arcs=task.scenario.links.max_candidates,
    )
    return find_road_trenches(task.elevation, task.places, open_to_links, roads, rules, task.feeds)


def _ways(
    task: Task,
    fibre: FibreOption,
    trenches: Trenches,
    grounds: tuple[_RoadGround, ...],
    priced_km: NDArray[np.float64],
) -> tuple[tuple[OptionKind, ...], Ints, Ints]:
    """Return the kinds on offer, and the trench and the kind of each option: of each trench what nothing else beats.

    A way is beaten by another that costs no more in any money column.
    """
    kinds: list[OptionKind] = []
    rows: list[Ints] = []
    kind: list[Ints] = []
    lit = _lit_ends(task, trenches)
    for ground in range(len(grounds) + 1):
        ways = [fibre.kinds]
        if ground:
            about = grounds[ground - 1]
            ways = [fibre.road_kinds[RoadWay(about.road_class, about.environment, name)] for name in about.methods]
        for ends in range(3):
            here = np.flatnonzero((trenches.ground == ground) & (lit == ends))
            quantity: dict[Per, NDArray[np.float64]] = {"each": np.ones(len(here)), "km": priced_km[here]}
            money = np.array([line_money(way[ends].items, quantity, terms(task.scenario)) for way in ways])
            for number, way in enumerate(ways):
                kept = here[~_beaten(money, number)]
                rows.append(kept)
                kind.append(np.full(len(kept), len(kinds), dtype=np.int64))
                kinds.append(way[ends])
    row, of_kind = np.concatenate(rows), np.concatenate(kind)
    order = np.lexsort((of_kind, row))
    return tuple(kinds), row[order], of_kind[order]


def _beaten(money: NDArray[np.int64], number: int) -> NDArray[np.bool_]:
    """Return where one of several ways, (w, r, 4) cents, is beaten by another; of equals the first is kept."""
    beaten = np.zeros(money.shape[1], dtype=np.bool_)
    for other in range(len(money)):
        if other != number:
            no_dearer = (money[other] <= money[number]).all(axis=1)
            beaten |= no_dearer & ((money[other] < money[number]).any(axis=1) | (other < number))
    return beaten


def _lit_ends(task: Task, trenches: Trenches) -> Ints:
    """Return how many ends of each trench are lit: those that are neither junctions nor splices."""
    is_lit = np.zeros(len(task.places) + len(trenches.junction_id), dtype=np.int64)
    is_lit[: len(task.places)] = task.places.kind != PlaceKind.JUNCTION
    return np.asarray(is_lit[trenches.u] + is_lit[trenches.v])


def _availability(fibre: FibreOption, kinds: tuple[OptionKind, ...]) -> NDArray[np.float64]:
    by_name = {
        kind.name: fibre.method_availability[way.method] for way, triple in fibre.road_kinds.items() for kind in triple
    }
    return np.array([by_name.get(kind.name, fibre.availability) for kind in kinds])
