"""All candidate link options of a scenario, priced; kept on disk, since mostly budgets change from run to run."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue import load_catalogue, price_list, radio_climate, terms
from planner.errors import InputError, Problem
from planner.finance import MEASURES, PRESENT_VALUE, line_money
from planner.i18n import _, ngettext
from planner.links.block import Block, join
from planner.links.cache import cache_file
from planner.links.fibre_block import find_fibre
from planner.links.hilltops import clear_between_samples, find_hilltops
from planner.links.masts import mast_money
from planner.links.microwave import Radios, SightRules, find_hops
from planner.links.options import ROOT, LinkOptions, PlaceKind, Rejection
from planner.links.package import office_lines
from planner.links.places import highest_rung, make_places, with_hilltops, with_splices
from planner.links.polyline import price_polyline
from planner.links.ports import within_ports
from planner.links.retention import cache_limits, mark_used, prune
from planner.links.services import service_options
from planner.links.splices import find_splices
from planner.links.store import load_options, save_options
from planner.links.task import Task
from planner.terrain import open_elevation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from planner.catalogue import FibreOption, MicrowaveOption, PriceList
    from planner.finance import Per
    from planner.inputs import Inputs
    from planner.links.hilltops import Hilltops
    from planner.links.microwave import Hops
    from planner.links.options import Places
    from planner.links.splices import Splices
    from planner.scenario import Scenario
    from planner.terrain import Elevation

    Progress = Callable[[str, float], None]

TERRAIN_MARGIN_KM = 10.0
"""How far beyond the outermost places terrain is read: trenches may swing out."""
K_STANDARD, FRESNEL_STANDARD = 4 / 3, 1.0
"""Effective earth radius factor at which the whole first Fresnel zone must be free."""

CHOSEN_NEIGHBOURS = 35
"""Per cent of ``max_candidates``: neighbours that a place chooses for its hops. The neighbours that choose it come on
top, and each hop has several alternatives."""


def build_links(
    scenario: Scenario, inputs: Inputs, *, cache_dir: Path | None = None, progress: Progress | None = None
) -> LinkOptions:
    """Return all candidate link options, from the cache where they have been built before.

    Parameters
    ----------
    scenario : Scenario
    inputs : Inputs
    cache_dir : Path, optional
        Folder of the cache; see `planner.links.cache.cache_file`.
    progress : callable, optional
        Receives a message in the user's language and the share of the work that is done.

    Raises
    ------
    InputError
        Prices or terrain are wrong, no place has a known position, or the limits of the cache are no numbers.
    """
    say = progress or (lambda _message, _share: None)
    catalogue = load_catalogue(scenario)
    file, limits = cache_file(scenario, inputs, catalogue, cache_dir), cache_limits()
    stored = load_options(file)
    if stored is not None:
        mark_used(file)
        say(_("Candidate links are taken from the cache"), 1.0)
        return stored
    options = _build(scenario, inputs, price_list(catalogue, scenario), say)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        save_options(options, file)
        prune(file.parent, limits)
    except OSError as error:  # a full disk or a read-only home costs time at the next run, not this one
        say(_("Candidate links could not be kept for later: {reason}").format(reason=error), 1.0)
    return options


def _build(scenario: Scenario, inputs: Inputs, prices: PriceList, say: Progress) -> LinkOptions:
    money_terms = terms(scenario)
    say(_("Reading terrain"), 0.0)
    elevation = _read_terrain(inputs)
    places, open_to_links, feeds = make_places(inputs, scenario, elevation, prices.ladder_m)
    hilltops = _hilltops(scenario, inputs, prices, elevation, (places, open_to_links, feeds))
    if hilltops is not None:
        tallest_m = np.array(scenario.links.microwave.max_mast_m.relay)
        rung = int(highest_rung(prices.ladder_m, tallest_m))
        places = with_hilltops(places, hilltops, rung, inputs.regions, elevation)
        open_to_links = np.concatenate([open_to_links, np.ones(len(hilltops), dtype=np.bool_)])
        feeds = np.concatenate([feeds, np.zeros(len(hilltops), dtype=np.bool_)])
    splices = _splices(scenario, inputs, prices, elevation, (places, open_to_links))
    if splices is not None:
        places = with_splices(places, splices, inputs.regions, elevation)
        open_to_links = np.concatenate([open_to_links, splices.is_splice])
        feeds = np.concatenate([feeds, splices.is_splice])
    masts = mast_money(places, prices, money_terms)
    task = Task(scenario, inputs, prices, elevation, places, open_to_links, feeds, masts, splices)
    blocks = [_sources(task), _existing(task), _services(task)]
    if prices.microwave:
        say(_("Searching microwave hops"), 0.1)
        blocks.append(_microwave(task))
    if prices.fibre is not None:
        say(_("Searching fibre routes"), 0.4)
        if splices is not None:
            blocks.append(_spliced(task, splices, prices.fibre))
        block, places = find_fibre(task, prices.fibre)
        blocks.append(block)
    junctions = len(places) - len(task.places)
    lines = office_lines(inputs.offices, prices, money_terms)
    say(_("Candidate links are built"), 1.0)
    return LinkOptions(
        places=places,
        **join(blocks, money_terms),
        ladder_m=prices.ladder_m,
        mast_items=prices.mast_items,
        site_items=prices.site_items,
        mast_money=np.concatenate([masts, np.zeros((junctions, *masts.shape[1:]), dtype=np.int64)]),
        **{field.name: getattr(lines, field.name) for field in fields(lines)},
        rejections=(*_closed_places(task), *(rejection for block in blocks for rejection in block.rejections)),
        notes=(
            *prices.notes,
            *(() if hilltops is None else (hilltops.note(),)),
            *(note for block in blocks for note in block.notes),
        ),
    )


def relay_sites(scenario: Scenario, inputs: Inputs, prices: PriceList) -> Hilltops | None:
    """Return the hilltops that links are built with; None where the scenario asks for none.

    Raises
    ------
    InputError
        Terrain is wrong, or no place has a known position.
    """
    if not scenario.links.microwave.hilltops.enabled:
        return None
    elevation = _read_terrain(inputs)
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


def _spliced(task: Task, splices: Splices, fibre: FibreOption) -> Block:
    """Return links from sources into the routes that they feed, and along these to where they may be spliced into."""
    assert fibre.splice is not None
    first = len(task.places) - len(splices)
    start = np.concatenate([[0], np.cumsum(splices.vertex_count)])
    length_km, _priced_km = price_polyline(task.elevation, splices.vertices, start, route_factor=1.0, climb_factor=0.0)
    return Block.of(
        (fibre.route, fibre.splice),
        u=splices.tail.astype(np.int32),
        v=(first + splices.head).astype(np.int32),
        kind=splices.bought.astype(np.int64),
        capacity_mbps=np.minimum(splices.capacity_mbps, fibre.capacity_mbps),
        availability=np.full(len(splices.tail), fibre.availability),
        length_km=length_km,
        vertices=splices.vertices,
        vertex_count=splices.vertex_count,
        notes=(splices.note(task.scenario.links.fibre.max_km),),
    )


def _read_terrain(inputs: Inputs) -> Elevation:
    """Read the terrain around all places of known position."""
    offices = inputs.offices[inputs.offices["position_known"]]
    lon, lat = (
        np.concatenate([table[name].to_numpy(np.float64) for table in (offices, inputs.sources, inputs.towers)])
        for name in ("lon", "lat")
    )
    if len(lon) == 0:
        message = _("No office, source or tower has a known position.")
        remedy = _("Give coordinates of at least one place.")
        raise InputError(Problem("no-position", message, remedy, column="location_accuracy_m"))
    return open_elevation(inputs.terrain, lon=lon, lat=lat, margin_km=TERRAIN_MARGIN_KM)


def _sources(task: Task) -> Block:
    """Return root → source; what the source carries is what it can pass on."""
    at = np.flatnonzero(task.places.kind == PlaceKind.SOURCE).astype(np.int32)
    return Block.of(
        (task.prices.source_kind,),
        u=np.full(len(at), ROOT, dtype=np.int32),
        v=at,
        kind=np.zeros(len(at), dtype=np.int64),
        capacity_mbps=task.inputs.sources["capacity_mbps"].to_numpy(np.float64),
        availability=np.ones(len(at)),
    )


def _existing(task: Task) -> Block:
    """Return root → office that is adequately connected; what it does not use itself it may pass on, if it shares."""
    offices: pd.DataFrame = task.inputs.offices
    rows = np.flatnonzero((offices["status_before"] == "adequate").to_numpy(np.bool_))
    spare = (offices["mbps_before"] - offices["demand_mbps"]).to_numpy(np.float64)[rows]
    shares = offices["is_source"].to_numpy(np.bool_)[rows]
    unknown = int(np.count_nonzero(np.isnan(spare) & shares))
    note = ngettext(
        "{count} connected office serves as a source without a known speed: taken as unlimited.",
        "{count} connected offices serve as sources without a known speed: taken as unlimited.",
        unknown,
    )
    return Block.of(
        (task.prices.existing_kind,),
        u=np.full(len(rows), ROOT, dtype=np.int32),
        v=rows.astype(np.int32),
        kind=np.zeros(len(rows), dtype=np.int64),
        capacity_mbps=np.maximum(np.where(np.isnan(spare), np.inf, spare), 0.0),
        availability=np.ones(len(rows)),
        notes=(note.format(count=unknown),) if unknown else (),
    )


def _services(task: Task) -> Block:
    """Return root → office by satellite or mobile network."""
    inputs, scenario = task.inputs, task.scenario
    services = service_options(inputs.offices, inputs.coverage, task.prices, scenario, terms(scenario))
    return Block.of(
        services.kinds,
        u=np.full(len(services.office), ROOT, dtype=np.int32),
        v=services.office,  # offices are the first places, in the same order
        kind=services.kind.astype(np.int64),
        capacity_mbps=services.capacity_mbps,
        availability=services.availability,
        rejections=services.rejections,
    )


def _microwave(task: Task) -> Block:
    """Return hops between places in sight of each other."""
    search, asked = task.scenario.links, task.scenario.service.availability
    options = [option for option in task.prices.microwave if option.availability >= asked]
    note = _("microwave: {count} equipment options are not offered, availability below what is asked.")
    left_out = len(task.prices.microwave) - len(options)
    candidates = (task.inputs.offices["status_before"] != "adequate").to_numpy(np.bool_)
    criteria = ((K_STANDARD, FRESNEL_STANDARD), (search.microwave.k_low, search.microwave.fresnel_low))
    radios = _radios(options, task.scenario)
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
            clutter_m=0.0,
        ),
        climate=radio_climate(task.scenario),
        upstream=task.feeds | (task.places.kind == PlaceKind.RELAY),
        max_neighbours=max(search.max_candidates * CHOSEN_NEIGHBOURS // 100, 1),
        useful_mbps=float(task.inputs.offices["demand_mbps"].to_numpy(np.float64)[candidates].sum()),
    )
    hops = clear_between_samples(
        task.elevation, task.places, hops, radios.frequency_ghz, ladder_m=task.prices.ladder_m, criteria=criteria
    )
    upstream = task.feeds | (task.places.kind == PlaceKind.RELAY)
    kept, beyond = within_ports(hops, task.places.ports, _hop_prices(task, hops, radios), upstream)
    hops = hops[kept]
    return Block.of(
        tuple(option.kind for option in options),
        u=hops.u,
        v=hops.v,
        kind=hops.radio.astype(np.int64),
        capacity_mbps=hops.capacity_mbps,
        availability=hops.availability,
        length_km=hops.length_km,
        rung_u=hops.rung_u,
        rung_v=hops.rung_v,
        rejections=(*hops.rejections, *beyond),
        notes=(note.format(count=left_out),) if left_out else (),
    )


def _hop_prices(task: Task, hops: Hops, radios: Radios) -> NDArray[np.int64]:
    """Return the present value of each hop, both masts included, in cents."""
    masts = task.mast_money[hops.u, hops.rung_u, PRESENT_VALUE] + task.mast_money[hops.v, hops.rung_v, PRESENT_VALUE]
    return np.asarray(radios.money[hops.radio, PRESENT_VALUE] + masts)


def _radios(options: list[MicrowaveOption], scenario: Scenario) -> Radios:
    one: dict[Per, NDArray[np.float64]] = {"each": np.ones(1)}
    money = [line_money(option.kind.items, one, terms(scenario))[0] for option in options]
    steps = max((len(option.rates_mbps) for option in options), default=0)
    equipment = np.array([option.availability for option in options], dtype=np.float64)
    return Radios(
        frequency_ghz=np.array([option.frequency_ghz for option in options], dtype=np.float64),
        range_km=np.array([option.range_km for option in options], dtype=np.float64),
        rates_mbps=_with_steps([option.rates_mbps for option in options], steps),
        system_db=np.array([option.signal_dbm for option in options]).reshape(-1, 1)
        - _with_steps([option.thresholds_dbm for option in options], steps),
        equipment=equipment,
        # The office has to be served for its share of the year although the equipment fails too.
        wanted=np.maximum(scenario.links.microwave.availability, scenario.service.availability / equipment),
        money=np.array(money, dtype=np.int64).reshape(-1, len(MEASURES)),
    )


def _with_steps(rows: list[tuple[float, ...]], steps: int) -> NDArray[np.float64]:
    """Return a table of figures by modulation in which short rows repeat their last figure."""
    filled = [[*row, *[row[-1]] * (steps - len(row))] for row in rows]
    return np.array(filled, dtype=np.float64).reshape(len(rows), steps)


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
