"""Fibre as link options: trenches priced by the ground they run through, in the ways that are worth choosing from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.catalogue import SiteClass, terms
from planner.catalogue.fibre import AERIAL, BURIED, DUCT, RoadWay
from planner.finance import line_money
from planner.i18n import _
from planner.inputs.road_network import DUCT as HAS_DUCT
from planner.inputs.road_network import NO_POLES, RURAL, URBAN
from planner.links.block import Block
from planner.links.fibre import find_trenches, search_cell_m
from planner.links.ground import GroundWeights, Setting
from planner.links.options import PlaceKind, Rejection
from planner.links.places import with_junctions
from planner.links.polyline import price_polyline
from planner.links.road_graph import RoadSearch
from planner.links.roads import find_road_trenches
from planner.terrain import open_land_cover

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from planner.catalogue import FibreOption
    from planner.catalogue.kinds import OptionKind
    from planner.finance import Per
    from planner.inputs.road_network import RoadNetwork
    from planner.links.fibre import Trenches
    from planner.links.options import Places
    from planner.links.splices import Splices
    from planner.links.task import Task
    from planner.scenario import Scenario
    from planner.terrain import Elevation

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
    weights = ground_weights(task.scenario, task.inputs.land_cover, fibre, task.elevation)
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
    kinds, row, kind, availability = _ways(task, fibre, trenches, grounds, length_km, priced_km)
    used_m = search_cell_m(task.elevation, search.cell_m)
    note = _("fibre: routes are searched on cells of {used} m instead of {asked} m, the terrain being large.")
    block = Block.of(
        kinds,
        u=trenches.u[row],
        v=trenches.v[row],
        kind=kind,
        capacity_mbps=np.full(len(row), fibre.capacity_mbps),
        availability=availability,
        length_km=length_km[row],
        priced_km=priced_km[row],
        vertices=trenches.vertices[_vertices(trenches.start, row)],
        vertex_count=np.diff(trenches.start)[row],
        rejections=(*trenches.rejections, *_too_often_cut(len(trenches.u) - len(np.unique(row)))),
        notes=(
            *((note.format(used=round(used_m), asked=round(search.cell_m)),) if used_m > search.cell_m else ()),
            *trenches.notes,
        ),
    )
    names = trenches.junction_id, trenches.junction_lon, trenches.junction_lat
    return block, with_junctions(task.places, *names, task.inputs.regions, task.elevation)


def spliced_block(task: Task, splices: Splices, fibre: FibreOption) -> Block:
    """Return links from sources into the routes that they feed, and along these to where they may be spliced into.

    The cable that exists may be cut like a buried one; a splice pays for the terminal that lights it, at the source.
    """
    assert fibre.splice is not None
    first = len(task.places) - len(splices)
    start = np.concatenate([[0], np.cumsum(splices.vertex_count)])
    length_km, _priced_km = price_polyline(task.elevation, splices.vertices, start, route_factor=1.0, climb_factor=0.0)
    lit_ends = splices.bought.astype(np.int64)
    availability = fibre.availability(length_km, lit_ends, [BURIED] * len(lit_ends))
    keep = np.flatnonzero(availability >= task.scenario.service.availability)
    return Block.of(
        (fibre.route, fibre.splice),
        u=splices.tail[keep].astype(np.int32),
        v=(first + splices.head[keep]).astype(np.int32),
        kind=splices.bought[keep].astype(np.int64),
        capacity_mbps=np.minimum(splices.capacity_mbps, fibre.capacity_mbps)[keep],
        availability=availability[keep],
        length_km=length_km[keep],
        vertices=splices.vertices[_vertices(start, keep)],
        vertex_count=splices.vertex_count[keep],
        rejections=_too_often_cut(len(availability) - len(keep)),
        notes=(splices.note(task.scenario.links.fibre.max_km),),
    )


def _too_often_cut(count: int) -> tuple[Rejection, ...]:
    return (Rejection("fibre", _("section cut more often than the availability asked allows"), count),) if count else ()


def _vertices(start: Ints, row: Ints) -> Ints:
    """Return the rows of the vertices of some lines, one line after the other."""
    count = np.diff(start)[row]
    first = np.cumsum(count) - count
    return np.asarray(np.repeat(start[row] - first, count) + np.arange(int(count.sum())))


def ground_weights(
    scenario: Scenario, files: Sequence[Path], fibre: FibreOption, elevation: Elevation
) -> GroundWeights:
    """Return what ground costs, by the scenario's land cover if it has one.

    Raises
    ------
    InputError
        The land cover cannot be read.
    """
    cover = open_land_cover(files, elevation) if files else None
    return GroundWeights.of(fibre, cover, water_is_priced=scenario.links.fibre.water == "price")


def setting_of(fibre: FibreOption, name: str) -> Setting:
    """Return what decides on the ground price of a section of some name: open ground, or its road's surroundings."""
    for way, kinds in fibre.road_kinds.items():
        if name in {kind.name for kind in kinds}:
            return _SETTINGS[way.environment]
    return Setting.OPEN


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
    length_km: NDArray[np.float64],
    priced_km: NDArray[np.float64],
) -> tuple[tuple[OptionKind, ...], Ints, Ints, NDArray[np.float64]]:
    """Return the kinds on offer, and of each option the trench, the kind and the availability.

    Of each trench these are the ways that are available enough and that no other such way beats: one that costs no
    more in any money column.
    """
    kinds: list[OptionKind] = []
    rows: list[Ints] = []
    kind: list[Ints] = []
    share: list[NDArray[np.float64]] = []
    lit = _lit_ends(task, trenches)
    for ground in range(len(grounds) + 1):
        ways = [(BURIED, fibre.kinds)]
        if ground:
            about = grounds[ground - 1]
            ways = [
                (name, fibre.road_kinds[RoadWay(about.road_class, about.environment, name)]) for name in about.methods
            ]
        for ends in range(3):
            here = np.flatnonzero((trenches.ground == ground) & (lit == ends))
            quantity: dict[Per, NDArray[np.float64]] = {"each": np.ones(len(here)), "km": priced_km[here]}
            money = np.array([line_money(way[ends].items, quantity, terms(task.scenario)) for _name, way in ways])
            works = np.array(
                [fibre.availability(length_km[here], lit[here], [name] * len(here)) for name, _way in ways]
            )
            enough = works >= task.scenario.service.availability
            for number, (_name, way) in enumerate(ways):
                kept = np.flatnonzero(enough[number] & ~_beaten(money, number, enough))
                rows.append(here[kept])
                kind.append(np.full(len(kept), len(kinds), dtype=np.int64))
                share.append(works[number, kept])
                kinds.append(way[ends])
    row, of_kind = np.concatenate(rows), np.concatenate(kind)
    order = np.lexsort((of_kind, row))
    return tuple(kinds), row[order], of_kind[order], np.concatenate(share)[order]


def _beaten(money: NDArray[np.int64], number: int, offered: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where one of several ways, (w, r, 4) cents, is beaten by another on offer; of equals the first is kept."""
    beaten = np.zeros(money.shape[1], dtype=np.bool_)
    for other in range(len(money)):
        if other != number:
            no_dearer = (money[other] <= money[number]).all(axis=1)
            beaten |= offered[other] & no_dearer & ((money[other] < money[number]).any(axis=1) | (other < number))
    return beaten


def _lit_ends(task: Task, trenches: Trenches) -> Ints:
    """Return how many ends of each trench are lit: those that are neither junctions nor splices."""
    is_lit = np.zeros(len(task.places) + len(trenches.junction_id), dtype=np.int64)
    is_lit[: len(task.places)] = task.places.kind != PlaceKind.JUNCTION
    return np.asarray(is_lit[trenches.u] + is_lit[trenches.v])
