"""The places of the planning graph: offices, sources, towers, hilltops, splices, and the junctions of trenches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from planner.catalogue import MastClass, SiteClass
from planner.catalogue.climate import FIGURES, ClimateSource
from planner.catalogue.power import Supply
from planner.inputs.areas import regions_at
from planner.inputs.fibre_routes import ROUTE_MARK
from planner.links.options import NO_MAST, PlaceKind, Places

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from planner.inputs import Inputs
    from planner.links.hilltops import Hilltops
    from planner.links.limits import Limits
    from planner.links.splices import Splices
    from planner.scenario import Scenario
    from planner.terrain import Elevation


def make_places(
    inputs: Inputs, scenario: Scenario, elevation: Elevation, ladder_m: NDArray[np.float64]
) -> tuple[Places, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return offices, sources and towers, in the order of the inputs, which of them links may touch, and which feed.

    The reader has made their ids different from each other and from those that the program makes.

    Parameters
    ----------
    inputs : Inputs
    scenario : Scenario
    elevation : Elevation
    ladder_m : (L,) float64
        Antenna heights on offer, ascending.

    Returns
    -------
    places : Places
    open_to_links : (n,) bool
        False for offices that are located only to a district, for adequate ones that share nothing, and where an
        existing route that names no source is fed.
    feeds : (n,) bool
        True where networks begin: at sources, and at adequately connected offices that share what they have.
    """
    offices, sources, towers = inputs.offices, inputs.sources, inputs.towers
    sizes = len(offices), len(sources), len(towers)
    kind = np.repeat([PlaceKind.OFFICE, PlaceKind.SOURCE, PlaceKind.RELAY], sizes).astype(np.int8)
    ids = _texts(offices["id"], sources["id"], towers["id"])
    lon, lat = (_numbers(offices[name], sources[name], towers[name]) for name in ("lon", "lat"))
    known = np.concatenate([offices["position_known"].to_numpy(np.bool_), np.ones(sizes[1] + sizes[2], np.bool_)])
    rent = towers["rent_per_year"].to_numpy(np.float64)
    existing_m = np.concatenate([np.zeros(sizes[0] + sizes[1]), towers["height_m"].to_numpy(np.float64)])
    tower_site = np.where(np.isnan(rent), SiteClass.TOWER, SiteClass.RENTED_TOWER)
    limits_m = scenario.links.microwave.max_mast_m
    tallest_m = np.maximum(np.where(kind == PlaceKind.RELAY, limits_m.relay, limits_m.office), existing_m)
    # Offices have been given their region by the reader, which lets the input say another one than where they stand.
    region = [_texts(offices["region"]), _region_at(inputs.regions, lon[sizes[0] :], lat[sizes[0] :])]
    places = Places(
        id=ids,
        kind=kind,
        lon=lon,
        lat=lat,
        ground_m=np.where(known, elevation.sample(lon, lat), np.nan),
        region=np.concatenate(region),
        office=np.where(kind == PlaceKind.OFFICE, np.arange(len(kind)), -1).astype(np.int32),
        position_known=known,
        existing_m=existing_m,
        max_rung=highest_rung(ladder_m, tallest_m),
        mast_class=np.where(kind == PlaceKind.RELAY, MastClass.RELAY, MastClass.OFFICE).astype(np.int8),
        site_class=np.concatenate([np.full(sizes[0] + sizes[1], SiteClass.OFFICE), tower_site]).astype(np.int8),
        rent_per_year=np.concatenate([np.zeros(sizes[0] + sizes[1]), np.nan_to_num(rent)]),
        **_not_yet(len(kind)),
        access_km=np.zeros(len(kind)),
        ports=np.concatenate([np.full(sizes[0] + sizes[1], np.inf), towers["ports"].to_numpy(np.float64)]),
    )
    shares_nothing = (offices["status_before"] == "adequate") & ~offices["is_source"]
    open_to_links = known.copy()
    open_to_links[: sizes[0]] &= ~shares_nothing.to_numpy(np.bool_)
    # Where a route that names no source is fed: new fibre hangs from its splices.
    of_routes = np.char.startswith(ids, ROUTE_MARK)
    open_to_links &= ~of_routes
    feeds = (kind == PlaceKind.SOURCE) & ~of_routes
    feeds[: sizes[0]] = offices["is_source"]
    return places, open_to_links, feeds


def with_junctions(
    places: Places,
    ids: NDArray[np.str_],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    regions: gpd.GeoDataFrame | None,
    elevation: Elevation,
) -> Places:
    """Return the places with the junctions of trenches behind them: no masts, no office."""
    made = _Made(PlaceKind.JUNCTION, NO_MAST, SiteClass.OFFICE)
    return _with_made(places, made, ids, lon, lat, regions, elevation)


def with_hilltops(
    places: Places, hilltops: Hilltops, max_rung: int, regions: gpd.GeoDataFrame | None, elevation: Elevation
) -> Places:
    """Return the places with hilltops behind them: relays where nothing stands yet, not even a road."""
    made = _Made(PlaceKind.RELAY, max_rung, SiteClass.GREENFIELD)
    more = _with_made(places, made, hilltops.ids, hilltops.lon, hilltops.lat, regions, elevation)
    return replace(more, access_km=np.concatenate([places.access_km, hilltops.access_km]))


def with_splices(places: Places, splices: Splices, regions: gpd.GeoDataFrame | None, elevation: Elevation) -> Places:
    """Return the places with those behind them where existing routes are fed and may be spliced into."""
    made = _Made(PlaceKind.JUNCTION, NO_MAST, SiteClass.OFFICE)
    return _with_made(places, made, splices.ids, splices.lon, splices.lat, regions, elevation)


def with_sectors(places: Places, at: NDArray[np.int64], mark: str) -> Places:
    """Return the places with the sectors of base stations behind them, each where its base station stands."""
    made = _Made(PlaceKind.JUNCTION, NO_MAST, SiteClass.OFFICE)
    ids = np.array([f"{mark}{name}" for name in places.id[at]], dtype=np.str_)
    behind = _with_made(places, made, ids, places.lon[at], places.lat[at], None, None)
    ground_m, region = behind.ground_m.copy(), behind.region.copy()
    ground_m[len(places) :], region[len(places) :] = places.ground_m[at], places.region[at]
    return replace(behind, ground_m=ground_m, region=region)


def with_limits(places: Places, limits: Limits) -> Places:
    """Return the places with the limits of services behind them: nothing stands there, and they lie in no region."""
    made = _Made(PlaceKind.JUNCTION, NO_MAST, SiteClass.OFFICE)
    return _with_made(places, made, limits.ids, limits.lon, limits.lat, None, None)


class _Made(NamedTuple):
    """What places that the program makes have in common."""

    kind: PlaceKind
    max_rung: int
    site_class: SiteClass


def _with_made(
    places: Places,
    made: _Made,
    ids: NDArray[np.str_],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    regions: gpd.GeoDataFrame | None,
    elevation: Elevation | None,
) -> Places:
    size = len(ids)
    ground_m = np.full(size, np.nan) if elevation is None else elevation.sample(lon, lat)

    def behind(column: NDArray[np.float64], value: float) -> NDArray[np.float64]:
        return np.concatenate([column, np.full(size, value)])

    def code(column: NDArray[np.int8], value: int) -> NDArray[np.int8]:
        return np.concatenate([column, np.full(size, value, dtype=np.int8)])

    return Places(
        id=np.concatenate([places.id, ids]),
        kind=code(places.kind, made.kind),
        lon=np.concatenate([places.lon, lon]),
        lat=np.concatenate([places.lat, lat]),
        ground_m=np.concatenate([places.ground_m, ground_m]),
        region=np.concatenate([places.region, _region_at(regions, lon, lat)]),
        office=np.concatenate([places.office, np.full(size, -1, dtype=np.int32)]),
        position_known=np.concatenate([places.position_known, np.ones(size, dtype=np.bool_)]),
        existing_m=behind(places.existing_m, 0.0),
        max_rung=code(places.max_rung, made.max_rung),
        mast_class=code(places.mast_class, MastClass.RELAY),
        site_class=code(places.site_class, made.site_class),
        rent_per_year=behind(places.rent_per_year, 0.0),
        **{name: np.concatenate([getattr(places, name), column]) for name, column in _not_yet(size).items()},
        access_km=behind(places.access_km, 0.0),
        ports=behind(places.ports, np.inf),
    )


def _not_yet(size: int) -> dict[str, NDArray[Any]]:
    """Return the columns of places before supply (`.power`), price factors (`.regional`) and `.climate` are known."""
    return {
        "supply": np.full(size, Supply.NONE, dtype=np.int8),
        "supply_availability": np.ones(size),
        "grid_km": np.full(size, np.nan),
        "power_class": np.zeros(size, dtype=np.int32),
        "freight": np.ones(size),
        "works": np.ones(size),
        "climate": np.full((size, len(FIGURES)), np.nan),
        "climate_source": np.full((size, len(FIGURES)), ClimateSource.NONE, dtype=np.int8),
    }


def highest_rung(ladder_m: NDArray[np.float64], tallest_m: NDArray[np.float64]) -> NDArray[np.int8]:
    """Return the highest rung that is not above a height, `NO_MAST` where there is none."""
    return (np.searchsorted(ladder_m, tallest_m, side="right") - 1).astype(np.int8)


def _region_at(
    regions: gpd.GeoDataFrame | None, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.str_]:
    """Return the region that each place lies in, empty where none does."""
    if regions is None:
        return np.full(len(lon), "", dtype=np.str_)
    return regions_at(regions, lon, lat).astype(np.str_)


def _texts(*columns: pd.Series) -> NDArray[np.str_]:
    return np.concatenate([column.to_numpy(dtype=object).astype(np.str_) for column in columns])


def _numbers(*columns: pd.Series) -> NDArray[np.float64]:
    return np.concatenate([column.to_numpy(np.float64) for column in columns])
