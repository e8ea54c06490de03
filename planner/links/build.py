"""All candidate link options of a scenario, searched for and priced from nothing."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue import terms, zone_notes
from planner.errors import InputError, Problem
from planner.finance import PRESENT_VALUE
from planner.i18n import _, ngettext
from planner.links.block import Block, join
from planner.links.climate import climate_of, place_notes, with_climate
from planner.links.fibre_block import find_fibre, spliced_block
from planner.links.from_root import existing_block, service_block, source_block
from planner.links.hilltops import find_hilltops
from planner.links.masts import mast_money
from planner.links.microwave import SightRules, find_hops
from planner.links.multipoint import multipoint_block
from planner.links.options import LinkOptions, PlaceKind, Rejection
from planner.links.package import office_lines
from planner.links.places import highest_rung, make_places, with_hilltops, with_splices
from planner.links.ports import within_ports
from planner.links.power import find_supplies
from planner.links.radios import radios_of
from planner.links.regional import with_price_factors, with_regional_prices
from planner.links.splices import find_splices
from planner.links.task import Task, clearance_criteria, greatest_demand
from planner.terrain import is_silent, open_elevation, with_land_cover
from planner.wording import technology_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from planner.catalogue import PriceList
    from planner.inputs import Inputs
    from planner.links.hilltops import Hilltops
    from planner.links.microwave import Hops
    from planner.links.options import Places
    from planner.links.radios import Radios
    from planner.links.splices import Splices
    from planner.scenario import Scenario
    from planner.terrain import Elevation

    Progress = Callable[[str, float], None]

TERRAIN_MARGIN_KM = 10.0
"""How far beyond the outermost places terrain is read: trenches may swing out."""
CHOSEN_NEIGHBOURS = 35
"""Per cent of ``max_candidates``: neighbours that a place chooses for its hops. The neighbours that choose it come on
top, and each hop has several alternatives."""


def build_all(scenario: Scenario, inputs: Inputs, prices: PriceList, say: Progress) -> LinkOptions:
    """Return all candidate link options at estimated prices.

    Parameters
    ----------
    scenario : Scenario
    inputs : Inputs
    prices : PriceList
    say : callable
        Receives a message in the user's language and the share of the work that is done.

    Raises
    ------
    InputError
        Terrain is wrong, or no place has a known position.
    """
    money_terms = terms(scenario)
    say(_("Reading terrain"), 0.0)
    elevation = read_terrain(scenario, inputs, prices)
    places, open_to_links, feeds = make_places(inputs, scenario, elevation, prices.ladder_m)
    hilltops = _hilltops(scenario, inputs, prices, elevation, (places, open_to_links, feeds))
    if hilltops is not None:
        tallest_m = np.array(scenario.links.microwave.max_mast_m.relay)
        rung = int(highest_rung(prices.ladder_m, tallest_m))
        places = with_hilltops(places, hilltops, rung, inputs.regions, elevation)
        open_to_links = np.concatenate([open_to_links, np.ones(len(hilltops), dtype=np.bool_)])
        feeds = np.concatenate([feeds, np.zeros(len(hilltops), dtype=np.bool_)])
    places = with_price_factors(places, scenario, inputs.regions)
    supplies = find_supplies(places, inputs, prices.power, money_terms)
    places = supplies.places
    masts = mast_money(places, prices, supplies.mast_items, money_terms)
    splices = _splices(scenario, inputs, prices, elevation, (places, open_to_links))
    if splices is not None:
        places = with_splices(places, splices, inputs.regions, elevation)
        open_to_links = np.concatenate([open_to_links, splices.is_splice])
        feeds = np.concatenate([feeds, splices.is_splice])
        masts = _with_none(masts, len(splices))
    places = with_climate(places, inputs.offices, scenario)
    task = Task(scenario, inputs, prices, elevation, places, open_to_links, feeds, masts, splices)
    blocks = [source_block(task), existing_block(task)]
    if prices.microwave:
        say(_("Searching microwave hops"), 0.1)
        blocks.append(_microwave(task))
    if prices.fibre is not None:
        say(_("Searching fibre routes"), 0.4)
        if splices is not None:
            blocks.append(spliced_block(task, splices, prices.fibre))
        block, places = find_fibre(task, prices.fibre)
        blocks.append(block)
    for option in prices.multipoint:
        block, places = multipoint_block(task, places, option)
        blocks.append(block)
    block, places = service_block(task, places)
    blocks.append(block)
    junctions = len(places) - len(task.places)
    factors = [places.price_factors(row) for row in range(len(inputs.offices))]
    lines = office_lines(inputs.offices, supplies.office_items, factors, prices, money_terms)
    say(_("Candidate links are built"), 1.0)
    # Junctions have been added since.
    places = with_price_factors(places, scenario, inputs.regions)
    return LinkOptions(
        places=places,
        **with_regional_prices(join(blocks, money_terms), places, money_terms),
        ladder_m=prices.ladder_m,
        mast_items=prices.mast_items,
        site_items=prices.site_items,
        power_items=supplies.mast_items,
        mast_money=_with_none(masts, junctions),
        **{field.name: getattr(lines, field.name) for field in fields(lines)},
        rejections=(*_closed_places(task), *(rejection for block in blocks for rejection in block.rejections)),
        notes=(
            *prices.notes,
            *_supply_notes(prices),
            *supplies.notes,
            *_terrain_notes(scenario, prices),
            *zone_notes(scenario, prices, inputs.offices),
            *place_notes(places),
            *_cover_notes(inputs, task.places),
            *(() if hilltops is None else (hilltops.note(),)),
            *(note for block in blocks for note in block.notes),
        ),
    )


def _with_none(masts: NDArray[np.int64], more: int) -> NDArray[np.int64]:
    """Return the money of masts with that of more places, where none stands, behind it."""
    return np.concatenate([masts, np.zeros((more, *masts.shape[1:]), dtype=np.int64)])


def relay_sites(scenario: Scenario, inputs: Inputs, prices: PriceList) -> Hilltops | None:
    """Return the hilltops that links are built with; None where the scenario asks for none.

    Raises
    ------
    InputError
        Terrain is wrong, or no place has a known position.
    """
    if not scenario.links.microwave.hilltops.enabled:
        return None
    elevation = read_terrain(scenario, inputs, prices)
    return _hilltops(scenario, inputs, prices, elevation, make_places(inputs, scenario, elevation, prices.ladder_m))


def _hilltops(
    scenario: Scenario,
    inputs: Inputs,
    prices: PriceList,
    elevation: Elevation,
    given: tuple[Places, NDArray[np.bool_], NDArray[np.bool_]],
) -> Hilltops | None:
    """Return hilltops for the places given; None where none are asked for, or no hop could use them."""
    if not (scenario.links.microwave.hilltops.enabled and prices.microwave):
        return None
    places, open_to_links, feeds = given
    asking = feeds.copy()
    adequate = (inputs.offices["status_before"] == "adequate").to_numpy(np.bool_)
    asking[: len(adequate)] |= open_to_links[: len(adequate)] & ~adequate
    return find_hilltops(elevation, places, asking, inputs.roads, scenario)


def _splices(
    scenario: Scenario,
    inputs: Inputs,
    prices: PriceList,
    elevation: Elevation,
    given: tuple[Places, NDArray[np.bool_]],
) -> Splices | None:
    """Return where existing routes may be spliced into; None where there are none, or no fibre could hang there."""
    if inputs.fibre_routes is None or prices.fibre is None or prices.fibre.splice is None:
        return None
    places, open_to_links = given
    asking = np.zeros(len(places), dtype=np.bool_)
    adequate = (inputs.offices["status_before"] == "adequate").to_numpy(np.bool_)
    asking[: len(adequate)] = open_to_links[: len(adequate)] & ~adequate
    return find_splices(inputs.fibre_routes, places, asking, elevation, scenario)


def read_terrain(scenario: Scenario, inputs: Inputs, prices: PriceList) -> Elevation:
    """Read the terrain around all places of known position, and what stands on it where it is bare earth.

    Raises
    ------
    InputError
        Terrain is wrong, or no place has a known position.
    """
    offices = inputs.offices[inputs.offices["position_known"]]
    lon, lat = (
        np.concatenate([table[name].to_numpy(np.float64) for table in (offices, inputs.sources, inputs.towers)])
        for name in ("lon", "lat")
    )
    if len(lon) == 0:
        message = _("No office, source or tower has a known position.")
        remedy = _("Give coordinates of at least one place.")
        raise InputError(Problem("no-position", message, remedy, column="location_accuracy_m"))
    elevation = open_elevation(
        inputs.terrain,
        lon=lon,
        lat=lat,
        margin_km=TERRAIN_MARGIN_KM,
        void_is_sea=scenario.inputs.terrain_voids == "sea",
    )
    sees = prices.microwave or prices.multipoint
    if scenario.inputs.terrain_model == "surface" or not inputs.land_cover or not sees:
        return elevation
    return with_land_cover(elevation, inputs.land_cover, prices.clutter_m)


def _microwave(task: Task) -> Block:
    """Return hops between places in sight of each other."""
    search, asked = task.scenario.links, task.scenario.service.availability
    options = [option for option in task.prices.microwave if option.availability >= asked]
    note = _("microwave: {count} equipment options are not offered, availability below what is asked.")
    left_out = len(task.prices.microwave) - len(options)
    candidates = (task.inputs.offices["status_before"] != "adequate").to_numpy(np.bool_)
    demand_mbps = task.inputs.offices["demand_mbps"].to_numpy(np.float64)
    criteria = clearance_criteria(task.scenario)
    radios = radios_of(options, task.scenario)
    hops = find_hops(
        task.elevation,
        task.places,
        task.open_to_links & (task.places.kind != PlaceKind.JUNCTION),
        radios,
        ladder_m=task.prices.ladder_m,
        mast_money=task.mast_money,
        rules=SightRules(
            criteria=criteria,
            margin_m=search.microwave.margin_m,
            bare_ends_m=search.microwave.bare_ends_m,
        ),
        climate=climate_of(task.places, task.scenario),
        upstream=task.feeds | (task.places.kind == PlaceKind.RELAY),
        max_neighbours=max(search.max_candidates * CHOSEN_NEIGHBOURS // 100, 1),
        useful_mbps=greatest_demand(task.scenario) * float(demand_mbps[candidates].sum()),
    )
    upstream = task.feeds | (task.places.kind == PlaceKind.RELAY)
    kept, beyond = within_ports(hops, task.places.ports, _hop_prices(task, hops, radios), upstream)
    hops = hops[kept]
    return Block.of(
        (*(option.kind for option in options), *(option.diverse_kind for option in options)),
        u=hops.u,
        v=hops.v,
        kind=hops.radio.astype(np.int64) + len(options) * hops.diverse,
        capacity_mbps=hops.capacity_mbps,
        availability=hops.availability,
        length_km=hops.length_km,
        rung_u=hops.rung_u,
        rung_v=hops.rung_v,
        rejections=(*hops.rejections, *beyond),
        notes=(*((note.format(count=left_out),) if left_out else ()), *_void_notes(task, hops)),
    )


def _terrain_notes(scenario: Scenario, prices: PriceList) -> tuple[str, ...]:
    """Return what the terrain leaves out of what stands in the way of radio."""
    inputs, notes = scenario.inputs, []
    if not prices.microwave and not prices.multipoint:
        return ()
    if inputs.terrain_model == "bare_earth" and not inputs.land_cover:
        notes.append(_("radio: the terrain is bare earth and no land cover is given; trees and houses are left out."))
    if inputs.terrain_model == "surface" and inputs.land_cover:
        notes.append(_("radio: the terrain is a surface model, which has trees and houses; land cover is not added."))
    return tuple(notes)


def _cover_notes(inputs: Inputs, places: Places) -> tuple[str, ...]:
    """Return how many places lie where the land cover says nothing, if there is any."""
    if not inputs.land_cover:
        return ()
    known = np.isfinite(places.ground_m)
    silent = int(is_silent(inputs.land_cover, places.lon[known], places.lat[known]).sum())
    if not silent:
        return ()
    text = ngettext(
        "land cover: it says nothing of {count} place of {all}; where it is silent, ground counts as open and bare.",
        "land cover: it says nothing of {count} places of {all}; where it is silent, ground counts as open and bare.",
        silent,
    )
    return (text.format(count=silent, all=int(known.sum())),)


def _void_notes(task: Task, hops: Hops) -> tuple[str, ...]:
    """Return over how many voids hops pass."""
    over = hops.voids > 0
    if not over.any():
        return ()
    _pairs, first = np.unique(np.stack([hops.u[over], hops.v[over]]), axis=1, return_index=True)
    cells = hops.voids[over][first]
    worst = np.flatnonzero(over)[first[cells.argmax()]]
    text = ngettext(
        "microwave: {count} pair in sight passes over voids of the terrain, taken as sea: {cells} steps of a cell "
        "in all, most between {u} and {v} ({most}).",
        "microwave: {count} pairs in sight pass over voids of the terrain, taken as sea: {cells} steps of a cell "
        "in all, most between {u} and {v} ({most}).",
        len(cells),
    )
    u, v = (task.places.id[ends[worst]] for ends in (hops.u, hops.v))
    return (text.format(count=len(cells), cells=int(cells.sum()), u=u, v=v, most=int(cells.max())),)


def _hop_prices(task: Task, hops: Hops, radios: Radios) -> NDArray[np.int64]:
    """Return the present value of each hop, both masts included, in cents."""
    masts = task.mast_money[hops.u, hops.rung_u, PRESENT_VALUE] + task.mast_money[hops.v, hops.rung_v, PRESENT_VALUE]
    return np.asarray(radios.of(hops)[:, PRESENT_VALUE] + masts)


def _supply_notes(prices: PriceList) -> tuple[str, ...]:
    """Return which technologies on offer are works of one's own, and which are bought."""
    notes = []
    for way, text in (("build", _("to build: {technologies}.")), ("buy", _("to buy from providers: {technologies}."))):
        names = [technology_name(name) for name, supply in prices.supply.items() if supply == way]
        if names:
            notes.append(text.format(technologies=", ".join(names)))
    return tuple(notes)


def _closed_places(task: Task) -> list[Rejection]:
    """Return how many offices own links do not touch, per technology on offer."""
    unknown = int(np.count_nonzero(~task.places.position_known))
    closed = (task.places.kind == PlaceKind.OFFICE) & ~task.open_to_links
    shares_nothing = int(np.count_nonzero(task.places.position_known & closed))
    offered = [*(["microwave"] if task.prices.microwave else []), *(["fibre"] if task.prices.fibre else [])]
    reasons = {
        _("position of the office unknown"): unknown,
        _("office is connected and passes nothing on"): shares_nothing,
    }
    return [Rejection(name, reason, count) for name in offered for reason, count in reasons.items() if count]
