"""Point to multipoint: base stations on towers, at sources and at offices that share, and the offices around them.

A base station is paid once, like a mast: place → sector → office, where the sector ``~sector:TECHNOLOGY:PLACE`` is a
place of its own whose entering link costs the base station and carries what all its offices share. Its antenna stands
as high as a mast there goes without being built, else as high as one may be built; the terminal as low as it sees that
antenna.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue import SiteClass
from planner.i18n import _
from planner.links.block import Block
from planner.links.climate import climate_of
from planner.links.fading import Fades, Paths
from planner.links.microwave import SightRules
from planner.links.named import SECTOR_MARK
from planner.links.options import NO_MAST, PlaceKind, Rejection
from planner.links.places import with_sectors
from planner.links.task import clearance_criteria
from planner.terrain import NO_LEVEL, PathState, line_of_sight, pairs_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.catalogue.multipoint import MultipointOption
    from planner.links.options import Places
    from planner.links.task import Task
    from planner.scenario import Scenario
    from planner.terrain import Elevation


@dataclass(frozen=True)
class Sectors:
    """Base stations that see an office, b of them, and their terminals, t.

    Attributes
    ----------
    base : (b,) int64
        Places of the base stations.
    base_rung : (b,) int8
    sector, office : (t,) int64
        Row of ``base``, and place.
    rung : (t,) int8
        Of the terminal.
    length_km, availability : (t,) float64
    rejections : tuple of Rejection
    """

    base: NDArray[np.int64]
    base_rung: NDArray[np.int8]
    sector: NDArray[np.int64]
    office: NDArray[np.int64]
    rung: NDArray[np.int8]
    length_km: NDArray[np.float64]
    availability: NDArray[np.float64]
    rejections: tuple[Rejection, ...]


def find_sectors(
    elevation: Elevation,
    places: Places,
    hosts: NDArray[np.bool_],
    asking: NDArray[np.bool_],
    option: MultipointOption,
    ladder_m: NDArray[np.float64],
    rules: SightRules,
    scenario: Scenario,
) -> Sectors:
    """Return base stations and terminals in range and in sight, with fades that leave what is asked.

    Parameters
    ----------
    elevation : Elevation
    places : Places
    hosts, asking : (n,) bool
        Where base stations may stand; offices that want a connection.
    option : MultipointOption
    ladder_m : (L,) float64
    rules : SightRules
    scenario : Scenario
    """
    able = np.flatnonzero((hosts | asking) & (places.max_rung != NO_MAST))
    stands = np.searchsorted(ladder_m, places.existing_m, side="right") - 1
    base_rung = np.where(stands >= 0, np.minimum(stands, places.max_rung), places.max_rung)
    lon, lat, radio = places.lon[able], places.lat[able], option.terminal
    u, v, length_km = pairs_within(lon, lat, radio.range_km)
    u, v, length_km = np.concatenate([u, v]), np.concatenate([v, u]), np.concatenate([length_km, length_km])
    wanted = hosts[able[u]] & asking[able[v]]
    u, v, length_km = u[wanted], v[wanted], length_km[wanted]
    sight = line_of_sight(
        elevation,
        lon,
        lat,
        u.astype(np.uint32),
        v.astype(np.uint32),
        heights_m=ladder_m,
        max_level=places.max_rung[able].astype(np.uint8),
        frequency_ghz=radio.frequency_ghz,
        criteria=rules.criteria,
        margin_m=rules.margin_m,
        bare_ends_m=rules.bare_ends_m,
    )
    rung = sight.least_level[np.arange(len(u)), base_rung[able[u]]]
    ground_m = np.nan_to_num(places.ground_m[able])
    paths = Paths(length_km, (lat[u] + lat[v]) / 2.0, ground_m[u], ground_m[v], able[u], able[v])
    fades = Fades.of(paths, radio.frequency_ghz, climate_of(places, scenario))
    share = fades.availability(radio.signal_dbm - radio.thresholds_dbm[0])
    least_share = max(scenario.links.microwave.availability, scenario.service.availability / radio.availability)
    seen, kept, unknown = rung != NO_LEVEL, share >= least_share, sight.state == PathState.VOID
    counts = {
        _("pair over terrain of unknown height"): int(np.count_nonzero(unknown)),
        _("office out of sight of the base station"): int(np.count_nonzero(~seen & ~unknown)),
        _("office in sight, but fades leave too little of the year"): int(np.count_nonzero(seen & ~kept)),
    }
    rows = np.flatnonzero(seen & kept)
    base, sector = np.unique(able[u[rows]], return_inverse=True)
    return Sectors(
        base=base.astype(np.int64),
        base_rung=base_rung[base].astype(np.int8),
        sector=sector.astype(np.int64),
        office=able[v[rows]].astype(np.int64),
        rung=rung[rows].astype(np.int8),
        length_km=length_km[rows],
        availability=share[rows] * radio.availability,
        rejections=tuple(Rejection(option.technology, reason, count) for reason, count in counts.items() if count),
    )


def hosts_of(places: Places, open_to_links: NDArray[np.bool_], feeds: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where base stations may stand: on existing towers with any room, and where networks begin."""
    towers = (places.kind == PlaceKind.RELAY) & (places.site_class != SiteClass.GREENFIELD) & np.isinf(places.ports)
    # Where fibre is spliced networks begin too, but nothing stands there.
    return np.asarray(open_to_links & (feeds | towers) & (places.kind != PlaceKind.JUNCTION))


def multipoint_block(task: Task, places: Places, option: MultipointOption) -> tuple[Block, Places]:
    """Return base stations with the offices around them, and the places with their sectors behind them."""
    given, search = task.places, task.scenario.links.microwave
    asking = np.zeros(len(given), dtype=np.bool_)
    lacking = (task.inputs.offices["status_before"] != "adequate").to_numpy(np.bool_)
    asking[: len(lacking)] = lacking & task.open_to_links[: len(lacking)]
    sectors = find_sectors(
        task.elevation,
        given,
        hosts_of(given, task.open_to_links, task.feeds),
        asking,
        option,
        task.prices.ladder_m,
        SightRules(clearance_criteria(task.scenario), search.margin_m, search.bare_ends_m),
        task.scenario,
    )
    first, bases, terminals = len(places), len(sectors.base), len(sectors.office)
    no_rung = np.full(max(bases, terminals), NO_MAST, dtype=np.int8)
    block = Block.of(
        (option.base_kind, option.terminal.kind),
        u=np.concatenate([sectors.base, first + sectors.sector]).astype(np.int32),
        v=np.concatenate([first + np.arange(bases), sectors.office]).astype(np.int32),
        kind=np.repeat([0, 1], [bases, terminals]),
        capacity_mbps=np.repeat([option.base_mbps, option.terminal.capacity_mbps], [bases, terminals]),
        availability=np.concatenate([np.full(bases, option.base_availability), sectors.availability]),
        length_km=np.concatenate([np.zeros(bases), sectors.length_km]),
        rung_u=np.concatenate([sectors.base_rung, no_rung[:terminals]]),
        rung_v=np.concatenate([no_rung[:bases], sectors.rung]),
        rejections=sectors.rejections,
    )
    return block, with_sectors(places, sectors.base, f"{SECTOR_MARK}{option.technology}:")
